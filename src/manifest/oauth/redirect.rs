//! Redirect URIs: where the provider sends the user back to, with the code.
//!
//! Providers compare them as strings (RFC 9700 §2.1), so a URI is judged as it is written and not as a browser would
//! repair it. Loopback and private-use schemes follow RFC 8252 §7.

use url::Url;

use crate::text::hosts;

/// The callback routes of the OAuth proxy; a provider's name follows the last.
const PROXY_CALLBACK_PATHS: [&str; 2] = ["/oauth/callback", "/oauth-callback"];
const PROXY_CALLBACK_PREFIX: &str = "/callback/";

/// Domains whose hosts lead to whoever runs a tunnel client at the moment.
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

/// Why no provider should send a code to this URI, to follow the URI in a message; `None` if one may.
pub(crate) fn flaw(uri: &str) -> Option<&'static str> {
    if uri.is_empty() {
        return Some("is empty");
    }
    let Some((scheme, rest)) = split_scheme(uri) else {
        return Some("is not an absolute URI");
    };
    let authority = rest.strip_prefix("//").and_then(|rest| rest.split(['/', '?', '#']).next());
    let is_web = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
    if uri.contains('\\') {
        Some("has a backslash, which browsers read as a slash")
    } else if uri.contains(|c: char| c.is_control() || c.is_whitespace()) {
        Some("has a space or control character")
    } else if uri.contains('#') {
        Some("has a fragment, which no server ever sees")
    } else if authority.is_some_and(|authority| authority.contains('@')) {
        Some("has user information before its host")
    } else if !is_web && !scheme.contains('.') {
        Some("has a scheme that is neither http(s) nor an app's own, such as `com.acme.app`")
    } else if !is_web {
        None
    } else if authority.is_none_or(str::is_empty) {
        Some("has no host")
    } else {
        match Url::parse(uri) {
            Err(_) => Some("has an invalid host or port"),
            Ok(url) if url.scheme() == "http" && !hosts::is_loopback(&url) => {
                Some("receives the code in clear text")
            }
            Ok(_) => None,
        }
    }
}

/// Splits `scheme:rest` (RFC 3986 §3.1); a relative reference has no scheme.
fn split_scheme(uri: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = uri.split_once(':')?;
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    is_scheme.then_some((scheme, rest))
}

/// The URI of a web page, parsed.
fn web_url(uri: &str) -> Option<Url> {
    Url::parse(uri).ok().filter(|url| matches!(url.scheme(), "https" | "http"))
}

/// Whether the user is sent back to a port of the user's own machine.
pub(crate) fn is_loopback(uri: &str) -> bool {
    web_url(uri).is_some_and(|url| hosts::is_loopback(&url))
}

/// Whether the host belongs to a tunnel service.
pub(crate) fn is_tunnel(uri: &str) -> bool {
    let Some(url) = web_url(uri) else {
        return false;
    };
    let host = url.host_str().unwrap_or_default();
    let host = host.strip_suffix('.').unwrap_or(host);
    TUNNEL_DOMAINS.iter().any(|domain| {
        host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

/// Whether the path is one that the OAuth proxy answers.
pub(crate) fn has_proxy_callback_path(uri: &str) -> bool {
    let Some(url) = web_url(uri) else {
        return false;
    };
    let path = url.path();
    let provider = path.strip_prefix(PROXY_CALLBACK_PREFIX);
    PROXY_CALLBACK_PATHS.contains(&path)
        || provider.is_some_and(|provider| !provider.is_empty() && !provider.contains('/'))
}

/// Whether this is a callback of an OAuth proxy that users can reach.
pub(crate) fn is_public_proxy_callback(uri: &str) -> bool {
    let is_public_https =
        web_url(uri).is_some_and(|url| url.scheme() == "https" && !hosts::is_loopback(&url));
    is_public_https && has_proxy_callback_path(uri)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_is_judged_as_it_is_written() {
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
    fn the_proxy_answers_its_callbacks_and_one_name_behind_their_prefix() {
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
    fn a_tunnel_is_recognised_by_its_domain_and_not_by_a_part_of_it() {
        assert!(is_tunnel("https://a-b.ngrok-free.app/oauth/callback"));
        assert!(is_tunnel("https://LOCA.lt/"));
        assert!(!is_tunnel("https://myngrok.app/oauth/callback"));
        assert!(!is_tunnel("https://ngrok.app.acme.example/oauth/callback"));
    }
}
