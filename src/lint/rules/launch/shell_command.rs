use crate::lint::{Check, Findings, Rule, Slot, Subject};
use crate::source::finding::Severity;
use crate::text::launch_line::inline_script;

/// ## What it does
/// Reports a server that is started through a shell: `sh`, `bash` and their like with `-c`, `cmd` with `/c`, or PowerShell
/// with `-Command` or `-EncodedCommand`, with or without other options before it. Also reports one that gives code to an
/// interpreter, such as `node -e`, and one whose shell is started by `env`, `npx -c`, `docker run` and the like. Python code
/// that only imports a module is not reported: it does the same as `python -m`.
///
/// ## Why is this bad?
/// The user's answers become part of the text that the shell parses, so an answer with a quote, a `;` or a `$(…)` runs as
/// a command. Nor does the same line run on every system.
///
/// ## Example
/// ```json
/// { "server": { "command": "sh", "args": ["-c", "npx -y acme-mcp@1.4.0"] } }
/// ```
///
/// Use instead:
/// ```json
/// { "server": { "command": "npx", "args": ["-y", "acme-mcp@1.4.0"] } }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "shell-command",
    level: Severity::Warning,
    source: include_str!("shell_command.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(command) = subject.command() else {
        return;
    };
    let Some(script) = inline_script(command, subject.args()) else {
        return;
    };
    let (place, name) = match script.started {
        Some(shell) => (subject.value_at(Slot::Argument(shell.at).pointer()), shell.text),
        None => (subject.value_at("/server/command"), command),
    };
    findings.push(
        RULE.at(
            place,
            format!("`{name}` parses the server's command line, including the user's answers"),
        )
        .help("start the program directly, with each argument as a separate item"),
    );
}
