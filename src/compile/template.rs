//! Text with `${…}` -> template: its parts, and the answers without which it is left out.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde_json::Value;

use crate::compile::plan::{Argument, Composed, HostPath, InputValue, Part, Template, TokenField};
use crate::manifest::model::{Manifest, UserInput};
use crate::text::placeholder::{PlaceholderKind, placeholders};

/// What the placeholders of a text may refer to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names<'a> {
    pub(crate) inputs: &'a BTreeMap<String, UserInput>,
    /// Whether they may refer to tokens: in injected files only.
    pub(crate) has_tokens: bool,
    /// Whether a shell reads the text: then other placeholders are shell variables.
    pub(crate) is_shell_text: bool,
}

impl<'a> Names<'a> {
    pub(super) fn of(manifest: &'a Manifest) -> Self {
        static NONE: BTreeMap<String, UserInput> = BTreeMap::new();
        Self {
            inputs: manifest.user_config.as_ref().unwrap_or(&NONE),
            has_tokens: false,
            is_shell_text: false,
        }
    }

    pub(super) fn in_shell(self) -> Self {
        Self { is_shell_text: true, ..self }
    }

    /// For a file that is written after the login.
    pub(super) fn with_tokens(self) -> Self {
        Self { has_tokens: true, ..self }
    }
}

/// The input whose answers become one argument each if its placeholder is the whole argument.
const SPREAD: &str = "allowed_directories";

pub(super) fn argument(text: &str, names: Names<'_>) -> Argument {
    let template = template(text, names);
    if let Template::Composed(Composed { parts, .. }) = &template
        && let [Part::Input { input }] = parts.as_slice()
        && input == SPREAD
    {
        return Argument::Each { each: input.clone() };
    }
    Argument::One(template)
}

pub(super) fn template(text: &str, names: Names<'_>) -> Template {
    let parts = parts(text, names);
    if parts.iter().all(|part| matches!(part, Part::Text(_))) {
        return Template::Fixed(text.to_owned());
    }
    let omit_without = input_keys(&parts).into_iter().filter(|key| {
        let input = names.inputs.get(*key);
        input.is_some_and(|input| may_be_unanswered(input, names))
    });
    let omit_without = omit_without.cloned().collect();
    Template::Composed(Composed { parts, omit_without })
}

/// The inputs that go into a text, sorted, each once.
pub(super) fn input_keys(parts: &[Part]) -> BTreeSet<&String> {
    let keys = parts.iter().filter_map(|part| match part {
        Part::Input { input } => Some(input),
        Part::Text(_) | Part::Token { .. } | Part::Folder { .. } | Part::Unresolved { .. } => None,
    });
    keys.collect()
}

/// Whether an input may have no answer: it is optional, and has no default that always applies.
pub(super) fn may_be_unanswered(input: &UserInput, names: Names<'_>) -> bool {
    let is_optional = input.required != Some(true);
    is_optional
        && match default_value(input, names) {
            Some(InputValue::Composed(default)) => !default.omit_without.is_empty(),
            Some(_) => false,
            None => true,
        }
}

/// The default of an input; `null` in the manifest means none.
pub(super) fn default_value(input: &UserInput, names: Names<'_>) -> Option<InputValue> {
    input_value(input.default.as_ref()?, names)
}

fn input_value(value: &Value, names: Names<'_>) -> Option<InputValue> {
    match value {
        Value::Null | Value::Object(_) => None,
        Value::Bool(value) => Some(InputValue::Boolean(*value)),
        Value::Number(value) => Some(InputValue::Number(value.clone())),
        Value::String(value) => default_text(value, names),
        Value::Array(items) => Some(InputValue::Several(
            items.iter().filter_map(|item| input_value(item, names)).collect(),
        )),
    }
}

/// A default that is text. One that cannot be filled in is dropped, since its placeholder must not reach a process.
fn default_text(text: &str, names: Names<'_>) -> Option<InputValue> {
    let is_settled = |part: &Part| match part {
        Part::Text(_) | Part::Folder { .. } | Part::Token { .. } => true,
        // Defaults that refer to each other could be circular.
        Part::Input { input } => !names.inputs.get(input).is_some_and(refers_to_inputs),
        Part::Unresolved { .. } => false,
    };
    if !parts(text, names).iter().all(is_settled) {
        return None;
    }
    match template(text, names) {
        Template::Fixed(text) => Some(InputValue::Text(text)),
        Template::Composed(composed) => Some(InputValue::Composed(composed)),
    }
}

fn refers_to_inputs(input: &UserInput) -> bool {
    let default = input.default.as_ref();
    default.is_some_and(|default| default.to_string().contains("${user_config."))
}

/// Splits a text at its placeholders as the app does. An unclosed placeholder is text; one with another inside is a
/// single part, since nothing fills in the whole.
pub(super) fn parts(text: &str, names: Names<'_>) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut done = 0;
    let mut outer = None;
    for found in placeholders(text) {
        let is_answer =
            matches!(found.kind, PlaceholderKind::UserConfig(_) | PlaceholderKind::Expression(_));
        if names.is_shell_text && !is_answer {
            continue;
        }
        let start = outer.unwrap_or(found.range.start);
        let written = text.get(start..found.range.end).unwrap_or_default();
        let name = written.strip_prefix("${");
        let Some(name) = name.and_then(|name| name.strip_suffix('}')) else {
            outer = Some(start);
            continue;
        };
        outer = None;
        parts.extend(literal(text, done..start));
        parts.push(placeholder(name, names));
        done = found.range.end;
    }
    parts.extend(literal(text, done..text.len()));
    parts
}

fn literal(text: &str, range: Range<usize>) -> Option<Part> {
    let text = text.get(range).filter(|text| !text.is_empty())?;
    Some(Part::Text(text.to_owned()))
}

fn placeholder(name: &str, names: Names<'_>) -> Part {
    let unresolved = || Part::Unresolved { unresolved: name.to_owned() };
    if let Some(key) = name.strip_prefix("user_config.") {
        return if names.inputs.contains_key(key) {
            Part::Input { input: key.to_owned() }
        } else {
            unresolved()
        };
    }
    let token = |token| {
        if names.has_tokens { Part::Token { token } } else { unresolved() }
    };
    let folder = |folder| Part::Folder { folder };
    match name {
        "access_token" => token(TokenField::AccessToken),
        "refresh_token" => token(TokenField::RefreshToken),
        "expires_in" => token(TokenField::ExpiresIn),
        "__dirname" => folder(HostPath::Installation),
        "HOME" => folder(HostPath::Home),
        "DESKTOP" => folder(HostPath::Desktop),
        "DOCUMENTS" => folder(HostPath::Documents),
        "DOWNLOADS" => folder(HostPath::Downloads),
        "/" | "pathSeparator" => folder(HostPath::Separator),
        _ => unresolved(),
    }
}
