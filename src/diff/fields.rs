//! The fields of a manifest, each with what compares it, so that no change of one goes unseen.
//!
//! What is compiled is compared by what it compiles to; the rest is compared here, as it is written.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::manifest::oauth::{OAuthType, is_remote};
use crate::source::parse;

use super::{ChangeList, ComparedServer, CompiledManifest, Kind, sentence};

use Comparer::{ClientSecret, Compiled, EditorOnly, Login, Metadata, PartOfMetadata, Process};

/// How a field is compared.
enum Comparer {
    /// Nothing: only editors read the field.
    EditorOnly,
    /// What it compiles to: the OAuth type, the login, the launch, an input.
    Compiled,
    /// `metadata-changed`: the field only describes the server.
    Metadata,
    /// The same, but the message names only the part that holds the field.
    PartOfMetadata,
    /// `uncompiled-field-changed`, unless both servers have an OAuth type for which it is compiled.
    Login(fn(OAuthType) -> bool),
    /// The same, but compared only by presence, since its value is never shown. A different secret is `secret-in-file`.
    ClientSecret,
    /// `uncompiled-field-changed` between remote servers, and else what it compiles to.
    Process,
}

/// Each field by its JSON Pointer, `*` for any key. A row also covers everything nested below its field.
static FIELDS: &[(&str, Comparer)] = &[
    ("/$schema", EditorOnly),
    ("/name", Compiled),
    ("/display_name", Metadata),
    ("/description", Metadata),
    ("/long_description", Metadata),
    ("/author", Metadata),
    ("/license", Metadata),
    ("/homepage", Metadata),
    ("/documentation", Metadata),
    ("/support", Metadata),
    ("/privacy_policies", Metadata),
    ("/icon", Metadata),
    ("/screenshots", Metadata),
    ("/category", Metadata),
    ("/keywords", Metadata),
    ("/tools", Metadata),
    ("/tools_generated", Metadata),
    ("/prompts", Metadata),
    ("/prompts_generated", Metadata),
    ("/compatibility", Metadata),
    ("/instructions", Metadata),
    ("/readme", Metadata),
    ("/github_info", Metadata),
    ("/programming_language", Metadata),
    ("/framework", Metadata),
    ("/quality_score", Metadata),
    ("/protocol_features", Metadata),
    ("/dependencies", Metadata),
    ("/raw_dependencies", Metadata),
    ("/last_scraped_at", Metadata),
    ("/evaluation_model", Metadata),
    ("/remote_url", Compiled),
    ("/server/type", Compiled),
    ("/server/command", Process),
    ("/server/args", Process),
    ("/server/env", Process),
    ("/server/inject_file", Process),
    ("/server/docker_image", Process),
    ("/server/service_account", Process),
    ("/server/setup", Compiled),
    ("/server/url", Compiled),
    ("/server/docs_url", Metadata),
    ("/oauth_config/name", PartOfMetadata),
    ("/oauth_config/description", PartOfMetadata),
    ("/oauth_config/server_url", Login(is_local)),
    ("/oauth_config/auth_server_url", Login(never)),
    ("/oauth_config/resource_metadata_url", Login(never)),
    ("/oauth_config/well_known_url", Login(is_mcp_static)),
    ("/oauth_config/token_endpoint", Login(is_generic)),
    ("/oauth_config/access_token_env_var", Login(is_local)),
    ("/oauth_config/streamable_http_url", Login(is_local)),
    ("/oauth_config/streamable_http_port", Login(is_local)),
    ("/oauth_config/requires_proxy", Login(OAuthType::has_static_client)),
    ("/oauth_config/supports_resource_metadata", Login(never)),
    ("/oauth_config/provider_name", Login(never)),
    ("/oauth_config/browser_auth", Login(never)),
    ("/oauth_config/client_secret", ClientSecret),
    ("/oauth_config/client_id", Compiled),
    ("/oauth_config/redirect_uris", Compiled),
    ("/oauth_config/scopes", Compiled),
    ("/oauth_config/default_scopes", Compiled),
    ("/oauth_config/generic_oauth", Compiled),
    ("/user_config/*/type", Compiled),
    ("/user_config/*/title", Compiled),
    ("/user_config/*/description", Compiled),
    ("/user_config/*/required", Compiled),
    ("/user_config/*/default", Compiled),
    ("/user_config/*/multiple", Compiled),
    ("/user_config/*/sensitive", Compiled),
    ("/user_config/*/mounted", Compiled),
    ("/user_config/*/min", Compiled),
    ("/user_config/*/max", Compiled),
    ("/archestra_config/client_config_permutations", PartOfMetadata),
    ("/archestra_config/oauth/provider", PartOfMetadata),
    ("/archestra_config/oauth/required", Compiled),
    ("/archestra_config/works_in_archestra", PartOfMetadata),
    ("/archestra_config/browser_based", Compiled),
];

fn never(_: OAuthType) -> bool {
    false
}

fn is_local(oauth_type: OAuthType) -> bool {
    !oauth_type.is_remote()
}

fn is_generic(oauth_type: OAuthType) -> bool {
    oauth_type == OAuthType::Generic
}

fn is_mcp_static(oauth_type: OAuthType) -> bool {
    oauth_type == OAuthType::McpStatic
}

/// A manifest as it is written, before and now.
struct WrittenManifests([Value; 2]);

impl WrittenManifests {
    /// The values at a JSON Pointer; what is not there is null.
    fn at(&self, pointer: &str) -> [&Value; 2] {
        self.0.each_ref().map(|value| value.pointer(pointer).unwrap_or(&Value::Null))
    }

    fn differs(&self, pointer: &str) -> bool {
        let [was, is] = self.at(pointer);
        was != is
    }

    /// Whether the field is set in one manifest alone, or to another value. The command `remote` only says that there is none.
    fn is_set_otherwise(&self, pointer: &str) -> bool {
        let is_command = pointer == "/server/command";
        let [was, is] = self.at(pointer).map(|value| {
            let value = set_value(value);
            value.filter(|value| !(is_command && value == "remote"))
        });
        was != is
    }

    /// The keys of an object whose values differ.
    fn differing_keys(&self, pointer: &str) -> BTreeSet<&str> {
        let [was, is] = self.at(pointer).map(Value::as_object);
        let all = was.into_iter().chain(is).flat_map(Map::keys);
        let value = |object: Option<&Map<String, Value>>, key: &str| {
            let value = object.and_then(|object| object.get(key));
            value.cloned().unwrap_or_default()
        };
        all.filter(|key| value(was, key) != value(is, key)).map(String::as_str).collect()
    }
}

/// A value in one canonical spelling; `None` if it means the same as a missing key.
fn set_value(value: &Value) -> Option<Value> {
    match value {
        Value::Null | Value::Bool(false) => None,
        Value::Array(items) if items.is_empty() => None,
        Value::Object(members) if members.is_empty() => None,
        Value::Number(number) => number.as_f64().map(Value::from),
        value => Some(value.clone()),
    }
}

pub(super) fn compare(
    old: &ComparedServer,
    before: &CompiledManifest,
    new: &ComparedServer,
    after: &CompiledManifest,
    changes: &mut ChangeList,
) {
    if old.text == new.text {
        return;
    }
    let [was, is] = [old, new].map(|server| {
        let parsed = parse::parse(&server.text);
        parsed.map_or(Value::Null, |parsed| parsed.value)
    });
    let written = WrittenManifests([was, is]);
    if before.manifest != after.manifest {
        known_fields(old, before, new, after, &written, changes);
    }
    for part in ["", "/server", "/oauth_config"] {
        let is_known = |key: &str| {
            let field = format!("{part}/{key}/");
            FIELDS.iter().any(|(pointer, _)| format!("{pointer}/").starts_with(&field))
        };
        let differing = written.differing_keys(part).into_iter();
        changes.push_all(
            Kind::UncompiledFieldChanged,
            "unknown keys change: {}",
            differing.filter(|key| !is_known(key)),
        );
    }
}

/// The fields that have a row, as far as they are not compared by what they compile to.
fn known_fields(
    old: &ComparedServer,
    before: &CompiledManifest,
    new: &ComparedServer,
    after: &CompiledManifest,
    written: &WrittenManifests,
    changes: &mut ChangeList,
) {
    uncompiled_parts(before, after, written, changes);
    if before.parts.oauth.is_ok() && after.parts.oauth.is_ok() {
        login(old, new, written, changes);
    }
    if is_remote(&before.manifest) && is_remote(&after.manifest) {
        let fields = FIELDS.iter().filter(|(_, comparer)| matches!(comparer, Process));
        let differing = fields.filter(|(pointer, _)| written.is_set_otherwise(pointer));
        changes.push_all(
            Kind::UncompiledFieldChanged,
            "process fields change, which a remote server does not use: {}",
            differing.map(|(pointer, _)| last_key(pointer)),
        );
    }
    metadata(written, changes);
}

fn last_key(pointer: &'static str) -> &'static str {
    pointer.rsplit('/').next().unwrap_or(pointer)
}

/// A part that cannot be compiled is compared by its fields alone.
fn uncompiled_parts(
    before: &CompiledManifest,
    after: &CompiledManifest,
    written: &WrittenManifests,
    changes: &mut ChangeList,
) {
    let [old, new] = [&before.parts, &after.parts];
    let of_login = old.oauth.as_ref().err().or(new.oauth.as_ref().err());
    let of_process = old.process.as_ref().err().or(new.process.as_ref().err());
    let of_transport = old.transport.as_ref().err().or(new.transport.as_ref().err());
    let is_other_login = before.manifest.oauth_config != after.manifest.oauth_config;
    let is_other_server = before.manifest.server != after.manifest.server;
    let parts = [
        ("/oauth_config", of_login.filter(|_| is_other_login)),
        ("/server", of_process.or(of_transport).filter(|_| is_other_server)),
    ];
    for (part, reason) in parts {
        if let Some(reason) = reason {
            let sentence = sentence!(
                "{} changes, in {}; it cannot be compiled: {}",
                last_key(part),
                written.differing_keys(part),
                reason.to_string().replace('`', "")
            );
            changes.push(Kind::UncompiledPartChanged, sentence);
        }
    }
}

/// The fields of the login from which nothing is compiled for these types.
fn login(
    old: &ComparedServer,
    new: &ComparedServer,
    written: &WrittenManifests,
    changes: &mut ChangeList,
) {
    let (Some(old_type), Some(new_type)) = (old.entry.oauth_type(), new.entry.oauth_type()) else {
        return;
    };
    let hold_secrets = [old, new].map(|server| server.holds_secret);
    let differing = FIELDS.iter().filter(|(pointer, comparer)| match comparer {
        // A change of the type says what changes of the server; its flags go with it.
        Login(is_compiled) => {
            !(is_compiled(old_type) && is_compiled(new_type)) && written.is_set_otherwise(pointer)
        }
        ClientSecret => {
            let [was, is] = written.at(pointer).map(|secret| {
                let secret = secret.as_str();
                secret.is_some_and(|secret| !secret.trim().is_empty())
            });
            was != is && matches!(hold_secrets, [true, true] | [false, false])
        }
        EditorOnly | Compiled | Metadata | PartOfMetadata | Process => false,
    });
    changes.push_all(
        Kind::UncompiledFieldChanged,
        "login fields change from which nothing is compiled: {}",
        differing.map(|(pointer, _)| last_key(pointer)),
    );
    if hold_secrets == [true, true] && written.differs("/oauth_config/client_secret") {
        let sentence = sentence!("the file contains a different secret");
        changes.push(Kind::SecretInFile, sentence);
    }
}

/// The descriptive fields.
fn metadata(written: &WrittenManifests, changes: &mut ChangeList) {
    let logins = written.at("/oauth_config");
    let is_new_login = logins.iter().any(|login| login.is_null());
    let differing = FIELDS.iter().filter(|(pointer, _)| written.differs(pointer));
    let names = differing.filter_map(|(pointer, comparer)| {
        let name = pointer.trim_start_matches('/');
        match comparer {
            Metadata => Some(name.replace('/', ".")),
            PartOfMetadata if name.starts_with("oauth_config") && is_new_login => None,
            PartOfMetadata => name.split('/').next().map(str::to_owned),
            EditorOnly | Compiled | Login(_) | ClientSecret | Process => None,
        }
    });
    let names: BTreeSet<String> = names.collect();
    changes.push_all(Kind::MetadataChanged, "descriptive fields change: {}", names);
}

#[cfg(test)]
pub(super) mod tests {
    use schemars::{JsonSchema, SchemaGenerator};

    use crate::manifest::model::Manifest;

    use super::*;

    /// The leaves of the schema below a place that no pointer covers.
    fn uncovered(
        root: &Value,
        schema: &Value,
        at: &str,
        covered: &[&str],
        found: &mut Vec<String>,
    ) {
        if covered.contains(&at) {
            return;
        }
        let target = schema["$ref"].as_str().and_then(|target| target.strip_prefix('#'));
        let nullable = schema["anyOf"].get(0).filter(|branch| branch.get("$ref").is_some());
        if let Some(schema) = target.and_then(|target| root.pointer(target)).or(nullable) {
            return uncovered(root, schema, at, covered, found);
        }
        let properties = schema["properties"].as_object().into_iter().flatten();
        let members = properties.map(|(key, schema)| (key.as_str(), schema));
        let others = [("*", &schema["additionalProperties"]), ("*", &schema["items"])];
        let others = others.into_iter().filter(|(_, schema)| schema.is_object());
        let members: Vec<_> = members.chain(others).collect();
        if members.is_empty() {
            found.push(at.to_owned());
        }
        for (key, schema) in members {
            uncovered(root, schema, &format!("{at}/{key}"), covered, found);
        }
    }

    /// Each field of a type has one row, and each row a field.
    pub(in crate::diff) fn check_rows<T: JsonSchema>(pointers: &[&str]) {
        let schema = SchemaGenerator::default().into_root_schema_for::<T>().to_value();
        let find = |covered: &[&str]| {
            let mut found = Vec::new();
            uncovered(&schema, &schema, "", covered, &mut found);
            found
        };
        assert_eq!(find(pointers), [""; 0], "fields without a row");
        for (at, pointer) in pointers.iter().enumerate() {
            let others = [&pointers[..at], &pointers[at + 1..]].concat();
            assert!(!find(&others).is_empty(), "no field needs the row `{pointer}`");
        }
    }

    #[test]
    fn each_field_of_a_manifest_has_a_row() {
        let pointers: Vec<&str> = FIELDS.iter().map(|(pointer, _)| *pointer).collect();
        check_rows::<Manifest>(&pointers);
    }
}
