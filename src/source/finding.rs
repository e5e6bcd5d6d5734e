//! One problem in the catalog: which rule, how bad, where, and what to do.
//!
//! A finding uses JSON Pointers. `report::locate` alone turns them into bytes, lines and columns, and only for findings
//! that are shown.

use std::borrow::Cow;
use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::source::{FileId, Pointer};
use crate::text::secrets::credential::is_worth_hiding;

/// How bad a finding is, from advice to defect.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Advice, shown with `--pedantic`.
    Note,
    /// A likely defect.
    Warning,
    /// The server cannot work as declared, or a secret is at risk.
    Error,
}

impl Severity {
    /// The word used by every output format and the documentation.
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The id of the rule, as `explain` takes it.
    pub rule: &'static str,
    pub severity: Severity,
    /// What is wrong: lower case, backticks around values, no full stop.
    pub message: String,
    /// What to do, as an imperative.
    pub help: Option<Cow<'static, str>>,
    /// `None` if the problem is not in a file, such as in the allowlist of a running proxy.
    pub place: Option<Place>,
    /// Related places, each with its own label.
    pub related: Vec<Related>,
    pub fix: Option<Fix>,
    /// The secret values that it is about; the redactor masks them in all output.
    pub secrets: Vec<String>,
    /// Whether its server is left out of every artifact, because they would contain a secret.
    pub withholds_server: bool,
}

impl Finding {
    /// The file that it is in; `None` for a finding in no file.
    pub fn file(&self) -> Option<FileId> {
        self.place.as_ref().map(|place| place.file)
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<Cow<'static, str>>) -> Self {
        self.help = Some(help.into());
        self
    }

    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Adds a related place, with a label that says how it is related.
    #[must_use]
    pub fn related(mut self, place: Place, label: impl Into<String>) -> Self {
        // Most findings have at most one.
        self.related.reserve_exact(1);
        self.related.push(Related { place, label: label.into() });
        self
    }

    /// Adds a value to mask. Short words are skipped: masking them would garble unrelated text.
    #[must_use]
    pub fn secret(mut self, value: &str) -> Self {
        if is_worth_hiding(value) {
            self.secrets.push(value.to_owned());
        }
        self
    }

    /// Leaves the server out of every artifact.
    #[must_use]
    pub fn withholding_server(mut self) -> Self {
        self.withholds_server = true;
        self
    }

    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }
}

/// A place in a file, resolved to bytes only when it is shown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub file: FileId,
    pub spot: Spot,
}

/// A part of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Spot {
    /// The whole file: it cannot be read, or the problem has no narrower place.
    Whole,
    /// Byte offsets, for text that is not valid JSON.
    Bytes { start: usize, end: usize },
    /// The key of an object's member.
    Key(Pointer),
    /// A value.
    Value(Pointer),
}

impl Place {
    pub fn whole(file: FileId) -> Self {
        Self { file, spot: Spot::Whole }
    }

    pub fn bytes(file: FileId, range: Range<usize>) -> Self {
        Self { file, spot: Spot::Bytes { start: range.start, end: range.end } }
    }

    pub fn key(file: FileId, pointer: impl Into<Pointer>) -> Self {
        Self { file, spot: Spot::Key(pointer.into()) }
    }

    pub fn value(file: FileId, pointer: impl Into<Pointer>) -> Self {
        Self { file, spot: Spot::Value(pointer.into()) }
    }

    /// The JSON Pointer, if the place has one.
    pub fn pointer(&self) -> Option<&Pointer> {
        match &self.spot {
            Spot::Key(pointer) | Spot::Value(pointer) => Some(pointer),
            Spot::Whole | Spot::Bytes { .. } => None,
        }
    }

    /// Whether a pointer of the same file names this place or one within it. A place without a pointer is the whole file.
    pub fn contains(&self, other: Option<&Pointer>) -> bool {
        let Some(pointer) = self.pointer() else {
            return true;
        };
        let rest = other.and_then(|other| other.as_str().strip_prefix(pointer.as_str()));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// A place related to a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    pub place: Place,
    pub label: String,
}

/// A change that fixes the finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// A safe fix cannot change what the author intended; any other needs `--unsafe-fixes`.
    pub safe: bool,
    pub edits: Vec<Edit>,
}

impl Fix {
    pub fn safe(edits: impl IntoIterator<Item = Edit>) -> Self {
        Self { safe: true, edits: edits.into_iter().collect() }
    }

    pub fn risky(edits: impl IntoIterator<Item = Edit>) -> Self {
        Self { safe: false, edits: edits.into_iter().collect() }
    }
}

/// One edit of the JSON value in the finding's own file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// Replaces the value at the pointer.
    Replace(Pointer, serde_json::Value),
    /// Removes the member or item at the pointer, with its comma.
    Remove(Pointer),
    /// Adds a member at the end of the object at the pointer.
    Insert(Pointer, String, serde_json::Value),
    /// Inserts an item into the array at the pointer, before the item with that index or at the end.
    InsertItem(Pointer, usize, serde_json::Value),
    /// Removes the byte order mark.
    RemoveByteOrderMark,
}
