//! `${…}` in a manifest's strings, found as the desktop app finds it.
//!
//! The app knows no expressions: it replaces the text `${user_config.KEY}`, and after a login the token placeholders of
//! injected files. Whatever else stands between `${` and `}` reaches the process as it is written.

use std::ops::Range;

/// One `${…}`: where it is, and what it asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placeholder<'a> {
    /// Bytes, from the `$` to the `}`; to where the next one begins, if this one is not closed before.
    pub(crate) range: Range<usize>,
    pub(crate) kind: Kind<'a>,
}

/// What a placeholder asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind<'a> {
    /// `${user_config.KEY}` with a plain key: the user's answer.
    UserConfig(&'a str),
    /// Speaks of `user_config`, but is more than a plain key, or is never closed: the text between the braces.
    Expression(&'a str),
    /// A name that the manifest format lends from desktop extensions, such as `__dirname`.
    Runtime(&'a str),
    /// What the provider answered to the login.
    Token(Token),
    /// Anything else: the text between the braces, or up to another placeholder that stands inside of this one.
    Unknown(&'a str),
}

impl Kind<'_> {
    /// Whether the placeholder asks for the answer with this key, be it inside of an expression: one that the app does
    /// not evaluate shows all the same what the author meant.
    pub(crate) fn names(self, key: &str) -> bool {
        match self {
            Self::UserConfig(named) => named == key,
            Self::Expression(expression) => mentions(expression, key),
            Self::Runtime(_) | Self::Token(_) | Self::Unknown(_) => false,
        }
    }
}

/// What of the provider's answer is meant.
#[expect(clippy::enum_variant_names, reason = "the names are those of the placeholders")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Token {
    AccessToken,
    RefreshToken,
    ExpiresIn,
}

impl Token {
    /// The name between the braces.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::AccessToken => "access_token",
            Self::RefreshToken => "refresh_token",
            Self::ExpiresIn => "expires_in",
        }
    }

    fn named(name: &str) -> Option<Self> {
        [Self::AccessToken, Self::RefreshToken, Self::ExpiresIn]
            .into_iter()
            .find(|token| token.name() == name)
    }
}

/// The names that desktop extensions define; today's app passes each on literally.
pub(crate) const RUNTIME_NAMES: [&str; 7] =
    ["__dirname", "HOME", "DESKTOP", "DOCUMENTS", "DOWNLOADS", "/", "pathSeparator"];

/// Every placeholder of a text, in order and without overlap: where one stands inside another, the outer one ends where
/// the inner one begins, because replacing text sees the inner one alone. One that is opened last and never closed is
/// text, unless it speaks of an answer.
pub(crate) fn placeholders(text: &str) -> impl Iterator<Item = Placeholder<'_>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let start = from + text.get(from..)?.find("${")?;
            let inside = start + "${".len();
            let rest = text.get(inside..)?;
            let next_opening = rest.find("${").unwrap_or(rest.len());
            let piece = rest.get(..next_opening)?;
            let (content, length) = match piece.find('}') {
                Some(end) => (piece.get(..end)?, end + "}".len()),
                None => (piece, piece.len()),
            };
            from = inside + length;
            let is_closed = content.len() < length;
            let is_outer = !is_closed && next_opening < rest.len();
            if is_closed || is_outer || speaks_of_user_config(content) {
                return Some(Placeholder { range: start..from, kind: kind(content, is_closed) });
            }
        }
    })
}

/// Whether the app takes the text as the key of a user's answer: `[A-Za-z0-9_.-]+`.
pub(crate) fn is_plain_key(key: &str) -> bool {
    !key.is_empty() && key.chars().all(is_key_character)
}

fn is_key_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | '-')
}

fn kind(content: &str, is_closed: bool) -> Kind<'_> {
    match content.strip_prefix("user_config.") {
        Some(key) if is_closed && is_plain_key(key) => return Kind::UserConfig(key),
        Some(_) | None => {}
    }
    match Token::named(content) {
        Some(token) => Kind::Token(token),
        None if speaks_of_user_config(content) => Kind::Expression(content),
        None if RUNTIME_NAMES.contains(&content) => Kind::Runtime(content),
        None => Kind::Unknown(content),
    }
}

/// Whether an expression has `user_config.KEY` or `user_config['KEY']` in it.
fn mentions(expression: &str, key: &str) -> bool {
    expression.match_indices("user_config").any(|(at, prefix)| {
        let rest = expression.get(at + prefix.len()..).unwrap_or_default();
        let is_whole = |rest: &str| !rest.starts_with(is_key_character);
        let is_member = rest
            .strip_prefix('.')
            .and_then(|rest| rest.strip_prefix(key))
            .is_some_and(|rest| is_whole(rest) || rest.starts_with('.'));
        let is_index = ["['", "[\""].iter().any(|opening| {
            rest.strip_prefix(opening).and_then(|rest| rest.strip_prefix(key)).is_some_and(is_whole)
        });
        is_member || is_index
    })
}

/// Whether `user_config` stands in the text as a word of its own.
fn speaks_of_user_config(content: &str) -> bool {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    content.match_indices("user_config").any(|(at, word)| {
        let before = content.get(..at).unwrap_or_default();
        let after = content.get(at + word.len()..).unwrap_or_default();
        !before.ends_with(is_word) && !after.starts_with(is_word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<Kind<'_>> {
        placeholders(text).map(|found| found.kind).collect()
    }

    #[test]
    fn a_plain_key_is_the_users_answer() {
        let text = "--key=${user_config.api-key.v2_A} é ${user_config.b}";
        let found: Vec<_> =
            placeholders(text).map(|found| (text.get(found.range), found.kind)).collect();
        assert_eq!(
            found,
            [
                (Some("${user_config.api-key.v2_A}"), Kind::UserConfig("api-key.v2_A")),
                (Some("${user_config.b}"), Kind::UserConfig("b")),
            ]
        );
    }

    #[test]
    fn whatever_is_more_than_a_plain_key_is_an_expression() {
        for content in [
            "user_config.a ? '--a' : ''",
            "user_config",
            "user_config.",
            " user_config.a ",
            "user_config['a']",
            "!user_config.a",
            "user_config.ä",
        ] {
            let text = format!("${{{content}}}");
            assert_eq!(kinds(&text), [Kind::Expression(content)], "{content}");
        }
    }

    #[test]
    fn an_answer_that_is_never_closed_is_an_expression() {
        assert_eq!(
            kinds("${user_config.a ${user_config.b}"),
            [Kind::Expression("user_config.a "), Kind::UserConfig("b")]
        );
        assert_eq!(kinds("${user_config.a"), [Kind::Expression("user_config.a")]);
    }

    #[test]
    fn the_inner_of_two_is_replaced_and_the_outer_ends_there() {
        let text = "a${PORT:-${user_config.port}}";
        let found: Vec<_> =
            placeholders(text).map(|found| (text.get(found.range), found.kind)).collect();
        assert_eq!(
            found,
            [
                (Some("${PORT:-"), Kind::Unknown("PORT:-")),
                (Some("${user_config.port}"), Kind::UserConfig("port")),
            ]
        );
    }

    #[test]
    fn every_other_name_has_its_kind() {
        for name in RUNTIME_NAMES {
            assert_eq!(kinds(&format!("${{{name}}}")), [Kind::Runtime(name)]);
        }
        for token in [Token::AccessToken, Token::RefreshToken, Token::ExpiresIn] {
            let text = format!("${{{}}}", token.name());
            assert_eq!(kinds(&text), [Kind::Token(token)]);
        }
        assert_eq!(kinds("${}"), [Kind::Unknown("")]);
        assert_eq!(kinds("${home}"), [Kind::Unknown("home")]);
        assert_eq!(kinds("${my_user_config.a}"), [Kind::Unknown("my_user_config.a")]);
    }

    #[test]
    fn a_dollar_or_a_brace_alone_is_text() {
        for text in ["", "$", "$HOME", "${", "a${b", "{user_config.a}", "$ {a}", "}${"] {
            assert_eq!(kinds(text), [], "{text}");
        }
    }

    #[test]
    fn a_key_is_named_inside_of_an_expression_but_only_as_a_whole() {
        let names = |text: &str| placeholders(text).any(|found| found.kind.names("dir"));
        for text in [
            "${user_config.dir}",
            "${user_config.dir ? 'x' : ''}",
            "${!user_config.other && user_config.dir}",
            "${user_config['dir']}",
            "${user_config.dir.length + 1}",
        ] {
            assert!(names(text), "{text}");
        }
        for text in [
            "${user_config.directory}",
            "${user_config.my_dir ? 1 : 0}",
            "${dir}",
            "{{#if user_config.dir}}",
        ] {
            assert!(!names(text), "{text}");
        }
    }
}
