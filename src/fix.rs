//! Fixes: which of them hold, and a text with all of them applied.
//!
//! A fix holds only if a second check of the edited text no longer shows its finding and shows none that was not there
//! before. Every byte outside its edits stays as it is.

use std::collections::BTreeMap;

use crate::edit::{self, Document, TextEdit};
use crate::entry::{self, Entry};
use crate::finding::Finding;
use crate::lint::{self, Findings};
use crate::pipeline::{JudgedFile, Keep, Line};
use crate::source::{FileId, ManifestFile};

/// A catalog whose files are repaired one after another; each repair is judged with those before it.
#[derive(Debug)]
pub struct Workshop<'a> {
    line: &'a Line<'a>,
    entries: Vec<Entry>,
    /// What only the whole catalog shows, with these entries.
    of_catalog: Vec<Finding>,
}

/// For how many findings of a file a fix is looked for when they are shown; `--fix` repairs all of them.
const MOST_OFFERED: usize = 100;

/// A text after its repair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repaired {
    pub text: String,
    /// How many fixes were applied.
    pub fixes: usize,
}

/// How often each rule speaks of each file, as far as it is shown.
type Counts = BTreeMap<(Option<FileId>, &'static str), usize>;

/// A text with what is found in it and because of it.
struct Judged {
    text: String,
    entry: Entry,
    of_catalog: Vec<Finding>,
    /// After precedence: those of the file, and those of the whole catalog.
    findings: Vec<Finding>,
    counts: Counts,
}

impl<'a> Workshop<'a> {
    /// A workshop for a catalog as it was judged.
    pub fn new(line: &'a Line<'a>, entries: Vec<Entry>) -> Self {
        let of_catalog = line.judge_catalog(&entries).list;
        Self {
            line,
            entries,
            of_catalog,
        }
    }

    /// Which of the findings in this text have a fix that holds, in their order.
    ///
    /// Each costs a judgement of the whole text, so that no more than the first are asked for: a file of a megabyte can
    /// have a hundred thousand.
    pub fn hold<'f>(
        &self,
        file: &ManifestFile,
        text: &str,
        findings: impl IntoIterator<Item = &'f Finding>,
    ) -> Vec<bool> {
        let before = self.judge(file, text.to_owned());
        let document = Document::of(text);
        let holds = |finding: &Finding| {
            let edits = edits_of(document.as_ref()?, finding)?;
            self.apply(file, &before, &[(finding.rule, edits)])
        };
        let findings = findings.into_iter().enumerate();
        findings
            .map(|(index, finding)| index < MOST_OFFERED && holds(finding).is_some())
            .collect()
    }

    /// Repairs files until no fix is left that holds: what is done to one may free the way for another before it.
    /// Gives those that changed.
    pub fn repair_all(
        &mut self,
        mut files: Vec<(&ManifestFile, String)>,
        is_wanted: impl Fn(&Finding) -> bool,
    ) -> BTreeMap<FileId, Repaired> {
        let mut all: BTreeMap<FileId, Repaired> = BTreeMap::new();
        loop {
            let mut fixes = 0;
            for (file, text) in &mut files {
                let repaired = self.repair(file, text.clone(), &is_wanted);
                if repaired.fixes > 0 {
                    fixes += repaired.fixes;
                    text.clone_from(&repaired.text);
                    let earlier = all.get(&file.file).map_or(0, |earlier| earlier.fixes);
                    let fixes = earlier + repaired.fixes;
                    all.insert(file.file, Repaired { fixes, ..repaired });
                }
            }
            if fixes == 0 || files.len() == 1 {
                return all;
            }
        }
    }

    /// Applies the fixes of all findings that are wanted, in rounds: fixes whose edits overlap, and those that do not
    /// hold together, wait for the next one.
    pub fn repair(
        &mut self,
        file: &ManifestFile,
        text: String,
        is_wanted: impl Fn(&Finding) -> bool,
    ) -> Repaired {
        let mut current = self.judge(file, text);
        let mut fixes = 0;
        // Each round leaves fewer findings than there were, so that there is a last one.
        while let Some((next, applied)) = self.round(file, &current, &is_wanted) {
            current = next;
            fixes += applied;
        }
        self.entries.retain(|entry| entry.file != file.file);
        self.entries.push(current.entry);
        entry::sort(&mut self.entries);
        self.of_catalog = current.of_catalog;
        Repaired {
            text: current.text,
            fixes,
        }
    }

    /// One round: all fixes that do not overlap together, else the first that holds alone.
    fn round(
        &self,
        file: &ManifestFile,
        current: &Judged,
        is_wanted: &impl Fn(&Finding) -> bool,
    ) -> Option<(Judged, usize)> {
        let in_file = |finding: &&Finding| {
            let place = finding.place.as_ref();
            place.is_some_and(|place| place.file == file.file)
        };
        let document = Document::of(&current.text)?;
        let findings = current.findings.iter().filter(in_file);
        let fixes: Vec<(&'static str, Vec<TextEdit>)> = findings
            .filter(|finding| is_wanted(finding))
            .filter_map(|finding| Some((finding.rule, edits_of(&document, finding)?)))
            .collect();
        let mut together: Vec<(&'static str, Vec<TextEdit>)> = Vec::new();
        for fix in &fixes {
            let is_free = |other: &(_, Vec<TextEdit>)| !overlap(&other.1, &fix.1);
            if together.iter().all(is_free) {
                together.push(fix.clone());
            }
        }
        if let Some(next) = self.apply(file, current, &together) {
            return Some((next, together.len()));
        }
        fixes
            .iter()
            .find_map(|fix| self.apply(file, current, std::slice::from_ref(fix)))
            .map(|next| (next, 1))
    }

    /// The edited text, if all of the fixes hold.
    fn apply(
        &self,
        file: &ManifestFile,
        before: &Judged,
        fixes: &[(&'static str, Vec<TextEdit>)],
    ) -> Option<Judged> {
        if fixes.is_empty() {
            return None;
        }
        let mut edits: Vec<TextEdit> = fixes.iter().flat_map(|(_, edits)| edits.clone()).collect();
        edits.sort();
        let after = self.judge(file, edit::apply(&before.text, &edits)?);
        let is_new = |(key, count): (&_, &usize)| before.counts.get(key).unwrap_or(&0) < count;
        if after.counts.iter().any(is_new) {
            return None;
        }
        let mut expected = before.counts.clone();
        for (rule, _) in fixes {
            let count = expected.get_mut(&(Some(file.file), *rule))?;
            *count = count.checked_sub(1)?;
        }
        let is_gone = |rule: &'static str| {
            let key = (Some(file.file), rule);
            after.counts.get(&key).unwrap_or(&0) <= expected.get(&key).unwrap_or(&0)
        };
        fixes.iter().all(|(rule, _)| is_gone(rule)).then_some(after)
    }

    /// What the whole catalog shows with an entry in the place of the one that its file had.
    fn of_catalog_with(&self, entry: &Entry) -> Vec<Finding> {
        if self.entries.contains(entry) {
            return self.of_catalog.clone();
        }
        let others = self.entries.iter().filter(|other| other.file != entry.file);
        let mut entries: Vec<Entry> = others.chain([entry]).cloned().collect();
        entry::sort(&mut entries);
        self.line.judge_catalog(&entries).list
    }

    /// Judges a text as if it stood in the file.
    fn judge(&self, file: &ManifestFile, text: String) -> Judged {
        let JudgedFile {
            entry, findings, ..
        } = self.line.judge_text(file, &text, Keep::Entries);
        let of_catalog = self.of_catalog_with(&entry);
        let mut all = Findings::default();
        all.append(findings);
        all.list.extend(of_catalog.iter().cloned());
        lint::apply_precedence(&mut all.list);
        let findings = all.list;
        let mut counts = Counts::new();
        for finding in &findings {
            let config = self.line.config;
            if config.level(finding.rule, finding.severity).is_some() {
                let file = finding.place.as_ref().map(|place| place.file);
                *counts.entry((file, finding.rule)).or_default() += 1;
            }
        }
        Judged {
            text,
            entry,
            of_catalog,
            findings,
            counts,
        }
    }
}

/// The edits of a finding's fix, if there is one that can be made.
fn edits_of(document: &Document<'_>, finding: &Finding) -> Option<Vec<TextEdit>> {
    document.text_edits(&finding.fix.as_ref()?.edits)
}

/// Whether two fixes touch the same bytes, or put something into the same place.
fn overlap(left: &[TextEdit], right: &[TextEdit]) -> bool {
    let touch = |left: &TextEdit, right: &TextEdit| {
        (left.start < right.end && right.start < left.end)
            || (left.start == right.start)
            || (left.end == right.end)
    };
    left.iter()
        .any(|left| right.iter().any(|right| touch(left, right)))
}
