//! The steps of the GitHub action, run against a repository with a pull request in it.
//!
//! They need bash and git: where one is missing, that is said and nothing is tested.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use assert_cmd::cargo::cargo_bin;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::pull_request::manifest;
use crate::support::{project, run, scratch, write};

/// A clone in which a pull request is checked out; `origin/main` is what it goes to.
pub struct Clone {
    pub folder: TempDir,
    /// What the runner keeps beside the clone.
    runner: TempDir,
}

/// What a run of the gate left.
struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
    summary: String,
    sarif: Value,
}

impl Clone {
    /// A base with one server, and its artifacts; `None`, said aloud, where it cannot be made.
    pub fn new() -> Option<Self> {
        for program in ["bash", "git"] {
            if Command::new(program).arg("--version").output().is_err() {
                eprintln!("skipped: `{program}` is not here");
                return None;
            }
        }
        let clone = Self { folder: scratch(), runner: scratch() };
        clone.git(&["init", "--quiet", "--initial-branch=pull-request"]);
        clone.add_server("acme__notes", "https://acme.example/token");
        clone.build();
        clone.commit();
        clone.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
        Some(clone)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn git(&self, arguments: &[&str]) {
        let output = isolated(&mut Command::new("git"))
            .current_dir(self.folder.path())
            .args(["-c", "user.name=a", "-c", "user.email=a@acme.example"])
            .args(arguments)
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {stderr}");
    }

    pub fn add_server(&self, id: &str, token_endpoint: &str) {
        let authorize = "https://acme.example/authorize";
        let text = manifest(id, authorize, token_endpoint, &json!(["notes"]));
        write(&self.path(&format!("catalog/{id}.json")), text);
    }

    pub fn build(&self) {
        let (code, stdout, stderr) = run(self.folder.path(), &["build"]);
        assert_eq!(code, 0, "{stdout}{stderr}");
    }

    pub fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message=x"]);
    }

    /// Runs the step of the action that judges.
    fn step(&self, variables: &[(&str, &str)]) -> Ran {
        let runner = self.runner.path();
        let summary = runner.join("summary.md");
        let sarif = runner.join("catproof.sarif");
        _ = fs::remove_file(&summary);
        _ = fs::remove_file(&sarif);
        let output = isolated(&mut Command::new("bash"))
            .args(["-c", &script("Check the change")])
            .current_dir(self.folder.path())
            .envs(
                ["CONFIG", "CATALOG", "CATALOG_LOCAL"].map(|name| (format!("CATPROOF_{name}"), "")),
            )
            .env("CATPROOF_TOOL", cargo_bin("catproof"))
            .env("CATPROOF_BASE", "main")
            .env("CATPROOF_FAIL_ON", "error")
            .env("CATPROOF_GATE", "breaking")
            .env("GITHUB_ACTIONS", "true")
            .env("RUNNER_TEMP", runner)
            .env("GITHUB_STEP_SUMMARY", &summary)
            .env("GITHUB_OUTPUT", runner.join("outputs"))
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        let read = |path: &Path| fs::read_to_string(path).unwrap_or_default();
        Ran {
            code: output.status.code().unwrap(),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
            summary: read(&summary),
            sarif: serde_json::from_str(&read(&sarif)).unwrap_or_default(),
        }
    }

    fn gate(&self) -> Ran {
        self.step(&[])
    }
}

/// The script of a step of the action.
fn script(step: &str) -> String {
    let action = fs::read_to_string(project().join("action.yml")).unwrap();
    let (_, step) = action.split_once(&format!("- name: {step}\n")).unwrap();
    let (_, block) = step.split_once("run: |\n").unwrap();
    let lines = block.lines().map(|line| line.strip_prefix("        ").unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
}

impl Ran {
    /// The rules that an annotation was made for, and the commands that came from elsewhere.
    ///
    /// A command is read as GitHub's runner reads it: nowhere but at the begin of a line, blanks aside, and not while
    /// commands are stopped.
    fn annotations(&self) -> BTreeSet<String> {
        let mut stopped: Option<String> = None;
        let mut found = BTreeSet::new();
        for line in self.stdout.lines().chain(self.stderr.lines()) {
            let Some((command, data)) =
                line.trim_start().strip_prefix("::").and_then(|rest| rest.split_once("::"))
            else {
                continue;
            };
            match &stopped {
                Some(token) if command == token => stopped = None,
                Some(_) => {}
                None if command == "stop-commands" => stopped = Some(data.to_owned()),
                None => {
                    let title = command.split("title=").nth(1).unwrap_or(command);
                    found.insert(title.split(',').next().unwrap().to_owned());
                }
            }
        }
        assert_eq!(stopped, None, "commands are taken again in the end");
        found
    }

    fn rules(&self) -> BTreeSet<&str> {
        let results = self.sarif["runs"][0]["results"].as_array().unwrap();
        results.iter().map(|result| result["ruleId"].as_str().unwrap()).collect()
    }
}

/// Without the settings of whoever runs the tests, or of the runner that runs them.
fn isolated(command: &mut Command) -> &mut Command {
    for (name, _) in std::env::vars_os() {
        let is_setting = ["GITHUB_", "RUNNER_", "CATPROOF_", "GIT_"]
            .iter()
            .any(|prefix| name.to_string_lossy().starts_with(prefix));
        if is_setting {
            command.env_remove(name);
        }
    }
    command
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("NO_COLOR", "1")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[cfg(unix)]
fn make_executable(file: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
}

#[cfg(not(unix))]
fn make_executable(_file: &Path) {}

#[test]
fn a_good_pull_request_passes() {
    let Some(clone) = Clone::new() else { return };
    clone.add_server("acme__tasks", "https://acme.example/token");
    clone.build();
    clone.commit();
    let ran = clone.gate();
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(!ran.annotations().contains("catproof"));
    for said in [
        "**check** passed: checked 2 files",
        "**build --check** passed: the artifacts are current",
        "compared with `origin/main`",
        "### `acme__tasks`: new",
    ] {
        assert!(ran.summary.contains(said), "{}", ran.summary);
    }
    let outputs = fs::read_to_string(clone.runner.path().join("outputs")).unwrap();
    let sarif = clone.runner.path().join("catproof.sarif");
    assert_eq!(outputs, format!("sarif={}\n", sarif.display()));
    let left = fs::read_dir(clone.runner.path()).unwrap();
    assert_eq!(left.count(), 3, "summary, SARIF, outputs");
}

#[test]
fn a_bad_pull_request_is_annotated_and_refused() {
    let Some(clone) = Clone::new() else { return };
    write(
        &clone.path("catalog/acme__tasks.json"),
        r#"{"name": "acme__other", "server": {"command": "npx"}}"#,
    );
    clone.commit();
    let ran = clone.gate();
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.annotations().contains("id-mismatch"), "{}", ran.stdout);
    assert!(ran.stdout.contains(",file=catalog/acme__tasks.json,line=1,"));
    assert!(ran.rules().contains("id-mismatch"));
    for said in [
        "**check** failed",
        "    catalog/acme__tasks.json:1:10: error[id-mismatch]: ",
        "**build --check** was not done",
        "compared with `origin/main`",
    ] {
        assert!(ran.summary.contains(said), "{}", ran.summary);
    }
}

#[test]
fn the_inputs_are_the_options() {
    let Some(clone) = Clone::new() else { return };
    clone.add_server("acme__tasks", "https://acme.example/token");
    clone.build();
    clone.commit();
    assert_eq!(clone.step(&[("CATPROOF_GATE", "review")]).code, 1);
    assert_eq!(clone.step(&[("CATPROOF_GATE", "none")]).code, 0);
    // A base that is not a branch of origin.
    assert_eq!(clone.step(&[("CATPROOF_BASE", "HEAD"), ("CATPROOF_GATE", "review")]).code, 0);
    // Without a base, nothing is compared.
    let ran = clone.step(&[("CATPROOF_BASE", ""), ("CATPROOF_GATE", "review")]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(!ran.summary.contains("compared with"), "{}", ran.summary);
    let ran = clone.step(&[("CATPROOF_BASE", "--output=x")]);
    assert_eq!(ran.code, 2, "{}", ran.stdout);
    assert!(ran.stderr.contains("`--output=x` is not a commit"), "{}", ran.stderr);
    let ran = clone.step(&[("CATPROOF_CONFIG", "ci/catproof.toml")]);
    assert_eq!(ran.code, 2, "{}", ran.stdout);
    fs::create_dir(clone.path("empty")).unwrap();
    let ran = clone.step(&[("CATPROOF_CATALOG", "empty"), ("CATPROOF_FAIL_ON", "warning")]);
    assert_eq!(ran.code, 3, "{}", ran.stdout);
}

#[test]
fn a_pull_request_cannot_hide_a_file_or_have_another_one_read() {
    let Some(clone) = Clone::new() else { return };
    let bad = r#"{"name": "acme__other", "server": {"command": "npx"}}"#;
    write(&clone.path("catalog/acme__tasks.json"), bad);
    clone.commit();
    write(
        &clone.path(".gitattributes"),
        "catalog/acme__tasks.json export-ignore ident filter=lfs -diff linguist-generated\n",
    );
    clone.git(&["add", ".gitattributes"]);
    clone.git(&["commit", "--quiet", "--message=x"]);
    clone.git(&["checkout", "--quiet", "HEAD"]);
    assert!(clone.gate().rules().contains("id-mismatch"));

    let secret = clone.runner.path().join("secret");
    write(&secret, "the runner's own text\n");
    link(&secret, &clone.path("catalog/acme__link.json"));
    fs::remove_file(clone.path("generated/oauth_proxy/providers.js")).unwrap();
    link(&secret, &clone.path("generated/oauth_proxy/providers.js"));
    fs::remove_file(clone.path("catalog/acme__tasks.json")).unwrap();
    clone.commit();
    let ran = clone.gate();
    assert_ne!(ran.code, 0);
    let all = ran.stdout + &ran.stderr + &ran.summary + &ran.sarif.to_string();
    assert!(!all.contains("the runner's own text"), "{all}");
}

#[cfg(unix)]
fn link(to: &Path, at: &Path) {
    std::os::unix::fs::symlink(to, at).unwrap();
}

#[cfg(not(unix))]
fn link(_to: &Path, at: &Path) {
    write(at, "");
}

#[test]
fn a_pull_request_cannot_speak_to_the_runner() {
    let Some(clone) = Clone::new() else { return };
    let forged = "::error title=forged::x\n  ::warning title=forged::x\n::add-mask::acme\n";
    let file = clone.path("generated/oauth_proxy/.env.example");
    let template = fs::read_to_string(&file).unwrap();
    write(&file, format!("{template}{forged}"));
    let manifest = json!({
        "name": format!("acme__x\n{forged}"), "description": forged,
        "server": { "command": "npx", "args": [forged] }
    });
    write(&clone.path("catalog_local/acme__x.json"), manifest.to_string());
    clone.commit();
    let ran = clone.gate();
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let annotations = ran.annotations();
    assert!(!annotations.contains("forged") && !annotations.contains("add-mask"), "{}", ran.stdout);
    let is_markup = |line: &str| line.trim_start().starts_with("::");
    assert!(!ran.summary.lines().any(is_markup), "{}", ran.summary);
    // The artifact that was edited is named, and what it says is not repeated.
    assert!(ran.summary.contains(".env.example is "), "{}", ran.summary);
}

/// Runs the step that builds the tool, with a `cargo` that only says where it runs.
fn install(workspace: &Path) -> Output {
    let scratch = scratch();
    let cargo = scratch.path().join("cargo");
    write(&cargo, "#!/usr/bin/env bash\necho \"in $PWD\"\n");
    make_executable(&cargo);
    let path = std::env::var("PATH").unwrap();
    isolated(&mut Command::new("bash"))
        .arg(project().join(".ci/action/install.sh"))
        .current_dir(workspace)
        .env("PATH", format!("{}:{path}", scratch.path().display()))
        .env("RUNNER_TEMP", scratch.path())
        .env("GITHUB_OUTPUT", scratch.path().join("outputs"))
        .env("GITHUB_WORKSPACE", workspace)
        .env("GITHUB_EVENT_NAME", "pull_request")
        .output()
        .unwrap()
}

#[test]
fn the_tool_is_not_built_where_a_pull_request_could_tell_cargo_what_to_run() {
    let Some(clone) = Clone::new() else { return };
    let output = install(clone.folder.path());
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout), format!("in {}\n", project().display()));
    let output = install(&project());
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stdout).contains("would run the pull request's own code"));
}

#[test]
fn the_workflow_of_the_readme_is_the_one_that_was_linted() {
    let workflow = fs::read_to_string(project().join(".ci/action/example-workflow.yml")).unwrap();
    let readme = fs::read_to_string(project().join("README.md")).unwrap();
    assert!(readme.contains(&format!("```yaml\n{workflow}```\n")));
}

/// No input reaches a shell as text: only `env` and the conditions may name an expression.
#[test]
fn no_expression_stands_in_a_script_of_the_action() {
    let action = fs::read_to_string(project().join("action.yml")).unwrap();
    let one_line = action.lines().filter(|line| line.trim_start().starts_with("run: '"));
    let scripts: Vec<String> =
        one_line.map(str::to_owned).chain([script("Check the change")]).collect();
    assert_eq!(scripts.len(), action.matches(" run: ").count());
    for script in scripts {
        assert!(!script.contains("${{"), "{script}");
    }
}
