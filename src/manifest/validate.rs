//! JSON value -> manifest, checked against the committed JSON Schema.

use std::sync::LazyLock;

use serde::Deserialize as _;
use serde_json::Value;

use crate::manifest::foreign::{self, Foreign};
use crate::manifest::model::Manifest;
use crate::manifest::schema::SERVER_SCHEMA;
use crate::manifest::violations::{Checker, Violation};
use crate::source::Pointer;

/// The result of checking a document against the schema.
#[derive(Debug, Default)]
pub struct Validated {
    /// Pointers to keys that only the older dialect has, which is not supported.
    pub older_keys: Vec<&'static str>,
    /// Another kind of file, recognised by its own keys.
    pub foreign: Option<Foreign>,
    /// Empty if it is one of these.
    pub violations: Vec<Violation>,
}

/// Whether a document is a manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaVerdict {
    /// It can be read, possibly with unknown keys.
    Manifest,
    /// It violates the schema.
    Broken,
    /// It is written in the older dialect.
    Legacy,
    /// It is a file of another kind.
    Foreign,
}

/// The committed schema, compiled once.
static SCHEMA: LazyLock<Checker> =
    LazyLock::new(|| Checker::new(serde_json::from_str(SERVER_SCHEMA).unwrap_or_default()));

/// Whether the built-in schema compiles; checked by a test.
pub fn schema_compiles() -> bool {
    SCHEMA.compiles()
}

/// Compiles the schema ahead of its first use, so that this can run while the catalog is listed.
pub(crate) fn prepare() {
    LazyLock::force(&SCHEMA);
}

/// The keys that only the older dialect of manifests has.
const OLDER_KEYS: [&str; 5] = [
    "/dxt_version",
    "/server/mcp_config",
    "/server_overridden",
    "/user_config_overridden",
    "/oauth_configs",
];

/// Checks a document against the schema.
pub fn validate(value: &Value) -> Validated {
    let is_there = |pointer: &&str| value.pointer(pointer).is_some();
    let older_keys: Vec<_> = OLDER_KEYS.into_iter().filter(is_there).collect();
    let foreign = foreign::recognise(value).filter(|_| older_keys.is_empty());
    let is_other = foreign.is_some() || !older_keys.is_empty();
    let violations = if is_other { Vec::new() } else { SCHEMA.violations(value) };
    Validated { older_keys, foreign, violations }
}

impl Validated {
    /// A document that the schema accepts but the types do not.
    pub fn broken(message: String) -> Self {
        let violation = Violation::WrongValue { at: Pointer::root(), message };
        Self { violations: vec![violation], ..Self::default() }
    }

    pub fn verdict(&self) -> SchemaVerdict {
        let is_unknown_key =
            |violation: &Violation| matches!(violation, Violation::UnknownKey { .. });
        if !self.older_keys.is_empty() {
            SchemaVerdict::Legacy
        } else if self.foreign.is_some() {
            SchemaVerdict::Foreign
        } else if self.violations.iter().all(is_unknown_key) {
            SchemaVerdict::Manifest
        } else {
            SchemaVerdict::Broken
        }
    }
}

/// Reads a document that the schema accepts, without copying its strings. Without a `name`, the server is called like its
/// file.
///
/// # Errors
/// The types do not accept what the schema accepts, which would be a bug in them.
pub fn read(mut value: Value, stem: &str) -> Result<Manifest, serde_json::Error> {
    if let Some(members) = value.as_object_mut()
        && members.get("name").is_none_or(Value::is_null)
    {
        members.insert("name".to_owned(), stem.into());
    }
    Manifest::deserialize(value)
}
