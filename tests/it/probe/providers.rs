//! Twelve shapes of real providers: what each answers, and what catproof must make of it.

use super::simulator::{Reply, World};

/// A provider as it is seen from outside, and what catproof must make of it.
pub struct Shape {
    pub name: &'static str,
    /// The names of its origins.
    pub origins: &'static [&'static str],
    /// What it answers.
    pub publish: fn(&World),
    /// The server's URLs, as its manifest has them.
    pub start: Start,
    /// Exactly these requests, in this order.
    pub requests: &'static [&'static str],
    pub oauth_type: &'static str,
    /// Host and purpose, sorted.
    pub destinations: &'static [&'static str],
    /// The rules that discovery reports, notes included.
    pub findings: &'static [&'static str],
}

/// Where a manifest says that a server is.
#[derive(Clone, Copy)]
pub enum Start {
    Generic { server_url: &'static str, token_endpoint: &'static str },
    McpStatic { server_url: &'static str, well_known_url: &'static str },
    RemoteStatic(&'static str),
    RemoteDynamic(&'static str),
}

pub const SHAPES: [Shape; 12] = [
    Shape {
        name: "Google",
        origins: &["accounts", "oauth2"],
        publish: google,
        start: Start::McpStatic {
            server_url: "{accounts}",
            well_known_url: "{accounts}/.well-known/openid-configuration",
        },
        requests: &["GET {accounts}/.well-known/openid-configuration"],
        oauth_type: "mcp-static",
        destinations: &[
            "accounts.localhost discovery",
            "oauth2.localhost revocation",
            "oauth2.localhost token",
        ],
        findings: &[],
    },
    Shape {
        name: "GitHub",
        origins: &["mcp", "github"],
        publish: github,
        start: Start::RemoteStatic("{mcp}/mcp/"),
        requests: &[
            "POST {mcp}/mcp/",
            "GET {mcp}/.well-known/oauth-protected-resource/mcp/",
            "GET {github}/.well-known/oauth-authorization-server/login/oauth",
        ],
        oauth_type: "remote-static",
        destinations: &[
            "github.localhost discovery",
            "github.localhost token",
            "mcp.localhost discovery",
        ],
        findings: &[],
    },
    Shape {
        name: "Slack classic",
        origins: &["slack"],
        publish: slack_classic,
        start: Start::Generic {
            server_url: "{slack}/oauth/v2/authorize",
            token_endpoint: "{slack}/api/oauth.v2.access",
        },
        requests: &[
            "GET {slack}/oauth/v2/authorize",
            "GET {slack}/api/oauth.v2.access",
            "GET {slack}/.well-known/oauth-authorization-server",
            "GET {slack}/.well-known/openid-configuration",
        ],
        oauth_type: "generic",
        destinations: &["slack.localhost token"],
        findings: &[],
    },
    Shape {
        name: "Slack MCP",
        origins: &["mcp", "slack"],
        publish: slack_mcp,
        start: Start::RemoteStatic("{mcp}/mcp"),
        requests: &[
            "POST {mcp}/mcp",
            "GET {mcp}/.well-known/oauth-protected-resource/mcp",
            "GET {mcp}/.well-known/oauth-protected-resource",
            "GET {mcp}/.well-known/oauth-authorization-server",
        ],
        oauth_type: "remote-static",
        destinations: &["mcp.localhost discovery", "slack.localhost token"],
        findings: &[],
    },
    Shape {
        name: "Stripe",
        origins: &["mcp", "access"],
        publish: stripe,
        start: Start::RemoteDynamic("{mcp}"),
        requests: &[
            "POST {mcp}/",
            "GET {mcp}/.well-known/oauth-protected-resource",
            "GET {access}/.well-known/oauth-authorization-server/mcp",
        ],
        oauth_type: "remote-dynamic",
        destinations: &[],
        findings: &[],
    },
    Shape {
        name: "Atlassian v1",
        origins: &["mcp", "cf"],
        publish: atlassian,
        start: Start::RemoteDynamic("{mcp}/v1/mcp"),
        requests: &[
            "POST {mcp}/v1/mcp",
            "GET {mcp}/.well-known/oauth-protected-resource/v1/mcp",
            "GET {mcp}/.well-known/oauth-protected-resource",
            "GET {mcp}/.well-known/oauth-authorization-server",
        ],
        oauth_type: "remote-dynamic",
        destinations: &[],
        findings: &[],
    },
    Shape {
        name: "Hugging Face",
        origins: &["hf"],
        publish: hugging_face,
        start: Start::RemoteDynamic("{hf}/mcp"),
        requests: &[
            "POST {hf}/mcp",
            "GET {hf}/.well-known/oauth-protected-resource/mcp",
            "GET {hf}/.well-known/oauth-protected-resource",
            "GET {hf}/.well-known/oauth-authorization-server",
        ],
        oauth_type: "remote-dynamic",
        destinations: &[],
        findings: &[],
    },
    Shape {
        name: "Linear",
        origins: &["mcp"],
        publish: linear,
        start: Start::RemoteDynamic("{mcp}/mcp"),
        requests: &[
            "POST {mcp}/mcp",
            "GET {mcp}/.well-known/oauth-protected-resource/mcp",
            "GET {mcp}/.well-known/oauth-protected-resource",
            "GET {mcp}/.well-known/oauth-authorization-server",
        ],
        oauth_type: "remote-dynamic",
        destinations: &[],
        findings: &[],
    },
    Shape {
        name: "Entra",
        origins: &["login"],
        publish: entra,
        start: Start::McpStatic {
            server_url: "{login}/common/v2.0",
            well_known_url: "{login}/common/v2.0/.well-known/openid-configuration",
        },
        requests: &["GET {login}/common/v2.0/.well-known/openid-configuration"],
        oauth_type: "mcp-static",
        destinations: &[],
        findings: &["issuer-mismatch"],
    },
    Shape {
        name: "ClickUp",
        origins: &["mcp"],
        publish: clickup,
        start: Start::RemoteDynamic("{mcp}/mcp"),
        requests: &[
            "POST {mcp}/mcp",
            "GET {mcp}/.well-known/oauth-protected-resource/mcp",
            "GET {mcp}/.well-known/oauth-authorization-server",
        ],
        oauth_type: "remote-dynamic",
        destinations: &[],
        findings: &[],
    },
    Shape {
        name: "Supabase",
        origins: &["mcp", "api"],
        publish: supabase,
        start: Start::RemoteDynamic("{mcp}/mcp"),
        requests: &[
            "POST {mcp}/mcp",
            "GET {mcp}/.well-known/oauth-protected-resource/mcp",
            "GET {api}/.well-known/oauth-authorization-server",
        ],
        oauth_type: "remote-dynamic",
        destinations: &[],
        findings: &[],
    },
    Shape {
        name: "two authorization servers",
        origins: &["mcp", "one", "two"],
        publish: two_servers,
        start: Start::RemoteStatic("{mcp}/mcp"),
        requests: &[
            "POST {mcp}/mcp",
            "GET {mcp}/.well-known/oauth-protected-resource/mcp",
            "GET {one}/.well-known/oauth-authorization-server",
            "GET {one}/.well-known/openid-configuration",
        ],
        oauth_type: "remote-static",
        destinations: &[
            "mcp.localhost discovery",
            "one.localhost discovery",
            "one.localhost token",
        ],
        findings: &[],
    },
];

/// A metadata document of `issuer` whose endpoints are below `at`, with further members.
pub fn server(issuer: &str, at: &str, further: &str) -> Reply {
    Reply::json(&format!(
        r#"{{"issuer":"{issuer}","authorization_endpoint":"{at}/authorize","token_endpoint":"{at}/token",
            "response_types_supported":["code"],"code_challenge_methods_supported":["S256"]{further}}}"#
    ))
}

pub fn resource(resource: &str, servers: &str) -> Reply {
    Reply::json(&format!(
        r#"{{"resource":"{resource}","authorization_servers":[{servers}],"scopes_supported":["read"]}}"#
    ))
}

pub fn google(world: &World) {
    let google = server(
        "{accounts}",
        "{oauth2}",
        r#","revocation_endpoint":"{oauth2}/revoke","token_endpoint_auth_methods_supported":["client_secret_post","client_secret_basic"]"#,
    );
    world.on("GET {accounts}/.well-known/openid-configuration", google);
}

pub fn github(world: &World) {
    world
        .on("POST {mcp}/mcp/", Reply::challenge("{mcp}/.well-known/oauth-protected-resource/mcp/"))
        .on(
            "GET {mcp}/.well-known/oauth-protected-resource/mcp/",
            resource("{mcp}/mcp/", r#""{github}/login/oauth""#),
        )
        .on(
            "GET {github}/.well-known/oauth-authorization-server/login/oauth",
            server("{github}/login/oauth", "{github}/login/oauth", ""),
        );
}

pub fn slack_classic(world: &World) {
    world
        .on("GET {slack}/oauth/v2/authorize", Reply::redirect(302, "https://slack.example/signin"))
        .on(
            "GET {slack}/api/oauth.v2.access",
            Reply::json(r#"{"ok":false,"error":"invalid_code"}"#),
        )
        .on(
            "GET {slack}/.well-known/openid-configuration",
            server("{slack}", "{slack}/openid/connect", ""),
        );
}

pub fn slack_mcp(world: &World) {
    world
        .on("POST {mcp}/mcp", Reply::status(401).header("www-authenticate", "Bearer"))
        .on("GET {mcp}/.well-known/oauth-protected-resource", resource("{mcp}", r#""{mcp}""#))
        .on(
            "GET {mcp}/.well-known/oauth-authorization-server",
            server(
                "{mcp}",
                "{slack}/api",
                r#","token_endpoint_auth_methods_supported":["client_secret_post"]"#,
            ),
        );
}

pub fn stripe(world: &World) {
    world
        .on("POST {mcp}/", Reply::status(401).header("www-authenticate", "Bearer realm=\"mcp\""))
        .on("GET {mcp}/.well-known/oauth-protected-resource", resource("{mcp}", r#""{access}/mcp""#))
        .on(
            "GET {access}/.well-known/oauth-authorization-server/mcp",
            server("{access}/mcp", "{access}/mcp/oauth2", r#","registration_endpoint":"{access}/mcp/oauth2/register","token_endpoint_auth_methods_supported":["none"]"#),
        );
}

pub fn atlassian(world: &World) {
    world.on("POST {mcp}/v1/mcp", Reply::status(401)).on(
        "GET {mcp}/.well-known/oauth-authorization-server",
        Reply::json(
            r#"{"issuer":"{mcp}","authorization_endpoint":"{mcp}/v1/authorize","token_endpoint":"{cf}/v1/token",
                "registration_endpoint":"{cf}/v1/register","code_challenge_methods_supported":["plain","S256"]}"#,
        ),
    );
}

pub fn hugging_face(world: &World) {
    world
        .on("POST {hf}/mcp", Reply::json(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#))
        .on("GET {hf}/.well-known/oauth-protected-resource/mcp", Reply::page())
        .on("GET {hf}/.well-known/oauth-protected-resource", resource("{hf}/mcp", r#""{hf}""#))
        .on("GET {hf}/.well-known/oauth-authorization-server", server("{hf}", "{hf}/oauth", r#","registration_endpoint":"{hf}/oauth/register","client_id_metadata_document_supported":true"#));
}

pub fn linear(world: &World) {
    world
        .on("POST {mcp}/mcp", Reply::status(401).header("www-authenticate", r#"Bearer realm="OAuth", error="invalid_token""#))
        .on("GET {mcp}/.well-known/oauth-protected-resource", resource("{mcp}", r#""{mcp}""#))
        .on("GET {mcp}/.well-known/oauth-authorization-server", server("{mcp}", "{mcp}", r#","registration_endpoint":"{mcp}/register","revocation_endpoint":"{mcp}/token","token_endpoint_auth_methods_supported":["client_secret_basic","client_secret_post","none"]"#));
}

pub fn entra(world: &World) {
    world.on(
        "GET {login}/common/v2.0/.well-known/openid-configuration",
        server("{login}/{tenantid}/v2.0", "{login}/common/oauth2/v2.0", ""),
    );
}

pub fn clickup(world: &World) {
    world
        .on("POST {mcp}/mcp", Reply::challenge("{mcp}/.well-known/oauth-protected-resource/mcp"))
        .on("GET {mcp}/.well-known/oauth-protected-resource/mcp", resource("{mcp}/mcp", r#""{mcp}""#))
        .on("GET {mcp}/.well-known/oauth-authorization-server", server("{mcp}", "{mcp}/oauth", r#","registration_endpoint":"{mcp}/oauth/register","grant_types_supported":["authorization_code"]"#));
}

pub fn supabase(world: &World) {
    world
        .on("POST {mcp}/mcp", Reply::challenge("{mcp}/.well-known/oauth-protected-resource/mcp"))
        .on("GET {mcp}/.well-known/oauth-protected-resource/mcp", resource("{mcp}/mcp", r#""{api}""#))
        .on("GET {api}/.well-known/oauth-authorization-server", server("{api}", "{api}/v1/oauth", r#","registration_endpoint":"{api}/platform/oauth/apps/register","token_endpoint_auth_methods_supported":["client_secret_basic","client_secret_post"]"#));
}

pub fn two_servers(world: &World) {
    world
        .on("POST {mcp}/mcp", Reply::challenge("{mcp}/.well-known/oauth-protected-resource/mcp"))
        .on(
            "GET {mcp}/.well-known/oauth-protected-resource/mcp",
            resource("{mcp}/mcp", r#""{one}","{two}""#),
        )
        .on("GET {one}/.well-known/openid-configuration", server("{one}", "{one}", ""))
        .on("GET {two}/.well-known/openid-configuration", server("{two}", "{two}", ""));
}
