//! `oauth_proxy/providers.js`: the allowlist as the ES module that today's proxy imports.

use serde::Serialize;

use crate::plan::{GENERATED, Plan, Purpose};

use super::template::{comment, fill};
use super::{Artifact, Error};

#[derive(Serialize)]
struct Values {
    generated: &'static str,
    allowed: Vec<Allowed>,
    servers: Vec<Pin>,
}

/// One allowed host: a JavaScript string, and who needs it.
#[derive(Serialize)]
struct Allowed {
    host: String,
    needed_by: String,
}

/// The hosts of one server: a JavaScript string, and an array of them.
#[derive(Serialize)]
struct Pin {
    id: String,
    hosts: String,
}

pub(super) fn emit(plan: &Plan) -> Result<Artifact, Error> {
    let providers = &plan.providers;
    let allowed = providers.allowed_destinations.iter().map(|host| Allowed {
        host: literal(host),
        needed_by: comment(&needed_by(plan, host)),
    });
    let servers = providers.server_destinations.iter().map(|(id, hosts)| {
        let hosts: Vec<String> = hosts.iter().map(|host| literal(host)).collect();
        Pin {
            id: literal(id),
            hosts: format!("[{}]", hosts.join(", ")),
        }
    });
    let values = Values {
        generated: GENERATED,
        allowed: allowed.collect(),
        servers: servers.collect(),
    };
    fill(
        "oauth_proxy/providers.js",
        include_str!("providers.js.j2"),
        values,
    )
}

/// A JavaScript string: every JSON string is one.
fn literal(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The servers that need a host, and the configuration where that allows it.
fn needed_by(plan: &Plan, host: &str) -> String {
    let mut needs: Vec<&str> = plan
        .providers
        .destinations
        .iter()
        .filter(|destination| destination.host == host)
        .filter_map(|destination| match destination.purpose {
            Purpose::Token | Purpose::Revocation => destination.server.as_deref(),
            Purpose::Extra => Some("the configuration"),
            Purpose::Discovery => None,
        })
        .collect();
    needs.sort_unstable();
    needs.dedup();
    needs.join(", ")
}
