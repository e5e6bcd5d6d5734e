//! `check`: load -> parse -> validate -> classify -> lint -> report.

use std::path::{Path, PathBuf};

use crate::cli::{CheckArgs, Global};
use crate::console::Console;
use crate::pipeline::Keep;
use crate::source::Sources;
use crate::workspace::Workspace;

use super::judge::{self, AllowlistChoice, Questions};
use super::{ExitStatus, Failure, findings};

pub(super) fn run(
    args: &CheckArgs,
    global: &Global,
    console: &Console,
) -> Result<ExitStatus, Failure> {
    let workspace = judge::open(global, &args.findings)?;
    let (paths, input) = read_standard_input(&workspace, args)?;
    let mut sources = Sources::default();
    let questions = Questions {
        keep: Keep::Entries,
        allowlist: AllowlistChoice::InForce(args.findings.allowlist.as_deref()),
    };
    let targets = judge::judge(&workspace, &paths, input, &mut sources, &questions)?;
    let outcome = findings::report(
        &workspace,
        targets,
        &sources,
        &args.findings,
        console,
        |_| true,
    )?;
    if outcome.files == 0 {
        console.say(&no_input(&workspace, &paths));
        return Ok(ExitStatus::NoInput);
    }
    console.say(&outcome.summary("checked"));
    if !outcome.has_allowlist {
        console.say(
            "the allowlist was not checked: there is no `--allowlist`, and nothing was built yet \
             (`generated/oauth_proxy/providers.js`)",
        );
    }
    Ok(outcome.status)
}

/// Standard input takes the place of the file that it stands for; without a name it is a catalog of its own.
fn read_standard_input(
    workspace: &Workspace,
    args: &CheckArgs,
) -> Result<(Vec<PathBuf>, Option<crate::workspace::StandardInput>), Failure> {
    let is_dash = |path: &PathBuf| path.as_os_str() == "-";
    if !args.paths.iter().any(is_dash) {
        return match &args.stdin_filename {
            Some(_) => Err(Failure::usage("`--stdin-filename` goes with the path `-`")),
            None => Ok((args.paths.clone(), None)),
        };
    }
    let name = args
        .stdin_filename
        .clone()
        .unwrap_or_else(|| PathBuf::from("stdin.json"));
    let path = workspace.absolute(&name);
    let input = judge::standard_input(path, workspace.config.max_file_bytes)?;
    let mut paths = args.paths.clone();
    for path in &mut paths {
        if is_dash(path) {
            path.clone_from(&name);
        }
    }
    Ok((paths, Some(input)))
}

/// What to say when nothing was found to check.
pub(super) fn no_input(workspace: &Workspace, paths: &[PathBuf]) -> String {
    let folder = |name: &str| format!("`{}`", Path::new(name).display());
    match paths {
        [] => format!(
            "no server JSON files in {} or {}: name a folder, or run catproof where the catalog is",
            folder(&workspace.config.catalog),
            folder(&workspace.config.catalog_local)
        ),
        _ => {
            let names: Vec<String> = paths
                .iter()
                .map(|path| format!("`{}`", path.display()))
                .collect();
            format!("no server JSON files in {}", names.join(", "))
        }
    }
}
