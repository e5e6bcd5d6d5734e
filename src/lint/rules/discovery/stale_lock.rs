use crate::discovery::Stale;
use crate::lint::{Check, Findings, LockState, LockSubject, Rule};
use crate::source::finding::Severity;

/// ## What it does
/// Reports an entry of the discovery lock that is older than the configured age, 90 days unless
/// `probe.max_age_days` says otherwise. Checked only by `probe --check` and `check --online`, so that the other
/// commands give the same result on any day.
///
/// ## Why is this bad?
/// Providers move their endpoints. An allowlist compiled from an old answer may allow secrets to be sent to a host that
/// no longer belongs to the provider, or block its new one.
///
/// ## Example
/// The lock says `"recorded": "2026-01-15"`, and today is 2026-09-30.
///
/// Use instead:
/// `catproof probe`, which records the current answers.
pub(crate) static RULE: Rule = Rule {
    id: "stale-lock",
    level: Severity::Warning,
    source: include_str!("stale_lock.rs"),
    check: Check::Lock(check),
    ..super::DEFAULTS
};

fn check(subject: &LockSubject<'_>, findings: &mut Findings) {
    let LockState::Compared(compared) = subject.state else {
        return;
    };
    for Stale { server_id, days } in &compared.stale {
        let message = match *days {
            u32::MAX => format!("it is not known when `{server_id}` was last probed"),
            days => format!(
                "`{server_id}` was last probed {days} days ago; the limit is {}",
                compared.most_days
            ),
        };
        let finding = RULE.at(subject.entry_place(server_id), message);
        findings.push(finding.help("run `catproof probe`"));
    }
}
