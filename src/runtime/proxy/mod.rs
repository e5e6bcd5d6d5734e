//! The OAuth proxy of the guide, which explains how to add an OAuth server to Archestra's catalog. It keeps the client
//! secrets, and adds them to the token requests of the desktop app.
//!
//! It is configured only by `oauth_proxy/launch.json` and the environment. A secret is sent only to the endpoints that
//! were compiled for its server: a request that names any other endpoint is refused.
//!
//! In reading order: `launch` joins the launch file with the environment, `routes` has the HTTP routes, `host_names` are
//! those of its callers, `parameters` reads the app's requests, `provider` sends them to the provider, `reply` reads its
//! responses, `callback` is the page that passes a code to the app; `limits`, `log` and `server` do what their names say.
//!
//! Specifications: RFC 6749 (OAuth 2.0), RFC 7009 (revocation), RFC 7636 (PKCE), RFC 8707 (resource).

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use thiserror::Error;

use crate::compile::plan::ProxyServer;
use crate::discovery::client::{Lookup, NetworkError, SystemLookup};
use crate::runtime::env_check::{EnvProblem, EnvProblemKind};
use crate::source::ReadError;
use crate::text::profile::Profile;

pub use limits::Limits;
pub use log::{Log, LogLevel};
pub(crate) use server::Listening;

pub(crate) mod callback;
mod host_names;
mod launch;
mod limits;
mod log;
pub(crate) mod parameters;
mod provider;
pub(crate) mod reply;
mod routes;
mod server;

/// How to run the proxy.
#[derive(Clone)]
pub struct ProxyOptions {
    /// `oauth_proxy/launch.json`.
    pub launch: PathBuf,
    /// A file of environment variables, read as the JavaScript package `dotenv` reads it.
    pub env_file: Option<PathBuf>,
    /// The environment of the process. As with dotenv, it wins over the file.
    pub environment: BTreeMap<String, String>,
    /// The address to listen on, instead of that of the environment or the launch file.
    pub listen: Option<SocketAddr>,
    /// Host names that callers may use, beside those of the launch file.
    pub allowed_hosts: Vec<String>,
    /// Whether to start although secrets are missing. Their servers are then refused like unknown ones.
    pub allow_missing: bool,
    /// Whether a trusted proxy in front appends the address to rate-limit, the caller's, to `X-Forwarded-For`.
    pub behind_proxy: bool,
    /// CA certificates to trust in addition to the system's, in PEM.
    pub authorities: Option<Vec<u8>>,
    /// Where the log goes, and how much of it.
    pub log: Log,
    pub limits: Limits,
}

impl ProxyOptions {
    /// The defaults for a launch file, with the environment of this process, except variables that are not UTF-8.
    pub fn new(launch: PathBuf) -> Self {
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self {
            launch,
            env_file: None,
            environment,
            listen: None,
            allowed_hosts: Vec::new(),
            allow_missing: false,
            behind_proxy: false,
            authorities: None,
            log: Log::standard_error(LogLevel::Info),
            limits: Limits::default(),
        }
    }
}

/// Leaves out the environment, which contains the secrets.
impl fmt::Debug for ProxyOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Options")
            .field("launch", &self.launch)
            .field("env_file", &self.env_file)
            .field("listen", &self.listen)
            .field("allowed_hosts", &self.allowed_hosts)
            .field("allow_missing", &self.allow_missing)
            .field("behind_proxy", &self.behind_proxy)
            .field("log", &self.log)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// What the proxy serves with these options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartupSummary {
    pub listen: SocketAddr,
    pub profile: Profile,
    /// The servers that it exchanges tokens for.
    pub ready: Vec<String>,
    /// The servers that are refused because their endpoints are not in the discovery lock.
    pub without_endpoint: Vec<String>,
    /// The servers that are refused because their secret is missing; only with `allow_missing`.
    pub without_secret: Vec<MissingSecret>,
}

/// A server whose secret is not in the environment.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{server}: it has no secret, set {}", variables.join(" or "))]
pub struct MissingSecret {
    pub server: String,
    /// The variables that can hold the secret or name its file, the name from the guide first.
    pub variables: Vec<String>,
}

impl MissingSecret {
    fn of(id: &str, server: &ProxyServer) -> Self {
        let names = &server.environment;
        Self {
            server: id.to_owned(),
            variables: [names.secret.as_slice(), &names.secret_file].concat(),
        }
    }
}

/// Why the proxy cannot run. No message holds a value of the environment.
#[derive(Debug, Error)]
pub enum ProxyError {
    #[error("cannot read {}: {error}", path.display())]
    Unreadable { path: PathBuf, error: ReadError },
    /// The launch file is not one that `build` writes.
    #[error("{} cannot be used:\n  {}", path.display(), problems.join("\n  "))]
    Launch { path: PathBuf, problems: Vec<String> },
    /// The value of a variable cannot be used.
    #[error("the environment cannot be used:\n  {}", .0.join("\n  "))]
    Environment(Vec<String>),
    #[error("the environment is incomplete:\n  {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n  "))]
    Incomplete(Vec<MissingSecret>),
    #[error(transparent)]
    Network(#[from] NetworkError),
    #[error("cannot listen on {address}: {error}")]
    Listen { address: SocketAddr, error: io::Error },
}

/// Checks the launch file and the environment, without listening.
pub fn check(options: &ProxyOptions) -> Result<StartupSummary, ProxyError> {
    launch::load(options, &launch::Inputs::read(options)?).map(|loaded| loaded.summary)
}

/// The same, with what is wrong with the variables of the servers, as `env --check` reports it. Under `allow_missing`,
/// nothing has to be set.
pub(crate) fn check_with_environment(
    options: &ProxyOptions,
) -> (Result<StartupSummary, ProxyError>, Vec<EnvProblem>) {
    let inputs = match launch::Inputs::read(options) {
        Ok(inputs) => inputs,
        Err(error) => return (Err(error), Vec::new()),
    };
    let mut problems = inputs.environment_problems(options);
    if options.allow_missing {
        problems.retain(|problem| {
            !matches!(problem.kind, EnvProblemKind::Missing | EnvProblemKind::Empty)
        });
    }
    (launch::load(options, &inputs).map(|loaded| loaded.summary), problems)
}

/// Runs until `shutdown` completes and the requests in flight are answered.
pub async fn serve(
    options: ProxyOptions,
    shutdown: impl Future<Output = ()>,
) -> Result<(), ProxyError> {
    bind(options).await?.serve(shutdown).await;
    Ok(())
}

/// Binds the address, without serving yet, so that the caller can report it.
pub async fn bind(options: ProxyOptions) -> Result<Listening, ProxyError> {
    bind_with_lookup(options, Arc::new(SystemLookup)).await
}

/// The same with another name resolution, for tests.
pub async fn bind_with_lookup(
    options: ProxyOptions,
    lookup: Arc<dyn Lookup>,
) -> Result<Listening, ProxyError> {
    let loaded = launch::load(&options, &launch::Inputs::read(&options)?)?;
    let provider = provider::Provider::new(&options, loaded.summary.profile, lookup)?;
    Listening::bind(options, loaded, provider)
}
