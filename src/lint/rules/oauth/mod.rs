//! Whether `oauth_config` says what its type needs, and nothing that contradicts it.

pub mod ambiguous_oauth_type;
pub mod callback_port_is_proxy_port;
pub mod deprecated_sse_url;
pub mod development_redirect_uri;
pub mod diverging_default_scopes;
pub mod duplicate_scope;
pub mod empty_redirect_uris;
pub mod extended_token_delivery;
pub mod generic_oauth_on_remote;
pub mod generic_oauth_without_client_id;
pub mod ignored_oauth_field;
pub mod insecure_redirect_uri;
pub mod literal_client_secret;
pub mod localhost_redirect_uri;
pub mod malformed_scope;
pub mod missing_server_url;
pub mod missing_token_endpoint;
pub mod missing_well_known_url;
pub mod misspelled_redacted;
pub mod placeholder_client_id;
pub mod placeholder_scopes;
pub mod plaintext_url;
pub mod proxy_on_dynamic_client;
pub mod proxy_without_redacted_secret;
pub mod public_client;
pub mod redacted_secret_without_proxy;
pub mod redirect_not_loopback;
pub mod redirect_not_proxy_callback;
pub mod redundant_scope;
pub mod remote_signal_conflict;
pub mod remote_with_launch_args;
pub mod remote_without_url;
pub mod required_oauth_undeclared;
pub mod resource_metadata_disabled;
pub mod resource_metadata_misuse;
pub mod resource_url_mismatch;
pub mod resource_url_slash;
pub mod secret_on_dynamic_client;
pub mod token_endpoint_off_site;
pub mod tunnel_redirect_uri;
pub mod undeclared_auth;
pub mod undeliverable_token;
pub mod unexpanded_secret_reference;
pub mod unrecognized_well_known_path;
pub mod unrequired_oauth_config;
pub mod well_known_off_origin;

use url::Url;

use crate::lint::{Rule, Subject};
use crate::manifest::oauth;

/// A redirect URI that cannot stay: what else is wrong with it is not worth a finding.
static UNUSABLE_REDIRECT_URI: [&Rule; 2] =
    [&insecure_redirect_uri::RULE, &tunnel_redirect_uri::RULE];

/// The remote URL and `server_url` of a remote server, where both are given and differ.
fn differing_resource_urls<'a>(subject: &Subject<'a>) -> Option<(&'a str, &'a str)> {
    let (oauth, oauth_type) = subject.oauth()?;
    let remote_url = oauth::remote_url(subject.manifest)?;
    let server_url = oauth.server_url.as_deref()?;
    (oauth_type.is_remote() && remote_url != server_url).then_some((remote_url, server_url))
}

/// Whether a trailing slash is all that tells two URLs apart.
fn is_slash_apart(left: &str, right: &str) -> bool {
    left.strip_suffix('/') == Some(right) || right.strip_suffix('/') == Some(left)
}

/// Whether two URLs have scheme, host and port in common.
fn has_same_origin(left: &str, right: &str) -> bool {
    match (Url::parse(left), Url::parse(right)) {
        (Ok(left), Ok(right)) => left.origin() == right.origin(),
        _ => false,
    }
}

/// The ways, other than a header, in which a manifest hands the token to the server, by their pointers.
fn deliveries(subject: &Subject<'_>) -> Vec<&'static str> {
    let variable = subject.token_env_var();
    let files = subject
        .manifest
        .server
        .inject_file
        .as_ref()
        .filter(|files| !files.is_empty());
    let variable = variable.map(|_| "/oauth_config/access_token_env_var");
    let files = files.map(|_| "/server/inject_file");
    variable.into_iter().chain(files).collect()
}
