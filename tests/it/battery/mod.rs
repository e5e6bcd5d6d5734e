//! The battery: what broken and hostile input does to the program. Every group says how many cases it was given, and
//! on which oracles it rests; what runs over the shared corpora says so where they are not there.

mod encodings;
mod file_names;
mod file_system;
mod hostile;
mod injection;
mod json_suite;
#[cfg(unix)]
mod killed;
mod limits;
mod oracles;
mod outputs;
mod payloads;
mod redirects;
mod strings;

pub use payloads::server;

/// Says what a group was given.
fn told(group: &str, counts: impl std::fmt::Display) {
    eprintln!("battery: {group} {counts}");
}
