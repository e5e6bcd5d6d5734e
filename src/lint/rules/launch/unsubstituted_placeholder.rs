use crate::lint::{Check, Findings, Rule, Subject};
use crate::source::finding::Severity;
use crate::text::placeholder::{PlaceholderKind, placeholders};

/// ## What it does
/// Reports `${__dirname}`, `${HOME}` and the other names of desktop extensions in the command, the arguments, the image or
/// the environment. A note, unless the manifest sets `works_in_archestra: true`. Text given to a shell with `-c`, or to
/// PowerShell with `-Command`, is skipped.
///
/// ## Why is this bad?
/// Today's desktop app replaces only `${user_config.KEY}`. The server is started with the literal text, and looks for a
/// folder of that name.
///
/// ## Example
/// ```json
/// {
///   "server": { "command": "node", "args": ["${__dirname}/index.js"] }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "server": { "command": "npx", "args": ["-y", "acme-mcp@1.4.0"] }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "unsubstituted-placeholder",
    level: Severity::Warning,
    source: include_str!("unsubstituted_placeholder.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for string in super::strings_outside_of_shells(subject) {
        for found in placeholders(string.text) {
            let PlaceholderKind::Runtime(name) = found.kind else {
                continue;
            };
            findings.push(
                RULE.at(
                    subject.value_at(string.slot.pointer()),
                    format!("today's desktop app passes on `${{{name}}}` unchanged"),
                )
                .severity(subject.launch_problem_severity())
                .help("use a published package or image, or ask the user for the path"),
            );
        }
    }
}
