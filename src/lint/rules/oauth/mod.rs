//! Whether `oauth_config` has what its OAuth type needs, and nothing that contradicts it.

pub(crate) mod ambiguous_oauth_type;
pub(crate) mod callback_port_is_proxy_port;
pub(crate) mod deprecated_sse_url;
pub(crate) mod development_redirect_uri;
pub(crate) mod diverging_default_scopes;
pub(crate) mod duplicate_scope;
pub(crate) mod empty_redirect_uris;
pub(crate) mod extended_token_delivery;
pub(crate) mod generic_oauth_on_remote;
pub(crate) mod generic_oauth_without_client_id;
pub(crate) mod ignored_oauth_field;
pub(crate) mod insecure_redirect_uri;
pub(crate) mod literal_client_secret;
pub(crate) mod localhost_redirect_uri;
pub(crate) mod malformed_scope;
pub(crate) mod missing_server_url;
pub(crate) mod missing_token_endpoint;
pub(crate) mod missing_well_known_url;
pub(crate) mod misspelled_redacted;
pub(crate) mod placeholder_client_id;
pub(crate) mod placeholder_scopes;
pub(crate) mod plaintext_url;
pub(crate) mod proxy_on_dynamic_client;
pub(crate) mod proxy_without_redacted_secret;
pub(crate) mod public_client;
pub(crate) mod redacted_secret_without_proxy;
pub(crate) mod redirect_not_loopback;
pub(crate) mod redirect_not_proxy_callback;
pub(crate) mod redundant_scope;
pub(crate) mod remote_signal_conflict;
pub(crate) mod remote_with_launch_args;
pub(crate) mod remote_without_url;
pub(crate) mod required_oauth_undeclared;
pub(crate) mod resource_metadata_disabled;
pub(crate) mod resource_metadata_misuse;
pub(crate) mod resource_url_mismatch;
pub(crate) mod resource_url_slash;
pub(crate) mod reused_client_id;
pub(crate) mod secret_on_dynamic_client;
pub(crate) mod token_endpoint_off_site;
pub(crate) mod tunnel_redirect_uri;
pub(crate) mod undeclared_auth;
pub(crate) mod undeliverable_token;
pub(crate) mod unexpanded_secret_reference;
pub(crate) mod unrecognized_well_known_path;
pub(crate) mod unrequired_oauth_config;
pub(crate) mod well_known_off_origin;

use url::Url;

use crate::lint::{Group, Rule, Subject};
use crate::manifest::oauth;

const DEFAULTS: Rule = Rule { group: Group::OAuth, ..Rule::DEFAULTS };

/// The rules that mark a redirect URI as unusable: it must be replaced, so its other problems are not reported.
static UNUSABLE_REDIRECT_URI_RULES: [&Rule; 2] =
    [&insecure_redirect_uri::RULE, &tunnel_redirect_uri::RULE];

/// The remote URL and `server_url` of a remote server, where both are given and differ.
fn differing_resource_urls<'a>(subject: &Subject<'a>) -> Option<(&'a str, &'a str)> {
    let (oauth, oauth_type) = subject.oauth()?;
    let remote_url = oauth::remote_url(subject.manifest)?;
    let server_url = oauth.server_url.as_deref()?;
    (oauth_type.is_remote() && remote_url != server_url).then_some((remote_url, server_url))
}

/// Whether two URLs differ only by a trailing slash.
fn is_slash_apart(left: &str, right: &str) -> bool {
    left.strip_suffix('/') == Some(right) || right.strip_suffix('/') == Some(left)
}

/// Whether two URLs have the same scheme, host and port.
fn has_same_origin(left: &str, right: &str) -> bool {
    match (Url::parse(left), Url::parse(right)) {
        (Ok(left), Ok(right)) => left.origin() == right.origin(),
        _ => false,
    }
}

/// The pointers of the fields that deliver the token to the server other than in a header.
fn deliveries(subject: &Subject<'_>) -> Vec<&'static str> {
    let variable = subject.token_env_var();
    let files = subject.manifest.server.inject_file.as_ref().filter(|files| !files.is_empty());
    let variable = variable.map(|_| "/oauth_config/access_token_env_var");
    let files = files.map(|_| "/server/inject_file");
    variable.into_iter().chain(files).collect()
}
