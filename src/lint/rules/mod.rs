//! One file a rule, in one folder a group.

pub mod discovery;
pub mod identity;
pub mod launch;
pub mod oauth;
pub mod proxy;
pub mod reading;
pub mod secrets;
pub mod suppressions;
pub mod tokens;
