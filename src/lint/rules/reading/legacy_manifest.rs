use serde_json::Value;

use crate::lint::{Check, Fixable, Group, Rule};
use crate::source::finding::{Finding, Place, Severity};
use crate::source::{FileId, Pointer};

/// ## What it does
/// Reports a manifest in the older dialect, and says which fields move where. It is the file's only finding.
///
/// ## Why is this bad?
/// Today's desktop app does not read that dialect any more.
///
/// ## Example
/// ```json
/// {
///   "dxt_version": "0.1.0",
///   "server": { "type": "node", "mcp_config": { "command": "npx", "args": ["-y", "acme-mcp@1.4.0"] } }
/// }
/// ```
///
/// Use instead:
/// ```json
/// { "server": { "type": "local", "command": "npx", "args": ["-y", "acme-mcp@1.4.0"] } }
/// ```
pub static RULE: Rule = Rule {
    id: "legacy-manifest",
    group: Group::Reading,
    level: Severity::Error,
    fix: Fixable::No,
    source: include_str!("legacy_manifest.rs"),
    check: Check::Stage,
};

/// Each key of the older dialect, and what becomes of it.
const MOVES: [(&str, &str); 5] = [
    ("/dxt_version", "remove `dxt_version`"),
    (
        "/server/mcp_config",
        "move the fields of `server.mcp_config` into `server`, with `type` `local` or `remote`",
    ),
    (
        "/server_overridden",
        "move the fields of `server_overridden` into `server`",
    ),
    (
        "/user_config_overridden",
        "move the entries of `user_config_overridden` into `user_config`",
    ),
    (
        "/oauth_configs",
        "move the one entry of `oauth_configs` to `oauth_config`",
    ),
];

/// The one finding of a manifest in the older dialect, at the first key that shows it.
pub fn find(file: FileId, value: &Value) -> Option<Finding> {
    let moves: Vec<_> = MOVES
        .iter()
        .filter(|(pointer, _)| value.pointer(pointer).is_some())
        .collect();
    let (first, _) = moves.first()?;
    let help: Vec<&str> = moves.iter().map(|(_, what)| *what).collect();
    let key = first.rsplit('/').next().unwrap_or_default();
    let message = format!("`{key}` belongs to an older dialect, which is not read any more");
    Some(
        RULE.at(Place::key(file, Pointer::from(*first)), message)
            .help(help.join("; ")),
    )
}
