//! Which well-known URLs are asked, and in which order. Pure: nothing here touches the network.
//!
//! Specifications: [RFC 9728 §3](https://www.rfc-editor.org/rfc/rfc9728#section-3),
//! [RFC 8414 §3](https://www.rfc-editor.org/rfc/rfc8414#section-3),
//! [OpenID Connect Discovery §4](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig) and the
//! discovery section of the MCP authorization specification, which fixes the order.

use url::Url;

const PROTECTED_RESOURCE: &str = "/.well-known/oauth-protected-resource";
const AUTHORIZATION_SERVER: &str = "/.well-known/oauth-authorization-server";
const OPENID_CONFIGURATION: &str = "/.well-known/openid-configuration";

/// Where the metadata of the protected resource at `resource` is looked for, first URL first: one or two URLs.
///
/// The well-known part goes between host and path, the query stays behind the path, and a terminating slash is
/// significant: `https://a/mcp/` is another resource than `https://a/mcp` (RFC 9728 §3.1). Only the `/` right after
/// the host is dropped. The second URL is the root of the origin, which MCP adds for servers that publish one
/// document for all their paths; a resource without path and query has that one alone.
///
/// `resource` is an http or https URL; its fragment and its user information are left out.
#[must_use]
pub fn protected_resource_urls(resource: &Url) -> Vec<String> {
    let root = format!("{}{PROTECTED_RESOURCE}", origin(resource));
    let path = match resource.path() {
        "/" => "",
        path => path,
    };
    let query = resource.query().map_or_else(String::new, |query| format!("?{query}"));
    let inserted = format!("{root}{path}{query}");
    if inserted == root { vec![root] } else { vec![inserted, root] }
}

/// Where the metadata of the authorization server `issuer` is looked for, first URL first: two or three URLs.
///
/// An issuer with a path is asked for by RFC 8414 insertion, by OpenID insertion, then by OpenID appending; one
/// without by the first two, which are then the same as the appended ones. There is no fallback to the root of the
/// origin: another issuer may live there. A terminating slash is dropped for building these URLs only (RFC 8414
/// §3.1); the issuer itself keeps it.
///
/// `issuer` is an http or https URL; RFC 8414 §2 gives it no query and no fragment, and none is taken over.
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

/// `scheme://host[:port]` of an http or https URL, without a default port and without a terminating slash.
#[must_use]
pub(crate) fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resources(url: &str) -> Vec<String> {
        Url::parse(url).map(|url| protected_resource_urls(&url)).unwrap_or_default()
    }

    fn issuers(url: &str) -> Vec<String> {
        Url::parse(url).map(|url| authorization_server_urls(&url)).unwrap_or_default()
    }

    #[test]
    fn a_resource_with_a_path_is_asked_for_by_insertion_and_then_at_the_root() {
        assert_eq!(
            resources("https://mcp.linear.app/mcp"),
            [
                "https://mcp.linear.app/.well-known/oauth-protected-resource/mcp",
                "https://mcp.linear.app/.well-known/oauth-protected-resource",
            ]
        );
    }

    #[test]
    fn a_terminating_slash_of_a_resource_is_significant() {
        assert_eq!(
            resources("https://api.githubcopilot.com/mcp/").first().map(String::as_str),
            Some("https://api.githubcopilot.com/.well-known/oauth-protected-resource/mcp/")
        );
    }

    #[test]
    fn the_slash_right_after_the_host_is_dropped_and_the_root_is_asked_once() {
        let root = ["https://mcp.stripe.com/.well-known/oauth-protected-resource"];
        assert_eq!(resources("https://mcp.stripe.com"), root);
        assert_eq!(resources("https://mcp.stripe.com/"), root);
        assert_eq!(resources("https://mcp.stripe.com/#part"), root);
    }

    #[test]
    fn the_query_of_a_resource_stays_behind_its_path() {
        assert_eq!(
            resources("https://a.example/mcp?tenant=1"),
            [
                "https://a.example/.well-known/oauth-protected-resource/mcp?tenant=1",
                "https://a.example/.well-known/oauth-protected-resource",
            ]
        );
        assert_eq!(
            resources("https://a.example?tenant=1"),
            [
                "https://a.example/.well-known/oauth-protected-resource?tenant=1",
                "https://a.example/.well-known/oauth-protected-resource",
            ]
        );
    }

    #[test]
    fn a_port_stays_and_user_information_goes() {
        assert_eq!(
            resources("https://user:word@a.example:8443/mcp").first().map(String::as_str),
            Some("https://a.example:8443/.well-known/oauth-protected-resource/mcp")
        );
        assert_eq!(
            resources("https://a.example:443/").first().map(String::as_str),
            Some("https://a.example/.well-known/oauth-protected-resource")
        );
    }

    #[test]
    fn an_issuer_with_a_path_is_inserted_twice_and_appended_once() {
        assert_eq!(
            issuers("https://github.com/login/oauth"),
            [
                "https://github.com/.well-known/oauth-authorization-server/login/oauth",
                "https://github.com/.well-known/openid-configuration/login/oauth",
                "https://github.com/login/oauth/.well-known/openid-configuration",
            ]
        );
    }

    #[test]
    fn an_issuer_without_a_path_has_two_urls() {
        let urls = [
            "https://accounts.google.com/.well-known/oauth-authorization-server",
            "https://accounts.google.com/.well-known/openid-configuration",
        ];
        assert_eq!(issuers("https://accounts.google.com"), urls);
        assert_eq!(issuers("https://accounts.google.com/"), urls);
    }

    #[test]
    fn one_terminating_slash_of_an_issuer_is_dropped_for_building() {
        assert_eq!(issuers("https://mojeid.cz/oidc/"), issuers("https://mojeid.cz/oidc"));
        assert_eq!(
            issuers("https://a.example/t//").first().map(String::as_str),
            Some("https://a.example/.well-known/oauth-authorization-server/t/")
        );
    }
}
