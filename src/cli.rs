//! The command line: types for clap, no logic.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config::Profile;
use crate::report::FormatArgument;
use crate::report::list::ListedType;

/// A catalog compiler and validator for MCP servers that use OAuth.
///
/// Reads the server JSON files of `catalog/` and `catalog_local/`, finds what is wrong with them, infers how each
/// server logs its users in, and compiles the OAuth proxy's allowlist, the `.env` templates and the launch specs.
#[derive(Debug, Parser)]
#[command(name = "catproof", version, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// Options that every command takes.
#[derive(Debug, Args)]
pub struct Global {
    /// The configuration, instead of the nearest `catproof.toml`.
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        help_heading = "Global options"
    )]
    pub config: Option<PathBuf>,
    /// The folder of the production catalog.
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        help_heading = "Global options"
    )]
    pub catalog: Option<PathBuf>,
    /// The folder of the developers' catalog.
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        help_heading = "Global options"
    )]
    pub catalog_local: Option<PathBuf>,
    /// How the catalog is judged.
    #[arg(long, global = true, value_enum, help_heading = "Global options")]
    pub profile: Option<Profile>,
    /// When to use colour.
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "WHEN",
        help_heading = "Global options"
    )]
    pub color: Color,
    /// Say nothing on standard error but errors.
    #[arg(long, short, global = true, help_heading = "Global options")]
    pub quiet: bool,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR says otherwise.
    #[default]
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Find what is wrong with the catalog.
    #[command(visible_alias = "lint")]
    Check(CheckArgs),
    /// Check the catalog, then compile it and write the artifacts.
    Build(BuildArgs),
    /// Show the servers: OAuth type, proxy, destinations, environment variables.
    List(ListArgs),
    /// Explain a rule, an OAuth type or a server.
    Explain(ExplainArgs),
    /// Write the JSON Schemas, which are generated from the program's own types.
    Schema(SchemaArgs),
    /// Show every rule.
    Rules(RulesArgs),
}

/// Options of every command that shows findings.
#[derive(Debug, Args)]
pub struct FindingArgs {
    /// The output format, as FORMAT or FORMAT=PATH; may be given several times.
    #[arg(long, value_name = "FORMAT[=PATH]", help_heading = "Output")]
    pub format: Vec<FormatArgument>,
    /// The least severity that makes the exit code 1.
    #[arg(
        long,
        value_enum,
        default_value_t,
        value_name = "SEVERITY",
        help_heading = "Output"
    )]
    pub fail_on: FailOn,
    /// Show notes too.
    #[arg(long, help_heading = "Rules")]
    pub pedantic: bool,
    /// Do not show findings of this rule.
    #[arg(
        short = 'A',
        long = "allow",
        value_name = "RULE",
        help_heading = "Rules"
    )]
    pub allow: Vec<String>,
    /// Show findings of this rule as warnings.
    #[arg(
        short = 'W',
        long = "warn",
        value_name = "RULE",
        help_heading = "Rules"
    )]
    pub warn: Vec<String>,
    /// Show findings of this rule as errors.
    #[arg(
        short = 'D',
        long = "deny",
        value_name = "RULE",
        help_heading = "Rules"
    )]
    pub deny: Vec<String>,
    /// The allowlist that the OAuth proxy runs with: a `providers.js` or a JSON file.
    #[arg(long, value_name = "FILE", help_heading = "OAuth proxy")]
    pub allowlist: Option<PathBuf>,
}

/// The least severity that makes the exit code 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    #[default]
    Error,
    Warning,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  catproof check                                  the catalog of this folder
  catproof check some/folder                      any folder of server JSON files
  catproof check --format github --format sarif=catproof.sarif
  catproof check - --stdin-filename catalog/acme__mcp.json < draft.json

Exit codes: 0 clean, 1 findings, 2 the job could not be done, 3 no input.")]
pub struct CheckArgs {
    /// Files or folders; without any, the catalog of this folder. `-` reads one manifest from standard input.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The file that standard input stands for.
    #[arg(long, value_name = "PATH")]
    pub stdin_filename: Option<PathBuf>,
    #[command(flatten)]
    pub findings: FindingArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Nothing is written while there is an error. A second run writes nothing.

Exit codes: 0 done, 1 findings or drift, 2 the job could not be done, 3 no input.")]
pub struct BuildArgs {
    /// Write nothing; exit with 1 and show a diff if an artifact is out of date, missing or left over.
    #[arg(long)]
    pub check: bool,
    /// The folder to write to, instead of `generated/`.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub findings: FindingArgs,
}

#[derive(Debug, Args)]
pub struct ListArgs {
    /// Files or folders; without any, the catalog of this folder.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Only servers of this OAuth type.
    #[arg(long = "type", value_enum, value_name = "TYPE")]
    pub oauth_type: Option<ListedType>,
    /// The output format.
    #[arg(long, value_enum, default_value_t)]
    pub format: TableFormat,
}

/// How a table is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum TableFormat {
    #[default]
    Human,
    Json,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  catproof explain missing-token-endpoint         a rule
  catproof explain remote-dynamic                 an OAuth type
  catproof explain githubcopilot__remote-mcp      a server of the catalog")]
pub struct ExplainArgs {
    /// A rule's id, an OAuth type's name or number, or a server's id.
    #[arg(value_name = "RULE|TYPE|SERVER")]
    pub topic: String,
    /// Where to look for the server; without any, the catalog of this folder.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// Write nothing; exit with 1 and show a diff if a schema is out of date.
    #[arg(long)]
    pub check: bool,
    /// The folder to write to.
    #[arg(long, value_name = "DIR", default_value = "schema")]
    pub out: PathBuf,
}

#[derive(Debug, Args)]
pub struct RulesArgs {
    /// The output format.
    #[arg(long, value_enum, default_value_t)]
    pub format: RulesFormat,
}

/// How the table of rules is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum RulesFormat {
    #[default]
    Human,
    Json,
    Markdown,
}
