//! The input format: the types of a manifest, the schema generated from them, and the OAuth type of a manifest.

pub(crate) mod field_places;
mod foreign;
pub(crate) mod model;
pub(crate) mod oauth;
pub(crate) mod schema;
pub(crate) mod validate;
pub(crate) mod violations;
