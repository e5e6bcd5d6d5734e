//! `desktop_app/servers/<server id>.json`: the launch spec of each server.

use crate::plan::{Plan, to_text};

use super::Artifact;

pub(super) fn emit(plan: &Plan) -> impl Iterator<Item = Artifact> {
    plan.servers.iter().map(|(id, server)| {
        Artifact::new(format!("desktop_app/servers/{id}.json"), to_text(server))
    })
}
