//! The command line as a new user meets it: help that teaches, and suggestions for what is misspelled.

use std::collections::BTreeMap;
use std::fs;
#[cfg(target_os = "linux")]
use std::path::Path;

use catproof::testing::cli::args::Cli;
use catproof::testing::cli::published_schemas::published;
use clap::{ArgAction, CommandFactory as _, Parser as _};

use crate::support::{check_json, project, rule_ids, run, run_process, scratch, write};

/// The commands with the text below their options.
pub fn commands() -> Vec<(String, String)> {
    let program = Cli::command();
    let commands = program.get_subcommands();
    commands
        .map(|command| {
            let below = command.get_after_help().map(ToString::to_string);
            (command.get_name().to_owned(), below.unwrap_or_default())
        })
        .collect()
}

#[test]
fn the_help_of_each_command_has_examples() {
    for (name, below) in commands() {
        assert!(below.contains("Examples:\n"), "{name}");
    }
}

/// clap wraps what is longer than the terminal, and no terminal is taken to be wider than this. A paragraph is one line of
/// it, so that its lines are broken once; whatever is indented is not to be broken at all.
#[test]
fn no_line_of_the_help_is_broken_twice() {
    const WIDEST: usize = 100;
    for (name, below) in commands() {
        for (line, next) in below.lines().zip(below.lines().skip(1).chain([""])) {
            let is_prose = !line.is_empty() && !line.starts_with(' ') && !line.ends_with(':');
            let length = line.chars().count();
            assert!(is_prose || length <= WIDEST, "{name}: {line}");
            assert!(!is_prose || next.is_empty(), "{name}: a paragraph of two lines: {line}");
        }
    }
}

#[test]
fn each_example_of_the_help_is_a_command_line_that_the_program_takes() {
    let program = Cli::command().get_after_help().unwrap().to_string();
    let all = commands().into_iter().chain([("catproof".to_owned(), program)]);
    for (name, below) in all {
        let examples: Vec<&str> = below
            .lines()
            .filter_map(|line| line.strip_prefix("  "))
            .filter(|line| line.starts_with("catproof "))
            .collect();
        assert!(!examples.is_empty(), "{name}");
        for example in examples {
            let command = example.split("  ").next().unwrap();
            let is_about_it = name == "catproof" || command.split(' ').nth(1) == Some(&name);
            let is_other = name == "rules" && command.contains(" explain ");
            assert!(is_about_it || is_other, "{name}: {example}");
            assert_is_taken(command);
        }
    }
}

#[test]
fn each_command_line_of_the_readme_is_one_that_the_program_takes() {
    let readme = fs::read_to_string(project().join("README.md")).unwrap();
    let mut is_shell = false;
    let mut count = 0;
    for line in readme.lines() {
        match line {
            "```sh" => is_shell = true,
            "```" => is_shell = false,
            line if is_shell && line.starts_with("catproof ") => {
                assert_is_taken(line.split(" #").next().unwrap());
                count += 1;
            }
            _ => {}
        }
    }
    assert!(count > 10, "{count}");
}

/// Whether clap takes a shell's command line, without what the shell itself reads of it.
fn assert_is_taken(command: &str) {
    // What stands in quotes is one word, whatever it says.
    let parts = command.split('"').enumerate();
    let unquoted = parts.map(|(index, part)| match index % 2 {
        0 => part,
        _ => "quoted",
    });
    let unquoted: String = unquoted.collect();
    let words = unquoted.split_whitespace();
    let words = words.take_while(|word| !["|", ">", ">>", "<"].contains(word));
    if let Err(error) = Cli::try_parse_from(words) {
        panic!("`{command}`: {error}");
    }
}

/// What a user may give an option of one name.
fn accepted(argument: &clap::Arg) -> String {
    let values = argument.get_possible_values();
    let values: Vec<&str> = values.iter().map(clap::builder::PossibleValue::get_name).collect();
    let names = argument.get_value_names().unwrap_or_default();
    let (short, action) = (argument.get_short(), argument.get_action());
    // Only `list` knows servers without a type, and each command has formats of its own.
    let has_own = matches!(argument.get_long(), Some("format" | "type"));
    let values = if has_own { Vec::new() } else { values };
    format!("{short:?} {action:?} {names:?} {:?} {values:?}", argument.get_num_args())
}

#[test]
fn an_option_of_one_name_takes_the_same_in_every_command() {
    let mut program = Cli::command();
    program.build();
    let mut known: BTreeMap<String, (String, String)> = BTreeMap::new();
    let mut long_of_short: BTreeMap<char, String> = BTreeMap::new();
    for command in program.get_subcommands().filter(|command| command.get_name() != "help") {
        let name = command.get_name();
        for argument in command.get_arguments() {
            let Some(long) = argument.get_long() else { continue };
            // `env --check` takes the file to check.
            if (name, long) == ("env", "check") {
                continue;
            }
            let (first, takes) = known
                .entry(long.to_owned())
                .or_insert_with(|| (name.to_owned(), accepted(argument)));
            assert_eq!(accepted(argument), *takes, "`--{long}` of `{name}` and of `{first}`");
            if let Some(short) = argument.get_short() {
                let first = long_of_short.entry(short).or_insert_with(|| long.to_owned());
                assert_eq!(first, long, "`-{short}` of `{name}`");
            }
        }
    }
    assert_eq!(long_of_short.get(&'q').map(String::as_str), Some("quiet"));
    assert_eq!(long_of_short.get(&'v').map(String::as_str), Some("verbose"));
}

#[test]
fn paths_and_formats_are_given_alike_to_every_command() {
    let program = Cli::command();
    let mut formats = 0;
    for command in program.get_subcommands() {
        let name = command.get_name();
        let places = command.get_positionals();
        let paths: Vec<&clap::Arg> = places
            .filter(|place| place.get_value_names().is_some_and(|names| names[0].contains("PATH")))
            .collect();
        for place in &paths {
            assert!(matches!(place.get_action(), ArgAction::Append), "{name}: several paths");
            assert!(!place.is_required_set(), "{name}: no path is the catalog of this folder");
        }
        let has = |long: &str| command.get_arguments().any(|of| of.get_long() == Some(long));
        if has("fail-on") {
            assert_eq!(paths.len(), 1, "`{name}` has findings, and takes no path");
        }
        if !has("format") {
            continue;
        }
        formats += 1;
        for value in ["human", "json", "json=out.json"] {
            let twice = ["--format", value, "--format", "json=second.json"];
            let required = match name {
                "diff" => &["--base", "HEAD"][..],
                "simulate" => &["acme__mcp"],
                _ => &[],
            };
            let words = ["catproof", name].into_iter().chain(twice);
            let words = words.chain(required.iter().copied());
            if let Err(error) = Cli::try_parse_from(words) {
                panic!("{name}: {error}");
            }
        }
    }
    assert!(formats >= 6, "{formats}");
}

#[test]
fn a_misspelled_word_is_answered_with_the_right_one() {
    let scratch = scratch();
    for (arguments, right) in [
        (&["chekc"][..], "'check'"),
        (&["biuld", "--check"], "'build'"),
        (&["check", "--fromat", "json"], "'--format'"),
        (&["check", "--catalog-locl", "x"], "'--catalog-local'"),
        (&["check", "--format", "sarfi"], "did you mean `sarif`?"),
        (&["check", "--format", "junti=out.xml"], "did you mean `junit`?"),
        (&["check", "--fail-on", "warnign"], "'warning'"),
        (&["check", "--profile", "prodution"], "'production'"),
        (&["check", "--color", "alwys"], "'always'"),
        (&["check", "-A", "duplicate-scop"], "did you mean `duplicate-scope`?"),
        (&["check", "-W", "npx-without-yess"], "did you mean `npx-without-yes`?"),
        (&["check", "-D", "comitted-credential"], "did you mean `committed-credential`?"),
        (&["explain", "missing-token-endpont"], "`missing-token-endpoint`"),
        (&["list", "--type", "remote-dynamc"], "'remote-dynamic'"),
        (&["list", "--format", "jsn"], "did you mean `json`?"),
        (&["env", "--for", "prxy"], "'proxy'"),
        (&["completions", "fsh"], "'fish'"),
        (&["man", "chek"], "did you mean `check`?"),
    ] {
        let (code, stdout, stderr) = run(scratch.path(), arguments);
        assert_eq!(code, 2, "{arguments:?}: {stderr}");
        assert_eq!(stdout, "", "{arguments:?}");
        assert!(stderr.contains(right), "{arguments:?}: {stderr}");
    }
}

/// A clean manifest of a server with this id.
fn manifest(id: &str) -> String {
    format!(
        r#"{{"name": "{id}", "display_name": "Acme", "description": "Notes: read and write them",
        "author": {{"name": "Acme"}}, "server": {{"command": "npx", "args": ["-y", "acme-mcp@1.4.0"]}}}}"#
    )
}

#[test]
fn a_folder_that_the_configuration_names_is_there() {
    let scratch = scratch();
    let folder = scratch.path();
    write(&folder.join("catalog/acme__mcp.json"), manifest("acme__mcp"));
    assert_eq!(run(folder, &["build"]).0, 0, "no `catalog_local` is not a fault");
    let spec = folder.join("generated/desktop_app/servers/acme__mcp.json");
    for key in ["catalog", "catalog_local"] {
        write(&folder.join("catproof.toml"), format!("{key} = \"moved\"\n"));
        for command in ["check", "build"] {
            let (code, _, stderr) = run(folder, &[command]);
            assert_eq!(code, 2, "{key}: {stderr}");
            assert!(stderr.contains(&format!("names as `{key}`")), "{stderr}");
        }
        assert!(spec.is_file(), "nothing was removed");
    }
    write(&folder.join("catproof.toml"), "catalog = \"catproof.toml\"\n");
    let (code, _, stderr) = run(folder, &["build"]);
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("it is not a folder"), "{stderr}");
    let (code, _, stderr) = run(folder, &["check", "--catalog", "catproof.toml"]);
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("`catproof.toml` is not a folder"), "{stderr}");
}

#[test]
fn a_lock_that_cannot_be_read_hides_no_finding_and_stops_the_build() {
    let scratch = scratch();
    let folder = scratch.path();
    write(
        &folder.join("catalog/acme__mcp.json"),
        manifest("acme__mcp").replace("acme-mcp@", "--key=\", \"acme-mcp@"),
    );
    write(&folder.join("catalog/acme__other.json"), manifest("acme__mcp"));
    let lock = folder.join("generated/discovery.lock.json");
    for text in
        ["{\n<<<<<<< HEAD\n", "{\"generated\": ", "{\"version\": 1}", "{\"version\": 99}", "[]"]
    {
        write(&lock, text);
        let (code, findings) = check_json(folder, &[]);
        let rules = rule_ids(&findings);
        assert_eq!(code, 1, "{text}: {rules:?}");
        assert!(rules.contains(&"unreadable-lock"), "{text}: {rules:?}");
        assert!(rules.contains(&"duplicate-server-id"), "{text}: {rules:?}");
        let finding = findings.iter().find(|finding| finding["rule"] == "unreadable-lock");
        assert_eq!(finding.unwrap()["file"], "generated/discovery.lock.json");
    }
    fs::remove_file(folder.join("catalog/acme__other.json")).unwrap();
    write(&folder.join("catproof.toml"), "[rules]\nunreadable-lock = \"off\"\n");
    let (code, _, stderr) = run(folder, &["build"]);
    assert_eq!(code, 2, "{stderr}");
    assert!(!folder.join("generated/oauth_proxy").exists(), "nothing was built");
}

#[test]
fn artifacts_that_cannot_be_read_are_not_taken_for_none() {
    let scratch = scratch();
    let folder = scratch.path();
    // The allowlist matters only to a server whose secret the proxy keeps.
    let oauth = r#"{"name": "Acme", "server_url": "https://acme.example", "token_endpoint":
        "https://acme.example/token", "client_id": "acme-7f3c", "client_secret": "REDACTED", "requires_proxy": true,
        "redirect_uris": ["https://acme.example/callback"], "scopes": ["read"], "access_token_env_var": "TOKEN"}"#;
    let proxied = manifest("acme__mcp").replacen('{', &format!("{{\"oauth_config\": {oauth}, "), 1);
    write(&folder.join("catalog/acme__mcp.json"), proxied);
    let (code, _, stderr) = run(folder, &["check"]);
    assert_ne!(code, 2, "{stderr}");
    assert!(stderr.contains("nothing was built yet"), "{stderr}");
    write(&folder.join("generated/oauth_proxy"), "a file where a folder should be");
    let (code, _, stderr) = run(folder, &["check"]);
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("providers.js"), "{stderr}");
}

#[test]
fn a_format_of_every_command_goes_to_its_file() {
    let scratch = scratch();
    let folder = scratch.path();
    write(&folder.join("catalog/acme__mcp.json"), manifest("acme__mcp"));
    write(&folder.join("before/catalog/acme__other.json"), manifest("acme__other"));
    for arguments in [
        &["check"][..],
        &["build"],
        &["list"],
        &["rules"],
        &["diff", "--base", "./before"],
        &["simulate", "acme__mcp"],
    ] {
        let human = run(folder, arguments);
        let formats = ["--format", "human", "--format", "json=out.json", "--color", "always"];
        let both = run(folder, &[arguments, &formats[..]].concat());
        assert_eq!(both.0, human.0, "{arguments:?}: {}", both.2);
        let text = fs::read_to_string(folder.join("out.json")).unwrap();
        let json = run(folder, &[arguments, &["--format", "json"]].concat()).1;
        assert_eq!(text, json, "{arguments:?}");
        serde_json::from_str::<serde_json::Value>(&text).unwrap();
        let (code, _, stderr) =
            run(folder, &[arguments, &["--format", "json", "--format", "human"]].concat());
        assert_eq!(code, 2, "{arguments:?}");
        assert!(stderr.contains("two formats would both be written"), "{stderr}");
        let (_, stdout, _) =
            run(folder, &[arguments, &["--format", "human=out.txt", "--color", "always"]].concat());
        assert_eq!(stdout, "", "{arguments:?}");
        assert!(!fs::read_to_string(folder.join("out.txt")).unwrap().contains('\u{1b}'));
    }
}

#[test]
fn verbose_says_what_is_in_force() {
    let scratch = scratch();
    let folder = scratch.path();
    write(&folder.join("catproof.toml"), "profile = \"development\"\n");
    write(&folder.join("catalog/acme__mcp.json"), manifest("acme__mcp"));
    let expected = "configuration: `catproof.toml`\ncatalog: `catalog`\n\
        catalog_local: `catalog_local` (not there)\n\
        artifacts: `generated/development` (not there)\nprofile: development\n";
    for arguments in [&["check", "-v"][..], &["-v", "list"], &["env", "--verbose"]] {
        let (code, _, stderr) = run(folder, arguments);
        assert_eq!(code, 0, "{stderr}");
        assert!(stderr.starts_with(expected), "{stderr}");
    }
    assert!(!run(folder, &["check"]).2.contains("configuration"));
    assert_eq!(run(folder, &["check", "-v", "-q"]).0, 2);
}

#[test]
fn build_takes_the_paths_that_check_takes() {
    let scratch = scratch();
    let folder = scratch.path();
    write(&folder.join("catalog/acme__mcp.json"), manifest("acme__mcp"));
    write(&folder.join("one/catalog/acme__one.json"), manifest("acme__one"));
    write(&folder.join("one/catalog/acme__two.json"), manifest("acme__two"));
    write(&folder.join("plain/acme__plain.json"), manifest("acme__plain"));
    let built = |spec: &str| folder.join(spec).is_file();
    for (path, spec) in [
        ("one", "one/generated/desktop_app/servers/acme__two.json"),
        ("plain", "plain/generated/desktop_app/servers/acme__plain.json"),
        ("catalog/acme__mcp.json", "generated/desktop_app/servers/acme__mcp.json"),
    ] {
        let (code, _, stderr) = run(folder, &["build", path]);
        assert_eq!(code, 0, "{path}: {stderr}");
        assert!(built(spec), "{path}: {stderr}");
        assert_eq!(run(folder, &["build", "--check", path]).0, 0, "{path}");
    }
    // The catalog of a file is built whole, and stopped by an error in any of its files.
    write(&folder.join("one/catalog/acme__two.json"), manifest("another"));
    let (code, _, stderr) = run(folder, &["build", "one/catalog/acme__one.json"]);
    assert_eq!(code, 1, "{stderr}");
    assert!(stderr.contains("nothing was written"), "{stderr}");
    assert!(built("one/generated/desktop_app/servers/acme__two.json"));
    let (code, _, stderr) = run(folder, &["build", "one", "plain"]);
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("more than one catalog"), "{stderr}");
    assert_eq!(run(folder, &["build", "nowhere"]).0, 2);
}

#[test]
fn two_formats_are_never_written_to_one_file() {
    let scratch = scratch();
    let folder = scratch.path();
    write(&folder.join("catalog/acme__mcp.json"), manifest("acme__mcp"));
    let formats = ["check", "--format", "json=a", "--format", "sarif=./a"];
    let (code, _, stderr) = run(folder, &formats);
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("two formats"), "{stderr}");
    assert!(!folder.join("a").exists());
}

#[test]
fn schemas_that_cannot_be_read_are_not_called_out_of_date() {
    let scratch = scratch();
    write(&scratch.path().join("file"), "x");
    let (code, stdout, stderr) = run(scratch.path(), &["schema", "--check", "--out", "file"]);
    assert_eq!((code, stdout.as_str()), (2, ""), "{stderr}");
}

#[test]
fn a_schema_is_printed_by_its_name_and_written_only_where_that_is_asked_for() {
    let scratch = scratch();
    let folder = scratch.path();
    for (file, text) in &published() {
        let name = file.strip_suffix(".schema.json").unwrap();
        let (code, stdout, stderr) = run(folder, &["schema", name]);
        assert_eq!((code, stderr.as_str()), (0, ""), "{name}");
        assert_eq!(&stdout, text, "{name}");
    }
    let (code, stdout, stderr) = run(folder, &["schema"]);
    assert_eq!((code, stdout.as_str()), (2, ""));
    assert!(stderr.contains("server") && stderr.contains("--out schema"), "{stderr}");
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_catproof"));
    let command = command.current_dir(folder).args(["schema", "server"]).stdout(writer);
    assert_eq!(command.output().unwrap().status.code(), Some(0));
    assert_eq!(fs::read_dir(folder).unwrap().count(), 0, "nothing was written");

    assert_eq!(run(folder, &["schema", "--out", "schema"]).0, 0);
    assert_eq!(fs::read_dir(folder.join("schema")).unwrap().count(), published().len());
    assert_eq!(run(folder, &["schema", "--check"]).0, 0);
    fs::write(folder.join("schema/lock.schema.json"), "{}\n").unwrap();
    assert_eq!(run(folder, &["schema", "--check"]).0, 1);
    assert_eq!(fs::read_to_string(folder.join("schema/lock.schema.json")).unwrap(), "{}\n");
    assert_eq!(run(folder, &["schema", "--check", "--out", "elsewhere"]).0, 1);
    assert!(!folder.join("elsewhere").exists());
}

#[test]
fn what_check_lets_pass_is_in_the_artifacts() {
    let cases = [
        r#""display_name": "REDACTED""#,
        r#""server": {"command": "npx", "args": ["-y", "acme-mcp@1.4.0", "acme__mcp_SECRET"]}"#,
        r#""server": {"command": "npx", "args": ["-y", "acme-mcp@1.4.0"], "env": {"": "1"}}"#,
        r#""server": {"command": "npx", "args": ["-y", "acme-mcp@1.4.0"], "env": {"A=B": "1"}}"#,
        r#""server": {"command": "npx", "args": ["-y", "acme-mcp@1.4.0"], "env": {"A\u0000B": "1"}}"#,
        r#""server": {"type": "remote", "url": "https:///acme.example/mcp"}"#,
        r#""server": {"type": "remote", "url": "https://acme@acme.example/mcp"}"#,
        r#""server": {"type": "remote", "url": "https://acme.example/{tenant}/mcp"}"#,
    ];
    for case in cases {
        let scratch = scratch();
        let folder = scratch.path();
        let text = manifest("acme__mcp");
        let (key, _) = case.split_once(':').unwrap();
        let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let patch: serde_json::Value = serde_json::from_str(&format!("{{{case}}}")).unwrap();
        let key = key.trim_matches('"');
        value[key] = patch[key].clone();
        write(&folder.join("catalog/acme__mcp.json"), value.to_string());
        // Some of these have a rule of their own, which warns.
        let (code, findings) = check_json(folder, &["--fail-on", "warning"]);
        assert_eq!(code, 1, "{case}: {findings:?}");
        let (code, _, stderr) = run(folder, &["build", "--fail-on", "warning"]);
        assert_eq!(code, 1, "{case}: {stderr}");
    }
}

#[test]
fn the_help_of_a_failure_shows_no_control_character() {
    let scratch = scratch();
    for reference in ["\u{1b}[31m\u{202e}X\u{7}", "-\u{1b}[31m\u{202e}X\u{7}"] {
        let base = format!("--base={reference}");
        for arguments in [vec!["diff", &base], vec!["explain", reference]] {
            let (code, stdout, stderr) = run(scratch.path(), &arguments);
            assert_eq!((code, stdout.as_str()), (2, ""), "{stderr}");
            for hidden in ['\u{1b}', '\u{202e}', '\u{7}'] {
                assert!(!stderr.contains(hidden), "{stderr:?}");
            }
        }
    }
}

#[test]
fn a_closed_pipe_changes_neither_the_status_nor_what_is_written() {
    let scratch = scratch();
    let folder = scratch.path();
    let manifest = |name: &str, command: &str| {
        serde_json::json!({ "name": name, "server": { "command": command } }).to_string()
    };
    write(&folder.join("catalog/acme__mcp.json"), manifest("acme__mcp", "npx"));
    let run_into_closed_pipe = |arguments: &[&str]| {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_catproof"));
        let command = command.current_dir(folder).args(arguments).stdout(writer);
        command.output().unwrap().status.code()
    };
    // Its findings are warnings and notes: there is something to show, and nothing that stops it.
    let pedantic = ["build", "--pedantic", "--format", "json"];
    assert_eq!(run_into_closed_pipe(&pedantic), Some(0));
    assert!(folder.join("generated/catalog.json").is_file());
    assert_eq!(run_into_closed_pipe(&["list"]), Some(0));
    write(&folder.join("catalog/acme__mcp.json"), manifest("another", "npx"));
    for format in ["json", "human", "sarif", "jsonl"] {
        assert_eq!(run_into_closed_pipe(&["check", "--format", format]), Some(1), "{format}");
    }
    assert_eq!(run_into_closed_pipe(&["build", "--check"]), Some(1));
    assert_eq!(run_into_closed_pipe(&["check", "nowhere"]), Some(2));
}

#[cfg(target_os = "linux")]
#[test]
fn artifacts_are_written_also_where_the_warnings_cannot_be() {
    let scratch = scratch();
    let folder = scratch.path();
    let manifest = serde_json::json!({ "name": "acme__mcp", "server": { "command": "npx" } });
    write(&folder.join("catalog/acme__mcp.json"), manifest.to_string());
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_catproof"));
    let command = command.current_dir(folder).args(["build", "--pedantic"]);
    let output = command.stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(folder.join("generated/catalog.json").is_file());
}

/// What a terminal of a width shows, line by line; `None`, said aloud, without `script`.
#[cfg(target_os = "linux")]
fn on_a_terminal(folder: &Path, columns: usize, arguments: &str) -> Option<Vec<String>> {
    let program = env!("CARGO_BIN_EXE_catproof");
    let command = format!("stty rows 24 cols {columns}; '{program}' {arguments}");
    let mut script = std::process::Command::new("script");
    script.args(["-qec", &command, "/dev/null"]).current_dir(folder).env_remove("COLUMNS");
    let Ok(output) = script.env("NO_COLOR", "1").stdin(std::process::Stdio::null()).output() else {
        eprintln!("skipped: `script` is not here");
        return None;
    };
    let text = String::from_utf8(output.stdout).unwrap();
    Some(text.lines().map(|line| line.trim_end().to_owned()).collect())
}

/// A terminal breaks a longer line wherever it ends. An id or a URL that is longer stands on a line of its own.
#[cfg(target_os = "linux")]
#[test]
fn a_terminal_of_any_width_breaks_no_word() {
    let scratch = scratch();
    let folder = scratch.path();
    write(&folder.join("catalog/acme__mcp.json"), crate::support::proxied("acme__mcp").to_string());
    for columns in [40, 80, 200] {
        for arguments in [
            "list",
            "rules",
            "check -v",
            "explain missing-token-endpoint",
            "explain mcp-static",
            "explain config",
            "explain diff",
            "explain acme__mcp",
            "new --type 2 --url https://id.acme.example --scope read --client-id a -- npx acme </dev/null",
            "simulate acme__mpc",
        ] {
            let Some(lines) = on_a_terminal(folder, columns, arguments) else { return };
            assert!(lines.iter().any(|line| line.len() > 10), "{arguments}: {lines:?}");
            for line in lines {
                // What is drawn around a line of a file is not prose.
                let is_drawn = line.contains(['│', '─', '·']);
                let words = line.split_whitespace().filter(|word| *word != "-").count();
                let fits = line.chars().count() <= columns;
                assert!(fits || is_drawn || words == 1, "{arguments} at {columns}: {line}");
            }
            let _ = fs::remove_dir_all(folder.join("catalog_local"));
        }
    }
}

/// Most tests run the command line in their own process; what they see is what a user sees.
#[test]
fn a_captured_run_gives_what_the_process_gives() {
    let scratch = scratch();
    let folder = scratch.path();
    write(
        &folder.join("catalog/acme__mcp.json"),
        manifest("another").replace("acme-mcp@", "--key=\\u001b[31m\", \"acme-mcp@"),
    );
    write(&folder.join("broken.toml"), "catalogue = \"x\"\n");
    write(&folder.join("answers.json"), "[]");
    for (arguments, code) in [
        (&["check"][..], 1),
        (&["check", "--color", "always"], 1),
        (&["check", "--quiet", "--format", "json"], 1),
        (&["check", "-"], 1),
        (&["check", "nowhere"], 2),
        (&["check", "--config", "broken.toml"], 2),
        (&["check", "--catalog", "broken.toml"], 2),
        (&["check", "--catalog-local", "catalog/none"], 2),
        (&["list"], 0),
        (&["list", "--catalog", "generated"], 2),
        (&["explain", "acme__mpc"], 2),
        (&["explain", "config"], 0),
        (&["diff"], 2),
        (&["new"], 2),
        (&["simulate", "acme__mcp", "--answers", "-"], 2),
        (&["schema", "--check"], 1),
        (&["proxy"], 2),
        (&["rules"], 0),
        (&["man", "check"], 0),
        (&["completions", "zsh"], 0),
        (&["--version"], 0),
        (&["--help"], 0),
        (&["check", "--help"], 0),
        (&[], 2),
        (&["chekc"], 2),
        (&["check", "--format", "sarfi"], 2),
    ] {
        let captured = run(folder, arguments);
        assert_eq!(captured.0, code, "{arguments:?}: {}", captured.2);
        assert!(captured == run_process(folder, arguments), "{arguments:?}: {captured:#?}");
    }
    let empty = tempfile::tempdir().unwrap();
    assert_eq!(run(empty.path(), &["check"]).0, 3);
    assert_eq!(run(empty.path(), &["check"]), run_process(empty.path(), &["check"]));
}
