//! `launch.json` joined with the environment: the OAuth clients of the proxy.
//!
//! The file is generated, but it decides where secrets go: whatever `build` would not write is refused here too.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;

use axum::http::HeaderValue;
use url::Url;

use crate::compile::plan::{ClientAuthentication, ProxyLaunch, ProxyServer, VERSION};
use crate::discovery::Reach;
use crate::discovery::address::check_url;
use crate::runtime::env_check::{self, EnvProblem};
use crate::runtime::environment::Environment;
use crate::source::{ReadError, read_named_file, read_stream};
use crate::text::dotenv;
use crate::text::hosts;
use crate::text::profile::Profile;

use super::host_names::HostNames;
use super::{MissingSecret, ProxyError, ProxyOptions, StartupSummary};

/// The size limit of the launch file and the `.env` file: enough for ten thousand servers.
const MOST_BYTES: u64 = 64 << 20;

/// The size limit of a secret's file. The longest secrets are keys and certificates.
const MOST_BYTES_OF_SECRET: u64 = 1 << 20;

/// Everything that is loaded when the proxy starts.
pub(super) struct Loaded {
    pub(crate) summary: StartupSummary,
    pub(crate) state: ProxyState,
}

/// What the routes need.
pub(super) struct ProxyState {
    /// By server id. Servers without an endpoint or a secret are not included.
    pub(crate) clients: BTreeMap<String, OAuthClient>,
    pub(crate) allowed_destinations: Vec<String>,
    pub(crate) cors_origins: Vec<HeaderValue>,
    pub(crate) deep_link: Url,
    pub(crate) host_names: HostNames,
}

/// One server's OAuth client.
pub(super) struct OAuthClient {
    pub(crate) server: String,
    pub(crate) client_id: String,
    pub(crate) secret: Secret,
    pub(crate) authentication: ClientAuthentication,
    pub(crate) token_endpoint: Url,
    pub(crate) revocation_endpoint: Option<Url>,
    pub(crate) authorization_servers: Vec<String>,
    pub(crate) resource: Option<String>,
    pub(crate) redirect_uris: Vec<String>,
    /// Whether its logins use PKCE, so that a code without a verifier is somebody else's.
    pub(crate) requires_verifier: bool,
}

/// A secret, which no message, log or debug output shows.
#[derive(Clone)]
pub(super) struct Secret(String);

impl Secret {
    /// The secret itself, for the one request that carries it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// The launch file and the `.env` file, each read once: either may be a pipe.
pub(super) struct Inputs {
    launch: ProxyLaunch,
    env_file: dotenv::EnvFile,
}

impl Inputs {
    pub(super) fn read(options: &ProxyOptions) -> Result<Self, ProxyError> {
        Ok(Self {
            launch: read_launch(&options.launch)?,
            env_file: options
                .env_file
                .as_deref()
                .map(read_env_file)
                .transpose()?
                .unwrap_or_default(),
        })
    }

    /// What is wrong with the variables of the servers.
    pub(super) fn environment_problems(&self, options: &ProxyOptions) -> Vec<EnvProblem> {
        env_check::check_proxy(self.environment(options), &self.launch.servers)
    }

    fn environment<'a>(&'a self, options: &'a ProxyOptions) -> Environment<'a> {
        Environment { process: &options.environment, file: &self.env_file }
    }
}

/// Checks everything. Problems are collected, so that one run reports them all.
pub(super) fn load(options: &ProxyOptions, inputs: &Inputs) -> Result<Loaded, ProxyError> {
    let launch = &inputs.launch;
    let environment = inputs.environment(options);
    let (mut problems, mut unusable) = (Vec::new(), Vec::new());
    let (mut without_secret, mut without_endpoint) = (Vec::new(), Vec::new());
    let mut clients = BTreeMap::new();
    for (id, server) in &launch.servers {
        let mut endpoint = |text: &Option<String>, field: &str| {
            let checked = check_endpoint(text.as_ref()?, launch);
            checked.map_err(|why| problems.push(format!("`servers/{id}/{field}`: {why}"))).ok()
        };
        let revocation_endpoint = endpoint(&server.revocation_endpoint, "revocation_endpoint");
        let Some(token_endpoint) = endpoint(&server.token_endpoint, "token_endpoint") else {
            // Without an endpoint, no secret is needed.
            without_endpoint.push(id.clone());
            continue;
        };
        let secret = match secret_of(server, environment) {
            Ok(Some(secret)) => secret,
            Ok(None) => {
                without_secret.push(MissingSecret::of(id, server));
                continue;
            }
            Err(problem) => {
                unusable.push(problem);
                continue;
            }
        };
        let client_id = environment.value(&server.environment.client_id);
        let client = OAuthClient {
            server: id.clone(),
            client_id: client_id.unwrap_or(&server.client_id).to_owned(),
            secret,
            authentication: server.client_authentication,
            token_endpoint,
            revocation_endpoint,
            authorization_servers: server.authorization_servers.clone(),
            resource: server.resource.clone(),
            redirect_uris: server.redirect_uris.clone(),
            requires_verifier: server.kind.is_mcp_flow(),
        };
        clients.insert(id.clone(), client);
    }
    let listen = listen(options, launch, environment, &mut unusable);
    let listen = listen.map_err(|why| problems.push(why));
    let deep_link = deep_link(launch).map_err(|why| problems.push(why));
    let cors_origins = cors_origins(launch).map_err(|why| problems.push(why));
    let (true, Ok(listen), Ok(deep_link), Ok(cors_origins)) =
        (problems.is_empty(), listen, deep_link, cors_origins)
    else {
        let path = options.launch.clone();
        return Err(ProxyError::Launch { path, problems });
    };
    if !unusable.is_empty() {
        return Err(ProxyError::Environment(unusable));
    }
    if !without_secret.is_empty() && !options.allow_missing {
        return Err(ProxyError::Incomplete(without_secret));
    }
    Ok(Loaded {
        summary: StartupSummary {
            listen,
            profile: launch.profile,
            ready: clients.keys().cloned().collect(),
            without_endpoint,
            without_secret,
        },
        state: ProxyState {
            clients,
            allowed_destinations: launch.allowed_destinations.clone(),
            cors_origins,
            deep_link,
            host_names: HostNames {
                listens_on: listen.ip().to_canonical(),
                configured: host_names(launch, options),
            },
        },
    })
}

/// The hosts of the URLs that lead to the proxy, and those that its operator allows.
fn host_names(launch: &ProxyLaunch, options: &ProxyOptions) -> BTreeSet<String> {
    let urls = launch.url.iter().chain(&launch.callback_urls);
    let hosts = urls.filter_map(|url| Some(Url::parse(url).ok()?.host_str()?.to_owned()));
    let allowed = options.allowed_hosts.iter().map(|host| host.to_ascii_lowercase());
    hosts.chain(allowed).collect()
}

/// The addresses that the proxy may connect to under a profile.
pub(super) fn reach(profile: Profile) -> Reach {
    match profile {
        Profile::Production => Reach::Public,
        Profile::Development => Reach::Loopback,
    }
}

fn read_launch(path: &Path) -> Result<ProxyLaunch, ProxyError> {
    let refused =
        |problem: String| ProxyError::Launch { path: path.to_owned(), problems: vec![problem] };
    let bytes = read_named_file(path, MOST_BYTES)
        .map_err(|error| ProxyError::Unreadable { path: path.to_owned(), error })?;
    let launch: ProxyLaunch =
        serde_json::from_slice(&bytes).map_err(|error| refused(error.to_string()))?;
    match launch.version {
        VERSION => Ok(launch),
        other => Err(refused(format!("its version is {other}, not {VERSION}"))),
    }
}

/// The address to listen on: the options count before the environment, and that before the launch file.
fn listen(
    options: &ProxyOptions,
    launch: &ProxyLaunch,
    environment: Environment<'_>,
    unusable: &mut Vec<String>,
) -> Result<SocketAddr, String> {
    let settings = match options.listen {
        Some(_) => Settings::default(),
        None => Settings::read(environment, unusable),
    };
    let of_launch = || launch.listen.host.parse();
    let host: Result<IpAddr, _> = settings.host.map_or_else(of_launch, Ok);
    let host = host.map_err(|_| "`listen.host` is not an IP address".to_owned())?;
    let port = settings.port.unwrap_or(launch.listen.port);
    Ok(options.listen.unwrap_or(SocketAddr::new(host, port)))
}

/// Schemes that do not belong to an app: the callback page would send the code to a website, or run it.
const COMMON_SCHEMES: [&str; 14] = [
    "about",
    "blob",
    "data",
    "file",
    "filesystem",
    "ftp",
    "http",
    "https",
    "javascript",
    "mailto",
    "vbscript",
    "view-source",
    "ws",
    "wss",
];

/// The URL that the callback page opens, with the app's private-use scheme (RFC 8252 §7.1).
fn deep_link(launch: &ProxyLaunch) -> Result<Url, String> {
    match Url::parse(&launch.deep_link) {
        Ok(url) if COMMON_SCHEMES.contains(&url.scheme()) => Err(format!(
            "`deep_link` has the scheme `{}`, which is not the app's own",
            url.scheme()
        )),
        Ok(url) => Ok(url),
        Err(_) => Err("`deep_link` is not a URL".to_owned()),
    }
}

/// The allowed origins: scheme, host and port, as a browser sends them. A desktop app may have its own scheme.
fn cors_origins(launch: &ProxyLaunch) -> Result<Vec<HeaderValue>, String> {
    let is_origin = |text: &str| {
        Url::parse(text).is_ok_and(|url| {
            let host = url.host_str().unwrap_or_default();
            let port = url.port().map(|port| format!(":{port}"));
            let origin = format!("{}://{host}{}", url.scheme(), port.unwrap_or_default());
            !host.is_empty() && text == origin
        })
    };
    let header = |text: &String| match HeaderValue::from_str(text) {
        Ok(value) if is_origin(text) => Ok(value),
        _ => Err(format!("`cors_origins`: {text:?} is not an origin")),
    };
    launch.cors_origins.iter().map(header).collect()
}

/// Parses an endpoint, and checks that a secret may be sent there.
fn check_endpoint(text: &str, launch: &ProxyLaunch) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|_| "it is not a URL".to_owned())?;
    check_url(&url, reach(launch.profile))?;
    let host = url.host_str().unwrap_or_default();
    let mut allowed = launch.allowed_destinations.iter();
    if url.fragment().is_some() {
        Err("it has a fragment".to_owned())
    } else if url.port().is_some() && !hosts::is_loopback(&url) {
        Err("it has an explicit port".to_owned())
    } else if !allowed.any(|allowed| allowed == host) {
        Err(format!("`{host}` is not among the allowed destinations"))
    } else {
        Ok(url)
    }
}

/// The variables that name the address to listen on, as the guide's proxy reads them.
#[derive(Default)]
struct Settings {
    host: Option<IpAddr>,
    port: Option<u16>,
}

impl Settings {
    /// `HOST` and `PORT`. A value that cannot be used is a problem, which does not show it.
    fn read(environment: Environment<'_>, problems: &mut Vec<String>) -> Self {
        let value = |name: &str| environment.value(&[name.to_owned()]).map(str::trim);
        let host = value("HOST").map(|host| match host {
            "localhost" => Ok(Ipv4Addr::LOCALHOST.into()),
            host => host.parse().map_err(|_| "`HOST` is not an IP address, such as `127.0.0.1`"),
        });
        let port =
            value("PORT").map(|port| port.parse().map_err(|_| "`PORT` is not a port number"));
        let mut report = |problem: &str| problems.push(problem.to_owned());
        Self {
            host: host.and_then(|host| host.map_err(&mut report).ok()),
            port: port.and_then(|port| port.map_err(&mut report).ok()),
        }
    }
}

fn read_env_file(path: &Path) -> Result<dotenv::EnvFile, ProxyError> {
    let unreadable = |error| ProxyError::Unreadable { path: path.to_owned(), error };
    let bytes = read_stream(path, MOST_BYTES).map_err(unreadable)?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        unreadable(ReadError::NotUtf8 { at, bytes: Vec::new() })
    })?;
    Ok(dotenv::read(&text))
}

/// The secret of a server, from its variable or from the file that another variable names. An error names variables,
/// never values.
fn secret_of(server: &ProxyServer, environment: Environment<'_>) -> Result<Option<Secret>, String> {
    let names = &server.environment;
    if let Some(secret) = environment.value(&names.secret) {
        return Ok(Some(Secret(secret.to_owned())));
    }
    let Some(path) = environment.value(&names.secret_file) else {
        return Ok(None);
    };
    let variables = names.secret_file.join("` or `");
    let unusable = |why: String| format!("the file that `{variables}` names: {why}");
    let bytes = read_named_file(Path::new(path), MOST_BYTES_OF_SECRET)
        .map_err(|error| unusable(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|_| unusable("it is not UTF-8".to_owned()))?;
    match text.trim_end_matches(['\r', '\n']) {
        "" => Err(unusable("it is empty".to_owned())),
        secret => Ok(Some(Secret(secret.to_owned()))),
    }
}
