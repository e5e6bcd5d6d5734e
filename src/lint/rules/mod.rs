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

use crate::lint::Rule;

/// A URL that must be replaced anyway: what else is wrong at its place is not worth a finding.
static UNUSABLE_URL: [&Rule; 2] = [
    &secrets::credentials_in_url::RULE,
    &oauth::plaintext_url::RULE,
];
