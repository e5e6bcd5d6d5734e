//! Where in a manifest the fields belong that a text names.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde_json::Value;

use crate::text::plural::joined;

use super::schema::SERVER_SCHEMA;

/// The fields of the objects of a manifest, and the object that each is in. What occurs in several objects, at the top
/// or in the objects of a map or list is left out: its name alone does not say which is meant.
static OBJECT_OF_FIELD: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let schema: Value = serde_json::from_str(SERVER_SCHEMA).unwrap_or_default();
    let mut found = BTreeMap::new();
    collect(&schema, &schema, "", &mut found);
    let only = |(field, objects): (String, BTreeSet<String>)| {
        let mut objects = objects.into_iter();
        let object = objects.next().filter(|object| !object.is_empty() && objects.len() == 0)?;
        Some((field, object))
    };
    found.into_iter().filter_map(only).collect()
});

fn collect(
    schema: &Value,
    object: &Value,
    path: &str,
    found: &mut BTreeMap<String, BTreeSet<String>>,
) {
    let properties = object.get("properties").and_then(Value::as_object);
    for (field, property) in properties.into_iter().flatten() {
        found.entry(field.clone()).or_default().insert(path.to_owned());
        let alternatives = property.get("anyOf").and_then(Value::as_array);
        let mut types = alternatives.into_iter().flatten().chain([property]);
        let reference = types.find_map(|kind| kind.get("$ref")?.as_str());
        let inner = reference.and_then(|to| schema.pointer(to.strip_prefix('#')?));
        if let Some(inner) = inner {
            let path = if path.is_empty() { field.clone() } else { format!("{path}.{field}") };
            collect(schema, inner, &path, found);
        }
        let of_each = ["additionalProperties", "items"].into_iter();
        for reference in of_each.filter_map(|key| property.get(key)?.get("$ref")?.as_str()) {
            let each = reference.strip_prefix('#').and_then(|to| schema.pointer(to));
            let fields = each.and_then(|each| each.get("properties")?.as_object());
            for field in fields.into_iter().flat_map(|fields| fields.keys()) {
                found.entry(field.clone()).or_default().insert(String::new());
            }
        }
    }
}

/// Says in which object each field belongs that stands alone in backticks, as a paragraph of Markdown; empty if there
/// is none. Code blocks show it already.
pub(crate) fn sentences(markdown: &str) -> String {
    let mut fields: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let prose = markdown.split("```").step_by(2);
    for code in prose.flat_map(|prose| prose.split('`').skip(1).step_by(2)) {
        let name = code.split(':').next().unwrap_or(code);
        if let Some((field, object)) = OBJECT_OF_FIELD.get_key_value(name) {
            fields.entry(object).or_default().insert(field);
        }
    }
    let sentences = fields.iter().map(|(object, fields)| {
        let names: Vec<String> = fields.iter().map(|field| format!("`{field}`")).collect();
        let verb = if names.len() == 1 { "belongs" } else { "belong" };
        format!("{} {verb} in `{object}`.", joined(&names))
    });
    sentences.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_that_stands_alone_is_placed() {
        let text = "Set `streamable_http_url`, `client_id` and `client_secret: \"REDACTED\"`; not `name`, `type`,\n\
            `oauth_config.scopes` or `inject`.\n```json\n{ `redirect_uris` }\n```\nThen `works_in_archestra`.";
        assert_eq!(
            sentences(text),
            "`works_in_archestra` belongs in `archestra_config`.\n\
             `client_id`, `client_secret` and `streamable_http_url` belong in `oauth_config`."
        );
        assert_eq!(sentences("`name` is the file's name."), "");
    }
}
