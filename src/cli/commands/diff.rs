//! `diff`: both states through the line, compared by what they compile to.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Write as _;
use std::path::Path;

use crate::catalog::config::Config;
use crate::catalog::workspace::{Selection, Target, Workspace};
use crate::cli::args::{DiffArgs, DiffFormat, Gate, Global};
use crate::cli::console::Console;
use crate::cli::exit_status::ExitStatus;
use crate::cli::no_input::no_input;
use crate::compile::emit;
use crate::compile::plan::{LeftOutReason, Plan};
use crate::compile::write;
use crate::compile::{self, Catalog};
use crate::diff::base::Base;
use crate::diff::{self, Change, Compiled, Kind, Server, State, Words};
use crate::discovery::Locks;
use crate::pipeline::failure::Failure;
use crate::pipeline::line::{Keep, Line};
use crate::pipeline::locks;
use crate::pipeline::redaction;
use crate::pipeline::settle::settle;
use crate::pipeline::{Judged, JudgedTarget};
use crate::report::diff::{DiffReport, DiffSummary};
use crate::report::{Style, write_json};
use crate::source::finding::Finding;
use crate::source::{Sources, clean, read_regular_file, with_slashes};
use crate::text::plural::plural;
use crate::text::profile::Profile;
use crate::text::secrets::redactor::Redactor;

use super::{diff_report, open_workspace};

pub(super) fn run(
    args: &DiffArgs,
    global: &Global,
    console: &Console,
) -> Result<ExitStatus, Failure> {
    let mut workspace = open_workspace(global, console)?;
    let locks = locks::committed(&workspace, &workspace.folders())?;
    let mut base = Base::read(
        &args.base,
        &workspace,
        &global.workspace(workspace.working_folder.clone()),
        &locks,
    )?;
    let config_now = workspace.config.clone();
    judge_by(&mut workspace.config, &base.config, global.profile);

    let Some(sides) = judge_both_sides(&workspace, &config_now, &base, locks)? else {
        console.say(&no_input(&workspace, &[]));
        return Ok(ExitStatus::NoInput);
    };
    let plan_before = plan(&sides.before, &base.locks, &base.config).ok();
    let plan_now = plan(&sides.now, &sides.locks_now, &config_now);
    let edited = what_the_artifacts_add(&workspace, &config_now, &plan_now, &base)?;
    if let Err(error) = &plan_now {
        let error = error.to_string();
        let error = sides.redactor.apply(&error);
        console.say(&format!("the artifacts were not compared: {error}"));
    }

    let unreadable = std::mem::take(&mut base.unreadable);
    let names = config_names(&workspace, &base);
    let Sides {
        before,
        now,
        locks_now,
        sources,
        found,
        redactor,
    } = sides;
    let before = State {
        servers: servers(
            before,
            &base.sources,
            &base.locks,
            &base.config,
            plan_before.as_ref(),
        ),
        locks: base.locks.clone(),
        config: base.config.clone(),
        config_file: names.before,
    };
    let after = State {
        servers: servers(
            now,
            &sources,
            &locks_now,
            &config_now,
            plan_now.as_ref().ok(),
        ),
        locks: locks_now,
        config: config_now,
        config_file: names.now,
    };
    let mut diff = diff::compare(&before, &after);
    diff.catalog
        .extend(changes(Kind::BaseUnreadable, unreadable));
    diff.catalog.extend(changes(Kind::ArtifactEdited, edited));
    diff::sort(&mut diff.catalog);

    let report = diff_report::report(diff, &base, &found, &sources, &redactor);
    write(&report, args.format, console)?;
    console.say(&summary(&report));
    Ok(status(&report, args.gate))
}

/// Both states after the line up to the findings.
struct Sides {
    before: Judged,
    now: Judged,
    locks_now: Locks,
    /// The files of the state of now.
    sources: Sources,
    /// What is wrong with it.
    found: Vec<Finding>,
    /// Hides what is secret in either.
    redactor: Redactor,
}

/// Judges both states by the configuration of the workspace; nothing where neither has a manifest.
fn judge_both_sides(
    workspace: &Workspace,
    _config_now: &Config,
    base: &Base,
    locks: Locks,
) -> Result<Option<Sides>, Failure> {
    let mut sources = Sources::default();
    let mut target = judge_now(workspace, base, locks, &mut sources)?;
    if target.files == 0 && base.manifests.is_empty() {
        return Ok(None);
    }
    let line = Line {
        config: &workspace.config,
        sources: &base.sources,
        manifests: &base.manifests,
        locks: Some(&base.locks),
        allowlist: None,
    };
    let before = line.judge(Keep::Manifests);
    let base_state = Some((&before, &base.sources));
    let redactor = redaction::redaction_of(&[&target.judged], &sources, base_state).redactor;
    let settled = settle(workspace, std::slice::from_mut(&mut target), &mut sources);
    let JudgedTarget {
        judged: now,
        locks: locks_now,
        ..
    } = target;
    Ok(Some(Sides {
        before,
        now,
        locks_now,
        sources,
        found: settled.shown,
        redactor,
    }))
}

/// What stands in the artifacts beside what the manifests say. Those for development are committed by nobody.
fn what_the_artifacts_add(
    workspace: &Workspace,
    config: &Config,
    plan: &Result<Plan, compile::Error>,
    base: &Base,
) -> Result<Vec<Words>, Failure> {
    match (plan, config.profile) {
        (Ok(plan), Profile::Production) if base.has_artifacts() => {
            edited_artifacts(workspace, config, plan, base)
        }
        (_, Profile::Production | Profile::Development) => Ok(Vec::new()),
    }
}

/// How the configurations are called in output.
struct ConfigNames {
    before: Option<String>,
    now: Option<String>,
}

fn config_names(workspace: &Workspace, base: &Base) -> ConfigNames {
    let name = |path: &Path| {
        let shown = path.strip_prefix(&workspace.working_folder).unwrap_or(path);
        shown.display().to_string()
    };
    let now = workspace.config_file.as_deref().map(name);
    let before = match base.commit() {
        Some(_) => base.config_file.as_deref().map(name),
        // A folder elsewhere has its files elsewhere.
        None => now.clone(),
    };
    ConfigNames { before, now }
}

/// Changes of one kind that belong to no single server.
fn changes(kind: Kind, all: Vec<Words>) -> impl Iterator<Item = Change> {
    all.into_iter().map(move |words| Change {
        kind,
        grade: kind.grade(),
        words,
    })
}

/// Takes over from the base whatever decides how a catalog is judged. What can be read, and where, stays.
fn judge_by(config: &mut Config, base: &Config, profile: Option<Profile>) {
    config.rules.clone_from(&base.rules);
    config.ignore.clone_from(&base.ignore);
    config.policy.clone_from(&base.policy);
    config.proxy.clone_from(&base.proxy);
    config.profile = profile.unwrap_or(base.profile);
}

/// The catalog of this folder, judged. Where the base is a folder of manifests, it is compared with `catalog` alone.
fn judge_now(
    workspace: &Workspace,
    base: &Base,
    locks: Locks,
    sources: &mut Sources,
) -> Result<JudgedTarget, Failure> {
    let mut folders = workspace.folders();
    if !base.has_local {
        folders.catalog_local = None;
    }
    let target = Target {
        folders,
        selection: Selection::Everything,
    };
    let manifests = workspace.manifests(&target, None, sources)?;
    let line = Line {
        config: &workspace.config,
        sources,
        manifests: &manifests,
        locks: Some(&locks),
        allowlist: None,
    };
    let judged = line.judge(Keep::Manifests);
    Ok(JudgedTarget {
        files: manifests.len(),
        target,
        manifests,
        judged,
        locks,
        has_lock: true,
        allowlist: None,
        has_allowlist: false,
        allowlist_file: None,
    })
}

fn plan(judged: &Judged, locks: &Locks, config: &Config) -> Result<Plan, compile::Error> {
    compile::compile(&Catalog {
        entries: &judged.entries,
        manifests: &judged.manifests,
        leave_out: &judged.files_with_secrets,
        locks: Some(locks),
        config,
    })
}

/// The servers of a state, each with what it compiles to.
fn servers(
    judged: Judged,
    sources: &Sources,
    locks: &Locks,
    config: &Config,
    plan: Option<&Plan>,
) -> Vec<Server> {
    let Judged {
        entries,
        mut manifests,
        files_with_secrets,
        ..
    } = judged;
    let left_out = plan.map_or(&[][..], |plan| &plan.left_out).iter();
    let left_out: HashMap<&str, &LeftOutReason> = left_out
        .map(|left_out| (left_out.id.as_str(), &left_out.reason))
        .collect();
    let servers = entries.into_iter().map(|entry| {
        let manifest = manifests.remove(&entry.file);
        let is_shown = entry.is_compiled(config.profile);
        let reason = left_out.get(entry.id.as_str()).copied();
        Server {
            file: sources.name(entry.file).to_owned(),
            text: sources
                .read(entry.file, config.max_file_bytes)
                .unwrap_or_default(),
            compiled: manifest.map(|manifest| Compiled {
                parts: compile::parts(&entry, &manifest, Some(locks), config.profile),
                manifest,
            }),
            holds_secret: entry.holds_secret || files_with_secrets.contains(&entry.file),
            left_out: reason.filter(|_| is_shown).cloned(),
            entry,
        }
    });
    servers.collect()
}

/// The size that an artifact may have.
const MOST_BYTES: u64 = 64 << 20;

/// The artifacts that are not what they were, and not what the catalog compiles to either.
fn edited_artifacts(
    workspace: &Workspace,
    config: &Config,
    plan: &Plan,
    base: &Base,
) -> Result<Vec<Words>, Failure> {
    let folder = clean(&workspace.root.join(&config.generated));
    let compiled: BTreeMap<String, Vec<u8>> = emit::emit(plan)?
        .into_iter()
        .map(|artifact| {
            let place = config.artifacts.get(&artifact.path);
            (place.cloned().unwrap_or(artifact.path), artifact.bytes)
        })
        .collect();
    if !base.is_inside(&folder, workspace) {
        return Ok(vec![
            Words::new("the folder of the artifacts, ")
                .value(&config.generated)
                .text(", lies outside of what is compared: nothing in it was looked at"),
        ]);
    }
    let mut paths: BTreeSet<String> = compiled.keys().cloned().collect();
    for found in write::candidates(&folder) {
        let path = found.strip_prefix(&folder).unwrap_or(&found);
        let path = with_slashes(path);
        if path != "discovery.lock.json" {
            paths.insert(path);
        }
    }
    let mut differing = BTreeMap::new();
    let mut edited = Vec::new();
    for path in paths {
        let place = clean(&folder.join(&path));
        let Ok(metadata) = place.symlink_metadata() else {
            continue;
        };
        if !base.is_inside(&place, workspace) {
            edited.push(
                Words::new("the artifact ")
                    .value(path)
                    .text(" lies outside of what is compared, and was not looked at"),
            );
            continue;
        }
        let now = match read_regular_file(&place, MOST_BYTES) {
            Ok(now) => Some(now),
            // A file that cannot be read is not what was compiled, whatever it is.
            Err(_) if metadata.is_file() => Some(Vec::new()),
            Err(_) => None,
        };
        if now.as_ref() != compiled.get(&path) {
            differing.insert(path, now);
        }
    }
    let before = base.artifacts(differing.keys().cloned().collect())?;
    differing.retain(|path, now| before.get(path) != now.as_ref());
    edited.extend(differing.into_keys().map(|path| {
        Words::new("the artifact ")
            .value(path)
            .text(" changes, and is not what the catalog compiles to")
    }));
    Ok(edited)
}

fn write(report: &DiffReport, format: DiffFormat, console: &Console) -> Result<(), Failure> {
    let mut out = console.out();
    match format {
        DiffFormat::Human => {
            let style = Style {
                color: console.color(),
                width: console.width(),
            };
            out.write_all(crate::report::diff::human(report, style).as_bytes())?;
        }
        DiffFormat::Json => write_json(report, &mut out)?,
        DiffFormat::Markdown => {
            out.write_all(crate::report::diff::markdown(report).as_bytes())?;
        }
    }
    out.flush()?;
    Ok(())
}

/// The run in one line.
fn summary(report: &DiffReport) -> String {
    let counts: Vec<String> = report.summary.counts().collect();
    let base = crate::text::visible::visible(&report.base.name).into_owned();
    match counts.as_slice() {
        [] => format!("compared with `{base}`: nothing changes in what the catalog means"),
        counts => format!(
            "compared with `{base}`: {} changed; changes: {} (`catproof explain diff` tells more)",
            plural(report.servers.len(), "server"),
            counts.join(", ")
        ),
    }
}

fn status(report: &DiffReport, gate: Option<Gate>) -> ExitStatus {
    let DiffSummary {
        breaking, review, ..
    } = report.summary;
    let stopped = match gate {
        None => 0,
        Some(Gate::Breaking) => breaking,
        Some(Gate::Review) => breaking + review,
    };
    match stopped {
        0 => ExitStatus::Clean,
        _ => ExitStatus::Findings,
    }
}
