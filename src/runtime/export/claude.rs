//! Claude Code: `.mcp.json` of a project, by `https://code.claude.com/docs/en/mcp`, "Environment variable expansion in
//! .mcp.json". Claude Desktop reads the same `mcpServers`, as `https://modelcontextprotocol.io/docs/develop/connect-local-servers`
//! has it, but expands nothing: there the values go in by hand.

use super::{DefaultPlace, Dialect, variable};

pub(super) const DIALECT: Dialect = Dialect {
    root: "mcpServers",
    // The type of an entry with a command is `stdio` unless it says otherwise; Claude Desktop knows no types.
    stdio: None,
    remote: Some(["http", "sse"]),
    name: variable,
    reference: |name| format!("${{{name}}}"),
    default: DefaultPlace::Reference(with_default),
    home: "${HOME}",
    separator: "/",
};

/// `${NAME:-default}`. The first brace ends it, and what follows a second `:-` is lost.
fn with_default(name: &str, default: &str) -> Option<String> {
    let fits = !default.contains('}') && !default.contains(":-");
    fits.then(|| format!("${{{name}:-{default}}}"))
}
