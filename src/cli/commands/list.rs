//! `list`: the servers with their OAuth type, and what the proxy needs for them.

use crate::cli::args::{ListArgs, OutputFormat};
use crate::cli::findings::{is_for_people, write_formats};
use crate::pipeline::redaction;
use crate::pipeline::settle::settle;
use crate::pipeline::{Job, judge};
use crate::report::json_bytes;
use crate::report::list::ListReport;
use crate::report::list_table::table;
use crate::report::listing::list;
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
    let report = ListReport { version: 1, servers };
    write_formats(&args.format, console, |format, is_file| match format {
        OutputFormat::Json => json_bytes(&report),
        OutputFormat::Human => {
            let width = console.table_width().filter(|_| !is_file);
            Ok(table(&report.servers, width).into_bytes())
        }
    })?;
    if is_for_people(&args.format) {
        console.say(&plural(report.servers.len(), "server"));
    }
    Ok(ExitStatus::Clean)
}
