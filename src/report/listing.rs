//! Judged catalogs -> the servers that `list` shows.

use std::collections::BTreeMap;

use crate::catalog::entry::Entry;
use crate::manifest::oauth::{OAuthType, Verdict};
use crate::pipeline::JudgedTarget;
use crate::source::finding::{Finding, Severity};
use crate::source::{FileId, Sources};
use crate::text::secrets::redactor::Redactor;

use super::list::{
    ListedDestination, ListedEvidence, ListedFindings, ListedOAuth, ListedServer, ListedType,
};
use super::mask;

/// The servers of an OAuth type, or all of them, sorted by id. `shown` are the settled findings.
pub(crate) fn list(
    targets: &[JudgedTarget],
    shown: &[Finding],
    sources: &Sources,
    oauth_type: Option<ListedType>,
    redactor: &Redactor,
) -> Vec<ListedServer> {
    let mut counts = Counts::new();
    for finding in shown {
        if let Some(place) = &finding.place {
            *counts.entry((place.file, finding.severity)).or_default() += 1;
        }
    }
    let mut servers: Vec<ListedServer> =
        targets.iter().flat_map(|target| listed(target, &counts, sources, oauth_type)).collect();
    servers.sort_by(|left, right| (&left.id, &left.file).cmp(&(&right.id, &right.file)));
    for server in &mut servers {
        mask_server(server, redactor);
    }
    servers
}

/// Masks the texts from manifests: a server may be named after a secret by mistake.
fn mask_server(server: &mut ListedServer, redactor: &Redactor) {
    let destinations = server.destinations.iter_mut();
    let destinations = destinations.flat_map(|to| [&mut to.host, &mut to.source]);
    let names = [&mut server.id, &mut server.file].into_iter();
    let names = names.chain(&mut server.display_name).chain(&mut server.env);
    names.chain(destinations).for_each(|text| mask(text, redactor));
}

/// The number of settled findings of each severity in a file.
type Counts = BTreeMap<(FileId, Severity), usize>;

fn listed(
    target: &JudgedTarget,
    counts: &Counts,
    sources: &Sources,
    oauth_type: Option<ListedType>,
) -> Vec<ListedServer> {
    let is_named = |entry: &&Entry| {
        sources.file(entry.file).is_some_and(|file| target.target.selection.names(&file.path))
    };
    let is_asked = |entry: &&Entry| {
        oauth_type.is_none_or(|asked| asked == listed_type(entry.classification.verdict))
    };
    let entries = target.judged.entries.iter().filter(is_named).filter(is_asked);
    entries.map(|entry| server(entry, counts, sources)).collect()
}

fn server(entry: &Entry, counts: &Counts, sources: &Sources) -> ListedServer {
    let count = |severity| counts.get(&(entry.file, severity)).copied().unwrap_or(0);
    let verdict = entry.classification.verdict;
    let evidence = entry.classification.evidence.iter().map(|evidence| ListedEvidence {
        fact: evidence.fact,
        value: evidence.value,
        pointer: evidence.pointer.map(str::to_owned),
        because: evidence.because.to_owned(),
    });
    let destinations = entry.destinations.known().iter().map(|destination| ListedDestination {
        host: destination.host.clone(),
        purpose: destination.purpose,
        source: destination.source.describe(),
    });
    let mut destinations: Vec<ListedDestination> = destinations.collect();
    // Without endpoints, two documents on one host look the same.
    destinations.dedup();
    ListedServer {
        id: entry.id.clone(),
        file: sources.name(entry.file).to_owned(),
        origin: entry.origin,
        display_name: entry.display_name.clone(),
        oauth: ListedOAuth {
            name: listed_type(verdict),
            number: entry.oauth_type().map(OAuthType::number),
            requires_proxy: entry.is_proxied,
            evidence: evidence.collect(),
        },
        destinations,
        env: entry.env_names(),
        findings: ListedFindings {
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
        },
    }
}

fn listed_type(verdict: Verdict) -> ListedType {
    match verdict {
        Verdict::None => ListedType::None,
        Verdict::Undetermined(_) => ListedType::Undetermined,
        Verdict::Type(OAuthType::Generic) => ListedType::Generic,
        Verdict::Type(OAuthType::McpStatic) => ListedType::McpStatic,
        Verdict::Type(OAuthType::RemoteStatic) => ListedType::RemoteStatic,
        Verdict::Type(OAuthType::RemoteDynamic) => ListedType::RemoteDynamic,
    }
}
