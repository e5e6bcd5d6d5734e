//! `check --write-baseline`: ignores for today's findings, so that a catalog with history can gate what is new.
//!
//! They are added to the text of the configuration, whose bytes stay as they are.

use std::collections::{BTreeSet, HashSet};
use std::fmt::Write as _;
use std::path::Path;

use toml::Value;
use toml::de::{DeTable, DeValue};

use crate::lint::{self, Group};
use crate::source::finding::Finding;
use crate::source::{Pointer, Sources, with_slashes};
use crate::text::secrets::redactor::Redactor;

/// The `reason` of each ignore.
const REASON: &str = "baseline";

/// One ignore to be written, sorted by file, rule and place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BaselineIgnore {
    pub file: String,
    pub rule: &'static str,
    /// `None` if the finding is about the whole file.
    pub pointer: Option<Pointer>,
}

/// The fewest ignores that match these findings and nothing beyond their places. A finding without a file cannot be
/// ignored, nor one about an ignore.
pub(crate) fn ignores<'a>(
    findings: impl Iterator<Item = &'a Finding>,
    sources: &Sources,
    root: &Path,
    redactor: &Redactor,
) -> BTreeSet<BaselineIgnore> {
    let all: BTreeSet<BaselineIgnore> =
        findings.filter_map(|finding| ignore(finding, sources, root, redactor)).collect();
    fewest(&all)
}

/// The ignores that no other one covers, be it of the whole file or of an enclosing place.
fn fewest(all: &BTreeSet<BaselineIgnore>) -> BTreeSet<BaselineIgnore> {
    type Scope<'a> = (&'a str, &'a str, Option<&'a str>);
    fn scope<'a>(ignore: &'a BaselineIgnore, pointer: Option<&'a str>) -> Scope<'a> {
        (&ignore.file, ignore.rule, pointer)
    }
    let scopes: HashSet<Scope<'_>> = all
        .iter()
        .map(|ignore| scope(ignore, ignore.pointer.as_ref().map(Pointer::as_str)))
        .collect();
    let is_covered = |ignore: &&BaselineIgnore| {
        let Some(pointer) = &ignore.pointer else {
            return false;
        };
        let slashes = pointer.as_str().match_indices('/');
        let mut around = slashes.map(|(end, _)| pointer.as_str().get(..end));
        scopes.contains(&scope(ignore, None))
            || around.any(|place| scopes.contains(&scope(ignore, place)))
    };
    all.iter().filter(|ignore| !is_covered(ignore)).cloned().collect()
}

fn ignore(
    finding: &Finding,
    sources: &Sources,
    root: &Path,
    redactor: &Redactor,
) -> Option<BaselineIgnore> {
    let can_be_ignored =
        lint::find(finding.rule).is_some_and(|rule| rule.group != Group::Suppressions);
    let place = finding.place.as_ref().filter(|_| can_be_ignored)?;
    let path = &sources.file(place.file)?.path;
    let path = path.strip_prefix(root).unwrap_or(path);
    // The configuration is UTF-8, so it can name this file only if its path is.
    path.to_str()?;
    let file = with_slashes(path);
    // A key may itself be a secret: then the ignore names what encloses it.
    let pointers = std::iter::successors(place.pointer().cloned(), Pointer::parent);
    let is_secret = |pointer: &Pointer| {
        let pointer = pointer.as_str();
        redactor.apply(pointer) != pointer || redactor.apply_to_name(pointer) != pointer
    };
    let mut shown = pointers.skip_while(is_secret);
    Some(BaselineIgnore {
        file,
        rule: finding.rule,
        pointer: shown.next().filter(|pointer| !pointer.as_str().is_empty()),
    })
}

impl BaselineIgnore {
    /// The keys with their values, as TOML.
    fn members(&self) -> Vec<(&'static str, String)> {
        let text = |text: &str| Value::String(text.to_owned()).to_string();
        let mut members = vec![("rule", text(self.rule)), ("file", text(&self.file))];
        if let Some(pointer) = &self.pointer {
            members.push(("pointer", text(pointer.as_str())));
        }
        members.push(("reason", text(REASON)));
        members
    }
}

/// The text of a configuration with ignores added: to the list if it has the form `ignore = […]`, else as tables at the
/// end, which TOML allows after anything.
pub fn add(text: &str, ignores: &BTreeSet<BaselineIgnore>) -> String {
    let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    if let Some((at, is_empty)) = end_of_list(text) {
        let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
        let items: Vec<String> = ignores.iter().map(inline).collect();
        let comma = if is_empty { "" } else { "," };
        let items = items.join(&format!(",{line_end}    "));
        return format!("{before}{comma}{line_end}    {items}{after}");
    }
    let mut added = text.to_owned();
    if !added.is_empty() && !added.ends_with('\n') {
        added.push_str(line_end);
    }
    for ignore in ignores {
        if !added.is_empty() {
            added.push_str(line_end);
        }
        let _ = write!(added, "[[ignore]]{line_end}");
        for (key, value) in ignore.members() {
            let _ = write!(added, "{key} = {value}{line_end}");
        }
    }
    added
}

fn inline(ignore: &BaselineIgnore) -> String {
    let members: Vec<String> =
        ignore.members().iter().map(|(key, value)| format!("{key} = {value}")).collect();
    format!("{{ {} }}", members.join(", "))
}

/// Where the next item of `ignore = […]` goes, and whether it is the first; `None` without such a list.
fn end_of_list(text: &str) -> Option<(usize, bool)> {
    let table = DeTable::parse(text).ok()?;
    let ignore = table.get_ref().get("ignore")?;
    let DeValue::Array(items) = ignore.get_ref() else {
        return None;
    };
    if text.get(ignore.span())?.starts_with("[[") {
        return None;
    }
    match items.iter().next_back() {
        Some(last) => Some((last.span().end, false)),
        None => Some((ignore.span().start + 1, true)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::config::Config;

    fn new_ignore() -> BTreeSet<BaselineIgnore> {
        BTreeSet::from([BaselineIgnore {
            file: "a \"b\".json".to_owned(),
            rule: "unknown-key",
            pointer: Some("/server/x".into()),
        }])
    }

    /// Adds one ignore, and returns the text and the files that its ignores name.
    fn added(text: &str) -> (String, Option<Vec<String>>) {
        let text = add(text, &new_ignore());
        let config: Option<Config> = toml::from_str(&text).ok();
        let files = |config: Config| {
            let ignores = config.ignore.into_iter();
            ignores.map(|ignore| ignore.file.into_inner()).collect()
        };
        (text, config.map(files))
    }

    #[test]
    fn what_was_there_stays_byte_for_byte() {
        for before in [
            "",
            "# a comment",
            "profile = \"development\" # why\n",
            "[[ignore]] # kept\nrule='unknown-key'\nfile=\"x\"\n\n[rules]\n# none\n",
        ] {
            let (after, files) = added(before);
            assert!(after.starts_with(before), "{after}");
            assert_eq!(files.and_then(|mut files| files.pop()).as_deref(), Some("a \"b\".json"));
        }
        let (after, _) = added("# a\r\nprofile = \"development\"\r\n");
        assert!(!after.replace("\r\n", "").contains('\n'), "{after:?}");
    }

    #[test]
    fn a_list_that_is_written_in_brackets_grows_in_its_brackets() {
        let new = || "a \"b\".json".to_owned();
        assert_eq!(added("ignore = []\n").1, Some(vec![new()]));
        let one = "{ rule = \"unknown-key\", file = \"x\" }";
        for list in
            [format!("ignore = [{one}]\n"), format!("ignore = [\n  {one}, # kept\n]\n[rules]\n")]
        {
            let (after, files) = added(&list);
            assert_eq!(files, Some(vec!["x".to_owned(), new()]), "{after}");
            assert_eq!(after.contains("# kept"), list.contains("# kept"));
        }
    }

    #[test]
    fn an_ignore_that_another_one_covers_is_not_written() {
        let ignore = |file: &str, rule: &'static str, pointer: Option<&str>| BaselineIgnore {
            file: file.to_owned(),
            rule,
            pointer: pointer.map(Pointer::from),
        };
        let kept = [
            ignore("a.json", "unknown-key", Some("/a")),
            ignore("a.json", "unknown-key", Some("/ab")),
            ignore("a.json", "unused-user-config", Some("/a/b")),
            ignore("b.json", "unknown-key", None),
            ignore("c.json", "unknown-key", Some("/a/b")),
        ];
        let covered = [
            ignore("a.json", "unknown-key", Some("/a/b")),
            ignore("a.json", "unknown-key", Some("/a/b/c/0")),
            ignore("b.json", "unknown-key", Some("/a")),
            ignore("c.json", "unknown-key", Some("/a/b/~1")),
        ];
        let all = kept.iter().chain(&covered).cloned().collect();
        assert_eq!(fewest(&all), kept.into());
    }
}
