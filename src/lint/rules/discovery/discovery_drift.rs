use crate::discovery::Drift;
use crate::lint::{Check, Findings, LockState, LockSubject, Rule};
use crate::source::finding::Severity;

/// ## What it does
/// Reports that what a provider publishes has changed since the discovery lock was recorded: an endpoint, the issuer,
/// how clients register or authenticate, PKCE, the scopes. Checked only by `probe --check`, which compares without
/// writing, and by `check --online`.
///
/// ## Why is this bad?
/// The compiled artifacts no longer match the provider. A changed endpoint changes who receives the client secret, so
/// it needs a review, not a silent refresh.
///
/// ## Example
/// The lock says `"token_endpoint": "https://auth.acme.example/token"`, and the provider's document says
/// `https://login.acme.example/token`.
///
/// Use instead:
/// `catproof probe`, then review the change of `generated/discovery.lock.json` and run `catproof build`.
pub(crate) static RULE: Rule = Rule {
    id: "discovery-drift",
    level: Severity::Warning,
    source: include_str!("discovery_drift.rs"),
    check: Check::Lock(check),
    ..super::DEFAULTS
};

fn check(subject: &LockSubject<'_>, findings: &mut Findings) {
    let LockState::Compared(compared) = subject.state else {
        return;
    };
    for Drift { server_id, message } in &compared.changes {
        let is_locked = compared.lock.servers.contains_key(server_id);
        let place = match compared.entries.get(server_id.as_str()) {
            Some(entry) if !is_locked => entry.discovery_place(),
            _ => subject.entry_place(server_id),
        };
        findings.push(RULE.at(place, message).help(
            "run `catproof probe`, review the changes to the lock, and run `catproof build`",
        ));
    }
}
