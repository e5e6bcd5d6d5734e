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

/// Whether a URL names the metadata of an authorization server.
pub(crate) fn names_authorization_server(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| {
        document(&url).is_some_and(|name| AUTHORIZATION_SERVER_DOCUMENTS.contains(&name))
    })
}
