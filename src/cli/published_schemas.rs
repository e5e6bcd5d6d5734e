//! The published schemas: generated from the types, committed under `schema/`, and compared by `schema --check`.

use std::collections::BTreeMap;

use schemars::JsonSchema;

use crate::catalog::config::Config;
use crate::compile::plan::{LaunchFile, ProxyFile};
use crate::discovery::lock::Lock;
use crate::manifest::model::Manifest;
use crate::manifest::schema;
use crate::report::ReportFile;
use crate::report::diff::DiffReport;
use crate::text::hidden::to_json;

/// Every schema by its file name, as JSON text: two spaces of indentation, members in the order of the types' fields.
pub fn published() -> BTreeMap<&'static str, String> {
    BTreeMap::from([
        ("config.schema.json", print::<Config>()),
        ("diff.schema.json", print::<DiffReport>()),
        ("launch.schema.json", print::<LaunchFile>()),
        ("lock.schema.json", print::<Lock>()),
        ("proxy.schema.json", print::<ProxyFile>()),
        ("report.schema.json", print::<ReportFile>()),
        ("server.schema.json", print::<Manifest>()),
    ])
}

fn print<T: JsonSchema>() -> String {
    to_json(&schema::of::<T>())
}
