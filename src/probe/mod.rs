//! Discovery: what the providers publish at their well-known endpoints.

pub mod lock;
