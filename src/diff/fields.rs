//! What a manifest says beside what is compiled, so that no change of it goes unseen.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::manifest::model::{Manifest, OAuthConfig};
use crate::manifest::oauth::OAuthType;
use crate::source::parse;

use super::{Changes, Compiled, Kind, Server, Words};

/// The members of a manifest that are for people alone.
const METADATA: [&str; 29] = [
    "display_name",
    "description",
    "long_description",
    "author",
    "license",
    "homepage",
    "documentation",
    "support",
    "privacy_policies",
    "icon",
    "screenshots",
    "category",
    "keywords",
    "tools",
    "tools_generated",
    "prompts",
    "prompts_generated",
    "compatibility",
    "instructions",
    "readme",
    "github_info",
    "programming_language",
    "framework",
    "quality_score",
    "protocol_features",
    "dependencies",
    "raw_dependencies",
    "last_scraped_at",
    "evaluation_model",
];

/// The other members that a manifest, its `server` and its `oauth_config` may have.
const KNOWN: [(&str, &[&str]); 3] = [
    (
        "",
        &[
            "$schema",
            "name",
            "server",
            "remote_url",
            "oauth_config",
            "user_config",
            "archestra_config",
        ],
    ),
    (
        "server",
        &[
            "type",
            "command",
            "args",
            "env",
            "inject_file",
            "docker_image",
            "service_account",
            "setup",
            "url",
            "docs_url",
        ],
    ),
    (
        "oauth_config",
        &[
            "name",
            "description",
            "client_id",
            "redirect_uris",
            "scopes",
            "default_scopes",
            "generic_oauth",
        ],
    ),
];

pub(super) fn compare(
    old: &Server,
    before: &Compiled,
    new: &Server,
    after: &Compiled,
    changes: &mut Changes,
) {
    if before.manifest == after.manifest {
        return;
    }
    let [was, is] = [old, new].map(members);
    uncompiled_parts(before, after, &was, &is, changes);
    if before.parts.oauth.is_ok() && after.parts.oauth.is_ok() {
        login_fields(old, &before.manifest, new, &after.manifest, changes);
    }
    launch_fields(&before.manifest, &after.manifest, changes);
    unknown_fields(&was, &is, changes);
    metadata(&before.manifest, &after.manifest, &was, &is, changes);
}

/// The members of a manifest as they are written.
fn members(server: &Server) -> Map<String, Value> {
    match parse::parse(&server.text).map(|parsed| parsed.value) {
        Ok(Value::Object(members)) => members,
        Ok(_) | Err(_) => Map::new(),
    }
}

/// The keys whose values differ; a key that is missing is null.
fn differing<'a>(was: &'a Map<String, Value>, is: &'a Map<String, Value>) -> BTreeSet<&'a str> {
    let keys = was.keys().chain(is.keys());
    keys.filter(|key| was.get(*key).unwrap_or(&Value::Null) != is.get(*key).unwrap_or(&Value::Null))
        .map(String::as_str)
        .collect()
}

/// A part that cannot be compiled is compared by its fields alone.
fn uncompiled_parts(
    before: &Compiled,
    after: &Compiled,
    was: &Map<String, Value>,
    is: &Map<String, Value>,
    changes: &mut Changes,
) {
    let [old, new] = [&before.parts, &after.parts];
    let parts = [
        (
            "oauth_config",
            before.manifest.oauth_config != after.manifest.oauth_config,
            old.oauth.as_ref().err().or(new.oauth.as_ref().err()),
        ),
        (
            "server",
            before.manifest.server != after.manifest.server,
            [&old.process.as_ref().err(), &new.process.as_ref().err()]
                .into_iter()
                .flatten()
                .next()
                .copied()
                .or(old.transport.as_ref().err())
                .or(new.transport.as_ref().err()),
        ),
    ];
    for (part, is_changed, reason) in parts {
        let (true, Some(reason)) = (is_changed, reason) else {
            continue;
        };
        let empty = Map::new();
        let [was, is] = [was, is].map(|members| {
            let part = members.get(part).and_then(Value::as_object);
            part.unwrap_or(&empty)
        });
        changes.push(
            Kind::UncompiledPartChanged,
            Words::new("")
                .value(part)
                .text(" changes, in ")
                .values(differing(was, is))
                .text("; it cannot be compiled: ")
                .value(reason.to_string().replace('`', "")),
        );
    }
}

/// One field of `oauth_config`, and whether anything is compiled from it for a type.
struct LoginField {
    name: &'static str,
    value: fn(&OAuthConfig) -> Option<String>,
    is_compiled: fn(OAuthType) -> bool,
}

const LOGIN_FIELDS: [LoginField; 13] = [
    LoginField {
        name: "server_url",
        value: |oauth| oauth.server_url.clone(),
        is_compiled: |oauth_type| !oauth_type.is_remote(),
    },
    LoginField {
        name: "auth_server_url",
        value: |oauth| oauth.auth_server_url.clone(),
        is_compiled: |_| false,
    },
    LoginField {
        name: "resource_metadata_url",
        value: |oauth| oauth.resource_metadata_url.clone(),
        is_compiled: |_| false,
    },
    LoginField {
        name: "well_known_url",
        value: |oauth| oauth.well_known_url.clone(),
        is_compiled: |oauth_type| oauth_type == OAuthType::McpStatic,
    },
    LoginField {
        name: "token_endpoint",
        value: |oauth| oauth.token_endpoint.clone(),
        is_compiled: |oauth_type| oauth_type == OAuthType::Generic,
    },
    LoginField {
        name: "access_token_env_var",
        value: |oauth| oauth.access_token_env_var.clone(),
        is_compiled: |oauth_type| !oauth_type.is_remote(),
    },
    LoginField {
        name: "streamable_http_url",
        value: |oauth| oauth.streamable_http_url.clone(),
        is_compiled: |oauth_type| !oauth_type.is_remote(),
    },
    LoginField {
        name: "streamable_http_port",
        value: |oauth| oauth.streamable_http_port.map(|port| port.to_string()),
        is_compiled: |oauth_type| !oauth_type.is_remote(),
    },
    LoginField {
        name: "requires_proxy",
        value: |oauth| is_set(oauth.requires_proxy),
        is_compiled: OAuthType::has_static_client,
    },
    LoginField {
        name: "supports_resource_metadata",
        value: |oauth| is_set(oauth.supports_resource_metadata),
        is_compiled: |_| false,
    },
    LoginField {
        name: "provider_name",
        value: |oauth| oauth.provider_name.clone(),
        is_compiled: |_| false,
    },
    LoginField {
        name: "browser_auth",
        value: |oauth| is_set(oauth.browser_auth),
        is_compiled: |_| false,
    },
    LoginField {
        // Whether there is one; a secret that stands in the file is told as such, and never shown.
        name: "client_secret",
        value: |oauth| {
            is_set(
                oauth
                    .client_secret
                    .as_ref()
                    .map(|secret| !secret.trim().is_empty()),
            )
        },
        is_compiled: |_| false,
    },
];

/// What is not set is not.
fn is_set(flag: Option<bool>) -> Option<String> {
    flag.filter(|flag| *flag).map(|flag| flag.to_string())
}

/// The fields of the login from which nothing is compiled for this type.
fn login_fields(
    old: &Server,
    before: &Manifest,
    new: &Server,
    after: &Manifest,
    changes: &mut Changes,
) {
    let none = OAuthConfig::default();
    let [was, is] = [before, after].map(|manifest| manifest.oauth_config.as_ref().unwrap_or(&none));
    let (Some(old_type), Some(new_type)) = (old.entry.oauth_type(), new.entry.oauth_type()) else {
        return;
    };
    let untold = LOGIN_FIELDS.iter().filter(|field| {
        let is_told = (field.is_compiled)(old_type) && (field.is_compiled)(new_type);
        // A change of the type says what changes of the server; its flags go with it.
        !is_told && (field.value)(was) != (field.value)(is)
    });
    let names: Vec<&str> = untold
        .filter(|field| field.name != "client_secret" || old.holds_secret == new.holds_secret)
        .map(|field| field.name)
        .collect();
    if !names.is_empty() {
        changes.push(
            Kind::UncompiledFieldChanged,
            Words::new("fields of the login change from which nothing is compiled: ").values(names),
        );
    }
    if old.holds_secret && new.holds_secret && was.client_secret != is.client_secret {
        changes.push(
            Kind::SecretInFile,
            Words::new("another secret stands in the file"),
        );
    }
}

/// What a remote server says of a process that nobody runs.
fn launch_fields(before: &Manifest, after: &Manifest, changes: &mut Changes) {
    if !crate::manifest::oauth::is_remote(before) || !crate::manifest::oauth::is_remote(after) {
        return;
    }
    let [was, is] = [&before.server, &after.server];
    let command = |server: &crate::manifest::model::Server| {
        let command = server.command.clone();
        command.filter(|command| command != "remote")
    };
    let fields = [
        ("command", command(was) != command(is)),
        ("args", given(was.args.as_ref()) != given(is.args.as_ref())),
        (
            "env",
            was.env.as_ref().filter(|env| !env.is_empty())
                != is.env.as_ref().filter(|env| !env.is_empty()),
        ),
        ("inject_file", was.inject_file != is.inject_file),
        ("docker_image", was.docker_image != is.docker_image),
        ("service_account", was.service_account != is.service_account),
    ];
    let names: Vec<&str> = fields
        .into_iter()
        .filter(|(_, is_changed)| *is_changed)
        .map(|(name, _)| name)
        .collect();
    if !names.is_empty() {
        changes.push(
            Kind::UncompiledFieldChanged,
            Words::new("fields of a process change, which a remote server has none of: ")
                .values(names),
        );
    }
}

/// Keys that no reader of ours knows.
fn unknown_fields(was: &Map<String, Value>, is: &Map<String, Value>, changes: &mut Changes) {
    let empty = Map::new();
    for (part, known) in KNOWN {
        let of_part = |members: &Map<String, Value>| match part {
            "" => members.clone(),
            part => {
                let part = members.get(part).and_then(Value::as_object);
                part.unwrap_or(&empty).clone()
            }
        };
        let [was, is] = [was, is].map(of_part);
        let is_known = |key: &str| {
            known.contains(&key)
                || match part {
                    "" => METADATA.contains(&key),
                    "oauth_config" => LOGIN_FIELDS.iter().any(|field| field.name == key),
                    _ => false,
                }
        };
        let names: Vec<&str> = differing(&was, &is)
            .into_iter()
            .filter(|key| !is_known(key))
            .collect();
        if !names.is_empty() {
            changes.push(
                Kind::UncompiledFieldChanged,
                Words::new("keys change that catproof does not know: ").values(names),
            );
        }
    }
}

/// A list that is there and not empty.
fn given(list: Option<&Vec<String>>) -> Option<&Vec<String>> {
    list.filter(|list| !list.is_empty())
}

/// What is for people alone.
fn metadata(
    before: &Manifest,
    after: &Manifest,
    was: &Map<String, Value>,
    is: &Map<String, Value>,
    changes: &mut Changes,
) {
    let mut names: BTreeSet<&str> = differing(was, is)
        .into_iter()
        .filter(|key| METADATA.contains(key))
        .collect();
    let oauth = |manifest: &Manifest| {
        let oauth = manifest.oauth_config.as_ref();
        oauth.map(|oauth| (oauth.name.clone(), oauth.description.clone()))
    };
    let has_login = |manifest: &Manifest| manifest.oauth_config.is_some();
    if has_login(before) && has_login(after) && oauth(before) != oauth(after) {
        names.insert("oauth_config");
    }
    if before.server.docs_url != after.server.docs_url {
        names.insert("server.docs_url");
    }
    let archestra = |manifest: &Manifest| {
        let archestra = manifest.archestra_config.clone().unwrap_or_default();
        let provider = archestra.oauth.and_then(|oauth| oauth.provider);
        (
            archestra.client_config_permutations,
            archestra.works_in_archestra,
            provider,
        )
    };
    if archestra(before) != archestra(after) {
        names.insert("archestra_config");
    }
    if !names.is_empty() {
        changes.push(
            Kind::MetadataChanged,
            Words::new("what people read changes: ").values(names),
        );
    }
}

#[cfg(test)]
mod tests {
    use schemars::{JsonSchema, schema_for};

    use crate::manifest::model;

    use super::*;

    /// The members that the model of a part has.
    fn of_model<T: JsonSchema>() -> Vec<String> {
        let schema = schema_for!(T);
        let members = schema.get("properties").and_then(Value::as_object);
        members.unwrap().keys().cloned().collect()
    }

    #[test]
    fn each_member_of_the_model_is_in_one_list() {
        let login = LOGIN_FIELDS.map(|field| field.name);
        let parts = [
            ("", of_model::<Manifest>(), &METADATA[..]),
            ("server", of_model::<model::Server>(), &[]),
            ("oauth_config", of_model::<OAuthConfig>(), &login),
        ];
        for (part, members, others) in parts {
            let (_, known) = KNOWN.iter().find(|(known, _)| *known == part).unwrap();
            let mut listed = [known, others].concat();
            listed.sort_unstable();
            let mut members: Vec<&str> = members.iter().map(String::as_str).collect();
            members.sort_unstable();
            assert_eq!(listed, members, "`{part}`");
        }
    }
}
