//! Fixes: each changes what it says and nothing else, and repairing twice is repairing once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use catproof::testing::catalog::config::Config;
use catproof::testing::lint::silence;
use catproof::testing::pipeline::Judged;
use catproof::testing::pipeline::fix::CatalogRepair;
use catproof::testing::pipeline::ignores::Ignores;
use catproof::testing::pipeline::line::{Keep, Line};
use catproof::testing::source::edit;
use catproof::testing::source::finding::{Edit, Finding};
use catproof::testing::source::{ManifestFile, Sources};
use serde_json::Value;

use super::catalog::Catalog;

/// Judges one text and hands it on with its line.
pub fn with_line<T>(
    stem: &str,
    text: &str,
    then: impl FnOnce(&Line<'_>, &ManifestFile, Judged) -> T,
) -> T {
    let config = Config { pedantic: true, ..Config::default() };
    let mut sources = Sources::default();
    let path = PathBuf::from(format!("/catalog/{stem}.json"));
    let file = sources.add_text(path.clone(), text.as_bytes().to_vec(), Path::new("/"));
    let manifests = [ManifestFile::new(file, &path, false)];
    let line = Line {
        config: &config,
        sources: &sources,
        manifests: &manifests,
        locks: None,
        allowlist: None,
    };
    let mut judged = line.judge(Keep::Entries);
    silence(&mut judged.findings, &config, |_| false);
    then(&line, &manifests[0], judged)
}

fn without_mark(text: &str) -> &str {
    text.trim_start_matches('\u{feff}')
}

/// Each fix that holds changes the value as its edits say and leaves every other byte; all of them together leave
/// nothing to repair. Gives the rules that were repaired.
pub fn each_fix_changes_what_it_says(stem: &str, text: &str) -> BTreeSet<&'static str> {
    with_line(stem, text, |line, file, judged| {
        let ignores = Ignores::default();
        let mut repair = CatalogRepair::new(line, &judged.entries, &ignores);
        let mut repaired = BTreeSet::new();
        let with_fix = judged.findings.iter().filter_map(|finding| {
            let fix = finding.fix.as_ref()?;
            Some((finding, fix))
        });
        let with_fix: Vec<_> = with_fix.collect();
        let offered = with_fix.iter().map(|(finding, _)| *finding);
        let hold = repair.hold(file, text, offered);
        for ((finding, fix), holds) in with_fix.into_iter().zip(hold) {
            if !holds {
                continue;
            }
            repaired.insert(finding.rule);
            let edits = edit::text_edits(text, &fix.edits).unwrap();
            let edited = edit::apply(text, &edits).unwrap();
            let value: Value = serde_json::from_str(without_mark(&edited)).unwrap();
            let mut expected: Value = serde_json::from_str(without_mark(text)).unwrap();
            fix.edits.iter().rev().for_each(|edit| apply(edit, &mut expected));
            assert_eq!(value, expected, "{} in {stem}", finding.rule);
            assert_rest_is_untouched(text, &edited, &edits);
        }
        let is_any = |finding: &Finding| finding.fix.is_some();
        let once = repair.repair(file, text.to_owned(), is_any);
        let twice = repair.repair(file, once.text.clone(), is_any);
        assert_eq!((twice.fixes, &twice.text), (0, &once.text), "{stem}");
        repaired
    })
}

/// The bytes outside of the edits are the same in both texts.
fn assert_rest_is_untouched(before: &str, after: &str, edits: &[edit::TextEdit]) {
    let mut rest = after;
    let mut position = 0;
    for edit in edits {
        rest = rest.strip_prefix(&before[position..edit.start]).unwrap();
        rest = rest.strip_prefix(edit.text.as_str()).unwrap();
        position = edit.end;
    }
    assert_eq!(rest, &before[position..]);
}

/// What an edit means for the value.
fn apply(edit: &Edit, value: &mut Value) {
    let parent = |pointer: &catproof::testing::source::Pointer| {
        let (parent, last) = pointer.as_str().rsplit_once('/').unwrap();
        (parent.to_owned(), last.replace("~1", "/").replace("~0", "~"))
    };
    match edit {
        Edit::Replace(pointer, new) => *value.pointer_mut(pointer.as_str()).unwrap() = new.clone(),
        Edit::Remove(pointer) => {
            let (parent, last) = parent(pointer);
            match value.pointer_mut(&parent).unwrap() {
                Value::Array(items) => _ = items.remove(last.parse().unwrap()),
                Value::Object(members) => _ = members.remove(&last).unwrap(),
                other => panic!("{other} has no members"),
            }
        }
        Edit::Insert(pointer, key, new) => {
            let object = value.pointer_mut(pointer.as_str()).unwrap().as_object_mut().unwrap();
            object.insert(key.clone(), new.clone());
        }
        Edit::InsertItem(pointer, index, new) => {
            let array = value.pointer_mut(pointer.as_str()).unwrap().as_array_mut().unwrap();
            array.insert((*index).min(array.len()), new.clone());
        }
        Edit::RemoveByteOrderMark => {}
    }
}

/// Any catalog: its files are repaired without a finding that was not there before, and a second time changes nothing.
pub fn a_second_repair_changes_nothing(catalog: &Catalog) {
    let repaired = repaired(catalog);
    let (before, after) = (counts(catalog), counts(&repaired));
    for (key, count) in &after {
        assert!(count <= before.get(key).unwrap_or(&0), "{key:?} is new in {repaired:?}");
    }
    let again = self::repaired(&repaired);
    assert_eq!(again.files, repaired.files);
}

/// The catalog after `check --unsafe-fixes`.
fn repaired(catalog: &Catalog) -> Catalog {
    catalog.judged(|line, judged| {
        let texts: Vec<(&ManifestFile, String)> = line
            .manifests
            .iter()
            .filter_map(|file| Some((file, line.sources.read(file.file, u64::MAX).ok()?)))
            .collect();
        let is_wanted = |finding: &Finding| {
            finding.fix.is_some() && line.config.level(finding.rule, finding.severity).is_some()
        };
        let ignores = Ignores::default();
        let mut repair = CatalogRepair::new(line, &judged.entries, &ignores);
        let repaired = repair.repair_all(texts, is_wanted);
        let mut catalog = catalog.clone();
        for (file, bytes) in
            line.manifests.iter().zip(catalog.files.iter_mut().map(|(_, bytes)| bytes))
        {
            if let Some(repaired) = repaired.get(&file.file) {
                *bytes = repaired.text.clone().into_bytes();
            }
        }
        catalog
    })
}

/// How often each rule speaks of each file, as far as it is shown.
fn counts(catalog: &Catalog) -> BTreeMap<(String, &'static str), usize> {
    catalog.judged(|line, mut judged| {
        silence(&mut judged.findings, line.config, |_| false);
        let mut counts = BTreeMap::new();
        for finding in judged.findings {
            if line.config.level(finding.rule, finding.severity).is_some() {
                let place = finding.place.as_ref();
                let file = place.map_or("", |place| line.sources.name(place.file));
                *counts.entry((file.to_owned(), finding.rule)).or_default() += 1;
            }
        }
        counts
    })
}
