//! Accepts, limits and shuts down connections.

use std::future::Future;
use std::hash::{BuildHasher as _, RandomState};
use std::io;
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
use tokio::net::{TcpListener, TcpSocket, TcpStream};
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

/// Connections that wait to be accepted. The system drops further ones, and their callers try again after a second.
const BACKLOG: u32 = 4096;

/// How long the end waits for the last lines of the log, which may have no reader.
const LAST_LINES: Duration = Duration::from_secs(1);

/// A proxy that has bound its address, and does not serve yet.
pub struct Listening {
    listener: TcpListener,
    address: SocketAddr,
    summary: StartupSummary,
    proxy: Arc<Proxy>,
    places: Arc<Places>,
}

impl Listening {
    pub(super) fn bind(
        options: ProxyOptions,
        loaded: Loaded,
        provider: Provider,
    ) -> Result<Self, ProxyError> {
        let address = loaded.summary.listen;
        let refused = |error| ProxyError::Listen { address, error };
        let listener = listen(address).map_err(refused)?;
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
                    Ok((stream, peer)) => self.connect(stream, peer, &router, &connections).await,
                    Err(error) => {
                        log.count(LogLevel::Error, "cannot accept", None, Some(error.to_string()));
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
            // Each is logged as its connection closes.
            self.places.close_all();
            let closed = async {
                while !self.places.is_empty() {
                    sleep(PAUSE).await;
                }
            };
            let _ = timeout(LAST_LINES, closed).await;
        }
        log.flush(LAST_LINES);
    }

    /// Serves a connection in a task, or closes it if there are too many.
    async fn connect(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
        router: &Router,
        connections: &GracefulShutdown,
    ) {
        let proxy = Arc::clone(&self.proxy);
        let Some((place, made_room)) = self.places.take(peer.ip()).await else {
            proxy.log.count(LogLevel::Info, "refused connections", None, None);
            return;
        };
        if made_room {
            proxy.log.count(LogLevel::Info, "closed idle connections", None, None);
        }
        let place = Arc::new(place);
        // Replies are small: Nagle's algorithm would only delay them.
        let _ = stream.set_nodelay(true);
        let router = router.clone();
        let of_requests = Peer { address: peer, place: Arc::clone(&place) };
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(of_requests.clone());
            router.clone().oneshot(request)
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(proxy.limits.header_time)
            .max_buf_size(proxy.limits.headers)
            .serve_connection(TokioIo::new(stream), service);
        let connection = connections.watch(connection);
        let connection = timeout(proxy.limits.connection_time, connection);
        tokio::spawn(async move {
            // The place is held until the connection ends. How it ends is the caller's business.
            tokio::select! {
                _ = connection => {}
                () = place.closed() => {}
            }
        });
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // As `TcpListener::bind` does: a restart does not wait for the connections of the run before.
    socket.set_reuseaddr(cfg!(unix))?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
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
