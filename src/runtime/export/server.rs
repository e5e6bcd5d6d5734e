//! One launch spec -> one entry of a client's configuration.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use crate::compile::plan::{
    Argument, ClientRegistration, Composed, HostPath, InputValue, Part, Process, ServerLaunch,
    Template, TokenDelivery, TokenExchange, Transport,
};
use crate::runtime::simulate::number_text;
use crate::source::Pointer;

use super::{Asked, ConfigEntry, DefaultPlace, Dialect, would_expand};

/// The translation of a launch spec, in progress.
pub(super) struct Translation<'a> {
    launch: &'a ServerLaunch,
    dialect: &'a Dialect,
    names: &'a BTreeMap<(&'a str, &'a str), String>,
    with_optional: bool,
    /// The inputs that the entry refers to, by key.
    pub(crate) asked: BTreeMap<&'a str, Asked<'a>>,
    /// What the entry cannot express.
    pub(crate) notes: Vec<String>,
}

/// Why a text cannot be written.
enum Untranslatable {
    /// A value is missing: the launch spec then leaves the text out.
    Missing(String),
    /// The client would expand part of the text.
    Unsafe(String),
}

/// A text for the client's file.
struct WrittenValue {
    text: String,
    /// The text as the client expands it: with defaults filled in, and a null character for each other reference. It
    /// must contain nothing more to expand.
    read: String,
}

impl WrittenValue {
    fn fixed(text: String) -> Self {
        let read = text.clone();
        Self { text, read }
    }

    fn reference(text: String) -> Self {
        let read = "\0".to_owned();
        Self { text, read }
    }
}

type Translated = Result<WrittenValue, Untranslatable>;

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
    pub(crate) fn entry(&mut self) -> Result<ConfigEntry, String> {
        if self.launch.id == "__proto__" {
            return Err(
                "`__proto__` cannot be the name of a server in a JavaScript client".to_owned()
            );
        }
        let entry = match (&self.launch.transport, &self.launch.process) {
            (Transport::Remote { url }, _) => self.remote(url)?,
            (Transport::StreamableHttp { port, path }, _) => {
                self.note(format!(
                    "the client cannot start a server that listens: start it on port {port}, as `catproof simulate` shows"
                ));
                self.remote(&format!("http://localhost:{port}{path}"))?
            }
            (Transport::Stdio, Some(process)) => self.process(process)?,
            (Transport::Stdio, None) => return Err("its launch spec has no process".to_owned()),
        };
        self.note_login();
        Ok(entry)
    }

    fn remote(&mut self, url: &str) -> Result<ConfigEntry, String> {
        if would_expand(url) {
            return Err(format!("`/transport` {EXPANDED}"));
        }
        let is_sse =
            Url::parse(url).is_ok_and(|url| url.path().trim_end_matches('/').ends_with("/sse"));
        let kind = self.dialect.remote.map(|[http, sse]| if is_sse { sse } else { http });
        let url = url.to_owned();
        Ok(ConfigEntry::Remote { kind, url })
    }

    fn process(&mut self, process: &'a Process) -> Result<ConfigEntry, String> {
        let root = Pointer::from("/process");
        let command = process.command.as_ref();
        let command =
            command.map(|command| self.needed(command, &root.key("command"))).transpose()?;
        let arguments = self.arguments(&process.arguments, &root.key("arguments"))?;
        let mut env = BTreeMap::new();
        for (name, value) in &process.environment {
            let place = root.key("environment").key(name);
            if would_expand(name) {
                return Err(format!("the name of `{}` {EXPANDED}", place.as_str()));
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
                // Only the names: the values stay in the environment, where a process list does not show them.
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
        Ok(ConfigEntry::Process { kind: self.dialect.stdio, command, args, env })
    }

    /// Notes what the client does not set up for a container.
    fn note_container(&mut self, process: &Process) {
        for path in process.files.keys() {
            self.note(format!(
                "the client writes no files: create `{path}` where the server expects it"
            ));
        }
        for (path, mount) in &process.mounts {
            self.note(format!(
                "the client writes no files: put your answer to `{}` into `{path}`",
                mount.input
            ));
        }
        if let Some(account) = &process.container.service_account {
            self.note(format!("the service account `{account}` is not used"));
        }
    }

    /// Notes what the client does not do for a login. It does the login of the MCP specification with its own client id.
    fn note_login(&mut self) {
        let launch = self.launch;
        if let Some(oauth) = &launch.oauth {
            let name = &oauth.name;
            let is_remote = matches!(launch.transport, Transport::Remote { .. });
            match (&oauth.token_exchange, &oauth.registration) {
                (TokenExchange::Proxy { .. }, _) => self.note(format!(
                    "the login `{name}` needs the OAuth proxy, which the client does not use"
                )),
                (TokenExchange::Direct, ClientRegistration::Static { .. }) => self.note(format!(
                    "the login `{name}` needs the client id that is registered for the app"
                )),
                (TokenExchange::Direct, _) if is_remote => {}
                (TokenExchange::Direct, _) => {
                    self.note(format!("the client does not do the login `{name}`"));
                }
            }
            for delivery in &oauth.delivery {
                let (place, by_hand) = match delivery {
                    TokenDelivery::Env { name } => (name, ": set it by hand"),
                    TokenDelivery::File { path } => (path, ""),
                    TokenDelivery::Header { .. } => continue,
                };
                self.note(format!("the client does not put the token into `{place}`{by_hand}"));
            }
        }
        if let Some(login) = &launch.browser_login {
            let whose = login.provider.as_deref().unwrap_or("the provider");
            self.note(format!("the client does not do the browser login at {whose}"));
        }
        for step in &launch.setup {
            self.note(format!("the client does not run the setup step `{}`", step.kind));
        }
    }

    fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Translates a text that the server cannot run without.
    fn needed(&mut self, template: &'a Template, place: &Pointer) -> Result<String, String> {
        let text = self.text(template).map_err(|why| match why {
            Untranslatable::Missing(why) => format!("there is no `{}`: {why}", place.as_str()),
            Untranslatable::Unsafe(why) => format!("`{}` {why}", place.as_str()),
        })?;
        Ok(text.text)
    }

    fn or_left_out(&mut self, text: Translated, place: &Pointer) -> Result<Option<String>, String> {
        match text {
            Ok(text) => Ok(Some(text.text)),
            Err(Untranslatable::Missing(why)) => {
                self.note(format!("`{}` is left out: {why}", place.as_str()));
                Ok(None)
            }
            Err(Untranslatable::Unsafe(why)) => Err(format!("`{}` {why}", place.as_str())),
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

    /// The default of an input with several answers, one argument each: a reference can only be one argument.
    fn each_default(&mut self, key: &'a str) -> Option<Result<Vec<String>, Untranslatable>> {
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

    fn text(&mut self, template: &'a Template) -> Translated {
        match template {
            Template::Fixed(text) => inert(WrittenValue::fixed(text.clone())),
            Template::Composed(composed) => self.composed(composed),
        }
    }

    fn composed(&mut self, composed: &'a Composed) -> Translated {
        for key in &composed.omit_without {
            self.answer(key)?;
        }
        let mut whole = WrittenValue::fixed(String::new());
        for part in &composed.parts {
            let part = match part {
                Part::Text(part) => WrittenValue::fixed(part.clone()),
                Part::Input { input } => self.answer(input)?,
                Part::Folder { folder } => self.folder(*folder)?,
                Part::Token { .. } => {
                    return Err(Untranslatable::Missing("no login supplies the token".to_owned()));
                }
                Part::Unresolved { unresolved } => {
                    let why = format!("nothing fills in the placeholder `{unresolved}`");
                    return Err(Untranslatable::Missing(why));
                }
            };
            whole.text.push_str(&part.text);
            whole.read.push_str(&part.read);
        }
        inert(whole)
    }

    fn folder(&self, folder: HostPath) -> Translated {
        let Dialect { home, separator, .. } = self.dialect;
        let inside = |name| Ok(WrittenValue::reference(format!("{home}{separator}{name}")));
        match folder {
            HostPath::Installation => {
                Err(Untranslatable::Missing("the client has no installation folder".to_owned()))
            }
            HostPath::Home => Ok(WrittenValue::reference((*home).to_owned())),
            HostPath::Desktop => inside("Desktop"),
            HostPath::Documents => inside("Documents"),
            HostPath::Downloads => inside("Downloads"),
            HostPath::Separator => Ok(WrittenValue::reference((*separator).to_owned())),
        }
    }

    /// The reference to an input, or its default. A sensitive default is never written.
    fn answer(&mut self, key: &'a str) -> Translated {
        let Some(input) = self.launch.inputs.get(key) else {
            return Err(Untranslatable::Missing(format!("there is no input `{key}`")));
        };
        let default = input.default.as_ref().filter(|_| !input.sensitive);
        let default = match default {
            // An empty default does not answer a required input.
            Some(InputValue::Text(text)) if text.is_empty() && input.required => None,
            Some(default) => match self.default(default) {
                Ok(text) => Some((text, matches!(default, InputValue::Composed(_)))),
                Err(Untranslatable::Missing(_)) => None,
                Err(unsafe_default) => return Err(unsafe_default),
            },
            None => None,
        };
        let name = self.names.get(&(self.launch.id.as_str(), key));
        let name = name.map_or(key, String::as_str);
        let reference = (self.dialect.reference)(name);
        match (default, self.dialect.default) {
            (None, _) if !input.required && input.default.is_none() && !self.with_optional => Err(
                Untranslatable::Missing(format!("`{key}` is optional (`--optional` asks for it)")),
            ),
            (None, _) => {
                self.ask(key, None);
                Ok(WrittenValue::reference(reference))
            }
            (Some((default, false)), DefaultPlace::InputPrompt) => {
                let read = default.read;
                self.ask(key, Some(default.text));
                Ok(WrittenValue { text: reference, read })
            }
            (Some((default, false)), DefaultPlace::Reference(with_default)) => {
                let text = with_default(name, &default.text);
                let text = text.unwrap_or_else(|| {
                    self.note(written(key));
                    default.text
                });
                Ok(WrittenValue { text, read: default.read })
            }
            // The client does not expand references in a default.
            (Some((default, _)), _) => {
                self.note(written(key));
                Ok(default)
            }
        }
    }

    fn ask(&mut self, key: &'a str, default: Option<String>) {
        let name = self.names.get(&(self.launch.id.as_str(), key));
        if let (Some(name), Some(input)) = (name, self.launch.inputs.get(key)) {
            let name = name.clone();
            self.asked.insert(key, Asked { name, input, default });
        }
    }

    fn default(&mut self, default: &'a InputValue) -> Translated {
        match default {
            InputValue::Boolean(value) => Ok(WrittenValue::fixed(value.to_string())),
            InputValue::Number(number) => Ok(WrittenValue::fixed(number_text(number))),
            InputValue::Text(text) => inert(WrittenValue::fixed(text.clone())),
            InputValue::Composed(composed) => self.composed(composed),
            InputValue::Several(items) => {
                let mut whole = WrittenValue::fixed(String::new());
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

/// Refuses a text that a client would expand.
fn inert(written: WrittenValue) -> Translated {
    if would_expand(&written.read) {
        Err(Untranslatable::Unsafe(EXPANDED.to_owned()))
    } else {
        Ok(written)
    }
}

const EXPANDED: &str = "contains text that the client or a shell would expand";

fn written(key: &str) -> String {
    format!("`{key}` is written with its default: edit the file to change it")
}
