//! A run of `diff`: judges and compiles the base and this folder, and compares them.

use std::collections::HashMap;
use std::path::Path;

use crate::catalog::config::Config;
use crate::catalog::workspace::{Options, Selection, Target, Workspace};
use crate::compile::plan::{LeftOutReason, Plan};
use crate::compile::{self, Catalog};
use crate::discovery::{Lock, Locks};
use crate::pipeline::failure::Failure;
use crate::pipeline::line::{Keep, Line};
use crate::pipeline::settle::settle;
use crate::pipeline::{Judged, JudgedTarget, locks, redaction};
use crate::source::finding::Finding;
use crate::source::{FileId, Origin, Sources};
use crate::text::profile::Profile;
use crate::text::secrets::redactor::Redactor;

use super::base::{Base, BaseName};
use super::edited::edited_artifacts;
use super::{CatalogState, ComparedServer, Comparison, CompiledManifest, Kind, Sentence};

/// Both states of a catalog, ready to be compared.
#[derive(Debug)]
pub(crate) struct BothStates {
    /// The base, as the user named it.
    pub(crate) base_name: String,
    /// The id of the commit that is compared with; nothing for a folder.
    pub(crate) base_commit: Option<String>,
    before: CatalogState,
    after: CatalogState,
    /// Changes that belong to no server: what could not be read of the base, and artifacts edited by hand.
    beside: Vec<(Kind, Sentence)>,
    /// Why the artifacts could not be compared.
    pub(crate) compile_error: Option<compile::CompileError>,
    /// The files of the state of now.
    pub(crate) sources: Sources,
    /// What is wrong with it.
    pub(crate) found: Vec<Finding>,
    /// Hides what is secret in either.
    pub(crate) redactor: Redactor,
}

/// The base of a comparison, and the configuration that this folder has itself.
#[derive(Debug)]
pub(crate) struct Against {
    base: Base,
    pub(crate) own_config: Config,
    /// The configuration that both states are judged by.
    judging: Config,
}

impl Against {
    /// Reads the base, and has the workspace judge by its configuration, so that no change can relax the rules that it is
    /// judged by. `locks` are those of this folder, for a base that has none of its own.
    pub(crate) fn read(
        base: &BaseName,
        workspace: &mut Workspace,
        options: &Options,
        locks: &Locks,
    ) -> Result<Self, Failure> {
        let base = Base::read(base, workspace, options, locks)?;
        let own_config = workspace.config.clone();
        judge_by(&mut workspace.config, &base.judging, options.profile);
        let judging = workspace.config.clone();
        Ok(Self { base, own_config, judging })
    }

    /// Whether this folder has other settings than it is judged by.
    pub(crate) fn has_other_settings(&self) -> bool {
        self.own_config != self.judging
    }

    /// Whether the base has no manifest.
    pub(crate) fn is_empty(&self) -> bool {
        self.base.manifests.is_empty()
    }
}

impl BothStates {
    /// Reads the base and judges this folder. `None` if neither has a manifest.
    pub(crate) fn read(
        base: &BaseName,
        workspace: &mut Workspace,
        options: &Options,
    ) -> Result<Option<Self>, Failure> {
        let locks = locks::committed(workspace, &workspace.folders())?;
        let against = Against::read(base, workspace, options, &locks)?;
        let mut sources = Sources::default();
        let mut now = judge_now(workspace, &against.base, locks, &mut sources)?;
        if now.files == 0 && against.is_empty() {
            return Ok(None);
        }
        let found = settle(workspace, std::slice::from_mut(&mut now), &mut sources).shown;
        Self::of(against, workspace, now, found, sources).map(Some)
    }

    /// Compiles both states, of which this folder's is judged already, and its findings are settled.
    pub(crate) fn of(
        Against { base, own_config: config, judging }: Against,
        workspace: &Workspace,
        mut now: JudgedTarget,
        found: Vec<Finding>,
        sources: Sources,
    ) -> Result<Self, Failure> {
        // The developers' own lock is not part of a change, nor are their servers where the base has none to compare with.
        now.locks.catalog_local = Lock::default();
        if !base.has_local {
            now.judged.entries.retain(|entry| entry.origin == Origin::Catalog);
        }
        let line = Line {
            config: &judging,
            sources: &base.sources,
            manifests: &base.manifests,
            locks: Some(&base.locks),
            allowlist: None,
        };
        let before = line.judge(Keep::Manifests);
        let base_state = Some((&before, &base.sources));
        let redactor = redaction::redaction_of(&[&now.judged], &sources, base_state).redactor;

        let plan_before = plan(&before, &base.locks, &base.config).ok();
        let plan_now = plan(&now.judged, &now.locks, &config);
        let unreadable = base.unreadable.iter().cloned();
        let mut beside: Vec<_> = unreadable.map(|what| (Kind::BaseUnreadable, what)).collect();
        // Artifacts of the development profile are not committed.
        if let (Ok(plan), Profile::Production) = (&plan_now, config.profile)
            && base.has_artifacts()
        {
            let edited = edited_artifacts(workspace, &config, plan, &base)?.into_iter();
            beside.extend(edited.map(|what| (Kind::ArtifactEdited, what)));
        }
        let (file_before, file_now) = config_names(workspace, &base);
        Ok(Self {
            base_commit: base.commit().map(str::to_owned),
            before: CatalogState {
                servers: servers(
                    before,
                    &base.sources,
                    &base.locks,
                    &base.config,
                    plan_before.as_ref(),
                ),
                locks: base.locks,
                config: base.config,
                config_file: file_before,
            },
            after: CatalogState {
                servers: servers(now.judged, &sources, &now.locks, &config, plan_now.as_ref().ok()),
                locks: now.locks,
                config,
                config_file: file_now,
            },
            base_name: base.name,
            beside,
            compile_error: plan_now.err(),
            sources,
            found,
            redactor,
        })
    }

    pub(crate) fn compare(&self) -> Comparison<'_> {
        super::compare(&self.before, &self.after, &self.beside)
    }
}

/// Takes over the settings of the base that decide how a catalog is judged. Where it lies and where its artifacts go stay:
/// what is judged is what is in force once it is merged.
fn judge_by(config: &mut Config, base: &Config, profile: Option<Profile>) {
    config.rules.clone_from(&base.rules);
    config.ignore.clone_from(&base.ignore);
    config.policy.clone_from(&base.policy);
    config.proxy.clone_from(&base.proxy);
    config.probe.clone_from(&base.probe);
    config.max_file_bytes = base.max_file_bytes;
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
    let target = Target { folders, selection: Selection::Everything };
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

fn plan(judged: &Judged, locks: &Locks, config: &Config) -> Result<Plan, compile::CompileError> {
    compile::compile(&Catalog {
        entries: &judged.entries,
        manifests: &judged.manifests,
        leave_out: &judged.files_with_secrets,
        locks: Some(locks),
        config,
    })
}

/// How the configurations of the base and of now are called in output.
fn config_names(workspace: &Workspace, base: &Base) -> (Option<String>, Option<String>) {
    let name = |path: &Path| {
        let shown = path.strip_prefix(&workspace.working_folder).unwrap_or(path);
        shown.display().to_string()
    };
    let now = workspace.config_file.as_deref().map(name);
    let before = match base.commit() {
        Some(_) => base.config_file.as_deref().map(name),
        // The file of another folder has another path, which is not a change.
        None => now.clone(),
    };
    (before, now)
}

/// The servers of a state, each with what it compiles to.
fn servers(
    mut judged: Judged,
    sources: &Sources,
    locks: &Locks,
    config: &Config,
    plan: Option<&Plan>,
) -> Vec<ComparedServer> {
    let left_out = plan.into_iter().flat_map(|plan| &plan.left_out);
    let left_out: HashMap<FileId, &LeftOutReason> =
        left_out.map(|left_out| (left_out.file, &left_out.reason)).collect();
    let servers = judged.entries.into_iter().map(|entry| {
        let manifest = judged.manifests.remove(&entry.file);
        let is_shown = entry.is_compiled(config.profile);
        let reason = left_out.get(&entry.file).copied();
        let text = sources.read(entry.file, config.max_file_bytes);
        ComparedServer {
            file: sources.name(entry.file).to_owned(),
            text: text.unwrap_or_default(),
            compiled: manifest.map(|manifest| CompiledManifest {
                parts: compile::parts(&entry, &manifest, Some(locks), config.profile),
                manifest,
            }),
            holds_secret: entry.holds_secret || judged.files_with_secrets.contains(&entry.file),
            left_out: reason.filter(|_| is_shown).cloned(),
            entry,
        }
    });
    servers.collect()
}
