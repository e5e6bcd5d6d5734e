//! Runs the rules: one function for each kind of check.

use crate::source::finding::Severity;

use super::registry::RULES;
use super::{
    AllowlistSubject, CatalogSubject, Check, Findings, IgnoreSubject, LockSubject, RawSubject,
    SchemaSubject, Subject, TextSubject,
};

/// Runs the check of every rule of one kind.
macro_rules! run {
    ($kind:ident, $subject:ident, $findings:ident) => {
        for rule in RULES {
            if let Check::$kind(check) = rule.check {
                check($subject, $findings);
            }
        }
    };
}

/// Runs the rules on a file as it was read.
pub(crate) fn run_on_text(subject: &TextSubject<'_>, findings: &mut Findings) {
    run!(Text, subject, findings);
}

/// Runs the rules on the schema violations of a value.
pub(crate) fn run_on_schema(subject: &SchemaSubject<'_>, findings: &mut Findings) {
    run!(Schema, subject, findings);
}

/// Runs the rules that only need a JSON value.
pub fn run_on_value(subject: &RawSubject<'_>, findings: &mut Findings) {
    run!(Value, subject, findings);
}

/// Runs the rules on one server, without the notes that the configuration does not show.
pub fn run_on_server(subject: &Subject<'_>, findings: &mut Findings) {
    for rule in RULES {
        if let Check::Server(check) = rule.check
            && (rule.level != Severity::Note || subject.context.config.shows_notes(rule.id))
        {
            check(subject, findings);
        }
    }
}

/// Runs the rules that see the whole catalog.
pub(crate) fn run_on_catalog(subject: &CatalogSubject<'_>, findings: &mut Findings) {
    run!(Catalog, subject, findings);
}

/// Runs the rules on a discovery lock.
pub(crate) fn run_on_lock(subject: &LockSubject<'_>, findings: &mut Findings) {
    run!(Lock, subject, findings);
}

/// Runs the rules on an allowlist that cannot be read.
pub(crate) fn run_on_allowlist(subject: &AllowlistSubject<'_>, findings: &mut Findings) {
    run!(Allowlist, subject, findings);
}

/// Runs the rules on one ignore.
pub(crate) fn run_on_ignore(subject: &IgnoreSubject<'_>, findings: &mut Findings) {
    run!(Ignore, subject, findings);
}
