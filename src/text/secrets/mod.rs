//! What a credential looks like, what counts as one that is written down, and how it is kept out of output.

pub(crate) mod client_secret;
pub(crate) mod credential;
pub(crate) mod literal_argument;
pub(crate) mod redactor;
pub(crate) mod secret_search;
pub(crate) mod written_down;
