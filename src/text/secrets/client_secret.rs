//! The content of `client_secret`: the word `REDACTED`, or something that should not be there.

use crate::text::secrets::credential::looks_random;

/// The only value that a manifest may contain: the proxy replaces it with the real secret.
pub(crate) const REDACTED: &str = "REDACTED";

/// What `client_secret` holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClientSecret<'a> {
    /// The key is missing or blank.
    Absent,
    /// Exactly `REDACTED`.
    Redacted,
    /// A variant of `REDACTED` that the proxy does not recognise.
    RedactedLookalike(&'a str),
    /// A variable reference such as `${ACME_SECRET}`, which nothing expands.
    Reference(&'a str),
    /// Words that nobody has replaced by a secret yet, such as `your-client-secret`.
    Placeholder(&'a str),
    /// Anything else is a secret.
    Literal(&'a str),
}

/// Classifies the value of a `client_secret`.
pub(crate) fn classify(secret: &str) -> ClientSecret<'_> {
    // A random-looking piece makes it a secret, whatever words surround it.
    let is_random = looks_random(secret);
    if secret.trim().is_empty() {
        ClientSecret::Absent
    } else if secret == REDACTED {
        ClientSecret::Redacted
    } else if is_reference(secret) {
        ClientSecret::Reference(secret)
    } else if is_redacted_lookalike(secret) && !is_random {
        ClientSecret::RedactedLookalike(secret)
    } else if is_unfilled(secret) && !is_random {
        ClientSecret::Placeholder(secret)
    } else {
        ClientSecret::Literal(secret)
    }
}

/// Whether the whole value is `${…}`, `{{…}}`, `$(…)` or `%(…)s`, or an upper-case variable: `$NAME` or `%NAME%`.
pub(crate) fn is_reference(value: &str) -> bool {
    let value = value.trim();
    let between = |start: &str, end: &str| value.strip_prefix(start)?.strip_suffix(end);
    let is_variable = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
            && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
    };
    let enclosed = [("${", "}"), ("{{", "}}"), ("$(", ")"), ("%(", ")s")];
    enclosed.iter().any(|(start, end)| between(start, end).is_some())
        || value.strip_prefix('$').is_some_and(is_variable)
        || between("%", "%").is_some_and(is_variable)
}

/// Whether a value means `REDACTED`: in any case, in brackets or next to other words, one typo away, or masked with `*`,
/// `x` or `•`.
pub(crate) fn is_redacted_lookalike(value: &str) -> bool {
    let is_mask = |c: char| matches!(c, '*' | 'x' | 'X' | '•');
    let is_blacked_out = !value.trim().is_empty() && value.trim().chars().all(is_mask);
    let is_redacted = |word: &str| {
        word.len().abs_diff(REDACTED.len()) <= 1
            && strsim::damerau_levenshtein(&word.to_ascii_uppercase(), REDACTED) <= 1
    };
    let is_separator = |c: char| !c.is_alphanumeric();
    is_blacked_out
        || is_redacted(value.trim_matches(is_separator))
        || value.split(is_separator).any(is_redacted)
}

/// Whether a value was never replaced by a credential: a reference, a variant of `REDACTED`, or words such as
/// `your-secret`. For `client_secret` and `.env` files; any other value is judged by `hardcoded::is_stand_in`.
pub(crate) fn is_unfilled(value: &str) -> bool {
    let value = value.trim();
    if value.is_empty() {
        return false;
    }
    let lower = value.to_ascii_lowercase();
    let starts_with_word = |word: &str| {
        lower
            .strip_prefix(word)
            .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
    };
    is_redacted_lookalike(value)
        || is_reference(value)
        || (lower.starts_with('<') && lower.ends_with('>'))
        || lower.starts_with("xxx")
        || ["your", "todo", "changeme", "change-me", "change_me"]
            .iter()
            .any(|word| starts_with_word(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(secret: &str) -> &'static str {
        match classify(secret) {
            ClientSecret::Absent => "absent",
            ClientSecret::Redacted => "redacted",
            ClientSecret::RedactedLookalike(_) => "misspelled",
            ClientSecret::Reference(_) => "reference",
            ClientSecret::Placeholder(_) => "placeholder",
            ClientSecret::Literal(_) => "literal",
        }
    }

    #[test]
    fn client_secrets_are_classified() {
        for (secret, expected) in [
            ("", "absent"),
            (" \t", "absent"),
            ("REDACTED", "redacted"),
            ("redacted", "misspelled"),
            (" REDACTED ", "misspelled"),
            ("<REDACTED>", "misspelled"),
            ("[[Redacted]]", "misspelled"),
            ("***REDACTED***", "misspelled"),
            ("REDACTD", "misspelled"),
            ("RE-DACTED", "misspelled"),
            ("********", "misspelled"),
            ("[SECRET REDACTED]", "misspelled"),
            ("redacted-by-security", "misspelled"),
            ("redacted-9f8e7d6c5b4a", "literal"),
            ("unredacted", "literal"),
            ("xxxx-xxxx", "placeholder"),
            ("xxxxXXXX", "misspelled"),
            ("••••", "misspelled"),
            ("${SLACK_SECRET}", "reference"),
            ("${{ secrets.SLACK }}", "reference"),
            ("{{slack_secret}}", "reference"),
            ("$SLACK_SECRET", "reference"),
            ("%SLACK_SECRET%", "reference"),
            ("$(SLACK_SECRET)", "reference"),
            ("$_SLACK_SECRET", "reference"),
            ("%slack-secret%", "literal"),
            ("$slack_secret", "literal"),
            ("$2A10", "literal"),
            ("$SLACK-SECRET", "literal"),
            ("%", "literal"),
            ("your-client-secret", "placeholder"),
            ("<client-secret>", "placeholder"),
            ("<client-secret", "literal"),
            ("client-secret>", "literal"),
            (" changeme ", "placeholder"),
            ("TODO", "placeholder"),
            ("your-9f8e7d6c5b4a", "literal"),
            ("<9f8e7d6c5b4a>", "literal"),
            ("todos", "literal"),
            ("secret", "literal"),
            ("$2a$10$abcdefgh", "literal"),
            ("${A}and-more", "literal"),
            ("9f8e7d6c5b4a", "literal"),
        ] {
            assert_eq!(name(secret), expected, "{secret:?}");
        }
    }
}
