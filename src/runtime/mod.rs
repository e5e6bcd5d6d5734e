//! Programs that read only the artifacts, which shows that the artifacts are complete.

pub(crate) mod env_check;
pub(crate) mod environment;
pub(crate) mod export;
pub(crate) mod proxy;
pub(crate) mod simulate;
