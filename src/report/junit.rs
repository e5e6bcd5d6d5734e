//! `junit`: one test suite a file, one failed test case a finding.
//!
//! JUnit has no specification; this holds to what Jenkins accepts, the `junit-10.xsd` of its xUnit plugin.

use std::collections::BTreeMap;
use std::io::{self, Write};

use quick_junit::{NonSuccessKind, Report as JunitReport, TestCase, TestCaseStatus, TestSuite};

use crate::text::visible::visible;

use super::{Report, Shown, at};

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut by_file: BTreeMap<&str, Vec<TestCase>> = BTreeMap::new();
    for shown in &report.findings {
        by_file.entry(file(shown)).or_default().push(test_case(shown));
    }
    if by_file.is_empty() {
        // Many readers take a report without any test for a mistake.
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
    // The schema that Jenkins insists on knows the count of skipped tests for a suite alone, not for all of them.
    out.write_all(xml.replacen(" skipped=\"0\"", "", 1).as_bytes())
}

/// The file that a finding is about; the program's own name stands for what is in none.
fn file(shown: &Shown) -> &str {
    match &shown.place {
        Some(place) => &place.name,
        None => "catproof",
    }
}

fn test_case(shown: &Shown) -> TestCase {
    let message = visible(&shown.message);
    let place = shown.place.as_ref();
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    let help = shown.help.iter().map(|help| format!("help: {}", visible(help)));
    let related = shown.related.iter().map(|related| {
        let message = visible(&related.message);
        format!("{}: {message}", at(&related.place))
    });
    let header = format!("{}[{}]: {message}", shown.severity.name(), shown.rule);
    let header = match place {
        Some(place) => format!("{}: {header}", at(place)),
        None => header,
    };
    let description: Vec<String> = [header].into_iter().chain(related).chain(help).collect();
    status
        .set_type(shown.severity.name())
        .set_message(message)
        .set_description(description.join("\n"));

    let name = match place {
        Some(place) => format!("{}:{}:{}", shown.rule, place.start.line, place.start.column),
        None => shown.rule.to_owned(),
    };
    let mut case = TestCase::new(name, status);
    case.set_classname(visible(file(shown)));
    case
}
