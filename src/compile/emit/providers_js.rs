//! `oauth_proxy/providers.js`: the allowlist as the ES module that the current proxy imports.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;

use crate::compile::plan::{GENERATED, HostPurpose, Plan};

use super::render::{fill, single_line};
use super::{Artifact, RenderError};

#[derive(Serialize)]
struct Values {
    generated: &'static str,
    allowed: Vec<AllowedHosts>,
    servers: Vec<Pin>,
}

/// One allowed host: a JavaScript string, and who needs it.
#[derive(Serialize)]
struct AllowedHosts {
    host: String,
    needed_by: String,
}

/// The hosts of one server: a JavaScript string, and an array of them.
#[derive(Serialize)]
struct Pin {
    id: String,
    hosts: String,
}

pub(super) fn emit(plan: &Plan) -> Result<Artifact, RenderError> {
    let providers = &plan.providers;
    let needs = needs(plan);
    let allowed = providers.allowed_destinations.iter().map(|host| {
        let needed_by = needs.get(host.as_str()).into_iter().flatten().copied();
        AllowedHosts {
            host: literal(host),
            needed_by: single_line(&needed_by.collect::<Vec<_>>().join(", ")),
        }
    });
    let servers = providers.server_destinations.iter().map(|(id, hosts)| {
        let hosts: Vec<String> = hosts.iter().map(|host| literal(host)).collect();
        Pin { id: literal(id), hosts: format!("[{}]", hosts.join(", ")) }
    });
    let values =
        Values { generated: GENERATED, allowed: allowed.collect(), servers: servers.collect() };
    fill("oauth_proxy/providers.js", include_str!("providers.js.j2"), values)
}

/// A JavaScript string: every JSON string is one.
fn literal(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// For each host the servers that need it, and `the configuration` if that allows it.
fn needs(plan: &Plan) -> HashMap<&str, BTreeSet<&str>> {
    let mut needs: HashMap<&str, BTreeSet<&str>> = HashMap::new();
    for destination in &plan.providers.destinations {
        let need = match destination.purpose {
            HostPurpose::Token | HostPurpose::Revocation => destination.server.as_deref(),
            HostPurpose::Extra => Some("the configuration"),
            HostPurpose::Discovery => None,
        };
        needs.entry(&destination.host).or_default().extend(need);
    }
    needs
}
