//! The one redactor: it hides what must not be shown where text becomes output.
//!
//! It knows the values that findings name as secret, in every form in which they could be written, and finds what else is
//! a credential by its own form or by its place in a URL.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, Input};
use url::Url;

use crate::text::secrets::credential::credentials;
use crate::text::secrets::secret_search::unnamed_secrets;

/// What stands in the place of a secret.
pub(crate) const MASKED: &str = "[masked]";

/// Anything this long is masked wherever it occurs, inside a word too.
const LONG: usize = 8;

/// Anything shorter is masked only between quotes or in a URL's user information: `abc` in a sentence says nothing.
const SHORT: usize = 4;

/// The bytes of a line that tells something of a secret of several lines.
const LONG_LINE: usize = 16;

/// These say nothing wherever they stand, and masking them would hide half of every file.
const WORDS: [&str; 3] = ["true", "false", "null"];

/// The values that no output shows.
#[derive(Debug, Clone, Default)]
pub struct Redactor {
    hidden: Hidden,
    /// The names that are shown all the same, where there are any.
    spared: Option<AhoCorasick>,
    /// The secrets that are credentials by their own form.
    formed: Vec<String>,
}

#[derive(Debug, Clone, Default)]
enum Hidden {
    #[default]
    Nothing,
    Forms {
        automaton: AhoCorasick,
        /// Where each pattern of the automaton counts.
        reach: Vec<Boundary>,
    },
    /// More secrets than can be searched for: then nothing is shown rather than one of them.
    Everything,
}

/// How much must stand around an occurrence to make it one; the widest comes last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Boundary {
    Quoted,
    Word,
    Anywhere,
}

impl Redactor {
    /// Masks each secret as it is, as JSON writes it, and as a URL writes it.
    pub fn new(secrets: &[String]) -> Self {
        let mut reach_of: BTreeMap<String, Boundary> = BTreeMap::new();
        // A key of several lines may be shown line by line.
        let lines =
            secrets.iter().flat_map(|secret| secret.lines().filter(|line| line.len() >= LONG_LINE));
        for secret in secrets.iter().map(String::as_str).chain(lines).map(str::trim) {
            let reach = match secret.chars().count() {
                0 => continue,
                _ if WORDS.contains(&secret) => continue,
                LONG.. => Boundary::Anywhere,
                SHORT.. => Boundary::Word,
                _ => Boundary::Quoted,
            };
            for form in forms(secret) {
                let known = reach_of.entry(form).or_insert(reach);
                *known = reach.max(*known);
            }
        }
        if reach_of.is_empty() {
            return Self::default();
        }
        let (patterns, reach): (Vec<String>, Vec<Boundary>) = reach_of.into_iter().unzip();
        // The largest automaton takes longer to build than all that is shown takes to be searched.
        let automaton =
            AhoCorasick::builder().kind(Some(AhoCorasickKind::ContiguousNFA)).build(patterns);
        let hidden = match automaton {
            Ok(automaton) => Hidden::Forms { automaton, reach },
            Err(_) => Hidden::Everything,
        };
        let has_form = |secret: &&String| {
            let found = credentials(secret).next();
            found.is_some_and(|found| found.secret.len() == secret.trim().len())
        };
        Self { hidden, spared: None, formed: secrets.iter().filter(has_form).cloned().collect() }
    }

    /// The same, but for the names of the run: its hosts, files, servers and keys. Whoever could have them masked by
    /// writing one down as a secret would hide from a review what it is about. A URL is spared where it is a secret as
    /// a whole; what only stands in its path may well be one.
    pub fn sparing<'a>(secrets: &[String], names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut redactor = Self::new(secrets);
        if !matches!(redactor.hidden, Hidden::Forms { .. }) {
            return redactor;
        }
        let secrets: BTreeSet<&str> = secrets.iter().map(|secret| secret.trim()).collect();
        let mut spared = BTreeSet::new();
        for name in names {
            if name.contains("://") {
                let host = Url::parse(name).ok();
                let host = host.as_ref().and_then(Url::host_str).map(str::to_owned);
                spared.extend(host);
                spared.extend(secrets.contains(name).then(|| name.to_owned()));
            } else {
                spared.insert(name.to_owned());
            }
        }
        // What is a credential by its own form is none of these, whatever it stands in for.
        spared.retain(|name| {
            !redactor.find_within(name, 0..name.len()).is_empty()
                && credentials(name).next().is_none()
        });
        if !spared.is_empty() {
            redactor.spared = AhoCorasick::new(spared).ok();
        }
        redactor
    }

    /// The name of a file, or a pointer, with what is a credential by its own form or by its place in a URL masked: any
    /// other name has to be found by whoever reads of it.
    pub fn apply_to_name<'a>(&self, name: &'a str) -> Cow<'a, str> {
        let mut secrets: Vec<String> =
            credentials(name).map(|credential| credential.secret.to_owned()).collect();
        let known = self.formed.iter().filter(|secret| name.contains(*secret));
        secrets.extend(known.cloned());
        if name.contains("://") {
            secrets.append(&mut unnamed_secrets(name));
        } else if name.contains(":~1~1") {
            // A pointer writes the slashes of a URL in its own way, and those of a secret.
            let unescaped = name.replace("~1", "/").replace("~0", "~");
            let found = unnamed_secrets(&unescaped).into_iter();
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

    /// The bytes that must not be shown, in order and apart from each other.
    pub fn find(&self, text: &str) -> Vec<Range<usize>> {
        self.find_all(text, 0..text.len())
    }

    /// What is known to be secret in a part of a text, and what can be told to be.
    fn find_all(&self, text: &str, part: Range<usize>) -> Vec<Range<usize>> {
        let mut hidden = self.find_within(text, part.clone());
        let secrets = unnamed_secrets(text.get(part.clone()).unwrap_or_default());
        if !secrets.is_empty() {
            let found = Self::new(&secrets).find_within(text, part.clone());
            hidden.extend(without(found, &self.spared_within(text, part)));
        }
        merge(hidden)
    }

    /// The same for a part of a text; what stands around the part is looked at, but not searched.
    fn find_within(&self, text: &str, part: Range<usize>) -> Vec<Range<usize>> {
        let (automaton, reach) = match &self.hidden {
            Hidden::Nothing => return Vec::new(),
            Hidden::Everything => return vec![part],
            Hidden::Forms { automaton, reach } => (automaton, reach),
        };
        let input = Input::new(text).range(part.clone());
        let found = automaton.find_overlapping_iter(input).filter(|found| {
            let reach = reach.get(found.pattern().as_usize());
            reach.is_none_or(|reach| counts(text, &found.range(), *reach))
        });
        let hidden = merge(found.map(|found| found.range()).collect());
        if hidden.is_empty() { hidden } else { without(hidden, &self.spared_within(text, part)) }
    }

    /// The names that are shown all the same: those of the run, and the host of every URL.
    fn spared_within(&self, text: &str, part: Range<usize>) -> Vec<Range<usize>> {
        let mut ranges: Vec<Range<usize>> = hosts(text, part.clone()).collect();
        if let Some(spared) = &self.spared {
            let found = spared.find_overlapping_iter(Input::new(text).range(part));
            let names = found.map(|found| found.range());
            ranges.extend(names.filter(|range| is_whole_name(text, range)));
        }
        merge(ranges)
    }

    /// The same for a part of a JSON file, where any character of a secret may be written as an escape. The part begins
    /// and ends outside of strings, as a line of valid JSON does.
    pub fn find_in_json(&self, text: &str, part: Range<usize>) -> Vec<Range<usize>> {
        let mut hidden = self.find_all(text, part.clone());
        hidden.extend(string_literals(text, part).filter(|literal| {
            let written = text.get(literal.clone()).unwrap_or_default();
            let value = written
                .contains('\\')
                .then(|| serde_json::from_str::<String>(&format!("\"{written}\"")).ok());
            value.flatten().is_some_and(|value| self.find(&value).len() > self.find(written).len())
        }));
        merge(hidden)
    }
}

/// A part of a text with the hidden ranges masked; it cuts through none of them.
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

/// Every way in which a value is commonly written.
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
    // What the `url` crate leaves alone in a path or a query.
    let is_url = |byte: u8| byte.is_ascii_graphic() && !b"\"#<>?`{}".contains(&byte);
    vec![
        secret.to_owned(),
        // As the host of a URL is read.
        lower_case(secret),
        json.to_owned(),
        json.replace('/', "\\/"),
        form.replace('+', "%20"),
        form,
        percent(is_unreserved, false),
        percent(is_unreserved, true),
        percent(is_url, false),
    ]
}

/// In lower case; as it is where that is too short to be anything but a word.
fn lower_case(secret: &str) -> String {
    if secret.len() < LONG_LINE { secret.to_owned() } else { secret.to_ascii_lowercase() }
}

/// Whether what stands around an occurrence makes it one.
fn counts(text: &str, range: &Range<usize>, reach: Boundary) -> bool {
    let before = text.get(..range.start).and_then(|text| text.chars().last());
    let after = text.get(range.end..).and_then(|text| text.chars().next());
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    match reach {
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

/// Whether an occurrence of a name is the name itself, and not a part of a longer one.
fn is_whole_name(text: &str, range: &Range<usize>) -> bool {
    let before = text.get(..range.start).and_then(|text| text.chars().last());
    let mut after = text.get(range.end..).unwrap_or_default().chars();
    let is_of_name = |letter: char| letter.is_alphanumeric() || "_-".contains(letter);
    let (next, second) = (after.next(), after.next());
    let goes_on = match next {
        // A full stop may end the sentence.
        Some('.') => second.is_some_and(is_of_name),
        next => next.is_some_and(is_of_name),
    };
    !goes_on && !before.is_some_and(|letter| is_of_name(letter) || letter == '.')
}

/// The ranges without what of them lies in others; both are in order and apart from each other.
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

/// Ranges in order and apart from each other.
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

/// What stands between the quotes of each string in a part of a JSON text.
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
    fn a_secret_is_masked_in_every_form() {
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
    fn overlapping_secrets_leave_nothing_over() {
        let redactor = redactor(&["abcdefghij", "ghijklmnop", "cdefghij"]);
        assert_eq!(redactor.apply("-abcdefghijklmnop-"), "-[masked]-");
    }

    #[test]
    fn short_values_are_masked_where_they_can_only_be_the_value() {
        let redactor = redactor(&["ab", "open", "true", ""]);
        assert_eq!(redactor.apply("`ab` about ab"), "`[masked]` about ab");
        assert_eq!(redactor.apply("https://u:ab@h"), "https://[masked]@h");
        assert_eq!(redactor.apply("open, OpenID, reopen"), "[masked], OpenID, reopen");
        assert_eq!(redactor.apply("true"), "true");
    }

    #[test]
    fn a_name_of_the_run_is_shown_though_it_was_written_down_as_a_secret() {
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
        let redactor = Redactor::sparing(&secrets.map(str::to_owned), names);
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
    fn the_host_of_a_url_is_shown_though_nobody_named_it() {
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
    fn a_credential_is_no_name() {
        let token = format!("glpat-{}", "q7w2er9ty4ui8op1as6df3");
        let redactor = Redactor::sparing(std::slice::from_ref(&token), [token.as_str()]);
        assert_eq!(redactor.apply(&token), MASKED);
        assert_eq!(
            redactor.apply(&format!("https://{token}.example/")),
            "https://[masked].example/"
        );
        assert_eq!(redactor.apply_to_name(&format!("/server/env/{token}")), "/server/env/[masked]");
        // A word behind it does not make a stand-in of what is drawn at random.
        assert_eq!(
            redactor.apply_to_name(&format!("catalog/{token}example.json")),
            "catalog/[masked].json"
        );
    }

    #[test]
    fn the_pointer_of_a_key_that_is_a_url_shows_no_password() {
        let pointer = "/server/env/https:~1~1u:kq8Zp2mN4vX7@acme.example~1x";
        assert_eq!(
            Redactor::default().apply_to_name(pointer),
            "/server/env/https:~1~1[masked]@acme.example~1x"
        );
    }

    #[test]
    fn escapes_of_a_file_hide_nothing() {
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
