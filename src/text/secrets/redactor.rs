//! The one redactor: it masks secrets where text becomes output.
//!
//! It masks the values that findings name as secret, in every encoding, and whatever else is a credential by its form or
//! by its place in a URL.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, Input};
use url::Url;

use crate::text::secrets::credential::{
    changes_of_kind, credentials, is_token_character, looks_random,
};
use crate::text::secrets::secret_search::recognisable_secrets;

/// What replaces a secret.
const MASKED: &str = "[masked]";

/// Secrets of at least this many characters are masked everywhere, even inside a word.
const LONG: usize = 8;

/// Secrets shorter than this are masked only between quotes or in a URL's user information.
const SHORT: usize = 4;

/// Lines of a secret, and its parts between dots, are masked on their own too, if they have this many bytes.
const LONG_LINE: usize = 16;

/// Never masked: they reveal nothing, and are in every file.
const WORDS: [&str; 3] = ["true", "false", "null"];

/// The values that no output may show.
#[derive(Debug, Clone, Default)]
pub struct Redactor {
    hidden: Hidden,
    /// Names that are shown even though they are secrets too.
    exempt: Option<AhoCorasick>,
    /// The secrets that are recognised as credentials by their form, or cannot be names.
    recognised: Option<AhoCorasick>,
}

#[derive(Debug, Clone, Default)]
enum Hidden {
    #[default]
    Nothing,
    Forms {
        automaton: AhoCorasick,
        /// The boundary that each pattern of the automaton needs.
        boundaries: Vec<Boundary>,
    },
    /// There are too many secrets to search for, so nothing is shown.
    Everything,
}

/// What must surround an occurrence for it to be masked, from strict to lax.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Boundary {
    Quoted,
    Word,
    Anywhere,
}

impl Redactor {
    /// Masks each secret as it is, as JSON and URLs encode it.
    pub fn new(secrets: &[String]) -> Self {
        let mut boundary_of: BTreeMap<String, Boundary> = BTreeMap::new();
        // A key of several lines may be shown line by line, and one of several parts as a key of TOML, part by part.
        let lines = secrets.iter().flat_map(|secret| secret.lines());
        let parts = secrets.iter().flat_map(|secret| secret.split('.'));
        let parts = parts.filter(|part| part.chars().all(is_token_character) && looks_random(part));
        let pieces = lines.chain(parts).filter(|piece| piece.len() >= LONG_LINE);
        for secret in secrets.iter().map(String::as_str).chain(pieces).map(str::trim) {
            let boundary = match secret.chars().count() {
                0 => continue,
                _ if WORDS.contains(&secret) => continue,
                LONG.. => Boundary::Anywhere,
                SHORT.. => Boundary::Word,
                _ => Boundary::Quoted,
            };
            for form in forms(secret) {
                let known = boundary_of.entry(form).or_insert(boundary);
                *known = boundary.max(*known);
            }
        }
        if boundary_of.is_empty() {
            return Self::default();
        }
        let (patterns, boundaries): (Vec<String>, Vec<Boundary>) = boundary_of.into_iter().unzip();
        let hidden = match automaton(patterns) {
            Ok(automaton) => Hidden::Forms { automaton, boundaries },
            Err(_) => Hidden::Everything,
        };
        let is_recognised = |secret: &&String| {
            let found = credentials(secret).next();
            found.is_some_and(|found| found.secret.len() == secret.trim().len())
                || is_no_name(secret)
        };
        let recognised: Vec<&String> = secrets.iter().filter(is_recognised).collect();
        let recognised = (!recognised.is_empty()).then(|| automaton(recognised).ok());
        let recognised = recognised.flatten();
        Self { hidden, exempt: None, recognised }
    }

    /// The same, except for the names of the run: its hosts, files, servers and keys. Otherwise an author could hide a
    /// name from review by also writing it down as a secret. A URL is exempt only if all of it is a secret; its path may
    /// well contain one.
    pub fn with_exempt_names<'a>(
        secrets: &[String],
        names: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let mut redactor = Self::new(secrets);
        if !matches!(redactor.hidden, Hidden::Forms { .. }) {
            return redactor;
        }
        let secrets: BTreeSet<&str> = secrets.iter().map(|secret| secret.trim()).collect();
        let mut exempt = BTreeSet::new();
        for name in names {
            if name.contains("://") {
                let url = Url::parse(name).ok();
                exempt.extend(url.as_ref().and_then(Url::host_str).map(str::to_owned));
            }
            if !name.contains("://") || secrets.contains(name) {
                exempt.insert(name.to_owned());
            }
        }
        // A name that is a credential by its form, or that nobody gives to a thing, is never exempt.
        exempt.retain(|name| {
            !redactor.find_within(name, 0..name.len()).is_empty()
                && credentials(name).next().is_none()
                && !is_no_name(name)
        });
        if !exempt.is_empty() {
            redactor.exempt = AhoCorasick::new(exempt).ok();
        }
        redactor
    }

    /// The name of a file, or a pointer, in which only credentials recognised by their form or by their place in a URL
    /// are masked: readers must be able to find everything else.
    pub fn apply_to_name<'a>(&self, name: &'a str) -> Cow<'a, str> {
        let mut secrets: Vec<String> =
            credentials(name).map(|credential| credential.secret.to_owned()).collect();
        let recognised = self.recognised.iter().flat_map(|known| known.find_overlapping_iter(name));
        secrets.extend(recognised.filter_map(|found| Some(name.get(found.range())?.to_owned())));
        if name.contains("://") {
            secrets.append(&mut recognisable_secrets(name));
        }
        if name.contains('~') {
            // A pointer escapes the slashes of a URL, and `/` and `~` of a secret.
            let unescaped = name.replace("~1", "/").replace("~0", "~");
            let found = recognisable_secrets(&unescaped).into_iter();
            secrets.extend(found.map(|secret| secret.replace('~', "~0").replace('/', "~1")));
        }
        if secrets.is_empty() {
            Cow::Borrowed(name)
        } else {
            Cow::Owned(Self::new(&secrets).apply(name).into_owned())
        }
    }

    /// The text with every secret masked.
    pub fn apply<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match self.find(text).as_slice() {
            [] => Cow::Borrowed(text),
            hidden => Cow::Owned(replace(text, 0..text.len(), hidden)),
        }
    }

    /// The byte ranges that must not be shown, in order and without overlap.
    pub fn find(&self, text: &str) -> Vec<Range<usize>> {
        self.find_all(text, 0..text.len())
    }

    /// The known secrets in a part of a text, and the recognisable ones.
    fn find_all(&self, text: &str, part: Range<usize>) -> Vec<Range<usize>> {
        let mut hidden = self.find_within(text, part.clone());
        let secrets = recognisable_secrets(text.get(part.clone()).unwrap_or_default());
        if !secrets.is_empty() {
            let found = Self::new(&secrets).find_within(text, part.clone());
            hidden.extend(without(found, &self.exempt_within(text, part)));
        }
        merge(hidden)
    }

    /// The known secrets in a part of a text. Characters around the part only decide about boundaries.
    fn find_within(&self, text: &str, part: Range<usize>) -> Vec<Range<usize>> {
        let (automaton, boundaries) = match &self.hidden {
            Hidden::Nothing => return Vec::new(),
            Hidden::Everything => return vec![part],
            Hidden::Forms { automaton, boundaries } => (automaton, boundaries),
        };
        let input = Input::new(text).range(part.clone());
        let found = automaton.find_overlapping_iter(input).filter(|found| {
            let boundary = boundaries.get(found.pattern().as_usize());
            boundary.is_none_or(|boundary| has_boundary(text, &found.range(), *boundary))
        });
        let hidden = merge(found.map(|found| found.range()).collect());
        if hidden.is_empty() { hidden } else { without(hidden, &self.exempt_within(text, part)) }
    }

    /// What is shown in any case: the exempt names, and the host of every URL.
    fn exempt_within(&self, text: &str, part: Range<usize>) -> Vec<Range<usize>> {
        let mut ranges: Vec<Range<usize>> = hosts(text, part.clone()).collect();
        if let Some(exempt) = &self.exempt {
            let found = exempt.find_overlapping_iter(Input::new(text).range(part));
            let names = found.map(|found| found.range());
            ranges.extend(names.filter(|range| is_whole_name(text, range)));
        }
        merge(ranges)
    }

    /// Like `find`, for a part of a JSON file, where any character of a secret may be escaped. The part starts and ends
    /// outside strings, as a line of valid JSON does.
    pub fn find_in_json(&self, text: &str, part: Range<usize>) -> Vec<Range<usize>> {
        let mut hidden = self.find_all(text, part.clone());
        hidden.extend(string_literals(text, part).filter(|literal| {
            let raw = text.get(literal.clone()).unwrap_or_default();
            raw.contains('\\')
                && serde_json::from_str::<String>(&format!("\"{raw}\""))
                    .is_ok_and(|value| self.find(&value).len() > self.find(raw).len())
        }));
        merge(hidden)
    }
}

/// A part of a text with the hidden ranges masked. No hidden range may straddle an end of the part.
pub(crate) fn replace(text: &str, part: Range<usize>, hidden: &[Range<usize>]) -> String {
    let mut shown = String::with_capacity(part.len());
    let mut from = part.start;
    let first = hidden.partition_point(|range| range.end <= part.start);
    for range in hidden.iter().skip(first) {
        if range.start >= part.end {
            break;
        }
        shown.push_str(text.get(from..range.start).unwrap_or_default());
        shown.push_str(MASKED);
        from = range.end;
    }
    shown.push_str(text.get(from..part.end).unwrap_or_default());
    shown
}

/// Finds any of these texts. A DFA would take longer to build than the search takes.
fn automaton(
    texts: impl IntoIterator<Item = impl AsRef<[u8]>>,
) -> Result<AhoCorasick, aho_corasick::BuildError> {
    AhoCorasick::builder().kind(Some(AhoCorasickKind::ContiguousNFA)).build(texts)
}

/// Whether a text has a long run of letters and digits in which these alternate, as no name has that readers need to be
/// shown, even if it is the name of a variable, an input or a file.
fn is_no_name(text: &str) -> bool {
    let mut runs = text.split(|letter: char| !letter.is_ascii_alphanumeric());
    runs.any(|run| run.len() >= LONG_LINE && changes_of_kind(run) >= 4)
}

/// Every common encoding of a value.
fn forms(secret: &str) -> Vec<String> {
    let json = serde_json::to_string(secret).unwrap_or_default();
    let json = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(secret);
    let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let percent = |is_plain: fn(u8) -> bool, lower: bool| {
        let mut encoded = String::with_capacity(secret.len());
        for byte in secret.bytes() {
            match byte {
                plain if is_plain(plain) => encoded.push(char::from(plain)),
                other if lower => _ = write!(encoded, "%{other:02x}"),
                other => _ = write!(encoded, "%{other:02X}"),
            }
        }
        encoded
    };
    let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    // What the `url` crate leaves unescaped in a path or a query.
    let is_url = |byte: u8| byte.is_ascii_graphic() && !b"\"#<>?`{}".contains(&byte);
    // The host of a URL is lower-cased. A short secret in lower case might be an ordinary word.
    let is_short = secret.len() < LONG_LINE;
    vec![
        secret.to_owned(),
        if is_short { secret.to_owned() } else { secret.to_ascii_lowercase() },
        json.to_owned(),
        json.replace('/', "\\/"),
        // In a JSON Pointer.
        secret.replace('~', "~0").replace('/', "~1"),
        form.replace('+', "%20"),
        form,
        percent(is_unreserved, false),
        percent(is_unreserved, true),
        percent(is_url, false),
    ]
}

fn has_boundary(text: &str, range: &Range<usize>, boundary: Boundary) -> bool {
    let before = text.get(..range.start).and_then(|text| text.chars().last());
    let after = text.get(range.end..).and_then(|text| text.chars().next());
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    match boundary {
        Boundary::Anywhere => true,
        Boundary::Word => !before.is_some_and(is_word) && !after.is_some_and(is_word),
        Boundary::Quoted => {
            matches!(before, None | Some('"' | '\'' | '`' | ':'))
                && matches!(after, None | Some('"' | '\'' | '`' | '@'))
        }
    }
}

/// The hosts of the URLs in a part of a text.
fn hosts(text: &str, part: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    const MARK: &str = "://";
    let searched = text.get(part.clone()).unwrap_or_default();
    let marks = searched.match_indices(MARK);
    marks.filter_map(move |(at, _)| {
        let start = at + MARK.len();
        let rest = searched.get(start..)?;
        let is_end = |letter: char| letter.is_whitespace() || "/?#\\\"'`<>,".contains(letter);
        let authority = rest.split(is_end).next()?;
        let user_information = authority.rfind('@').map_or(0, |at| at + 1);
        let host = authority.get(user_information..)?.split(':').next()?;
        let is_host = host.contains(|letter: char| letter != '.')
            && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte))
            && credentials(host).next().is_none();
        let start = part.start + start + user_information;
        is_host.then(|| start..start + host.len())
    })
}

/// Whether an occurrence of a name is not part of a longer name.
fn is_whole_name(text: &str, range: &Range<usize>) -> bool {
    let before = text.get(..range.start).unwrap_or_default();
    let after = text.get(range.end..).unwrap_or_default();
    // A full stop may end the sentence.
    let after = after.strip_prefix('.').unwrap_or(after);
    let is_of_name = |letter: char| letter.is_alphanumeric() || "_-".contains(letter);
    !after.starts_with(is_of_name)
        && !before.ends_with(|letter| is_of_name(letter) || letter == '.')
}

/// The ranges minus the others. Both lists are in order and without overlap.
fn without(ranges: Vec<Range<usize>>, others: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut left = Vec::with_capacity(ranges.len());
    for range in ranges {
        let mut from = range.start;
        let first = others.partition_point(|other| other.end <= range.start);
        let others = others.iter().skip(first);
        for other in others.take_while(|other| other.start < range.end) {
            if from < other.start {
                left.push(from..other.start);
            }
            from = other.end;
        }
        if from < range.end {
            left.push(from..range.end);
        }
    }
    left
}

/// Sorts ranges and joins those that touch.
pub(crate) fn merge(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

/// The content of each string, without its quotes, in a part of a JSON text.
fn string_literals(text: &str, part: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let mut at = part.start;
    let bytes = text.as_bytes().get(..part.end).unwrap_or_default();
    std::iter::from_fn(move || {
        let rest = bytes.get(at..)?;
        let start = at + rest.iter().position(|byte| *byte == b'"')? + 1;
        let mut end = start;
        loop {
            match bytes.get(end)? {
                b'"' => break,
                b'\\' => end += 2,
                _ => end += 1,
            }
        }
        at = end + 1;
        Some(start..end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn redactor(secrets: &[&str]) -> Redactor {
        let secrets: Vec<String> = secrets.iter().map(ToString::to_string).collect();
        Redactor::new(&secrets)
    }

    #[test]
    fn a_secret_is_masked_in_every_encoding() {
        let redactor = redactor(&["p/ss \"wörd\"&x"]);
        for text in [
            "p/ss \"wörd\"&x",
            r#""p/ss \"wörd\"&x""#,
            r#""p\/ss \"wörd\"&x""#,
            "https://a.example/?k=p%2Fss%20%22w%C3%B6rd%22%26x",
            "https://a.example/?k=p%2fss%20%22w%c3%b6rd%22%26x",
            "https://a.example/?k=p%2Fss+%22w%C3%B6rd%22%26x",
            "https://a.example/?k=p/ss%20%22w%C3%B6rd%22&x",
        ] {
            let masked = redactor.apply(text);
            assert!(masked.contains(MASKED), "{text}");
            assert!(!masked.contains("rd"), "{text}: {masked}");
        }
    }

    #[test]
    fn overlapping_secrets_are_masked_as_one() {
        let redactor = redactor(&["abcdefghij", "ghijklmnop", "cdefghij"]);
        assert_eq!(redactor.apply("-abcdefghijklmnop-"), "-[masked]-");
    }

    #[test]
    fn short_values_are_masked_only_at_a_boundary() {
        let redactor = redactor(&["ab", "open", "true", ""]);
        assert_eq!(redactor.apply("`ab` about ab"), "`[masked]` about ab");
        assert_eq!(redactor.apply("https://u:ab@h"), "https://[masked]@h");
        assert_eq!(redactor.apply("open, OpenID, reopen"), "[masked], OpenID, reopen");
        assert_eq!(redactor.apply("true"), "true");
    }

    #[test]
    fn an_exempt_name_is_shown_though_it_is_a_secret_too() {
        let secrets = [
            "evil-host.example",
            "evil-host",
            "https://evil-host.example/token",
            "catalog/other2.json",
            "oauth_config",
            "kq8Zp2mN4vX7",
        ];
        let names =
            ["https://evil-host.example/token", "catalog/other2.json", "oauth_config", "acme"];
        let redactor = Redactor::with_exempt_names(&secrets.map(str::to_owned), names);
        for text in [
            "may not send the secret to `evil-host.example`",
            "`https://evil-host.example/token`",
            "catalog/other2.json: see `oauth_config`.",
        ] {
            assert_eq!(redactor.apply(text), text);
        }
        assert_eq!(
            redactor.apply("https://u:kq8Zp2mN4vX7@evil-host.example/kq8Zp2mN4vX7?k=kq8Zp2mN4vX7"),
            "https://[masked]@evil-host.example/[masked]?k=[masked]"
        );
        assert_eq!(redactor.apply("x.evil-host.example.com"), "x.[masked].com");
    }

    #[test]
    fn the_host_of_a_url_is_always_shown() {
        let redactor = redactor(&["evil-host", "https://evil.example/webhook-9f3a"]);
        assert_eq!(
            redactor.apply("https://evil-host.example:8443/evil-host"),
            "https://evil-host.example:8443/[masked]"
        );
        assert_eq!(
            redactor.apply("https://evil.example/webhook-9f3a"),
            "[masked]evil.example[masked]"
        );
    }

    #[test]
    fn a_credential_in_a_name_is_masked() {
        let token = format!("glpat-{}", "q7w2er9ty4ui8op1as6df3");
        let redactor = Redactor::with_exempt_names(std::slice::from_ref(&token), [token.as_str()]);
        assert_eq!(redactor.apply(&token), MASKED);
        assert_eq!(
            redactor.apply(&format!("https://{token}.example/")),
            "https://[masked].example/"
        );
        assert_eq!(redactor.apply_to_name(&format!("/server/env/{token}")), "/server/env/[masked]");
        // A stand-in word after random characters changes nothing.
        assert_eq!(
            redactor.apply_to_name(&format!("catalog/{token}example.json")),
            "catalog/[masked].json"
        );
        let pointer = "/server/env/https:~1~1u:kq8Zp2mN4vX7@acme.example~1x";
        assert_eq!(
            Redactor::default().apply_to_name(pointer),
            "/server/env/https:~1~1[masked]@acme.example~1x"
        );
    }

    #[test]
    fn an_escaped_secret_in_json_is_masked() {
        let redactor = redactor(&["supersecret"]);
        let text = r#"{"a": "supe\u0072secret", "b\"": "x"}"#;
        let hidden = redactor.find_in_json(text, 0..text.len());
        assert_eq!(replace(text, 0..text.len(), &hidden), r#"{"a": "[masked]", "b\"": "x"}"#);
    }

    proptest! {
        #[test]
        fn no_secret_is_left(
            secrets in prop::collection::vec("[a-c/\"é]{8,12}", 1..4),
            text in "[a-c/\"é]{0,80}",
            at in 0..80_usize,
        ) {
            let mut text = text;
            let at = text.floor_char_boundary(at);
            text.insert_str(at, &secrets[0]);
            let masked = Redactor::new(&secrets).apply(&text).into_owned();
            for part in masked.split(MASKED) {
                prop_assert!(!secrets.iter().any(|secret| part.contains(secret.as_str())));
            }
        }
    }
}
