use serde_json::Value;

use crate::lint::{Check, Findings, RawSubject, Rule};
use crate::source::Pointer;
use crate::source::finding::Severity;
use crate::text::placeholder::{PlaceholderKind, placeholders};
use crate::text::secrets::credential::{credentials, is_worth_hiding, names_credential};
use crate::text::secrets::hardcoded::is_hardcoded;

/// ## What it does
/// Reports a URL with a literal credential, as `user:password@host` or as a parameter such as `?api_key=`, in
/// `oauth_config`, `server.url`, `remote_url`, the command, the arguments or the environment.
///
/// ## Why is this bad?
/// Anyone who can read the catalog has the credential. URLs are also logged and shown where passwords are not.
///
/// ## Example
/// ```json
/// { "server": { "env": { "ACME_URL": "https://reader:k-90f3a7c2@acme.example/notes" } } }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "server": { "env": { "ACME_URL": "https://reader:${user_config.password}@acme.example/notes" } },
///   "user_config": { "password": { "type": "string", "title": "Password", "required": true, "sensitive": true } }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "credentials-in-url",
    level: Severity::Error,
    source: include_str!("credentials_in_url.rs"),
    check: Check::Value(check),
    ..super::DEFAULTS
};

fn check(subject: &RawSubject<'_>, findings: &mut Findings) {
    for (pointer, text) in places(subject.value) {
        if !text.contains(':') {
            continue;
        }
        let mut message = None;
        let mut secrets = Vec::new();
        let ends_url = |end: char| end.is_whitespace() || "\"'`<>,".contains(end);
        for word in text.split(ends_url) {
            // The query of a URL may contain another URL. Each is read up to the next, so that none is read twice.
            let mut is_in_query = false;
            for url in behind_schemes(word) {
                if let Some((user, password)) = user_information(url) {
                    secrets.push(format!("{user}:{password}"));
                    if is_worth_hiding(password) {
                        secrets.push(password.to_owned());
                    }
                    message = Some("the URL contains a password".to_owned());
                }
                let query = if is_in_query {
                    url
                } else {
                    url.split_once('?').map_or("", |(_, query)| query)
                };
                for (name, value) in secret_parameters(query) {
                    secrets.push(value.to_owned());
                    message = Some(format!("the URL contains a literal `{name}`"));
                }
                is_in_query = (is_in_query || url.contains('?')) && !url.contains('#');
            }
        }
        if let Some(message) = message {
            let mut finding = RULE
                .at(subject.value_at(pointer), message)
                .help(
                    "revoke it, then ask users for their own with a `sensitive` key in `user_config`",
                )
                .withholding_server();
            finding.secrets = secrets;
            findings.push(finding);
        }
    }
}

/// Every string that may contain a URL that requests are sent to.
fn places(value: &Value) -> Vec<(Pointer, &str)> {
    let mut places = super::command_line(value);
    let env = super::members(value, "/server/env");
    let oauth = super::members(value, "/oauth_config");
    let members = env.chain(oauth).flat_map(|(pointer, _, value)| {
        let items = value.as_array().map_or(&[][..], Vec::as_slice);
        let items = items.iter().enumerate();
        let of_list = pointer.clone();
        let items = items.map(move |(index, item)| (of_list.index(index), item));
        [(pointer, value)].into_iter().chain(items)
    });
    let urls = ["/server/url", "/remote_url"]
        .into_iter()
        .filter_map(|pointer| Some((Pointer::from(pointer), value.pointer(pointer)?)));
    places.extend(
        members.chain(urls).filter_map(|(pointer, value)| Some((pointer, value.as_str()?))),
    );
    places
}

/// The schemes after which browsers and Node accept any number of slashes and backslashes.
const LENIENT_SCHEMES: [&str; 5] = ["https", "http", "wss", "ws", "ftp"];

/// The part of each URL in a word after its scheme and slashes, up to the colon of the next URL.
fn behind_schemes(word: &str) -> impl Iterator<Item = &str> {
    let starts = word.match_indices(':').filter_map(|(colon, _)| {
        let (before, rest) = (word.get(..colon)?, word.get(colon + 1..)?);
        let scheme = before.rsplit(|character: char| !character.is_ascii_alphanumeric());
        let scheme = scheme.into_iter().next().unwrap_or_default();
        let is_lenient = LENIENT_SCHEMES.iter().any(|lenient| scheme.eq_ignore_ascii_case(lenient));
        let url = if is_lenient {
            rest.trim_start_matches(['/', '\\'])
        } else {
            rest.strip_prefix("//")?
        };
        Some((colon, word.len() - url.len()))
    });
    let mut starts = starts.peekable();
    std::iter::from_fn(move || {
        let (_, start) = starts.next()?;
        let end = starts.peek().map_or(word.len(), |(colon, _)| *colon);
        // With no more than slashes before the next colon, the part is empty.
        word.get(start..end.max(start))
    })
}

/// The user and the literal password of a URL, given without its scheme and slashes.
fn user_information(url: &str) -> Option<(&str, &str)> {
    let authority = url.split(['/', '?', '#', '\\']).next()?;
    let (user_information, _) = authority.rsplit_once('@')?;
    let (user, password) = user_information.split_once(':')?;
    // With the user's answer in it, the text around it is no password by itself.
    let is_asked_for =
        placeholders(password).any(|found| matches!(found.kind, PlaceholderKind::UserConfig(_)));
    let is_word = ["password", "passwd", "pass", "pw", "secret"]
        .iter()
        .any(|word| password.eq_ignore_ascii_case(word));
    // In this position even a number is a password.
    let is_literal = is_hardcoded(password) || password.parse::<f64>().is_ok();
    (is_literal && !is_asked_for && !is_word).then_some((user, password))
}

/// The parameters of a query that are named like a credential and have a random-looking value. A credential with a known
/// form is left to `committed-credential`.
fn secret_parameters(query: &str) -> impl Iterator<Item = (&str, &str)> {
    let query = query.split('#').next().unwrap_or_default();
    query
        .split('&')
        .filter_map(|parameter| parameter.split_once('='))
        // A nested URL has a query of its own.
        .map(|(name, value)| (name.rsplit('?').next().unwrap_or_default(), value))
        .filter(|(name, value)| {
            let has = |matches: fn(&u8) -> bool| value.as_bytes().iter().any(matches);
            let is_plain = value
                .chars()
                .all(|character| character.is_ascii_alphanumeric() || "-_.~%+".contains(character));
            let is_random = value.len() >= 16
                && is_plain
                && has(u8::is_ascii_digit)
                && has(u8::is_ascii_alphabetic);
            names_credential(name)
                && is_random
                && is_hardcoded(value)
                && credentials(value).next().is_none()
        })
}
