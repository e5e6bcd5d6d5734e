use crate::finding::Severity;
use crate::launch_line::is_shell;
use crate::lint::{Check, Findings, Fixable, Group, Rule, Subject};

/// ## What it does
/// Reports a server that is started through a shell: `sh`, `bash`, `cmd` or `powershell` with `-c` or `/c`.
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
pub static RULE: Rule = Rule {
    id: "shell-command",
    group: Group::Launch,
    level: Severity::Warning,
    fix: Fixable::No,
    source: include_str!("shell_command.rs"),
    check: Check::Server(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(command) = subject.command() else {
        return;
    };
    let runs_text = subject
        .args()
        .iter()
        .take_while(|argument| argument.starts_with(['-', '/']))
        .any(|argument| is_command_option(argument));
    if is_shell(command) && runs_text {
        findings.push(
            RULE.at(
                subject.value_at("/server/command"),
                format!("`{command}` reads the server's command as a text"),
            )
            .help("start the program itself, with its arguments one by one"),
        );
    }
}

/// `-c`, `/c`, `-Command`, and `-c` in a cluster such as `-lc`.
fn is_command_option(argument: &str) -> bool {
    let is_cluster = argument.strip_prefix('-').is_some_and(|letters| {
        letters.ends_with('c') && letters.chars().all(|letter| letter.is_ascii_lowercase())
    });
    is_cluster
        || argument.eq_ignore_ascii_case("/c")
        || argument.eq_ignore_ascii_case("-c")
        || argument.eq_ignore_ascii_case("-command")
}
