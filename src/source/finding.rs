//! One problem in the catalog: which rule, how bad, where, and what to do.
//!
//! A finding speaks in JSON Pointers. `report::locate` turns them into bytes, lines and columns, in one place and
//! only for what is shown.

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
    /// The word that every output format and the documentation use.
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
    /// What to do, as an imperative; mostly the same words for each finding of a rule.
    pub help: Option<Cow<'static, str>>,
    /// Where; `None` for what is in no file, such as the allowlist of a running proxy.
    pub place: Option<Place>,
    /// Other places that belong to it, each with its own label.
    pub related: Vec<Related>,
    pub fix: Option<Fix>,
    /// The values that it is about and that nobody may be shown. Whoever writes output asks for them all, once.
    pub secrets: Vec<String>,
    /// Whether its server is left out of every artifact, because a secret would be in them.
    pub withholds_server: bool,
}

impl Finding {
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

    /// Adds a second place, labelled with what it has to do with the first.
    #[must_use]
    pub fn related(mut self, place: Place, label: impl Into<String>) -> Self {
        // Most findings have one at most.
        self.related.reserve_exact(1);
        self.related.push(Related { place, label: label.into() });
        self
    }

    /// Names a value that nobody may be shown. A short word is none: hiding it would tear holes into every other text.
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

/// A place in a file, symbolic until it is shown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub file: FileId,
    pub spot: Spot,
}

/// What of a file is meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Spot {
    /// The file as a whole: it cannot be read, or nothing in it is more to blame than the rest.
    Whole,
    /// Byte offsets: for text that is not JSON, or no JSON document.
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

    /// The JSON Pointer, where the place has one.
    pub fn pointer(&self) -> Option<&Pointer> {
        match &self.spot {
            Spot::Key(pointer) | Spot::Value(pointer) => Some(pointer),
            Spot::Whole | Spot::Bytes { .. } => None,
        }
    }
}

/// Another place that belongs to a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    pub place: Place,
    pub label: String,
}

/// A change that repairs the finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// A safe fix keeps the meaning that the author can only have had; the rest need `--unsafe-fixes`.
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

/// One edit of the finding's own file, in terms of the JSON value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// Puts another value in place of the one at the pointer.
    Replace(Pointer, serde_json::Value),
    /// Removes the member or item at the pointer, with its comma.
    Remove(Pointer),
    /// Adds a member at the end of the object at the pointer.
    Insert(Pointer, String, serde_json::Value),
    /// Puts an item into the array that the pointer names, before the item with that index or at the end.
    InsertItem(Pointer, usize, serde_json::Value),
    /// Removes the byte order mark.
    RemoveByteOrderMark,
}
