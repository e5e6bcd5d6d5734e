//! `user_config`: what the user is asked for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What kind of answer is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum InputType {
    /// Any text.
    #[default]
    String,
    /// A number, between `min` and `max` where they are given.
    Number,
    /// Yes or no.
    Boolean,
    /// A folder on the user's machine.
    Directory,
    /// A file on the user's machine.
    File,
}

impl InputType {
    /// The word of the manifest.
    pub fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Directory => "directory",
            Self::File => "file",
        }
    }
}

/// One thing that the user is asked for.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct UserInput {
    /// What kind of answer; by default a string.
    #[serde(rename = "type")]
    pub kind: Option<InputType>,
    /// The label of the field.
    pub title: Option<String>,
    /// What the answer is for, and where to find it.
    pub description: Option<String>,
    /// Whether the server cannot run without it.
    pub required: Option<bool>,
    /// What is used when the user gives no answer: a string, a number or a boolean, or with `multiple` a list of them.
    // `null` is a default too, so it must not become `None`.
    #[serde(default, deserialize_with = "given")]
    #[schemars(extend("type" = ["string", "number", "boolean", "array", "null"], "items" = {"type": ["string", "number", "boolean"]}))]
    pub default: Option<Value>,
    /// Whether several answers may be given.
    pub multiple: Option<bool>,
    /// Whether the answer is a secret: masked on the screen, kept out of logs.
    pub sensitive: Option<bool>,
    /// Whether the answer is passed to the server as a file in its container.
    pub mounted: Option<bool>,
    /// The minimum, for a number.
    pub min: Option<f64>,
    /// The maximum, for a number.
    pub max: Option<f64>,
}

fn given<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}
