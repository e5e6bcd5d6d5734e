//! Ignores: which findings they hide, and which of them are stale.
//!
//! An ignored finding silences no other, so precedence knows the ignores. An ignore changes what is shown and the exit code,
//! never what is compiled.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use crate::catalog::config::Ignore;
use crate::lint::{self, Findings, IgnoreSubject};
use crate::source::finding::Finding;
use crate::source::{FileId, Pointer, Sources, clean};
use crate::text::day::Day;

/// The ignores of a configuration, ready to be matched.
#[derive(Debug, Default)]
pub struct Ignores<'a> {
    list: Vec<Resolved<'a>>,
    /// The indices of the unexpired ones, by file, rule and pointer.
    in_force: HashMap<PathBuf, HashMap<&'a str, ByPointer>>,
}

/// Under `None`, those of the whole file.
type ByPointer = HashMap<Option<Pointer>, Vec<usize>>;

/// One ignore, with its path and expiry worked out.
#[derive(Debug)]
struct Resolved<'a> {
    ignore: &'a Ignore,
    path: PathBuf,
    is_expired: bool,
}

/// The findings of a run, split by whether they are ignored.
#[derive(Debug, Default)]
pub(crate) struct Sifted {
    pub(crate) left: Vec<Finding>,
    pub(crate) ignored: Vec<Finding>,
    /// The indices of the ignores that matched something.
    used: BTreeSet<usize>,
}

impl<'a> Ignores<'a> {
    /// The ignores of a configuration whose paths are relative to `root`.
    pub(crate) fn new(ignores: &'a [Ignore], root: &Path, today: Day) -> Self {
        let mut list = Vec::new();
        let mut in_force: HashMap<PathBuf, HashMap<&str, ByPointer>> = HashMap::new();
        for (index, ignore) in ignores.iter().enumerate() {
            let last_day =
                ignore.expires.as_ref().and_then(|expires| Day::parse(&expires.get_ref().0));
            let path = clean(&root.join(ignore.file.get_ref()));
            let is_expired = last_day.is_some_and(|last_day| last_day < today);
            // An expired ignore hides nothing.
            if !is_expired {
                let pointer = ignore.pointer.as_ref();
                let pointer = pointer.map(|pointer| Pointer::from(pointer.get_ref().as_str()));
                let of_file = in_force.entry(path.clone()).or_default();
                let of_rule = of_file.entry(ignore.rule.get_ref()).or_default();
                of_rule.entry(pointer).or_default().push(index);
            }
            list.push(Resolved { ignore, path, is_expired });
        }
        Self { list, in_force }
    }

    /// Splits findings by whether they are ignored.
    pub(crate) fn sift(&self, findings: Vec<Finding>, sources: &Sources) -> Sifted {
        let mut sifted = Sifted::default();
        if self.list.is_empty() {
            sifted.left = findings;
            return sifted;
        }
        for finding in findings {
            let used = self.covering(&finding, sources);
            if used.is_empty() {
                sifted.left.push(finding);
            } else {
                sifted.ignored.push(finding);
            }
            sifted.used.extend(used);
        }
        sifted
    }

    /// Whether a finding is ignored.
    pub(crate) fn cover(&self, finding: &Finding, sources: &Sources) -> bool {
        !self.covering(finding, sources).is_empty()
    }

    /// The configuration's reason for ignoring a finding; `None` if it is not ignored.
    pub(crate) fn reason(&self, finding: &Finding, sources: &Sources) -> Option<&'a str> {
        let covering = self.covering(finding, sources);
        let reason = self.list.get(*covering.first()?)?.ignore.reason.as_ref();
        Some(reason.map_or("without a reason", |reason| reason.get_ref().as_str()))
    }

    /// The indices of the ignores that match a finding.
    fn covering(&self, finding: &Finding, sources: &Sources) -> Vec<usize> {
        let of_rule = || {
            let file = sources.file(finding.place.as_ref()?.file)?;
            self.in_force.get(&file.path)?.get(finding.rule)
        };
        let Some(by_pointer) = of_rule() else {
            return Vec::new();
        };
        let pointer = finding.place.as_ref().and_then(|place| place.pointer());
        let around = std::iter::successors(pointer.cloned(), Pointer::parent);
        std::iter::once(None)
            .chain(around.map(Some))
            .filter_map(|pointer| by_pointer.get(&pointer))
            .flatten()
            .copied()
            .collect()
    }

    /// Findings about the ignores themselves, in the configuration `file`. An ignore is skipped unless `was_judged` says,
    /// for its path and rule id, that this run would have seen the finding.
    pub(crate) fn stale(
        &self,
        sifted: &Sifted,
        file: FileId,
        was_judged: impl Fn(&Path, &str) -> bool,
    ) -> Vec<Finding> {
        let mut stale = Findings::default();
        for (index, resolved) in self.list.iter().enumerate() {
            let ignore = resolved.ignore;
            if !was_judged(&resolved.path, ignore.rule.get_ref()) {
                continue;
            }
            let subject = IgnoreSubject {
                file,
                ignore,
                is_expired: resolved.is_expired,
                is_used: sifted.used.contains(&index),
            };
            lint::run_on_ignore(&subject, &mut stale);
        }
        stale
    }
}
