//! Whether a file can be read as a manifest at all. The stages before the rules find these.

pub mod invalid_json;
