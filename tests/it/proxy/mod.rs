//! The OAuth proxy on loopback: simulated providers on one side, today's app on the other.
//!
//! Every test runs at the most verbose log level, and no log may hold what is planted: see [`world::World`].
#![expect(
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test says when it is skipped, and one that cannot be set up has failed"
)]

mod attacks;
mod defects;
mod exchanges;
mod real_provider;
mod startup;
mod world;
