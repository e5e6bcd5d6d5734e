//! The command line: types for clap, no logic.

use std::ffi::OsStr;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::{EnumValueParser, PossibleValue, TypedValueParser};
use clap::error::{ContextKind, ContextValue};
use clap::{Arg, Args, Parser, Subcommand, ValueEnum};

use crate::catalog::config::Level;
use crate::catalog::workspace;
use crate::manifest::oauth::OAuthType;
use crate::pipeline::open::Judging;
use crate::report::FormatArgument;
use crate::report::list::ListedType;
use crate::runtime::export::Client;
use crate::runtime::proxy::LogLevel;
use crate::source::finding::Severity;
use crate::text::day::Day;
use crate::text::profile::Profile;

/// A catalog compiler and validator for MCP servers that use OAuth.
///
/// Reads the server JSON files of `catalog/` and `catalog_local/`, finds what is wrong with them, infers how each
/// server logs its users in, and compiles the OAuth proxy's allowlist, the `.env` templates and the launch specs.
#[derive(Debug, Parser)]
#[command(name = "catproof", version, max_term_width = 100)]
#[command(after_help = "\
Examples:
  catproof check                                  is the catalog of this folder right?
  catproof check --fix                            repair what can be repaired safely
  catproof explain missing-token-endpoint         what a finding means, and what to write instead
  catproof build                                  compile the catalog into generated/
  catproof build --check                          are the committed artifacts current?
  catproof new acme__remote-mcp --type 4 --url https://mcp.acme.example/mcp

`catproof COMMAND --help` tells more about a command, with examples.

Exit codes: 0 clean, 1 findings or drift, 2 the job could not be done, 3 no input.")]
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
    #[arg(long, global = true, value_name = "FILE", help_heading = "Global options")]
    pub config: Option<PathBuf>,
    /// The folder of the production catalog.
    #[arg(long, global = true, value_name = "DIR", help_heading = "Global options")]
    pub catalog: Option<PathBuf>,
    /// The folder of the developers' catalog.
    #[arg(long, global = true, value_name = "DIR", help_heading = "Global options")]
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

impl Global {
    /// Where to look for the catalog.
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
    /// Say what a change means: new servers, new destinations of secrets, new power.
    Diff(DiffArgs),
    /// Explain a rule, an OAuth type, a server, the configuration or the kinds of changes.
    Explain(ExplainArgs),
    /// Print the template of the environment, or compare a real `.env` with it.
    Env(EnvArgs),
    /// Write the JSON Schemas, which are generated from the program's own types.
    Schema(SchemaArgs),
    /// Ask what the providers publish at their well-known endpoints, and lock it.
    Probe(ProbeArgs),
    /// Write the manifest of a new server into catalog_local/.
    New(NewArgs),
    /// Show every rule.
    Rules(RulesArgs),
    /// Show what the app would run for some answers: command, environment, files, headers.
    Simulate(SimulateArgs),
    /// Print servers as the configuration of another client: Claude, VS Code, Cursor.
    Export(ExportArgs),
    /// Run the OAuth proxy from what `build` wrote.
    Proxy(ProxyArgs),
    /// Print the script that completes catproof's command line in a shell.
    Completions(CompletionsArgs),
    /// Print a manual page, or write all of them.
    Man(ManArgs),
}

/// Options of every command that shows findings.
#[derive(Debug, Args)]
pub struct FindingArgs {
    /// The output format, as FORMAT or FORMAT=PATH; may be given several times.
    #[arg(long, value_name = "FORMAT[=PATH]", help_heading = "Output")]
    pub format: Vec<FormatArgument>,
    /// The least severity that makes the exit code 1.
    #[arg(long, value_enum, default_value_t, value_name = "SEVERITY", help_heading = "Output")]
    pub fail_on: FailOn,
    /// Show notes too.
    #[arg(long, help_heading = "Rules")]
    pub pedantic: bool,
    /// Do not show findings of this rule.
    #[arg(short = 'A', long = "allow", value_name = "RULE", help_heading = "Rules")]
    pub allow: Vec<String>,
    /// Show findings of this rule as warnings.
    #[arg(short = 'W', long = "warn", value_name = "RULE", help_heading = "Rules")]
    pub warn: Vec<String>,
    /// Show findings of this rule as errors.
    #[arg(short = 'D', long = "deny", value_name = "RULE", help_heading = "Rules")]
    pub deny: Vec<String>,
    /// The day that ages and expiry are judged against, instead of the clock's.
    #[arg(long, value_name = "YYYY-MM-DD", help_heading = "Rules")]
    pub today: Option<Day>,
    /// The allowlist that the OAuth proxy runs with: a `providers.js` or a JSON file.
    #[arg(long, value_name = "FILE", help_heading = "OAuth proxy")]
    pub allowlist: Option<PathBuf>,
}

/// How the network is used, by every command that asks the providers.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Network")]
pub struct NetworkArgs {
    /// Keep the raw answers in this folder.
    #[arg(long, value_name = "DIR")]
    pub record: Option<PathBuf>,
    /// Answer from this folder of recordings; nothing touches the network.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["record", "http_proxy", "ca_file"])]
    pub replay: Option<PathBuf>,
    /// Ask loopback addresses too, over http if need be.
    #[arg(long)]
    pub allow_loopback: bool,
    /// Go through this proxy.
    #[arg(long, value_name = "URL")]
    pub http_proxy: Option<String>,
    /// Trust the authorities of this PEM file too.
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
}

/// The least severity that makes the exit code 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    #[default]
    Error,
    Warning,
}

impl FailOn {
    pub fn severity(self) -> Severity {
        match self {
            Self::Error => Severity::Error,
            Self::Warning => Severity::Warning,
        }
    }
}

impl FindingArgs {
    /// How the findings are judged.
    pub fn judging(&self) -> Judging {
        let levels =
            [(&self.allow, Level::Off), (&self.warn, Level::Warning), (&self.deny, Level::Error)];
        let of_level = |(ids, level): (&Vec<String>, Level)| {
            let ids = ids.iter();
            ids.map(move |id| (id.clone(), level)).collect::<Vec<_>>()
        };
        Judging {
            pedantic: self.pedantic,
            today: self.today,
            levels: levels.into_iter().flat_map(of_level).collect(),
        }
    }
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  catproof check                                  the catalog of this folder
  catproof check some/folder                      any folder of server JSON files
  catproof check --format github --format sarif=catproof.sarif
  catproof check - < draft.json                   one manifest, by itself
  catproof check - --stdin-filename catalog/acme__mcp.json < draft.json    as that file

Exit codes: 0 clean, 1 findings, 2 the job could not be done, 3 no input.")]
pub struct CheckArgs {
    /// Files or folders; without any, the catalog of this folder. `-` reads one manifest from standard input.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The file that standard input stands for; without it, the manifest is judged by itself.
    #[arg(long, value_name = "PATH")]
    pub stdin_filename: Option<PathBuf>,
    /// Add ignores for what is found today to the configuration, so that only what is new is shown.
    #[arg(long, help_heading = "Rules", conflicts_with_all = ["fixes"])]
    pub write_baseline: bool,
    #[command(flatten)]
    pub fixes: FixArgs,
    #[command(flatten)]
    pub findings: FindingArgs,
    /// Ask the providers first, and judge by what they answer; nothing is written.
    #[arg(long, help_heading = "Network")]
    pub online: bool,
    /// Compare with the allowlist of the OAuth proxy that runs here: what its `/health` says.
    #[arg(
        long,
        value_name = "URL",
        help_heading = "Network",
        conflicts_with_all = ["allowlist", "replay"]
    )]
    pub proxy_url: Option<String>,
    /// Treat what cannot be reached like what is wrong.
    #[arg(long, help_heading = "Network")]
    pub strict_online: bool,
    #[command(flatten)]
    pub network: NetworkArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "\
The answers go into generated/discovery.lock.json, those about servers of catalog_local/ into \
generated/development/discovery.lock.json. Every other command reads them there, offline.

Examples:
  catproof probe                                  every server that has something to discover
  catproof probe linear__remote-mcp               one of them
  catproof probe --check                          what changed since, and what is too old
  catproof probe --record answers                 keep the raw answers
  catproof probe --replay answers                 from them again, without a network

Exit codes: 0 done, 1 findings, drift or age, 2 the job could not be done, 3 no input.")]
pub struct ProbeArgs {
    /// The servers to ask about; without any, all of them.
    #[arg(value_name = "ID")]
    pub ids: Vec<String>,
    /// Write nothing; exit with 1 where a provider changed something, or where an answer is too old.
    #[arg(long)]
    pub check: bool,
    /// Treat what cannot be reached like what is wrong.
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

What is not said is asked for on a terminal. `catproof explain TYPE` tells the types apart.")]
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
    /// Where the server is: the authorization endpoint of type 1, the issuer of type 2, the server of types 3 and 4.
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// The client id that the provider issued, for types 1 to 3.
    #[arg(long, value_name = "ID", conflicts_with = "online")]
    pub client_id: Option<String>,
    /// Where the proxy exchanges the code, for type 1.
    #[arg(long, value_name = "URL", conflicts_with = "online")]
    pub token_endpoint: Option<String>,
    /// A scope to ask for; may be given several times.
    #[arg(long, value_name = "SCOPE", conflicts_with = "online")]
    pub scope: Vec<String>,
    /// The program that starts the server and its arguments, for types 1 and 2.
    #[arg(last = true, value_name = "COMMAND", conflicts_with = "online")]
    pub command: Vec<String>,
    /// Ask the server what it publishes, and infer its OAuth type from that.
    #[arg(long, help_heading = "Network")]
    pub online: bool,
    #[command(flatten)]
    pub network: NetworkArgs,
}

/// What `check` does with findings that it can repair.
#[derive(Debug, Args)]
#[group(id = "fixes", multiple = true)]
pub struct FixArgs {
    /// Repair what can be repaired safely.
    #[arg(long, conflicts_with = "online", help_heading = "Fixes")]
    pub fix: bool,
    /// Repair what can be repaired, even where the author may have meant something else.
    #[arg(long, conflicts_with = "online", help_heading = "Fixes")]
    pub unsafe_fixes: bool,
    /// Show as a diff what would be repaired, and write nothing.
    #[arg(long, help_heading = "Fixes")]
    pub diff: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Nothing is written while there is an error. A second run writes nothing.

Examples:
  catproof build                                  into generated/
  catproof build --check                          for CI: exit 1 and a diff where one is not current
  catproof build --profile development            with catalog_local, into generated/development/

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
#[command(after_help = "\
Examples:
  catproof list                                   every server of this folder's catalog
  catproof list --type generic                    those of one OAuth type
  catproof list --format json some/folder         as schema/report.schema.json describes it

Exit codes: 0 done, 2 the job could not be done, 3 no input.")]
pub struct ListArgs {
    /// Files or folders; without any, the catalog of this folder.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Only servers of this OAuth type.
    #[arg(long = "type", value_name = "TYPE", value_parser = TypeParser::<ListedType>::new())]
    pub oauth_type: Option<ListedType>,
    /// The output format.
    #[arg(long, value_enum, default_value_t)]
    pub format: TableFormat,
}

/// Takes an OAuth type by its number too, and says so where another word is given: clap's own parser keeps that to itself.
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
            let words = values.flat_map(|value| {
                let words = value.get_name_and_aliases().map(str::to_owned);
                words.collect::<Vec<_>>()
            });
            error.insert(ContextKind::ValidValue, ContextValue::Strings(words.collect()));
            error
        })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        self.0.possible_values()
    }
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
The files of this folder are compared with those of the base by what they compile to: a file that is only written in \
another way is not a change. The base is read straight from git: nothing is checked out and nothing is written. Both are \
judged by the configuration of the base, so that no change relaxes its own judgement.

A change is safe, or for review (it asks for something new), or breaking (a protection gets weaker, or those who use \
the server have to act). `catproof explain diff` names every kind.

Examples:
  catproof diff --base origin/main                        this folder against a branch
  catproof diff --base \"$(git merge-base origin/main HEAD)\"
  catproof diff --base HEAD~1 --gate breaking             exit with 1 where something is breaking
  catproof diff --base HEAD --format markdown             for a pull request
  catproof diff --base ./before                           a folder: with catalog/, or of manifests

A folder is written as a path: `./before`, `../before`, `/srv/before` or `before/`. Any other name is a commit, such as \
`origin/main`.

Exit codes: 0 done, 1 something at or above the gate, 2 the job could not be done, 3 no input.")]
pub struct DiffArgs {
    /// What to compare with: a commit, or a folder.
    #[arg(long, value_name = "REF|DIR", allow_hyphen_values = true)]
    pub base: String,
    /// The output format.
    #[arg(long, value_enum, default_value_t)]
    pub format: DiffFormat,
    /// The least grade that makes the exit code 1; without it, none does.
    #[arg(long, value_enum, value_name = "GRADE")]
    pub gate: Option<Gate>,
}

/// How a comparison is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    #[default]
    Human,
    Json,
    /// For a comment on a pull request.
    Markdown,
}

/// The least grade of a change that makes the exit code 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Gate {
    /// Whatever a person has to agree to.
    Review,
    /// What weakens a protection, or what those who use a server have to act on.
    Breaking,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  catproof explain missing-token-endpoint         a rule
  catproof explain remote-dynamic                 an OAuth type
  catproof explain githubcopilot__remote-mcp      a server of the catalog
  catproof explain config                         the keys of catproof.toml
  catproof explain diff                           the kinds of changes, and how grave each is")]
pub struct ExplainArgs {
    /// A rule's id, an OAuth type's name or number, a server's id, `config` or `diff`.
    #[arg(value_name = "RULE|TYPE|SERVER|config|diff")]
    pub topic: String,
    /// Where to look for the server; without any, the catalog of this folder.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
No value of a file is ever printed.

Examples:
  catproof env > oauth_proxy/.env                 the proxy's template, to be filled in
  catproof env --for app                          the desktop app's
  catproof env --check oauth_proxy/.env           what a real one lacks, has too much or leaves open

Exit codes: 0 done, 1 something is wrong, 2 the job could not be done, 3 no input.")]
pub struct EnvArgs {
    /// Whose environment.
    #[arg(long = "for", value_enum, default_value_t, value_name = "PROGRAM")]
    pub side: EnvSide,
    /// Say what is wrong with this file instead of printing the template.
    #[arg(long, value_name = "FILE")]
    pub check: Option<PathBuf>,
    /// Name the variables in upper case with `_`, for shells and whatever else takes no `-` and `.`.
    #[arg(long, conflicts_with = "check")]
    pub posix_aliases: bool,
}

/// A program that reads an environment.
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
  catproof schema                                 into schema/
  catproof schema --check                         exit 1 and a diff where one is out of date

A manifest that begins with `\"$schema\": \"../schema/server.schema.json\"` is completed and explained by editors.

Exit codes: 0 done, 1 drift, 2 the job could not be done.")]
pub struct SchemaArgs {
    /// Write nothing; exit with 1 and show a diff if a schema is out of date.
    #[arg(long)]
    pub check: bool,
    /// The folder to write to.
    #[arg(long, value_name = "DIR", default_value = "schema")]
    pub out: PathBuf,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  catproof rules                                  each rule, its level, and whether it can be fixed
  catproof rules --format json
  catproof explain duplicate-scope                one rule, with an example

A rule's level is set by -A, -W and -D for a run, and by `[rules]` in catproof.toml for good.")]
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

#[derive(Debug, Args)]
#[command(after_help = "\
The answers are a JSON object by the keys of the manifest's `user_config`:
  {\"api_key\": \"…\", \"port\": 8080, \"allowed_directories\": [\"/srv\", \"/home/me\"]}

No secret is shown: a token is <access_token>, a sensitive answer is its key, such as <api_key>. \
What an optional input without an answer belongs to is left out, and said to be.

Examples:
  catproof simulate acme__mcp --answers answers.json
  catproof simulate acme__mcp --answers answers.json --format json
  catproof simulate acme__mcp --answers answers.json --from generated    from what `build` wrote
  catproof simulate linear__remote-mcp                                   nothing to answer

Exit codes: 0 done, 1 the answers do not fit, 2 the job could not be done, 3 no input.")]
pub struct SimulateArgs {
    /// The id of the server.
    #[arg(value_name = "SERVER")]
    pub server: String,
    /// Where to look for the server; without any, the catalog of this folder.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The file of the answers; `-` reads standard input. Without it nothing is answered.
    #[arg(long, value_name = "FILE")]
    pub answers: Option<PathBuf>,
    /// Read the artifacts in this folder instead of the catalog.
    #[arg(long, value_name = "DIR", conflicts_with = "paths")]
    pub from: Option<PathBuf>,
    /// The output format.
    #[arg(long, value_enum, default_value_t)]
    pub format: TableFormat,
}

#[derive(Debug, Args)]
#[command(after_help = "\
No sensitive value is written. An answer is asked for by the client (VS Code), or taken from a variable of the \
environment that the file names, such as ${MCP_ACME__MCP_API_KEY}. Claude Desktop fills nothing in: there the values go in \
by hand. What a client cannot express is said on standard error.

Examples:
  catproof export --client vscode acme__mcp linear__remote-mcp > .vscode/mcp.json
  catproof export --client claude acme__mcp --optional          asks for the optional inputs too
  catproof export --client cursor acme__mcp --from generated    from what `build` wrote

Exit codes: 0 done, 1 a server is not exported, 2 the job could not be done, 3 no input.")]
pub struct ExportArgs {
    /// The program that is to run the servers.
    #[arg(long, value_enum, value_name = "CLIENT")]
    pub client: Client,
    /// The ids of the servers.
    #[arg(value_name = "SERVER", required = true)]
    pub servers: Vec<String>,
    /// Ask for optional inputs without a default too, instead of leaving out what needs them.
    #[arg(long)]
    pub optional: bool,
    /// Read the artifacts in this folder instead of the catalog.
    #[arg(long, value_name = "DIR")]
    pub from: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
The proxy keeps the client secrets and adds them to the token requests of the app. It reads the launch file and the \
environment, nothing else: for each server `<id>_SECRET` or `<id>_SECRET_FILE`, and `<id>_CLIENT_ID` where it differs \
from the manifest's. `oauth_proxy/.env.example` beside the launch file is the template. A secret goes only to the \
endpoints that were compiled for its own server.

It logs to standard error, one JSON object a line, and stops on Ctrl-C or SIGTERM once it has answered what it has begun.

Examples:
  catproof proxy --env-file oauth_proxy/.env
  catproof proxy --env-file oauth_proxy/.env --check      is everything there? without listening
  catproof proxy --profile development --allow-missing    with the secrets that are there
  catproof proxy --listen 0.0.0.0:8080 --behind-proxy     in a container, behind one that ends TLS

Exit codes: 0 stopped, or checked; 1 `--check` found something missing or wrong; 2 it could not start.")]
pub struct ProxyArgs {
    /// The launch file, instead of `oauth_proxy/launch.json` among the artifacts.
    #[arg(long, value_name = "FILE")]
    pub launch: Option<PathBuf>,
    /// A file of environment variables, read as the JavaScript package dotenv reads it; the real environment wins.
    #[arg(long, value_name = "FILE")]
    pub env_file: Option<PathBuf>,
    /// Where to listen, instead of where the launch file says; port 0 takes a free one.
    #[arg(long, value_name = "IP:PORT")]
    pub listen: Option<SocketAddr>,
    /// Start without the secrets that are missing, and refuse their servers.
    #[arg(long)]
    pub allow_missing: bool,
    /// Count callers by the last address of `X-Forwarded-For`, which a trusted server in front sets.
    #[arg(long)]
    pub behind_proxy: bool,
    /// Trust the authorities of this PEM file too.
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// How much is logged.
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t = LogLevel::Info)]
    pub log: LogLevel,
    /// Check the launch file and the environment, say what would run, and do not listen.
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
    /// Whose script.
    #[arg(value_enum, value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  catproof man | man -l -                                     the page of the program
  catproof man check | man -l -                               the page of one command
  catproof man --out ~/.local/share/man/man1              all of them, for `man catproof-check`")]
pub struct ManArgs {
    /// The command whose page is printed; without it, the program's own.
    #[arg(value_name = "COMMAND")]
    pub topic: Option<String>,
    /// Write all pages into this folder instead.
    #[arg(long, value_name = "DIR", conflicts_with = "topic")]
    pub out: Option<PathBuf>,
}
