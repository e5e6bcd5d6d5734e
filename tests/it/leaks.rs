//! No planted credential is shown: 98 kinds, in every place where text can stand, by every command in every format.
//!
//! Each cell, a kind in a place, has a credential of its own, so that a leak names its cell. Left out are:
//! - `schema`, `rules`, `man` and `completions`, which read no text of the user's,
//! - a manifest that `--fix` repairs: it keeps what its author wrote,
//! - what is a credential by its name alone, in a place without that name: nothing tells it from any other word.
//!
//! What else is left out is said where it is.

mod kinds;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use aho_corasick::AhoCorasick;
use catproof::testing::report::Format;
use clap::ValueEnum as _;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use self::kinds::{KINDS, Kind, Known, Random};
use crate::battery::server;
use crate::support::{catproof, contents, merge, name, project, run, scratch, write};

/// The kinds that are known wherever they stand.
fn known_anywhere() -> Vec<&'static Kind> {
    let is_known = |kind: &&Kind| matches!(kind.known, Known::ByForm | Known::ByUrl);
    KINDS.iter().filter(is_known).collect()
}

/// What is planted: the pieces of each credential that nothing may show.
struct Planted {
    random: Random,
    /// `kind, in place`.
    cells: Vec<String>,
    /// With the number of its cell.
    pieces: BTreeMap<String, usize>,
    /// The kind that comes next.
    turn: usize,
}

/// How long a piece of a credential is. Neither JSON nor a URL writes letters and digits in another way, so that a piece
/// is found whatever encodes the whole.
const PIECE: usize = 12;

impl Planted {
    fn new() -> Self {
        Self { random: Random(14), cells: Vec::new(), pieces: BTreeMap::new(), turn: 0 }
    }

    /// A credential of a cell.
    fn plant(&mut self, kind: &Kind, place: &str) -> String {
        let text = kind.make(&mut self.random);
        let cell = self.cells.len();
        self.cells.push(format!("{}, in {place}", kind.name));
        let is_end = |letter: char| !letter.is_ascii_alphanumeric();
        for run in text.split(is_end) {
            for start in (0..(run.len() + 1).saturating_sub(PIECE)).step_by(4) {
                let piece = run[start..start + PIECE].to_ascii_lowercase();
                self.pieces.insert(piece, cell);
            }
        }
        text
    }

    /// A credential that is known wherever it stands, each time of the next kind.
    fn next(&mut self, place: &str) -> (&'static Kind, String) {
        let kinds = known_anywhere();
        let kind = kinds[self.turn % kinds.len()];
        self.turn += 1;
        (kind, self.plant(kind, place))
    }

    /// The same on one line, in a text that is no JSON.
    fn next_on_a_line(&mut self, place: &str) -> String {
        loop {
            let (_, text) = self.next(place);
            if !text.contains('\n') {
                return text;
            }
        }
    }

    fn search(self) -> Search {
        let automaton =
            AhoCorasick::builder().ascii_case_insensitive(true).build(self.pieces.keys());
        Search {
            automaton: automaton.unwrap(),
            cell_of: self.pieces.into_values().collect(),
            cells: self.cells,
            leaks: BTreeMap::new(),
            has_masked: false,
        }
    }
}

/// Looks for what is planted in what the program says and writes.
struct Search {
    automaton: AhoCorasick,
    cell_of: Vec<usize>,
    cells: Vec<String>,
    /// The first line of each cell and command.
    leaks: BTreeMap<(usize, String), String>,
    /// Whether anything was masked: without it the commands have not come as far as to what is planted.
    has_masked: bool,
}

impl Search {
    /// Runs a command, and looks through what it says, and through what it writes below these paths.
    fn command(&mut self, folder: &Path, arguments: &[&str], written: &[&str]) -> i32 {
        let (code, stdout, stderr) = run(folder, arguments);
        self.look(arguments, "standard output", &stdout);
        self.look(arguments, "standard error", &stderr);
        for path in written {
            let path = folder.join(path);
            if path.is_dir() {
                for (file, bytes) in contents(&path) {
                    let file = file.strip_prefix(folder).unwrap().display().to_string();
                    self.look(arguments, "the name of a file", &file);
                    self.look(arguments, &file, &String::from_utf8_lossy(&bytes));
                }
            } else if path.is_file() {
                let text = fs::read_to_string(&path).unwrap();
                self.look(arguments, name(&path), &text);
            }
        }
        code
    }

    fn look(&mut self, arguments: &[&str], stream: &str, text: &str) {
        self.has_masked |= text.contains("[masked]");
        for found in self.automaton.find_iter(text) {
            let cell = self.cell_of[found.pattern().as_usize()];
            let start = text[..found.start()].rfind('\n').map_or(0, |at| at + 1);
            let end = text[found.end()..].find('\n');
            let line = &text[start..end.map_or(text.len(), |end| found.end() + end)];
            // A line may be a whole report.
            let from = line.floor_char_boundary((found.start() - start).saturating_sub(120));
            let to = line.ceil_char_boundary((found.end() - start + 80).min(line.len()));
            let said = format!("{stream}: {}", line[from..to].trim());
            self.leaks.entry((cell, arguments.join(" "))).or_insert(said);
        }
    }

    fn assert_nothing_leaked(&self) {
        const SHOWN: usize = 40;
        let mut all = String::new();
        for ((cell, arguments), line) in self.leaks.iter().take(SHOWN) {
            let _ = writeln!(all, "{}\n  catproof {arguments}\n  {line}", self.cells[*cell]);
        }
        assert!(self.leaks.is_empty(), "{} leaks\n{all}", self.leaks.len());
        assert!(self.has_masked, "nothing was masked");
    }
}

/// A place where text can stand in a document, by the document's schema.
#[derive(Clone)]
struct Spot {
    steps: Vec<Step>,
    takes: Takes,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Key(String),
    /// An item of a list.
    Item,
}

/// What may stand in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    Text,
    Url,
    /// A key of one's own choice.
    Key,
    /// Other keys than these, one of a few words, a number: text is wrong there.
    NoText,
}

impl Spot {
    fn name(&self) -> String {
        let step = |step: &Step| match step {
            Step::Key(key) => format!("/{key}"),
            Step::Item => "/-".to_owned(),
        };
        let pointer: String = self.steps.iter().map(step).collect();
        match self.takes {
            Takes::Key => format!("a key of {pointer}"),
            _ => pointer,
        }
    }
}

/// The places of a document, each with what may stand there.
struct Spots {
    root: Value,
    found: Vec<Spot>,
}

impl Spots {
    /// Those of a schema in `schema/`, or of one definition of it.
    fn of(schema: &str, definition: Option<&str>) -> Vec<Spot> {
        let text = fs::read_to_string(project().join("schema").join(schema)).unwrap();
        let root: Value = serde_json::from_str(&text).unwrap();
        let start = match definition {
            Some(definition) => root["$defs"][definition].clone(),
            None => root.clone(),
        };
        let found = Vec::new();
        let mut spots = Self { root, found };
        spots.walk(&start, &mut Vec::new());
        spots.found
    }

    fn walk(&mut self, schema: &Value, steps: &mut Vec<Step>) {
        if let Some(reference) = schema["$ref"].as_str() {
            let target = self.root.pointer(&reference[1..]).unwrap().clone();
            return self.walk(&target, steps);
        }
        if let Some(either) = schema["anyOf"].as_array() {
            let either = either.clone();
            return either.iter().for_each(|schema| self.walk(schema, steps));
        }
        let types = match &schema["type"] {
            Value::Array(types) => types.clone(),
            one => vec![one.clone()],
        };
        let has = |name: &str| types.iter().any(|known| known == name);
        if has("object") {
            for (key, member) in schema["properties"].as_object().into_iter().flatten() {
                steps.push(Step::Key(key.clone()));
                self.walk(member, steps);
                steps.pop();
            }
            let others = &schema["additionalProperties"];
            self.add(steps, if others.is_object() { Takes::Key } else { Takes::NoText });
            if others.is_object() {
                steps.push(Step::Key("acme".to_owned()));
                self.walk(others, steps);
                steps.pop();
            }
        }
        if has("array") {
            steps.push(Step::Item);
            self.walk(&schema["items"], steps);
            steps.pop();
        }
        if has("string") {
            let is_url = schema["format"] == "uri";
            self.add(steps, if is_url { Takes::Url } else { Takes::Text });
        } else {
            let is_scalar = ["boolean", "integer", "number"].iter().any(|name| has(name));
            if is_scalar || schema["oneOf"].is_array() {
                self.add(steps, Takes::NoText);
            }
        }
    }

    fn add(&mut self, steps: &[Step], takes: Takes) {
        let steps = steps.to_vec();
        self.found.push(Spot { steps, takes });
    }
}

/// What an item of a list has to have.
fn item_of(list: &str) -> Value {
    match list {
        "dependencies" | "prompts" | "tools" => json!({ "name": "acme" }),
        "setup" => json!({ "type": "log-monitor" }),
        "extra_destinations" => json!({ "host": "x.example", "reason": "x" }),
        "ignore" => json!({ "rule": "unknown-key", "file": "x.json" }),
        "problems" => json!({ "rule": "missing-pkce", "message": "no PKCE" }),
        "requests" => {
            json!({ "method": "GET", "url": "https://acme.example/x", "outcome": "read" })
        }
        _ => Value::Null,
    }
}

/// Puts a text into a place of a document, with what has to stand around it.
fn put(document: &mut Value, spot: &Spot, text: &str) {
    let mut at = document;
    let mut last = "";
    for step in &spot.steps {
        at = match step {
            Step::Key(key) => {
                last = key;
                member(at, key)
            }
            Step::Item => {
                if !at.is_array() {
                    *at = json!([]);
                }
                let items = at.as_array_mut().unwrap();
                items.push(item_of(last));
                items.last_mut().unwrap()
            }
        };
    }
    let takes_keys = spot.takes == Takes::Key || spot.steps.is_empty() || at.is_object();
    if takes_keys && matches!(spot.takes, Takes::Key | Takes::NoText) {
        let holds_objects = ["client_config_permutations", "user_config"].contains(&last);
        *member(at, text) = if holds_objects { json!({}) } else { json!("x") };
    } else {
        *at = json!(text);
    }
}

/// A member of a value, which becomes an object if it is none.
fn member<'a>(value: &'a mut Value, key: &str) -> &'a mut Value {
    if !value.is_object() {
        *value = json!({});
    }
    let members = value.as_object_mut().unwrap();
    members.entry(key).or_insert(Value::Null)
}

/// A text with a credential in it, as the place and the turn have it.
fn around(spot: &Spot, kind: &Kind, secret: &str, turn: usize) -> String {
    let is_of_one_line = !secret.contains('\n');
    let is_by_form = matches!(kind.known, Known::ByForm);
    match (spot.takes, turn % 3) {
        (Takes::Url, _) if is_by_form => format!("https://acme.example/{secret}/notes"),
        (Takes::Text, 1) => format!("Log in with {secret} now."),
        (Takes::Text, 2) if is_by_form && is_of_one_line => {
            format!("https://acme.example/?next={secret}&region=eu")
        }
        _ => secret.to_owned(),
    }
}

/// The formats of `check`.
fn formats() -> Vec<String> {
    let values = Format::value_variants().iter();
    let names = values.map(|format| format.to_possible_value().unwrap().get_name().to_owned());
    names.collect()
}

/// A configuration that switches every rule off that it can, so that commands go on where a credential is found.
fn quiet_config(folder: &Path) {
    let (_, stdout, _) = run(folder, &["rules", "--format", "json"]);
    let rules: Value = serde_json::from_str(&stdout).unwrap();
    let rules = rules.as_array().unwrap();
    let off = rules.iter().map(|rule| format!("{} = \"off\"\n", rule["id"]));
    write(&folder.join("quiet.toml"), format!("[rules]\n{}", off.collect::<String>()));
}

/// Every command over a catalog, in every format.
fn run_everything(search: &mut Search, folder: &Path, ids: &[String], artifacts: &[&str]) {
    quiet_config(folder);
    // An ignore has to name its file as it is called.
    let names_are_planted = ids.iter().any(|id| !id.starts_with("acme__"));
    fs::create_dir_all(folder.join("recordings")).unwrap();
    let mut to_files = vec!["check".to_owned(), "--pedantic".to_owned()];
    for format in formats() {
        to_files.extend(["--format".to_owned(), format!("{format}=out/{format}")]);
    }
    let to_files: Vec<&str> = to_files.iter().map(String::as_str).collect();
    fs::create_dir_all(folder.join("out")).unwrap();
    search.command(folder, &to_files, &["out"]);
    for arguments in [
        &["check", "--pedantic"][..],
        &["check", "--format", "json", "--profile", "development"],
        &["check", "--fix", "--diff"],
        &["check", "--unsafe-fixes", "--diff"],
        &["check", "--online", "--replay", "recordings"],
        &["list"],
        &["list", "--format", "json"],
        &["env"],
        &["build", "--check"],
        &["build", "--check", "--config", "quiet.toml"],
        &["diff", "--base", "base"],
        &["diff", "--base", "base", "--format", "json"],
        &["diff", "--base", "base", "--format", "markdown"],
        &["env", "--config", "quiet.toml"],
        &["env", "--for", "app", "--config", "quiet.toml"],
        &["env", "--check", "catalog/acme__clean.json", "--config", "quiet.toml"],
        &["probe", "--check", "--replay", "recordings"],
    ] {
        search.command(folder, arguments, &[]);
    }
    // A run has its own costs, so that these read some of the servers.
    for (number, id) in ids.iter().step_by((ids.len() / 8) | 1).enumerate() {
        let file = format!("catalog/{id}.json");
        search.command(folder, &["explain", id, &file], &[]);
        let format = ["human", "json"][number % 2];
        let simulate = ["simulate", id, &file, "--config", "quiet.toml", "--format", format];
        search.command(folder, &simulate, &[]);
    }
    for arguments in [&["build"][..], &["build", "--config", "quiet.toml"]] {
        let code = search.command(folder, arguments, artifacts);
        assert!(code < 2, "{arguments:?}");
    }
    search.command(folder, &["proxy", "--check"], &[]);
    search.command(folder, &["proxy", "--check", "--allow-missing"], &[]);
    let probe = ["probe", "--replay", "recordings"];
    search.command(folder, &probe, artifacts);
    let new = ["new", "acme__new", "--type", "4", "--url", "https://mcp.acme.example/new"];
    search.command(folder, &new, &["catalog_local"]);
    let baseline: &[&str] = if names_are_planted { &[] } else { &["catproof.toml"] };
    search.command(folder, &["check", "--write-baseline"], baseline);
    fs::remove_file(folder.join("catproof.toml")).unwrap();
    search.command(folder, &["check", "--unsafe-fixes"], &[]);
}

/// Exports servers that are compiled, from the catalog and from what `build` wrote.
fn export(search: &mut Search, folder: &Path, ids: &[String]) {
    for client in ["claude", "vscode", "cursor"] {
        for from in [&[][..], &["--from", "generated"]] {
            let mut arguments = vec!["export", "--client", client, "--config", "quiet.toml"];
            arguments.extend(from);
            arguments.extend(ids.iter().map(String::as_str));
            search.command(folder, &arguments, &[]);
        }
    }
}

/// A catalog with a clean server, and a base with the clean state of the same servers.
struct Catalog {
    folder: TempDir,
    planted: Planted,
    ids: Vec<String>,
}

impl Catalog {
    fn new() -> Self {
        let this = Self { folder: scratch(), planted: Planted::new(), ids: Vec::new() };
        this.write("catalog/acme__clean.json", &server("acme__clean", &json!({})));
        this.write("base/catalog/acme__clean.json", &server("acme__clean", &json!({})));
        write(&this.folder.path().join("base/catproof.toml"), "");
        this
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, path: &str, manifest: &Value) {
        let text = serde_json::to_string_pretty(manifest).unwrap();
        write(&self.path().join(path), text);
    }

    /// The next manifest: of one of the four types in turn, or of a server in a container.
    fn next(&mut self) -> (String, Value) {
        let number = self.ids.len();
        let id = format!("acme__s{number}");
        let url = format!("https://mcp{number}.acme.example/mcp");
        let patch = match number % 4 {
            0 => json!({}),
            1 => json!({
                "server": { "type": "remote", "url": url, "command": null, "args": null },
                "oauth_config": {
                    "server_url": url, "token_endpoint": null, "generic_oauth": null, "access_token_env_var": null
                }
            }),
            2 => json!({
                "server": { "type": "remote", "url": url, "command": null, "args": null },
                "oauth_config": {
                    "server_url": url, "token_endpoint": null, "generic_oauth": null, "access_token_env_var": null,
                    "client_id": null, "client_secret": null, "requires_proxy": null
                }
            }),
            _ => json!({
                "server": { "command": "docker", "args": ["run", "-i", "--rm", "acme/mcp:1.4.0"] },
                "oauth_config": null
            }),
        };
        (id.clone(), server(&id, &patch))
    }

    fn add(&mut self, id: String, manifest: &Value) {
        let (_, clean) = self.next();
        self.write(&format!("base/catalog/{id}.json"), &clean);
        self.write(&format!("catalog/{id}.json"), manifest);
        self.ids.push(id);
    }

    /// A manifest for each place, with one credential in it.
    fn add_one_a_place(&mut self, spots: &[Spot]) {
        for (turn, spot) in spots.iter().enumerate() {
            let (id, mut manifest) = self.next();
            let (kind, secret) = self.planted.next(&spot.name());
            put(&mut manifest, spot, &around(spot, kind, &secret, turn));
            self.add(id, &manifest);
        }
    }

    /// Manifests with a credential in every place, each in another turn of the kinds.
    fn add_all_places(&mut self, spots: &[Spot], manifests: usize) {
        for _ in 0..manifests {
            let (id, mut manifest) = self.next();
            for (turn, spot) in spots.iter().enumerate() {
                let (kind, secret) = self.planted.next(&format!("{} of {id}", spot.name()));
                put(&mut manifest, spot, &around(spot, kind, &secret, turn));
            }
            self.planted.turn += 1;
            self.add(id, &manifest);
        }
    }
}

fn manifest_spots(is_wanted: impl Fn(&Spot) -> bool) -> Vec<Spot> {
    let spots = Spots::of("server.schema.json", None);
    assert!(spots.len() > 120, "{}", spots.len());
    spots.into_iter().filter(is_wanted).collect()
}

fn is_sound(spot: &Spot) -> bool {
    spot.takes != Takes::NoText
}

#[test]
fn no_command_shows_a_credential_that_stands_alone_in_a_manifest() {
    let mut catalog = Catalog::new();
    catalog.add_one_a_place(&manifest_spots(is_sound));
    check_catalog(catalog);
}

#[test]
fn no_command_shows_a_credential_of_a_manifest_full_of_them() {
    let mut catalog = Catalog::new();
    catalog.add_all_places(&manifest_spots(is_sound), 8);
    check_catalog(catalog);
}

#[test]
fn no_command_shows_a_credential_where_the_schema_wants_something_else() {
    let mut catalog = Catalog::new();
    catalog.add_one_a_place(&manifest_spots(|spot| !is_sound(spot)));
    catalog.add_all_places(&manifest_spots(|_| true), 2);
    check_catalog(catalog);
}

/// The pointers of the strings and keys that contain a text.
fn pointers_of(value: &Value, text: &str, at: &str, found: &mut Vec<String>) {
    let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
    match value {
        Value::String(string) if string.contains(text) => found.push(at.to_owned()),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                pointers_of(item, text, &format!("{at}/{index}"), found);
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                pointers_of(member, text, &format!("{at}/{}", escaped(key)), found);
            }
        }
        _ => {}
    }
}

/// A manifest for each kind that has a form, with one in every place for a text: each is found there, and nothing shows one.
#[test]
fn every_kind_with_a_form_is_found_in_every_place() {
    let mut catalog = Catalog::new();
    let spots = manifest_spots(|spot| matches!(spot.takes, Takes::Text | Takes::Url));
    let mut expected = BTreeSet::new();
    let kinds: Vec<&Kind> =
        KINDS.iter().filter(|kind| matches!(kind.known, Known::ByForm)).collect();
    for (turn, kind) in kinds.iter().enumerate() {
        let (id, mut manifest) = catalog.next();
        let mut secrets = Vec::new();
        for spot in &spots {
            let secret = catalog.planted.plant(kind, &spot.name());
            put(&mut manifest, spot, &around(spot, kind, &secret, turn));
            secrets.push(secret);
        }
        for secret in secrets {
            let mut found = Vec::new();
            pointers_of(&manifest, &secret, "", &mut found);
            expected
                .extend(found.into_iter().map(|at| (kind.name, format!("catalog/{id}.json"), at)));
        }
        catalog.add(id, &manifest);
    }
    assert!(expected.len() > 6_000, "{}", expected.len());
    let Catalog { folder, planted, .. } = catalog;
    let folder = folder.path();
    let mut search = planted.search();
    quiet_config(folder);
    fs::create_dir_all(folder.join("out")).unwrap();
    let mut check = vec!["check".to_owned(), "--pedantic".to_owned(), "--all".to_owned()];
    for format in formats() {
        check.extend(["--format".to_owned(), format!("{format}=out/{format}")]);
    }
    let check: Vec<&str> = check.iter().map(String::as_str).collect();
    search.command(folder, &check, &["out"]);
    search.command(folder, &["diff", "--base", "base"], &[]);
    search.command(folder, &["build", "--config", "quiet.toml"], &["generated"]);
    search.assert_nothing_leaked();
    let report = fs::read_to_string(folder.join("out/json")).unwrap();
    let report: Value = serde_json::from_str(&report).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let is_serious = |finding: &&Value| {
        finding["severity"] == "error" || finding["rule"] == "committed-credential"
    };
    let reported: BTreeSet<(&str, &str)> = findings
        .iter()
        .filter(is_serious)
        .filter_map(|finding| Some((finding["file"].as_str()?, finding["pointer"].as_str()?)))
        .collect();
    let is_missing =
        |(_, file, at): &&(&str, String, String)| !reported.contains(&(file.as_str(), at.as_str()));
    let missing: Vec<_> = expected.iter().filter(is_missing).collect();
    assert!(
        missing.is_empty(),
        "{} of {}: {:#?}",
        missing.len(),
        expected.len(),
        &missing[..missing.len().min(40)]
    );
}

fn check_catalog(catalog: Catalog) {
    let Catalog { folder, planted, ids } = catalog;
    let folder = folder.path();
    let mut search = planted.search();
    run_everything(&mut search, folder, &ids, &["generated"]);
    export(&mut search, folder, &["acme__clean".to_owned()]);
    search.assert_nothing_leaked();
}

/// The secret of a patch's `§`, as JSON.
fn patch_with(patch: &str, secret: &str) -> Value {
    let written = serde_json::to_string(secret).unwrap();
    let patch = patch.replace('§', &written[1..written.len() - 1]);
    serde_json::from_str(&patch).unwrap()
}

/// Each kind that is known by its name, once under each of its names.
fn named() -> impl Iterator<Item = (&'static Kind, &'static str)> {
    KINDS.iter().flat_map(|kind| {
        let patches = match kind.known {
            Known::ByName(patches) => patches,
            Known::ByForm | Known::ByUrl | Known::InEnvironment => &[],
        };
        patches.iter().map(move |patch| (kind, *patch))
    })
}

/// What such a value is may be a sample, which is why it is a warning and the server is compiled with it: nothing is
/// looked for in the artifacts, and such a server is not exported, because that prints its launch file.
#[test]
fn no_command_shows_a_credential_that_is_known_by_its_name() {
    let mut catalog = Catalog::new();
    for (kind, patch) in named() {
        // With more than one of the special characters.
        for _ in 0..3 {
            let id = format!("acme__s{}", catalog.ids.len());
            let secret = catalog.planted.plant(kind, patch);
            let manifest = server(&id, &patch_with(patch, &secret));
            catalog.write(&format!("catalog/{id}.json"), &manifest);
            catalog.write(&format!("base/catalog/{id}.json"), &server(&id, &json!({})));
            catalog.ids.push(id);
        }
    }
    let Catalog { folder, planted, ids } = catalog;
    let mut search = planted.search();
    run_everything(&mut search, folder.path(), &ids, &[]);
    search.assert_nothing_leaked();
}

/// Texts that are no manifest, with `§` for a credential that is known anywhere, and `¤` for one behind a name.
const BROKEN: [&str; 12] = [
    "{ \"name\": \"acme__mcp\", \"token\": \"§\", \"client_secret\": \"¤\", oops }",
    "{ \"name\": \"acme__mcp\", \"notes\": \"§\", \"client_secret\": \"¤\"",
    "{\n  \"client_secret\": \"¤,\n  \"name\": \"§\"\n}",
    "{ \"name\": \"acme__mcp\", \"notes\": \"§\", \"notes\": \"\", \"server\": {} }",
    "{ \"name\": \"acme__mcp\", \"§\": 1, \"§\": 2, \"server\": {} }",
    "{ \"name\": \"acme__mcp\", \"server\": { \"env\": { \"A_TOKEN\": \"¤\", \"A_TOKEN\": \"§\" } } }",
    "{ \"name\": 1, \"oauth_config\": { \"client_secret\": \"¤\" }, \"server\": { \"args\": \"§\" } }",
    "{ \"name\": \"acme__mcp\", \"oauth_config\": { \"clientSecret\": \"¤\", \"scopes\": \"§\" }, \"server\": {} }",
    "{ \"dxt_version\": \"0.1\", \"name\": \"acme\", \"key\": \"§\", \"server\": { \"env\": { \"API_KEY\": \"¤\" } } }",
    "[\"§\", { \"client_secret\": \"¤\" }]",
    "\"§\"",
    "\u{feff}{ \"name\": \"acme__mcp\", \"server\": { \"command\": \"npx\", \"env\": { \"API_KEY\": [\"¤\"] } }, \"§\": { } }",
];

#[test]
fn no_command_shows_a_credential_of_a_file_that_is_no_manifest() {
    let mut catalog = Catalog::new();
    let client_secret = KINDS.iter().find(|kind| kind.name == "client secret").unwrap();
    for text in BROKEN {
        for _ in 0..2 {
            let id = format!("acme__s{}", catalog.ids.len());
            let planted = &mut catalog.planted;
            let (_, secret) = planted.next(text);
            let written = serde_json::to_string(&secret).unwrap();
            let written = &written[1..written.len() - 1];
            let mut broken = text.replace('§', written);
            if text.contains('¤') {
                let secret = planted.plant(client_secret, text);
                let written = serde_json::to_string(&secret).unwrap();
                broken = broken.replace('¤', &written[1..written.len() - 1]);
            }
            write(&catalog.path().join(format!("catalog/{id}.json")), broken);
            catalog.ids.push(id);
        }
    }
    check_catalog(catalog);
}

/// A private key and a URL cannot be the name of a file.
#[test]
fn no_command_shows_a_credential_in_the_name_of_a_file() {
    let mut catalog = Catalog::new();
    let places =
        ["the name of a sound file", "the id and the name of a file", "the name of a broken file"];
    let kinds = KINDS.iter().filter(|kind| matches!(kind.known, Known::ByForm));
    for (kind, place) in kinds.zip(places.into_iter().cycle()) {
        let secret = catalog.planted.plant(kind, place);
        if secret.contains(['\n', '/']) {
            continue;
        }
        let (_, manifest) = catalog.next();
        let id = match place {
            "the name of a sound file" => "acme__other",
            _ => secret.as_str(),
        };
        let manifest = match place {
            "the name of a broken file" => "{".to_owned(),
            _ => {
                let mut manifest = manifest;
                merge(&mut manifest, &json!({ "name": id, "unknown": 1 }));
                serde_json::to_string_pretty(&manifest).unwrap()
            }
        };
        write(&catalog.path().join(format!("catalog/{secret}.json")), manifest);
        catalog.ids.push(secret);
    }
    let Catalog { folder, planted, ids } = catalog;
    let mut search = planted.search();
    run_everything(&mut search, folder.path(), &ids, &["generated"]);
    search.assert_nothing_leaked();
}

#[test]
fn no_command_shows_a_credential_of_the_discovery_lock() {
    let mut catalog = Catalog::new();
    let mut entries = Map::new();
    let spots = Spots::of("lock.schema.json", Some("LockEntry"));
    assert!(spots.len() > 30, "{}", spots.len());
    for (turn, spot) in spots.iter().enumerate() {
        let id = format!("acme__s{}", catalog.ids.len());
        let url = format!("https://mcp{turn}.acme.example/mcp");
        let manifest = json!({
            "name": id, "server": { "type": "remote", "url": url },
            "oauth_config": {
                "server_url": url, "scopes": ["notes"], "client_id": "acme-77aa", "client_secret": "REDACTED",
                "requires_proxy": true, "redirect_uris": ["https://oauth.acme.example/oauth/callback"]
            }
        });
        let mut entry = json!({
            "inputs": { "remote_url": url, "server_url": url, "well_known_url": null },
            "recorded": "2026-10-01",
            "requests": [{ "method": "GET", "url": "https://id.acme.example/x", "outcome": "read" }],
            "resource": {
                "metadata_url": "https://mcp.acme.example/.well-known/oauth-protected-resource", "resource": url,
                "authorization_servers": ["https://id.acme.example"], "scopes_supported": ["notes"]
            },
            "issuer": "https://id.acme.example",
            "problems": [{ "rule": "missing-pkce", "message": "no PKCE" }],
            "authorization_server": {
                "metadata_url": "https://id.acme.example/.well-known/oauth-authorization-server",
                "authorization_endpoint": "https://id.acme.example/authorize",
                "token_endpoint": "https://id.acme.example/token"
            }
        });
        let (kind, secret) = catalog.planted.next(&format!("the lock's {}", spot.name()));
        put(&mut entry, spot, &around(spot, kind, &secret, turn));
        entries.insert(id.clone(), entry);
        catalog.write(&format!("catalog/{id}.json"), &manifest);
        catalog.write(&format!("base/catalog/{id}.json"), &manifest);
        catalog.ids.push(id);
    }
    // Unknown keys and wrong types make the whole lock unreadable: each spot that a lock may have stands in one file, each
    // other in one of its own.
    let (sound, broken): (Vec<_>, Vec<_>) =
        spots.iter().zip(&catalog.ids).partition(|(spot, _)| is_sound(spot));
    let lock = |ids: &[(&Spot, &String)]| {
        let entries = ids.iter().map(|(_, id)| ((*id).clone(), entries[*id].clone()));
        json!({ "generated": "by hand", "version": 1, "servers": entries.collect::<Map<_, _>>() })
    };
    let path = catalog.path().join("generated/discovery.lock.json");
    let broken: Vec<String> = broken.into_iter().map(|one| lock(&[one]).to_string()).collect();
    let cut = lock(&sound).to_string();
    let sound = serde_json::to_string_pretty(&lock(&sound)).unwrap();
    let texts = broken.into_iter().chain([cut[..cut.len() - 2].to_owned(), sound.clone()]);
    let texts: Vec<String> = texts.collect();
    write(&catalog.path().join("base/generated/discovery.lock.json"), &sound);
    let Catalog { folder, planted, ids } = catalog;
    let folder = folder.path();
    let mut search = planted.search();
    for text in &texts {
        write(&path, text);
        for arguments in [
            &["check"][..],
            &["check", "--format", "json"],
            &["list"],
            &["build", "--check"],
            &["diff", "--base", "base"],
            &["probe", "--check", "--replay", "recordings"],
            &["explain", "acme__s0"],
            &["simulate", "acme__clean"],
        ] {
            fs::create_dir_all(folder.join("recordings")).unwrap();
            search.command(folder, arguments, &[]);
        }
    }
    // What a provider publishes is no secret of the catalog's: the lock keeps what was in it, and so do the artifacts that
    // it fills.
    run_everything(&mut search, folder, &ids, &[]);
    search.assert_nothing_leaked();
}

#[test]
fn no_command_shows_a_credential_of_the_configuration() {
    let mut catalog = Catalog::new();
    let spots = Spots::of("config.schema.json", None);
    assert!(spots.len() > 25, "{}", spots.len());
    let mut texts = Vec::new();
    for (turn, spot) in spots.iter().enumerate() {
        let (kind, secret) = catalog.planted.next(&format!("catproof.toml's {}", spot.name()));
        let mut config = json!({});
        put(&mut config, spot, &around(spot, kind, &secret, turn));
        texts.push(toml::to_string(&config).unwrap());
    }
    for text in [
        "client_secret = '¤'\n",
        "[proxy]\nurl = '§' oops\n",
        "x = §\n",
        "§ = 1\n",
        "[§]\n",
        "# §\n[oops\n",
    ] {
        let client_secret = KINDS.iter().find(|kind| kind.name == "client secret").unwrap();
        let secret = catalog.planted.next_on_a_line(text);
        let named = catalog.planted.plant(client_secret, text);
        texts.push(text.replace('§', &secret).replace('¤', &named));
    }
    let Catalog { folder, planted, .. } = catalog;
    let folder = folder.path();
    let mut search = planted.search();
    fs::create_dir_all(folder.join("recordings")).unwrap();
    let commands = [
        &["check", "--pedantic"][..],
        &["check", "--format", "json"],
        &["check", "--format", "sarif"],
        &["list"],
        &["env"],
        &["build", "--check"],
        &["build", "--out", "out"],
        &["diff", "--base", "base"],
        &["diff", "--base", "base", "--format", "json"],
        &["diff", "--base", "base", "--format", "markdown"],
        &["explain", "acme__clean"],
        &["simulate", "acme__clean"],
        &["check", "--online", "--replay", "recordings"],
        &["proxy", "--check"],
        &["new", "acme__new", "--type", "1", "--url", "https://acme.example/authorize"],
    ];
    for (turn, text) in texts.into_iter().enumerate() {
        write(&folder.join("catproof.toml"), text);
        // Every configuration is checked; the other commands take turns.
        for arguments in
            commands.iter().take(1).chain(commands.iter().cycle().skip(turn * 4).take(4))
        {
            search.command(folder, arguments, &[]);
        }
        for written in ["out", "catalog_local"] {
            let _ = fs::remove_dir_all(folder.join(written));
        }
    }
    search.assert_nothing_leaked();
}

/// Allowlists, with `§` for a credential that is known anywhere, and `¤` for one behind a name.
const ALLOWLISTS: [(&str, &str); 12] = [
    ("js", "export const ALLOWED_DESTINATIONS = ['acme.example', '§'];\n"),
    ("js", "export const ALLOWED_DESTINATIONS = [`§`, 'https://acme.example/§'];\n"),
    ("js", "// §\nconst ALLOWED_DESTINATIONS = [HOST];\n"),
    ("js", "const SECRET = '§', ALLOWED_DESTINATIONS = [HOST];\n"),
    ("js", "const CLIENT_SECRET = '¤', ALLOWED_DESTINATIONS = [HOST, '¤'];\n"),
    ("js", "const ALLOWED_DESTINATIONS = ['§' + HOST];\n"),
    ("js", "const ALLOWED_DESTINATIONS = ['§\n"),
    ("json", "[\"acme.example\", \"§\"]"),
    ("json", "{ \"ALLOWED_DESTINATIONS\": [\"§\"], \"§\": 1, \"client_secret\": \"¤\" }"),
    ("json", "{ \"oauth_allowed_destinations\": \"§\" }"),
    ("json", "[\"acme.example\", \"§\", oops]"),
    ("json", "[1, { \"client_secret\": \"¤\" }]"),
];

#[test]
fn no_command_shows_a_credential_of_the_allowlist() {
    let mut catalog = Catalog::new();
    let client_secret = KINDS.iter().find(|kind| kind.name == "client secret").unwrap();
    let mut files = Vec::new();
    for (ending, text) in ALLOWLISTS {
        for _ in 0..2 {
            let secret = catalog.planted.next_on_a_line(text);
            let named = if text.contains('¤') {
                catalog.planted.plant(client_secret, text)
            } else {
                String::new()
            };
            let named = serde_json::to_string(&named).unwrap();
            let text = text.replace('§', &secret).replace('¤', &named[1..named.len() - 1]);
            let file = format!("allowed{}.{ending}", files.len());
            write(&catalog.path().join(&file), text);
            files.push(file);
        }
    }
    let Catalog { folder, planted, .. } = catalog;
    let folder = folder.path();
    let mut search = planted.search();
    fs::create_dir_all(folder.join("out")).unwrap();
    for file in &files {
        let mut check = vec!["check".to_owned(), "--allowlist".to_owned(), file.clone()];
        for format in formats() {
            check.extend(["--format".to_owned(), format!("{format}=out/{format}")]);
        }
        let check: Vec<&str> = check.iter().map(String::as_str).collect();
        search.command(folder, &check, &["out"]);
        search.command(folder, &["build", "--check", "--allowlist", file], &[]);
        search.command(folder, &["check", "--config", file], &[]);
        search.command(folder, &["list", file], &[]);
    }
    search.assert_nothing_leaked();
}

#[test]
fn no_command_shows_a_credential_of_an_environment_file() {
    let catalog = Catalog::new();
    let Catalog { folder, mut planted, .. } = catalog;
    let folder = folder.path();
    let mut files = Vec::new();
    let lines = [
        "acme__clean_SECRET=§",
        "acme__clean_SECRET='§'",
        "export acme__clean_CLIENT_ID=\"§\"",
        "acme__clean_SECRET=\"§",
        "OTHER_API_KEY='§'\nacme__clean_SECRET=REDACTED",
        "acme__clean_SECRET=a\nacme__clean_SECRET=§#x",
        "acme__clean_SECRET_FILE=§",
        "OAUTH_PROXY_URL=§",
        "§",
    ];
    for (turn, kind) in KINDS.iter().enumerate() {
        // As the name of a variable in any case: only some kinds have the shape of one.
        let named = ["§=1"].iter();
        for line in lines.iter().cycle().skip(turn).take(1).chain(named) {
            let secret = planted.plant(kind, line);
            let file = format!("x{}.env", files.len());
            let is_behind_name = line.contains("SECRET=") || line.contains("KEY=");
            write(&folder.join(&file), line.replace('§', &secret) + "\n");
            let is_known = matches!(kind.known, Known::ByForm | Known::ByUrl) || is_behind_name;
            files.push((file, is_known && !secret.contains('\n')));
        }
    }
    let mut search = planted.search();
    assert_eq!(search.command(folder, &["build"], &["generated"]), 0);
    for (number, (file, is_known)) in files.iter().enumerate() {
        search.command(folder, &["env", "--check", file], &[]);
        search.command(folder, &["env", "--for", "app", "--check", file], &[]);
        search.command(folder, &["proxy", "--check", "--env-file", file], &[]);
        // Named by mistake: there what is known by neither form nor name is no credential, and neither is half a key.
        if *is_known {
            let format = formats().remove(number % formats().len());
            search.command(folder, &["check", "--config", file, "--format", &format], &[]);
            search.command(folder, &["check", "--allowlist", file, "--format", &format], &[]);
            search.command(folder, &["check", file, "--format", &format], &[]);
        }
    }
    search.assert_nothing_leaked();
}

/// A process of its own: nothing else has a standard input.
#[test]
fn no_format_shows_a_credential_of_standard_input() {
    let mut catalog = Catalog::new();
    catalog.add_all_places(&manifest_spots(is_sound), 4);
    catalog.add_all_places(&manifest_spots(|_| true), 4);
    let Catalog { folder, planted, ids } = catalog;
    let folder = folder.path();
    let mut search = planted.search();
    for (id, format) in ids.iter().zip(formats().iter().cycle()) {
        let text = fs::read_to_string(folder.join(format!("catalog/{id}.json"))).unwrap();
        for text in [text.clone(), text[..text.len() - 2].to_owned()] {
            for more in [
                &[][..],
                &["--stdin-filename", "catalog/acme__clean.json"],
                &["--unsafe-fixes", "--diff"],
            ] {
                let arguments = [&["check", "-", "--pedantic", "--format", format], more].concat();
                let output =
                    catproof(folder).args(&arguments).write_stdin(text.as_str()).output().unwrap();
                search.look(
                    &arguments,
                    "standard output",
                    &String::from_utf8_lossy(&output.stdout),
                );
                search.look(&arguments, "standard error", &String::from_utf8_lossy(&output.stderr));
            }
        }
    }
    search.assert_nothing_leaked();
}

fn git(folder: &Path, arguments: &[&str]) {
    let settings =
        ["-c", "user.name=Ann", "-c", "user.email=ann@acme.example", "-c", "commit.gpgsign=false"];
    let mut git = Command::new("git");
    git.args(settings).args(arguments).current_dir(folder);
    git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    assert!(git.output().unwrap().status.success(), "git {arguments:?}");
}

#[test]
fn no_comparison_shows_a_credential_of_either_commit() {
    if Command::new("git").arg("--version").output().is_err() {
        eprintln!("skipped: git is not installed");
        return;
    }
    let mut catalog = Catalog::new();
    catalog.add_one_a_place(&manifest_spots(|_| true));
    catalog.add_all_places(&manifest_spots(is_sound), 4);
    for (kind, patch) in named() {
        let id = format!("acme__s{}", catalog.ids.len());
        let secret = catalog.planted.plant(kind, patch);
        catalog.write(&format!("base/catalog/{id}.json"), &server(&id, &json!({})));
        catalog.write(&format!("catalog/{id}.json"), &server(&id, &patch_with(patch, &secret)));
        catalog.ids.push(id);
    }
    let secret = catalog.planted.next_on_a_line("catproof.toml of the commit");
    let config =
        format!("[[ignore]]\nrule = \"unknown-key\"\nfile = \"x.json\"\nreason = '{secret}'\n");
    write(&catalog.path().join("catproof.toml"), config);
    let Catalog { folder, planted, ids } = catalog;
    let folder = folder.path();
    let mut search = planted.search();
    git(folder, &["init", "-q"]);
    git(folder, &["add", "-A"]);
    git(folder, &["commit", "-q", "-m", "planted"]);
    let mut compare = |base: &str| {
        for format in ["human", "json", "markdown"] {
            search.command(folder, &["diff", "--base", base, "--format", format], &[]);
        }
    };
    compare("HEAD");
    // Half of the servers go, and the others become clean.
    for (number, id) in ids.iter().enumerate() {
        let file = format!("catalog/{id}.json");
        if number % 2 == 0 {
            fs::remove_file(folder.join(file)).unwrap();
        } else if folder.join("base").join(&file).exists() {
            fs::copy(folder.join("base").join(&file), folder.join(file)).unwrap();
        }
    }
    compare("HEAD");
    git(folder, &["add", "-A"]);
    git(folder, &["commit", "-q", "-m", "clean"]);
    git(folder, &["checkout", "-q", "HEAD~1", "--", "catalog"]);
    compare("HEAD");
    compare("HEAD~1");
    search.assert_nothing_leaked();
}

#[test]
fn no_command_repeats_a_credential_of_the_command_line() {
    let catalog = Catalog::new();
    let Catalog { folder, mut planted, .. } = catalog;
    let commands: Vec<Vec<String>> = known_anywhere()
        .into_iter()
        .enumerate()
        .flat_map(|(turn, kind)| {
            let secret = planted.plant(kind, "the command line");
            let is_url = matches!(kind.known, Known::ByUrl);
            let commands = [
                vec!["check", "§"],
                vec!["check", "--config", "§"],
                vec!["check", "-A", "§"],
                vec!["check", "--allowlist", "§"],
                vec!["check", "--format", "§"],
                vec!["check", "--today", "§"],
                vec!["check", "--catalog", "§"],
                vec!["check", "--profile", "§"],
                vec!["§"],
                vec!["check", "--§"],
                vec!["list", "§"],
                vec!["list", "--type", "§"],
                vec!["explain", "§"],
                vec!["build", "--check", "--out", "§"],
                vec!["diff", "--base", "§"],
                vec!["env", "--check", "§"],
                vec!["simulate", "§"],
                vec!["simulate", "acme__clean", "--answers", "§"],
                vec!["export", "--client", "claude", "§"],
                vec!["proxy", "--check", "--launch", "§"],
                vec!["probe", "§", "--replay", "§"],
                vec!["new", "§", "--type", "4", "--url", "oops"],
                vec!["new", "acme__new", "--type", "4", "--url", "§"],
                vec!["new", "§", "--type", "4", "--url", "https://mcp.acme.example/mcp"],
            ];
            let taken = commands.into_iter().enumerate().filter(move |(number, words)| {
                // The path of a folder is cleaned, and a URL is none any more.
                let is_folder = words.contains(&"--out");
                number % 4 == turn % 4 && !(is_url && is_folder)
            });
            taken.map(move |(_, words)| {
                let words = words.into_iter().map(|word| word.replace('§', &secret));
                words.collect()
            })
        })
        .collect();
    let mut search = planted.search();
    for words in commands {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        search.command(folder.path(), &words, &[]);
        let _ = fs::remove_dir_all(folder.path().join("catalog_local"));
    }
    search.assert_nothing_leaked();
}

#[test]
fn each_kind_makes_another_credential_every_time() {
    let names: BTreeSet<&str> = KINDS.iter().map(|kind| kind.name).collect();
    assert_eq!(names.len(), KINDS.len());
    let mut random = Random(1);
    for kind in &KINDS {
        assert_ne!(kind.make(&mut random), kind.make(&mut random), "{}", kind.name);
    }
}
