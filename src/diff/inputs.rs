//! What the user is asked for, and the setup that precedes the first run.

use crate::compile::Parts;
use crate::compile::plan::{Input, InputValue};

use super::launch::part_text;
use super::{ChangeList, Kind, Piece, Sentence, sentence};

pub(super) fn compare(was: &Parts, is: &Parts, changes: &mut ChangeList) {
    for (key, input) in &is.inputs {
        match was.inputs.get(key) {
            None => added(key, input, changes),
            Some(before) => changed(key, before, input, changes),
        }
    }
    let removed = was.inputs.keys();
    for key in removed.filter(|key| !is.inputs.contains_key(*key)) {
        let sentence = sentence!("the user is no longer asked for {}", key);
        changes.push(Kind::InputRemoved, sentence);
    }
    if was.browser_login != is.browser_login {
        let sentence = match &is.browser_login {
            Some(login) => sentence!(
                "the user logs in through a window of the app, at {}{}",
                login.provider.as_ref(),
                Piece::Text(if login.required { ", and must" } else { "" })
            ),
            None => sentence!("the user no longer logs in through a window of the app"),
        };
        changes.push(Kind::BrowserLoginChanged, sentence);
    }
    if was.setup != is.setup {
        let steps: Vec<&str> = is.setup.iter().map(|step| step.kind.as_str()).collect();
        let sentence = if steps.is_empty() {
            sentence!("the setup steps are removed")
        } else {
            sentence!("the setup steps are now {}", steps)
        };
        changes.push(Kind::SetupChanged, sentence);
    }
}

/// Whether the server cannot run until the user answers.
fn must_be_answered(input: &Input) -> bool {
    input.required && input.default.is_none()
}

fn added(key: &str, input: &Input, changes: &mut ChangeList) {
    let (kind, template) = if must_be_answered(input) {
        (Kind::RequiredInputAdded, "the user must answer {} ({}{}): {}")
    } else {
        (Kind::OptionalInputAdded, "the user may answer {} ({}{}): {}")
    };
    let secret = Piece::Text(if input.sensitive { ", kept secret" } else { "" });
    let input_type = Piece::Text(input.kind.name());
    changes.push(kind, sentence!(template, key, input_type, secret, &input.title));
}

fn changed(key: &str, was: &Input, is: &Input, changes: &mut ChangeList) {
    let mut about = |kind, template| changes.push(kind, sentence!(template, key));
    match (must_be_answered(was), must_be_answered(is)) {
        (false, true) => {
            about(Kind::InputRequired, "the answer to {} was optional and is now required");
        }
        (true, false) => {
            about(Kind::InputOptional, "the answer to {} was required and is now optional");
        }
        (true, true) | (false, false) => {}
    }
    match (was.sensitive, is.sensitive) {
        (true, false) => about(
            Kind::SensitiveDropped,
            "the answer to {} is no longer kept secret: it is shown, and may be logged",
        ),
        (false, true) => about(Kind::SensitiveSet, "the answer to {} is now kept secret"),
        (true, true) | (false, false) => {}
    }
    if (was.kind, was.multiple) != (is.kind, is.multiple) {
        let sentence =
            sentence!("{} now accepts {}, no longer {}", key, accepted(is), accepted(was));
        changes.push(Kind::InputTypeChanged, sentence);
    }
    if was.default != is.default {
        let sentence = match &is.default {
            None => sentence!("the answer to {} no longer has a default", key),
            Some(_) if is.sensitive || was.sensitive => {
                sentence!("the default answer to {} changes", key)
            }
            Some(default) => {
                sentence!("the default answer to {} is now {}", key, value_text(default))
            }
        };
        changes.push(Kind::InputDefaultChanged, sentence);
    }
    if (was.min, was.max) != (is.min, is.max) {
        let sentence = sentence!("the bounds of the answer to {} change", key);
        changes.push(Kind::InputDefaultChanged, sentence);
    }
    if was.title != is.title {
        let sentence = sentence!("the title of {} is now {}", key, &is.title);
        changes.push(Kind::InputTextChanged, sentence);
    }
    if was.description != is.description {
        let sentence = match &is.description {
            Some(text) => sentence!("the description of {} is now {}", key, text),
            None => sentence!("the description of {} is removed", key),
        };
        changes.push(Kind::InputTextChanged, sentence);
    }
}

/// The answers that an input accepts.
fn accepted(input: &Input) -> Sentence {
    let template =
        if input.multiple { "several answers of the type {}" } else { "one answer of the type {}" };
    sentence!(template, Piece::Text(input.kind.name()))
}

fn value_text(value: &InputValue) -> String {
    match value {
        InputValue::Boolean(value) => value.to_string(),
        InputValue::Number(value) => value.to_string(),
        InputValue::Text(text) => text.clone(),
        InputValue::Several(values) => {
            let values: Vec<String> = values.iter().map(value_text).collect();
            values.join(", ")
        }
        InputValue::Composed(composed) => composed.parts.iter().map(part_text).collect(),
    }
}
