//! Violations of a JSON Schema, each with its place and a message that names the value and what was expected instead of
//! "not valid under any of the given schemas".
//!
//! The validator's errors are collected only for values that it rejects, because that is slower than the verdict alone.

use std::collections::BTreeSet;

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{ValidationError, Validator};
use serde_json::Value;

use crate::source::Pointer;

/// A schema and the validator compiled from it.
#[derive(Debug)]
pub(crate) struct Checker {
    document: Value,
    validator: Option<Validator>,
}

/// One violation of a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Violation {
    /// The object has a key that the schema does not know.
    UnknownKey { object: Pointer, key: String, known: Vec<String> },
    /// The object lacks a key.
    MissingKey { object: Pointer, key: String },
    /// The value is not what was expected.
    WrongValue { at: Pointer, message: String },
}

impl Checker {
    /// Compiles a built-in schema.
    pub(crate) fn new(document: Value) -> Self {
        let validator = jsonschema::options()
            .should_validate_formats(true)
            // The desktop app parses URLs as WHATWG specifies, not RFC 3986.
            .with_format("uri", |text: &str| url::Url::parse(text).is_ok())
            .with_pattern_options(jsonschema::PatternOptions::regex())
            .build(&document)
            .ok();
        Self { document, validator }
    }

    /// Whether the schema compiled; checked by a test.
    pub(crate) fn compiles(&self) -> bool {
        self.validator.is_some()
    }

    /// All violations; empty if the value is valid.
    pub(crate) fn violations(&self, value: &Value) -> Vec<Violation> {
        let mut violations = Vec::new();
        match &self.validator {
            Some(validator) if validator.is_valid(value) => {}
            Some(validator) => {
                for error in validator.iter_errors(value) {
                    self.describe(&error, &mut violations);
                }
            }
            None => violations.push(Violation::WrongValue {
                at: Pointer::root(),
                message: "the built-in schema is broken".to_owned(),
            }),
        }
        violations
    }

    /// Describes one error of the validator, descending into the branch of an `anyOf` or `oneOf` that the author intended.
    fn describe(&self, error: &ValidationError<'_>, violations: &mut Vec<Violation>) {
        let at = Pointer::from(error.instance_path().as_str());
        match error.kind() {
            ValidationErrorKind::AnyOf { context }
            | ValidationErrorKind::OneOfNotValid { context } => {
                let Some(branch) = context.iter().find(|branch| is_meant(branch, &at)) else {
                    let expected = context.iter().flatten().filter_map(expectation);
                    let expected: Vec<String> = expected.flatten().collect();
                    violations.push(mismatch(at, error.instance(), &expected));
                    return;
                };
                for error in branch {
                    self.describe(error, violations);
                }
            }
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                let known = self.known_keys(error);
                violations.extend(unexpected.iter().map(|key| Violation::UnknownKey {
                    object: at.clone(),
                    key: key.clone(),
                    known: known.clone(),
                }));
            }
            ValidationErrorKind::Required { property } => violations.push(Violation::MissingKey {
                object: at,
                key: property.as_str().unwrap_or_default().to_owned(),
            }),
            // A string that is not a URL also violates the format, which reports it.
            ValidationErrorKind::Pattern { .. } if !is_url(error.instance()) => {}
            _ => violations.push(match expectation(error) {
                Some(expected) => mismatch(at, error.instance(), &expected),
                None => Violation::WrongValue {
                    at,
                    message: error.masked_with("the value").to_string(),
                },
            }),
        }
    }

    /// The known keys of the object in which an unknown one was found.
    fn known_keys(&self, error: &ValidationError<'_>) -> Vec<String> {
        let keyword = error.schema_path().as_str();
        let object = keyword.strip_suffix("/additionalProperties").unwrap_or(keyword);
        let properties =
            self.document.pointer(object).and_then(|schema| schema.get("properties")?.as_object());
        properties.map(|properties| properties.keys().cloned().collect()).unwrap_or_default()
    }
}

/// Whether the author intended this branch: its errors are about parts of the value, not about the value having another
/// type.
fn is_meant(branch: &[ValidationError<'_>], at: &Pointer) -> bool {
    !branch.is_empty()
        && branch.iter().all(|error| {
            let is_elsewhere = error.instance_path().as_str() != at.as_str();
            is_elsewhere || expectation(error).is_none()
        })
}

/// What was expected instead of the value, to follow `must be`; `None` for errors about members.
fn expectation(error: &ValidationError<'_>) -> Option<Vec<String>> {
    let expected = match error.kind() {
        ValidationErrorKind::Type { kind: TypeKind::Single(name) } => {
            with_article(name.as_str()).to_owned()
        }
        ValidationErrorKind::Type { kind: TypeKind::Multiple(names) } => {
            let names = names.iter().map(|name| with_article(name.as_str()));
            return Some(names.map(str::to_owned).collect());
        }
        ValidationErrorKind::Constant { expected_value } => quoted(expected_value),
        ValidationErrorKind::Enum { options } => {
            return Some(options.as_array()?.iter().map(quoted).collect());
        }
        ValidationErrorKind::OneOfNotValid { context } | ValidationErrorKind::AnyOf { context } => {
            let expected: Option<Vec<Vec<String>>> =
                context.iter().flatten().map(expectation).collect();
            return Some(expected?.into_iter().flatten().collect());
        }
        ValidationErrorKind::Format { format } if format != "uri" => {
            format!("a value of the form `{format}`")
        }
        ValidationErrorKind::Format { .. } | ValidationErrorKind::Pattern { .. } => {
            "an http or https URL".to_owned()
        }
        ValidationErrorKind::Minimum { limit } => format!("at least {limit}"),
        ValidationErrorKind::Maximum { limit } => format!("at most {limit}"),
        _ => return None,
    };
    Some(vec![expected])
}

fn is_url(value: &Value) -> bool {
    value.as_str().is_some_and(|text| url::Url::parse(text).is_ok())
}

fn mismatch(at: Pointer, found: &Value, expected: &[String]) -> Violation {
    let name = at.tokens().collect::<Vec<_>>().join(".");
    let name = if name.is_empty() { "the file".to_owned() } else { format!("`{name}`") };
    let message = format!("{name} must be {}, but is {}", one_of(expected), describe(found));
    Violation::WrongValue { at, message }
}

/// `a, b or c`, without null: wherever null is allowed, the key may simply be left out.
fn one_of(expected: &[String]) -> String {
    let mut seen = BTreeSet::new();
    let names = expected.iter().map(String::as_str);
    let all: Vec<&str> = names.filter(|name| *name != "null" && seen.insert(*name)).collect();
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

/// Names a value: its type, and the value itself if it is short. Strings are never truncated, since the redactor would not
/// recognise a truncated secret.
fn describe(value: &Value) -> String {
    const LONGEST_SHOWN: usize = 200;
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => format!("`{value}`"),
        Value::Number(number) => format!("the number {number}"),
        Value::Array(items) if items.is_empty() => "an empty list".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        Value::String(text) => match text.chars().count() {
            0..=LONGEST_SHOWN => format!("the string `{text}`"),
            length => format!("a string of {length} characters"),
        },
    }
}
