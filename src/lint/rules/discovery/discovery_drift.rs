use crate::lint::{Check, Fixable, Group, Rule};
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
pub static RULE: Rule = Rule {
    id: "discovery-drift",
    group: Group::Discovery,
    level: Severity::Warning,
    fix: Fixable::No,
    source: include_str!("discovery_drift.rs"),
    check: Check::Stage,
};
