//! What counts as a credential that is written down: the one definition for variables, arguments, defaults and URLs.

use crate::text::secrets::client_secret::{is_placeholder, is_reference};
use crate::text::secrets::credential::{has_mixed_piece, is_stand_in, names_credential};

/// Words that say that there is no value, or switch something.
const FLAGS: [&str; 8] = ["true", "false", "yes", "no", "on", "off", "none", "null"];

/// Whether a value is used as it is written: no placeholder of any syntax, no word that stands for a credential, no flag,
/// no number, no place where the credential is found.
pub(crate) fn is_written_down(value: &str) -> bool {
    let value = value.trim();
    let is_flag = FLAGS.iter().any(|flag| value.eq_ignore_ascii_case(flag));
    let is_number = value.parse::<f64>().is_ok();
    !value.is_empty()
        && !is_flag
        && !is_number
        && !is_filled_in_later(value)
        && !is_place(value)
        && !stands_for_one(value)
}

/// Whether a value only stands for a credential, as documentation has it, and nothing puts one in its place.
pub(crate) fn stands_for_one(value: &str) -> bool {
    let value = value.trim();
    let is_word = is_placeholder(value) || is_stand_in(value);
    // What is drawn at random is a credential, whatever words stand around it.
    !value.is_empty()
        && (is_reference(value) || is_variable(value) || (is_word && !has_mixed_piece(value)))
}

/// Whether something puts the credential in its place before it is used.
fn is_filled_in_later(value: &str) -> bool {
    value.contains("${")
        || value.contains("{{")
        || value.contains("$(")
        || (value.starts_with('%') && value.ends_with('%'))
}

/// Whether a value is the name of a variable that holds a credential.
fn is_variable(value: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    names_credential(value) && value.bytes().all(is_letter)
}

/// Whether a value says where the credential is found: a file or a URL.
fn is_place(value: &str) -> bool {
    let starts = ["/", "./", "../", "~", "@"];
    value.contains("://") || starts.iter().any(|start| value.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_written_down_unless_something_else_takes_its_place() {
        for value in ["kq8Zp2mN4vX7", "hunter2", "your-9f8e7d6c5b4a", "p4ss word"] {
            assert!(is_written_down(value), "{value}");
        }
        for value in [
            "",
            " ",
            "none",
            "NULL",
            "true",
            "4096",
            "${TOKEN}",
            "a-${b}",
            "{{token}}",
            "$(cat key)",
            "$TOKEN",
            "%TOKEN%",
            "ACME_API_KEY",
            "/run/secrets/acme",
            "./key",
            "~/key",
            "@key",
            "https://vault.example/key",
            "your-token-here",
            "<password>",
            "xxxx",
            "REDACTED",
            "changeme",
        ] {
            assert!(!is_written_down(value), "{value}");
        }
    }
}
