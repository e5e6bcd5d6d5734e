//! Decides which fixes hold, and applies them.
//!
//! A fix holds if checking the edited text no longer shows its finding and shows nothing new. Every byte outside its
//! edits stays as it is.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::catalog::config::Config;
use crate::catalog::entry::{self, Entry};
use crate::lint;
use crate::pipeline::ignores::Ignores;
use crate::pipeline::{JudgedFile, Keep, Line};
use crate::source::edit::{self, Document, TextEdit};
use crate::source::finding::{Edit, Finding};
use crate::source::{FileId, ManifestFile};

/// A catalog whose files are repaired one after another; each repair is judged with those before it.
#[derive(Debug)]
pub struct CatalogRepair<'a> {
    line: &'a Line<'a>,
    ignores: &'a Ignores<'a>,
    /// Copied only where a repair changes one of them.
    entries: Cow<'a, [Entry]>,
    of_catalog: Arc<OfCatalog>,
}

/// What only the whole catalog shows, with some entries.
#[derive(Debug)]
struct OfCatalog {
    by_file: HashMap<Option<FileId>, Vec<Finding>>,
    /// After precedence: what is shown in each file, as far as the whole catalog decides it.
    counts: FindingCounts,
}

/// A text after its repair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repaired {
    pub text: String,
    /// How many fixes were applied.
    pub fixes: usize,
}

/// How many bytes are checked again for the fixes of one file, and how many texts at least: enough for any file that a
/// person wrote, and an end to one with a hundred thousand fixes.
const MOST_BYTES_CHECKED: usize = 1 << 20;

const LEAST_TRIALS: usize = 16;

/// How many findings of each rule are shown in each file.
type FindingCounts = BTreeMap<(Option<FileId>, &'static str), usize>;

/// A text, checked in the place of its file.
struct CheckedText {
    text: String,
    entry: Entry,
    /// Those in its file, after precedence.
    findings: Vec<Finding>,
    here: FindingCounts,
    /// What the whole catalog shows, in other files too.
    of_catalog: Arc<OfCatalog>,
}

impl CheckedText {
    /// Whether fixes of these rules held: one finding fewer of each, and no new finding anywhere.
    fn repairs(&self, before: &Self, file: FileId, rules: &[&'static str]) -> bool {
        let mut most = before.here.clone();
        for rule in rules {
            let Some(count) = most.get_mut(&(Some(file), *rule)).filter(|count| **count > 0) else {
                return false;
            };
            *count -= 1;
        }
        let (after, before) = (&self.of_catalog, &before.of_catalog);
        let elsewhere = after.counts.iter().filter(|((of, _), _)| *of != Some(file));
        is_within(&self.here, &most)
            && (Arc::ptr_eq(after, before) || is_within(elsewhere, &before.counts))
    }
}

impl<'a> CatalogRepair<'a> {
    /// Takes a catalog as it was judged.
    pub fn new(line: &'a Line<'a>, entries: &'a [Entry], ignores: &'a Ignores<'a>) -> Self {
        let of_catalog = Arc::new(OfCatalog::of(line, ignores, entries));
        Self { line, ignores, entries: Cow::Borrowed(entries), of_catalog }
    }

    /// Whether the fix of each of these findings in one text holds. Fixes beyond the number of trials do not.
    pub fn hold<'f>(
        &self,
        file: &ManifestFile,
        text: &str,
        findings: impl IntoIterator<Item = &'f Finding>,
    ) -> Vec<bool> {
        let before = self.check(file, text.to_owned());
        let document = Document::of(text);
        let mut trials = trials(text);
        let mut holds = |finding: &Finding| {
            trials = trials.checked_sub(1)?;
            let edits = edits_of(document.as_ref()?, finding)?;
            let after = self.check(file, edit::apply(text, &edits)?);
            Some(after.repairs(&before, file.file, &[finding.rule]))
        };
        findings.into_iter().map(|finding| holds(finding) == Some(true)).collect()
    }

    /// Repairs files until no fix holds any more, since a repair of one file can let a fix of an earlier one hold.
    /// Returns those that changed.
    pub fn repair_all(
        &mut self,
        mut files: Vec<(&ManifestFile, String)>,
        is_wanted: impl Fn(&Finding) -> bool,
    ) -> BTreeMap<FileId, Repaired> {
        let mut all: BTreeMap<FileId, Repaired> = BTreeMap::new();
        loop {
            let mut found_any = false;
            for (file, text) in &mut files {
                let repaired = self.repair(file, text.clone(), &is_wanted);
                if repaired.fixes == 0 {
                    continue;
                }
                found_any = true;
                text.clone_from(&repaired.text);
                let so_far =
                    all.entry(file.file).or_insert(Repaired { text: String::new(), fixes: 0 });
                so_far.text = repaired.text;
                so_far.fixes += repaired.fixes;
            }
            if !found_any || files.len() == 1 {
                return all;
            }
        }
    }

    /// Applies the wanted fixes in rounds: fixes that overlap, or do not hold together, wait for the next round.
    pub fn repair(
        &mut self,
        file: &ManifestFile,
        text: String,
        is_wanted: impl Fn(&Finding) -> bool,
    ) -> Repaired {
        let mut trials = trials(&text);
        let mut current = self.check(file, text);
        let mut fixes = 0;
        // Each round leaves fewer findings, so this ends.
        while let Some((next, applied)) = self.round(file, &current, &is_wanted, &mut trials) {
            current = next;
            fixes += applied;
        }
        if fixes == 0 {
            return Repaired { text: current.text, fixes };
        }
        let entries = self.entries.to_mut();
        entries.retain(|entry| entry.file != file.file);
        entries.push(current.entry);
        entry::sort(entries);
        self.of_catalog = current.of_catalog;
        Repaired { text: current.text, fixes }
    }

    /// One round: all fixes at once; if they do not hold together, those that do not overlap; else the first that holds
    /// alone.
    fn round(
        &self,
        file: &ManifestFile,
        current: &CheckedText,
        is_wanted: &impl Fn(&Finding) -> bool,
        trials: &mut usize,
    ) -> Option<(CheckedText, usize)> {
        let document = Document::of(&current.text)?;
        let wanted: Vec<&Finding> =
            current.findings.iter().filter(|finding| is_wanted(finding)).collect();
        let rules: Vec<&'static str> = wanted.iter().map(|finding| finding.rule).collect();
        let edits = wanted.iter().filter_map(|finding| finding.fix.as_ref());
        let edits: Vec<Edit> = edits.flat_map(|fix| &fix.edits).cloned().collect();
        *trials = trials.checked_sub(1)?;
        let all = document.text_edits(&edits);
        if let Some(next) = all.and_then(|edits| self.apply(file, current, &edits, &rules)) {
            return Some((next, wanted.len()));
        }
        // More than these cannot be tried.
        let fixes: Vec<(&'static str, Vec<TextEdit>)> = wanted
            .into_iter()
            .take(*trials)
            .filter_map(|finding| Some((finding.rule, edits_of(&document, finding)?)))
            .collect();
        let mut disjoint = DisjointEdits::default();
        let together = fixes.iter().filter(|(_, edits)| disjoint.take(edits));
        let (rules, edits): (Vec<_>, Vec<_>) = together.cloned().unzip();
        *trials = trials.checked_sub(1)?;
        if let Some(next) = self.apply(file, current, &edits.concat(), &rules) {
            return Some((next, rules.len()));
        }
        for (rule, edits) in &fixes {
            *trials = trials.checked_sub(1)?;
            if let Some(next) = self.apply(file, current, edits, &[*rule]) {
                return Some((next, 1));
            }
        }
        None
    }

    /// The edited text, if all of the fixes hold.
    fn apply(
        &self,
        file: &ManifestFile,
        before: &CheckedText,
        edits: &[TextEdit],
        rules: &[&'static str],
    ) -> Option<CheckedText> {
        if edits.is_empty() {
            return None;
        }
        let mut edits = edits.to_vec();
        edits.sort();
        let after = self.check(file, edit::apply(&before.text, &edits)?);
        after.repairs(before, file.file, rules).then_some(after)
    }

    /// Checks a text as if it stood in the file.
    fn check(&self, file: &ManifestFile, text: String) -> CheckedText {
        let JudgedFile { entry, mut findings, .. } =
            self.line.judge_text(file, &text, Keep::Entries);
        let of_catalog = if self.is_known(&entry) {
            Arc::clone(&self.of_catalog)
        } else {
            let entries = self.entries_with(entry.clone());
            Arc::new(OfCatalog::of(self.line, self.ignores, &entries))
        };
        let here = of_catalog.by_file.get(&Some(file.file));
        findings.extend(here.into_iter().flatten().cloned());
        let Line { config, sources, .. } = self.line;
        lint::silence(&mut findings, config, |finding| self.ignores.cover(finding, sources));
        let here = count(config, &findings);
        CheckedText { text, entry, findings, here, of_catalog }
    }

    /// Whether the catalog shows the same with this entry as with the one that its file had.
    fn is_known(&self, entry: &Entry) -> bool {
        let first = self.entries.partition_point(|known| known.id < entry.id);
        let with_id = self.entries.iter().skip(first);
        let with_id: Vec<&Entry> = with_id.take_while(|known| known.id == entry.id).collect();
        match with_id.as_slice() {
            // Only servers of one id are told apart by their hashes, and this is the only one.
            [known] => {
                let server_hash = known.server_hash;
                let oauth_hash = known.oauth_hash;
                **known == Entry { server_hash, oauth_hash, ..entry.clone() }
            }
            all => all.contains(&entry),
        }
    }

    /// The entries, with this one in the place of the one that its file had.
    fn entries_with(&self, entry: Entry) -> Vec<Entry> {
        let others = self.entries.iter().filter(|other| other.file != entry.file);
        let mut entries: Vec<Entry> = others.cloned().collect();
        entries.push(entry);
        entry::sort(&mut entries);
        entries
    }
}

impl OfCatalog {
    fn of(line: &Line<'_>, ignores: &Ignores<'_>, entries: &[Entry]) -> Self {
        let findings = line.judge_catalog(entries);
        let Line { config, sources, .. } = line;
        let silenced = lint::silenced(&findings, config, |finding| ignores.cover(finding, sources));
        let shown = findings.iter().zip(silenced).filter(|(_, is_silenced)| !is_silenced);
        let counts = count(config, shown.map(|(finding, _)| finding));
        let mut by_file: HashMap<Option<FileId>, Vec<Finding>> = HashMap::new();
        for finding in findings {
            by_file.entry(finding.file()).or_default().push(finding);
        }
        Self { by_file, counts }
    }
}

/// How many findings of each rule are shown in each file, of those that nothing silences.
fn count<'a>(config: &Config, findings: impl IntoIterator<Item = &'a Finding>) -> FindingCounts {
    let mut counts = FindingCounts::new();
    for finding in findings {
        if config.level(finding.rule, finding.severity).is_some() {
            *counts.entry((finding.file(), finding.rule)).or_default() += 1;
        }
    }
    counts
}

/// Whether nothing is shown more often than this.
fn is_within<'a>(
    counts: impl IntoIterator<Item = (&'a (Option<FileId>, &'static str), &'a usize)>,
    most: &FindingCounts,
) -> bool {
    counts.into_iter().all(|(key, count)| most.get(key).is_some_and(|most| count <= most))
}

/// How many edited versions of a text are checked at the most.
fn trials(text: &str) -> usize {
    (MOST_BYTES_CHECKED / text.len().max(1)).max(LEAST_TRIALS)
}

/// The edits of a finding's fix, if there is one that can be made.
fn edits_of(document: &Document<'_>, finding: &Finding) -> Option<Vec<TextEdit>> {
    document.text_edits(&finding.fix.as_ref()?.edits)
}

/// The byte ranges of edits that are made together. They are disjoint, so an edit that touches any of them touches its
/// neighbour before or after.
#[derive(Debug, Default)]
struct DisjointEdits(BTreeSet<(usize, usize)>);

impl DisjointEdits {
    /// Adds the edits of a fix, unless one of them touches an earlier edit.
    fn take(&mut self, edits: &[TextEdit]) -> bool {
        let is_free = !edits.iter().any(|edit| self.touches(edit));
        if is_free {
            self.0.extend(edits.iter().map(|edit| (edit.start, edit.end)));
        }
        is_free
    }

    /// Whether an edit changes the same bytes as another, or inserts at the same place.
    fn touches(&self, edit: &TextEdit) -> bool {
        let before = self.0.range(..=(edit.start, usize::MAX)).next_back();
        let after = self.0.range((edit.start, 0)..).next();
        before.into_iter().chain(after).any(|&(start, end)| {
            (start < edit.end && edit.start < end) || start == edit.start || end == edit.end
        })
    }
}
