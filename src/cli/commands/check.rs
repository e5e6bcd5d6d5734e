//! `check`: load -> parse -> validate -> classify -> [probe] -> lint -> report. Offline, unless an option says otherwise.

use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use crate::catalog::allowlist::Allowlist;
use crate::catalog::config;
use crate::catalog::workspace::{StandardInput, Workspace};
use crate::cli::args::CheckArgs;
use crate::cli::findings;
use crate::cli::watcher::ConsoleWatcher;
use crate::compile::write;
use crate::pipeline::baseline;
use crate::pipeline::facts::{AllowlistChoice, LockChoice};
use crate::pipeline::ignores::Ignores;
use crate::pipeline::online::Online;
use crate::pipeline::probing::{self, Probing, Watcher};
use crate::pipeline::redaction;
use crate::pipeline::running_proxy;
use crate::pipeline::{Job, JudgedTarget, judge};
use crate::source::{Sources, describe};
use crate::text::day::Day;
use crate::text::plural::plural;

use super::{Console, ExitStatus, Failure, fix, no_input, open_to_judge};

pub(super) fn run(args: &CheckArgs, console: &Console) -> Result<ExitStatus, Failure> {
    let mut workspace = open(args, console)?;
    let (paths, input) = read_standard_input(&workspace, args, console)?;
    let fixes = &args.fixes;
    let is_fixing = (fixes.fix || fixes.unsafe_fixes) && !fixes.diff;
    if input.is_some() && (is_fixing || args.write_baseline) {
        return Err(Failure::usage(
            "standard input cannot be repaired or added to a baseline: use `--diff` to show the fixes",
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
    let mut targets = if online.is_some() {
        // Probing shows its own progress.
        judge(job, &mut sources)?
    } else {
        console.wait_for("checking the catalog", || judge(job, &mut sources))?
    };
    if let Some(online) = online {
        online.probing.finish()?;
    }
    if args.write_baseline {
        write_baseline(&workspace, &targets, &sources, console)?;
        workspace = open(args, console)?;
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
    if outcome.counts.files == 0 {
        console.say(&no_input(&workspace, &paths));
        return Ok(ExitStatus::NoInput);
    }
    console.say(&outcome.summary("checked"));
    if outcome.lacks_allowlist {
        console.say(if is_alone {
            "the allowlist was not checked: standard input is checked on its own, unless \
             `--stdin-filename` names the catalog file that it stands for"
        } else {
            "the allowlist was not checked: there is no `--allowlist`, and nothing was built yet \
             (`generated/oauth_proxy/providers.js`)"
        });
    }
    Ok(outcome.status)
}

fn open(args: &CheckArgs, console: &Console) -> Result<Workspace, Failure> {
    let mut workspace = open_to_judge(&args.findings, console)?;
    if args.strict_online {
        probing::be_strict(&mut workspace);
    }
    Ok(workspace)
}

/// Adds an ignore for each current finding; the report that follows shows the findings that cannot be ignored.
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
            Err(error) => return Err(Failure::Unreadable { path, reason: describe(&error) }),
        };
        write::write_file(&path, baseline::add(&text, &ignores).as_bytes())?;
    }
    let shown = path.strip_prefix(&workspace.working_folder).unwrap_or(&path);
    console.say(&format!("added {} to {}", plural(ignores.len(), "ignore"), shown.display()));
    Ok(())
}

/// The network or recordings to probe with, given `--online`.
fn online<'a>(
    args: &CheckArgs,
    console: &Console,
    watcher: &'a dyn Watcher,
) -> Result<Option<Online<'a>>, Failure> {
    let network = &args.network;
    if !args.online && (network.replay.is_some() || network.record.is_some()) {
        return Err(Failure::usage("`--replay` and `--record` need `--online`"));
    } else if !args.online {
        return Ok(None);
    }
    let today = args.findings.today.unwrap_or_else(Day::today);
    Ok(Some(Online { probing: Probing::new(&console.network_options(network), today)?, watcher }))
}

/// The allowlist of the running proxy: the one named by `--proxy-url`, or with `--online` the configuration's.
fn running_allowlist(
    args: &CheckArgs,
    workspace: &Workspace,
    console: &Console,
) -> Result<Option<Allowlist>, Failure> {
    if let Some(url) = &args.proxy_url {
        return running_proxy::allowlist(url, &console.network_options(&args.network)).map(Some);
    }
    let is_asked =
        args.online && args.network.replay.is_none() && args.findings.allowlist.is_none();
    let Some(url) = workspace.config.proxy.url.as_ref().filter(|_| is_asked) else {
        return Ok(None);
    };
    match running_proxy::allowlist(url, &console.network_options(&args.network)) {
        // The proxy of the configuration is optional: without it, the allowlist in force is used.
        Err(failure) if !args.strict_online => {
            console.say(&failure.to_string());
            Ok(None)
        }
        asked => asked.map(Some),
    }
}

/// Replaces the path `-` by the name of the file that standard input stands for, and reads standard input.
fn read_standard_input(
    workspace: &Workspace,
    args: &CheckArgs,
    console: &Console,
) -> Result<(Vec<PathBuf>, Option<StandardInput>), Failure> {
    let is_dash = |path: &Path| path.as_os_str() == "-";
    if !args.paths.iter().any(|path| is_dash(path)) {
        return match &args.stdin_filename {
            Some(_) => Err(Failure::usage("`--stdin-filename` needs the path `-`")),
            None => Ok((args.paths.clone(), None)),
        };
    }
    let name = args.stdin_filename.clone().unwrap_or_else(|| PathBuf::from("stdin.json"));
    let mut text = Vec::new();
    // One byte more than a manifest may have, so that a longer one is reported as too large.
    let limit = workspace.config.max_file_bytes.saturating_add(1);
    console.standard_input().take(limit).read_to_end(&mut text).map_err(|error| {
        Failure::Unreadable { path: PathBuf::from("<stdin>"), reason: describe(&error) }
    })?;
    let is_alone = args.stdin_filename.is_none();
    let input = StandardInput { path: workspace.absolute(&name), is_alone, text };
    let paths = args.paths.iter().map(|path| if is_dash(path) { &name } else { path });
    Ok((paths.cloned().collect(), Some(input)))
}
