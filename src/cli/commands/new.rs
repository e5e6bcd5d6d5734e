//! `new`: writes the manifest of a new server from options and answers on the terminal.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, BufRead as _, Write as _};
use std::path::{Path, PathBuf};

use clap::ValueEnum as _;
use url::Url;

use crate::catalog::workspace::Workspace;
use crate::cli::args::NewArgs;
use crate::compile::write;
use crate::discovery::draft::{self, DraftAnswers, DraftedManifest};
use crate::manifest::oauth::OAuthType;
use crate::text::hidden::to_json;
use crate::text::hosts;
use crate::text::secrets::redactor::Redactor;
use crate::text::server_id::is_server_id;

use super::{Console, ExitStatus, Failure, open_workspace};

pub(super) fn run(args: &NewArgs, console: &Console) -> Result<ExitStatus, Failure> {
    let workspace = open_workspace(console)?;
    let said = if console.can_ask() { ask(args)? } else { args.clone() };
    let answers = answers(&said, &workspace)?;
    let path = place(&workspace, &answers.id)?;
    write_manifest(&path, &draft::from_answers(&answers))?;
    warn_of_shadow(&workspace, &answers.id, console);

    let shown = path.strip_prefix(&workspace.working_folder).unwrap_or(&path);
    let shown = shown.display().to_string();
    let redactor = Redactor::default();
    let mut out = console.out();
    writeln!(out, "{}", redactor.apply(&format!("wrote `{shown}`. Next:")))?;
    let mut steps = steps(&answers, &shown);
    if answers.oauth_type.has_static_client() {
        // Before the first secret is written down.
        steps.splice(0..0, ignore_step(&workspace));
    }
    for (step, number) in steps.iter().zip(1..) {
        writeln!(out, "{number}. {}", redactor.apply(step))?;
    }
    out.flush()?;
    Ok(ExitStatus::Clean)
}

/// Where the manifest of a new server goes.
pub(super) fn place(workspace: &Workspace, id: &str) -> Result<PathBuf, Failure> {
    let folder = workspace.root.join(&workspace.config.catalog_local);
    let path = folder.join(format!("{id}.json"));
    if path.symlink_metadata().is_ok() {
        Err(Failure::Unwritable { path, reason: "it already exists".to_owned() })
    } else {
        Ok(path)
    }
}

/// Asks to ignore the files that secrets are put into, and what is built from a developer's servers; `None` if git is told
/// already.
fn ignore_step(workspace: &Workspace) -> Option<String> {
    let ignored = fs::read_to_string(workspace.root.join(".gitignore")).unwrap_or_default();
    let ignored: BTreeSet<&str> =
        ignored.lines().map(|line| line.trim().trim_matches('/')).collect();
    let development = format!("{}/development", workspace.config.generated);
    let paths = ["oauth_proxy/.env".to_owned(), development].into_iter();
    // A pattern without a slash is for every folder.
    let is_ignored = |path: &str| {
        ignored.contains(path) || path.rsplit('/').next().is_some_and(|name| ignored.contains(name))
    };
    let missing = paths.filter(|path| !is_ignored(path));
    let lines: Vec<String> = missing.map(|path| format!("`/{path}`")).collect();
    (!lines.is_empty()).then(|| format!("Add {} to `.gitignore`.", lines.join(" and ")))
}

/// Warns if the new server hides one of the production catalog.
pub(super) fn warn_of_shadow(workspace: &Workspace, id: &str, console: &Console) {
    let published = Path::new(&workspace.config.catalog).join(format!("{id}.json"));
    if workspace.root.join(&published).symlink_metadata().is_ok() {
        console.say(&format!(
            "`{}` exists too: under the development profile the new server hides it (`catproof explain shadowed-server`)",
            published.display()
        ));
    }
}

/// Writes a drafted manifest to a new file.
pub(super) fn write_manifest(path: &Path, manifest: &DraftedManifest) -> Result<(), Failure> {
    Ok(write::create(path, to_json(manifest).as_bytes())?)
}

/// The proxy's callback URL, if the configuration has one.
pub(super) fn callback_of_proxy(workspace: &Workspace) -> Option<String> {
    let proxy = &workspace.config.proxy;
    let of_proxy = |url: &String| format!("{}/oauth/callback", url.trim_end_matches('/'));
    let callback = proxy.callback_urls.first().cloned();
    callback.or_else(|| proxy.url.as_ref().map(of_proxy))
}

/// The id and the URL of the new server. If only a URL is given, the id is derived from it.
pub(super) fn id_and_url(args: &NewArgs) -> Result<(String, String), Failure> {
    let said = [&args.server, &args.url, &args.token_endpoint];
    for url in said.into_iter().flatten() {
        check_user_information(url)?;
    }
    let (id, url) = match (&args.server, &args.url) {
        (Some(id), Some(url)) => (Some(id.clone()), url),
        (None, Some(url)) => (draft::id_of(url, args.oauth_type), url),
        (Some(url), None) if url.contains("://") => (draft::id_of(url, args.oauth_type), url),
        (Some(_), None) => return Err(missing("the server's URL", "--url URL")),
        (None, None) => return Err(missing("the server's id and URL", "ID --url URL")),
    };
    match id {
        Some(id) if is_server_id(&id) => Ok((id, url.clone())),
        Some(id) => Err(Failure::usage(format!(
            "`{id}` is not a server id: use at most 200 letters, digits, `_`, `.` and `-`"
        ))),
        None => Err(Failure::Usage {
            message: format!("no server id can be derived from `{url}`"),
            help: Some("name one: `catproof new ID --url URL`".to_owned()),
        }),
    }
}

/// Refuses a URL with user information before any of it is shown or written.
fn check_user_information(url: &str) -> Result<(), Failure> {
    let behind_scheme = url.split_once("://").map_or("", |(_, rest)| rest);
    let authority = behind_scheme.split(['/', '?', '#', '\\']).next();
    if authority.is_some_and(|authority| authority.contains('@')) {
        Err(Failure::usage(
            "the URL contains a user name or password, which does not belong in a catalog: remove it",
        ))
    } else {
        Ok(())
    }
}

fn missing(what: &str, option: &str) -> Failure {
    Failure::Usage {
        message: format!("{what} is missing, and there is no terminal to ask on"),
        help: Some(format!("add `{option}`")),
    }
}

/// Prompts for what the command line leaves out. An empty answer skips what is optional.
fn ask(args: &NewArgs) -> Result<NewArgs, Failure> {
    let mut said = args.clone();
    if said.oauth_type.is_none() {
        let answer = ask_for(
            "Type (1 generic OAuth 2.0, 2 local MCP, 3 remote with a client id, 4 remote that registers clients)",
        )?;
        let oauth_type = OAuthType::from_str(&answer, true)
            .map_err(|_| Failure::usage(format!("`{answer}` is not an OAuth type")))?;
        said.oauth_type = Some(oauth_type);
    }
    let names_url = said.server.as_deref().is_some_and(|server| server.contains("://"));
    if said.url.is_none() && !names_url {
        said.url = Some(ask_for(match said.oauth_type {
            Some(OAuthType::Generic) => "Authorization endpoint",
            Some(OAuthType::McpStatic) => "Issuer",
            _ => "URL of the server",
        })?);
    }
    if said.server.is_none() {
        let id = said.url.as_deref();
        let id = id.and_then(|url| draft::id_of(url, said.oauth_type));
        let answer = ask_for(&format!("Server id [{}]", id.as_deref().unwrap_or_default()))?;
        said.server = Some(answer).filter(|answer| !answer.is_empty()).or(id);
    }
    let Some(oauth_type) = said.oauth_type else {
        return Ok(said);
    };
    if oauth_type == OAuthType::Generic && said.token_endpoint.is_none() {
        said.token_endpoint = Some(ask_for("Token endpoint")?).filter(|text| !text.is_empty());
    }
    if oauth_type.has_static_client() && said.client_id.is_none() {
        let answer = ask_for("Client id, if the provider has issued one")?;
        said.client_id = Some(answer).filter(|answer| !answer.is_empty());
    }
    if !oauth_type.is_remote() && said.command.is_empty() {
        let answer = ask_for("Command that starts the server, such as `npx -y acme-mcp@1.4.0`")?;
        said.command = words(&answer);
    }
    if said.scope.is_empty() {
        said.scope = words(&ask_for("Scopes, separated by spaces")?);
    }
    Ok(said)
}

/// Prompts on the terminal and reads one line.
fn ask_for(what: &str) -> Result<String, Failure> {
    let mut terminal = io::stderr().lock();
    write!(terminal, "{what}: ")?;
    terminal.flush()?;
    let mut line = String::new();
    match io::stdin().lock().read_line(&mut line)? {
        0 => Err(Failure::usage("nothing was written: the input ended early")),
        _ => Ok(line.trim().to_owned()),
    }
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn answers(said: &NewArgs, workspace: &Workspace) -> Result<DraftAnswers, Failure> {
    let Some(oauth_type) = said.oauth_type else {
        let option = "--type 1`, `2`, `3` or `4`, or `--online";
        return Err(missing("the OAuth type", option));
    };
    let (id, url) = id_and_url(said)?;
    for url in [Some(&url), said.token_endpoint.as_ref()].into_iter().flatten() {
        check_url(url)?;
    }
    Ok(DraftAnswers {
        id,
        oauth_type,
        url,
        client_id: said.client_id.clone(),
        token_endpoint: said.token_endpoint.clone(),
        command: said.command.clone(),
        scopes: said.scope.clone(),
        callback: callback_of_proxy(workspace),
    })
}

/// Refuses a URL that `check` would report as an error.
fn check_url(text: &str) -> Result<(), Failure> {
    let is_sound = Url::parse(text).is_ok_and(|url| match url.scheme() {
        "https" => url.has_host(),
        "http" => hosts::is_loopback(&url),
        _ => false,
    });
    if is_sound { Ok(()) } else { Err(Failure::usage(format!("`{text}` is not an https URL"))) }
}

/// The next steps, from the guide.
fn steps(answers: &DraftAnswers, file: &str) -> Vec<String> {
    let DraftAnswers { id, oauth_type, .. } = answers;
    let mut steps = Vec::new();
    let is_static = oauth_type.has_static_client();
    if is_static && answers.client_id.is_none() {
        steps.push(
            "Register a client with the provider, and put its id into `client_id`. Give its secret only to the proxy."
                .to_owned(),
        );
    }
    if *oauth_type == OAuthType::Generic && answers.token_endpoint.is_none() {
        steps.push("Add `token_endpoint`, where the proxy exchanges the code.".to_owned());
    }
    if !oauth_type.is_remote() && answers.command.is_empty() {
        steps.push("Put the program that starts the server into `command` and `args`.".to_owned());
    }
    if *oauth_type == OAuthType::McpStatic {
        steps.push(
            "Check `well_known_url`, `streamable_http_url` and its port: they are set to the usual values."
                .to_owned(),
        );
    }
    steps.push(format!("Run `catproof check --profile development {file}` until it is clean."));
    if matches!(oauth_type, OAuthType::McpStatic | OAuthType::RemoteStatic) {
        steps.push(format!("Run `catproof probe {id}` to find out where the secret is sent."));
    }
    if is_static {
        steps.push(format!(
            "Run `catproof build --profile development`, put `{id}_SECRET` into `oauth_proxy/.env`, and start the \
             proxy: `cd oauth_proxy && pnpm install && pnpm start`."
        ));
    }
    steps.push(
        "Start the app with `cd desktop_app && pnpm start`, and find the server on the Connections page with its purple \
         `Developer` tag."
            .to_owned(),
    );
    steps.push(
        "Click `Install (OAuth)`, log in, and check in Settings → Servers that it runs. Then set \
         `\"works_in_archestra\": true` in `archestra_config`."
            .to_owned(),
    );
    if is_static && answers.callback.is_none() {
        steps.push(
            "Put the callback URL of the production proxy first in `redirect_uris`, and register it with the provider: \
             the catalog accepts no callback on your own machine."
                .to_owned(),
        );
    }
    steps.push(format!("Move `{file}` to the catalog, and run `catproof check`."));
    steps
}
