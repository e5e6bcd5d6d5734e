use crate::compile::grammar;
use crate::lint::rules::identity::invisible_character;
use crate::lint::{Check, Findings, Rule, Subject, Yield, Yields};
use crate::source::finding::Severity;

/// ## What it does
/// Reports a scope that is empty, or has a space or another character that a scope cannot contain (RFC 6749 §3.3).
///
/// ## Why is this bad?
/// Scopes are joined with spaces when they are sent. `"read write"` becomes two scopes that neither the rules nor a
/// reviewer have seen. Providers reject other characters, so `build` leaves the server out: then it is an error.
///
/// ## Example
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "oauth_config": { "scopes": ["pages:read pages:write"] }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "oauth_config": { "scopes": ["pages:read", "pages:write"] }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "malformed-scope",
    level: Severity::Warning,
    yields_to: Yields::to(&[Yield::AtPlace(&[&invisible_character::RULE])]),
    source: include_str!("malformed_scope.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (place, scope) in subject.scopes() {
        let message = match scope.chars().find(|&c| !is_allowed(c)) {
            Some(' ') => format!("`{scope}` would be sent as several scopes"),
            Some(stray) => format!("`{scope}` has `{stray}`, which a scope cannot contain"),
            None if scope.is_empty() => "a scope is empty".to_owned(),
            None => continue,
        };
        let help = if scope.is_empty() {
            "remove it"
        } else {
            "list each scope separately, exactly as the provider writes it"
        };
        // Several scopes in one string can be sent, another character cannot.
        let is_refused = scope.split(' ').any(|scope| grammar::scope(scope).is_err());
        let severity = if is_refused { Severity::Error } else { RULE.level };
        findings.push(RULE.at(place, message).severity(severity).help(help));
    }
}

/// Printable ASCII without space, quote and backslash.
fn is_allowed(character: char) -> bool {
    character.is_ascii_graphic() && !matches!(character, '"' | '\\')
}
