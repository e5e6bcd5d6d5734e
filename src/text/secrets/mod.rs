//! What a credential looks like, when it counts as hard-coded, and how it is kept out of output.

pub(crate) mod client_secret;
pub(crate) mod credential;
mod forms;
pub(crate) mod hardcoded;
pub(crate) mod literal_argument;
pub(crate) mod redactor;
pub(crate) mod secret_search;
