//! Everything inferred about one server, for `explain`: its OAuth type and why, where its secret may go, how it logs in.

use std::collections::BTreeSet;

use crate::catalog::entry::{self, Destinations, Entry};
use crate::discovery::lock::LockEntry;
use crate::manifest::model::{Manifest, OAuthConfig};
use crate::manifest::oauth::{Fact, OAuthType, Registration, Verdict, registration, remote_url};
use crate::pipeline::JudgedTarget;
use crate::pipeline::ignores::Ignores;
use crate::source::Sources;
use crate::source::finding::Severity;

/// The story as lines: a line feed in a value of the input must not start a new one.
pub(crate) fn story(
    entry: &Entry,
    target: &JudgedTarget,
    ignores: &Ignores<'_>,
    sources: &Sources,
) -> Vec<String> {
    let mut sections = vec![vec![format!("# {}", entry.id)]];
    let name = entry.display_name.iter();
    sections.extend(name.map(|name| vec![format!("{name}, {}", sources.name(entry.file))]));
    sections.push(type_section(entry));
    if let Some(oauth_type) = entry.oauth_type() {
        let hint = format!("`catproof explain {}` shows how such a login runs.", oauth_type.name());
        sections.push(vec![hint]);
    }
    if let Some(manifest) = target.judged.manifests.get(&entry.file) {
        if let Some(oauth_type) = entry.oauth_type() {
            sections.push(secret_section(entry, oauth_type));
            let oauth = manifest.oauth_config.iter();
            sections.extend(oauth.map(|oauth| login_section(entry, oauth, oauth_type)));
        }
        let lock = entry::lock_entry(&target.locks, entry.origin, manifest);
        sections.extend(lock.map(discovery_section));
        sections.push(run_section(manifest));
    }
    let mut text: Vec<String> = Vec::new();
    for section in sections {
        text.extend(section);
        text.push(String::new());
    }
    text.extend(findings_section(entry, target, ignores, sources));
    text
}

fn type_section(entry: &Entry) -> Vec<String> {
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
    let evidence = entry.classification.evidence.iter().map(|evidence| {
        let answer = if evidence.value { "yes" } else { "no" };
        let question = match evidence.fact {
            Fact::Remote => "Is the server remote?",
            Fact::Generic => "Does it use plain OAuth 2.0?",
            Fact::Client => "Was a client id issued beforehand?",
        };
        let place = evidence.pointer.map(|pointer| format!(" (at {pointer})")).unwrap_or_default();
        format!("- {question} {answer}: {}{place}", evidence.because)
    });
    let title = format!("## OAuth type: {verdict}");
    [title].into_iter().chain(why).chain(evidence).collect()
}

fn secret_section(entry: &Entry, oauth_type: OAuthType) -> Vec<String> {
    let mut text = vec!["## Where its secret may go".to_owned()];
    if !oauth_type.has_static_client() {
        text.push("There is none: each client registers itself, and the proxy is not used.".into());
        return text;
    }
    if !entry.is_proxied {
        text.push(
            "Nowhere: `requires_proxy` is not set, so the app logs in without the proxy.".into(),
        );
        return text;
    }
    let mut names = entry.env_names().into_iter();
    let (client_id, secret) = (names.next().unwrap_or_default(), names.next().unwrap_or_default());
    text.push(format!("The proxy keeps it, as `{secret}` beside `{client_id}`, and sends it to:"));
    let Destinations::Known(destinations) = &entry.destinations else {
        text.push(format!(
            "- unknown: the discovery lock has no entry for these URLs. Run `catproof probe {}`.",
            entry.id
        ));
        return text;
    };
    for destination in destinations.iter().filter(|it| it.purpose.carries_secret()) {
        let purpose = match destination.purpose {
            entry::Purpose::Token => "to exchange codes and refresh tokens",
            entry::Purpose::Revocation => "to revoke tokens",
            entry::Purpose::Discovery => "to read metadata",
        };
        text.push(format!("- `{}`, {purpose}: {}", destination.host, destination.endpoint));
        text.push(format!("  known from: {}", destination.source.describe()));
    }
    let (secret, metadata): (Vec<_>, Vec<_>) =
        destinations.iter().partition(|destination| destination.purpose.carries_secret());
    let mut metadata: BTreeSet<&str> = metadata.iter().map(|it| it.host.as_str()).collect();
    metadata.retain(|host| !secret.iter().any(|it| it.host == *host));
    if !metadata.is_empty() {
        let hosts = metadata.into_iter().collect::<Vec<_>>().join(", ");
        text.push(format!("Only metadata is read from {hosts}; no secret goes there."));
    }
    text
}

fn login_section(entry: &Entry, oauth: &OAuthConfig, oauth_type: OAuthType) -> Vec<String> {
    let start = oauth.server_url.as_deref().unwrap_or("(no `server_url`)");
    let client_id = oauth.client_id.as_deref().unwrap_or_default();
    let open = match oauth_type {
        OAuthType::Generic => format!("open {start} in the browser"),
        OAuthType::McpStatic => format!(
            "read the provider's endpoints from {}, and open the login in the browser",
            oauth.well_known_url.as_deref().unwrap_or(start)
        ),
        OAuthType::RemoteStatic | OAuthType::RemoteDynamic => format!(
            "ask {} which authorization server it trusts, read that server's endpoints, and open the login",
            entry.inputs.remote_url.as_deref().unwrap_or(start)
        ),
    };
    let identify = match registration(oauth) {
        Registration::Static => format!("identify itself with the client id `{client_id}`"),
        Registration::Dynamic => "register itself as a client there (RFC 7591)".to_owned(),
        Registration::ClientMetadata => {
            format!("identify itself with the metadata document {client_id}")
        }
    };
    let callback = entry.redirect_uri.as_deref().unwrap_or("(no redirect URI)");
    let exchange = if entry.is_proxied {
        "have the OAuth proxy exchange the code, which adds the secret"
    } else {
        "exchange the code itself"
    };
    let delivery = match oauth.token_env_var() {
        Some(name) if oauth_type == OAuthType::Generic => {
            format!("start the server with the token in `{name}`")
        }
        _ if oauth_type.is_remote() || oauth.streamable_http_url.is_some() => {
            "send the token to the server as `Authorization: Bearer`".to_owned()
        }
        _ => "start the server with the token where the manifest puts it".to_owned(),
    };
    vec![
        "## What the app will do".to_owned(),
        format!("1. {open}"),
        format!("2. {identify}"),
        format!("3. wait for the provider to send the user to {callback}"),
        format!("4. {exchange}"),
        format!("5. {delivery}"),
    ]
}

fn discovery_section(lock: &LockEntry) -> Vec<String> {
    let mut text = vec![format!("## What discovery saw on {}", lock.recorded)];
    if lock.reconstructed {
        let source = lock.source.as_deref().unwrap_or("published facts");
        text.push(format!("Put together from {source}, not fetched."));
    }
    text.extend(lock.story());
    let server = lock.authorization_server.as_ref();
    if let Some(endpoint) = server.and_then(|server| server.token_endpoint.as_ref()) {
        text.push(format!("Therefore codes are exchanged at {endpoint}"));
    }
    text
}

fn run_section(manifest: &Manifest) -> Vec<String> {
    let server = &manifest.server;
    let title = "## What runs".to_owned();
    if let Some(url) = remote_url(manifest) {
        return vec![title, format!("Nothing on the user's machine: the server is at {url}")];
    }
    let words = server.command.iter().chain(server.args.iter().flatten());
    let line: Vec<&str> = words.map(String::as_str).collect();
    let variables = server.env.iter().flatten();
    let variables = variables.map(|(name, _)| format!("- with `{name}` in its environment"));
    [title, format!("`{}`", line.join(" "))].into_iter().chain(variables).collect()
}

fn findings_section(
    entry: &Entry,
    target: &JudgedTarget,
    ignores: &Ignores<'_>,
    sources: &Sources,
) -> Vec<String> {
    let mut text = Vec::new();
    for finding in &target.judged.findings {
        let Some(place) = finding.place.as_ref().filter(|place| place.file == entry.file) else {
            continue;
        };
        if finding.severity <= Severity::Note {
            continue;
        }
        if text.is_empty() {
            text.push("## What is wrong with it".to_owned());
        }
        let severity = finding.severity.name();
        let pointer = place.pointer().map(|pointer| format!(" at {pointer}")).unwrap_or_default();
        text.push(format!("- {severity}{pointer}: {} (`{}`)", finding.message, finding.rule));
        let reason = ignores.reason(finding, sources);
        text.extend(reason.map(|reason| format!("  ignored: {reason}")));
    }
    text
}
