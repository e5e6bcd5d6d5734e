//! One file a rule, in one folder a group.

pub mod identity;
pub mod launch;
pub mod oauth;
pub mod reading;
pub mod secrets;
pub mod suppressions;
pub mod tokens;
