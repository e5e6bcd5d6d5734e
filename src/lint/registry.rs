//! Every rule, one line each, and which of two findings with one cause is shown.

use crate::finding::{Finding, Severity};

use super::Rule;
use super::rules::{identity, launch, oauth, reading, secrets, tokens};

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
    // Identity
    &identity::id_mismatch::RULE,
    // OAuth
    &oauth::plaintext_url::RULE,
    // Files and tokens
    &tokens::invalid_token_env_name::RULE,
    &tokens::overwritten_token_env::RULE,
    &tokens::inject_file_without_token::RULE,
    &tokens::unknown_inject_placeholder::RULE,
    &tokens::relative_inject_path::RULE,
    &tokens::colliding_inject_path::RULE,
    &tokens::unquoted_token_in_json::RULE,
    // Launch
    &launch::undeclared_user_config::RULE,
    &launch::expression_in_placeholder::RULE,
    &launch::unknown_placeholder::RULE,
    &launch::unsubstituted_placeholder::RULE,
    &launch::unused_user_config::RULE,
    &launch::unused_required_user_config::RULE,
    &launch::leaking_optional_placeholder::RULE,
    &launch::required_with_default::RULE,
    &launch::default_type_mismatch::RULE,
    &launch::unknown_command::RULE,
    &launch::npx_without_yes::RULE,
    &launch::unpinned_package::RULE,
    &launch::docker_without_interactive::RULE,
    &launch::unset_docker_env::RULE,
    &launch::privileged_container::RULE,
    &launch::shell_command::RULE,
    &launch::path_command::RULE,
    &launch::invalid_env_key::RULE,
    // Secrets
    &secrets::committed_credential::RULE,
    &secrets::literal_credential::RULE,
    &secrets::sensitive_default::RULE,
    &secrets::sensitive_argument::RULE,
    &secrets::undeclared_sensitive::RULE,
    &secrets::credentials_in_url::RULE,
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
        silenced: Silenced::Rules(&["near-duplicate-id", "colliding-env-name"]),
    },
    Precedence {
        winner: "literal-client-secret",
        scope: Scope::Place,
        silenced: Silenced::Rules(&["committed-credential"]),
    },
    Precedence {
        winner: "committed-credential",
        scope: Scope::Place,
        silenced: Silenced::Rules(&["literal-credential", "sensitive-default"]),
    },
    Precedence {
        winner: "overwritten-token-env",
        scope: Scope::Place,
        silenced: Silenced::Rules(&["literal-credential"]),
    },
];
