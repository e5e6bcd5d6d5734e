//! The input format: one server JSON file, in both dialects, as serde and schemars types.
//!
//! `schema/server.schema.json` is generated from here. Constraints that a lint rule checks are not repeated here, so that
//! one cause gives one finding; only the schema rejects unknown keys, so that a stray key does not prevent reading.
//! The two dialects are the guide's (`remote_url`, `command: "remote"`) and the published catalog's (`server.type`),
//! which takes its descriptive fields from the manifest of desktop extensions (MCPB).

mod archestra;
mod metadata;
mod oauth_config;
mod server;
mod user_config;

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

pub(crate) use archestra::ArchestraConfig;
pub(crate) use metadata::{
    Author, Compatibility, Dependency, GithubInfo, Prompt, ProtocolFeatures, Tool,
};
pub(crate) use oauth_config::OAuthConfig;
pub(crate) use server::{Server, ServerKind};
pub use user_config::InputType;
pub(crate) use user_config::UserInput;

/// One MCP server of the catalog. The file is called `<name>.json`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[schemars(title = "catproof server manifest", deny_unknown_fields)]
pub struct Manifest {
    /// Where the schema of this file is; for editors.
    #[serde(rename = "$schema")]
    pub schema: Option<String>,
    /// The server id; by default the file's name without `.json`, which it must equal. It names the proxy's environment
    /// variables: `{id}_CLIENT_ID` and `{id}_SECRET`.
    #[serde(default, deserialize_with = "or_default")]
    #[schemars(with = "Option<String>", transform = without_default)]
    #[schemars(example = &"githubcopilot__remote-mcp")]
    pub name: String,
    /// The name that people see.
    pub display_name: Option<String>,
    /// What the server does, in one or two sentences.
    pub description: Option<String>,
    /// The full description, as Markdown.
    pub long_description: Option<String>,
    /// Who publishes the server.
    pub author: Option<Author>,
    /// The licence, as an SPDX expression.
    #[schemars(example = &"MIT", example = &"Apache-2.0")]
    pub license: Option<String>,
    /// The server's page.
    pub homepage: Option<String>,
    /// The page of its documentation.
    pub documentation: Option<String>,
    /// Where its users get help.
    pub support: Option<String>,
    /// The pages that explain what its services do with the user's data.
    pub privacy_policies: Option<Vec<String>>,
    /// A picture of the server, as a path or a URL.
    pub icon: Option<String>,
    /// Screenshots, as paths or URLs.
    pub screenshots: Option<Vec<String>>,
    /// How the server is run, or where it is.
    #[serde(default, deserialize_with = "or_default")]
    #[schemars(with = "Option<Server>")]
    pub server: Server,
    /// Where the server is, in the guide's dialect: a URL beside `server.command: "remote"`.
    #[schemars(extend("format" = "uri", "pattern" = "^[Hh][Tt][Tt][Pp][Ss]?://[^/]"))]
    #[schemars(example = &"https://mcp.linear.app/mcp")]
    pub remote_url: Option<String>,
    /// How the user logs in. Which of the four OAuth types this is follows from the manifest as a whole.
    pub oauth_config: Option<OAuthConfig>,
    /// What the desktop app needs to know about the server.
    pub archestra_config: Option<ArchestraConfig>,
    /// What the user is asked for, by key; used as `${user_config.KEY}`.
    pub user_config: Option<BTreeMap<String, UserInput>>,
    /// The category of the catalog that the server is listed in.
    #[schemars(example = &"Development", example = &"Finance")]
    pub category: Option<String>,
    /// Words to find the server with in a search.
    pub keywords: Option<Vec<String>>,
    /// The tools that the server offers.
    pub tools: Option<Vec<Tool>>,
    /// Whether it offers more tools than are listed.
    pub tools_generated: Option<bool>,
    /// The prompts that the server offers.
    pub prompts: Option<Vec<Prompt>>,
    /// Whether it offers more prompts than are listed.
    pub prompts_generated: Option<bool>,
    /// What the server runs on.
    pub compatibility: Option<Compatibility>,
    /// What the user should know or do before the server works.
    pub instructions: Option<String>,
    /// The project's README, as Markdown.
    pub readme: Option<String>,
    /// The repository that the server is developed in.
    pub github_info: Option<GithubInfo>,
    /// The language that the server is written in.
    #[schemars(example = &"TypeScript", example = &"Python")]
    pub programming_language: Option<String>,
    /// The MCP framework that the server is built on.
    pub framework: Option<String>,
    /// The quality score of the catalog's evaluation, from 0 to 100.
    #[schemars(range(min = 0, max = 100))]
    pub quality_score: Option<f64>,
    /// Which parts of the protocol the server implements.
    pub protocol_features: Option<ProtocolFeatures>,
    /// The libraries that the server depends on.
    pub dependencies: Option<Vec<Dependency>>,
    /// The dependency files of the project, as text.
    pub raw_dependencies: Option<String>,
    /// When the descriptive fields were gathered, as an RFC 3339 time.
    pub last_scraped_at: Option<String>,
    /// The model that wrote the evaluation.
    pub evaluation_model: Option<String>,
}

/// Reads a member that may be null or left out.
fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// The default of a missing name depends on the file.
fn without_default(schema: &mut Schema) {
    schema.remove("default");
}

/// Reads a whole number, which in JSON Schema may be written `8000.0`.
fn integer<'de, D, N>(deserializer: D) -> Result<Option<N>, D::Error>
where
    D: Deserializer<'de>,
    N: TryFrom<u64>,
{
    let Some(number) = Option::<serde_json::Number>::deserialize(deserializer)? else {
        return Ok(None);
    };
    let rounded = || format!("{:.0}", number.as_f64()?).parse().ok();
    let whole = number.as_u64().or_else(rounded).and_then(|whole| N::try_from(whole).ok());
    whole.map(Some).ok_or_else(|| {
        D::Error::custom(format!("{number} is not a whole number of the right size"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_number_may_be_written_with_a_fraction_of_zero() {
        let read = |port: &str| {
            let text = format!(
                r#"{{ "name": "a", "server": {{}}, "oauth_config": {{ "streamable_http_port": {port} }} }}"#
            );
            let manifest: Manifest = serde_json::from_str(&text).unwrap();
            manifest.oauth_config.unwrap().streamable_http_port
        };
        for (port, expected) in
            [("8000.0", Some(8000)), ("8e3", Some(8000)), ("8000", Some(8000)), ("null", None)]
        {
            assert_eq!(read(port), expected, "{port}");
        }
    }
}
