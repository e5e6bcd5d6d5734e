use crate::lint::{Check, Findings, Rule, SchemaSubject};
use crate::source::finding::{Place, Severity};

/// ## What it does
/// Reports a manifest in the older dialect, and how to convert it. It is the file's only finding.
///
/// ## Why is this bad?
/// Today's desktop app no longer reads that dialect.
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
pub(crate) static RULE: Rule = Rule {
    id: "legacy-manifest",
    level: Severity::Error,
    source: include_str!("legacy_manifest.rs"),
    check: Check::Schema(check),
    ..super::DEFAULTS
};

fn check(subject: &SchemaSubject<'_>, findings: &mut Findings) {
    let keys = &subject.validated.older_keys;
    let Some(first) = keys.first() else {
        return;
    };
    let help: Vec<&str> = keys.iter().map(|key| conversion(key)).collect();
    let key = first.rsplit('/').next().unwrap_or_default();
    findings.push(
        RULE.at(
            Place::key(subject.file, *first),
            format!("`{key}` belongs to an older dialect that is no longer supported"),
        )
        .help(help.join("; ")),
    );
}

/// How to convert a key of the older dialect.
fn conversion(pointer: &str) -> &'static str {
    match pointer {
        "/server/mcp_config" => {
            "move the fields of `server.mcp_config` into `server`, with `type` `local` or `remote`"
        }
        "/server_overridden" => "move the fields of `server_overridden` into `server`",
        "/user_config_overridden" => {
            "move the entries of `user_config_overridden` into `user_config`"
        }
        "/oauth_configs" => "move the entry of `oauth_configs` to `oauth_config`",
        _ => "remove `dxt_version`",
    }
}
