//! Seventeen payloads, and every field that reaches an artifact.

use serde_json::{Value, json};

use crate::support::merge;

/// What each would add, were it not kept a value: a line, a variable, code, a host, a command to a CI system, or what
/// acts on a terminal. The word is there to be looked for.
pub const PAYLOADS: [&str; 17] = [
    "x\nINJECTED=1",
    "x\rINJECTED=1",
    "x\r\nINJECTED=1\r\n",
    "x\", \"injected.example\", \"",
    "x', 'injected.example', '",
    "x`; globalThis.injected = 1; `",
    "x\\",
    "${globalThis.injected = 1}",
    "*/ globalThis.injected = 1; /*",
    "</script><script>globalThis.injected = 1</script>",
    "x\u{2028}globalThis.injected = 1;\u{2029}",
    "x\0INJECTED=1",
    "x # injected",
    "'; module.exports = {}; export const injected = 1; //",
    "%0a::error::injected\n::error::injected\n##[error]injected",
    "\u{1b}[2J\u{1b}]8;;https://injected.example\u{7}\u{9b}31m",
    "\u{202e}injected\u{2066}\u{feff}",
];

/// A patch for each field that reaches an artifact.
pub fn fields(payload: &str) -> Vec<(&'static str, Value)> {
    let oauth = |field: &str, value: Value| json!({ "oauth_config": { field: value } });
    let local = |field: &str, value: Value| json!({ "server": { field: value } });
    let in_path = format!("https://acme.example/{payload}");
    let in_host = format!("https://acme.example{payload}/token");
    let input = |fields: Value| {
        json!({
            "user_config": { "key": fields },
            "server": { "args": ["${user_config.key}"] }
        })
    };
    let remote = |fields: Value| {
        let mut patch = json!({
            "server": { "type": "remote", "command": null, "args": null, "url": "https://acme.example/mcp" },
            "oauth_config": {
                "server_url": "https://acme.example/mcp", "generic_oauth": null, "token_endpoint": null,
                "access_token_env_var": null, "requires_proxy": null, "client_secret": null, "client_id": ""
            }
        });
        merge(&mut patch, &fields);
        patch
    };
    vec![
        ("name", json!({ "name": payload })),
        ("display_name", json!({ "display_name": payload })),
        ("command", local("command", json!(payload))),
        ("argument", local("args", json!(["-y", payload]))),
        ("value of a variable", local("env", json!({ "ACME": payload }))),
        ("name of a variable", local("env", json!({ payload: "1" }))),
        ("path of a file", local("inject_file", json!({ payload: "x" }))),
        ("content of a file", local("inject_file", json!({ "/app/token": payload }))),
        (
            "content of a JSON file",
            local("inject_file", json!({ "/app/token.json": format!("{{\"a\": \"{payload}\"}}") })),
        ),
        (
            "container",
            json!({ "server": {
                "command": "docker", "args": ["run", "-i", "--name", payload, "-e", payload, "-v", payload, payload]
            } }),
        ),
        ("image", local("docker_image", json!(payload))),
        ("set-up step", local("setup", json!([{ "type": payload, "provider": payload }]))),
        (
            "browser provider",
            json!({ "archestra_config": { "browser_based": { "provider": payload, "required": true } } }),
        ),
        (
            "key of an input",
            json!({
                "user_config": { payload: { "type": "string" } },
                "server": { "args": [format!("${{user_config.{payload}}}")] }
            }),
        ),
        ("title of an input", input(json!({ "type": "string", "title": payload }))),
        ("description of an input", input(json!({ "type": "string", "description": payload }))),
        ("default of an input", input(json!({ "type": "string", "default": payload }))),
        ("client_id", oauth("client_id", json!(payload))),
        ("scope", oauth("scopes", json!([payload]))),
        ("default scope", oauth("default_scopes", json!([payload]))),
        ("redirect URI", oauth("redirect_uris", json!([payload]))),
        ("path of a redirect URI", oauth("redirect_uris", json!([in_path]))),
        (
            "second redirect URI",
            oauth("redirect_uris", json!(["https://oauth.acme.example/oauth/callback", in_path])),
        ),
        ("server_url", oauth("server_url", json!(payload))),
        ("path of server_url", oauth("server_url", json!(in_path))),
        ("token_endpoint", oauth("token_endpoint", json!(payload))),
        ("path of token_endpoint", oauth("token_endpoint", json!(in_path))),
        ("host of token_endpoint", oauth("token_endpoint", json!(in_host))),
        ("access_token_env_var", oauth("access_token_env_var", json!(payload))),
        (
            "well_known_url",
            json!({ "oauth_config": {
                "generic_oauth": null, "token_endpoint": null, "access_token_env_var": null, "well_known_url": in_path
            } }),
        ),
        (
            "streamable_http_url",
            oauth("streamable_http_url", json!(format!("http://localhost:8000/{payload}"))),
        ),
        ("url", remote(json!({ "server": { "url": payload } }))),
        ("path of url", remote(json!({ "server": { "url": in_path } }))),
        (
            "resource_metadata_url",
            remote(json!({ "oauth_config": { "resource_metadata_url": in_path } })),
        ),
    ]
}

/// A sound server of type 1 with a launch spec, a secret and an allowed host of its own, patched.
pub fn server(id: &str, patch: &Value) -> Value {
    let mut server = json!({
        "name": id,
        "display_name": "Acme",
        "description": "Notes: read and write them",
        "author": { "name": "Acme" },
        "server": { "command": "npx", "args": ["-y", "acme-mcp@1.4.0"] },
        "oauth_config": {
            "server_url": "https://acme.example/oauth/authorize",
            "token_endpoint": "https://acme.example/oauth/token",
            "generic_oauth": true,
            "access_token_env_var": "ACME_TOKEN",
            "client_id": "4711.acme-desktop",
            "client_secret": "REDACTED",
            "requires_proxy": true,
            "redirect_uris": ["https://oauth.acme.example/oauth/callback"],
            "scopes": ["notes"]
        }
    });
    merge(&mut server, patch);
    server
}
