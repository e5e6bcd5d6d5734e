//! What is run on the user's machine: command, environment, container, files.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::compile::plan::{
    Argument, Composed, Container, Escape, InjectedFile, Input, Part, Process, SecretMount,
    Template,
};
use crate::manifest::model::Manifest;
use crate::source::Pointer;

use super::arguments::{arguments, arguments_of_command, option};
use super::docker::{DockerRun, docker_run};
use super::template::{Names, parts, template};
use super::{Checked, grammar};

pub(super) fn process(manifest: &Manifest) -> Checked<Process> {
    let server = &manifest.server;
    let names = Names::of(manifest);

    let command = server.command.as_deref().unwrap_or_default();
    let arguments = server.args.as_deref().unwrap_or_default();
    let docker_image = server.docker_image.as_deref();
    let run = docker_run(command, arguments, docker_image);
    let arguments = match &run {
        Some(run) => self::arguments(run.entrypoint.unwrap_or_default(), run.arguments, names),
        None => arguments_of_command(command, arguments, names),
    };
    let DockerRun { image, entrypoint, environment: of_run, options, .. } =
        run.unwrap_or(DockerRun {
            image: docker_image.unwrap_or_default(),
            entrypoint: Some(command),
            ..DockerRun::default()
        });

    let mut environment = BTreeMap::new();
    let of_manifest = server.env.iter().flatten();
    let of_manifest = of_manifest.map(|(name, value)| (name.as_str(), value.as_str()));
    for (name, value) in of_manifest.chain(of_run) {
        grammar::env_name("server.env", name)?;
        environment.insert(name.to_owned(), template(value, names));
    }
    let files = server.inject_file.iter().flatten();
    let mounted = names.inputs.iter().filter(|(_, input)| input.mounted == Some(true));
    Ok(Process {
        command: entrypoint
            .filter(|command| !command.is_empty())
            .map(|command| template(command, names)),
        arguments,
        environment,
        container: Container {
            name: container_name(&manifest.name),
            image: (!image.is_empty()).then(|| template(image, names)),
            options: options.iter().flat_map(|words| option(words, names)).collect(),
            keep_stdin_open: true,
            service_account: server.service_account.clone(),
        },
        files: files.map(|(path, content)| (path.clone(), injected_file(content, names))).collect(),
        mounts: mounted
            .map(|(key, _)| {
                let input = key.clone();
                (format!("/secrets/{key}"), SecretMount { input })
            })
            .collect(),
    })
}

/// What today's app calls the container, so that both find the same one.
fn container_name(id: &str) -> String {
    let id = id.to_lowercase().replace(' ', "-");
    format!("archestra-ai-{id}-mcp-server")
}

fn injected_file(content: &str, names: Names<'_>) -> InjectedFile {
    let names = names.with_tokens();
    InjectedFile {
        content: template(content, names),
        escape: if is_json(content, names) { Escape::Json } else { Escape::None },
    }
}

/// Whether a content is JSON around its placeholders. A digit can stand for any of them: inside a string and bare.
fn is_json(content: &str, names: Names<'_>) -> bool {
    let filled: String = parts(content, names)
        .into_iter()
        .map(|part| match part {
            Part::Text(text) => text,
            Part::Input { .. }
            | Part::Token { .. }
            | Part::Folder { .. }
            | Part::Unresolved { .. } => "0".to_owned(),
        })
        .collect();
    matches!(serde_json::from_str(&filled), Ok(Value::Object(_) | Value::Array(_)))
}

/// Writes down where each answer goes, in the order of the launch spec.
pub(super) fn note_uses(process: &Process, inputs: &mut BTreeMap<String, Input>) {
    let mut note = |keys: Vec<&String>, pointer: Pointer| {
        for key in keys {
            if let Some(input) = inputs.get_mut(key) {
                input.used_in.push(pointer.as_str().to_owned());
            }
        }
    };
    let root = Pointer::from("/process");
    if let Some(command) = &process.command {
        note(keys(command), root.key("command"));
    }
    for (index, argument) in process.arguments.iter().enumerate() {
        note(keys_of_argument(argument), root.key("arguments").index(index));
    }
    for (name, value) in &process.environment {
        note(keys(value), root.key("environment").key(name));
    }
    let container = root.key("container");
    if let Some(image) = &process.container.image {
        note(keys(image), container.key("image"));
    }
    for (index, option) in process.container.options.iter().enumerate() {
        note(keys_of_argument(option), container.key("options").index(index));
    }
    for (path, file) in &process.files {
        note(keys(&file.content), root.key("files").key(path));
    }
    for (path, mount) in &process.mounts {
        note(vec![&mount.input], root.key("mounts").key(path));
    }
}

/// The inputs that go into a text, each once.
fn keys(template: &Template) -> Vec<&String> {
    let Template::Composed(Composed { parts, .. }) = template else {
        return Vec::new();
    };
    let mut keys: Vec<&String> = parts
        .iter()
        .filter_map(|part| match part {
            Part::Input { input } => Some(input),
            Part::Text(_) | Part::Token { .. } | Part::Folder { .. } | Part::Unresolved { .. } => {
                None
            }
        })
        .collect();
    keys.sort();
    keys.dedup();
    keys
}

fn keys_of_argument(argument: &Argument) -> Vec<&String> {
    match argument {
        Argument::One(template) => keys(template),
        Argument::Each { each } => vec![each],
    }
}
