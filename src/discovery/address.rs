//! Which addresses and URLs may be requested. Nothing here touches the network.

use std::net::IpAddr;

use url::{Host, Url};

use crate::text::hosts::{is_global, is_loopback};

/// Which addresses a run may connect to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// https on globally routable addresses only.
    #[default]
    Public,
    /// The same, and http and https on loopback addresses (`--allow-loopback`, the tests).
    Loopback,
    /// Any address, http included: only for a URL that the user passes, such as that of a running proxy.
    Anywhere,
}

/// Checks the scheme, credentials, and a host that is an IP address in any spelling: the URL parser has already
/// normalized `0x7f.1`, `2130706433` and `[::ffff:127.0.0.1]`. The addresses of a host name are checked by
/// [`check_address`] when the connection looks them up.
///
/// # Errors
/// Why `url` must not be requested, to follow "is not requested: …".
pub(crate) fn check_url(url: &Url, reach: Reach) -> Result<(), String> {
    let Some(host) = url.host() else {
        return Err("it has no host".to_owned());
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it carries credentials".to_owned());
    }
    let encrypted = match url.scheme() {
        "https" => true,
        "http" => false,
        other => return Err(format!("its scheme is `{other}`, not https")),
    };
    let address = match host {
        Host::Domain(_) => None,
        Host::Ipv4(address) => Some(IpAddr::V4(address)),
        Host::Ipv6(address) => Some(IpAddr::V6(address)),
    };
    if let Some(address) = address {
        check_address(address, reach)?;
    }
    let is_loopback = is_loopback(url);
    if is_loopback && reach == Reach::Public {
        return Err(format!("`{host}` is a loopback name"));
    }
    if !encrypted && reach != Reach::Anywhere && !is_loopback {
        return Err("it is plain http".to_owned());
    }
    Ok(())
}

/// Checks an address before a connection to it.
///
/// # Errors
/// Why it must not be connected to, to follow "is not requested: …".
pub(crate) fn check_address(address: IpAddr, reach: Reach) -> Result<(), String> {
    let allowed = match reach {
        Reach::Public => is_global(address),
        Reach::Loopback => is_global(address) || address.is_loopback(),
        Reach::Anywhere => true,
    };
    if allowed { Ok(()) } else { Err(format!("{address} is not a public address")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(url: &str, reach: Reach) -> Result<(), String> {
        let url = Url::parse(url).map_err(|error| error.to_string())?;
        check_url(&url, reach)
    }

    #[test]
    fn address_literals_are_refused_in_every_spelling() {
        for host in [
            "127.0.0.1",
            "127.1",
            "0x7f.1",
            "0177.0.0.1",
            "2130706433",
            "0x7f000001",
            "0",
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "[::]",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:8.8.8.8]",
            "[::127.0.0.1]",
            "[64:ff9b::7f00:1]",
            "[64:ff9b::a9fe:a9fe]",
            "[64:ff9b:1::1]",
            "[100::1]",
            "[2001::1]",
            "[2001:db8::1]",
            "[2002:7f00:1::]",
            "[3fff::1]",
            "[fc00::1]",
            "[fd00:ec2::254]",
            "[fe80::1]",
            "[ff02::1]",
            "localhost",
            "LOCALHOST",
            "localhost.",
            "api.localhost",
        ] {
            assert!(verdict(&format!("https://{host}/"), Reach::Public).is_err(), "{host}");
        }
    }

    #[test]
    fn public_literals_and_names_pass() {
        for host in [
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "[2606:4700::1111]",
            "[64:ff9b::808:808]",
            "mcp.linear.app",
            "localhost.example",
        ] {
            assert_eq!(verdict(&format!("https://{host}/"), Reach::Public), Ok(()), "{host}");
        }
    }

    #[test]
    fn only_https_is_requested_or_http_on_loopback_where_it_is_allowed() {
        for (url, reach, is_allowed) in [
            ("http://mcp.linear.app/", Reach::Public, false),
            ("http://mcp.linear.app/", Reach::Loopback, false),
            ("http://127.0.0.1:9/", Reach::Public, false),
            ("http://10.0.0.1/", Reach::Loopback, false),
            ("ftp://mcp.linear.app/", Reach::Anywhere, false),
            ("http://127.0.0.1:9/", Reach::Loopback, true),
            ("http://[::1]:9/", Reach::Loopback, true),
            ("http://localhost:9/", Reach::Loopback, true),
            ("http://10.0.0.1/health", Reach::Anywhere, true),
            // Credentials are never sent.
            ("https://user:word@mcp.linear.app/", Reach::Anywhere, false),
            ("https://user@mcp.linear.app/", Reach::Public, false),
        ] {
            assert_eq!(verdict(url, reach).is_ok(), is_allowed, "{url}");
        }
    }
}
