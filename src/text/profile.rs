//! The profile for which a catalog is checked and compiled.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whom the catalog is checked and compiled for.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// For users: callbacks are public, `catalog_local` appears in no artifact.
    #[default]
    Production,
    /// For a developer's machine: loopback and tunnel callbacks are accepted, artifacts go to `generated/development/`.
    Development,
}

impl Profile {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Development => "development",
        }
    }
}
