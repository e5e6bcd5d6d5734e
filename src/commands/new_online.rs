//! `new --online`: asks a remote server what it publishes, infers its OAuth type, and writes its manifest.

use std::io::Write as _;
use std::path::Path;

use crate::cli::{Global, NewArgs};
use crate::console::Console;
use crate::draft::{self, Draft};
use crate::probe::{Day, LockEntry, LockInputs, Target, TargetKind};
use crate::report::visible;
use crate::source::Origin;
use crate::workspace::Workspace;
use crate::write;

use super::probing::{Asked, Probing};
use super::{ExitStatus, Failure};

pub(super) fn run(
    args: &NewArgs,
    global: &Global,
    console: &Console,
) -> Result<ExitStatus, Failure> {
    let workspace = Workspace::open(global)?;
    let (id, url) = id_and_url(args)?;
    let path = workspace
        .root
        .join(&workspace.config.catalog_local)
        .join(format!("{id}.json"));
    if path.exists() {
        return Err(Failure::Unwritable {
            path,
            reason: "it is there already".to_owned(),
        });
    }
    let entry = ask(&id, &url, args, console)?;
    let mut out = console.out();
    for line in entry.story() {
        writeln!(out, "{}", visible(&line))?;
    }
    out.flush()?;

    let proxy = &workspace.config.proxy;
    let of_proxy = |url: &String| format!("{}/oauth/callback", url.trim_end_matches('/'));
    let callback = proxy.callback_urls.first().cloned();
    let callback = callback.or_else(|| proxy.url.as_ref().map(of_proxy));
    let draft = match draft::draft(&id, &url, &entry, callback.as_deref()) {
        Ok(draft) => draft,
        Err(why) => return Err(Failure::usage(why.to_string())),
    };
    for sentence in &draft.because {
        writeln!(out, "{}", visible(sentence))?;
    }
    out.flush()?;
    write_manifest(&path, &draft)?;
    let shown = path
        .strip_prefix(&workspace.working_folder)
        .unwrap_or(&path);
    console.say(&format!("wrote `{}`", shown.display()));
    Ok(ExitStatus::Clean)
}

/// The id and the URL: one of them alone is the URL, and the id is made of it.
fn id_and_url(args: &NewArgs) -> Result<(String, String), Failure> {
    if !args.online {
        return Err(Failure::usage(
            "`new` asks the server itself: add `--online`",
        ));
    }
    let (id, url) = match &args.url {
        Some(url) => (Some(args.server.clone()), url),
        None => (draft::id_of(&args.server), &args.server),
    };
    match id {
        Some(id) if id.chars().all(is_of_an_id) => Ok((id, url.clone())),
        Some(id) => Err(Failure::usage(format!(
            "`{id}` is no server id: use letters, digits, `_`, `.` and `-`"
        ))),
        None => Err(Failure::Usage {
            message: format!("`{url}` is no URL that an id can be made of"),
            help: Some("give an id of your own: `catproof new ID --online --url URL`".to_owned()),
        }),
    }
}

/// The characters that the proxy takes in a server id.
fn is_of_an_id(character: char) -> bool {
    character.is_ascii_alphanumeric() || "_.-".contains(character)
}

fn ask(id: &str, url: &str, args: &NewArgs, console: &Console) -> Result<LockEntry, Failure> {
    let probing = Probing::new(&args.network, Day::today())?;
    let target = Target {
        server_id: id.to_owned(),
        kind: TargetKind::Remote,
        inputs: LockInputs {
            remote_url: Some(url.to_owned()),
            server_url: Some(url.to_owned()),
            well_known_url: None,
        },
    };
    let asked = Asked {
        origin: Origin::CatalogLocal,
        target,
    };
    let mut probed = probing.ask(&[asked], console)?;
    probing.finish()?;
    let entry = probed.lock.servers.remove(id);
    entry.ok_or_else(|| Failure::usage("nothing was asked"))
}

fn write_manifest(path: &Path, draft: &Draft) -> Result<(), Failure> {
    let mut text = serde_json::to_string_pretty(&draft.manifest).map_err(std::io::Error::from)?;
    text.push('\n');
    Ok(write::replace(path, text.as_bytes())?)
}
