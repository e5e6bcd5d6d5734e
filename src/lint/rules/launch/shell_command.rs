use crate::lint::{Check, Findings, Rule, Subject};
use crate::source::finding::Severity;
use crate::text::launch_line::inline_script;

/// ## What it does
/// Reports a server that is started through a shell: `sh`, `bash` and their like with `-c`, `cmd` with `/c`, or PowerShell
/// with `-Command` or `-EncodedCommand`, whatever other options stand before.
///
/// ## Why is this bad?
/// The user's answers are put into the text that the shell reads, so that an answer with a quote, a `;` or a `$(…)` runs as
/// a command. The same line does not run on every system either.
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
    if inline_script(command, subject.args()).is_some() {
        findings.push(
            RULE.at(
                subject.value_at("/server/command"),
                format!("`{command}` reads the server's command as a text"),
            )
            .help("start the program itself, with its arguments one by one"),
        );
    }
}
