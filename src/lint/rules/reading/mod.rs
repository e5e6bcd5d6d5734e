//! Whether a file can be read as a manifest at all. The stages before the rules find most of these.

pub mod byte_order_mark;
pub mod duplicate_key;
pub mod invalid_json;
pub mod legacy_manifest;
pub mod missing_metadata;
pub mod schema_violation;
pub mod unknown_key;
pub mod unreadable_file;
