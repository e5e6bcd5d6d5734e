use serde_json::Value;

use crate::lint::{Check, Findings, RawSubject, Rule, Yield, Yields};
use crate::source::Pointer;
use crate::source::finding::{Place, Severity};

use super::invalid_server_id;

/// ## What it does
/// Reports bidirectional and zero-width characters in any key, and in any value that is not prose: `name`, URLs,
/// commands, arguments, environment, scopes. Prose is `readme`, `description`, `instructions` and the like. A joiner or
/// variation selector inside an emoji is never reported.
///
/// ## Why is this bad?
/// A reviewer sees a different text than the programs read: a host with a zero-width space is another host, and text
/// after a right-to-left override is shown in a different order than it runs.
///
/// ## Example
/// ```json
/// { "server": { "args": ["-y", "acme\u200b-mcp@1.4.0"] } }
/// ```
///
/// Use instead:
/// ```json
/// { "server": { "args": ["-y", "acme-mcp@1.4.0"] } }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "invisible-character",
    level: Severity::Warning,
    yields_to: Yields::to(&[Yield::AtPlace(&[&invalid_server_id::RULE])]),
    source: include_str!("invisible_character.rs"),
    check: Check::Value(check),
    ..super::DEFAULTS
};

/// The members that only people read. The permutations are copied from READMEs.
const PROSE: [&str; 10] = [
    "author",
    "client_config_permutations",
    "description",
    "display_name",
    "instructions",
    "long_description",
    "raw_dependencies",
    "readme",
    "text",
    "title",
];

/// The members whose keys are chosen by the author, so that a variable called `text` is not prose.
const WITH_NAMES: [&str; 3] = ["env", "inject_file", "user_config"];

fn check(subject: &RawSubject<'_>, findings: &mut Findings) {
    // Almost no file has such a character, so pointers are built only if one does.
    if has_any("", subject.value) {
        report(subject, "", subject.value, &Pointer::root(), findings);
    }
}

/// Whether the value of the key `of` has an invisible character outside of prose.
fn has_any(of: &str, value: &Value) -> bool {
    match value {
        Value::String(text) => invisible(text).is_some(),
        Value::Array(items) => items.iter().any(|item| has_any("", item)),
        Value::Object(members) => members.iter().any(|(key, value)| {
            invisible(key).is_some() || (!is_prose(of, key) && has_any(key, value))
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn report(
    subject: &RawSubject<'_>,
    of: &str,
    value: &Value,
    at: &Pointer,
    findings: &mut Findings,
) {
    match value {
        Value::String(text) => report_text(text, &subject.value_at(at.clone()), findings),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                report(subject, "", item, &at.index(index), findings);
            }
        }
        Value::Object(members) => {
            for (key, value) in members {
                let member = at.key(key);
                report_text(key, &subject.key(member.clone()), findings);
                if !is_prose(of, key) {
                    report(subject, key, value, &member, findings);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn report_text(text: &str, place: &Place, findings: &mut Findings) {
    let Some((index, character)) = invisible(text) else {
        return;
    };
    let number = text.get(..index).unwrap_or_default().chars().count() + 1;
    let message = format!(
        "character {number} is the invisible U+{:04X} ({})",
        u32::from(character),
        describe(character)
    );
    findings.push(RULE.at(place.clone(), message).help("remove it, or retype the text"));
}

/// Whether the member `key` of the object at the key `of` is prose.
fn is_prose(of: &str, key: &str) -> bool {
    PROSE.contains(&key) && !WITH_NAMES.contains(&of)
}

/// The first invisible character, with its byte offset.
fn invisible(text: &str) -> Option<(usize, char)> {
    if text.is_ascii() {
        return None;
    }
    let mut before = None;
    let mut characters = text.char_indices().peekable();
    while let Some((index, character)) = characters.next() {
        let after = characters.peek().map(|(_, after)| *after);
        if is_invisible(character) && !is_part_of_emoji(before, character, after) {
            return Some((index, character));
        }
        before = Some(character);
    }
    None
}

/// Characters without width and those that change the direction of the text
/// ([UAX #9](https://www.unicode.org/reports/tr9/), and `Default_Ignorable_Code_Point` of
/// [UAX #44](https://www.unicode.org/reports/tr44/)).
fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

fn describe(character: char) -> &'static str {
    match character {
        '\u{61c}' | '\u{200e}' | '\u{200f}' => "text direction mark",
        '\u{202a}' | '\u{202b}' | '\u{2066}'..='\u{2068}' => "start of a text direction",
        '\u{202c}' | '\u{2069}' => "end of a text direction",
        '\u{202d}' => "left-to-right override",
        '\u{202e}' => "right-to-left override",
        '\u{200b}' => "zero-width space",
        '\u{200c}' => "zero-width non-joiner",
        '\u{200d}' => "zero-width joiner",
        '\u{2060}' => "word joiner",
        '\u{feff}' => "byte order mark",
        '\u{ad}' => "soft hyphen",
        _ => "zero-width character",
    }
}

/// Whether a selector or tag follows a pictograph, or a joiner stands between two, as in an emoji.
fn is_part_of_emoji(before: Option<char>, character: char, after: Option<char>) -> bool {
    let is_before = |accepts: fn(char) -> bool| before.is_some_and(accepts);
    match character {
        '\u{200d}' => {
            is_before(|before| is_pictograph(before) || before == '\u{fe0f}')
                && after.is_some_and(is_pictograph)
        }
        '\u{fe0f}' => {
            is_before(|before| is_pictograph(before) || matches!(before, '0'..='9' | '#' | '*'))
        }
        // The flags of England, Scotland and Wales: a black flag, then its letters as tags.
        '\u{e0020}'..='\u{e007f}' => is_before(|before| {
            before == '\u{1f3f4}' || ('\u{e0020}'..='\u{e007e}').contains(&before)
        }),
        _ => false,
    }
}

/// Whether a character is a symbol: neither ASCII nor a letter, a digit or invisible.
fn is_pictograph(character: char) -> bool {
    !character.is_ascii() && !character.is_alphanumeric() && !is_invisible(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emoji_and_letters_of_any_script_are_visible() {
        let seen = [
            "plain",
            "bücher",
            "日本語",
            "👨\u{200d}💻",
            "❤\u{fe0f}\u{200d}🔥",
            "1\u{fe0f}\u{20e3}",
            "⚠\u{fe0f}",
            "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
            "👩🏽\u{200d}🚀",
        ];
        for text in seen {
            assert_eq!(invisible(text), None, "{text:?}");
        }
    }

    #[test]
    fn invisible_characters_are_found_at_their_offset() {
        let hidden = [
            ("a\u{200b}b", 1, '\u{200b}'),
            ("\u{202e}ab", 0, '\u{202e}'),
            ("ab\u{2066}", 2, '\u{2066}'),
            ("git\u{200d}hub", 3, '\u{200d}'),
            ("👨\u{200d}a", 4, '\u{200d}'),
            ("a\u{fe0f}", 1, '\u{fe0f}'),
            ("é\u{fe0f}", 2, '\u{fe0f}'),
            ("x\u{e0041}", 1, '\u{e0041}'),
            ("\u{feff}x", 0, '\u{feff}'),
            ("so\u{ad}ft", 2, '\u{ad}'),
        ];
        for (text, index, character) in hidden {
            assert_eq!(invisible(text), Some((index, character)), "{text:?}");
        }
    }

    #[test]
    fn an_invisible_character_is_called_by_its_name() {
        for (characters, name) in [
            ("\u{61c}\u{200e}\u{200f}", "text direction mark"),
            ("\u{202a}\u{202b}\u{2066}\u{2067}\u{2068}", "start of a text direction"),
            ("\u{202c}\u{2069}", "end of a text direction"),
            ("\u{202d}", "left-to-right override"),
            ("\u{202e}", "right-to-left override"),
            ("\u{200b}", "zero-width space"),
            ("\u{200c}", "zero-width non-joiner"),
            ("\u{200d}", "zero-width joiner"),
            ("\u{2060}", "word joiner"),
            ("\u{feff}", "byte order mark"),
            ("\u{ad}", "soft hyphen"),
            ("\u{3164}", "zero-width character"),
        ] {
            for character in characters.chars() {
                assert!(is_invisible(character), "{character:?}");
                assert_eq!(describe(character), name, "{character:?}");
            }
        }
    }
}
