//! What `probe`, `check --online` and `new --online` share: from the options to what the providers answer.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::NetworkArgs;
use crate::config::{Level, ProbeConfig, Profile};
use crate::console::Console;
use crate::entry::{self, Entry};
use crate::finding::{Finding, Place};
use crate::lint::discovery;
use crate::model::Manifest;
use crate::oauth::OAuthType;
use crate::pipeline::Judged;
use crate::probe::{
    self, Day, Lock, LockEntry, Manners, Network, Probed, Progress, Reach, Recorder, Recordings,
    Run, Source, Target, TargetKind,
};
use crate::source::{FileId, Folders, Origin, Pointer, Sources, describe};
use crate::workspace::{self, Workspace};

use super::Failure;

/// The source of the answers, set up by the options.
#[derive(Debug)]
pub(super) struct Probing {
    source: Source,
    reach: Reach,
    today: String,
}

/// A server to ask about, and which of the two locks its answers go into.
#[derive(Debug)]
pub(super) struct Asked {
    pub origin: Origin,
    pub target: Target,
}

/// One of the two locks of a catalog: that of its servers, or that of the developers' servers.
#[derive(Debug)]
pub(super) struct LockFile {
    pub origin: Origin,
    pub path: PathBuf,
    pub file: FileId,
    /// What stands in it; nothing where there is no such file.
    pub lock: Option<Lock>,
}

impl Asked {
    /// Whether this is the server of an entry.
    pub(super) fn is_about(&self, entry: &Entry) -> bool {
        self.origin == entry.origin && self.target.server_id == entry.id
    }
}

impl LockFile {
    /// The entry of a server.
    pub(super) fn place_of(&self, server_id: &str) -> Place {
        Place::key(self.file, Pointer::from("/servers").key(server_id))
    }

    /// The lock of a folder of servers, as it is.
    pub(super) fn read(
        workspace: &Workspace,
        folders: &Folders,
        origin: Origin,
        sources: &mut Sources,
    ) -> Result<Self, Failure> {
        let mut unread = Self::unread(workspace, folders, origin, sources);
        unread.lock = read_lock(&unread.path)?;
        Ok(unread)
    }

    /// The same, whatever stands in it.
    pub(super) fn unread(
        workspace: &Workspace,
        folders: &Folders,
        origin: Origin,
        sources: &mut Sources,
    ) -> Self {
        let path = workspace.lock_path(folders, origin);
        Self {
            origin,
            file: sources.add(path.clone(), &workspace.working_folder),
            path,
            lock: None,
        }
    }
}

impl Probing {
    /// Sets up the network, or the recordings in its place. Nothing is asked yet.
    pub(super) fn new(args: &NetworkArgs, today: Day) -> Result<Self, Failure> {
        let reach = match args.allow_loopback {
            true => Reach::Loopback,
            false => Reach::Public,
        };
        let today = today.to_string();
        let source = match (&args.replay, &args.record) {
            (Some(folder), _) => Source::Replay(Recordings::open(folder)?),
            (None, Some(folder)) => {
                let network = network(args, reach)?;
                Source::Recorded(Box::new(Recorder::new(network, folder, &today)?))
            }
            (None, None) => Source::Network(Box::new(network(args, reach)?)),
        };
        Ok(Self {
            source,
            reach,
            today,
        })
    }

    /// Asks about the servers, and tells on standard error how far it is. Ctrl-C ends it.
    pub(super) fn ask(&self, targets: &[Target], console: &Console) -> Result<Probed, Failure> {
        let bar = console.progress_bar(targets.len());
        let run = Run {
            today: &self.today,
            reach: self.reach,
        };
        let tell = |progress: Progress<'_>| match &bar {
            Some(bar) => bar.inc(1),
            None => console.say(&told(progress)),
        };
        let answers = probe::block_on(async {
            tokio::select! {
                probed = probe::probe(targets, &self.source, run, tell) => Some(probed),
                _ = tokio::signal::ctrl_c() => None,
            }
        })?;
        if let Some(bar) = bar {
            bar.finish_and_clear();
        }
        answers.ok_or(Failure::Interrupted)
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
    pub today: Day,
}

impl Online<'_> {
    /// Asks about the named servers. Gives the lock to judge with, and what is too old in the committed one.
    pub(super) fn ask(
        &self,
        workspace: &Workspace,
        target: &workspace::Target,
        unasked: &Judged,
        sources: &mut Sources,
    ) -> Result<(Lock, Vec<Finding>), Failure> {
        let origins = origins_in_force(workspace.config.profile);
        let is_named = |entry: &Entry| {
            let file = sources.file(entry.file);
            origins.contains(&entry.origin)
                && file.is_some_and(|file| target.selection.names(&file.path))
        };
        let asked = targets(unasked, is_named);
        let targets: Vec<Target> = asked.iter().map(|asked| asked.target.clone()).collect();
        let Probed { lock, endpoints } = self.probing.ask(&targets, self.console)?;

        let locks = origins.iter();
        let locks =
            locks.map(|origin| LockFile::read(workspace, &target.folders, *origin, sources));
        let locks: Vec<LockFile> = locks.collect::<Result<_, _>>()?;
        let ages = locks
            .iter()
            .flat_map(|lock| stale(lock, &asked, self.today, &workspace.config.probe))
            .collect();
        let known = together(locks.into_iter().filter_map(|lock| lock.lock));
        let known = known.unwrap_or_else(|| Lock::of([].into()));
        let learned = probe::overlay(&known, lock.servers.into_iter().chain(endpoints));
        Ok((learned, ages))
    }
}

/// The folders of servers whose locks count under a profile.
pub(super) fn origins_in_force(profile: Profile) -> &'static [Origin] {
    match profile {
        Profile::Production => &[Origin::Catalog],
        Profile::Development => &[Origin::Catalog, Origin::CatalogLocal],
    }
}

/// With `--strict-online`, what cannot be reached is as bad as what is wrong.
pub(super) fn apply(args: &NetworkArgs, workspace: &mut Workspace) {
    if args.strict_online {
        let rule = &discovery::unreachable_metadata::RULE;
        workspace
            .config
            .rules
            .insert(rule.id.to_owned(), Level::Error);
    }
}

/// The network with the manners of the options.
pub(super) fn network(args: &NetworkArgs, reach: Reach) -> Result<Network, Failure> {
    let authorities = args.ca_file.as_deref().map(read).transpose()?;
    let manners = Manners {
        reach,
        http_proxy: args.http_proxy.clone(),
        authorities,
        ..Manners::default()
    };
    Ok(Network::new(&manners)?)
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| Failure::Unreadable {
        path: path.to_owned(),
        reason: describe(&error),
    })
}

/// The servers of a catalog that there is something to ask about, each id once: a developer's server with the id of
/// one in the catalog has its lock entry too.
pub(super) fn targets(judged: &Judged, is_wanted: impl Fn(&Entry) -> bool) -> Vec<Asked> {
    let mut ids = BTreeSet::new();
    let mut asked: Vec<Asked> = Vec::new();
    for origin in [Origin::Catalog, Origin::CatalogLocal] {
        let entries = judged.entries.iter();
        let entries = entries.filter(|entry| entry.origin == origin && is_wanted(entry));
        let here = entries.filter_map(|entry| target(entry, judged.manifests.get(&entry.file)?));
        asked.extend(
            here.filter(|target| ids.insert(target.server_id.clone()))
                .map(|target| Asked { origin, target }),
        );
    }
    asked
}

/// Where discovery starts for a server; nothing for one without an OAuth type.
fn target(entry: &Entry, manifest: &Manifest) -> Option<Target> {
    let oauth = manifest.oauth_config.as_ref()?;
    let kind = match entry.oauth_type()? {
        OAuthType::Generic => TargetKind::Generic {
            endpoints: [&oauth.server_url, &oauth.token_endpoint]
                .into_iter()
                .flatten()
                .cloned()
                .collect(),
        },
        OAuthType::McpStatic => TargetKind::McpStatic,
        OAuthType::RemoteStatic | OAuthType::RemoteDynamic => TargetKind::Remote,
    };
    Some(Target {
        server_id: entry.id.clone(),
        kind,
        inputs: entry::lock_inputs(manifest),
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
        _ => "its endpoints exist".to_owned(),
    }
}

/// The lock of a file, if there is such a file.
pub(super) fn read_lock(path: &Path) -> Result<Option<Lock>, Failure> {
    let unreadable = |reason: String| Failure::Unreadable {
        path: path.to_owned(),
        reason,
    };
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(describe(&error))),
    };
    match probe::read_lock(&text) {
        Ok(lock) => Ok(Some(lock)),
        Err(error) => Err(unreadable(error.to_string())),
    }
}

/// What the locks know together. Of two entries of one id the first counts.
pub(super) fn together(locks: impl IntoIterator<Item = Lock>) -> Option<Lock> {
    locks.into_iter().reduce(|mut lock, other| {
        for (server_id, entry) in other.servers {
            lock.servers.entry(server_id).or_insert(entry);
        }
        lock
    })
}

/// The entries that are too old, of those that were asked about.
pub(super) fn stale(
    lock: &LockFile,
    asked: &[Asked],
    today: Day,
    config: &ProbeConfig,
) -> Vec<Finding> {
    let is_asked = |server_id: &str| {
        let mut here = asked.iter().filter(|asked| asked.origin == lock.origin);
        here.any(|asked| asked.target.server_id == server_id)
    };
    let most_days = config.max_age_days;
    let stale = lock
        .lock
        .iter()
        .flat_map(|lock| probe::stale(lock, today, most_days));
    let rule = &discovery::stale_lock::RULE;
    let finding = |stale: probe::Stale| {
        let server_id = &stale.server_id;
        let message = match stale.days {
            u32::MAX => format!("it is not known when `{server_id}` was asked about"),
            days => format!("`{server_id}` was asked about {days} days ago, more than {most_days}"),
        };
        rule.at(lock.place_of(server_id), message)
            .help("run `catproof probe`")
    };
    stale
        .filter(|stale| is_asked(&stale.server_id))
        .map(finding)
        .collect()
}
