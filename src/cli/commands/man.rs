//! `man`: the manual pages, which say what `--help` says.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::CommandFactory as _;

use crate::cli::args::{Cli, ManArgs};
use crate::cli::console::Console;
use crate::cli::exit_status::ExitStatus;
use crate::pipeline::failure::Failure;
use crate::source::describe;
use crate::text::plural::plural;
use crate::text::suggest;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// One manual page.
struct Page {
    /// The command's name, or the program's own.
    topic: String,
    /// As `man` looks for it: `catproof-check.1`.
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

/// The program's page and one a command, in the order of the help.
fn pages() -> Result<Vec<Page>, Failure> {
    let mut program = Cli::command();
    // So that each command knows the global options too.
    program.build();
    let commands: Vec<clap::Command> = program.get_subcommands().cloned().collect();
    let mut pages = vec![page("catproof".to_owned(), program)?];
    for command in commands {
        let topic = command.get_name().to_owned();
        if topic == "help" {
            continue;
        }
        pages.push(page(topic, command)?);
    }
    Ok(pages)
}

fn page(topic: String, command: clap::Command) -> Result<Page, Failure> {
    let below = command.get_after_help().map(ToString::to_string);
    let man = clap_mangen::Man::new(command.disable_help_subcommand(true).after_help(None));
    let file = man.get_filename();
    let name = file.trim_end_matches(".1").to_owned();
    let mut rendered = Vec::new();
    man.render(&mut rendered)?;

    let mut text = Vec::new();
    for line in String::from_utf8_lossy(&rendered).lines() {
        // The crate's own title has the command in the place of the date, and no version.
        if line.starts_with(".TH ") {
            writeln!(text, ".TH {name} 1 \"\" \"catproof {VERSION}\" catproof")?;
        } else {
            writeln!(text, "{line}")?;
        }
    }
    sections(&below.unwrap_or_default(), &mut text)?;
    Ok(Page { topic, file, text })
}

/// What `--help` says below the options, as the sections that readers of manual pages look for.
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
            // An example, and what it is one of.
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

/// A text as roff prints it; `\&` before it keeps its first character from being a command.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq")
}

fn print(pages: &[Page], topic: &str, console: &Console) -> Result<ExitStatus, Failure> {
    let Some(page) = pages.iter().find(|page| page.topic == topic) else {
        let topics = pages.iter().map(|page| page.topic.as_str());
        let help =
            suggest::nearest(topic, topics).map(|nearest| format!("did you mean `{nearest}`?"));
        return Err(Failure::Usage { message: format!("there is no command `{topic}`"), help });
    };
    let mut out = console.out();
    out.write_all(&page.text)?;
    out.flush()?;
    Ok(ExitStatus::Clean)
}

fn write(pages: &[Page], folder: &Path, console: &Console) -> Result<ExitStatus, Failure> {
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
