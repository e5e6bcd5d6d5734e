use crate::discovery::Drift;
use crate::lint::{Check, Findings, LockState, LockSubject, Rule};
use crate::source::finding::Severity;

/// ## What it does
/// Reports that a provider publishes something else today than what the discovery lock recorded: an endpoint, the
/// issuer, how clients register or authenticate, PKCE, the scopes. Judged by `probe --check`, which compares
/// without writing, and by `check --online`.
///
/// ## Why is this bad?
/// What is compiled no longer fits the provider, and a changed endpoint is a change of who receives the client
/// secret: it wants a review, not a silent refresh.
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
        findings.push(
            RULE.at(place, message)
                .help("run `catproof probe`, review what changes in the lock, and build again"),
        );
    }
}
