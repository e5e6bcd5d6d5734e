//! JSON Schemas (2020-12) of types, and the committed one of a manifest.

use schemars::{JsonSchema, Schema, generate::SchemaSettings};

/// The committed schema of a manifest: what `validate` compiles, byte for byte.
pub const SERVER_SCHEMA: &str = include_str!("../../schema/server.schema.json");

/// The JSON Schema of a type, as a reader or a writer of the file sees it.
pub fn of<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>()
}
