//! `simulate`: what the app would run for some answers.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{Read, Write as _};
use std::path::Path;

use serde::Serialize;

use crate::cli::args::{Global, SimulateArgs, TableFormat};
use crate::cli::console::Console;
use crate::cli::exit_status::ExitStatus;
use crate::cli::no_input::no_input;
use crate::compile::plan::{ServerLaunch, Transport};
use crate::pipeline::failure::Failure;
use crate::pipeline::launch_specs::{self, LaunchSource};
use crate::runtime::simulate::{self, Answers, Problem, Simulation};
use crate::source::parse;
use crate::source::{
    DEFAULT_MAX_BYTES, Outline, Pointer, Position, describe, duplicate_keys, outline, position,
};
use crate::text::hidden::to_json;
use crate::text::visible::visible;

use super::open_workspace;

/// `--format json`.
#[derive(Debug, Serialize)]
struct Report<'a> {
    version: u32,
    server: &'a str,
    /// Null where there are problems.
    run: Option<&'a Simulation>,
    problems: Vec<ReportedProblem<'a>>,
}

#[derive(Debug, Serialize)]
struct ReportedProblem<'a> {
    key: Option<&'a str>,
    message: &'a str,
    help: Option<&'a str>,
    /// Where the answer stands; null where there is none.
    start: Option<Position>,
}

/// The file of the answers.
struct AnswersFile {
    name: String,
    text: String,
    answers: Answers,
}

pub(super) fn run(
    args: &SimulateArgs,
    global: &Global,
    console: &Console,
) -> Result<ExitStatus, Failure> {
    let file = match &args.answers {
        Some(path) => read_answers(path, console)?,
        None => AnswersFile { name: String::new(), text: String::new(), answers: Answers::new() },
    };
    let from = match &args.from {
        Some(folder) => LaunchSource::Artifacts(folder),
        None => LaunchSource::Catalog(&args.paths),
    };
    let ids = [args.server.clone()];
    let workspace = open_workspace(global, console)?;
    let nothing = no_input(&workspace, &args.paths);
    let launches = launch_specs::read(&ids, from, workspace)?;
    let Some(launch) = launches.and_then(|launches| launches.into_iter().next()) else {
        console.say(&nothing);
        return Ok(ExitStatus::NoInput);
    };

    let mut problems = answered_twice(&file.text);
    let simulation = simulate::simulate(&launch, &file.answers);
    let (simulation, found) = match simulation {
        Ok(simulation) => (Some(simulation), Vec::new()),
        Err(found) => (None, found),
    };
    problems.extend(found);
    let simulation = simulation.filter(|_| problems.is_empty());

    let text = match (args.format, &simulation) {
        (TableFormat::Json, _) => json(&launch, simulation.as_ref(), &problems, &file),
        (TableFormat::Human, Some(simulation)) => human(&launch, simulation),
        (TableFormat::Human, None) => human_problems(&problems, &file),
    };
    let mut out = console.out();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(match simulation {
        Some(_) => ExitStatus::Clean,
        None => ExitStatus::Findings,
    })
}

/// The answers may come from a pipe, so that a secret need not be on the disk.
fn read_answers(path: &Path, console: &Console) -> Result<AnswersFile, Failure> {
    let unreadable = |reason: String| Failure::Unreadable { path: path.to_owned(), reason };
    let limit = DEFAULT_MAX_BYTES;
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        console.standard_input().take(limit.saturating_add(1)).read_to_end(&mut bytes)
    } else {
        File::open(console.at(path))
            .and_then(|file| file.take(limit.saturating_add(1)).read_to_end(&mut bytes))
    };
    read.map_err(|error| unreadable(describe(&error)))?;
    if bytes.len() as u64 > limit {
        return Err(unreadable(format!("it is larger than {limit} bytes")));
    }
    let text = String::from_utf8(bytes).map_err(|_| unreadable("it is not UTF-8".to_owned()))?;
    let parsed = parse::parse(&text).map_err(|error| {
        let Position { line, column, .. } = position(&text, error.at);
        unreadable(format!("it is not JSON: {} at line {line}, column {column}", error.message))
    })?;
    match parsed.value {
        serde_json::Value::Object(answers) => {
            Ok(AnswersFile { name: path.display().to_string(), text, answers })
        }
        _ => Err(unreadable(
            "it is not an object of answers by key, such as {\"api_key\": \"…\"}".to_owned(),
        )),
    }
}

/// JSON lets a key stand twice, but only one of the answers can be meant.
fn answered_twice(text: &str) -> Vec<Problem> {
    duplicate_keys(text)
        .into_iter()
        .map(|duplicate| Problem {
            message: format!("`{}` is answered twice", duplicate.key),
            key: Some(duplicate.key),
            help: None,
        })
        .collect()
}

/// Where the answer of a problem stands, if there is one.
fn place(problem: &Problem, file: &AnswersFile, outline: Option<&Outline<'_>>) -> Option<Position> {
    let pointer = Pointer::root().key(problem.key.as_deref()?);
    let answer = outline?.at(&pointer)?;
    Some(position(&file.text, answer.spans.start()))
}

fn json(
    launch: &ServerLaunch,
    simulation: Option<&Simulation>,
    problems: &[Problem],
    file: &AnswersFile,
) -> String {
    let outline = outline(&file.text);
    let problems = problems.iter().map(|problem| ReportedProblem {
        key: problem.key.as_deref(),
        message: &problem.message,
        help: problem.help.as_deref(),
        start: place(problem, file, outline.as_ref()),
    });
    let report =
        Report { version: 1, server: &launch.id, run: simulation, problems: problems.collect() };
    // The same string, in an escape: nobody who looks for leaked placeholders is misled by an answer that is like one.
    to_json(&report).replace("${", "$\\u007b")
}

fn human_problems(problems: &[Problem], file: &AnswersFile) -> String {
    let outline = outline(&file.text);
    let mut text = String::new();
    for problem in problems {
        let place = place(problem, file, outline.as_ref());
        let place = place.map(|start| format!("{}:{}:{}: ", file.name, start.line, start.column));
        let line = format!("{}error: {}", place.unwrap_or_default(), problem.message);
        let _ = writeln!(text, "{}", shown(&line));
        if let Some(help) = &problem.help {
            let _ = writeln!(text, "  help: {}", shown(help));
        }
    }
    text
}

fn human(launch: &ServerLaunch, simulation: &Simulation) -> String {
    let mut text = format!("{}: {}\n\n", shown(&launch.id), shown(&launch.display_name));
    let transport = match &simulation.transport {
        Transport::Stdio => "standard input and output".to_owned(),
        Transport::StreamableHttp { port, path } => {
            format!("HTTP, port {port} of the container, {path}")
        }
        Transport::Remote { url } => format!("HTTP, {url}"),
    };
    section(&mut text, "transport", &[transport]);
    if let Some(container) = &simulation.container {
        let image = container.image.as_deref();
        let mut lines =
            vec![container.name.clone(), format!("image {}", image.unwrap_or("of the runtime"))];
        let account = container.service_account.as_ref();
        lines.extend(account.map(|account| format!("service account {account}")));
        section(&mut text, "container", &lines);
        section(&mut text, "options", &container.options);
        let command = simulation.command.clone();
        let command = command.unwrap_or_else(|| "(the image's own)".to_owned());
        section(&mut text, "command", &[command]);
    }
    section(&mut text, "arguments", &simulation.arguments);
    section(&mut text, "environment", &joined(&simulation.environment, "="));
    section(&mut text, "headers", &joined(&simulation.headers, ": "));
    for (path, content) in &simulation.files {
        let lines = content.lines().map(|line| format!("  {line}"));
        let lines: Vec<String> = [path.clone()].into_iter().chain(lines).collect();
        section(&mut text, "file", &lines);
    }
    section(&mut text, "mounts", &joined(&simulation.mounts, ": "));
    let left_out = simulation.left_out.iter();
    let left_out: Vec<String> =
        left_out.map(|gap| format!("{}: {}", gap.place, gap.reason)).collect();
    section(&mut text, "left out", &left_out);
    text
}

/// A heading with its lines beside it; nothing where there are none.
fn section(text: &mut String, heading: &str, lines: &[String]) {
    let headings = [heading].into_iter().chain(std::iter::repeat(""));
    for (heading, line) in headings.zip(lines) {
        let line = if line.is_empty() { "\"\"".into() } else { shown(line) };
        let _ = writeln!(text, "{heading:<12} {line}");
    }
}

fn joined(values: &std::collections::BTreeMap<String, String>, separator: &str) -> Vec<String> {
    values.iter().map(|(name, value)| format!("{name}{separator}{value}")).collect()
}

/// A value on the terminal, where it can do nothing, and where no answer looks like a leaked placeholder.
fn shown(text: &str) -> String {
    visible(text).replace("${", "$\\u{7b}")
}
