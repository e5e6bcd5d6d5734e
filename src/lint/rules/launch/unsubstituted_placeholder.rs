use crate::lint::{Check, Findings, Rule, Subject};
use crate::source::finding::Severity;
use crate::text::placeholder::{Kind, placeholders};

/// ## What it does
/// Reports `${__dirname}`, `${HOME}` and the other names of desktop extensions in the command, the arguments, the image or
/// the environment. It is a note, unless the entry claims to work. The text that a shell is given with
/// `-c`, or PowerShell with `-Command`, is left alone.
///
/// ## Why is this bad?
/// Today's desktop app replaces `${user_config.KEY}` alone. The server is started with the literal text, and looks for a
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
            let Kind::Runtime(name) = found.kind else {
                continue;
            };
            findings.push(
                RULE.at(
                    subject.value_at(string.slot.pointer()),
                    format!("today's app passes `${{{name}}}` on as it is"),
                )
                .severity(subject.severity_of_claim())
                .help("use a published package or image, or ask the user for the path"),
            );
        }
    }
}
