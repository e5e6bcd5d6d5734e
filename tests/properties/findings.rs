//! Findings in the output: all formats say the same, and nothing that a hostile text could forge.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use catproof::testing::lint::RULES;
use catproof::testing::pipeline::redaction::Redaction;
use catproof::testing::report::{Format, Report, Shown, ShownPlace, Style, Summary, locate, write};
use catproof::testing::source::finding::{Finding, Place, Severity};
use catproof::testing::source::{FileId, Pointer, Sources, position};
use catproof::testing::text::hidden::is_hidden;
use catproof::testing::text::secrets::redactor::Redactor;
use catproof::testing::text::visible::visible;
use regex::Regex;
use serde_json::{Value, json};
use serde_sarif::sarif::Sarif;

use super::draw::{Draw, SECRET};

const FORMATS: [Format; 8] = [
    Format::Human,
    Format::Concise,
    Format::Json,
    Format::Jsonl,
    Format::Sarif,
    Format::Github,
    Format::Gitlab,
    Format::Junit,
];

/// Any findings are shown safely, in all formats.
pub fn any_finding_is_shown_safely(bytes: &[u8]) {
    let (sources, report, width) = any_report(bytes);
    stand_in_their_files(&report.findings, &sources);
    are_said_by_every_format(&report, width);
}

/// Any findings, hostile in name, text and place, and the width to show them at.
pub fn any_report(bytes: &[u8]) -> (Sources, Report, usize) {
    let mut draw = Draw::of(bytes);
    let mut sources = Sources::default();
    let name = draw.text();
    let texts = [(draw.text(), draw.text()), (draw.text(), draw.text())];
    let is_json = !draw.once_in(3);
    let files: Vec<FileId> = texts
        .iter()
        .enumerate()
        .map(|(index, (key, value))| {
            let text = if is_json {
                json!({"a": {key.as_str(): value}, key.as_str(): [value]}).to_string()
            } else {
                format!("{key}{value}")
            };
            let path = format!("{index}{name}.json");
            sources.add_text(path.into(), text.into_bytes(), Path::new(""))
        })
        .collect();
    let width = draw.number(200);
    let mut findings: Vec<Finding> = Vec::new();
    for _ in 0..draw.number(25) {
        let rule = RULES[draw.number(RULES.len())];
        let message = draw.text();
        let place = |draw: &mut Draw<'_>, file: usize| {
            let (file, key) = (files[file], &texts[file].0);
            match draw.number(8) {
                0 => Place::whole(file),
                1 | 2 => {
                    let start = draw.number(600);
                    Place::bytes(file, start..draw.number(600))
                }
                3 => Place::key(file, Pointer::root().key(key)),
                4 => Place::value(file, Pointer::root().key(key).index(0)),
                5 => Place::key(file, Pointer::root().key("a").key(key)),
                _ => Place::value(file, Pointer::root().key("a").key(key)),
            }
        };
        let mut finding = if draw.once_in(8) {
            rule.nowhere(&message)
        } else {
            rule.at(place(&mut draw, 0), &message)
        };
        finding.severity = draw.one_of(&[Severity::Note, Severity::Warning, Severity::Error]);
        finding.help = draw.once_in(2).then(|| draw.text().into());
        if draw.once_in(3) {
            finding = finding.related(place(&mut draw, 1), message);
        }
        findings.push(finding);
    }
    let findings =
        locate(&findings, &sources, 1 << 20, &Redaction::new(Redactor::new(&[SECRET.to_owned()])));
    let report = Report { findings, summary: Summary::default() };
    (sources, report, width)
}

/// Each place has its bytes in order, inside the file, and the lines and columns of them.
pub fn stand_in_their_files(findings: &[Shown], sources: &Sources) {
    for shown in findings {
        let related = shown.related.iter().map(|related| &related.place);
        for place in shown.place.iter().chain(related) {
            let Ok(text) = sources.read(place.file, u64::MAX) else {
                continue;
            };
            let ShownPlace { start, end, .. } = place;
            assert!(start.byte <= end.byte && end.byte <= text.len(), "{shown:?}");
            assert_eq!(*start, position(&text, start.byte), "{shown:?}");
            assert_eq!(*end, position(&text, end.byte), "{shown:?}");
        }
        for edit in shown.fix.iter().flat_map(|fix| &fix.edits) {
            assert!(edit.start.byte <= edit.end.byte, "{shown:?}");
        }
    }
}

/// No format panics, shows a hidden character, the secret or a forged command, and each says all findings.
pub fn are_said_by_every_format(report: &Report, width: usize) {
    let expected: Vec<Said> = report.findings.iter().map(said).collect();
    for format in FORMATS {
        let style = Style { color: false, width };
        let mut out = Vec::new();
        write(format, report, style, &mut out).unwrap();
        let output = String::from_utf8(out).unwrap();
        assert!(!output.contains(SECRET), "{format:?}: {output}");
        assert!(!output.contains("##["), "{format:?}: {output}");
        assert!(
            !output.contains(|character| is_hidden(character) && character != '\n'),
            "{format:?}: {output:?}"
        );
        let read = match format {
            Format::Human => {
                let read = read_human(&output);
                // What is the same in several files stands there once, with all places.
                assert!(read.len() <= expected.len(), "{output}");
                for said in &expected {
                    let is_said = read.iter().any(|read| says(read, said));
                    assert!(is_said, "{said:?}\n{output}");
                }
                continue;
            }
            Format::Json => {
                let report: Value = serde_json::from_str(&output).unwrap();
                read_json(report["findings"].as_array().unwrap().clone())
            }
            Format::Jsonl => {
                read_json(output.lines().map(|line| serde_json::from_str(line).unwrap()))
            }
            Format::Concise => read_concise(&output),
            Format::Sarif => read_sarif(&output),
            Format::Github => read_github(&output),
            Format::Gitlab => read_gitlab(&output),
            Format::Junit => read_junit(&output),
        };
        assert_eq!(as_read_by(format, read), as_read_by(format, expected.clone()), "{format:?}");
    }
}

/// What every format must say of a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Said {
    rule: String,
    severity: String,
    place: Option<(String, usize, usize)>,
    message: String,
}

/// What the report says, with the text as outputs for people show it.
fn said(shown: &Shown) -> Said {
    Said {
        rule: shown.rule.to_owned(),
        severity: shown.severity.name().to_owned(),
        place: shown.place.as_ref().map(|place| {
            let (line, column) = (place.start.line, place.start.column);
            (visible(&place.name).into_owned(), line, column)
        }),
        message: visible(&shown.message).into_owned(),
    }
}

fn read_json(findings: impl IntoIterator<Item = Value>) -> Vec<Said> {
    let read = |finding: Value| Said {
        rule: text(&finding["rule"]),
        severity: text(&finding["severity"]),
        place: finding["file"].as_str().map(|file| {
            let start = &finding["start"];
            (visible(file).into_owned(), number(&start["line"]), number(&start["column"]))
        }),
        message: visible(&text(&finding["message"])).into_owned(),
    };
    findings.into_iter().map(read).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn number(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

/// One line a finding: `file:line:column: severity[rule]: message`.
static CONCISE: LazyLock<Regex> = LazyLock::new(|| {
    let line = r"^(?:(.*?):(\d+):(\d+): )?(error|warning|note)\[([a-z0-9-]+)\]: (.*)$";
    Regex::new(line).unwrap()
});

fn read_concise(output: &str) -> Vec<Said> {
    let read = |text: &str| {
        let found = CONCISE.captures(text).unwrap_or_else(|| panic!("{text}"));
        let number = |index: usize| found[index].parse().unwrap();
        Said {
            rule: found[5].to_owned(),
            severity: found[4].to_owned(),
            place: found.get(1).map(|file| (file.as_str().to_owned(), number(2), number(3))),
            message: found[6].to_owned(),
        }
    };
    output.lines().map(read).collect()
}

/// SARIF as a reader that follows the specification takes it: by the crate, with escapes undone.
fn read_sarif(output: &str) -> Vec<Said> {
    let sarif: Sarif = serde_json::from_str(output).unwrap();
    let run = &sarif.runs[0];
    let rules = run.tool.driver.rules.as_ref().unwrap();
    let read = |result: &serde_sarif::sarif::Result| {
        let rule = result.rule_id.clone().unwrap();
        assert_eq!(rules[usize::try_from(result.rule_index.unwrap()).unwrap()].id, rule);
        let location = result.locations.as_ref().map(|locations| &locations[0]);
        let place = location.map(|location| {
            let physical = location.physical_location.as_ref().unwrap();
            let uri = physical.artifact_location.as_ref().unwrap().uri.as_ref().unwrap();
            let file = percent_decoded(uri);
            let (line, column) = match &physical.region {
                Some(region) => (region.start_line.unwrap(), region.start_column.unwrap()),
                None => (1, 1),
            };
            let number = |number: i64| usize::try_from(number).unwrap();
            (visible(&file).into_owned(), number(line), number(column))
        });
        let message = sarif_unescaped(result.message.text.as_ref().unwrap());
        let message = message.split("\nhelp: ").next().unwrap().to_owned();
        Said { rule, severity: result.level.unwrap().to_string(), place, message }
    };
    run.results.as_ref().unwrap().iter().map(read).collect()
}

fn percent_decoded(uri: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = uri.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => {
                let hex: String = rest.by_ref().take(2).map(char::from).collect();
                bytes.push(u8::from_str_radix(&hex, 16).unwrap());
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// §3.11.6: backslashes before brackets that would be a link.
fn sarif_unescaped(text: &str) -> String {
    if text.contains("\\](") {
        text.replace("\\[", "[").replace("\\]", "]").replace("\\\\", "\\")
    } else {
        text.to_owned()
    }
}

/// The commands that GitHub's runner carries out, read as its `ActionCommand.TryParseV2` reads them.
fn read_github(output: &str) -> Vec<Said> {
    let unescaped = |text: &str, escapes: &[(&str, &str)]| {
        escapes.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
    };
    let of_data = [("%0D", "\r"), ("%0A", "\n"), ("%25", "%")];
    let of_property = [("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")];
    let mut all = Vec::new();
    for line in output.lines() {
        assert!(!line.contains("##["), "{line}");
        let Some((info, data)) =
            line.trim_start().strip_prefix("::").and_then(|rest| rest.split_once("::"))
        else {
            assert!(line.starts_with("catproof: ") && line.ends_with(" without annotation"));
            continue;
        };
        let (command, properties) = info.split_once(' ').unwrap();
        let property = |name: &str| {
            let all = properties.split(',').filter_map(|property| property.split_once('='));
            let mut found = all.filter(|(key, _)| *key == name);
            found.next().map(|(_, value)| unescaped(value, &of_property))
        };
        let place = property("file").map(|file| {
            let line = property("line").unwrap().parse().unwrap();
            let column = property("col").map(|column| column.parse().unwrap());
            (file, line, column.unwrap_or_default())
        });
        let data = unescaped(data, &of_data);
        all.push(Said {
            rule: property("title").unwrap(),
            severity: command.replace("notice", "note"),
            place,
            message: data.split("\nhelp: ").next().unwrap().to_owned(),
        });
    }
    all
}

fn read_gitlab(output: &str) -> Vec<Said> {
    let issues: Vec<Value> = serde_json::from_str(output).unwrap();
    let fingerprints: BTreeSet<&str> =
        issues.iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
    assert_eq!(fingerprints.len(), issues.len());
    let read = |issue: &Value| {
        let begin = &issue["location"]["positions"]["begin"];
        let path = text(&issue["location"]["path"]);
        Said {
            rule: text(&issue["check_name"]),
            severity: match issue["severity"].as_str().unwrap() {
                "major" => "error",
                "minor" => "warning",
                _ => "note",
            }
            .to_owned(),
            place: (path != ".").then(|| (path, number(&begin["line"]), number(&begin["column"]))),
            message: text(&issue["description"]),
        }
    };
    issues.iter().map(read).collect()
}

fn read_junit(output: &str) -> Vec<Said> {
    let report = quick_junit::Report::deserialize_from_str(output).unwrap();
    let mut all = Vec::new();
    for suite in &report.test_suites {
        for case in &suite.test_cases {
            let mut name = case.name.as_str().split(':');
            let rule = name.next().unwrap().to_owned();
            let mut number = || name.next().unwrap().parse().unwrap();
            let place: Option<(String, usize, usize)> = case
                .classname
                .as_ref()
                .filter(|file| file.as_str() != "catproof")
                .map(|file| (file.to_string(), number(), number()));
            let (severity, message) = match &case.status {
                quick_junit::TestCaseStatus::NonSuccess { message, ty, .. } => {
                    (ty.as_ref().unwrap().to_string(), message.as_ref().unwrap().to_string())
                }
                quick_junit::TestCaseStatus::Success { .. }
                | quick_junit::TestCaseStatus::Skipped { .. } => {
                    // Without any finding, the one test is the check itself.
                    let Some(said) = &case.system_out else { continue };
                    passed(said.as_str(), &rule, place.as_ref())
                }
            };
            all.push(Said { rule, severity, place, message });
        }
    }
    all
}

/// The severity and message of a finding that the exit code does not count, from what the test that passed says.
fn passed(said: &str, rule: &str, place: Option<&(String, usize, usize)>) -> (String, String) {
    let line = said.lines().next().unwrap();
    let start = place.map(|(file, line, column)| format!("{file}:{line}:{column}: "));
    let start = start.unwrap_or_default();
    let header =
        line.strip_prefix(&start).unwrap_or_else(|| panic!("{line:?} starts with {start:?}"));
    let (severity, message) = header.split_once(&format!("[{rule}]:")).unwrap();
    (severity.to_owned(), message.strip_prefix(' ').unwrap_or(message).to_owned())
}

/// The findings as a person reads them: each begins at a header, and everything else of it is indented. Without blanks,
/// since lines break between words.
fn read_human(output: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for line in output.lines() {
        assert!(!line.trim_start().starts_with("::"), "{line}");
        match all.last_mut() {
            Some(last) if line.is_empty() || line.starts_with(' ') => {
                *last += &without_blanks(line);
            }
            _ => all.push(without_blanks(line)),
        }
    }
    all
}

fn without_blanks(text: &str) -> String {
    text.split_whitespace().collect()
}

/// Whether what a person reads says all of it.
fn says(read: &str, said: &Said) -> bool {
    let header = format!("{}[{}]: {}", said.severity, said.rule, said.message);
    let is_placed = said.place.as_ref().is_none_or(|(file, line, column)| {
        let is_at = |place: &str| {
            ["╭─", "╶─"].iter().any(|c| read.contains(&without_blanks(&format!("{c}[{place}]"))))
        };
        // A finding about a whole file is shown without a line.
        is_at(&format!("{file}:{line}:{column}")) || ((*line, *column) == (1, 1) && is_at(file))
    });
    read.starts_with(&without_blanks(&header)) && is_placed
}

/// Without what a format cannot say: GitHub shows ten of a level and no column of what ends on another line, JUnit
/// sorts by file, and blanks at the end of a text are not read.
fn as_read_by(format: Format, mut all: Vec<Said>) -> Vec<Said> {
    match format {
        Format::Github => {
            let of = |severity: &str| {
                let same = all.iter().filter(|said| said.severity == severity);
                same.take(10).cloned().collect::<Vec<_>>()
            };
            let mut most = [of("error"), of("warning"), of("note")].concat();
            for said in &mut most {
                if let Some((_, _, column)) = &mut said.place {
                    *column = 0;
                }
            }
            most
        }
        Format::Junit => {
            for said in &mut all {
                said.message.truncate(said.message.trim_end().len());
            }
            all.sort();
            all
        }
        _ => all,
    }
}
