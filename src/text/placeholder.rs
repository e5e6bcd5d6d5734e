//! `${…}` in a manifest's strings, found the way the desktop app finds them.
//!
//! The app does not evaluate expressions: it replaces `${user_config.KEY}`, and after a login the token placeholders in
//! injected files. Anything else between `${` and `}` reaches the process literally.

use std::ops::Range;

/// One `${…}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placeholder<'a> {
    /// Bytes from the `$` to the `}`, or to the start of the next placeholder if that comes first.
    pub(crate) range: Range<usize>,
    pub(crate) kind: PlaceholderKind<'a>,
}

/// What a placeholder stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlaceholderKind<'a> {
    /// `${user_config.KEY}` with a plain key: the user's answer.
    UserConfig(&'a str),
    /// Mentions `user_config` but is not a plain key, or is never closed: the text between the braces.
    Expression(&'a str),
    /// A name that the manifest format takes from desktop extensions, such as `__dirname`.
    Runtime(&'a str),
    /// A part of the provider's token response.
    Token(TokenPlaceholder),
    /// Anything else: the text between the braces, or up to a nested placeholder.
    Unknown(&'a str),
}

impl PlaceholderKind<'_> {
    /// Whether the placeholder uses the answer with this key. An expression counts: the app does not evaluate it, but
    /// it shows what the author intended.
    pub(crate) fn names(self, key: &str) -> bool {
        match self {
            Self::UserConfig(named) => named == key,
            Self::Expression(expression) => mentions(expression, key),
            Self::Runtime(_) | Self::Token(_) | Self::Unknown(_) => false,
        }
    }
}

/// A part of the provider's token response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TokenPlaceholder {
    AccessToken,
    RefreshToken,
    ExpiresIn,
}

impl TokenPlaceholder {
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

/// The names that desktop extensions define; the app passes them on literally.
pub(crate) const RUNTIME_NAMES: [&str; 7] =
    ["__dirname", "HOME", "DESKTOP", "DOCUMENTS", "DOWNLOADS", "/", "pathSeparator"];

/// Every placeholder of a text, in order and without overlap. An outer placeholder ends where a nested one starts, because
/// the app only replaces the nested one. A final `${` without `}` is text unless it mentions `user_config`.
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
            if is_closed || is_outer || mentions_user_config(content) {
                return Some(Placeholder { range: start..from, kind: kind(content, is_closed) });
            }
        }
    })
}

/// Whether the app accepts the text as the key of a user's answer: `[A-Za-z0-9_.-]+`.
fn is_plain_key(key: &str) -> bool {
    !key.is_empty() && key.chars().all(is_key_character)
}

fn is_key_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | '-')
}

fn kind(content: &str, is_closed: bool) -> PlaceholderKind<'_> {
    let key = content.strip_prefix("user_config.").filter(|key| is_closed && is_plain_key(key));
    if let Some(key) = key {
        PlaceholderKind::UserConfig(key)
    } else if let Some(token) = TokenPlaceholder::named(content) {
        PlaceholderKind::Token(token)
    } else if mentions_user_config(content) {
        PlaceholderKind::Expression(content)
    } else if RUNTIME_NAMES.contains(&content) {
        PlaceholderKind::Runtime(content)
    } else {
        PlaceholderKind::Unknown(content)
    }
}

/// Whether an expression contains `user_config.KEY` or `user_config['KEY']`.
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

/// Whether the text contains `user_config` as a whole word.
fn mentions_user_config(content: &str) -> bool {
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

    fn kinds(text: &str) -> Vec<PlaceholderKind<'_>> {
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
                (Some("${user_config.api-key.v2_A}"), PlaceholderKind::UserConfig("api-key.v2_A")),
                (Some("${user_config.b}"), PlaceholderKind::UserConfig("b")),
            ]
        );
    }

    #[test]
    fn anything_but_a_plain_key_is_an_expression() {
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
            assert_eq!(kinds(&text), [PlaceholderKind::Expression(content)], "{content}");
        }
        assert_eq!(
            kinds("${user_config.a ${user_config.b}"),
            [PlaceholderKind::Expression("user_config.a "), PlaceholderKind::UserConfig("b")]
        );
        assert_eq!(kinds("${user_config.a"), [PlaceholderKind::Expression("user_config.a")]);
    }

    #[test]
    fn an_outer_placeholder_ends_where_the_nested_one_starts() {
        let text = "a${PORT:-${user_config.port}}";
        let found: Vec<_> =
            placeholders(text).map(|found| (text.get(found.range), found.kind)).collect();
        assert_eq!(
            found,
            [
                (Some("${PORT:-"), PlaceholderKind::Unknown("PORT:-")),
                (Some("${user_config.port}"), PlaceholderKind::UserConfig("port")),
            ]
        );
    }

    #[test]
    fn every_other_name_has_its_kind() {
        for name in RUNTIME_NAMES {
            assert_eq!(kinds(&format!("${{{name}}}")), [PlaceholderKind::Runtime(name)]);
        }
        for token in [
            TokenPlaceholder::AccessToken,
            TokenPlaceholder::RefreshToken,
            TokenPlaceholder::ExpiresIn,
        ] {
            let text = format!("${{{}}}", token.name());
            assert_eq!(kinds(&text), [PlaceholderKind::Token(token)]);
        }
        assert_eq!(kinds("${}"), [PlaceholderKind::Unknown("")]);
        assert_eq!(kinds("${home}"), [PlaceholderKind::Unknown("home")]);
        assert_eq!(kinds("${my_user_config.a}"), [PlaceholderKind::Unknown("my_user_config.a")]);
    }

    #[test]
    fn a_dollar_or_a_brace_alone_is_text() {
        for text in ["", "$", "$HOME", "${", "a${b", "{user_config.a}", "$ {a}", "}${"] {
            assert_eq!(kinds(text), [], "{text}");
        }
    }

    #[test]
    fn an_expression_uses_only_whole_keys() {
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
