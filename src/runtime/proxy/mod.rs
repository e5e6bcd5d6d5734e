//! The guide's OAuth proxy: it keeps the client secrets, and adds them to the token requests of the desktop app.
//!
//! It is configured by nothing but `oauth_proxy/launch.json` and the environment. A secret goes to the endpoints that
//! were compiled for its own server and nowhere else: what a caller names can only agree with them or be refused.
//!
//! The rooms, in reading order: `launch` joins the launch file with the environment, `routes` is what it answers,
//! `parameters` reads what the app sends, `provider` asks, `reply` reads what the provider answers, `callback`
//! is the page that hands a code to the app; `limits`, `log` and `server` keep it alive and observable.
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
use crate::source::ReadError;
use crate::text::profile::Profile;

pub use limits::Limits;
pub use log::{Log, LogLevel};
pub(crate) use server::Listening;

pub(crate) mod callback;
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
pub struct Options {
    /// `oauth_proxy/launch.json`.
    pub launch: PathBuf,
    /// A file of environment variables, read as the JavaScript package `dotenv` reads it.
    pub env_file: Option<PathBuf>,
    /// The environment of the process. As with dotenv, it wins over the file.
    pub environment: BTreeMap<String, String>,
    /// Where to listen, instead of where the launch file says.
    pub listen: Option<SocketAddr>,
    /// Whether to start without the secrets that are missing. Their servers are then refused like unknown ones.
    pub allow_missing: bool,
    /// Whether a trusted server in front appends the caller's address to `X-Forwarded-For`: that one is then counted.
    pub behind_proxy: bool,
    /// Further authorities to trust beside the platform's, in PEM.
    pub authorities: Option<Vec<u8>>,
    /// Where the log goes, and how much of it.
    pub log: Log,
    /// What nobody may exceed.
    pub limits: Limits,
}

impl Options {
    /// The proxy of this launch file, in the environment of this process.
    pub fn new(launch: PathBuf) -> Self {
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self {
            launch,
            env_file: None,
            environment,
            listen: None,
            allow_missing: false,
            behind_proxy: false,
            authorities: None,
            log: Log::standard_error(LogLevel::Info),
            limits: Limits::default(),
        }
    }
}

/// Without the environment: the secrets are in it.
impl fmt::Debug for Options {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Options")
            .field("launch", &self.launch)
            .field("env_file", &self.env_file)
            .field("listen", &self.listen)
            .field("allow_missing", &self.allow_missing)
            .field("behind_proxy", &self.behind_proxy)
            .field("log", &self.log)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// What would run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Where it listens.
    pub listen: SocketAddr,
    /// How the catalog was judged.
    pub profile: Profile,
    /// The servers that it exchanges tokens for.
    pub ready: Vec<String>,
    /// The servers whose endpoints the discovery lock does not know: they are refused.
    pub without_endpoint: Vec<String>,
    /// The servers that are refused because their secret is missing; only with `allow_missing`.
    pub missing: Vec<Missing>,
}

/// A server whose secret is not in the environment.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{server}` needs one of {}", variables.join(", "))]
pub struct Missing {
    /// The server id.
    pub server: String,
    /// The variables that may hold the secret or name its file, the guide's own first.
    pub variables: Vec<String>,
}

impl Missing {
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
    /// A file cannot be read.
    #[error("cannot read {}: {error}", path.display())]
    Unreadable { path: PathBuf, error: ReadError },
    /// The launch file is not what `build` writes.
    #[error("{} cannot be used:\n  {}", path.display(), problems.join("\n  "))]
    Launch { path: PathBuf, problems: Vec<String> },
    /// A variable has a value that cannot be used.
    #[error("the environment cannot be used:\n  {}", .0.join("\n  "))]
    Environment(Vec<String>),
    /// Secrets are missing.
    #[error("the environment is incomplete:\n  {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n  "))]
    Incomplete(Vec<Missing>),
    /// The network cannot be used.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {error}")]
    Listen { address: SocketAddr, error: io::Error },
}

/// Reads the launch file and the environment, and says what would run, without listening.
pub fn check(options: &Options) -> Result<Summary, ProxyError> {
    launch::load(options).map(|loaded| loaded.summary)
}

/// Runs until `shutdown` is ready, and then until the requests in flight are answered.
pub async fn serve(options: Options, shutdown: impl Future<Output = ()>) -> Result<(), ProxyError> {
    bind(options).await?.serve(shutdown).await;
    Ok(())
}

/// Listens, without answering yet: for whoever wants to know the address first.
pub async fn bind(options: Options) -> Result<Listening, ProxyError> {
    bind_with_lookup(options, Arc::new(SystemLookup)).await
}

/// The same on another name resolution: for tests.
pub async fn bind_with_lookup(
    options: Options,
    lookup: Arc<dyn Lookup>,
) -> Result<Listening, ProxyError> {
    let loaded = launch::load(&options)?;
    let provider = provider::Provider::new(&options, loaded.summary.profile, lookup)?;
    Listening::bind(options, loaded, provider).await
}
