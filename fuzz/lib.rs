//! The properties that `cargo test` holds on random inputs, for the targets here to hold on inputs that libFuzzer finds.

#[path = "../tests/properties/mod.rs"]
pub mod properties;
