//! Whether the OAuth proxy may send each secret to the hosts that need it, and to no others.

use std::collections::BTreeMap;

use crate::catalog::entry::{Destination, Entry};
use crate::lint::{CatalogSubject, Group, Rule};
use crate::source::finding::{Finding, Place};

pub(crate) mod host_not_allowed;
pub(crate) mod host_not_approved;
pub(crate) mod loopback_allowed;
pub(crate) mod malformed_allowed_host;
pub(crate) mod proxy_url_mismatch;
pub(crate) mod public_suffix_allowed;
pub(crate) mod unallowable_destination;
pub(crate) mod unreadable_allowlist;
pub(crate) mod unused_allowed_host;
pub(crate) mod unverifiable_destination;

const DEFAULTS: Rule = Rule { group: Group::Proxy, ..Rule::DEFAULTS };

/// The hosts that an entry's secret goes to, each with its first destination.
fn needed_hosts(entry: &Entry) -> BTreeMap<&str, &Destination> {
    let mut hosts = BTreeMap::new();
    for destination in entry.needed_hosts() {
        hosts.entry(destination.host.as_str()).or_insert(destination);
    }
    hosts
}

/// A host that the allowlist or the configuration allows secrets to be sent to.
struct Allowed<'a> {
    host: &'a str,
    /// `None` for the allowlist of a running proxy and for the configuration.
    place: Option<&'a Place>,
    /// What allows it, for messages.
    by: &'a str,
}

impl Allowed<'_> {
    fn finding(&self, rule: &Rule, message: String) -> Finding {
        match self.place {
            Some(place) => rule.at(place.clone(), message),
            None => rule.nowhere(message),
        }
    }
}

/// The hosts that the allowlist in force and the configuration allow.
fn allowed_hosts<'a>(subject: &CatalogSubject<'a>) -> Vec<Allowed<'a>> {
    let listed = subject.allowlist.into_iter().flat_map(|allowlist| {
        allowlist.hosts.iter().map(|allowed| Allowed {
            host: &allowed.host,
            place: allowed.place.as_ref(),
            by: &allowlist.name,
        })
    });
    let extra = subject.context.config.proxy.extra_destinations.iter();
    let extra = extra
        .filter(|extra| !subject.allowlist.is_some_and(|allowlist| allowlist.allows(&extra.host)))
        .map(|extra| Allowed { host: &extra.host, place: None, by: "[proxy] extra_destinations" });
    listed.chain(extra).collect()
}
