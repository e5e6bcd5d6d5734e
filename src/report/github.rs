//! `github`: annotations, as the workflow commands of GitHub's runner.
//!
//! <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>; how the runner reads them is in
//! its `ActionCommand.cs`.

use std::io::{self, Write};

use crate::source::finding::Severity;
use crate::text::visible::visible;

use super::{Report, Shown};

/// GitHub shows this many annotations of a level for one step, and drops the rest without a word.
const MOST: usize = 10;

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut unshown = Vec::new();
    for severity in [Severity::Error, Severity::Warning, Severity::Note] {
        let of_level = || {
            let all = report.findings.iter();
            all.filter(|shown| shown.severity == severity)
        };
        for shown in of_level().take(MOST) {
            write_command(shown, out)?;
        }
        match of_level().skip(MOST).count() {
            0 => {}
            1 => unshown.push(format!("1 more {}", severity.name())),
            count => unshown.push(format!("{count} more {}s", severity.name())),
        }
    }
    match unshown.as_slice() {
        [] => Ok(()),
        // No command, so that it does not take an annotation's place.
        unshown => writeln!(out, "catproof: {} without annotation", unshown.join(", ")),
    }
}

fn write_command(shown: &Shown, out: &mut dyn Write) -> io::Result<()> {
    let command = match shown.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    write!(out, "::{command} title={}", property(shown.rule))?;
    if let Some(place) = &shown.place {
        let (start, end) = (place.start, place.end);
        write!(out, ",file={}", property(&visible(&place.name)))?;
        write!(out, ",line={},endLine={}", start.line, end.line)?;
        // GitHub takes columns only within one line.
        if start.line == end.line {
            write!(out, ",col={},endColumn={}", start.column, end.column)?;
        }
    }
    let help = shown.help.iter().map(|help| format!("help: {}", visible(help)));
    let text: Vec<String> =
        [visible(&shown.message).into_owned()].into_iter().chain(help).collect();
    writeln!(out, "::{}", data(&text.join("\n")))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
