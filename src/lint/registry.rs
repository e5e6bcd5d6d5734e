//! Every rule, one line each, and which of two findings with one cause is shown.

use crate::source::Origin;
use crate::source::finding::{Finding, Severity};
use crate::text::profile::Profile;

use super::Rule;
use super::rules::{
    discovery, identity, launch, oauth, proxy, reading, secrets, suppressions, tokens,
};

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
    &oauth::required_oauth_undeclared::RULE,
    &oauth::generic_oauth_without_client_id::RULE,
    &oauth::ambiguous_oauth_type::RULE,
    &oauth::generic_oauth_on_remote::RULE,
    &oauth::remote_signal_conflict::RULE,
    &oauth::remote_without_url::RULE,
    &oauth::remote_with_launch_args::RULE,
    &oauth::plaintext_url::RULE,
    &oauth::resource_url_slash::RULE,
    &oauth::resource_url_mismatch::RULE,
    &oauth::literal_client_secret::RULE,
    &oauth::redacted_secret_without_proxy::RULE,
    &oauth::proxy_without_redacted_secret::RULE,
    &oauth::public_client::RULE,
    &oauth::unexpanded_secret_reference::RULE,
    &oauth::misspelled_redacted::RULE,
    &oauth::placeholder_client_id::RULE,
    &oauth::secret_on_dynamic_client::RULE,
    &oauth::proxy_on_dynamic_client::RULE,
    &oauth::missing_server_url::RULE,
    &oauth::missing_token_endpoint::RULE,
    &oauth::token_endpoint_off_site::RULE,
    &oauth::missing_well_known_url::RULE,
    &oauth::well_known_off_origin::RULE,
    &oauth::unrecognized_well_known_path::RULE,
    &oauth::ignored_oauth_field::RULE,
    &oauth::resource_metadata_disabled::RULE,
    &oauth::resource_metadata_misuse::RULE,
    &oauth::undeliverable_token::RULE,
    &oauth::extended_token_delivery::RULE,
    &oauth::undeclared_auth::RULE,
    &oauth::unrequired_oauth_config::RULE,
    &oauth::placeholder_scopes::RULE,
    &oauth::diverging_default_scopes::RULE,
    &oauth::redundant_scope::RULE,
    &oauth::duplicate_scope::RULE,
    &oauth::malformed_scope::RULE,
    &oauth::empty_redirect_uris::RULE,
    &oauth::insecure_redirect_uri::RULE,
    &oauth::tunnel_redirect_uri::RULE,
    &oauth::development_redirect_uri::RULE,
    &oauth::redirect_not_proxy_callback::RULE,
    &oauth::redirect_not_loopback::RULE,
    &oauth::localhost_redirect_uri::RULE,
    &oauth::callback_port_is_proxy_port::RULE,
    &oauth::deprecated_sse_url::RULE,
    // Files and tokens
    &tokens::invalid_token_env_name::RULE,
    &tokens::overwritten_token_env::RULE,
    &tokens::inject_file_without_token::RULE,
    &tokens::unknown_inject_placeholder::RULE,
    &tokens::relative_inject_path::RULE,
    &tokens::colliding_inject_path::RULE,
    &tokens::unquoted_token_in_json::RULE,
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
    &launch::uncompilable_value::RULE,
    // Secrets
    &secrets::committed_credential::RULE,
    &secrets::literal_credential::RULE,
    &secrets::sensitive_default::RULE,
    &secrets::sensitive_argument::RULE,
    &secrets::undeclared_sensitive::RULE,
    &secrets::credentials_in_url::RULE,
    // Discovery
    &discovery::issuer_mismatch::RULE,
    &discovery::invalid_metadata::RULE,
    &discovery::resource_mismatch::RULE,
    &discovery::insecure_endpoint::RULE,
    &discovery::no_pkce_support::RULE,
    &discovery::no_registration_support::RULE,
    &discovery::client_metadata_only::RULE,
    &discovery::dynamic_registration_available::RULE,
    &discovery::metadata_available::RULE,
    &discovery::unsupported_client_authentication::RULE,
    &discovery::unsupported_scope::RULE,
    &discovery::unpublished_metadata::RULE,
    &discovery::mislabeled_metadata::RULE,
    &discovery::unreachable_metadata::RULE,
    &discovery::unreadable_lock::RULE,
    &discovery::stale_lock::RULE,
    &discovery::discovery_drift::RULE,
    // Suppressions
    &suppressions::unused_ignore::RULE,
    &suppressions::expired_ignore::RULE,
    &suppressions::ignore_without_reason::RULE,
];

/// The rule with this id.
pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.id == id)
}

/// The ids that rules had before: old, new. An old one works for good.
static RENAMED: &[(&str, &str)] = &[];

/// A rule that somebody named.
#[derive(Debug, Clone, Copy)]
pub struct NamedRule {
    pub rule: &'static Rule,
    /// The id that was given, where it is an old one.
    pub old_id: Option<&'static str>,
}

impl NamedRule {
    /// What to tell somebody who used an old id.
    pub fn notice(self) -> Option<String> {
        let old_id = self.old_id?;
        Some(format!("`{old_id}` is called `{}` now", self.rule.id))
    }
}

/// The rule with this id, or that had it before it was renamed.
pub fn resolve(id: &str) -> Option<NamedRule> {
    resolve_in(id, RENAMED)
}

fn resolve_in(id: &str, renamed: &[(&'static str, &'static str)]) -> Option<NamedRule> {
    if let Some(rule) = find(id) {
        return Some(NamedRule { rule, old_id: None });
    }
    let (old_id, new_id) = renamed.iter().find(|(old_id, _)| *old_id == id)?;
    Some(NamedRule {
        rule: find(new_id)?,
        old_id: Some(old_id),
    })
}

/// The rules that say less of a file under one profile: under development the catalog's servers are held to less, and
/// may be hidden; under production the developers' servers are not compiled.
static JUDGED_BY_PROFILE: &[&str] = &[
    "tunnel-redirect-uri",
    "development-redirect-uri",
    "redirect-not-proxy-callback",
    "host-not-allowed",
    "host-not-approved",
    "unused-allowed-host",
    "loopback-allowed",
    "unallowable-destination",
    "unverifiable-destination",
    "proxy-url-mismatch",
    "uncompilable-value",
];

/// The rules that compare a server with those that the profile compiles: with more of them under development.
static COMPARED_BY_PROFILE: &[&str] = &["near-duplicate-id", "lookalike-id", "colliding-env-name"];

/// Whether a rule says all that it ever would of a file: only then is what it does not say gone.
pub fn says_all(rule: &Rule, origin: Origin, profile: Profile, has_developers: bool) -> bool {
    let own = match origin {
        Origin::Catalog => Profile::Production,
        Origin::CatalogLocal => Profile::Development,
    };
    match rule.id {
        id if JUDGED_BY_PROFILE.contains(&id) => profile == own,
        id if COMPARED_BY_PROFILE.contains(&id) => {
            profile == Profile::Development || !has_developers
        }
        _ => true,
    }
}

/// Where the winner must have fired to silence the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// At the same key or value.
    Place,
    /// At a place that the other compares: its own, or a related one.
    Compared,
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
    // These compare URLs, which may well agree but for the scheme.
    Precedence {
        winner: "plaintext-url",
        scope: Scope::Compared,
        silenced: Silenced::Rules(&[
            "resource-url-mismatch",
            "well-known-off-origin",
            "resource-metadata-misuse",
        ]),
    },
    Precedence {
        winner: "remote-signal-conflict",
        scope: Scope::File,
        silenced: Silenced::Rules(&["resource-url-mismatch", "resource-url-slash"]),
    },
    Precedence {
        winner: "literal-client-secret",
        scope: Scope::Place,
        silenced: Silenced::Rules(&["committed-credential"]),
    },
    Precedence {
        winner: "malformed-scope",
        scope: Scope::Place,
        silenced: Silenced::Rules(&["duplicate-scope", "unsupported-scope"]),
    },
    Precedence {
        winner: "duplicate-scope",
        scope: Scope::Place,
        silenced: Silenced::Rules(&["unsupported-scope"]),
    },
    // Without usable metadata the endpoints are not known: the reason is named already.
    Precedence {
        winner: "issuer-mismatch",
        scope: Scope::File,
        silenced: Silenced::Rules(&["unverifiable-destination"]),
    },
    Precedence {
        winner: "invalid-metadata",
        scope: Scope::File,
        silenced: Silenced::Rules(&["unverifiable-destination"]),
    },
    Precedence {
        winner: "insecure-endpoint",
        scope: Scope::File,
        silenced: Silenced::Rules(&["unverifiable-destination"]),
    },
    Precedence {
        winner: "resource-mismatch",
        scope: Scope::File,
        silenced: Silenced::Rules(&["unverifiable-destination"]),
    },
    Precedence {
        winner: "unreachable-metadata",
        scope: Scope::File,
        silenced: Silenced::Rules(&["unverifiable-destination"]),
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
        winner: "invisible-character",
        scope: Scope::Place,
        silenced: Silenced::Rules(&["malformed-scope"]),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_renamed_rule_is_found_under_its_old_id_and_says_so() {
        let renamed = [("http-url", "plaintext-url"), ("gone", "nothing")];
        let named = resolve_in("http-url", &renamed);
        assert_eq!(named.map(|named| named.rule.id), Some("plaintext-url"));
        assert_eq!(
            named.and_then(NamedRule::notice).as_deref(),
            Some("`http-url` is called `plaintext-url` now")
        );
        let current = resolve_in("plaintext-url", &renamed);
        assert!(current.is_some_and(|named| named.notice().is_none()));
        assert!(resolve_in("gone", &renamed).is_none());
    }

    /// Whoever has a rule ask for the profile has to say here what it no longer sees.
    #[test]
    fn the_rules_that_ask_for_the_profile_are_known() {
        let asks = [
            "is_development()",
            "is_compiled(",
            "effective_entries()",
            "concerns(",
            "config.profile",
        ];
        for rule in RULES {
            let code = rule.source.lines();
            let code: Vec<&str> = code.filter(|line| !line.starts_with("///")).collect();
            let is_asking = asks
                .iter()
                .any(|ask| code.iter().any(|line| line.contains(ask)));
            let lists = [JUDGED_BY_PROFILE, COMPARED_BY_PROFILE];
            let is_known = lists.iter().any(|list| list.contains(&rule.id));
            assert_eq!(is_asking, is_known, "{}", rule.id);
        }
    }

    #[test]
    fn an_old_id_leads_to_a_rule_and_is_none_itself() {
        for (old_id, new_id) in RENAMED {
            assert!(find(old_id).is_none(), "{old_id} is in use");
            assert!(find(new_id).is_some(), "{new_id} is no rule");
        }
    }

    #[test]
    fn a_line_of_the_order_silences_the_rules_and_levels_that_it_names() {
        use Severity::{Error, Note, Warning};
        for (silenced, rule, severity, expected) in [
            (Silenced::Rules(&["general"]), "general", Note, true),
            (Silenced::Rules(&["general"]), "other", Error, false),
            (Silenced::OtherErrors, "other", Error, true),
            (Silenced::OtherErrors, "other", Warning, false),
            (Silenced::OtherErrors, "winner", Error, false),
            (Silenced::AboveNote("redirect"), "redirect-x", Warning, true),
            (Silenced::AboveNote("redirect"), "redirect-x", Note, false),
            (Silenced::AboveNote("redirect"), "other", Warning, false),
        ] {
            let line = Precedence {
                winner: "winner",
                scope: Scope::File,
                silenced,
            };
            let finding = Finding {
                rule,
                severity,
                message: String::new(),
                help: None,
                place: None,
                related: Vec::new(),
                fix: None,
            };
            assert_eq!(line.silences(&finding), expected, "{line:?} {finding:?}");
        }
    }
}
