//! `simulate`: what the app would run for given answers.

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::Path;

use serde::Serialize;

use crate::cli::args::{OutputFormat, SimulateArgs};
use crate::cli::findings::write_formats;
use crate::compile::plan::{ServerLaunch, Transport};
use crate::runtime::simulate::{self, AnswerProblem, Answers, Simulation};
use crate::source::parse;
use crate::source::{
    DEFAULT_MAX_BYTES, Outline, Pointer, Position, ReadError, describe, duplicate_keys, outline,
    position, read_stream,
};
use crate::text::hidden::to_json;
use crate::text::visible::visible;

use super::{Console, ExitStatus, Failure, read_launch_specs};

/// `--format json`.
#[derive(Debug, Serialize)]
struct SimulationReport<'a> {
    version: u32,
    server: &'a str,
    /// Null if there are problems.
    run: Option<&'a Simulation>,
    problems: Vec<ReportedProblem<'a>>,
}

#[derive(Debug, Serialize)]
struct ReportedProblem<'a> {
    key: Option<&'a str>,
    message: &'a str,
    help: Option<&'a str>,
    /// The position of the answer; null if there is none.
    start: Option<Position>,
}

/// The file with the answers; empty if none was given.
#[derive(Default)]
struct AnswersFile {
    name: String,
    text: String,
    answers: Answers,
}

pub(super) fn run(args: &SimulateArgs, console: &Console) -> Result<ExitStatus, Failure> {
    let file = match &args.answers {
        Some(path) => read_answers(path, console)?,
        None => AnswersFile::default(),
    };
    let ids = [args.server.clone()];
    let launches = read_launch_specs(&ids, args.from.as_deref(), &args.paths, console)?;
    let Some(launch) = launches.and_then(|launches| launches.into_iter().next()) else {
        return Ok(ExitStatus::NoInput);
    };

    // JSON allows duplicate keys, but only one of the answers can be intended.
    let duplicates = duplicate_keys(&file.text).into_iter().map(|duplicate| AnswerProblem {
        message: format!("`{}` has more than one answer", duplicate.key),
        key: Some(duplicate.key),
        help: None,
    });
    let mut problems: Vec<AnswerProblem> = duplicates.collect();
    let simulation = match simulate::simulate(&launch, &file.answers) {
        Ok(simulation) => problems.is_empty().then_some(simulation),
        Err(found) => {
            problems.extend(found);
            None
        }
    };

    write_formats(&args.format, console, |format, _| {
        let text = match (format, &simulation) {
            (OutputFormat::Json, _) => json(&launch, simulation.as_ref(), &problems, &file),
            (OutputFormat::Human, Some(simulation)) => human(&launch, simulation),
            (OutputFormat::Human, None) => human_problems(&problems, &file),
        };
        Ok(text.into_bytes())
    })?;
    Ok(if simulation.is_some() { ExitStatus::Clean } else { ExitStatus::Findings })
}

/// Reads the answers, also from a pipe, so that a secret need not be on disk.
fn read_answers(path: &Path, console: &Console) -> Result<AnswersFile, Failure> {
    let is_stdin = path == Path::new("-");
    let name = if is_stdin { Path::new("<stdin>") } else { path };
    let unreadable = |reason: String| Failure::Unreadable { path: name.to_owned(), reason };
    let limit = DEFAULT_MAX_BYTES;
    let bytes = if is_stdin {
        let mut bytes = Vec::new();
        let read = console.standard_input().take(limit + 1).read_to_end(&mut bytes);
        read.map_err(|error| unreadable(describe(&error)))?;
        bytes
    } else {
        read_stream(&console.at(path), limit).map_err(|error| unreadable(error.to_string()))?
    };
    if bytes.len() as u64 > limit {
        return Err(unreadable(ReadError::TooLarge { limit }.to_string()));
    }
    let text = String::from_utf8(bytes).map_err(|_| unreadable("it is not UTF-8".to_owned()))?;
    let parsed = parse::parse(&text).map_err(|error| {
        let Position { line, column, .. } = position(&text, error.at);
        unreadable(format!("it is not JSON (line {line}, column {column}): {}", error.message))
    })?;
    let serde_json::Value::Object(answers) = parsed.value else {
        let why = "it is not a JSON object that maps keys to answers, such as {\"api_key\": \"…\"}";
        return Err(unreadable(why.to_owned()));
    };
    Ok(AnswersFile { name: name.display().to_string(), text, answers })
}

/// The position of the answer that a problem is about, if there is one.
fn place(
    problem: &AnswerProblem,
    file: &AnswersFile,
    outline: Option<&Outline<'_>>,
) -> Option<Position> {
    let pointer = Pointer::root().key(problem.key.as_deref()?);
    let answer = outline?.at(&pointer)?;
    Some(position(&file.text, answer.spans.start()))
}

fn json(
    launch: &ServerLaunch,
    simulation: Option<&Simulation>,
    problems: &[AnswerProblem],
    file: &AnswersFile,
) -> String {
    let outline = outline(&file.text);
    let problems = problems.iter().map(|problem| ReportedProblem {
        key: problem.key.as_deref(),
        message: &problem.message,
        help: problem.help.as_deref(),
        start: place(problem, file, outline.as_ref()),
    });
    let report = SimulationReport {
        version: 1,
        server: &launch.id,
        run: simulation,
        problems: problems.collect(),
    };
    // The escape keeps an answer such as `${HOME}` from looking like a placeholder that was not filled in.
    to_json(&report).replace("${", "$\\u007b")
}

fn human_problems(problems: &[AnswerProblem], file: &AnswersFile) -> String {
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
            format!("HTTP, container port {port}, path {path}")
        }
        Transport::Remote { url } => format!("HTTP, {url}"),
    };
    section(&mut text, "transport", &[transport]);
    if let Some(container) = &simulation.container {
        let image = container.image.as_deref().unwrap_or("the runtime's default");
        let mut lines = vec![container.name.clone(), format!("image: {image}")];
        lines.extend(container.service_account.iter().map(|it| format!("service account: {it}")));
        section(&mut text, "container", &lines);
        section(&mut text, "options", &container.options);
        let command = simulation.command.as_deref().unwrap_or("(the image's own)");
        section(&mut text, "command", &[command.to_owned()]);
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
    let left_out = simulation.left_out.iter().map(|gap| format!("{}: {}", gap.place, gap.reason));
    section(&mut text, "left out", &left_out.collect::<Vec<_>>());
    text
}

/// Adds lines, the first one behind a heading. Without lines there is no heading.
fn section(text: &mut String, heading: &str, lines: &[String]) {
    for (index, line) in lines.iter().enumerate() {
        let heading = if index == 0 { heading } else { "" };
        let line = if line.is_empty() { "\"\"".into() } else { shown(line) };
        let _ = writeln!(text, "{heading:<12} {line}");
    }
}

fn joined(values: &std::collections::BTreeMap<String, String>, separator: &str) -> Vec<String> {
    values.iter().map(|(name, value)| format!("{name}{separator}{value}")).collect()
}

/// Escapes a value for the terminal, and `${` so that an answer does not look like an unfilled placeholder.
fn shown(text: &str) -> String {
    visible(text).replace("${", "$\\u{7b}")
}
