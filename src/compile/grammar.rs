//! The syntax that a value must have to reach an artifact. `emit` then encodes it for the format.

use std::sync::LazyLock;

use regex::Regex;
use url::{Host, Url};

use crate::compile::plan::LeftOutReason;
use crate::text::hosts;
use crate::text::profile::Profile;
use crate::text::server_id::is_server_id;

use super::{Checked, CompileError};

fn invalid(field: &str, problem: &'static str, remedy: &'static str) -> LeftOutReason {
    LeftOutReason::Invalid { field: field.to_owned(), problem, remedy }
}

pub(super) fn check(
    is_valid: bool,
    field: &str,
    problem: &'static str,
    remedy: &'static str,
) -> Checked<()> {
    if is_valid { Ok(()) } else { Err(invalid(field, problem, remedy)) }
}

/// A problem with a value of the configuration concerns no single server: nothing can be compiled.
pub(super) fn configured<T>(field: &'static str, checked: Checked<T>) -> Result<T, CompileError> {
    checked.map_err(|reason| match reason {
        LeftOutReason::Invalid { problem, .. } => CompileError { field, problem },
        LeftOutReason::Undetermined(_)
        | LeftOutReason::Unreadable
        | LeftOutReason::HoldsSecret
        | LeftOutReason::DuplicateId => CompileError { field, problem: "cannot be used" },
    })
}

pub(crate) const MISSING: &str = "is missing";

/// A value that the artifact cannot do without.
pub(super) fn required<'a>(field: &str, value: Option<&'a str>) -> Checked<&'a str> {
    value.filter(|value| !value.is_empty()).ok_or_else(|| invalid(field, MISSING, "add it"))
}

/// A server id that the proxy accepts.
pub(super) fn server_id(id: &str) -> Checked<()> {
    check(
        is_server_id(id),
        "name",
        "is not a server id",
        "use only letters, digits, `_`, `.` and `-`",
    )
}

/// Any absolute URI in the characters of RFC 3986.
pub(super) fn uri(field: &str, text: &str) -> Checked<Url> {
    let is_plain =
        |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte);
    let url = Url::parse(text).ok().filter(|_| text.bytes().all(is_plain));
    url.ok_or_else(|| invalid(field, "is not a plain URL", "replace what a URL cannot contain"))
}

/// An http or https URL, without user information.
pub(super) fn url(field: &str, text: &str) -> Checked<Url> {
    let url = uri(field, text)?;
    let authority = authority(text);
    let is_http = matches!(url.scheme(), "https" | "http") && url.has_host();
    check(is_http, field, "is not an http or https URL", "use an http or https URL")?;
    // An empty user information leaves its `@` in the text only.
    let has_user = !url.username().is_empty()
        || url.password().is_some()
        || authority.is_some_and(|authority| authority.contains('@'));
    check(!has_user, field, "contains user information", "remove the user information")?;
    check(authority.is_some(), field, "has no host right after `//`", "write the host there")?;
    Ok(url)
}

/// The text between `//` and the path. `None` with more or fewer slashes, which browsers and Node read as two and other
/// parsers do not.
fn authority(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once(':')?;
    let rest = rest.strip_prefix("//")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    (!authority.is_empty()).then_some(authority)
}

/// An endpoint of a provider: https, or http on loopback.
pub(super) fn endpoint(field: &str, text: &str) -> Checked<Url> {
    let url = url(field, text)?;
    let is_secure = url.scheme() == "https" || hosts::is_loopback(&url);
    check(is_secure, field, "is not https", "use an https URL")?;
    Ok(url)
}

/// An endpoint that a client secret is sent to: https, a host name, the default port; under development also anything
/// on loopback.
pub(super) fn secret_endpoint(field: &str, text: &str, profile: Profile) -> Checked<()> {
    let url = endpoint(field, text)?;
    if hosts::is_loopback(&url) {
        let is_accepted = profile == Profile::Development;
        return check(is_accepted, field, "is on this machine", "use the provider's host");
    }
    let has_host_name = matches!(url.host(), Some(Host::Domain(name)) if hosts::is_host_name(name));
    check(url.port().is_none(), field, "has a non-default port", "use port 443")?;
    check(url.fragment().is_none(), field, "has a fragment", "remove the fragment")?;
    check(has_host_name, field, "has no plain host name", "use an exact host name")
}

/// A host of the configuration that secrets may be sent to.
pub(super) fn allowed_host(host: &str, profile: Profile) -> Checked<()> {
    let field = "proxy.extra_destinations";
    secret_endpoint(field, &format!("https://{host}/"), profile)?;
    let is_name = hosts::is_host_name(host);
    check(is_name, field, "contains something other than a plain host name", "use host names")
}

/// A client id: visible ASCII (RFC 6749 appendix A.1) that a shell does not interpret, because it is written into a template
/// that people may read with `source`. No provider issues another.
pub(super) fn client_id(text: &str) -> Checked<&str> {
    let field = "oauth_config.client_id";
    let is_ascii = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    check(is_ascii, field, "is not plain ASCII", "use only plain ASCII")?;
    let is_plain = |byte: u8| !b" '\"`$\\;&|<>()".contains(&byte);
    let problem = "contains a character that no client id has";
    let remedy = "write it without spaces, quotes, `$`, `\\`, parentheses and shell operators";
    check(text.bytes().all(is_plain), field, problem, remedy)?;
    Ok(text)
}

/// A scope (RFC 6749 §3.3).
pub(crate) fn scope(text: &str) -> Checked<()> {
    let is_plain = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    let is_scope = text.bytes().all(is_plain);
    check(is_scope, "oauth_config.scopes", "contains an invalid scope", "follow RFC 6749 §3.3")
}

/// The name of an environment variable, as far as the operating system restricts it.
pub(crate) fn env_name(field: &str, name: &str) -> Checked<()> {
    let is_name = !name.is_empty() && !name.contains(['=', '\0']);
    check(is_name, field, "contains an invalid variable name", "use names without `=`")
}

/// A launch spec must contain neither `REDACTED` nor the name of the proxy's variable for the secret.
pub(crate) fn check_secret_marks(id: &str, text: &str) -> Checked<()> {
    if !has_mark(text) {
        return Ok(());
    }
    let is_word_part =
        |character: char| character.is_ascii_alphanumeric() || "_.-".contains(character);
    let variable = format!("{id}_SECRET");
    let names_variable = text.match_indices(&variable).any(|(at, _)| {
        let before = text.get(..at).unwrap_or_default();
        !before.ends_with(is_word_part)
    });
    let names_redacted = text.contains("REDACTED");
    let problem = "contains the word `REDACTED`, which must not appear in a launch spec";
    check(!names_redacted, "server", problem, "remove the word")?;
    let problem =
        "contains the name of a secret's variable, which must not appear in a launch spec";
    check(!names_variable, "server", problem, "remove the name")
}

/// Whether the text of a manifest has something that [`check_secret_marks`] refuses, or an escape that may spell it.
pub(crate) fn may_have_secret_marks(id: &str, manifest: &str) -> bool {
    has_mark(manifest)
        && ["REDACTED", &format!("{id}_SECRET"), "\\u00"].iter().any(|word| manifest.contains(word))
}

/// One pass that rules out nearly every text.
fn has_mark(text: &str) -> bool {
    static MARKS: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"REDACTED|_SECRET|\\u00").ok());
    MARKS.as_ref().is_none_or(|marks| marks.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_information_is_found_after_any_number_of_slashes() {
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
