use std::collections::HashMap;

use crate::lint::{Check, Findings, Fixable, Rule, Subject, Yield, Yields};
use crate::source::Pointer;
use crate::source::finding::{Edit, Fix, Severity};

use super::malformed_scope;

/// ## What it does
/// Reports a scope that is listed twice in `scopes` or `default_scopes`.
///
/// ## Why is this bad?
/// Listing a scope twice has no effect, so the second entry is a mistake, perhaps in place of another scope.
///
/// ## Example
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "oauth_config": { "scopes": ["pages:read", "pages:read"] }
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
    id: "duplicate-scope",
    level: Severity::Warning,
    fix: Fixable::Safe,
    yields_to: Yields::to(&[Yield::AtPlace(&[&malformed_scope::RULE])]),
    source: include_str!("duplicate_scope.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(oauth) = &subject.manifest.oauth_config else {
        return;
    };
    for (pointer, scopes) in [
        ("/oauth_config/scopes", &oauth.scopes),
        ("/oauth_config/default_scopes", &oauth.default_scopes),
    ] {
        let list = Pointer::from(pointer);
        let mut first_of: HashMap<&str, usize> = HashMap::new();
        for (index, scope) in scopes.iter().flatten().enumerate() {
            let first = *first_of.entry(scope).or_insert(index);
            if first == index {
                continue;
            }
            findings.push(
                RULE.at(subject.value_at(list.index(index)), format!("`{scope}` is listed twice"))
                    .help("remove it")
                    .related(subject.value_at(list.index(first)), "first listed here")
                    .fix(Fix::safe([Edit::Remove(list.index(index))])),
            );
        }
    }
}
