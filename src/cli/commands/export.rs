//! `export`: the launch specs as the configuration of another client.

use std::io::Write as _;

use crate::cli::args::{ExportArgs, Global};
use crate::cli::console::Console;
use crate::cli::exit_status::ExitStatus;
use crate::cli::no_input::no_input;
use crate::pipeline::failure::Failure;
use crate::pipeline::launch_specs::{self, LaunchSource};
use crate::runtime::export::{self, Note};
use crate::text::visible::visible;

use super::open_workspace;

pub(super) fn run(
    args: &ExportArgs,
    global: &Global,
    console: &Console,
) -> Result<ExitStatus, Failure> {
    let mut ids = Vec::new();
    for id in &args.servers {
        if !ids.contains(id) {
            ids.push(id.clone());
        }
    }
    let from = match &args.from {
        Some(folder) => LaunchSource::Artifacts(folder),
        None => LaunchSource::Catalog(&[]),
    };
    let workspace = open_workspace(global, console)?;
    let nothing = no_input(&workspace, &[]);
    let Some(launches) = launch_specs::read(&ids, from, workspace)? else {
        console.say(&nothing);
        return Ok(ExitStatus::NoInput);
    };
    let export = export::export(&launches, args.client, args.optional);
    for note in &export.notes {
        console.say(&line(note, ""));
    }
    for refused in &export.refused {
        console.complain(&line(refused, "not exported: "));
    }
    if export.servers > 0 {
        let mut out = console.out();
        out.write_all(export.text.as_bytes())?;
        out.flush()?;
    }
    Ok(match export.refused.as_slice() {
        [] => ExitStatus::Clean,
        _ => ExitStatus::Findings,
    })
}

fn line(note: &Note, what: &str) -> String {
    let Note { server, message } = note;
    visible(&format!("{server}: {what}{message}")).into_owned()
}
