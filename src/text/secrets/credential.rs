//! What looks like a credential, by its form or by its name. Stand-ins from documentation do not count.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use regex::Regex;
use serde_json::Value;

use crate::text::secrets::forms::{FORMS, Form, LONGEST, Shape};

/// A credential in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Credential<'a> {
    /// What it is, with an article: `a GitHub token`.
    pub(crate) kind: &'static str,
    /// Must never be shown.
    pub(crate) secret: &'a str,
}

/// The credentials of a text that are recognised by their form, in order and without overlap.
pub(crate) fn credentials(text: &str) -> impl Iterator<Item = Credential<'_>> {
    // Nearly every text is too short or contains no anchor.
    let anchors = ANCHORS.as_ref().filter(|_| text.len() >= SHORTEST);
    let candidates = anchors.map(|anchors| anchors.find_overlapping_iter(text));
    let mut scan = Scan::default();
    let mut end_of_last = 0;
    candidates.into_iter().flatten().filter_map(move |candidate| {
        // An anchor inside another credential is part of that.
        if candidate.end() <= end_of_last {
            return None;
        }
        let form = FORMS.get(candidate.pattern().as_usize())?;
        let (start, end) = find(text, form, candidate.start(), &mut scan)?;
        end_of_last = end;
        Some(Credential { kind: form.kind, secret: text.get(start..end)? })
    })
}

/// The start and end of the credential whose anchor is at `at`.
fn find(text: &str, form: &Form, at: usize, scan: &mut Scan) -> Option<(usize, usize)> {
    let body = at + form.anchor.len();
    let is_inside_word = |start: usize| {
        let before = text.get(..start).unwrap_or_default();
        before.ends_with(|before: char| before.is_ascii_alphanumeric())
    };
    match &form.shape {
        // Dashes always start an armoured key; the letter before them may belong to an escape such as `\n`.
        Shape::Armour(dashes) => Some((at, armour_end(text, body, dashes)?)),
        Shape::Putty => Some((at, putty_end(text, body, form.anchor)?)),
        Shape::Around(before) => before.clone().find_map(|length| {
            let start = at.checked_sub(length)?;
            let end = start + form.match_length(text.get(start..)?)?;
            let is_found = !is_inside_word(start)
                && !goes_on(text, end)
                && looks_random(text.get(start..end)?);
            is_found.then_some((start, end))
        }),
        _ if is_inside_word(at) => None,
        Shape::Jwt => {
            // A run may contain many anchors; scanning it once keeps this linear.
            if body >= scan.run.end {
                scan.run = TokenRun::at(text, body);
            }
            let is_long = scan.run.end - at >= LEAST_JWT_PART;
            Some((at, scan.run.end_of_jwt.filter(|_| is_long)?))
        }
        // Prose that repeats a prefix is not worth matching each time.
        Shape::Random if scan.next_digit(text, body) > body + LONGEST => None,
        Shape::Token | Shape::Random | Shape::Checked => {
            let length = form.match_length(text.get(body..)?)?;
            let end = body + length;
            let content = text.get(body..end)?;
            let is_sound = match form.shape {
                Shape::Checked if has_checksum(content) => true,
                Shape::Random if !looks_random(content) => false,
                _ => !is_stand_in(content),
            };
            if !is_sound {
                return None;
            }
            if length < LONGEST {
                return (!goes_on(text, end)).then_some((at, end));
            }
            // Only for a credential, which is searched no further: otherwise a text of prefixes takes the square of its length.
            Some((at, end + leading(text.get(end..)?, is_token_character).len()))
        }
    }
}

/// Whether a word goes on where a form ends, so that it is another word.
fn goes_on(text: &str, end: usize) -> bool {
    let rest = text.get(end..).unwrap_or_default();
    rest.starts_with(|next: char| next.is_ascii_alphanumeric() || next == '_')
}

/// Whether any string of a JSON text may contain such a credential. One pass over the text is cheaper than one over each
/// string.
pub(crate) fn may_be_in_json(text: &str) -> bool {
    // Escapes may spell any character: the anchor is not there, or the form does not match.
    if text.contains("\\u00") || text.contains("\\/") {
        return true;
    }
    let candidates = ANCHORS.as_ref().map(|anchors| anchors.find_overlapping_iter(text));
    candidates.into_iter().flatten().any(|candidate| {
        let rest = |start: usize| text.get(start..).unwrap_or_default();
        let is_form = |form: &Form| match &form.shape {
            Shape::Armour(_) | Shape::Putty => true,
            Shape::Jwt => {
                leading(rest(candidate.start()), is_token_character).len() >= LEAST_JWT_PART
            }
            Shape::Around(before) => before.clone().any(|length| {
                let start = candidate.start().checked_sub(length);
                start.is_some_and(|start| form.match_length(rest(start)).is_some())
            }),
            Shape::Token | Shape::Random | Shape::Checked => {
                form.match_length(rest(candidate.end())).is_some()
            }
        };
        FORMS.get(candidate.pattern().as_usize()).is_some_and(is_form)
    })
}

/// Whether the name of a variable, option or input is that of a credential, in any case and notation.
pub(crate) fn names_credential(name: &str) -> bool {
    let name = upper_snake(name);
    let is_identifier = |word: &str| {
        let last = word.rsplit('_').next().unwrap_or_default();
        last.is_empty() || IDENTIFIER_WORDS.contains(&last)
    };
    CREDENTIAL_WORDS.iter().any(|word| name.ends_with(word))
        || CREDENTIAL_ENDINGS
            .iter()
            .any(|ending| name.strip_suffix(ending).is_some_and(|before| !is_identifier(before)))
}

/// With these a name is that of a credential, even without a separator before them.
const CREDENTIAL_WORDS: [&str; 8] =
    ["TOKEN", "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "API_KEY", "APIKEY", "ACCESS_KEY"];

/// With these a name is that of a credential, if a word stands before them: `PATH` and `monkey` are other words, and `PWD`
/// is the working directory.
const CREDENTIAL_ENDINGS: [&str; 6] = ["_KEY", "_PASS", "_PAT", "_PWD", "_PW", "_DSN"];

/// With these before `_KEY` a key is public, or says which of several things is meant; ODBC names its data sources.
const IDENTIFIER_WORDS: [&str; 25] = [
    "ANON",
    "CACHE",
    "COLUMN",
    "FOREIGN",
    "GROUP",
    "HASH",
    "HOST",
    "IDEMPOTENCY",
    "INDEX",
    "ISSUE",
    "LOOKUP",
    "MAP",
    "OBJECT",
    "ODBC",
    "PARTITION",
    "PRIMARY",
    "PROJECT",
    "PUBLIC",
    "PUBLISHABLE",
    "REGISTRY",
    "ROW",
    "SHORTCUT",
    "SORT",
    "SPACE",
    "UNIQUE",
];

/// A name in upper case, with `_` between its words: `dbPassword` and `db-password` are `DB_PASSWORD`.
fn upper_snake(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    let mut is_after_lower = false;
    for letter in name.chars() {
        if is_after_lower && letter.is_ascii_uppercase() {
            snake.push('_');
        }
        is_after_lower = letter.is_ascii_lowercase() || letter.is_ascii_digit();
        snake.push(if matches!(letter, '-' | '.') { '_' } else { letter.to_ascii_uppercase() });
    }
    snake
}

/// Whether a value is an example from documentation: `your-token-here`, `<password>`, `xxxxx`.
pub(crate) fn is_example(value: &str) -> bool {
    let is_bracketed = [('<', '>'), ('[', ']'), ('{', '}')]
        .iter()
        .any(|(open, close)| value.starts_with(*open) && value.ends_with(*close));
    is_bracketed
        || value.chars().all(|character| matches!(character, '*' | '.' | '•'))
        || stand_in_words().is_some_and(|words| words.is_match(value))
}

/// Whether a value is worth masking. A short word such as `admin` protects nothing, and masking it would garble unrelated
/// text.
pub(crate) fn is_worth_hiding(value: &str) -> bool {
    let is_word = value.len() <= 12 && value.chars().all(|letter| letter.is_ascii_lowercase());
    value.chars().count() >= 6 && !is_word
}

/// The length in bytes of the shortest credential.
const SHORTEST: usize = 16;

/// The least length of each of the three parts of a JWT.
const LEAST_JWT_PART: usize = 8;

static ANCHORS: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::new(FORMS.iter().map(|form| form.anchor)).ok());

/// Words that documentation uses in place of a credential. Four letters or fewer also occur in a random token, so that they
/// have to start a word or end one.
static STAND_IN_WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let long = "token|example|placeholder|redacted|changeme|insert|replace|dummy|sample|xxxx";
    let short = r"(?:\b|_)your|(?:\b|_)xxx|xxx(?:\b|_)";
    Regex::new(&format!("(?i-u:{long}|{short})|(?-u:[a-z]Your)")).ok()
});

fn stand_in_words() -> Option<&'static Regex> {
    STAND_IN_WORDS.as_ref()
}

/// Whether what follows a prefix is one of these words, with nothing beside it that looks random.
fn is_stand_in(content: &str) -> bool {
    let Some(words) = stand_in_words().filter(|words| words.is_match(content)) else {
        return false;
    };
    let rest = words.replace_all(content, "-");
    let mut pieces = rest.split(|letter: char| !letter.is_ascii_alphanumeric());
    !pieces.any(|piece| piece.len() >= 8 && changes_of_kind(piece) >= 3)
}

/// How often a letter follows a digit or the other way round: rarely in a name with a number, often in a random text.
pub(super) fn changes_of_kind(piece: &str) -> usize {
    let pairs = piece.as_bytes().windows(2);
    let is_change = |pair: &&[u8]| match pair {
        [first, second] => first.is_ascii_digit() != second.is_ascii_digit(),
        _ => false,
    };
    pairs.filter(is_change).count()
}

/// Whether the last six of 36 characters are the CRC-32 of the others in base 62. It is right by chance once in four billion,
/// so that such a token is real, whatever words it contains.
fn has_checksum(content: &str) -> bool {
    const DIGITS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let Some((random, written)) = content.split_at_checked(30) else {
        return false;
    };
    let mut checksum = !random.bytes().fold(u32::MAX, |checksum, byte| {
        (0..8).fold(checksum ^ u32::from(byte), |checksum, _| {
            (checksum >> 1) ^ (0xEDB8_8320 & 0_u32.wrapping_sub(checksum & 1))
        })
    });
    let digits = written.bytes().rev().map(|digit| {
        let expected = DIGITS.get(checksum as usize % DIGITS.len());
        checksum /= 62;
        expected == Some(&digit)
    });
    written.len() == 6 && { digits }.all(|is_right| is_right)
}

/// What is known of the text ahead, so that no part of it is looked at once for every anchor.
#[derive(Debug, Default)]
struct Scan {
    run: TokenRun,
    /// The first digit from the last anchor on.
    digit: usize,
}

impl Scan {
    fn next_digit(&mut self, text: &str, start: usize) -> usize {
        if self.digit < start {
            let rest = text.as_bytes().get(start..).unwrap_or_default();
            let digit = rest.iter().position(u8::is_ascii_digit);
            self.digit = start + digit.unwrap_or(rest.len() + LONGEST + 1);
        }
        self.digit
    }
}

/// A run of token characters. Offsets are into the text.
#[derive(Debug, Default)]
struct TokenRun {
    end: usize,
    /// The end of the JWT whose header ends with this run.
    end_of_jwt: Option<usize>,
}

impl TokenRun {
    fn at(text: &str, start: usize) -> Self {
        let run = leading(text.get(start..).unwrap_or_default(), is_token_character);
        let end = start + run.len();
        let tail = jwt_tail(text.get(end..).unwrap_or_default());
        Self { end, end_of_jwt: tail.map(|tail| end + tail) }
    }
}

/// The length of the claims and signature after a header, with their dots; `None` if either is too short.
fn jwt_tail(text: &str) -> Option<usize> {
    let claims = leading(text.strip_prefix('.')?, is_token_character);
    let signature = text.get(1 + claims.len()..)?;
    let signature = leading(signature.strip_prefix('.')?, is_token_character);
    let is_long = claims.len() >= LEAST_JWT_PART && signature.len() >= LEAST_JWT_PART;
    (is_long && looks_encoded(signature)).then_some(claims.len() + signature.len() + 2)
}

/// Whether a credential is a JSON Web Token that is valid for less than an hour: what a site signs links with, which has
/// expired long before anybody reads the file.
pub(crate) fn is_short_lived(credential: &str) -> bool {
    let claims = credential.split('.').nth(1).and_then(|claims| {
        let json = URL_SAFE_NO_PAD.decode(claims).ok()?;
        serde_json::from_slice::<Value>(&json).ok()
    });
    let seconds = |claim: &str| claims.as_ref()?.get(claim)?.as_i64();
    let start = seconds("iat").or_else(|| seconds("nbf"));
    start.zip(seconds("exp")).is_some_and(|(start, end)| end.saturating_sub(start) < 3600)
}

/// The end of the private key after the dashes that start its header, which must contain at least 32 characters of base64.
/// Neither the label nor the key contains as many dashes, so nothing is read past the next header.
fn armour_end(text: &str, start: usize, dashes: &str) -> Option<usize> {
    let rest = text.get(start..)?;
    let (label, content) = rest.split_once(dashes)?;
    let is_private =
        ["PRIVATE KEY", "PRIVATE KEY BLOCK"].iter().any(|end| label.trim().ends_with(end));
    let content = content.split(dashes).next()?;
    let end = start + label.len() + dashes.len() + content.len();
    (is_private && has_key(content)).then_some(end)
}

/// The end of a private key of PuTTY: behind its last line, or before the next key.
fn putty_end(text: &str, start: usize, header: &str) -> Option<usize> {
    let rest = text.get(start..)?.split(header).next()?;
    let (public, private) = rest.split_once("Private-Lines:")?;
    let end = match private.split_once("Private-MAC:") {
        Some((key, mac)) => {
            let space = mac.len() - mac.trim_start().len();
            let digits = leading(mac.trim_start(), |digit| digit.is_ascii_hexdigit());
            key.len() + "Private-MAC:".len() + space + digits.len()
        }
        None => private.trim_end().len(),
    };
    has_key(private).then_some(start + public.len() + "Private-Lines:".len() + end)
}

/// Whether a text contains at least 32 characters of base64.
fn has_key(content: &str) -> bool {
    // In JSON nested in JSON, line breaks are still escaped.
    let joined = content.replace("\\n", "").replace(['\n', '\r'], "");
    let is_base64 =
        |character: char| character.is_ascii_alphanumeric() || "+/=".contains(character);
    let mut runs = joined.split(|character| !is_base64(character));
    runs.any(|run| run.len() >= 32 && looks_encoded(run))
}

/// Whether a text could be base64. Stand-ins keep to one case; base64 is too long to search for stand-in words, which
/// would occur by chance.
fn looks_encoded(text: &str) -> bool {
    let has = |matches: fn(&u8) -> bool| text.as_bytes().iter().any(matches);
    has(u8::is_ascii_digit) || (has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase))
}

/// Whether a piece of 8 or more characters between `-` and `_` mixes letters and digits, as random strings do.
pub(crate) fn looks_random(text: &str) -> bool {
    text.split(is_separator).any(|piece| {
        piece.len() >= 8
            && piece.bytes().any(|byte| byte.is_ascii_digit())
            && piece.bytes().any(|byte| byte.is_ascii_alphabetic())
    })
}

fn is_separator(character: char) -> bool {
    matches!(character, '-' | '_')
}

fn leading(text: &str, belongs: impl Fn(char) -> bool) -> &str {
    let end = text.find(|character| !belongs(character));
    text.get(..end.unwrap_or(text.len())).unwrap_or_default()
}

pub(super) fn is_token_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || is_separator(character)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::strategy::{Strategy as _, ValueTree as _};
    use proptest::string::string_regex;
    use proptest::test_runner::TestRunner;

    use super::*;

    /// Concatenated at run time so that secret scanners do not flag this file.
    fn planted(prefix: &str) -> String {
        format!("{prefix}Q7w2Er9Ty4Ui8Op1As6Df3Gh5Jk0Lz2Xc7Vb")
    }

    #[track_caller]
    fn assert_found(text: &str, secret: &str) {
        let found: Vec<_> = credentials(text).map(|found| found.secret).collect();
        assert_eq!(found, [secret], "{text}");
    }

    #[track_caller]
    fn assert_none(text: &str) {
        let found: Vec<_> = credentials(text).collect();
        assert!(found.is_empty(), "{text}: {found:?}");
    }

    /// One of a form, as the expression in the table makes them, without a word that stands in for one.
    fn one_of(form: &Form, runner: &mut TestRunner) -> Option<String> {
        let planted = planted("");
        // It makes no text for a boundary.
        let expression = form.expression.replace(r"\b", "");
        let rest = string_regex(&format!("(?-u:{expression})")).unwrap();
        match &form.shape {
            Shape::Jwt => Some(format!("eyJ{planted}.eyJ{planted}.{planted}")),
            Shape::Armour(_) | Shape::Putty => None,
            Shape::Around(_) | Shape::Token | Shape::Random | Shape::Checked => loop {
                let rest = rest.new_tree(runner).unwrap().current();
                let is_real = looks_random(&rest) && !is_stand_in(&rest);
                if is_real && rest.ends_with(|last: char| last.is_ascii_alphanumeric()) {
                    let is_whole = matches!(form.shape, Shape::Around(_));
                    break Some(if is_whole { rest } else { format!("{}{rest}", form.anchor) });
                }
            },
        }
    }

    #[test]
    fn one_of_every_form_is_found_inside_other_text() {
        let mut runner = TestRunner::deterministic();
        let secrets = FORMS.iter().filter_map(|form| one_of(form, &mut runner));
        for secret in secrets {
            assert_found(&secret, &secret);
            assert!(may_be_in_json(&format!(r#"["é\n{secret}"]"#)), "{secret}");
            assert_found(&format!("é --key={secret}&b=\"x\""), &secret);
            assert_none(&format!("a{secret}"));
        }
        let anchors: BTreeSet<&str> = FORMS.iter().map(|form| form.anchor).collect();
        assert_eq!(anchors.len(), FORMS.len());
    }

    #[test]
    fn a_random_token_is_no_stand_in_for_the_word_in_it() {
        for word in ["xxx", "XxX", "your", "YOUR", "token", "sample"] {
            for at in [0, 3, 12, 24] {
                let (before, after) = "Q7w2Er9Ty4Ui8Op1As6Df3Gh5Jk0".split_at(at);
                let secret = format!("ghp_{before}{word}{after}Lz2X");
                assert_found(&secret, &secret);
            }
        }
    }

    #[test]
    fn a_token_with_the_right_checksum_is_real_whatever_it_says() {
        // From GitHub's description of the format, put together here.
        let random = "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ";
        assert!(has_checksum(&format!("{random}0mLq17")));
        assert!(!has_checksum(&format!("{random}0mLq18")));
        assert!(!has_checksum("") && !has_checksum("0mLq17"));
        // All of it is words, so that only the checksum tells it from a stand-in.
        let stand_in = "exampletokenexampletokenexampl";
        let secret = format!("npm_{stand_in}3hbDwY");
        assert_found(&secret, &secret);
        assert_none(&format!("npm_{stand_in}000000"));
    }

    #[test]
    fn a_token_that_expires_within_the_hour_is_short_lived() {
        let token =
            |claims: &str| format!("eyJhbGciOiJIUzI1NiJ9.{}.c2ln", URL_SAFE_NO_PAD.encode(claims));
        for claims in [r#"{"nbf":1742476695,"exp":1742476995}"#, r#"{"iat":100,"exp":3699}"#] {
            assert!(is_short_lived(&token(claims)), "{claims}");
        }
        for claims in [
            r#"{"iat":100,"exp":3700}"#,
            r#"{"iat":100}"#,
            r#"{"exp":3699}"#,
            r#"{"iat":-9223372036854775808,"exp":9223372036854775807}"#,
            "acme",
        ] {
            assert!(!is_short_lived(&token(claims)), "{claims}");
        }
        assert!(!is_short_lived("ghp_a.b"));
    }

    #[test]
    fn a_key_of_putty_is_found_up_to_its_end() {
        let line = planted("AAAAB3NzaC1yc2EAAAABJQAAAQ");
        let key = format!(
            "PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none\nPublic-Lines: 1\n{line}\nPrivate-Lines: 1\n{line}\nPrivate-MAC: 0f1e2d3c4b5a69788796a5b4c3d2e1f0"
        );
        assert_found(&format!("{key}\nnext"), &key);
        assert_none("PuTTY-User-Key-File-2: ssh-rsa\nPrivate-Lines: 14\n...");
    }

    #[test]
    fn a_private_key_is_found_with_either_kind_of_line_break() {
        let line = planted("MIIEvQIBADANBgkqhkiG9w0BAQ");
        for line_break in ["\n", "\r\n", "\\n"] {
            let begin = "-----BEGIN RSA PRIVATE KEY-----";
            let secret = format!("{begin}{line_break}{line}{line_break}");
            assert_found(&format!("key: {secret}-----END RSA PRIVATE KEY-----"), &secret);
            assert_found(&secret, &secret);
            assert_found(&format!("{{\\n{secret}"), &secret);
        }
    }

    #[test]
    fn the_shortest_credentials_are_found_in_json_too() {
        let shortest = concat!("sk-", "Q7w2Er9Ty4Ui8Op1");
        assert!(shortest.len() >= SHORTEST);
        let jwt = concat!("eyJhbGci", ".", "Q7w2Er9T", ".", "y4Ui8Op1");
        let key = format!("-----BEGIN PRIVATE KEY-----\n{}\n", planted("MIIEvQ"));
        for text in [shortest, jwt, &key] {
            assert_found(text, text);
            let json = serde_json::to_string(text).unwrap();
            assert!(may_be_in_json(&json), "{json}");
        }
        assert!(may_be_in_json(r#"{"key":"\u0067hp_Q7w2Er9Ty4Ui8Op1"}"#));
        assert!(!may_be_in_json(r#"{"name":"a task-management server","key":"ghp_short"}"#));
    }

    #[test]
    fn a_private_key_needs_base64() {
        for content in ["\\n...\\n", "\nMIIEvQIBADANBg...\n", "\nYOUR_PRIVATE_KEY\n", ""] {
            assert_none(&format!("-----BEGIN PRIVATE KEY-----{content}-----END PRIVATE KEY-----"));
        }
        let line = planted("MIIEvQIBADANBgkqhkiG9w0BAQ");
        assert_none(&format!("-----BEGIN CERTIFICATE-----\n{line}\n-----END CERTIFICATE-----"));
    }

    #[test]
    fn stand_ins_and_names_with_a_prefix_are_not_credentials() {
        for text in [
            "ghp_your_personal_access_key_goes_here",
            "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "xoxb-your-bot-id",
            "sk-placeholder-0123456789abcdef",
            "AKIAIOSFODNN7EXAMPLE",
            "eyJhbGciOiJIUzI1NiJ9.your_payload.your_signature",
            "ghp_short",
            "ghp_${user_config.github_key}",
            "task-management-for-small-teams-2024",
            "sk-learn-based-classification-pipeline",
            "hf_hub_enable_hf_transfer_for_downloads_of_models",
            "npm_config_registry_and_other_settings_of_the_client",
            "pypi-package-with-a-long-name-of-words",
            "AKIAQ7W2ER9TY4UI8OP1AND",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0",
        ] {
            assert_none(text);
        }
    }

    #[test]
    fn a_credential_is_found_after_another_prefix() {
        let secret = planted("ghp_");
        for before in ["hf_hub-", "npm_", "eyJ-", "AKIA-", "-----BEGIN ", "ghp_short "] {
            assert_found(&format!("{before}{secret}"), &secret);
        }
        // A prefix may be cut off by the end of a token.
        let token = format!("ghp_Q7w2Er9Ty4Ui8Op1-{}", planted("ya29."));
        let found: Vec<_> = credentials(&token).map(|found| found.secret).collect();
        assert_eq!(found, ["ghp_Q7w2Er9Ty4Ui8Op1-ya29", &planted("ya29.")], "{token}");
        let private_key = format!("-----BEGIN PRIVATE KEY-----\n{}\n", planted("MIIEvQ"));
        assert_found(&format!("-----BEGIN PRIVATE KEY-----\n{private_key}"), &private_key);
    }

    #[test]
    fn a_text_of_prefixes_is_searched_in_linear_space() {
        for (piece, found_in_all) in [
            ("ghp_-", 1),
            ("sk-a1b2c3d4-", 1),
            ("ghp_Q7w2Er9Ty4Ui8Op1 ", 1000),
            ("eyJhbGciOiJIUzI1NiJ9.", 333),
            ("-----BEGIN PRIVATE KEY-----Q7w2Er9Ty4Ui8Op1As6Df3Gh5Jk0Lz2Xc7Vb", 1000),
            ("-----BEGIN PRIVATE KEY-----", 0),
            ("sk-", 0),
            ("eyJ-", 0),
        ] {
            let text = piece.repeat(1000);
            let found: Vec<&str> = credentials(&text).map(|found| found.secret).collect();
            assert_eq!(found.len(), found_in_all, "{piece}");
            let length: usize = found.iter().map(|secret| secret.len()).sum();
            assert!(length <= text.len(), "{piece}: {length}");
        }
    }

    #[test]
    fn a_credential_is_named_at_the_end_of_a_name() {
        for name in [
            "GITHUB_TOKEN",
            "apiKey",
            "db-password",
            "api-key",
            "AWS_SECRET_ACCESS_KEY",
            "INFURA_KEY",
            "privateKey",
            "GITHUB_PAT",
            "db_pass",
            "SENTRY_DSN",
            "REDIS_PWD",
            "ACCESS_PW",
            "KUCOIN_PASSPHRASE",
            "jdbc.api_key",
        ] {
            assert!(names_credential(name), "{name}");
        }
        for name in [
            "MCP_TOKEN_ONLY_MODE",
            "TOKEN_URL",
            "max_tokens",
            "KEY",
            "--key",
            "SECRETS_DIR",
            "PATH",
            "BYPASS",
            "PWD",
            "monkey",
            "LANGFUSE_PUBLIC_KEY",
            "projectKey",
            "sort-key",
            "KEY_PATH",
        ] {
            assert!(!names_credential(name), "{name}");
        }
    }

    #[test]
    fn a_common_word_is_not_worth_hiding() {
        for value in ["admin", "postgres", "dba", "xxx", "pw1"] {
            assert!(!is_worth_hiding(value), "{value}");
        }
        for value in ["hunter2", "correct-horse", "670c26d1cc41", "qwertzuiopasdf"] {
            assert!(is_worth_hiding(value), "{value}");
        }
    }
}
