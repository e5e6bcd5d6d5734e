//! `export`: the launch specs as the configuration of another client.

use crate::cli::args::ExportArgs;
use crate::runtime::export::{self, Note};
use crate::text::visible::visible;

use super::{Console, ExitStatus, Failure, read_launch_specs};

pub(super) fn run(args: &ExportArgs, console: &Console) -> Result<ExitStatus, Failure> {
    let mut ids = Vec::new();
    for id in &args.servers {
        if !ids.contains(id) {
            ids.push(id.clone());
        }
    }
    let Some(launches) = read_launch_specs(&ids, args.from.as_deref(), &[], console)? else {
        return Ok(ExitStatus::NoInput);
    };
    let export = export::export(&launches, args.client, args.optional);
    for Note { server, message } in &export.notes {
        console.say(&visible(&format!("{server}: {message}")));
    }
    for Note { server, message } in &export.refused {
        console.complain(&visible(&format!("{server}: not exported: {message}")));
    }
    if export.servers > 0 {
        console.print(export.text)?;
    }
    Ok(if export.refused.is_empty() { ExitStatus::Clean } else { ExitStatus::Findings })
}
