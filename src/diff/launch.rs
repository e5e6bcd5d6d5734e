//! What runs on the user's machine, or where the server is.

use std::collections::{BTreeMap, BTreeSet};

use crate::compile::plan::{
    Argument, Composed, HostPath, Part, Process, Template, TokenField, Transport,
};
use crate::manifest::model::Manifest;
use crate::text::launch_line::{Privilege, container_run, inline_script, package_run};
use crate::text::loader_variables::is_loader;
use crate::text::pin::{image_name, is_pinned_image, is_pinned_package, package_name};

use super::login::host_of;
use super::{ChangeList, ComparedServer, CompiledManifest, Kind, Sentence, only_in, sentence};

pub(super) fn compare(
    new: &ComparedServer,
    before: &CompiledManifest,
    after: &CompiledManifest,
    changes: &mut ChangeList,
) {
    if let (Ok(was), Ok(is)) = (&before.parts.transport, &after.parts.transport) {
        transport(was, is, changes);
    }
    let (Ok(was), Ok(Some(is))) = (&before.parts.process, &after.parts.process) else {
        return;
    };
    let known = was.as_ref().map(|was| (was, &before.manifest));
    dangers(known, is, new, changes);
    let Some(was) = was else {
        return;
    };
    let programs = [before, after].map(|compiled| Program::of(&compiled.manifest));
    program(was, is, &programs, changes);
    scripts(&before.manifest, &after.manifest, &programs, changes);
    environment(&was.environment, &is.environment, changes);
    let [old, new] = [was, is].map(|process| {
        let options = process.container.options.iter().map(argument_text);
        let service_account = process.container.service_account.clone();
        options.chain(service_account).collect::<Vec<String>>()
    });
    list(
        Kind::ContainerOptionsChanged,
        "the options of the container change: {}",
        &old,
        &new,
        changes,
    );
    files(was, is, changes);
    let [old, new] = [was, is].map(|process| process.mounts.keys().cloned().collect::<Vec<_>>());
    list(Kind::MountChanged, "answers passed as files: {}", &old, &new, changes);
}

/// The process of a local server that could be compiled.
pub(super) fn process_of(compiled: &CompiledManifest) -> Option<&Process> {
    compiled.parts.process.as_ref().ok()?.as_ref()
}

fn transport(was: &Transport, is: &Transport, changes: &mut ChangeList) {
    match (was, is) {
        _ if was == is => {}
        (Transport::Remote { url: old }, Transport::Remote { url: new }) => {
            let kind = if host_of(old) == host_of(new) {
                Kind::RemoteUrlChanged
            } else {
                Kind::RemoteHostChanged
            };
            changes.push(kind, sentence!("the server moves from {} to {}", old, new));
        }
        (Transport::StreamableHttp { .. }, Transport::StreamableHttp { port, path }) => {
            let template = "the endpoint of the container is now port {} and path {}";
            changes.push(Kind::HttpEndpointChanged, sentence!(template, port.to_string(), path));
        }
        (_, _) => {
            let sentence = sentence!(
                "the transport changes from {} to {}",
                transport_text(was),
                transport_text(is)
            );
            changes.push(Kind::TransportChanged, sentence);
        }
    }
}

/// A transport in words.
fn transport_text(transport: &Transport) -> Sentence {
    match transport {
        Transport::Stdio => sentence!("standard input and output"),
        Transport::StreamableHttp { port, path } => {
            sentence!("HTTP at port {} of its container, path {}", port.to_string(), path)
        }
        Transport::Remote { url } => sentence!("HTTP at {}", url),
    }
}

/// The package or image that is run, if the command line names one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Program<'a> {
    /// As it is written.
    text: &'a str,
    /// Without its version.
    pub(super) name: &'a str,
    pub(super) is_pinned: bool,
    /// Its index in the arguments; `None` for an image that `docker_image` names.
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
        Some(Self { text, name: image_name(text), is_pinned: is_pinned_image(text), at: None })
    }
}

fn program(
    was: &Process,
    is: &Process,
    [old, new]: &[Option<Program<'_>>; 2],
    changes: &mut ChangeList,
) {
    let command = |process: &Process| process.command.as_ref().map(text);
    let image = |process: &Process| process.container.image.as_ref().map(text);
    let name_of_image =
        |process: &Process| image(process).map(|image| image_name(&image).to_owned());
    let name = |program: &Option<Program<'_>>| program.map(|program| program.name.to_owned());
    let is_same_program = command(was) == command(is)
        && name_of_image(was) == name_of_image(is)
        && name(old) == name(new);
    if let (Some(old), Some(new)) = (old, new)
        && old.is_pinned
        && !new.is_pinned
    {
        let sentence = sentence!("the version is no longer pinned: {}", new.text);
        changes.push(Kind::PinRemoved, sentence);
    }
    if !is_same_program {
        let sentence = sentence!(
            "a different program runs: {}, no longer {}",
            command_line(is),
            command_line(was)
        );
        changes.push(Kind::ProgramChanged, sentence);
        return;
    }
    if let (Some(old), Some(new)) = (old, new)
        && old.text != new.text
    {
        let sentence = sentence!("a different version runs: {}, no longer {}", new.text, old.text);
        changes.push(Kind::VersionChanged, sentence);
    } else if image(was) != image(is) {
        let template = "a different version of the image runs: {}, no longer {}";
        changes.push(Kind::VersionChanged, sentence!(template, image(is), image(was)));
    }
    let arguments = |process: &Process, program: &Option<Program<'_>>| {
        let package = program.and_then(|program| program.at);
        let arguments = process.arguments.iter().enumerate();
        let arguments = arguments.filter(|(at, _)| Some(*at) != package);
        let arguments = arguments.map(|(_, argument)| argument_text(argument));
        arguments.collect::<Vec<String>>()
    };
    list(
        Kind::ArgumentsChanged,
        "the arguments change: {}",
        &arguments(was, old),
        &arguments(is, new),
        changes,
    );
}

/// Another script for the same program; what a new program runs is reported with it.
fn scripts(
    was: &Manifest,
    is: &Manifest,
    [old, new]: &[Option<Program<'_>>; 2],
    changes: &mut ChangeList,
) {
    let name = |program: &Option<Program<'_>>| program.map(|program| program.name.to_owned());
    let is_same_program = was.server.command == is.server.command && name(old) == name(new);
    if let Some(script) = script(is).filter(|_| is_same_program)
        && self::script(was).as_ref() != Some(&script)
    {
        let sentence = sentence!("another script is run: {}", script);
        changes.push(Kind::ScriptChanged, sentence);
    }
}

fn environment(
    was: &BTreeMap<String, Template>,
    is: &BTreeMap<String, Template>,
    changes: &mut ChangeList,
) {
    for (name, value) in is.iter().filter(|(name, _)| !is_loader(name)) {
        let value_now = text(value);
        match was.get(name) {
            None => changes.push(
                Kind::EnvironmentAdded,
                sentence!("it now sets the variable {} to {}", name, value_now),
            ),
            Some(before) if before != value => changes.push(
                Kind::EnvironmentChanged,
                sentence!("the variable {} changes from {} to {}", name, text(before), value_now),
            ),
            Some(_) => {}
        }
    }
    let removed = was.keys().filter(|name| !is.contains_key(*name));
    changes.push_all(Kind::EnvironmentRemoved, "it no longer sets {}", removed);
}

/// What newly gives the process more power than a server needs; reported for new servers too.
pub(super) fn dangers(
    was: Option<(&Process, &Manifest)>,
    is: &Process,
    server: &ComparedServer,
    changes: &mut ChangeList,
) {
    for (name, value) in is.environment.iter().filter(|(name, _)| is_loader(name)) {
        if was.and_then(|(was, _)| was.environment.get(name)) != Some(value) {
            let template = "the variable {}, which can make the program load other code or trust other hosts, is now {}";
            changes.push(Kind::LoaderVariableSet, sentence!(template, name, text(value)));
        }
    }
    let Some(compiled) = server.compiled.as_ref() else {
        return;
    };
    let manifest = &compiled.manifest;
    let known = was.map(|(_, manifest)| package_sources(manifest)).unwrap_or_default();
    for source in package_sources(manifest).into_iter().filter(|source| !known.contains(source)) {
        let sentence = sentence!("the package is fetched or loaded as {} says", source);
        changes.push(Kind::PackageSourceSet, sentence);
    }
    let old = was.map_or_else(BTreeMap::new, |(_, manifest)| grants(manifest));
    let new = grants(manifest);
    for (_, option) in new.into_iter().filter(|(privilege, _)| !old.contains_key(privilege)) {
        let sentence = sentence!("the container is opened to the host by {}", option);
        changes.push(Kind::ContainerOpened, sentence);
    }
}

/// The options of `npx` or `uvx` that decide where code comes from.
fn package_sources(manifest: &Manifest) -> Vec<String> {
    let server = &manifest.server;
    let command = server.command.as_deref().unwrap_or_default();
    let run = package_run(command, server.args.as_deref().unwrap_or_default());
    run.map(|run| run.sources()).unwrap_or_default()
}

/// The script that a shell or an interpreter is given, with what follows it.
fn script(manifest: &Manifest) -> Option<String> {
    let server = &manifest.server;
    let arguments = server.args.as_deref().unwrap_or_default();
    let script = inline_script(server.command.as_deref().unwrap_or_default(), arguments)?;
    Some(arguments.get(script.at..).unwrap_or_default().join(" "))
}

/// What a `docker run` grants on the host, each with the option that does.
fn grants(manifest: &Manifest) -> BTreeMap<Privilege, String> {
    let server = &manifest.server;
    let run = container_run(
        server.command.as_deref().unwrap_or_default(),
        server.args.as_deref().unwrap_or_default(),
        server.docker_image.as_deref(),
    );
    let grants = run.map(|run| run.grants()).unwrap_or_default();
    grants.into_iter().map(|grant| (grant.privilege, grant.option)).collect()
}

fn files(was: &Process, is: &Process, changes: &mut ChangeList) {
    let paths: BTreeSet<&String> = was.files.keys().chain(is.files.keys()).collect();
    for path in paths {
        let sentence = match (was.files.get(path), is.files.get(path)) {
            (None, Some(file)) => {
                let content = text(&file.content);
                sentence!("the file {} is put into the container: {}", path, content)
            }
            (Some(_), None) => sentence!("the file {} is no longer put into the container", path),
            (Some(before), Some(after)) if before != after => {
                let content = text(&after.content);
                sentence!("the file {} in the container now holds {}", path, content)
            }
            (Some(_) | None, _) => continue,
        };
        changes.push(Kind::InjectedFileChanged, sentence);
    }
}

/// Reports how a list differs from what it was.
fn list(
    kind: Kind,
    template: &'static str,
    old: &[String],
    new: &[String],
    changes: &mut ChangeList,
) {
    if old == new {
        return;
    }
    let (added, removed) = (only_in(new, old), only_in(old, new));
    let difference = match (added.is_empty(), removed.is_empty()) {
        (true, true) => sentence!("reordered or repeated, now {}", new),
        (false, true) => sentence!("added {}", added),
        (true, false) => sentence!("removed {}", removed),
        (false, false) => sentence!("added {}, removed {}", added, removed),
    };
    changes.push(kind, sentence!(template, difference));
}

/// What runs, as one line.
pub(super) fn command_line(process: &Process) -> String {
    let command = process.container.image.iter().chain(&process.command).map(text);
    let arguments = process.arguments.iter().map(argument_text);
    let words = command.chain(arguments).map(|word| {
        if word.is_empty() || word.contains(' ') { format!("\"{word}\"") } else { word }
    });
    words.collect::<Vec<String>>().join(" ")
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
            HostPath::Installation => "${__dirname}",
            HostPath::Home => "${HOME}",
            HostPath::Desktop => "${DESKTOP}",
            HostPath::Documents => "${DOCUMENTS}",
            HostPath::Downloads => "${DOWNLOADS}",
            HostPath::Separator => "${/}",
        }
        .to_owned(),
        Part::Unresolved { unresolved } => format!("${{{unresolved}}}"),
    }
}
