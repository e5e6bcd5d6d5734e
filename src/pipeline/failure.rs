//! Why a job could not be done.

use std::path::PathBuf;

use crate::catalog::workspace::WorkspaceError;
use crate::compile::{emit, write};
use crate::discovery::client::NetworkError;
use crate::discovery::record::RecordError;

/// Why a job could not be done. Bad input is never a failure: it is a finding.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    #[error("{message}")]
    Usage { message: String, help: Option<String> },
    #[error("`{}` cannot be read: {reason}", .path.display())]
    Unreadable { path: PathBuf, reason: String },
    #[error("`{}` cannot be written: {reason}", .path.display())]
    Unwritable { path: PathBuf, reason: String },
    #[error(transparent)]
    Network(#[from] NetworkError),
    #[error(transparent)]
    Recordings(#[from] RecordError),
    #[error("interrupted: nothing was written")]
    Interrupted,
    #[error("the proxy at `{url}` cannot be compared with: {reason}")]
    Proxy { url: String, reason: String },
    #[error(transparent)]
    Template(#[from] emit::RenderError),
    #[error(transparent)]
    Write(#[from] write::WriteError),
    /// Standard output. A closed pipe is not a failure.
    #[error("the output cannot be written: {0}")]
    Output(#[from] std::io::Error),
}

impl Failure {
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::Usage { message: message.into(), help: None }
    }
}
