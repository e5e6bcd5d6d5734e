//! What `probe`, `check --online` and `new --online` share: from the options to what the providers answer.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use crate::catalog::config::Level;
use crate::catalog::entry::Entry;
use crate::catalog::workspace::{self, Workspace};
use crate::cli::args::NetworkArgs;
use crate::cli::console::Console;
use crate::discovery::{
    self, LockEntry, Locks, Manners, Network, Probed, Progress, Reach, Recorder, Recordings, Run,
    Source, Target, TargetKind,
};
use crate::lint;
use crate::manifest::oauth::OAuthType;
use crate::pipeline::Judged;
use crate::source::finding::Finding;
use crate::source::{Origin, Sources, read_stream};
use crate::text::day::Day;
use crate::text::visible::visible;

use super::Failure;
use super::lock_files::LockFile;

/// The source of the answers, set up by the options.
#[derive(Debug)]
pub(super) struct Probing {
    source: Source,
    reach: Reach,
    /// The day of the run.
    pub today: Day,
}

/// A server to ask about, and which of the two locks its answers go into.
#[derive(Debug)]
pub(super) struct Asked {
    pub origin: Origin,
    pub target: Target,
}

impl Asked {
    /// Which server it is.
    pub(super) fn server(&self) -> (Origin, &str) {
        (self.origin, &self.target.server_id)
    }
}

/// What was learned, for each of the two locks.
#[derive(Debug)]
pub(super) struct Answers {
    catalog: Probed,
    catalog_local: Probed,
}

impl Answers {
    fn new(asked: &[Asked], entries: Vec<Arc<LockEntry>>) -> Self {
        let (mut catalog, mut catalog_local) = (Vec::new(), Vec::new());
        for (Asked { origin, target }, entry) in asked.iter().zip(entries) {
            match origin {
                Origin::Catalog => catalog.push((target, entry)),
                Origin::CatalogLocal => catalog_local.push((target, entry)),
            }
        }
        Self {
            catalog: Probed::of(catalog),
            catalog_local: Probed::of(catalog_local),
        }
    }

    pub(super) fn of(&self, origin: Origin) -> &Probed {
        match origin {
            Origin::Catalog => &self.catalog,
            Origin::CatalogLocal => &self.catalog_local,
        }
    }

    /// The locks to judge by: what was learned in the place of what was known.
    pub(super) fn over(self, known: &Locks) -> Locks {
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
    /// Sets up the network, or the recordings in its place. Nothing is asked yet.
    pub(super) fn new(args: &NetworkArgs, today: Day, console: &Console) -> Result<Self, Failure> {
        let reach = match args.allow_loopback {
            true => Reach::Loopback,
            false => Reach::Public,
        };
        let source = match (&args.replay, &args.record) {
            (Some(folder), _) => Source::Replay(Recordings::open(&console.at(folder))?),
            (None, Some(folder)) => {
                let network = network(args, reach, console)?;
                Source::Recorded(Box::new(Recorder::new(
                    network,
                    &console.at(folder),
                    &today.to_string(),
                )?))
            }
            (None, None) => Source::Network(Box::new(network(args, reach, console)?)),
        };
        Ok(Self {
            source,
            reach,
            today,
        })
    }

    /// Asks about the servers, and tells on standard error how far it is. Ctrl-C ends it.
    pub(super) fn ask(&self, asked: &[Asked], console: &Console) -> Result<Answers, Failure> {
        let targets = asked.iter().map(|asked| &asked.target);
        let bar = console.progress_bar(targets.len());
        let today = self.today.to_string();
        let run = Run {
            today: &today,
            reach: self.reach,
        };
        let tell = |progress: Progress<'_>| match &bar {
            Some(bar) => {
                bar.set_message(visible(progress.server_id).into_owned());
                bar.inc(1);
            }
            None => console.say(&visible(&told(progress))),
        };
        let answers = discovery::block_on(async {
            tokio::select! {
                entries = discovery::ask(targets, &self.source, run, tell) => Some(entries),
                () = console.interrupted() => None,
            }
        })?;
        if let Some(bar) = bar {
            bar.finish_and_clear();
        }
        let entries = answers.ok_or(Failure::Interrupted)?;
        Ok(Answers::new(asked, entries))
    }

    /// Ends the run: fails where an answer could not be recorded.
    pub(super) fn finish(self) -> Result<(), Failure> {
        match self.source {
            Source::Recorded(recorder) => Ok(recorder.finish()?),
            Source::Network(_) | Source::Replay(_) => Ok(()),
        }
    }
}

/// A run that asks before it judges.
#[derive(Debug)]
pub(super) struct Online<'a> {
    pub probing: Probing,
    pub console: &'a Console,
}

impl Online<'_> {
    /// Asks about the named servers. Gives the locks to judge with, and what is out of date in those on the disk.
    pub(super) fn ask(
        &self,
        workspace: &Workspace,
        target: &workspace::Target,
        unasked: &Judged,
        sources: &mut Sources,
    ) -> Result<(Locks, Vec<Finding>), Failure> {
        let asked = targets(unasked, |entry| {
            let file = sources.file(entry.file);
            file.is_some_and(|file| target.selection.names(&file.path))
        });
        if asked.is_empty() {
            self.console
                .say("nothing was asked: no server here has anything to discover");
        }
        let answers = self.probing.ask(&asked, self.console)?;

        let folders = &target.folders;
        let mut read = |origin| LockFile::read(workspace, folders, origin, sources);
        let (catalog, catalog_local) = (read(Origin::Catalog)?, read(Origin::CatalogLocal)?);
        let (today, config) = (self.probing.today, &workspace.config.probe);
        let outdated = [&catalog, &catalog_local]
            .into_iter()
            .flat_map(|file| file.outdated(&answers, &asked, unasked, today, config))
            .collect();
        let known = Locks {
            catalog: catalog.lock,
            catalog_local: catalog_local.lock,
        };
        Ok((answers.over(&known), outdated))
    }
}

/// `--strict-online`: what cannot be reached is as bad as what is wrong.
pub(super) fn be_strict(workspace: &mut Workspace) {
    let rule = &lint::discovery::unreachable_metadata::RULE;
    let levels = &mut workspace.config.rules;
    levels.insert(rule.id.to_owned(), Level::Error);
}

/// The network with the manners of the options.
pub(super) fn network(
    args: &NetworkArgs,
    reach: Reach,
    console: &Console,
) -> Result<Network, Failure> {
    let authorities = args.ca_file.as_deref();
    let authorities = authorities
        .map(|path| read(&console.at(path)))
        .transpose()?;
    let manners = Manners {
        reach,
        http_proxy: args.http_proxy.clone(),
        authorities,
        ..Manners::default()
    };
    Ok(Network::new(&manners)?)
}

/// The bytes of a file that an option names.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    const MOST_BYTES: u64 = 16 << 20;
    read_stream(path, MOST_BYTES).map_err(|error| Failure::Unreadable {
        path: path.to_owned(),
        reason: error.to_string(),
    })
}

/// The servers that there is something to ask about, in each folder each id once.
pub(super) fn targets(judged: &Judged, is_wanted: impl Fn(&Entry) -> bool) -> Vec<Asked> {
    let mut known = BTreeSet::new();
    let mut asked: Vec<Asked> = Vec::new();
    for origin in [Origin::Catalog, Origin::CatalogLocal] {
        let entries = judged.entries.iter();
        let entries = entries.filter(|entry| entry.origin == origin && is_wanted(entry));
        let here = entries.filter_map(target);
        asked.extend(
            here.filter(|target| known.insert((origin, target.server_id.clone())))
                .map(|target| Asked { origin, target }),
        );
    }
    asked
}

/// Where discovery starts for a server; nothing for one without an OAuth type or without a URL to ask.
fn target(entry: &Entry) -> Option<Target> {
    let inputs = entry.inputs.clone();
    let (kind, urls) = match entry.oauth_type()? {
        OAuthType::Generic => (
            TargetKind::Generic {
                authorization_endpoint: inputs.server_url.clone(),
                token_endpoint: entry.token_endpoint.clone(),
            },
            [&inputs.server_url, &entry.token_endpoint],
        ),
        OAuthType::McpStatic => (
            TargetKind::McpStatic,
            [&inputs.server_url, &inputs.well_known_url],
        ),
        OAuthType::RemoteStatic | OAuthType::RemoteDynamic => {
            (TargetKind::Remote, [&inputs.remote_url, &None])
        }
    };
    let has_url = urls.iter().any(|url| url.is_some());
    has_url.then_some(Target {
        server_id: entry.id.clone(),
        kind,
        inputs,
    })
}

/// One server that is done, in a line.
fn told(progress: Progress<'_>) -> String {
    let Progress {
        done,
        total,
        server_id,
        entry,
    } = progress;
    format!("{done}/{total} {server_id}: {}", learned(entry))
}

/// What came of a server, in a few words.
fn learned(entry: &LockEntry) -> String {
    let rules: BTreeSet<&str> = entry
        .problems
        .iter()
        .map(|problem| problem.rule.as_str())
        .collect();
    match (&entry.issuer, &entry.authorization_server) {
        _ if !rules.is_empty() => rules.into_iter().collect::<Vec<_>>().join(", "),
        (Some(issuer), Some(_)) => issuer.clone(),
        _ if entry.reconstructed => "its authorization server is not stated".to_owned(),
        _ => "its endpoints exist".to_owned(),
    }
}
