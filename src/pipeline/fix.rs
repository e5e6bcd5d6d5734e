//! Fixes: which of them hold, and a text with all of them applied.
//!
//! A fix holds only if a second check of the edited text no longer shows its finding and shows none that was not there
//! before. Every byte outside its edits stays as it is.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::OnceLock;

use crate::catalog::entry::{self, Entry};
use crate::lint;
use crate::manifest::oauth::Verdict;
use crate::pipeline::{JudgedFile, Keep, Line};
use crate::source::edit::{self, Document, TextEdit};
use crate::source::finding::Finding;
use crate::source::{FileId, ManifestFile};
use crate::text::env_name;

/// A catalog whose files are repaired one after another; each repair is judged with those before it.
#[derive(Debug)]
pub struct CatalogRepair<'a> {
    line: &'a Line<'a>,
    /// Copied only where a repair changes one of them.
    entries: Cow<'a, [Entry]>,
    /// What only the whole catalog shows, with these entries.
    of_catalog: Vec<Finding>,
    /// Made for the first fix that changes what other files are compared with, which few do.
    compared: OnceLock<ComparedEntries>,
}

/// The entries by what a cross-file rule compares them for: an id that looks nearly the same, or a login.
#[derive(Debug)]
struct ComparedEntries {
    by_file: HashMap<FileId, usize>,
    /// Sorted by a hash of the id's alias; one that is the same by chance does no harm.
    by_alias: Vec<(u64, usize)>,
    with_login: Vec<usize>,
    /// Those whose ids need not have the same alias to look the same.
    not_ascii: Vec<usize>,
}

/// A text after its repair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repaired {
    pub text: String,
    /// How many fixes were applied.
    pub fixes: usize,
}

/// How many bytes are judged again for the fixes of one file, and at least how often. It is enough for every fix of a
/// file that anybody wrote, and an end to one that has a hundred thousand.
const MOST_JUDGED_AGAIN: usize = 1 << 20;

const LEAST_TRIALS: usize = 16;

/// How often each rule speaks of each file, as far as it is shown.
type Counts = BTreeMap<(Option<FileId>, &'static str), isize>;

/// How often anything speaks of one file and, because of it, of the others.
#[derive(Debug, Default)]
pub struct FindingCounts {
    here: Counts,
    /// How much more than without the edits.
    elsewhere: Counts,
}

impl FindingCounts {
    /// Counts a finding that is shown in the file.
    pub fn add(&mut self, finding: &Finding) {
        let file = finding.place.as_ref().map(|place| place.file);
        *self.here.entry((file, finding.rule)).or_default() += 1;
    }

    /// Whether, after the fixes of these rules in a file, nothing is shown more often than before, and what each of
    /// them repairs is gone.
    fn is_better(&self, before: &Self, file: FileId, rules: &[&'static str]) -> bool {
        let mut expected = before.here.clone();
        for rule in rules {
            *expected.entry((Some(file), *rule)).or_default() -= 1;
        }
        let is_gone = |rule: &&'static str| {
            let key = (Some(file), *rule);
            let expected = expected.get(&key).copied().unwrap_or_default();
            expected >= 0 && self.here.get(&key).copied().unwrap_or_default() <= expected
        };
        !shows_more(&self.here, &before.here)
            && !shows_more(&self.elsewhere, &before.elsewhere)
            && rules.iter().all(is_gone)
    }
}

/// A text with what is found in it and because of it.
struct Judged {
    text: String,
    entry: Entry,
    /// Those in its file, after precedence.
    findings: Vec<Finding>,
    counts: FindingCounts,
}

impl<'a> CatalogRepair<'a> {
    /// A workshop for a catalog as it was judged.
    pub fn new(line: &'a Line<'a>, entries: &'a [Entry]) -> Self {
        Self {
            of_catalog: line.judge_catalog(entries),
            line,
            entries: Cow::Borrowed(entries),
            compared: OnceLock::new(),
        }
    }

    /// Whether the fix of each of these findings in one text holds. Of more than can be tried, the last do not.
    ///
    /// `shown` are the findings in the file that are shown, which is all of them but those that are ignored.
    pub fn hold<'f>(
        &self,
        file: &ManifestFile,
        text: &str,
        shown: &FindingCounts,
        findings: impl IntoIterator<Item = &'f Finding>,
    ) -> Vec<bool> {
        // What does not add to the findings that are shown adds to none, so the text itself is rarely judged again.
        let before = OnceCell::new();
        let before = || before.get_or_init(|| self.judge(file, text.to_owned()));
        let document = Document::of(text);
        let mut trials = trials(text);
        let mut holds = |finding: &Finding| {
            let edits = edits_of(document.as_ref()?, finding)?;
            trials = trials.checked_sub(1)?;
            let after = self.judge(file, edit::apply(text, &edits)?);
            let is_better = |before| after.counts.is_better(before, file.file, &[finding.rule]);
            Some(is_better(shown) || is_better(&before().counts))
        };
        let findings = findings.into_iter();
        findings.map(|finding| holds(finding) == Some(true)).collect()
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

    /// Applies the fixes of all findings that are wanted, in rounds: fixes whose edits overlap, and those that do not
    /// hold together, wait for the next one.
    pub fn repair(
        &mut self,
        file: &ManifestFile,
        text: String,
        is_wanted: impl Fn(&Finding) -> bool,
    ) -> Repaired {
        let mut trials = trials(&text);
        let mut current = self.judge(file, text);
        let mut fixes = 0;
        // Each round leaves fewer findings than there were, so that there is a last one.
        while let Some((next, applied)) = self.round(file, &current, &is_wanted, &mut trials) {
            current = next;
            fixes += applied;
        }
        if fixes == 0 {
            return Repaired { text: current.text, fixes };
        }
        let is_known = self.is_known(&current.entry);
        let entries = self.entries.to_mut();
        entries.retain(|entry| entry.file != file.file);
        entries.push(current.entry);
        entry::sort(entries);
        self.compared = OnceLock::new();
        if !is_known {
            self.of_catalog = self.line.judge_catalog(&self.entries);
        }
        Repaired { text: current.text, fixes }
    }

    /// One round: all fixes that do not overlap together, else the first that holds alone.
    fn round(
        &self,
        file: &ManifestFile,
        current: &Judged,
        is_wanted: &impl Fn(&Finding) -> bool,
        trials: &mut usize,
    ) -> Option<(Judged, usize)> {
        let document = Document::of(&current.text)?;
        let findings = current.findings.iter();
        let fixes: Vec<(&'static str, Vec<TextEdit>)> = findings
            .filter(|finding| is_wanted(finding))
            .filter_map(|finding| Some((finding.rule, edits_of(&document, finding)?)))
            .collect();
        let mut disjoint = DisjointEdits::default();
        let together = fixes.iter().filter(|(_, edits)| disjoint.take(edits));
        let together: Vec<_> = together.cloned().collect();
        *trials = trials.checked_sub(1)?;
        if let Some(next) = self.apply(file, current, &together) {
            return Some((next, together.len()));
        }
        for fix in &fixes {
            *trials = trials.checked_sub(1)?;
            if let Some(next) = self.apply(file, current, std::slice::from_ref(fix)) {
                return Some((next, 1));
            }
        }
        None
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
        let rules: Vec<&'static str> = fixes.iter().map(|(rule, _)| *rule).collect();
        let is_better = after.counts.is_better(&before.counts, file.file, &rules);
        is_better.then_some(after)
    }

    /// What the whole catalog shows in the file of an entry that is no longer what it was, and how much more than before
    /// in the others. Only the entries that it is compared with are judged.
    fn of_catalog_with(&self, entry: &Entry) -> (Vec<Finding>, Counts) {
        let compared = self.compared.get_or_init(|| ComparedEntries::of(&self.entries));
        let known = compared.by_file.get(&entry.file);
        let known = known.and_then(|index| self.entries.get(*index));
        let others: Vec<&Entry> = match known {
            Some(known) if known.id.is_ascii() && entry.id.is_ascii() => {
                let others = compared.of_either(known, entry).into_iter();
                others.filter_map(|index| self.entries.get(index)).collect()
            }
            Some(_) | None => self.entries.iter().collect(),
        };
        let judge = |own: Option<&Entry>| {
            let others = others.iter().copied();
            let others = others.filter(|other| other.file != entry.file);
            let mut entries: Vec<Entry> = others.chain(own).cloned().collect();
            entry::sort(&mut entries);
            let findings = self.line.judge_catalog(&entries).into_iter();
            findings.partition::<Vec<_>, _>(|finding| is_in(finding, entry.file))
        };
        let (_, mut before) = judge(known);
        let (here, mut after) = judge(Some(entry));
        lint::apply_precedence(&mut before);
        lint::apply_precedence(&mut after);
        let mut elsewhere = self.count(&after);
        for (key, count) in self.count(&before) {
            *elsewhere.entry(key).or_default() -= count;
        }
        (here, elsewhere)
    }

    /// Whether the catalog looks the same with an entry in the place of the one that its file had.
    fn is_known(&self, entry: &Entry) -> bool {
        let first = self.entries.partition_point(|known| known.id < entry.id);
        let with_id = self.entries.iter().skip(first);
        let with_id: Vec<&Entry> = with_id.take_while(|known| known.id == entry.id).collect();
        match with_id.as_slice() {
            // What the hashes are of is compared only with what has the same id, and nothing else has.
            [known] => {
                let server_hash = known.server_hash;
                let oauth_hash = known.oauth_hash;
                **known == Entry { server_hash, oauth_hash, ..entry.clone() }
            }
            all => all.contains(&entry),
        }
    }

    /// Judges a text as if it stood in the file.
    fn judge(&self, file: &ManifestFile, text: String) -> Judged {
        let JudgedFile { entry, mut findings, .. } =
            self.line.judge_text(file, &text, Keep::Entries);
        let (here, elsewhere) = if self.is_known(&entry) {
            let here = self.of_catalog.iter();
            let here = here.filter(|finding| is_in(finding, file.file));
            (here.cloned().collect(), Counts::new())
        } else {
            self.of_catalog_with(&entry)
        };
        findings.extend(here);
        lint::apply_precedence(&mut findings);
        Judged {
            text,
            entry,
            counts: FindingCounts { here: self.count(&findings), elsewhere },
            findings,
        }
    }

    fn count(&self, findings: &[Finding]) -> Counts {
        let mut counts = Counts::new();
        for finding in findings {
            let config = self.line.config;
            if config.level(finding.rule, finding.severity).is_some() {
                let file = finding.place.as_ref().map(|place| place.file);
                *counts.entry((file, finding.rule)).or_default() += 1;
            }
        }
        counts
    }
}

fn is_in(finding: &Finding, file: FileId) -> bool {
    let place = finding.place.as_ref();
    place.is_some_and(|place| place.file == file)
}

/// Whether something is shown more often than before.
fn shows_more(after: &Counts, before: &Counts) -> bool {
    let mut keys = after.keys().chain(before.keys());
    let count = |counts: &Counts, key| counts.get(key).copied().unwrap_or_default();
    keys.any(|key| count(after, key) > count(before, key))
}

impl ComparedEntries {
    fn of(entries: &[Entry]) -> Self {
        let mut compared = Self {
            by_file: HashMap::with_capacity(entries.len()),
            by_alias: Vec::with_capacity(entries.len()),
            with_login: Vec::new(),
            not_ascii: Vec::new(),
        };
        for (index, entry) in entries.iter().enumerate() {
            compared.by_file.insert(entry.file, index);
            compared.by_alias.push((hash_of_alias(entry), index));
            if has_login(entry) {
                compared.with_login.push(index);
            }
            if !entry.id.is_ascii() {
                compared.not_ascii.push(index);
            }
        }
        compared.by_alias.sort_unstable();
        compared
    }

    /// The entries that one of two is compared with.
    fn of_either(&self, left: &Entry, right: &Entry) -> BTreeSet<usize> {
        let alike = [left, right].map(|entry| {
            let alias = hash_of_alias(entry);
            let first = self.by_alias.partition_point(|(known, _)| *known < alias);
            let all = self.by_alias.iter().skip(first);
            all.take_while(move |(known, _)| *known == alias).map(|(_, index)| index)
        });
        let with_login: &[usize] =
            if has_login(left) || has_login(right) { &self.with_login } else { &[] };
        let others = with_login.iter().chain(&self.not_ascii);
        alike.into_iter().flatten().chain(others).copied().collect()
    }
}

/// Ids that differ only in case and in what is not a letter or digit have the same one.
fn hash_of_alias(entry: &Entry) -> u64 {
    let mut hasher = DefaultHasher::new();
    env_name::alias(&entry.id).hash(&mut hasher);
    hasher.finish()
}

fn has_login(entry: &Entry) -> bool {
    entry.classification.verdict != Verdict::None
}

/// How often a text is judged again, whatever it holds.
fn trials(text: &str) -> usize {
    (MOST_JUDGED_AGAIN / text.len().max(1)).max(LEAST_TRIALS)
}

/// The edits of a finding's fix, if there is one that can be made.
fn edits_of(document: &Document<'_>, finding: &Finding) -> Option<Vec<TextEdit>> {
    document.text_edits(&finding.fix.as_ref()?.edits)
}

/// The bytes of edits that are made together, as starts and ends. They lie apart, so that what touches any of them
/// touches the one before it or the one after it.
#[derive(Debug, Default)]
struct DisjointEdits(BTreeSet<(usize, usize)>);

impl DisjointEdits {
    /// Takes the edits of a fix in, unless one of them touches what is there.
    fn take(&mut self, edits: &[TextEdit]) -> bool {
        let is_free = !edits.iter().any(|edit| self.touches(edit));
        if is_free {
            self.0.extend(edits.iter().map(|edit| (edit.start, edit.end)));
        }
        is_free
    }

    /// Whether an edit changes the same bytes as another, or puts something into the same place.
    fn touches(&self, edit: &TextEdit) -> bool {
        let before = self.0.range(..=(edit.start, usize::MAX)).next_back();
        let after = self.0.range((edit.start, 0)..).next();
        before.into_iter().chain(after).any(|&(start, end)| {
            (start < edit.end && edit.start < end) || start == edit.start || end == edit.end
        })
    }
}
