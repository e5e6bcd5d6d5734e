//! Whether the manifest says how to start the server, and asks the user for what it needs.

pub(crate) mod default_type_mismatch;
pub(crate) mod docker_without_interactive;
pub(crate) mod expression_in_placeholder;
pub(crate) mod invalid_env_key;
pub(crate) mod leaking_optional_placeholder;
pub(crate) mod npx_without_yes;
pub(crate) mod path_command;
pub(crate) mod privileged_container;
pub(crate) mod required_with_default;
pub(crate) mod shell_command;
pub(crate) mod uncompilable_value;
pub(crate) mod undeclared_user_config;
pub(crate) mod unknown_command;
pub(crate) mod unknown_placeholder;
pub(crate) mod unpinned_package;
pub(crate) mod unset_docker_env;
pub(crate) mod unsubstituted_placeholder;
pub(crate) mod unused_required_user_config;
pub(crate) mod unused_user_config;

use crate::lint::{Group, ManifestString, Rule, Slot, Subject};
use crate::manifest::model::UserInput;
use crate::text::launch_line::inline_script;
use crate::text::placeholder::{PlaceholderKind, placeholders};

const DEFAULTS: Rule = Rule { group: Group::Launch, ..Rule::DEFAULTS };

/// The strings of the server except the text that a shell is started with, in which `${…}` is a shell variable.
fn strings_outside_of_shells<'a>(subject: &Subject<'a>) -> Vec<ManifestString<'a>> {
    let text = subject.command().and_then(|command| inline_script(command, subject.args()));
    let mut strings = subject.server_strings();
    strings.retain(|string| match (string.slot, text) {
        (Slot::Argument(at), Some(text)) => !text.expands(at),
        (_, _) => true,
    });
    strings
}

/// The inputs of a local server whose answer is never used: not named in any string, and not mounted.
fn unused_inputs<'a>(subject: &Subject<'a>) -> Vec<(&'a str, &'a UserInput)> {
    if !subject.is_local() {
        return Vec::new();
    }
    let mut strings = subject.server_strings();
    strings.extend(subject.injected_files());
    let asked = strings.iter().flat_map(|string| placeholders(string.text));
    let asked: Vec<PlaceholderKind<'_>> = asked.map(|found| found.kind).collect();
    let is_used = |key: &str| asked.iter().any(|kind| kind.names(key));
    subject
        .user_inputs()
        .filter(|(key, input)| input.mounted != Some(true) && !is_used(key))
        .collect()
}
