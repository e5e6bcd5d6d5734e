//! The rules: what they are, which there are, and how they run.
//!
//! A rule is a static description and a plain function without I/O. It speaks in JSON Pointers and never sees byte
//! offsets, colours or the renderer.

mod documentation;
mod registry;
mod rules;
mod run;
mod strings;

use std::collections::HashMap;

use serde_json::Value;

use crate::catalog::allowlist::Allowlist;
use crate::catalog::config::Config;
use crate::catalog::entry::{self, Entry};
use crate::discovery::lock::{LockEntry, Locks};
use crate::manifest::model::{Manifest, OAuthConfig, UserInput};
use crate::manifest::oauth::{self, OAuthType};
use crate::source::finding::{Finding, Place, Severity};
use crate::source::{FileId, Origin, Pointer};
use crate::text::launch_line::{self, ContainerRun};
use crate::text::profile::Profile;
use crate::text::secrets::secret_search::{named_secrets, unnamed_secrets};

pub use registry::{NamedRule, RULES, find, resolve, says_all};
pub use rules::{discovery, launch, proxy, reading, suppressions};
pub use run::{apply_precedence, run_on_catalog, run_on_server, run_on_value};
pub use strings::{ManifestString, Slot};

/// A rule: what `explain` and `rules` show of it, and what it does.
#[derive(Debug)]
pub struct Rule {
    /// States the problem and reads after "allow". The file, the fixtures and every output use the same word.
    pub id: &'static str,
    pub group: Group,
    /// The level without configuration.
    pub level: Severity,
    pub fix: Fixable,
    /// The rule's own source file: the documentation above the rule is what `explain` prints.
    pub source: &'static str,
    pub check: Check,
}

impl Rule {
    /// A finding of this rule, at its own level.
    pub fn at(&self, place: Place, message: impl Into<String>) -> Finding {
        Finding {
            place: Some(place),
            ..self.nowhere(message)
        }
    }

    /// A finding about what is in no file.
    pub fn nowhere(&self, message: impl Into<String>) -> Finding {
        Finding {
            rule: self.id,
            severity: self.level,
            message: message.into(),
            help: None,
            place: None,
            related: Vec::new(),
            fix: None,
        }
    }

    /// The Markdown above the rule: what it does, why, an example.
    pub fn documentation(&self) -> String {
        documentation::harvest(self.source)
    }

    /// The first sentence of the documentation, for tables.
    pub fn summary(&self) -> String {
        documentation::summary(&self.documentation())
    }
}

/// The room that a rule stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    Reading,
    Identity,
    OAuth,
    Tokens,
    Proxy,
    Launch,
    Secrets,
    Discovery,
    Suppressions,
}

impl Group {
    /// The folder of its rules, and the word in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Identity => "identity",
            Self::OAuth => "oauth",
            Self::Tokens => "tokens",
            Self::Proxy => "proxy",
            Self::Launch => "launch",
            Self::Secrets => "secrets",
            Self::Discovery => "discovery",
            Self::Suppressions => "suppressions",
        }
    }
}

/// Whether `--fix` repairs what the rule finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fixable {
    No,
    /// `--fix`.
    Safe,
    /// `--unsafe-fixes`.
    Risky,
}

/// What a rule looks at, and with what.
#[derive(Debug)]
pub enum Check {
    /// The raw JSON value: runs for every file that is JSON, even if it is no manifest.
    Value(fn(&RawSubject<'_>, &mut Findings)),
    /// One server that was read and classified.
    Server(fn(&Subject<'_>, &mut Findings)),
    /// The whole catalog, for what no single file shows.
    Catalog(fn(&CatalogSubject<'_>, &mut Findings)),
    /// Nothing: an earlier or later stage of the line finds it, and only describes it here.
    Stage,
}

/// What every rule may know.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    pub config: &'a Config,
    pub locks: Option<&'a Locks>,
}

/// A file that is JSON, as the rules of Identity and Secrets see it.
#[derive(Debug, Clone, Copy)]
pub struct RawSubject<'a> {
    pub file: FileId,
    pub origin: Origin,
    /// The file's name without `.json`.
    pub stem: &'a str,
    /// The whole file.
    pub text: &'a str,
    pub value: &'a Value,
    pub context: Context<'a>,
}

impl RawSubject<'_> {
    pub fn key(&self, pointer: impl Into<Pointer>) -> Place {
        Place::key(self.file, pointer)
    }

    pub fn value_at(&self, pointer: impl Into<Pointer>) -> Place {
        Place::value(self.file, pointer)
    }
}

/// One server, as a rule sees it.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    pub entry: &'a Entry,
    pub manifest: &'a Manifest,
    /// What discovery recorded for exactly this manifest's URLs.
    pub lock: Option<&'a LockEntry>,
    pub context: Context<'a>,
}

impl<'a> Subject<'a> {
    /// The key of a member, such as `/oauth_config/client_id`.
    pub fn key(&self, pointer: impl Into<Pointer>) -> Place {
        Place::key(self.entry.file, pointer)
    }

    /// A value, such as `/oauth_config/scopes/0`.
    pub fn value_at(&self, pointer: impl Into<Pointer>) -> Place {
        Place::value(self.entry.file, pointer)
    }

    /// `oauth_config` with the server's type; nothing while the type is undetermined.
    pub fn oauth(&self) -> Option<(&'a OAuthConfig, OAuthType)> {
        Some((
            self.manifest.oauth_config.as_ref()?,
            self.entry.oauth_type()?,
        ))
    }

    /// `client_id` where it is written, else the key of the `oauth_config` that lacks it.
    pub fn client_id_place(&self) -> Place {
        let oauth = self.manifest.oauth_config.as_ref();
        match oauth.and_then(|oauth| oauth.client_id.as_ref()) {
            Some(_) => self.value_at("/oauth_config/client_id"),
            None => self.key("/oauth_config"),
        }
    }

    /// The redirect URIs, each with its place.
    pub fn redirect_uris(&self) -> impl Iterator<Item = (Place, &'a str)> {
        let list = Pointer::from("/oauth_config/redirect_uris");
        let oauth = self.manifest.oauth_config.as_ref();
        let uris = oauth.and_then(|oauth| oauth.redirect_uris.as_deref());
        let uris = uris.unwrap_or_default().iter().enumerate();
        let file = self.entry.file;
        uris.map(move |(index, uri)| (Place::value(file, list.index(index)), uri.as_str()))
    }

    /// What `archestra_config.oauth.required` says about a login, where it says something.
    pub fn requires_login(&self) -> Option<bool> {
        let config = self.manifest.archestra_config.as_ref()?;
        config.oauth.as_ref()?.required
    }

    /// Every URL of the manifest that is asked for something, with its pointer: `server.url`, `remote_url`, and the URL
    /// fields of `oauth_config`. Redirect URIs are not asked, they are come back to.
    pub fn urls(&self) -> Vec<(&'static str, &'a str)> {
        let oauth = self.manifest.oauth_config.as_ref();
        let of_oauth = |field: fn(&OAuthConfig) -> &Option<String>| {
            oauth.and_then(|oauth| field(oauth).as_deref())
        };
        let all = [
            ("/server/url", self.manifest.server.url.as_deref()),
            ("/remote_url", self.manifest.remote_url.as_deref()),
            (
                "/oauth_config/server_url",
                of_oauth(|oauth| &oauth.server_url),
            ),
            (
                "/oauth_config/auth_server_url",
                of_oauth(|oauth| &oauth.auth_server_url),
            ),
            (
                "/oauth_config/resource_metadata_url",
                of_oauth(|oauth| &oauth.resource_metadata_url),
            ),
            (
                "/oauth_config/well_known_url",
                of_oauth(|oauth| &oauth.well_known_url),
            ),
            (
                "/oauth_config/token_endpoint",
                of_oauth(|oauth| &oauth.token_endpoint),
            ),
            (
                "/oauth_config/streamable_http_url",
                of_oauth(|oauth| &oauth.streamable_http_url),
            ),
        ];
        all.into_iter()
            .filter_map(|(pointer, url)| Some((pointer, url?)))
            .collect()
    }

    /// Whether the server is judged as under development, where loopback and tunnels are sound.
    pub fn is_development(&self) -> bool {
        self.entry.origin == Origin::CatalogLocal
            || self.context.config.profile == Profile::Development
    }

    /// Whether the entry claims to work in the desktop app.
    pub fn claims_to_work(&self) -> bool {
        self.manifest
            .archestra_config
            .as_ref()
            .is_some_and(|config| config.works_in_archestra == Some(true))
    }

    /// How bad it is that the server cannot be launched: advice, unless the entry claims to work.
    pub fn severity_of_claim(&self) -> Severity {
        match self.claims_to_work() {
            true => Severity::Warning,
            false => Severity::Note,
        }
    }

    /// Whether the server is started on the user's machine.
    pub fn is_local(&self) -> bool {
        !oauth::is_remote(self.manifest)
    }

    /// The command, the arguments, the image and the values of the environment: what the app starts the server with.
    pub fn server_strings(&self) -> Vec<ManifestString<'a>> {
        strings::server_strings(&self.manifest.server)
    }

    /// The command, without blanks around it.
    pub fn command(&self) -> Option<&'a str> {
        self.manifest.server.command.as_deref().map(str::trim)
    }

    pub fn args(&self) -> &'a [String] {
        self.manifest.server.args.as_deref().unwrap_or_default()
    }

    /// The container that the server runs in, where the command line says so.
    pub fn container_run(&self) -> Option<ContainerRun<'a>> {
        let image = self.manifest.server.docker_image.as_deref();
        launch_line::container_run(self.command()?, self.args(), image)
    }

    /// What the user is asked for, by key.
    pub fn user_inputs(&self) -> impl Iterator<Item = (&'a str, &'a UserInput)> + use<'a> {
        let inputs = self.manifest.user_config.iter().flatten();
        inputs.map(|(key, input)| (key.as_str(), input))
    }

    /// What the user is asked for under a key.
    pub fn user_input(&self, key: &str) -> Option<&'a UserInput> {
        self.manifest.user_config.as_ref()?.get(key)
    }

    /// The variable that the token is put into, where the manifest names one.
    pub fn token_env_var(&self) -> Option<&'a str> {
        self.manifest.oauth_config.as_ref()?.token_env_var()
    }

    /// The contents of the files that are put into the container.
    pub fn injected_files(&self) -> Vec<ManifestString<'a>> {
        strings::injected_files(&self.manifest.server)
    }
}

/// The whole catalog, as a cross-file rule sees it.
#[derive(Debug, Clone, Copy)]
pub struct CatalogSubject<'a> {
    /// Sorted by id; both folders.
    pub entries: &'a [Entry],
    /// The allowlist in force; `None` where there is none to check.
    pub allowlist: Option<&'a Allowlist>,
    pub context: Context<'a>,
}

impl<'a> CatalogSubject<'a> {
    /// The entries that the profile compiles: a developer's server takes the place of the one that it hides.
    pub fn effective_entries(&self) -> impl Iterator<Item = &'a Entry> {
        entry::effective(self.entries, self.context.config.profile)
    }

    /// The developers' servers that have the id of one in the catalog, each with the one that it hides.
    pub fn shadows(&self) -> impl Iterator<Item = (&'a Entry, &'a Entry)> {
        let by_id = |entry: &'a Entry| (entry.id.as_str(), entry);
        let published: HashMap<_, _> = self.named_entries(Origin::Catalog).map(by_id).collect();
        self.named_entries(Origin::CatalogLocal)
            .filter_map(move |local| Some((local, *published.get(local.id.as_str())?)))
    }

    fn named_entries(&self, origin: Origin) -> impl Iterator<Item = &'a Entry> + use<'a> {
        let entries = self.entries.iter();
        entries.filter(move |entry| entry.is_named && entry.origin == origin)
    }
}

/// What the rules found, and what must not be shown.
#[derive(Debug, Default)]
pub struct Findings {
    pub list: Vec<Finding>,
    /// Secrets that stand in the files; every output masks them.
    pub secrets: Vec<String>,
    /// The URLs and keys of the files, which output shows even where one is a secret's double.
    pub names: Vec<String>,
    /// Whether a secret makes its server unfit to be compiled.
    pub holds_secret: bool,
}

impl Findings {
    pub fn push(&mut self, finding: Finding) {
        self.list.push(finding);
    }

    /// Has a secret masked in all output of the run, and its server left out of every artifact.
    pub fn mask(&mut self, secret: &str) {
        self.hide(secret);
        self.holds_secret = true;
    }

    /// Has a value masked in all output of the run; its server is compiled all the same.
    pub fn hide(&mut self, value: &str) {
        self.secrets.push(value.to_owned());
    }

    /// Hides whatever looks like a credential in a text that no rule reads, but that a finding may show a part of.
    pub fn hide_credentials(&mut self, text: &str) {
        self.secrets.append(&mut unnamed_secrets(text));
    }

    /// Hides what stands behind the name of a credential too: in a file that is not what it should be, so that the rules
    /// look for it in vain.
    pub fn hide_named_credentials(&mut self, text: &str) {
        self.secrets.append(&mut named_secrets(text));
    }

    /// Hides whatever looks like a credential in what is said so far: a message may quote the configuration or the lock,
    /// which no rule of Secrets reads.
    pub fn hide_credentials_of_messages(&mut self) {
        for finding in &self.list {
            let texts = [Some(finding.message.as_str()), finding.help.as_deref()];
            let secrets = texts.into_iter().flatten().flat_map(unnamed_secrets);
            self.secrets.extend(secrets);
        }
    }

    pub fn append(&mut self, mut other: Self) {
        self.list.append(&mut other.list);
        self.secrets.append(&mut other.secrets);
        self.names.append(&mut other.names);
        self.holds_secret |= other.holds_secret;
    }
}
