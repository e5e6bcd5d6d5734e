//! Catalog -> Plan: every default resolved, the syntax of every value that reaches an artifact checked.
//!
//! Pure: the same catalog gives the same plan, whichever dialect its files use. A server with an invalid value is left
//! out and reported.

mod arguments;
mod docker;
pub(crate) mod emit;
pub(crate) mod grammar;
mod oauth;
pub(crate) mod plan;
mod process;
mod proxy;
mod template;
pub(crate) mod write;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::catalog::config::Config;
use crate::catalog::entry::{self, Entry};
use crate::compile::plan::{
    AppKind, AppLaunch, AppServer, BrowserLogin, CatalogIndex, CatalogKind, DEEP_LINK, GENERATED,
    IndexedFact, IndexedOAuth, IndexedServer, Input, LeftOut, LeftOutReason, OAuth, Plan, Process,
    ProxyServer, ServerLaunch, ServerLaunchKind, SetupTask, StartInstructions, Transport, VERSION,
};
use crate::discovery::documents::hexadecimal;
use crate::discovery::lock::{LockEntry, Locks};
use crate::manifest::model::{Manifest, UserInput};
use crate::manifest::oauth::{Verdict, is_remote, remote_url};
use crate::source::{FileId, Origin};
use crate::text::dotenv;
use crate::text::hidden::to_json;
use crate::text::profile::Profile;

use template::Names;

/// What the compiler works on.
#[derive(Debug, Clone, Copy)]
pub struct Catalog<'a> {
    /// Sorted by id.
    pub entries: &'a [Entry],
    /// The manifests that could be read.
    pub manifests: &'a BTreeMap<FileId, Manifest>,
    /// The files whose servers are left out because they contain a secret.
    pub leave_out: &'a BTreeSet<FileId>,
    pub locks: Option<&'a Locks>,
    pub config: &'a Config,
}

/// Why nothing can be compiled: the configuration has an invalid value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` in the configuration {problem}")]
pub struct CompileError {
    pub field: &'static str,
    pub problem: &'static str,
}

/// One server on its way into the plan.
#[derive(Debug, Clone, Copy)]
struct CompileInput<'a> {
    entry: &'a Entry,
    manifest: &'a Manifest,
    /// What discovery recorded for exactly this manifest's URLs.
    lock: Option<&'a LockEntry>,
    profile: Profile,
}

/// A value, or why its server is left out.
type Checked<T> = Result<T, LeftOutReason>;

/// Compiles the servers of the profile.
///
/// # Errors
/// The configuration has an invalid host or URL.
pub fn compile(catalog: &Catalog<'_>) -> Result<Plan, CompileError> {
    let config = catalog.config;
    let mut servers = BTreeMap::new();
    let mut proxied = BTreeMap::new();
    let mut entries = BTreeMap::new();
    let mut hashes = BTreeMap::new();
    let mut left_out = Vec::new();
    let effective: Vec<&Entry> = entry::effective(catalog.entries, config.profile).collect();
    for entry in catalog.entries.iter().filter(|entry| entry.is_compiled(config.profile)) {
        let chosen = effective.binary_search_by_key(&&entry.id, |chosen| &chosen.id);
        let chosen = chosen.ok().and_then(|index| effective.get(index));
        if chosen.is_some_and(|it| it.file != entry.file && it.origin == entry.origin) {
            let reason = LeftOutReason::DuplicateId;
            left_out.push(LeftOut { id: entry.id.clone(), file: entry.file, reason });
        }
    }
    let compiled = effective.into_par_iter().map(|entry| (entry, compile_server(catalog, entry)));
    for (entry, compiled) in compiled.collect::<Vec<_>>() {
        match compiled {
            Ok(Compiled { launch, launch_sha256, proxy }) => {
                servers.insert(entry.id.clone(), launch);
                hashes.insert(entry.id.as_str(), launch_sha256);
                proxied.extend(proxy.map(|proxy| (entry.id.clone(), proxy)));
                entries.insert(entry.id.as_str(), entry);
            }
            Err(reason) => {
                left_out.push(LeftOut { id: entry.id.clone(), file: entry.file, reason });
            }
        }
    }
    left_out.sort();
    proxy::drop_aliases(&mut proxied, &config.proxy.posix_aliases);

    let redirect_uris = servers
        .values()
        .filter_map(|server: &ServerLaunch| Some(server.oauth.as_ref()?.redirect_uri.clone()));
    let callbacks = config.proxy.callback_urls.iter().cloned();
    let callback_urls: BTreeSet<String> = callbacks.chain(redirect_uris).collect();
    Ok(Plan {
        app: app(config, &servers, callback_urls)?,
        index: index(config.profile, &entries, &servers, &hashes),
        providers: proxy::providers(config, &entries)?,
        proxy: proxy::launch(config, &entries, proxied)?,
        servers,
        left_out,
    })
}

/// One server.
struct Compiled {
    launch: ServerLaunch,
    launch_sha256: String,
    /// What the proxy keeps for it.
    proxy: Option<ProxyServer>,
}

fn compile_server(catalog: &Catalog<'_>, entry: &Entry) -> Checked<Compiled> {
    if let Verdict::Undetermined(reason) = entry.classification.verdict {
        return Err(LeftOutReason::Undetermined(reason.reason()));
    }
    let Some(manifest) = catalog.manifests.get(&entry.file) else {
        return Err(LeftOutReason::Unreadable);
    };
    if catalog.leave_out.contains(&entry.file) {
        return Err(LeftOutReason::HoldsSecret);
    }
    grammar::server_id(&entry.id)?;
    let subject = CompileInput {
        entry,
        manifest,
        lock: catalog.locks.and_then(|locks| entry::lock_entry(locks, entry.origin, manifest)),
        profile: catalog.config.profile,
    };
    let (launch, proxy) = assemble(subject, parts_of(subject))?;
    let text = to_json(&launch);
    grammar::check_secret_marks(&entry.id, &text)?;
    Ok(Compiled { launch_sha256: hexadecimal(&Sha256::digest(&text)), launch, proxy })
}

/// Assembles a server's launch spec, and what the proxy keeps for it.
fn assemble(
    subject: CompileInput<'_>,
    parts: Parts,
) -> Checked<(ServerLaunch, Option<ProxyServer>)> {
    let launch = launch(subject, parts)?;
    let proxy = match (&launch.oauth, subject.entry.is_proxied) {
        (Some(oauth), true) => Some(proxy::server(subject, &launch, oauth)?),
        (Some(_) | None, _) => None,
    };
    Ok((launch, proxy))
}

/// Why a readable server would be left out: for each part that cannot be compiled, or else for the whole.
///
/// `may_have_marks` is [`grammar::may_have_secret_marks`] of the manifest: without any, the launch spec is not searched.
pub(crate) fn refusals(
    entry: &Entry,
    manifest: &Manifest,
    lock: Option<&LockEntry>,
    profile: Profile,
    may_have_marks: bool,
) -> Vec<LeftOutReason> {
    let subject = CompileInput { entry, manifest, lock, profile };
    if let Err(reason) = grammar::server_id(&entry.id) {
        return vec![reason];
    }
    let parts = parts_of(subject);
    let of_parts =
        [parts.transport.as_ref().err(), parts.process.as_ref().err(), parts.oauth.as_ref().err()];
    let mut reasons: Vec<LeftOutReason> = of_parts.into_iter().flatten().cloned().collect();
    if reasons.is_empty() {
        let checked = assemble(subject, parts).and_then(|(launch, _)| {
            if !may_have_marks {
                return Ok(());
            }
            grammar::check_secret_marks(&entry.id, &to_json(&launch))
        });
        reasons.extend(checked.err());
    }
    // A login repeats the reason of its transport.
    reasons.sort();
    reasons.dedup();
    reasons
}

/// A server compiled part by part, so that a comparison still sees the other parts if one cannot be compiled.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parts {
    pub(crate) transport: Result<Transport, LeftOutReason>,
    /// `None` for a remote server.
    pub(crate) process: Result<Option<Process>, LeftOutReason>,
    pub(crate) inputs: BTreeMap<String, Input>,
    /// `None` for a server without a login.
    pub(crate) oauth: Result<Option<OAuth>, LeftOutReason>,
    pub(crate) browser_login: Option<BrowserLogin>,
    pub(crate) setup: Vec<SetupTask>,
}

/// Compiles each part of a server, even of one that is left out.
pub(crate) fn parts(
    entry: &Entry,
    manifest: &Manifest,
    locks: Option<&Locks>,
    profile: Profile,
) -> Parts {
    let lock = locks.and_then(|locks| entry::lock_entry(locks, entry.origin, manifest));
    parts_of(CompileInput { entry, manifest, lock, profile })
}

fn parts_of(subject: CompileInput<'_>) -> Parts {
    let CompileInput { entry, manifest, .. } = subject;
    let transport = transport(manifest);
    let is_local = !is_remote(manifest);
    let process = is_local.then(|| process::process(manifest)).transpose();
    let oauth = match (entry.classification.verdict, &transport) {
        (Verdict::None, _) => Ok(None),
        (Verdict::Undetermined(reason), _) => Err(LeftOutReason::Undetermined(reason.reason())),
        (Verdict::Type(_), Err(reason)) => Err(reason.clone()),
        (Verdict::Type(oauth_type), Ok(transport)) => {
            oauth::oauth(subject, oauth_type, transport).map(Some)
        }
    };
    let names = Names::of(manifest);
    let mut inputs: BTreeMap<String, Input> = names
        .inputs
        .iter()
        .map(|(key, input)| (key.clone(), compile_input(key, input, names)))
        .collect();
    if let Ok(Some(process)) = &process {
        process::record_uses(process, &mut inputs);
    }
    let archestra = manifest.archestra_config.as_ref();
    let browser = archestra.and_then(|archestra| archestra.browser_based.as_ref());
    Parts {
        transport,
        process,
        inputs,
        oauth,
        browser_login: browser.map(|browser| BrowserLogin {
            provider: browser.provider.clone(),
            required: browser.required == Some(true),
        }),
        setup: manifest
            .server
            .setup
            .iter()
            .flatten()
            .map(|step| SetupTask { kind: step.kind.clone(), provider: step.provider.clone() })
            .collect(),
    }
}

fn launch(subject: CompileInput<'_>, parts: Parts) -> Checked<ServerLaunch> {
    let entry = subject.entry;
    Ok(ServerLaunch {
        generated: GENERATED.to_owned(),
        version: VERSION,
        kind: ServerLaunchKind::Server,
        id: entry.id.clone(),
        display_name: display_name(entry).to_owned(),
        origin: entry.origin,
        developer: entry.origin == Origin::CatalogLocal,
        transport: parts.transport?,
        process: parts.process?,
        inputs: parts.inputs,
        oauth: parts.oauth?,
        browser_login: parts.browser_login,
        setup: parts.setup,
    })
}

fn transport(manifest: &Manifest) -> Checked<Transport> {
    if is_remote(manifest) {
        let url = grammar::required("remote_url", remote_url(manifest))?;
        grammar::url("remote_url", url)?;
        return Ok(Transport::Remote { url: url.to_owned() });
    }
    let oauth = manifest.oauth_config.as_ref();
    let Some(url) = oauth.and_then(|oauth| oauth.streamable_http_url.as_deref()) else {
        return Ok(Transport::Stdio);
    };
    let url = grammar::url("streamable_http_url", url)?;
    let query = url.query().map(|query| format!("?{query}"));
    Ok(Transport::StreamableHttp {
        port: oauth.and_then(|oauth| oauth.streamable_http_port).unwrap_or(8000),
        path: format!("{}{}", url.path(), query.unwrap_or_default()),
    })
}

fn compile_input(key: &str, input: &UserInput, names: Names<'_>) -> Input {
    Input {
        title: input
            .title
            .as_deref()
            .filter(|title| !title.trim().is_empty())
            .unwrap_or(key)
            .to_owned(),
        description: input.description.clone(),
        kind: input.kind.unwrap_or_default(),
        required: input.required == Some(true),
        sensitive: input.sensitive == Some(true),
        multiple: input.multiple == Some(true),
        default: template::default_value(input, names),
        min: input.min,
        max: input.max,
        used_in: Vec::new(),
    }
}

/// The display name; by default the id.
fn display_name(entry: &Entry) -> &str {
    entry.display_name.as_deref().unwrap_or(&entry.id)
}

fn app(
    config: &Config,
    servers: &BTreeMap<String, ServerLaunch>,
    callback_urls: BTreeSet<String>,
) -> Result<AppLaunch, CompileError> {
    let proxy_url = config.proxy.url.as_deref().unwrap_or("http://localhost:8080");
    grammar::configured("proxy.url", grammar::url("proxy.url", proxy_url))?;
    let is_quotable = dotenv::quote(proxy_url).is_some();
    let quotable = grammar::check(is_quotable, "proxy.url", "contains a quote", "remove it");
    grammar::configured("proxy.url", quotable)?;
    let servers = servers.values().map(|server| AppServer {
        id: server.id.clone(),
        display_name: server.display_name.clone(),
        developer: server.developer,
        oauth: server.oauth.as_ref().map(|oauth| oauth.kind),
        launch: format!("servers/{}.json", server.id),
    });
    Ok(AppLaunch {
        generated: GENERATED.to_owned(),
        version: VERSION,
        kind: AppKind::App,
        profile: config.profile,
        run: run("desktop_app"),
        proxy_url: proxy_url.to_owned(),
        callback_urls: callback_urls.into_iter().collect(),
        deep_link: DEEP_LINK.to_owned(),
        servers: servers.collect(),
    })
}

fn index(
    profile: Profile,
    entries: &BTreeMap<&str, &Entry>,
    servers: &BTreeMap<String, ServerLaunch>,
    hashes: &BTreeMap<&str, String>,
) -> CatalogIndex {
    let servers = servers.values().filter_map(|server| {
        let entry = entries.get(server.id.as_str())?;
        let evidence = entry.classification.evidence.iter();
        let oauth = server.oauth.as_ref().map(|oauth| IndexedOAuth {
            kind: oauth.kind,
            number: oauth.kind.number(),
            requires_proxy: entry.is_proxied,
            evidence: evidence
                .map(|evidence| IndexedFact { fact: evidence.fact, value: evidence.value })
                .collect(),
        });
        Some(IndexedServer {
            id: server.id.clone(),
            display_name: server.display_name.clone(),
            origin: server.origin,
            oauth,
            destinations: proxy::destinations(entry),
            unverifiable: entry.destinations == entry::Destinations::Unverifiable,
            env: entry.env_names(),
            launch: format!("desktop_app/servers/{}.json", server.id),
            launch_sha256: hashes.get(server.id.as_str())?.clone(),
        })
    });
    CatalogIndex {
        generated: GENERATED.to_owned(),
        version: VERSION,
        kind: CatalogKind::Catalog,
        profile,
        servers: servers.collect(),
    }
}

/// How the guide starts a program of the checkout.
fn run(folder: &str) -> StartInstructions {
    let words = |words: [&str; 2]| words.map(str::to_owned).to_vec();
    StartInstructions {
        folder: folder.to_owned(),
        install: words(["pnpm", "install"]),
        start: words(["pnpm", "start"]),
        env_file: ".env".to_owned(),
    }
}
