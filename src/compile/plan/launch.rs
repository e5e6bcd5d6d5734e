//! What the desktop app reads: how to run itself, and the launch spec of each server.
//!
//! No secret, and no name of a secret's variable, has a field here.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::manifest::model::InputType;
use crate::manifest::oauth::OAuthType;
use crate::source::Origin;
use crate::text::profile::Profile;

use super::Run;

/// `desktop_app/launch.json`: how to run the app, and which servers it has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AppLaunch {
    /// Says that the file is generated, and by what.
    pub generated: String,
    /// The version of this shape.
    pub version: u32,
    /// What the file is.
    pub kind: AppKind,
    /// How the catalog was judged.
    pub profile: Profile,
    /// How the app is started.
    pub run: Run,
    /// Where the OAuth proxy answers; `OAUTH_PROXY_URL` of the app's environment overrides it.
    pub proxy_url: String,
    /// Where providers send users back to, sorted: the first redirect URI of each server.
    pub callback_urls: Vec<String>,
    /// What the proxy's callback page opens: the code and the state are in its query.
    pub deep_link: String,
    /// Sorted by id.
    pub servers: Vec<AppServer>,
}

/// The `kind` of `desktop_app/launch.json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AppKind {
    App,
}

/// One server in the app's index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AppServer {
    /// The server id.
    pub id: String,
    /// The name that people see.
    pub display_name: String,
    /// Whether the server is shown with the developer mark.
    pub developer: bool,
    /// The OAuth type; null where the server has no OAuth login.
    pub oauth: Option<OAuthType>,
    /// The launch spec, relative to this file.
    pub launch: String,
}

/// `desktop_app/servers/<id>.json`: how one server is run and how its user logs in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServerLaunch {
    /// Says that the file is generated, and by what.
    pub generated: String,
    /// The version of this shape.
    pub version: u32,
    /// What the file is.
    pub kind: ServerLaunchKind,
    /// The server id.
    pub id: String,
    /// The name that people see.
    pub display_name: String,
    /// Which folder the manifest is from.
    pub origin: Origin,
    /// Whether the server is shown with the developer mark.
    pub developer: bool,
    /// How the server is spoken to.
    pub transport: Transport,
    /// What is run; null for a remote server.
    pub process: Option<Process>,
    /// What the user is asked for, by key.
    pub inputs: BTreeMap<String, Input>,
    /// How the user logs in; null where the server has no OAuth login.
    pub oauth: Option<OAuth>,
    /// A login in a browser window of the app instead of by OAuth.
    pub browser_login: Option<BrowserLogin>,
    /// Steps to take with the user before the server works, in order.
    pub setup: Vec<Setup>,
}

/// The `kind` of a server's launch spec.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ServerLaunchKind {
    Server,
}

/// How a server is spoken to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Transport {
    /// Through the standard input and output of the process.
    Stdio,
    /// By streamable HTTP to a port of the container, which the runtime publishes on a free port of the host.
    StreamableHttp {
        /// The port inside the container.
        port: u16,
        /// The path of the endpoint, with its query.
        path: String,
    },
    /// By streamable HTTP to a server that somebody else runs.
    Remote {
        /// The URL.
        url: String,
    },
}

/// What is run on the user's machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Process {
    /// The program. Null where the image starts one by itself, which is given the arguments; otherwise it takes the
    /// place of the image's own.
    pub command: Option<Template>,
    /// Its arguments, in order.
    pub arguments: Vec<Argument>,
    /// Its environment variables.
    pub environment: BTreeMap<String, Template>,
    /// The container that it runs in.
    pub container: Container,
    /// Files that are in the container, by absolute path, before the process starts.
    pub files: BTreeMap<String, InjectedFile>,
    /// Answers that are handed to the server as files, by absolute path.
    pub mounts: BTreeMap<String, SecretMount>,
}

/// The container of a local server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Container {
    /// What the container is called.
    pub name: String,
    /// The image. Null: the base image of the runtime, which brings `npx`, `uvx` and their like; outside a container
    /// the command then runs as it stands.
    pub image: Option<Template>,
    /// The other options of the manifest's `docker run`, as they are written. Today's app drops them.
    pub options: Vec<Argument>,
    /// Whether standard input stays open.
    pub keep_stdin_open: bool,
    /// The service account that the container runs as, in a cluster.
    pub service_account: Option<String>,
}

/// A text of the manifest, with the places where an answer goes in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Template {
    /// Plain text: nothing goes in.
    Fixed(String),
    /// Text with answers in it.
    Composed(Composed),
}

/// Text with answers in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Composed {
    /// What is joined, in order. Numbers and booleans become text; several answers are joined with commas.
    pub parts: Vec<Part>,
    /// The optional inputs without a default: while one of them is unanswered, the whole argument, variable or file is
    /// left out. An option that stands in an argument of its own names those of the value that follows it, although
    /// nothing goes into it: both are left out together.
    pub omit_without: Vec<String>,
}

/// One piece of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Part {
    /// Text as it stands.
    Text(String),
    /// The answer to an input.
    Input {
        /// The key in `inputs`.
        input: String,
    },
    /// What the provider answered. Occurs in `files` only.
    Token {
        /// Which part of the answer.
        token: TokenField,
    },
    /// A folder of the user's machine, or what stands between two names of a path.
    Folder {
        /// Which one.
        folder: Folder,
    },
    /// A placeholder that nothing fills in. Whatever contains it is left out, so that its text reaches no process. An
    /// option that stands in an argument of its own has that of the value that follows it: both are left out together.
    Unresolved {
        /// What stands between `${` and `}`.
        unresolved: String,
    },
}

/// A part of the token endpoint's answer.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum TokenField {
    /// The access token.
    AccessToken,
    /// The refresh token; the empty text where the provider gives none.
    RefreshToken,
    /// The lifetime of the access token in seconds; `0` where the provider says nothing.
    ExpiresIn,
}

/// A placeholder for something of the user's machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Folder {
    /// `${__dirname}`: the folder that the server is installed in.
    Installation,
    /// `${HOME}`: the user's own folder.
    Home,
    /// `${DESKTOP}`
    Desktop,
    /// `${DOCUMENTS}`
    Documents,
    /// `${DOWNLOADS}`
    Downloads,
    /// `${/}` and `${pathSeparator}`: `/`, on Windows `\`.
    Separator,
}

/// One item of the arguments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Argument {
    /// One argument.
    One(Template),
    /// As many arguments as there are answers, none where there is no answer.
    Each {
        /// The key in `inputs`.
        each: String,
    },
}

/// A file that is put into the container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InjectedFile {
    /// What the file holds.
    pub content: Template,
    /// How whatever goes in is written.
    pub escape: Escape,
}

/// How an answer is written into a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Escape {
    /// As it is.
    None,
    /// As the inside of a JSON string: the file is JSON, and stays so whatever goes in.
    Json,
}

/// An answer that the server reads as a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretMount {
    /// The key in `inputs`. Without an answer there is no file.
    pub input: String,
}

/// One thing that the user is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The label of the field.
    pub title: String,
    /// What the answer is for, and where to find it.
    pub description: Option<String>,
    /// What kind of answer.
    #[serde(rename = "type")]
    pub kind: InputType,
    /// Whether the server cannot run without an answer.
    pub required: bool,
    /// Whether the answer is a secret: masked on the screen, kept out of logs.
    pub sensitive: bool,
    /// Whether several answers may be given.
    pub multiple: bool,
    /// What is used where the user answers nothing; null: there is none.
    pub default: Option<InputValue>,
    /// The least number.
    pub min: Option<f64>,
    /// The greatest number.
    pub max: Option<f64>,
    /// Where the answer goes, as JSON Pointers into this file.
    pub used_in: Vec<String>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum InputValue {
    Boolean(bool),
    Number(serde_json::Number),
    Text(String),
    Several(Vec<InputValue>),
    /// A text with a folder of the user's machine, or the answer to another input, in it. It refers to no input whose
    /// own default does. While an input of `omit_without` is unanswered, there is no default.
    Composed(Composed),
}

/// How the user logs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OAuth {
    /// Which of the four types.
    #[serde(rename = "type")]
    pub kind: OAuthType,
    /// The name of this login, as people see it.
    pub name: String,
    /// Whether the server is useless without a login.
    pub required: bool,
    /// Which protocol the login follows.
    pub flow: Flow,
    /// The issuer, byte for byte; null for type 1, and while neither manifest nor discovery lock names it.
    pub issuer: Option<String>,
    /// Where the user is sent. Type 1: from the manifest. Else from the discovery lock; null while it knows nothing.
    pub authorization_endpoint: Option<String>,
    /// Whom to ask for the endpoints, in order; null for type 1. What is found wins over what the lock recorded, except
    /// that the proxy sends the secret only where the lock says.
    pub discovery: Option<Discovery>,
    /// Where codes and refresh tokens are exchanged; known like `authorization_endpoint`.
    pub token_endpoint: Option<String>,
    /// Where tokens are revoked (RFC 7009), if the lock knows of one.
    pub revocation_endpoint: Option<String>,
    /// Who talks to the token endpoint.
    pub token_exchange: TokenExchange,
    /// How the client becomes known to the authorization server.
    pub registration: Registration,
    /// Where the provider sends the user back to.
    pub redirect_uri: String,
    /// What is asked for.
    pub scopes: Scopes,
    /// The `resource` of the authorization and token requests (RFC 8707); null for types 1 and 2, which send none.
    pub resource: Option<String>,
    /// The code challenge method (RFC 7636). Types 2 to 4 refuse a provider whose metadata does not list it; type 1
    /// sends it anyway, since a provider must ignore parameters that it does not know (RFC 6749 §3.1).
    pub pkce: Pkce,
    /// How the token reaches the server; each of these. Empty: the server has no way to get it.
    pub delivery: Vec<TokenDelivery>,
}

/// Which protocol a login follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Flow {
    /// Plain OAuth 2.0 (RFC 6749): the endpoints are given.
    OAuth2,
    /// The MCP authorization specification: the endpoints are discovered.
    Mcp,
}

/// Whom to ask for the endpoints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Discovery {
    /// The remote URL, asked first and without a token: its `WWW-Authenticate` may name the one metadata document that
    /// counts. Null for type 2.
    pub challenge: Option<String>,
    /// Where the protected resource metadata is looked for (RFC 9728), in order. Empty for type 2.
    pub resource_metadata: Vec<String>,
    /// Where the authorization server metadata is looked for (RFC 8414), in order. Types 3 and 4: only where there is no
    /// protected resource metadata; else the URLs follow from the issuer that it names.
    pub authorization_server_metadata: Vec<String>,
}

/// Who talks to the token endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "via", rename_all = "lowercase", deny_unknown_fields)]
pub enum TokenExchange {
    /// The OAuth proxy, which adds the client secret. The paths are relative to the proxy's URL.
    Proxy {
        /// Where a code is exchanged.
        code_path: String,
        /// Where a refresh token is exchanged.
        refresh_path: String,
        /// Where a token is revoked.
        revocation_path: String,
    },
    /// The app itself: there is no secret.
    Direct,
}

/// How the client becomes known to the authorization server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Registration {
    /// The client id was issued beforehand.
    Static {
        /// The client id.
        client_id: String,
    },
    /// The client registers itself (RFC 7591). The answer is kept and used again for the same issuer.
    Dynamic {
        /// Where, if the discovery lock knows; null: as discovered.
        endpoint: Option<String>,
        /// The whole request.
        request: RegistrationRequest,
    },
    /// The client id is the URL of a document about the client.
    ClientMetadata {
        /// The URL.
        client_id: String,
    },
}

/// The body of a client registration request (RFC 7591 §2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegistrationRequest {
    /// The name that the consent page shows.
    pub client_name: String,
    /// Where the provider may send the user back to.
    pub redirect_uris: Vec<String>,
    /// `authorization_code`, and `refresh_token` unless the provider is known not to have it.
    pub grant_types: Vec<String>,
    /// `code`.
    pub response_types: Vec<String>,
    /// `none`, unless the provider is known not to take it.
    pub token_endpoint_auth_method: String,
    /// `native`: the redirect URI is on the user's machine (OpenID Connect Registration §2).
    pub application_type: String,
    /// The scopes, separated by spaces; left out where none is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scopes {
    /// The scopes to ask for; empty: those that the server's challenge names, else no `scope` parameter.
    pub requested: Vec<String>,
    /// The scopes to ask for where the provider refuses those.
    pub fallback: Vec<String>,
    /// Where `requested` is from.
    pub source: ScopeSource,
}

/// Where the scopes are from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ScopeSource {
    /// The manifest lists them.
    Declared,
    /// The manifest lists none; these are of the provider's metadata, as the discovery lock recorded them.
    Discovered,
    /// Neither lists any.
    Unstated,
}

/// The code challenge method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Pkce {
    /// SHA-256.
    S256,
}

/// How the access token reaches the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
pub enum TokenDelivery {
    /// On every HTTP request to the server.
    Header {
        /// `Authorization`
        name: String,
        /// What stands before the token: `Bearer`, then a space.
        scheme: String,
    },
    /// As an environment variable of the process.
    Env {
        /// The variable.
        name: String,
    },
    /// In a file of `process.files`, whose content has the token's place.
    File {
        /// The absolute path.
        path: String,
    },
}

/// A login in a browser window of the app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BrowserLogin {
    /// Whose login page is shown.
    pub provider: Option<String>,
    /// Whether the server is useless without it.
    pub required: bool,
}

/// One step of the set-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// What is done.
    #[serde(rename = "type")]
    pub kind: String,
    /// For which provider.
    pub provider: Option<String>,
}
