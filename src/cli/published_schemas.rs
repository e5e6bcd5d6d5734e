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

/// A published schema.
pub(crate) struct PublishedSchema {
    pub(crate) name: &'static str,
    /// Prints it as JSON text: two spaces of indentation, members in the order of the types' fields.
    pub(crate) print: fn() -> String,
}

pub(crate) const SCHEMAS: [PublishedSchema; 7] = [
    PublishedSchema { name: "config", print: print::<Config> },
    PublishedSchema { name: "diff", print: print::<DiffReport> },
    PublishedSchema { name: "launch", print: print::<LaunchFile> },
    PublishedSchema { name: "lock", print: print::<Lock> },
    PublishedSchema { name: "proxy", print: print::<ProxyFile> },
    PublishedSchema { name: "report", print: print::<ReportFile> },
    PublishedSchema { name: "server", print: print::<Manifest> },
];

/// Every schema by its file name.
pub fn published() -> BTreeMap<String, String> {
    let schemas = SCHEMAS.iter();
    schemas.map(|schema| (format!("{}.schema.json", schema.name), (schema.print)())).collect()
}

fn print<T: JsonSchema>() -> String {
    to_json(&schema::of::<T>())
}
