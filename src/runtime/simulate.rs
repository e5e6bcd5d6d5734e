//! What the app would run for given answers: a launch spec with its templates filled in.
//!
//! Reads only the launch spec, which shows that it is complete. The result contains no secret: a token is
//! `<access_token>`, a sensitive answer with the key `api_key` is `<api_key>`.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Number, Value};

use crate::compile::plan::{
    Argument, Composed, Escape, HostPath, Input, InputType, InputValue, Part, Process,
    ServerLaunch, Template, TokenDelivery, TokenField, Transport,
};
use crate::source::Pointer;
use crate::text::secrets::credential::{is_worth_hiding, names_credential};
use crate::text::secrets::hardcoded::is_hardcoded;
use crate::text::secrets::literal_argument::literal_arguments;
use crate::text::secrets::redactor::Redactor;
use crate::text::suggest::Suggestions;

/// The user's answers, by key.
pub type Answers = serde_json::Map<String, Value>;

/// What the app would run or connect to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Simulation {
    pub transport: Transport,
    /// Null for a remote server, as is `command`.
    pub container: Option<SimulatedContainer>,
    /// Null if the image has its own command.
    pub command: Option<String>,
    pub arguments: Vec<String>,
    pub environment: BTreeMap<String, String>,
    /// The content of each file, by absolute path.
    pub files: BTreeMap<String, String>,
    /// Answers that are mounted as files, by absolute path.
    pub mounts: BTreeMap<String, String>,
    /// Sent with every HTTP request to the server.
    pub headers: BTreeMap<String, String>,
    /// What is left out because a value is missing.
    pub left_out: Vec<Gap>,
}

/// The container of a local server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SimulatedContainer {
    pub name: String,
    /// Null for the runtime's base image.
    pub image: Option<String>,
    pub options: Vec<String>,
    pub keep_stdin_open: bool,
    pub service_account: Option<String>,
}

/// A part of the launch spec that is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// A JSON Pointer into the launch spec.
    pub place: String,
    pub reason: String,
}

/// Why the app could not run the server with these answers. No text of it contains an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerProblem {
    /// The answer that is wrong or missing.
    pub key: Option<String>,
    /// Lower case, no full stop.
    pub message: String,
    /// What to do, as an imperative.
    pub help: Option<String>,
}

/// Fills in a launch spec.
///
/// # Errors
/// All problems of the answers; or else the missing value without which the server cannot run.
pub fn simulate(
    launch: &ServerLaunch,
    answers: &Answers,
) -> Result<Simulation, Vec<AnswerProblem>> {
    let problems = check_answers(&launch.inputs, answers);
    if !problems.is_empty() {
        return Err(problems);
    }
    let secrets: Vec<String> = answers
        .iter()
        .filter(|(key, _)| launch.inputs.get(*key).is_some_and(|input| input.sensitive))
        .flat_map(|(_, answer)| texts(answer))
        .chain(launch.process.iter().flat_map(written_secrets))
        .collect();
    let filling = Filling { inputs: &launch.inputs, answers, redactor: Redactor::new(&secrets) };
    let mut simulation = Simulation {
        transport: launch.transport.clone(),
        container: None,
        command: None,
        arguments: Vec::new(),
        environment: BTreeMap::new(),
        files: BTreeMap::new(),
        mounts: BTreeMap::new(),
        headers: BTreeMap::new(),
        left_out: Vec::new(),
    };
    if let Some(process) = &launch.process {
        filling.fill(process, &mut simulation)?;
    }
    let token = token_text(TokenField::AccessToken);
    for delivery in launch.oauth.iter().flat_map(|oauth| &oauth.delivery) {
        match delivery {
            TokenDelivery::Header { name, scheme } => {
                simulation.headers.insert(name.clone(), format!("{scheme} {token}"));
            }
            TokenDelivery::Env { name } => {
                simulation.environment.insert(name.clone(), token.to_owned());
            }
            // `fill` has put the token into the file's content.
            TokenDelivery::File { .. } => {}
        }
    }
    Ok(simulation)
}

/// Whether an answer is empty, like a form field left blank.
fn is_blank(answer: &Value) -> bool {
    match answer {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    }
}

fn check_answers(inputs: &BTreeMap<String, Input>, answers: &Answers) -> Vec<AnswerProblem> {
    let mut problems = Vec::new();
    let mut suggestions = Suggestions::among(inputs.keys().map(String::as_str));
    for key in answers.keys().filter(|key| !inputs.contains_key(*key)) {
        let nearest = suggestions.nearest(key);
        problems.push(AnswerProblem {
            key: Some(key.clone()),
            message: format!("the server has no input `{key}`"),
            help: nearest.map(|nearest| format!("did you mean `{nearest}`?")),
        });
    }
    for (key, input) in inputs {
        let problem = match answers.get(key).filter(|answer| !is_blank(answer)) {
            Some(answer) => misfit(input, answer)
                .map(|expected| (format!("the answer to `{key}` must be {expected}"), None)),
            None if input.required && !has_default(input) => {
                Some((format!("`{key}` is required, but has no answer"), Some(asking(key, input))))
            }
            None => None,
        };
        problems.extend(problem.map(|(message, help)| AnswerProblem {
            key: Some(key.clone()),
            message,
            help,
        }));
    }
    problems
}

/// Whether the input has a default. An empty text does not count.
fn has_default(input: &Input) -> bool {
    match &input.default {
        Some(InputValue::Text(text)) => !text.is_empty(),
        Some(InputValue::Several(items)) => !items.is_empty(),
        Some(InputValue::Boolean(_) | InputValue::Number(_) | InputValue::Composed(_)) => true,
        None => false,
    }
}

/// What to answer, from the input's title and description.
fn asking(key: &str, input: &Input) -> String {
    let Input { kind, title, description, .. } = input;
    let description = description.as_ref().map_or(String::new(), |text| format!(": {text}"));
    format!("add `{key}`, a {}, to the `--answers` file: {title}{description}", kind.name())
}

/// What was expected instead of this answer, if it does not fit.
fn misfit(input: &Input, answer: &Value) -> Option<String> {
    match answer {
        Value::Array(_) if !input.multiple => Some(format!("one {}", input.kind.name())),
        Value::Array(items) => items.iter().find_map(|item| misfit_of_one(input, item)),
        _ => misfit_of_one(input, answer),
    }
}

fn misfit_of_one(input: &Input, answer: &Value) -> Option<String> {
    match (input.kind, answer) {
        (InputType::String | InputType::Directory | InputType::File, Value::String(_))
        | (InputType::Boolean, Value::Bool(_)) => None,
        (InputType::Number, Value::Number(number)) => {
            let number = number.as_f64()?;
            let below = input.min.filter(|min| number < *min);
            let above = input.max.filter(|max| number > *max);
            let below = below.map(|min| format!("at least {min}"));
            below.or_else(|| above.map(|max| format!("at most {max}")))
        }
        (InputType::String, _) => Some("a string".to_owned()),
        (InputType::Number, _) => Some("a number".to_owned()),
        (InputType::Boolean, _) => Some("`true` or `false`".to_owned()),
        (InputType::Directory, _) => Some("the path of a folder".to_owned()),
        (InputType::File, _) => Some("the path of a file".to_owned()),
    }
}

/// The credentials that are written in the manifest itself.
fn written_secrets(process: &Process) -> Vec<String> {
    let variables = process.environment.iter();
    let variables = variables.filter_map(|(name, value)| match value {
        Template::Fixed(value) if names_credential(name) && is_hardcoded(value) => {
            Some(value.as_str())
        }
        _ => None,
    });
    let arguments = [&process.arguments, &process.container.options];
    let arguments = arguments.into_iter().flat_map(|arguments| {
        let texts = arguments.iter().map(|argument| match argument {
            Argument::One(Template::Fixed(text)) => text.as_str(),
            _ => "",
        });
        literal_arguments(&texts.collect::<Vec<_>>())
    });
    let secrets = variables.chain(arguments.map(|argument| argument.value));
    let secrets = secrets.filter(|value| is_worth_hiding(value));
    secrets.map(str::to_owned).collect()
}

/// Fills in the templates of one server.
struct Filling<'a> {
    inputs: &'a BTreeMap<String, Input>,
    answers: &'a Answers,
    /// Masks a sensitive answer that occurs elsewhere too.
    redactor: Redactor,
}

/// Why a template cannot be filled in.
type Missing = String;

impl Filling<'_> {
    fn fill(
        &self,
        process: &Process,
        simulation: &mut Simulation,
    ) -> Result<(), Vec<AnswerProblem>> {
        let left_out = &mut simulation.left_out;
        let root = Pointer::from("/process");
        if let Some(command) = &process.command {
            simulation.command = Some(self.needed("command", command)?);
        }
        let place = root.key("arguments");
        simulation.arguments = self.arguments(&process.arguments, &place, left_out);
        for (name, value) in &process.environment {
            match self.text(value, Escape::None) {
                Ok(text) => _ = simulation.environment.insert(name.clone(), text),
                Err(why) => left_out.push(gap(&root.key("environment").key(name), why)),
            }
        }
        let container = &process.container;
        let image = container.image.as_ref();
        let place = root.key("container").key("options");
        simulation.container = Some(SimulatedContainer {
            name: container.name.clone(),
            image: image.map(|image| self.needed("image", image)).transpose()?,
            options: self.arguments(&container.options, &place, left_out),
            keep_stdin_open: container.keep_stdin_open,
            service_account: container.service_account.clone(),
        });
        for (path, file) in &process.files {
            match self.text(&file.content, file.escape) {
                Ok(text) => _ = simulation.files.insert(path.clone(), text),
                Err(why) => left_out.push(gap(&root.key("files").key(path), why)),
            }
        }
        for (path, mount) in &process.mounts {
            match self.answer(&mount.input) {
                Some(texts) => _ = simulation.mounts.insert(path.clone(), texts.join(",")),
                None => left_out.push(gap(&root.key("mounts").key(path), no_answer(&mount.input))),
            }
        }
        Ok(())
    }

    /// Fills in a template that the server cannot run without.
    fn needed(&self, what: &str, template: &Template) -> Result<String, Vec<AnswerProblem>> {
        self.text(template, Escape::None).map_err(|why| {
            let message = format!("there is no {what} to run: {why}");
            vec![AnswerProblem { key: None, message, help: None }]
        })
    }

    fn arguments(
        &self,
        arguments: &[Argument],
        place: &Pointer,
        left_out: &mut Vec<Gap>,
    ) -> Vec<String> {
        let mut texts = Vec::new();
        for (index, argument) in arguments.iter().enumerate() {
            match argument {
                Argument::One(template) => match self.text(template, Escape::None) {
                    Ok(text) => texts.push(text),
                    Err(why) => left_out.push(gap(&place.index(index), why)),
                },
                Argument::Each { each } => match self.answer(each) {
                    Some(answers) => texts.extend(answers),
                    None => left_out.push(gap(&place.index(index), no_answer(each))),
                },
            }
        }
        texts
    }

    fn text(&self, template: &Template, escape: Escape) -> Result<String, Missing> {
        let text = match template {
            Template::Fixed(text) => text.clone(),
            Template::Composed(composed) => self.composed(composed, escape)?,
        };
        Ok(self.redactor.apply(&text).into_owned())
    }

    fn composed(&self, composed: &Composed, escape: Escape) -> Result<String, Missing> {
        let mut needed = composed.omit_without.iter();
        if let Some(key) = needed.find(|key| self.answer(key).is_none()) {
            return Err(no_answer(key));
        }
        let mut text = String::new();
        for part in &composed.parts {
            match part {
                Part::Text(part) => text.push_str(part),
                Part::Input { input } => {
                    let answer = self.answer(input).ok_or_else(|| no_answer(input))?;
                    text.push_str(&escaped(&answer.join(","), escape));
                }
                Part::Token { token } => text.push_str(token_text(*token)),
                Part::Folder { folder } => text.push_str(folder_text(*folder)),
                Part::Unresolved { unresolved } => {
                    return Err(format!("nothing fills in the placeholder `{unresolved}`"));
                }
            }
        }
        Ok(text)
    }

    /// The answer to an input, or its default, as texts; a sensitive one is replaced by its key.
    fn answer(&self, key: &str) -> Option<Vec<String>> {
        let input = self.inputs.get(key)?;
        let given = self.answers.get(key).filter(|answer| !is_blank(answer));
        let answer = match given {
            Some(answer) => texts(answer),
            None => self.default(input.default.as_ref()?)?,
        };
        Some(if input.sensitive {
            vec![format!("<{key}>"); answer.len()]
        } else {
            answer.iter().map(|text| self.redactor.apply(text).into_owned()).collect()
        })
    }

    fn default(&self, default: &InputValue) -> Option<Vec<String>> {
        let text = match default {
            InputValue::Boolean(value) => value.to_string(),
            InputValue::Number(number) => number_text(number),
            InputValue::Text(text) => text.clone(),
            InputValue::Composed(composed) => self.composed(composed, Escape::None).ok()?,
            InputValue::Several(items) => {
                let items: Option<Vec<_>> = items.iter().map(|item| self.default(item)).collect();
                return items.map(|items| items.concat());
            }
        };
        Some(vec![text])
    }
}

fn gap(place: &Pointer, reason: Missing) -> Gap {
    Gap { place: place.as_str().to_owned(), reason }
}

fn no_answer(key: &str) -> Missing {
    format!("`{key}` has no answer")
}

/// An answer as the app writes it, with a list item by item.
fn texts(answer: &Value) -> Vec<String> {
    match answer {
        Value::Null | Value::Object(_) => Vec::new(),
        Value::Bool(value) => vec![value.to_string()],
        Value::Number(number) => vec![number_text(number)],
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
    }
}

/// A number as the app, which is JavaScript, writes it: `1.0` is `1`, and only a very large or small one has an exponent.
pub(crate) fn number_text(number: &Number) -> String {
    let Some(value) = number.as_f64() else {
        return number.to_string();
    };
    if value == 0.0 {
        return "0".to_owned();
    }
    match value.abs() {
        1e-6..1e21 => value.to_string(),
        size => {
            let sign = if size < 1.0 { "e" } else { "e+" };
            format!("{value:e}").replacen('e', sign, 1)
        }
    }
}

/// Escapes text for inside a JSON string, if the file is JSON.
fn escaped(text: &str, escape: Escape) -> String {
    match escape {
        Escape::None => text.to_owned(),
        Escape::Json => {
            let quoted = Value::from(text).to_string();
            let inside = quoted.get(1..quoted.len().saturating_sub(1));
            inside.unwrap_or_default().to_owned()
        }
    }
}

fn token_text(token: TokenField) -> &'static str {
    match token {
        TokenField::AccessToken => "<access_token>",
        TokenField::RefreshToken => "<refresh_token>",
        TokenField::ExpiresIn => "<expires_in>",
    }
}

fn folder_text(folder: HostPath) -> &'static str {
    match folder {
        HostPath::Installation => "<installation>",
        HostPath::Home => "<home>",
        HostPath::Desktop => "<desktop>",
        HostPath::Documents => "<documents>",
        HostPath::Downloads => "<downloads>",
        HostPath::Separator => std::path::MAIN_SEPARATOR_STR,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_javascript_writes_them() {
        let cases = [
            ("8080", "8080"),
            ("8080.0", "8080"),
            ("-0.0", "0"),
            ("0.7", "0.7"),
            ("0.000001", "0.000001"),
            ("1e-7", "1e-7"),
            ("-1.5e-9", "-1.5e-9"),
            ("100000000000000000000", "100000000000000000000"),
            ("1e21", "1e+21"),
            ("9007199254740993", "9007199254740992"),
        ];
        for (json, text) in cases {
            assert_eq!(number_text(&serde_json::from_str(json).unwrap()), text);
        }
    }
}
