//! `env`: the `.env` template of the proxy or the app, or a check of a real `.env` against it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::catalog::nearest;
use crate::catalog::workspace::Workspace;
use crate::cli::args::{EnvArgs, EnvSide};
use crate::compile::emit;
use crate::compile::plan::Plan;
use crate::pipeline::artifacts;
use crate::pipeline::line::Keep;
use crate::pipeline::settle::count_errors;
use crate::pipeline::{Job, judge};
use crate::runtime::env_check::{self, EnvProblem};
use crate::runtime::environment::Environment;
use crate::source::{Sources, read_stream};
use crate::text::dotenv;
use crate::text::env_name;
use crate::text::plural::plural;
use crate::text::secrets::redactor::Redactor;
use crate::text::visible::visible;

use super::{Console, ExitStatus, Failure, no_input, open_workspace};

pub(super) fn run(args: &EnvArgs, console: &Console) -> Result<ExitStatus, Failure> {
    let workspace = open_workspace(console)?;
    let mut sources = Sources::default();
    let job = Job { keep: Keep::Manifests, ..Job::new(&workspace, &[]) };
    let targets = console.wait_for("reading the catalog", || judge(job, &mut sources))?;
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
        Some(file) => compare(&workspace, &plan, file.as_deref(), args.side, console),
        None => print(plan, args, console),
    }
}

fn print(mut plan: Plan, args: &EnvArgs, console: &Console) -> Result<ExitStatus, Failure> {
    if args.posix_aliases {
        let without = use_aliases(&mut plan);
        if !without.is_empty() {
            let ids: Vec<&str> = without.iter().map(String::as_str).collect();
            console.say(&format!(
                "these servers have no POSIX names of their own: {}; list them in `[proxy] posix_aliases`, and rename \
                 those that would share a name",
                ids.join(", ")
            ));
            return Ok(ExitStatus::Findings);
        }
    }
    let template = match args.side {
        EnvSide::Proxy => emit::proxy_env::emit(&plan)?,
        EnvSide::App => emit::app_env::emit(&plan)?,
    };
    console.print(template.bytes)?;
    Ok(ExitStatus::Clean)
}

/// Gives every variable its POSIX name, and returns the servers that have none.
fn use_aliases(plan: &mut Plan) -> BTreeSet<String> {
    let mut without = BTreeSet::new();
    for (id, server) in &mut plan.proxy.servers {
        let environment = &mut server.environment;
        for names in [&mut environment.client_id, &mut environment.secret] {
            // The guide's name comes first, its alias is the last.
            match names.pop().filter(|name| env_name::is_posix(name)) {
                Some(name) => *names = vec![name],
                None => drop(without.insert(id.clone())),
            }
        }
    }
    without
}

/// The problems of an environment, one per line.
pub(super) fn describe(problems: &[EnvProblem], name: &str) -> String {
    let redactor = Redactor::default();
    let mut text = String::new();
    for problem in problems {
        let line = problem.line.map(|line| format!(":{line}"));
        let line = format!("{name}{}: {}", line.unwrap_or_default(), problem.message());
        // A misplaced credential can look like a variable's name.
        text += &visible(&redactor.apply(&line));
        text.push('\n');
    }
    text
}

/// Prints the problems of a real `.env`.
fn compare(
    workspace: &Workspace,
    plan: &Plan,
    named: Option<&Path>,
    side: EnvSide,
    console: &Console,
) -> Result<ExitStatus, Failure> {
    let in_checkout = match side {
        EnvSide::Proxy => nearest::PROXY_ENV_FILE,
        EnvSide::App => "desktop_app/.env",
    };
    let Workspace { root, working_folder, .. } = workspace;
    let in_checkout = PathBuf::from(nearest::relative(in_checkout, root, working_folder));
    let path = named.unwrap_or(&in_checkout);
    let file = working_folder.join(path);
    if named.is_none() && !file.exists() {
        return Err(Failure::Usage {
            message: format!("there is no `{}`", path.display()),
            help: Some(
                "fill in the template that `catproof env` prints, or name a file: `--check FILE`"
                    .to_owned(),
            ),
        });
    }
    let limit = workspace.config.max_file_bytes;
    let bytes = read_stream(&file, limit).map_err(|error| Failure::Unreadable {
        path: path.to_owned(),
        reason: error.to_string(),
    })?;
    // As in Node, a byte that is not UTF-8 spoils only its own value.
    let file = dotenv::read(&String::from_utf8_lossy(&bytes));
    let problems = match side {
        EnvSide::Proxy => {
            let environment = Environment { process: &BTreeMap::new(), file: &file };
            env_check::check_proxy(environment, &plan.proxy.servers)
        }
        EnvSide::App => env_check::check_app(&file),
    };
    let name = path.display().to_string();
    console.print(describe(&problems, &name))?;
    let count = format!("{} in `{name}`", plural(file.entries.len(), "variable"));
    if problems.is_empty() {
        console.say(&format!("checked {count}: no problems"));
        return Ok(ExitStatus::Clean);
    }
    console.say(&format!("checked {count}: {}", plural(problems.len(), "problem")));
    Ok(ExitStatus::Findings)
}
