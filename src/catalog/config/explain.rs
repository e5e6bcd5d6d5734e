//! `explain config`: every key with its documentation and default, from the published schema.

use std::fmt::Write as _;

use serde_json::Value;

use crate::manifest::schema;

use super::{Config, FILE_NAME};

/// The documentation of every key, as Markdown.
pub(crate) fn explain() -> String {
    let schema = Schema { root: schema::of::<Config>().to_value() };
    let mut text = format!(
        "# {FILE_NAME}\n\n\
         It is read from the working folder or the nearest folder above it that has one, or from `--config FILE`. \
         Every key is optional.\n"
    );
    schema.explain_keys(&schema.root, "", &mut text);
    text
}

/// The schema, with the definitions that its references point to.
struct Schema {
    root: Value,
}

impl Schema {
    /// The keys of an object schema, each followed by the keys inside it.
    fn explain_keys(&self, object: &Value, prefix: &str, text: &mut String) {
        let required = object.get("required").and_then(Value::as_array);
        let is_required =
            |key: &str| required.is_some_and(|keys| keys.iter().any(|required| required == key));
        for (key, property) in
            object.get("properties").and_then(Value::as_object).into_iter().flatten()
        {
            let property_type = self.resolve(property);
            let default = match property.get("default") {
                _ if is_required(key) => ", required".to_owned(),
                None | Some(Value::Null) => String::new(),
                Some(default) => format!(", by default `{default}`"),
            };
            let _ = writeln!(text, "\n## {prefix}{key}");
            let _ = writeln!(text, "{}{default}\n", self.kind(property_type));
            let _ = writeln!(text, "{}", description(property));
            explain_options(property_type, text);

            let (object, separator) = match property_type.get("items") {
                Some(item) => (self.resolve(item), "[]."),
                None => (property_type, "."),
            };
            self.explain_keys(object, &format!("{prefix}{key}{separator}"), text);
        }
    }

    /// The type of a key, in words.
    fn kind(&self, property: &Value) -> String {
        let property = self.resolve(property);
        if let Some(items) = property.get("items") {
            return format!("a list, each item {}", self.kind(items));
        }
        if let Some(values) =
            property.get("additionalProperties").filter(|values| values.is_object())
        {
            return format!("a table, each value {}", self.kind(values));
        }
        if let Some(options) = property.get("oneOf").and_then(Value::as_array) {
            let words: Vec<String> = options.iter().flat_map(words).collect();
            return words.join(", ");
        }
        let types = property.get("type");
        let single = types.and_then(|types| types.as_str().or_else(|| types.get(0)?.as_str()));
        match single {
            Some("string") => "a string",
            Some("integer") => "a whole number",
            Some("boolean") => "true or false",
            _ => "a table",
        }
        .to_owned()
    }

    /// The schema that a reference points to, or the schema itself.
    fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let named = schema.get("$ref").and_then(Value::as_str);
        named.and_then(|name| self.root.pointer(name.strip_prefix('#')?)).unwrap_or(schema)
    }
}

/// The values of an enumeration whose values are documented.
fn explain_options(property: &Value, text: &mut String) {
    let options = property.get("oneOf").and_then(Value::as_array);
    for option in options.into_iter().flatten() {
        if let (Some(word), Some(_)) = (option.get("const"), option.get("description")) {
            let _ = writeln!(text, "- `{word}`: {}", description(option));
        }
    }
}

/// The values of one branch of a `oneOf`.
fn words(option: &Value) -> Vec<String> {
    let several = option.get("enum").and_then(Value::as_array);
    let words = several.into_iter().flatten().chain(option.get("const"));
    words.map(|word| format!("`{word}`")).collect()
}

fn description(schema: &Value) -> &str {
    schema.get("description").and_then(Value::as_str).unwrap_or_default()
}
