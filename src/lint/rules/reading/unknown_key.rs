use crate::lint::{Check, Findings, Rule, SchemaSubject};
use crate::manifest::violations::Violation;
use crate::source::finding::{Place, Severity};
use crate::text::suggest;

/// ## What it does
/// Reports a key that the schema does not define, and suggests the nearest one that it does. Of a key of OAuth that no
/// field of `oauth_config` stands for, such as `grant_type` or `audience`, it says where the fields end.
///
/// ## Why is this bad?
/// Nothing reads the key. It is usually misspelled, so that its setting silently has no effect. Where it belongs to OAuth,
/// the login differs from the one that the file describes.
///
/// ## Example
/// ```json
/// { "server": { "comand": "npx" } }
/// ```
///
/// Use instead:
/// ```json
/// { "server": { "command": "npx" } }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "unknown-key",
    level: Severity::Warning,
    source: include_str!("unknown_key.rs"),
    check: Check::Schema(check),
    ..super::DEFAULTS
};

fn check(subject: &SchemaSubject<'_>, findings: &mut Findings) {
    for violation in &subject.validated.violations {
        let Violation::UnknownKey { object, key, known } = violation else {
            continue;
        };
        let place = Place::key(subject.file, object.key(key));
        if object.as_str() == "/oauth_config"
            && let Some(limit) = limit_of(key)
        {
            let message = format!("`{key}` belongs to a login that a manifest cannot describe");
            findings.push(RULE.at(place, message).help(limit));
            continue;
        }
        let finding = RULE.at(place, format!("nothing reads the key `{key}`"));
        let nearest = suggest::nearest(key, known.iter().map(String::as_str));
        findings.push(match nearest {
            Some(nearest) => finding.help(format!("write `{nearest}`, if that is what you meant")),
            None => finding.help("remove it"),
        });
    }
}

/// What is known of OAuth and OpenID Connect by its usual names (RFC 6749, 7521, 7591, 8414, 8628, 8693, 8707, 9126), but
/// not of a manifest, each with where the manifest's fields end.
const BEYOND_THE_FIELDS: [(&str, &[&str]); 4] = [
    (
        "remove it if the login works without it: the only grant that the fields describe is a user's authorization code",
        &[
            "actor_token",
            "assertion",
            "client_assertion",
            "device_authorization_endpoint",
            "grant",
            "grant_type",
            "grant_types",
            "requested_token_type",
            "response_mode",
            "response_type",
            "response_types",
            "subject_token",
            "subject_token_type",
            "token_exchange",
        ],
    ),
    (
        "remove it if the login works without it: a remote server's token is for its URL, and no field names another audience",
        &["audience", "audiences", "resource", "resources"],
    ),
    (
        "remove it if it is discovered: type 1 has its authorization endpoint in `oauth_config.server_url` and its `token_endpoint`, \
         the other types have only the URL that discovery starts from",
        &[
            "auth_url",
            "authorization_endpoint",
            "authorization_url",
            "authorize_url",
            "end_session_endpoint",
            "introspection_endpoint",
            "issuer",
            "issuer_url",
            "jwks_uri",
            "pushed_authorization_request_endpoint",
            "registration_endpoint",
            "revocation_endpoint",
            "userinfo_endpoint",
        ],
    ),
    (
        "remove it if the login works without it: the fields say which client asks for which scopes, not how it sends \
         its requests",
        &[
            "access_type",
            "acr_values",
            "additional_parameters",
            "client_auth_method",
            "client_authentication",
            "code_challenge_method",
            "code_challenge_methods",
            "extra_params",
            "login_hint",
            "pkce",
            "prompt",
            "token_endpoint_auth_method",
            "token_endpoint_auth_methods",
            "use_pkce",
        ],
    ),
];

/// Where the fields of a manifest end, for a key of OAuth that is beyond them; written in any case, with or without `_`.
fn limit_of(key: &str) -> Option<&'static str> {
    let plain = |key: &str| key.replace(['_', '-'], "").to_lowercase();
    let key = plain(key);
    let metadata = key.strip_suffix("supported").unwrap_or(&key);
    let (limit, _) = BEYOND_THE_FIELDS
        .iter()
        .find(|(_, keys)| keys.iter().any(|known| plain(known) == metadata))?;
    Some(limit)
}
