//! JSON value -> manifest: the committed JSON Schema decides, and each of its violations becomes a finding at its place.

use std::sync::LazyLock;

use serde::Deserialize as _;
use serde_json::Value;

use crate::lint::reading::{legacy_manifest, schema_violation, unknown_key};
use crate::manifest::model::Manifest;
use crate::manifest::schema::SERVER_SCHEMA;
use crate::manifest::violations::{Checker, Violation};
use crate::source::FileId;
use crate::source::finding::{Finding, Place};

/// What the schema says of a document.
#[derive(Debug)]
pub struct Validated {
    pub verdict: Verdict,
    pub findings: Vec<Finding>,
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
pub fn prepare() {
    LazyLock::force(&SCHEMA);
}

/// Checks a document against the schema.
pub fn validate(file: FileId, value: &Value) -> Validated {
    if let Some(finding) = legacy_manifest::find(file, value) {
        return Validated {
            verdict: Verdict::Legacy,
            findings: vec![finding],
        };
    }
    let violations = SCHEMA.violations(value).into_iter();
    let findings: Vec<Finding> = violations
        .map(|violation| finding(file, violation))
        .collect();
    let breaks_the_schema = findings
        .iter()
        .any(|finding| finding.rule == schema_violation::RULE.id);
    let verdict = match breaks_the_schema {
        true => Verdict::Broken,
        false => Verdict::Manifest,
    };
    Validated { verdict, findings }
}

/// Reads a document that is a manifest. It is used up, so that no text of it is copied.
///
/// # Errors
/// The schema accepts what the types cannot hold: a defect of theirs, and none is known.
pub fn read(value: Value) -> Result<Manifest, serde_json::Error> {
    Manifest::deserialize(value)
}

fn finding(file: FileId, violation: Violation) -> Finding {
    match violation {
        Violation::UnknownKey { object, key, known } => {
            unknown_key::finding(file, &object, &key, &known)
        }
        Violation::MissingKey { object, key } => {
            // A missing key has no place: the object that lacks it is labelled by its own key.
            let place = match object.as_str() {
                "" => Place::whole(file),
                _ => Place::key(file, object),
            };
            schema_violation::RULE
                .at(place, format!("`{key}` is missing"))
                .help(format!("add `{key}`"))
        }
        Violation::WrongValue { at, message } => {
            schema_violation::RULE.at(Place::value(file, at), message)
        }
    }
}
