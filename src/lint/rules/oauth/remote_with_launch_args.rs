use crate::lint::{Check, Findings, Rule, Subject};
use crate::source::finding::Severity;

/// ## What it does
/// Reports `command: "remote"` together with arguments or environment variables.
///
/// ## Why is this bad?
/// A remote server is not started, so nothing reads them: a key or flag that the author relies on has no effect.
///
/// ## Example
/// ```json
/// {
///   "remote_url": "https://mcp.acme.example/mcp",
///   "server": { "command": "remote", "args": ["--read-only"] }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "remote_url": "https://mcp.acme.example/mcp?read_only=true",
///   "server": { "command": "remote", "args": [] }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "remote-with-launch-args",
    level: Severity::Warning,
    source: include_str!("remote_with_launch_args.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let server = &subject.manifest.server;
    if server.command.as_deref() != Some("remote") {
        return;
    }
    let has_args = server.args.as_ref().is_some_and(|args| !args.is_empty());
    let has_env = server.env.as_ref().is_some_and(|env| !env.is_empty());
    for (is_given, name) in [(has_args, "args"), (has_env, "env")] {
        if is_given {
            findings.push(
                RULE.at(
                    subject.key(format!("/server/{name}")),
                    format!("`server.{name}` has no effect on a remote server"),
                )
                .help(format!("remove `server.{name}`, or run the server locally")),
            );
        }
    }
}
