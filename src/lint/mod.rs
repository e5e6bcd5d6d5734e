//! The rules: what they are, which there are, and how they run.
//!
//! A rule is a static description and a plain function without I/O. It speaks in JSON Pointers and never sees byte
//! offsets, colours or the renderer.

mod documentation;
mod findings;
mod precedence;
mod registry;
mod rule;
mod rules;
mod run;
mod strings;
mod subject;

pub use findings::Findings;
pub use precedence::apply_precedence;
pub use registry::{RULES, find, rule_ids};
pub use rule::{Check, Fixable, Group, ProfileScope, Rule, Yield};
pub use rules::{discovery, proxy};
pub use run::{
    run_on_allowlist, run_on_catalog, run_on_ignore, run_on_lock, run_on_refused, run_on_schema,
    run_on_server, run_on_text, run_on_value,
};
pub use strings::{ManifestString, Slot};
pub use subject::{
    AllowlistSubject, CatalogSubject, ComparedLock, Context, FileContent, IgnoreSubject, LockState,
    LockSubject, RawSubject, SchemaSubject, Subject, TextSubject,
};
