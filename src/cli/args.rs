//! The command line as clap types.

use std::ffi::OsStr;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::{EnumValueParser, PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::error::{ContextKind, ContextValue};
use clap::{Arg, Args, CommandFactory as _, Parser, Subcommand, ValueEnum};
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};
use url::Host;

use crate::catalog::config::Level;
use crate::catalog::workspace;
use crate::cli::candidates::{formats, rules, servers, servers_and_paths, topics};
use crate::cli::published_schemas::SCHEMAS;
use crate::diff::BaseName;
use crate::manifest::oauth::OAuthType;
use crate::pipeline::open::Judging;
use crate::report::list::ListedType;
use crate::report::{Format, FormatArgument};
use crate::runtime::export::Client;
use crate::runtime::proxy::LogLevel;
use crate::source::finding::Severity;
use crate::text::day::Day;
use crate::text::profile::Profile;

/// A catalog compiler and validator for MCP servers that use OAuth.
///
/// Reads the server JSON files of the nearest `catalog/` and `catalog_local/`, or of a checkout's
/// `desktop_app/src/ui/catalog_local/`; finds what is wrong with them, infers how each
/// server logs its users in, and compiles the OAuth proxy's allowlist, the `.env` templates and the launch specs.
#[derive(Debug, Parser)]
#[command(name = "catproof", version, max_term_width = 100)]
#[command(after_help = "\
Examples:
  catproof check                                  check the catalog of this folder
  catproof check --fix                            repair what can be repaired safely
  catproof explain missing-token-endpoint         what a finding means, and what to write instead
  catproof build                                  compile the catalog into generated/
  catproof build --check                          for CI: exit 1 if an artifact is out of date
  catproof new acme__remote-mcp --type 4 --url https://mcp.acme.example/mcp

For more about a command, with examples, run `catproof COMMAND --help`.

Exit codes: 0 clean, 1 findings or drift, 2 the job could not be done, 3 no input.")]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// Options that every command takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Use this configuration file instead of the nearest `catproof.toml`.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The folder of the production catalog.
    #[arg(long, global = true, value_name = "DIR")]
    pub catalog: Option<PathBuf>,
    /// The folder of the developers' catalog.
    #[arg(long, global = true, value_name = "DIR")]
    pub catalog_local: Option<PathBuf>,
    /// Check and compile the catalog for this profile.
    #[arg(long, global = true, value_enum)]
    pub profile: Option<Profile>,
    /// When to use colour.
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub color: Color,
    /// Say on standard error which configuration, catalog and profile are in force.
    #[arg(long, short, global = true, conflicts_with = "quiet")]
    pub verbose: bool,
    /// Print only errors on standard error.
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

impl Global {
    /// The options to open the workspace with.
    pub fn workspace(&self, working_folder: PathBuf) -> workspace::Options {
        workspace::Options {
            working_folder,
            config: self.config.clone(),
            catalog: self.catalog.clone(),
            catalog_local: self.catalog_local.clone(),
            profile: self.profile,
        }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set.
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
    /// Check a change as one job: `check`, `build --check` and `diff`, with one exit code and one summary.
    Gate(GateArgs),
    /// Show the servers: OAuth type, proxy, destinations, environment variables.
    List(ListArgs),
    /// Show what a change means: new servers, new destinations of secrets, new permissions.
    Diff(DiffArgs),
    /// Explain a rule, an OAuth type, a server, the configuration or the kinds of changes.
    Explain(ExplainArgs),
    /// Print the template of the environment, or compare a real `.env` with it.
    Env(EnvArgs),
    /// Print or write the JSON Schemas, which are generated from the program's own types.
    Schema(SchemaArgs),
    /// Fetch the metadata that providers publish, and write it to the discovery lock.
    Probe(ProbeArgs),
    /// Write the manifest of a new server into catalog_local/.
    New(NewArgs),
    /// List every rule.
    Rules(RulesArgs),
    /// Show what the app would run for given answers: command, environment, files, headers.
    Simulate(SimulateArgs),
    /// Print servers as the configuration of another client: Claude, VS Code or Cursor.
    Export(ExportArgs),
    /// Run the OAuth proxy from the files that `build` wrote.
    Proxy(ProxyArgs),
    /// Print a shell completion script.
    Completions(CompletionsArgs),
    /// Print a manual page, or write all of them.
    Man(ManArgs),
}

/// Options of every command that shows findings.
#[derive(Debug, Args)]
pub struct FindingArgs {
    /// The output format, as FORMAT or FORMAT=PATH; may be given several times.
    #[arg(long, value_name = "FORMAT[=PATH]", add = formats::<Format>(), help_heading = "Output")]
    pub format: Vec<FormatArgument>,
    /// The lowest severity that makes the exit code 1.
    #[arg(long, value_enum, default_value_t, value_name = "SEVERITY", help_heading = "Output")]
    pub fail_on: FailOn,
    /// Show every finding, even if a rule has more than 100.
    #[arg(long, help_heading = "Output")]
    pub all: bool,
    /// Show how many findings each rule has, instead of the findings.
    #[arg(long, help_heading = "Output", conflicts_with_all = ["format", "all"])]
    pub statistics: bool,
    /// Show notes too.
    #[arg(long, help_heading = "Rules")]
    pub pedantic: bool,
    /// Do not show findings of this rule.
    #[arg(short = 'A', long = "allow", value_name = "RULE", add = rules(), help_heading = "Rules")]
    pub allow: Vec<String>,
    /// Show findings of this rule as warnings.
    #[arg(short = 'W', long = "warn", value_name = "RULE", add = rules(), help_heading = "Rules")]
    pub warn: Vec<String>,
    /// Show findings of this rule as errors.
    #[arg(short = 'D', long = "deny", value_name = "RULE", add = rules(), help_heading = "Rules")]
    pub deny: Vec<String>,
    /// The date to use for ages and expiry dates, instead of today's.
    #[arg(long, value_name = "YYYY-MM-DD", help_heading = "Rules")]
    pub today: Option<Day>,
    /// The allowlist of the OAuth proxy: a `providers.js` or a JSON file.
    #[arg(long, value_name = "FILE", help_heading = "OAuth proxy")]
    pub allowlist: Option<PathBuf>,
}

/// Options of every command that uses the network.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Network")]
pub struct NetworkArgs {
    /// Record the raw responses in this folder.
    #[arg(long, value_name = "DIR")]
    pub record: Option<PathBuf>,
    /// Replay the responses recorded in this folder instead of using the network.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["record", "http_proxy", "ca_file"])]
    pub replay: Option<PathBuf>,
    /// Allow loopback addresses, over http too.
    #[arg(long)]
    pub allow_loopback: bool,
    /// Send requests through this HTTP proxy.
    #[arg(long, value_name = "URL")]
    pub http_proxy: Option<String>,
    /// Also trust the certificate authorities in this PEM file.
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    #[default]
    Error,
    Warning,
}

impl FindingArgs {
    /// The lowest severity that makes the exit code 1.
    pub fn least_severity(&self) -> Severity {
        match self.fail_on {
            FailOn::Error => Severity::Error,
            FailOn::Warning => Severity::Warning,
        }
    }

    pub fn judging(&self) -> Judging {
        let levels =
            [(&self.allow, Level::Off), (&self.warn, Level::Warning), (&self.deny, Level::Error)];
        let levels = levels
            .into_iter()
            .flat_map(|(ids, level)| ids.iter().map(move |id| (id.clone(), level)))
            .collect();
        Judging { pedantic: self.pedantic, today: self.today, levels }
    }
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  catproof check                                  the catalog of this folder
  catproof check some/folder                      any folder of server JSON files
  catproof check --format github --format sarif=catproof.sarif
  catproof check - < draft.json                   one manifest, on its own
  catproof check - --stdin-filename catalog/acme__mcp.json < draft.json    as that file

Exit codes: 0 clean, 1 findings, 2 the job could not be done, 3 no input.")]
pub struct CheckArgs {
    /// Files or folders to check instead of the catalog of this folder. `-` reads one manifest from standard input.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The file to check standard input as. Without it, the manifest is checked on its own.
    #[arg(long, value_name = "PATH")]
    pub stdin_filename: Option<PathBuf>,
    /// Add an ignore for each current finding to the configuration, so that only new ones are shown.
    #[arg(long, help_heading = "Rules", conflicts_with_all = ["fixes"])]
    pub write_baseline: bool,
    #[command(flatten)]
    pub fixes: FixArgs,
    #[command(flatten)]
    pub findings: FindingArgs,
    /// Query the providers first, and check against their responses. Nothing is written.
    #[arg(long, help_heading = "Network")]
    pub online: bool,
    /// Compare with the allowlist that the OAuth proxy running at this URL reports on `/health`.
    #[arg(long, value_name = "URL", help_heading = "Network", conflicts_with_all = ["allowlist", "replay"])]
    pub proxy_url: Option<String>,
    /// Report unreachable providers as errors.
    #[arg(long, help_heading = "Network")]
    pub strict_online: bool,
    #[command(flatten)]
    pub network: NetworkArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "\
The responses go into generated/discovery.lock.json, those about servers of catalog_local/ into \
generated/development/discovery.lock.json. Every other command reads them there, offline.

Examples:
  catproof probe                                  every server with metadata to discover
  catproof probe linear__remote-mcp               one of them
  catproof probe --check                          what has changed, and what is too old
  catproof probe --record responses               record the raw responses
  catproof probe --replay responses               replay them, without a network

Exit codes: 0 done, 1 findings, drift or age, 2 the job could not be done, 3 no input.")]
pub struct ProbeArgs {
    /// Probe only these servers, or those in these files or folders.
    #[arg(value_name = "SERVER|PATH", add = servers_and_paths())]
    pub servers: Vec<String>,
    /// Write nothing; exit with 1 if a provider has changed something or a response is too old.
    #[arg(long)]
    pub check: bool,
    /// Report unreachable providers as errors.
    #[arg(long, help_heading = "Network")]
    pub strict_online: bool,
    #[command(flatten)]
    pub network: NetworkArgs,
    #[command(flatten)]
    pub findings: FindingArgs,
}

#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  catproof new acme__remote-mcp --type 4 --url https://mcp.acme.example/mcp
  catproof new https://mcp.linear.app/mcp --online
  catproof new linear__remote-mcp --online --url https://mcp.linear.app/mcp

On a terminal, catproof asks for what is missing. `catproof explain TYPE` explains a type.")]
pub struct NewArgs {
    /// The id of the new server, or its URL.
    #[arg(value_name = "ID|URL")]
    pub server: Option<String>,
    /// The OAuth type, by its number or name.
    #[arg(
        long = "type",
        value_name = "TYPE",
        value_parser = TypeParser::<OAuthType>::new(),
        conflicts_with = "online"
    )]
    pub oauth_type: Option<OAuthType>,
    /// The authorization endpoint of type 1, the issuer of type 2, or the server's URL of types 3 and 4.
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// The client id that the provider issued, for types 1 to 3.
    #[arg(long, value_name = "ID", conflicts_with = "online")]
    pub client_id: Option<String>,
    /// Where the proxy exchanges the code, for type 1.
    #[arg(long, value_name = "URL", conflicts_with = "online")]
    pub token_endpoint: Option<String>,
    /// A scope to request; may be given several times.
    #[arg(long, value_name = "SCOPE", conflicts_with = "online")]
    pub scope: Vec<String>,
    /// The command that starts the server, with its arguments, for types 1 and 2.
    #[arg(last = true, value_name = "COMMAND", conflicts_with = "online")]
    pub command: Vec<String>,
    /// Replace the manifest, if there is one with this id.
    #[arg(long)]
    pub force: bool,
    /// Fetch the metadata that the server publishes, and infer its OAuth type from it.
    #[arg(long, help_heading = "Network")]
    pub online: bool,
    #[command(flatten)]
    pub network: NetworkArgs,
}

/// How `check` repairs findings.
#[derive(Debug, Args)]
#[group(id = "fixes", multiple = true)]
pub struct FixArgs {
    /// Apply the safe fixes.
    #[arg(long, conflicts_with = "online", help_heading = "Fixes")]
    pub fix: bool,
    /// Apply all fixes, even where the author may have meant something else.
    #[arg(long, conflicts_with = "online", help_heading = "Fixes")]
    pub unsafe_fixes: bool,
    /// Show the fixes as a diff, and write nothing.
    #[arg(long, help_heading = "Fixes")]
    pub diff: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Nothing is written if there is an error, or if the artifacts are already current.

Examples:
  catproof build                                  into generated/
  catproof build --check                          for CI: exit 1 and a diff if one is out of date
  catproof build some/folder                      another catalog, into some/folder/generated/
  catproof build --profile development            with catalog_local, into generated/development/

Exit codes: 0 done, 1 findings or drift, 2 the job could not be done, 3 no input.")]
pub struct BuildArgs {
    /// Files or folders whose catalog to build instead of the catalog of this folder.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Write nothing; exit with 1 and show a diff if an artifact is out of date, missing or left over.
    #[arg(long)]
    pub check: bool,
    /// The folder to write to instead of `generated/`.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub findings: FindingArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  catproof list                                   every server of this folder's catalog
  catproof list --type generic                    those of one OAuth type
  catproof list --format json some/folder         as schema/report.schema.json describes it

Exit codes: 0 done, 2 the job could not be done, 3 no input.")]
pub struct ListArgs {
    /// Files or folders to list instead of the catalog of this folder.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Only servers of this OAuth type.
    #[arg(long = "type", value_name = "TYPE", value_parser = TypeParser::<ListedType>::new())]
    pub oauth_type: Option<ListedType>,
    /// The output format, as FORMAT or FORMAT=PATH; may be given several times.
    #[arg(long, value_name = "FORMAT[=PATH]", add = formats::<OutputFormat>())]
    pub format: Vec<FormatArgument<OutputFormat>>,
}

/// Clap's parser for an OAuth type, whose error also lists the aliases, which are the types' numbers.
#[derive(Debug, Clone)]
struct TypeParser<T>(EnumValueParser<T>)
where
    T: ValueEnum + Clone + Send + Sync + 'static;

impl<T: ValueEnum + Clone + Send + Sync + 'static> TypeParser<T> {
    fn new() -> Self {
        Self(EnumValueParser::new())
    }
}

impl<T: ValueEnum + Clone + Send + Sync + 'static> TypedValueParser for TypeParser<T> {
    type Value = T;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<T, clap::Error> {
        self.0.parse_ref(command, argument, value).map_err(|mut error| {
            let values = T::value_variants().iter().filter_map(T::to_possible_value);
            let mut words = Vec::new();
            for value in values {
                words.extend(value.get_name_and_aliases().map(str::to_owned));
            }
            error.insert(ContextKind::ValidValue, ContextValue::Strings(words));
            error
        })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        self.0.possible_values()
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    #[default]
    Human,
    Json,
}

#[derive(Debug, Args)]
#[command(after_help = "\
This folder and the base are compared by what they compile to: reformatting a file is not a change. The base is read \
straight from git: nothing is checked out, and nothing is written. Both are checked with the configuration of the base, \
so that a change cannot relax its own rules.

A change is safe, for review (it asks for something new), or breaking (it weakens a protection, or users of the server \
have to act). `catproof explain diff` lists every kind.

Examples:
  catproof diff --base origin/main                        what this branch changes
  catproof diff --base origin/main --base-exact           compare with the branch as it is now
  catproof diff --base HEAD~1 --gate breaking             exit with 1 if a change is breaking
  catproof diff --base HEAD --format markdown             for a pull request
  catproof diff --base ./before                           a folder: with catalog/, or of manifests

A base that looks like a path (`./before`, `../before`, `/srv/before`, `before/`) is a folder. Anything else is a commit, \
such as `origin/main`: compared is its merge base with HEAD, so that what a branch gained since is not a change.

Exit codes: 0 done, 1 something at or above the gate, 2 the job could not be done, 3 no input.")]
pub struct DiffArgs {
    #[command(flatten)]
    pub base: BaseArgs,
    /// The output format, as FORMAT or FORMAT=PATH; may be given several times.
    #[arg(long, value_name = "FORMAT[=PATH]", add = formats::<DiffFormat>())]
    pub format: Vec<FormatArgument<DiffFormat>>,
    /// The lowest grade that makes the exit code 1.
    #[arg(long, value_enum, default_value = "none", value_name = "GRADE")]
    pub gate: Gate,
}

/// What to compare with.
#[derive(Debug, Args)]
pub struct BaseArgs {
    /// The commit or folder to compare with; of a commit, its merge base with HEAD.
    #[arg(long, value_name = "REF|DIR", allow_hyphen_values = true)]
    pub base: String,
    /// Compare with the commit itself, not with its merge base with HEAD.
    #[arg(long)]
    pub base_exact: bool,
}

impl BaseArgs {
    pub(crate) fn name(&self) -> BaseName {
        BaseName { name: self.base.clone(), is_exact: self.base_exact }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    #[default]
    Human,
    Json,
    /// For a comment on a pull request.
    Markdown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Gate {
    /// A change that a person has to approve.
    Review,
    /// A change that weakens a protection, or that users of a server have to act on.
    Breaking,
    /// No change is too much.
    None,
}

#[derive(Debug, Args)]
#[command(after_help = "\
This folder is judged once, by the configuration of the base, so that no change can relax the rules that it is judged by. \
What is compared is the merge base, as in `catproof diff`. Nothing of this folder is run.

Examples:
  catproof gate --base origin/main                        before a push
  catproof gate --base origin/main --format github --summary summary.md
  catproof gate --base origin/main --gate review          stop at what a person has to approve, too
  catproof gate                                           without a base: check, and build --check

Exit codes: 0 passed, 1 findings, drift, or changes at or above the gate, 2 the job could not be done, 3 no input.")]
pub struct GateArgs {
    /// Files or folders of the catalog, which is judged as a whole. It must be the one of this folder.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The commit or folder to compare with; of a commit, its merge base with HEAD. Without it, nothing is compared.
    #[arg(long, value_name = "REF|DIR", allow_hyphen_values = true)]
    pub base: Option<String>,
    /// Compare with the commit itself, not with its merge base with HEAD.
    #[arg(long, requires = "base")]
    pub base_exact: bool,
    /// The lowest grade of a change that makes the exit code 1.
    #[arg(long, value_enum, default_value = "breaking", value_name = "GRADE")]
    pub gate: Gate,
    /// Write what came of it to this file, as Markdown for a pull request.
    #[arg(long, value_name = "PATH", help_heading = "Output")]
    pub summary: Option<PathBuf>,
    #[command(flatten)]
    pub findings: FindingArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  catproof explain missing-token-endpoint         a rule
  catproof explain remote-dynamic                 an OAuth type
  catproof explain githubcopilot__remote-mcp      a server of the catalog
  catproof explain config                         the keys of catproof.toml
  catproof explain diff                           the kinds of changes and their grades")]
pub struct ExplainArgs {
    /// A rule's id, an OAuth type's name or number, a server's id, `config` or `diff`.
    #[arg(value_name = "RULE|TYPE|SERVER|config|diff", add = topics())]
    pub topic: String,
    /// Files or folders to look for the server in, instead of the catalog of this folder.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
No value from the file is ever printed.

Examples:
  catproof env > oauth_proxy/.env                 the proxy's template
  catproof env --for app                          the desktop app's
  catproof env --check                            missing, unused and unfilled variables
  catproof env --check some.env                   the same of a file other than oauth_proxy/.env

Exit codes: 0 done, 1 something is wrong, 2 the job could not be done, 3 no input.")]
pub struct EnvArgs {
    /// The program whose environment it is.
    #[arg(long = "for", value_enum, default_value_t, value_name = "PROGRAM")]
    pub side: EnvSide,
    /// Check this file instead of printing the template; without FILE, `oauth_proxy/.env` or `desktop_app/.env`.
    #[arg(long, value_name = "FILE")]
    #[expect(
        clippy::option_option,
        reason = "clap's type of an option whose value may be left out"
    )]
    pub check: Option<Option<PathBuf>>,
    /// Name the variables of the servers in `[proxy] posix_aliases` in upper case with `_`, for shells, which accept no
    /// `-` or `.`.
    #[arg(long, conflicts_with = "check")]
    pub posix_aliases: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum EnvSide {
    /// The OAuth proxy.
    #[default]
    Proxy,
    /// The desktop app.
    App,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  catproof schema server                          that of the manifests
  catproof schema --out schema                    write all of them
  catproof schema --check                         exit 1 and a diff if one in schema/ is out of date

Editors offer completion for a manifest that begins with `\"$schema\": \"../schema/server.schema.json\"`.

Exit codes: 0 done, 1 drift, 2 the job could not be done.")]
pub struct SchemaArgs {
    /// The schema to print.
    #[arg(value_parser = schema_names(), conflicts_with_all = ["check", "out"])]
    pub name: Option<String>,
    /// Write nothing; exit with 1 and show a diff if a schema in `schema/`, or in `--out`, is out of date.
    #[arg(long)]
    pub check: bool,
    /// Write all of them to this folder.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

fn schema_names() -> PossibleValuesParser {
    SCHEMAS.map(|schema| schema.name).into()
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  catproof rules                                  each rule, its level, and whether it can be fixed
  catproof rules --format json
  catproof explain duplicate-scope                one rule, with an example

Set a rule's level with -A, -W or -D for one run, or with `[rules]` in catproof.toml permanently.")]
pub struct RulesArgs {
    /// The output format, as FORMAT or FORMAT=PATH; may be given several times.
    #[arg(long, value_name = "FORMAT[=PATH]", add = formats::<RulesFormat>())]
    pub format: Vec<FormatArgument<RulesFormat>>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum RulesFormat {
    #[default]
    Human,
    Json,
    Markdown,
}

#[derive(Debug, Args)]
#[command(after_help = "\
The answers are a JSON object with the keys of the manifest's `user_config`:
  {\"api_key\": \"…\", \"port\": 8080, \"allowed_directories\": [\"/srv\", \"/home/me\"]}

No secret is shown: a token is <access_token>, a sensitive answer is its key, such as <api_key>. \
Whatever needs an optional input without an answer is left out, and listed as such.

Examples:
  catproof simulate acme__mcp --answers answers.json
  catproof simulate acme__mcp --answers answers.json --format json
  catproof simulate acme__mcp --answers answers.json --from generated    from what `build` wrote
  catproof simulate linear__remote-mcp                                   nothing to answer

Exit codes: 0 done, 1 the answers do not fit, 2 the job could not be done, 3 no input.")]
pub struct SimulateArgs {
    /// The id of the server.
    #[arg(value_name = "SERVER", add = servers())]
    pub server: String,
    /// Files or folders to look for the server in, instead of the catalog of this folder.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The file with the answers; `-` reads standard input.
    #[arg(long, value_name = "FILE")]
    pub answers: Option<PathBuf>,
    /// Read the artifacts in this folder instead of the catalog.
    #[arg(long, value_name = "DIR", conflicts_with = "paths")]
    pub from: Option<PathBuf>,
    /// The output format, as FORMAT or FORMAT=PATH; may be given several times.
    #[arg(long, value_name = "FORMAT[=PATH]", add = formats::<OutputFormat>())]
    pub format: Vec<FormatArgument<OutputFormat>>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
No sensitive value is written. The client prompts for an answer (VS Code), or reads it from an environment variable that \
the file names, such as ${MCP_ACME__MCP_API_KEY}. Claude Desktop does neither: enter the values by hand. What a client \
cannot express is listed on standard error.

Examples:
  catproof export --client vscode acme__mcp linear__remote-mcp > .vscode/mcp.json
  catproof export --client claude acme__mcp --optional          with the optional inputs
  catproof export --client cursor acme__mcp --from generated    from what `build` wrote

Exit codes: 0 done, 1 a server is not exported, 2 the job could not be done, 3 no input.")]
pub struct ExportArgs {
    /// The client that will run the servers.
    #[arg(long, value_enum, value_name = "CLIENT")]
    pub client: Client,
    /// The ids of the servers.
    #[arg(value_name = "SERVER", required = true, add = servers())]
    pub servers: Vec<String>,
    /// Include optional inputs without a default, instead of leaving out what needs them.
    #[arg(long)]
    pub optional: bool,
    /// Read the artifacts in this folder instead of the catalog.
    #[arg(long, value_name = "DIR")]
    pub from: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
The proxy keeps the client secrets and adds them to the app's token requests. It reads only the launch file and the \
environment: for each server `<id>_SECRET` or `<id>_SECRET_FILE`, and `<id>_CLIENT_ID` where it differs from the \
manifest's; `HOST` and `PORT` name the address to listen on. `oauth_proxy/.env.example` beside the launch file is \
the template. A secret is sent only to the endpoints that were compiled for its server.

It logs to standard error, one JSON object per line; what a flood or a log that nobody reads leaves no room for is \
counted. On Ctrl-C or SIGTERM it finishes the requests in flight and stops; SIGHUP changes nothing.

Examples:
  catproof proxy --env-file oauth_proxy/.env
  catproof proxy --env-file oauth_proxy/.env --check      check the setup without listening
  catproof proxy --profile development --allow-missing    run with the secrets that are set
  catproof proxy --listen 0.0.0.0:8080 --behind-proxy     in a container, behind a TLS proxy

Exit codes: 0 stopped, or checked; 1 `--check` found something missing or wrong; 2 it could not start.")]
pub struct ProxyArgs {
    /// The launch file, instead of the artifact `oauth_proxy/launch.json`.
    #[arg(long, value_name = "FILE")]
    pub launch: Option<PathBuf>,
    /// A `.env` file, read as the JavaScript package dotenv reads it; without `--launch`, `oauth_proxy/.env` where there
    /// is one. Variables of the process take precedence.
    #[arg(long, value_name = "FILE")]
    pub env_file: Option<PathBuf>,
    /// The address to listen on, instead of the one that `HOST` and `PORT` or the launch file name; port 0 picks a free
    /// port.
    #[arg(long, value_name = "IP:PORT")]
    pub listen: Option<SocketAddr>,
    /// Also answer requests whose `Host` is this name, such as that of a tunnel or of a container. The address that it
    /// listens on, `[proxy] url` and the callback URLs are always answered; the port does not count.
    #[arg(long, value_name = "HOST", value_parser = Host::parse)]
    pub allow_host: Vec<Host>,
    /// Start even if secrets are missing, and refuse requests for their servers.
    #[arg(long)]
    pub allow_missing: bool,
    /// Apply rate limits to the last address in `X-Forwarded-For`, which a trusted proxy in front sets.
    #[arg(long)]
    pub behind_proxy: bool,
    /// Also trust the certificate authorities in this PEM file.
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// How much to log.
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t = LogLevel::Info)]
    pub log: LogLevel,
    /// Check the launch file and the environment, and print what would run, without listening.
    #[arg(long)]
    pub check: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  catproof completions bash > ~/.local/share/bash-completion/completions/catproof
  catproof completions zsh > ~/.zfunc/_catproof          with ~/.zfunc in $fpath, before compinit
  catproof completions fish > ~/.config/fish/completions/catproof.fish
  catproof completions powershell >> $PROFILE")]
pub struct CompletionsArgs {
    /// The shell to complete in.
    #[arg(value_enum, value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

fn command_names() -> Vec<CompletionCandidate> {
    let program = Cli::command();
    let names = program.get_subcommands().map(clap::Command::get_name);
    names.map(|name| CompletionCandidate::new(name.to_owned())).collect()
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  catproof man | man -l -                                     the page of the program
  catproof man check | man -l -                               the page of one command
  catproof man --out ~/.local/share/man/man1              all of them, for `man catproof-check`")]
pub struct ManArgs {
    /// Print the page of this command instead of the program's.
    #[arg(value_name = "COMMAND", add = ArgValueCandidates::new(command_names))]
    pub topic: Option<String>,
    /// Write all pages to this folder instead.
    #[arg(long, value_name = "DIR", conflicts_with = "topic")]
    pub out: Option<PathBuf>,
}
