use crate::lint::{Check, Findings, Rule, SchemaSubject};
use crate::source::finding::{Place, Severity};

/// ## What it does
/// Reports a JSON file of another kind, such as the configuration of an MCP client, a `server.json` of the official
/// registry or a `package.json`. A `tsconfig.json`, a JSON Schema, a lock file and catproof's artifacts are recognised
/// too. It is an error in a catalog folder and where the file was named, and a note in any other folder.
///
/// ## Why is this bad?
/// Nothing in it is read, so a server that it describes is in no artifact. A manifest with misspelt keys is not of
/// another kind: other rules report the keys.
///
/// ## Example
/// ```json catalog/acme__mcp.json
/// { "mcpServers": { "notes": { "command": "npx", "args": ["-y", "acme-mcp@1.4.0"] } } }
/// ```
///
/// Use instead:
/// ```json catalog/acme__mcp.json
/// { "server": { "command": "npx", "args": ["-y", "acme-mcp@1.4.0"] } }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "not-a-server-file",
    level: Severity::Error,
    source: include_str!("not_a_server_file.rs"),
    check: Check::Schema(check),
    ..super::DEFAULTS
};

fn check(subject: &SchemaSubject<'_>, findings: &mut Findings) {
    let Some(foreign) = &subject.validated.foreign else {
        return;
    };
    let place = match &foreign.key {
        Some(key) => Place::key(subject.file, key.clone()),
        None => Place::whole(subject.file),
    };
    findings.push(
        RULE.at(place, format!("this is {}, not a server manifest", foreign.kind))
            .severity(if subject.is_expected { RULE.level } else { Severity::Note })
            .help(
                "move it out of the catalog, or describe one server with `server` or `remote_url`",
            ),
    );
}
