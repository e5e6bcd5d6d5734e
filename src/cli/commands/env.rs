//! `env`: the template of the proxy's or the app's environment, or what a real `.env` lacks.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;

use crate::catalog::workspace::Workspace;
use crate::cli::args::{EnvArgs, EnvSide, Global};
use crate::cli::console::Console;
use crate::cli::exit_status::ExitStatus;
use crate::cli::no_input::no_input;
use crate::compile::emit;
use crate::compile::plan::Plan;
use crate::pipeline::artifacts;
use crate::pipeline::failure::Failure;
use crate::pipeline::line::Keep;
use crate::pipeline::settle::count_errors;
use crate::pipeline::{Job, judge};
use crate::runtime::env_check;
use crate::source::{Sources, describe};
use crate::text::dotenv;
use crate::text::env_name;
use crate::text::plural::plural;
use crate::text::secrets::redactor::Redactor;
use crate::text::visible::visible;

use super::open_workspace;

pub(super) fn run(
    args: &EnvArgs,
    global: &Global,
    console: &Console,
) -> Result<ExitStatus, Failure> {
    let workspace = open_workspace(global, console)?;
    let mut sources = Sources::default();
    let job = Job { keep: Keep::Manifests, ..Job::new(&workspace, &[]) };
    let targets = judge(job, &mut sources)?;
    let Some(mut target) = targets.into_iter().find(|target| target.files > 0) else {
        console.say(&no_input(&workspace, &[]));
        return Ok(ExitStatus::NoInput);
    };
    let judged = std::slice::from_mut(&mut target);
    let errors = count_errors(&workspace, judged, &mut sources);
    if errors > 0 {
        let errors = plural(errors, "error");
        console.say(&format!("the catalog has {errors}: run `catproof check`"));
        return Ok(ExitStatus::Findings);
    }
    let plan = artifacts::compile(&workspace, &target)?;
    match &args.check {
        Some(file) => compare(&workspace, &plan, file, args.side, console),
        None => print(plan, args, console),
    }
}

fn print(mut plan: Plan, args: &EnvArgs, console: &Console) -> Result<ExitStatus, Failure> {
    if args.posix_aliases {
        let ambiguous = use_aliases(&mut plan);
        if !ambiguous.is_empty() {
            let ids: Vec<&str> = ambiguous.iter().map(String::as_str).collect();
            console.say(&format!(
                "in upper case with `_`, the variables of these servers are those of another one: {}",
                ids.join(", ")
            ));
            return Ok(ExitStatus::Findings);
        }
    }
    let template = match args.side {
        EnvSide::Proxy => emit::proxy_env(&plan)?,
        EnvSide::App => emit::app_env(&plan)?,
    };
    let mut out = console.out();
    out.write_all(&template.bytes)?;
    out.flush()?;
    Ok(ExitStatus::Clean)
}

/// Gives every variable its POSIX name, or gives the servers for which that name would be ambiguous.
fn use_aliases(plan: &mut Plan) -> BTreeSet<String> {
    let mut ambiguous = BTreeSet::new();
    let mut owners: BTreeMap<String, String> = BTreeMap::new();
    for (id, server) in &mut plan.proxy.servers {
        let environment = &mut server.environment;
        for names in [&mut environment.client_id, &mut environment.secret] {
            // The compiler has dropped the aliases that could mean two servers.
            let Some(alias) = names.pop().filter(|name| env_name::alias(name) == *name) else {
                ambiguous.insert(id.clone());
                continue;
            };
            if let Some(owner) = owners.insert(alias.clone(), id.clone()) {
                ambiguous.extend([owner, id.clone()]);
            }
            *names = vec![alias];
        }
    }
    ambiguous
}

/// Says what is wrong with a real file, a line each; there being something is what the exit status says.
fn compare(
    workspace: &Workspace,
    plan: &Plan,
    path: &Path,
    side: EnvSide,
    console: &Console,
) -> Result<ExitStatus, Failure> {
    let unreadable = |reason: String| Failure::Unreadable { path: path.to_owned(), reason };
    let limit = workspace.config.max_file_bytes;
    let mut bytes = Vec::new();
    let read = File::open(workspace.working_folder.join(path))
        .and_then(|file| file.take(limit.saturating_add(1)).read_to_end(&mut bytes));
    read.map_err(|error| unreadable(describe(&error)))?;
    if bytes.len() as u64 > limit {
        return Err(unreadable(format!("it is larger than {limit} bytes")));
    }
    // As Node reads it: a byte that is not UTF-8 spoils its own value alone.
    let file = dotenv::read(&String::from_utf8_lossy(&bytes));
    let problems = match side {
        EnvSide::Proxy => env_check::check_proxy(&file, plan),
        EnvSide::App => env_check::check_app(&file),
    };
    let name = path.display().to_string();
    let redactor = Redactor::default();
    let mut out = console.out();
    for problem in &problems {
        let line = problem.line.map(|line| format!(":{line}"));
        let line = format!("{name}{}: {}", line.unwrap_or_default(), problem.message());
        // A credential may have the shape of a variable's name.
        writeln!(out, "{}", visible(&redactor.apply(&line)))?;
    }
    out.flush()?;
    let count = plural(file.entries.len(), "variable");
    Ok(match problems.len() {
        0 => {
            console.say(&format!("checked {count}: no problems"));
            ExitStatus::Clean
        }
        problems => {
            let problems = plural(problems, "problem");
            console.say(&format!("checked {count}: {problems}"));
            ExitStatus::Findings
        }
    })
}
