//! What a host is: loopback, private, a name, one that the proxy can compare.
//!
//! The proxy compares host names byte for byte, so everything here works on the form that `url` gives: lower case,
//! ASCII, IP addresses in their one spelling.

use std::net::IpAddr;

use url::{Host, Url};

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
