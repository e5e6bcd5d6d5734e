//! What a host is: loopback, private, a name, one that the proxy can compare.
//!
//! The proxy compares host names byte for byte, so everything here works on the form that `url` gives: lower case,
//! ASCII, IP addresses in their one spelling.

use std::net::IpAddr;

use url::{Host, Url};

use crate::probe::address;

/// Whether a URL's host is this machine itself.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(domain)) => is_localhost(domain),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).to_canonical().is_loopback(),
        None => false,
    }
}

/// `localhost` and the names under it (RFC 6761 §6.3), with or without the final dot.
fn is_localhost(domain: &str) -> bool {
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    domain == "localhost" || domain.ends_with(".localhost")
}

/// The registrable domain: `mcp.linear.app` and `api.linear.app` share `linear.app`.
/// A public suffix itself, or an IP address, is its own.
pub fn registrable_domain(host: &str) -> &str {
    psl::domain_str(host).unwrap_or(host)
}

/// Whether a host is this machine or one that only its own network reaches: `localhost`, or an address that is not
/// globally routable, in any spelling.
pub fn is_local(host: &str) -> bool {
    match Host::parse(host) {
        Ok(Host::Domain(domain)) => is_localhost(&domain),
        Ok(Host::Ipv4(address)) => !address::is_global(IpAddr::V4(address)),
        Ok(Host::Ipv6(address)) => !address::is_global(address.to_canonical()),
        // The one spelling that `Host::parse` does not take: an IPv6 address without its brackets.
        Err(_) => host
            .parse()
            .is_ok_and(|address: IpAddr| !address::is_global(address.to_canonical())),
    }
}

/// Whether a host is a public suffix itself, such as `com`, `co.uk` or `github.io`: nobody's own.
pub fn is_public_suffix(host: &str) -> bool {
    psl::suffix(host.as_bytes()).is_some_and(|suffix| suffix.is_known() && suffix == host)
}

/// Why the proxy's comparison never matches a host as it is written; `None` for one that it can match.
/// The grammar is that of RFC 1123 §2.1 with `_`, or an IP address as `url` writes it.
pub fn defect(host: &str) -> Option<&'static str> {
    let without_brackets = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    if without_brackets.is_some() {
        let is_canonical = Host::parse(host).is_ok_and(|parsed| parsed.to_string() == host);
        return (!is_canonical).then_some("is no IPv6 address in its shortest form");
    }
    match () {
        () if host.is_empty() => Some("is empty"),
        () if host.contains("://") => Some("has a scheme"),
        () if host.contains('*') => Some("has a wildcard"),
        () if host.contains(char::is_whitespace) => Some("has white space"),
        () if !host.is_ascii() => Some("is not in its ASCII form"),
        () if host.contains('@') => Some("has user information"),
        () if host.contains(['/', '?', '#', '\\']) => Some("has a path"),
        () if host.parse::<std::net::Ipv6Addr>().is_ok() => {
            Some("is an IPv6 address without brackets")
        }
        () if host.contains(':') => Some("has a port"),
        () if host.contains(|character: char| character.is_ascii_uppercase()) => {
            Some("has upper case letters")
        }
        () if host.ends_with('.') => Some("has a trailing dot"),
        () if host.len() > 253 || !host.split('.').all(is_label) => Some("is no host name"),
        // Numbers: `127.1` and `0x7f.1` are compared as `127.0.0.1`.
        () if Host::parse(host).map_or(true, |parsed| parsed.to_string() != host) => {
            Some("is no host name in the form that is compared")
        }
        () => None,
    }
}

/// One part of a host name: letters, digits, `-` and `_`, no `-` at either end.
fn is_label(label: &str) -> bool {
    let is_allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
    (1..=63).contains(&label.len())
        && label.bytes().all(is_allowed)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// The host that was most likely meant by one with a defect, in the form that is compared.
pub fn repaired(host: &str) -> Option<String> {
    let url = match host.contains("://") {
        true => Url::parse(host.trim()),
        false => Url::parse(&format!("https://{}", host.trim())),
    };
    let meant = url.ok()?.host_str()?.trim_end_matches('.').to_owned();
    let is_better = meant != host && defect(&meant).is_none();
    is_better.then_some(meant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_the_proxy_can_compare_has_no_defect() {
        let sound = [
            "slack.com",
            "oauth2.googleapis.com",
            "xn--bcher-kva.example",
            "127.0.0.1",
            "[::1]",
            "a_b.example",
            "localhost",
            "3com.example",
            "a--b.example",
        ];
        for host in sound {
            assert_eq!(defect(host), None, "{host}");
        }
    }

    #[test]
    fn each_defect_is_named_and_repaired_where_one_host_is_meant() {
        let table = [
            ("", "is empty", None),
            ("*.slack.com", "has a wildcard", None),
            ("https://slack.com", "has a scheme", Some("slack.com")),
            ("https://slack.com/api", "has a scheme", Some("slack.com")),
            ("slack.com/api", "has a path", Some("slack.com")),
            ("slack.com:443", "has a port", Some("slack.com")),
            ("Slack.com", "has upper case letters", Some("slack.com")),
            ("slack.com.", "has a trailing dot", Some("slack.com")),
            (" slack.com", "has white space", Some("slack.com")),
            (
                "bücher.example",
                "is not in its ASCII form",
                Some("xn--bcher-kva.example"),
            ),
            ("user@slack.com", "has user information", Some("slack.com")),
            ("slack..com", "is no host name", None),
            ("-slack.com", "is no host name", None),
            (
                "127.1",
                "is no host name in the form that is compared",
                Some("127.0.0.1"),
            ),
            ("::1", "is an IPv6 address without brackets", None),
            (
                "[0:0::1]",
                "is no IPv6 address in its shortest form",
                Some("[::1]"),
            ),
        ];
        for (host, expected, meant) in table {
            assert_eq!(defect(host), Some(expected), "{host}");
            assert_eq!(repaired(host).as_deref(), meant, "{host}");
        }
    }

    #[test]
    fn loopback_and_private_hosts_are_local_in_every_spelling() {
        let local = [
            "localhost",
            "LOCALHOST",
            "api.localhost",
            "localhost.",
            "127.0.0.1",
            "127.9.9.9",
            "127.1",
            "2130706433",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "[::1]",
            "::1",
            "[fd00::1]",
            "[::ffff:127.0.0.1]",
        ];
        for host in local {
            assert!(is_local(host), "{host}");
        }
        for host in [
            "slack.com",
            "8.8.8.8",
            "localhost.example.com",
            "notlocalhost",
            "[2606:4700::1111]",
        ] {
            assert!(!is_local(host), "{host}");
        }
    }

    #[test]
    fn only_a_suffix_itself_is_a_public_suffix() {
        for host in ["com", "co.uk", "github.io"] {
            assert!(is_public_suffix(host), "{host}");
        }
        for host in [
            "github.com",
            "acme.github.io",
            "example",
            "localhost",
            "127.0.0.1",
            "",
        ] {
            assert!(!is_public_suffix(host), "{host}");
        }
    }
}
