//! Limits, so that floods, slow callers and thousands of open connections do not affect other callers.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The limits. Together they bound the memory: the connections, each with its headers and its body.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The body of a request, in bytes.
    pub body: usize,
    /// The headers of a request, in bytes.
    pub headers: usize,
    /// The body of a provider's reply, in bytes.
    pub reply: usize,
    /// For the headers of a request, including the time that a connection is idle before them.
    pub header_time: Duration,
    /// For the body of a request.
    pub body_time: Duration,
    /// For name resolution, connection and TLS handshake with a provider.
    pub connect_time: Duration,
    /// For a provider's whole response.
    pub provider_time: Duration,
    /// For one connection in all.
    pub connection_time: Duration,
    /// For the requests in flight when the proxy is stopped.
    pub shutdown_time: Duration,
    /// Concurrent connections. Further ones are closed immediately.
    pub connections: usize,
    /// Concurrent connections from one address.
    pub connections_per_address: usize,
    /// Concurrent requests to providers. Further ones get a 503.
    pub in_flight: usize,
    /// Requests per second from one address, on average; above zero.
    pub rate: f64,
    /// Requests from one address in a burst.
    pub burst: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 32 * 1024,
            headers: 16 * 1024,
            reply: 256 * 1024,
            header_time: Duration::from_secs(10),
            body_time: Duration::from_secs(10),
            connect_time: Duration::from_secs(5),
            provider_time: Duration::from_secs(20),
            connection_time: Duration::from_mins(10),
            shutdown_time: Duration::from_secs(10),
            connections: 512,
            connections_per_address: 128,
            in_flight: 128,
            rate: 20.0,
            burst: 100,
        }
    }
}

/// The most addresses whose rate is tracked. Beyond it the idle ones are dropped, which changes nothing for them.
const REMEMBERED: usize = 10_000;

/// A rate limit by address. Each request advances the address's clock by the time per request; a clock may be ahead of
/// now by at most a burst.
pub(super) struct Rates {
    request: Duration,
    burst: Duration,
    used_until: Mutex<HashMap<IpAddr, Instant>>,
}

impl Rates {
    pub(crate) fn new(limits: &Limits) -> Self {
        let request = Duration::from_secs(1).div_f64(limits.rate);
        Self { request, burst: request.saturating_mul(limits.burst), used_until: Mutex::default() }
    }

    /// Counts a request of this address, if it is within the limit.
    pub(crate) fn take(&self, address: IpAddr, now: Instant) -> bool {
        let mut used_until = self.used_until.lock().unwrap_or_else(PoisonError::into_inner);
        if used_until.len() >= REMEMBERED {
            used_until.retain(|_, used| *used > now);
            // So many busy addresses are an attack that a limit by address cannot stop; the other limits do.
            if used_until.len() > REMEMBERED / 2 {
                used_until.clear();
            }
        }
        let used = used_until.entry(network(address)).or_insert(now);
        let with_this = (*used).max(now) + self.request;
        let is_within = with_this.saturating_duration_since(now) <= self.burst;
        if is_within {
            *used = with_this;
        }
        is_within
    }
}

/// Limits the connections, in all and by address.
pub(super) struct Places {
    in_all: Arc<Semaphore>,
    per_address: usize,
    /// The reference count is the number of connections from the address, plus one for the map.
    addresses: Mutex<HashMap<IpAddr, Arc<()>>>,
}

/// A place for one connection, which is freed when dropped.
pub(super) type CallerPermit = (OwnedSemaphorePermit, Arc<()>);

impl Places {
    pub(crate) fn new(in_all: usize, per_address: usize) -> Self {
        Self { in_all: Arc::new(Semaphore::new(in_all)), per_address, addresses: Mutex::default() }
    }

    /// A place for a connection of this address, if there is one left.
    pub(crate) fn take(&self, address: IpAddr) -> Option<CallerPermit> {
        let permit = Arc::clone(&self.in_all).try_acquire_owned().ok()?;
        let mut addresses = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        addresses.retain(|_, shared| Arc::strong_count(shared) > 1);
        let shared = addresses.entry(network(address)).or_default();
        let has_room = Arc::strong_count(shared) <= self.per_address;
        has_room.then(|| (permit, Arc::clone(shared)))
    }
}

/// What counts as one address: for IPv6 the /64, which usually belongs to one customer.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}
