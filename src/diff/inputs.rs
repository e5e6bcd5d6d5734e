//! What is asked of the user, and what is done with the user before the server works.

use crate::compile::Parts;
use crate::compile::plan::{Input, InputValue};

use super::launch::part_text;
use super::{Changes, Kind, Words};

pub(super) fn compare(was: &Parts, is: &Parts, changes: &mut Changes) {
    for (key, input) in &is.inputs {
        match was.inputs.get(key) {
            None => added(key, input, changes),
            Some(before) => changed(key, before, input, changes),
        }
    }
    let removed = was
        .inputs
        .keys()
        .filter(|key| !is.inputs.contains_key(*key));
    for key in removed {
        changes.push(
            Kind::InputRemoved,
            Words::new("the user is no longer asked for ").value(key),
        );
    }
    if was.browser_login != is.browser_login {
        let words = match &is.browser_login {
            Some(login) => Words::new("the user logs in in a window of the app, at ")
                .values(login.provider.iter())
                .text(if login.required { ", and has to" } else { "" }),
            None => Words::new("the user no longer logs in in a window of the app"),
        };
        changes.push(Kind::BrowserLoginChanged, words);
    }
    if was.setup != is.setup {
        let steps = is.setup.iter().map(|step| step.kind.as_str());
        let words = if is.setup.is_empty() {
            Words::new("there is no set-up any more")
        } else {
            Words::new("the set-up is now ").values(steps)
        };
        changes.push(Kind::SetupChanged, words);
    }
}

fn added(key: &str, input: &Input, changes: &mut Changes) {
    let (kind, start) = if input.required && input.default.is_none() {
        (Kind::RequiredInputAdded, "the user has to answer ")
    } else {
        (Kind::OptionalInputAdded, "the user may answer ")
    };
    let words = Words::new(start)
        .value(key)
        .text(" (")
        .text(input.kind.name())
        .text(if input.sensitive {
            ", kept secret): "
        } else {
            "): "
        })
        .value(&input.title);
    changes.push(kind, words);
}

fn changed(key: &str, was: &Input, is: &Input, changes: &mut Changes) {
    let must_answer = |input: &Input| input.required && input.default.is_none();
    let about = |text: &'static str| Words::new("the answer to ").value(key).text(text);
    match (must_answer(was), must_answer(is)) {
        (false, true) => changes.push(
            Kind::InputRequired,
            about(" could be left open, and now has to be given"),
        ),
        (true, false) => changes.push(
            Kind::InputOptional,
            about(" had to be given, and can now be left open"),
        ),
        (true, true) | (false, false) => {}
    }
    match (was.sensitive, is.sensitive) {
        (true, false) => {
            changes.push(
                Kind::SensitiveDropped,
                about(" is no longer kept secret: it is shown, and may be logged"),
            );
        }
        (false, true) => changes.push(Kind::SensitiveSet, about(" is kept secret now")),
        (true, true) | (false, false) => {}
    }
    if was.kind != is.kind || was.multiple != is.multiple {
        let several = |input: &Input| {
            if input.multiple {
                "several answers of the type "
            } else {
                "one answer of the type "
            }
        };
        changes.push(
            Kind::InputTypeChanged,
            Words::new("for ")
                .value(key)
                .text(" it takes ")
                .text(several(is))
                .text(is.kind.name())
                .text(", no longer ")
                .text(several(was))
                .text(was.kind.name()),
        );
    }
    if was.default != is.default {
        let words = match &is.default {
            None => about(" has no default any more"),
            Some(_) if is.sensitive || was.sensitive => about(" has another default"),
            Some(default) => about(" is by default ").value(value_text(default)),
        };
        changes.push(Kind::InputDefaultChanged, words);
    }
    if (was.min, was.max) != (is.min, is.max) {
        changes.push(Kind::InputDefaultChanged, about(" has other bounds"));
    }
    if was.title != is.title {
        changes.push(
            Kind::InputTextChanged,
            about(" is asked for as ").value(&is.title),
        );
    }
    if was.description != is.description {
        let words = match &is.description {
            Some(description) => about(" is asked for with the words ").value(description),
            None => about(" is asked for without a description"),
        };
        changes.push(Kind::InputTextChanged, words);
    }
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
