//! `list`: the servers with their OAuth type, and what the proxy needs for them.

use std::io::Write as _;

use crate::cli::args::{Global, ListArgs, TableFormat};
use crate::cli::console::Console;
use crate::cli::exit_status::ExitStatus;
use crate::cli::no_input::no_input;
use crate::pipeline::failure::Failure;
use crate::pipeline::redaction;
use crate::pipeline::settle::settle;
use crate::pipeline::{Job, judge};
use crate::report::list::ListReport;
use crate::report::list_table::table;
use crate::report::listing::list;
use crate::report::write_json;
use crate::source::Sources;
use crate::text::plural::plural;

use super::open_workspace;

pub(super) fn run(
    args: &ListArgs,
    global: &Global,
    console: &Console,
) -> Result<ExitStatus, Failure> {
    let workspace = open_workspace(global, console)?;
    let mut sources = Sources::default();
    let job = Job::new(&workspace, &args.paths);
    let mut targets = judge(job, &mut sources)?;
    if targets.iter().all(|target| target.files == 0) {
        console.say(&no_input(&workspace, &args.paths));
        return Ok(ExitStatus::NoInput);
    }
    let redactor = redaction::redaction(&targets, &sources).redactor;
    let shown = settle(&workspace, &mut targets, &mut sources).shown;
    let servers = list(&targets, &shown, &sources, args.oauth_type, &redactor);

    let mut out = console.out();
    match args.format {
        TableFormat::Json => {
            let report = ListReport { version: 1, servers };
            write_json(&report, &mut out)?;
        }
        TableFormat::Human => {
            out.write_all(table(&servers, console.table_width()).as_bytes())?;
            out.flush()?;
            console.say(&plural(servers.len(), "server"));
        }
    }
    out.flush()?;
    Ok(ExitStatus::Clean)
}
