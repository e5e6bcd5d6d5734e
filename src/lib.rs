//! catproof: a declarative catalog compiler and validator for MCP servers that use OAuth.

pub mod probe;
