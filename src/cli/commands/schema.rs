//! `schema`: writes the published schemas, or says which are out of date.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use crate::cli::args::SchemaArgs;
use crate::cli::console::Console;
use crate::cli::exit_status::ExitStatus;
use crate::cli::published_schemas::published;
use crate::pipeline::failure::Failure;
use crate::source::describe;
use crate::text::plural::plural;

pub(super) fn run(args: &SchemaArgs, console: &Console) -> Result<ExitStatus, Failure> {
    if args.check { check(&args.out, console) } else { write(&args.out, console) }
}

fn write(folder: &Path, console: &Console) -> Result<ExitStatus, Failure> {
    let unwritable = |path: &Path, error: std::io::Error| Failure::Unwritable {
        path: path.to_owned(),
        reason: describe(&error),
    };
    fs::create_dir_all(console.at(folder)).map_err(|error| unwritable(folder, error))?;
    let mut written = 0;
    for (name, text) in published() {
        let path = folder.join(name);
        if fs::read_to_string(console.at(&path)).is_ok_and(|old| old == text) {
            continue;
        }
        fs::write(console.at(&path), text).map_err(|error| unwritable(&path, error))?;
        written += 1;
    }
    console.say(&format!(
        "{} written, {} unchanged",
        plural(written, "schema"),
        published().len() - written
    ));
    Ok(ExitStatus::Clean)
}

fn check(folder: &Path, console: &Console) -> Result<ExitStatus, Failure> {
    let mut out = console.out();
    let mut outdated = 0;
    for (name, text) in published() {
        let path = folder.join(name);
        let old = match fs::read_to_string(console.at(&path)) {
            Ok(old) => old,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => {
                return Err(Failure::Unreadable { path, reason: describe(&error) });
            }
        };
        if old != text {
            outdated += 1;
            let shown = path.display().to_string();
            write!(
                out,
                "{}",
                similar::TextDiff::from_lines(&old, &text).unified_diff().header(&shown, &shown)
            )?;
        }
    }
    out.flush()?;
    match outdated {
        0 => {
            console.say(&format!("{} current", plural(published().len(), "schema")));
            Ok(ExitStatus::Clean)
        }
        count => {
            console.say(&format!("{} out of date: run `catproof schema`", plural(count, "schema")));
            Ok(ExitStatus::Findings)
        }
    }
}
