use crate::lint::{Check, Fixable, Group, Rule};
use crate::source::FileId;
use crate::source::finding::{Finding, Place, Severity};
use crate::source::parse::SyntaxError;

/// ## What it does
/// Reports a manifest that is not JSON as RFC 8259 defines it, is not UTF-8, or is over a limit: 1 MiB, 127 levels.
///
/// ## Why is this bad?
/// Nothing in the file can be read, so the server is missing from everything that is compiled.
/// The desktop app would not load it either.
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
pub static RULE: Rule = Rule {
    id: "invalid-json",
    group: Group::Reading,
    level: Severity::Error,
    fix: Fixable::No,
    source: include_str!("invalid_json.rs"),
    check: Check::Stage,
};

/// The finding for a text that is no JSON, at the character that cannot stand there.
pub fn syntax(file: FileId, error: SyntaxError) -> Finding {
    let SyntaxError { at, message, help } = error;
    let finding = RULE.at(Place::bytes(file, at..at + 1), message);
    match help {
        Some(help) => finding.help(help),
        None => finding,
    }
}

/// The finding for bytes that are no UTF-8, at the first of them.
pub fn encoding(file: FileId, at: usize, bytes: &[u8]) -> Finding {
    let message = match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, _, 0, _, ..] | [_, 0, _, 0, ..] => {
            "the file is UTF-16 or UTF-32"
        }
        _ => "this byte is not UTF-8",
    };
    RULE.at(Place::bytes(file, at..at + 1), message)
        .help("save the file as UTF-8")
}

/// The finding for a file over the size limit, in bytes.
pub fn too_large(file: FileId, limit: u64) -> Finding {
    RULE.at(
        Place::whole(file),
        format!("the file is larger than the limit of {limit} bytes"),
    )
    .help("shorten it, or raise `max_file_bytes` in `catproof.toml`")
}
