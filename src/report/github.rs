//! `github`: annotations, as workflow commands of GitHub's runner, which parses them in `ActionCommand.cs`.
//!
//! <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>

use std::io::{self, Write};

use crate::source::finding::Severity;
use crate::text::plural::plural;
use crate::text::visible::visible;

use super::{Report, Shown};

/// GitHub shows this many annotations of each level for a step, and silently drops the rest.
const MOST: usize = 10;

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut unshown = Vec::new();
    for severity in [Severity::Error, Severity::Warning, Severity::Note] {
        let mut of_level = report.findings.iter().filter(|shown| shown.severity == severity);
        for shown in of_level.by_ref().take(MOST) {
            write_command(shown, out)?;
        }
        let rest = of_level.count();
        if rest > 0 {
            unshown.push(plural(rest, &format!("more {}", severity.name())));
        }
    }
    if unshown.is_empty() {
        return Ok(());
    }
    // Not a command, so that it does not count as an annotation.
    writeln!(out, "catproof: {} without annotation", unshown.join(", "))
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
        write!(out, ",file={}", property(&visible(&place.rooted_name)))?;
        write!(out, ",line={},endLine={}", start.line, end.line)?;
        // GitHub takes columns only within one line.
        if start.line == end.line {
            write!(out, ",col={},endColumn={}", start.column, end.column)?;
        }
    }
    let help = shown.help.as_ref().map(|help| format!("\nhelp: {}", visible(help)));
    let text = visible(&shown.message).into_owned() + &help.unwrap_or_default();
    writeln!(out, "::{}", data(&text))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
