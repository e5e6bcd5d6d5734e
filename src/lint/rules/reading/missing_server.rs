use serde_json::Value;

use crate::lint::{Check, Findings, RawSubject, Rule};
use crate::source::finding::{Place, Severity};

/// ## What it does
/// Reports a manifest with neither `server` nor `remote_url`. Its OAuth type still follows from `oauth_config`.
///
/// ## Why is this bad?
/// Nothing says what to run, or where the server is.
///
/// ## Example
/// ```json
/// { "server": null }
/// ```
///
/// Use instead:
/// ```json
/// { "server": { "command": "npx", "args": ["-y", "acme-mcp@1.4.0"] } }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "missing-server",
    level: Severity::Error,
    source: include_str!("missing_server.rs"),
    check: Check::Value(check),
    ..super::DEFAULTS
};

fn check(subject: &RawSubject<'_>, findings: &mut Findings) {
    let Some(members) = subject.value.as_object() else {
        return;
    };
    let is_there = |key: &str| members.get(key).is_some_and(|value: &Value| !value.is_null());
    if is_there("server") || is_there("remote_url") {
        return;
    }
    findings.push(
        RULE.at(Place::whole(subject.file), "nothing says how to start or reach the server")
            .help("add `server` with `command` and `args`, or `remote_url`"),
    );
}
