//! The descriptive parts of a manifest: for people, search and evaluation; nothing is compiled from them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::integer;

/// Who publishes the server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Author {
    /// A person, a company or an account.
    pub name: Option<String>,
    /// Where to write to.
    pub email: Option<String>,
    /// The author's page.
    pub url: Option<String>,
}

/// What the server runs on. Desktop clients add their own keys here, so no key is unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct Compatibility {
    /// The versions of Claude Desktop, as a range.
    pub claude_desktop: Option<String>,
    /// The operating systems.
    #[schemars(example = &["darwin", "linux", "win32"])]
    pub platforms: Option<Vec<String>>,
    /// The versions of the languages that it runs on, as ranges, by the language's name.
    pub runtimes: Option<BTreeMap<String, String>>,
}

/// A tool that the server offers.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
pub struct Tool {
    /// The name that the protocol uses.
    pub name: String,
    /// What the tool does.
    pub description: Option<String>,
}

/// A prompt that the server offers.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
pub struct Prompt {
    /// The name that the protocol uses.
    pub name: String,
    /// What the prompt is for.
    pub description: Option<String>,
    /// The names of its arguments.
    pub arguments: Option<Vec<String>>,
    /// The prompt itself.
    pub text: Option<String>,
}

/// The repository that the server is developed in.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct GithubInfo {
    /// The account.
    pub owner: Option<String>,
    /// The repository.
    pub repo: Option<String>,
    /// The repository's page.
    pub url: Option<String>,
    /// The project's name.
    pub name: Option<String>,
    /// The folder of the server inside the repository.
    pub path: Option<String>,
    /// How many people starred it.
    #[serde(default, deserialize_with = "integer")]
    #[schemars(range(max = 9_007_199_254_740_991_u64))]
    pub stars: Option<u64>,
    /// How many people contributed.
    #[serde(default, deserialize_with = "integer")]
    #[schemars(range(max = 9_007_199_254_740_991_u64))]
    pub contributors: Option<u64>,
    /// How many issues are open.
    #[serde(default, deserialize_with = "integer")]
    #[schemars(range(max = 9_007_199_254_740_991_u64))]
    pub issues: Option<u64>,
    /// Whether it publishes releases.
    pub releases: Option<bool>,
    /// Whether it is built by CI.
    pub ci_cd: Option<bool>,
    /// The commit that was evaluated.
    pub latest_commit_hash: Option<String>,
}

/// Which parts of the Model Context Protocol the server implements.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "the names are those of the keys")]
pub struct ProtocolFeatures {
    /// `tools`.
    pub implementing_tools: Option<bool>,
    /// `prompts`.
    pub implementing_prompts: Option<bool>,
    /// `resources`.
    pub implementing_resources: Option<bool>,
    /// `sampling`.
    pub implementing_sampling: Option<bool>,
    /// `roots`.
    pub implementing_roots: Option<bool>,
    /// `logging`.
    pub implementing_logging: Option<bool>,
    /// The stdio transport.
    pub implementing_stdio: Option<bool>,
    /// The streamable HTTP transport.
    pub implementing_streamable_http: Option<bool>,
    /// The authorization specification.
    pub implementing_oauth2: Option<bool>,
}

/// A library that the server depends on.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Dependency {
    /// The package.
    pub name: String,
    /// How much the server depends on it, from 1 to 10.
    #[schemars(range(min = 1, max = 10))]
    pub importance: Option<f64>,
}
