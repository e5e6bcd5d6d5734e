//! `launch.json` and the environment, joined: the clients that the proxy speaks for.
//!
//! The file is generated, yet a secret depends on it: what `build` would never write is refused here once more.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;

use axum::http::HeaderValue;
use url::Url;

use crate::config::Profile;
use crate::dotenv;
use crate::plan::{ClientAuthentication, ProxyLaunch, ProxyServer, VERSION};
use crate::probe::Reach;
use crate::probe::address::check_url;

use super::{Missing, Options, ProxyError, Summary};

/// Everything that the proxy knows when it starts.
pub(super) struct Loaded {
    pub summary: Summary,
    pub setup: Setup,
}

/// What the routes answer from.
pub(super) struct Setup {
    /// By server id. A server that cannot be spoken for is not here at all.
    pub clients: BTreeMap<String, OAuthClient>,
    pub allowed_destinations: Vec<String>,
    pub cors_origins: Vec<HeaderValue>,
    pub deep_link: Url,
}

/// One server's OAuth client.
pub(super) struct OAuthClient {
    pub server: String,
    pub client_id: String,
    pub secret: Secret,
    pub authentication: ClientAuthentication,
    pub token_endpoint: Url,
    pub revocation_endpoint: Option<Url>,
    pub authorization_servers: Vec<Url>,
    pub resource: Option<String>,
}

/// A value that no message, log or debugger's view shows.
#[derive(Clone)]
pub(super) struct Secret(String);

impl Secret {
    /// For the one request that carries it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// Reads and checks everything. Each kind of problem is collected, so that one run names them all.
pub(super) fn load(options: &Options) -> Result<Loaded, ProxyError> {
    let launch = read_launch(&options.launch)?;
    let environment = Environment::read(options)?;
    let mut problems = Vec::new();
    let listen = options.listen.or_else(|| listen(&launch, &mut problems));
    let deep_link = url(&launch.deep_link, "deep_link", &mut problems);
    let cors_origins = launch
        .cors_origins
        .iter()
        .filter_map(|origin| cors_origin(origin, &mut problems))
        .collect();
    let mut endpoints = BTreeMap::new();
    for (id, server) in &launch.servers {
        endpoints.insert(id, Endpoints::of(id, server, &launch, &mut problems));
    }
    let (Some(listen), Some(deep_link), true) = (listen, deep_link, problems.is_empty()) else {
        return Err(ProxyError::Launch {
            path: options.launch.clone(),
            problems,
        });
    };

    let mut clients = BTreeMap::new();
    let mut missing = Vec::new();
    let mut without_endpoint = Vec::new();
    let mut unusable = Vec::new();
    for (id, server) in &launch.servers {
        let Some(endpoints) = endpoints.remove(id).flatten() else {
            // Its secret has nowhere to go, so nobody is asked for it.
            without_endpoint.push(id.clone());
            continue;
        };
        match environment.secret(server) {
            Ok(Some(secret)) => {
                let client_id = environment.first(&server.environment.client_id);
                clients.insert(
                    id.clone(),
                    OAuthClient {
                        server: id.clone(),
                        client_id: client_id.unwrap_or(&server.client_id).to_owned(),
                        secret,
                        authentication: server.client_authentication,
                        token_endpoint: endpoints.token,
                        revocation_endpoint: endpoints.revocation,
                        authorization_servers: endpoints.authorization_servers,
                        resource: server.resource.clone(),
                    },
                );
            }
            Ok(None) => missing.push(Missing {
                server: id.clone(),
                variables: [&server.environment.secret, &server.environment.secret_file]
                    .into_iter()
                    .flatten()
                    .cloned()
                    .collect(),
            }),
            Err(problem) => unusable.push(problem),
        }
    }
    if !unusable.is_empty() {
        return Err(ProxyError::Environment(unusable));
    }
    if !missing.is_empty() && !options.allow_missing {
        return Err(ProxyError::Incomplete(missing));
    }
    Ok(Loaded {
        summary: Summary {
            listen,
            profile: launch.profile,
            ready: clients.keys().cloned().collect(),
            without_endpoint,
            missing,
        },
        setup: Setup {
            clients,
            allowed_destinations: launch.allowed_destinations,
            cors_origins,
            deep_link,
        },
    })
}

/// How far the proxy may reach under a profile.
pub(super) fn reach(profile: Profile) -> Reach {
    match profile {
        Profile::Production => Reach::Public,
        Profile::Development => Reach::Loopback,
    }
}

fn read_launch(path: &Path) -> Result<ProxyLaunch, ProxyError> {
    let refused = |problem: String| ProxyError::Launch {
        path: path.to_owned(),
        problems: vec![problem],
    };
    let bytes = fs::read(path).map_err(|error| ProxyError::Unreadable {
        path: path.to_owned(),
        error,
    })?;
    let launch: ProxyLaunch =
        serde_json::from_slice(&bytes).map_err(|error| refused(error.to_string()))?;
    match launch.version {
        VERSION => Ok(launch),
        other => Err(refused(format!("its version is {other}, not {VERSION}"))),
    }
}

fn listen(launch: &ProxyLaunch, problems: &mut Vec<String>) -> Option<SocketAddr> {
    let Ok(host) = launch.listen.host.parse::<IpAddr>() else {
        problems.push("`listen.host` is no IP address".to_owned());
        return None;
    };
    Some(SocketAddr::new(host, launch.listen.port))
}

/// Scheme, host and port as a browser sends them; a desktop app's page has a scheme of its own.
fn cors_origin(origin: &str, problems: &mut Vec<String>) -> Option<HeaderValue> {
    let is_origin = Url::parse(origin).is_ok_and(|url| {
        let host = url.host_str().unwrap_or_default();
        let port = url.port().map(|port| format!(":{port}"));
        !host.is_empty()
            && origin == format!("{}://{host}{}", url.scheme(), port.unwrap_or_default())
    });
    match HeaderValue::from_str(origin) {
        Ok(value) if is_origin => Some(value),
        _ => {
            problems.push(format!("`cors_origins`: {origin:?} is no origin"));
            None
        }
    }
}

fn url(text: &str, place: &str, problems: &mut Vec<String>) -> Option<Url> {
    let parsed = Url::parse(text).ok();
    if parsed.is_none() {
        problems.push(format!("`{place}` is no URL"));
    }
    parsed
}

/// Where one server's secret may go.
struct Endpoints {
    token: Url,
    revocation: Option<Url>,
    authorization_servers: Vec<Url>,
}

impl Endpoints {
    /// Nothing where the discovery lock did not know the token endpoint.
    fn of(
        id: &str,
        server: &ProxyServer,
        launch: &ProxyLaunch,
        problems: &mut Vec<String>,
    ) -> Option<Self> {
        let mut endpoint = |text: &Option<String>, field: &str| {
            let place = format!("servers/{id}/{field}");
            let url = url(text.as_ref()?, &place, problems)?;
            match check_endpoint(&url, launch) {
                Ok(()) => Some(url),
                Err(why) => {
                    problems.push(format!("`{place}`: {why}"));
                    None
                }
            }
        };
        let token = endpoint(&server.token_endpoint, "token_endpoint");
        let revocation = endpoint(&server.revocation_endpoint, "revocation_endpoint");
        let authorization_servers = server
            .authorization_servers
            .iter()
            .filter_map(|text| {
                url(
                    text,
                    &format!("servers/{id}/authorization_servers"),
                    problems,
                )
            })
            .collect();
        Some(Self {
            token: token?,
            revocation,
            authorization_servers,
        })
    }
}

/// Says why no secret is sent to `url`, or nothing if it may be.
fn check_endpoint(url: &Url, launch: &ProxyLaunch) -> Result<(), String> {
    check_url(url, reach(launch.profile))?;
    if url.fragment().is_some() {
        return Err("it has a fragment".to_owned());
    }
    let host = url.host_str().unwrap_or_default();
    let is_allowed = launch
        .allowed_destinations
        .iter()
        .any(|allowed| allowed == host);
    match is_allowed {
        true => Ok(()),
        false => Err(format!("`{host}` is not among the allowed destinations")),
    }
}

/// The variables of the process, and below them those of the file.
struct Environment<'a> {
    process: &'a BTreeMap<String, String>,
    file: dotenv::EnvFile,
}

impl<'a> Environment<'a> {
    fn read(options: &'a Options) -> Result<Self, ProxyError> {
        let file = match &options.env_file {
            None => dotenv::EnvFile::default(),
            Some(path) => {
                let text = fs::read_to_string(path).map_err(|error| ProxyError::Unreadable {
                    path: path.clone(),
                    error,
                })?;
                dotenv::read(&text)
            }
        };
        Ok(Self {
            process: &options.environment,
            file,
        })
    }

    /// The first of these variables that is set; an empty one is not, as the template leaves them empty.
    fn first(&self, names: &[String]) -> Option<&str> {
        names
            .iter()
            .filter_map(|name| match self.process.get(name) {
                Some(value) => Some(value.as_str()),
                None => self.file.get(name),
            })
            .find(|value| !value.is_empty())
    }

    /// The secret itself, or what is in the file that a variable names; an error names the variable, never a value.
    fn secret(&self, server: &ProxyServer) -> Result<Option<Secret>, String> {
        let names = &server.environment;
        if let Some(secret) = self.first(&names.secret) {
            return Ok(Some(Secret(secret.to_owned())));
        }
        let Some(path) = self.first(&names.secret_file) else {
            return Ok(None);
        };
        let variables = names.secret_file.join("` or `");
        let text = fs::read_to_string(path)
            .map_err(|error| format!("the file that `{variables}` names: {error}"))?;
        match text.trim_end_matches(['\r', '\n']) {
            "" => Err(format!("the file that `{variables}` names is empty")),
            secret => Ok(Some(Secret(secret.to_owned()))),
        }
    }
}
