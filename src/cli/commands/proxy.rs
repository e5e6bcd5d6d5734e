//! `proxy`: runs the OAuth proxy from the artifacts, or checks that it could be run.

use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};

use tokio::runtime::Runtime;

use crate::catalog::nearest;
use crate::catalog::workspace::Workspace;
use crate::cli::args::ProxyArgs;
use crate::pipeline::probing;
use crate::runtime::proxy::{self, Log, ProxyError, ProxyOptions, StartupSummary};
use crate::text::plural::plural;
use crate::text::visible::{visible, visible_lines};

use super::{Console, ExitStatus, Failure, env, open_workspace};

/// The artifact that the proxy runs from.
const LAUNCH: &str = "oauth_proxy/launch.json";

pub(super) fn run(args: &ProxyArgs, console: &Console) -> Result<ExitStatus, Failure> {
    let (launch, env_file) = match &args.launch {
        Some(path) => (console.at(path), args.env_file.clone()),
        None => {
            let workspace = open_workspace(console)?;
            let in_checkout = || env_file_of_checkout(&workspace, console);
            (built_launch(&workspace)?, args.env_file.clone().or_else(in_checkout))
        }
    };
    let authorities = args.ca_file.as_deref();
    let options = ProxyOptions {
        env_file: env_file.as_deref().map(|path| console.at(path)),
        listen: args.listen,
        allowed_hosts: args.allow_host.iter().map(ToString::to_string).collect(),
        allow_missing: args.allow_missing,
        behind_proxy: args.behind_proxy,
        authorities: authorities.map(|path| probing::read(&console.at(path))).transpose()?,
        log: Log::standard_error(args.log),
        ..ProxyOptions::new(launch)
    };
    if args.check { check(env_file.as_deref(), &options, console) } else { serve(options, console) }
}

/// The `.env` beside the proxy, which `env --check` looks at too, if there is one.
fn env_file_of_checkout(workspace: &Workspace, console: &Console) -> Option<PathBuf> {
    let Workspace { root, working_folder, .. } = workspace;
    let path = nearest::relative(nearest::PROXY_ENV_FILE, root, working_folder);
    if !console.at(Path::new(&path)).is_file() {
        return None;
    }
    console.say(&format!("reading `{path}`"));
    Some(PathBuf::from(path))
}

/// Where `build` writes the launch file.
fn built_launch(workspace: &Workspace) -> Result<PathBuf, Failure> {
    let folder = workspace.generated(&workspace.folders());
    let places = &workspace.config.artifacts;
    let path = folder.join(places.get(LAUNCH).map_or(LAUNCH, String::as_str));
    if path.is_file() {
        Ok(path)
    } else {
        Err(Failure::Usage {
            message: format!("there is no `{}`", path.display()),
            help: Some("run `catproof build`, or name the file: `--launch FILE`".to_owned()),
        })
    }
}

fn check(
    env_file: Option<&Path>,
    options: &ProxyOptions,
    console: &Console,
) -> Result<ExitStatus, Failure> {
    use ProxyError::{Environment, Incomplete, Launch};
    let (startup, problems) = proxy::check_with_environment(options);
    let is_ready = startup.is_ok() && problems.is_empty();
    let text = match startup {
        Ok(summary) => {
            let place = format!("ready to listen on {}", summary.listen);
            describe(&summary, &place).join("\n") + "\n"
        }
        // The lines below name each missing variable.
        Err(Incomplete(_)) => String::new(),
        Err(problem @ (Launch { .. } | Environment(_))) => problem.to_string() + "\n",
        Err(error) => return Err(failure(&error)),
    };
    let name = env_file.map(|path| path.display().to_string());
    let problems = env::describe(&problems, name.as_deref().unwrap_or("environment"));
    console.print(visible_lines(&text) + &problems)?;
    Ok(if is_ready { ExitStatus::Clean } else { ExitStatus::Findings })
}

/// Serves until a signal stops it. The Tokio runtime is started here, so that no other command waits for one.
fn serve(options: ProxyOptions, console: &Console) -> Result<ExitStatus, Failure> {
    Runtime::new()?.block_on(async {
        // Installed before it listens, so that an early signal also ends it cleanly.
        let stop = stop_signal()?;
        let listening = proxy::bind(options).await.map_err(|error| failure(&error))?;
        let place = format!("OAuth proxy on http://{}", listening.address());
        for line in describe(listening.summary(), &place) {
            console.say(&visible(&line));
        }
        if !listening.address().ip().is_loopback() {
            console.say("other machines can reach it: put a TLS proxy in front");
        }
        listening.serve(stop).await;
        Ok(ExitStatus::Clean)
    })
}

fn failure(error: &ProxyError) -> Failure {
    let help = match error {
        ProxyError::Incomplete(_) => Some("set them, or start without them: `--allow-missing`"),
        _ => None,
    };
    Failure::Usage { message: error.to_string(), help: help.map(str::to_owned) }
}

/// Describes what runs, line by line.
fn describe(summary: &StartupSummary, place: &str) -> Vec<String> {
    let ready = match summary.ready.as_slice() {
        [] => "exchanges tokens for no server".to_owned(),
        ready => {
            format!("exchanges tokens for {}: {}", plural(ready.len(), "server"), ready.join(", "))
        }
    };
    let without_endpoint = summary.without_endpoint.iter().map(|id| {
        format!("refuses {id}: its endpoints are not in the discovery lock, run `catproof probe`")
    });
    let without_secret = summary.without_secret.iter().map(|missing| format!("refuses {missing}"));
    [place.to_owned(), ready].into_iter().chain(without_endpoint).chain(without_secret).collect()
}

/// Completes on Ctrl-C or SIGTERM. SIGHUP would end the process: it is ignored, since it comes from a terminal that
/// closes, or from an operator who expects a service to go on.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hangup = signal(SignalKind::hangup())?;
    Ok(async move {
        loop {
            tokio::select! {
                _ = terminate.recv() => return,
                _ = interrupt.recv() => return,
                _ = hangup.recv() => {}
            }
        }
    })
}

/// Completes on Ctrl-C.
#[cfg(not(unix))]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Without a handler, the system ends the process at once.
        let _ = tokio::signal::ctrl_c().await;
    })
}
