//! Parses the `WWW-Authenticate` fields of a `401`.
//!
//! Specifications: [RFC 9110 §11.6.1](https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1) for the grammar,
//! [RFC 6750 §3](https://www.rfc-editor.org/rfc/rfc6750#section-3) for `scope` and `error`,
//! [RFC 9728 §5.1](https://www.rfc-editor.org/rfc/rfc9728#section-5.1) for `resource_metadata`.

/// One challenge: a scheme with either a `token68` or parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// The authentication scheme as written; schemes are case-insensitive.
    pub scheme: String,
    /// The `token68` form, as `Negotiate` uses it.
    pub token68: Option<String>,
    /// The parameters in order, names in lower case, values without quotes and escapes.
    pub parameters: Vec<(String, String)>,
}

impl Challenge {
    /// The first value of a parameter, by its name in lower case.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Parses all challenges of all `WWW-Authenticate` fields of one answer, in order.
///
/// Never fails: what does not match the grammar is skipped up to the next comma. A value that should have been quoted
/// (real servers send bare URLs) ends at the next comma or space.
#[must_use]
pub fn parse(fields: &[String]) -> Vec<Challenge> {
    fields.iter().flat_map(|field| parse_field(field)).collect()
}

/// The `Bearer` challenge that discovery uses: the first that names its resource metadata, else the first.
#[must_use]
pub fn bearer(challenges: &[Challenge]) -> Option<&Challenge> {
    let mut bearers =
        challenges.iter().filter(|challenge| challenge.scheme.eq_ignore_ascii_case("bearer"));
    let first = bearers.clone().next();
    bearers.find(|challenge| challenge.parameter("resource_metadata").is_some()).or(first)
}

fn parse_field(field: &str) -> Vec<Challenge> {
    let mut challenges: Vec<Challenge> = Vec::new();
    let mut rest = field;
    loop {
        rest = rest.trim_start_matches([',', ' ', '\t']);
        if rest.is_empty() {
            return challenges;
        }
        let (word, after_word) = split_while(rest, is_token);
        if word.is_empty() {
            rest = after_comma(rest);
            continue;
        }
        let after_spaces = skip_spaces(after_word);
        if let (Some(value), Some(challenge)) =
            (after_spaces.strip_prefix('='), challenges.last_mut())
        {
            let (value, remainder) = take_value(skip_spaces(value));
            challenge.parameters.push((word.to_ascii_lowercase(), value));
            rest = remainder;
            continue;
        }
        // A token68 needs a space before it; in `Bearer=x` the rest is skipped.
        let token68 = take_token68(after_spaces).filter(|_| after_spaces.len() < after_word.len());
        rest = token68.map_or(after_spaces, |(_, remainder)| remainder);
        challenges.push(Challenge {
            scheme: word.to_owned(),
            token68: token68.map(|(token68, _)| token68.to_owned()),
            parameters: Vec::new(),
        });
    }
}

/// A quoted string, or the text up to the next comma or space; and the rest.
fn take_value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let (value, rest) = split_while(text, |character| !matches!(character, ',' | ' ' | '\t'));
        return (value.to_owned(), rest);
    };
    let mut value = String::new();
    let mut characters = quoted.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => return (value, characters.as_str()),
            '\\' => value.extend(characters.next()),
            other => value.push(other),
        }
    }
    // Without a closing quote, the rest of the field is the value.
    (value, "")
}

/// A `token68` that ends the challenge, with its padding, and the rest.
fn take_token68(text: &str) -> Option<(&str, &str)> {
    let (characters, after) = split_while(text, is_token68);
    let (padding, rest) = split_while(after, |character| character == '=');
    let following = skip_spaces(rest);
    let ends_here = following.is_empty() || following.starts_with(',');
    let (token68, _) = text.split_at_checked(characters.len() + padding.len())?;
    (!characters.is_empty() && ends_here).then_some((token68, rest))
}

/// The text after the next comma outside a quoted string.
fn after_comma(text: &str) -> &str {
    let mut characters = text.chars();
    let mut quoted = false;
    while let Some(character) = characters.next() {
        match character {
            '"' => quoted = !quoted,
            '\\' if quoted => {
                characters.next();
            }
            ',' if !quoted => break,
            _ => {}
        }
    }
    characters.as_str()
}

fn skip_spaces(text: &str) -> &str {
    text.trim_start_matches([' ', '\t'])
}

fn split_while(text: &str, keep: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|character| !keep(character)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

fn is_token(character: char) -> bool {
    character.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(character)
}

fn is_token68(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-._~+/".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(fields: &[&str]) -> Vec<Challenge> {
        parse(&fields.iter().map(|field| (*field).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn the_metadata_url_of_the_right_bearer_challenge_is_found() {
        let url = Some("https://a.example/m");
        for (field, expected) in [
            (r#"Bearer resource_metadata="https://a.example/m""#, url),
            (r#"BEARER realm="x, y",Resource_Metadata="https://a.example/m""#, url),
            (r#"bearer error="x" , resource_metadata = "https://a.example/m", scope="a b""#, url),
            ("Bearer resource_metadata=https://a.example/m, scope=a", url),
            (r#"Bearer realm="x", Bearer resource_metadata="https://a.example/m""#, url),
            (r#"Bearer resource_metadata="https://a.example/m"#, url),
            (r#"DPoP resource_metadata="https://a.example/m""#, None),
            ("Bearer", None),
            // Quoted text is never taken for a parameter.
            (r#"Bearer realm="resource_metadata=\"https://evil.example\"", error="x""#, None),
            (r#"Basic realm="Bearer resource_metadata=https://evil.example""#, None),
        ] {
            let challenges = parsed(&[field]);
            let found =
                bearer(&challenges).and_then(|challenge| challenge.parameter("resource_metadata"));
            assert_eq!(found, expected, "{field}");
        }
    }

    #[test]
    fn several_challenges_stand_in_one_field_or_in_several() {
        let one = parsed(&[
            r#"Negotiate YWJj==, Basic realm="a \"quoted\" realm", Bearer scope="read write""#,
        ]);
        let several = parsed(&[
            "Negotiate YWJj==",
            r#"Basic realm="a \"quoted\" realm""#,
            r#"Bearer scope="read write""#,
        ]);
        assert_eq!(one, several);
        assert_eq!(one.first().and_then(|challenge| challenge.token68.as_deref()), Some("YWJj=="));
        assert_eq!(
            one.get(1).and_then(|challenge| challenge.parameter("realm")),
            Some(r#"a "quoted" realm"#)
        );
        assert_eq!(
            bearer(&one).and_then(|challenge| challenge.parameter("scope")),
            Some("read write")
        );
    }

    #[test]
    fn schemes_without_parameters_are_challenges_too() {
        let challenges = parsed(&["Negotiate, Bearer , Basic realm=x"]);
        let schemes: Vec<_> =
            challenges.iter().map(|challenge| challenge.scheme.as_str()).collect();
        assert_eq!(schemes, ["Negotiate", "Bearer", "Basic"]);
    }

    #[test]
    fn malformed_text_before_a_challenge_is_skipped() {
        assert!(bearer(&parsed(&["@@@ \"a, b\", Bearer scope=x"])).is_some());
        assert!(bearer(&parsed(&["é=1, Bearer"])).is_some());
    }

    proptest::proptest! {
        #[test]
        fn a_quoted_value_comes_back(value in "[ -~]{0,40}", before in "(Basic realm=\"x, y\", )?") {
            let escaped = value.replace('\\', r"\\").replace('"', r#"\""#);
            let field = format!("{before}Bearer a=b, resource_metadata=\"{escaped}\", c=\"d\"");
            let challenges = parse(&[field]);
            let found = bearer(&challenges).and_then(|challenge| challenge.parameter("resource_metadata"));
            proptest::prop_assert_eq!(found, Some(value.as_str()));
        }
    }
}
