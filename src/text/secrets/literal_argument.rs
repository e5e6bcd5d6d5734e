//! Hard-coded credentials in a command line: `-e API_KEY=…`, `--token …`, `--header "Authorization: Bearer …"`.

use crate::text::secrets::credential::names_credential;
use crate::text::secrets::hardcoded::is_hardcoded;

/// A credential in an argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LiteralArgument<'a> {
    /// The argument that contains it, counted from 0.
    pub(crate) index: usize,
    /// The option, variable or header whose name shows that it is a credential.
    pub(crate) name: &'a str,
    /// Must never be shown.
    pub(crate) value: &'a str,
}

/// The options that set a variable or a header.
const ENVIRONMENT: [&str; 2] = ["-e", "--env"];
const HEADER: [&str; 2] = ["-H", "--header"];

/// The hard-coded credentials of a command line.
pub(crate) fn literal_arguments<'a>(arguments: &[&'a str]) -> Vec<LiteralArgument<'a>> {
    let mut found = Vec::new();
    let mut index = 0;
    while let Some(&argument) = arguments.get(index) {
        let (option, value, at) = match (joined(argument), arguments.get(index + 1)) {
            (Some((option, value)), _) => (option, value, index),
            (None, Some(next)) if takes_value(argument, next) => (argument, *next, index + 1),
            (None, _) => ("", argument, index),
        };
        index = at + 1;
        let named = match option {
            _ if ENVIRONMENT.contains(&option) => variable(value),
            _ if HEADER.contains(&option) => header(value),
            // `NAME=value` before a command, as for `env`.
            "" => variable(value),
            _ => Some((option, value)),
        };
        if let Some((name, value)) = named
            && is_hardcoded(value)
        {
            found.push(LiteralArgument { index: at, name, value });
        }
    }
    found
}

/// An option with its value in the same argument.
fn joined(argument: &str) -> Option<(&str, &str)> {
    // `-eKEY=value`, `-HName: value`.
    if let Some((option @ ("-e" | "-H"), value)) = argument.split_at_checked(2)
        && value.starts_with(|first: char| first.is_ascii_uppercase() || first == '_')
    {
        return Some((option, value));
    }
    let (option, value) = argument.split_once('=')?;
    let is_known = ENVIRONMENT.contains(&option) || HEADER.contains(&option);
    (is_known || is_credential(option)).then_some((option, value))
}

/// Whether the next argument is the value of this one.
fn takes_value(option: &str, next: &str) -> bool {
    ENVIRONMENT.contains(&option)
        || HEADER.contains(&option)
        || (is_credential(option) && !next.starts_with('-'))
}

fn is_credential(option: &str) -> bool {
    option.starts_with('-') && names_credential(option)
}

/// `NAME=value`, if the name is that of a credential.
fn variable(assignment: &str) -> Option<(&str, &str)> {
    let (name, value) = assignment.split_once('=')?;
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (is_name && names_credential(name)).then_some((name, value))
}

/// The name and value of a header that carries a credential, without the authentication scheme.
fn header(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(':')?;
    let (name, value) = (name.trim(), value.trim());
    if names_credential(name) {
        return Some((name, value));
    }
    let is_one_of =
        |word: &str, known: &[&str]| known.iter().any(|known| word.eq_ignore_ascii_case(known));
    let is_scheme = |(scheme, _): &(&str, &str)| is_one_of(scheme, &["bearer", "basic", "token"]);
    let credential = value.split_once(' ').filter(is_scheme).map_or(value, |(_, rest)| rest.trim());
    is_one_of(name, &["authorization", "proxy-authorization"]).then_some((name, credential))
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUE: &str = "kq8Zp2mN4vX7";

    #[test]
    fn a_credential_is_found_however_the_argument_is_written() {
        for (line, name, index) in [
            ("run|-e|API_KEY=V|image", "API_KEY", 2),
            ("run|-eAPI_KEY=V", "API_KEY", 1),
            ("run|--env|API_KEY=V", "API_KEY", 2),
            ("run|--env=API_KEY=V", "API_KEY", 1),
            ("API_KEY=V|node", "API_KEY", 0),
            ("-y|acme-mcp|--token|V", "--token", 3),
            ("--api-key=V", "--api-key", 0),
            ("-apiKey|V", "-apiKey", 1),
            ("--header|Authorization: Bearer V", "Authorization", 1),
            ("--header|Authorization:V", "Authorization", 1),
            ("-H|x-api-key: V", "x-api-key", 1),
            ("-HAuthorization: Basic V", "Authorization", 0),
            ("--header=X-Auth-Token: V", "X-Auth-Token", 0),
        ] {
            let line = line.replace('V', VALUE);
            let arguments: Vec<&str> = line.split('|').collect();
            let expected = LiteralArgument { index, name, value: VALUE };
            assert_eq!(literal_arguments(&arguments), [expected], "{line}");
        }
    }

    #[test]
    fn placeholders_and_locations_are_not_credentials() {
        for line in [
            "run|-e|API_KEY|image",
            "run|-e|API_KEY=${user_config.key}",
            "run|-e|LOG_LEVEL=kq8Zp2mN4vX7",
            "--token|${user_config.token}",
            "--token|--verbose",
            "--token",
            "--token|$API_TOKEN",
            "--token|ACME_API_KEY",
            "--api-key=<your-api-key>",
            "--api-key=YOUR_API_KEY",
            "--max-token|4096",
            "--use-token=true",
            "--token|/run/secrets/acme",
            "--token-file|kq8Zp2mN4vX7",
            "--header|Authorization: Bearer ${TOKEN}",
            "--header|Authorization:{{token}}",
            "--header|Accept: application/json",
            "https://acme.example/?token=kq8Zp2mN4vX7",
        ] {
            let arguments: Vec<&str> = line.split('|').collect();
            assert_eq!(literal_arguments(&arguments), [], "{line}");
        }
    }
}
