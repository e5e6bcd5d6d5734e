//! `rules`: the table of all rules.

use std::fmt::Write as _;

use serde::Serialize;

use crate::cli::args::{RulesArgs, RulesFormat};
use crate::lint::{Fixable, RULES, Rule};
use crate::report::write_json;

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
    match args.format {
        RulesFormat::Human => {
            let mut text = String::new();
            let width = rows.iter().map(|row| row.id.len()).max().unwrap_or(0);
            for row in &rows {
                let fix = row.fix.map(|fix| format!(" [fix: {fix}]")).unwrap_or_default();
                let _ = writeln!(text, "{:width$}  {:7}  {}{fix}", row.id, row.level, row.summary);
            }
            console.print(text)?;
        }
        RulesFormat::Json => write_json(&rows, &mut console.out())?,
        RulesFormat::Markdown => console.print(readme_table())?,
    }
    Ok(ExitStatus::Clean)
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
