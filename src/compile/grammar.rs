//! What a value must look like to reach an artifact. Encoding for the format comes second, in `emit`.

use std::sync::LazyLock;

use regex::Regex;
use url::{Host, Url};

use crate::compile::plan::LeftOutReason;
use crate::text::hosts;
use crate::text::profile::Profile;

use super::{Checked, Error};

fn invalid(field: &str, problem: &'static str) -> LeftOutReason {
    LeftOutReason::Invalid { field: field.to_owned(), problem }
}

/// A problem with a value of the configuration concerns no server: nothing can be compiled.
pub(super) fn configured<T>(field: &'static str, checked: Checked<T>) -> Result<T, Error> {
    checked.map_err(|reason| match reason {
        LeftOutReason::Invalid { problem, .. } => Error { field, problem },
        LeftOutReason::Undetermined(_) | LeftOutReason::Unreadable | LeftOutReason::HoldsSecret => {
            Error { field, problem: "cannot be used" }
        }
    })
}

/// The problem with a value that is not there.
pub(crate) const MISSING: &str = "is missing";

/// A value that the artifact cannot do without.
pub(super) fn required<'a>(field: &str, value: Option<&'a str>) -> Checked<&'a str> {
    value.filter(|value| !value.is_empty()).ok_or_else(|| invalid(field, MISSING))
}

/// The ids that the proxy takes.
pub(super) fn server_id(id: &str) -> Checked<()> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    if (1..=200).contains(&id.len()) && id.bytes().all(is_plain) {
        Ok(())
    } else {
        Err(invalid("name", "is not a server id"))
    }
}

/// Any absolute URI in the characters of RFC 3986.
pub(super) fn uri(field: &str, text: &str) -> Checked<Url> {
    let is_plain =
        |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte);
    match Url::parse(text) {
        Ok(url) if text.bytes().all(is_plain) => Ok(url),
        _ => Err(invalid(field, "is not a plain URL")),
    }
}

/// An http or https URL, without user information.
pub(super) fn url(field: &str, text: &str) -> Checked<Url> {
    let url = uri(field, text)?;
    let has_password = !url.username().is_empty() || url.password().is_some();
    if !matches!(url.scheme(), "https" | "http") || !url.has_host() {
        Err(invalid(field, "is not an http or https URL"))
    } else if has_password || authority(text).is_some_and(|authority| authority.contains('@')) {
        // The `@` of an empty user information is not in the parsed URL.
        Err(invalid(field, "holds user information"))
    } else if authority(text).is_none() {
        Err(invalid(field, "has no host right behind its two slashes"))
    } else {
        Ok(url)
    }
}

/// What stands between the two slashes and the path. Nothing where there are more or fewer: the parser of browsers and
/// of Node reads any number of them as two, others do not.
fn authority(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once(':')?;
    let rest = rest.strip_prefix("//")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    (!authority.is_empty()).then_some(authority)
}

/// An endpoint of a provider: https, or http on this machine.
pub(super) fn endpoint(field: &str, text: &str) -> Checked<Url> {
    let url = url(field, text)?;
    if url.scheme() == "https" || hosts::is_loopback(&url) {
        Ok(url)
    } else {
        Err(invalid(field, "is not https"))
    }
}

/// An endpoint that a client secret is sent to: https, a host name, the default port; under development also anything
/// on this machine.
pub(super) fn secret_endpoint(field: &str, text: &str, profile: Profile) -> Checked<()> {
    let url = endpoint(field, text)?;
    if hosts::is_loopback(&url) {
        return match profile {
            Profile::Development => Ok(()),
            Profile::Production => Err(invalid(field, "is on this machine")),
        };
    }
    if url.port().is_some() {
        Err(invalid(field, "has a port of its own"))
    } else if url.fragment().is_some() {
        Err(invalid(field, "has a fragment"))
    } else if !matches!(url.host(), Some(Host::Domain(name)) if hosts::is_host_name(name)) {
        Err(invalid(field, "has no plain host name"))
    } else {
        Ok(())
    }
}

/// A host of the configuration that secrets may be sent to.
pub(super) fn allowed_host(host: &str, profile: Profile) -> Checked<()> {
    let field = "proxy.extra_destinations";
    secret_endpoint(field, &format!("https://{host}/"), profile)?;
    if hosts::is_host_name(host) {
        Ok(())
    } else {
        Err(invalid(field, "holds what is not a plain host name"))
    }
}

/// A client id: visible ASCII and spaces (RFC 6749 appendix A.1).
pub(super) fn client_id(text: &str) -> Checked<&str> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        Ok(text)
    } else {
        Err(invalid("oauth_config.client_id", "is not plain ASCII"))
    }
}

/// A scope (RFC 6749 §3.3).
pub(crate) fn scope(text: &str) -> Checked<()> {
    let is_plain = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    if text.bytes().all(is_plain) {
        Ok(())
    } else {
        Err(invalid("oauth_config.scopes", "holds what is not a scope"))
    }
}

/// The name of an environment variable that a process can be given at all.
pub(crate) fn env_name(field: &str, name: &str) -> Checked<()> {
    if name.is_empty() || name.contains(['=', '\0']) {
        Err(invalid(field, "holds what is not a name of a variable"))
    } else {
        Ok(())
    }
}

/// A launch spec names neither the word that stands for a secret nor the variable that the secret is in.
pub(crate) fn tells_no_secret(id: &str, text: &str) -> Checked<()> {
    if !may_have_mark(text) {
        return Ok(());
    }
    let is_word_part =
        |character: char| character.is_ascii_alphanumeric() || "_.-".contains(character);
    let variable = format!("{id}_SECRET");
    let names_variable = text.match_indices(&variable).any(|(at, _)| {
        let before = text.get(..at).unwrap_or_default();
        !before.ends_with(is_word_part)
    });
    if text.contains("REDACTED") {
        Err(invalid("server", "would put the word REDACTED into the launch spec"))
    } else if names_variable {
        Err(invalid("server", "would put the name of the proxy's variable into the launch spec"))
    } else {
        Ok(())
    }
}

/// Whether the text of a manifest has what a launch spec must not name, or an escape that may spell it.
pub(crate) fn may_tell_secret(id: &str, manifest: &str) -> bool {
    may_have_mark(manifest)
        && ["REDACTED", &format!("{id}_SECRET"), "\\u00"].iter().any(|word| manifest.contains(word))
}

/// Nearly every text has nothing of the kind, which one pass over it tells.
fn may_have_mark(text: &str) -> bool {
    static MARKS: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"REDACTED|_SECRET|\\u00").ok());
    MARKS.as_ref().is_none_or(|marks| marks.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_information_is_found_behind_any_number_of_slashes() {
        for text in [
            "https:user:word@a.example/x",
            "https:/user:word@a.example/x",
            "https://user:word@a.example/x",
            "https:///user:word@a.example/x",
            "https:////user@a.example/x",
            "https:a.example/x",
            "https:/a.example/x",
            "https:///a.example/x",
            "https://@a.example/x",
            "HTTPS:///a.example//b@c",
        ] {
            assert!(url("field", text).is_err(), "{text}");
        }
        for text in [
            "https://a.example",
            "http://a.example//x@y",
            "https://a.example?x=https:///u:p@b.example",
            "HTTPS://A.example:8080#a@b",
        ] {
            assert!(url("field", text).is_ok(), "{text}");
        }
    }
}
