//! `new --online`: fetches the metadata of a remote server, infers its OAuth type, and writes its manifest.

use std::io::Write as _;

use crate::cli::args::NewArgs;
use crate::cli::watcher::ConsoleWatcher;
use crate::discovery::draft;
use crate::discovery::{DiscoveryTarget, LockEntry, LockInputs, TargetKind};
use crate::pipeline::probing::{AskedServer, Probing};
use crate::source::Origin;
use crate::text::day::Day;
use crate::text::visible::visible;

use super::{Console, ExitStatus, Failure, new, open_workspace};

pub(super) fn run(args: &NewArgs, console: &Console) -> Result<ExitStatus, Failure> {
    let workspace = open_workspace(console)?;
    let (id, url) = new::id_and_url(args)?;
    let path = new::place(&workspace, &id, args.force)?;
    let entry = ask(&id, &url, args, console)?;
    let mut out = console.out();
    for line in entry.story() {
        writeln!(out, "{}", visible(&line))?;
    }
    out.flush()?;

    let callback = new::callback_of_proxy(&workspace);
    let draft = draft::draft(&id, &url, &entry, callback.as_deref()).map_err(Failure::usage)?;
    for sentence in &draft.because {
        writeln!(out, "{}", visible(sentence))?;
    }
    out.flush()?;
    new::write_manifest(&path, &draft.manifest, args.force)?;
    let shown = path.strip_prefix(&workspace.working_folder).unwrap_or(&path);
    console.say(&format!("wrote `{}`", shown.display()));
    new::warn_of_shadow(&workspace, &id, console);
    Ok(ExitStatus::Clean)
}

fn ask(id: &str, url: &str, args: &NewArgs, console: &Console) -> Result<LockEntry, Failure> {
    let probing = Probing::new(&console.network_options(&args.network), Day::today())?;
    let target = DiscoveryTarget {
        server_id: id.to_owned(),
        kind: TargetKind::Remote,
        inputs: LockInputs {
            remote_url: Some(url.to_owned()),
            server_url: Some(url.to_owned()),
            well_known_url: None,
        },
    };
    let asked = AskedServer { origin: Origin::CatalogLocal, target };
    let answers = probing.ask(&[asked], &ConsoleWatcher::new(console))?;
    probing.finish()?;
    let entry = answers.of(Origin::CatalogLocal).lock.servers.get(id);
    entry.map(|entry| LockEntry::clone(entry)).ok_or_else(|| Failure::usage("nothing was probed"))
}
