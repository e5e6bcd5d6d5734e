//! The network: the only code of catproof that opens a connection to discover something.
//!
//! Its manners: https only; every address that a connection would use is checked in the very lookup that it uses, so
//! that a second lookup cannot differ; no redirects, cookies, credentials or proxies of the environment; everything
//! has a limit, and a flaky network is asked at most twice more.

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
use super::fetch::{Answer, Body, Failure, FailureKind, Fetch, INITIALIZE, Method, Request};
use super::well_known::origin;

/// How long a connection waits for the next request to its origin, which follows at once or not at all.
const IDLE: Duration = Duration::from_millis(100);

/// How the network is used.
#[derive(Debug, Clone, Default)]
pub struct Manners {
    /// How far it may reach.
    pub reach: Reach,
    /// A proxy to go through (`--http-proxy`). Names are then resolved by the proxy, and only addresses that stand in
    /// a URL are checked here; the proxy's own address may be any.
    pub http_proxy: Option<String>,
    /// Further authorities to trust beside the platform's, in PEM (`--ca-file`).
    pub authorities: Option<Vec<u8>>,
    /// The limits.
    pub limits: Limits,
}

/// The limits of one run.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
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
    /// Further tries after a connection error or a 5xx.
    pub retries: u32,
    /// Before the first further try; doubled before the second.
    pub pause: Duration,
}

/// Why the network could not be set up.
#[derive(Debug, Error)]
pub enum NetworkError {
    /// The text is not a PEM certificate.
    #[error("the certificate authorities cannot be read: they are not PEM certificates")]
    Authorities,
    /// The proxy's URL cannot be used. It is not repeated: it may hold a password.
    #[error("the proxy is not a URL that requests can go through")]
    Proxy,
    /// No client: mostly a system without any certificate authority.
    #[error("TLS cannot be set up: {0}; on a system without certificate authorities, name some")]
    Tls(String),
}

/// Turns a name into its addresses; replaced in tests.
pub trait Lookup: Send + Sync {
    /// All addresses of a name.
    fn lookup(&self, name: &str) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;
}

/// The system's own name resolution.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemLookup;

/// The network client.
#[derive(Debug)]
pub struct Network {
    client: Client,
    reach: Reach,
    limits: Limits,
    all: Semaphore,
    origins: Mutex<HashMap<String, Arc<Semaphore>>>,
}

impl Default for Limits {
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
    /// A client with these manners, on the system's name resolution.
    ///
    /// # Errors
    /// The authorities or the proxy cannot be used, or TLS cannot be set up.
    pub fn new(manners: &Manners) -> Result<Self, NetworkError> {
        Self::with_lookup(manners, Arc::new(SystemLookup))
    }

    /// A client with these manners, on another name resolution.
    ///
    /// # Errors
    /// As [`Network::new`].
    pub fn with_lookup(manners: &Manners, lookup: Arc<dyn Lookup>) -> Result<Self, NetworkError> {
        let client = builder(manners, lookup)?
            .build()
            .map_err(|error| NetworkError::Tls(innermost(&error)))?;
        Ok(Self {
            client,
            reach: manners.reach,
            limits: manners.limits,
            all: Semaphore::new(manners.limits.in_flight),
            origins: Mutex::new(HashMap::new()),
        })
    }

    async fn with_retries(&self, request: &Request, url: &Url) -> Result<Answer, Failure> {
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

    async fn once(&self, request: &Request, url: &Url) -> Result<Answer, Failure> {
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

    async fn body(&self, mut response: Response, url: &Url) -> Result<Body, Failure> {
        let limit = self.limits.body;
        let announced = response.content_length().unwrap_or_default();
        if usize::try_from(announced).map_or(true, |announced| announced > limit) {
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

    fn room_at(&self, url: &Url) -> Arc<Semaphore> {
        // A panic elsewhere cannot leave the map half changed.
        let mut origins = self.origins.lock().unwrap_or_else(PoisonError::into_inner);
        origins.retain(|_, room| Arc::strong_count(room) > 1);
        Arc::clone(
            origins
                .entry(origin(url))
                .or_insert_with(|| Arc::new(Semaphore::new(self.limits.per_origin))),
        )
    }
}

/// The connections of both the network and the OAuth proxy: checked addresses, no redirects, cookies, credentials or
/// proxies of the environment.
pub(crate) fn builder(
    manners: &Manners,
    lookup: Arc<dyn Lookup>,
) -> Result<ClientBuilder, NetworkError> {
    // Fails where a provider is installed already, and then that one is used.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let limits = manners.limits;
    let proxy = manners.http_proxy.as_deref().map(proxy).transpose()?;
    let proxy_host = proxy.as_ref().map(|(host, _)| host.clone());
    let resolver = CheckedResolver { lookup, reach: manners.reach, proxy_host };
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
    if let Some(authorities) = &manners.authorities {
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
    async fn fetch(&self, request: &Request) -> Result<Answer, Failure> {
        let url = Url::parse(&request.url)
            .map_err(|_| Failure::new(FailureKind::Refused, "it is not a URL"))?;
        // Addresses in URLs never reach the resolver.
        check_url(&url, self.reach).map_err(|why| Failure::new(FailureKind::Refused, why))?;
        let room = self.room_at(&url);
        // First the origin, then the run: who waits for a slow origin takes nobody's place. Nothing closes either.
        let _at_origin = room.acquire().await;
        let _in_flight = self.all.acquire().await;
        tokio::time::timeout(self.limits.total, self.with_retries(request, &url))
            .await
            .unwrap_or_else(|_| {
                let seconds = self.limits.total.as_secs_f32();
                Err(Failure::new(
                    FailureKind::TimedOut,
                    format!("no whole answer within {seconds} s"),
                ))
            })
    }
}

/// What a transport error means, in words that are the same on every platform.
pub(crate) fn failure(error: &reqwest::Error, url: &Url, connect: Duration) -> Failure {
    let host = url.host_str().unwrap_or_default();
    for cause in causes(error) {
        if let Some(refused) = cause.downcast_ref::<RefusedName>() {
            return Failure::new(FailureKind::Refused, refused.to_string());
        }
        if let Some(unresolved) = cause.downcast_ref::<UnresolvedName>() {
            return Failure::new(FailureKind::Unresolved, unresolved.to_string());
        }
        if let Some(tls) = cause.downcast_ref::<rustls::Error>() {
            return Failure::new(FailureKind::Tls, tls_message(tls, host));
        }
    }
    if error.is_timeout() {
        let seconds = connect.as_secs_f32();
        return Failure::new(
            FailureKind::TimedOut,
            format!("no connection to `{host}` within {seconds} s"),
        );
    }
    if error.is_connect() {
        return Failure::new(FailureKind::Unreachable, format!("no connection to `{host}`"));
    }
    Failure::new(FailureKind::Unreachable, format!("the connection to `{host}` broke"))
}

impl Lookup for SystemLookup {
    fn lookup(&self, name: &str) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>> {
        let name = name.to_owned();
        Box::pin(async move {
            Ok(tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect())
        })
    }
}

/// Refuses a name of which any address is off limits, in the lookup that the connection uses.
struct CheckedResolver {
    lookup: Arc<dyn Lookup>,
    reach: Reach,
    proxy_host: Option<String>,
}

/// A name that has an address that is off limits.
#[derive(Debug, Error)]
#[error("`{name}` has the address {address}, which is not a public one")]
struct RefusedName {
    name: String,
    address: IpAddr,
}

/// A name without an address.
#[derive(Debug, Error)]
#[error("the name `{0}` has no address")]
struct UnresolvedName(String);

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let name = name.as_str().to_owned();
        let addresses = self.lookup.lookup(&name);
        // The user named the proxy, so its address may be any.
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

/// The values of a header, with what is not replaced.
fn header(headers: &HeaderMap, name: &HeaderName) -> impl Iterator<Item = String> {
    headers
        .get_all(name)
        .into_iter()
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// An error and everything below it. An [`io::Error`] hides the error that it carries from `source`.
fn causes<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error: &&'a (dyn StdError + 'static)| {
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(carried) => {
                let carried: &'a (dyn StdError + 'static) = carried;
                Some(carried)
            }
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
        Bad::UnknownIssuer => "is of no trusted authority",
        Bad::NotValidForName | Bad::NotValidForNameContext { .. } => "is for another name",
        _ => "is not acceptable",
    };
    format!("the certificate of `{host}` {what}")
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    /// Public the first time it is asked, this machine from then on.
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

    /// The addresses that a connection would use are the very ones that were checked, lookup by lookup.
    #[tokio::test]
    async fn a_name_that_moves_to_this_machine_is_refused_when_it_has_moved() {
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
                Err("`moving.example` has the address 127.0.0.1, which is not a public one"
                    .to_owned()),
            ]
        );
    }
}
