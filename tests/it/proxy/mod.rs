//! The OAuth proxy on loopback: simulated providers on one side, today's app on the other.
//!
//! Every test runs at the most verbose log level, and no log may hold what is planted: see [`world::World`].

mod attacks;
mod callers;
mod defects;
mod exchanges;
pub mod floods;
mod startup;
pub mod whole;
pub mod world;
