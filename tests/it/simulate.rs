//! `simulate`: what runs, what is left out, what is refused, and what is never shown.

use std::collections::BTreeMap;
use std::fs;

use catproof::testing::compile::emit;
use catproof::testing::compile::plan::{Input, Plan, ServerLaunch};
use catproof::testing::compile::write::{Mode, write};
use catproof::testing::manifest::model::InputType;
use catproof::testing::runtime::simulate::{Answers, simulate};
use serde_json::{Value, json};

use crate::catalog::InMemory;
use crate::support::{self, entries, name, project, run, scratch, shared};

/// Each folder was worked out by hand from how the app treats manifests: a manifest, answers, and what then runs.
#[test]
fn what_runs_is_what_was_worked_out_by_hand() {
    let folders = entries(&project().join("tests/simulate"));
    assert!(folders.len() >= 10);
    for folder in folders {
        let catalog = entries(&folder.join("catalog"));
        let id = name(&catalog[0]).strip_suffix(".json").unwrap().to_owned();
        let arguments = ["--answers", "answers.json", "--format", "json"];
        // Outside the project, whose own configuration would be found above.
        let scratch = support::copy_of(&folder);
        let (code, stdout, stderr) =
            run(scratch.path(), &[&["simulate", &id][..], &arguments].concat());
        assert_eq!(code, 0, "{}: {stdout}{stderr}", folder.display());
        let report: Value = serde_json::from_str(&stdout).unwrap();
        let expected = fs::read_to_string(folder.join("run.json")).unwrap();
        let expected: Value = serde_json::from_str(&expected).unwrap();
        let (actual, expected) = [&report["run"], &expected].map(|run| format!("{run:#}")).into();
        assert!(
            actual == expected,
            "{}: {}",
            folder.display(),
            similar::TextDiff::from_lines(&expected, &actual).unified_diff()
        );
        assert_eq!(report["problems"], json!([]));
        assert!(!stdout.contains("${"));
    }
}

/// A server with one input of each kind.
fn asking() -> InMemory {
    InMemory::of([json!({
        "name": "acme__mcp",
        "display_name": "Acme",
        "server": {"type": "local", "command": "npx", "args": ["${user_config.text}", "${user_config.secret}"],
            "env": {"NUMBER": "${user_config.number}"}},
        "user_config": {
            "text": {"type": "string", "title": "Text", "required": true},
            "secret": {"type": "string", "title": "Secret", "sensitive": true},
            "number": {"type": "number", "title": "Number", "min": 1, "max": 10},
            "boolean": {"type": "boolean", "title": "Boolean"},
            "folder": {"type": "directory", "title": "Folder", "multiple": true},
            "blank": {"type": "file", "title": "Key file", "description": "Where the key is", "required": true, "default": ""}
        }
    })])
}

fn messages(answers: Value) -> Vec<String> {
    let launch = asking().plan().servers.pop_first().unwrap().1;
    let Value::Object(answers) = answers else {
        panic!("answers are an object");
    };
    let problems = simulate(&launch, &answers).err().unwrap_or_default();
    problems.into_iter().map(|problem| problem.message).collect()
}

#[test]
fn every_answer_that_does_not_fit_is_a_problem() {
    assert_eq!(messages(json!({"text": "a", "blank": "/k"})), [""; 0]);
    assert_eq!(
        messages(
            json!({"txt": "a", "text": 1, "number": "1", "boolean": "true", "folder": ["/a", 2], "blank": ["/a"]})
        ),
        [
            "the server has no input `txt`",
            "the answer to `blank` must be one file",
            "the answer to `boolean` must be `true` or `false`",
            "the answer to `folder` must be the path of a folder",
            "the answer to `number` must be a number",
            "the answer to `text` must be a string",
        ]
    );
    assert_eq!(
        messages(json!({"text": null, "number": 0, "folder": "/a"})),
        [
            "`blank` is required, but has no answer",
            "the answer to `number` must be at least 1",
            "`text` is required, but has no answer",
        ]
    );
    assert_eq!(
        messages(json!({"text": "a", "blank": "/k", "number": 10.5, "folder": {}})),
        [
            "the answer to `folder` must be the path of a folder",
            "the answer to `number` must be at most 10",
        ]
    );
}

#[test]
fn a_sensitive_answer_is_masked_where_another_answer_repeats_it() {
    let launch = asking().plan().servers.pop_first().unwrap().1;
    let answers = json!({"text": "--key=s3cret-value!", "secret": "s3cret-value!", "blank": "/k"});
    let run = simulate(&launch, answers.as_object().unwrap()).unwrap();
    assert_eq!(run.arguments, ["--key=[masked]", "<secret>"]);
}

#[test]
fn a_server_without_its_command_or_image_is_a_problem() {
    for server in [
        json!({"type": "local", "command": "${user_config.program}"}),
        json!({"type": "local", "command": "${PYTHON}"}),
        json!({"type": "local", "command": "serve", "docker_image": "acme/mcp:${user_config.program}"}),
    ] {
        let manifest = json!({"name": "acme__mcp", "server": server,
            "user_config": {"program": {"type": "string", "title": "Program"}}});
        let launch = InMemory::of([manifest]).plan().servers.pop_first().unwrap().1;
        let problems = simulate(&launch, &Answers::new()).unwrap_err();
        assert!(problems[0].message.starts_with("there is no "), "{problems:?}");
    }
}

/// An answer to every input, as many as may be given, each sensitive one unlike everything else.
fn answers(inputs: &BTreeMap<String, Input>) -> Answers {
    let one = |key: &str, input: &Input| match input.kind {
        InputType::Number => json!(input.min.unwrap_or(7.0)),
        InputType::Boolean => json!(true),
        InputType::String | InputType::Directory | InputType::File => {
            if input.sensitive {
                json!(format!("Planted-{key}-\"s3cr3t\""))
            } else {
                json!(format!("/answer/{key}"))
            }
        }
    };
    let answer = |key: &str, input: &Input| {
        if input.multiple { json!([one(key, input), one(key, input)]) } else { one(key, input) }
    };
    inputs.iter().map(|(key, input)| (key.clone(), answer(key, input))).collect()
}

/// Answers that leave out whatever may be left out.
fn least(inputs: &BTreeMap<String, Input>) -> Answers {
    let required = inputs.iter().filter(|(_, input)| input.required);
    answers(&required.map(|(key, input)| (key.clone(), input.clone())).collect())
}

/// Every server of a catalog, with every answer and with the least: no placeholder and no sensitive answer is shown.
fn nothing_leaks(plan: &Plan) {
    let folder = scratch();
    let artifacts = emit::emit(plan).unwrap();
    write(folder.path(), &artifacts, &BTreeMap::new(), &[], Mode::Write).unwrap();
    for (id, launch) in &plan.servers {
        for answers in [answers(&launch.inputs), least(&launch.inputs)] {
            match simulate(launch, &answers) {
                Ok(simulation) => {
                    let json = serde_json::to_string(&simulation).unwrap();
                    assert!(!json.contains("${"), "{id}: {json}");
                    assert!(!json.contains("Planted-"), "{id}: {json}");
                    assert_everything_arrives(launch, &answers, &json);
                }
                // A command or an image with a placeholder that nothing fills in: no answer can help.
                Err(problems) => {
                    assert!(
                        problems.iter().all(|problem| problem.key.is_none()),
                        "{id}: {problems:?}"
                    );
                }
            }
        }
    }
    // Through the process too, in either format.
    for (index, (id, launch)) in plan.servers.iter().enumerate().step_by(12) {
        support::write(
            &folder.path().join("answers.json"),
            Value::Object(answers(&launch.inputs)).to_string(),
        );
        let format = if index % 24 == 0 { "json" } else { "human" };
        let arguments = ["--from", ".", "--answers", "answers.json", "--format", format];
        let (_, stdout, stderr) = run(folder.path(), &[&["simulate", id][..], &arguments].concat());
        assert!(stdout.contains(id), "{id}: {stdout}{stderr}");
        for text in [stdout, stderr] {
            assert!(!text.contains("${") && !text.contains("Planted-"), "{id}: {text}");
        }
    }
}

/// What is answered and used somewhere is there, unless something beside it keeps its text out.
fn assert_everything_arrives(launch: &ServerLaunch, answers: &Answers, json: &str) {
    let run: Value = serde_json::from_str(json).unwrap();
    let left_out: Vec<&str> = run["left_out"]
        .as_array()
        .unwrap()
        .iter()
        .map(|gap| gap["place"].as_str().unwrap())
        .collect();
    for (key, input) in &launch.inputs {
        let is_used = input.used_in.iter().any(|place| !left_out.contains(&place.as_str()));
        if answers.contains_key(key) && is_used && input.kind == InputType::String {
            let expected =
                if input.sensitive { format!("<{key}>") } else { format!("/answer/{key}") };
            assert!(json.contains(&expected), "{}: `{key}`: {json}", launch.id);
        }
    }
}

#[test]
fn no_server_of_the_shipped_catalog_leaks() {
    nothing_leaks(&InMemory::shipped().plan());
}

#[test]
fn no_server_of_the_public_catalog_leaks() {
    let Some(folder) = shared("corpus/servers") else {
        return;
    };
    let plan = InMemory::at(&folder).plan();
    assert!(plan.servers.len() > 580, "{}", plan.servers.len());
    nothing_leaks(&plan);
}

/// A catalog of one server, and one of a developer.
fn written() -> tempfile::TempDir {
    let folder = scratch();
    let manifest = |id: &str| {
        json!({"name": id, "display_name": "Acme", "server": {"type": "local", "command": "npx", "args": ["acme"]},
            "user_config": {"port": {"type": "number", "title": "Port", "description": "Where it listens", "required": true}}})
    };
    for (place, id) in [("catalog", "acme__mcp"), ("catalog_local", "acme__draft")] {
        let path = folder.path().join(place).join(format!("{id}.json"));
        support::write(&path, manifest(id).to_string());
    }
    folder
}

#[test]
fn problems_are_shown_where_they_stand() {
    let folder = written();
    let answers = "{\n  \"prot\": 1,\n  \"port\": \"\\u001b[31m\",\n  \"port\": \"x\"\n}\n";
    support::write(&folder.path().join("answers.json"), answers);
    let arguments = ["simulate", "acme__mcp", "--answers", "answers.json"];
    let (code, stdout, _) = run(folder.path(), &arguments);
    assert_eq!(code, 1);
    expect_test::expect![[r"
        answers.json:4:3: error: `port` has more than one answer
        answers.json:2:3: error: the server has no input `prot`
          help: did you mean `port`?
        answers.json:4:3: error: the answer to `port` must be a number
    "]]
    .assert_eq(&stdout);

    let (code, stdout, _) = run(folder.path(), &["simulate", "acme__mcp", "--format", "json"]);
    assert_eq!(code, 1);
    let report: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(
        report,
        json!({"version": 1, "server": "acme__mcp", "run": null, "problems": [{
            "key": "port",
            "message": "`port` is required, but has no answer",
            "help": "add `port`, a number, to the `--answers` file: Port: Where it listens",
            "start": null,
        }]})
    );
}

#[test]
fn a_run_reads_well_on_the_terminal() {
    let folder = project().join("tests/simulate/what-has-no-answer-is-left-out");
    let scratch = support::copy_of(&folder);
    let (code, stdout, stderr) =
        run(scratch.path(), &["simulate", "acme__optional", "--answers", "answers.json"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    expect_test::expect![[r"
        acme__optional: Acme

        transport    standard input and output
        container    archestra-ai-acme__optional-mcp-server
                     image: the runtime's default
        command      npx
        arguments    -y
                     acme-optional
                     --host=h.acme.example
        environment  FIXED=yes
                     HOST=h.acme.example
        left out     /process/arguments/3: `extra` has no answer
                     /process/arguments/4: nothing fills in the placeholder `PORT:-8080`
                     /process/arguments/5: nothing fills in the placeholder `user_config.debug ? '--debug' : ''`
                     /process/environment/BOTH: `token` has no answer
                     /process/environment/TOKEN: `token` has no answer
    "]]
    .assert_eq(&stdout);
}

#[test]
fn what_keeps_the_job_from_being_done_is_said() {
    let folder = written();
    for (text, expected) in [
        ("{\"port\": 1,}", "trailing comma"),
        ("[1]", "not a JSON object"),
        ("\u{feff}nonsense", "it is not JSON"),
    ] {
        support::write(&folder.path().join("answers.json"), text);
        let (code, _, stderr) =
            run(folder.path(), &["simulate", "acme__mcp", "--answers", "answers.json"]);
        assert_eq!(code, 2);
        assert!(stderr.contains(expected), "{stderr}");
    }
    for (arguments, code, expected) in [
        (&["acme__mpc"][..], 2, "did you mean `acme__mcp`?"),
        (&["acme__mcp", "--answers", "missing.json"], 2, "cannot be read"),
        (&["acme__mcp", "--from", "nowhere"], 2, "catalog.json` cannot be read"),
        (&["../catalog/acme__mcp"], 2, "there is no server"),
        (&["acme__mcp", "nowhere"], 2, "does not exist"),
    ] {
        let (actual, _, stderr) = run(folder.path(), &[&["simulate"], arguments].concat());
        assert_eq!(actual, code, "{stderr}");
        assert!(stderr.contains(expected), "{arguments:?}: {stderr}");
    }
    let (code, _, stderr) = run(scratch().path(), &["simulate", "acme__mcp"]);
    assert_eq!(code, 3, "{stderr}");
}

#[test]
fn a_developers_server_needs_no_profile() {
    let folder = written();
    for id in ["acme__mcp", "acme__draft"] {
        let output = support::catproof(folder.path())
            .args(["simulate", id, "--answers", "-"])
            .write_stdin("{\"port\": 1}")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }
}

#[test]
fn the_artifacts_say_what_the_catalog_says() {
    let folder = project();
    for id in
        ["korotovsky__slack-mcp-server", "iskhakov__google_workspace_mcp", "linear__remote-mcp"]
    {
        let arguments = ["simulate", id, "--format", "json"];
        let compiled = run(&folder, &arguments);
        let built = run(&folder, &[&arguments[..], &["--from", "generated"]].concat());
        assert_eq!(compiled.0, 0, "{}", compiled.2);
        assert_eq!(compiled, built);
    }
}
