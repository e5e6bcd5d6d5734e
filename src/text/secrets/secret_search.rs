//! What may be a secret in a text that no rule of Secrets reads: a manifest that is broken, a configuration, a file that
//! was named by mistake. It is told by its form, by its place in a URL, or by the name in front of it.
//!
//! Nothing is reported here; what is found is only kept out of output. So it rather finds too much than too little.

use std::sync::LazyLock;

use regex::Regex;

use crate::text::secrets::client_secret::is_redacted_lookalike;
use crate::text::secrets::credential::{credentials, is_worth_hiding, names_credential};

/// Everything below.
pub(crate) fn secrets(text: &str) -> Vec<String> {
    let mut found = unnamed_secrets(text);
    found.append(&mut named_secrets(text));
    found
}

/// Credentials that are known by their form, and those in URLs: the password of the user information, and what the query
/// gives for a name of a credential.
pub(crate) fn unnamed_secrets(text: &str) -> Vec<String> {
    let mut found: Vec<String> =
        credentials(text).map(|credential| credential.secret.to_owned()).collect();
    if text.contains('\\') {
        // The letter of an escape would pass for the beginning of a word.
        let text = without_escapes(text);
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
        // URLs inside of it: each up to the next, so that none is read as often as there are others before it.
        for inner in url.split("://").skip(1) {
            secrets_of_url(inner, &mut found);
        }
    }
    found
}

/// What stands behind a name for a credential, however the two are put together: `"client_secret": "…"`,
/// `clientSecret: '…'`, `"API_TOKEN": ["…"]`, `A_SECRET='…`. Quotes may be missing, as they are where a text is broken.
pub(crate) fn named_secrets(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let names = NAMES.as_ref().map(|names| names.captures_iter(text));
    for captures in names.into_iter().flatten() {
        let (Some(whole), Some(name)) = (captures.get(0), captures.name("name")) else {
            continue;
        };
        let name = unescape(name.as_str());
        let is_client_secret = is_client_secret(&name);
        if !is_client_secret && !names_credential(&name) {
            continue;
        }
        let has = |group: &str| captures.name(group).is_some_and(|part| !part.is_empty());
        let (is_quoted, is_separated) = (has("quote"), has("separator"));
        let starts_line = captures.name("line").is_some();
        let rest = text.get(whole.end()..).unwrap_or_default();
        let values = match Delimited::at_start(rest) {
            Some(_) if !is_quoted && !is_separated => Vec::new(),
            Some(Delimited::List(list)) => strings(list),
            Some(Delimited::Text(value)) => {
                // In a file of variables the quotes may be a part of the value.
                let behind = behind_quote(rest, value).filter(|_| is_separated && starts_line);
                let whole = behind.map(|_| first_line(rest));
                [Some(value), behind.map(first_line), whole].into_iter().flatten().collect()
            }
            // Without quotes nobody knows where a value ends.
            None if is_separated && starts_line => vec![first_word(rest), first_line(rest)],
            None if is_separated && is_quoted => vec![first_word(rest)],
            None => Vec::new(),
        };
        for value in values {
            hide(value, is_client_secret, &mut found);
        }
    }
    found
}

/// A name, and what may stand between it and its value.
static NAMES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?m)(?P<line>^[ \t]*(?:export[ \t]+)?)?(?P<name>(?:[A-Za-z0-9_.-]|\\u[0-9A-Fa-f]{4})+)(?P<quote>\\*["'`]?)\s*(?P<separator>[:=]*)\s*"#,
    )
    .ok()
});

/// A value with something around it.
enum Delimited<'a> {
    Text(&'a str),
    /// What follows the opening bracket.
    List(&'a str),
}

impl<'a> Delimited<'a> {
    fn at_start(text: &'a str) -> Option<Self> {
        match text.strip_prefix('[') {
            Some(list) => Some(Self::List(list)),
            None => quoted(text).map(|(value, _)| Self::Text(value)),
        }
    }
}

/// The text between quotes that a text starts with, and what follows. Without a closing quote it goes as far as the line.
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

/// The strings of a list, given from behind its bracket; those of lists in it too.
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

/// What follows the closing quote of a value, where that is a word without anything between the two.
fn behind_quote<'a>(text: &'a str, value: &str) -> Option<&'a str> {
    let behind = text.split_once(value).filter(|_| !value.is_empty())?.1;
    let behind = behind.trim_start_matches(['"', '\'', '`']);
    behind.starts_with(char::is_alphanumeric).then_some(behind)
}

fn first_word(text: &str) -> &str {
    let is_end = |end: char| end.is_whitespace() || ",;{}[])\"'".contains(end);
    text.split(is_end).next().unwrap_or_default()
}

fn first_line(text: &str) -> &str {
    if text.starts_with(['{', '}', ']']) { "" } else { text.lines().next().unwrap_or_default() }
}

/// Takes in a value line by line, each as it is written and as it is meant.
fn hide(value: &str, is_client_secret: bool, found: &mut Vec<String>) {
    let is_edge = |character: char| character.is_whitespace() || ",;\\\"'`}])".contains(character);
    for line in value.lines() {
        for part in [line.trim(), line.trim_end_matches(is_edge).trim()] {
            let flags = ["true", "false", "null", "none"];
            let is_open = part.contains("${")
                || part.contains("{{")
                || flags.contains(&part)
                || is_redacted_lookalike(part)
                || part.parse::<f64>().is_ok();
            if is_open || !(is_worth_hiding(part) || is_client_secret) {
                continue;
            }
            found.push(part.to_owned());
            let meant = unescape(part);
            if meant != part {
                found.push(meant);
            }
        }
    }
}

/// Whether a name is `client_secret`, in any spelling and with up to two letters off.
fn is_client_secret(name: &str) -> bool {
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

/// A text with spaces in the place of escapes.
fn without_escapes(text: &str) -> String {
    let escapes = ["\\b", "\\f", "\\n", "\\r", "\\t"];
    let blank = |text: String, escape: &str| text.replace(escape, "  ");
    escapes.into_iter().fold(text.to_owned(), blank)
}

/// What a part of a JSON string means; the part itself where it is none.
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
    fn what_stands_behind_a_name_is_found_however_it_is_written() {
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
            let found = named_secrets(&text);
            assert!(found.iter().any(|found| found == SECRET), "{text}: {found:?}");
        }
    }

    #[test]
    fn what_stands_for_a_secret_is_none() {
        for text in [
            r#"{"client_secret": "REDACTED", "scopes": ["notes"]}"#,
            r#"{"A_TOKEN": "${user_config.token}"}"#,
            r#"{"api_key": {"type": "string", "title": "The key of the thing"}}"#,
            r#"{"token": true, "max_token": 1000000, "list": ["API_TOKEN", "something-else-9"]}"#,
            "the password: anything that you like, 42 letters",
            r#"{"token_endpoint": "https://acme.example/token"}"#,
        ] {
            assert_eq!(named_secrets(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn urls_inside_of_a_url_give_theirs_and_a_text_of_them_no_more_than_it_holds() {
        let text = format!(
            "https://a.example/?next=https://u:{SECRET}@b.example/?token=abcd1234://x&api_key=efgh5678"
        );
        let found = unnamed_secrets(&text);
        for secret in [SECRET, "efgh5678", "abcd1234"] {
            assert!(found.iter().any(|found| found == secret), "{found:?}");
        }
        let text = "://?token=abcd1234".repeat(1000);
        let held: usize = unnamed_secrets(&text).iter().map(String::len).sum();
        assert!(held <= 2 * text.len(), "{held}");
    }

    #[test]
    fn a_url_gives_its_password_and_its_parameters() {
        let text = "url = \"https://u:p4ssw0rdXX@h.example/?access_token=abcd1234&region=eu-central\" \
                    postgres://u:${PASSWORD}@h/x?password={{password}}";
        assert_eq!(unnamed_secrets(text), ["u:p4ssw0rdXX", "p4ssw0rdXX", "abcd1234"]);
    }
}
