//! What counts as a hard-coded credential: the one definition for variables, arguments, defaults and URLs.

use crate::text::secrets::client_secret::{is_reference, is_unfilled};
use crate::text::secrets::credential::{is_example, looks_random, names_credential};

/// Words that toggle something.
const FLAGS: [&str; 6] = ["true", "false", "yes", "no", "on", "off"];

/// Whether a value is used literally: not a template in any syntax, a stand-in, a flag, a number, or the location of the
/// credential.
pub(crate) fn is_hardcoded(value: &str) -> bool {
    let value = value.trim();
    let is_flag = FLAGS.iter().any(|flag| value.eq_ignore_ascii_case(flag));
    let is_number = value.parse::<f64>().is_ok();
    !is_nothing(value)
        && !is_flag
        && !is_number
        && !is_template(value)
        && !is_location(value)
        && !is_stand_in(value)
}

/// Whether a value means that there is none: empty, `none`, or empty as JSON (`null`, `{}`, `[]`).
pub(crate) fn is_nothing(value: &str) -> bool {
    let compact: String = value.split_whitespace().collect();
    let nothing = ["", "none", "null", "{}", "[]"];
    nothing.iter().any(|nothing| compact.eq_ignore_ascii_case(nothing))
}

/// Whether a value stands in for a credential: a reference, the name of a variable, or words that nobody has replaced.
pub(crate) fn is_stand_in(value: &str) -> bool {
    let value = value.trim();
    let is_word = is_unfilled(value) || is_example(value);
    // A random-looking piece makes it a credential, whatever words surround it.
    !value.is_empty()
        && (is_reference(value) || is_variable(value) || (is_word && !looks_random(value)))
}

/// Whether the credential is substituted before the value is used.
fn is_template(value: &str) -> bool {
    ["${", "{{", "$("].iter().any(|opening| value.contains(opening))
        || (value.starts_with('%') && value.ends_with('%'))
}

/// Whether a value is the name of a variable that holds a credential.
fn is_variable(value: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    names_credential(value) && value.bytes().all(is_letter)
}

/// Whether a value says where the credential is: in a file, or at a URL that does not contain it before its host, as the
/// address of a Sentry project does.
fn is_location(value: &str) -> bool {
    let starts = ["/", "./", "../", "~", "@"];
    let user_information = |url: &str| {
        let (user, _) = url.split(['/', '?', '#']).next()?.rsplit_once('@')?;
        Some(looks_random(user))
    };
    match value.split_once("://") {
        Some((_, url)) => user_information(url) != Some(true),
        None => starts.iter().any(|start| value.starts_with(start)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_hardcoded_unless_it_is_replaced_or_stands_for_another() {
        for value in [
            "kq8Zp2mN4vX7",
            "hunter2",
            "your-9f8e7d6c5b4a",
            "p4ss word",
            "https://9f8e7d6c5b4a@o1.ingest.sentry.io/2",
        ] {
            assert!(is_hardcoded(value), "{value}");
        }
        for value in [
            "",
            " ",
            "none",
            "NULL",
            "{}",
            "[ ]",
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
            "postgres://postgres@localhost/9f8e7d6c5b4a",
            "your-token-here",
            "<password>",
            "xxxx",
            "REDACTED",
            "changeme",
        ] {
            assert!(!is_hardcoded(value), "{value}");
        }
    }
}
