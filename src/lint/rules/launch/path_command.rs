use crate::lint::{Check, Findings, Rule, Subject};
use crate::source::finding::Severity;

/// ## What it does
/// Reports a local server whose command is a path. A note, unless the manifest sets `works_in_archestra: true`.
///
/// ## Why is this bad?
/// The program at this path exists on the author's machine. On other machines, and in the container in which the desktop
/// app runs servers, it is missing.
///
/// ## Example
/// ```json
/// { "server": { "command": "/usr/local/bin/acme-mcp", "args": ["--stdio"] } }
/// ```
///
/// Use instead:
/// ```json
/// { "server": { "command": "npx", "args": ["-y", "acme-mcp@1.4.0"] } }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "path-command",
    level: Severity::Warning,
    source: include_str!("path_command.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(command) = subject.command() else {
        return;
    };
    if subject.is_local() && command.contains(['/', '\\']) {
        findings.push(
            RULE.at(
                subject.value_at("/server/command"),
                format!("`{command}` is a path that may not exist on other machines"),
            )
            .severity(subject.launch_problem_severity())
            .help("run a published package or image"),
        );
    }
}
