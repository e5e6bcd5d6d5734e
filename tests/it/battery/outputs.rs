//! Every output of a run over hostile files, read for what must not be in it.

use std::fs;
use std::path::Path;

use catproof::testing::report::Format;
use catproof::testing::text::hidden::is_hidden;
use clap::ValueEnum as _;
use serde_json::Value;

use crate::support::{run, scratch};

/// Checks what the arguments name in every format at once. All formats speak of as many findings, and none carries a
/// control character, a line that is a command to a CI system, or these texts. Gives the findings.
pub fn check_in_every_format(folder: &Path, arguments: &[&str], unseen: &[&str]) -> Vec<Value> {
    let outputs = scratch();
    let formats: Vec<(Format, String)> = Format::value_variants()
        .iter()
        .map(|format| {
            let name = format.to_possible_value().unwrap().get_name().to_owned();
            (*format, name)
        })
        .collect();
    let mut all = vec!["check".to_owned(), "--pedantic".to_owned()];
    for (_, name) in &formats {
        let path = outputs.path().join(name);
        all.extend(["--format".to_owned(), format!("{name}={}", path.display())]);
    }
    all.extend(arguments.iter().map(|&argument| argument.to_owned()));
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let (code, stdout, stderr) = run(folder, &all);
    assert!(code < 2, "{arguments:?}: {code}\n{stderr}");
    assert_eq!(stdout, "");
    assert_is_clean(&stderr, unseen);

    let read = |name: &str| fs::read_to_string(outputs.path().join(name)).unwrap();
    let report: Value = serde_json::from_str(&read("json")).unwrap();
    let findings = report["findings"].as_array().unwrap().clone();
    for (format, name) in &formats {
        let text = read(name);
        // The annotations are commands, each with its own line; what they say is escaped.
        let commands = ["::error ", "::warning ", "::notice "];
        let said = match format {
            Format::Github => {
                let is_command = |line: &&str| commands.iter().any(|start| line.starts_with(start));
                let others = text.lines().filter(|line| !is_command(line));
                others.collect::<Vec<_>>().join("\n")
            }
            _ => text.clone(),
        };
        assert_is_clean(&said, unseen);
        for text in unseen {
            assert!(!read(name).contains(text), "{name} shows {text:?}");
        }
        let count = match format {
            Format::Human => findings_of_human(&text),
            Format::Concise | Format::Jsonl => text.lines().count(),
            Format::Sarif => {
                let sarif: Value = serde_json::from_str(&text).unwrap();
                sarif["runs"][0]["results"].as_array().unwrap().len()
            }
            Format::Gitlab => serde_json::from_str::<Vec<Value>>(&text).unwrap().len(),
            // What the exit code does not count is a test that passed.
            Format::Junit => {
                text.matches("</failure>").count() + text.matches("</system-out>").count()
            }
            // The one was read above, the other shows ten of a level.
            Format::Json | Format::Github => findings.len(),
        };
        assert_eq!(count, findings.len(), "{name}");
    }
    findings
}

/// How many findings a person reads: each has a header, and what is the same in several files lists them below one.
fn findings_of_human(text: &str) -> usize {
    let mut places: Vec<usize> = Vec::new();
    for line in text.lines() {
        if line.starts_with("  ╶─[") {
            *places.last_mut().unwrap() += 1;
        } else if !line.is_empty() && !line.starts_with(' ') {
            places.push(0);
        }
    }
    places.iter().map(|&count| count.max(1)).sum()
}

/// No control character but the line feed, no bidirectional or invisible one, no command to a CI system.
pub fn assert_is_clean(output: &str, unseen: &[&str]) {
    let hidden = output.chars().find(|&shown| is_hidden(shown) && shown != '\n');
    assert_eq!(hidden, None, "{output:?}");
    assert!(!output.contains("##["), "{output}");
    assert!(!output.contains("panicked at"), "{output}");
    for line in output.lines() {
        assert!(!line.trim_start().starts_with("::"), "{line}");
    }
    for text in unseen {
        assert!(!output.contains(text), "{text:?} is shown: {output}");
    }
}
