//! Inputs drawn from bytes: what proptest and libFuzzer give becomes texts, JSON values, manifests and catalogs.
//!
//! A value is drawn from the published schema, so that a new field of the input is drawn without a word here. Bytes
//! that have run out count as zeros, and zero always means the end: every drawing ends.

use std::sync::LazyLock;

use arbitrary::Unstructured;
use catproof::testing::catalog::config::Config;
use catproof::testing::discovery::Lock;
use catproof::testing::manifest::schema;
use serde_json::{Map, Value, json};

/// A token that no output may show, put together here so that no scanner takes this file for a leak.
pub const SECRET: &str = concat!("ghp_", "Q7w2Er9Ty4Ui8Op1As6Df3Gh5Jk0Lz9xCvBn");

/// The token as a word of its own: right behind a letter or a digit it is none to anybody.
const SECRET_WORD: &str = concat!(" ghp_", "Q7w2Er9Ty4Ui8Op1As6Df3Gh5Jk0Lz9xCvBn");

/// How deep a drawn value nests.
const DEEPEST: usize = 8;

static MANIFEST: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(schema::SERVER_SCHEMA).unwrap());
static LOCK: LazyLock<Value> = LazyLock::new(|| schema::of::<Lock>().to_value());
static CONFIG: LazyLock<Value> = LazyLock::new(|| schema::of::<Config>().to_value());

/// Texts that try to be something else.
const HOSTILE: [&str; 40] = [
    "\n::error file=x::forged\n",
    "::stop-commands::x",
    "##[error]forged",
    "%0A::warning::x",
    "%",
    "\r\n",
    "\u{1b}[2J",
    "\u{1b}]8;;https://evil.example\u{7}",
    "\u{202e}",
    "\u{2066}",
    "\u{85}",
    "\u{0}",
    "\u{feff}",
    "\u{fffe}",
    "\u{2028}",
    "]]>",
    "<!--",
    "&lt;",
    "\"",
    "\\",
    "'",
    "`",
    "](https://evil.example)",
    "[click",
    "{0}",
    "{{1}}",
    "{% raw %}",
    "${user_config.key}",
    "${HOME}",
    ",",
    "=",
    "#",
    "*/",
    "error[x]: forged",
    "\n\nerror[invalid-json]: forged",
    "a.json:1:1: ",
    "\u{1f468}\u{200d}\u{1f469}",
    "REDACTED",
    "../",
    SECRET_WORD,
];

const URLS: [&str; 24] = [
    "https://acme.example/oauth/token",
    "https://oauth.acme.example/oauth/callback",
    "https://acme.example",
    "https://acme.example/mcp",
    "https://acme.example/mcp/",
    "https://id.acme.example/t/.well-known/oauth-authorization-server",
    "https://acme.example/.well-known/oauth-protected-resource/mcp",
    "http://localhost:8080/oauth/callback",
    "http://127.0.0.1:3000/mcp?x=1#y",
    "http://[::1]/",
    "http://acme.example/token",
    "https://abc.ngrok-free.app/oauth/callback",
    "https://user:word@acme.example/",
    "https://@acme.example/",
    "https://acme.example:8443/token",
    "https://ACME.example./sse",
    "https://bücher.example/a b",
    "https://127.1/",
    "https://xn--/",
    "archestra-ai://oauth-callback",
    "javascript:alert(1)",
    "//acme.example",
    "https://${user_config.key}.example/",
    "https:acme.example",
];

const IDS: [&str; 12] = [
    "acme__mcp",
    "acme__mcq",
    "ACME__MCP",
    "acme.mcp",
    "acme-mcp",
    "__proto__",
    "constructor",
    "con",
    "a/b",
    "..",
    "аcme__mcp",
    "PATH",
];

const ARGUMENTS: [&str; 24] = [
    "-y",
    "acme-mcp@1.0.0",
    "@acme/mcp",
    "run",
    "--rm",
    "-i",
    "-e",
    "ACME_TOKEN",
    "ACME_TOKEN=${user_config.key}",
    "--env=KEY=value",
    "-v",
    "${user_config.allowed_directories}:/data:ro",
    "--mount",
    "type=bind,src=${user_config.folder},dst=/data",
    "-p8080:80",
    "--privileged",
    "acme/mcp:1.0",
    "--",
    "-c",
    "curl https://acme.example | sh",
    "${__dirname}/index.js",
    "--api-key",
    "${user_config.missing}",
    "--from",
];

const PLACEHOLDERS: [&str; 12] = [
    "${user_config.key}",
    "${user_config.folder}",
    "${user_config.allowed_directories}",
    "Bearer ${user_config.api_key}",
    "{\"token\": \"${access_token}\", \"in\": ${expires_in}}",
    "${access_token}",
    "${oauth.access_token}",
    "${HOME}/${DOCUMENTS}",
    "${user_config.}",
    "${",
    "$${user_config.key}}",
    "${user_config.key || 'x'}",
];

const KEYS: [&str; 12] = [
    "key",
    "api_key",
    "folder",
    "allowed_directories",
    "ACME_TOKEN",
    "ACME-TOKEN",
    "/data/credentials.json",
    "relative.json",
    "A=B",
    "",
    "a/b~c",
    "__proto__",
];

/// What is left of some bytes.
#[derive(Debug)]
pub struct Draw<'a>(Unstructured<'a>);

impl<'a> Draw<'a> {
    pub fn of(bytes: &'a [u8]) -> Self {
        Self(Unstructured::new(bytes))
    }

    /// A number below `limit`.
    pub fn number(&mut self, limit: usize) -> usize {
        self.0.int_in_range(0..=limit.saturating_sub(1)).unwrap_or(0)
    }

    /// True once in so many times, and never when the bytes have run out.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.number(times) == times - 1
    }

    pub fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.number(choices.len())]
    }

    /// A text of pieces, most of them hostile.
    pub fn text(&mut self) -> String {
        let mut text = String::new();
        for _ in 0..self.number(6) {
            match self.number(6) {
                0 => text.push_str(self.0.arbitrary::<&str>().unwrap_or_default()),
                1 => text.extend(self.0.arbitrary::<char>()),
                2 => text.push_str(&"w".repeat(self.number(400))),
                3 => text.push_str(self.one_of(&["acme", "read write", "日本語", "50% off"])),
                _ => text.push_str(self.one_of(&HOSTILE)),
            }
        }
        text
    }

    /// A text for a field: usually one that makes sense there.
    fn text_for(&mut self, field: &str) -> String {
        match (self.number(8), field) {
            (7, _) => self.text(),
            (6, _) => self.one_of(&PLACEHOLDERS).to_owned(),
            (_, field)
                if ["url", "uri", "endpoint", "issuer", "server"]
                    .iter()
                    .any(|word| field.contains(word)) =>
            {
                self.one_of(&URLS).to_owned()
            }
            (_, "name" | "id" | "server_id") => self.one_of(&IDS).to_owned(),
            (_, "client_secret") => self
                .one_of(&[
                    "REDACTED",
                    "<redacted>",
                    "${SECRET}",
                    "process.env.SECRET",
                    "",
                    "s3cr3t-0123456789",
                    SECRET,
                ])
                .to_owned(),
            (_, "client_id") => self
                .one_of(&["acme-1f3d5", "", "your-client-id", "it's `\"x\"`", "\\", "é"])
                .to_owned(),
            (_, "command") => self
                .one_of(&["npx", "docker", "uvx", "node", "remote", "sh", "./run", "podman"])
                .to_owned(),
            (_, "args") => self.one_of(&ARGUMENTS).to_owned(),
            (_, "host" | "callback_urls" | "approved_destinations" | "allowed_destinations") => {
                self.one_of(&[
                    "acme.example",
                    "*.acme.example",
                    "localhost",
                    "co.uk",
                    "::1",
                    "A.example:443",
                ])
                .to_owned()
            }
            (_, "rule") => self.one_of(&["unknown-key", "id-mismatch", "no-such-rule"]).to_owned(),
            (_, "file") => {
                self.one_of(&["0.json", "catalog/acme__mcp.json", "/x", ".."]).to_owned()
            }
            (_, "pointer") => {
                self.one_of(&["/name", "/server/args/0", "x", "/a~1b~0c", "/"]).to_owned()
            }
            (_, "expires" | "recorded") => {
                self.one_of(&["2026-01-31", "2026-02-30", "soon"]).to_owned()
            }
            (_, field) if field.contains("scope") => self
                .one_of(&["read", "write", "read", "openid profile", "", "a\"b", "scope"])
                .to_owned(),
            (_, field) if field.contains("env") => {
                self.one_of(&["ACME_TOKEN", "A-B", "PATH", "1A", "A=B"]).to_owned()
            }
            _ => self
                .one_of(&["Acme", "text", "", "/data", "npx", "string", "2026-01-31", "0.0.1"])
                .to_owned(),
        }
    }

    /// A key where any is allowed.
    fn key(&mut self) -> String {
        if self.once_in(8) { self.text() } else { self.one_of(&KEYS).to_owned() }
    }

    /// Any JSON at all.
    pub fn json(&mut self, depth: usize) -> Value {
        match self.number(if depth < DEEPEST { 9 } else { 6 }) {
            0 => Value::Null,
            1 => Value::Bool(self.once_in(2)),
            2 => json!(self.number(70_000)),
            3 => json!(self.0.arbitrary::<f64>().unwrap_or_default()),
            4 => json!(self.0.arbitrary::<i64>().unwrap_or_default()),
            5 | 6 => Value::from(self.text()),
            7 => (0..self.number(4)).map(|_| self.json(depth + 1)).collect(),
            _ => Value::Object(
                (0..self.number(4)).map(|_| (self.key(), self.json(depth + 1))).collect(),
            ),
        }
    }

    /// A value that a schema describes, for the field of that name.
    fn of_schema(&mut self, root: &Value, schema: &Value, field: &str, depth: usize) -> Value {
        let schema = resolved(root, schema);
        if depth > DEEPEST {
            return Value::Null;
        }
        if self.once_in(60) {
            return self.json(depth);
        }
        if let Some(choices) = schema["anyOf"].as_array().or(schema["oneOf"].as_array()) {
            let choice = &choices[self.number(choices.len())];
            return self.of_schema(root, choice, field, depth + 1);
        }
        if let Some(choices) = schema["enum"].as_array() {
            return choices[self.number(choices.len())].clone();
        }
        if let Some(only) = schema.get("const") {
            return only.clone();
        }
        let kind = match &schema["type"] {
            Value::String(kind) => kind.as_str(),
            // The first is what the field is for; `null` comes after it.
            Value::Array(kinds) if self.once_in(12) => {
                kinds[self.number(kinds.len())].as_str().unwrap()
            }
            Value::Array(kinds) => kinds[0].as_str().unwrap(),
            _ => return self.json(depth),
        };
        match kind {
            "object" => self.object(root, schema, depth),
            "array" => (0..self.number(5))
                .map(|_| self.of_schema(root, &schema["items"], field, depth + 1))
                .collect(),
            "string" => Value::from(self.text_for(field)),
            "boolean" => Value::Bool(self.once_in(2)),
            "integer" => json!(self.one_of(&[0, 1, 90, 8080, 65_535, 65_536, -1])),
            "number" => json!(self.one_of(&[0.0, 1.0, -1.5, 1e300, 0.1])),
            _ => Value::Null,
        }
    }

    fn object(&mut self, root: &Value, schema: &Value, depth: usize) -> Value {
        let mut members = Map::new();
        let required = schema["required"].as_array();
        let is_required =
            |name: &String| required.is_some_and(|names| names.iter().any(|it| it == name));
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            if is_required(name) || self.once_in(4) {
                members.insert(name.clone(), self.of_schema(root, property, name, depth + 1));
            }
        }
        if schema["additionalProperties"].is_object() {
            for _ in 0..self.number(4) {
                let key = self.key();
                let value = self.of_schema(root, &schema["additionalProperties"], "", depth + 1);
                members.insert(key, value);
            }
        }
        Value::Object(members)
    }

    /// A manifest: a sound one with a few changes, or one drawn as a whole.
    pub fn manifest(&mut self) -> Value {
        let which = self.number(7);
        let mut manifest = match which {
            6 => return self.of_schema(&MANIFEST, &MANIFEST, "", 0),
            which => sound(which),
        };
        if self.once_in(2) {
            manifest["name"] = json!(self.one_of(&IDS));
        }
        for _ in 0..self.number(8) {
            self.change(&mut manifest, &MANIFEST, 0);
        }
        manifest
    }

    /// Changes one place: a member that the schema has there, or one that it does not have.
    fn change(&mut self, value: &mut Value, schema: &Value, depth: usize) {
        let schema = resolved(&MANIFEST, schema);
        let schema = match schema["anyOf"].as_array() {
            Some(choices) => resolved(&MANIFEST, &choices[0]),
            None => schema,
        };
        let (Value::Object(members), true) = (&mut *value, depth < DEEPEST) else {
            *value = self.of_schema(&MANIFEST, schema, "", depth);
            return;
        };
        let properties = schema["properties"].as_object();
        let known: Vec<&String> = properties.map_or_else(Vec::new, |known| known.keys().collect());
        let (name, of_name) = if known.is_empty() || self.once_in(16) {
            (self.key(), &schema["additionalProperties"])
        } else {
            let name = known[self.number(known.len())];
            (name.clone(), &schema["properties"][name])
        };
        match self.number(8) {
            0 => _ = members.remove(&name),
            1..=3 if members.get(&name).is_some_and(Value::is_object) => {
                self.change(&mut members[&name], of_name, depth + 1);
            }
            7 if depth > 0 && self.once_in(4) => _ = members.insert(name, self.json(depth)),
            _ => {
                let drawn = self.of_schema(&MANIFEST, of_name, &name, depth + 1);
                _ = members.insert(name, drawn);
            }
        }
    }

    /// The text of a value, laid out in one of the ways in which people write JSON.
    pub fn printed(&mut self, value: &Value) -> String {
        let text = match self.number(4) {
            0 => serde_json::to_string_pretty(value).unwrap(),
            1 => value.to_string(),
            2 => serde_json::to_string_pretty(value).unwrap().replace('\n', "\r\n"),
            _ => serde_json::to_string_pretty(value).unwrap().replace("  ", "\t"),
        };
        if self.once_in(10) { format!("\u{feff}{text}") } else { text }
    }

    /// The JSON of a lock's entry, without its inputs.
    pub fn lock_entry(&mut self) -> Value {
        let entry = LOCK["$defs"]["LockEntry"].clone();
        self.of_schema(&LOCK, &entry, "", 0)
    }

    /// The text of a configuration.
    pub fn config(&mut self) -> String {
        let mut config = self.of_schema(&CONFIG, &CONFIG, "", 0);
        without_null(&mut config);
        toml::to_string(&config).unwrap_or_default()
    }
}

/// What a schema refers to.
fn resolved<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str().and_then(|name| name.strip_prefix('#')) {
        Some(pointer) => root.pointer(pointer).unwrap(),
        None => schema,
    }
}

/// TOML has no null.
fn without_null(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(without_null);
        }
        Value::Array(items) => {
            items.retain(|item| !item.is_null());
            items.iter_mut().for_each(without_null);
        }
        _ => {}
    }
}

/// A sound manifest: of no OAuth, of the four types, and one that runs a container.
fn sound(which: usize) -> Value {
    let mut manifest = json!({
        "name": "acme__mcp",
        "display_name": "Acme",
        "description": "The notes of Acme",
        "author": { "name": "Acme" },
        "server": {
            "type": "local", "command": "npx", "args": ["-y", "acme-mcp@1.0.0"],
            "env": { "ACME_FOLDER": "${user_config.folder}", "ACME_API_KEY": "${user_config.api_key}" }
        },
        "user_config": {
            "folder": { "type": "string", "title": "Folder", "required": true, "sensitive": false },
            "api_key": { "type": "string", "title": "Key", "required": true, "sensitive": true }
        },
        "archestra_config": { "works_in_archestra": true }
    });
    let remote = json!({ "type": "remote", "url": "https://acme.example/mcp" });
    let oauth = json!({
        "name": "Acme",
        "server_url": "https://acme.example/oauth/authorize",
        "client_id": "acme-1f3d5",
        "client_secret": "REDACTED",
        "requires_proxy": true,
        "redirect_uris": ["https://oauth.acme.example/oauth/callback"],
        "scopes": ["read", "write"]
    });
    match which {
        1 => {
            manifest["oauth_config"] = oauth;
            manifest["oauth_config"]["generic_oauth"] = json!(true);
            manifest["oauth_config"]["token_endpoint"] = json!("https://acme.example/oauth/token");
            manifest["oauth_config"]["access_token_env_var"] = json!("ACME_TOKEN");
        }
        2 => {
            manifest["oauth_config"] = oauth;
            manifest["oauth_config"]["well_known_url"] =
                json!("https://acme.example/.well-known/oauth-authorization-server");
            manifest["oauth_config"]["streamable_http_url"] = json!("http://localhost:8000/mcp");
        }
        3 => {
            manifest["server"] = remote;
            manifest["oauth_config"] = oauth;
        }
        4 => {
            manifest["server"] = remote;
            manifest["oauth_config"] = json!({
                "name": "Acme", "server_url": "https://acme.example/mcp", "client_id": "",
                "redirect_uris": ["http://localhost:8080/oauth/callback"], "scopes": ["read"]
            });
        }
        5 => {
            manifest["server"] = json!({
                "command": "docker",
                "args": ["run", "-i", "--rm", "-e", "ACME_API_KEY", "-v", "${user_config.folder}:/data", "acme/mcp:1.0"],
                "env": { "ACME_API_KEY": "${user_config.api_key}" }
            });
        }
        _ => {}
    }
    manifest
}
