//! `export`: what each client gets, what it is told on standard error, and what never reaches a file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use catproof::testing::compile::plan::{InputValue, Plan, ServerLaunch};
use catproof::testing::runtime::export::{Client, Export, export};
use serde_json::{Value, json};

use crate::catalog::InMemory;
use crate::support::{self, project, run, scratch, shared};

const CLIENTS: [(&str, Client); 4] = [
    ("claude", Client::Claude),
    ("cursor", Client::Cursor),
    ("generic", Client::Generic),
    ("vscode", Client::Vscode),
];

/// A server of each kind that a client can express.
fn catalog() -> [Value; 3] {
    [
        json!({
            "name": "acme__files",
            "display_name": "Acme files",
            "server": {
                "type": "local",
                "command": "npx",
                "args": ["-y", "acme-files@1", "--port=${user_config.port}", "--note=${user_config.note}", "${HOME}${/}acme", "${user_config.allowed_directories}"],
                "env": {"API_KEY": "${user_config.api_key}", "FIXED": "100%", "SAFE": "${user_config.safe}"}
            },
            "user_config": {
                "api_key": {"type": "string", "title": "API key", "description": "From acme.example", "sensitive": true, "required": true},
                "port": {"type": "number", "title": "Port", "default": 8080.0},
                "note": {"type": "string", "title": "Note"},
                "safe": {"type": "boolean", "title": "Safe", "default": true},
                "allowed_directories": {"type": "directory", "title": "Folders", "multiple": true, "required": true}
            }
        }),
        json!({
            "name": "acme__image",
            "display_name": "Acme image",
            "server": {
                "type": "local",
                "command": "docker",
                "args": ["run", "-i", "--rm", "-v", "data:/data", "-e", "TOKEN=${user_config.token}", "acme/mcp:1", "serve"]
            },
            "user_config": {"token": {"type": "string", "title": "Token", "sensitive": true, "required": true}}
        }),
        json!({"name": "acme__remote", "display_name": "Acme", "server": {"type": "remote", "url": "https://mcp.acme.example/sse"}}),
    ]
}

fn exported(manifests: impl IntoIterator<Item = Value>, client: Client, optional: bool) -> Export {
    let plan = InMemory::of(manifests).plan();
    let launches: Vec<ServerLaunch> = plan.servers.into_values().collect();
    export(&launches, client, optional)
}

fn notes(export: &Export) -> String {
    let notes = export.notes.iter().chain(&export.refused);
    let lines = notes.map(|note| format!("{}: {}", note.server, note.message));
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

#[test]
fn vscode_asks_for_what_the_servers_need() {
    let export = exported(catalog(), Client::Vscode, false);
    expect_test::expect![[r#"
        {
          "inputs": [
            {
              "type": "promptString",
              "id": "acme__files.allowed_directories",
              "description": "Folders"
            },
            {
              "type": "promptString",
              "id": "acme__files.api_key",
              "description": "API key: From acme.example",
              "password": true
            },
            {
              "type": "promptString",
              "id": "acme__files.port",
              "description": "Port",
              "default": "8080"
            },
            {
              "type": "pickString",
              "id": "acme__files.safe",
              "description": "Safe",
              "options": [
                "true",
                "false"
              ],
              "default": "true"
            },
            {
              "type": "promptString",
              "id": "acme__image.token",
              "description": "Token",
              "password": true
            }
          ],
          "servers": {
            "acme__files": {
              "type": "stdio",
              "command": "npx",
              "args": [
                "-y",
                "acme-files@1",
                "--port=${input:acme__files.port}",
                "${userHome}${/}acme",
                "${input:acme__files.allowed_directories}"
              ],
              "env": {
                "API_KEY": "${input:acme__files.api_key}",
                "FIXED": "100%",
                "SAFE": "${input:acme__files.safe}"
              }
            },
            "acme__image": {
              "type": "stdio",
              "command": "docker",
              "args": [
                "run",
                "--rm",
                "-i",
                "-v",
                "data:/data",
                "-e",
                "TOKEN",
                "acme/mcp:1",
                "serve"
              ],
              "env": {
                "TOKEN": "${input:acme__image.token}"
              }
            },
            "acme__remote": {
              "type": "sse",
              "url": "https://mcp.acme.example/sse"
            }
          }
        }
    "#]]
    .assert_eq(&export.text);
    expect_test::expect![[r"
        acme__files: `/process/arguments/3` is left out: `note` is optional (`--optional` asks for it)
        acme__files: `allowed_directories` takes one answer, not several: add arguments by hand
    "]].assert_eq(&notes(&export));
}

#[test]
fn claude_takes_answers_from_the_environment_with_their_defaults() {
    let export = exported(catalog(), Client::Claude, false);
    expect_test::expect![[r#"
        {
          "mcpServers": {
            "acme__files": {
              "command": "npx",
              "args": [
                "-y",
                "acme-files@1",
                "--port=${MCP_ACME__FILES_PORT:-8080}",
                "${HOME}/acme",
                "${MCP_ACME__FILES_ALLOWED_DIRECTORIES}"
              ],
              "env": {
                "API_KEY": "${MCP_ACME__FILES_API_KEY}",
                "FIXED": "100%",
                "SAFE": "${MCP_ACME__FILES_SAFE:-true}"
              }
            },
            "acme__image": {
              "command": "docker",
              "args": [
                "run",
                "--rm",
                "-i",
                "-v",
                "data:/data",
                "-e",
                "TOKEN",
                "acme/mcp:1",
                "serve"
              ],
              "env": {
                "TOKEN": "${MCP_ACME__IMAGE_TOKEN}"
              }
            },
            "acme__remote": {
              "type": "sse",
              "url": "https://mcp.acme.example/sse"
            }
          }
        }
    "#]]
    .assert_eq(&export.text);
    expect_test::expect![[r"
        acme__files: `/process/arguments/3` is left out: `note` is optional (`--optional` asks for it)
        acme__files: `allowed_directories` takes one answer, not several: add arguments by hand
        acme__files: set `MCP_ACME__FILES_ALLOWED_DIRECTORIES` where the client is started: Folders
        acme__files: set `MCP_ACME__FILES_API_KEY` where the client is started: API key
        acme__image: set `MCP_ACME__IMAGE_TOKEN` where the client is started: Token
    "]].assert_eq(&notes(&export));
}

#[test]
fn cursor_has_a_word_of_its_own_for_the_environment_and_no_types_behind_urls() {
    let export = exported(catalog(), Client::Cursor, true);
    expect_test::expect![[r#"
        {
          "mcpServers": {
            "acme__files": {
              "type": "stdio",
              "command": "npx",
              "args": [
                "-y",
                "acme-files@1",
                "--port=8080",
                "--note=${env:MCP_ACME__FILES_NOTE}",
                "${userHome}${/}acme",
                "${env:MCP_ACME__FILES_ALLOWED_DIRECTORIES}"
              ],
              "env": {
                "API_KEY": "${env:MCP_ACME__FILES_API_KEY}",
                "FIXED": "100%",
                "SAFE": "true"
              }
            },
            "acme__image": {
              "type": "stdio",
              "command": "docker",
              "args": [
                "run",
                "--rm",
                "-i",
                "-v",
                "data:/data",
                "-e",
                "TOKEN",
                "acme/mcp:1",
                "serve"
              ],
              "env": {
                "TOKEN": "${env:MCP_ACME__IMAGE_TOKEN}"
              }
            },
            "acme__remote": {
              "url": "https://mcp.acme.example/sse"
            }
          }
        }
    "#]]
    .assert_eq(&export.text);
}

#[test]
fn any_other_client_gets_what_they_have_in_common() {
    let export = exported(catalog(), Client::Generic, true);
    expect_test::expect![[r#"
        {
          "mcpServers": {
            "acme__files": {
              "type": "stdio",
              "command": "npx",
              "args": [
                "-y",
                "acme-files@1",
                "--port=8080",
                "--note=${MCP_ACME__FILES_NOTE}",
                "${HOME}/acme",
                "${MCP_ACME__FILES_ALLOWED_DIRECTORIES}"
              ],
              "env": {
                "API_KEY": "${MCP_ACME__FILES_API_KEY}",
                "FIXED": "100%",
                "SAFE": "true"
              }
            },
            "acme__image": {
              "type": "stdio",
              "command": "docker",
              "args": [
                "run",
                "--rm",
                "-i",
                "-v",
                "data:/data",
                "-e",
                "TOKEN",
                "acme/mcp:1",
                "serve"
              ],
              "env": {
                "TOKEN": "${MCP_ACME__IMAGE_TOKEN}"
              }
            },
            "acme__remote": {
              "type": "sse",
              "url": "https://mcp.acme.example/sse"
            }
          }
        }
    "#]]
    .assert_eq(&export.text);
}

/// What the documented form of each client says, written down by hand.
fn documented() -> BTreeMap<&'static str, jsonschema::Validator> {
    let schema = |client: &str| {
        let path = project().join(format!("tests/export/{client}.schema.json"));
        let schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
    };
    CLIENTS.iter().map(|(name, _)| (*name, schema(name))).collect()
}

/// Every text of a file, by the key or place before it.
fn texts<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(members) => {
            for (key, value) in members {
                found.push(key);
                texts(value, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// What stands between `${` and `}` in any text of a file.
fn references(file: &Value) -> BTreeSet<String> {
    let mut found = Vec::new();
    texts(file, &mut found);
    let inside = found.iter().flat_map(|text| text.split("${").skip(1));
    inside.map(|rest| rest.split_once('}').unwrap().0.to_owned()).collect()
}

/// Whether a client has this reference, and catproof writes it.
fn is_own(client: Client, reference: &str) -> bool {
    let is_variable = |name: &str| {
        name.starts_with("MCP_")
            && name
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    };
    match client {
        Client::Claude => {
            let (name, _) = reference.split_once(":-").unwrap_or((reference, ""));
            reference == "HOME" || is_variable(name)
        }
        Client::Generic => reference == "HOME" || is_variable(reference),
        Client::Cursor => {
            let name = reference.strip_prefix("env:");
            matches!(reference, "userHome" | "/") || name.is_some_and(is_variable)
        }
        Client::Vscode => matches!(reference, "userHome" | "/") || reference.starts_with("input:"),
    }
}

/// Exports every server of a catalog to every client: one by one, and all in one file.
fn every_file_is_sound(mut plan: Plan) {
    let documented = documented();
    for launch in plan.servers.values_mut() {
        for (key, input) in &mut launch.inputs {
            if input.sensitive {
                input.default = Some(InputValue::Text(format!("Planted-{key}")));
            }
        }
    }
    let launches: Vec<ServerLaunch> = plan.servers.into_values().collect();
    for (name, client) in CLIENTS {
        let mut refused = Vec::new();
        let one_by_one = launches.chunks(1).map(|chunk| (chunk, true));
        for (launches, optional) in one_by_one.chain([(&launches[..], false), (&launches, true)]) {
            let export = export(launches, client, optional);
            let text = &export.text;
            let ids: Vec<&str> = launches.iter().map(|launch| launch.id.as_str()).collect();
            assert!(!text.contains("Planted-"), "{name}, {ids:?}: {text}");
            assert!(!text.contains("${user_config"), "{name}, {ids:?}: {text}");
            let said = notes(&export);
            assert!(!said.contains("Planted-"), "{name}, {ids:?}: {said}");
            if launches.len() == 1 {
                refused.extend(export.refused.clone());
            }
            assert_eq!(export.servers + export.refused.len(), launches.len());
            if export.servers == 0 {
                continue;
            }
            let file: Value = serde_json::from_str(text).unwrap();
            let errors: Vec<String> =
                documented[name].iter_errors(&file).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{name}, {ids:?}: {errors:?}");
            let references = references(&file);
            for reference in &references {
                assert!(is_own(client, reference), "{name}, {ids:?}: {reference}");
            }
            if client == Client::Vscode {
                let prompts = file["inputs"].as_array().cloned().unwrap_or_default();
                let ids: Vec<String> = prompts
                    .iter()
                    .map(|prompt| format!("input:{}", prompt["id"].as_str().unwrap()))
                    .collect();
                let asked: BTreeSet<String> = ids.iter().cloned().collect();
                assert_eq!(asked.len(), ids.len(), "a prompt stands there twice");
                let mut referred = references;
                referred.retain(|reference| reference.starts_with("input:"));
                assert_eq!(referred, asked);
            }
        }
        let launches = launches.len();
        assert!(refused.len() * 20 <= launches, "{name}: {refused:#?}");
        // Nothing to run, or something in a folder that only the app has: no client can be told what to do.
        for note in refused {
            let is_known = [
                "its launch spec has neither command nor image",
                "there is no `/process/command`: the client has no installation folder",
            ]
            .contains(&note.message.as_str());
            assert!(is_known, "{name}: {note:?}");
        }
    }
}

#[test]
fn every_server_of_the_shipped_catalog_can_be_exported() {
    every_file_is_sound(InMemory::shipped().plan());
}

#[test]
fn nearly_every_server_of_the_public_catalog_can_be_exported() {
    let Some(folder) = shared("corpus/servers") else {
        return;
    };
    let plan = InMemory::at(&folder).plan();
    assert!(plan.servers.len() > 580, "{}", plan.servers.len());
    every_file_is_sound(plan);
}

/// Opt-in: install the client anywhere with `npm install @anthropic-ai/claude-code` and name that folder in
/// `CATPROOF_CLAUDE_CODE`. It starts no server of a project before somebody approves it. Last run against 2.1.197.
#[test]
fn the_real_claude_code_loads_every_server() {
    let Some(client) = std::env::var_os("CATPROOF_CLAUDE_CODE") else {
        eprintln!("skipped: CATPROOF_CLAUDE_CODE names no folder with Claude Code");
        return;
    };
    let client = PathBuf::from(client).join("node_modules/.bin/claude");
    let catalogs = [project().join("catalog")].into_iter();
    for catalog in catalogs.chain(shared("corpus/servers")) {
        let plan = InMemory::at(&catalog).plan();
        let launches: Vec<ServerLaunch> = plan.servers.into_values().collect();
        let export = export(&launches, Client::Claude, true);
        let folder = scratch();
        support::write(&folder.path().join(".mcp.json"), &export.text);
        let output = Command::new(&client)
            .args(["mcp", "list"])
            .current_dir(folder.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", folder.path())
            .env("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        let file: Value = serde_json::from_str(&export.text).unwrap();
        for id in file["mcpServers"].as_object().unwrap().keys() {
            let line = said.lines().find(|line| line.starts_with(&format!("{id}: ")));
            assert!(line.is_some_and(|line| line.contains("Pending approval")), "{id}: {said}");
        }
        assert!(!said.contains("Skipped") && !said.contains("[Error]"), "{said}");
    }
}

#[test]
fn a_literal_that_would_be_expanded_is_refused_in_every_client() {
    for hostile in
        ["${HOME", "${", "$(curl acme.example)", "`id`", "$AWS_SECRET_ACCESS_KEY", "%USERPROFILE%"]
    {
        let servers = [
            json!({"type": "local", "command": hostile}),
            json!({"type": "local", "command": "npx", "args": ["-y", hostile]}),
            json!({"type": "local", "command": "npx", "env": {"KEY": hostile}}),
            json!({"type": "local", "command": "serve", "docker_image": hostile}),
            json!({"type": "local", "command": "docker", "args": ["run", "-v", hostile, "acme/mcp"]}),
            json!({"type": "local", "command": "npx", "args": [format!("${{user_config.text}} {hostile}")]}),
            json!({"type": "local", "command": "npx", "args": ["${user_config.hostile}"]}),
        ];
        for server in servers {
            let manifest = json!({"name": "acme__mcp", "server": server, "user_config": {
                "text": {"type": "string", "title": "Text", "required": true},
                "hostile": {"type": "string", "title": "Hostile", "default": hostile}
            }});
            for (name, client) in CLIENTS {
                let export = exported([manifest.clone()], client, false);
                assert_eq!(export.servers, 0, "{name}: {manifest}: {}", export.text);
                let [refused] = export.refused.as_slice() else {
                    panic!("{name}: {manifest}: {:?}", export.refused);
                };
                assert!(refused.message.contains("would expand"), "{refused:?}");
            }
        }
    }
}

#[test]
fn pieces_do_not_become_an_expansion_together() {
    let manifest = json!({"name": "acme__mcp", "server": {"type": "local", "command": "npx",
        "args": ["$${user_config.text}", "%${user_config.text}%", "{${user_config.text}}"]},
        "user_config": {"text": {"type": "string", "title": "Text", "required": true}}});
    let export = exported([manifest], Client::Claude, false);
    let file: Value = serde_json::from_str(&export.text).unwrap();
    assert_eq!(
        file["mcpServers"]["acme__mcp"]["args"],
        json!(["$${MCP_ACME__MCP_TEXT}", "%${MCP_ACME__MCP_TEXT}%", "{${MCP_ACME__MCP_TEXT}}"])
    );
}

#[test]
fn no_default_becomes_an_expansion_with_what_stands_beside_it() {
    let pairs = [
        ("$${user_config.text}", "{HOME}"),
        ("$${user_config.text}", "(id)"),
        ("$${user_config.text}", "HOME"),
        ("%${user_config.text}%", "PATH"),
        ("%PA${user_config.text}", "TH%"),
        ("${user_config.text}(id)", "$"),
    ];
    for (text, default) in pairs {
        let servers = [
            json!({"type": "local", "command": text}),
            json!({"type": "local", "command": "npx", "args": ["-y", text]}),
            json!({"type": "local", "command": "npx", "env": {"KEY": text}}),
        ];
        for server in servers {
            let manifest = json!({"name": "acme__mcp", "server": server, "user_config": {
                "text": {"type": "string", "title": "Text", "default": default}
            }});
            for (name, client) in CLIENTS {
                let export = exported([manifest.clone()], client, false);
                assert_eq!(export.servers, 0, "{name}: {manifest}: {}", export.text);
                assert!(notes(&export).contains("would expand"), "{name}: {manifest}");
            }
        }
    }
}

#[test]
fn no_name_of_a_variable_is_an_expansion() {
    for variable in ["${env:HOME}", "${HOME}", "%PATH%", "$(id)"] {
        let server = json!({"type": "local", "command": "npx", "env": {variable: "1"}});
        for (name, client) in CLIENTS {
            let manifest = json!({"name": "acme__mcp", "server": server});
            let export = exported([manifest], client, false);
            assert_eq!(export.servers, 0, "{name}: {}", export.text);
            assert!(notes(&export).contains("the name of"), "{name}: {export:?}");
        }
    }
}

#[test]
fn a_default_that_a_reference_cannot_hold_is_written_beside_it() {
    for default in ["a}b", "a:-b"] {
        let manifest = json!({"name": "acme__mcp", "server": {"type": "local", "command": "npx", "args": ["${user_config.text}"]},
            "user_config": {"text": {"type": "string", "title": "Text", "default": default}}});
        let export = exported([manifest], Client::Claude, false);
        let file: Value = serde_json::from_str(&export.text).unwrap();
        assert_eq!(file["mcpServers"]["acme__mcp"]["args"], json!([default]));
        assert!(notes(&export).contains("`text` is written with its default"));
    }
}

#[test]
fn no_input_takes_the_name_of_another_or_of_a_variable_that_is_there() {
    let manifest = |name: &str, key: &str| {
        json!({"name": name, "server": {"type": "local", "command": "npx", "args": [format!("${{user_config.{key}}}")]},
            "user_config": {key: {"type": "string", "title": "Text", "required": true}}})
    };
    let manifests = [
        manifest("a", "b_c"),
        manifest("a-b", "c"),
        manifest("a.b", "c"),
        manifest("aws", "SECRET_ACCESS_KEY"),
    ];
    for (name, client) in CLIENTS {
        let export = exported(manifests.clone(), client, false);
        let file: Value = serde_json::from_str(&export.text).unwrap();
        let references = references(&file);
        assert_eq!(references.len(), manifests.len(), "{name}: {references:?}");
        assert!(references.iter().all(|reference| is_own(client, reference)));
    }
}

#[test]
fn odd_keys_and_words_stay_text() {
    let key = "a}b ${c\" \u{202e}\u{1b}é";
    let manifest = json!({"name": "acme__mcp", "server": {"type": "local", "command": "npx", "env": {"A": format!("x${{user_config.odd}}")}},
    "user_config": {
        "odd": {"type": "string", "title": "T\u{202e}\n${input:x}", "description": "\u{1b}[31m", "required": true},
        key: {"type": "string", "title": "$(id)", "required": true}
    }});
    for (name, client) in CLIENTS {
        let export = exported([manifest.clone()], client, true);
        let file: Value = serde_json::from_str(&export.text).unwrap();
        assert_eq!(references(&file).len(), 1, "{name}: {file}");
        let mut found = Vec::new();
        texts(&file, &mut found);
        for text in found {
            let is_plain = !text.contains(['\u{202e}', '\u{1b}', '\n']);
            assert!(is_plain && !text.contains("$("), "{name}: {text:?}");
        }
    }
}

#[test]
fn an_image_cannot_be_an_option_and_a_server_no_prototype() {
    let image = json!({"name": "acme__mcp", "server": {"type": "local", "command": "serve", "docker_image": "--privileged"}});
    let prototype = json!({"name": "__proto__", "server": {"type": "local", "command": "npx"}});
    for (manifest, reason) in [(image, "option"), (prototype, "JavaScript")] {
        let export = exported([manifest], Client::Claude, false);
        assert_eq!(export.servers, 0);
        assert!(notes(&export).contains(reason), "{}", notes(&export));
    }
}

#[test]
fn what_a_client_cannot_express_is_said() {
    let folder = project();
    let arguments = ["export", "--client", "vscode"];
    let ids = [
        "korotovsky__slack-mcp-server",
        "iskhakov__google_workspace_mcp",
        "githubcopilot__remote-mcp",
        "linear__remote-mcp",
        "linear__remote-mcp",
    ];
    let (code, stdout, stderr) = run(&folder, &[&arguments[..], &ids].concat());
    assert_eq!(code, 0, "{stderr}");
    let file: Value = serde_json::from_str(&stdout).unwrap();
    let servers: Vec<&String> = file["servers"].as_object().unwrap().keys().collect();
    assert_eq!(servers.len(), 4, "each is there once");
    expect_test::expect![[r"
        korotovsky__slack-mcp-server: the login `Slack MCP` needs the OAuth proxy, which the client does not use
        korotovsky__slack-mcp-server: the client does not put the token into `SLACK_MCP_XOXP_TOKEN`: set it by hand
        iskhakov__google_workspace_mcp: the client cannot start a server that listens: start it on port 8000, as `catproof simulate` shows
        iskhakov__google_workspace_mcp: the login `Google OAuth` needs the OAuth proxy, which the client does not use
        githubcopilot__remote-mcp: the login `GitHub Copilot MCP` needs the OAuth proxy, which the client does not use
    "]].assert_eq(&stderr);
    let (code, quiet, stderr) = run(&folder, &[&arguments[..], &ids, &["--quiet"]].concat());
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert_eq!(quiet, stdout);
    let (_, built, _) = run(&folder, &[&arguments[..], &ids, &["--from", "generated"]].concat());
    assert_eq!(built, stdout);
}

#[test]
fn what_is_put_in_by_hand_reaches_the_container() {
    let manifest = json!({
        "name": "acme__mcp",
        "display_name": "Acme",
        "server": {
            "type": "local", "command": "docker",
            "args": ["run", "-it", "--rm", "-itv", "data:/data", "-e", "TOK", "-ie", "URL=${user_config.url}", "acme/mcp:1"]
        },
        "user_config": {
            "url": {"type": "string", "title": " ", "required": true},
            "ca": {"type": "file", "title": "Certificate", "mounted": true}
        },
        "oauth_config": {
            "name": "Acme", "server_url": "https://acme.example/authorize", "token_endpoint": "https://acme.example/token",
            "generic_oauth": true, "client_id": "acme-id", "client_secret": "REDACTED", "requires_proxy": true,
            "access_token_env_var": "TOK", "scopes": ["read"], "redirect_uris": ["https://oauth.acme.example/oauth/callback"]
        }
    });
    let export = exported([manifest], Client::Claude, false);
    let file: Value = serde_json::from_str(&export.text).unwrap();
    let server = &file["mcpServers"]["acme__mcp"];
    assert_eq!(
        server["args"],
        json!(["run", "--rm", "-i", "-v", "data:/data", "-e", "TOK", "-e", "URL", "acme/mcp:1"])
    );
    assert_eq!(server["env"], json!({"URL": "${MCP_ACME__MCP_URL}"}));
    expect_test::expect![[r"
        acme__mcp: the client writes no files: put your answer to `ca` into `/secrets/ca`
        acme__mcp: the login `Acme` needs the OAuth proxy, which the client does not use
        acme__mcp: the client does not put the token into `TOK`: set it by hand
        acme__mcp: set `MCP_ACME__MCP_URL` where the client is started: url
    "]]
    .assert_eq(&notes(&export));
}

#[test]
fn a_server_that_is_refused_is_said_and_costs_the_others_nothing() {
    let folder = scratch();
    for (id, argument) in [("acme__good", "x"), ("acme__bad", "$(id)")] {
        let manifest = json!({"name": id, "display_name": "Acme", "description": "A server",
            "server": {"type": "local", "command": "npx", "args": ["-y", argument]}});
        let path = folder.path().join("catalog").join(format!("{id}.json"));
        support::write(&path, manifest.to_string());
    }
    let export = |arguments: &[&str]| {
        run(folder.path(), &[&["export", "--client", "claude", "--quiet"], arguments].concat())
    };
    let (code, stdout, stderr) = export(&["acme__good", "acme__bad"]);
    assert_eq!(code, 1);
    assert_eq!(
        serde_json::from_str::<Value>(&stdout).unwrap(),
        json!({"mcpServers": {"acme__good": {"command": "npx", "args": ["-y", "x"]}}})
    );
    assert_eq!(
        stderr,
        "acme__bad: not exported: `/process/arguments/1` contains text that the client or a shell would expand\n"
    );
    let (code, stdout, _) = export(&["acme__bad"]);
    assert_eq!((code, stdout.as_str()), (1, ""));
    let (code, _, stderr) = export(&["acme__god"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("did you mean `acme__good`?"), "{stderr}");
    let (code, _, stderr) = export(&[]);
    assert_eq!(code, 2);
    assert!(stderr.contains("<SERVER>"), "{stderr}");
    let (code, _, _) = run(scratch().path(), &["export", "--client", "claude", "acme__good"]);
    assert_eq!(code, 3);
}
