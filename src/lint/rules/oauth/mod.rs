//! Whether `oauth_config` says what its type needs, and nothing that contradicts it.

pub mod plaintext_url;
