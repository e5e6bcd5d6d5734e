//! What stands in `client_secret`: the word `REDACTED`, or something that should not be there.

use crate::model::OAuthConfig;

/// The one value that a manifest may have: the proxy puts the real secret in its place.
pub const REDACTED: &str = "REDACTED";

/// What `client_secret` holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientSecret<'a> {
    /// No such key, or nothing in it.
    Absent,
    /// Exactly `REDACTED`.
    Redacted,
    /// Another way to say `REDACTED`, which nothing recognises.
    MisspelledRedacted(&'a str),
    /// The name of a variable, such as `${ACME_SECRET}`, which nothing expands.
    Reference(&'a str),
    /// Anything else is a secret.
    Literal(&'a str),
}

/// Reads `client_secret`.
pub fn client_secret(oauth: &OAuthConfig) -> ClientSecret<'_> {
    let secret = oauth.client_secret.as_deref().unwrap_or_default();
    match () {
        () if secret.trim().is_empty() => ClientSecret::Absent,
        () if secret == REDACTED => ClientSecret::Redacted,
        () if is_reference(secret) => ClientSecret::Reference(secret),
        () if is_redacted_lookalike(secret) => ClientSecret::MisspelledRedacted(secret),
        () => ClientSecret::Literal(secret),
    }
}

/// Whether a whole value names a variable: `${NAME}`, `{{ name }}` or `$NAME`.
pub fn is_reference(value: &str) -> bool {
    let value = value.trim();
    let is_enclosed = |start: &str, end: &str| value.starts_with(start) && value.ends_with(end);
    let is_shell_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
            && name
                .chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
    };
    is_enclosed("${", "}")
        || is_enclosed("{{", "}}")
        || value.strip_prefix('$').is_some_and(is_shell_name)
}

/// Whether a value means `REDACTED`: in any case or brackets, one letter off, or blacked out with `*`, `x` or `•`.
pub fn is_redacted_lookalike(value: &str) -> bool {
    let word = value
        .trim_matches(|c: char| !c.is_alphanumeric())
        .to_ascii_uppercase();
    let is_blacked_out = value
        .trim()
        .chars()
        .all(|c| matches!(c, '*' | 'x' | 'X' | '•'));
    is_blacked_out || strsim::damerau_levenshtein(&word, REDACTED) <= 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(secret: &str) -> &'static str {
        let oauth = OAuthConfig {
            client_secret: Some(secret.to_owned()),
            ..OAuthConfig::default()
        };
        match client_secret(&oauth) {
            ClientSecret::Absent => "absent",
            ClientSecret::Redacted => "redacted",
            ClientSecret::MisspelledRedacted(_) => "misspelled",
            ClientSecret::Reference(_) => "reference",
            ClientSecret::Literal(_) => "literal",
        }
    }

    #[test]
    fn every_kind_of_client_secret_is_told_apart() {
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
            ("********", "misspelled"),
            ("xxxx-xxxx", "literal"),
            ("xxxxXXXX", "misspelled"),
            ("••••", "misspelled"),
            ("${SLACK_SECRET}", "reference"),
            ("${{ secrets.SLACK }}", "reference"),
            ("{{slack_secret}}", "reference"),
            ("$SLACK_SECRET", "reference"),
            ("$2a$10$abcdefgh", "literal"),
            ("${A}and-more", "literal"),
            ("9f8e7d6c5b4a", "literal"),
        ] {
            assert_eq!(read(secret), expected, "{secret:?}");
        }
    }
}
