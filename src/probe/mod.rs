//! Discovery: what the providers publish at their well-known endpoints.

pub mod address;
pub mod challenge;
pub mod discover;
pub mod documents;
pub mod fetch;
pub mod lock;
pub mod once;
pub mod well_known;
