use serde_json::json;

use crate::lint::{Check, Findings, Fixable, Rule, Slot, Subject};
use crate::source::finding::{Edit, Fix, Severity};
use crate::text::launch_line::{PackageRunner, package_run};

/// ## What it does
/// Reports `npx` without `-y` before the package. A note, unless the manifest sets `works_in_archestra: true`.
///
/// ## Why is this bad?
/// `npx` asks before it installs a package, and nobody can answer: the server hangs until the app gives up.
///
/// ## Example
/// ```json
/// { "server": { "command": "npx", "args": ["acme-mcp@1.4.0"] } }
/// ```
///
/// Use instead:
/// ```json
/// { "server": { "command": "npx", "args": ["-y", "acme-mcp@1.4.0"] } }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "npx-without-yes",
    level: Severity::Warning,
    fix: Fixable::Safe,
    source: include_str!("npx_without_yes.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(run) = subject.command().and_then(|command| package_run(command, subject.args()))
    else {
        return;
    };
    let Some(package) = run.package else {
        return;
    };
    if run.runner == PackageRunner::Npx && !run.is_confirmed {
        findings.push(
            RULE.at(
                subject.value_at(Slot::Argument(package.at).pointer()),
                format!("`npx` asks before it installs `{}`", package.text),
            )
            .severity(subject.launch_problem_severity())
            .help("add `-y` as the first argument")
            .fix(Fix::safe([Edit::InsertItem("/server/args".into(), 0, json!("-y"))])),
        );
    }
}
