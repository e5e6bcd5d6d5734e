//! Ignores: which findings are put up with, and which ignores have gone stale.
//!
//! They are applied after precedence and before levels are counted. What is ignored changes what is shown and the exit
//! code, never what is compiled.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::config::Ignore;
use crate::finding::Finding;
use crate::lint::suppressions::{expired_ignore, ignore_without_reason, unused_ignore};
use crate::probe::Day;
use crate::source::{FileId, Pointer, Sources, clean};

/// The ignores of a configuration, ready to be matched.
#[derive(Debug)]
pub struct Ignores<'a> {
    list: Vec<Resolved<'a>>,
}

/// One ignore, and what its words mean in this run.
#[derive(Debug)]
struct Resolved<'a> {
    ignore: &'a Ignore,
    path: PathBuf,
    pointer: Option<Pointer>,
    is_expired: bool,
}

/// The findings of a run, sorted by whether they are put up with.
#[derive(Debug, Default)]
pub struct Sifted {
    pub left: Vec<Finding>,
    pub ignored: Vec<Finding>,
    /// The ignores that matched something, by their place in the configuration.
    used: BTreeSet<usize>,
}

impl<'a> Ignores<'a> {
    /// The ignores of a configuration whose paths are relative to `root`.
    pub fn new(ignores: &'a [Ignore], root: &Path, today: Day) -> Self {
        let list = ignores.iter().map(|ignore| {
            let last_day = ignore
                .expires
                .as_ref()
                .and_then(|expires| Day::parse(&expires.get_ref().0));
            Resolved {
                ignore,
                path: clean(&root.join(ignore.file.get_ref())),
                pointer: ignore
                    .pointer
                    .as_ref()
                    .map(|pointer| Pointer::from(pointer.get_ref().as_str())),
                is_expired: last_day.is_some_and(|last_day| last_day < today),
            }
        });
        Self {
            list: list.collect(),
        }
    }

    /// Takes out the findings that are put up with.
    pub fn sift(&self, findings: Vec<Finding>, sources: &Sources) -> Sifted {
        let mut sifted = Sifted::default();
        for finding in findings {
            let used: Vec<usize> = self.covering(&finding, sources).collect();
            match used.is_empty() {
                true => sifted.left.push(finding),
                false => sifted.ignored.push(finding),
            }
            sifted.used.extend(used);
        }
        sifted
    }

    /// Whether a finding is put up with.
    pub fn cover(&self, finding: &Finding, sources: &Sources) -> bool {
        self.covering(finding, sources).next().is_some()
    }

    /// Why a finding is put up with, in the words of the configuration; nothing where it is not.
    pub fn reason(&self, finding: &Finding, sources: &Sources) -> Option<&'a str> {
        let index = self.covering(finding, sources).next()?;
        let reason = self.list.get(index)?.ignore.reason.as_ref();
        Some(reason.map_or("without a reason", |reason| reason.get_ref().as_str()))
    }

    /// The places in the configuration of the ignores that match a finding. An expired one holds nothing back any more.
    fn covering(&self, finding: &Finding, sources: &Sources) -> impl Iterator<Item = usize> {
        let matching = self
            .list
            .iter()
            .enumerate()
            .filter(|(_, ignore)| !ignore.is_expired && ignore.matches(finding, sources));
        matching.map(|(index, _)| index)
    }

    /// What is wrong with the ignores themselves. Only those are judged of which `was_judged` says, for a path and a
    /// rule's id, that a finding would have been seen; `file` is the configuration.
    pub fn stale(
        &self,
        sifted: &Sifted,
        file: FileId,
        was_judged: impl Fn(&Path, &str) -> bool,
    ) -> Vec<Finding> {
        let mut stale = Vec::new();
        for (index, resolved) in self.list.iter().enumerate() {
            let ignore = resolved.ignore;
            if !was_judged(&resolved.path, ignore.rule.get_ref()) {
                continue;
            }
            let has_reason = ignore
                .reason
                .as_ref()
                .is_some_and(|reason| !reason.get_ref().trim().is_empty());
            if !has_reason {
                stale.push(ignore_without_reason::finding(file, ignore));
            }
            match &ignore.expires {
                Some(expires) if resolved.is_expired => {
                    stale.push(expired_ignore::finding(file, expires));
                }
                _ if sifted.used.contains(&index) => {}
                _ => stale.push(unused_ignore::finding(file, ignore)),
            }
        }
        stale
    }
}

impl Resolved<'_> {
    fn matches(&self, finding: &Finding, sources: &Sources) -> bool {
        let Some(place) = &finding.place else {
            return false;
        };
        let is_in_file = || {
            sources
                .file(place.file)
                .is_some_and(|file| file.path == self.path)
        };
        let is_at_pointer = match (&self.pointer, place.pointer()) {
            (None, _) => true,
            (Some(wanted), Some(pointer)) => pointer.is_within(wanted),
            (Some(_), None) => false,
        };
        finding.rule == self.ignore.rule.get_ref() && is_at_pointer && is_in_file()
    }
}
