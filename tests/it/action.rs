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
struct Clone {
    folder: TempDir,
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
    fn new() -> Option<Self> {
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

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn git(&self, arguments: &[&str]) {
        let output = isolated(&mut Command::new("git"))
            .current_dir(self.folder.path())
            .args(["-c", "user.name=a", "-c", "user.email=a@acme.example"])
            .args(arguments)
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {stderr}");
    }

    fn add_server(&self, id: &str, token_endpoint: &str) {
        let authorize = "https://acme.example/authorize";
        let text = manifest(id, authorize, token_endpoint, &json!(["notes"]));
        write(&self.path(&format!("catalog/{id}.json")), text);
    }

    fn build(&self) {
        let (code, stdout, stderr) = run(self.folder.path(), &["build"]);
        assert_eq!(code, 0, "{stdout}{stderr}");
    }

    fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message=x"]);
    }

    /// Runs the gate as the action does, with `diff` in the place of catproof's own.
    fn gate_with(&self, diff: &str, variables: &[(&str, &str)]) -> Ran {
        let runner = self.runner.path();
        let tool = runner.join("tool");
        let program = cargo_bin("catproof");
        let script = format!(
            "#!/usr/bin/env bash\nif [ \"$1\" = diff ]; then shift; {diff}\nelse exec '{}' \"$@\"; fi\n",
            program.display()
        );
        write(&tool, script);
        make_executable(&tool);
        let summary = runner.join("summary.md");
        let sarif = runner.join("catproof.sarif");
        _ = fs::remove_file(&summary);
        _ = fs::remove_file(&sarif);
        let output = isolated(&mut Command::new("bash"))
            .arg(project().join(".ci/action/gate.sh"))
            .current_dir(self.folder.path())
            .env("CATPROOF_TOOL", &tool)
            .env("CATPROOF_BASE", "main")
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
        self.gate_with("echo 'the change'", &[])
    }
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
    for said in
        ["**check**: passed", "**build --check**: the artifacts are current", "the change\n"]
    {
        assert!(ran.summary.contains(said), "{}", ran.summary);
    }
    let outputs = fs::read_to_string(clone.runner.path().join("outputs")).unwrap();
    let sarif = clone.runner.path().join("catproof.sarif");
    assert_eq!(outputs, format!("sarif={}\n", sarif.display()));
    // Nothing is left of the folders that were judged.
    let left = fs::read_dir(clone.runner.path()).unwrap();
    assert_eq!(left.count(), 4, "tool, summary, SARIF, outputs");
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
        "**check**: failed",
        "    catalog/acme__tasks.json:1:10: error[id-mismatch]: ",
        "**build --check**: not done",
        "the change\n",
    ] {
        assert!(ran.summary.contains(said), "{}", ran.summary);
    }
}

#[test]
fn artifacts_that_are_not_current_are_refused() {
    let Some(clone) = Clone::new() else { return };
    clone.add_server("acme__tasks", "https://acme.example/token");
    clone.commit();
    let ran = clone.gate();
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.summary.contains("**check**: passed"), "{}", ran.summary);
    assert!(ran.summary.contains("run `catproof build`"), "{}", ran.summary);
}

#[test]
fn what_the_change_means_can_refuse_it() {
    let Some(clone) = Clone::new() else { return };
    write(&clone.path("README.md"), "only prose\n");
    clone.commit();
    let diff = "echo \"asked: $*\"; exit 1";
    let ran = clone.gate_with(diff, &[]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.summary.contains(" --format markdown --gate breaking\n"), "{}", ran.summary);
    let ran = clone.gate_with(diff, &[("CATPROOF_DIFF_GATE", "review")]);
    assert!(ran.summary.contains(" --gate review\n"), "{}", ran.summary);
    let ran = clone.gate_with("echo \"asked: $*\"", &[("CATPROOF_DIFF_GATE", "none")]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(!ran.summary.contains("--gate"), "{}", ran.summary);
    // It asks where the base is in git's objects, with the configuration of the pull request in its place.
    write(&clone.path("catproof.toml"), "[rules]\n# mine\n");
    clone.commit();
    let diff = "while [ \"$1\" != --base ]; do shift; done; git ls-tree --name-only \"$2:catalog\"; cat catproof.toml";
    let ran = clone.gate_with(diff, &[]);
    assert!(
        ran.summary.contains("acme__notes.json\n[rules]\n# mine\n"),
        "{}{}",
        ran.summary,
        ran.stderr
    );
}

#[test]
fn a_pull_request_cannot_relax_the_rules_that_it_is_judged_by() {
    let Some(clone) = Clone::new() else { return };
    write(
        &clone.path("catalog/acme__tasks.json"),
        r#"{"name": "acme__other", "server": {"command": "npx"}}"#,
    );
    write(&clone.path("catproof.toml"), "[rules]\nid-mismatch = \"off\"\n");
    clone.commit();
    let ran = clone.gate();
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.rules().contains("id-mismatch"));
    assert!(ran.summary.contains("The configuration changes too."), "{}", ran.summary);

    // Once it is merged, it is in force.
    clone.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    let ran = clone.gate();
    assert!(!ran.rules().contains("id-mismatch"), "{}", ran.stdout);
    assert!(!ran.summary.contains("The configuration changes too."));
}

#[test]
fn a_pull_request_cannot_hide_a_file_or_have_another_one_read() {
    let Some(clone) = Clone::new() else { return };
    let bad = r#"{"name": "acme__other", "server": {"command": "npx"}}"#;
    write(&clone.path("catalog/acme__tasks.json"), bad);
    clone.commit();
    write(
        &clone.path(".gitattributes"),
        "catalog/acme__tasks.json export-ignore ident filter=lfs working-tree-encoding=UTF-16\n",
    );
    clone.git(&["add", ".gitattributes"]);
    clone.git(&["commit", "--quiet", "--message=x"]);
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
    let forged = "::error title=forged::x\n  ::warning title=forged::x\n::add-redactor::acme\n";
    let file = clone.path("generated/oauth_proxy/.env.example");
    let template = fs::read_to_string(&file).unwrap();
    write(&file, format!("{template}{forged}"));
    write(&clone.path("README.md"), forged);
    clone.commit();
    let ran = clone.gate_with("cat README.md", &[]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stdout.contains("::add-redactor::acme"), "{}", ran.stdout);
    let annotations = ran.annotations();
    assert!(
        !annotations.contains("forged") && !annotations.contains("add-redactor"),
        "{}",
        ran.stdout
    );
}

#[test]
fn what_the_base_gained_since_is_no_change_of_the_pull_request() {
    let Some(clone) = Clone::new() else { return };
    write(&clone.path("README.md"), "mine\n");
    clone.commit();
    clone.git(&["checkout", "--quiet", "-b", "other", "origin/main"]);
    write(&clone.path("theirs.md"), "theirs\n");
    clone.commit();
    clone.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    clone.git(&["checkout", "--quiet", "pull-request"]);
    let ran = clone.gate_with(
        "while [ \"$1\" != --base ]; do shift; done; git ls-tree --name-only \"$2\"",
        &[],
    );
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(!ran.summary.contains("theirs.md"), "{}", ran.summary);
}

#[test]
fn a_base_that_is_not_there_is_said_and_not_passed_over() {
    let Some(clone) = Clone::new() else { return };
    let ran = clone.gate_with("true", &[("CATPROOF_BASE", "--output=x")]);
    assert_eq!(ran.code, 2, "{}", ran.stdout);
    assert!(ran.stderr.contains("`fetch-depth: 0`"), "{}", ran.stderr);
    let ran = clone.gate_with("exit 9", &[("CATPROOF_BASE", "")]);
    assert_eq!(ran.code, 0, "without a base there is no diff: {}", ran.stderr);
    let ran = clone.gate_with("true", &[("CATPROOF_CONFIG", "ci/catproof.toml")]);
    assert_eq!(ran.code, 2, "{}", ran.stdout);
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
    let scripts = action.lines().filter(|line| line.trim_start().starts_with("run:"));
    let scripts: Vec<&str> = scripts.collect();
    assert_eq!(scripts.len(), 2);
    for script in scripts {
        assert!(!script.contains("${{") && script.ends_with(".sh\"'"), "{script}");
    }
}
