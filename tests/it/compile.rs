//! What the compiler resolves, what it leaves out, and what makes no difference to it.
#![expect(clippy::needless_pass_by_value, reason = "a patch is written in the call")]

use catproof::testing::catalog::config::ExtraDestination;
use catproof::testing::compile::plan::{
    Argument, ClientAuthentication, ClientRegistration, Composed, Escape, HostPath, LaunchFile,
    LeftOutReason, Part, ProxyFile, ScopeSource, ServerLaunch, Template, TokenDelivery, TokenField,
    Transport,
};
use catproof::testing::discovery::Lock;
use catproof::testing::source::Origin;
use catproof::testing::text::dotenv;
use catproof::testing::text::profile::Profile;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::catalog::InMemory;
use crate::support::{merge, shared};

/// A local server without OAuth, patched.
fn local(patch: Value) -> Value {
    patched(
        json!({"name": "acme__mcp", "server": {"type": "local", "command": "npx", "args": ["-y", "acme"]}}),
        &patch,
    )
}

/// A server of type 1, patched.
fn generic(patch: Value) -> Value {
    let server = json!({
        "name": "acme__mcp",
        "server": {"type": "local", "command": "npx"},
        "oauth_config": {
            "server_url": "https://acme.example/authorize",
            "token_endpoint": "https://api.acme.example/token",
            "client_id": " acme-id ",
            "client_secret": "REDACTED",
            "redirect_uris": ["https://oauth.acme.example/oauth/callback", "http://localhost:8080/oauth/callback"],
            "scopes": ["read", "write"],
            "generic_oauth": true,
            "access_token_env_var": "ACME_TOKEN",
            "requires_proxy": true
        }
    });
    patched(server, &patch)
}

/// A server of type 4 in the published dialect, patched.
fn remote(patch: Value) -> Value {
    let server = json!({
        "name": "acme__mcp",
        "server": {"type": "remote", "url": "https://mcp.acme.example/mcp"},
        "oauth_config": {
            "server_url": "https://mcp.acme.example/mcp",
            "client_id": "",
            "redirect_uris": ["http://127.0.0.1:33418/oauth/callback"],
            "scopes": []
        }
    });
    patched(server, &patch)
}

fn patched(mut server: Value, patch: &Value) -> Value {
    merge(&mut server, patch);
    server
}

/// The launch spec of the one server.
fn launch(server: Value) -> ServerLaunch {
    let mut plan = InMemory::of([server]).plan();
    assert_eq!(plan.left_out, []);
    plan.servers.pop_first().unwrap().1
}

/// Why the one server is left out.
fn left_out(server: Value) -> String {
    let plan = InMemory::of([server]).plan();
    assert!(
        plan.servers.is_empty() && plan.proxy.servers.is_empty() && plan.index.servers.is_empty()
    );
    plan.left_out[0].reason.to_string()
}

fn lock(facts: Value) -> Lock {
    let mut entry = json!({
        "inputs": {"remote_url": "https://mcp.acme.example/mcp", "server_url": "https://mcp.acme.example/mcp", "well_known_url": null},
        "recorded": "2026-09-30",
        "requests": [],
        "resource": {
            "metadata_url": "https://mcp.acme.example/.well-known/oauth-protected-resource/mcp",
            "resource": "https://mcp.acme.example/mcp",
            "authorization_servers": ["https://id.acme.example/t"],
            "scopes_supported": ["docs:read", "docs:write"]
        },
        "issuer": "https://id.acme.example/t",
        "authorization_server": {
            "metadata_url": "https://id.acme.example/.well-known/oauth-authorization-server/t",
            "authorization_endpoint": "https://id.acme.example/t/authorize",
            "token_endpoint": "https://tokens.acme.example/t/token",
            "revocation_endpoint": "https://tokens.acme.example/t/revoke",
            "registration_endpoint": "https://id.acme.example/t/register",
            "dynamic_registration": true,
            "client_id_metadata_document_supported": false,
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "scopes_supported": ["everything"],
            "grant_types_supported": ["authorization_code"],
            "authorization_response_iss_parameter_supported": null
        }
    });
    merge(&mut entry, &facts);
    serde_json::from_value(json!({"generated": "", "version": 1, "servers": {"acme__mcp": entry}}))
        .unwrap()
}

#[test]
fn the_same_server_in_either_dialect_or_order_compiles_to_the_same_bytes() {
    let guide = r#"{
        "name": "acme__mcp", "display_name": "Acme", "remote_url": "https://mcp.acme.example/mcp",
        "oauth_config": {"server_url": "https://mcp.acme.example/mcp", "client_id": "",
            "redirect_uris": ["http://localhost:8080/oauth/callback"], "scopes": ["read"]},
        "server": {"command": "remote", "args": [], "env": {}}
    }"#;
    let published = r#"{
        "server": {"url": "https://mcp.acme.example/mcp", "type": "remote", "docs_url": "https://acme.example"},
        "oauth_config": {"scopes": ["read"], "default_scopes": ["read"], "supports_resource_metadata": true,
            "redirect_uris": ["http://localhost:8080/oauth/callback"],
            "server_url": "https://mcp.acme.example/mcp"},
        "display_name": "Acme", "name": "acme__mcp", "user_config": {}, "category": "Development"
    }"#;
    let windows = guide.replace('\n', "\r\n").replace("    ", "\t");
    let mut variants = Vec::new();
    for text in [guide, published, &windows] {
        let parsed = catproof::testing::source::parse::parse(text).unwrap();
        for profile in [Profile::Production, Profile::Development] {
            let mut catalog = InMemory::of([parsed.value.clone()]);
            catalog.lock = Some(lock(json!({})));
            catalog.config.profile = profile;
            variants.push(catalog.artifacts());
        }
    }
    assert_eq!(variants[0], variants[2]);
    assert_eq!(variants[0], variants[4]);
    assert_eq!(variants[1], variants[3]);
    assert_eq!(variants[1], variants[5]);
}

#[test]
fn the_order_of_the_files_makes_no_difference() {
    let mut catalog = InMemory::shipped();
    let artifacts = catalog.artifacts();
    catalog.manifests.reverse();
    assert_eq!(catalog.artifacts(), artifacts);
}

#[test]
fn a_launch_spec_reads_back_as_it_was_written() {
    let mut catalog = InMemory::shipped();
    catalog.config.profile = Profile::Development;
    let plan = catalog.plan();
    for (id, server) in &plan.servers {
        let text = catalog.artifact(&format!("desktop_app/servers/{id}.json"));
        let read: LaunchFile = serde_json::from_str(&text).unwrap();
        assert_eq!(read, LaunchFile::Server(server.clone()));
    }
    let read: LaunchFile =
        serde_json::from_str(&catalog.artifact("desktop_app/launch.json")).unwrap();
    assert_eq!(read, LaunchFile::App(plan.app.clone()));
    let read: ProxyFile =
        serde_json::from_str(&catalog.artifact("oauth_proxy/launch.json")).unwrap();
    assert_eq!(read, ProxyFile::Proxy(plan.proxy.clone()));
    let read: ProxyFile =
        serde_json::from_str(&catalog.artifact("oauth_proxy/providers.json")).unwrap();
    assert_eq!(read, ProxyFile::Providers(plan.providers.clone()));
}

#[test]
fn every_artifact_follows_its_published_schema() {
    let mut catalog = InMemory::shipped();
    catalog.config.profile = Profile::Development;
    let schemas = catproof::testing::cli::published_schemas::published();
    for artifact in catalog.artifacts() {
        let schema = match artifact.path.as_str() {
            "oauth_proxy/launch.json" | "oauth_proxy/providers.json" => "proxy.schema.json",
            "desktop_app/.env.example" => continue,
            path if path.starts_with("desktop_app/") => "launch.schema.json",
            _ => continue,
        };
        let schema: Value = serde_json::from_str(&schemas[schema]).unwrap();
        let value: Value = serde_json::from_slice(&artifact.bytes).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        assert!(validator.is_valid(&value), "{}", artifact.path);
        assert_eq!(value["generated"], catproof::testing::compile::plan::GENERATED);
        assert_eq!(value["version"], 1);
    }
}

#[test]
fn every_server_of_the_public_catalog_compiles() {
    let Some(folder) = shared("corpus/servers") else {
        return;
    };
    let catalog = InMemory::at(&folder);
    let plan = catalog.plan();
    assert_eq!(plan.left_out, []);
    assert_eq!(plan.servers.len(), 600);
    // No placeholder is left in a text of a process; prose may say what it likes.
    for (id, server) in &plan.servers {
        let process = serde_json::to_string(&server.process).unwrap();
        assert!(!process.contains("${"), "{id}: {process}");
        for input in server.inputs.values() {
            let default = serde_json::to_string(&input.default).unwrap();
            assert!(!default.contains("${"), "{id}: {default}");
        }
    }
}

#[test]
fn production_shows_no_developer_server_and_development_lets_it_hide_the_catalogs() {
    let mut catalog = InMemory::of([local(json!({"display_name": "Public"}))]);
    catalog.manifests.push((Origin::CatalogLocal, local(json!({"display_name": "Mine"}))));
    catalog.manifests.push((Origin::CatalogLocal, local(json!({"name": "acme__draft"}))));
    let names = |catalog: &InMemory| -> Vec<(String, bool)> {
        let servers = catalog.plan().app.servers.into_iter();
        servers.map(|server| (server.display_name, server.developer)).collect()
    };
    assert_eq!(names(&catalog), [("Public".to_owned(), false)]);
    catalog.config.profile = Profile::Development;
    assert_eq!(names(&catalog), [("acme__draft".to_owned(), true), ("Mine".to_owned(), true)]);
}

#[test]
fn an_undetermined_server_and_one_with_a_secret_are_in_no_artifact_and_named() {
    let mut catalog = InMemory::of([
        generic(json!({"name": "a", "oauth_config": {"client_id": null}})),
        generic(json!({"name": "b"})),
        generic(json!({"name": "c"})),
    ]);
    catalog.with_secret = vec!["b".to_owned()];
    let plan = catalog.plan();
    assert!(plan.servers.keys().eq(["c"]) && plan.proxy.servers.keys().eq(["c"]));
    assert!(plan.providers.server_destinations.keys().eq(["c"]));
    let named: Vec<_> = plan.left_out.iter().map(|left_out| left_out.id.as_str()).collect();
    assert_eq!(named, ["a", "b"]);
    assert!(matches!(plan.left_out[0].reason, LeftOutReason::Undetermined(_)));
    assert_eq!(plan.left_out[1].reason, LeftOutReason::HoldsSecret);
    for artifact in catalog.artifacts() {
        let text = String::from_utf8(artifact.bytes).unwrap();
        assert!(
            !text.contains("\"a\"") && !text.contains("\"b\"") && !text.contains("b_SECRET"),
            "{}",
            artifact.path
        );
    }
}

#[test]
fn nothing_of_the_desktop_app_names_a_secret() {
    for artifact in InMemory::shipped().artifacts() {
        let text = String::from_utf8(artifact.bytes).unwrap();
        if artifact.path.starts_with("desktop_app/") {
            let names_variable = text.contains("mcp-server_SECRET") || text.contains("_mcp_SECRET");
            assert!(
                !text.contains("REDACTED") && !text.contains("client_secret\"") && !names_variable,
                "{}",
                artifact.path
            );
        }
    }
    assert_eq!(
        left_out(local(json!({"server": {"env": {"X": "REDACTED"}}}))),
        "`server` contains the word `REDACTED`, which must not appear in a launch spec"
    );
    assert_eq!(
        left_out(local(json!({"server": {"args": ["--from", "acme__mcp_SECRET"]}}))),
        "`server` contains the name of a secret's variable, which must not appear in a launch spec"
    );
}

#[test]
fn a_value_outside_the_grammar_leaves_its_server_out() {
    let cases = [
        (json!({"name": "../x"}), "`name` is not a server id"),
        (json!({"name": "a\nb"}), "`name` is not a server id"),
        (json!({"name": ""}), "`name` is not a server id"),
        (
            json!({"oauth_config": {"token_endpoint": null}}),
            "`oauth_config.token_endpoint` is missing",
        ),
        (
            json!({"oauth_config": {"token_endpoint": "http://acme.example/token"}}),
            "`token_endpoint` is not https",
        ),
        (
            json!({"oauth_config": {"token_endpoint": "https://acme.example:8443/token"}}),
            "`token_endpoint` has a non-default port",
        ),
        (
            json!({"oauth_config": {"token_endpoint": "https://u@acme.example/token"}}),
            "`token_endpoint` contains user information",
        ),
        (
            json!({"oauth_config": {"token_endpoint": "https://acme.example./token"}}),
            "`token_endpoint` has no plain host name",
        ),
        (
            json!({"oauth_config": {"token_endpoint": "https://10.0.0.1/token"}}),
            "`token_endpoint` has no plain host name",
        ),
        (
            json!({"oauth_config": {"token_endpoint": "https://*.acme.example/token"}}),
            "`token_endpoint` has no plain host name",
        ),
        (
            json!({"oauth_config": {"token_endpoint": "https://localhost/token"}}),
            "`token_endpoint` is on this machine",
        ),
        (
            json!({"oauth_config": {"token_endpoint": "https://acme.example/\"];evil("}}),
            "`token_endpoint` is not a plain URL",
        ),
        (
            json!({"oauth_config": {"token_endpoint": "https://acme.example/\n"}}),
            "`token_endpoint` is not a plain URL",
        ),
        (
            json!({"oauth_config": {"client_id": "a\nb_SECRET=x"}}),
            "`oauth_config.client_id` is not plain ASCII",
        ),
        (
            json!({"oauth_config": {"client_id": "'\"`"}}),
            "`oauth_config.client_id` contains a character that no client id has",
        ),
        (
            json!({"oauth_config": {"scopes": ["a\"b"]}}),
            "`oauth_config.scopes` contains an invalid scope",
        ),
        (json!({"oauth_config": {"redirect_uris": []}}), "`oauth_config.redirect_uris` is missing"),
        (
            json!({"oauth_config": {"redirect_uris": ["https://a.example/\nX=1"]}}),
            "`oauth_config.redirect_uris` is not a plain URL",
        ),
        (
            json!({"server": {"env": {"A=B": "1"}}}),
            "`server.env` contains an invalid variable name",
        ),
    ];
    for (patch, reason) in cases {
        assert_eq!(left_out(generic(patch.clone())), reason, "{patch}");
    }
}

#[test]
fn loopback_endpoints_are_for_development_alone() {
    let server =
        generic(json!({"oauth_config": {"token_endpoint": "http://127.0.0.1:9000/token"}}));
    assert_eq!(left_out(server.clone()), "`token_endpoint` is on this machine");
    let mut catalog = InMemory::of([server]);
    catalog.config.profile = Profile::Development;
    let plan = catalog.plan();
    let endpoint = plan.proxy.servers["acme__mcp"].token_endpoint.as_deref();
    assert_eq!(endpoint, Some("http://127.0.0.1:9000/token"));
}

#[test]
fn a_configuration_that_no_artifact_can_hold_is_an_error() {
    for host in [
        "*.acme.example",
        "https://a.example",
        "a.example:1",
        "A.example",
        "a.example.",
        "localhost",
        "10.0.0.1",
        "a\nb",
        "",
    ] {
        let mut catalog = InMemory::of([]);
        let reason = "because".to_owned();
        catalog.config.proxy.extra_destinations =
            vec![ExtraDestination { host: host.to_owned(), reason }];
        assert_eq!(catalog.try_plan().unwrap_err().field, "proxy.extra_destinations", "{host:?}");
    }
    let mut catalog = InMemory::of([]);
    catalog.config.proxy.url = Some("oauth.acme.example".to_owned());
    assert_eq!(
        catalog.try_plan().unwrap_err().to_string(),
        "`proxy.url` in the configuration is not a plain URL"
    );
}

#[test]
fn type_1_is_known_from_the_manifest() {
    let server = generic(json!({"archestra_config": {"oauth": {"required": false}}}));
    let plan = InMemory::of([server]).plan();
    let oauth = plan.servers["acme__mcp"].oauth.as_ref().unwrap();
    assert_eq!(oauth.registration, ClientRegistration::Static { client_id: "acme-id".to_owned() });
    assert_eq!(oauth.delivery, [TokenDelivery::Env { name: "ACME_TOKEN".to_owned() }]);
    assert_eq!(oauth.redirect_uri, "https://oauth.acme.example/oauth/callback");
    assert_eq!(
        (oauth.discovery.as_ref(), oauth.resource.as_ref(), oauth.required),
        (None, None, false)
    );
    let proxy = &plan.proxy.servers["acme__mcp"];
    assert_eq!(proxy.token_endpoint.as_deref(), Some("https://api.acme.example/token"));
    assert_eq!(proxy.client_authentication, ClientAuthentication::ClientSecretPost);
    assert_eq!(proxy.environment.secret, ["acme__mcp_SECRET"]);
    assert_eq!(plan.providers.allowed_destinations, ["api.acme.example"]);
}

#[test]
fn types_3_and_4_are_completed_from_the_lock() {
    let static_client = json!({"oauth_config": {"client_id": "acme", "client_secret": "REDACTED", "requires_proxy": true}});
    let mut catalog = InMemory::of([remote(static_client)]);
    catalog.lock = Some(lock(json!({})));
    let plan = catalog.plan();
    let oauth = plan.servers["acme__mcp"].oauth.as_ref().unwrap();
    assert_eq!(oauth.token_endpoint.as_deref(), Some("https://tokens.acme.example/t/token"));
    assert_eq!(oauth.resource.as_deref(), Some("https://mcp.acme.example/mcp"));
    assert_eq!(oauth.scopes.requested, ["docs:read", "docs:write"]);
    assert_eq!(oauth.scopes.source, ScopeSource::Discovered);
    let proxy = &plan.proxy.servers["acme__mcp"];
    assert_eq!(proxy.client_authentication, ClientAuthentication::ClientSecretBasic);
    assert_eq!(
        proxy.authorization_servers,
        ["https://id.acme.example/t", "https://mcp.acme.example/mcp"]
    );
    assert_eq!(proxy.discovery_hosts, ["id.acme.example", "mcp.acme.example"]);
    assert_eq!(plan.providers.allowed_destinations, ["tokens.acme.example"]);

    let mut catalog = InMemory::of([remote(json!({}))]);
    catalog.lock = Some(lock(json!({})));
    let launch = &catalog.plan().servers["acme__mcp"];
    let ClientRegistration::Dynamic { endpoint, request } =
        &launch.oauth.as_ref().unwrap().registration
    else {
        panic!("type 4 registers itself");
    };
    assert_eq!(endpoint.as_deref(), Some("https://id.acme.example/t/register"));
    assert_eq!(request.grant_types, ["authorization_code"]);
    assert_eq!(request.token_endpoint_auth_method, "client_secret_basic");
    assert_eq!(request.scope.as_deref(), Some("docs:read docs:write"));
}

#[test]
fn without_a_lock_for_these_urls_nothing_is_guessed() {
    let static_client = json!({"oauth_config": {"client_id": "acme", "client_secret": "REDACTED", "requires_proxy": true}});
    let mut catalog = InMemory::of([remote(static_client)]);
    catalog.lock = Some(lock(json!({"inputs": {"server_url": "https://other.example/"}})));
    let plan = catalog.plan();
    let oauth = plan.servers["acme__mcp"].oauth.as_ref().unwrap();
    assert_eq!((oauth.token_endpoint.as_ref(), oauth.scopes.source), (None, ScopeSource::Unstated));
    assert_eq!(plan.proxy.servers["acme__mcp"].token_endpoint, None);
    assert!(
        plan.providers.allowed_destinations.is_empty()
            && plan.providers.server_destinations.is_empty()
    );
    assert_eq!(plan.providers.unverifiable, ["acme__mcp"]);
    let template = catalog.artifact("oauth_proxy/.env.example");
    assert_eq!(dotenv::read(&template).get("acme__mcp_SECRET"), Some(""));
}

#[test]
fn the_template_says_of_those_that_register_themselves_that_nothing_is_needed() {
    let without_proxy = json!({
        "name": "acme__public",
        "oauth_config": { "client_secret": null, "requires_proxy": null }
    });
    let mut catalog = InMemory::of([remote(json!({})), generic(without_proxy)]);
    catalog.lock = Some(lock(json!({})));
    let plan = catalog.plan();
    assert!(plan.servers["acme__public"].oauth.is_some());
    assert!(plan.proxy.servers.is_empty());
    let template = catalog.artifact("oauth_proxy/.env.example");
    let said = template.matches("No proxy credentials needed!").count();
    assert_eq!(said, 1, "{template}");
}

#[test]
fn placeholders_become_structure() {
    let launch = launch(local(json!({
        "server": {
            "args": ["--dir=${user_config.dir}", "${user_config.allowed_directories}", "${HOME}${/}x", "${user_config.x ? 'a' : 'b'}", "a${b"],
            "env": {"ALL": "${user_config.allowed_directories}", "BOTH": "${user_config.dir}:${user_config.key}", "SET": "${user_config.set}"}
        },
        "user_config": {
            "dir": {"type": "directory"},
            "key": {"required": true, "sensitive": true},
            "set": {"type": "number", "default": 5},
            "allowed_directories": {"type": "directory", "multiple": true, "required": true}
        }
    })));
    let input = |key: &str| Part::Input { input: key.to_owned() };
    let text = |text: &str| Part::Text(text.to_owned());
    let composed = |parts: Vec<Part>, omit_without: &[&str]| {
        let omit_without = omit_without.iter().map(|&key| key.to_owned()).collect();
        Template::Composed(Composed { parts, omit_without })
    };
    let process = launch.process.unwrap();
    assert_eq!(
        process.arguments,
        [
            Argument::One(composed(vec![text("--dir="), input("dir")], &["dir"])),
            Argument::Each { each: "allowed_directories".to_owned() },
            Argument::One(composed(
                vec![
                    Part::Folder { folder: HostPath::Home },
                    Part::Folder { folder: HostPath::Separator },
                    text("x")
                ],
                &[]
            )),
            Argument::One(composed(
                vec![Part::Unresolved { unresolved: "user_config.x ? 'a' : 'b'".to_owned() }],
                &[]
            )),
            Argument::One(Template::Fixed("a${b".to_owned())),
        ]
    );
    assert_eq!(process.environment["ALL"], composed(vec![input("allowed_directories")], &[]));
    assert_eq!(
        process.environment["BOTH"],
        composed(vec![input("dir"), text(":"), input("key")], &["dir"])
    );
    assert_eq!(process.environment["SET"], composed(vec![input("set")], &[]));
    assert_eq!(launch.inputs["dir"].used_in, ["/process/arguments/0", "/process/environment/BOTH"]);
    assert_eq!(
        launch.inputs["allowed_directories"].used_in,
        ["/process/arguments/1", "/process/environment/ALL"]
    );
}

#[test]
fn an_outer_placeholder_is_left_out_with_the_one_inside_of_it() {
    let launch = launch(local(json!({
        "server": {
            "args": ["--p=${PORT:-${user_config.port}}", "${user_config.port ${user_config.port}", "${user_config.port"],
            "env": {"A": "${FOO:-${user_config.port}}", "B": "${${user_config.port}"}
        },
        "user_config": {"port": {"type": "number", "default": 80}}
    })));
    let process = serde_json::to_value(launch.process.unwrap()).unwrap();
    let left_out = |before: &[&str], unresolved: &str, after: &[&str]| {
        let mut parts: Vec<Value> = before.iter().map(|text| json!(text)).collect();
        parts.push(json!({ "unresolved": unresolved }));
        parts.extend(after.iter().map(|text| json!(text)));
        json!({ "parts": parts, "omit_without": [] })
    };
    assert_eq!(
        process["arguments"],
        json!([
            left_out(&["--p="], "PORT:-${user_config.port", &["}"]),
            left_out(&[], "user_config.port ${user_config.port", &[]),
            "${user_config.port",
        ])
    );
    assert_eq!(
        process["environment"],
        json!({
            "A": left_out(&[], "FOO:-${user_config.port", &["}"]),
            "B": left_out(&[], "${user_config.port", &[]),
        })
    );
}

#[test]
fn what_a_shell_reads_keeps_its_own_variables() {
    let arguments = |command: &str, arguments: Value| {
        let launch = launch(local(json!({
            "server": {"command": command, "args": arguments},
            "user_config": {"port": {"default": 80}}
        })));
        serde_json::to_value(launch.process.unwrap().arguments).unwrap()
    };
    let text = "acme --dir ${HOME} --port ${PORT:-${user_config.port}}";
    let [home, port] = [json!({"folder": "home"}), json!({"input": "port"})];
    let unresolved = json!({"unresolved": "PORT:-${user_config.port"});
    let shells = json!({
        "parts": ["acme --dir ${HOME} --port ${PORT:-", port, "}"],
        "omit_without": []
    });
    let apps =
        json!({"parts": ["acme --dir ", home, " --port ", unresolved, "}"], "omit_without": []});
    assert_eq!(
        arguments("bash", json!(["-o", "pipefail", "-c", text, text])),
        json!(["-o", "pipefail", "-c", shells, apps])
    );
    assert_eq!(arguments("cmd", json!(["/c", text])), json!(["/c", apps]));
}

/// A server with inputs that are answered always, or not.
fn with_inputs(server: Value) -> ServerLaunch {
    launch(local(json!({
        "server": server,
        "user_config": {
            "port": {}, "set": {"default": 1}, "needed": {"required": true},
            "allowed_directories": {"type": "directory", "multiple": true}
        }
    })))
}

/// The arguments and the container's options: of what is left out at times, its first part and without which answers.
fn first_parts(launch: &ServerLaunch) -> Vec<String> {
    let process = launch.process.clone().unwrap();
    let arguments = [process.arguments, process.container.options].concat();
    let arguments = serde_json::to_value(arguments).unwrap();
    let arguments = arguments.as_array().unwrap().iter();
    arguments
        .map(|argument| match &argument["omit_without"] {
            Value::Array(keys) => format!("{} {}", argument["parts"][0], json!(keys)),
            _ => argument.to_string(),
        })
        .collect()
}

#[test]
fn an_option_is_left_out_with_the_answer_that_follows_it() {
    let port = r#"{"input":"port"} ["port"]"#;
    let all = r#"{"each":"allowed_directories"}"#;
    let cases = [
        // An option of its own, in either style.
        (
            json!(["--port", "${user_config.port}", "-p", "${user_config.port}"]),
            vec![r#""--port" ["port"]"#, port, r#""-p" ["port"]"#, port],
        ),
        (
            json!(["--dir", "${user_config.allowed_directories}"]),
            vec![r#""--dir" ["allowed_directories"]"#, all],
        ),
        // A value that nothing fills in.
        (json!(["--config", "${FILE}"]), vec![r#""--config" []"#, r#"{"unresolved":"FILE"} []"#]),
        // What is always answered, or has its value already, or is not an option.
        (
            json!(["--a", "${user_config.set}", "--b", "${user_config.needed}"]),
            vec![r#""--a""#, r#"{"input":"set"} []"#, r#""--b""#, r#"{"input":"needed"} []"#],
        ),
        (
            json!(["--a=b", "${user_config.port}", "serve", "${user_config.port}"]),
            vec![r#""--a=b""#, port, r#""serve""#, port],
        ),
        (
            json!(["--", "${user_config.port}", "--stdio", "${user_config.port}"]),
            vec![r#""--""#, port, r#""--stdio""#, port],
        ),
        // An answer that is the value of its own option.
        (json!(["--a", "--port=${user_config.port}"]), vec![r#""--a""#, r#""--port=" ["port"]"#]),
    ];
    for (arguments, expected) in cases {
        let launch = with_inputs(json!({ "command": "acme-mcp", "args": arguments }));
        assert_eq!(first_parts(&launch), expected);
    }
}

#[test]
fn an_option_that_says_what_runs_stays_and_one_of_a_container_goes() {
    let port = r#"{"input":"port"} ["port"]"#;
    // Without the option, another program would run.
    let stays = |command: &str, arguments: Value| {
        let launch = with_inputs(json!({ "command": command, "args": arguments }));
        let process = launch.process.unwrap();
        matches!(&process.arguments[0], Argument::One(Template::Fixed(_)))
    };
    assert!(stays("sh", json!(["-c", "${user_config.port}"])));
    assert!(stays("uvx", json!(["--from", "${user_config.port}", "acme"])));
    assert!(!stays("uvx", json!(["--python", "${user_config.port}", "acme"])));

    // The options of a container are known.
    let launch = with_inputs(json!({
        "command": "docker",
        "args": ["run", "-i", "-v", "${user_config.port}:/data", "--name", "x", "--net=${user_config.port}", "--init", "acme/mcp:1"]
    }));
    assert_eq!(
        first_parts(&launch),
        [r#""-v" ["port"]"#, port, r#""--net=" ["port"]"#, r#""--init""#]
    );
    assert_eq!(
        launch.inputs["port"].used_in,
        ["/process/container/options/1", "/process/container/options/2"]
    );
}

#[test]
fn a_default_is_structured_too_and_one_that_nothing_fills_in_is_none() {
    let launch = launch(local(json!({
        "server": {"env": {"A": "${user_config.home}", "B": "${user_config.bin}", "C": "${user_config.none}", "D": "${user_config.round}"}},
        "user_config": {
            "root": {},
            "home": {"default": "${HOME}/x"},
            "bin": {"default": "${user_config.root}/bin"},
            "none": {"default": "${SOMETHING}"},
            "round": {"default": "${user_config.round}"},
            "list": {"multiple": true, "default": ["a", "${__dirname}"]}
        }
    })));
    let default = |key: &str| serde_json::to_value(&launch.inputs[key].default).unwrap();
    assert_eq!(default("home"), json!({"parts": [{"folder": "home"}, "/x"], "omit_without": []}));
    assert_eq!(
        default("bin"),
        json!({"parts": [{"input": "root"}, "/bin"], "omit_without": ["root"]})
    );
    assert_eq!((default("none"), default("round")), (Value::Null, Value::Null));
    let installation = json!({"parts": [{"folder": "installation"}], "omit_without": []});
    assert_eq!(default("list"), json!(["a", installation]));
    let process = launch.process.unwrap();
    let omitted = |name: &str| match &process.environment[name] {
        Template::Composed(value) => !value.omit_without.is_empty(),
        Template::Fixed(_) => false,
    };
    assert_eq!(["A", "B", "C", "D"].map(omitted), [false, true, true, true]);
}

#[test]
fn a_docker_run_is_taken_apart() {
    let launch = launch(local(json!({
        "server": {
            "command": "docker",
            "args": ["run", "-i", "--rm", "-v", "data:/data", "-e", "KEY", "-e", "URL=${user_config.url}", "acme/mcp:1", "stdio"],
            "env": {"KEY": "${user_config.key}", "URL": "overridden"}
        },
        "user_config": {"url": {}, "key": {"required": true}, "cert.pem": {"mounted": true}}
    })));
    let process = launch.process.unwrap();
    let fixed = |text: &str| Template::Fixed(text.to_owned());
    assert_eq!(process.command, None);
    assert_eq!(process.arguments, [Argument::One(fixed("stdio"))]);
    assert_eq!(process.container.image, Some(fixed("acme/mcp:1")));
    assert_eq!(process.container.name, "archestra-ai-acme__mcp-mcp-server");
    assert_eq!(
        process.container.options,
        [Argument::One(fixed("-v")), Argument::One(fixed("data:/data"))]
    );
    assert!(
        matches!(&process.environment["URL"], Template::Composed(url) if url.omit_without == ["url"])
    );
    assert_eq!(process.mounts["/secrets/cert.pem"].input, "cert.pem");
    assert_eq!(launch.inputs["cert.pem"].used_in, ["/process/mounts/~1secrets~1cert.pem"]);
}

#[test]
fn files_are_escaped_where_they_are_json_and_deliver_where_they_hold_the_token() {
    let launch = launch(generic(json!({
        "server": {"inject_file": {
            "/a.json": "{\"token\": \"${access_token}\", \"in\": ${expires_in}}",
            "/b.ini": "token=${access_token}",
            "/c.json": "{\"token\": ${access_token}",
            "/d.txt": "${user_config.missing}"
        }}
    })));
    let files = &launch.process.unwrap().files;
    let escapes: Vec<Escape> = files.values().map(|file| file.escape).collect();
    assert_eq!(escapes, [Escape::Json, Escape::None, Escape::None, Escape::None]);
    let Template::Composed(content) = &files["/a.json"].content else {
        panic!("the token has its place")
    };
    assert_eq!(content.parts[1], Part::Token { token: TokenField::AccessToken });
    assert_eq!(content.parts[3], Part::Token { token: TokenField::ExpiresIn });
    let file = |path: &str| TokenDelivery::File { path: path.to_owned() };
    let env = TokenDelivery::Env { name: "ACME_TOKEN".to_owned() };
    assert_eq!(
        launch.oauth.unwrap().delivery,
        [env, file("/a.json"), file("/b.ini"), file("/c.json")]
    );
}

#[test]
fn a_streamable_server_has_the_port_of_its_container_and_the_path_of_its_url() {
    let server = generic(json!({"oauth_config": {
        "generic_oauth": null, "server_url": "https://id.acme.example", "streamable_http_url": "http://localhost:1234/mcp?x=1"
    }}));
    let launch = launch(server);
    assert_eq!(
        launch.transport,
        Transport::StreamableHttp { port: 8000, path: "/mcp?x=1".to_owned() }
    );
    let oauth = launch.oauth.unwrap();
    assert!(matches!(oauth.delivery[0], TokenDelivery::Header { .. }));
    let discovery = oauth.discovery.unwrap();
    assert_eq!(
        discovery.authorization_server_metadata,
        [
            "https://id.acme.example/.well-known/oauth-authorization-server",
            "https://id.acme.example/.well-known/openid-configuration"
        ]
    );
}

#[test]
fn an_alias_is_given_to_listed_servers_that_share_it_with_no_other() {
    let names = ["a-b", "a.b", "c", "d"];
    let mut catalog = InMemory::of(names.map(|name| generic(json!({ "name": name }))));
    catalog.config.proxy.posix_aliases = ["a-b", "a.b", "c"].map(str::to_owned).into();
    let plan = catalog.plan();
    let secret = |id: &str| plan.proxy.servers[id].environment.secret.clone();
    assert_eq!(secret("a-b"), ["a-b_SECRET"]);
    assert_eq!(secret("a.b"), ["a.b_SECRET"]);
    assert_eq!(secret("c"), ["c_SECRET", "C_SECRET"]);
    assert_eq!(secret("d"), ["d_SECRET"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Names are free text: they reach comments and JSON, and add nothing there.
    #[test]
    fn no_name_adds_a_line_or_a_variable(name in "(.|\n|\r|\u{2028}|\u{202e}|X=1|#|'|\"|\\*/){0,24}") {
        let expected = InMemory::of([generic(json!({"display_name": "Acme"}))]);
        let hostile = InMemory::of([generic(json!({"display_name": name.clone()}))]);
        let template = hostile.artifact("oauth_proxy/.env.example");
        let plain = expected.artifact("oauth_proxy/.env.example");
        prop_assert_eq!(dotenv::read(&template).malformed.len(), 0);
        let keys = |text: &str| -> Vec<(String, String, usize)> {
            let entries = dotenv::read(text).entries.into_iter();
            entries.map(|entry| (entry.key, entry.value, entry.line)).collect()
        };
        prop_assert_eq!(keys(&template), keys(&plain));
        let is_plain = template.chars().all(|character| character == '\n' || !character.is_control());
        prop_assert!(is_plain);
        let launch: Value = serde_json::from_str(&hostile.artifact("desktop_app/servers/acme__mcp.json")).unwrap();
        prop_assert_eq!(&launch["display_name"], &json!(name));
    }

    /// Any environment value keeps its text, or becomes parts of that text.
    #[test]
    fn a_template_loses_nothing(value in "([a-z]|\\$|\\{|\\}|\\.|user_config\\.k|HOME){0,16}") {
        let launch = launch(local(json!({"server": {"env": {"V": value.clone()}}, "user_config": {"k": {}}})));
        let text = match &launch.process.unwrap().environment["V"] {
            Template::Fixed(text) => text.clone(),
            Template::Composed(composed) => composed.parts.iter().map(|part| match part {
                Part::Text(text) => text.clone(),
                Part::Input { input } => format!("${{user_config.{input}}}"),
                Part::Folder { .. } => "${HOME}".to_owned(),
                Part::Unresolved { unresolved } => format!("${{{unresolved}}}"),
                Part::Token { .. } => panic!("no token in the environment"),
            }).collect(),
        };
        prop_assert_eq!(text, value);
    }
}
