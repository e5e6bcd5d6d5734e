use crate::lint::rules::reading::missing_server;
use crate::lint::{Check, Findings, Rule, Subject, Yield, Yields};
use crate::source::finding::Severity;

/// ## What it does
/// Reports a local server whose command is the literal `unknown`, or whose command is missing or empty and that has no
/// `docker_image` either. A note, unless the manifest sets `works_in_archestra: true`.
///
/// ## Why is this bad?
/// There is nothing to run.
///
/// ## Example
/// ```json
/// { "server": { "command": "unknown", "args": null } }
/// ```
///
/// Use instead:
/// ```json
/// { "server": { "command": "npx", "args": ["-y", "acme-mcp@1.4.0"] } }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "unknown-command",
    level: Severity::Warning,
    yields_to: Yields::to(&[Yield::InFile(&[&missing_server::RULE])]),
    source: include_str!("unknown_command.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let server = &subject.manifest.server;
    if !subject.is_local() {
        return;
    }
    let (place, message) = match subject.command() {
        // An image can have an entry point.
        None | Some("") if server.docker_image.is_some() => return,
        Some("") => (subject.value_at("/server/command"), "the command is empty"),
        Some("unknown") => {
            (subject.value_at("/server/command"), "the command is the placeholder `unknown`")
        }
        None => (subject.key("/server"), "the server has no command"),
        Some(_) => return,
    };
    findings.push(
        RULE.at(place, message)
            .severity(subject.launch_problem_severity())
            .help("set `server.command` to what starts the server, such as `npx` or `docker`"),
    );
}
