//! Hosts: loopback and private ones, public suffixes, and the normal form in which the proxy compares them.
//!
//! The proxy compares host names byte for byte, so the normal form is the one that `url` produces: lower case, ASCII,
//! canonical IP addresses. Which addresses are global follows the IANA special-purpose registries for
//! [IPv4](https://www.iana.org/assignments/iana-ipv4-special-registry) and
//! [IPv6](https://www.iana.org/assignments/iana-ipv6-special-registry).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// Whether a URL's host is this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(domain)) => is_loopback_name(domain),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).to_canonical().is_loopback(),
        None => false,
    }
}

/// Whether a name is `localhost` or a subdomain of it (RFC 6761 §6.3), with or without the final dot.
pub(crate) fn is_loopback_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

/// Whether the address is globally routable. An IPv4 address behind NAT64 is judged by itself.
pub(crate) fn is_global(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_global_v4(address),
        IpAddr::V6(address) => is_global_v6(address),
    }
}

fn is_global_v4(address: Ipv4Addr) -> bool {
    // In order: this network, private, loopback, multicast, reserved and broadcast; shared address space of carriers
    // (RFC 6598); link local; private; protocol assignments, documentation (RFC 5737), the former 6to4 relay, private;
    // benchmarking (RFC 2544) and documentation; documentation.
    let special = matches!(
        address.octets(),
        [0 | 10 | 127 | 224..=255, ..]
            | [100, 64..=127, ..]
            | [169, 254, ..]
            | [172, 16..=31, ..]
            | [192, 0, 0 | 2, _]
            | [192, 88, 99, _]
            | [192, 168, ..]
            | [198, 18 | 19, ..]
            | [198, 51, 100, _]
            | [203, 0, 113, _]
    );
    !special
}

fn is_global_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        // The well-known NAT64 prefix (RFC 6052): the embedded address decides.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            let [a, b] = high.to_be_bytes();
            let [c, d] = low.to_be_bytes();
            is_global_v4(Ipv4Addr::new(a, b, c, d))
        }
        // Protocol assignments including Teredo, documentation, 6to4.
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x2002, ..] | [0x3fff, 0..=0xfff, ..] => false,
        // Everything outside the global unicast block: loopback, IPv4-mapped, unique local, link local, multicast.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

/// The registrable domain: `linear.app` for `mcp.linear.app`. A public suffix is returned unchanged. An
/// IP address has none: see [`site`].
pub(crate) fn registrable_domain(host: &str) -> &str {
    psl::domain_str(host).unwrap_or(host)
}

/// The site of a URL: its registrable domain or IP address.
pub(crate) fn site(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    Some(match url.host()? {
        Host::Domain(domain) => registrable_domain(domain).to_owned(),
        Host::Ipv4(address) => address.to_string(),
        Host::Ipv6(address) => address.to_string(),
    })
}

/// Whether a host is `localhost` or an address that is not globally routable, in any spelling.
pub(crate) fn is_local(host: &str) -> bool {
    match Host::parse(host) {
        Ok(Host::Domain(domain)) => is_loopback_name(&domain),
        Ok(Host::Ipv4(address)) => !is_global(IpAddr::V4(address)),
        Ok(Host::Ipv6(address)) => !is_global(address.to_canonical()),
        // `Host::parse` rejects an IPv6 address without brackets.
        Err(_) => host.parse().is_ok_and(|address: IpAddr| !is_global(address.to_canonical())),
    }
}

/// Whether a host is itself a public suffix, such as `com`, `co.uk` or `github.io`.
pub(crate) fn is_public_suffix(host: &str) -> bool {
    psl::suffix(host.as_bytes()).is_some_and(|suffix| suffix.is_known() && suffix == host)
}

/// Why the proxy can never match a host as written, to follow it in a message; `None` if the host is in normal form.
pub(crate) fn defect(host: &str) -> Option<&'static str> {
    let is_normal = Host::parse(host).is_ok_and(|parsed| parsed.to_string() == host);
    if host.starts_with('[') && host.ends_with(']') {
        return (!is_normal).then_some("is not an IPv6 address in its shortest form");
    }
    let defects = [
        (host.is_empty(), "is empty"),
        (host.contains("://"), "has a scheme"),
        (host.contains('*'), "has a wildcard"),
        (host.contains(char::is_whitespace), "has white space"),
        (!host.is_ascii(), "is not in its ASCII form"),
        (host.contains('@'), "has user information"),
        (host.contains(['/', '?', '#', '\\']), "has a path"),
        (host.parse::<Ipv6Addr>().is_ok(), "is an IPv6 address without brackets"),
        (host.contains(':'), "has a port"),
        (host.bytes().any(|byte| byte.is_ascii_uppercase()), "has upper case letters"),
        (host.ends_with('.'), "has a trailing dot"),
        (!is_host_name(host), "is not a host name"),
        // The rest are numbers: `127.1` and `0x7f.1` mean `127.0.0.1`.
        (!is_normal, "is not a host name in normal form"),
    ];
    defects.into_iter().find_map(|(applies, defect)| applies.then_some(defect))
}

/// Whether a text is a host name in normal form (RFC 1123 §2.1): labels of lower-case letters, digits and hyphens
/// between dots, without a final dot.
pub(crate) fn is_host_name(text: &str) -> bool {
    let is_label = |label: &str| {
        let is_plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        (1..=63).contains(&label.len())
            && label.bytes().all(is_plain)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.split('.').all(is_label)
}

/// The normal form of the host that was most likely intended by one with a defect.
pub(crate) fn repaired(host: &str) -> Option<String> {
    let scheme = if host.contains("://") { "" } else { "https://" };
    let url = Url::parse(&format!("{scheme}{}", host.trim())).ok()?;
    let intended = url.host_str()?.trim_end_matches('.');
    let is_better = intended != host && defect(intended).is_none();
    is_better.then(|| intended.to_owned())
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
            "localhost",
            "3com.example",
            "a--b.example",
        ];
        for host in sound {
            assert_eq!(defect(host), None, "{host}");
            assert_eq!(repaired(host), None, "{host}");
        }
    }

    #[test]
    fn each_defect_is_named_and_repaired_if_one_host_is_intended() {
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
            ("bücher.example", "is not in its ASCII form", Some("xn--bcher-kva.example")),
            ("user@slack.com", "has user information", Some("slack.com")),
            ("slack..com", "is not a host name", None),
            ("-slack.com", "is not a host name", None),
            ("127.1", "is not a host name in normal form", Some("127.0.0.1")),
            ("::1", "is an IPv6 address without brackets", None),
            ("[0:0::1]", "is not an IPv6 address in its shortest form", Some("[::1]")),
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
        for host in
            ["slack.com", "8.8.8.8", "localhost.example.com", "notlocalhost", "[2606:4700::1111]"]
        {
            assert!(!is_local(host), "{host}");
        }
    }

    #[test]
    fn a_url_on_this_machine_is_loopback() {
        let is_loopback = |url: &str| Url::parse(url).is_ok_and(|url| is_loopback(&url));
        for url in [
            "http://localhost:8080/x",
            "https://API.localhost./",
            "http://127.9.9.9/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
        ] {
            assert!(is_loopback(url), "{url}");
        }
        for url in [
            "https://slack.com/localhost",
            "http://10.0.0.1/",
            "http://[fd00::1]/",
            "mailto:user@localhost",
        ] {
            assert!(!is_loopback(url), "{url}");
        }
    }

    #[test]
    fn hosts_of_one_registrant_share_a_domain() {
        for (host, domain) in [
            ("mcp.linear.app", "linear.app"),
            ("linear.app", "linear.app"),
            ("a.b.acme.co.uk", "acme.co.uk"),
            ("acme.github.io", "acme.github.io"),
            ("mcp.acme.github.io", "acme.github.io"),
            ("acme.vercel.app", "acme.vercel.app"),
            ("acme.pages.dev", "acme.pages.dev"),
            ("api.acme.workers.dev", "acme.workers.dev"),
            ("acme.ngrok-free.app", "acme.ngrok-free.app"),
            ("co.uk", "co.uk"),
            ("localhost", "localhost"),
        ] {
            assert_eq!(registrable_domain(host), domain, "{host}");
        }
    }

    #[test]
    fn addresses_are_sites_of_their_own() {
        for (url, expected) in [
            ("https://mcp.linear.app/mcp", Some("linear.app")),
            ("http://10.0.0.1:8080/mcp", Some("10.0.0.1")),
            ("http://192.168.0.1/mcp", Some("192.168.0.1")),
            ("http://[::1]/mcp", Some("::1")),
            ("not a URL", None),
        ] {
            assert_eq!(site(url).as_deref(), expected, "{url}");
        }
    }

    #[test]
    fn a_domain_below_a_public_suffix_is_not_one() {
        for host in ["com", "co.uk", "github.io"] {
            assert!(is_public_suffix(host), "{host}");
        }
        for host in ["github.com", "acme.github.io", "example", "localhost", "127.0.0.1", ""] {
            assert!(!is_public_suffix(host), "{host}");
        }
    }
}
