//! What a rule is given to check: one type for each kind of check.

use std::collections::HashMap;

use serde_json::Value;

use crate::catalog::allowlist::{Allowlist, Unreadable};
use crate::catalog::config::{Config, Ignore};
use crate::catalog::entry::{self, Entry};
use crate::discovery::lock::{Lock, LockEntry, Locks};
use crate::discovery::{Drift, Stale, UnreadableLock};
use crate::manifest::model::{Manifest, OAuthConfig, UserInput};
use crate::manifest::oauth::{self, OAuthType};
use crate::manifest::validate::Validated;
use crate::source::finding::{Place, Severity};
use crate::source::parse::{Parsed, SyntaxError};
use crate::source::{FileId, Origin, Pointer, ReadError};
use crate::text::launch_line::{self, ContainerRun};
use crate::text::profile::Profile;

use super::{ManifestString, Slot};

/// What every rule has access to.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    pub config: &'a Config,
    pub locks: Option<&'a Locks>,
}

/// A file as it was read.
#[derive(Debug, Clone, Copy)]
pub struct TextSubject<'a> {
    pub file: FileId,
    pub content: FileContent<'a>,
}

/// The outcome of reading a file.
#[derive(Debug, Clone, Copy)]
pub enum FileContent<'a> {
    /// The file could not be read as text.
    Unread(&'a ReadError),
    /// The text is not JSON.
    NotJson(&'a SyntaxError),
    Json {
        text: &'a str,
        parsed: &'a Parsed,
    },
}

/// A JSON value, and its violations of the manifest schema.
#[derive(Debug, Clone, Copy)]
pub struct SchemaSubject<'a> {
    pub file: FileId,
    /// Whether the file has to be a manifest.
    pub is_expected: bool,
    pub validated: &'a Validated,
}

/// A JSON file before it is parsed as a manifest, for the rules of Identity and Secrets.
#[derive(Debug, Clone, Copy)]
pub struct RawSubject<'a> {
    pub file: FileId,
    /// The file's name without `.json`.
    pub stem: &'a str,
    /// The whole file.
    pub text: &'a str,
    pub value: &'a Value,
}

impl RawSubject<'_> {
    pub fn key(&self, pointer: impl Into<Pointer>) -> Place {
        Place::key(self.file, pointer)
    }

    pub fn value_at(&self, pointer: impl Into<Pointer>) -> Place {
        Place::value(self.file, pointer)
    }
}

/// One server.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    pub entry: &'a Entry,
    pub manifest: &'a Manifest,
    /// What discovery recorded for exactly this manifest's URLs.
    pub lock: Option<&'a LockEntry>,
    /// The whole file.
    pub text: &'a str,
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

    /// `oauth_config` with the server's type; `None` while the type is undetermined.
    pub fn oauth(&self) -> Option<(&'a OAuthConfig, OAuthType)> {
        Some((self.manifest.oauth_config.as_ref()?, self.entry.oauth_type()?))
    }

    /// `client_id`, or the key of the `oauth_config` that lacks one.
    pub fn client_id_place(&self) -> Place {
        let oauth = self.manifest.oauth_config.as_ref();
        match oauth.and_then(|oauth| oauth.client_id.as_ref()) {
            Some(_) => self.value_at("/oauth_config/client_id"),
            None => self.key("/oauth_config"),
        }
    }

    /// The redirect URIs, each with its place.
    pub fn redirect_uris(&self) -> impl Iterator<Item = (Place, &'a str)> + use<'a> {
        self.oauth_list("redirect_uris", |oauth| &oauth.redirect_uris)
    }

    /// The redirect URI in use, with its place.
    pub fn redirect_uri_in_use(&self) -> Option<(Place, &'a str)> {
        let in_use = self.entry.redirect_uri.as_deref();
        self.redirect_uris().find(|(_, uri)| Some(*uri) == in_use)
    }

    /// The scopes, each with its place.
    pub fn scopes(&self) -> impl Iterator<Item = (Place, &'a str)> + use<'a> {
        self.oauth_list("scopes", |oauth| &oauth.scopes)
    }

    fn oauth_list(
        &self,
        key: &str,
        list: fn(&OAuthConfig) -> &Option<Vec<String>>,
    ) -> impl Iterator<Item = (Place, &'a str)> + use<'a> {
        let pointer = Pointer::from("/oauth_config").key(key);
        let items = self.manifest.oauth_config.iter().flat_map(list).flatten().enumerate();
        let file = self.entry.file;
        items.map(move |(index, item)| (Place::value(file, pointer.index(index)), item.as_str()))
    }

    /// `archestra_config.oauth.required`.
    pub fn requires_login(&self) -> Option<bool> {
        let config = self.manifest.archestra_config.as_ref()?;
        config.oauth.as_ref()?.required
    }

    /// Every URL that the manifest has requests sent to, with its pointer: `server.url`, `remote_url`, and the URL fields
    /// of `oauth_config`. No request is sent to a redirect URI.
    pub fn urls(&self) -> Vec<(&'static str, &'a str)> {
        let oauth = self.manifest.oauth_config.as_ref();
        let of_oauth = |field: fn(&OAuthConfig) -> &Option<String>| {
            oauth.and_then(|oauth| field(oauth).as_deref())
        };
        let all = [
            ("/server/url", self.manifest.server.url.as_deref()),
            ("/remote_url", self.manifest.remote_url.as_deref()),
            ("/oauth_config/server_url", of_oauth(|oauth| &oauth.server_url)),
            ("/oauth_config/auth_server_url", of_oauth(|oauth| &oauth.auth_server_url)),
            ("/oauth_config/resource_metadata_url", of_oauth(|oauth| &oauth.resource_metadata_url)),
            ("/oauth_config/well_known_url", of_oauth(|oauth| &oauth.well_known_url)),
            ("/oauth_config/token_endpoint", of_oauth(|oauth| &oauth.token_endpoint)),
            ("/oauth_config/streamable_http_url", of_oauth(|oauth| &oauth.streamable_http_url)),
        ];
        all.into_iter().filter_map(|(pointer, url)| Some((pointer, url?))).collect()
    }

    /// Whether the development profile applies to the server, which allows loopback and tunnels.
    pub fn is_development(&self) -> bool {
        self.entry.origin == Origin::CatalogLocal
            || self.context.config.profile == Profile::Development
    }

    /// Whether the manifest says `works_in_archestra: true`.
    pub fn claims_to_work(&self) -> bool {
        self.manifest
            .archestra_config
            .as_ref()
            .is_some_and(|config| config.works_in_archestra == Some(true))
    }

    /// The severity of a launch problem: a warning if the manifest says `works_in_archestra: true`, otherwise a note.
    pub fn launch_problem_severity(&self) -> Severity {
        if self.claims_to_work() { Severity::Warning } else { Severity::Note }
    }

    /// Whether the server runs on the user's machine.
    pub fn is_local(&self) -> bool {
        !oauth::is_remote(self.manifest)
    }

    /// What the app starts the server with: the command, the arguments, the image and the values of the environment.
    pub fn server_strings(&self) -> Vec<ManifestString<'a>> {
        let server = &self.manifest.server;
        let command = server.command.iter().map(|text| ManifestString::new(Slot::Command, text));
        let args = server.args.iter().flatten().enumerate();
        let args = args.map(|(index, text)| ManifestString::new(Slot::Argument(index), text));
        // An image on the command line is run instead of the one in the field.
        let named = self.container_run().and_then(|run| run.image);
        let image = server.docker_image.iter().filter(|_| named.is_none());
        let image = image.map(|text| ManifestString::new(Slot::DockerImage, text));
        let env = server.env.iter().flatten();
        let env = env.map(|(key, text)| ManifestString::new(Slot::Env(key), text));
        command.chain(args).chain(image).chain(env).collect()
    }

    /// The command, trimmed.
    pub fn command(&self) -> Option<&'a str> {
        self.manifest.server.command.as_deref().map(str::trim)
    }

    pub fn args(&self) -> &'a [String] {
        self.manifest.server.args.as_deref().unwrap_or_default()
    }

    /// The container that the command line runs the server in, if it does.
    pub fn container_run(&self) -> Option<ContainerRun<'a>> {
        let image = self.manifest.server.docker_image.as_deref();
        launch_line::container_run(self.command()?, self.args(), image)
    }

    /// The members of `user_config`.
    pub fn user_inputs(&self) -> impl Iterator<Item = (&'a str, &'a UserInput)> + use<'a> {
        let inputs = self.manifest.user_config.iter().flatten();
        inputs.map(|(key, input)| (key.as_str(), input))
    }

    /// The member of `user_config` with this key.
    pub fn user_input(&self, key: &str) -> Option<&'a UserInput> {
        self.manifest.user_config.as_ref()?.get(key)
    }

    /// `oauth_config.access_token_env_var`, the variable that receives the token.
    pub fn token_env_var(&self) -> Option<&'a str> {
        self.manifest.oauth_config.as_ref()?.token_env_var()
    }

    /// The contents of `inject_file`.
    pub fn injected_files(&self) -> Vec<ManifestString<'a>> {
        let files = self.manifest.server.inject_file.iter().flatten();
        files.map(|(path, text)| ManifestString::new(Slot::InjectedFile(path), text)).collect()
    }
}

/// The whole catalog.
#[derive(Debug, Clone, Copy)]
pub struct CatalogSubject<'a> {
    /// The servers of both folders, sorted by id.
    pub entries: &'a [Entry],
    /// The allowlist in force; `None` where there is none to check.
    pub allowlist: Option<&'a Allowlist>,
    pub context: Context<'a>,
}

impl<'a> CatalogSubject<'a> {
    /// The entries that the profile compiles: a developer's server replaces the one that it shadows.
    pub fn effective_entries(&self) -> impl Iterator<Item = &'a Entry> {
        entry::effective(self.entries, self.context.config.profile)
    }

    /// The developers' servers that share an id with the catalog, each with the server that it shadows.
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

/// One of the two discovery locks.
#[derive(Debug, Clone, Copy)]
pub struct LockSubject<'a> {
    pub file: FileId,
    pub state: LockState<'a>,
}

/// What is known about a lock.
#[derive(Debug, Clone, Copy)]
pub enum LockState<'a> {
    /// It cannot be read.
    Unreadable(&'a UnreadableLock),
    /// It was compared with what the providers answer now.
    Compared(&'a ComparedLock<'a>),
}

/// A lock compared with what the providers answer now.
#[derive(Debug)]
pub struct ComparedLock<'a> {
    pub lock: &'a Lock,
    /// The servers that this lock covers, by id.
    pub entries: HashMap<&'a str, &'a Entry>,
    /// What differs.
    pub changes: Vec<Drift>,
    /// The entries that are too old.
    pub stale: Vec<Stale>,
    /// The greatest age of an entry, in days.
    pub most_days: u32,
}

impl LockSubject<'_> {
    /// The key of a server's entry.
    pub fn entry_place(&self, server_id: &str) -> Place {
        Place::key(self.file, Pointer::from("/servers").key(server_id))
    }
}

/// An allowlist that cannot be read.
#[derive(Debug, Clone, Copy)]
pub struct AllowlistSubject<'a> {
    pub file: FileId,
    pub unreadable: &'a Unreadable,
}

/// One ignore, once all findings are known.
#[derive(Debug, Clone, Copy)]
pub struct IgnoreSubject<'a> {
    /// The configuration file.
    pub file: FileId,
    pub ignore: &'a Ignore,
    pub is_expired: bool,
    /// Whether it suppresses a finding.
    pub is_used: bool,
}
