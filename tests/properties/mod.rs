//! What holds for every input, as plain functions that panic where it does not hold.
//!
//! They are written once and driven twice: `tests/it/properties.rs` gives them random inputs in `cargo test`, and the
//! targets of `fuzz/` the inputs that libFuzzer finds.

pub mod artifacts;
pub mod catalog;
pub mod discovery;
pub mod draw;
pub mod findings;
pub mod fixes;
pub mod places;
pub mod precedence;
pub mod proxy;
pub mod settings;
