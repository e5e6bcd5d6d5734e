//! Any client of `mcpServers`: what the portable `.mcp.json` of
//! `https://code.visualstudio.com/docs/agents/reference/mcp-configuration` has in common with Claude Code's, and
//! nothing else: `type`, and `${NAME}` for a variable of the environment.

use super::{DefaultPlace, Dialect, variable};

pub(super) const DIALECT: Dialect = Dialect {
    root: "mcpServers",
    stdio: Some("stdio"),
    remote: Some(["http", "sse"]),
    name: variable,
    reference: |name| format!("${{{name}}}"),
    default: DefaultPlace::Written,
    home: "${HOME}",
    separator: "/",
};
