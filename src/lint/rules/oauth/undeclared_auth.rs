use crate::lint::{Check, Findings, Rule, Subject};
use crate::manifest::oauth;
use crate::source::finding::Severity;

/// ## What it does
/// Reports a remote server that sets `works_in_archestra: true` but declares no way to authenticate: no `oauth_config`, no
/// `user_config`, no required login.
///
/// ## Why is this bad?
/// Most remote servers require authentication. Unless this one is open to everybody, its users get an error instead of a
/// login.
///
/// ## Example
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "oauth_config": null,
///   "archestra_config": { "oauth": { "required": false }, "works_in_archestra": true }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "oauth_config": {
///     "server_url": "https://mcp.acme.example/mcp",
///     "redirect_uris": ["http://127.0.0.1:33418/oauth/callback"]
///   },
///   "archestra_config": { "oauth": { "required": true }, "works_in_archestra": true }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "undeclared-auth",
    level: Severity::Note,
    source: include_str!("undeclared_auth.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let manifest = subject.manifest;
    let asks_the_user = manifest.user_config.as_ref().is_some_and(|inputs| !inputs.is_empty());
    let declares_auth =
        manifest.oauth_config.is_some() || asks_the_user || subject.requires_login() == Some(true);
    if oauth::remote_url(manifest).is_some() && subject.claims_to_work() && !declares_auth {
        findings.push(
            RULE.at(
                subject.value_at(oauth::remote_url_pointer(manifest)),
                "the remote server declares no authentication",
            )
            .help("add an `oauth_config`, unless the server is open to everybody"),
        );
    }
}
