//! What `probe`, `check --online` and `new --online` share: asking the providers as the options say.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;

use crate::catalog::config::Level;
use crate::catalog::entry::Entry;
use crate::catalog::workspace::Workspace;
use crate::discovery::{
    self, AnswerSource, ClientOptions, DiscoveryTarget, LockEntry, Locks, Network, ProbeRun,
    Probed, Progress, Reach, Recorder, Recordings, TargetKind,
};
use crate::lint;
use crate::manifest::oauth::OAuthType;
use crate::source::{Origin, read_stream};
use crate::text::day::Day;

use super::failure::Failure;

/// How the providers are asked. Paths are absolute.
#[derive(Debug, Clone, Default)]
pub(crate) struct NetworkOptions {
    /// Recorded answers instead of the network.
    pub(crate) replay: Option<PathBuf>,
    /// Where the answers are recorded.
    pub(crate) record: Option<PathBuf>,
    pub(crate) allow_loopback: bool,
    pub(crate) http_proxy: Option<String>,
    /// More certificate authorities, as PEM.
    pub(crate) ca_file: Option<PathBuf>,
}

/// Follows the progress of a run that asks the providers.
pub(crate) trait Watcher: std::fmt::Debug {
    /// None of the named servers has anything to discover.
    fn has_nothing_to_ask(&self);
    /// The run begins, with this many servers.
    fn begins(&self, servers: usize);
    /// One more server is done.
    fn is_done(&self, progress: &Progress<'_>);
    /// The run is over, or was interrupted.
    fn ends(&self);
    /// Completes once the user interrupts the run.
    fn interrupted(&self) -> Pin<Box<dyn Future<Output = ()> + '_>>;
}

/// The source of the answers, set up by the options.
#[derive(Debug)]
pub(crate) struct Probing {
    source: AnswerSource,
    reach: Reach,
    /// The day of the run.
    pub(crate) today: Day,
}

/// A server to ask about, and which of the two locks its answers go into.
#[derive(Debug)]
pub(crate) struct AskedServer {
    pub(crate) origin: Origin,
    pub(crate) target: DiscoveryTarget,
}

impl AskedServer {
    /// Which server it is.
    pub(crate) fn server(&self) -> (Origin, &str) {
        (self.origin, &self.target.server_id)
    }
}

/// The answers, for each of the two locks.
#[derive(Debug)]
pub(crate) struct ProbeAnswers {
    catalog: Probed,
    catalog_local: Probed,
}

impl ProbeAnswers {
    fn new(asked: &[AskedServer], entries: Vec<Arc<LockEntry>>) -> Self {
        let (mut catalog, mut catalog_local) = (Vec::new(), Vec::new());
        for (AskedServer { origin, target }, entry) in asked.iter().zip(entries) {
            match origin {
                Origin::Catalog => catalog.push((target, entry)),
                Origin::CatalogLocal => catalog_local.push((target, entry)),
            }
        }
        Self { catalog: Probed::of(catalog), catalog_local: Probed::of(catalog_local) }
    }

    pub(crate) fn of(&self, origin: Origin) -> &Probed {
        match origin {
            Origin::Catalog => &self.catalog,
            Origin::CatalogLocal => &self.catalog_local,
        }
    }

    /// The locks to judge by: the answers replace what was known.
    pub(crate) fn over(self, known: &Locks) -> Locks {
        let over = |Probed { lock, endpoints }, known| {
            discovery::overlay(known, lock.servers.into_iter().chain(endpoints))
        };
        Locks {
            catalog: over(self.catalog, &known.catalog),
            catalog_local: over(self.catalog_local, &known.catalog_local),
        }
    }
}

impl Probing {
    /// Sets up the network or the recordings. Nothing is asked yet.
    pub(crate) fn new(options: &NetworkOptions, today: Day) -> Result<Self, Failure> {
        let reach = if options.allow_loopback { Reach::Loopback } else { Reach::Public };
        let source = match (&options.replay, &options.record) {
            (Some(folder), _) => AnswerSource::Replay(Recordings::open(folder)?),
            (None, Some(folder)) => {
                let network = network(options, reach)?;
                AnswerSource::Recorded(Box::new(Recorder::new(
                    network,
                    folder,
                    &today.to_string(),
                )?))
            }
            (None, None) => AnswerSource::Network(Box::new(network(options, reach)?)),
        };
        Ok(Self { source, reach, today })
    }

    /// Asks about the servers, and reports progress.
    pub(crate) fn ask(
        &self,
        asked: &[AskedServer],
        watcher: &dyn Watcher,
    ) -> Result<ProbeAnswers, Failure> {
        let targets = asked.iter().map(|asked| &asked.target);
        watcher.begins(targets.len());
        let today = self.today.to_string();
        let run = ProbeRun { today: &today, reach: self.reach };
        let tell = |progress: Progress<'_>| watcher.is_done(&progress);
        let answers = discovery::block_on(async {
            tokio::select! {
                entries = discovery::ask(targets, &self.source, run, tell) => Some(entries),
                () = watcher.interrupted() => None,
            }
        })?;
        watcher.ends();
        let entries = answers.ok_or(Failure::Interrupted)?;
        Ok(ProbeAnswers::new(asked, entries))
    }

    /// Ends the run; fails if an answer could not be recorded.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        match self.source {
            AnswerSource::Recorded(recorder) => Ok(recorder.finish()?),
            AnswerSource::Network(_) | AnswerSource::Replay(_) => Ok(()),
        }
    }
}

/// `--strict-online`: an unreachable provider is an error.
pub(crate) fn be_strict(workspace: &mut Workspace) {
    let rule = &lint::discovery::unreachable_metadata::RULE;
    let levels = &mut workspace.config.rules;
    levels.insert(rule.id.to_owned(), Level::Error);
}

/// The network client for the options.
pub(crate) fn network(options: &NetworkOptions, reach: Reach) -> Result<Network, Failure> {
    let authorities = options.ca_file.as_deref().map(read).transpose()?;
    let client = ClientOptions {
        reach,
        http_proxy: options.http_proxy.clone(),
        authorities,
        ..ClientOptions::default()
    };
    Ok(Network::new(&client)?)
}

/// The bytes of a file that an option names.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    const MOST_BYTES: u64 = 16 << 20;
    read_stream(path, MOST_BYTES)
        .map_err(|error| Failure::Unreadable { path: path.to_owned(), reason: error.to_string() })
}

/// The servers with something to discover, each id once per folder.
pub(crate) fn targets(entries: &[Entry], is_wanted: impl Fn(&Entry) -> bool) -> Vec<AskedServer> {
    let mut known = BTreeSet::new();
    let mut asked: Vec<AskedServer> = Vec::new();
    for origin in [Origin::Catalog, Origin::CatalogLocal] {
        let here = entries.iter().filter(|entry| entry.origin == origin && is_wanted(entry));
        let here = here.filter_map(target);
        asked.extend(
            here.filter(|target| known.insert((origin, target.server_id.clone())))
                .map(|target| AskedServer { origin, target }),
        );
    }
    asked
}

/// Where discovery starts for a server; `None` without an OAuth type or a URL.
fn target(entry: &Entry) -> Option<DiscoveryTarget> {
    let inputs = entry.inputs.clone();
    let (kind, urls) = match entry.oauth_type()? {
        OAuthType::Generic => (
            TargetKind::Generic {
                authorization_endpoint: inputs.server_url.clone(),
                token_endpoint: entry.token_endpoint.clone(),
            },
            [&inputs.server_url, &entry.token_endpoint],
        ),
        OAuthType::McpStatic => {
            (TargetKind::McpStatic, [&inputs.server_url, &inputs.well_known_url])
        }
        OAuthType::RemoteStatic | OAuthType::RemoteDynamic => {
            (TargetKind::Remote, [&inputs.remote_url, &None])
        }
    };
    let has_url = urls.iter().any(|url| url.is_some());
    has_url.then_some(DiscoveryTarget { server_id: entry.id.clone(), kind, inputs })
}
