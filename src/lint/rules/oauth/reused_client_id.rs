use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::entry::Entry;
use crate::lint::rules::identity::{MOST_NAMED, concerns};
use crate::lint::{CatalogSubject, Check, Findings, ProfileScope, Rule, Yield, Yields};
use crate::source::finding::{Place, Severity};
use crate::text::plural::joined;
use crate::text::profile::Profile;

use super::placeholder_client_id;

/// ## What it does
/// Reports two servers with the same static `client_id`: an error if their secrets go to different hosts, otherwise a
/// warning. If the profile compiles only one of the two, the finding is on the other one. Silent for two files of one id,
/// which `duplicate-server-id` and `shadowed-server` compare.
///
/// ## Why is this bad?
/// A client id belongs to one registration at one provider, and a user sees its name at the login. A server that borrows
/// the id of another one is shown to users as that one, and if its secret goes elsewhere, so do the codes of their
/// logins. Servers of one provider can share a registration, but then share its scopes and its revocation too.
///
/// ## Example
/// ```json catalog/acme__files.json
/// {
///   "name": "acme__files",
///   "oauth_config": { "generic_oauth": true, "client_id": "4711.acme-desktop" }
/// }
/// ```
/// ```json catalog/acme__notes.json
/// {
///   "name": "acme__notes",
///   "oauth_config": { "generic_oauth": true, "client_id": "4711.acme-desktop" }
/// }
/// ```
///
/// Use instead:
/// ```json catalog/acme__files.json
/// {
///   "name": "acme__files",
///   "oauth_config": { "generic_oauth": true, "client_id": "4711.acme-desktop" }
/// }
/// ```
/// ```json catalog/acme__notes.json
/// {
///   "name": "acme__notes",
///   "oauth_config": { "generic_oauth": true, "client_id": "4712.acme-notes" }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "reused-client-id",
    level: Severity::Warning,
    yields_to: Yields::to(&[Yield::AtPlace(&[&placeholder_client_id::RULE])]),
    profile: ProfileScope::Development,
    source: include_str!("reused_client_id.rs"),
    check: Check::Catalog(check),
    ..super::DEFAULTS
};

/// The hosts that get a secret; none where they are not known.
type Hosts<'a> = BTreeSet<&'a str>;

/// The servers with one client id, by where their secrets go.
type Registration<'a> = BTreeMap<Hosts<'a>, Vec<&'a Entry>>;

fn check(subject: &CatalogSubject<'_>, findings: &mut Findings) {
    let mut registrations: BTreeMap<&str, Registration<'_>> = BTreeMap::new();
    for entry in subject.entries {
        if let Some(client_id) = &entry.client_id {
            let hosts = entry.needed_hosts().map(|destination| destination.host.as_str());
            let registration = registrations.entry(client_id).or_default();
            registration.entry(hosts.collect()).or_default().push(entry);
        }
    }
    let profile = subject.context.config.profile;
    for registration in registrations.values() {
        for (hosts, entries) in registration {
            for entry in entries {
                report(entry, hosts, registration, profile, findings);
            }
        }
    }
}

fn report(
    entry: &Entry,
    hosts: &Hosts<'_>,
    registration: &Registration<'_>,
    profile: Profile,
    findings: &mut Findings,
) {
    let is_other = |other: &&&Entry| other.id != entry.id && concerns(entry, other, profile);
    let elsewhere = registration.iter().find_map(|(there, others)| {
        let is_elsewhere = !hosts.is_empty() && !there.is_empty() && there != hosts;
        let other = others.iter().filter(|_| is_elsewhere).find(is_other)?;
        Some((there, *other))
    });
    let others = registration.values().flatten().filter(is_other).take(MOST_NAMED);
    let mut others: Vec<&Entry> = others.copied().collect();
    let Some(first) = elsewhere.map(|(_, other)| other).or(others.first().copied()) else {
        return;
    };
    others.retain(|other| other.file != first.file);
    others.insert(0, first);
    let (id, other) = (&entry.id, &first.id);
    let message = match elsewhere {
        Some((there, _)) => format!(
            "`{id}` and `{other}` have the same client id, but send their secrets to different hosts: {}, and {}",
            listed(hosts),
            listed(there)
        ),
        None => format!("`{id}` and `{other}` have the same client id"),
    };
    let level = if elsewhere.is_some() { Severity::Error } else { RULE.level };
    let finding = RULE
        .at(client_id_of(entry), message)
        .severity(level)
        .help("register a client for each server, and set its own `client_id`");
    let finding = others.into_iter().fold(finding, |finding, other| {
        finding.related(client_id_of(other), "the same client id here")
    });
    findings.push(finding);
}

fn client_id_of(entry: &Entry) -> Place {
    Place::value(entry.file, "/oauth_config/client_id")
}

fn listed(hosts: &Hosts<'_>) -> String {
    let hosts: Vec<String> = hosts.iter().map(|host| format!("`{host}`")).collect();
    joined(&hosts)
}
