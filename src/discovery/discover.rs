//! Discovery of one server: what is requested, in which order, and what each answer means.
//!
//! Specifications: the [MCP authorization specification](https://modelcontextprotocol.io/specification/2025-11-25/basic/authorization)
//! for the order, and its [2025-03-26](https://modelcontextprotocol.io/specification/2025-03-26/basic/authorization)
//! version for servers without resource metadata.
//!
//! Nothing here touches the network: the answers come from a [`Fetch`]. Every decision is recorded as the outcome of the
//! request that led to it.

use std::collections::BTreeSet;

use url::Url;

use super::address::{Reach, check_url};
use super::challenge;
use super::documents::{self, MetadataDocument, Reading, ResourceMatch, problem, quoted, rule};
use super::fetch::{Fetch, Method, Reconstruction, Request};
use super::lock::{AuthorizationServerFacts, LockEntry, LockInputs, LockProblem, LockRequest};
use super::request_cache::{ParsedAnswer, RequestCache};
use super::well_known;

/// A server to discover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscoveryTarget {
    /// The server's id, the key in the lock.
    pub server_id: String,
    /// Where discovery starts.
    pub kind: TargetKind,
    /// The manifest's URLs, verbatim: the lock entry is valid for exactly these.
    pub inputs: LockInputs,
}

/// Where discovery starts, by OAuth type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TargetKind {
    /// Type 1: nothing to discover. Checks that the endpoints exist, and then, as advice, whether their provider
    /// publishes metadata.
    Generic {
        /// `oauth_config.server_url`.
        authorization_endpoint: Option<String>,
        /// `oauth_config.token_endpoint`.
        token_endpoint: Option<String>,
    },
    /// Type 2: starts at `well_known_url`, else at the issuer `server_url`.
    McpStatic,
    /// Types 3 and 4, and a URL of unknown type: starts at `remote_url`.
    Remote,
}

/// What discovery needs to know about the run.
#[derive(Debug, Clone, Copy)]
pub struct ProbeRun<'a> {
    /// The day of the run, `YYYY-MM-DD`, in UTC.
    pub today: &'a str,
    pub reach: Reach,
}

/// How many redirects are followed for one URL.
const MAX_REDIRECTS: usize = 3;

/// Discovers one server.
pub(crate) async fn discover<F: Fetch>(
    target: &DiscoveryTarget,
    cache: &RequestCache<'_, F>,
    run: ProbeRun<'_>,
) -> LockEntry {
    let mut discovery = DiscoveryRun {
        cache,
        run,
        entry: LockEntry { inputs: target.inputs.clone(), ..LockEntry::default() },
        days: BTreeSet::new(),
        sources: BTreeSet::new(),
    };
    match &target.kind {
        TargetKind::Generic { authorization_endpoint, token_endpoint } => {
            let endpoints = [authorization_endpoint.as_deref(), token_endpoint.as_deref()];
            discovery.generic(endpoints).await;
        }
        TargetKind::McpStatic => discovery.mcp_static(&target.inputs).await,
        TargetKind::Remote => discovery.remote(&target.inputs).await,
    }
    discovery.finish()
}

/// What a well-known URL holds.
enum Found {
    /// A document, and the URL that it was read from.
    Document(Box<MetadataDocument>, String),
    /// No metadata; the last outcome says what was there instead. The next URL is tried.
    Nothing,
    /// The search is over; the problem is recorded.
    Stop,
}

/// How the search for resource metadata ended.
enum Resource {
    /// The issuer to continue with.
    Issuer(String),
    Absent,
    /// The search is over; the problem is recorded.
    Stop,
}

/// What the answer of the remote URL says about where to continue.
struct InitializeAnswer {
    resource_metadata: Option<String>,
    reconstruction: Option<Reconstruction>,
}

struct DiscoveryRun<'a, F> {
    cache: &'a RequestCache<'a, F>,
    run: ProbeRun<'a>,
    entry: LockEntry,
    /// The days of recorded answers.
    days: BTreeSet<String>,
    /// The sources of reconstructed answers.
    sources: BTreeSet<String>,
}

impl<F: Fetch> DiscoveryRun<'_, F> {
    /// Checks the authorization and the token endpoint of type 1.
    async fn generic(&mut self, endpoints: [Option<&str>; 2]) {
        let mut asked = BTreeSet::new();
        for endpoint in endpoints.into_iter().flatten() {
            if !asked.insert(endpoint) {
                continue;
            }
            // Any answer shows that it exists, even a redirect to a login page.
            match self.ask(Method::Get, endpoint).await {
                Ok(reply) => self.conclude(match reply.status {
                    Some(status) => format!("exists: it answers {status}"),
                    None => "its answer is not stated".to_owned(),
                }),
                Err(message) => self.unreachable(endpoint, &message),
            }
        }
        if let [Some(authorization_endpoint), Some(token_endpoint)] = endpoints
            && self.entry.problems.is_empty()
        {
            self.advice(authorization_endpoint, token_endpoint).await;
        }
    }

    /// Reads the metadata at the origin of the authorization endpoint. As it is only advice, its problems are dropped.
    ///
    /// No issuer is known. A document counts if its issuer is this origin and it names the same token endpoint: some
    /// providers publish metadata of a different login.
    async fn advice(&mut self, authorization_endpoint: &str, token_endpoint: &str) {
        let Some(origin) = documents::read_url(authorization_endpoint)
            .filter(|url| documents::is_secure(url, self.run.reach))
            .and_then(|url| url.join("/").ok())
        else {
            return;
        };
        let urls = well_known::authorization_server_urls(&origin);
        if let Found::Document(document, metadata_url) = self.first_document(&urls).await {
            self.take_advice(&document, &metadata_url, &origin, token_endpoint);
        }
        self.entry.problems.clear();
    }

    fn take_advice(
        &mut self,
        document: &MetadataDocument,
        metadata_url: &str,
        origin: &Url,
        token_endpoint: &str,
    ) {
        let bare = well_known::origin(origin);
        let issuers = [bare.as_str(), origin.as_str()];
        let reach = self.run.reach;
        let read = documents::authorization_server_facts(document, metadata_url, &issuers, reach);
        let Ok((issuer, facts)) = read else {
            return self.conclude("authorization server metadata that must not be used");
        };
        let published = facts.token_endpoint.as_deref().unwrap_or_default();
        if Url::parse(published).ok() != Url::parse(token_endpoint).ok() {
            let outcome = format!(
                "authorization server metadata of another login, whose tokens are at {}",
                quoted(published)
            );
            return self.conclude(outcome);
        }
        self.conclude(format!(
            "authorization server metadata of {}, with this very token endpoint",
            quoted(&issuer)
        ));
        self.entry.issuer = Some(issuer);
        // The generic flow fixes how the secret is sent: no rule may compare that with advice.
        self.entry.authorization_server =
            Some(AuthorizationServerFacts { token_endpoint_auth_methods_supported: None, ..facts });
    }

    async fn mcp_static(&mut self, inputs: &LockInputs) {
        let issuer = inputs.server_url.as_deref();
        match (inputs.well_known_url.as_deref(), issuer) {
            (Some(well_known_url), _) => {
                self.authorization_server(issuer.as_slice(), &[well_known_url.to_owned()]).await;
            }
            (None, Some(issuer)) => self.issuer(issuer, "`server_url`").await,
            (None, None) => {}
        }
    }

    async fn remote(&mut self, inputs: &LockInputs) {
        let Some(remote_url) = inputs.remote_url.as_deref() else {
            return;
        };
        let Some((answer, remote)) = self.initialize(remote_url).await else {
            return;
        };
        if let Some(reconstruction) = answer.reconstruction {
            return self.reconstructed(remote_url, &reconstruction).await;
        }
        let resource = match answer.resource_metadata {
            Some(named) => self.named_resource(remote_url, &named).await,
            None => {
                let urls = well_known::protected_resource_urls(&remote);
                self.first_resource(&urls, remote_url).await
            }
        };
        match resource {
            Resource::Issuer(issuer) => {
                self.entry.issuer = Some(issuer.clone());
                self.issuer(&issuer, "`authorization_servers`").await;
            }
            Resource::Absent => self.origin_fallback(remote_url, &remote).await,
            Resource::Stop => {}
        }
    }

    /// Sends `initialize` to the remote URL, without a token.
    async fn initialize(&mut self, remote_url: &str) -> Option<(InitializeAnswer, Url)> {
        let reply = match self.follow(Method::Initialize, remote_url).await {
            Ok((reply, _)) => reply,
            Err(message) => {
                self.unreachable(remote_url, &message);
                return None;
            }
        };
        let remote = Url::parse(remote_url).ok()?;
        let challenges = challenge::parse(&reply.www_authenticate);
        let bearer = challenge::bearer(&challenges);
        let resource_metadata = bearer.and_then(|bearer| bearer.parameter("resource_metadata"));
        let outcome = match (reply.status, resource_metadata) {
            (None, _) => "the answer is not stated".to_owned(),
            (Some(status @ 500..), _) => {
                self.server_error(remote_url, status);
                return None;
            }
            (Some(401), Some(url)) => {
                let scope = bearer
                    .and_then(|bearer| bearer.parameter("scope"))
                    .map_or_else(String::new, |scope| format!("; scope {}", quoted(scope)));
                format!("asks for a token and names its resource metadata: {}{scope}", quoted(url))
            }
            (Some(401), None) if bearer.is_some() => {
                "asks for a token without naming its resource metadata".to_owned()
            }
            (Some(401), None) => "asks for authentication, without a Bearer challenge".to_owned(),
            (Some(status @ 200..=299), _) => format!("answers {status} without asking for a token"),
            (Some(status), _) => format!("answers {status}, which says nothing about tokens"),
        };
        self.conclude(outcome);
        let answer = InitializeAnswer {
            resource_metadata: resource_metadata
                .filter(|_| reply.status == Some(401))
                .map(str::to_owned),
            reconstruction: reply.reconstruction.clone(),
        };
        Some((answer, remote))
    }

    /// Reads the resource metadata that the challenge names: that URL only.
    async fn named_resource(&mut self, remote_url: &str, named: &str) -> Resource {
        let challenge = format!(
            "the challenge of {} names {} as its resource metadata",
            quoted(remote_url),
            quoted(named)
        );
        let refusal = match documents::read_url(named) {
            Some(url) if documents::is_secure(&url, self.run.reach) => None,
            Some(_) => Some((rule::INSECURE_ENDPOINT, "which is not https")),
            None => Some((rule::INVALID_METADATA, "which is not a URL")),
        };
        if let Some((rule, why)) = refusal {
            self.note(rule, format!("{challenge}, {why}"));
            return Resource::Stop;
        }
        match self.look_at(named).await {
            Found::Document(document, metadata_url) => {
                self.resource(&document, &metadata_url, remote_url)
            }
            Found::Nothing => {
                let outcome = self.entry.requests.last().map_or("", |last| &last.outcome);
                let message = format!("{challenge}, which {outcome}");
                self.note(rule::INVALID_METADATA, message);
                Resource::Stop
            }
            Found::Stop => Resource::Stop,
        }
    }

    /// Reads the resource metadata at the first of these URLs that has some.
    async fn first_resource(&mut self, urls: &[String], remote_url: &str) -> Resource {
        match self.first_document(urls).await {
            Found::Document(document, metadata_url) => {
                self.resource(&document, &metadata_url, remote_url)
            }
            Found::Nothing => Resource::Absent,
            Found::Stop => Resource::Stop,
        }
    }

    fn resource(
        &mut self,
        document: &MetadataDocument,
        metadata_url: &str,
        remote_url: &str,
    ) -> Resource {
        let (facts, matched) = match documents::resource_facts(document, metadata_url, remote_url) {
            Ok(read) => read,
            Err(problem) => {
                self.conclude(format!("resource metadata that must not be used: {}", problem.rule));
                self.entry.problems.push(problem);
                return Resource::Stop;
            }
        };
        let whose = match (matched, facts.resource.as_deref()) {
            (ResourceMatch::Parent, Some(resource)) => {
                format!(" of {}, a parent of the remote URL, which is accepted", quoted(resource))
            }
            _ => String::new(),
        };
        let issuer = facts.authorization_servers.first().cloned();
        let leads_to = match (issuer.as_deref().map(quoted), facts.authorization_servers.len()) {
            (None, _) => "its authorization servers are not stated".to_owned(),
            (Some(issuer), 1) => format!("authorization server {issuer}"),
            (Some(issuer), count) => {
                format!("the first of {count} authorization servers counts: {issuer}")
            }
        };
        self.conclude(format!("resource metadata{whose}; {leads_to}"));
        self.entry.resource = Some(facts);
        issuer.map_or(Resource::Absent, Resource::Issuer)
    }

    /// A server of the 2025-03-26 protocol: its own origin is the authorization server.
    ///
    /// That issuer is published nowhere, so it is accepted with and without a trailing slash.
    async fn origin_fallback(&mut self, remote_url: &str, remote: &Url) {
        let Ok(origin) = remote.join("/") else {
            return;
        };
        let absent = format!(
            "{} publishes neither resource metadata nor, as servers of 2025-03-26 do, authorization server metadata at its origin",
            quoted(remote_url)
        );
        let bare = well_known::origin(&origin);
        let urls = well_known::authorization_server_urls(&origin);
        self.search_authorization_server(&[bare.as_str(), origin.as_str()], &urls, &absent).await;
    }

    /// Reads the metadata of an issuer at its well-known URLs.
    async fn issuer(&mut self, issuer: &str, named_by: &str) {
        let what = quoted(issuer);
        // `read_url` refuses a fragment; RFC 8414 §2 allows no query either.
        let Some(url) = documents::read_url(issuer).filter(|url| url.query().is_none()) else {
            return self.note(
                rule::INVALID_METADATA,
                format!("the issuer {what} in {named_by} is not a URL without query and fragment"),
            );
        };
        if !documents::is_secure(&url, self.run.reach) {
            return self.note(
                rule::INSECURE_ENDPOINT,
                format!("the issuer {what} in {named_by} is not https"),
            );
        }
        self.authorization_server(&[issuer], &well_known::authorization_server_urls(&url)).await;
    }

    async fn authorization_server(&mut self, issuers: &[&str], urls: &[String]) {
        let whose = issuers
            .first()
            .map_or_else(|| "the authorization server".to_owned(), |issuer| quoted(issuer));
        let tried = match urls {
            [only] => quoted(only),
            many => format!("any of its {} well-known URLs", many.len()),
        };
        let absent = format!("{whose} publishes no metadata at {tried}");
        self.search_authorization_server(issuers, urls, &absent).await;
    }

    async fn search_authorization_server(
        &mut self,
        issuers: &[&str],
        urls: &[String],
        absent: &str,
    ) {
        match self.first_document(urls).await {
            Found::Document(document, metadata_url) => {
                self.use_server(&document, &metadata_url, issuers);
            }
            Found::Nothing => self.note(rule::UNPUBLISHED_METADATA, absent),
            Found::Stop => {}
        }
    }

    /// Tries URLs in order until one has a document or ends the search.
    async fn first_document(&mut self, urls: &[String]) -> Found {
        for url in urls {
            match self.look_at(url).await {
                Found::Nothing => {}
                found => return found,
            }
        }
        Found::Nothing
    }

    fn use_server(&mut self, document: &MetadataDocument, metadata_url: &str, issuers: &[&str]) {
        match documents::authorization_server_facts(document, metadata_url, issuers, self.run.reach)
        {
            Ok((published, facts)) => {
                let mut outcome =
                    format!("authorization server metadata of {}", quoted(&published));
                if issuers.is_empty() {
                    outcome.push_str(", taken at its word: the manifest names no issuer");
                }
                self.conclude(outcome);
                self.entry.issuer = Some(published);
                self.entry.authorization_server = Some(facts);
            }
            Err(problems) => {
                let rules: BTreeSet<&str> =
                    problems.iter().map(|problem| problem.rule.as_str()).collect();
                let rules = rules.into_iter().collect::<Vec<_>>().join(", ");
                self.conclude(format!(
                    "authorization server metadata that must not be used: {rules}"
                ));
                self.entry.problems.extend(problems);
            }
        }
    }

    /// A server for which a source states facts but no answers: only what it states is looked up.
    async fn reconstructed(&mut self, remote_url: &str, reconstruction: &Reconstruction) {
        let stated = &reconstruction.stated;
        let mut issuer = stated.issuer.clone();
        let mut named = false;
        if let Some(url) = &stated.resource_metadata_url {
            let quoted_url = quoted(url);
            // The answer may have named it itself.
            let last = self.entry.requests.last();
            if !last.is_some_and(|last| last.outcome.contains(&quoted_url)) {
                self.add(&format!("the source names the resource metadata {quoted_url}"));
            }
            match self.first_resource(std::slice::from_ref(url), remote_url).await {
                Resource::Issuer(first) => {
                    issuer = Some(first);
                    named = true;
                }
                Resource::Absent => {}
                Resource::Stop => return,
            }
        }
        let Some(issuer) = issuer else {
            return;
        };
        if !named {
            self.add(&format!("the source names the issuer {}", quoted(&issuer)));
        }
        self.entry.issuer = Some(issuer.clone());
        if let Some(url) = &stated.metadata_url {
            return self.authorization_server(&[&issuer], std::slice::from_ref(url)).await;
        }
        self.issuer(&issuer, "the source").await;
        self.add("where the source read it is not stated");
    }

    /// Requests a well-known URL, following redirects.
    async fn look_at(&mut self, url: &str) -> Found {
        let (reply, final_url) = match self.follow(Method::Get, url).await {
            Ok(answered) => answered,
            Err(message) => {
                self.unreachable(url, &message);
                return Found::Stop;
            }
        };
        let outcome = match (&reply.reading, reply.status) {
            (Some(Reading::Document(document)), _) => {
                if let Some(last) = self.entry.requests.last_mut() {
                    last.sha256.clone_from(&document.sha256);
                }
                if let Some(content_type) = &document.mislabeled {
                    let message = format!(
                        "the metadata at {} is served as {content_type}, not as `application/json`",
                        quoted(&final_url)
                    );
                    self.note(rule::MISLABELED_METADATA, message);
                }
                return Found::Document(Box::new(document.clone()), final_url);
            }
            (Some(Reading::Page), _) => "answers with a web page: no metadata here".to_owned(),
            (Some(Reading::Broken(what)), _) => {
                self.conclude(format!("the answer {what}"));
                self.note(
                    rule::INVALID_METADATA,
                    format!("the metadata at {} {what}", quoted(&final_url)),
                );
                return Found::Stop;
            }
            (None, Some(status @ 400..=499)) => format!("answers {status}: no metadata here"),
            (None, Some(status @ 200..=299)) => {
                format!("answers {status} without a document: no metadata here")
            }
            (None, None) => "has an answer that is not stated".to_owned(),
            (None, Some(status)) => {
                self.server_error(&final_url, status);
                return Found::Stop;
            }
        };
        self.conclude(outcome);
        Found::Nothing
    }

    /// Requests a URL and follows at most three redirects, each checked like the first URL.
    ///
    /// A redirected `POST` stays a `POST` for 307 and 308 and becomes a `GET` otherwise, as in browsers.
    async fn follow(
        &mut self,
        method: Method,
        url: &str,
    ) -> Result<(ParsedAnswer, String), String> {
        let mut method = method;
        let mut url = url.to_owned();
        for redirects in 0..=MAX_REDIRECTS {
            let reply = self.ask(method, &url).await.map_err(|message| match redirects {
                0 => message,
                _ => format!("it redirects to {}: {message}", quoted(&url)),
            })?;
            let (Some(status @ (301 | 302 | 303 | 307 | 308)), Some(location)) =
                (reply.status, reply.location.as_deref())
            else {
                return Ok((reply, url));
            };
            let target = Url::parse(&url).and_then(|base| base.join(location)).ok();
            let is_short = |target: &Url| target.as_str().len() <= documents::LONGEST_URL;
            let Some(target) = target.filter(is_short) else {
                let outcome = format!("redirects to {}, which is not a URL", quoted(location));
                self.conclude(&*outcome);
                return Err(format!("it {outcome}"));
            };
            self.conclude(format!("redirects to {}", quoted(target.as_str())));
            if !matches!(status, 307 | 308) {
                method = Method::Get;
            }
            url = target.into();
        }
        self.add("no further redirect is followed");
        Err(format!("it redirects more than {MAX_REDIRECTS} times"))
    }

    /// Checks a URL, requests it and records the request; the caller records the outcome.
    async fn ask(&mut self, method: Method, url: &str) -> Result<ParsedAnswer, String> {
        let checked = match Url::parse(url) {
            Ok(url) => check_url(&url, self.run.reach),
            Err(_) => Err("it is not a URL".to_owned()),
        };
        let request = Request::new(method, url);
        self.entry.requests.push(LockRequest {
            method: method.as_str().to_owned(),
            url: request.url.clone(),
            status: None,
            outcome: String::new(),
            sha256: None,
        });
        if let Err(why) = checked {
            self.conclude(format!("is not requested: {why}"));
            return Err(why);
        }
        match self.cache.get(&request).await.as_ref() {
            Ok(reply) => {
                if let Some(last) = self.entry.requests.last_mut() {
                    last.status = reply.status;
                }
                self.days.extend(reply.recorded.clone());
                self.sources.extend(reply.reconstruction.as_ref().map(|it| it.source.clone()));
                Ok(reply.clone())
            }
            Err(failure) => {
                self.conclude(failure.message.clone());
                Err(failure.message.clone())
            }
        }
    }

    /// Records the outcome of the last request.
    fn conclude(&mut self, outcome: impl Into<String>) {
        if let Some(last) = self.entry.requests.last_mut() {
            last.outcome = outcome.into();
        }
    }

    /// Adds to the outcome of the last request.
    fn add(&mut self, outcome: &str) {
        if let Some(last) = self.entry.requests.last_mut() {
            last.outcome.push_str("; ");
            last.outcome.push_str(outcome);
        }
    }

    fn unreachable(&mut self, url: &str, message: &str) {
        let message = format!("{} cannot be requested: {message}", quoted(url));
        self.note(rule::UNREACHABLE_METADATA, message);
    }

    fn server_error(&mut self, url: &str, status: u16) {
        self.conclude(format!("fails with {status}: nothing is known"));
        self.note(rule::UNREACHABLE_METADATA, format!("{} answers {status}", quoted(url)));
    }

    fn note(&mut self, rule: &str, message: impl Into<String>) {
        self.entry.problems.push(problem(rule, message));
    }

    fn finish(mut self) -> LockEntry {
        // An entry is as old as its oldest answer.
        self.entry.recorded = self.days.pop_first().unwrap_or_else(|| self.run.today.to_owned());
        self.entry.reconstructed = !self.sources.is_empty();
        let sources = self.sources.into_iter().collect::<Vec<_>>().join("; ");
        self.entry.source = self.entry.reconstructed.then_some(sources);
        let mut seen: BTreeSet<LockProblem> = BTreeSet::new();
        self.entry.problems.retain(|problem| seen.insert(problem.clone()));
        self.entry
    }
}
