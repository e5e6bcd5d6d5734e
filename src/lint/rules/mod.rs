//! One file a rule, in one folder a group.

pub(crate) mod discovery;
pub(crate) mod identity;
pub(crate) mod launch;
pub(crate) mod oauth;
pub(crate) mod proxy;
pub(crate) mod reading;
pub(crate) mod secrets;
pub(crate) mod suppressions;
pub(crate) mod tokens;

use crate::lint::Rule;

/// A URL that must be replaced anyway: what else is wrong at its place is not worth a finding.
static UNUSABLE_URL: [&Rule; 2] = [&secrets::credentials_in_url::RULE, &oauth::plaintext_url::RULE];
