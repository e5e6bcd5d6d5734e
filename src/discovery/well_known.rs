//! The well-known URLs of a resource or an issuer, in the order they are tried. Nothing here touches the network.
//!
//! Specifications: [RFC 9728 §3](https://www.rfc-editor.org/rfc/rfc9728#section-3),
//! [RFC 8414 §3](https://www.rfc-editor.org/rfc/rfc8414#section-3),
//! [OpenID Connect Discovery §4](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig) and the
//! discovery section of the MCP authorization specification, which fixes the order.

use url::Url;

const PROTECTED_RESOURCE: &str = "/.well-known/oauth-protected-resource";
const AUTHORIZATION_SERVER: &str = "/.well-known/oauth-authorization-server";
const OPENID_CONFIGURATION: &str = "/.well-known/openid-configuration";

/// The URLs at which to look for the metadata of the protected resource at `resource`, in order: one or two.
///
/// The well-known part goes between host and path, the query stays after the path, and a trailing slash is
/// significant: `https://a/mcp/` and `https://a/mcp` are different resources (RFC 9728 §3.1). Only the `/` right after
/// the host is dropped. The second URL is the root of the origin, which MCP adds for servers that publish one
/// document for all their paths.
///
/// `resource` is an http or https URL; its fragment and user information are ignored.
#[must_use]
pub fn protected_resource_urls(resource: &Url) -> Vec<String> {
    let root = format!("{}{PROTECTED_RESOURCE}", origin(resource));
    let path = Some(resource.path()).filter(|path| *path != "/").unwrap_or_default();
    let query = resource.query().map(|query| format!("?{query}")).unwrap_or_default();
    let inserted = format!("{root}{path}{query}");
    if inserted == root { vec![root] } else { vec![inserted, root] }
}

/// The URLs at which to look for the metadata of the authorization server `issuer`, in order: two or three.
///
/// RFC 8414 insertion, OpenID insertion and, for an issuer with a path, OpenID appending. There is no fallback to the
/// root of the origin, where another issuer may live. One trailing slash is dropped to build these URLs (RFC 8414
/// §3.1); the issuer itself keeps it.
///
/// `issuer` is an http or https URL; RFC 8414 §2 allows it no query and no fragment, and both are ignored.
#[must_use]
pub fn authorization_server_urls(issuer: &Url) -> Vec<String> {
    let origin = origin(issuer);
    let path = issuer.path();
    let path = path.strip_suffix('/').unwrap_or(path);
    let mut urls = vec![
        format!("{origin}{AUTHORIZATION_SERVER}{path}"),
        format!("{origin}{OPENID_CONFIGURATION}{path}"),
    ];
    if !path.is_empty() {
        urls.push(format!("{origin}{path}{OPENID_CONFIGURATION}"));
    }
    urls
}

/// `scheme://host[:port]` of an http or https URL, without a default port or a trailing slash.
#[must_use]
pub(crate) fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RESOURCE: &str = "/.well-known/oauth-protected-resource";
    const OAUTH: &str = "/.well-known/oauth-authorization-server";
    const OPENID: &str = "/.well-known/openid-configuration";

    #[test]
    fn a_resource_is_looked_up_by_insertion_and_then_at_the_root() {
        for (resource, origin, inserted) in [
            ("https://mcp.linear.app/mcp", "https://mcp.linear.app", Some("/mcp")),
            ("https://api.githubcopilot.com/mcp/", "https://api.githubcopilot.com", Some("/mcp/")),
            ("https://mcp.stripe.com", "https://mcp.stripe.com", None),
            ("https://mcp.stripe.com/", "https://mcp.stripe.com", None),
            ("https://mcp.stripe.com/#part", "https://mcp.stripe.com", None),
            ("https://a.example/mcp?tenant=1", "https://a.example", Some("/mcp?tenant=1")),
            ("https://a.example?tenant=1", "https://a.example", Some("?tenant=1")),
            ("https://user:word@a.example:8443/mcp", "https://a.example:8443", Some("/mcp")),
            ("https://a.example:443/", "https://a.example", None),
        ] {
            let root = format!("{origin}{RESOURCE}");
            let inserted = inserted.map(|rest| format!("{root}{rest}"));
            let expected: Vec<String> = inserted.into_iter().chain([root]).collect();
            assert_eq!(protected_resource_urls(&Url::parse(resource).unwrap()), expected);
        }
    }

    #[test]
    fn an_issuer_is_looked_up_by_insertion_and_with_a_path_by_appending() {
        for (issuer, origin, path) in [
            ("https://github.com/login/oauth", "https://github.com", "/login/oauth"),
            ("https://accounts.google.com", "https://accounts.google.com", ""),
            ("https://accounts.google.com/", "https://accounts.google.com", ""),
            ("https://mojeid.cz/oidc/", "https://mojeid.cz", "/oidc"),
            ("https://a.example/t//", "https://a.example", "/t/"),
        ] {
            let mut expected =
                vec![format!("{origin}{OAUTH}{path}"), format!("{origin}{OPENID}{path}")];
            if !path.is_empty() {
                expected.push(format!("{origin}{path}{OPENID}"));
            }
            assert_eq!(authorization_server_urls(&Url::parse(issuer).unwrap()), expected);
        }
    }
}
