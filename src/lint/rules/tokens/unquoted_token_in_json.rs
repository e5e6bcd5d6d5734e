use serde_json::Value;

use crate::lint::{Check, Findings, Rule, Subject};
use crate::source::finding::Severity;
use crate::text::placeholder::{PlaceholderKind, TokenPlaceholder, placeholders};

/// ## What it does
/// Reports an injected JSON file in which `${access_token}` or `${refresh_token}` is not in quotes.
///
/// ## Why is this bad?
/// A token is inserted as it is. Without quotes around it the file is no longer JSON, and the server cannot read it.
///
/// ## Example
/// ```json
/// {
///   "server": { "inject_file": { "/app/token.json": "{\"token\": ${access_token}}" } },
///   "oauth_config": { "generic_oauth": true, "client_id": "acme-1f3d5" }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "server": { "inject_file": { "/app/token.json": "{\"token\": \"${access_token}\"}" } },
///   "oauth_config": { "generic_oauth": true, "client_id": "acme-1f3d5" }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "unquoted-token-in-json",
    level: Severity::Warning,
    source: include_str!("unquoted_token_in_json.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for file in subject.injected_files() {
        let Some(token) = unquoted_token(file.text) else {
            continue;
        };
        let name = token.name();
        findings.push(
            RULE.at(
                subject.value_at(file.slot.pointer()),
                format!("the file would not be JSON: `${{{name}}}` is not in quotes"),
            )
            .help(format!("put `${{{name}}}` in double quotes")),
        );
    }
}

/// The first token outside quotes, if the text would be JSON with every such token in quotes.
/// Other placeholders outside quotes, such as `${expires_in}`, may be numbers.
fn unquoted_token(text: &str) -> Option<TokenPlaceholder> {
    if !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let mut first_token = None;
    let mut repaired = String::new();
    let mut end_of_last = 0;
    let mut quotes = Quotes::default();
    for found in placeholders(text) {
        let between = text.get(end_of_last..found.range.start)?;
        repaired.push_str(between);
        quotes.read(between);
        end_of_last = found.range.end;
        if quotes.are_open {
            let kept = text.get(found.range)?;
            repaired.push_str(kept);
            quotes.read(kept);
            continue;
        }
        match found.kind {
            PlaceholderKind::Token(
                token @ (TokenPlaceholder::AccessToken | TokenPlaceholder::RefreshToken),
            ) => {
                first_token = first_token.or(Some(token));
                repaired.push_str("\"\"");
            }
            _ => repaired.push('0'),
        }
    }
    repaired.push_str(text.get(end_of_last..)?);
    let is_json = serde_json::from_str::<Value>(&repaired).is_ok();
    first_token.filter(|_| is_json)
}

/// Whether the JSON text read so far ends inside a string.
#[derive(Default)]
struct Quotes {
    are_open: bool,
    is_escaped: bool,
}

impl Quotes {
    fn read(&mut self, json: &str) {
        for byte in json.bytes() {
            match byte {
                _ if self.is_escaped => self.is_escaped = false,
                b'\\' if self.are_open => self.is_escaped = true,
                b'"' => self.are_open = !self.are_open,
                _ => {}
            }
        }
    }
}
