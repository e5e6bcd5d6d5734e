//! Credentials that are written down in a command line: `-e API_KEY=…`, `--token …`, `--header "Authorization: Bearer …"`.

use crate::text::secrets::credential::names_credential;
use crate::text::secrets::written_down::is_written_down;

/// A credential in an argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LiteralArgument<'a> {
    /// The argument that holds it, counted from 0.
    pub(crate) index: usize,
    /// What says that it is one: the option, the variable or the header.
    pub(crate) name: &'a str,
    /// To be masked, never to be shown.
    pub(crate) value: &'a str,
}

/// What options for the environment and for headers are called.
const ENVIRONMENT: [&str; 2] = ["-e", "--env"];
const HEADER: [&str; 2] = ["-H", "--header"];

/// The credentials that stand in arguments as they are used.
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
            // A variable in front of a command, as `env` takes it.
            "" => variable(value),
            _ => Some((option, value)),
        };
        if let Some((name, value)) = named
            && is_written_down(value)
        {
            found.push(LiteralArgument {
                index: at,
                name,
                value,
            });
        }
    }
    found
}

/// An option that has its value in the same argument.
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

/// Whether the argument behind this one is its value.
fn takes_value(option: &str, next: &str) -> bool {
    ENVIRONMENT.contains(&option)
        || HEADER.contains(&option)
        || (is_credential(option) && !next.starts_with('-'))
}

fn is_credential(option: &str) -> bool {
    option.starts_with('-') && names_credential(option)
}

/// A variable with its value, where it is one for a credential.
fn variable(assignment: &str) -> Option<(&str, &str)> {
    let (name, value) = assignment.split_once('=')?;
    let is_name = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (is_name && names_credential(name)).then_some((name, value))
}

/// A header with its value, where it is one for a credential; the scheme is left out.
fn header(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(':')?;
    let value = value.trim();
    if names_credential(name.trim()) {
        return Some((name.trim(), value));
    }
    let is_authorization = ["authorization", "proxy-authorization"]
        .contains(&name.trim().to_ascii_lowercase().as_str());
    let schemes = ["bearer", "basic", "token"];
    let credential = match value.split_once(' ') {
        Some((scheme, rest)) if schemes.contains(&scheme.to_ascii_lowercase().as_str()) => {
            rest.trim()
        }
        _ => value,
    };
    is_authorization.then_some((name.trim(), credential))
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUE: &str = "kq8Zp2mN4vX7";

    #[test]
    fn a_credential_is_found_in_every_way_to_write_an_argument() {
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
            let expected = LiteralArgument {
                index,
                name,
                value: VALUE,
            };
            assert_eq!(literal_arguments(&arguments), [expected], "{line}");
        }
    }

    #[test]
    fn what_is_filled_in_later_is_no_credential() {
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
