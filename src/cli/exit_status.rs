//! The exit codes.

use std::process::{ExitCode, Termination};

/// The outcome of a run; the codes are the same for every command and output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExitStatus {
    Clean = 0,
    /// Findings at or above `--fail-on`, or drift.
    Findings = 1,
    /// The job could not be done: usage, configuration, I/O.
    Failed = 2,
    /// No input matched.
    NoInput = 3,
}

impl Termination for ExitStatus {
    fn report(self) -> ExitCode {
        ExitCode::from(self as u8)
    }
}
