//! The names that callers reach the proxy by. A page that a name of its own leads here (DNS rebinding) sends that name
//! as `Host`, and is refused.

use std::collections::BTreeSet;
use std::net::IpAddr;

use axum::http::HeaderMap;
use axum::http::header::HOST;
use axum::http::uri::{Authority, Uri};

use super::reply::Refusal;

/// The names of one proxy.
#[derive(Debug)]
pub(super) struct HostNames {
    pub(crate) listens_on: IpAddr,
    /// In lower case, an IPv6 address in brackets.
    pub(crate) configured: BTreeSet<String>,
}

impl HostNames {
    /// Refuses a request to another host, and one that does not name exactly one (RFC 9112 §3.2).
    pub(crate) fn check(&self, headers: &HeaderMap, uri: &Uri) -> Result<(), Refusal> {
        let mut hosts = headers.get_all(HOST).iter();
        let (Some(host), None) = (hosts.next(), hosts.next()) else {
            return Err(Refusal::MALFORMED.because("it has not exactly one `Host`"));
        };
        let host = host.to_str().ok().and_then(|host| host.parse().ok());
        let is_own = host.is_some_and(|host| self.has(&host))
            && uri.authority().is_none_or(|authority| self.has(authority));
        if is_own { Ok(()) } else { Err(Refusal::HOST) }
    }

    /// The port does not count: the proxy may be reached through another.
    fn has(&self, authority: &Authority) -> bool {
        let host = authority.host().to_ascii_lowercase();
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        let local = self.listens_on;
        let is_listening = match address.map(|address| address.to_canonical()) {
            // Rebinding needs a name: an address is what the caller connected to, and may be that of a container.
            Ok(address) => {
                local.is_unspecified()
                    || address == local
                    || (address.is_loopback() && local.is_loopback())
            }
            Err(_) => host == "localhost" && (local.is_loopback() || local.is_unspecified()),
        };
        let has_user = authority.as_str().contains('@');
        !has_user && (is_listening || self.configured.contains(&host))
    }
}
