//! The strict JSON parser (RFC 8259), which also notices repeated keys.
//!
//! `serde_json` silently keeps the last of two equal keys. Building the value ourselves detects this at no cost; the
//! places of the keys are located only then.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::source::strip_byte_order_mark;

/// A JSON document.
#[derive(Debug)]
pub struct Parsed {
    pub value: Value,
    pub has_duplicate_keys: bool,
    pub has_byte_order_mark: bool,
}

/// Why a text is not JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// The byte offset of the unexpected character.
    pub at: usize,
    /// Lower case, no full stop.
    pub message: String,
    pub help: Option<&'static str>,
}

/// Parses a whole text as one JSON value.
///
/// # Errors
/// The first place where the text is not JSON.
pub fn parse(text: &str) -> Result<Parsed, SyntaxError> {
    let json = strip_byte_order_mark(text);
    let mark = text.len() - json.len();
    let mut has_duplicate_keys = false;
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let built = ValueSeed { duplicate: &mut has_duplicate_keys }.deserialize(&mut deserializer);
    match built.and_then(|value| deserializer.end().map(|()| value)) {
        Ok(value) => Ok(Parsed { value, has_duplicate_keys, has_byte_order_mark: mark > 0 }),
        Err(error) => Err(syntax_error(json, mark, &error)),
    }
}

fn syntax_error(json: &str, mark: usize, error: &serde_json::Error) -> SyntaxError {
    let mut line_start = 0;
    for _ in 1..error.line() {
        let rest = json.get(line_start..).unwrap_or_default();
        line_start += rest.find('\n').map_or(rest.len(), |newline| newline + 1);
    }
    // The column is that of the last byte read, counted from 1.
    let at = json.floor_char_boundary((line_start + error.column()).saturating_sub(1));
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    let rest = json.get(at..).unwrap_or_default();
    let starts = |openings: &[&str]| openings.iter().any(|opening| rest.starts_with(opening));
    let (message, help) = match message {
        _ if json.trim().is_empty() => ("the file is empty", Some("write one JSON object")),
        _ if starts(&["//", "/*", "#"]) => ("JSON has no comments", Some("remove the comment")),
        _ if starts(&["'", "`"]) => ("a string must be in double quotes", Some("use `\"`")),
        _ if starts(&["NaN", "Infinity", "-Infinity"]) => {
            ("this is not a JSON number", Some("use a finite number or null"))
        }
        "trailing comma" => (message, Some("remove the comma before the closing bracket")),
        "trailing characters" => ("text follows the JSON value", Some("keep one value per file")),
        "recursion limit exceeded" => ("the nesting is too deep", Some("nest at most 127 levels")),
        "EOF while parsing an object" => {
            ("the file ends inside an object", Some("close it with `}`"))
        }
        "EOF while parsing a list" => ("the file ends inside a list", Some("close it with `]`")),
        "EOF while parsing a string" => {
            ("the file ends inside a string", Some("close it with `\"`"))
        }
        "EOF while parsing a value" => ("the file ends where a value is expected", None),
        "expected ident" | "expected value" => ("expected a value", None),
        _ if message.starts_with("control character") => {
            ("a string contains a control character", Some("escape it, such as `\\n` or `\\t`"))
        }
        _ => (message, None),
    };
    SyntaxError { at: at + mark, message: message.to_owned(), help }
}

/// Builds a `Value` and notes repeated keys.
struct ValueSeed<'a> {
    duplicate: &'a mut bool,
}

impl<'de> DeserializeSeed<'de> for ValueSeed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueSeed<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(ValueSeed { duplicate: self.duplicate })? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            let value = map.next_value_seed(ValueSeed { duplicate: self.duplicate })?;
            if members.insert(key, value).is_some() {
                *self.duplicate = true;
            }
        }
        Ok(Value::Object(members))
    }
}
