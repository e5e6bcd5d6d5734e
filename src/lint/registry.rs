//! Every rule, one line each, and which of two findings with one cause is shown.

use crate::finding::{Finding, Severity};

use super::Rule;
use super::rules::{identity, oauth, proxy, reading};

/// All rules, in the order of the documentation.
pub static RULES: &[&Rule] = &[
    // Reading
    &reading::unreadable_file::RULE,
    &reading::invalid_json::RULE,
    &reading::byte_order_mark::RULE,
    &reading::duplicate_key::RULE,
    &reading::legacy_manifest::RULE,
    &reading::schema_violation::RULE,
    &reading::unknown_key::RULE,
    &reading::missing_metadata::RULE,
    // Identity
    &identity::id_mismatch::RULE,
    &identity::invalid_server_id::RULE,
    &identity::duplicate_server_id::RULE,
    &identity::near_duplicate_id::RULE,
    &identity::lookalike_id::RULE,
    &identity::shadowed_server::RULE,
    &identity::weakened_by_local::RULE,
    &identity::colliding_env_name::RULE,
    &identity::env_name_not_posix::RULE,
    &identity::reserved_env_name::RULE,
    &identity::invisible_character::RULE,
    // OAuth
    &oauth::plaintext_url::RULE,
    // Proxy
    &proxy::host_not_allowed::RULE,
    &proxy::host_not_approved::RULE,
    &proxy::unused_allowed_host::RULE,
    &proxy::loopback_allowed::RULE,
    &proxy::malformed_allowed_host::RULE,
    &proxy::public_suffix_allowed::RULE,
    &proxy::unallowable_destination::RULE,
    &proxy::unverifiable_destination::RULE,
    &proxy::unreadable_allowlist::RULE,
    &proxy::proxy_url_mismatch::RULE,
];

/// The rule with this id.
pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.id == id)
}

/// Where the winner must have fired to silence the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// At the same key or value.
    Place,
    /// Anywhere in the same file.
    File,
}

/// One line of the order of precedence: the more specific rule silences the general one.
#[derive(Debug)]
pub(super) struct Precedence {
    pub winner: &'static str,
    pub scope: Scope,
    silenced: Silenced,
}

#[derive(Debug)]
enum Silenced {
    /// These rules.
    Rules(&'static [&'static str]),
    /// Every other error.
    OtherErrors,
    /// Rules whose id contains the word, above note.
    AboveNote(&'static str),
}

impl Precedence {
    /// Whether this line speaks of a finding, wherever that is.
    pub(super) fn silences(&self, finding: &Finding) -> bool {
        if finding.rule == self.winner {
            return false;
        }
        match &self.silenced {
            Silenced::Rules(ids) => ids.contains(&finding.rule),
            Silenced::OtherErrors => finding.severity == Severity::Error,
            Silenced::AboveNote(word) => {
                finding.severity > Severity::Note && finding.rule.contains(word)
            }
        }
    }
}

/// One cause, one finding.
pub(super) static PRECEDENCE: &[Precedence] = &[
    Precedence {
        winner: "credentials-in-url",
        scope: Scope::Place,
        silenced: Silenced::OtherErrors,
    },
    Precedence {
        winner: "plaintext-url",
        scope: Scope::Place,
        silenced: Silenced::OtherErrors,
    },
    Precedence {
        winner: "insecure-redirect-uri",
        scope: Scope::Place,
        silenced: Silenced::AboveNote("redirect"),
    },
    Precedence {
        winner: "tunnel-redirect-uri",
        scope: Scope::Place,
        silenced: Silenced::AboveNote("redirect"),
    },
    Precedence {
        winner: "empty-redirect-uris",
        scope: Scope::File,
        silenced: Silenced::AboveNote("redirect"),
    },
    Precedence {
        winner: "duplicate-server-id",
        scope: Scope::File,
        silenced: Silenced::Rules(&["near-duplicate-id", "colliding-env-name", "lookalike-id"]),
    },
    Precedence {
        winner: "colliding-env-name",
        scope: Scope::Place,
        silenced: Silenced::Rules(&["near-duplicate-id"]),
    },
    Precedence {
        winner: "lookalike-id",
        scope: Scope::Place,
        silenced: Silenced::Rules(&["near-duplicate-id"]),
    },
    Precedence {
        winner: "invalid-server-id",
        scope: Scope::Place,
        silenced: Silenced::Rules(&["invisible-character"]),
    },
    Precedence {
        winner: "weakened-by-local",
        scope: Scope::File,
        silenced: Silenced::Rules(&["shadowed-server"]),
    },
    Precedence {
        winner: "redirect-not-proxy-callback",
        scope: Scope::Place,
        silenced: Silenced::Rules(&["proxy-url-mismatch"]),
    },
    Precedence {
        winner: "insecure-redirect-uri",
        scope: Scope::Place,
        silenced: Silenced::Rules(&["proxy-url-mismatch"]),
    },
    Precedence {
        winner: "tunnel-redirect-uri",
        scope: Scope::Place,
        silenced: Silenced::Rules(&["proxy-url-mismatch"]),
    },
    Precedence {
        winner: "overwritten-token-env",
        scope: Scope::Place,
        silenced: Silenced::Rules(&["literal-credential"]),
    },
];
