//! Stale ignores, checked by the stage that applies ignores, after all other rules.

pub(crate) mod expired_ignore;
pub(crate) mod ignore_without_reason;
pub(crate) mod unused_ignore;

use crate::lint::{Group, Rule};

const DEFAULTS: Rule = Rule { group: Group::Suppressions, ..Rule::DEFAULTS };
