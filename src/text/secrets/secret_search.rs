//! Possible secrets in text that no secrets rule checks: a broken manifest, a configuration, a file named by mistake.
//! They are recognised by their form, by their place in a URL, or by the key before them.
//!
//! Nothing is reported from here, only masked in output, so the search errs on the side of finding too much.

use std::sync::LazyLock;

use regex::Regex;

use crate::text::secrets::client_secret::is_redacted_lookalike;
use crate::text::secrets::credential::{credentials, is_worth_hiding, names_credential};

/// The secrets that are recognised in any of these ways.
pub(crate) fn find_secrets(text: &str) -> Vec<String> {
    let mut found = recognisable_secrets(text);
    found.append(&mut secrets_after_keys(text));
    found
}

/// Credentials recognised by their form, and those in URLs: passwords in the user information, and query parameters with
/// the name of a credential.
pub(crate) fn recognisable_secrets(text: &str) -> Vec<String> {
    let mut found: Vec<String> =
        credentials(text).map(|credential| credential.secret.to_owned()).collect();
    if text.contains('\\') {
        // In `\nghp_…`, the `n` looks like the start of the token's word: search again without such escapes.
        let text = blank_escapes(text);
        found.extend(credentials(&text).map(|credential| credential.secret.to_owned()));
    }
    if !text.contains("://") {
        return found;
    }
    let is_end = |character: char| character.is_whitespace() || "\"'`<>\\".contains(character);
    for word in text.split(is_end) {
        let Some((_, url)) = word.split_once("://") else {
            continue;
        };
        secrets_of_url(url, &mut found);
        // Nested URLs. Reading each to the end of the word, not only to the next one, would be quadratic.
        for inner in url.split("://").skip(1) {
            secrets_of_url(inner, &mut found);
        }
    }
    found
}

/// The values after a key that names a credential, in any syntax: `"client_secret": "…"`, `clientSecret: '…'`,
/// `"API_TOKEN": ["…"]`, `A_SECRET='…`. Quotes may be missing, as in broken text.
fn secrets_after_keys(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let keys = KEYS.as_ref().map(|keys| keys.captures_iter(text));
    for captures in keys.into_iter().flatten() {
        let (Some(whole), Some(name)) = (captures.get(0), captures.name("name")) else {
            continue;
        };
        let name = unescape(name.as_str());
        let is_client_secret = resembles_client_secret(&name);
        if !is_client_secret && !names_credential(&name) {
            continue;
        }
        let has = |group: &str| captures.name(group).is_some_and(|part| !part.is_empty());
        let (is_quoted, is_separated) = (has("quote"), has("separator"));
        if !is_quoted && !is_separated {
            continue;
        }
        let is_assignment = is_separated && captures.name("line").is_some();
        let rest = text.get(whole.end()..).unwrap_or_default();
        let values = if let Some(list) = rest.strip_prefix('[') {
            strings(list)
        } else if let Some((value, _)) = quoted(rest) {
            match after_quote(rest, value).filter(|_| is_assignment) {
                // The quotes in `A_TOKEN="half"rest` may be part of the value.
                Some(after) => vec![value, first_line(after), first_line(rest)],
                None => vec![value],
            }
        } else if is_assignment {
            // Without quotes, the end of the value is unknown.
            vec![first_word(rest), first_line(rest)]
        } else if is_separated && is_quoted {
            vec![first_word(rest)]
        } else {
            Vec::new()
        };
        for value in values {
            collect(value, is_client_secret, &mut found);
        }
    }
    found
}

/// A key with everything up to its value: `"api_key": `, `export A_TOKEN=`, `\"token\": `.
static KEYS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?m)(?P<line>^[ \t]*(?:export[ \t]+)?)?(?P<name>(?:[A-Za-z0-9_.-]|\\u[0-9A-Fa-f]{4})+)(?P<quote>\\*["'`]?)\s*(?P<separator>[:=]*)\s*"#,
    )
    .ok()
});

/// The quoted string at the start of a text, and what follows. Without a closing quote it extends to the end of the line.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let unescaped = text.trim_start_matches('\\');
    let is_nested = unescaped.len() < text.len();
    let quote =
        ["\"\"\"", "'''", "\"", "'", "`"].into_iter().find(|quote| unescaped.starts_with(quote))?;
    let inside = unescaped.get(quote.len()..)?;
    let mut is_escaped = false;
    let end = inside.char_indices().find(|(at, character)| {
        let ends = !is_escaped && inside.get(*at..).is_some_and(|rest| rest.starts_with(quote));
        is_escaped = *character == '\\' && !is_escaped && !is_nested;
        ends
    });
    let (value, rest) = match end {
        Some((at, _)) => (inside.get(..at)?, inside.get(at + quote.len()..)?),
        None => inside.split_once('\n').unwrap_or((inside, "")),
    };
    Some((value, rest))
}

/// The strings of a list and of nested lists, starting after the opening bracket.
fn strings(mut rest: &str) -> Vec<&str> {
    let mut values = Vec::new();
    loop {
        rest = rest
            .trim_start_matches(|between: char| between.is_whitespace() || "[,".contains(between));
        let Some((value, after)) = quoted(rest) else {
            return values;
        };
        values.push(value);
        rest = after;
    }
}

/// What follows the closing quote of a value, if it is a word directly after the quote.
fn after_quote<'a>(text: &'a str, value: &str) -> Option<&'a str> {
    let (_, after) = text.split_once(value).filter(|_| !value.is_empty())?;
    let after = after.trim_start_matches(['"', '\'', '`']);
    after.starts_with(char::is_alphanumeric).then_some(after)
}

fn first_word(text: &str) -> &str {
    let is_end = |end: char| end.is_whitespace() || ",;{}[])\"'".contains(end);
    text.split(is_end).next().unwrap_or_default()
}

/// The first line; empty where the value is an object or missing.
fn first_line(text: &str) -> &str {
    if text.starts_with(['{', '}', ']']) { "" } else { text.lines().next().unwrap_or_default() }
}

/// Collects the lines of a value that may be secret, as written and unescaped.
fn collect(value: &str, is_client_secret: bool, found: &mut Vec<String>) {
    let is_edge = |character: char| character.is_whitespace() || ",;\\\"'`}])".contains(character);
    for line in value.lines() {
        for part in [line.trim(), line.trim_end_matches(is_edge).trim()] {
            let flags = ["true", "false", "null", "none"];
            let is_harmless = part.is_empty()
                || part.contains("${")
                || part.contains("{{")
                || flags.contains(&part)
                || is_redacted_lookalike(part)
                || part.parse::<f64>().is_ok();
            if is_harmless || !(is_worth_hiding(part) || is_client_secret) {
                continue;
            }
            found.push(part.to_owned());
            let unescaped = unescape(part);
            if unescaped != part {
                found.push(unescaped);
            }
        }
    }
}

/// Whether a name is `client_secret`, in any notation and with up to two typos.
fn resembles_client_secret(name: &str) -> bool {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    let letters = letters.collect::<String>().to_ascii_lowercase();
    letters.len().abs_diff("clientsecret".len()) <= 2
        && strsim::damerau_levenshtein(&letters, "clientsecret") <= 2
}

fn secrets_of_url(url: &str, found: &mut Vec<String>) {
    let is_literal = |value: &str| !value.contains("${") && !value.contains("{{");
    let authority = url.split(['/', '?', '#']).next().unwrap_or_default();
    let user_information = authority.rsplit_once('@').map(|(before, _)| before);
    let password = user_information.and_then(|before| before.split_once(':'));
    if let Some((user, password)) = password
        && !password.is_empty()
        && is_literal(password)
    {
        found.push(format!("{user}:{password}"));
        if is_worth_hiding(password) {
            found.push(password.to_owned());
        }
    }
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let parameters = query.split(['&', '#']).filter_map(|part| part.split_once('='));
    let secrets = parameters.filter(|(name, value)| {
        names_credential(name) && is_literal(value) && is_worth_hiding(value)
    });
    found.extend(secrets.map(|(_, value)| value.to_owned()));
}

/// Replaces each escaped control character, such as `\n`, by two spaces.
fn blank_escapes(text: &str) -> String {
    let escapes = ["\\b", "\\f", "\\n", "\\r", "\\t"];
    escapes.into_iter().fold(text.to_owned(), |text, escape| text.replace(escape, "  "))
}

/// Unescapes a part of a JSON string; returns it unchanged if it is not valid.
fn unescape(written: &str) -> String {
    if written.contains('\\') {
        serde_json::from_str(&format!("\"{written}\"")).unwrap_or_else(|_| written.to_owned())
    } else {
        written.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "kq8Zp2mN4vX7-live";

    #[test]
    fn the_value_after_a_name_is_found_in_any_syntax() {
        for text in [
            r#"{"client_secret": "§"}"#,
            r#"{"client_secret": "§, "name": "x"}"#,
            "{\"client_secret\": \"§,\n\"name\": \"x\"}",
            r#"{"client_secret": "§"#,
            r#"{"client_secret": §", "name": "x"}"#,
            r#"{"client_secret" "§"}"#,
            r#"{"client_secret: "§"}"#,
            "{client_secret: '§'}",
            r#"{"clientSecret": "§"}"#,
            r#"{"client-secert": "§"}"#,
            r#"{"client\u005fsecret": "§"}"#,
            r#"{"client_secret": ["a", ["§"]]}"#,
            r#"{"A": {"api_key" : "§" }}"#,
            r#"{"content": "{\"api_key\": \"§\"}"}"#,
            "A_SECRET='§",
            "export A_SECRET=§",
            "  token = '''\n§\n'''",
            "A_TOKEN=\"first line\n§\"",
            "A_TOKEN=\"half\"§",
        ] {
            let text = text.replace('§', SECRET);
            let found = secrets_after_keys(&text);
            assert!(found.iter().any(|found| found == SECRET), "{text}: {found:?}");
        }
    }

    #[test]
    fn values_that_are_no_secrets_are_not_collected() {
        for text in [
            r#"{"client_secret": "REDACTED", "scopes": ["notes"]}"#,
            r#"{"A_TOKEN": "${user_config.token}"}"#,
            r#"{"api_key": {"type": "string", "title": "The key of the thing"}}"#,
            r#"{"token": true, "max_token": 1000000, "list": ["API_TOKEN", "something-else-9"]}"#,
            "the password: anything that you like, 42 letters",
            r#"{"token_endpoint": "https://acme.example/token"}"#,
        ] {
            assert_eq!(secrets_after_keys(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn nested_urls_are_searched_in_linear_space() {
        let text = format!(
            "https://a.example/?next=https://u:{SECRET}@b.example/?token=abcd1234://x&api_key=efgh5678"
        );
        let found = recognisable_secrets(&text);
        for secret in [SECRET, "efgh5678", "abcd1234"] {
            assert!(found.iter().any(|found| found == secret), "{found:?}");
        }
        let text = "://?token=abcd1234".repeat(1000);
        let held: usize = recognisable_secrets(&text).iter().map(String::len).sum();
        assert!(held <= 2 * text.len(), "{held}");
    }

    #[test]
    fn passwords_and_parameters_of_urls_are_found() {
        let text = "url = \"https://u:p4ssw0rdXX@h.example/?access_token=abcd1234&region=eu-central\" \
                    postgres://u:${PASSWORD}@h/x?password={{password}}";
        assert_eq!(recognisable_secrets(text), ["u:p4ssw0rdXX", "p4ssw0rdXX", "abcd1234"]);
    }
}
