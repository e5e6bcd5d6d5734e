//! What runs on the user's machine: command, environment, container, files.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::compile::plan::{
    Argument, Container, Escape, InjectedFile, Input, Part, Process, SecretMount, Template,
};
use crate::manifest::model::Manifest;
use crate::source::Pointer;

use super::arguments::{arguments, arguments_of_command, option};
use super::docker::{DockerRun, docker_run};
use super::template::{Names, input_keys, parts, template};
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

/// The container name that the current app uses, so that both find the same container.
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

/// Whether a content is JSON apart from its placeholders. A digit can replace any of them, in a string or bare.
fn is_json(content: &str, names: Names<'_>) -> bool {
    let filled: String = parts(content, names)
        .into_iter()
        .map(|part| if let Part::Text(text) = part { text } else { "0".to_owned() })
        .collect();
    matches!(serde_json::from_str(&filled), Ok(Value::Object(_) | Value::Array(_)))
}

/// Records where each answer goes, in the order of the launch spec.
pub(super) fn record_uses(process: &Process, inputs: &mut BTreeMap<String, Input>) {
    let Process { command, arguments, environment, container, files, mounts } = process;
    let root = Pointer::from("/process");
    let in_container = root.key("container");
    let command = command.iter().map(|command| (root.key("command"), keys(command)));
    let arguments = keys_of_arguments(arguments, root.key("arguments"));
    let environment =
        environment.iter().map(|(name, value)| (root.key("environment").key(name), keys(value)));
    let image = container.image.iter().map(|image| (in_container.key("image"), keys(image)));
    let options = keys_of_arguments(&container.options, in_container.key("options"));
    let files = files.iter().map(|(path, file)| (root.key("files").key(path), keys(&file.content)));
    let mounts = mounts
        .iter()
        .map(|(path, mount)| (root.key("mounts").key(path), BTreeSet::from([&mount.input])));
    let uses = command.chain(arguments).chain(environment).chain(image).chain(options);
    for (pointer, keys) in uses.chain(files).chain(mounts) {
        for key in keys {
            if let Some(input) = inputs.get_mut(key) {
                input.used_in.push(pointer.as_str().to_owned());
            }
        }
    }
}

fn keys(template: &Template) -> BTreeSet<&String> {
    match template {
        Template::Fixed(_) => BTreeSet::new(),
        Template::Composed(composed) => input_keys(&composed.parts),
    }
}

fn keys_of_arguments(
    arguments: &[Argument],
    list: Pointer,
) -> impl Iterator<Item = (Pointer, BTreeSet<&String>)> {
    arguments.iter().enumerate().map(move |(index, argument)| {
        let keys = match argument {
            Argument::One(template) => keys(template),
            Argument::Each { each } => BTreeSet::from([each]),
        };
        (list.index(index), keys)
    })
}
