//! The input format: the types of a manifest, the schema that is made from them, and the OAuth type that a manifest has.

pub mod model;
pub mod oauth;
pub mod schema;
pub mod validate;
pub mod violations;
