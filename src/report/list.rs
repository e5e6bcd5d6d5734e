//! `list --format json`: the servers, described by `schema/report.schema.json`.

use clap::ValueEnum;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalog::entry::Purpose;
use crate::manifest::oauth::Fact;
use crate::source::Origin;

/// `list --format json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "catproof server list")]
pub(crate) struct ListReport {
    /// The version of this format.
    pub(crate) version: u32,
    /// Sorted by id.
    pub(crate) servers: Vec<ListedServer>,
}

/// One server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListedServer {
    pub(crate) id: String,
    pub(crate) file: String,
    pub(crate) origin: Origin,
    pub(crate) display_name: Option<String>,
    pub(crate) oauth: ListedOAuth,
    /// The hosts that the proxy sends this server's secret to, and reads its metadata from.
    pub(crate) destinations: Vec<ListedDestination>,
    /// The proxy's environment variables for this server.
    pub(crate) env: Vec<String>,
    pub(crate) findings: ListedFindings,
}

/// The OAuth type of a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListedOAuth {
    #[serde(rename = "type")]
    pub(crate) name: ListedType,
    /// The guide's number of the type.
    pub(crate) number: Option<u8>,
    /// Whether the proxy keeps the client secret.
    pub(crate) requires_proxy: bool,
    pub(crate) evidence: Vec<ListedEvidence>,
}

/// One of the four types, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum ListedType {
    #[value(alias = "1")]
    Generic,
    #[value(alias = "2")]
    McpStatic,
    #[value(alias = "3")]
    RemoteStatic,
    #[value(alias = "4")]
    RemoteDynamic,
    /// The server has no `oauth_config`.
    None,
    /// The manifest contradicts itself, or cannot be read.
    Undetermined,
}

impl ListedType {
    /// The name in every output.
    pub fn word(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

/// One of the three facts that decide the type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListedEvidence {
    pub(crate) fact: Fact,
    pub(crate) value: bool,
    /// What decided it; null if the absence of something did.
    pub(crate) pointer: Option<String>,
    pub(crate) because: String,
}

/// A host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListedDestination {
    pub(crate) host: String,
    pub(crate) purpose: Purpose,
    /// The manifest's field or the lock's document that names it.
    pub(crate) source: String,
}

/// How many findings a server has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListedFindings {
    pub(crate) errors: usize,
    pub(crate) warnings: usize,
}
