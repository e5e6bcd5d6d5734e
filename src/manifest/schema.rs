//! The published schemas: printed from the types, committed under `schema/`, and compared by `schema --check`.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, generate::SchemaSettings};

use crate::catalog::config::Config;
use crate::compile::plan::{LaunchFile, ProxyFile};
use crate::discovery::lock::Lock;
use crate::manifest::model::Manifest;
use crate::report::ReportFile;
use crate::report::diff::DiffReport;
use crate::text::hidden::to_json;

/// The committed schema of a manifest: what `validate` compiles, byte for byte.
pub const SERVER_SCHEMA: &str = include_str!("../../schema/server.schema.json");

/// Every schema by its file's name, as text: two spaces, sorted by the types' own order, a final line feed.
pub fn published() -> BTreeMap<&'static str, String> {
    BTreeMap::from([
        ("config.schema.json", print(&of::<Config>())),
        ("diff.schema.json", print(&of::<DiffReport>())),
        ("launch.schema.json", print(&of::<LaunchFile>())),
        ("lock.schema.json", print(&of::<Lock>())),
        ("proxy.schema.json", print(&of::<ProxyFile>())),
        ("report.schema.json", print(&of::<ReportFile>())),
        ("server.schema.json", print(&of::<Manifest>())),
    ])
}

/// The JSON Schema (2020-12) of a type, as a reader or a writer of the file sees it.
pub fn of<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<T>()
}

fn print(schema: &Schema) -> String {
    to_json(schema)
}
