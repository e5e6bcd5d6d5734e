//! What runs on the user's machine, or where the server is.

use std::collections::{BTreeMap, BTreeSet};

use crate::compile::plan::{
    Argument, Composed, Folder, Part, Process, Template, TokenField, Transport,
};
use crate::manifest::model::Manifest;
use crate::text::launch_line::{Power, container_run, package_run};
use crate::text::pin::{image_name, is_pinned_image, is_pinned_package, package_name};

use super::login::host_of;
use super::{Changes, Compiled, Kind, Server, Words, missing};

/// Variables that make a program load other code, fetch it from elsewhere, or trust and reach others by it, in any case.
const LOADERS: [&str; 41] = [
    "ALL_PROXY",
    "BASH_ENV",
    "BUN_CONFIG_REGISTRY",
    "CLASSPATH",
    "CURL_CA_BUNDLE",
    "DOCKER_HOST",
    "DYLD_INSERT_LIBRARIES",
    "DYLD_LIBRARY_PATH",
    "ENV",
    "GIT_SSH",
    "GIT_SSH_COMMAND",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "JAVA_TOOL_OPTIONS",
    "JDK_JAVA_OPTIONS",
    "LD_AUDIT",
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
    "NODE_EXTRA_CA_CERTS",
    "NODE_OPTIONS",
    "NODE_PATH",
    "NODE_TLS_REJECT_UNAUTHORIZED",
    "NPM_CONFIG_REGISTRY",
    "PATH",
    "PERL5LIB",
    "PERL5OPT",
    "PIP_EXTRA_INDEX_URL",
    "PIP_INDEX_URL",
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "REQUESTS_CA_BUNDLE",
    "RUBYLIB",
    "RUBYOPT",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "UV_DEFAULT_INDEX",
    "UV_EXTRA_INDEX_URL",
    "UV_INDEX",
    "UV_INDEX_URL",
    "_JAVA_OPTIONS",
];

pub(super) fn compare(new: &Server, before: &Compiled, after: &Compiled, changes: &mut Changes) {
    if let (Ok(was), Ok(is)) = (&before.parts.transport, &after.parts.transport) {
        transport(was, is, changes);
    }
    let (Ok(was), Ok(is)) = (&before.parts.process, &after.parts.process) else {
        return;
    };
    let Some(is) = is else {
        return;
    };
    dangers(
        was.as_ref().map(|was| (was, &before.manifest)),
        is,
        new,
        changes,
    );
    let Some(was) = was else {
        return;
    };
    let programs = [before, after].map(|compiled| Program::of(&compiled.manifest));
    program(was, is, &programs, changes);
    environment(&was.environment, &is.environment, changes);
    let options = |process: &Process| {
        let container = &process.container;
        let options = container.options.iter().map(argument_text);
        options
            .chain(container.service_account.clone())
            .collect::<Vec<String>>()
    };
    let [old, new] = [was, is].map(options);
    if old != new {
        changes.push(
            Kind::ContainerOptionsChanged,
            Words::new("the options of the container change: ").words(list(&new, &old)),
        );
    }
    files(was, is, changes);
    let paths = |process: &Process| process.mounts.keys().cloned().collect::<Vec<_>>();
    let [old, new] = [was, is].map(paths);
    if old != new {
        changes.push(
            Kind::MountChanged,
            Words::new("answers that are handed over as files: ").words(list(&new, &old)),
        );
    }
}

/// What runs, where anything does and can be compiled.
pub(super) fn process_of(compiled: &Compiled) -> Option<&Process> {
    compiled.parts.process.as_ref().ok()?.as_ref()
}

fn transport(was: &Transport, is: &Transport, changes: &mut Changes) {
    match (was, is) {
        _ if was == is => {}
        (Transport::Remote { url: old }, Transport::Remote { url: new }) => {
            let kind = if host_of(old) == host_of(new) {
                Kind::RemoteUrlChanged
            } else {
                Kind::RemoteHostChanged
            };
            changes.push(
                kind,
                Words::new("the server moves from ")
                    .value(old)
                    .text(" to ")
                    .value(new),
            );
        }
        (Transport::StreamableHttp { .. }, Transport::StreamableHttp { port, path }) => {
            changes.push(
                Kind::HttpEndpointChanged,
                Words::new("the container is spoken to at port ")
                    .value(port.to_string())
                    .text(" and ")
                    .value(path),
            );
        }
        (_, _) => changes.push(
            Kind::TransportChanged,
            Words::new("the server was spoken to ")
                .words(transport_words(was))
                .text(", and now ")
                .words(transport_words(is)),
        ),
    }
}

/// How a server is spoken to, in words.
pub(super) fn transport_words(transport: &Transport) -> Words {
    match transport {
        Transport::Stdio => Words::new("through its standard input and output"),
        Transport::StreamableHttp { port, path } => Words::new("by HTTP at port ")
            .value(port.to_string())
            .text(" of its container, ")
            .value(path),
        Transport::Remote { url } => Words::new("by HTTP at ").value(url),
    }
}

/// The package or image that is run, if the command line names one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Program<'a> {
    /// As it is written.
    pub(crate) text: &'a str,
    /// Without its version.
    pub(crate) name: &'a str,
    pub(crate) is_pinned: bool,
    /// Its place in the arguments; nothing for an image of its own field.
    at: Option<usize>,
}

impl<'a> Program<'a> {
    /// Whether it is an image, and no package.
    pub(super) fn is_image(&self) -> bool {
        self.at.is_none()
    }

    pub(super) fn of(manifest: &'a Manifest) -> Option<Self> {
        let server = &manifest.server;
        let command = server.command.as_deref().unwrap_or_default();
        let arguments = server.args.as_deref().unwrap_or_default();
        if let Some(run) = package_run(command, arguments) {
            let package = run.package?;
            return Some(Self {
                text: package.text,
                name: package_name(run.runner, package.text),
                is_pinned: is_pinned_package(run.runner, package.text),
                at: Some(package.at),
            });
        }
        let docker_image = server.docker_image.as_deref();
        let run = container_run(command, arguments, docker_image);
        let image = run.and_then(|run| run.image);
        let text = image.map(|image| image.text).or(docker_image)?;
        Some(Self {
            text,
            name: image_name(text),
            is_pinned: is_pinned_image(text),
            at: None,
        })
    }
}

fn program(
    was: &Process,
    is: &Process,
    programs: &[Option<Program<'_>>; 2],
    changes: &mut Changes,
) {
    let command = |process: &Process| process.command.as_ref().map(text);
    let image = |process: &Process| process.container.image.as_ref().map(text);
    let name_of_image =
        |process: &Process| image(process).map(|image| image_name(&image).to_owned());
    let [old, new] = programs;
    let is_same_package = match (old, new) {
        (Some(old), Some(new)) => old.name == new.name,
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    let is_same_program =
        command(was) == command(is) && name_of_image(was) == name_of_image(is) && is_same_package;
    if !is_same_program {
        changes.push(
            Kind::ProgramChanged,
            Words::new("another program runs: ")
                .value(command_line(is))
                .text(", no longer ")
                .value(command_line(was)),
        );
        pin(old.as_ref(), new.as_ref(), changes);
        return;
    }
    if let (Some(old), Some(new)) = (old, new)
        && old.text != new.text
    {
        changes.push(
            Kind::VersionChanged,
            Words::new("another version runs: ")
                .value(new.text)
                .text(", no longer ")
                .value(old.text),
        );
    } else if image(was) != image(is) {
        changes.push(
            Kind::VersionChanged,
            Words::new("another version of the image runs: ")
                .values(image(is))
                .text(", no longer ")
                .values(image(was)),
        );
    }
    pin(old.as_ref(), new.as_ref(), changes);
    let arguments = |process: &Process, program: &Option<Program<'_>>| {
        let package = program.and_then(|program| program.at);
        let arguments = process.arguments.iter().enumerate();
        arguments
            .filter(|(at, _)| Some(*at) != package)
            .map(|(_, argument)| argument_text(argument))
            .collect::<Vec<String>>()
    };
    let [old, new] = [arguments(was, old), arguments(is, new)];
    if old != new {
        changes.push(
            Kind::ArgumentsChanged,
            Words::new("the arguments change: ").words(list(&new, &old)),
        );
    }
}

fn pin(old: Option<&Program<'_>>, new: Option<&Program<'_>>, changes: &mut Changes) {
    if let (Some(old), Some(new)) = (old, new)
        && old.is_pinned
        && !new.is_pinned
    {
        changes.push(
            Kind::PinRemoved,
            Words::new("no version is named any more: ").value(new.text),
        );
    }
}

fn environment(
    was: &BTreeMap<String, Template>,
    is: &BTreeMap<String, Template>,
    changes: &mut Changes,
) {
    for (name, value) in is.iter().filter(|(name, _)| !is_loader(name)) {
        match was.get(name) {
            None => changes.push(
                Kind::EnvironmentAdded,
                Words::new("it runs with the variable ")
                    .value(name)
                    .text(" as ")
                    .value(text(value)),
            ),
            Some(before) if before != value => changes.push(
                Kind::EnvironmentChanged,
                Words::new("the variable ")
                    .value(name)
                    .text(" changes from ")
                    .value(text(before))
                    .text(" to ")
                    .value(text(value)),
            ),
            Some(_) => {}
        }
    }
    let removed: Vec<&String> = was.keys().filter(|name| !is.contains_key(*name)).collect();
    if !removed.is_empty() {
        changes.push(
            Kind::EnvironmentRemoved,
            Words::new("it runs without ").values(removed),
        );
    }
}

fn is_loader(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    LOADERS.contains(&name.as_str())
}

/// What gives the process more than a server needs, and was not there before: said of new servers too.
pub(super) fn dangers(
    was: Option<(&Process, &Manifest)>,
    is: &Process,
    server: &Server,
    changes: &mut Changes,
) {
    for (name, value) in is.environment.iter().filter(|(name, _)| is_loader(name)) {
        if was.and_then(|(was, _)| was.environment.get(name)) == Some(value) {
            continue;
        }
        changes.push(
            Kind::LoaderVariableSet,
            Words::new("the variable ")
                .value(name)
                .text(" decides which code is loaded, or from where and through whom, and is now ")
                .value(text(value)),
        );
    }
    let old = was.map_or_else(BTreeMap::new, |(_, manifest)| openings(manifest));
    let new = server
        .compiled
        .as_ref()
        .map_or_else(BTreeMap::new, |compiled| openings(&compiled.manifest));
    for (_, option) in new.iter().filter(|(power, _)| !old.contains_key(power)) {
        changes.push(
            Kind::ContainerOpened,
            Words::new("the container is opened by ").value(option),
        );
    }
}

/// What a `docker run` opens of the machine, each with the option that does.
fn openings(manifest: &Manifest) -> BTreeMap<Power, String> {
    let server = &manifest.server;
    let run = container_run(
        server.command.as_deref().unwrap_or_default(),
        server.args.as_deref().unwrap_or_default(),
        server.docker_image.as_deref(),
    );
    let openings = run.map(|run| run.openings()).unwrap_or_default();
    openings
        .into_iter()
        .map(|opening| (opening.power, opening.option))
        .collect()
}

fn files(was: &Process, is: &Process, changes: &mut Changes) {
    let paths: BTreeSet<&String> = was.files.keys().chain(is.files.keys()).collect();
    for path in paths {
        let words = match (was.files.get(path), is.files.get(path)) {
            (None, Some(file)) => Words::new("the file ")
                .value(path)
                .text(" is put into the container: ")
                .value(text(&file.content)),
            (Some(_), None) => Words::new("the file ")
                .value(path)
                .text(" is no longer put into the container"),
            (Some(before), Some(after)) if before != after => Words::new("the file ")
                .value(path)
                .text(" in the container now holds ")
                .value(text(&after.content)),
            (Some(_) | None, _) => continue,
        };
        changes.push(Kind::InjectedFileChanged, words);
    }
}

/// How a list differs from what it was.
fn list(new: &[String], old: &[String]) -> Words {
    let removed = missing(old, new);
    let added = missing(new, old);
    match (added.as_slice(), removed.as_slice()) {
        ([], []) => Words::new("they are, in another order or number, ").values(new),
        (_, []) => Words::new("new are ").values(added),
        ([], _) => Words::new("gone are ").values(removed),
        (_, _) => Words::new("new are ")
            .values(added)
            .text(", gone are ")
            .values(removed),
    }
}

/// What runs, as one line.
pub(super) fn command_line(process: &Process) -> String {
    let image = process.container.image.as_ref().map(text);
    let command = process.command.as_ref().map(text);
    let arguments = process.arguments.iter().map(argument_text);
    let words: Vec<String> = image
        .into_iter()
        .chain(command)
        .chain(arguments)
        .map(|word| {
            if word.is_empty() || word.contains(' ') {
                format!("\"{word}\"")
            } else {
                word
            }
        })
        .collect();
    words.join(" ")
}

/// An argument as the manifest writes it.
pub(super) fn argument_text(argument: &Argument) -> String {
    match argument {
        Argument::One(template) => text(template),
        Argument::Each { each } => format!("${{user_config.{each}}}"),
    }
}

/// A text of the manifest as it writes it.
pub(super) fn text(template: &Template) -> String {
    let Composed { parts, .. } = match template {
        Template::Fixed(text) => return text.clone(),
        Template::Composed(composed) => composed,
    };
    parts.iter().map(part_text).collect()
}

/// A piece of a text as the manifest writes it.
pub(super) fn part_text(part: &Part) -> String {
    match part {
        Part::Text(text) => text.clone(),
        Part::Input { input } => format!("${{user_config.{input}}}"),
        Part::Token { token } => match token {
            TokenField::AccessToken => "${access_token}",
            TokenField::RefreshToken => "${refresh_token}",
            TokenField::ExpiresIn => "${expires_in}",
        }
        .to_owned(),
        Part::Folder { folder } => match folder {
            Folder::Installation => "${__dirname}",
            Folder::Home => "${HOME}",
            Folder::Desktop => "${DESKTOP}",
            Folder::Documents => "${DOCUMENTS}",
            Folder::Downloads => "${DOWNLOADS}",
            Folder::Separator => "${/}",
        }
        .to_owned(),
        Part::Unresolved { unresolved } => format!("${{{unresolved}}}"),
    }
}
