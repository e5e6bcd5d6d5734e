use crate::lint::rules::UNUSABLE_URL_RULES;
use crate::lint::{Check, Findings, Rule, Subject, Yield, Yields};
use crate::manifest::oauth::OAuthType;
use crate::manifest::oauth::client_secret;
use crate::source::finding::Severity;
use crate::text::secrets::client_secret::ClientSecret;

/// ## What it does
/// Reports a client secret in the manifest. It is masked in all output, unless it is too short to be told from other words.
///
/// ## Why is this bad?
/// Anyone who can read the catalog, or its history, can act as the app. The catalog is public; the secret belongs only in
/// the environment of the OAuth proxy.
///
/// ## Example
/// ```json
/// {
///   "oauth_config": {
///     "client_id": "4711.acme-desktop",
///     "client_secret": "9f8e7d6c5b4a39281706f5e4d3c2b1a0",
///     "requires_proxy": true
///   }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "oauth_config": {
///     "client_id": "4711.acme-desktop",
///     "client_secret": "REDACTED",
///     "requires_proxy": true
///   }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "literal-client-secret",
    level: Severity::Error,
    yields_to: Yields::to(&[Yield::AtPlace(&UNUSABLE_URL_RULES)]),
    source: include_str!("literal_client_secret.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let oauth = subject.manifest.oauth_config.as_ref();
    let Some(ClientSecret::Literal(secret)) = oauth.map(client_secret) else {
        return;
    };
    let instead = match subject.entry.oauth_type() {
        Some(OAuthType::RemoteDynamic) => {
            "remove `client_secret`: a client that registers itself is issued its own"
        }
        Some(OAuthType::Generic | OAuthType::McpStatic | OAuthType::RemoteStatic) | None => {
            "give the new one to the proxy, and write `REDACTED` here"
        }
    };
    findings.push(
        RULE.at(subject.value_at("/oauth_config/client_secret"), "a client secret is committed")
            .help(format!("rotate it with the provider, then {instead}"))
            .secret(secret)
            .withholding_server(),
    );
}
