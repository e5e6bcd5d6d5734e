//! `junit`: one test suite per file, one test case per finding, failed if the exit code counts it.
//!
//! JUnit has no specification; this follows what Jenkins accepts, the `junit-10.xsd` of its xUnit plugin.

use std::collections::BTreeMap;
use std::io::{self, Write};

use quick_junit::{NonSuccessKind, Report as JunitReport, TestCase, TestCaseStatus, TestSuite};

use crate::text::visible::visible;

use super::{Report, Shown, ShownPlace, position};

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut by_file: BTreeMap<&str, Vec<TestCase>> = BTreeMap::new();
    for shown in &report.findings {
        by_file.entry(file(shown)).or_default().push(test_case(shown));
    }
    if by_file.is_empty() {
        // Many readers reject a report without any test.
        let passed = TestCase::new("check", TestCaseStatus::success());
        by_file.insert("catproof", vec![passed]);
    }
    let mut junit = JunitReport::new("catproof");
    for (file, cases) in by_file {
        let mut suite = TestSuite::new(visible(file));
        suite.add_test_cases(cases);
        junit.add_test_suite(suite);
    }
    let xml = junit.to_string().map_err(io::Error::other)?;
    // The schema of Jenkins allows the count of skipped tests only on a suite, not on the whole report.
    out.write_all(xml.replacen(" skipped=\"0\"", "", 1).as_bytes())
}

/// The file of a finding, or the program's name.
fn file(shown: &Shown) -> &str {
    shown.place.as_ref().map_or("catproof", |place| &place.rooted_name)
}

fn test_case(shown: &Shown) -> TestCase {
    let message = visible(&shown.message);
    let place = shown.place.as_ref();
    let help = shown.help.iter().map(|help| format!("help: {}", visible(help)));
    let related = shown.related.iter();
    let related = related.map(|it| format!("{}: {}", rooted(&it.place), visible(&it.message)));
    let start = place.map(|place| format!("{}: ", rooted(place))).unwrap_or_default();
    let header = format!("{start}{}[{}]: {message}", shown.severity.name(), shown.rule);
    let description: Vec<String> = [header].into_iter().chain(related).chain(help).collect();
    let description = description.join("\n");

    let name = match place {
        Some(place) => format!("{}:{}:{}", shown.rule, place.start.line, place.start.column),
        None => shown.rule.to_owned(),
    };
    let mut case = if shown.fails {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_type(shown.severity.name()).set_message(message).set_description(description);
        TestCase::new(name, status)
    } else {
        // What the exit code does not count is a test that passed, and says something.
        let mut passed = TestCase::new(name, TestCaseStatus::success());
        passed.set_system_out(description);
        passed
    };
    case.set_classname(visible(file(shown)));
    case
}

/// `file:line:column`, from the root of the repository.
fn rooted(place: &ShownPlace) -> String {
    position(&place.rooted_name, place.start)
}
