//! `probe`: fetches the metadata that providers publish, and writes it to the discovery lock or compares it with it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::catalog::config::Level;
use crate::catalog::entry::Entry;
use crate::catalog::workspace::Workspace;
use crate::cli::args::ProbeArgs;
use crate::cli::findings;
use crate::cli::watcher::ConsoleWatcher;
use crate::discovery::Locks;
use crate::lint::{self, Check, Group, RULES};
use crate::pipeline::facts::LockChoice;
use crate::pipeline::locks::LockFile;
use crate::pipeline::probing::{self, AskedServer, Probing};
use crate::pipeline::{Job, JudgedTarget, classify, judge};
use crate::source::{FileId, Folders, Origin, Sources, is_manifest_name};
use crate::text::day::Day;
use crate::text::plural::plural;
use crate::text::suggest;

use super::{Console, ExitStatus, Failure, no_input, open_to_judge};

pub(super) fn run(args: &ProbeArgs, console: &Console) -> Result<ExitStatus, Failure> {
    let mut workspace = open_to_judge(&args.findings, console)?;
    if args.strict_online {
        probing::be_strict(&mut workspace);
    }
    // Most findings are left out here, so an ignore that matches nothing is not necessarily unused.
    for rule in RULES.iter().filter(|rule| matches!(rule.check, Check::Ignore(_))) {
        workspace.config.rules.insert(rule.id.to_owned(), Level::Off);
    }
    let today = args.findings.today.unwrap_or_else(Day::today);
    let probing = Probing::new(&console.network_options(&args.network), today)?;

    let mut sources = Sources::default();
    let (paths, ids): (Vec<&String>, Vec<&String>) =
        args.servers.iter().partition(|named| is_path(named));
    if !paths.is_empty() && !ids.is_empty() {
        return Err(Failure::usage("servers and paths were named: name either of them"));
    }
    let paths: Vec<PathBuf> = paths.into_iter().map(PathBuf::from).collect();
    let target = workspace.only_target(&paths)?;
    let folders = target.folders.clone();
    let manifests = workspace.manifests(&target, None, &mut sources)?;
    if manifests.is_empty() {
        console.say(&no_input(&workspace, &paths));
        return Ok(ExitStatus::NoInput);
    }
    let entries = classify(&workspace, &sources, &manifests);
    let asked = chosen(&ids, &entries, |entry| {
        let file = sources.file(entry.file).filter(|_| ids.is_empty());
        file.is_some_and(|file| target.selection.names(&file.path))
    })?;
    let mut read = |origin| read_lock(&workspace, &folders, origin, args, &mut sources, console);
    let (catalog_lock, local_lock) = (read(Origin::Catalog)?, read(Origin::CatalogLocal)?);
    let answers = probing.ask(&asked, &ConsoleWatcher::new(console))?;
    probing.finish()?;

    let (mut outdated, mut written) = (Vec::new(), Vec::new());
    for file in [&catalog_lock, &local_lock] {
        if args.check {
            let config = &workspace.config.probe;
            outdated.extend(file.outdated(&answers, &asked, &entries, today, config));
        } else {
            written.extend(file.update(&answers, &entries, &sources)?);
        }
    }
    // Frees the entries before the catalog is judged once more.
    drop(entries);
    let known = Locks { catalog: catalog_lock.lock, catalog_local: local_lock.lock };
    let learned = answers.over(&known);
    let job = Job { locks: LockChoice::Given(&learned), ..Job::new(&workspace, &paths) };
    let target = judge(job, &mut sources)?.pop();
    let mut target = target.ok_or_else(|| Failure::usage("there is no catalog"))?;
    keep_discovered(&mut target, &asked);
    target.judged.findings.extend(outdated);
    let outcome = findings::report(
        &workspace,
        std::slice::from_mut(&mut target),
        &mut sources,
        &args.findings,
        console,
    )?;
    console.say(&outcome.summary_of(&format!("probed {}", plural(asked.len(), "server"))));
    for line in &written {
        console.say(line);
    }
    let mut of_locks = RULES.iter().filter(|rule| matches!(rule.check, Check::Lock(_)));
    let is_outdated = of_locks.any(|rule| outcome.rules.contains(rule.id));
    Ok(if is_outdated { outcome.status.max(ExitStatus::Findings) } else { outcome.status })
}

/// The servers to probe: those that were named, or all of them.
fn chosen(
    ids: &[&String],
    entries: &[Entry],
    is_at_path: impl Fn(&Entry) -> bool,
) -> Result<Vec<AskedServer>, Failure> {
    let targets = probing::targets(entries, |_| true);
    let known: BTreeSet<&str> =
        targets.iter().map(|asked| asked.target.server_id.as_str()).collect();
    if let Some(id) = ids.iter().find(|id| !known.contains(id.as_str())) {
        if entries.iter().any(|entry| entry.id == **id) {
            return Err(Failure::usage(format!(
                "`{id}` has nothing to discover: `catproof explain {id}` shows its OAuth type and URLs"
            )));
        }
        return Err(Failure::Usage {
            message: format!("there is no server `{id}`"),
            help: suggest::nearest(id, known).map(|nearest| format!("did you mean `{nearest}`?")),
        });
    }
    Ok(probing::targets(entries, |entry| ids.contains(&&entry.id) || is_at_path(entry)))
}

/// Whether this names a file or folder and not a server, whose id has no slash.
fn is_path(named: &str) -> bool {
    let path = Path::new(named);
    named.contains(std::path::is_separator) || is_manifest_name(path) || path.is_dir()
}

/// Reads a lock. A run that probes every server replaces an unreadable one.
fn read_lock(
    workspace: &Workspace,
    folders: &Folders,
    origin: Origin,
    args: &ProbeArgs,
    sources: &mut Sources,
    console: &Console,
) -> Result<LockFile, Failure> {
    let replaces_all = args.servers.is_empty() && !args.check;
    match LockFile::read(workspace, folders, origin, sources) {
        Err(failure) if replaces_all => {
            console.say(&format!("{failure}; it will be replaced"));
            Ok(LockFile::unread(workspace, folders, origin, sources))
        }
        read => read,
    }
}

/// Keeps only the findings of discovery rules about the servers that were probed.
fn keep_discovered(target: &mut JudgedTarget, asked: &[AskedServer]) {
    let judged = &mut target.judged;
    let asked: BTreeSet<(Origin, &str)> = asked.iter().map(AskedServer::server).collect();
    let entries = judged.entries.iter();
    let files: BTreeSet<FileId> = entries
        .filter(|entry| asked.contains(&(entry.origin, &entry.id)))
        .map(|entry| entry.file)
        .collect();
    target.files = files.len();
    judged.findings.retain(|finding| {
        let is_about_discovery =
            lint::find(finding.rule).is_some_and(|rule| rule.group == Group::Discovery);
        let place = finding.place.as_ref();
        is_about_discovery && place.is_some_and(|place| files.contains(&place.file))
    });
}
