//! One launch spec -> one entry of a client's configuration.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use crate::compile::plan::{
    Argument, Composed, Folder, InputValue, Part, Process, Registration, ServerLaunch, Template,
    TokenDelivery, TokenExchange, Transport,
};
use crate::runtime::simulate::number_text;
use crate::source::Pointer;

use super::{Asked, DefaultPlace, Dialect, Entry, would_expand};

/// A launch spec, on its way into a client's words.
pub(super) struct Translation<'a> {
    launch: &'a ServerLaunch,
    dialect: &'a Dialect,
    names: &'a BTreeMap<(&'a str, &'a str), String>,
    with_optional: bool,
    /// The inputs that the entry refers to, by key.
    pub(crate) asked: BTreeMap<&'a str, Asked<'a>>,
    /// What the entry does not say.
    pub(crate) notes: Vec<String>,
}

/// Why a text cannot be written.
enum Gap {
    /// The launch spec has it left out where something of it is missing.
    Missing(String),
    /// It must not be left out, and would become another text.
    Unsafe(String),
}

/// A text on its way into the client's file.
struct Written {
    text: String,
    /// What the client reads: the text with every default in its place, and a null character for each reference that
    /// only the client can fill in. It must hold nothing else that would be filled in.
    read: String,
}

impl Written {
    fn fixed(text: String) -> Self {
        let read = text.clone();
        Self { text, read }
    }

    fn reference(text: String) -> Self {
        let read = "\0".to_owned();
        Self { text, read }
    }
}

type Text = Result<Written, Gap>;

impl<'a> Translation<'a> {
    pub(crate) fn new(
        launch: &'a ServerLaunch,
        dialect: &'a Dialect,
        names: &'a BTreeMap<(&'a str, &'a str), String>,
        with_optional: bool,
    ) -> Self {
        Self { launch, dialect, names, with_optional, asked: BTreeMap::new(), notes: Vec::new() }
    }

    /// The entry.
    ///
    /// # Errors
    /// Why the client cannot have this server.
    pub(crate) fn entry(&mut self) -> Result<Entry, String> {
        if self.launch.id == "__proto__" {
            return Err(
                "`__proto__` is not a name that a program in JavaScript can look up".to_owned()
            );
        }
        let entry = match (&self.launch.transport, &self.launch.process) {
            (Transport::Remote { url }, _) => self.remote(url)?,
            (Transport::StreamableHttp { port, path }, _) => {
                self.note(format!(
                    "the client starts no server that listens: start it so that port {port} is its own, as `catproof simulate` shows"
                ));
                self.remote(&format!("http://localhost:{port}{path}"))?
            }
            (Transport::Stdio, Some(process)) => self.process(process)?,
            (Transport::Stdio, None) => return Err("its launch spec has no process".to_owned()),
        };
        self.note_login();
        Ok(entry)
    }

    fn remote(&mut self, url: &str) -> Result<Entry, String> {
        if would_expand(url) {
            return Err(unsafe_at(&Pointer::from("/transport")));
        }
        let is_sse =
            Url::parse(url).is_ok_and(|url| url.path().trim_end_matches('/').ends_with("/sse"));
        let kind = self.dialect.remote.map(|[http, sse]| if is_sse { sse } else { http });
        let url = url.to_owned();
        Ok(Entry::Remote { kind, url })
    }

    fn process(&mut self, process: &'a Process) -> Result<Entry, String> {
        let root = Pointer::from("/process");
        let command = process.command.as_ref();
        let command =
            command.map(|command| self.needed(command, &root.key("command"))).transpose()?;
        let arguments = self.arguments(&process.arguments, &root.key("arguments"))?;
        let mut env = BTreeMap::new();
        for (name, value) in &process.environment {
            let place = root.key("environment").key(name);
            if would_expand(name) {
                return Err(format!("the name of `{}` {IN_PLACE}", place.as_str()));
            }
            let text = self.text(value);
            if let Some(text) = self.or_left_out(text, &place)? {
                env.insert(name.clone(), text);
            }
        }
        let container = &process.container;
        let (command, args) = match &container.image {
            None => {
                let none = "its launch spec has neither command nor image";
                (command.ok_or_else(|| none.to_owned())?, arguments)
            }
            Some(image) => {
                let place = root.key("container");
                let image = self.needed(image, &place.key("image"))?;
                if image.starts_with('-') {
                    return Err("its image would be read as an option of docker".to_owned());
                }
                let options = self.arguments(&container.options, &place.key("options"))?;
                let mut args = vec!["run".to_owned(), "--rm".to_owned()];
                args.extend(container.keep_stdin_open.then(|| "-i".to_owned()));
                args.extend(options);
                // By name alone: the value stays in the environment, where no list of processes shows it.
                let token = self.launch.oauth.iter().flat_map(|oauth| &oauth.delivery);
                let token = token.filter_map(|delivery| match delivery {
                    TokenDelivery::Env { name } => Some(name),
                    TokenDelivery::Header { .. } | TokenDelivery::File { .. } => None,
                });
                let names: BTreeSet<&String> = env.keys().chain(token).collect();
                args.extend(names.into_iter().flat_map(|name| ["-e".to_owned(), name.clone()]));
                let entrypoint = command.map(|command| ["--entrypoint".to_owned(), command]);
                args.extend(entrypoint.into_iter().flatten());
                args.push(image);
                args.extend(arguments);
                ("docker".to_owned(), args)
            }
        };
        self.note_container(process);
        Ok(Entry::Process { kind: self.dialect.stdio, command, args, env })
    }

    /// Says what of a container no client sets up.
    fn note_container(&mut self, process: &Process) {
        for path in process.files.keys() {
            self.note(format!("no file is written: put `{path}` where the server finds it"));
        }
        for (path, mount) in &process.mounts {
            self.note(format!(
                "the client writes no file: put your answer to `{}` into `{path}`",
                mount.input
            ));
        }
        if let Some(account) = &process.container.service_account {
            self.note(format!("the service account `{account}` is not used"));
        }
    }

    /// Says what of a login the client does not do. The login of the MCP specification, as a client of its own, it does.
    fn note_login(&mut self) {
        let launch = self.launch;
        if let Some(oauth) = &launch.oauth {
            let name = &oauth.name;
            let is_remote = matches!(launch.transport, Transport::Remote { .. });
            match (&oauth.token_exchange, &oauth.registration) {
                (TokenExchange::Proxy { .. }, _) => self.note(format!(
                    "the login `{name}` needs the OAuth proxy, which the client does not use"
                )),
                (TokenExchange::Direct, Registration::Static { .. }) => self.note(format!(
                    "the login `{name}` needs the client id that is registered for the app"
                )),
                (
                    TokenExchange::Direct,
                    Registration::Dynamic { .. } | Registration::ClientMetadata { .. },
                ) if is_remote => {}
                (TokenExchange::Direct, _) => {
                    self.note(format!("the login `{name}` is not done by the client"));
                }
            }
            for delivery in &oauth.delivery {
                match delivery {
                    TokenDelivery::Env { name } => self.note(format!(
                        "the token of the login is not put into `{name}`: set it by hand"
                    )),
                    TokenDelivery::File { path } => {
                        self.note(format!("the token of the login is not put into `{path}`"));
                    }
                    TokenDelivery::Header { .. } => {}
                }
            }
        }
        if let Some(login) = &launch.browser_login {
            let whose = login.provider.as_deref().unwrap_or("the provider");
            self.note(format!(
                "the login in a browser window at {whose} is not done by the client"
            ));
        }
        for step in &launch.setup {
            self.note(format!("the set-up step `{}` is not taken", step.kind));
        }
    }

    fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// A text that nothing can stand in for.
    fn needed(&mut self, template: &'a Template, place: &Pointer) -> Result<String, String> {
        let text = self.text(template).map_err(|gap| match gap {
            Gap::Missing(why) => format!("there is no `{}`: {why}", place.as_str()),
            Gap::Unsafe(why) => format!("`{}` {why}", place.as_str()),
        })?;
        Ok(text.text)
    }

    fn or_left_out(&mut self, text: Text, place: &Pointer) -> Result<Option<String>, String> {
        match text {
            Ok(text) => Ok(Some(text.text)),
            Err(Gap::Missing(why)) => {
                self.note(format!("`{}` is left out: {why}", place.as_str()));
                Ok(None)
            }
            Err(Gap::Unsafe(why)) => Err(format!("`{}` {why}", place.as_str())),
        }
    }

    fn arguments(
        &mut self,
        arguments: &'a [Argument],
        place: &Pointer,
    ) -> Result<Vec<String>, String> {
        let mut texts = Vec::new();
        for (index, argument) in arguments.iter().enumerate() {
            let place = place.index(index);
            let text = match argument {
                Argument::One(template) => self.text(template),
                Argument::Each { each } => match self.each_default(each) {
                    Some(Ok(defaults)) => {
                        texts.extend(defaults);
                        continue;
                    }
                    Some(Err(gap)) => Err(gap),
                    None => self.answer(each).inspect(|_| {
                        self.note(format!(
                            "`{each}` takes one answer, not several: add arguments by hand"
                        ));
                    }),
                },
            };
            texts.extend(self.or_left_out(text, &place)?);
        }
        Ok(texts)
    }

    /// The default of an input whose answers are an argument each: no reference can be several arguments.
    fn each_default(&mut self, key: &'a str) -> Option<Result<Vec<String>, Gap>> {
        let input = self.launch.inputs.get(key)?;
        let Some(InputValue::Several(items)) = &input.default else {
            return None;
        };
        if input.sensitive || items.is_empty() {
            return None;
        }
        self.note(written(key));
        let items = items.iter();
        Some(items.map(|item| Ok(self.default(item)?.text)).collect())
    }

    fn text(&mut self, template: &'a Template) -> Text {
        match template {
            Template::Fixed(text) => inert(Written::fixed(text.clone())),
            Template::Composed(composed) => self.composed(composed),
        }
    }

    fn composed(&mut self, composed: &'a Composed) -> Text {
        for key in &composed.omit_without {
            self.answer(key)?;
        }
        let mut whole = Written::fixed(String::new());
        for part in &composed.parts {
            let part = match part {
                Part::Text(part) => Written::fixed(part.clone()),
                Part::Input { input } => self.answer(input)?,
                Part::Folder { folder } => self.folder(*folder)?,
                Part::Token { .. } => {
                    return Err(Gap::Missing("no login puts a token in".to_owned()));
                }
                Part::Unresolved { unresolved } => {
                    let why = format!("nothing fills in the placeholder `{unresolved}`");
                    return Err(Gap::Missing(why));
                }
            };
            whole.text.push_str(&part.text);
            whole.read.push_str(&part.read);
        }
        inert(whole)
    }

    fn folder(&self, folder: Folder) -> Text {
        let Dialect { home, separator, .. } = self.dialect;
        let inside = |name| Ok(Written::reference(format!("{home}{separator}{name}")));
        match folder {
            Folder::Installation => Err(Gap::Missing(
                "the client has no folder that the server is installed in".to_owned(),
            )),
            Folder::Home => Ok(Written::reference((*home).to_owned())),
            Folder::Desktop => inside("Desktop"),
            Folder::Documents => inside("Documents"),
            Folder::Downloads => inside("Downloads"),
            Folder::Separator => Ok(Written::reference((*separator).to_owned())),
        }
    }

    /// What stands for the answer to an input. A sensitive default is never written.
    fn answer(&mut self, key: &'a str) -> Text {
        let Some(input) = self.launch.inputs.get(key) else {
            return Err(Gap::Missing(format!("there is no input `{key}`")));
        };
        let default = input.default.as_ref().filter(|_| !input.sensitive);
        let default = match default {
            // Where an answer is needed, an empty one is none.
            Some(InputValue::Text(text)) if text.is_empty() && input.required => None,
            Some(default) => match self.default(default) {
                Ok(text) => Some((text, matches!(default, InputValue::Composed(_)))),
                Err(Gap::Missing(_)) => None,
                Err(unsafe_default) => return Err(unsafe_default),
            },
            None => None,
        };
        let name = self.names.get(&(self.launch.id.as_str(), key));
        let name = name.map_or(key, String::as_str);
        let reference = (self.dialect.reference)(name);
        match (default, self.dialect.default) {
            (None, _) if !input.required && input.default.is_none() && !self.with_optional => {
                Err(Gap::Missing(format!("`{key}` is optional (`--optional` asks for it)")))
            }
            (None, _) => {
                self.ask(key, None);
                Ok(Written::reference(reference))
            }
            (Some((default, false)), DefaultPlace::Prompt) => {
                let read = default.read;
                self.ask(key, Some(default.text));
                Ok(Written { text: reference, read })
            }
            (Some((default, false)), DefaultPlace::Reference(with_default)) => {
                match with_default(name, &default.text) {
                    Some(text) => Ok(Written { text, read: default.read }),
                    None => Ok(self.write_default(key, default)),
                }
            }
            // What is put into a default is not put into a prompt or a reference.
            (Some((default, _)), _) => Ok(self.write_default(key, default)),
        }
    }

    fn write_default(&mut self, key: &str, default: Written) -> Written {
        self.note(written(key));
        default
    }

    fn ask(&mut self, key: &'a str, default: Option<String>) {
        let name = self.names.get(&(self.launch.id.as_str(), key));
        if let (Some(name), Some(input)) = (name, self.launch.inputs.get(key)) {
            let name = name.clone();
            self.asked.insert(key, Asked { name, input, default });
        }
    }

    fn default(&mut self, default: &'a InputValue) -> Text {
        match default {
            InputValue::Boolean(value) => Ok(Written::fixed(value.to_string())),
            InputValue::Number(number) => Ok(Written::fixed(number_text(number))),
            InputValue::Text(text) => inert(Written::fixed(text.clone())),
            InputValue::Composed(composed) => self.composed(composed),
            InputValue::Several(items) => {
                let mut whole = Written::fixed(String::new());
                for (index, item) in items.iter().enumerate() {
                    let comma = if index > 0 { "," } else { "" };
                    let item = self.default(item)?;
                    whole.text.extend([comma, &item.text]);
                    whole.read.extend([comma, &item.read]);
                }
                Ok(whole)
            }
        }
    }
}

/// A text that stays what it is in every client.
fn inert(written: Written) -> Text {
    if would_expand(&written.read) { Err(Gap::Unsafe(IN_PLACE.to_owned())) } else { Ok(written) }
}

const IN_PLACE: &str = "holds what the client, or a shell, would put something else in place of";

fn unsafe_at(place: &Pointer) -> String {
    format!("`{}` {IN_PLACE}", place.as_str())
}

fn written(key: &str) -> String {
    format!("`{key}` is written with its default: change it in the file")
}
