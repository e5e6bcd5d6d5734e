//! The line: `load -> parse -> validate -> classify -> [probe] -> lint -> compile -> emit -> write`.
//!
//! Bad input is never an `Err`: a stage returns its value and adds findings. The files are judged in parallel, and a
//! document is dropped as soon as its own rules have run.

pub(crate) mod artifacts;
pub(crate) mod baseline;
pub(crate) mod facts;
pub(crate) mod failure;
pub(crate) mod fix;
pub(crate) mod ignores;
pub(crate) mod launch_specs;
pub(crate) mod line;
pub(crate) mod locks;
pub(crate) mod online;
pub(crate) mod open;
pub(crate) mod probing;
pub(crate) mod redaction;
pub(crate) mod repair;
pub(crate) mod running_proxy;
pub(crate) mod settle;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::PathBuf;

use rayon::prelude::*;

use crate::catalog::allowlist::Allowlist;
use crate::catalog::entry::{self, Entry};
use crate::catalog::workspace::{Selection, StandardInput, Target, Workspace};
use crate::discovery::lock::Locks;
use crate::lint::{self, Alone, Findings, Group};
use crate::manifest::model::Manifest;
use crate::manifest::validate::prepare;
use crate::source::finding::Finding;
use crate::source::{FileId, ManifestFile, Sources};

use artifacts::{Built, Output};
use facts::{AllowlistChoice, LoadedAllowlist, LockChoice};
use failure::Failure;
use line::{JudgedFile, Keep, Line, Stopped, parse, validate};
use settle::Settled;

/// How many files are judged at a time: enough for every core, few enough to hold in memory.
const AT_ONCE: usize = 200;

/// What a run is asked to do.
#[derive(Debug)]
pub(crate) struct Job<'a> {
    pub(crate) workspace: &'a Workspace,
    /// The named files and folders; empty means the catalog of the workspace.
    pub(crate) paths: &'a [PathBuf],
    pub(crate) input: Option<StandardInput>,
    pub(crate) keep: Keep,
    pub(crate) allowlist: AllowlistChoice<'a>,
    pub(crate) locks: LockChoice<'a>,
    /// Where the artifacts go; `None` ends the line at the findings.
    pub(crate) output: Option<Output>,
}

impl<'a> Job<'a> {
    /// Judges by the locks in force, without an allowlist, and keeps no manifest.
    pub(crate) fn new(workspace: &'a Workspace, paths: &'a [PathBuf]) -> Self {
        Self {
            workspace,
            paths,
            input: None,
            keep: Keep::Entries,
            allowlist: AllowlistChoice::Nothing,
            locks: LockChoice::InForce,
            output: None,
        }
    }
}

/// The result of a run.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) targets: Vec<JudgedTarget>,
    /// Present if artifacts were asked for.
    pub(crate) second_half: Option<SecondHalf>,
}

/// The second half of the line.
#[derive(Debug)]
pub(crate) struct SecondHalf {
    pub(crate) settled: Settled,
    /// `None` if a finding stopped the build.
    pub(crate) built: Option<Result<Built, Failure>>,
}

/// One catalog of the run, judged.
#[derive(Debug)]
pub(crate) struct JudgedTarget {
    pub(crate) target: Target,
    /// Every manifest of the catalog, whatever was named.
    pub(crate) manifests: Vec<ManifestFile>,
    pub(crate) judged: Judged,
    pub(crate) locks: Locks,
    /// False if a lock could not be read.
    pub(crate) has_lock: bool,
    pub(crate) allowlist: Option<Allowlist>,
    /// How many of its files were named.
    pub(crate) files: usize,
    /// Whether there was an allowlist to compare with.
    pub(crate) has_allowlist: bool,
    /// The file that it was read from.
    pub(crate) allowlist_file: Option<FileId>,
}

/// The judged catalog.
#[derive(Debug, Default)]
pub struct Judged {
    /// Sorted by id.
    pub entries: Vec<Entry>,
    /// The readable ones, if they were kept for the compiler.
    pub manifests: BTreeMap<FileId, Manifest>,
    /// Before precedence, levels and ignores.
    pub findings: Vec<Finding>,
    /// The secrets that findings name, silenced ones too, by file.
    pub secrets: BTreeMap<FileId, BTreeSet<String>>,
    /// The manifests that the rules about secrets could not read in full.
    pub broken_files: BTreeSet<FileId>,
    /// The files that hold a secret: their servers are left out of every artifact.
    pub files_with_secrets: BTreeSet<FileId>,
}

/// The line, all of it.
pub(crate) fn run(job: Job<'_>, sources: &mut Sources) -> Result<Run, Failure> {
    rayon::spawn(prepare);
    let workspace = job.workspace;
    let mut input = job.input;
    let mut targets = Vec::new();
    let named = match &job.output {
        None => workspace.targets(job.paths, input.as_ref())?,
        // Artifacts are of a whole catalog, whichever of its files was named.
        Some(_) => {
            let target = workspace.only_target(job.paths)?;
            vec![Target { selection: Selection::Everything, ..target }]
        }
    };
    for target in named {
        let input = input.take_if(|input| target.selection.names(&input.path));
        let is_alone = input.as_ref().is_some_and(|input| input.is_alone);
        let manifests = workspace.manifests(&target, input, sources)?;
        let mut findings = Findings::default();
        let locks = facts::load_locks(
            workspace,
            &target,
            &manifests,
            job.locks,
            is_alone,
            sources,
            &mut findings,
        )?;
        let choice = match job.allowlist {
            // The catalog's allowlist does not apply to a manifest outside it.
            AllowlistChoice::InForce(None) if is_alone => AllowlistChoice::Nothing,
            choice => choice,
        };
        let allowlist = facts::load_allowlist(workspace, &target, choice, sources, &mut findings)?;

        let line = Line {
            config: &workspace.config,
            sources,
            manifests: &manifests,
            locks: locks.as_ref(),
            allowlist: allowlist.allowlist.as_ref(),
        };
        let mut judged = Judged::of_files(&manifests, |file| {
            line.load(file)
                .and_then(parse)
                .and_then(validate)
                .map(|valid| line.classify(valid))
                .map_or_else(Stopped::judged, |classified| line.lint(classified, job.keep))
        });
        judged.finish(&line, findings, is_alone);
        targets.push(JudgedTarget::new(target, manifests, judged, locks, allowlist, sources));
    }

    let Some(output) = job.output else {
        return Ok(Run { targets, second_half: None });
    };
    let settled = settle::settle(workspace, &mut targets, sources);
    let is_stopped = settled.fails(workspace, &targets, output.fail_on);
    let target = targets.iter().find(|target| target.files > 0);
    let built = target.filter(|_| !is_stopped);
    let built = built.map(|target| artifacts::build(workspace, target, &output));
    Ok(Run { targets, second_half: Some(SecondHalf { settled, built }) })
}

impl Line<'_> {
    /// The line up to the findings, for a catalog that is not the workspace's own.
    pub fn judge(&self, keep: Keep) -> Judged {
        let mut judged = Judged::of_files(self.manifests, |file| self.judge_file(file, keep));
        judged.finish(self, Findings::default(), false);
        judged
    }
}

/// The line up to the findings.
pub(crate) fn judge(job: Job<'_>, sources: &mut Sources) -> Result<Vec<JudgedTarget>, Failure> {
    run(job, sources).map(|run| run.targets)
}

/// The line up to the entries, sorted by id: enough to ask the providers before anything is judged.
pub(crate) fn classify(
    workspace: &Workspace,
    sources: &Sources,
    manifests: &[ManifestFile],
) -> Vec<Entry> {
    let line = Line { config: &workspace.config, sources, manifests, locks: None, allowlist: None };
    let entries = manifests.par_iter().map(|file| {
        let classified =
            line.load(file).and_then(parse).and_then(validate).map(|valid| line.classify(valid));
        match classified {
            Ok(classified) => classified.entry,
            Err(stopped) => stopped.judged().entry,
        }
    });
    let mut entries: Vec<Entry> = entries.collect();
    entry::sort(&mut entries);
    entries
}

impl Judged {
    /// Judges each file by its own rules, on every core.
    fn of_files(
        manifests: &[ManifestFile],
        judge: impl Fn(&ManifestFile) -> JudgedFile + Sync,
    ) -> Self {
        let mut judged = Self::default();
        for files in manifests.chunks(AT_ONCE) {
            for file in files.par_iter().map(&judge).collect::<Vec<_>>() {
                if let Some(manifest) = file.manifest {
                    judged.manifests.insert(file.entry.file, manifest);
                }
                judged.entries.push(file.entry);
                judged.add(file.findings);
            }
        }
        judged
    }

    /// Adds findings. The secrets they name count even if another finding silences them.
    fn add(&mut self, mut findings: Findings) {
        for finding in &mut findings {
            let Some(file) = finding.file() else {
                continue;
            };
            if finding.withholds_server {
                self.files_with_secrets.insert(file);
            }
            if !finding.secrets.is_empty() {
                let secrets = self.secrets.entry(file).or_default();
                secrets.extend(std::mem::take(&mut finding.secrets));
            }
            let rule = lint::find(finding.rule);
            if rule.is_some_and(|rule| rule.group == Group::Reading) {
                self.broken_files.insert(file);
            }
        }
        self.findings.append(&mut findings);
    }

    /// Adds the findings of the whole catalog, and those from before the first file.
    fn finish(&mut self, line: &Line<'_>, before: Findings, is_alone: bool) {
        entry::sort(&mut self.entries);
        self.add(line.judge_catalog(&self.entries));
        self.add(before);
        if is_alone {
            self.findings.retain_mut(|finding| {
                let alone = lint::find(finding.rule).map(|rule| rule.alone);
                if alone == Some(Alone::NoFix) {
                    finding.fix = None;
                }
                alone != Some(Alone::Nothing)
            });
        }
    }
}

impl JudgedTarget {
    fn new(
        target: Target,
        manifests: Vec<ManifestFile>,
        mut judged: Judged,
        locks: Option<Locks>,
        allowlist: LoadedAllowlist,
        sources: &Sources,
    ) -> Self {
        let is_named = |file| {
            let file = sources.file(file);
            file.is_none_or(|known| target.selection.names(&known.path))
        };
        let of_manifests: HashSet<FileId> =
            manifests.iter().map(|manifest| manifest.file).collect();
        let files = of_manifests.iter().filter(|file| is_named(**file)).count();
        // Findings outside the manifests, such as in the allowlist, belong to every run.
        judged.findings.retain(|finding| {
            let place = finding.place.as_ref();
            place.is_none_or(|place| !of_manifests.contains(&place.file) || is_named(place.file))
        });
        Self {
            target,
            manifests,
            judged,
            has_lock: locks.is_some(),
            locks: locks.unwrap_or_default(),
            allowlist: allowlist.allowlist,
            files,
            has_allowlist: allowlist.is_there,
            allowlist_file: allowlist.file,
        }
    }

    /// The line that judged it, to judge more texts.
    pub(crate) fn line<'a>(&'a self, workspace: &'a Workspace, sources: &'a Sources) -> Line<'a> {
        Line {
            config: &workspace.config,
            sources,
            manifests: &self.manifests,
            locks: self.has_lock.then_some(&self.locks),
            allowlist: self.allowlist.as_ref(),
        }
    }
}
