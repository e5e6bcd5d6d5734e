//! The lint rules, their registry, and the functions that run them.
//!
//! A rule is a static description and a plain function without I/O. It locates findings by JSON Pointer and never sees
//! byte offsets, colours or the renderer.

use crate::source::finding::Finding;

mod documentation;
mod precedence;
mod registry;
mod rule;
mod rules;
mod run;
mod strings;
mod subject;

pub use precedence::silence;
pub(crate) use precedence::silenced;
pub use registry::{RULES, find, rule_ids};
pub(crate) use rule::{Alone, Check, Group, ProfileScope, Yield, Yields};
pub use rule::{Fixable, Rule};
pub(crate) use rules::discovery;
pub(crate) use run::{
    run_on_allowlist, run_on_catalog, run_on_ignore, run_on_lock, run_on_schema, run_on_text,
};
pub use run::{run_on_server, run_on_value};
pub(crate) use strings::{ManifestString, Slot};
pub(crate) use subject::{
    AllowlistSubject, CatalogSubject, ComparedLock, FileContent, IgnoreSubject, LockState,
    LockSubject, SchemaSubject, TextSubject,
};
pub use subject::{Context, RawSubject, Subject};

/// What the rules found.
pub type Findings = Vec<Finding>;
