//! `desktop_app/servers/<server id>.json`: the launch spec of each server.

use rayon::prelude::*;

use crate::compile::plan::Plan;
use crate::text::hidden::to_json;

use super::Artifact;

pub(super) fn emit(plan: &Plan) -> Vec<Artifact> {
    let artifacts = plan.servers.par_iter().map(|(id, server)| {
        Artifact::new(format!("desktop_app/servers/{id}.json"), to_json(server))
    });
    artifacts.collect()
}
