//! What a run knows beside one manifest: where the catalog is, how it is configured, each server with what the lock adds
//! to it, and the allowlist of the proxy.

pub mod allowlist;
pub mod config;
pub mod entry;
pub mod workspace;
