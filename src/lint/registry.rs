//! Every rule, one line each.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::catalog::config::RuleIds;

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
    &reading::not_a_server_file::RULE,
    &reading::schema_violation::RULE,
    &reading::missing_name::RULE,
    &reading::missing_server::RULE,
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
    &identity::unscoped_server_id::RULE,
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
    &oauth::reused_client_id::RULE,
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
    static BY_ID: LazyLock<HashMap<&str, &Rule>> =
        LazyLock::new(|| RULES.iter().map(|rule| (rule.id, *rule)).collect());
    BY_ID.get(id).copied()
}

/// Former rule ids: old, new. An old id keeps working.
static RENAMED: &[(&str, &str)] = &[];

/// The current and former ids of the rules.
pub fn rule_ids() -> RuleIds {
    RuleIds { current: RULES.iter().map(|rule| rule.id).collect(), renamed: RENAMED }
}

#[cfg(test)]
mod tests {
    use super::super::ProfileScope;
    use super::*;

    /// A rule whose code depends on the profile must declare its `ProfileScope`, and no other rule may.
    #[test]
    fn rules_that_depend_on_the_profile_declare_it() {
        let uses_of_profile = [
            "is_development()",
            "is_compiled(",
            "effective_entries()",
            "concerns(",
            "config.profile",
        ];
        for rule in RULES {
            let mut code = rule.source.lines().filter(|line| !line.starts_with("///"));
            let depends = code.any(|line| uses_of_profile.iter().any(|used| line.contains(used)));
            assert_eq!(depends, rule.profile != ProfileScope::Any, "{}", rule.id);
        }
    }

    #[test]
    fn a_former_id_resolves_to_a_current_rule() {
        for (old_id, new_id) in RENAMED {
            assert!(find(old_id).is_none(), "{old_id} is in use");
            assert!(find(new_id).is_some(), "{new_id} is not a rule");
        }
    }
}
