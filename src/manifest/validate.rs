//! JSON value -> manifest: the committed JSON Schema decides.

use std::sync::LazyLock;

use serde::Deserialize as _;
use serde_json::Value;

use crate::manifest::model::Manifest;
use crate::manifest::schema::SERVER_SCHEMA;
use crate::manifest::violations::{Checker, Violation};
use crate::source::Pointer;

/// What the schema says of a document.
#[derive(Debug, Default)]
pub struct Validated {
    /// The pointers of the keys that only the older dialect has, which is not read.
    pub older_keys: Vec<&'static str>,
    /// Nothing where there are such keys.
    pub violations: Vec<Violation>,
}

/// Whether a document is a manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It can be read; unknown keys alone do not hinder that.
    Manifest,
    /// It breaks the schema.
    Broken,
    /// It is written in the older dialect.
    Legacy,
}

/// The committed schema, compiled once.
static SCHEMA: LazyLock<Checker> =
    LazyLock::new(|| Checker::new(serde_json::from_str(SERVER_SCHEMA).unwrap_or_default()));

/// Whether the schema that this program carries compiles; a test holds it.
pub fn schema_compiles() -> bool {
    SCHEMA.compiles()
}

/// Compiles the schema ahead of the first document. That takes as long as listing a catalog, so both can be done at once.
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
    let violations = if older_keys.is_empty() { SCHEMA.violations(value) } else { Vec::new() };
    Validated { older_keys, violations }
}

impl Validated {
    /// A document that the types cannot hold, though the schema accepts it.
    pub fn broken(message: String) -> Self {
        let at = Pointer::root();
        Self { older_keys: Vec::new(), violations: vec![Violation::WrongValue { at, message }] }
    }

    pub fn verdict(&self) -> Verdict {
        let is_unknown_key =
            |violation: &Violation| matches!(violation, Violation::UnknownKey { .. });
        if !self.older_keys.is_empty() {
            Verdict::Legacy
        } else if self.violations.iter().all(is_unknown_key) {
            Verdict::Manifest
        } else {
            Verdict::Broken
        }
    }
}

/// Reads a document that is a manifest. It is used up, so that no text of it is copied.
///
/// # Errors
/// The schema accepts what the types cannot hold: a defect of theirs, and none is known.
pub fn read(value: Value) -> Result<Manifest, serde_json::Error> {
    Manifest::deserialize(value)
}
