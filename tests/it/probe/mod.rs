//! Discovery against loopback simulators, recordings and fixtures. No test leaves loopback.
#![expect(
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test says when it is skipped, and one that cannot be set up has failed"
)]

mod differential;
mod documents;
mod faults;
mod honesty;
mod load;
mod lock;
mod providers;
mod replay;
mod shapes;
pub mod simulator;
mod tls;
