//! JSON value -> manifest: the committed JSON Schema decides, and each of its errors becomes a finding at its place.
//!
//! The schema is checked with a yes or no first; errors are collected only for the files that have some.

use std::fmt::Write as _;
use std::sync::LazyLock;

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{ValidationError, Validator};
use serde::Deserialize as _;
use serde_json::Value;

use crate::finding::{Finding, Place};
use crate::lint::reading::{legacy_manifest, schema_violation, unknown_key};
use crate::model::Manifest;
use crate::schema::SERVER_SCHEMA;
use crate::source::{FileId, Pointer};

/// What the schema says of a document.
#[derive(Debug)]
pub struct Validated {
    /// Nothing where the document breaks the schema; unknown keys alone do not hinder the reading.
    pub manifest: Option<Manifest>,
    pub findings: Vec<Finding>,
}

/// The committed schema, and the validator that is compiled from it once.
struct ServerSchema {
    document: Value,
    validator: Option<Validator>,
}

static SCHEMA: LazyLock<ServerSchema> = LazyLock::new(|| {
    let document: Value = serde_json::from_str(SERVER_SCHEMA).unwrap_or_default();
    let validator = jsonschema::options()
        .should_validate_formats(true)
        // The same reading of a URL as in the desktop app, which is WHATWG's and not RFC 3986's.
        .with_format("uri", |text: &str| url::Url::parse(text).is_ok())
        .with_pattern_options(jsonschema::PatternOptions::regex())
        .build(&document)
        .ok();
    ServerSchema {
        document,
        validator,
    }
});

/// Whether the schema that this program carries compiles; a test holds it.
pub fn schema_compiles() -> bool {
    SCHEMA.validator.is_some()
}

/// Checks a document against the schema and reads it as a manifest.
pub fn validate(file: FileId, value: &Value) -> Validated {
    if let Some(finding) = legacy_manifest::find(file, value) {
        return Validated {
            manifest: None,
            findings: vec![finding],
        };
    }
    let findings = match &SCHEMA.validator {
        Some(validator) if validator.is_valid(value) => Vec::new(),
        Some(validator) => {
            let mut findings = Vec::new();
            for error in validator.iter_errors(value) {
                report(file, &error, &mut findings);
            }
            findings
        }
        None => {
            vec![schema_violation::RULE.at(Place::whole(file), "the built-in schema is broken")]
        }
    };
    let breaks_the_schema = findings
        .iter()
        .any(|finding| finding.rule == schema_violation::RULE.id);
    if breaks_the_schema {
        return Validated {
            manifest: None,
            findings,
        };
    }
    match Manifest::deserialize(value) {
        Ok(manifest) => Validated {
            manifest: Some(manifest),
            findings,
        },
        // The types are narrower than the schema in one respect: `8000.0` is an integer to JSON Schema.
        Err(error) => {
            let finding = schema_violation::RULE.at(Place::whole(file), error.to_string());
            Validated {
                manifest: None,
                findings: findings.into_iter().chain([finding]).collect(),
            }
        }
    }
}

/// Turns one error of the validator into findings, descending into the branch of a choice that was meant.
fn report(file: FileId, error: &ValidationError<'_>, findings: &mut Vec<Finding>) {
    let at = Pointer::from(error.instance_path().as_str());
    match error.kind() {
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
            match context.iter().find(|branch| is_meant(branch, &at)) {
                Some(branch) => branch
                    .iter()
                    .for_each(|error| report(file, error, findings)),
                None => {
                    let expected: Vec<String> =
                        context.iter().flatten().filter_map(expectation).collect();
                    findings.push(mismatch(file, &at, error.instance(), &one_of(&expected)));
                }
            }
        }
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            let known = known_keys(error);
            for key in unexpected {
                findings.push(unknown_key::finding(file, &at, key, &known));
            }
        }
        ValidationErrorKind::Required { property } => {
            let key = property.as_str().unwrap_or_default();
            // A missing key has no place: the object that lacks it is labelled by its own key.
            let place = match at.as_str() {
                "" => Place::whole(file),
                _ => Place::key(file, at),
            };
            findings.push(
                schema_violation::RULE
                    .at(place, format!("`{key}` is missing"))
                    .help(format!("add `{key}`")),
            );
        }
        // A text that is no URL at all breaks the format too, which says it.
        ValidationErrorKind::Pattern { .. } if !is_url(error.instance()) => {}
        _ => match expectation(error) {
            Some(expected) => findings.push(mismatch(file, &at, error.instance(), &expected)),
            None => findings.push(schema_violation::RULE.at(
                Place::value(file, at),
                error.masked_with("the value").to_string(),
            )),
        },
    }
}

/// Whether a branch of a choice is the one that the author meant: its errors lie inside the value, or are about the
/// value's members, instead of saying that it is something else altogether.
fn is_meant(branch: &[ValidationError<'_>], at: &Pointer) -> bool {
    !branch.is_empty()
        && branch.iter().all(|error| {
            let is_elsewhere = error.instance_path().as_str() != at.as_str();
            is_elsewhere || expectation(error).is_none()
        })
}

/// What an error expected in the place of the value, to follow "expected"; `None` for errors about members.
fn expectation(error: &ValidationError<'_>) -> Option<String> {
    match error.kind() {
        ValidationErrorKind::Type { kind } => {
            let names: Vec<String> = match kind {
                TypeKind::Single(name) => vec![with_article(name.as_str()).to_owned()],
                TypeKind::Multiple(names) => names
                    .iter()
                    .map(|name| with_article(name.as_str()).to_owned())
                    .collect(),
            };
            let without_null: Vec<String> =
                names.into_iter().filter(|name| name != "null").collect();
            Some(one_of(&without_null))
        }
        ValidationErrorKind::Constant { expected_value } => Some(quoted(expected_value)),
        ValidationErrorKind::Enum { options } => {
            let options = options
                .as_array()?
                .iter()
                .filter(|option| !option.is_null());
            Some(one_of(&options.map(quoted).collect::<Vec<_>>()))
        }
        ValidationErrorKind::OneOfNotValid { context } | ValidationErrorKind::AnyOf { context } => {
            let expected: Option<Vec<String>> = context.iter().flatten().map(expectation).collect();
            expected.map(|expected| one_of(&expected))
        }
        ValidationErrorKind::Format { format } if format == "uri" => {
            Some("an http or https URL".to_owned())
        }
        ValidationErrorKind::Format { format } => Some(format!("a value of the form `{format}`")),
        ValidationErrorKind::Pattern { .. } => Some("an http or https URL".to_owned()),
        ValidationErrorKind::Minimum { limit } => Some(format!("at least {limit}")),
        ValidationErrorKind::Maximum { limit } => Some(format!("at most {limit}")),
        _ => None,
    }
}

fn is_url(value: &Value) -> bool {
    value
        .as_str()
        .is_some_and(|text| url::Url::parse(text).is_ok())
}

fn mismatch(file: FileId, at: &Pointer, found: &Value, expected: &str) -> Finding {
    let found = describe(found);
    schema_violation::RULE.at(
        Place::value(file, at.clone()),
        format!("expected {expected}, found {found}"),
    )
}

/// "`a`, `b` or `c`"; nulls are left out, since saying nothing is always allowed where null is.
fn one_of(expected: &[String]) -> String {
    let mut all: Vec<&str> = Vec::new();
    for name in expected
        .iter()
        .map(String::as_str)
        .filter(|name| *name != "null")
    {
        if !all.contains(&name) {
            all.push(name);
        }
    }
    match all.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => "null".to_owned(),
    }
}

fn with_article(type_name: &str) -> &str {
    match type_name {
        "array" => "a list",
        "boolean" => "true or false",
        "integer" => "a whole number",
        "number" => "a number",
        "object" => "an object",
        "string" => "a string",
        other => other,
    }
}

fn quoted(value: &Value) -> String {
    match value {
        Value::String(text) => format!("`{text}`"),
        Value::Null => "null".to_owned(),
        other => format!("`{other}`"),
    }
}

/// Names a value: what it is, and the value itself where it is short.
fn describe(value: &Value) -> String {
    const LONGEST_SHOWN: usize = 60;
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => format!("`{value}`"),
        Value::Number(number) => format!("the number {number}"),
        Value::Array(items) if items.is_empty() => "an empty list".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        Value::String(text) => {
            let mut shown: String = text.chars().take(LONGEST_SHOWN).collect();
            if shown.len() < text.len() {
                let _ = write!(shown, "…");
            }
            format!("the string `{shown}`")
        }
    }
}

/// The keys that the schema knows where an unknown one was found.
fn known_keys(error: &ValidationError<'_>) -> Vec<String> {
    let keyword = error.schema_path().as_str();
    let object = keyword
        .strip_suffix("/additionalProperties")
        .unwrap_or(keyword);
    let properties = SCHEMA
        .document
        .pointer(object)
        .and_then(|schema| schema.get("properties")?.as_object());
    properties
        .map(|properties| properties.keys().cloned().collect())
        .unwrap_or_default()
}
