//! The summary of `gate`: Markdown for a pull request, where no text of the input is markup.

use std::fmt::Write as _;

use super::diff::{DiffReport, MOST_BYTES, markdown};

/// How many findings and artifacts are shown.
const MOST_LINES: usize = 200;

/// The most bytes that either list takes up, so that it cannot crowd out what the change means.
const MOST_BYTES_OF_LIST: usize = 16_000;

/// What came of a gate.
#[derive(Debug, Default)]
pub(crate) struct GateSummary {
    /// The check in one line.
    pub(crate) checked: String,
    pub(crate) has_failed: bool,
    /// The findings, one line each.
    pub(crate) findings: Vec<String>,
    pub(crate) artifacts: Artifacts,
    /// What the artifacts lack, one line each.
    pub(crate) remarks: Vec<String>,
    /// `None` if there was no base, or it could not be compared with.
    pub(crate) change: Option<DiffReport>,
    /// Why it could not be compared with.
    pub(crate) not_compared: Option<String>,
    /// Whether the configuration is another one than that of the base.
    pub(crate) has_other_settings: bool,
}

/// How the committed artifacts compare with the catalog.
#[derive(Debug, Default)]
pub(crate) enum Artifacts {
    /// Findings stop the build.
    #[default]
    Stopped,
    /// Those that are out of date, one line each.
    Compared(Vec<String>),
    Failed(String),
}

impl GateSummary {
    pub(crate) fn markdown(&self) -> String {
        let verdict = if self.has_failed { "failed" } else { "passed" };
        let mut text = format!("## catproof\n\n**check** {verdict}: {}\n", self.checked);
        push_list(&mut text, &self.findings);
        text.push('\n');
        match &self.artifacts {
            Artifacts::Stopped => {
                text.push_str("**build --check** was not done, because of the findings above\n");
            }
            Artifacts::Compared(outdated) if outdated.is_empty() => {
                text.push_str("**build --check** passed: the artifacts are current\n");
            }
            Artifacts::Compared(outdated) => {
                text.push_str(
                    "**build --check** failed: run `catproof build` and commit what it writes\n",
                );
                push_list(&mut text, outdated);
            }
            Artifacts::Failed(reason) => {
                text.push_str("**build --check** could not be done\n");
                push_list(&mut text, std::slice::from_ref(reason));
            }
        }
        push_list(&mut text, &self.remarks);
        if let Some(reason) = &self.not_compared {
            text.push_str("\n**diff** could not be done\n");
            push_list(&mut text, std::slice::from_ref(reason));
        }
        if self.has_other_settings {
            text.push_str(
                "\nThe configuration changes too. It takes effect once it is merged: the check used that of the base.\n",
            );
        }
        if let Some(change) = &self.change {
            let room = MOST_BYTES.saturating_sub(text.len());
            let _ = write!(text, "\n{}", markdown(change, room));
        }
        text
    }
}

/// Lines as an indented block, which has no markup.
fn push_list(text: &mut String, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    text.push('\n');
    let mut room = MOST_BYTES_OF_LIST;
    let mut shown = 0;
    for line in lines.iter().take(MOST_LINES) {
        room = room.saturating_sub(line.len());
        if room == 0 {
            break;
        }
        let _ = writeln!(text, "    {line}");
        shown += 1;
    }
    if shown < lines.len() {
        let _ = writeln!(text, "\nand {} more", lines.len() - shown);
    }
}
