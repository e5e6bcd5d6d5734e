//! Ignores that have gone stale: judged after everything else, by the stage that applies them.

pub(crate) mod expired_ignore;
pub(crate) mod ignore_without_reason;
pub(crate) mod unused_ignore;

use crate::lint::{Group, Rule};

const DEFAULTS: Rule = Rule { group: Group::Suppressions, ..Rule::DEFAULTS };
