//! Claude Code: `.mcp.json` of a project, by `https://code.claude.com/docs/en/mcp`, "Environment variable expansion in
//! .mcp.json". Claude Desktop reads the same `mcpServers`, as `https://modelcontextprotocol.io/docs/develop/connect-local-servers`
//! has it, but expands nothing: there the values go in by hand.

use super::{DefaultPlace, Dialect, variable};

pub(super) const DIALECT: Dialect = Dialect {
    root: "mcpServers",
    // Claude Code assumes `stdio` for an entry with a command, and Claude Desktop does not know `type`.
    stdio: None,
    remote: Some(["http", "sse"]),
    name: variable,
    reference: |name| format!("${{{name}}}"),
    default: DefaultPlace::Reference(with_default),
    home: "${HOME}",
    separator: "/",
};

/// `${NAME:-default}`. A brace in the default would end it, and what follows a second `:-` is lost.
fn with_default(name: &str, default: &str) -> Option<String> {
    let fits = !default.contains('}') && !default.contains(":-");
    fits.then(|| format!("${{{name}:-{default}}}"))
}
