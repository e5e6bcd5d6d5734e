//! One folder for each group, one file for each rule.

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

/// The rules that mark a URL as unusable: it must be replaced, so its other problems are not reported.
static UNUSABLE_URL_RULES: [&Rule; 2] =
    [&secrets::credentials_in_url::RULE, &oauth::plaintext_url::RULE];
