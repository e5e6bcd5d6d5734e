//! Cursor: `.cursor/mcp.json`, by `https://cursor.com/docs/mcp`, "Config interpolation": `${env:NAME}`, `${userHome}`
//! and `${/}` in commands, arguments, environment and URLs. A server behind a URL has no type: Cursor finds out.

use super::{DefaultPlace, Dialect, variable};

pub(super) const DIALECT: Dialect = Dialect {
    root: "mcpServers",
    stdio: Some("stdio"),
    remote: None,
    name: variable,
    reference: |name| format!("${{env:{name}}}"),
    default: DefaultPlace::Written,
    home: "${userHome}",
    separator: "${/}",
};
