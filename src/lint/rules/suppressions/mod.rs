//! Ignores that have gone stale: judged after everything else, by the stage that applies them.

pub mod expired_ignore;
pub mod ignore_without_reason;
pub mod unused_ignore;
