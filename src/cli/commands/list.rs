//! `list`: the servers with their OAuth type, and what the proxy needs for them.

use crate::cli::args::{ListArgs, OutputFormat};
use crate::pipeline::redaction;
use crate::pipeline::settle::settle;
use crate::pipeline::{Job, judge};
use crate::report::list::ListReport;
use crate::report::list_table::table;
use crate::report::listing::list;
use crate::report::write_json;
use crate::source::Sources;
use crate::text::plural::plural;

use super::{Console, ExitStatus, Failure, no_input, open_workspace};

pub(super) fn run(args: &ListArgs, console: &Console) -> Result<ExitStatus, Failure> {
    let workspace = open_workspace(console)?;
    let mut sources = Sources::default();
    let job = Job::new(&workspace, &args.paths);
    let mut targets = console.wait_for("reading the catalog", || judge(job, &mut sources))?;
    if targets.iter().all(|target| target.files == 0) {
        console.say(&no_input(&workspace, &args.paths));
        return Ok(ExitStatus::NoInput);
    }
    let redactor = redaction::redaction(&targets, &sources).redactor;
    let shown = settle(&workspace, &mut targets, &mut sources).shown;
    let servers = list(&targets, &shown, &sources, args.oauth_type, &redactor);
    match args.format {
        OutputFormat::Json => write_json(&ListReport { version: 1, servers }, &mut console.out())?,
        OutputFormat::Human => {
            console.print(table(&servers, console.table_width()))?;
            console.say(&plural(servers.len(), "server"));
        }
    }
    Ok(ExitStatus::Clean)
}
