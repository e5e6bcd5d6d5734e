//! What a run knows apart from the manifests: where the catalog is, how it is configured, each classified server with
//! its lock entry, and the allowlist of the proxy.

pub(crate) mod allowlist;
pub(crate) mod config;
pub(crate) mod entry;
pub(crate) mod nearest;
pub(crate) mod workspace;
