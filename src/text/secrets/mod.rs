//! What a credential looks like, what counts as one that is written down, and how it is kept out of output.

pub mod client_secret;
pub mod credential;
pub mod literal_argument;
pub mod mask;
pub mod secret_search;
