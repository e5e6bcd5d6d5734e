//! `concise`: one line per finding, `file:line:column: severity[rule]: message`.

use std::io::{self, Write};

use crate::text::visible::visible;

use super::{Report, at};

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for shown in &report.findings {
        if let Some(place) = &shown.place {
            write!(out, "{}: ", at(place))?;
        }
        writeln!(out, "{}[{}]: {}", shown.severity.name(), shown.rule, visible(&shown.message))?;
    }
    Ok(())
}
