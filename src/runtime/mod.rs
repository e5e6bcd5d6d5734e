//! The readers of the artifacts: they show that what was compiled is complete.

pub(crate) mod env_check;
pub(crate) mod export;
pub(crate) mod proxy;
pub(crate) mod simulate;
