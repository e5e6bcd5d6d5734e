//! Accepts, limits and shuts down connections.

use std::future::Future;
use std::hash::{BuildHasher as _, RandomState};
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use tower::ServiceExt as _;

use super::launch::Loaded;
use super::limits::{Places, Rates};
use super::log::LogLevel;
use super::provider::Provider;
use super::routes::{Peer, Proxy, router};
use super::{ProxyError, ProxyOptions, StartupSummary};

/// The pause after a failed accept, which usually means that the system is out of files or memory.
const PAUSE: Duration = Duration::from_millis(50);

/// A proxy that has bound its address, and does not serve yet.
pub struct Listening {
    listener: TcpListener,
    address: SocketAddr,
    summary: StartupSummary,
    proxy: Arc<Proxy>,
    places: Places,
}

impl Listening {
    pub(super) async fn bind(
        options: ProxyOptions,
        loaded: Loaded,
        provider: Provider,
    ) -> Result<Self, ProxyError> {
        let address = loaded.summary.listen;
        let refused = |error| ProxyError::Listen { address, error };
        let listener = TcpListener::bind(address).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let limits = options.limits;
        // Behind a proxy, all connections come from one address.
        let per_address =
            if options.behind_proxy { limits.connections } else { limits.connections_per_address };
        Ok(Self {
            listener,
            address,
            summary: loaded.summary,
            proxy: Arc::new(Proxy {
                state: loaded.state,
                provider,
                limits,
                rates: Rates::new(&limits),
                log: options.log,
                counts_forwarded: options.behind_proxy,
                // `RandomState` is seeded by the system.
                run: RandomState::new().hash_one(0),
                requests: AtomicU64::new(1),
            }),
            places: Places::new(limits.connections, per_address),
        })
    }

    /// The bound address, with the actual port if port 0 was requested.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn summary(&self) -> &StartupSummary {
        &self.summary
    }

    /// Serves until `shutdown` completes and the requests in flight are answered.
    pub async fn serve(self, shutdown: impl Future<Output = ()>) {
        let log = &self.proxy.log;
        let router = router(Arc::clone(&self.proxy));
        let connections = GracefulShutdown::new();
        let mut shutdown = pin!(shutdown);
        log.event(LogLevel::Info, "listening", &self.address.to_string());
        loop {
            tokio::select! {
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, peer)) => self.connect(stream, peer, &router, &connections),
                    Err(error) => {
                        log.event(LogLevel::Error, "cannot accept", &error.to_string());
                        sleep(PAUSE).await;
                    }
                },
                () = &mut shutdown => break,
            }
        }
        drop(self.listener);
        log.event(LogLevel::Info, "stopping", "");
        let stopped = timeout(self.proxy.limits.shutdown_time, connections.shutdown()).await;
        if stopped.is_err() {
            log.event(LogLevel::Error, "stopped with requests in flight", "");
        }
    }

    /// Serves a connection in a task, or closes it if there are too many.
    fn connect(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
        router: &Router,
        connections: &GracefulShutdown,
    ) {
        let limits = &self.proxy.limits;
        let Some(place) = self.places.take(peer.ip()) else {
            let address = peer.ip().to_string();
            self.proxy.log.event(LogLevel::Debug, "too many connections", &address);
            return;
        };
        // Replies are small: Nagle's algorithm would only delay them.
        let _ = stream.set_nodelay(true);
        let router = router.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(peer));
            router.clone().oneshot(request)
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.header_time)
            .max_buf_size(limits.headers)
            .serve_connection(TokioIo::new(stream), service);
        let connection = connections.watch(connection);
        let connection = timeout(limits.connection_time, connection);
        tokio::spawn(async move {
            // Held until the connection ends. How it ends is the caller's business.
            let _place = place;
            let _ = connection.await;
        });
    }
}

impl std::fmt::Debug for Listening {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Listening")
            .field("address", &self.address)
            .field("summary", &self.summary)
            .finish_non_exhaustive()
    }
}
