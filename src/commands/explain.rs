//! `explain`: a rule, an OAuth type, or a server with everything that was inferred about it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;

use crate::cli::{ExplainArgs, Global};
use crate::config;
use crate::console::Console;
use crate::entry::{self, Destinations, Entry};
use crate::lint::{self, Fixable, Rule};
use crate::model::{Manifest, OAuthConfig};
use crate::oauth::{OAuthType, Registration, Verdict, registration};
use crate::pipeline::Keep;
use crate::probe::lock::LockEntry;
use crate::report::{Mask, visible};
use crate::source::Sources;
use crate::suggest;
use crate::workspace::Workspace;

use super::judge::{self, AllowlistChoice, JudgedTarget, LockChoice, Questions};
use super::{ExitStatus, Failure};

pub(super) fn run(
    args: &ExplainArgs,
    global: &Global,
    console: &Console,
) -> Result<ExitStatus, Failure> {
    let text = match (lint::resolve(&args.topic), oauth_type(&args.topic)) {
        (Some(named), _) => {
            if let Some(notice) = named.notice() {
                console.say(&notice);
            }
            explain_rule(named.rule)
        }
        (None, Some(oauth_type)) => oauth_type.documentation().to_owned(),
        (None, None) if args.topic == "config" => config::explain(),
        (None, None) => explain_server(args, global)?,
    };
    let mut out = console.out();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(ExitStatus::Clean)
}

/// A type by its name or number.
fn oauth_type(topic: &str) -> Option<OAuthType> {
    OAuthType::ALL
        .into_iter()
        .find(|oauth_type| oauth_type.name() == topic || oauth_type.number().to_string() == topic)
}

fn explain_rule(rule: &Rule) -> String {
    let fix = match rule.fix {
        Fixable::No => "",
        Fixable::Safe => ", repaired by `--fix`",
        Fixable::Risky => ", repaired by `--unsafe-fixes`",
    };
    let (level, group) = (rule.level.name(), rule.group.name());
    format!(
        "# {}\n\n{level}, group {group}{fix}\n\n{}\n",
        rule.id,
        rule.documentation()
    )
}

fn explain_server(args: &ExplainArgs, global: &Global) -> Result<String, Failure> {
    let workspace = Workspace::open(global)?;
    let mut sources = Sources::default();
    let questions = Questions {
        keep: Keep::Manifests,
        allowlist: AllowlistChoice::Nothing,
        lock: LockChoice::InForce,
    };
    let targets = judge::judge(&workspace, &args.paths, None, &mut sources, &questions)?;
    for target in &targets {
        let entries = &target.judged.entries;
        let shown_first = entry::effective(entries, workspace.config.profile);
        if let Some(entry) = shown_first
            .chain(entries)
            .find(|entry| entry.id == args.topic)
        {
            let mask = Mask::new(&target.judged.secrets);
            let text = server(entry, target, &sources);
            let lines = text
                .lines()
                .map(|line| visible(&mask.apply(line)).into_owned());
            return Ok(lines.chain([String::new()]).collect::<Vec<_>>().join("\n"));
        }
    }
    let ids = targets
        .iter()
        .flat_map(|target| target.judged.entries.iter().map(|entry| entry.id.as_str()));
    let known = ids
        .chain(lint::RULES.iter().map(|rule| rule.id))
        .chain(OAuthType::ALL.map(OAuthType::name))
        .chain(["config"]);
    let help =
        suggest::nearest(&args.topic, known).map(|nearest| format!("did you mean `{nearest}`?"));
    let message = format!(
        "`{}` is no rule, no OAuth type and no server of this catalog",
        args.topic
    );
    Err(Failure::Usage { message, help })
}

/// The story of one server: what it is, why, where its secret may go, what the app will do.
fn server(entry: &Entry, target: &JudgedTarget, sources: &Sources) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "# {}\n", entry.id);
    if let Some(name) = &entry.display_name {
        let _ = writeln!(text, "{name}, {}\n", sources.name(entry.file));
    }
    let manifest = target.judged.manifests.get(&entry.file);
    let lock = manifest.and_then(|manifest| entry::lock_entry(&target.lock, manifest));
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
    let findings = target.judged.findings.iter();
    let here = findings.filter(|finding| {
        finding
            .place
            .as_ref()
            .is_some_and(|place| place.file == entry.file)
    });
    let here: Vec<_> = here
        .filter(|finding| finding.severity > crate::finding::Severity::Note)
        .collect();
    if !here.is_empty() {
        let _ = writeln!(text, "## What is wrong with it");
        for finding in here {
            let _ = writeln!(
                text,
                "- {}: {} (`{}`)",
                finding.severity.name(),
                finding.message,
                finding.rule
            );
        }
    }
    text
}

fn type_section(text: &mut String, entry: &Entry) {
    let _ = match entry.classification.verdict {
        Verdict::None => writeln!(
            text,
            "## OAuth type: none\nThe server has no `oauth_config`: nobody logs in."
        ),
        Verdict::Type(oauth_type) => {
            writeln!(
                text,
                "## OAuth type: {}, {}",
                oauth_type.number(),
                oauth_type.name()
            )
        }
        Verdict::Undetermined(reason) => {
            writeln!(
                text,
                "## OAuth type: undetermined\nNo type can be given: {}.",
                reason.reason()
            )
        }
    };
    for evidence in &entry.classification.evidence {
        let answer = if evidence.value { "yes" } else { "no" };
        let question = match evidence.fact {
            crate::oauth::Fact::Remote => "Is the server remote?",
            crate::oauth::Fact::Generic => "Does it use plain OAuth 2.0?",
            crate::oauth::Fact::Client => "Was a client id issued beforehand?",
        };
        let place = evidence
            .pointer
            .map(|pointer| format!(" (at {pointer})"))
            .unwrap_or_default();
        let _ = writeln!(text, "- {question} {answer}: {}{place}", evidence.because);
    }
    if let Some(oauth_type) = entry.oauth_type() {
        let _ = writeln!(
            text,
            "\n`catproof explain {}` tells how such a login runs.",
            oauth_type.name()
        );
    }
    text.push('\n');
}

fn secret_section(text: &mut String, entry: &Entry, oauth_type: OAuthType) {
    let _ = writeln!(text, "## Where its secret may go");
    if !oauth_type.has_static_client() {
        let _ = writeln!(
            text,
            "There is none: each client registers itself, and the proxy is not used.\n"
        );
        return;
    }
    if !entry.is_proxied {
        let _ = writeln!(
            text,
            "Nowhere: `requires_proxy` is not set, so the app logs in without the proxy.\n"
        );
        return;
    }
    let [client_id, secret] =
        [0, 1].map(|index| entry.env_names().into_iter().nth(index).unwrap_or_default());
    let _ = writeln!(
        text,
        "The proxy keeps it, as `{secret}` beside `{client_id}`, and sends it to:"
    );
    match &entry.destinations {
        Destinations::Known(destinations) => {
            for destination in destinations
                .iter()
                .filter(|destination| destination.purpose.carries_secret())
            {
                let purpose = match destination.purpose {
                    entry::Purpose::Token => "to exchange codes and refresh tokens",
                    entry::Purpose::Revocation => "to revoke tokens",
                    entry::Purpose::Discovery => "to read metadata",
                };
                let _ = writeln!(
                    text,
                    "- `{}`, {purpose}: {}",
                    destination.host, destination.endpoint
                );
                let _ = writeln!(text, "  known from: {}", destination.source.describe());
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
                let _ = writeln!(
                    text,
                    "Only metadata is read from {}; no secret goes there.",
                    asked.join(", ")
                );
            }
        }
        Destinations::Unverifiable | Destinations::NotNeeded => {
            let _ = writeln!(
                text,
                "- not known: the discovery lock has no entry for these URLs. Run `catproof probe {}`.",
                entry.id
            );
        }
    }
    text.push('\n');
}

fn login_section(text: &mut String, entry: &Entry, oauth: &OAuthConfig, oauth_type: OAuthType) {
    let _ = writeln!(text, "## What the app will do");
    let start = oauth.server_url.as_deref().unwrap_or("(no `server_url`)");
    let _ = match oauth_type {
        OAuthType::Generic => writeln!(text, "1. open {start} in the browser"),
        OAuthType::McpStatic => {
            let document = oauth.well_known_url.as_deref().unwrap_or(start);
            writeln!(
                text,
                "1. read the provider's endpoints from {document}, and open the login in the browser"
            )
        }
        OAuthType::RemoteStatic | OAuthType::RemoteDynamic => writeln!(
            text,
            "1. ask {} which authorization server it trusts, read that server's endpoints, and open the login",
            entry.remote_url.as_deref().unwrap_or(start)
        ),
    };
    let _ = match registration(oauth) {
        Registration::Static => writeln!(
            text,
            "2. name itself with the client id `{}`",
            oauth.client_id.as_deref().unwrap_or_default()
        ),
        Registration::Dynamic => writeln!(text, "2. register itself as a client there (RFC 7591)"),
        Registration::ClientMetadata => writeln!(
            text,
            "2. name itself with the metadata document {}",
            oauth.client_id.as_deref().unwrap_or_default()
        ),
    };
    let callback = entry.redirect_uri.as_deref().unwrap_or("(no redirect URI)");
    let _ = writeln!(text, "3. wait for the user to come back to {callback}");
    let exchange = match entry.is_proxied {
        true => "have the OAuth proxy exchange the code, which adds the secret",
        false => "exchange the code itself",
    };
    let _ = writeln!(text, "4. {exchange}");
    let injects = oauth_type == OAuthType::Generic;
    let delivery = match &oauth.access_token_env_var {
        Some(name) if injects => format!("start the server with the token in `{name}`"),
        _ if oauth_type.is_remote() || oauth.streamable_http_url.is_some() => {
            "send the token to the server as `Authorization: Bearer`".to_owned()
        }
        _ => "start the server with the token where the manifest puts it".to_owned(),
    };
    let _ = writeln!(text, "5. {delivery}\n");
}

fn discovery_section(text: &mut String, lock: &LockEntry) {
    let _ = writeln!(text, "## What discovery saw on {}", lock.recorded);
    if lock.reconstructed {
        let source = lock.source.as_deref().unwrap_or("published facts");
        let _ = writeln!(text, "Put together from {source}, not fetched.");
    }
    for line in lock.story() {
        let _ = writeln!(text, "{line}");
    }
    let server = lock.authorization_server.as_ref();
    if let Some(endpoint) = server.and_then(|server| server.token_endpoint.as_ref()) {
        let _ = writeln!(text, "Therefore codes are exchanged at {endpoint}");
    }
    text.push('\n');
}

fn run_section(text: &mut String, manifest: &Manifest) {
    let server = &manifest.server;
    let _ = writeln!(text, "## What runs");
    if let Some(url) = crate::oauth::remote_url(manifest) {
        let _ = writeln!(
            text,
            "Nothing on the user's machine: the server is at {url}\n"
        );
        return;
    }
    let words = server.command.iter().chain(server.args.iter().flatten());
    let line: Vec<&str> = words.map(String::as_str).collect();
    let _ = writeln!(text, "`{}`", line.join(" "));
    for (name, _) in server.env.iter().flatten() {
        let _ = writeln!(text, "- with `{name}` in its environment");
    }
    text.push('\n');
}
