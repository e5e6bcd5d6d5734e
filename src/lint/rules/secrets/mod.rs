//! Credentials in plain sight. These rules read raw JSON, so that they also cover a manifest that breaks the schema, and
//! their messages never contain the value.

pub(crate) mod committed_credential;
pub(crate) mod credentials_in_url;
pub(crate) mod literal_credential;
pub(crate) mod sensitive_argument;
pub(crate) mod sensitive_default;
pub(crate) mod undeclared_sensitive;

use serde_json::Value;

use crate::lint::{Group, Rule};
use crate::source::Pointer;
use crate::text::secrets::literal_argument::{self, LiteralArgument};

const DEFAULTS: Rule = Rule { group: Group::Secrets, ..Rule::DEFAULTS };

/// The members of the object at a pointer: pointer, key and value of each.
fn members<'a>(
    value: &'a Value,
    object: &'static str,
) -> impl Iterator<Item = (Pointer, &'a str, &'a Value)> {
    let members = value.pointer(object).and_then(Value::as_object);
    members
        .into_iter()
        .flatten()
        .map(move |(key, value)| (Pointer::from(object).key(key), key.as_str(), value))
}

/// The members of `user_config` with `sensitive: true`.
fn sensitive_inputs(value: &Value) -> impl Iterator<Item = (Pointer, &str, &Value)> {
    members(value, "/user_config")
        .filter(|(_, _, input)| input.get("sensitive") == Some(&Value::Bool(true)))
}

/// The credentials that are hard-coded in the arguments, each with the pointer of its argument.
fn literal_arguments(value: &Value) -> Vec<(Pointer, LiteralArgument<'_>)> {
    let args = value.pointer("/server/args").and_then(Value::as_array);
    let args = args.into_iter().flatten();
    let args: Vec<&str> = args.map(|arg| arg.as_str().unwrap_or_default()).collect();
    let found = literal_argument::literal_arguments(&args).into_iter();
    found.map(|found| (Pointer::from("/server/args").index(found.index), found)).collect()
}

/// The command and the arguments, each with its pointer.
fn command_line(value: &Value) -> Vec<(Pointer, &str)> {
    let command =
        value.pointer("/server/command").map(|command| (Pointer::from("/server/command"), command));
    let args = value.pointer("/server/args").and_then(Value::as_array);
    let args = args.into_iter().flatten().enumerate();
    let args = args.map(|(index, argument)| (Pointer::from("/server/args").index(index), argument));
    command
        .into_iter()
        .chain(args)
        .filter_map(|(pointer, value)| Some((pointer, value.as_str()?)))
        .collect()
}
