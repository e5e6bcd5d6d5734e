//! `diff`: both states through the line, compared by what they compile to.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Write as _;
use std::path::Path;

use walkdir::WalkDir;

use crate::cli::{DiffArgs, DiffFormat, Gate, Global};
use crate::compile::{self, Catalog};
use crate::config::{Config, Profile};
use crate::console::Console;
use crate::diff::{self, Change, Compiled, Grade, Kind, Server, State, Words};
use crate::emit;
use crate::finding::{Finding, Severity};
use crate::pipeline::{Judged, Keep, Line};
use crate::plan::Plan;
use crate::probe::Lock;
use crate::report::diff::{
    DiffBase, DiffChange, DiffFinding, DiffReport, DiffServer, DiffStatus, DiffSummary,
};
use crate::report::{Mask, Style, write_json};
use crate::secret_search::unnamed_secrets;
use crate::source::{FileId, Sources};
use crate::workspace::{Selection, Target, Workspace};

use super::base::Base;
use super::findings::{self, plural};
use super::judge::JudgedTarget;
use super::{ExitStatus, Failure, check, lock_files, masking};

pub(super) fn run(
    args: &DiffArgs,
    global: &Global,
    console: &Console,
) -> Result<ExitStatus, Failure> {
    let mut workspace = Workspace::open(global)?;
    let folders = workspace.folders();
    let lock = lock_files::in_force(&workspace, &folders)?;
    let mut base = Base::read(&args.base, &workspace, global, &lock)?;

    let config_now = workspace.config.clone();
    judge_by(&mut workspace.config, &base.config, global.profile);
    let mut sources = Sources::default();
    let mut target = judge(&workspace, &base, lock, &mut sources)?;
    if target.files == 0 && base.manifests.is_empty() {
        console.say(&check::no_input(&workspace, &[]));
        return Ok(ExitStatus::NoInput);
    }
    let judged_before = Line {
        config: &workspace.config,
        sources: &base.sources,
        manifests: &base.manifests,
        lock: Some(&base.lock),
        allowlist: None,
    }
    .judge(Keep::Manifests);

    let of_config = unnamed_secrets(&config_now.urls().join("\n"));
    let states = [(&judged_before, &base.sources), (&target.judged, &sources)];
    let mask = masking::mask_of(&states, &of_config);
    let found = findings::settle(&workspace, std::slice::from_mut(&mut target), &mut sources);
    let JudgedTarget {
        judged: judged_now,
        lock: lock_now,
        ..
    } = target;

    let plan_before = plan(&judged_before, &base.lock, &base.config);
    let plan_now = plan(&judged_now, &lock_now, &config_now);
    let unreadable = std::mem::take(&mut base.unreadable);
    let edited = match (&plan_now, config_now.profile) {
        (Ok(plan), Profile::Production) if base.has_artifacts() => {
            edited_artifacts(&workspace, &config_now, plan, &base)?
        }
        (Ok(_), Profile::Production | Profile::Development) => Vec::new(),
        (Err(error), _) => {
            console.say(&format!(
                "the artifacts were not compared: {}",
                mask.apply(&error.to_string())
            ));
            Vec::new()
        }
    };
    let name = |path: &Path| {
        let shown = path.strip_prefix(&workspace.working_folder).unwrap_or(path);
        shown.display().to_string()
    };
    let config_file_now = workspace.config_file.as_deref().map(name);
    let config_file_before = match base.commit() {
        Some(_) => base.config_file.as_deref().map(name),
        // A folder elsewhere has its files elsewhere.
        None => config_file_now.clone(),
    };
    let before = State {
        servers: servers(
            judged_before,
            &base.sources,
            &base.lock,
            &base.config,
            plan_before.as_ref().ok(),
        ),
        lock: base.lock.clone(),
        config: base.config.clone(),
        config_file: config_file_before,
    };
    let after = State {
        servers: servers(
            judged_now,
            &sources,
            &lock_now,
            &config_now,
            plan_now.as_ref().ok(),
        ),
        lock: lock_now,
        config: config_now,
        config_file: config_file_now,
    };

    let mut diff = diff::compare(&before, &after);
    let catalog_change = |kind: Kind, words: Words| Change {
        kind,
        grade: kind.grade(),
        words,
    };
    diff.catalog.extend(
        unreadable
            .into_iter()
            .map(|words| catalog_change(Kind::BaseUnreadable, words)),
    );
    diff.catalog.extend(
        edited
            .into_iter()
            .map(|words| catalog_change(Kind::ArtifactEdited, words)),
    );
    diff::sort(&mut diff.catalog);
    let report = report(diff, &base, &found.shown, &sources, &mask);
    write(&report, args.format, console)?;
    console.say(&summary(&report));
    Ok(status(&report, args.gate))
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
fn judge(
    workspace: &Workspace,
    base: &Base,
    lock: Lock,
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
        lock: Some(&lock),
        allowlist: None,
    };
    let judged = line.judge(Keep::Manifests);
    Ok(JudgedTarget {
        files: manifests.len(),
        target,
        manifests,
        judged,
        lock,
        allowlist: None,
        has_allowlist: false,
        allowlist_file: None,
    })
}

fn plan(judged: &Judged, lock: &Lock, config: &Config) -> Result<Plan, compile::Error> {
    compile::compile(&Catalog {
        entries: &judged.entries,
        manifests: &judged.manifests,
        leave_out: &judged.files_with_secrets,
        lock: Some(lock),
        config,
    })
}

/// The servers of a state, each with what it compiles to.
fn servers(
    judged: Judged,
    sources: &Sources,
    lock: &Lock,
    config: &Config,
    plan: Option<&Plan>,
) -> Vec<Server> {
    let Judged {
        entries,
        mut manifests,
        files_with_secrets,
        ..
    } = judged;
    let left_out = plan.map_or(&[][..], |plan| &plan.left_out);
    let servers = entries.into_iter().map(|entry| {
        let manifest = manifests.remove(&entry.file);
        let is_shown = entry.is_compiled(config.profile);
        let reason = left_out.iter().find(|left_out| left_out.id == entry.id);
        Server {
            file: sources.name(entry.file).to_owned(),
            text: sources
                .read(entry.file, config.max_file_bytes)
                .unwrap_or_default(),
            compiled: manifest.map(|manifest| Compiled {
                parts: compile::parts(&entry, &manifest, Some(lock), config.profile),
                manifest,
            }),
            holds_secret: entry.holds_secret || files_with_secrets.contains(&entry.file),
            left_out: reason
                .filter(|_| is_shown)
                .map(|left_out| left_out.reason.clone()),
            entry,
        }
    });
    servers.collect()
}

/// The artifacts that are not what they were, and not what the catalog compiles to either.
fn edited_artifacts(
    workspace: &Workspace,
    config: &Config,
    plan: &Plan,
    base: &Base,
) -> Result<Vec<Words>, Failure> {
    let folder = workspace.root.join(&config.generated);
    let compiled: BTreeMap<String, Vec<u8>> = emit::emit(plan)?
        .into_iter()
        .map(|artifact| {
            let place = config.artifacts.get(&artifact.path);
            (place.cloned().unwrap_or(artifact.path), artifact.bytes)
        })
        .collect();
    let mut paths: BTreeSet<String> = compiled.keys().cloned().collect();
    let found = WalkDir::new(&folder).follow_links(false).into_iter();
    // The developers' artifacts are committed by nobody.
    let found = found.filter_entry(|entry| entry.path() != folder.join("development"));
    for entry in found.flatten().filter(|entry| !entry.file_type().is_dir()) {
        let path = entry.path().strip_prefix(&folder).unwrap_or(entry.path());
        let path = path.to_string_lossy().replace('\\', "/");
        if path != "discovery.lock.json" {
            paths.insert(path);
        }
    }
    let mut differing = BTreeMap::new();
    for path in paths {
        let place = folder.join(&path);
        let is_file = std::fs::symlink_metadata(&place).is_ok_and(|metadata| metadata.is_file());
        let now = match is_file {
            true => std::fs::read(&place).ok(),
            false => None,
        };
        let is_missing = now.is_none() && !place.is_symlink();
        if !is_missing && now.as_ref() != compiled.get(&path) {
            differing.insert(path, now);
        }
    }
    let before = base.artifacts(differing.keys().cloned().collect())?;
    differing.retain(|path, now| before.get(path) != now.as_ref());
    let edited = differing.into_keys().map(|path| {
        Words::new("the artifact ")
            .value(path)
            .text(" changes, and is not what the catalog compiles to")
    });
    Ok(edited.collect())
}

fn report(
    diff: diff::Diff<'_>,
    base: &Base,
    found: &[Finding],
    sources: &Sources,
    mask: &Mask,
) -> DiffReport {
    let mut of_file: HashMap<FileId, Vec<&Finding>> = HashMap::new();
    for finding in found {
        if let Some(place) = &finding.place {
            of_file.entry(place.file).or_default().push(finding);
        }
    }
    let hide = |text: &mut String| {
        if let std::borrow::Cow::Owned(masked) = mask.apply(text) {
            *text = masked;
        }
    };
    let change = |change: Change| {
        let Change {
            kind,
            grade,
            mut words,
        } = change;
        words.for_each_value(&hide);
        DiffChange {
            kind,
            grade,
            message: words.plain(),
            words,
        }
    };
    let servers = diff.servers.into_iter().filter_map(|server| {
        let grade = server.grade();
        let shown = server.server()?;
        let status = match (server.before, server.after) {
            (None, _) => DiffStatus::Added,
            (_, None) => DiffStatus::Removed,
            (Some(before), Some(after)) if before.entry.id != after.entry.id => DiffStatus::Renamed,
            (Some(_), Some(_)) => DiffStatus::Changed,
        };
        let previous = server
            .before
            .filter(|before| before.entry.id != shown.entry.id);
        let mut now = server.after.and_then(diff::card);
        if let Some(card) = &mut now {
            card.for_each_text(&hide);
        }
        let findings = server
            .after
            .and_then(|after| of_file.get(&after.entry.file));
        let findings = findings.into_iter().flatten();
        let mut findings: Vec<DiffFinding> = findings
            .filter(|finding| finding.severity > Severity::Note)
            .map(|finding| DiffFinding {
                rule: finding.rule.to_owned(),
                severity: finding.severity,
                message: mask.apply(&finding.message).into_owned(),
            })
            .collect();
        findings
            .sort_by(|left, right| (right.severity, &left.rule).cmp(&(left.severity, &right.rule)));
        let masked = |text: &str| mask.apply(text).into_owned();
        Some(DiffServer {
            id: masked(&shown.entry.id),
            previous_id: previous.map(|before| masked(&before.entry.id)),
            status,
            origin: shown.entry.origin,
            file: masked(match server.after {
                Some(after) => sources.name(after.entry.file),
                None => &shown.file,
            }),
            grade,
            changes: server.changes.into_iter().map(change).collect(),
            now,
            findings,
        })
    });
    let servers: Vec<DiffServer> = servers.collect();
    let catalog: Vec<DiffChange> = diff.catalog.into_iter().map(change).collect();
    let count = |grade: Grade| {
        let changes = servers.iter().flat_map(|server| &server.changes);
        let changes = changes.chain(&catalog);
        changes.filter(|change| change.grade == grade).count()
    };
    DiffReport {
        version: 1,
        base: DiffBase {
            name: base.name.clone(),
            commit: base.commit().map(str::to_owned),
        },
        summary: DiffSummary {
            breaking: count(Grade::Breaking),
            review: count(Grade::Review),
            safe: count(Grade::Safe),
        },
        servers,
        catalog,
    }
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
    let base = crate::report::visible(&report.base.name).into_owned();
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
