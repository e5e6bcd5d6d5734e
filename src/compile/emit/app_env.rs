//! `desktop_app/.env.example`: the template of the app's environment.

use serde::Serialize;

use crate::compile::plan::{GENERATED, Plan};
use crate::text::dotenv;

use super::render::fill;
use super::{Artifact, RenderError};

#[derive(Serialize)]
struct Values {
    generated: &'static str,
    proxy_url: String,
}

pub(crate) fn emit(plan: &Plan) -> Result<Artifact, RenderError> {
    let values = Values {
        generated: GENERATED,
        // The compiler refuses a URL that cannot be quoted.
        proxy_url: dotenv::quote(&plan.app.proxy_url).unwrap_or_default(),
    };
    fill("desktop_app/.env.example", include_str!("app.env.j2"), values)
}
