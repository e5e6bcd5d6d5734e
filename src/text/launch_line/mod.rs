//! Parsed command lines: `docker run` and `podman run` as their own option parsers read them, and the package that `npx`
//! or `uvx` fetches.
//!
//! Every part carries the index of its argument, so that a finding can point there. `grants` lists what a container may
//! do to the host, `shell` finds the script that a shell is started with.

mod grants;
mod shell;

pub(crate) use grants::Privilege;
pub(crate) use shell::{inline_script, is_shell};

/// An argument, or a part of one, and its index in `args`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word<'a> {
    pub text: &'a str,
    pub at: usize,
}

/// A container that `docker run` or `podman run` starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerRun<'a> {
    /// The index of the argument `run`.
    pub run_at: usize,
    pub options: Vec<RunOption<'a>>,
    /// Words before the image that belong to no option. An engine would take the first of them for the image, so there
    /// are none unless the manifest names the image.
    pub strays: Vec<Word<'a>>,
    /// `None` if the line ends before any image.
    pub image: Option<Word<'a>>,
    /// Everything after the image: what runs inside the container.
    pub command: &'a [String],
}

/// One option of the line. `-it` are two, both at the same argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunOption<'a> {
    /// The long name if there is one: `env` for `-e`, `interactive` for `-i`.
    pub name: &'a str,
    /// The letter, if it is written as one.
    pub letter: Option<char>,
    /// `None` for a switch, and for an option whose value is missing.
    pub value: Option<Word<'a>>,
    /// The argument that names the option.
    pub at: usize,
}

/// One `-e KEY=VALUE` or `-e KEY`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnvOption<'a> {
    pub key: &'a str,
    /// `None` passes on the engine's own variable.
    pub value: Option<&'a str>,
    /// The argument that holds the key.
    pub at: usize,
}

/// Parses a `docker run` or `podman run`; `None` for any other command line.
///
/// If `docker_image` occurs among the arguments, it is the image: everything before it belongs to the options, however
/// odd it is.
pub(crate) fn container_run<'a>(
    command: &str,
    args: &'a [String],
    docker_image: Option<&str>,
) -> Option<ContainerRun<'a>> {
    if !matches!(program(command), "docker" | "podman") {
        return None;
    }
    let run_at = match args {
        [first, ..] if first == "run" => 0,
        [first, second, ..] if first == "container" && second == "run" => 1,
        _ => return None,
    };
    let named = (run_at + 1..args.len())
        .find(|at| args.get(*at).is_some_and(|argument| Some(argument.as_str()) == docker_image));
    let mut options = Vec::new();
    let mut strays = Vec::new();
    let mut at = run_at + 1;
    while let Some(argument) = word(args, at).filter(|_| named.is_none_or(|named| at < named)) {
        match argument.text.strip_prefix('-') {
            Some("-") => {
                at += 1;
                if named.is_none() {
                    break;
                }
            }
            Some(rest) if !rest.is_empty() => {
                at = match rest.strip_prefix('-') {
                    Some(long) => long_option(long, at, args, &mut options),
                    None => short_options(rest, at, args, &mut options),
                };
            }
            _ if named.is_none() => break,
            _ => {
                strays.push(argument);
                at += 1;
            }
        }
    }
    let image = word(args, at);
    let command = args.get(at + 1..).unwrap_or_default();
    Some(ContainerRun { run_at, options, strays, image, command })
}

impl<'a> ContainerRun<'a> {
    /// The variables that are set or passed on, in the order of the line.
    pub fn env(&self) -> impl Iterator<Item = EnvOption<'a>> {
        self.values_of("env").map(|setting| {
            let (key, value) = split_value(setting.text);
            EnvOption { key, value, at: setting.at }
        })
    }

    /// Whether standard input stays open; without it, a stdio server receives nothing.
    pub fn is_interactive(&self) -> bool {
        self.switches("interactive").next().is_some()
    }

    /// The arguments that turn a switch on. `--privileged=false` does not.
    pub fn switches(&self, name: &str) -> impl Iterator<Item = usize> {
        self.options
            .iter()
            .filter(move |option| option.name == name)
            .filter(|option| option.value.is_none_or(|value| is_true(value.text)))
            .map(|option| option.at)
    }

    /// Every value that an option is given.
    pub fn values_of(&self, name: &str) -> impl Iterator<Item = Word<'a>> {
        self.options
            .iter()
            .filter(move |option| option.name == name)
            .filter_map(|option| option.value)
    }
}

/// Which program fetches and runs a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PackageRunner {
    Npx,
    Uvx,
}

/// A package that is fetched and run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PackageRun<'a> {
    pub(crate) runner: PackageRunner,
    /// The package with its version, as written; `None` if the line names none.
    pub(crate) package: Option<Word<'a>>,
    /// Whether `-y` or `--no` answers the prompt that npx shows before it installs.
    pub(crate) is_confirmed: bool,
    /// The runner's own arguments.
    own: &'a [String],
}

/// Parses an `npx`, `uvx` or `uv tool run`; `None` for any other command line.
pub(crate) fn package_run<'a>(command: &str, args: &'a [String]) -> Option<PackageRun<'a>> {
    let (runner, start) = match (program(command), args) {
        ("npx", _) => (PackageRunner::Npx, 0),
        ("uvx", _) => (PackageRunner::Uvx, 0),
        ("uv", [first, second, ..]) if first == "tool" && second == "run" => {
            (PackageRunner::Uvx, 2)
        }
        _ => return None,
    };
    let mut run = PackageRun { runner, package: None, is_confirmed: false, own: args };
    let mut at = start;
    while let Some(argument) = word(args, at) {
        if !argument.text.starts_with('-') {
            run.package = run.package.or(Some(argument));
            run.own = args.get(start..at).unwrap_or_default();
            break;
        }
        let (name, value) = split_value(argument.text);
        let value = value.map(|text| Word { text, at });
        if value.is_none() && runner.takes_value(name) {
            at += 1;
        }
        if runner.package_options().contains(&name) {
            run.package = run.package.or(value).or(word(args, at));
        }
        run.is_confirmed |= matches!(name, "-y" | "--yes" | "--no" | "--no-install");
        at += 1;
    }
    Some(run)
}

impl PackageRun<'_> {
    /// The options that decide where code is fetched from or what else is loaded, each with its value.
    pub(crate) fn sources(&self) -> Vec<String> {
        let words = self.own.iter().enumerate();
        let sources = words.filter_map(|(at, word)| {
            let (name, value) = split_value(word);
            if !self.runner.is_source(name) {
                return None;
            }
            let next = self.own.get(at + 1).map_or("", String::as_str);
            Some(format!("{name} {}", value.unwrap_or(next)))
        });
        sources.collect()
    }
}

impl PackageRunner {
    /// Whether an option decides where code is fetched from, which hosts are trusted, or what else is loaded.
    fn is_source(self, name: &str) -> bool {
        let is_scope = self == Self::Npx && name.starts_with("--@") && name.ends_with(":registry");
        is_scope || self.source_options().contains(&name)
    }

    /// Whether the next argument is the value of an option.
    fn takes_value(self, name: &str) -> bool {
        self.is_source(name)
            || self.package_options().contains(&name)
            || self.options_with_value().contains(&name)
    }

    /// The options that decide where code is fetched from, which hosts are trusted, and what else is loaded. Each takes a
    /// value.
    fn source_options(self) -> &'static [&'static str] {
        match self {
            Self::Npx => &[
                "--registry",
                "--replace-registry-host",
                "--userconfig",
                "--globalconfig",
                "--prefix",
                "--cafile",
                "--ca",
                "--proxy",
                "--https-proxy",
                "--node-options",
                "--script-shell",
            ],
            Self::Uvx => &[
                "--index",
                "--default-index",
                "-i",
                "--index-url",
                "--extra-index-url",
                "-f",
                "--find-links",
                "--config-file",
                "--allow-insecure-host",
                "--env-file",
                "--overrides",
                "-p",
                "--python",
            ],
        }
    }

    /// The options that name the package when the program to run has another name.
    fn package_options(self) -> &'static [&'static str] {
        match self {
            Self::Npx => &["-p", "--package"],
            Self::Uvx => &["--from"],
        }
    }

    /// The other options whose value is the next argument.
    fn options_with_value(self) -> &'static [&'static str] {
        match self {
            Self::Npx => &["-c", "--call", "-w", "--workspace", "--cache", "--loglevel"],
            Self::Uvx => &[
                "-w",
                "--with",
                "--with-editable",
                "--with-requirements",
                "-c",
                "--constraints",
                "-b",
                "--build-constraints",
                "-P",
                "--upgrade-package",
                "--refresh-package",
                "--reinstall-package",
                "--no-binary-package",
                "--no-build-package",
                "--no-build-isolation-package",
                "--index-strategy",
                "--keyring-provider",
                "--resolution",
                "--prerelease",
                "--fork-strategy",
                "-C",
                "--config-setting",
                "--exclude-newer",
                "--link-mode",
                "--cache-dir",
                "--color",
                "--directory",
                "--project",
                "--torch-backend",
            ],
        }
    }
}

/// The name of a program without its folder and without the extension on Windows: `docker` for `/usr/bin/docker`.
pub(crate) fn program(command: &str) -> &str {
    let name = command.trim().rsplit(['/', '\\']).next().unwrap_or_default();
    let is_executable = |(_, extension): &(&str, &str)| {
        ["bat", "cmd", "exe"].iter().any(|known| extension.eq_ignore_ascii_case(known))
    };
    name.rsplit_once('.').filter(is_executable).map_or(name, |(stem, _)| stem)
}

fn word(args: &[String], at: usize) -> Option<Word<'_>> {
    args.get(at).map(|text| Word { text, at })
}

/// Splits `NAME=VALUE`; there may be no value.
fn split_value(text: &str) -> (&str, Option<&str>) {
    text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)))
}

/// Reads `--name`, `--name=value` or `--name value`; returns the index after it.
fn long_option<'a>(
    long: &'a str,
    at: usize,
    args: &'a [String],
    options: &mut Vec<RunOption<'a>>,
) -> usize {
    let (name, value) = split_value(long);
    let name = match name {
        "dns-opt" => "dns-option",
        "net" => "network",
        "net-alias" => "network-alias",
        "purge" => "rm",
        name => name,
    };
    let takes_next = value.is_none() && !SWITCHES.contains(&name);
    let value = if takes_next { word(args, at + 1) } else { value.map(|text| Word { text, at }) };
    options.push(RunOption { name, letter: None, value, at });
    if takes_next { at + 2 } else { at + 1 }
}

/// Reads `-it`, `-e KEY`, `-eKEY`, `-e=KEY`, `-i=false` or a mixture such as `-ite KEY`; returns the index after it.
fn short_options<'a>(
    letters: &'a str,
    at: usize,
    args: &'a [String],
    options: &mut Vec<RunOption<'a>>,
) -> usize {
    for (index, letter) in letters.char_indices() {
        let (itself, after) = letters.get(index..).unwrap_or_default().split_at(letter.len_utf8());
        let known = SHORT_OPTIONS.iter().find(|(known, _)| *known == letter);
        // The engine would refuse an unknown letter, which counts as a switch here.
        let name = known.map_or(itself, |(_, name)| name);
        let takes_value = known.is_some() && !SWITCHES.contains(&name);
        // Even a switch may be given a value after an equals sign.
        let assigned = after.strip_prefix('=').filter(|value| !value.is_empty());
        let attached = assigned.or(Some(after).filter(|after| takes_value && !after.is_empty()));
        let value = match attached {
            Some(text) => Some(Word { text, at }),
            None => word(args, at + 1).filter(|_| takes_value),
        };
        options.push(RunOption { name, letter: Some(letter), value, at });
        if attached.is_some() {
            return at + 1;
        } else if takes_value {
            return at + 2;
        }
    }
    at + 1
}

/// The letters of `docker run` and `podman run`, each with its long name.
const SHORT_OPTIONS: [(char, &str); 15] = [
    ('a', "attach"),
    ('c', "cpu-shares"),
    ('d', "detach"),
    ('e', "env"),
    ('h', "hostname"),
    ('i', "interactive"),
    ('l', "label"),
    ('m', "memory"),
    ('p', "publish"),
    ('P', "publish-all"),
    ('q', "quiet"),
    ('t', "tty"),
    ('u', "user"),
    ('v', "volume"),
    ('w', "workdir"),
];

/// The long options that take no value, of [`docker run`] and of [`podman run`]; every other takes one.
///
/// [`docker run`]: https://docs.docker.com/reference/cli/docker/container/run/
/// [`podman run`]: https://docs.podman.io/en/latest/markdown/podman-run.1.html
const SWITCHES: [&str; 26] = [
    "detach",
    "disable-content-trust",
    "env-host",
    "help",
    "http-proxy",
    "init",
    "interactive",
    "no-healthcheck",
    "no-hostname",
    "no-hosts",
    "oom-kill-disable",
    "passwd",
    "privileged",
    "publish-all",
    "quiet",
    "read-only",
    "read-only-tmpfs",
    "replace",
    "rm",
    "rmi",
    "rootfs",
    "sig-proxy",
    "tls-verify",
    "tty",
    "unsetenv-all",
    "use-api-socket",
];

/// The spellings of true that the engines accept.
fn is_true(text: &str) -> bool {
    matches!(text, "1" | "t" | "T" | "true" | "TRUE" | "True")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn the_command_is_what_follows_the_image() {
        let args = words("run --rm -i --network none --memory=1g -v a:/a acme/mcp:1.2 -e --stdio");
        let run = container_run("docker", &args, None).unwrap();
        assert_eq!(run.image, Some(Word { text: "acme/mcp:1.2", at: 8 }));
        assert_eq!(run.command, ["-e", "--stdio"]);
        let networks: Vec<_> = run.values_of("network").map(|part| part.text).collect();
        assert_eq!(networks, ["none"]);
        assert_eq!(run.env().count(), 0);
    }

    #[test]
    fn a_variable_may_be_written_in_every_way_that_the_engine_reads() {
        let args = words("run -e A=1 -e B --env C=x=y --env=D= -eE=5 -e=F=6 -ite G image");
        let run = container_run("podman", &args, None).unwrap();
        let env: Vec<_> = run.env().map(|env| (env.key, env.value, env.at)).collect();
        assert_eq!(
            env,
            [
                ("A", Some("1"), 2),
                ("B", None, 4),
                ("C", Some("x=y"), 6),
                ("D", Some(""), 7),
                ("E", Some("5"), 8),
                ("F", Some("6"), 9),
                ("G", None, 11),
            ]
        );
        assert!(run.is_interactive());
        assert_eq!(run.image.unwrap().at, 12);
    }

    #[test]
    fn options_end_before_the_image_and_switches_may_be_turned_off() {
        for (line, is_interactive, image) in [
            ("run -i image serve", true, Some("image")),
            ("run -ti=1 image serve", true, Some("image")),
            ("run -i=false image serve", false, Some("image")),
            ("run -di=0 image serve", false, Some("image")),
            ("run --privileged=false --interactive=true --init image", true, Some("image")),
            // A cluster ends at the first letter that takes a value.
            ("run -itp 8000:8000 image", true, Some("image")),
            ("run -pi image", false, Some("image")),
            ("run -i -- image cmd", true, Some("image")),
            ("container run image", false, Some("image")),
            ("run", false, None),
            ("run -e", false, None),
            ("run --name", false, None),
            ("run -i --", true, None),
        ] {
            let args = words(line);
            let run = container_run("/usr/bin/docker", &args, None).unwrap();
            assert_eq!(run.is_interactive(), is_interactive, "{line}");
            assert_eq!(run.image.map(|image| image.text), image, "{line}");
        }
        for switch in SWITCHES {
            let args = words(&format!("run --{switch} image serve"));
            let run = container_run("docker.exe", &args, None).unwrap();
            assert_eq!(run.image.unwrap().text, "image", "{switch}");
        }
    }

    #[test]
    fn a_named_image_ends_the_options_wherever_it_is() {
        let args = words("run -i A=1 -- image --rm image");
        let run = container_run("docker", &args, Some("image")).unwrap();
        assert_eq!(run.image, Some(Word { text: "image", at: 4 }));
        assert_eq!(run.strays, [Word { text: "A=1", at: 2 }]);
        assert_eq!(run.command, ["--rm", "image"]);
        let run = container_run("docker", &args, Some("another")).unwrap();
        assert_eq!(run.image, Some(Word { text: "A=1", at: 2 }));
    }

    #[test]
    fn only_running_a_container_is_parsed() {
        for (command, line) in [("docker", "compose up"), ("docker", ""), ("npx", "run image")] {
            assert_eq!(container_run(command, &words(line), None), None, "{line}");
        }
    }

    #[test]
    fn the_package_is_the_first_word_or_the_value_of_an_option() {
        for (command, line, package, is_confirmed) in [
            (
                "npx",
                "-y --registry=https://r.example @acme/mcp@1 -i",
                Some(("@acme/mcp@1", 2)),
                true,
            ),
            ("uvx", "--python 3.12 acme-mcp==1.0 -y", Some(("acme-mcp==1.0", 2)), false),
            ("npx", "-y --package @acme/cli@2 -- mcp", Some(("@acme/cli@2", 2)), true),
            (
                "uvx",
                "--from git+https://git.example/a@v1 a",
                Some(("git+https://git.example/a@v1", 1)),
                false,
            ),
            ("uv", "tool run --from=acme==1 acme", Some(("acme==1", 2)), false),
            ("npx", "", None, false),
            ("npx", "-y", None, true),
            ("npx", "--package", None, false),
        ] {
            let args = words(line);
            let run = package_run(command, &args).unwrap();
            assert_eq!(run.package.map(|word| (word.text, word.at)), package, "{line}");
            assert_eq!(run.is_confirmed, is_confirmed, "{line}");
        }
        assert_eq!(package_run("node", &words("index.js")), None);
        assert_eq!(package_run("uv", &words("run main.py")), None);
    }

    #[test]
    fn the_value_of_each_option_about_sources_belongs_to_it() {
        for (runner, command) in [(PackageRunner::Npx, "npx"), (PackageRunner::Uvx, "uvx")] {
            for option in runner.source_options() {
                let args = words(&format!("{option} value acme@1.4.0"));
                let run = package_run(command, &args).unwrap();
                assert_eq!(run.package.map(|word| word.text), Some("acme@1.4.0"), "{option}");
                assert_eq!(run.sources(), [format!("{option} value")]);
            }
        }
        let args = words("--@acme:registry https://npm.acme.example @acme/mcp@1.4.0");
        let run = package_run("npx", &args).unwrap();
        assert_eq!(run.package.map(|word| word.text), Some("@acme/mcp@1.4.0"));
        assert_eq!(run.sources(), ["--@acme:registry https://npm.acme.example"]);
    }
}
