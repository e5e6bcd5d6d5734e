//! Connections: how many, for how long, and how they end.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
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
use super::limits::{Limits, Place, Places, Rates};
use super::log::{Log, LogLevel};
use super::provider::Provider;
use super::routes::{Peer, Proxy, RequestIds, router};
use super::{Options, ProxyError, Summary};

/// Before the next try, where the system gives no connection for want of files or memory.
const PAUSE: Duration = Duration::from_millis(50);

/// A proxy that listens, and does not answer yet.
pub struct Listening {
    listener: TcpListener,
    address: SocketAddr,
    summary: Summary,
    router: Router,
    limits: Limits,
    places: Arc<Places>,
    log: Log,
}

impl Listening {
    pub(super) async fn bind(
        options: Options,
        loaded: Loaded,
        provider: Provider,
    ) -> Result<Self, ProxyError> {
        let wanted = loaded.summary.listen;
        let refused = |error| ProxyError::Listen {
            address: wanted,
            error,
        };
        let listener = TcpListener::bind(wanted).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let limits = options.limits;
        // Behind a proxy all connections are of one address.
        let per_address = match options.behind_proxy {
            true => limits.connections,
            false => limits.connections_per_address,
        };
        let proxy = Proxy {
            setup: loaded.setup,
            provider,
            limits,
            rates: Rates::new(&limits),
            log: options.log.clone(),
            counts_forwarded: options.behind_proxy,
            request_ids: RequestIds::new(),
        };
        Ok(Self {
            listener,
            address,
            summary: loaded.summary,
            router: router(Arc::new(proxy)),
            limits,
            places: Places::new(limits.connections, per_address),
            log: options.log,
        })
    }

    /// Where it listens: the port that the system chose where 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What runs.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// Answers until `shutdown` is ready, and then until the requests in flight are answered.
    pub async fn serve(self, shutdown: impl Future<Output = ()>) {
        let connections = GracefulShutdown::new();
        let mut shutdown = pin!(shutdown);
        self.log
            .event(LogLevel::Info, "listening", Some(self.address.to_string()));
        loop {
            tokio::select! {
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, peer)) => self.connect(stream, peer, &connections),
                    Err(error) => self.pause(&error).await,
                },
                () = &mut shutdown => break,
            }
        }
        drop(self.listener);
        self.log.event(LogLevel::Info, "stopping", None);
        if timeout(self.limits.shutdown_time, connections.shutdown())
            .await
            .is_err()
        {
            self.log
                .event(LogLevel::Error, "stopped with requests in flight", None);
        }
    }

    /// Gives a connection its place, or closes it.
    fn connect(&self, stream: TcpStream, peer: SocketAddr, connections: &GracefulShutdown) {
        let Some(place) = self.places.take(peer.ip()) else {
            let detail = Some(peer.ip().to_string());
            self.log
                .event(LogLevel::Debug, "too many connections", detail);
            return;
        };
        // Replies are small and whole: waiting for more to send only delays them.
        let _ = stream.set_nodelay(true);
        let router = self.router.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(peer));
            router.clone().oneshot(request)
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.header_time)
            .max_buf_size(self.limits.headers)
            .serve_connection(TokioIo::new(stream), service);
        let connection = connections.watch(connection);
        tokio::spawn(hold(
            place,
            timeout(self.limits.connection_time, connection),
        ));
    }

    async fn pause(&self, error: &io::Error) {
        self.log.event(
            LogLevel::Error,
            "no connection can be accepted",
            Some(error.to_string()),
        );
        sleep(PAUSE).await;
    }
}

/// Keeps a place for as long as a connection lasts. How it ends is the caller's business.
async fn hold(_place: Place, connection: impl Future) {
    connection.await;
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
