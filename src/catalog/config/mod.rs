//! `catproof.toml`: where the catalog is, how it is judged, and which findings are ignored.

mod explain;
mod read;
mod rule_ids;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::ops::Range;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeTable;

use crate::source::DEFAULT_MAX_BYTES;
use crate::source::finding::Severity;
use crate::text::profile::Profile;

pub(crate) use explain::explain;
pub use read::read;
pub(crate) use rule_ids::{NamedRule, RuleIds};

/// The name of the configuration file.
pub(crate) const FILE_NAME: &str = "catproof.toml";

/// The size limit of a configuration: room for a baseline of a hundred thousand findings.
const MAX_BYTES: u64 = 32 << 20;

#[derive(Debug, Default)]
pub(crate) struct LoadedConfig {
    pub(crate) config: Config,
    /// `None` without a configuration file.
    pub(crate) file: Option<PathBuf>,
    /// Whether the profile is the file's own, not the default.
    pub(crate) names_profile: bool,
    /// Messages for the user, such as that a rule was renamed.
    pub(crate) notices: Vec<String>,
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("the configuration `{}` cannot be read: {reason}", .path.display())]
    Unreadable { path: PathBuf, reason: String },
    #[error("the configuration `{}` cannot be used", .path.display())]
    Invalid {
        path: PathBuf,
        text: String,
        /// At least one, in the order of the text.
        problems: Vec<ConfigProblem>,
    },
}

/// One thing that is wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigProblem {
    /// The bytes of the key or value.
    pub span: Range<usize>,
    pub message: String,
    pub help: Option<String>,
}

/// Reads the named configuration, or the nearest `catproof.toml` in the working folder or above it.
pub(crate) fn load(
    named: Option<&Path>,
    working_folder: &Path,
    rules: &RuleIds,
) -> Result<LoadedConfig, ConfigError> {
    let is_there = |path: &PathBuf| match path.symlink_metadata() {
        Ok(_) => true,
        Err(error) => !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory),
    };
    // Whatever has the name counts: ignoring a broken link or a folder would ignore the policy that was meant.
    let nearest = || working_folder.ancestors().map(|folder| folder.join(FILE_NAME)).find(is_there);
    let Some(path) = named.map(|path| working_folder.join(path)).or_else(nearest) else {
        return Ok(LoadedConfig::default());
    };
    let checked = if named.is_some() { Ok(()) } else { check_is_file(&path) };
    let text = checked.and_then(|()| read_text(&path));
    let text = text.map_err(|reason| ConfigError::Unreadable { path: path.clone(), reason })?;
    of_text(path, text, rules)
}

/// Parses a configuration as if `text` were the file's content.
pub(crate) fn of_text(
    path: PathBuf,
    text: String,
    rules: &RuleIds,
) -> Result<LoadedConfig, ConfigError> {
    match read(&text, rules) {
        Ok((config, notices)) => {
            let table = DeTable::parse(&text);
            let names_profile = table.is_ok_and(|table| table.get_ref().contains_key("profile"));
            Ok(LoadedConfig { config, file: Some(path), names_profile, notices })
        }
        Err(problems) => Err(ConfigError::Invalid { path, text, problems }),
    }
}

/// Refuses what nobody named and would block or say nothing of use when read: a pipe, a folder, a broken link.
fn check_is_file(path: &Path) -> Result<(), String> {
    match path.metadata() {
        Ok(metadata) if metadata.is_file() => Ok(()),
        Ok(_) => Err("it is not a file".to_owned()),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err("it is a link to a file that does not exist".to_owned())
        }
        Err(error) => Err(crate::source::describe(&error)),
    }
}

/// The text of a configuration, which may be a symbolic link, or a pipe for `--config`.
fn read_text(path: &Path) -> Result<String, String> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| crate::source::describe(&error))?;
    match String::from_utf8(bytes) {
        Ok(text) if text.len() as u64 <= MAX_BYTES => Ok(text),
        Ok(_) => Err(format!("it is larger than {MAX_BYTES} bytes")),
        Err(_) => Err("it is not UTF-8".to_owned()),
    }
}

/// The level of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Not shown.
    Off,
    /// Shown with `--pedantic`.
    Note,
    /// Shown; fails under `--fail-on warning`.
    Warning,
    /// Shown; fails, and stops `build`.
    Error,
}

impl Level {
    /// The severity that the rule's findings get; `None` for `off`.
    pub fn severity(self) -> Option<Severity> {
        match self {
            Self::Off => None,
            Self::Note => Some(Severity::Note),
            Self::Warning => Some(Severity::Warning),
            Self::Error => Some(Severity::Error),
        }
    }
}

/// The configuration in force: `catproof.toml`, then the command line.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(title = "catproof configuration")]
pub struct Config {
    /// The folder of the production catalog, relative to this file.
    pub catalog: String,
    /// The folder of the developers' catalog, relative to this file.
    pub catalog_local: String,
    /// The folder that the artifacts are written to, relative to this file.
    pub generated: String,
    /// How the catalog is judged.
    pub profile: Profile,
    /// The size limit of a manifest, in bytes.
    pub max_file_bytes: u64,
    /// The OAuth proxy that the catalog is compiled for.
    pub proxy: ProxyConfig,
    /// Decisions that a person makes, not the catalog.
    pub policy: PolicyConfig,
    /// How old the entries of the discovery lock may get.
    pub probe: ProbeConfig,
    /// Levels of rules by id: `off`, `note`, `warning` or `error`.
    pub rules: BTreeMap<String, Level>,
    /// Findings to ignore, each with its reason.
    pub ignore: Vec<Ignore>,
    /// Other places for single artifacts, by their usual path; both relative to the folder of the artifacts.
    pub artifacts: BTreeMap<String, String>,
    /// Whether notes are shown (`--pedantic`).
    #[serde(skip)]
    pub pedantic: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            catalog: "catalog".to_owned(),
            catalog_local: "catalog_local".to_owned(),
            generated: "generated".to_owned(),
            profile: Profile::Production,
            max_file_bytes: DEFAULT_MAX_BYTES,
            proxy: ProxyConfig::default(),
            policy: PolicyConfig::default(),
            probe: ProbeConfig::default(),
            rules: BTreeMap::new(),
            ignore: Vec::new(),
            artifacts: BTreeMap::new(),
            pedantic: false,
        }
    }
}

impl Config {
    /// Whether notes of a rule can be shown.
    pub fn shows_notes(&self, rule: &str) -> bool {
        self.pedantic || self.rules.contains_key(rule)
    }

    /// All URLs in the configuration.
    pub fn urls(&self) -> Vec<&str> {
        let ProxyConfig { url, callback_urls, .. } = &self.proxy;
        let urls = url.iter().chain(callback_urls);
        urls.map(String::as_str).collect()
    }

    /// The severity of a finding under this configuration; `None` if it is not shown.
    pub fn level(&self, rule: &str, severity: Severity) -> Option<Severity> {
        let level = self.rules.get(rule);
        let severity = level.map_or(Some(severity), |level| level.severity())?;
        (self.pedantic || severity > Severity::Note).then_some(severity)
    }
}

/// The OAuth proxy that the catalog is compiled for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ProxyConfig {
    /// The allowlist that is deployed: a `providers.js` or a JSON file, relative to this file.
    pub allowlist: Option<String>,
    /// Where the proxy answers, such as `https://oauth.acme.example`: logins use the redirect URIs that are registered on
    /// its origin. Its allowlist is only read with `--online`.
    pub url: Option<String>,
    /// The callbacks that the proxy serves; the redirect URI that a proxied server uses must be one of them.
    pub callback_urls: Vec<String>,
    /// The origins whose pages may call the proxy (CORS), such as `https://app.acme.example`.
    pub cors_origins: Vec<String>,
    /// The ids of the servers whose variables also have a POSIX name: `ACME__NOTES_MCP_SECRET` beside
    /// `acme__notes-mcp_SECRET`. List a server only if no other program uses those names: what they hold is sent to the
    /// server's provider.
    pub posix_aliases: Vec<String>,
    /// Hosts that are allowed in addition to those that the catalog needs.
    pub extra_destinations: Vec<ExtraDestination>,
}

/// A host that is allowed although no server of the catalog needs it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExtraDestination {
    /// The exact host name.
    pub host: String,
    /// Why it is allowed.
    pub reason: String,
}

/// Decisions that a person makes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PolicyConfig {
    /// The only hosts that secrets may be sent to, if the list exists.
    pub approved_destinations: Option<Vec<String>>,
}

/// How old the entries of the discovery lock may get.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ProbeConfig {
    /// In days.
    pub max_age_days: u32,
}

impl Default for ProbeConfig {
    fn default() -> Self {
        Self { max_age_days: 90 }
    }
}

/// A finding that is ignored.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ignore {
    /// The rule's id.
    #[schemars(with = "String")]
    pub rule: Spanned<String>,
    /// The file, relative to this one.
    #[schemars(with = "String")]
    pub file: Spanned<String>,
    /// The JSON Pointer of the place, or of something around it; by default the whole file.
    #[schemars(with = "Option<String>")]
    pub pointer: Option<Spanned<String>>,
    /// Why it is ignored.
    #[schemars(with = "Option<String>")]
    pub reason: Option<Spanned<String>>,
    /// The last day it is ignored, `YYYY-MM-DD`.
    #[schemars(with = "Option<String>")]
    pub expires: Option<Spanned<DayText>>,
}

/// A day as written: a string or a TOML date. Whether it is a valid day is checked later.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "TextOrDate")]
pub struct DayText(pub String);

#[derive(Deserialize)]
#[serde(untagged)]
enum TextOrDate {
    Date(toml::value::Datetime),
    Text(String),
}

impl From<TextOrDate> for DayText {
    fn from(written: TextOrDate) -> Self {
        match written {
            TextOrDate::Date(date) => Self(date.to_string()),
            TextOrDate::Text(text) => Self(text),
        }
    }
}
