//! Limits, so that floods, slow callers and thousands of open connections do not affect other callers.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

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
    /// For the requests in flight when the proxy is stopped: longer than a provider may take, since a code that was sent
    /// to it is used up.
    pub shutdown_time: Duration,
    /// Concurrent connections. For a further one, an idle one is closed.
    pub connections: usize,
    /// Concurrent connections from one address.
    pub connections_per_address: usize,
    /// Concurrent requests to providers. Further ones get a 503.
    pub in_flight: usize,
    /// Concurrent requests to one host.
    pub in_flight_per_provider: usize,
    /// Concurrent requests with one server's secret.
    pub in_flight_per_server: usize,
    /// Concurrent requests to providers for one address.
    pub in_flight_per_address: usize,
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
            shutdown_time: Duration::from_secs(25),
            connections: 256,
            connections_per_address: 64,
            in_flight: 128,
            in_flight_per_provider: 32,
            in_flight_per_server: 16,
            in_flight_per_address: 32,
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

/// The open connections, limited in all and by address. When no place is left, the connection that has been idle longest
/// is closed. A connection is idle unless a provider is asked for it: one that sends its request slowly, or does not read
/// its response, keeps a place as cheaply as one that sends nothing.
pub(super) struct Places {
    in_all: usize,
    per_address: usize,
    open: Mutex<OpenConnections>,
    /// Notified when a connection has ended.
    freed: Notify,
    end: Notify,
}

#[derive(Default)]
struct OpenConnections {
    count: usize,
    /// Counts up, so that it orders the connections by when they became idle.
    next: u64,
    by_network: HashMap<IpAddr, NetworkConnections>,
}

#[derive(Default)]
struct NetworkConnections {
    count: usize,
    /// Those that were told to close, and have not ended yet.
    closing: usize,
    /// Those that are idle, longest first, each with what closes it.
    idle: BTreeMap<u64, Arc<Notify>>,
}

/// What a new connection gets.
enum Room {
    Free(Place),
    /// A place will be free when a connection that was told to close has ended.
    Soon,
    /// No connection is idle.
    None,
}

/// A place for one connection, which is freed when dropped.
pub(super) struct Place {
    places: Arc<Places>,
    network: IpAddr,
    /// Its key while it is idle.
    idle: AtomicU64,
    close: Arc<Notify>,
}

/// While it exists, the connection is not closed to make room.
pub(super) struct Busy<'a>(&'a Place);

impl Places {
    pub(crate) fn new(in_all: usize, per_address: usize) -> Arc<Self> {
        let (open, freed, end) = <(Mutex<_>, Notify, Notify)>::default();
        Arc::new(Self { in_all, per_address, open, freed, end })
    }

    /// Finds a place for a connection from this address, if need be by closing an idle one, and says whether it did. `None`
    /// if none is idle. Waits until the closed one has ended, so that there are never more connections than places.
    pub(crate) async fn take(self: &Arc<Self>, address: IpAddr) -> Option<(Place, bool)> {
        let mut closed = false;
        loop {
            match self.room(network(address), &mut closed) {
                Room::Free(place) => return Some((place, closed)),
                Room::Soon => self.freed.notified().await,
                Room::None => return None,
            }
        }
    }

    /// Closes all connections, whatever they do.
    pub(crate) fn close_all(&self) {
        self.end.notify_waiters();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lock().count == 0
    }

    /// Whether there is room for a connection of this address. Closes an idle connection if there is none.
    fn room(self: &Arc<Self>, network: IpAddr, closed: &mut bool) -> Room {
        let mut open = self.lock();
        let own = open.by_network.get(&network);
        let victim = if own.is_some_and(|own| own.count >= self.per_address) {
            Some(network)
        } else if open.count >= self.in_all {
            // Whoever has the most connections gives one up, so that opening many closes nobody else's.
            let networks = open.by_network.iter();
            let networks =
                networks.filter(|(_, other)| other.closing > 0 || !other.idle.is_empty());
            networks.max_by_key(|(_, other)| other.count).map(|(network, _)| *network)
        } else {
            let close = Arc::new(Notify::new());
            open.count += 1;
            open.by_network.entry(network).or_default().count += 1;
            let idle = AtomicU64::new(open.add_idle(network, &close));
            return Room::Free(Place { places: Arc::clone(self), network, idle, close });
        };
        let Some(victim) = victim.and_then(|network| open.by_network.get_mut(&network)) else {
            return Room::None;
        };
        if victim.closing == 0 {
            let Some((_, close)) = victim.idle.pop_first() else {
                return Room::None;
            };
            close.notify_one();
            victim.closing += 1;
            *closed = true;
        }
        Room::Soon
    }

    fn lock(&self) -> MutexGuard<'_, OpenConnections> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl OpenConnections {
    fn add_idle(&mut self, network: IpAddr, close: &Arc<Notify>) -> u64 {
        let number = self.next;
        self.next += 1;
        self.by_network.entry(network).or_default().idle.insert(number, Arc::clone(close));
        number
    }

    /// Whether the connection was idle, and was not told to close.
    fn remove_idle(&mut self, network: IpAddr, number: u64) -> bool {
        let own = self.by_network.get_mut(&network);
        own.is_some_and(|own| own.idle.remove(&number).is_some())
    }
}

impl Place {
    /// Completes when the connection has to close.
    pub(crate) async fn closed(&self) {
        tokio::select! {
            () = self.close.notified() => {}
            () = self.places.end.notified() => {}
        }
    }

    /// Keeps the connection open; `None` if it was told to close.
    pub(crate) fn busy(&self) -> Option<Busy<'_>> {
        let idle = self.idle.load(Ordering::Relaxed);
        let was_idle = self.places.lock().remove_idle(self.network, idle);
        was_idle.then(|| Busy(self))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.places.lock();
        let was_told_to_close = !open.remove_idle(self.network, self.idle.load(Ordering::Relaxed));
        open.count -= 1;
        if let Entry::Occupied(mut own) = open.by_network.entry(self.network) {
            own.get_mut().count -= 1;
            own.get_mut().closing -= usize::from(was_told_to_close);
            if own.get().count == 0 {
                own.remove();
            }
        }
        drop(open);
        self.places.freed.notify_one();
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        let Place { places, network, idle, close, .. } = self.0;
        idle.store(places.lock().add_idle(*network, close), Ordering::Relaxed);
    }
}

/// What the requests to providers are counted by.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Share {
    All,
    Provider(String),
    Server(String),
    Caller(IpAddr),
}

/// Limits the concurrent requests to providers: a provider that hangs, or a caller that asks too much, takes only its
/// share.
pub(super) struct Exchanges {
    limits: Limits,
    counts: Mutex<HashMap<Share, usize>>,
}

/// The share of one request, which is freed when dropped.
pub(super) struct ExchangePermit<'a> {
    exchanges: &'a Exchanges,
    shares: [Share; 4],
}

impl Exchanges {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { limits, counts: Mutex::default() }
    }

    /// Counts a request. The error says which of the limits is reached.
    pub(crate) fn take(
        &self,
        provider: &str,
        server: &str,
        caller: IpAddr,
    ) -> Result<ExchangePermit<'_>, &'static str> {
        let limits = &self.limits;
        let (server, provider) = (server.to_owned(), provider.to_owned());
        let shares = [
            (Share::Caller(network(caller)), limits.in_flight_per_address, "from this address"),
            (Share::Server(server), limits.in_flight_per_server, "for this server"),
            (Share::Provider(provider), limits.in_flight_per_provider, "to this provider"),
            (Share::All, limits.in_flight, "in all"),
        ];
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        for (share, limit, of_what) in &shares {
            if counts.get(share).is_some_and(|count| count >= limit) {
                return Err(of_what);
            }
        }
        let shares = shares.map(|(share, ..)| share);
        for share in &shares {
            *counts.entry(share.clone()).or_default() += 1;
        }
        Ok(ExchangePermit { exchanges: self, shares })
    }
}

impl Drop for ExchangePermit<'_> {
    fn drop(&mut self) {
        let mut counts = self.exchanges.counts.lock().unwrap_or_else(PoisonError::into_inner);
        for share in &self.shares {
            if let Entry::Occupied(mut count) = counts.entry(share.clone()) {
                *count.get_mut() -= 1;
                if *count.get() == 0 {
                    count.remove();
                }
            }
        }
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
