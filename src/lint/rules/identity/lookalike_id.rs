use std::collections::{BTreeMap, BTreeSet};

use unicode_security::skeleton;

use crate::catalog::entry::Entry;
use crate::lint::{CatalogSubject, Check, Findings, ProfileScope, Rule, Yield, Yields};
use crate::manifest::oauth::Verdict;
use crate::source::finding::Severity;
use crate::text::hosts;
use crate::text::profile::Profile;
use crate::text::server_id::LONGEST_ID;

use super::duplicate_server_id;
use super::{concerns, name_of};

/// ## What it does
/// Reports an OAuth server whose owner, the part of the id before `__`, looks like the owner of another OAuth server:
/// one edit away, different only in `-`, `_`, `.` or case, or made of characters that look the same. Silent if both
/// use the same domains, and for one edit between names of fewer than four characters.
/// If the profile compiles only one of the two, the finding is on the other one.
///
/// ## Why is this bad?
/// People log in because they recognise the name. A name that resembles a known one, with endpoints on another domain,
/// captures their tokens (typosquatting).
///
/// ## Example
/// ```json catalog/acme__mcp.json
/// {
///   "name": "acme__mcp",
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "oauth_config": { "server_url": "https://mcp.acme.example/mcp" }
/// }
/// ```
/// ```json catalog/acrne__mcp.json
/// {
///   "name": "acrne__mcp",
///   "server": { "type": "remote", "url": "https://mcp.other.example/mcp" },
///   "oauth_config": { "server_url": "https://mcp.other.example/mcp" }
/// }
/// ```
///
/// Use instead:
/// ```json catalog/acme__mcp.json
/// {
///   "name": "acme__mcp",
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "oauth_config": { "server_url": "https://mcp.acme.example/mcp" }
/// }
/// ```
/// ```json catalog/other__mcp.json
/// {
///   "name": "other__mcp",
///   "server": { "type": "remote", "url": "https://mcp.other.example/mcp" },
///   "oauth_config": { "server_url": "https://mcp.other.example/mcp" }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "lookalike-id",
    level: Severity::Warning,
    yields_to: Yields::to(&[Yield::InFile(&[&duplicate_server_id::RULE])]),
    profile: ProfileScope::Development,
    source: include_str!("lookalike_id.rs"),
    check: Check::Catalog(check),
    ..super::DEFAULTS
};

/// Shorter names are too often one edit apart by chance.
const SHORTEST_FOR_AN_EDIT: usize = 4;

/// How many others that share a form a name is compared with, so that many similar names do not take quadratic time.
const MOST_COMPARED: usize = 100;

/// How many of the others a finding shows.
const MOST_SHOWN: usize = 3;

/// An owner, with its name in the forms that are compared.
struct Owner<'a> {
    name: &'a str,
    lower: String,
    /// The name without separators, confusable characters unified ([UTS #39](https://www.unicode.org/reports/tr39/)).
    look: String,
    servers: Vec<&'a Entry>,
}

fn check(subject: &CatalogSubject<'_>, findings: &mut Findings) {
    let owners = owners(subject.entries);
    let mut alike: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (left, right) in candidates(&owners) {
        if let (Some(of_left), Some(of_right)) = (owners.get(left), owners.get(right))
            && look_alike(of_left, of_right)
        {
            alike.entry(left).or_default().push(right);
            alike.entry(right).or_default().push(left);
        }
    }
    let profile = subject.context.config.profile;
    // Only these are looked up, each once.
    let located = |index: &usize| Some((*index, locate(owners.get(*index)?)));
    let located: BTreeMap<usize, LocatedOwner<'_>> = alike.keys().filter_map(located).collect();
    for (index, others) in &alike {
        let others: Vec<&LocatedOwner<'_>> =
            others.iter().filter_map(|other| located.get(other)).collect();
        if let Some(owner) = located.get(index) {
            report(owner, &others, profile, findings);
        }
    }
}

/// The owners of the servers with OAuth. Overlong ids are left out: they are invalid, and have a form for each character.
fn owners(entries: &[Entry]) -> Vec<Owner<'_>> {
    let mut by_name: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    let is_named = |entry: &&Entry| entry.is_named && entry.id.len() <= LONGEST_ID;
    for entry in entries.iter().filter(is_named) {
        match entry.classification.verdict {
            Verdict::None => {}
            Verdict::Type(_) | Verdict::Undetermined(_) => {
                let name = entry.id.split("__").next().unwrap_or_default();
                by_name.entry(name).or_default().push(entry);
            }
        }
    }
    let by_name = by_name.into_iter();
    by_name
        .map(|(name, servers)| Owner {
            name,
            lower: name.to_lowercase(),
            look: skeleton(name)
                .filter(|character| !matches!(character, '-' | '_' | '.'))
                .collect::<String>()
                .to_lowercase(),
            servers,
        })
        .collect()
}

/// The pairs that may look alike, each once. Names that are one edit apart share a form with one character left out, so
/// not every name has to be compared with every other.
fn candidates(owners: &[Owner<'_>]) -> BTreeSet<(usize, usize)> {
    let mut by_form: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for (index, owner) in owners.iter().enumerate() {
        let shortened = owner.lower.char_indices().map(|(left_out, _)| {
            let rest = owner.lower.char_indices().filter(|(at, _)| *at != left_out);
            rest.map(|(_, character)| character).collect()
        });
        for form in shortened.chain([owner.lower.clone(), owner.look.clone()]) {
            by_form.entry(form).or_default().insert(index);
        }
    }
    let mut pairs = BTreeSet::new();
    for group in by_form.values() {
        for left in group {
            let others = group.range(left + 1..).take(MOST_COMPARED);
            pairs.extend(others.map(|right| (*left, *right)));
        }
    }
    pairs
}

fn look_alike(left: &Owner<'_>, right: &Owner<'_>) -> bool {
    let is_long = |owner: &Owner<'_>| owner.lower.chars().count() >= SHORTEST_FOR_AN_EDIT;
    let is_one_edit =
        is_long(left) && is_long(right) && strsim::osa_distance(&left.lower, &right.lower) <= 1;
    left.look == right.look || is_one_edit
}

/// An owner with the domains of its servers, as far as they are known.
struct LocatedOwner<'a> {
    name: &'a str,
    servers: Vec<(&'a Entry, BTreeSet<String>)>,
    /// The indices of the first server of each origin on the same domains: the others are never needed.
    distinct: Vec<usize>,
}

fn locate<'a>(owner: &Owner<'a>) -> LocatedOwner<'a> {
    let servers = owner.servers.iter().map(|entry| (*entry, domains(entry)));
    let servers: Vec<_> = servers.filter(|(_, domains)| !domains.is_empty()).collect();
    let mut seen = BTreeSet::new();
    let indexed = servers.iter().enumerate();
    let first = indexed.filter(|(_, (entry, domains))| seen.insert((entry.origin, domains)));
    let distinct = first.map(|(index, _)| index).collect();
    LocatedOwner { name: owner.name, servers, distinct }
}

/// Reports each server of an owner, with the first server of each lookalike that is on other domains.
fn report(
    owner: &LocatedOwner<'_>,
    others: &[&LocatedOwner<'_>],
    profile: Profile,
    findings: &mut Findings,
) {
    for (entry, domains) in &owner.servers {
        let elsewhere = others.iter().filter_map(|other| {
            let mut servers = other.distinct.iter().filter_map(|index| other.servers.get(*index));
            let (server, _) =
                servers.find(|(server, on)| concerns(entry, server, profile) && on != domains)?;
            Some((other.name, *server))
        });
        let elsewhere: Vec<(&str, &Entry)> = elsewhere.collect();
        let Some(((name, _), more)) = elsewhere.split_first() else {
            continue;
        };
        let message = match more.len() {
            0 => {
                format!("the owner `{}` looks like `{name}`, which uses another domain", owner.name)
            }
            more => format!(
                "the owner `{}` looks like `{name}` and {more} more, which use other domains",
                owner.name
            ),
        };
        let finding = RULE
            .at(name_of(entry), message)
            .help("check that each owner is genuine, and remove any that is not");
        let shown = elsewhere.iter().take(MOST_SHOWN);
        let finding = shown.fold(finding, |finding, (_, server)| {
            finding.related(name_of(server), "looks like this one")
        });
        findings.push(finding);
    }
}

/// The sites of a server's URLs and of the endpoints that get its secret.
fn domains(entry: &Entry) -> BTreeSet<String> {
    let urls = [&entry.inputs.remote_url, &entry.inputs.server_url].into_iter().flatten();
    let endpoints = entry.needed_hosts().map(|destination| &destination.endpoint);
    urls.chain(endpoints).filter_map(|url| hosts::site(url)).collect()
}
