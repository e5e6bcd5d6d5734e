//! Plan -> artifacts: text in the format of each file. One file here per artifact, next to its template.
//!
//! The compiler has checked the syntax of every value; here it is encoded for the format, so that no value can add a
//! line, a key or code.

pub(crate) mod app_env;
mod providers_js;
pub(crate) mod proxy_env;
mod render;

use rayon::prelude::*;

use crate::compile::plan::Plan;
use crate::text::hidden::to_json;

/// A file that `build` writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// Relative to the folder of the artifacts, with `/`.
    pub path: String,
    pub bytes: Vec<u8>,
}

impl Artifact {
    fn new(path: impl Into<String>, text: String) -> Self {
        Self { path: path.into(), bytes: text.into_bytes() }
    }
}

/// A template cannot be rendered: a bug in catproof, not a problem of the catalog.
#[derive(Debug, thiserror::Error)]
#[error("the template of `{path}` failed: {source}")]
pub struct RenderError {
    pub path: &'static str,
    pub source: minijinja::Error,
}

/// Everything that `build` writes, sorted by path.
///
/// # Errors
/// A template is broken.
pub fn emit(plan: &Plan) -> Result<Vec<Artifact>, RenderError> {
    let mut artifacts = vec![
        Artifact::new("catalog.json", to_json(&plan.index)),
        app_env::emit(plan)?,
        Artifact::new("desktop_app/launch.json", to_json(&plan.app)),
        proxy_env::emit(plan)?,
        Artifact::new("oauth_proxy/launch.json", to_json(&plan.proxy)),
        providers_js::emit(plan)?,
        Artifact::new("oauth_proxy/providers.json", to_json(&plan.providers)),
    ];
    artifacts.par_extend(plan.servers.par_iter().map(|(id, server)| {
        Artifact::new(format!("desktop_app/servers/{id}.json"), to_json(server))
    }));
    artifacts.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(artifacts)
}
