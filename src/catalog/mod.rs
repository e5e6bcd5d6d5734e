//! What a run knows beside one manifest: where the catalog is, how it is configured, each server with what the lock adds
//! to it, and the allowlist of the proxy.

pub(crate) mod allowlist;
pub(crate) mod config;
pub(crate) mod entry;
pub(crate) mod workspace;
