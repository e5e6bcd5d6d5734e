use serde_json::Value;

use crate::lint::{Check, Findings, RawSubject, Rule};
use crate::source::finding::Severity;
use crate::text::server_id::{LONGEST_ID, is_id_character};

/// ## What it does
/// Reports a `name` that is not 1 to 200 of the characters `A-Z`, `a-z`, `0-9`, `_`, `.` and `-`.
///
/// ## Why is this bad?
/// The OAuth proxy answers any other id with status 400, so nobody can log in. The id also becomes the name of files and
/// environment variables.
///
/// ## Example
/// ```json catalog/acme mcp.json
/// { "name": "acme mcp" }
/// ```
///
/// Use instead:
/// ```json catalog/acme__mcp.json
/// { "name": "acme__mcp" }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "invalid-server-id",
    level: Severity::Error,
    source: include_str!("invalid_server_id.rs"),
    check: Check::Value(check),
    ..super::DEFAULTS
};

fn check(subject: &RawSubject<'_>, findings: &mut Findings) {
    let id = match subject.value.get("name") {
        None | Some(Value::Null) if subject.value.is_object() => subject.stem,
        Some(Value::String(name)) => name,
        _ => return,
    };
    let stray = id.chars().find(|character| !is_id_character(*character));
    let message = match stray {
        _ if id.is_empty() => "the server id is empty".to_owned(),
        Some(stray) => format!("the server id has {}, which the proxy rejects", describe(stray)),
        None if id.len() > LONGEST_ID => {
            format!(
                "the server id has {} characters, but at most {LONGEST_ID} are allowed",
                id.len()
            )
        }
        None => return,
    };
    findings.push(
        RULE.at(subject.value_at("/name"), message)
            .help("use at most 200 letters, digits, `_`, `.` and `-`"),
    );
}

/// Names a character; with its code point if it is invisible or could be mistaken for another.
fn describe(character: char) -> String {
    match character {
        ' ' => "a space".to_owned(),
        '!'..='~' => format!("`{character}`"),
        _ if character.is_alphanumeric() => {
            format!("`{character}` (U+{:04X})", u32::from(character))
        }
        _ => format!("the character U+{:04X}", u32::from(character)),
    }
}
