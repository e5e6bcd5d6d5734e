//! `${…}` in a text -> a template: what goes in, and without which answers the text is left out.

use std::collections::BTreeMap;

use crate::model::UserInput;
use crate::plan::{Argument, Composed, Folder, Part, Template, TokenField};

/// What the placeholders of a text may name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names<'a> {
    pub inputs: &'a BTreeMap<String, UserInput>,
    /// Whether the provider's answer goes in too: in injected files only.
    pub has_tokens: bool,
}

/// The input whose answers become one argument each, where its placeholder is the whole argument.
const SPREAD: &str = "allowed_directories";

pub(super) fn argument(text: &str, names: Names<'_>) -> Argument {
    let template = template(text, names);
    match &template {
        Template::Composed(Composed { parts, .. }) => match parts.as_slice() {
            [Part::Input { input }] if input == SPREAD => Argument::Each {
                each: input.clone(),
            },
            _ => Argument::One(template),
        },
        Template::Fixed(_) => Argument::One(template),
    }
}

pub(super) fn template(text: &str, names: Names<'_>) -> Template {
    let parts = parts(text, names);
    if parts.iter().all(|part| matches!(part, Part::Text(_))) {
        return Template::Fixed(text.to_owned());
    }
    let mut omit_without: Vec<String> = parts
        .iter()
        .filter_map(|part| match part {
            Part::Input { input } => Some(input),
            Part::Text(_) | Part::Token { .. } | Part::Folder { .. } | Part::Unresolved { .. } => {
                None
            }
        })
        .filter(|key| names.inputs.get(*key).is_some_and(may_be_unanswered))
        .cloned()
        .collect();
    omit_without.sort();
    omit_without.dedup();
    Template::Composed(Composed {
        parts,
        omit_without,
    })
}

/// Whether an input may have no answer: it is optional, and nothing stands in for the answer.
fn may_be_unanswered(input: &UserInput) -> bool {
    let has_default = input
        .default
        .as_ref()
        .is_some_and(|default| !default.is_null());
    input.required != Some(true) && !has_default
}

/// The text, cut at its placeholders; one that is never closed is text.
pub(super) fn parts(text: &str, names: Names<'_>) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, opened)) = rest.split_once("${") {
        let Some((name, after)) = opened.split_once('}') else {
            break;
        };
        if !before.is_empty() {
            parts.push(Part::Text(before.to_owned()));
        }
        parts.push(placeholder(name, names));
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest.to_owned()));
    }
    parts
}

fn placeholder(name: &str, names: Names<'_>) -> Part {
    let unresolved = || Part::Unresolved {
        unresolved: name.to_owned(),
    };
    if let Some(key) = name.strip_prefix("user_config.") {
        return match names.inputs.contains_key(key) {
            true => Part::Input {
                input: key.to_owned(),
            },
            false => unresolved(),
        };
    }
    let token = |token| match names.has_tokens {
        true => Part::Token { token },
        false => unresolved(),
    };
    let folder = |folder| Part::Folder { folder };
    match name {
        "access_token" => token(TokenField::AccessToken),
        "refresh_token" => token(TokenField::RefreshToken),
        "expires_in" => token(TokenField::ExpiresIn),
        "__dirname" => folder(Folder::Installation),
        "HOME" => folder(Folder::Home),
        "DESKTOP" => folder(Folder::Desktop),
        "DOCUMENTS" => folder(Folder::Documents),
        "DOWNLOADS" => folder(Folder::Downloads),
        "/" | "pathSeparator" => folder(Folder::Separator),
        _ => unresolved(),
    }
}
