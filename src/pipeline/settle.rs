//! Applies the configuration to the findings: ignores and levels, which also decide what silences what.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use crate::catalog::entry::Entry;
use crate::catalog::workspace::Workspace;
use crate::lint::{self, Group};
use crate::manifest::oauth::{Undetermined, Verdict};
use crate::source::finding::{Finding, Severity};
use crate::source::{FileId, Origin, Sources};
use crate::text::profile::Profile;

use super::JudgedTarget;
use super::ignores::Ignores;

/// The findings, after precedence, ignores and levels.
#[derive(Debug)]
pub(crate) struct Settled {
    pub(crate) shown: Vec<Finding>,
    /// How many were hidden by an ignore.
    pub(crate) suppressed: usize,
}

/// Takes the findings out of the targets, and applies precedence, ignores and levels to them.
pub(crate) fn settle(
    workspace: &Workspace,
    targets: &mut [JudgedTarget],
    sources: &mut Sources,
) -> Settled {
    let mut found = Vec::new();
    for target in targets.iter_mut() {
        if found.is_empty() {
            found = std::mem::take(&mut target.judged.findings);
        } else {
            found.append(&mut target.judged.findings);
        }
    }
    let ignores = Ignores::new(&workspace.config.ignore, &workspace.root, workspace.today);
    lint::silence(&mut found, &workspace.config, |finding| ignores.cover(finding, sources));
    let mut sifted = ignores.sift(found, sources);
    if let Some(path) = &workspace.config_file {
        let file = sources.add(path.clone(), &workspace.working_folder);
        let by_path: Vec<HashMap<&Path, &Entry>> =
            targets.iter().map(|target| by_path(&target.judged.entries, sources)).collect();
        let was_judged = |path: &Path, rule: &str| {
            targets.iter().zip(&by_path).any(|(target, by_path)| {
                let entry = by_path.get(path).copied();
                was_judged(workspace, target, sources, path, entry, rule)
            })
        };
        let stale = ignores.stale(&sifted, file, was_judged);
        sifted.left.extend(stale);
    }
    let at_level = |finding: Finding| {
        let severity = workspace.config.level(finding.rule, finding.severity)?;
        Some(finding.severity(severity))
    };
    Settled {
        shown: sifted.left.into_iter().filter_map(at_level).collect(),
        suppressed: sifted.ignored.into_iter().filter_map(at_level).count(),
    }
}

impl Settled {
    /// Whether a finding of at least this level stops the build.
    pub(crate) fn fails(
        &self,
        workspace: &Workspace,
        targets: &[JudgedTarget],
        least: Severity,
    ) -> bool {
        let uncounted = uncounted(targets, |entry| counts(workspace, entry.origin));
        let mut failing = self.shown.iter();
        failing.any(|finding| finding.severity >= least && is_counted(finding.file(), &uncounted))
    }
}

/// Whether the findings of a folder count: those of `catalog_local` never stop a production build.
pub(crate) fn counts(workspace: &Workspace, origin: Origin) -> bool {
    origin == Origin::Catalog || workspace.config.profile == Profile::Development
}

/// The files whose findings do not affect the exit status.
pub(crate) fn uncounted(
    targets: &[JudgedTarget],
    counts: impl Fn(&Entry) -> bool,
) -> HashSet<FileId> {
    let entries = targets.iter().flat_map(|target| &target.judged.entries);
    let uncounted = entries.filter(|entry| !counts(entry));
    uncounted.map(|entry| entry.file).collect()
}

/// Whether a finding in this file, or in none, affects the exit status.
pub(crate) fn is_counted(file: Option<FileId>, uncounted: &HashSet<FileId>) -> bool {
    file.is_none_or(|file| !uncounted.contains(&file))
}

/// How many errors stop the catalog from being compiled.
pub(crate) fn count_errors(
    workspace: &Workspace,
    targets: &mut [JudgedTarget],
    sources: &mut Sources,
) -> usize {
    let uncounted = uncounted(targets, |entry| counts(workspace, entry.origin));
    let shown = settle(workspace, targets, sources).shown;
    let errors = shown.iter().filter(|finding| finding.severity == Severity::Error);
    errors.filter(|finding| is_counted(finding.file(), &uncounted)).count()
}

fn by_path<'a>(entries: &'a [Entry], sources: &'a Sources) -> HashMap<&'a Path, &'a Entry> {
    let with_path = |entry: &'a Entry| Some((sources.file(entry.file)?.path.as_path(), entry));
    entries.iter().filter_map(with_path).collect()
}

/// Whether this run would have seen a finding of this rule in this file.
fn was_judged(
    workspace: &Workspace,
    target: &JudgedTarget,
    sources: &Sources,
    path: &Path,
    entry: Option<&Entry>,
    rule: &str,
) -> bool {
    let Some(rule) = lint::find(rule) else {
        return false;
    };
    let config = &workspace.config;
    if config.level(rule.id, rule.level).is_none() {
        return false;
    }
    let mut entries = target.judged.entries.iter();
    let has_developers = entries.any(|entry| entry.origin == Origin::CatalogLocal);
    let says_all = |origin| rule.says_all(origin, config.profile, has_developers);
    let has_path = |file: FileId| sources.file(file).is_some_and(|file| file.path == path);
    let Some(entry) = entry else {
        // A file that is missing from a folder that was read in full no longer exists.
        let folders = &target.target.folders;
        let was_listed = [&folders.catalog, &folders.catalog_local]
            .into_iter()
            .any(|folder| folder.as_deref() == path.parent());
        let is_allowlist = target.allowlist_file.is_some_and(has_path);
        return (is_allowlist && says_all(Origin::Catalog))
            || (was_listed && target.target.selection.names(path));
    };
    let was_read = entry.classification.verdict != Verdict::Undetermined(Undetermined::Unreadable);
    let has_facts = match rule.group {
        Group::Proxy => target.has_allowlist,
        Group::Discovery => {
            let known = &mut target.locks.entries(entry.origin, &entry.id);
            known.next().is_some()
        }
        Group::Reading
        | Group::Identity
        | Group::OAuth
        | Group::Tokens
        | Group::Launch
        | Group::Secrets
        | Group::Suppressions => true,
    };
    was_read && has_facts && says_all(entry.origin) && target.target.selection.names(path)
}
