//! The network client: the only code that opens connections for discovery.
//!
//! https only. Every address is checked in the same lookup that the connection uses, so that a second lookup cannot
//! differ (DNS rebinding). No redirects, cookies, credentials or proxies from the environment. Everything has a limit,
//! and a request is retried at most twice.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, LOCATION, WWW_AUTHENTICATE};
use reqwest::{Certificate, Client, ClientBuilder, Proxy, Response};
use thiserror::Error;
use tokio::sync::Semaphore;
use url::Url;

use super::address::{Reach, check_address, check_url};
use super::fetch::{Answer, Body, FailureKind, Fetch, FetchFailure, INITIALIZE, Method, Request};
use super::well_known::origin;

/// How long a connection stays open for the next request to its origin, which follows at once or not at all.
const IDLE: Duration = Duration::from_millis(100);

/// How the client connects.
#[derive(Debug, Clone, Default)]
pub struct ClientOptions {
    pub reach: Reach,
    /// An HTTP proxy (`--http-proxy`). It resolves the host names, so only addresses written in a URL are checked here;
    /// the proxy itself may have any address.
    pub http_proxy: Option<String>,
    /// Certificate authorities to trust in addition to the platform's, in PEM (`--ca-file`).
    pub authorities: Option<Vec<u8>>,
    pub limits: FetchLimits,
}

/// The limits of one run.
#[derive(Debug, Clone, Copy)]
pub struct FetchLimits {
    /// For a name, a connection and its TLS handshake.
    pub connect: Duration,
    /// For one request in all, with its retries and its body.
    pub total: Duration,
    /// For one body, in bytes.
    pub body: usize,
    /// Requests in flight.
    pub in_flight: usize,
    /// Requests in flight to one origin (scheme, host, port).
    pub per_origin: usize,
    /// Retries after a connection error or a 5xx.
    pub retries: u32,
    /// The pause before the first retry; doubled for each further one.
    pub pause: Duration,
}

/// Why the network could not be set up.
#[derive(Debug, Error)]
pub enum NetworkError {
    #[error("the certificate authorities cannot be read: they are not PEM certificates")]
    Authorities,
    /// The URL is not shown: it may hold a password.
    #[error("the HTTP proxy is not a usable URL")]
    Proxy,
    /// Mostly a system without any certificate authority.
    #[error(
        "TLS cannot be set up: {0}; on a system without certificate authorities, pass some with `--ca-file`"
    )]
    Tls(String),
}

/// Resolves a host name to all its addresses; replaced in tests.
pub trait Lookup: Send + Sync {
    fn lookup(&self, name: &str) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;
}

/// The system's resolver.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemLookup;

/// The network client.
#[derive(Debug)]
pub struct Network {
    client: Client,
    reach: Reach,
    limits: FetchLimits,
    in_flight: Semaphore,
    origins: Mutex<HashMap<String, Arc<Semaphore>>>,
}

impl Default for FetchLimits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            total: Duration::from_secs(10),
            body: 256 * 1024,
            in_flight: 8,
            per_origin: 2,
            retries: 2,
            pause: Duration::from_millis(250),
        }
    }
}

impl Network {
    /// A client that uses the system's resolver.
    ///
    /// # Errors
    /// The authorities or the proxy cannot be used, or TLS cannot be set up.
    pub fn new(options: &ClientOptions) -> Result<Self, NetworkError> {
        Self::with_lookup(options, Arc::new(SystemLookup))
    }

    /// A client that uses another resolver.
    ///
    /// # Errors
    /// As [`Network::new`].
    pub fn with_lookup(
        options: &ClientOptions,
        lookup: Arc<dyn Lookup>,
    ) -> Result<Self, NetworkError> {
        let client = builder(options, lookup)?
            .build()
            .map_err(|error| NetworkError::Tls(innermost(&error)))?;
        Ok(Self {
            client,
            reach: options.reach,
            limits: options.limits,
            in_flight: Semaphore::new(options.limits.in_flight),
            origins: Mutex::new(HashMap::new()),
        })
    }

    async fn with_retries(&self, request: &Request, url: &Url) -> Result<Answer, FetchFailure> {
        let mut pause = self.limits.pause;
        for _ in 0..self.limits.retries {
            match self.once(request, url).await {
                Ok(answer) if answer.status.is_some_and(|status| status >= 500) => {}
                Err(failure) if failure.kind == FailureKind::Unreachable => {}
                done => return done,
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        self.once(request, url).await
    }

    async fn once(&self, request: &Request, url: &Url) -> Result<Answer, FetchFailure> {
        let builder = match request.method {
            Method::Get => self.client.get(url.clone()).header(ACCEPT, "application/json"),
            Method::Initialize => self
                .client
                .post(url.clone())
                .header(ACCEPT, "application/json, text/event-stream")
                .header(CONTENT_TYPE, "application/json")
                .body(INITIALIZE),
        };
        let response =
            builder.send().await.map_err(|error| failure(&error, url, self.limits.connect))?;
        let status = response.status().as_u16();
        let headers = response.headers();
        let answer = Answer {
            status: Some(status),
            content_type: header(headers, &CONTENT_TYPE).next(),
            location: header(headers, &LOCATION).next(),
            www_authenticate: header(headers, &WWW_AUTHENTICATE).collect(),
            ..Answer::default()
        };
        let body = match (request.method, status) {
            (Method::Get, 200) => self.body(response, url).await?,
            _ => Body::Unread,
        };
        Ok(Answer { body, ..answer })
    }

    async fn body(&self, mut response: Response, url: &Url) -> Result<Body, FetchFailure> {
        let limit = self.limits.body;
        let announced = response.content_length().unwrap_or_default();
        if announced > limit as u64 {
            return Ok(Body::TooLarge(limit));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) =
            response.chunk().await.map_err(|error| failure(&error, url, self.limits.connect))?
        {
            if bytes.len() + chunk.len() > limit {
                return Ok(Body::TooLarge(limit));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(Body::Bytes(bytes))
    }

    /// The semaphore of the URL's origin.
    fn semaphore_of(&self, url: &Url) -> Arc<Semaphore> {
        // A panic elsewhere cannot leave the map half changed.
        let mut origins = self.origins.lock().unwrap_or_else(PoisonError::into_inner);
        origins.retain(|_, semaphore| Arc::strong_count(semaphore) > 1);
        let new = || Arc::new(Semaphore::new(self.limits.per_origin));
        Arc::clone(origins.entry(origin(url)).or_insert_with(new))
    }
}

/// The client settings shared with the OAuth proxy: checked addresses, no redirects, cookies, credentials or proxies
/// from the environment.
pub(crate) fn builder(
    options: &ClientOptions,
    lookup: Arc<dyn Lookup>,
) -> Result<ClientBuilder, NetworkError> {
    // Fails if a provider is already installed, which is then used.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let limits = options.limits;
    let proxy = options.http_proxy.as_deref().map(proxy).transpose()?;
    let proxy_host = proxy.as_ref().map(|(host, _)| host.clone());
    let resolver = CheckedResolver { lookup, reach: options.reach, proxy_host };
    let mut builder = Client::builder()
        .user_agent(concat!("catproof/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .no_proxy()
        .connect_timeout(limits.connect)
        // A thousand servers must not leave a thousand idle connections open.
        .pool_max_idle_per_host(1)
        .pool_idle_timeout(IDLE)
        .dns_resolver(Arc::new(resolver));
    if let Some((_, proxy)) = proxy {
        builder = builder.proxy(proxy);
    }
    if let Some(authorities) = &options.authorities {
        let certificates =
            Certificate::from_pem_bundle(authorities).map_err(|_| NetworkError::Authorities)?;
        if certificates.is_empty() {
            return Err(NetworkError::Authorities);
        }
        builder = builder.tls_certs_merge(certificates);
    }
    Ok(builder)
}

impl Fetch for Network {
    async fn fetch(&self, request: &Request) -> Result<Answer, FetchFailure> {
        let url = Url::parse(&request.url)
            .map_err(|_| FetchFailure::new(FailureKind::Refused, "it is not a URL"))?;
        // IP addresses in URLs never reach the resolver.
        check_url(&url, self.reach).map_err(|why| FetchFailure::new(FailureKind::Refused, why))?;
        let semaphore = self.semaphore_of(&url);
        // The origin's permit first: waiting for a slow origin must not use up the run's. Neither semaphore is closed.
        let _at_origin = semaphore.acquire().await;
        let _in_flight = self.in_flight.acquire().await;
        tokio::time::timeout(self.limits.total, self.with_retries(request, &url))
            .await
            .unwrap_or_else(|_| {
                let message =
                    format!("no complete answer within {} s", self.limits.total.as_secs_f32());
                Err(FetchFailure::new(FailureKind::TimedOut, message))
            })
    }
}

/// The failure for a transport error, with a message that is the same on every platform.
pub(crate) fn failure(error: &reqwest::Error, url: &Url, connect: Duration) -> FetchFailure {
    let host = url.host_str().unwrap_or_default();
    for cause in causes(error) {
        if let Some(refused) = cause.downcast_ref::<RefusedName>() {
            return FetchFailure::new(FailureKind::Refused, refused.to_string());
        }
        if let Some(unresolved) = cause.downcast_ref::<UnresolvedName>() {
            return FetchFailure::new(FailureKind::Unresolved, unresolved.to_string());
        }
        if let Some(tls) = cause.downcast_ref::<rustls::Error>() {
            return FetchFailure::new(FailureKind::Tls, tls_message(tls, host));
        }
    }
    let (kind, message) = if error.is_timeout() {
        let seconds = connect.as_secs_f32();
        (FailureKind::TimedOut, format!("no connection to `{host}` within {seconds} s"))
    } else if error.is_connect() {
        (FailureKind::Unreachable, format!("no connection to `{host}`"))
    } else {
        (FailureKind::Unreachable, format!("the connection to `{host}` broke"))
    };
    FetchFailure::new(kind, message)
}

impl Lookup for SystemLookup {
    fn lookup(&self, name: &str) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>> {
        let name = name.to_owned();
        Box::pin(async move {
            Ok(tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect())
        })
    }
}

/// Refuses a host name if any of its addresses is off limits, in the same lookup that the connection uses.
struct CheckedResolver {
    lookup: Arc<dyn Lookup>,
    reach: Reach,
    proxy_host: Option<String>,
}

/// A host name with an address that is off limits.
#[derive(Debug, Error)]
#[error("`{name}` has the address {address}, which is not public")]
struct RefusedName {
    name: String,
    address: IpAddr,
}

#[derive(Debug, Error)]
#[error("the name `{0}` has no address")]
struct UnresolvedName(String);

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let name = name.as_str().to_owned();
        let addresses = self.lookup.lookup(&name);
        // The user chose the proxy, so it may have any address.
        let reach = if self.proxy_host.as_deref() == Some(name.as_str()) {
            Reach::Anywhere
        } else {
            self.reach
        };
        Box::pin(async move {
            let addresses = addresses.await.unwrap_or_default();
            if addresses.is_empty() {
                return Err(UnresolvedName(name).into());
            }
            if let Some(address) =
                addresses.iter().find(|address| check_address(**address, reach).is_err())
            {
                return Err(RefusedName { name, address: *address }.into());
            }
            // Port 0 stands for the port of the URL.
            let addresses: Addrs =
                Box::new(addresses.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}

fn proxy(url: &str) -> Result<(String, Proxy), NetworkError> {
    let parsed = Url::parse(url).map_err(|_| NetworkError::Proxy)?;
    let host = parsed.host_str().ok_or(NetworkError::Proxy)?.to_owned();
    let proxy = Proxy::all(parsed).map_err(|_| NetworkError::Proxy)?;
    Ok((host, proxy))
}

/// The values of a header, invalid UTF-8 replaced.
fn header(headers: &HeaderMap, name: &HeaderName) -> impl Iterator<Item = String> {
    headers
        .get_all(name)
        .into_iter()
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// An error and its causes. The inner error of an [`io::Error`] is not its `source`.
fn causes<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error: &&'a (dyn StdError + 'static)| {
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner as &'a (dyn StdError + 'static)),
            None => error.source(),
        }
    })
}

pub(crate) fn innermost(error: &(dyn StdError + 'static)) -> String {
    causes(error).last().map(ToString::to_string).unwrap_or_default()
}

fn tls_message(error: &rustls::Error, host: &str) -> String {
    use rustls::CertificateError as Bad;
    let rustls::Error::InvalidCertificate(bad) = error else {
        return format!("no TLS connection to `{host}`");
    };
    let what = match bad {
        Bad::Expired | Bad::ExpiredContext { .. } => "has expired",
        Bad::NotValidYet | Bad::NotValidYetContext { .. } => "is not valid yet",
        Bad::Revoked => "was revoked",
        Bad::UnknownIssuer => "is not from a trusted authority",
        Bad::NotValidForName | Bad::NotValidForNameContext { .. } => "is for a different name",
        _ => "is not acceptable",
    };
    format!("the certificate of `{host}` {what}")
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    /// A public address at first, loopback from then on.
    #[derive(Default)]
    struct Rebinding {
        was_asked: AtomicBool,
    }

    impl Lookup for Rebinding {
        fn lookup(&self, _: &str) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>> {
            let address: IpAddr = if self.was_asked.swap(true, Ordering::SeqCst) {
                [127, 0, 0, 1].into()
            } else {
                [8, 8, 8, 8].into()
            };
            Box::pin(async move { Ok(vec![address]) })
        }
    }

    #[tokio::test]
    async fn a_name_that_is_rebound_to_loopback_is_refused_in_that_lookup() {
        let resolver = CheckedResolver {
            lookup: Arc::new(Rebinding::default()),
            reach: Reach::Public,
            proxy_host: None,
        };
        let mut answers = Vec::new();
        for _ in 0..2 {
            let addresses = resolver.resolve("moving.example".parse().unwrap()).await;
            answers.push(
                addresses.map(Iterator::collect::<Vec<_>>).map_err(|error| error.to_string()),
            );
        }
        assert_eq!(
            answers,
            [
                Ok(vec![SocketAddr::from(([8, 8, 8, 8], 0))]),
                Err("`moving.example` has the address 127.0.0.1, which is not public".to_owned()),
            ]
        );
    }
}
