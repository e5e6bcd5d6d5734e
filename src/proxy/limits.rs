//! What nobody may exceed, so that a flood, a slow caller or a thousand open connections cost the others nothing.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The limits. Together they bound the memory: so many connections, each with its headers and its body.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The body of a request, in bytes.
    pub body: usize,
    /// The headers of a request, in bytes.
    pub headers: usize,
    /// The body of a provider's reply, in bytes.
    pub reply: usize,
    /// For the headers of a request, from the moment that they are waited for; so also for an idle connection.
    pub header_time: Duration,
    /// For the body of a request.
    pub body_time: Duration,
    /// For a name, a connection to a provider and its TLS handshake.
    pub connect_time: Duration,
    /// For a provider's whole answer.
    pub provider_time: Duration,
    /// For one connection, whatever it does.
    pub connection_time: Duration,
    /// For the requests in flight, once the proxy is told to stop.
    pub shutdown_time: Duration,
    /// Connections at once. Those beyond it are closed at once.
    pub connections: usize,
    /// Connections of one address at once.
    pub connections_per_address: usize,
    /// Questions to providers at once. Those beyond it are told to try again.
    pub in_flight: usize,
    /// Requests of one address a second, in the long run.
    pub rate: f64,
    /// Requests of one address at once, after a pause.
    pub burst: f64,
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
            burst: 100.0,
        }
    }
}

/// Addresses whose rate is remembered at once. Beyond it the idle ones are forgotten, which does them no harm.
const REMEMBERED: usize = 10_000;

/// Counts requests by address: a bucket of `burst` tokens that fills with `rate` a second.
pub(super) struct Rates {
    rate: f64,
    burst: f64,
    buckets: Mutex<HashMap<IpAddr, Bucket>>,
}

#[derive(Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

impl Rates {
    pub fn new(limits: &Limits) -> Self {
        Self {
            rate: limits.rate,
            burst: limits.burst,
            buckets: Mutex::default(),
        }
    }

    /// Takes a token of this address, if it has one left.
    pub fn take(&self, address: IpAddr, now: Instant) -> bool {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let address = network(address);
        if buckets.len() >= REMEMBERED && !buckets.contains_key(&address) {
            buckets.retain(|_, bucket| self.tokens(bucket, now) < self.burst);
            // So many busy addresses are an attack that counting by address does not stop; the other limits do.
            if buckets.len() > REMEMBERED / 2 {
                buckets.clear();
            }
        }
        let full = Bucket {
            tokens: self.burst,
            at: now,
        };
        let bucket = buckets.entry(address).or_insert(full);
        let tokens = self.tokens(bucket, now);
        let has_one = tokens >= 1.0;
        *bucket = Bucket {
            tokens: if has_one { tokens - 1.0 } else { tokens },
            at: now,
        };
        has_one
    }

    fn tokens(&self, bucket: &Bucket, now: Instant) -> f64 {
        let passed = now.saturating_duration_since(bucket.at).as_secs_f64();
        (bucket.tokens + passed * self.rate).min(self.burst)
    }
}

/// Counts connections, in all and by address.
pub(super) struct Places {
    in_all: usize,
    per_address: usize,
    taken: Mutex<HashMap<IpAddr, usize>>,
}

/// One connection's place, free again when dropped.
pub(super) struct Place {
    places: Arc<Places>,
    address: IpAddr,
}

impl Places {
    pub fn new(in_all: usize, per_address: usize) -> Arc<Self> {
        Arc::new(Self {
            in_all,
            per_address,
            taken: Mutex::default(),
        })
    }

    /// A place for a connection of this address, if there is one left.
    pub fn take(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let address = network(address);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let in_all: usize = taken.values().sum();
        let of_address = taken.get(&address).copied().unwrap_or_default();
        if in_all >= self.in_all || of_address >= self.per_address {
            return None;
        }
        taken.insert(address, of_address + 1);
        Some(Place {
            places: Arc::clone(self),
            address,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let taken = self.places.taken.lock();
        let mut taken = taken.unwrap_or_else(PoisonError::into_inner);
        match taken.get_mut(&self.address) {
            Some(count) if *count > 1 => *count -= 1,
            _ => {
                taken.remove(&self.address);
            }
        }
    }
}

/// What counts as one address: of IPv6 the /64 that a customer has to himself.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}
