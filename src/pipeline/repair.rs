//! The fixes of judged catalogs: drops those that do not hold, or applies them to the files.

use std::borrow::Borrow;
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use rayon::prelude::*;

use crate::catalog::workspace::Workspace;
use crate::source::finding::Finding;
use crate::source::{FileId, ManifestFile, Sources};
use crate::text::visible::visible;

use super::JudgedTarget;
use super::fix::{CatalogRepair, Repaired};
use super::ignores::Ignores;

/// A file changed by fixes.
#[derive(Debug)]
pub(crate) struct ChangedFile {
    pub(crate) file: FileId,
    pub(crate) path: PathBuf,
    pub(crate) name: String,
    pub(crate) old: String,
    pub(crate) repaired: Repaired,
}

/// Repairs the files that have findings with fixes.
pub(crate) fn repair(
    workspace: &Workspace,
    targets: &[JudgedTarget],
    sources: &Sources,
    with_risky: bool,
) -> Vec<ChangedFile> {
    let ignores = Ignores::new(&workspace.config.ignore, &workspace.root, workspace.today);
    let is_wanted = |finding: &Finding| {
        let is_asked = |safe: bool| safe || with_risky;
        finding.fix.as_ref().is_some_and(|fix| is_asked(fix.safe))
            && is_shown(workspace, finding)
            && !ignores.cover(finding, sources)
    };
    let mut changed = Vec::new();
    for target in targets {
        let line = target.line(workspace, sources);
        let files = with_fixes(target, target.judged.findings.iter());
        let read = |file| sources.read(file, workspace.config.max_file_bytes).ok();
        let texts = files.into_values();
        let texts: Vec<(&ManifestFile, String)> =
            texts.filter_map(|(file, _)| Some((file, read(file.file)?))).collect();
        let mut repair = CatalogRepair::new(&line, &target.judged.entries, &ignores);
        for (file, repaired) in repair.repair_all(texts, is_wanted) {
            let (Some(source), Some(old)) = (sources.file(file), read(file)) else {
                continue;
            };
            changed.push(ChangedFile {
                file,
                path: source.path.clone(),
                name: visible(&source.name).into_owned(),
                old,
                repaired,
            });
        }
    }
    changed
}

/// Removes the fixes that do not hold from findings that are about to be shown.
pub(crate) fn keep_offered(
    workspace: &Workspace,
    targets: &[JudgedTarget],
    sources: &Sources,
    shown: &mut [Finding],
) {
    let ignores = Ignores::new(&workspace.config.ignore, &workspace.root, workspace.today);
    for target in targets {
        let line = target.line(workspace, sources);
        let with_fixes = with_fixes(target, shown.iter_mut());
        if with_fixes.is_empty() {
            continue;
        }
        let repair = CatalogRepair::new(&line, &target.judged.entries, &ignores);
        let with_fixes: Vec<_> = with_fixes.into_values().collect();
        with_fixes.into_par_iter().for_each(|(file, findings)| {
            let text = sources.read(file.file, workspace.config.max_file_bytes).unwrap_or_default();
            let hold = repair.hold(file, &text, findings.iter().map(|finding| &**finding));
            for (finding, holds) in findings.into_iter().zip(hold) {
                if !holds {
                    finding.fix = None;
                }
            }
        });
    }
}

/// The manifests of a target that have findings with fixes, each with those findings.
fn with_fixes<F: Borrow<Finding>>(
    target: &JudgedTarget,
    findings: impl Iterator<Item = F>,
) -> BTreeMap<FileId, (&ManifestFile, Vec<F>)> {
    let manifests: HashMap<FileId, &ManifestFile> =
        target.manifests.iter().map(|manifest| (manifest.file, manifest)).collect();
    let mut by_file: BTreeMap<FileId, (&ManifestFile, Vec<F>)> = BTreeMap::new();
    for finding in findings {
        let found = finding.borrow();
        let manifest = found.file().and_then(|file| manifests.get(&file));
        if let (Some(manifest), Some(_)) = (manifest, &found.fix) {
            let entry = by_file.entry(manifest.file);
            entry.or_insert((manifest, Vec::new())).1.push(finding);
        }
    }
    by_file
}

fn is_shown(workspace: &Workspace, finding: &Finding) -> bool {
    let level = workspace.config.level(finding.rule, finding.severity);
    level.is_some()
}
