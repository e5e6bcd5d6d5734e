//! `check`: load -> parse -> validate -> classify -> [probe] -> lint -> report. Offline, unless an option says otherwise.

use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use crate::catalog::allowlist::Allowlist;
use crate::catalog::config;
use crate::catalog::workspace::{StandardInput, Workspace};
use crate::cli::args::{CheckArgs, Global};
use crate::cli::console::Console;
use crate::cli::exit_status::ExitStatus;
use crate::cli::findings;
use crate::cli::network::network_options;
use crate::cli::no_input::no_input;
use crate::cli::watcher::ConsoleWatcher;
use crate::compile::write;
use crate::pipeline::baseline;
use crate::pipeline::facts::{AllowlistChoice, LockChoice};
use crate::pipeline::failure::Failure;
use crate::pipeline::ignores::Ignores;
use crate::pipeline::online::Online;
use crate::pipeline::probing::{self, Probing, Watcher};
use crate::pipeline::redaction;
use crate::pipeline::running_proxy;
use crate::pipeline::{Job, JudgedTarget, judge};
use crate::source::{Sources, describe};
use crate::text::day::Day;
use crate::text::plural::plural;

use super::{fix, open_to_judge};

pub(super) fn run(
    args: &CheckArgs,
    global: &Global,
    console: &Console,
) -> Result<ExitStatus, Failure> {
    let mut workspace = open(args, global, console)?;
    let (paths, input) = read_standard_input(&workspace, args, console)?;
    let fixes = &args.fixes;
    let is_fixing = (fixes.fix || fixes.unsafe_fixes) && !fixes.diff;
    if input.is_some() && (is_fixing || args.write_baseline) {
        return Err(Failure::usage(
            "standard input cannot be repaired, and has no baseline: `--diff` shows what would be repaired",
        ));
    }
    let is_alone = input.as_ref().is_some_and(|input| input.is_alone);
    let watcher = ConsoleWatcher::new(console);
    let online = online(args, console, &watcher)?;
    let running = running_allowlist(args, &workspace, console)?;
    let mut sources = Sources::default();
    let allowlist = match &running {
        Some(allowlist) => AllowlistChoice::Running(allowlist),
        None => AllowlistChoice::InForce(args.findings.allowlist.as_deref()),
    };
    let locks = online.as_ref().map_or(LockChoice::Judged, LockChoice::Online);
    let job = Job { input, allowlist, locks, ..Job::new(&workspace, &paths) };
    let mut targets = judge(job, &mut sources)?;
    if let Some(online) = online {
        online.probing.finish()?;
    }
    if args.write_baseline {
        write_baseline(&workspace, &targets, &sources, console)?;
        workspace = open(args, global, console)?;
    }
    if fixes.diff {
        return fix::show(&workspace, &targets, &sources, fixes, console);
    }
    if is_fixing {
        fix::apply(&workspace, &targets, &sources, fixes, console)?;
        sources = Sources::default();
        let job = Job { allowlist, locks: LockChoice::Judged, ..Job::new(&workspace, &paths) };
        targets = judge(job, &mut sources)?;
    }
    let outcome =
        findings::report(&workspace, &mut targets, &mut sources, &args.findings, console)?;
    if outcome.files == 0 {
        console.say(&no_input(&workspace, &paths));
        return Ok(ExitStatus::NoInput);
    }
    console.say(&outcome.summary("checked"));
    if !outcome.has_allowlist {
        console.say(if is_alone {
            "the allowlist was not checked: standard input is judged by itself, unless \
             `--stdin-filename` says which file of a catalog it is"
        } else {
            "the allowlist was not checked: there is no `--allowlist`, and nothing was built yet \
             (`generated/oauth_proxy/providers.js`)"
        });
    }
    Ok(outcome.status)
}

fn open(args: &CheckArgs, global: &Global, console: &Console) -> Result<Workspace, Failure> {
    let mut workspace = open_to_judge(global, &args.findings, console)?;
    if args.strict_online {
        probing::be_strict(&mut workspace);
    }
    Ok(workspace)
}

/// Adds ignores for what is found now; the report that follows shows what cannot be ignored.
fn write_baseline(
    workspace: &Workspace,
    targets: &[JudgedTarget],
    sources: &Sources,
    console: &Console,
) -> Result<(), Failure> {
    let config = &workspace.config;
    let known = Ignores::new(&config.ignore, &workspace.root, workspace.today);
    let found = targets.iter().flat_map(|target| &target.judged.findings);
    let shown = found.filter(|finding| {
        let level = config.level(finding.rule, finding.severity);
        level.is_some() && !known.cover(finding, sources)
    });
    let redactor = redaction::redaction(targets, sources).redactor;
    let ignores = baseline::ignores(shown, sources, &workspace.root, &redactor);
    let path =
        workspace.config_file.clone().unwrap_or_else(|| workspace.root.join(config::FILE_NAME));
    if !ignores.is_empty() {
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            Err(error) => {
                let reason = describe(&error);
                return Err(Failure::Unreadable { path, reason });
            }
        };
        write::write_file(&path, baseline::add(&text, &ignores).as_bytes())?;
    }
    let shown = path.strip_prefix(&workspace.working_folder).unwrap_or(&path);
    console.say(&format!("added {} to {}", plural(ignores.len(), "ignore"), shown.display()));
    Ok(())
}

fn is_dash(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// With `--online`, how the providers are asked.
fn online<'a>(
    args: &CheckArgs,
    console: &Console,
    watcher: &'a dyn Watcher,
) -> Result<Option<Online<'a>>, Failure> {
    let network = &args.network;
    if !args.online {
        return if network.replay.is_some() || network.record.is_some() {
            Err(Failure::usage("`--replay` and `--record` go with `--online`"))
        } else {
            Ok(None)
        };
    }
    let today = args.findings.today.unwrap_or_else(Day::today);
    Ok(Some(Online { probing: Probing::new(&network_options(network, console), today)?, watcher }))
}

/// The allowlist of the proxy that runs: where it was named, and online where the configuration knows one.
fn running_allowlist(
    args: &CheckArgs,
    workspace: &Workspace,
    console: &Console,
) -> Result<Option<Allowlist>, Failure> {
    if let Some(url) = &args.proxy_url {
        return running_proxy::allowlist(url, &network_options(&args.network, console)).map(Some);
    }
    let is_asked =
        args.online && args.network.replay.is_none() && args.findings.allowlist.is_none();
    let Some(url) = workspace.config.proxy.url.as_ref().filter(|_| is_asked) else {
        return Ok(None);
    };
    match running_proxy::allowlist(url, &network_options(&args.network, console)) {
        // Whoever named it nowhere on the command line gets the next best.
        Err(failure) if !args.strict_online => {
            console.say(&failure.to_string());
            Ok(None)
        }
        asked => asked.map(Some),
    }
}

/// Standard input takes the place of the file that it stands for; without one it is judged by itself.
fn read_standard_input(
    workspace: &Workspace,
    args: &CheckArgs,
    console: &Console,
) -> Result<(Vec<PathBuf>, Option<StandardInput>), Failure> {
    if !args.paths.iter().any(|path| is_dash(path)) {
        return match &args.stdin_filename {
            Some(_) => Err(Failure::usage("`--stdin-filename` goes with the path `-`")),
            None => Ok((args.paths.clone(), None)),
        };
    }
    let name = args.stdin_filename.clone();
    let is_alone = name.is_none();
    let name = name.unwrap_or_else(|| PathBuf::from("stdin.json"));
    let input = StandardInput {
        path: workspace.absolute(&name),
        is_alone,
        text: standard_input(console, workspace.config.max_file_bytes)?,
    };
    let mut paths = args.paths.clone();
    for path in &mut paths {
        if is_dash(path) {
            path.clone_from(&name);
        }
    }
    Ok((paths, Some(input)))
}

/// Reads standard input whole, up to a little more than a manifest may have.
fn standard_input(console: &Console, limit: u64) -> Result<Vec<u8>, Failure> {
    let mut text = Vec::new();
    let read = console.standard_input().take(limit.saturating_add(1)).read_to_end(&mut text);
    match read {
        Ok(_) => Ok(text),
        Err(error) => {
            Err(Failure::Unreadable { path: PathBuf::from("-"), reason: describe(&error) })
        }
    }
}
