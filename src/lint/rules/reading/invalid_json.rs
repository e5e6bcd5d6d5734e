use crate::lint::{Check, FileContent, Findings, Rule, TextSubject};
use crate::source::ReadError;
use crate::source::finding::{Place, Severity};
use crate::source::parse::SyntaxError;

/// ## What it does
/// Reports a manifest that is not JSON as RFC 8259 defines it, is not UTF-8, or exceeds a limit: 1 MiB, 127 levels.
///
/// ## Why is this bad?
/// The file cannot be read, so the server is missing from all artifacts. The desktop app would not load it either.
///
/// ## Example
/// ```json
/// {
///   "name": "acme__mcp", // our own server
///   "server": { "command": "npx", "args": ["-y", "acme-mcp@1.4.0"] }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "name": "acme__mcp",
///   "description": "Our own server",
///   "server": { "command": "npx", "args": ["-y", "acme-mcp@1.4.0"] }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "invalid-json",
    level: Severity::Error,
    source: include_str!("invalid_json.rs"),
    check: Check::Text(check),
    ..super::DEFAULTS
};

fn check(subject: &TextSubject<'_>, findings: &mut Findings) {
    let file = subject.file;
    match subject.content {
        FileContent::NotJson(SyntaxError { at, message, help }) => {
            let finding = RULE.at(Place::bytes(file, *at..at + 1), message);
            findings.push(match help {
                Some(help) => finding.help(*help),
                None => finding,
            });
        }
        FileContent::Unread(ReadError::NotUtf8 { at, bytes }) => findings.push(
            RULE.at(Place::bytes(file, *at..at + 1), encoding(bytes))
                .help("save the file as UTF-8"),
        ),
        FileContent::Unread(ReadError::TooLarge { limit }) => findings.push(
            RULE.at(
                Place::whole(file),
                format!("the file is larger than the limit of {limit} bytes"),
            )
            .help("shorten it, or raise `max_file_bytes` in `catproof.toml`"),
        ),
        FileContent::Unread(ReadError::Unreadable(_)) | FileContent::Json { .. } => {}
    }
}

/// What is wrong with bytes that are not UTF-8.
fn encoding(bytes: &[u8]) -> &'static str {
    match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, _, 0, _, ..] | [_, 0, _, 0, ..] => {
            "the file is UTF-16 or UTF-32, not UTF-8"
        }
        _ => "this byte is not valid UTF-8",
    }
}
