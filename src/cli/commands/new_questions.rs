//! The questions of `new`: each is asked until its answer can be used.

use std::io::{self, BufRead, ErrorKind, Write};

use clap::ValueEnum as _;
use url::Url;

use crate::cli::args::NewArgs;
use crate::discovery::draft;
use crate::manifest::oauth::OAuthType;
use crate::text::hosts;
use crate::text::server_id::is_server_id;

use super::Failure;

/// The terminal, or what stands for it.
pub(super) struct Dialogue<'a> {
    pub(super) input: &'a mut dyn BufRead,
    pub(super) output: &'a mut dyn Write,
}

/// Asks for what the command line leaves out. `check_place` refuses an id whose file cannot be written.
pub(super) fn ask(
    args: &NewArgs,
    mut dialogue: Dialogue<'_>,
    check_place: impl Fn(&str) -> Result<(), String>,
) -> Result<NewArgs, Failure> {
    let mut said = args.clone();
    if said.url.is_none() {
        said.url = said.server.take_if(|server| server.contains("://"));
    }
    let check_new_id = |id: &str| check_id(id).and_then(|()| check_place(id));
    // What is wrong with the command line is said before anything is asked.
    for url in [&said.url, &said.token_endpoint].into_iter().flatten() {
        check_url(url).map_err(Failure::usage)?;
    }
    if let Some(id) = &said.server {
        check_new_id(id).map_err(Failure::usage)?;
    }
    match ask_all(&mut said, &mut dialogue, check_new_id) {
        Ok(()) => Ok(said),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Err(Failure::Usage {
            message: "nothing was written: the input ended early".to_owned(),
            help: Some(format!("go on with `{}`", command_line(&said))),
        }),
        Err(error) => Err(error.into()),
    }
}

fn ask_all(
    said: &mut NewArgs,
    dialogue: &mut Dialogue<'_>,
    check_new_id: impl Fn(&str) -> Result<(), String>,
) -> io::Result<()> {
    let oauth_type = match said.oauth_type {
        Some(oauth_type) => oauth_type,
        None => *said.oauth_type.insert(dialogue.ask_type()?),
    };
    let url = if let Some(url) = &said.url {
        url
    } else {
        let question = match oauth_type {
            OAuthType::Generic => "Authorization endpoint",
            OAuthType::McpStatic => "Issuer",
            OAuthType::RemoteStatic | OAuthType::RemoteDynamic => "URL of the server",
        };
        said.url.insert(dialogue.ask(question, |answer| checked(answer, check_url))?)
    };
    if said.server.is_none() {
        let proposed = draft::id_of(url, said.oauth_type).unwrap_or_default();
        let question =
            if proposed.is_empty() { "Server id" } else { &format!("Server id [{proposed}]") };
        said.server = Some(dialogue.ask(question, |answer| {
            checked(if answer.is_empty() { &proposed } else { answer }, &check_new_id)
        })?);
    }
    if oauth_type == OAuthType::Generic && said.token_endpoint.is_none() {
        said.token_endpoint = dialogue.ask("Token endpoint (optional)", |answer| {
            if answer.is_empty() { Ok(None) } else { checked(answer, check_url).map(Some) }
        })?;
    }
    if oauth_type.has_static_client() && said.client_id.is_none() {
        let question = "Client id, if the provider has issued one (optional)";
        said.client_id = dialogue.ask(question, |answer| match answer {
            "" => Ok(None),
            answer if answer.contains(char::is_whitespace) => {
                Err("a client id has no spaces".to_owned())
            }
            answer => Ok(Some(answer.to_owned())),
        })?;
    }
    if !oauth_type.is_remote() && said.command.is_empty() {
        let question = "Command that starts the server, such as `npx -y acme-mcp@1.4.0` (optional)";
        said.command = dialogue.ask(question, |answer| {
            shlex::split(answer).ok_or_else(|| "a quote is not closed".to_owned())
        })?;
    }
    if said.scope.is_empty() {
        said.scope = dialogue.ask("Scopes, separated by spaces (optional)", |answer| {
            Ok(answer.split_whitespace().map(str::to_owned).collect())
        })?;
    }
    Ok(())
}

impl Dialogue<'_> {
    /// Asks until the answer is taken; says what is wrong with any other.
    fn ask<T>(
        &mut self,
        question: &str,
        take: impl Fn(&str) -> Result<T, String>,
    ) -> io::Result<T> {
        loop {
            write!(self.output, "{question}: ")?;
            self.output.flush()?;
            let mut line = String::new();
            if self.input.read_line(&mut line)? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            match take(line.trim()) {
                Ok(answer) => return Ok(answer),
                Err(problem) => writeln!(self.output, "{problem}")?,
            }
        }
    }

    fn ask_type(&mut self) -> io::Result<OAuthType> {
        for oauth_type in OAuthType::ALL {
            let value = oauth_type.to_possible_value();
            let help = value.and_then(|value| value.get_help().map(ToString::to_string));
            writeln!(self.output, "{:15} {}", oauth_type.name(), help.unwrap_or_default())?;
        }
        self.ask("Type, by number or name", |answer| {
            let unknown = |_| format!("`{answer}` is not an OAuth type: choose 1, 2, 3 or 4");
            OAuthType::from_str(answer, true).map_err(unknown)
        })
    }
}

/// The command line with all that is known, for a shell.
pub(super) fn command_line(said: &NewArgs) -> String {
    let mut words = vec!["catproof", "new"];
    words.extend(said.server.as_deref());
    let options = [
        ("--type", said.oauth_type.map(OAuthType::name)),
        ("--url", said.url.as_deref()),
        ("--token-endpoint", said.token_endpoint.as_deref()),
        ("--client-id", said.client_id.as_deref()),
    ];
    let scopes = said.scope.iter().map(|scope| ("--scope", Some(scope.as_str())));
    for (option, value) in options.into_iter().chain(scopes) {
        words.extend(value.map(|value| [option, value]).into_iter().flatten());
    }
    words.extend(said.force.then_some("--force"));
    if !said.command.is_empty() {
        words.push("--");
        words.extend(said.command.iter().map(String::as_str));
    }
    shlex::try_join(words.iter().copied()).unwrap_or_else(|_| words.join(" "))
}

fn checked(answer: &str, check: impl Fn(&str) -> Result<(), String>) -> Result<String, String> {
    check(answer).map(|()| answer.to_owned())
}

pub(super) fn check_id(id: &str) -> Result<(), String> {
    if is_server_id(id) {
        Ok(())
    } else {
        Err(format!("`{id}` is not a server id: use at most 200 letters, digits, `_`, `.` and `-`"))
    }
}

/// Refuses a URL with user information before any of it is shown or written.
pub(super) fn check_user_information(url: &str) -> Result<(), String> {
    let behind_scheme = url.split_once("://").map_or("", |(_, rest)| rest);
    let authority = behind_scheme.split(['/', '?', '#', '\\']).next();
    if authority.is_some_and(|authority| authority.contains('@')) {
        Err("the URL contains a user name or password, which does not belong in a catalog: remove it"
            .to_owned())
    } else {
        Ok(())
    }
}

/// Refuses a URL that `check` would report as an error.
pub(super) fn check_url(text: &str) -> Result<(), String> {
    check_user_information(text)?;
    let is_sound = Url::parse(text).is_ok_and(|url| match url.scheme() {
        "https" => url.has_host(),
        "http" => hosts::is_loopback(&url),
        _ => false,
    });
    if is_sound { Ok(()) } else { Err(format!("`{text}` is not an https URL")) }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use crate::cli::args::{Cli, Command};

    use super::*;

    /// What comes of a command line and answers, with everything that was printed.
    fn asked(arguments: &[&str], answers: &str) -> (Result<NewArgs, Failure>, String) {
        let words = ["catproof", "new"].iter().chain(arguments);
        let Command::New(args) = Cli::parse_from(words).command else {
            unreachable!("`new` was given");
        };
        let mut output = Vec::new();
        let dialogue = Dialogue { input: &mut answers.as_bytes(), output: &mut output };
        let said = ask(&args, dialogue, |id| match id {
            "acme__mcp" => Err("it already exists".to_owned()),
            _ => Ok(()),
        });
        (said, String::from_utf8_lossy(&output).into_owned())
    }

    #[test]
    fn each_answer_is_checked_and_asked_for_again() {
        let answers = "5\ngeneric\nacme\nhttps://id.acme.example/authorize\n\nacme mcp\nacme__one\n\
            http://id.acme.example/token\nhttps://id.acme.example/token\nan id\nacme-7f3c\n\
            npx \"-y\nnpx -y 'acme mcp'\nread  write\n";
        let (said, shown) = asked(&[], answers);
        let Ok(said) = said else { unreachable!("{shown}") };
        for line in [
            "generic         Type 1: plain OAuth 2.0, the token handed to a local server",
            "remote-dynamic  Type 4: a remote MCP server that registers its clients",
            "Type, by number or name: `5` is not an OAuth type: choose 1, 2, 3 or 4",
            "Authorization endpoint: `acme` is not an https URL",
            "Server id [acme__mcp]: it already exists",
            "Server id [acme__mcp]: `acme mcp` is not a server id",
            "Token endpoint (optional): `http://id.acme.example/token` is not an https URL",
            "Client id, if the provider has issued one (optional): a client id has no spaces",
            "(optional): a quote is not closed",
        ] {
            assert!(shown.contains(line), "{line}: {shown}");
        }
        assert_eq!(
            command_line(&said),
            "catproof new acme__one --type generic --url https://id.acme.example/authorize \
             --token-endpoint https://id.acme.example/token --client-id acme-7f3c --scope read --scope write \
             -- npx -y 'acme mcp'"
        );
    }

    #[test]
    fn what_was_answered_is_not_lost_if_the_input_ends() {
        let (said, _) = asked(&["--scope", "read"], "3\nhttps://mcp.acme.example/mcp\n");
        let Err(Failure::Usage { message, help }) = said else { unreachable!("the input ended") };
        assert_eq!(message, "nothing was written: the input ended early");
        assert_eq!(
            help.as_deref(),
            Some(
                "go on with `catproof new --type remote-static --url https://mcp.acme.example/mcp --scope read`"
            )
        );
    }

    #[test]
    fn what_is_wrong_with_the_command_line_is_said_before_anything_is_asked() {
        for arguments in [&["acme__mcp"][..], &["--url", "acme"], &["https://me:pw@acme.example"]] {
            let (said, shown) = asked(arguments, "");
            assert!(matches!(said, Err(Failure::Usage { help: None, .. })), "{arguments:?}");
            assert_eq!(shown, "", "{arguments:?}");
        }
    }
}
