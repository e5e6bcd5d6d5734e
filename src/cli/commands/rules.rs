//! `rules`: the table of all rules.

use std::fmt::Write as _;

use serde::Serialize;

use crate::cli::args::{RulesArgs, RulesFormat};
use crate::cli::findings::write_formats;
use crate::lint::{Fixable, RULES, Rule};
use crate::report::{NARROWEST, json_bytes, wrap};

use super::{Console, ExitStatus, Failure};

/// One rule, as `rules --format json` prints it.
#[derive(Serialize)]
struct RuleRow {
    id: &'static str,
    level: &'static str,
    group: &'static str,
    fix: Option<&'static str>,
    summary: String,
}

pub(super) fn run(args: &RulesArgs, console: &Console) -> Result<ExitStatus, Failure> {
    let rows: Vec<RuleRow> = RULES.iter().map(|rule| row(rule)).collect();
    write_formats(&args.format, console, |format, is_file| match format {
        RulesFormat::Human => {
            let width = console.table_width().filter(|_| !is_file);
            Ok(table(&rows, width).into_bytes())
        }
        RulesFormat::Json => json_bytes(&rows),
        RulesFormat::Markdown => Ok(readme_table().into_bytes()),
    })?;
    Ok(ExitStatus::Clean)
}

/// One line per rule; on a terminal, a summary that does not fit goes on below its beginning, or below the rule.
fn table(rows: &[RuleRow], columns: Option<usize>) -> String {
    const LEAST_FOR_SUMMARY: usize = 40;
    let id_width = rows.iter().map(|row| row.id.len()).max().unwrap_or(0);
    let mut text = String::new();
    for row in rows {
        let fix = row.fix.map(|fix| format!(" [fix: {fix}]")).unwrap_or_default();
        let start = format!("{:id_width$}  {:7}  ", row.id, row.level);
        let summary = format!("{}{fix}", row.summary);
        let _ = match columns.map(|columns| columns.max(NARROWEST)) {
            None => writeln!(text, "{start}{summary}"),
            Some(columns) if start.len() + LEAST_FOR_SUMMARY <= columns => {
                writeln!(text, "{}", wrap(&summary, columns, &start, &" ".repeat(start.len())))
            }
            Some(columns) => {
                let summary = wrap(&summary, columns, "    ", "    ");
                let rule = wrap(&format!("{} ({})", row.id, row.level), columns, "", "    ");
                writeln!(text, "{rule}\n{summary}")
            }
        };
    }
    text
}

fn row(rule: &Rule) -> RuleRow {
    let fix = match rule.fix {
        Fixable::No => None,
        Fixable::Safe => Some("safe"),
        Fixable::Risky => Some("unsafe"),
    };
    RuleRow {
        id: rule.id,
        level: rule.level.name(),
        group: rule.group.name(),
        fix,
        summary: rule.summary(),
    }
}

/// The table of rules in the README.
pub fn readme_table() -> String {
    let mut text =
        String::from("| rule | level | group | fix | what it reports |\n|---|---|---|---|---|\n");
    for row in RULES.iter().map(|rule| row(rule)) {
        let fix = row.fix.unwrap_or("–");
        let summary = row.summary.replace('|', "\\|");
        let _ =
            writeln!(text, "| `{}` | {} | {} | {fix} | {summary} |", row.id, row.level, row.group);
    }
    text
}
