//! `man`: the manual pages, made from the text of `--help`.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::CommandFactory as _;

use crate::cli::args::{Cli, ManArgs};
use crate::source::describe;
use crate::text::plural::plural;
use crate::text::suggest;

use super::{Console, ExitStatus, Failure};

/// One manual page.
struct ManPage {
    /// The command's name, or the program's own.
    topic: String,
    /// The file name that `man` expects: `catproof-check.1`.
    file: String,
    text: Vec<u8>,
}

pub(super) fn run(args: &ManArgs, console: &Console) -> Result<ExitStatus, Failure> {
    let pages = pages()?;
    match &args.out {
        Some(folder) => write(&pages, folder, console),
        None => print(&pages, args.topic.as_deref().unwrap_or("catproof"), console),
    }
}

/// The program's page and one per command, in the order of the help.
fn pages() -> Result<Vec<ManPage>, Failure> {
    let mut program = Cli::command();
    // Adds the global options to each command.
    program.build();
    let commands: Vec<clap::Command> = program.get_subcommands().cloned().collect();
    let commands = commands.into_iter().filter(|command| command.get_name() != "help");
    [program].into_iter().chain(commands).map(page).collect()
}

fn page(command: clap::Command) -> Result<ManPage, Failure> {
    let topic = command.get_name().to_owned();
    let below = command.get_after_help().map(ToString::to_string);
    let man = clap_mangen::Man::new(command.disable_help_subcommand(true).after_help(None));
    let file = man.get_filename();
    let name = file.trim_end_matches(".1").to_owned();
    let mut rendered = Vec::new();
    man.render(&mut rendered)?;

    let mut text = Vec::new();
    for line in String::from_utf8_lossy(&rendered).lines() {
        // The title of clap_mangen lacks the version, and has the command where the date belongs.
        if line.starts_with(".TH ") {
            writeln!(
                text,
                ".TH {name} 1 \"\" \"catproof {}\" catproof",
                env!("CARGO_PKG_VERSION")
            )?;
        } else {
            writeln!(text, "{line}")?;
        }
    }
    sections(&below.unwrap_or_default(), &mut text)?;
    Ok(ManPage { topic, file, text })
}

/// The text below the options in `--help`, as the usual sections of a manual page.
fn sections(below: &str, text: &mut Vec<u8>) -> io::Result<()> {
    let mut section = "";
    for line in below.lines() {
        let (of_line, rest) = match line {
            "Examples:" => ("EXAMPLES", ""),
            line if line.starts_with("  ") => (section, line),
            line => match line.strip_prefix("Exit codes: ") {
                Some(codes) => ("EXIT STATUS", codes),
                None if line.is_empty() => (section, line),
                None => ("NOTES", line),
            },
        };
        if of_line != section {
            writeln!(text, ".SH {of_line}")?;
            section = of_line;
        }
        match rest.strip_prefix("  ") {
            // An example, and what it does.
            Some(example) => {
                let (command, meaning) = example.split_once("  ").unwrap_or((example, ""));
                writeln!(text, ".TP\n\\fB{}\\fR", escaped(command))?;
                writeln!(text, "\\&{}", escaped(meaning.trim_start()))?;
            }
            None if rest.is_empty() && of_line == "NOTES" => writeln!(text, ".PP")?,
            None if rest.is_empty() => {}
            None => writeln!(text, "\\&{}", escaped(rest))?,
        }
    }
    Ok(())
}

/// Escapes a text for roff. The caller puts `\&` before it, so that its first character is not read as a command.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq")
}

fn print(pages: &[ManPage], topic: &str, console: &Console) -> Result<ExitStatus, Failure> {
    let Some(page) = pages.iter().find(|page| page.topic == topic) else {
        let topics = pages.iter().map(|page| page.topic.as_str());
        let help =
            suggest::nearest(topic, topics).map(|nearest| format!("did you mean `{nearest}`?"));
        return Err(Failure::Usage { message: format!("there is no command `{topic}`"), help });
    };
    console.print(&page.text)?;
    Ok(ExitStatus::Clean)
}

fn write(pages: &[ManPage], folder: &Path, console: &Console) -> Result<ExitStatus, Failure> {
    let unwritable =
        |path: PathBuf, error: io::Error| Failure::Unwritable { path, reason: describe(&error) };
    fs::create_dir_all(console.at(folder)).map_err(|error| unwritable(folder.to_owned(), error))?;
    for page in pages {
        let path = folder.join(&page.file);
        fs::write(console.at(&path), &page.text).map_err(|error| unwritable(path, error))?;
    }
    console.say(&format!("{} written", plural(pages.len(), "page")));
    Ok(ExitStatus::Clean)
}
