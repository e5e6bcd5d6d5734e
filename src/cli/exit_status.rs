//! What the process reports.

use std::process::{ExitCode, Termination};

/// What the process reports; the same for every command and output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExitStatus {
    Clean,
    /// Findings at or above `--fail-on`, or drift.
    Findings,
    /// The job could not be done: usage, configuration, I/O.
    Failed,
    /// No input matched.
    NoInput,
}

impl Termination for ExitStatus {
    fn report(self) -> ExitCode {
        ExitCode::from(self.code())
    }
}

impl ExitStatus {
    pub fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::Failed => 2,
            Self::NoInput => 3,
        }
    }
}
