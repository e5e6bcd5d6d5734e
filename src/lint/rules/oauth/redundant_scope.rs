use crate::lint::{Check, Findings, Rule, Subject};
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
    for (place, scope) in subject.scopes() {
        let Some(broader) = scope.strip_suffix(".readonly") else {
            continue;
        };
        if let Some((broader_place, _)) = subject.scopes().find(|(_, scope)| *scope == broader) {
            findings.push(
                RULE.at(place, format!("`{broader}` includes `{scope}`"))
                    .help("keep the one that the server needs")
                    .related(broader_place, "the broader scope"),
            );
        }
    }
}
