use std::collections::{BTreeMap, BTreeSet};

use unicode_security::skeleton;
use url::Url;

use crate::catalog::entry::Entry;
use crate::lint::{CatalogSubject, Check, Findings, ProfileScope, Rule, Yield};
use crate::manifest::oauth::Verdict;
use crate::source::finding::Severity;
use crate::text::hosts;
use crate::text::profile::Profile;

use super::duplicate_server_id;
use super::{LONGEST_ID, concerns, name_of};

/// ## What it does
/// Reports an OAuth server whose owner, the part of the id before `__`, looks like the owner of another OAuth server:
/// one edit away, different only in `-`, `_`, `.` or case, or made of characters that look the same. Silent where both
/// use the same domains, and for one edit between names of fewer than four characters.
/// A server that the profile does not compile is reported itself, never the one that is compiled.
///
/// ## Why is this bad?
/// People log in because they recognise the name. A name that is nearly a known one, with endpoints on another domain, is
/// how their tokens are caught (typosquatting).
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
    yields_to: &[Yield::InFile(&[&duplicate_server_id::RULE])],
    profile: ProfileScope::Development,
    source: include_str!("lookalike_id.rs"),
    check: Check::Catalog(check),
    ..super::DEFAULTS
};

/// Of shorter names, too many are one edit apart by chance.
const SHORTEST_FOR_AN_EDIT: usize = 4;

/// With how many others of one form a name is compared. Where more look alike, each is found beside its neighbours.
const MOST_COMPARED: usize = 100;

/// How many of the others a finding shows.
const MOST_SHOWN: usize = 3;

/// The name of an owner in the forms that are compared.
struct Owner<'a> {
    name: &'a str,
    lower: String,
    /// As it looks: confusable characters made one ([UTS #39](https://www.unicode.org/reports/tr39/)), no separators.
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
    for (index, others) in alike {
        let others: Vec<&Owner<'_>> =
            others.iter().filter_map(|other| owners.get(*other)).collect();
        if let Some(owner) = owners.get(index) {
            report(owner, &others, profile, findings);
        }
    }
}

/// The owners of the servers with OAuth. An id that is too long is refused, and has as many forms as characters.
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

/// Pairs that may look alike, each once: names that are one edit apart have a form in common once a character is left
/// out, so not every name is compared with every other.
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

/// Each server of an owner beside the first of every other that looks like it and is elsewhere.
fn report(owner: &Owner<'_>, others: &[&Owner<'_>], profile: Profile, findings: &mut Findings) {
    for entry in &owner.servers {
        let elsewhere = others.iter().filter_map(|other| {
            let mut servers = other.servers.iter();
            let server = servers
                .find(|server| concerns(entry, server, profile) && are_elsewhere(entry, server))?;
            Some((other.name, *server))
        });
        let elsewhere: Vec<(&str, &Entry)> = elsewhere.collect();
        let Some(((name, _), more)) = elsewhere.split_first() else {
            continue;
        };
        let message = match more.len() {
            0 => format!(
                "the owner `{}` looks like `{name}`, which is on another domain",
                owner.name
            ),
            more => format!(
                "the owner `{}` looks like `{name}` and {more} more, which are on other domains",
                owner.name
            ),
        };
        let finding = RULE.at(name_of(entry), message).help(match more.len() {
            0 => "make sure that both are who they seem to be",
            _ => "make sure that all of them are who they seem to be",
        });
        let shown = elsewhere.iter().take(MOST_SHOWN);
        let finding = shown.fold(finding, |finding, (_, server)| {
            finding.related(name_of(server), "looks like this one")
        });
        findings.push(finding);
    }
}

/// Whether two servers have to do with other domains. Of one without any, nothing is known.
fn are_elsewhere(left: &Entry, right: &Entry) -> bool {
    let (left, right) = (domains(left), domains(right));
    !left.is_empty() && !right.is_empty() && left != right
}

/// The registrable domains that a server's users and secrets have to do with.
fn domains(entry: &Entry) -> BTreeSet<String> {
    let urls = [&entry.inputs.remote_url, &entry.inputs.server_url].into_iter().flatten();
    let endpoints = entry.needed_hosts().map(|destination| &destination.endpoint);
    urls.chain(endpoints)
        .filter_map(|url| Url::parse(url).ok())
        .filter_map(|url| Some(hosts::registrable_domain(url.host_str()?).to_owned()))
        .collect()
}
