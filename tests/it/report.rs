//! The output formats: the same findings in all of them, and nothing that a hostile text could forge.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use catproof::testing::lint::{self, RULES};
use catproof::testing::pipeline::redaction::Redaction;
use catproof::testing::report::{
    CheckReport, Format, Report, Shown, Style, Summary, batches, locate, write,
};
use catproof::testing::source::finding::{Edit, Finding, Fix, Place, Severity};
use catproof::testing::source::{FileId, Pointer, Sources};
use catproof::testing::text::secrets::redactor::Redactor;
use expect_test::{expect, expect_file};
use serde_json::{Value, json};
use serde_sarif::sarif::Sarif;
use tempfile::TempDir;

use crate::support::{self, project, run, scratch};

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
            .fix(Fix::risky([Edit::Replace("/name".into(), json!("acme__mcp"))])),
        rule("committed-credential")
            .at(
                Place::value(first, "/server/env/TOKEN"),
                format!("a GitHub token `{SECRET}` is committed"),
            )
            .help("revoke it at GitHub"),
        rule("duplicate-scope")
            .at(Place::value(first, "/oauth_config/scopes/2"), "`read` is listed twice")
            .related(Place::value(first, "/oauth_config/scopes/0"), "first listed here")
            .fix(Fix::safe([Edit::Remove("/oauth_config/scopes/2".into())])),
        rule("missing-metadata").at(Place::whole(first), "`author` is missing"),
        rule("unknown-key").at(
            Place::key(second, Pointer::root().key("evil\u{202e}key")),
            "`evil\u{202e}key` is not a key that anything reads",
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
    let findings = locate(findings, sources, 1 << 20, &Redaction::new(Redactor::new(secrets)));
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
    let style = Style { color: false, width: 80 };
    let mut out = Vec::new();
    write(format, report, style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_report_in_batches_is_the_report_as_a_whole() {
    let mut sources = Sources::default();
    let files: Vec<FileId> = (0..40)
        .map(|number| {
            let keys: Vec<String> = (0..100).map(|key| format!("\n\"{key}\": 1")).collect();
            let text = format!("{{{}}}", keys.join(","));
            add(&mut sources, &format!("catalog/{}.json", number % 37), &text)
        })
        .collect();
    let mut findings = vec![RULES[1].nowhere("in no file")];
    for key in (0..100).rev() {
        let place = |file: &FileId| Place::value(*file, format!("/{key}"));
        findings.extend(files.iter().map(|file| RULES[0].at(place(file), "wrong")));
    }
    let redaction = Redaction::default();
    let whole = locate(&findings, &sources, 1 << 20, &redaction);
    let batches: Vec<Vec<Shown>> = batches(&mut findings, &sources)
        .map(|batch| locate(batch, &sources, 1 << 20, &redaction))
        .collect();
    assert!(batches.len() > 2, "{} batches", batches.len());
    // Findings of two files with one name are equal to look at, and may change places.
    let seen = |shown: &Shown| {
        let place = shown.place.as_ref();
        let place = place.map(|place| (place.name.clone(), place.start, place.end));
        (shown.rule, shown.message.clone(), place)
    };
    let in_batches: Vec<_> = batches.iter().flatten().map(seen).collect();
    assert_eq!(in_batches, whole.iter().map(seen).collect::<Vec<_>>());
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
    let style = Style { color: true, width: 80 };
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
            Format::Json => {
                assert_eq!(serde_json::from_str::<CheckReport>(&text).unwrap().findings, []);
            }
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
    assert_eq!(shown, [("c", 0, 20), ("b", 1, 4), ("a", 7, 13), ("d", 0, 0), ("e", 3, 6)]);
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
    // Each fix looks at every member of the object that it takes one out of.
    let apart = 25;
    let members: Vec<String> =
        (0..many).map(|index| format!("\"key{index}\":{{\"value\":\"日本語 {index}\"}}")).collect();
    let text = format!("{{{}}}", members.join(","));
    let file = add(&mut sources, "wide.json", &text);
    let findings: Vec<Finding> = (0..many)
        .step_by(apart)
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
    let middle = many / 2 / apart;
    let shown = &report.findings[middle..=middle];
    let one = Report { findings: shown.to_vec(), summary: Summary::default() };
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
        RULES[0].at(Place::value(file, "/a"), "x").fix(Fix::safe([edit]))
    };
    let findings = [replace(json!(SECRET)), replace(json!("else"))];
    let report = report(&sources, &findings, &[SECRET.to_owned()]);
    let fixes: Vec<bool> = report.findings.iter().map(|shown| shown.fix.is_some()).collect();
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
        issues.map(|issue| issue["fingerprint"].as_str().unwrap().to_owned()).collect()
    };
    let before = fingerprints("{\"a\": 1, \"b\": {\"c\": 2}}");
    assert_eq!(before, fingerprints("{\n\n  \"a\": 7,\r\n\"z\": 0, \"b\": {\n\"c\": 2}}"));
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
    let without_findings = Report { findings: Vec::new(), ..report };
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
    let host = Command::new("rustc").args(["--print", "host-tuple"]).output().unwrap();
    let host = String::from_utf8(host.stdout).unwrap();
    // Only for this platform: the crates of the others were never fetched in a fresh clone.
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--offline", "--locked"])
        .args(["--filter-platform", host.trim()])
        .current_dir(project())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == "serde-sarif").unwrap();
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

/// A report of any findings is valid by the schemas, whatever it says.
pub fn assert_valid_by_the_schemas(report: &Report) {
    assert_valid(&SARIF, &written(Format::Sarif, report));
    assert_valid(&GITLAB, &written(Format::Gitlab, report));
}

/// A folder with one finding of an error.
fn folder_with_an_error() -> TempDir {
    let scratch = scratch();
    support::write(&scratch.path().join("catalog/acme__mcp.json"), "{");
    scratch
}

#[test]
fn two_formats_are_never_written_into_each_other() {
    let scratch = folder_with_an_error();
    for (arguments, place) in [
        (["--format", "json", "--format", "concise"], "standard output"),
        (["--format", "json", "--format", "json"], "standard output"),
        (["--format", "json=a", "--format", "sarif=a"], "`a`"),
    ] {
        for command in ["check", "build", "probe"] {
            let (code, stdout, stderr) =
                run(scratch.path(), &[&[command][..], &arguments].concat());
            assert_eq!((code, stdout.as_str()), (2, ""), "{stderr}");
            assert!(stderr.contains(place), "{stderr}");
        }
    }
    let both = ["check", "--format", "concise", "--format", "json=a", "--format", "sarif=b"];
    let (code, stdout, _) = run(scratch.path(), &both);
    assert_eq!(code, 1);
    assert!(stdout.contains("error[invalid-json]"), "{stdout}");
    for file in ["a", "b"] {
        let text = fs::read_to_string(scratch.path().join(file)).unwrap();
        assert!(serde_json::from_str::<Value>(&text).is_ok(), "{text}");
    }
}

#[test]
fn a_report_takes_the_place_of_the_old_one_whole() {
    let scratch = folder_with_an_error();
    let (report, same) = (scratch.path().join("out/a.json"), scratch.path().join("same"));
    let arguments = ["check", "--format", "json=out/a.json"];
    assert_eq!(run(scratch.path(), &arguments).0, 1);
    let first = fs::read(&report).unwrap();
    fs::write(&report, "old").unwrap();
    // Whoever has the old file open goes on to read it.
    fs::hard_link(&report, &same).unwrap();
    assert_eq!(run(scratch.path(), &arguments).0, 1);
    assert_eq!(fs::read(&report).unwrap(), first);
    assert_eq!(fs::read(&same).unwrap(), b"old");
    assert_eq!(support::entries(&scratch.path().join("out")).len(), 1);
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_written_to_as_it_is() {
    let scratch = folder_with_an_error();
    let arguments = ["check", "--format", "concise=/dev/stdout"];
    let (code, stdout, stderr) = support::run_process(scratch.path(), &arguments);
    assert_eq!(code, 1, "{stderr}");
    assert!(stdout.contains("error[invalid-json]"), "{stdout}");
}

/// A catalog whose servers have 130 unused answers between them, and two other findings.
fn many(folder: &Path) {
    for id in ["acme__one", "acme__two"] {
        let input = json!({ "type": "string", "title": "K" });
        let keys = (0..65).map(|index| (format!("{id}_{index}"), input.clone()));
        let keys: serde_json::Map<String, Value> = keys.collect();
        let manifest = json!({
            "name": id, "display_name": "Acme", "description": "Notes", "author": { "name": "Acme" },
            "server": { "command": "sh", "args": ["-c", "acme"] }, "user_config": keys
        });
        support::write(&folder.join(format!("catalog/{id}.json")), manifest.to_string());
    }
}

#[test]
fn many_findings_of_one_rule_fold_with_a_count_unless_all_are_asked_for() {
    let scratch = scratch();
    many(scratch.path());
    let check = |arguments: &[&str]| run(scratch.path(), &[&["check"], arguments].concat());
    let (_, text, said) = check(&[]);
    assert_eq!(text.matches("[unused-user-config]").count(), 100);
    // The same of two files is shown once, with both.
    assert_eq!(text.matches("[shell-command]").count(), 1);
    assert!(
        text.ends_with("… and 30 more of `unused-user-config`: `--all` shows them\n"),
        "{text}"
    );
    assert!(said.contains("132 warnings"), "{said}");
    let (_, text, _) = check(&["--all"]);
    assert_eq!(text.matches("[unused-user-config]").count(), 130);
    assert!(!text.contains("--all"), "{text}");
    // What programs read is whole.
    let (_, text, _) = check(&["--format", "jsonl"]);
    assert_eq!(text.lines().count(), 132);
    let (_, text, _) = check(&["--statistics"]);
    assert_eq!(text, "130  warning  unused-user-config\n  2  warning  shell-command\n");
}

/// The formats of which other programs take a path, which they look up from the root of the repository.
const ROOTED: [&str; 4] = ["github", "sarif", "gitlab", "junit"];

#[test]
fn paths_are_from_the_root_of_the_repository_wherever_the_command_runs() {
    let scratch = folder_with_an_error();
    let root = scratch.path();
    fs::create_dir(root.join(".git")).unwrap();
    let here = root.join("docs");
    fs::create_dir(&here).unwrap();
    for format in ROOTED {
        let at_root = run(root, &["check", "--format", format]).1;
        assert!(at_root.contains("catalog/"), "{format}: {at_root}");
        for (folder, path) in [(&here, ".."), (&root.join("catalog"), ".")] {
            assert_eq!(run(folder, &["check", path, "--format", format]).1, at_root, "{folder:?}");
        }
    }
    // People and scripts of one's own read paths from where they are.
    for format in ["concise", "json", "human"] {
        let shown = run(&root.join("catalog"), &["check", ".", "--format", format]).1;
        assert!(!shown.contains("catalog/"), "{format}: {shown}");
    }
    // Without a repository there is only the working folder.
    fs::remove_dir(root.join(".git")).unwrap();
    let shown = run(&root.join("catalog"), &["check", ".", "--format", "gitlab"]).1;
    assert!(shown.contains("\"path\": \"acme__mcp.json\""), "{shown}");
}

#[test]
fn junit_fails_what_the_exit_code_counts() {
    let scratch = scratch();
    let folder = scratch.path();
    let manifest = |id: &str| json!({ "name": id, "server": { "command": "npx" } }).to_string();
    support::write(&folder.join("catalog/acme__mcp.json"), manifest("acme__mcp"));
    support::write(&folder.join("catalog_local/acme__box.json"), manifest("acme__other"));
    let failures = |arguments: &[&str]| {
        let (code, stdout, stderr) = run(folder, &[arguments, &["--format", "junit"]].concat());
        let (_, rest) = stdout.split_once(" failures=\"").unwrap_or_else(|| panic!("{stderr}"));
        let count = rest.split('"').next().unwrap().parse::<usize>().unwrap();
        assert_eq!(count, stdout.matches("<failure ").count());
        assert!(stdout.contains("warning[missing-metadata]"), "{stdout}");
        assert_ne!(validates_as_junit(&stdout), Some(false), "{stdout}");
        (code, count)
    };
    let warnings = failures(&["check", "catalog", "--fail-on", "warning"]);
    assert!(warnings.0 == 1 && warnings.1 > 0, "{warnings:?}");
    assert_eq!(failures(&["check", "catalog"]), (0, 0));
    assert_eq!(failures(&["check"]), (1, 1), "the id of the developers' server");
    assert_eq!(failures(&["build"]), (0, 0), "a developers' server stops no build");
}
