//! Redirect URIs: where the provider sends the user, with the authorization code.
//!
//! Providers compare them as strings (RFC 9700 §2.1), so a URI is checked as written, not as a browser would repair it.
//! Loopback and private-use schemes follow RFC 8252 §7.

use url::Url;

use crate::text::hosts;

/// The callback routes of the OAuth proxy; a provider's name follows the prefix.
const PROXY_CALLBACK_PATHS: [&str; 2] = ["/oauth/callback", "/oauth-callback"];
const PROXY_CALLBACK_PREFIX: &str = "/callback/";

/// The domains of tunnel services: their hosts lead to whoever currently runs the tunnel client.
const TUNNEL_DOMAINS: [&str; 10] = [
    "ngrok.app",
    "ngrok.io",
    "ngrok.dev",
    "ngrok-free.app",
    "ngrok-free.io",
    "ngrok-free.dev",
    "trycloudflare.com",
    "loca.lt",
    "serveo.net",
    "localhost.run",
];

/// Why no provider should send a code to this URI, to follow the URI in a message, and what to do about it; `None` if it
/// is fine.
pub(crate) fn flaw(uri: &str) -> Option<(&'static str, &'static str)> {
    const USE_HTTPS: &str = "use an https URL, or http on a loopback address";
    if uri.is_empty() {
        return Some(("is empty", USE_HTTPS));
    }
    let Some((scheme, rest)) = split_scheme(uri) else {
        return Some(("is not an absolute URI", "write the full URI, with its scheme"));
    };
    let authority = rest.strip_prefix("//").and_then(|rest| rest.split(['/', '?', '#']).next());
    let is_web = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
    let url = Url::parse(uri);
    let is_plain_text =
        url.as_ref().is_ok_and(|url| url.scheme() == "http" && !hosts::is_loopback(url));
    let is_blank = |c: char| c.is_control() || c.is_whitespace();
    let has_user = authority.is_some_and(|authority| authority.contains('@'));
    let flaws = [
        (uri.contains('\\'), "has a backslash, which browsers read as a slash", "remove it"),
        (uri.contains(is_blank), "has a space or control character", "remove the character"),
        (uri.contains('#'), "has a fragment, which no server ever sees", "remove the fragment"),
        (has_user, "has user information before its host", "remove the part before `@`"),
        (
            !is_web && !scheme.contains('.'),
            "has a scheme without a dot: an app's own scheme must be like `com.acme.app`",
            USE_HTTPS,
        ),
        (is_web && authority.is_none_or(str::is_empty), "has no host", "write the host after `//`"),
        (is_web && url.is_err(), "has an invalid host or port", "correct the host or port"),
        (is_plain_text, "receives the code in clear text", USE_HTTPS),
    ];
    flaws.into_iter().find_map(|(applies, flaw, help)| applies.then_some((flaw, help)))
}

/// Splits `scheme:rest` (RFC 3986 §3.1); a relative reference has no scheme.
fn split_scheme(uri: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = uri.split_once(':')?;
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    is_scheme.then_some((scheme, rest))
}

/// Parses an http or https URI.
fn web_url(uri: &str) -> Option<Url> {
    Url::parse(uri).ok().filter(|url| matches!(url.scheme(), "https" | "http"))
}

/// Whether the user is sent to a port of their own machine.
pub(crate) fn is_loopback(uri: &str) -> bool {
    web_url(uri).is_some_and(|url| hosts::is_loopback(&url))
}

/// Whether the host belongs to a tunnel service.
pub(crate) fn is_tunnel(uri: &str) -> bool {
    let url = web_url(uri);
    let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
    let host = host.strip_suffix('.').unwrap_or(host);
    TUNNEL_DOMAINS.iter().any(|domain| {
        host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

/// The redirect URI that a login uses: the registered one on the origin of the proxy, else the first.
pub(crate) fn in_use<'a>(uris: &'a [String], proxy_url: Option<&str>) -> Option<&'a String> {
    let on_proxy =
        proxy_url.and_then(|proxy_url| uris.iter().find(|uri| same_origin(uri, proxy_url)));
    on_proxy.or_else(|| uris.first())
}

/// Whether two http or https URLs have the same scheme, host and port.
pub(crate) fn same_origin(left: &str, right: &str) -> bool {
    match (web_url(left), web_url(right)) {
        (Some(left), Some(right)) => left.origin() == right.origin(),
        _ => false,
    }
}

/// Whether the OAuth proxy serves this path.
pub(crate) fn has_proxy_callback_path(uri: &str) -> bool {
    web_url(uri).is_some_and(|url| {
        let path = url.path();
        let provider = path.strip_prefix(PROXY_CALLBACK_PREFIX);
        PROXY_CALLBACK_PATHS.contains(&path)
            || provider.is_some_and(|provider| !provider.is_empty() && !provider.contains('/'))
    })
}

/// Whether this is a callback of an OAuth proxy that users can reach.
pub(crate) fn is_public_proxy_callback(uri: &str) -> bool {
    has_proxy_callback_path(uri)
        && web_url(uri).is_some_and(|url| url.scheme() == "https" && !hosts::is_loopback(&url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_is_checked_as_written() {
        for sound in [
            "https://oauth.acme.example/oauth/callback",
            "HTTPS://oauth.acme.example:8443/callback/acme?app=1",
            "http://127.0.0.1:33418/oauth/callback",
            "http://[::1]:33418/cb",
            "http://localhost/",
            "com.acme.app:/callback",
            "https://acme.example/@user",
        ] {
            assert_eq!(flaw(sound), None, "{sound}");
        }
        for flawed in [
            "",
            "/oauth/callback",
            "//acme.example/oauth/callback",
            "oauth.acme.example/oauth/callback",
            "http://acme.example/oauth/callback",
            "http://localhost.acme.example/oauth/callback",
            "https:acme.example/oauth/callback",
            "https:///acme.example/oauth/callback",
            "https://acme.example/oauth/callback#x",
            "https://acme.example\\@evil.example/oauth/callback",
            "https://acme.example\\callback",
            "1com.acme.app:/callback",
            "https://acme.example@evil.example/oauth/callback",
            "https://acme.example/oauth/callback ",
            "https://acme.example/oauth\u{0}/callback",
            "archestra-ai://oauth-callback",
            "javascript:alert(1)",
            "data:text/html,hello",
        ] {
            assert!(flaw(flawed).is_some(), "{flawed}");
        }
    }

    #[test]
    fn the_proxy_serves_its_callback_paths() {
        let answered = |path: &str| has_proxy_callback_path(&format!("https://acme.example{path}"));
        for path in ["/oauth/callback", "/oauth-callback", "/callback/acme"] {
            assert!(answered(path), "{path}");
        }
        let answered_publicly =
            |origin: &str| is_public_proxy_callback(&format!("{origin}/oauth/callback"));
        assert!(answered_publicly("https://acme.example"));
        assert!(!answered_publicly("http://acme.example"));
        assert!(!answered_publicly("https://localhost"));
        for path in ["/", "/callback", "/callback/", "/callback/acme/more"] {
            assert!(!answered(path), "{path}");
        }
    }

    #[test]
    fn a_tunnel_is_recognised_by_its_whole_domain() {
        assert!(is_tunnel("https://a-b.ngrok-free.app/oauth/callback"));
        assert!(is_tunnel("https://LOCA.lt/"));
        assert!(!is_tunnel("https://myngrok.app/oauth/callback"));
        assert!(!is_tunnel("https://ngrok.app.acme.example/oauth/callback"));
    }
}
