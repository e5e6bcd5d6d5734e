use crate::lint::{Check, Findings, Rule, Subject, Yield, Yields};
use crate::source::finding::Severity;

use super::{name_of, reserved_env_name};

/// ## What it does
/// Reports a proxied server whose id does not begin with its owner and `__`.
///
/// ## Why is this bad?
/// The proxy reads the server's credentials from variables that are named after the id, and a short id names those of
/// other programs. A web application keeps the key of its sessions in `SESSION_SECRET`; for a server `session`, an
/// environment that ignores case, as Windows does, or an alias of `[proxy] posix_aliases` has the proxy post that key
/// to the server's provider.
///
/// ## Example
/// ```json catalog/session.json
/// { "name": "session", "oauth_config": { "generic_oauth": true } }
/// ```
///
/// Use instead:
/// ```json catalog/acme__session.json
/// { "name": "acme__session", "oauth_config": { "generic_oauth": true } }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "unscoped-server-id",
    level: Severity::Warning,
    yields_to: Yields::to(&[Yield::AtPlace(&[&reserved_env_name::RULE])]),
    source: include_str!("unscoped_server_id.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let id = &subject.entry.id;
    let is_scoped = id
        .split_once("__")
        .is_some_and(|(owner, name)| !owner.is_empty() && !name.trim_matches('_').is_empty());
    if !subject.entry.is_proxied || is_scoped {
        return;
    }
    findings.push(
        RULE.at(
            name_of(subject.entry),
            format!("`{id}_SECRET` may be the variable of another program"),
        )
        .help("prefix the id with its owner, as in `acme__…`"),
    );
}
