//! The routes, which are those of the existing proxy, and the middleware around them.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use axum::extract::rejection::PathRejection;
use axum::extract::{MatchedPath, Path, RawQuery, Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_MAX_AGE, CACHE_CONTROL, CONNECTION, CONTENT_TYPE, HeaderName, ORIGIN,
    RETRY_AFTER, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::time::timeout;
use url::Url;

use super::callback::CallbackPage;
use super::launch::{OAuthClient, ProxyState};
use super::limits::{Limits, Place, Rates};
use super::log::{Log, RequestLine};
use super::parameters::Parameters;
use super::provider::Provider;
use super::reply::{Refusal, revocation_reply, token_reply};

/// The header in which callers of `/mcp/token` name the endpoint.
const TARGET_ENDPOINT: HeaderName = HeaderName::from_static("x-target-endpoint");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The state of the proxy.
pub(super) struct Proxy {
    pub(crate) state: ProxyState,
    pub(crate) provider: Provider,
    pub(crate) limits: Limits,
    pub(crate) rates: Rates,
    pub(crate) log: Log,
    pub(crate) counts_forwarded: bool,
    /// A random number that the request ids of this run start with.
    pub(crate) run: u64,
    pub(crate) requests: AtomicU64,
}

/// The connection of the caller, which the server adds to each request.
#[derive(Clone)]
pub(super) struct Peer {
    pub(crate) address: SocketAddr,
    pub(crate) place: Arc<Place>,
}

/// What a request adds to its line of the log.
#[derive(Default)]
struct Details {
    server: Option<String>,
    /// Set when the request is sent there.
    host: Option<String>,
    provider_status: Option<u16>,
}

/// The details of a request, which `guard` adds to it.
type SharedDetails = Arc<Mutex<Details>>;

/// Why a request was refused, which `guard` takes from the response.
#[derive(Clone)]
struct RefusalReason(String);

/// A request that is logged when this is dropped: with its response, or before, if the connection ends.
struct Logged<'a> {
    proxy: &'a Proxy,
    started: Instant,
    id: String,
    method: Method,
    route: Option<MatchedPath>,
    details: SharedDetails,
    status: Option<StatusCode>,
    reason: Option<String>,
}

impl Drop for Logged<'_> {
    fn drop(&mut self) {
        let details = lock(&self.details);
        let unanswered =
            || self.status.is_none().then_some("the connection ended before the response");
        self.proxy.log.request(&RequestLine {
            request: &self.id,
            method: method_name(&self.method),
            route: self.route.as_ref().map(MatchedPath::as_str),
            server: details.server.as_deref(),
            host: details.host.as_deref(),
            status: self.status.map(|status| status.as_u16()),
            provider_status: details.provider_status,
            ms: self.started.elapsed().as_millis(),
            reason: self.reason.as_deref().or_else(unanswered),
        });
    }
}

/// One of a client's endpoints.
#[derive(Clone, Copy)]
enum Endpoint {
    Token,
    Revocation,
}

pub(super) fn router(proxy: Arc<Proxy>) -> Router {
    Router::new()
        .route("/oauth/token", post(token))
        .route("/oauth/revoke", post(revoke))
        .route("/mcp/sdk-token/{id}", post(token_of_server))
        .route("/mcp/token/{id}", post(token_of_server))
        .route("/oauth/callback", get(callback))
        .route("/oauth-callback", get(callback))
        .route("/callback/{provider}", get(callback))
        .route("/health", get(health))
        .fallback(async || Refusal::NOT_FOUND)
        .method_not_allowed_fallback(async || Refusal::METHOD)
        .layer(middleware::from_fn_with_state(Arc::clone(&proxy), guard))
        .with_state(proxy)
}

async fn token(State(proxy): State<Arc<Proxy>>, request: Request) -> Response {
    forward(&proxy, Endpoint::Token, None, request).await
}

async fn revoke(State(proxy): State<Arc<Proxy>>, request: Request) -> Response {
    forward(&proxy, Endpoint::Revocation, None, request).await
}

async fn token_of_server(
    State(proxy): State<Arc<Proxy>>,
    id: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    match id {
        Ok(Path(id)) => forward(&proxy, Endpoint::Token, Some(&id), request).await,
        Err(_) => Refusal::MALFORMED.into_response(),
    }
}

/// The provider in the path is ignored: the app knows which login it has started.
async fn callback(State(proxy): State<Arc<Proxy>>, RawQuery(query): RawQuery) -> CallbackPage {
    CallbackPage::of(&query.unwrap_or_default(), &proxy.state.deep_link)
}

async fn health(State(proxy): State<Arc<Proxy>>) -> Json<Value> {
    Json(json!({
        "status": "ok",
        "allowedDestinations": proxy.state.allowed_destinations,
    }))
}

async fn forward(
    proxy: &Proxy,
    requested: Endpoint,
    id_in_path: Option<&str>,
    request: Request,
) -> Response {
    match exchange(proxy, requested, id_in_path, request).await {
        Ok((status, text)) => (status, [(CONTENT_TYPE, "application/json")], text).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

/// Forwards a request to the provider, and reads its reply. The request is validated before the server is looked up, so
/// that an error does not reveal which servers exist.
async fn exchange(
    proxy: &Proxy,
    requested: Endpoint,
    id_in_path: Option<&str>,
    request: Request,
) -> Result<(StatusCode, String), Refusal> {
    let details = request.extensions().get::<SharedDetails>().cloned().unwrap_or_default();
    let peer = request.extensions().get::<Peer>().cloned();
    let caller = proxy.address(&request);
    let target_endpoint = request.headers().get(TARGET_ENDPOINT).cloned();
    let target_endpoint = target_endpoint.as_ref().map(|value| value.to_str().unwrap_or_default());
    let limits = proxy.limits;
    let parameters = timeout(limits.body_time, Parameters::read(request, limits.body))
        .await
        .unwrap_or(Err(Refusal::TOO_SLOW))?;
    let mut fields = match requested {
        Endpoint::Token => parameters.token_request(),
        Endpoint::Revocation => parameters.revocation_request(),
    }?;
    let id = id_in_path.or(parameters.get("mcp_server_id")).ok_or(Refusal::MALFORMED)?;
    let client = proxy.state.clients.get(id);
    let client = client.ok_or_else(|| Refusal::client("no such server, or no secret for it"))?;
    lock(&details).server = Some(client.server.clone());
    check_endpoints(client, &parameters, target_endpoint)?;
    if fields.iter().any(|(name, _)| *name == "code") {
        check_code(client, &parameters)?;
    }
    let endpoint = match requested {
        Endpoint::Token => &client.token_endpoint,
        Endpoint::Revocation => client
            .revocation_endpoint
            .as_ref()
            .ok_or_else(|| Refusal::client("the server has no revocation endpoint"))?,
    };
    if let (Endpoint::Token, Some(resource)) = (requested, &client.resource) {
        fields.push(("resource", resource));
    }
    let permit = proxy.provider.permit(client, endpoint, caller)?;
    let busy = peer.as_ref().map(|peer| peer.place.busy());
    if matches!(busy, Some(None)) {
        return Err(Refusal::BUSY.because("the connection is being closed to make room"));
    }
    lock(&details).host = endpoint.host_str().map(str::to_owned);
    let response = proxy.provider.post(&permit, client, endpoint, &fields).await?;
    lock(&details).provider_status = Some(response.status.as_u16());
    let reply = match requested {
        Endpoint::Token => token_reply(response.status, &response.content_type, &response.body),
        Endpoint::Revocation => {
            revocation_reply(response.status, &response.content_type, &response.body)
        }
    }?;
    let text = reply.text_without(client.secret.reveal())?;
    Ok((reply.status, text))
}

/// Refuses a request that names a server, endpoint or resource other than the compiled ones.
fn check_endpoints(
    client: &OAuthClient,
    parameters: &Parameters,
    target_endpoint: Option<&str>,
) -> Result<(), Refusal> {
    let token_endpoint = Some(&client.token_endpoint);
    let revocation_endpoint = client.revocation_endpoint.as_ref();
    let endpoints = [
        (target_endpoint, token_endpoint),
        (parameters.get("token_endpoint"), token_endpoint),
        (parameters.get("revocation_endpoint"), revocation_endpoint),
    ];
    for (named, own) in endpoints {
        let is_own = |named| own.is_some_and(|own| Url::parse(named).is_ok_and(|url| url == *own));
        if named.is_some_and(|named| !is_own(named)) {
            return Err(Refusal::client("another endpoint is named"));
        }
    }
    let servers = client.authorization_servers.as_slice();
    let identifiers = [
        (parameters.get("authorization_server_url"), servers),
        (parameters.get("resource"), client.resource.as_slice()),
    ];
    for (named, own) in identifiers {
        if named.is_some_and(|named| !own.iter().any(|own| same_identifier(named, own))) {
            return Err(Refusal::client("another authorization server or resource is named"));
        }
    }
    match parameters.get("mcp_server_id") {
        Some(id) if id != client.server => Err(Refusal::client("another server is named")),
        _ => Ok(()),
    }
}

/// Refuses a code that no login of this client can have brought. What the caller says is not proof, but a code that
/// somebody stole from another page or app is exchanged only with the redirect URI and the verifier of its own login.
fn check_code(client: &OAuthClient, parameters: &Parameters) -> Result<(), Refusal> {
    let redirect_uri = parameters.get("redirect_uri");
    if redirect_uri.is_some_and(|named| !client.redirect_uris.iter().any(|own| own == named)) {
        return Err(Refusal::client("another redirect URI is named"));
    }
    if client.requires_verifier && parameters.get("code_verifier").is_none() {
        return Err(Refusal::client("a code without a `code_verifier`"));
    }
    Ok(())
}

/// Whether two identifiers are equal apart from a trailing slash, which clients and documents treat differently. An
/// identifier is only compared: nothing is sent there.
fn same_identifier(text: &str, identifier: &str) -> bool {
    let without_slash = |url: Url| url.as_str().trim_end_matches('/').to_owned();
    let named = Url::parse(text).map(without_slash);
    named.is_ok() && named == Url::parse(identifier).map(without_slash)
}

/// The middleware of every request: it assigns an id, checks the rate, the host and the origin, and writes the log.
async fn guard(State(proxy): State<Arc<Proxy>>, mut request: Request, next: Next) -> Response {
    let number = proxy.requests.fetch_add(1, Ordering::Relaxed);
    let method = request.method().clone();
    let mut logged = Logged {
        proxy: &proxy,
        started: Instant::now(),
        id: format!("{:016x}-{number}", proxy.run),
        method: method.clone(),
        route: request.extensions().get::<MatchedPath>().cloned(),
        details: SharedDetails::default(),
        status: None,
        reason: None,
    };
    request.extensions_mut().insert(Arc::clone(&logged.details));
    let origin = request.headers().get(ORIGIN).cloned();
    let is_allowed =
        origin.as_ref().is_some_and(|origin| proxy.state.cors_origins.contains(origin));
    // The browser keeps other origins from reading a response, and a provider may redirect a user here from any origin.
    let is_refused = origin.is_some() && !is_allowed && !method.is_safe();
    let mut response = if !proxy.rates.take(proxy.address(&request), logged.started) {
        Refusal::RATE.into_response()
    } else if let Err(refusal) = proxy.state.host_names.check(request.headers(), request.uri()) {
        refusal.into_response()
    } else if is_refused {
        Refusal::ORIGIN.into_response()
    } else if method == Method::OPTIONS && is_allowed {
        preflight()
    } else {
        next.run(request).await
    };
    finish(response.headers_mut(), &logged.id, origin.filter(|_| is_allowed));
    logged.status = Some(response.status());
    logged.reason = response.extensions_mut().remove().map(|RefusalReason(reason)| reason);
    response
}

fn preflight() -> Response {
    let headers = [
        (ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
        (ACCESS_CONTROL_ALLOW_HEADERS, "content-type, x-target-endpoint"),
        (ACCESS_CONTROL_MAX_AGE, "600"),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

fn finish(headers: &mut HeaderMap, id: &str, allowed_origin: Option<HeaderValue>) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(VARY, HeaderValue::from_static("Origin"));
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
    if let Some(origin) = allowed_origin {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
}

fn lock(details: &Mutex<Details>) -> MutexGuard<'_, Details> {
    details.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The method for the log. An unknown one is text from the caller.
fn method_name(method: &Method) -> &str {
    match *method {
        Method::GET | Method::HEAD | Method::POST | Method::OPTIONS => method.as_str(),
        _ => "other",
    }
}

impl Proxy {
    /// The address that a request counts for.
    fn address(&self, request: &Request) -> IpAddr {
        let peer = request.extensions().get::<Peer>();
        let peer = peer.map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.address.ip());
        if !self.counts_forwarded {
            return peer;
        }
        // Only the last entry is from the trusted proxy; the caller can forge the others.
        let forwarded = request.headers().get_all(FORWARDED_FOR).iter().next_back();
        let forwarded = forwarded.and_then(|value| value.to_str().ok());
        let last = forwarded.and_then(|value| value.rsplit(',').next());
        last.and_then(|last| address(last.trim())).unwrap_or(peer)
    }
}

/// An address as proxies write it: alone, in brackets, or with a port.
fn address(text: &str) -> Option<IpAddr> {
    let in_brackets = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    let address = in_brackets.unwrap_or(text).parse().ok();
    address.or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()))
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(self.body())).into_response();
        let is_explained = !self.reason.is_empty();
        let reason = if is_explained { self.reason } else { self.description.to_owned() };
        response.extensions_mut().insert(RefusalReason(reason));
        let headers = response.headers_mut();
        if self.error == "temporarily_unavailable" {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if self.status == Self::RATE.status {
            // The requests that follow on the connection would cost as much.
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}
