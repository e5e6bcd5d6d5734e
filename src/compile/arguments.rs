//! Arguments -> templates, where an option is left out together with the value that follows it.
//!
//! The manifest does not say which argument is an option and which is the value of one. A separate argument such as
//! `--port` is treated as the option of the answer after it: without the answer it would consume the next argument as
//! its value, or be refused.

use crate::compile::plan::{Argument, Composed, Part, Template};
use crate::text::launch_line::{inline_script, is_shell, package_run};

use super::template::{Names, argument, may_be_unanswered};

/// Options that hardly ever take a value.
const SWITCHES: [&str; 6] = ["-y", "--debug", "--quiet", "--stdio", "--verbose", "--yes"];

/// The arguments of a command that runs outside of a `docker run` line.
pub(super) fn arguments_of_command(
    command: &str,
    texts: &[String],
    names: Names<'_>,
) -> Vec<Argument> {
    let mut arguments = arguments(command, texts, names);
    if let Some(shell) = inline_script(command, texts) {
        for (at, (argument, text)) in arguments.iter_mut().zip(texts).enumerate() {
            if shell.expands(at) {
                *argument = self::argument(text, names.in_shell());
            }
        }
    }
    arguments
}

/// The arguments of a command, or of the program that an image starts.
pub(super) fn arguments(command: &str, texts: &[String], names: Names<'_>) -> Vec<Argument> {
    // The option before the package stays: without it, a different program would run.
    let package = package_run(command, texts).and_then(|run| run.package);
    let package = package.map(|package| package.at);
    let shell = [command].into_iter().chain(texts.iter().map(String::as_str)).position(is_shell);
    texts
        .iter()
        .enumerate()
        .map(|(at, text)| {
            let is_after_shell = shell.is_some_and(|shell| shell <= at);
            let value = texts.get(at + 1).filter(|value| !value.starts_with('-'));
            match value {
                Some(value) if is_option(text) && package != Some(at + 1) && !is_after_shell => {
                    with_value(text, &argument(value, names), names)
                }
                Some(_) | None => argument(text, names),
            }
        })
        .collect()
}

/// The words of an option whose value, if any, is its second word.
pub(super) fn option(words: &[String], names: Names<'_>) -> Vec<Argument> {
    match words {
        [name, value] => {
            let value = argument(value, names);
            vec![with_value(name, &value, names), value]
        }
        _ => words.iter().map(|word| argument(word, names)).collect(),
    }
}

/// An option in a separate argument, which is left out together with its value.
fn with_value(option: &str, value: &Argument, names: Names<'_>) -> Argument {
    let (omit_without, unresolved) = match value {
        Argument::One(Template::Fixed(_)) => (Vec::new(), Vec::new()),
        Argument::One(Template::Composed(value)) => {
            let parts = value.parts.iter();
            let unresolved = parts.filter(|part| matches!(part, Part::Unresolved { .. }));
            (value.omit_without.clone(), unresolved.cloned().collect())
        }
        Argument::Each { each } => {
            let input = names.inputs.get(each);
            let may_be_none = input.is_some_and(|input| may_be_unanswered(input, names));
            let keys = may_be_none.then(|| each.clone());
            (keys.into_iter().collect(), Vec::new())
        }
    };
    let may_be_left_out = !omit_without.is_empty() || !unresolved.is_empty();
    match argument(option, names) {
        Argument::One(Template::Fixed(text)) if may_be_left_out => {
            let text = [Part::Text(text)];
            Argument::One(Template::Composed(Composed {
                parts: text.into_iter().chain(unresolved).collect(),
                omit_without,
            }))
        }
        option => option,
    }
}

/// Whether an argument is an option without its value.
fn is_option(text: &str) -> bool {
    let name = text.trim_start_matches('-');
    let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic());
    is_name
        && name.len() < text.len()
        && !text.contains(|character: char| character == '=' || character.is_whitespace())
        && !SWITCHES.contains(&text)
}
