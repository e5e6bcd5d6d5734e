use crate::lint::rules::UNUSABLE_URL_RULES;
use crate::lint::{Check, Findings, Rule, Subject, Yield, Yields};
use crate::source::finding::Severity;

use super::{discovered, lists, metadata_place, recorded};

/// ## What it does
/// Reports a server of types 2 to 4 whose authorization server does not list the PKCE method `S256`.
///
/// ## Why is this bad?
/// MCP clients must use PKCE, and must not log in unless the metadata says that it is supported.
///
/// ## Example
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "oauth_config": { "server_url": "https://mcp.acme.example/mcp" }
/// }
/// ```
///
/// ```json generated/discovery.lock.json
/// {
///   "servers": {
///     "acme__mcp": {
///       "authorization_server": { "code_challenge_methods_supported": ["plain"] }
///     }
///   }
/// }
/// ```
///
/// Use instead:
/// ```json generated/discovery.lock.json
/// {
///   "servers": {
///     "acme__mcp": {
///       "authorization_server": { "code_challenge_methods_supported": ["S256"] }
///     }
///   }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "no-pkce-support",
    level: Severity::Error,
    yields_to: Yields::to(&[Yield::AtPlace(&UNUSABLE_URL_RULES)]),
    source: include_str!("no_pkce_support.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(((_, oauth_type), lock, server)) = discovered(subject) else {
        return;
    };
    let Some(methods) = &server.code_challenge_methods_supported else {
        return;
    };
    if !oauth_type.is_mcp_flow() || lists(methods, "S256") {
        return;
    }
    let message = match methods.as_slice() {
        [] => "the authorization server lists no PKCE methods".to_owned(),
        [method] => format!("the authorization server lists only the PKCE method `{method}`"),
        methods => format!(
            "the authorization server lists the PKCE methods `{}`, but not `S256`",
            methods.join("`, `")
        ),
    };
    findings.push(
        RULE.at(metadata_place(subject), format!("{message} {}", recorded(lock)))
            .help("ask the provider to support `S256`: until then MCP clients refuse to log in"),
    );
}
