use crate::lint::{Check, Findings, Rule, Subject};
use crate::manifest::oauth::OAuthType;
use crate::source::finding::Severity;

/// ## What it does
/// Reports `requires_proxy: true` on a remote server without a static client (type 4).
///
/// ## Why is this bad?
/// The proxy adds the secret of a client that was registered beforehand. It has none for a client that registers itself,
/// so it answers every token request with an error.
///
/// ## Example
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "oauth_config": { "requires_proxy": true }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "oauth_config": { "requires_proxy": false }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "proxy-on-dynamic-client",
    level: Severity::Error,
    source: include_str!("proxy_on_dynamic_client.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some((oauth, OAuthType::RemoteDynamic)) = subject.oauth() else {
        return;
    };
    if oauth.requires_proxy == Some(true) {
        findings.push(
            RULE.at(
                subject.key("/oauth_config/requires_proxy"),
                "the proxy has no credentials for a client that registers itself",
            )
            .help("remove `requires_proxy`, or set `oauth_config.client_id` if the provider issued one"),
        );
    }
}
