//! `probe`: asks what the providers publish, and writes it into the discovery lock, or compares it with the lock.

use std::collections::BTreeSet;

use crate::cli::{Global, ProbeArgs};
use crate::console::Console;
use crate::finding::Finding;
use crate::lint::{self, Group, discovery};
use crate::oauth::{OAuthType, Verdict};
use crate::pipeline::{Judged, Keep};
use crate::probe::{self, Day, Lock, Target};
use crate::source::{Origin, Sources};
use crate::suggest;
use crate::workspace::Workspace;
use crate::write;

use super::findings::plural;
use super::judge::{self, AllowlistChoice, JudgedTarget, LockChoice, Questions};
use super::probing::{self, Asked, LockFile, Probing};
use super::{ExitStatus, Failure, check, findings};

pub(super) fn run(
    args: &ProbeArgs,
    global: &Global,
    console: &Console,
) -> Result<ExitStatus, Failure> {
    let mut workspace = judge::open(global, &args.findings)?;
    probing::apply(&args.network, &mut workspace);
    let today = args.findings.today.unwrap_or_else(Day::today);
    let probing = Probing::new(&args.network, today)?;

    let mut sources = Sources::default();
    let nothing_known = Lock::of([].into());
    let catalog = judge_by(&workspace, &nothing_known, &mut sources)?;
    if catalog.files == 0 {
        console.say(&check::no_input(&workspace, &[]));
        return Ok(ExitStatus::NoInput);
    }
    let asked = chosen(&args.ids, &catalog.judged)?;
    let locks = read_locks(&workspace, &catalog, args, &mut sources, console)?;
    let targets: Vec<Target> = asked.iter().map(|asked| asked.target.clone()).collect();
    let probed = probing.ask(&targets, console)?;
    probing.finish()?;

    let fresh = probed.lock.servers.clone();
    let known = probing::together(locks.iter().filter_map(|lock| lock.lock.clone()));
    let learned = probe::overlay(
        &known.unwrap_or(nothing_known),
        fresh.into_iter().chain(probed.endpoints),
    );
    let mut target = judge_by(&workspace, &learned, &mut sources)?;
    keep_discovered(&mut target.judged, &asked);
    if args.check {
        for lock in &locks {
            let fresh = answers_for(lock.origin, &probed.lock, &asked);
            let differences = compare(lock, &fresh, &target.judged);
            target.judged.findings.extend(differences);
            let ages = probing::stale(lock, &asked, today, &workspace.config.probe);
            target.judged.findings.extend(ages);
        }
    }
    let outcome = findings::report(
        &workspace,
        vec![target],
        &sources,
        &args.findings,
        console,
        |_| true,
    )?;
    console.say(&outcome.summary_of(&format!("probed {}", plural(asked.len(), "server"))));
    if args.check {
        let is_outdated = [
            &discovery::discovery_drift::RULE,
            &discovery::stale_lock::RULE,
        ]
        .iter()
        .any(|rule| outcome.shows(rule.id));
        return Ok(match is_outdated {
            true => outcome.status.max(ExitStatus::Findings),
            false => outcome.status,
        });
    }
    for lock in &locks {
        let fresh = answers_for(lock.origin, &probed.lock, &asked);
        write_lock(lock, fresh, &catalog.judged, console)?;
    }
    Ok(outcome.status)
}

/// The catalog, judged by a lock.
fn judge_by(
    workspace: &Workspace,
    lock: &Lock,
    sources: &mut Sources,
) -> Result<JudgedTarget, Failure> {
    let questions = Questions {
        keep: Keep::Manifests,
        allowlist: AllowlistChoice::Nothing,
        lock: LockChoice::Given(lock),
    };
    let target = judge::judge(workspace, &[], None, sources, &questions)?.pop();
    target.ok_or_else(|| Failure::usage("there is no catalog"))
}

/// The servers that were named, or all of them.
fn chosen(ids: &[String], judged: &Judged) -> Result<Vec<Asked>, Failure> {
    let targets = probing::targets(judged, |_| true);
    for id in ids {
        if targets.iter().any(|asked| asked.target.server_id == *id) {
            continue;
        }
        if judged.entries.iter().any(|entry| entry.id == *id) {
            return Err(Failure::usage(format!(
                "`{id}` has nothing to discover: `catproof explain {id}` tells its OAuth type"
            )));
        }
        let known = targets.iter().map(|asked| asked.target.server_id.as_str());
        return Err(Failure::Usage {
            message: format!("there is no server `{id}`"),
            help: suggest::nearest(id, known).map(|nearest| format!("did you mean `{nearest}`?")),
        });
    }
    let is_chosen = |asked: &Asked| ids.is_empty() || ids.contains(&asked.target.server_id);
    Ok(targets.into_iter().filter(is_chosen).collect())
}

/// Both locks as they are. A run that asks about everything replaces one that cannot be read.
fn read_locks(
    workspace: &Workspace,
    catalog: &JudgedTarget,
    args: &ProbeArgs,
    sources: &mut Sources,
    console: &Console,
) -> Result<Vec<LockFile>, Failure> {
    let replaces_all = args.ids.is_empty() && !args.check;
    let folders = &catalog.target.folders;
    let mut locks = Vec::new();
    for origin in [Origin::Catalog, Origin::CatalogLocal] {
        let lock = match LockFile::read(workspace, folders, origin, sources) {
            Err(failure) if replaces_all => {
                console.say(&format!("{failure}; it is written anew"));
                LockFile::unread(workspace, folders, origin, sources)
            }
            read => read?,
        };
        locks.push(lock);
    }
    Ok(locks)
}

/// Of what was learned, what goes into the lock of one of the two folders.
fn answers_for(origin: Origin, answers: &Lock, asked: &[Asked]) -> Lock {
    let here = asked.iter().filter(|asked| asked.origin == origin);
    let here = here.filter_map(|asked| answers.servers.get_key_value(&asked.target.server_id));
    Lock::of(
        here.map(|(id, entry)| (id.clone(), entry.clone()))
            .collect(),
    )
}

/// Keeps what the rules of discovery say about the servers that were asked about.
fn keep_discovered(judged: &mut Judged, asked: &[Asked]) {
    let files: BTreeSet<_> = judged
        .entries
        .iter()
        .filter(|entry| asked.iter().any(|asked| asked.is_about(entry)))
        .map(|entry| entry.file)
        .collect();
    judged.findings.retain(|finding| {
        let is_about_discovery =
            lint::find(finding.rule).is_some_and(|rule| rule.group == Group::Discovery);
        let place = finding.place.as_ref();
        is_about_discovery && place.is_some_and(|place| files.contains(&place.file))
    });
}

/// What the providers publish differently today, at the server's entry of the lock, or at the manifest without one.
fn compare(lock: &LockFile, fresh: &Lock, judged: &Judged) -> Vec<Finding> {
    let nothing = Lock::of([].into());
    let old = lock.lock.as_ref().unwrap_or(&nothing);
    let rule = &discovery::discovery_drift::RULE;
    let finding = |change: probe::Change| {
        let is_locked = old.servers.contains_key(&change.server_id);
        let entry = judged
            .entries
            .iter()
            .find(|entry| entry.origin == lock.origin && entry.id == change.server_id);
        let finding = match entry {
            Some(entry) if !is_locked => rule.at(entry.discovery_place(), change.message),
            _ => rule.at(lock.place_of(&change.server_id), change.message),
        };
        finding.help("run `catproof probe`, review what changes in the lock, and build again")
    };
    probe::changes(old, fresh)
        .into_iter()
        .map(finding)
        .collect()
}

/// Writes a lock whole, or leaves it as it is.
fn write_lock(
    lock: &LockFile,
    fresh: Lock,
    judged: &Judged,
    console: &Console,
) -> Result<(), Failure> {
    let here = judged
        .entries
        .iter()
        .filter(|entry| entry.origin == lock.origin);
    let kept = here.filter(|entry| may_be_locked(entry.classification.verdict));
    let kept: BTreeSet<&str> = kept.map(|entry| entry.id.as_str()).collect();
    let nothing = Lock::of([].into());
    let old = lock.lock.as_ref().unwrap_or(&nothing);
    let new = probe::merge(old, fresh, &kept);
    if new == *old {
        return Ok(());
    }
    write::replace(&lock.path, probe::render(&new).as_bytes())?;
    let ids: BTreeSet<_> = old.servers.keys().chain(new.servers.keys()).collect();
    let differs = |id: &&&String| old.servers.get(**id) != new.servers.get(**id);
    console.say(&format!(
        "wrote `{}`: {}, {} of them changed",
        lock.path.display(),
        plural(new.servers.len(), "server"),
        ids.iter().filter(differs).count()
    ));
    Ok(())
}

/// Whether the lock keeps what it knows of such a server; of one that cannot be judged today it loses nothing.
fn may_be_locked(verdict: Verdict) -> bool {
    match verdict {
        Verdict::None | Verdict::Type(OAuthType::Generic) => false,
        Verdict::Undetermined(_)
        | Verdict::Type(
            OAuthType::McpStatic | OAuthType::RemoteStatic | OAuthType::RemoteDynamic,
        ) => true,
    }
}
