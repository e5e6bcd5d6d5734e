//! Which metadata document a URL names, by its path alone.

use url::Url;

/// The two documents that describe an authorization server: RFC 8414 and OpenID Connect Discovery.
pub(crate) const AUTHORIZATION_SERVER_DOCUMENTS: [&str; 2] =
    ["oauth-authorization-server", "openid-configuration"];

/// The path segment after `.well-known`.
pub(crate) fn document(url: &Url) -> Option<&str> {
    let mut segments = url.path_segments()?;
    segments.find(|segment| *segment == ".well-known")?;
    segments.next()
}

/// Whether a URL is that of an authorization server's metadata document.
pub(crate) fn is_authorization_server_metadata(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| {
        document(&url).is_some_and(|name| AUTHORIZATION_SERVER_DOCUMENTS.contains(&name))
    })
}
