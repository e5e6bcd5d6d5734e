//! The input format: the types of a manifest, the schema that is made from them, and the OAuth type that a manifest has.

pub(crate) mod model;
pub(crate) mod oauth;
pub(crate) mod schema;
pub(crate) mod validate;
pub(crate) mod violations;
