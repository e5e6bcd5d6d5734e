//! `schema`: prints a published schema, writes all of them, or reports those that are out of date.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use crate::cli::args::SchemaArgs;
use crate::cli::published_schemas::{SCHEMAS, published};
use crate::source::describe;
use crate::text::plural::plural;

use super::{Console, ExitStatus, Failure};

pub(super) fn run(args: &SchemaArgs, console: &Console) -> Result<ExitStatus, Failure> {
    let folder = args.out.as_deref();
    if let Some(name) = &args.name {
        let mut named = SCHEMAS.iter().filter(|schema| schema.name == name);
        console.print(named.next().map(|schema| (schema.print)()).unwrap_or_default())?;
        Ok(ExitStatus::Clean)
    } else if args.check {
        check(folder.unwrap_or(Path::new("schema")), console)
    } else if let Some(folder) = folder {
        write(folder, console)
    } else {
        let names = SCHEMAS.map(|schema| format!("`{}`", schema.name));
        Err(Failure::Usage {
            message: "no schema is named".to_owned(),
            help: Some(format!(
                "name one of {}, or write all of them with `--out schema`",
                names.join(", ")
            )),
        })
    }
}

fn write(folder: &Path, console: &Console) -> Result<ExitStatus, Failure> {
    let unwritable = |path: &Path, error: std::io::Error| Failure::Unwritable {
        path: path.to_owned(),
        reason: describe(&error),
    };
    fs::create_dir_all(console.at(folder)).map_err(|error| unwritable(folder, error))?;
    let mut written = 0;
    for (name, text) in published() {
        let path = folder.join(&name);
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
        let path = folder.join(&name);
        let old = match fs::read_to_string(console.at(&path)) {
            Ok(old) => old,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(Failure::Unreadable { path, reason: describe(&error) }),
        };
        if old != text {
            outdated += 1;
            let shown = path.display().to_string();
            let diff = similar::TextDiff::from_lines(&old, &text);
            write!(out, "{}", diff.unified_diff().header(&shown, &shown))?;
        }
    }
    out.flush()?;
    if outdated == 0 {
        console.say(&format!("{} current", plural(published().len(), "schema")));
        return Ok(ExitStatus::Clean);
    }
    let count = plural(outdated, "schema");
    console.say(&format!("{count} out of date: run `catproof schema --out {}`", folder.display()));
    Ok(ExitStatus::Findings)
}
