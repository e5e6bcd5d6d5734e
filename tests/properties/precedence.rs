//! Precedence: nothing is hidden unless something at least as bad is shown instead.

use std::collections::BTreeSet;

use catproof::testing::compile;
use catproof::testing::lint::{RULES, silence};
use catproof::testing::source::finding::{Finding, Severity};

use super::catalog::Catalog;
use super::draw::Draw;

/// Any catalog, by the default levels: each server is compiled, or an error that is shown in its file says why not.
pub fn what_is_left_out_has_an_error(catalog: &Catalog) {
    let mut catalog = catalog.clone();
    catalog.config.rules.clear();
    catalog.judged(|line, judged| {
        let compiled = compile::compile(&compile::Catalog {
            entries: &judged.entries,
            manifests: &judged.manifests,
            leave_out: &judged.files_with_secrets,
            locks: line.locks,
            config: line.config,
        });
        let Ok(plan) = compiled else {
            return;
        };
        let mut shown = judged.findings;
        silence(&mut shown, line.config, |_| false);
        for left_out in plan.left_out {
            let mut of_file = shown.iter().filter(|finding| {
                finding.place.as_ref().is_some_and(|place| place.file == left_out.file)
            });
            assert!(
                of_file.any(|finding| finding.severity == Severity::Error),
                "{left_out:?} of {catalog:?}"
            );
        }
    });
}

/// Any catalog, with any rules switched off or ignored: where a finding is silenced, one of at least its level is shown
/// in the same file.
pub fn what_is_silenced_has_a_louder_finding(catalog: &Catalog, draw: &mut Draw<'_>) {
    let ignored: BTreeSet<&str> =
        RULES.iter().map(|rule| rule.id).filter(|_| draw.once_in(4)).collect();
    let is_ignored = |finding: &Finding| ignored.contains(finding.rule);
    catalog.judged(|line, judged| {
        let level = |finding: &Finding| line.config.level(finding.rule, finding.severity);
        let file = |finding: &Finding| finding.place.as_ref().map(|place| place.file);
        let mut left = judged.findings.clone();
        silence(&mut left, line.config, is_ignored);
        let shown: Vec<&Finding> =
            left.iter().filter(|it| !is_ignored(it) && level(it).is_some()).collect();
        for finding in judged.findings.iter().filter(|it| !left.contains(it)) {
            let is_said = shown
                .iter()
                .any(|other| file(other) == file(finding) && level(other) >= level(finding));
            assert!(is_said, "{finding:?} is silenced, and this is left: {shown:#?}");
        }
    });
}
