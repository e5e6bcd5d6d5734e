use crate::lint::{Check, Findings, Rule, Subject};
use crate::source::Pointer;
use crate::source::finding::Severity;

/// ## What it does
/// Reports a scope `X.readonly` beside the scope `X`.
///
/// ## Why is this bad?
/// The broader scope includes the narrower one. The user is asked for both, and the narrower one suggests a restriction
/// that does not exist. Usually one of them is enough.
///
/// ## Example
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "oauth_config": { "scopes": ["calendar", "calendar.readonly"] }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "oauth_config": { "scopes": ["calendar.readonly"] }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "redundant-scope",
    level: Severity::Note,
    source: include_str!("redundant_scope.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let oauth = subject.manifest.oauth_config.as_ref();
    let scopes = oauth.and_then(|oauth| oauth.scopes.as_deref()).unwrap_or_default();
    let list = Pointer::from("/oauth_config/scopes");
    for (index, scope) in scopes.iter().enumerate() {
        let Some(broader) = scope.strip_suffix(".readonly") else {
            continue;
        };
        if let Some(position) = scopes.iter().position(|scope| scope == broader) {
            findings.push(
                RULE.at(
                    subject.value_at(list.index(index)),
                    format!("`{broader}` includes `{scope}`"),
                )
                .help("keep the one that the server needs")
                .related(subject.value_at(list.index(position)), "the broader scope"),
            );
        }
    }
}
