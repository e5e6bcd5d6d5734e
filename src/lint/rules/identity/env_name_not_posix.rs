use crate::lint::{Check, Findings, Rule, Subject};
use crate::source::finding::Severity;
use crate::text::env_name;

use super::name_of;

/// ## What it does
/// Reports a proxied server whose variable `{id}_SECRET` does not have a POSIX name: letters, digits and `_`, not
/// starting with a digit.
///
/// ## Why is this bad?
/// The proxy reads such a name from its `.env` file, but shells cannot set it, and `npm start` drops it on the way
/// through `sh`. A container or a cloud service cannot be given the secret under this name. For the servers that `[proxy]
/// posix_aliases` lists, the proxy also reads the name in upper case with `_` for every other character.
///
/// ## Example
/// ```json catalog/acme__file-mcp.json
/// { "name": "acme__file-mcp", "oauth_config": { "generic_oauth": true } }
/// ```
///
/// Use instead:
/// ```json catalog/acme__file_mcp.json
/// { "name": "acme__file_mcp", "oauth_config": { "generic_oauth": true } }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "env-name-not-posix",
    level: Severity::Note,
    source: include_str!("env_name_not_posix.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let id = &subject.entry.id;
    if !subject.entry.is_proxied || env_name::is_posix(id) {
        return;
    }
    findings.push(
        RULE.at(
            name_of(subject.entry),
            format!("`{id}_SECRET` is not a name that a shell can set"),
        )
        .help(
            "set the variable in the proxy's `.env` file, or give it a second name with \
             `[proxy] posix_aliases`",
        ),
    );
}
