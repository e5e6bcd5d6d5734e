use crate::lint::{Check, Findings, LockState, LockSubject, Rule};
use crate::source::finding::{Place, Severity};

/// ## What it does
/// Reports a discovery lock that cannot be read: it is not JSON, has the wrong shape, or is of another version.
///
/// ## Why is this bad?
/// The manifests are checked without what the providers publish, and nothing is built. The usual cause is a merge
/// conflict: two branches changed the lock.
///
/// ## Example
/// ```json
/// { "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" } }
/// ```
/// ```json generated/discovery.lock.json
/// {
///     let help = if unreadable.has_conflict_markers {
        "keep either side of the merge conflict, then run `catproof probe`"
    } else {
        "restore it from the last good commit, or run `catproof probe`"
    };
    let message = format!("the discovery lock cannot be read: {}", unreadable.reason);
    findings.push(RULE.at(place, message).help(help));
}
