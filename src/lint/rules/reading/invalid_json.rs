use crate::finding::Severity;
use crate::lint::{Check, Fixable, Group, Rule};

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
