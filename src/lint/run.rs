//! Runs the rules: one function for each kind of check.

use crate::source::finding::Severity;

use super::registry::RULES;
use super::{
    AllowlistSubject, CatalogSubject, Check, Findings, IgnoreSubject, LockSubject, RawSubject,
    SchemaSubject, Subject, TextSubject,
};

/// Runs the rules on a file as it was read.
pub(crate) fn run_on_text(subject: &TextSubject<'_>, findings: &mut Findings) {
    for rule in RULES {
        if let Check::Text(check) = rule.check {
            check(subject, findings);
        }
    }
}

/// Runs the rules on what the schema has against a value.
pub(crate) fn run_on_schema(subject: &SchemaSubject<'_>, findings: &mut Findings) {
    for rule in RULES {
        if let Check::Schema(check) = rule.check {
            check(subject, findings);
        }
    }
}

/// Runs the rules that need nothing but a JSON value.
pub fn run_on_value(subject: &RawSubject<'_>, findings: &mut Findings) {
    for rule in RULES {
        if let Check::Value(check) = rule.check {
            check(subject, findings);
        }
    }
}

/// Runs the rules on one server. Notes are left out where nobody would see them.
pub fn run_on_server(subject: &Subject<'_>, findings: &mut Findings) {
    for rule in RULES {
        if let Check::Server(check) = rule.check {
            if rule.level == Severity::Note && !subject.context.config.shows_notes(rule.id) {
                continue;
            }
            check(subject, findings);
        }
    }
}

/// Runs the rules on what the compiler refuses of a server, once all other rules of its file have run.
pub(crate) fn run_on_refused(subject: &Subject<'_>, findings: &mut Findings) {
    for rule in RULES {
        if let Check::Refused(check) = rule.check {
            check(subject, findings);
        }
    }
}

/// Runs the rules that see the whole catalog.
pub(crate) fn run_on_catalog(subject: &CatalogSubject<'_>, findings: &mut Findings) {
    for rule in RULES {
        if let Check::Catalog(check) = rule.check {
            check(subject, findings);
        }
    }
}

/// Runs the rules on a discovery lock.
pub(crate) fn run_on_lock(subject: &LockSubject<'_>, findings: &mut Findings) {
    for rule in RULES {
        if let Check::Lock(check) = rule.check {
            check(subject, findings);
        }
    }
}

/// Runs the rules on an allowlist that cannot be read.
pub(crate) fn run_on_allowlist(subject: &AllowlistSubject<'_>, findings: &mut Findings) {
    for rule in RULES {
        if let Check::Allowlist(check) = rule.check {
            check(subject, findings);
        }
    }
}

/// Runs the rules on one ignore.
pub(crate) fn run_on_ignore(subject: &IgnoreSubject<'_>, findings: &mut Findings) {
    for rule in RULES {
        if let Check::Ignore(check) = rule.check {
            check(subject, findings);
        }
    }
}
