//! JSON Schemas (2020-12) of types, and the committed schema of a manifest.

use schemars::{JsonSchema, Schema, generate::SchemaSettings};

/// The committed schema of a manifest, which `validate` compiles.
pub const SERVER_SCHEMA: &str = include_str!("../../schema/server.schema.json");

/// The JSON Schema of a type.
pub fn of<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>()
}
