//! The output formats: the same findings in all of them, and nothing that a hostile text could forge.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use catproof::finding::{Edit, Finding, Fix, Place, Severity};
use catproof::lint::{self, RULES};
use catproof::report::{
    CheckReport, Format, Mask, Report, Shown, Style, Summary, is_hidden, locate, visible, write,
};
use catproof::source::{FileId, Pointer, Sources};
use expect_test::{expect, expect_file};
use proptest::prelude::*;
use serde_json::{Value, json};
use serde_sarif::sarif::Sarif;

use crate::support::project;

const SECRET: &str = "ghp_0123456789abcdefghij";

const FORMATS: [(Format, &str); 8] = [
    (Format::Human, "human.txt"),
    (Format::Concise, "concise.txt"),
    (Format::Json, "report.json"),
    (Format::Jsonl, "report.jsonl"),
    (Format::Sarif, "report.sarif"),
    (Format::Github, "github.txt"),
    (Format::Gitlab, "gitlab.json"),
    (Format::Junit, "junit.xml"),
];

/// A catalog with one of everything that a finding can be.
fn example() -> (Sources, Vec<Finding>) {
    let mut sources = Sources::default();
    let first = add(
        &mut sources,
        "catalog/acme__mcp.json",
        &format!(
            "{{\n  \"name\": \"acme_mcp\",\n  \"server\": {{ \"command\": \"npx\", \"env\": {{ \"TOKEN\": \"{SECRET}\" }} }},\n  \
             \"oauth_config\": {{\n    \"scopes\": [\"read\", \"日本語\", \"read\"]\n  }}\n}}\n"
        ),
    );
    let second = add(
        &mut sources,
        "catalog_local/50% off, now: é.json",
        "{\"name\":\"acme_mcp\",\"evil\u{202e}key\":\"\"}",
    );
    let rule = |id: &str| lint::find(id).unwrap();
    let findings = vec![
        rule("id-mismatch")
            .at(
                Place::value(first, "/name"),
                "`name` is `acme_mcp`, but the file is `acme__mcp.json`",
            )
            .help("rename the file to `acme_mcp.json`, or set `name` to `acme__mcp`")
            .related(Place::value(second, "/name"), "also declared here")
            .fix(Fix::risky([Edit::Replace(
                "/name".into(),
                json!("acme__mcp"),
            )])),
        rule("committed-credential")
            .at(
                Place::value(first, "/server/env/TOKEN"),
                format!("a GitHub token `{SECRET}` is committed"),
            )
            .help("revoke it at GitHub"),
        rule("duplicate-scope")
            .at(
                Place::value(first, "/oauth_config/scopes/2"),
                "`read` is listed twice",
            )
            .related(
                Place::value(first, "/oauth_config/scopes/0"),
                "first listed here",
            )
            .fix(Fix::safe([Edit::Remove("/oauth_config/scopes/2".into())])),
        rule("missing-metadata").at(Place::whole(first), "`author` is missing"),
        rule("unknown-key").at(
            Place::key(second, Pointer::root().key("evil\u{202e}key")),
            "`evil\u{202e}key` is no key that anything reads here",
        ),
        rule("malformed-allowed-host")
            .nowhere("the proxy allows `*.example`\n::error::\u{1b}[31m 100% ]]> <b> ##[group]"),
    ];
    (sources, findings)
}

fn add(sources: &mut Sources, name: &str, text: &str) -> FileId {
    sources.add_text(name.into(), text.as_bytes().to_vec(), Path::new(""))
}

fn report(sources: &Sources, findings: &[Finding], secrets: &[String]) -> Report {
    let findings = locate(findings, sources, 1 << 20, &Mask::new(secrets));
    let count = |severity| {
        let counted = findings.iter().filter(|shown| shown.severity == severity);
        counted.count()
    };
    let summary = Summary {
        files: 2,
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
        notes: count(Severity::Note),
        suppressed: 0,
    };
    Report { findings, summary }
}

fn written(format: Format, report: &Report) -> String {
    let style = Style {
        color: false,
        width: 80,
    };
    let mut out = Vec::new();
    write(format, report, style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn every_format_is_as_it_was() {
    let (sources, findings) = example();
    let report = report(&sources, &findings, &[SECRET.to_owned()]);
    for (format, file) in FORMATS {
        expect_file![project().join("tests/report").join(file)]
            .assert_eq(&written(format, &report));
    }
}

#[test]
fn colour_changes_nothing_but_colour() {
    let (sources, findings) = example();
    let report = report(&sources, &findings, &[SECRET.to_owned()]);
    let style = Style {
        color: true,
        width: 80,
    };
    let mut coloured = Vec::new();
    write(Format::Human, &report, style, &mut coloured).unwrap();
    let coloured = String::from_utf8(coloured).unwrap();
    assert!(coloured.contains("\u{1b}[31;1m"));
    assert_eq!(without_colour(&coloured), written(Format::Human, &report));
}

fn without_colour(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |plain, part| plain + part.split_once('m').unwrap().1)
}

#[test]
fn a_run_without_findings_is_a_whole_document_in_every_format() {
    let report = report(&Sources::default(), &[], &[]);
    for (format, _) in FORMATS {
        let text = written(format, &report);
        match format {
            Format::Human | Format::Concise | Format::Jsonl | Format::Github => {
                assert_eq!(text, "");
            }
            Format::Json => assert_eq!(
                serde_json::from_str::<CheckReport>(&text).unwrap().findings,
                []
            ),
            Format::Sarif => {
                let sarif: Sarif = serde_json::from_str(&text).unwrap();
                assert!(sarif.runs[0].results.as_ref().unwrap().is_empty());
            }
            Format::Gitlab => assert_eq!(text, "[]\n"),
            Format::Junit => assert!(text.contains("tests=\"1\" failures=\"0\" errors=\"0\"")),
        }
    }
}

#[test]
fn a_place_that_is_not_there_is_shown_at_what_is_around_it() {
    let mut sources = Sources::default();
    let file = add(&mut sources, "a.json", "{\"o\": {\"list\": [1]}}");
    let broken = add(&mut sources, "b.json", "{\"o\": ");
    let rule = RULES[0];
    let findings = [
        rule.at(Place::value(file, "/o/list/7/x"), "a"),
        rule.at(Place::key(file, "/o/none"), "b"),
        rule.at(Place::value(file, "/none/at/all"), "c"),
        rule.at(Place::value(broken, "/o"), "d"),
        rule.at(Place::bytes(broken, 3..999), "e"),
    ];
    let report = report(&sources, &findings, &[]);
    let shown: Vec<(&str, usize, usize)> = report
        .findings
        .iter()
        .map(|shown| {
            let place = shown.place.as_ref().unwrap();
            (shown.message.as_str(), place.start.byte, place.end.byte)
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("c", 0, 20),
            ("b", 1, 4),
            ("a", 7, 13),
            ("d", 0, 0),
            ("e", 3, 6)
        ]
    );
}

#[test]
fn offsets_stay_those_of_the_file_where_it_is_not_utf8() {
    let mut sources = Sources::default();
    let bytes = b"{\"a\": \"\xe9\xff\",\n \"b\": \"\xe9\"}".to_vec();
    let at = bytes.iter().rposition(|byte| *byte == 0xe9).unwrap();
    let file = sources.add_text("a.json".into(), bytes, Path::new(""));
    let finding = RULES[0].at(Place::bytes(file, at..at + 1), "no UTF-8");
    let report = report(&sources, &[finding], &[]);
    assert_eq!(
        written(Format::Concise, &report),
        format!("a.json:2:8: error[{}]: no UTF-8\n", RULES[0].id)
    );
}

#[test]
fn a_line_of_a_megabyte_is_shown_around_the_place() {
    let mut sources = Sources::default();
    let many = 10_000;
    let members: Vec<String> = (0..many)
        .map(|index| format!("\"key{index}\":{{\"value\":\"日本語 {index}\"}}"))
        .collect();
    let text = format!("{{{}}}", members.join(","));
    let file = add(&mut sources, "wide.json", &text);
    let findings: Vec<Finding> = (0..many)
        .map(|index| {
            RULES[0]
                .at(Place::value(file, format!("/key{index}/value")), "too wide")
                .fix(Fix::safe([Edit::Remove(format!("/key{index}").into())]))
        })
        .collect();
    let report = report(&sources, &findings, &[SECRET.to_owned()]);
    let (mut column, mut byte) = (1, 0);
    for shown in &report.findings {
        let place = shown.place.as_ref().unwrap();
        let line = place.line.as_ref().unwrap();
        assert_eq!(line.inside, text[place.start.byte..place.end.byte]);
        column += text[byte..place.start.byte].chars().count();
        byte = place.start.byte;
        assert_eq!(place.start.column, column);
        assert!(shown.fix.is_some());
    }
    let shown = &report.findings[many / 2..=many / 2];
    let one = Report {
        findings: shown.to_vec(),
        summary: Summary::default(),
    };
    let rule = RULES[0].id;
    expect![[r#"
        error[RULE]: too wide
           ╭─[wide.json:1:152801]
         1 │ …語 4999"},"key5000":{"value":"日本語 5000"},"key5001":{"value":"日本語 5…
           ·                               ─────────────
           ╰────

    "#]]
    .assert_eq(&written(Format::Human, &one).replace(rule, "RULE"));
}

#[test]
fn a_fix_that_would_write_a_secret_is_not_shown() {
    let mut sources = Sources::default();
    let file = add(&mut sources, "a.json", "{\"a\": 1}");
    let replace = |value: Value| {
        let edit = Edit::Replace("/a".into(), value);
        RULES[0]
            .at(Place::value(file, "/a"), "x")
            .fix(Fix::safe([edit]))
    };
    let findings = [replace(json!(SECRET)), replace(json!("else"))];
    let report = report(&sources, &findings, &[SECRET.to_owned()]);
    let fixes: Vec<bool> = report
        .findings
        .iter()
        .map(|shown| shown.fix.is_some())
        .collect();
    assert_eq!(fixes, [false, true]);
}

#[test]
fn fingerprints_survive_what_moves_lines() {
    let fingerprints = |text: &str| -> Vec<String> {
        let mut sources = Sources::default();
        let file = add(&mut sources, "a.json", text);
        let finding = |pointer: &str| RULES[0].at(Place::value(file, pointer), "x");
        let findings = [finding("/a"), finding("/b/c"), finding("/b/c")];
        let report = report(&sources, &findings, &[]);
        let issues: Value = serde_json::from_str(&written(Format::Gitlab, &report)).unwrap();
        let issues = issues.as_array().unwrap().iter();
        issues
            .map(|issue| issue["fingerprint"].as_str().unwrap().to_owned())
            .collect()
    };
    let before = fingerprints("{\"a\": 1, \"b\": {\"c\": 2}}");
    assert_eq!(
        before,
        fingerprints("{\n\n  \"a\": 7,\r\n\"z\": 0, \"b\": {\n\"c\": 2}}")
    );
    let different: BTreeSet<&String> = before.iter().collect();
    assert_eq!(different.len(), 3);
}

#[test]
fn github_gets_ten_annotations_of_a_level_and_the_number_of_the_rest() {
    let finding = |severity| RULES[0].nowhere("x").severity(severity);
    let many = std::iter::repeat_n(finding(Severity::Error), 12)
        .chain(std::iter::repeat_n(finding(Severity::Warning), 11))
        .chain(std::iter::repeat_n(finding(Severity::Note), 10));
    let findings: Vec<Finding> = many.collect();
    let text = written(Format::Github, &report(&Sources::default(), &findings, &[]));
    for command in ["::error ", "::warning ", "::notice "] {
        let lines = text.lines().filter(|line| line.starts_with(command));
        assert_eq!(lines.count(), 10, "{command}");
    }
    assert_eq!(
        text.lines().last(),
        Some("catproof: 2 more errors, 1 more warning without annotation")
    );
}

#[test]
fn sarif_is_valid_by_the_schema_of_oasis() {
    let (sources, findings) = example();
    let report = report(&sources, &findings, &[SECRET.to_owned()]);
    assert_valid(&SARIF, &written(Format::Sarif, &report));
    assert!(!SARIF.is_valid(&json!({"version": "2.1.0", "runs": [{}]})));
}

/// The schema that OASIS publishes.
static SARIF: LazyLock<jsonschema::Validator> =
    LazyLock::new(|| jsonschema::validator_for(&sarif_schema()).unwrap());

/// What GitLab documents of its Code Quality reports, which have no published schema.
static GITLAB: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    let text = json!({"type": "string", "minLength": 1});
    let number = json!({"type": "integer", "minimum": 1});
    let position = json!({
        "type": "object", "required": ["line"], "properties": {"line": number, "column": number}
    });
    jsonschema::validator_for(&json!({
        "type": "array",
        "items": {
            "type": "object",
            "required": ["description", "check_name", "fingerprint", "location", "severity"],
            "properties": {
                "description": {"type": "string"},
                "check_name": text,
                "fingerprint": text,
                "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
                "location": {
                    "type": "object",
                    "required": ["path", "positions"],
                    "properties": {
                        // Relative to the project, and without a leading `./`.
                        "path": {"type": "string", "pattern": "^[^/]", "not": {"pattern": "^\\./"}},
                        "positions": {
                            "type": "object", "required": ["begin"],
                            "properties": {"begin": position, "end": position}
                        }
                    }
                }
            }
        }
    }))
    .unwrap()
});

fn assert_valid(validator: &jsonschema::Validator, text: &str) {
    let value: Value = serde_json::from_str(text).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert_eq!(errors, Vec::<String>::new());
}

#[test]
fn gitlab_is_valid_by_what_gitlab_documents() {
    let (sources, findings) = example();
    let report = report(&sources, &findings, &[SECRET.to_owned()]);
    assert_valid(&GITLAB, &written(Format::Gitlab, &report));
    assert!(!GITLAB.is_valid(&json!([{"description": "x"}])));
}

#[test]
fn junit_is_valid_by_the_schema_of_jenkins() {
    let (sources, findings) = example();
    let report = report(&sources, &findings, &[SECRET.to_owned()]);
    let whole = written(Format::Junit, &report);
    let without_findings = Report {
        findings: Vec::new(),
        ..report
    };
    for (xml, is_valid) in [
        (whole.as_str(), true),
        (&written(Format::Junit, &without_findings), true),
        (&whole.replace("<testsuite ", "<suite "), false),
    ] {
        match validates_as_junit(xml) {
            Some(valid) => assert_eq!(valid, is_valid, "{xml}"),
            None => eprintln!("skipped: `xmllint` is not here"),
        }
    }
}

/// By the `junit-10.xsd` of Jenkins' xUnit plugin, which stands beside the golden files; `None` without xmllint.
fn validates_as_junit(xml: &str) -> Option<bool> {
    let schema = project().join("tests/report/junit-10.xsd");
    let mut xmllint = Command::new("xmllint")
        .args(["--nonet", "--noout", "--schema"])
        .arg(schema)
        .arg("-")
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut input = xmllint.stdin.take().unwrap();
    input.write_all(xml.as_bytes()).unwrap();
    drop(input);
    Some(xmllint.wait().unwrap().success())
}

/// The schema as the `serde-sarif` crate carries it, word for word that of OASIS.
fn sarif_schema() -> Value {
    let host = Command::new("rustc")
        .args(["--print", "host-tuple"])
        .output()
        .unwrap();
    let host = String::from_utf8(host.stdout).unwrap();
    // Only for this platform: the crates of the others were never fetched in a fresh clone.
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--offline", "--locked"])
        .args(["--filter-platform", host.trim()])
        .current_dir(project())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages
        .iter()
        .find(|package| package["name"] == "serde-sarif")
        .unwrap();
    let manifest = Path::new(package["manifest_path"].as_str().unwrap());
    let schema = std::fs::read(manifest.with_file_name("src/schema.json")).unwrap();
    let mut schema: Value = serde_json::from_slice(&schema).unwrap();
    // The pattern of `language` has a bracket too many, which strict regular expressions refuse.
    for definition in schema["definitions"].as_object_mut().unwrap().values_mut() {
        if let Some(language) = definition.pointer_mut("/properties/language") {
            language.as_object_mut().unwrap().remove("pattern");
        }
    }
    schema
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
            (
                visible(file).into_owned(),
                number(&start["line"]),
                number(&start["column"]),
            )
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
fn read_concise(output: &str) -> Vec<Said> {
    let line =
        regex::Regex::new(r"^(?:(.*?):(\d+):(\d+): )?(error|warning|note)\[([a-z0-9-]+)\]: (.*)$");
    let line = line.unwrap();
    let read = |text: &str| {
        let found = line.captures(text).unwrap_or_else(|| panic!("{text}"));
        let number = |index: usize| found[index].parse().unwrap();
        Said {
            rule: found[5].to_owned(),
            severity: found[4].to_owned(),
            place: found
                .get(1)
                .map(|file| (file.as_str().to_owned(), number(2), number(3))),
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
        assert_eq!(
            rules[usize::try_from(result.rule_index.unwrap()).unwrap()].id,
            rule
        );
        let location = result.locations.as_ref().map(|locations| &locations[0]);
        let place = location.map(|location| {
            let physical = location.physical_location.as_ref().unwrap();
            let uri = physical
                .artifact_location
                .as_ref()
                .unwrap()
                .uri
                .as_ref()
                .unwrap();
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
        Said {
            rule,
            severity: result.level.unwrap().to_string(),
            place,
            message,
        }
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
    match text.contains("\\](") {
        true => text
            .replace("\\[", "[")
            .replace("\\]", "]")
            .replace("\\\\", "\\"),
        false => text.to_owned(),
    }
}

/// The commands that GitHub's runner carries out, read as its `ActionCommand.TryParseV2` reads them.
fn read_github(output: &str) -> Vec<Said> {
    let unescaped = |text: &str, escapes: &[(&str, &str)]| {
        escapes
            .iter()
            .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
    };
    let of_data = [("%0D", "\r"), ("%0A", "\n"), ("%25", "%")];
    let of_property = [
        ("%0D", "\r"),
        ("%0A", "\n"),
        ("%3A", ":"),
        ("%2C", ","),
        ("%25", "%"),
    ];
    let mut all = Vec::new();
    for line in output.lines() {
        assert!(!line.contains("##["), "{line}");
        let Some((info, data)) = line
            .trim_start()
            .strip_prefix("::")
            .and_then(|rest| rest.split_once("::"))
        else {
            assert!(line.starts_with("catproof: ") && line.ends_with(" without annotation"));
            continue;
        };
        let (command, properties) = info.split_once(' ').unwrap();
        let property = |name: &str| {
            let all = properties
                .split(',')
                .filter_map(|property| property.split_once('='));
            let mut found = all.filter(|(key, _)| *key == name);
            found
                .next()
                .map(|(_, value)| unescaped(value, &of_property))
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
    let fingerprints: BTreeSet<&str> = issues
        .iter()
        .map(|issue| issue["fingerprint"].as_str().unwrap())
        .collect();
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
            let quick_junit::TestCaseStatus::NonSuccess { message, ty, .. } = &case.status else {
                continue;
            };
            let mut name = case.name.as_str().split(':');
            let rule = name.next().unwrap().to_owned();
            let mut number = || name.next().unwrap().parse().unwrap();
            all.push(Said {
                rule,
                severity: ty.as_ref().unwrap().to_string(),
                place: case
                    .classname
                    .as_ref()
                    .filter(|file| file.as_str() != "catproof")
                    .map(|file| (file.to_string(), number(), number())),
                message: message.as_ref().unwrap().to_string(),
            });
        }
    }
    all
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
        let exact = without_blanks(&format!("╭─[{file}:{line}:{column}]"));
        // A finding about a whole file is shown without a line.
        let whole = without_blanks(&format!("╭─[{file}]"));
        read.contains(&exact) || ((*line, *column) == (1, 1) && read.contains(&whole))
    });
    read.starts_with(&without_blanks(&header)) && is_placed
}

/// Texts that try to be something else.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[ a-z]{0,12}",
        "\\PC{0,6}",
        prop::sample::select(vec![
            "\n::error file=x::forged\n",
            "::stop-commands::x",
            "##[error]forged",
            "%0A::warning::x",
            "%",
            "\r\n",
            "\u{1b}[2J",
            "\u{1b}]8;;https://evil.example\u{7}",
            "\u{202e}",
            "\u{2066}",
            "\u{85}",
            "\u{0}",
            "\u{feff}",
            "\u{fffe}",
            "]]>",
            "<!--",
            "&lt;",
            "\"",
            "\\",
            "'",
            "](https://evil.example)",
            "[click",
            "{0}",
            "{{1}}",
            "`",
            ",",
            "=",
            "error[x]: forged",
            "\n\nerror[invalid-json]: forged",
            "a.json:1:1: ",
            "\u{1f468}\u{200d}\u{1f469}",
        ])
        .prop_map(str::to_owned),
        Just(SECRET.to_owned()),
        (1..400_usize).prop_map(|count| "w".repeat(count)),
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

#[derive(Debug, Clone)]
struct Drawn {
    rule: prop::sample::Index,
    severity: u8,
    message: String,
    help: Option<String>,
    place: u8,
    bytes: (usize, usize),
    is_related: bool,
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let what = (
        any::<prop::sample::Index>(),
        0..3_u8,
        hostile(),
        prop::option::of(hostile()),
    );
    let place = (0..8_u8, (0..600_usize, 0..600_usize), any::<bool>());
    (what, place).prop_map(
        |((rule, severity, message, help), (place, bytes, is_related))| Drawn {
            rule,
            severity,
            message,
            help,
            place,
            bytes,
            is_related,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn all_formats_say_the_same_and_nothing_else(
        name in hostile(),
        texts in prop::collection::vec((hostile(), hostile()), 2),
        is_json in any::<bool>(),
        width in 0..200_usize,
        drawn in prop::collection::vec(drawn(), 0..25),
    ) {
        let mut sources = Sources::default();
        let files: Vec<FileId> = texts
            .iter()
            .enumerate()
            .map(|(index, (key, value))| {
                let text = match is_json {
                    true => json!({"a": {key.as_str(): value}, key.as_str(): [value]}).to_string(),
                    false => format!("{key}{value}"),
                };
                add(&mut sources, &format!("{index}{name}.json"), &text)
            })
            .collect();
        let place = |drawn: &Drawn, file: usize| {
            let (file, key) = (files[file], &texts[file].0);
            match drawn.place {
                0 => Place::whole(file),
                1 | 2 => Place::bytes(file, drawn.bytes.0..drawn.bytes.1),
                3 => Place::key(file, Pointer::root().key(key)),
                4 => Place::value(file, Pointer::root().key(key).index(0)),
                5 => Place::key(file, Pointer::root().key("a").key(key)),
                _ => Place::value(file, Pointer::root().key("a").key(key)),
            }
        };
        let findings: Vec<Finding> = drawn
            .iter()
            .map(|drawn| {
                let rule = drawn.rule.get(RULES);
                let mut finding = match drawn.place {
                    7 => rule.nowhere(&drawn.message),
                    _ => rule.at(place(drawn, 0), &drawn.message),
                };
                finding.severity = [Severity::Note, Severity::Warning, Severity::Error][usize::from(drawn.severity)];
                finding.help.clone_from(&drawn.help);
                match drawn.is_related {
                    true => finding.related(place(drawn, 1), drawn.message.clone()),
                    false => finding,
                }
            })
            .collect();
        let report = report(&sources, &findings, &[SECRET.to_owned()]);
        let expected: Vec<Said> = report.findings.iter().map(said).collect();

        for (format, _) in FORMATS {
            let style = Style { color: false, width };
            let mut out = Vec::new();
            write(format, &report, style, &mut out).unwrap();
            let output = String::from_utf8(out).unwrap();
            prop_assert!(!output.contains(SECRET), "{:?}", format);
            prop_assert!(!output.contains("##["), "{:?}: {}", format, output);
            prop_assert!(
                !output.contains(|character| is_hidden(character) && character != '\n'),
                "{:?}: {:?}", format, output
            );
            let read = match format {
                Format::Human => {
                    let read = read_human(&output);
                    prop_assert_eq!(read.len(), expected.len(), "{}", output);
                    for (read, said) in read.iter().zip(&expected) {
                        prop_assert!(says(read, said), "{:?}\n{}\n{}", said, read, output);
                    }
                    continue;
                }
                Format::Json => {
                    let report: Value = serde_json::from_str(&output).unwrap();
                    read_json(report["findings"].as_array().unwrap().clone())
                }
                Format::Jsonl => read_json(output.lines().map(|line| serde_json::from_str(line).unwrap())),
                Format::Concise => read_concise(&output),
                Format::Sarif => {
                    assert_valid(&SARIF, &output);
                    read_sarif(&output)
                }
                Format::Github => read_github(&output),
                Format::Gitlab => {
                    assert_valid(&GITLAB, &output);
                    read_gitlab(&output)
                }
                Format::Junit => read_junit(&output),
            };
            prop_assert_eq!(as_read_by(format, read), as_read_by(format, expected.clone()), "{:?}", format);
        }
    }
}

/// Without what a format cannot say: GitHub shows ten of a level and no column of what ends on another line, JUnit
/// sorts by file.
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
            all.sort();
            all
        }
        _ => all,
    }
}
