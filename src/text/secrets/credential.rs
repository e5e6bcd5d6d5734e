//! What looks like a credential, by its form or by its name.
//!
//! Forms are those that issuers document: a vendor prefix, the three parts of a JWT (RFC 7519), the PEM armour of a
//! private key (RFC 7468). Stand-ins from documentation do not count.

use std::sync::LazyLock;

use regex::{Match, Regex};

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
    // Nearly every text is too short or contains no prefix.
    let prefixes = PREFIXES.as_ref().filter(|_| text.len() >= SHORTEST);
    let candidates = prefixes.map(|prefixes| prefixes.find_iter(text));
    let mut run = TokenRun::default();
    let mut end_of_last = 0;
    candidates.into_iter().flatten().filter_map(move |candidate| {
        let start = candidate.start();
        // A prefix inside another credential is part of that.
        if candidate.end() <= end_of_last {
            return None;
        }
        let form = FORMS.iter().find(|form| form.prefix == candidate.as_str())?;
        let before = text.get(..start)?;
        let is_inside_word = before.ends_with(|before: char| before.is_ascii_alphanumeric());
        // Dashes always start a PEM block; the letter before them may belong to an escape such as `\n`.
        if is_inside_word && !matches!(form.body, TokenBody::Pem) {
            return None;
        }
        let body = candidate.end();
        // A run may contain many prefixes; scanning it once keeps this linear.
        if body >= run.end {
            run = TokenRun::at(text, body);
        }
        let end = match form.body {
            TokenBody::Pem => pem_end(text, body)?,
            TokenBody::Jwt if run.end - start < LEAST_JWT_PART => return None,
            TokenBody::Jwt => run.end_of_jwt?,
            TokenBody::Token
            | TokenBody::Mixed
            | TokenBody::Alphanumeric(_)
            | TokenBody::AccessKeyId => run.is_body(&form.body, text, body).then_some(run.end)?,
        };
        end_of_last = end;
        Some(Credential { kind: form.kind, secret: text.get(start..end)? })
    })
}

/// Whether any string of a JSON text may contain such a credential. One pass over the text is cheaper than one over each
/// string.
pub(crate) fn may_be_in_json(text: &str) -> bool {
    let has_body = |form: &Form, body: &str| {
        let least = match form.body {
            TokenBody::Pem => 0,
            TokenBody::Jwt => LEAST_JWT_PART - form.prefix.len(),
            TokenBody::Token
            | TokenBody::Mixed
            | TokenBody::Alphanumeric(_)
            | TokenBody::AccessKeyId => SHORTEST_TOKEN,
        };
        leading(body, is_token_character).len() >= least
    };
    let is_start = |candidate: Match<'_>| {
        let body = text.get(candidate.end()..).unwrap_or_default();
        let mut forms = FORMS.iter();
        forms.any(|form| form.prefix == candidate.as_str() && has_body(form, body))
    };
    // `\u00…` may spell any character of a prefix.
    text.contains("\\u00")
        || PREFIXES.as_ref().is_none_or(|prefixes| prefixes.find_iter(text).any(is_start))
}

/// Whether the name of a variable, option or input is that of a credential, in any case.
pub(crate) fn names_credential(name: &str) -> bool {
    let name = name.to_ascii_uppercase().replace('-', "_");
    ["TOKEN", "SECRET", "PASSWORD", "API_KEY", "APIKEY", "ACCESS_KEY"]
        .iter()
        .any(|word| name.ends_with(word))
}

/// Whether a value is an example from documentation: `your-token-here`, `<password>`, `xxxxx`.
pub(crate) fn is_example(value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    let is_bracketed = [('<', '>'), ('[', ']'), ('{', '}')]
        .iter()
        .any(|(open, close)| value.starts_with(*open) && value.ends_with(*close));
    is_bracketed
        || value.chars().all(|character| matches!(character, '*' | '.' | '•'))
        || STAND_IN_WORDS.iter().any(|word| value.contains(word))
}

/// Whether a value is worth masking. A short word such as `admin` protects nothing, and masking it would garble unrelated
/// text.
pub(crate) fn is_worth_hiding(value: &str) -> bool {
    let is_word = value.len() <= 12 && value.chars().all(|letter| letter.is_ascii_lowercase());
    value.chars().count() >= 6 && !is_word
}

/// Words that documentation uses in place of a credential.
const STAND_IN_WORDS: [&str; 11] = [
    "your",
    "token",
    "example",
    "xxx",
    "placeholder",
    "redacted",
    "changeme",
    "insert",
    "replace",
    "dummy",
    "sample",
];

/// A form of credential with a known prefix.
struct Form {
    prefix: &'static str,
    kind: &'static str,
    body: TokenBody,
}

/// What must follow a prefix.
enum TokenBody {
    /// At least 16 of `[A-Za-z0-9_-]`.
    Token,
    /// The same, with a piece that mixes letters and digits: for prefixes that also occur in prose.
    Mixed,
    /// At least this many letters and digits, and no separator: for prefixes that also occur in names of settings.
    Alphanumeric(usize),
    /// Exactly 16 upper-case letters and digits.
    AccessKeyId,
    /// The rest of a JWT.
    Jwt,
    /// The rest of a PEM block.
    Pem,
}

const FORMS: [Form; 31] = [
    form("eyJ", "a JSON Web Token", TokenBody::Jwt),
    form("-----BEGIN ", "a private key", TokenBody::Pem),
    form("ghp_", "a GitHub token", TokenBody::Token),
    form("gho_", "a GitHub token", TokenBody::Token),
    form("ghu_", "a GitHub token", TokenBody::Token),
    form("ghs_", "a GitHub token", TokenBody::Token),
    form("ghr_", "a GitHub token", TokenBody::Token),
    form("github_pat_", "a GitHub token", TokenBody::Token),
    form("glpat-", "a GitLab token", TokenBody::Token),
    form("xoxa-", "a Slack token", TokenBody::Token),
    form("xoxb-", "a Slack token", TokenBody::Token),
    form("xoxp-", "a Slack token", TokenBody::Token),
    form("xoxr-", "a Slack token", TokenBody::Token),
    form("xoxo-", "a Slack token", TokenBody::Token),
    form("xoxs-", "a Slack token", TokenBody::Token),
    form("xapp-", "a Slack token", TokenBody::Token),
    form("GOCSPX-", "a Google client secret", TokenBody::Token),
    form("AIza", "a Google API key", TokenBody::Token),
    form("ya29.", "a Google access token", TokenBody::Token),
    form("AKIA", "an AWS access key", TokenBody::AccessKeyId),
    form("ASIA", "an AWS access key", TokenBody::AccessKeyId),
    form("sk-", "an API key", TokenBody::Mixed),
    form("sk_live_", "a Stripe key", TokenBody::Token),
    form("rk_live_", "a Stripe key", TokenBody::Token),
    form("shpat_", "a Shopify token", TokenBody::Token),
    form("dop_v1_", "a DigitalOcean token", TokenBody::Token),
    form("npm_", "an npm token", TokenBody::Alphanumeric(36)),
    form("pypi-", "a package upload token", TokenBody::Mixed),
    form("hf_", "a Hugging Face token", TokenBody::Alphanumeric(30)),
    form("ntn_", "a Notion token", TokenBody::Alphanumeric(30)),
    form("lin_api_", "a Linear API key", TokenBody::Alphanumeric(30)),
];

/// The length in bytes of the shortest credential: the shortest prefix with the shortest body.
const SHORTEST: usize = "sk-".len() + SHORTEST_TOKEN;

const SHORTEST_TOKEN: usize = 16;

/// The least length of each of the three parts of a JWT.
const LEAST_JWT_PART: usize = 8;

const fn form(prefix: &'static str, kind: &'static str, body: TokenBody) -> Form {
    Form { prefix, kind, body }
}

static PREFIXES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let prefixes: Vec<String> = FORMS.iter().map(|form| regex::escape(form.prefix)).collect();
    Regex::new(&prefixes.join("|")).ok()
});

/// A run of token characters, with what decides about any body that ends where the run ends. Offsets are into the text.
#[derive(Debug, Default)]
struct TokenRun {
    end: usize,
    /// The start of the last of `STAND_IN_WORDS`.
    last_stand_in: Option<usize>,
    /// The last `-` or `_`.
    last_separator: Option<usize>,
    /// The start of the last piece that mixes letters and digits.
    last_random_piece: Option<usize>,
    /// The end of the JWT whose header ends with this run.
    end_of_jwt: Option<usize>,
}

impl TokenRun {
    fn at(text: &str, start: usize) -> Self {
        let run = leading(text.get(start..).unwrap_or_default(), is_token_character);
        let lower = run.to_ascii_lowercase();
        let last_stand_in = STAND_IN_WORDS.iter().filter_map(|word| lower.rfind(word)).max();
        let end = start + run.len();
        Self {
            end,
            last_stand_in: last_stand_in.map(|at| start + at),
            last_separator: run.rfind(is_separator).map(|at| start + at),
            last_random_piece: last_random_piece(run).map(|at| start + at),
            end_of_jwt: jwt_tail(text.get(end..).unwrap_or_default()).map(|tail| end + tail),
        }
    }

    /// Whether the run from `start` on is a valid body.
    fn is_body(&self, body: &TokenBody, text: &str, start: usize) -> bool {
        let length = self.end - start;
        let contains = |last: Option<usize>| last.is_some_and(|last| last >= start);
        if length < SHORTEST_TOKEN || (contains(self.last_stand_in) && !starts_random(text, start))
        {
            return false;
        }
        match body {
            TokenBody::Token => true,
            TokenBody::Mixed => contains(self.last_random_piece),
            TokenBody::Alphanumeric(least) => length >= *least && !contains(self.last_separator),
            TokenBody::AccessKeyId => {
                let is_id = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
                let id = text.get(start..self.end).unwrap_or_default();
                length == 16 && id.bytes().all(is_id)
            }
            TokenBody::Jwt | TokenBody::Pem => false,
        }
    }
}

/// Whether a body starts with random characters; then words after them do not make it a stand-in.
fn starts_random(text: &str, start: usize) -> bool {
    let head = text.get(start..start + SHORTEST_TOKEN).unwrap_or_default();
    let lower = head.to_ascii_lowercase();
    looks_random(head) && !STAND_IN_WORDS.iter().any(|word| lower.contains(word))
}

/// The length of the claims and signature after a header, with their dots; `None` if either is too short.
fn jwt_tail(text: &str) -> Option<usize> {
    let claims = leading(text.strip_prefix('.')?, is_token_character);
    let signature = text.get(1 + claims.len()..)?;
    let signature = leading(signature.strip_prefix('.')?, is_token_character);
    let is_long = claims.len() >= LEAST_JWT_PART && signature.len() >= LEAST_JWT_PART;
    (is_long && looks_encoded(signature)).then_some(claims.len() + signature.len() + 2)
}

/// The end of the private key after `-----BEGIN `, which must contain at least 32 characters of base64. Neither the label
/// nor the key contains five dashes, so nothing is read past the next header.
fn pem_end(text: &str, start: usize) -> Option<usize> {
    const DASHES: &str = "-----";
    let rest = text.get(start..)?;
    let (label, content) = rest.split_once(DASHES)?;
    if !label.ends_with("PRIVATE KEY") {
        return None;
    }
    let content = content.split(DASHES).next()?;
    // In JSON nested in JSON, line breaks are still escaped.
    let joined = content.replace("\\n", "").replace(['\n', '\r'], "");
    let is_base64 =
        |character: char| character.is_ascii_alphanumeric() || "+/=".contains(character);
    let has_key = joined
        .split(|character| !is_base64(character))
        .any(|run| run.len() >= 32 && looks_encoded(run));
    has_key.then_some(start + label.len() + DASHES.len() + content.len())
}

/// Whether a text could be base64. Stand-ins keep to one case; base64 is too long to search for stand-in words, which
/// would occur by chance.
fn looks_encoded(text: &str) -> bool {
    let has = |matches: fn(&u8) -> bool| text.as_bytes().iter().any(matches);
    has(u8::is_ascii_digit) || (has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase))
}

/// Whether a piece of 8 or more characters between `-` and `_` mixes letters and digits, as random strings do.
pub(crate) fn looks_random(text: &str) -> bool {
    last_random_piece(text).is_some()
}

/// The start of the last such piece.
fn last_random_piece(text: &str) -> Option<usize> {
    let mut end = text.len();
    for piece in text.rsplit(is_separator) {
        let start = end - piece.len();
        let is_mixed = piece.len() >= 8
            && piece.bytes().any(|byte| byte.is_ascii_digit())
            && piece.bytes().any(|byte| byte.is_ascii_alphabetic());
        if is_mixed {
            return Some(start);
        }
        end = start.saturating_sub(1);
    }
    None
}

fn is_separator(character: char) -> bool {
    matches!(character, '-' | '_')
}

fn leading(text: &str, belongs: impl Fn(char) -> bool) -> &str {
    let end = text.find(|character| !belongs(character));
    text.get(..end.unwrap_or(text.len())).unwrap_or_default()
}

fn is_token_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || is_separator(character)
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn every_prefix_is_found_inside_other_text() {
        for form in &FORMS {
            let secret = match form.body {
                TokenBody::Jwt => format!("{}.{}.{}", planted("eyJ"), planted("eyJ"), planted("")),
                TokenBody::Pem => continue,
                TokenBody::AccessKeyId => format!("{}Q7W2ER9TY4UI8OP1", form.prefix),
                _ => planted(form.prefix),
            };
            assert_found(&secret, &secret);
            assert!(may_be_in_json(&format!(r#"["é\n{secret}"]"#)));
            assert_found(&format!("é --key={secret}&b=\"x\""), &secret);
            assert_none(&format!("a{secret}"));
        }
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
        for form in &FORMS {
            assert!(form.prefix.len() + SHORTEST_TOKEN >= SHORTEST, "{}", form.prefix);
        }
        let shortest = concat!("sk-", "Q7w2Er9Ty4Ui8Op1");
        assert_eq!(shortest.len(), SHORTEST);
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
        for name in ["GITHUB_TOKEN", "apiKey", "db-password", "api-key", "AWS_SECRET_ACCESS_KEY"] {
            assert!(names_credential(name), "{name}");
        }
        for name in ["MCP_TOKEN_ONLY_MODE", "TOKEN_URL", "max_tokens", "KEY", "SECRETS_DIR"] {
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
