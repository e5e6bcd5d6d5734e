use crate::lint::{Check, Findings, Rule, Subject};
use crate::manifest::oauth::OAuthType;
use crate::source::finding::Severity;
use crate::text::placeholder::{PlaceholderKind, TokenPlaceholder, placeholders};

/// ## What it does
/// Reports a server of type 1 (`generic`) whose injected files do not contain `${access_token}`.
///
/// ## Why is this bad?
/// Files are injected so that a server can read its token from them. Without the placeholder the user logs in, but the
/// server never gets the token.
///
/// ## Example
/// ```json
/// {
///   "server": { "inject_file": { "/app/token.json": "{\"token\": \"\"}" } },
///   "oauth_config": { "generic_oauth": true, "client_id": "acme-1f3d5", "access_token_env_var": null }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "server": { "inject_file": { "/app/token.json": "{\"token\": \"${access_token}\"}" } },
///   "oauth_config": { "generic_oauth": true, "client_id": "acme-1f3d5", "access_token_env_var": null }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "inject-file-without-token",
    level: Severity::Warning,
    source: include_str!("inject_file_without_token.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if subject.entry.oauth_type() != Some(OAuthType::Generic) {
        return;
    }
    let files = subject.injected_files();
    let has_token = files.iter().any(|file| {
        placeholders(file.text)
            .any(|found| found.kind == PlaceholderKind::Token(TokenPlaceholder::AccessToken))
    });
    if !files.is_empty() && !has_token {
        findings.push(
            RULE.at(
                subject.key("/server/inject_file"),
                "no injected file contains `${access_token}`",
            )
            .help("write `${access_token}` where the server reads its token"),
        );
    }
}
