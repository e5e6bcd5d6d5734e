//! The readers of the artifacts: they show that what was compiled is complete.

pub mod env_check;
pub mod export;
pub mod proxy;
pub mod simulate;
