//! The story of one server: what it is and why, where its secret may go, what the app will do.

use std::collections::BTreeSet;

use crate::catalog::entry::{self, Destinations, Entry};
use crate::discovery::lock::LockEntry;
use crate::manifest::model::{Manifest, OAuthConfig};
use crate::manifest::oauth::{Fact, OAuthType, Registration, Verdict, registration, remote_url};
use crate::pipeline::JudgedTarget;
use crate::pipeline::ignores::Ignores;
use crate::source::Sources;
use crate::source::finding::{Finding, Place, Severity};

/// Line by line, so that a line feed in a foreign text cannot add one.
pub(crate) fn story(
    entry: &Entry,
    target: &JudgedTarget,
    ignores: &Ignores<'_>,
    sources: &Sources,
) -> Vec<String> {
    let mut text = vec![format!("# {}", entry.id), String::new()];
    if let Some(name) = &entry.display_name {
        text.push(format!("{name}, {}", sources.name(entry.file)));
        text.push(String::new());
    }
    let manifest = target.judged.manifests.get(&entry.file);
    let lock =
        manifest.and_then(|manifest| entry::lock_entry(&target.locks, entry.origin, manifest));
    type_section(&mut text, entry);
    if let (Some(manifest), Some(oauth_type)) = (manifest, entry.oauth_type()) {
        secret_section(&mut text, entry, oauth_type);
        if let Some(oauth) = &manifest.oauth_config {
            login_section(&mut text, entry, oauth, oauth_type);
        }
    }
    if let Some(lock) = lock {
        discovery_section(&mut text, lock);
    }
    if let Some(manifest) = manifest {
        run_section(&mut text, manifest);
    }
    let here: Vec<&Finding> = target
        .judged
        .findings
        .iter()
        .filter(|finding| finding.severity > Severity::Note)
        .filter(|finding| finding.place.as_ref().is_some_and(|place| place.file == entry.file))
        .collect();
    findings_section(&mut text, &here, ignores, sources);
    text
}

fn type_section(text: &mut Vec<String>, entry: &Entry) {
    let (verdict, why) = match entry.classification.verdict {
        Verdict::None => (
            "none".to_owned(),
            Some("The server has no `oauth_config`: nobody logs in.".to_owned()),
        ),
        Verdict::Type(oauth_type) => {
            (format!("{}, {}", oauth_type.number(), oauth_type.name()), None)
        }
        Verdict::Undetermined(reason) => {
            ("undetermined".to_owned(), Some(format!("No type can be given: {}.", reason.reason())))
        }
    };
    text.push(format!("## OAuth type: {verdict}"));
    text.extend(why);
    for evidence in &entry.classification.evidence {
        let answer = if evidence.value { "yes" } else { "no" };
        let question = match evidence.fact {
            Fact::Remote => "Is the server remote?",
            Fact::Generic => "Does it use plain OAuth 2.0?",
            Fact::Client => "Was a client id issued beforehand?",
        };
        let place = evidence.pointer.map(|pointer| format!(" (at {pointer})")).unwrap_or_default();
        text.push(format!("- {question} {answer}: {}{place}", evidence.because));
    }
    if let Some(oauth_type) = entry.oauth_type() {
        text.push(String::new());
        text.push(format!("`catproof explain {}` tells how such a login runs.", oauth_type.name()));
    }
    text.push(String::new());
}

fn secret_section(text: &mut Vec<String>, entry: &Entry, oauth_type: OAuthType) {
    text.push("## Where its secret may go".to_owned());
    if !oauth_type.has_static_client() {
        text.push(
            "There is none: each client registers itself, and the proxy is not used.".to_owned(),
        );
        text.push(String::new());
        return;
    }
    if !entry.is_proxied {
        text.push(
            "Nowhere: `requires_proxy` is not set, so the app logs in without the proxy."
                .to_owned(),
        );
        text.push(String::new());
        return;
    }
    let [client_id, secret] =
        [0, 1].map(|index| entry.env_names().into_iter().nth(index).unwrap_or_default());
    text.push(format!("The proxy keeps it, as `{secret}` beside `{client_id}`, and sends it to:"));
    match &entry.destinations {
        Destinations::Known(destinations) => {
            for destination in
                destinations.iter().filter(|destination| destination.purpose.carries_secret())
            {
                let purpose = match destination.purpose {
                    entry::Purpose::Token => "to exchange codes and refresh tokens",
                    entry::Purpose::Revocation => "to revoke tokens",
                    entry::Purpose::Discovery => "to read metadata",
                };
                text.push(format!("- `{}`, {purpose}: {}", destination.host, destination.endpoint));
                text.push(format!("  known from: {}", destination.source.describe()));
            }
            let is_sent = |host: &str| {
                destinations
                    .iter()
                    .any(|other| other.purpose.carries_secret() && other.host == host)
            };
            let asked: BTreeSet<&str> = destinations
                .iter()
                .map(|destination| destination.host.as_str())
                .filter(|host| !is_sent(host))
                .collect();
            if !asked.is_empty() {
                let asked: Vec<&str> = asked.into_iter().collect();
                text.push(format!(
                    "Only metadata is read from {}; no secret goes there.",
                    asked.join(", ")
                ));
            }
        }
        Destinations::Unverifiable | Destinations::NotNeeded => {
            text.push(format!("- not known: the discovery lock has no entry for these URLs. Run `catproof probe {}`.",
                entry.id));
        }
    }
    text.push(String::new());
}

fn login_section(
    text: &mut Vec<String>,
    entry: &Entry,
    oauth: &OAuthConfig,
    oauth_type: OAuthType,
) {
    text.push("## What the app will do".to_owned());
    let start = oauth.server_url.as_deref().unwrap_or("(no `server_url`)");
    text.push(match oauth_type {
        OAuthType::Generic => format!("1. open {start} in the browser"),
        OAuthType::McpStatic => {
            let document = oauth.well_known_url.as_deref().unwrap_or(start);
            format!("1. read the provider's endpoints from {document}, and open the login in the browser")
        }
        OAuthType::RemoteStatic | OAuthType::RemoteDynamic => format!("1. ask {} which authorization server it trusts, read that server's endpoints, and open the login",
            entry.inputs.remote_url.as_deref().unwrap_or(start)
        ),
    });
    text.push(match registration(oauth) {
        Registration::Static => format!(
            "2. name itself with the client id `{}`",
            oauth.client_id.as_deref().unwrap_or_default()
        ),
        Registration::Dynamic => "2. register itself as a client there (RFC 7591)".to_owned(),
        Registration::ClientMetadata => format!(
            "2. name itself with the metadata document {}",
            oauth.client_id.as_deref().unwrap_or_default()
        ),
    });
    let callback = entry.redirect_uri.as_deref().unwrap_or("(no redirect URI)");
    text.push(format!("3. wait for the user to come back to {callback}"));
    let exchange = if entry.is_proxied {
        "have the OAuth proxy exchange the code, which adds the secret"
    } else {
        "exchange the code itself"
    };
    text.push(format!("4. {exchange}"));
    let injects = oauth_type == OAuthType::Generic;
    let delivery = match oauth.token_env_var() {
        Some(name) if injects => format!("start the server with the token in `{name}`"),
        _ if oauth_type.is_remote() || oauth.streamable_http_url.is_some() => {
            "send the token to the server as `Authorization: Bearer`".to_owned()
        }
        _ => "start the server with the token where the manifest puts it".to_owned(),
    };
    text.push(format!("5. {delivery}"));
    text.push(String::new());
}

fn discovery_section(text: &mut Vec<String>, lock: &LockEntry) {
    text.push(format!("## What discovery saw on {}", lock.recorded));
    if lock.reconstructed {
        let source = lock.source.as_deref().unwrap_or("published facts");
        text.push(format!("Put together from {source}, not fetched."));
    }
    text.extend(lock.story());
    let server = lock.authorization_server.as_ref();
    if let Some(endpoint) = server.and_then(|server| server.token_endpoint.as_ref()) {
        text.push(format!("Therefore codes are exchanged at {endpoint}"));
    }
    text.push(String::new());
}

fn run_section(text: &mut Vec<String>, manifest: &Manifest) {
    let server = &manifest.server;
    text.push("## What runs".to_owned());
    if let Some(url) = remote_url(manifest) {
        text.push(format!("Nothing on the user's machine: the server is at {url}"));
        text.push(String::new());
        return;
    }
    let words = server.command.iter().chain(server.args.iter().flatten());
    let line: Vec<&str> = words.map(String::as_str).collect();
    text.push(format!("`{}`", line.join(" ")));
    for (name, _) in server.env.iter().flatten() {
        text.push(format!("- with `{name}` in its environment"));
    }
    text.push(String::new());
}

fn findings_section(
    text: &mut Vec<String>,
    findings: &[&Finding],
    ignores: &Ignores<'_>,
    sources: &Sources,
) {
    if findings.is_empty() {
        return;
    }
    text.push("## What is wrong with it".to_owned());
    for finding in findings {
        let severity = finding.severity.name();
        let pointer = finding.place.as_ref().and_then(Place::pointer);
        let place = pointer.map_or_else(String::new, |pointer| format!(" at {pointer}"));
        let (message, rule) = (&finding.message, finding.rule);
        text.push(format!("- {severity}{place}: {message} (`{rule}`)"));
        if let Some(reason) = ignores.reason(finding, sources) {
            text.push(format!("  ignored: {reason}"));
        }
    }
}
