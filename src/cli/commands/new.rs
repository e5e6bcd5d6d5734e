//! `new`: writes the manifest of a new server from options and answers on the terminal.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::catalog::nearest;
use crate::catalog::workspace::Workspace;
use crate::cli::args::NewArgs;
use crate::compile::write;
use crate::discovery::draft::{self, DraftAnswers, DraftedManifest};
use crate::manifest::oauth::OAuthType;
use crate::text::hidden::to_json;
use crate::text::secrets::redactor::Redactor;

use super::new_questions::{
    Dialogue, ask, check_id, check_url, check_user_information, command_line,
};
use super::{Console, ExitStatus, Failure, open_workspace};

pub(super) fn run(args: &NewArgs, console: &Console) -> Result<ExitStatus, Failure> {
    let workspace = open_workspace(console)?;
    let is_asked = console.can_ask();
    let said = if is_asked {
        let dialogue =
            Dialogue { input: &mut io::stdin().lock(), output: &mut io::stderr().lock() };
        let check_place = |id: &str| place(&workspace, id, args.force).map(drop);
        ask(args, dialogue, |id| check_place(id).map_err(|failure| failure.to_string()))?
    } else {
        args.clone()
    };
    let answers = answers(&said, &workspace)?;
    let path = place(&workspace, &answers.id, args.force)?;
    if let Err(failure) = write_manifest(&path, &draft::from_answers(&answers), args.force) {
        if is_asked {
            console.say(&format!("to try again: `{}`", command_line(&said)));
        }
        return Err(failure);
    }
    warn_of_shadow(&workspace, &answers.id, console);

    let shown = path.strip_prefix(&workspace.working_folder).unwrap_or(&path);
    let shown = shown.display().to_string();
    let redactor = Redactor::default();
    let mut text = format!("wrote `{shown}`. Next:\n");
    let mut steps = steps(&answers, &shown, &workspace);
    if answers.oauth_type.has_static_client() {
        // Before the first secret is written down.
        steps.splice(0..0, ignore_step(&workspace));
    }
    for (step, number) in steps.iter().zip(1..) {
        let _ = writeln!(text, "{number}. {step}");
    }
    console.print_page(&redactor.apply(&text))?;
    Ok(ExitStatus::Clean)
}

/// Where the manifest of a new server goes. `is_forced` lets it replace a file.
pub(super) fn place(workspace: &Workspace, id: &str, is_forced: bool) -> Result<PathBuf, Failure> {
    let folder = workspace.root.join(&workspace.config.catalog_local);
    let path = folder.join(format!("{id}.json"));
    if !is_forced && path.symlink_metadata().is_ok() {
        let path = path.strip_prefix(&workspace.working_folder).unwrap_or(&path).to_owned();
        let reason = "it already exists, and only `--force` replaces it".to_owned();
        return Err(Failure::Unwritable { path, reason });
    }
    Ok(path)
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

/// Writes a drafted manifest; to a new file, unless it may replace one.
pub(super) fn write_manifest(
    path: &Path,
    manifest: &DraftedManifest,
    is_forced: bool,
) -> Result<(), Failure> {
    let text = to_json(manifest);
    let write = if is_forced { write::write_file } else { write::create };
    Ok(write(path, text.as_bytes())?)
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
        check_user_information(url).map_err(Failure::usage)?;
    }
    let (id, url) = match (&args.server, &args.url) {
        (Some(id), Some(url)) => (Some(id.clone()), url),
        (None, Some(url)) => (draft::id_of(url, args.oauth_type), url),
        (Some(url), None) if url.contains("://") => (draft::id_of(url, args.oauth_type), url),
        (Some(_), None) => return Err(missing("the server's URL", "--url URL")),
        (None, None) => return Err(missing("the server's id and URL", "ID --url URL")),
    };
    match id {
        Some(id) => check_id(&id).map(|()| (id, url.clone())).map_err(Failure::usage),
        None => Err(Failure::Usage {
            message: format!("no server id can be derived from `{url}`"),
            help: Some("name one: `catproof new ID --url URL`".to_owned()),
        }),
    }
}

fn missing(what: &str, option: &str) -> Failure {
    Failure::Usage {
        message: format!("{what} is missing, and there is no terminal to ask on"),
        help: Some(format!("add `{option}`")),
    }
}

fn answers(said: &NewArgs, workspace: &Workspace) -> Result<DraftAnswers, Failure> {
    let Some(oauth_type) = said.oauth_type else {
        let option = "--type 1`, `2`, `3` or `4`, or `--online";
        return Err(missing("the OAuth type", option));
    };
    let (id, url) = id_and_url(said)?;
    for url in [Some(&url), said.token_endpoint.as_ref()].into_iter().flatten() {
        check_url(url).map_err(Failure::usage)?;
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

/// The next steps. The guide's own are for a checkout of the app and the proxy; elsewhere this program stands in for them.
fn steps(answers: &DraftAnswers, file: &str, workspace: &Workspace) -> Vec<String> {
    let DraftAnswers { id, oauth_type, .. } = answers;
    let Workspace { root, working_folder, .. } = workspace;
    let at = |path: &str| nearest::relative(path, root, working_folder);
    let has = |program: &str| root.join(program).is_dir();
    let is_static = oauth_type.has_static_client();
    let mut steps = missing_values(answers);
    steps.push(format!("Run `catproof check --profile development {file}` until it is clean."));
    if matches!(oauth_type, OAuthType::McpStatic | OAuthType::RemoteStatic) {
        steps.push(format!("Run `catproof probe {id}` to find out where the secret is sent."));
    }
    if is_static {
        let env_file = at(nearest::PROXY_ENV_FILE);
        let start = if has("oauth_proxy") {
            format!("cd {} && pnpm install && pnpm start", at("oauth_proxy"))
        } else {
            format!("catproof proxy --profile development --allow-missing --env-file {env_file}")
        };
        steps.push(format!(
            "Run `catproof build --profile development`, put `{id}_SECRET` into `{env_file}`, and start the proxy: \
             `{start}`."
        ));
    }
    let works = "set `\"works_in_archestra\": true` in `archestra_config`";
    if has("desktop_app") {
        steps.push(format!(
            "Start the app with `cd {} && pnpm start`, and find the server on the Connections page with its purple \
             `Developer` tag.",
            at("desktop_app")
        ));
        steps.push(format!(
            "Click `Install (OAuth)`, log in, and check in Settings → Servers that it runs. Then {works}."
        ));
    } else {
        steps.push(format!("Run `catproof simulate {id}` to see what the app will run."));
        steps.push(format!("Once the server has run in the app, {works}."));
    }
    if is_static && answers.callback.is_none() {
        steps.push(
            "Put the callback URL of the production proxy first in `oauth_config.redirect_uris`, and register it with \
             the provider: the catalog accepts no callback on your own machine."
                .to_owned(),
        );
    }
    let catalog = &workspace.config.catalog;
    // An option names it by its absolute path.
    let catalog = if Path::new(catalog).is_absolute() { catalog } else { &at(catalog) };
    steps.push(format!("Move `{file}` to `{catalog}/`, and run `catproof check`."));
    steps
}

/// What nobody has said, or only assumed.
fn missing_values(answers: &DraftAnswers) -> Vec<String> {
    let oauth_type = answers.oauth_type;
    let missing = [
        (
            oauth_type.has_static_client() && answers.client_id.is_none(),
            "Register a client with the provider, and put its id into `oauth_config.client_id`. Give its secret only \
             to the proxy.",
        ),
        (
            oauth_type == OAuthType::Generic && answers.token_endpoint.is_none(),
            "Add `oauth_config.token_endpoint`, where the proxy exchanges the code.",
        ),
        (
            !oauth_type.is_remote() && answers.command.is_empty(),
            "Put the program that starts the server into `server.command` and `server.args`.",
        ),
        (
            oauth_type == OAuthType::McpStatic,
            "Check `well_known_url`, `streamable_http_url` and `streamable_http_port` in `oauth_config`: they are set \
             to the usual values.",
        ),
    ];
    let missing = missing.into_iter().filter(|(is_missing, _)| *is_missing);
    missing.map(|(_, step)| step.to_owned()).collect()
}
