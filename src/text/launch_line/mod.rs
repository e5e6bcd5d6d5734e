//! Command lines taken apart: `docker run` and `podman run` as their own option parsers read them, and the package that
//! `npx` or `uvx` fetches.
//!
//! Every part says at which argument it stands, so that a finding can point there. `openings` says what a container is
//! given of the machine, `shell` what a shell reads as a text.

mod openings;
mod shell;

pub(crate) use openings::Power;
pub(crate) use shell::{is_shell, shell_text};

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
    /// Words before the image that belong to no option. The engines know none: the first such word is the image, unless
    /// the manifest says which word is.
    pub strays: Vec<Word<'a>>,
    /// `None` where the line ends before any image.
    pub image: Option<Word<'a>>,
    /// Everything after the image: what runs inside the container.
    pub command: &'a [String],
}

/// One option of the line. `-it` are two, both at the same argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunOption<'a> {
    /// The long name where there is one: `-e` is `env`, `-i` is `interactive`.
    pub name: &'a str,
    /// The letter, where it is written as one.
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
    /// `None` passes on the variable that the engine itself has.
    pub value: Option<&'a str>,
    /// The argument that holds the key.
    pub at: usize,
}

/// Takes a `docker run` or `podman run` apart; nothing for any other command line.
///
/// `docker_image` names the image where it occurs among the arguments: whatever stands before it then belongs to the
/// options, however odd it is.
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
    let named = args
        .iter()
        .skip(run_at + 1)
        .position(|argument| Some(argument.as_str()) == docker_image)
        .map(|position| run_at + 1 + position);
    let mut options = Vec::new();
    let mut strays = Vec::new();
    let mut index = run_at + 1;
    while let Some(argument) = args.get(index) {
        if named.is_some_and(|named| index >= named) {
            break;
        }
        let (read, next) = match argument.strip_prefix('-') {
            None | Some("") if named.is_some() => {
                strays.push(Word { text: argument, at: index });
                index += 1;
                continue;
            }
            None | Some("") => break,
            Some("-") => {
                index += 1;
                match named {
                    Some(_) => continue,
                    None => break,
                }
            }
            Some(rest) => match rest.strip_prefix('-') {
                Some(long) => long_option(long, index, args),
                None => short_options(rest, index, args),
            },
        };
        options.extend(read);
        index = next;
    }
    let image = args.get(index).map(|image| Word { text: image, at: index });
    Some(ContainerRun {
        run_at,
        options,
        strays,
        image,
        command: args.get(index + 1..).unwrap_or_default(),
    })
}

impl<'a> ContainerRun<'a> {
    /// The variables that are set or passed on, in the order of the line.
    pub fn env(&self) -> impl Iterator<Item = EnvOption<'a>> {
        self.values_of("env").map(|setting| {
            let (key, value) = match setting.text.split_once('=') {
                Some((key, value)) => (key, Some(value)),
                None => (setting.text, None),
            };
            EnvOption { key, value, at: setting.at }
        })
    }

    /// Whether standard input stays open: without it, no stdio server hears anything.
    pub fn is_interactive(&self) -> bool {
        self.has_switch("interactive")
    }

    /// Whether a switch is on. `--privileged=false` is off.
    pub fn has_switch(&self, name: &str) -> bool {
        self.switches(name).next().is_some()
    }

    /// The arguments that turn a switch on.
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
    /// The package as it is named, with its version; `None` where the line names none.
    pub(crate) package: Option<Word<'a>>,
    /// Whether the line answers the question that npx asks before it installs: `-y`, or `--no`.
    pub(crate) is_confirmed: bool,
}

/// Takes an `npx`, `uvx` or `uv tool run` apart; nothing for any other command line.
pub(crate) fn package_run<'a>(command: &str, args: &'a [String]) -> Option<PackageRun<'a>> {
    let (runner, start) = match (program(command), args) {
        ("npx", _) => (PackageRunner::Npx, 0),
        ("uvx", _) => (PackageRunner::Uvx, 0),
        ("uv", [first, second, ..]) if first == "tool" && second == "run" => {
            (PackageRunner::Uvx, 2)
        }
        _ => return None,
    };
    let mut run = PackageRun { runner, package: None, is_confirmed: false };
    let mut index = start;
    while let Some(argument) = args.get(index) {
        if !argument.starts_with('-') {
            let package = Word { text: argument, at: index };
            run.package = run.package.or(Some(package));
            break;
        }
        let (name, value) = match argument.split_once('=') {
            Some((name, value)) => (name, Some(Word { text: value, at: index })),
            None => (argument.as_str(), None),
        };
        let names_package = runner.package_options().contains(&name);
        let takes_next =
            value.is_none() && (names_package || runner.options_with_value().contains(&name));
        if takes_next {
            index += 1;
        }
        if names_package {
            let next = args.get(index).map(|text| Word { text, at: index });
            run.package = run.package.or(value.or(next));
        }
        run.is_confirmed |= matches!(name, "-y" | "--yes" | "--no" | "--no-install");
        index += 1;
    }
    Some(run)
}

impl PackageRunner {
    /// The options that name the package, where the program is called otherwise.
    fn package_options(self) -> &'static [&'static str] {
        match self {
            Self::Npx => &["-p", "--package"],
            Self::Uvx => &["--from"],
        }
    }

    /// The other options whose value is the next argument.
    fn options_with_value(self) -> &'static [&'static str] {
        match self {
            Self::Npx => &[
                "-c",
                "--call",
                "-w",
                "--workspace",
                "--registry",
                "--prefix",
                "--cache",
                "--userconfig",
                "--loglevel",
                "--node-options",
                "--script-shell",
            ],
            Self::Uvx => &[
                "-p",
                "--python",
                "-w",
                "--with",
                "--with-editable",
                "--with-requirements",
                "-c",
                "--constraints",
                "-b",
                "--build-constraints",
                "--overrides",
                "--env-file",
                "--index",
                "--default-index",
                "-i",
                "--index-url",
                "--extra-index-url",
                "-f",
                "--find-links",
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
                "--allow-insecure-host",
                "--directory",
                "--project",
                "--config-file",
                "--torch-backend",
            ],
        }
    }
}

/// The name of a program without its folder and without what Windows appends: `/usr/bin/docker` is `docker`.
pub(crate) fn program(command: &str) -> &str {
    let command = command.trim();
    let name = command.rsplit(['/', '\\']).next().unwrap_or(command);
    match name.rsplit_once('.') {
        Some((name, suffix))
            if ["bat", "cmd", "exe"].iter().any(|known| suffix.eq_ignore_ascii_case(known)) =>
        {
            name
        }
        Some(_) | None => name,
    }
}

/// `--name`, `--name=value` or `--name value`, and the index after it.
fn long_option<'a>(long: &'a str, at: usize, args: &'a [String]) -> (Vec<RunOption<'a>>, usize) {
    let (name, value) = match long.split_once('=') {
        Some((name, value)) => (name, Some(Word { text: value, at })),
        None => (long, None),
    };
    let name = match name {
        "dns-opt" => "dns-option",
        "net" => "network",
        "net-alias" => "network-alias",
        "purge" => "rm",
        name => name,
    };
    let takes_next = value.is_none() && !SWITCHES.contains(&name);
    let next = args.get(at + 1).filter(|_| takes_next);
    let option = RunOption {
        name,
        letter: None,
        value: value.or(next.map(|text| Word { text, at: at + 1 })),
        at,
    };
    (vec![option], if takes_next { at + 2 } else { at + 1 })
}

/// `-it`, `-e KEY`, `-eKEY`, `-e=KEY`, `-i=false` or a mixture such as `-ite KEY`, and the index after it.
fn short_options<'a>(
    letters: &'a str,
    at: usize,
    args: &'a [String],
) -> (Vec<RunOption<'a>>, usize) {
    let mut options = Vec::new();
    for (index, letter) in letters.char_indices() {
        let after = letters.get(index + letter.len_utf8()..).unwrap_or_default();
        let itself = letters.get(index..index + letter.len_utf8());
        // The engine would refuse an unknown letter; what follows is read as if it were a switch.
        let (name, takes) =
            short_name(letter).unwrap_or((itself.unwrap_or_default(), Takes::Nothing));
        let mut option = RunOption { name, letter: Some(letter), value: None, at };
        // After an equals sign stands a value, even that of a switch.
        let given = after.strip_prefix('=').filter(|value| !value.is_empty());
        let (value, next) = match (given, takes) {
            (Some(value), _) => (Some(Word { text: value, at }), at + 1),
            (None, Takes::Nothing) => {
                options.push(option);
                continue;
            }
            (None, Takes::Value) if after.is_empty() => {
                let next = args.get(at + 1);
                (next.map(|text| Word { text, at: at + 1 }), at + 2)
            }
            (None, Takes::Value) => (Some(Word { text: after, at }), at + 1),
        };
        option.value = value;
        options.push(option);
        return (options, next);
    }
    (options, at + 1)
}

enum Takes {
    Nothing,
    Value,
}

fn short_name(letter: char) -> Option<(&'static str, Takes)> {
    Some(match letter {
        'd' => ("detach", Takes::Nothing),
        'i' => ("interactive", Takes::Nothing),
        'P' => ("publish-all", Takes::Nothing),
        'q' => ("quiet", Takes::Nothing),
        't' => ("tty", Takes::Nothing),
        'a' => ("attach", Takes::Value),
        'c' => ("cpu-shares", Takes::Value),
        'e' => ("env", Takes::Value),
        'h' => ("hostname", Takes::Value),
        'l' => ("label", Takes::Value),
        'm' => ("memory", Takes::Value),
        'p' => ("publish", Takes::Value),
        'u' => ("user", Takes::Value),
        'v' => ("volume", Takes::Value),
        'w' => ("workdir", Takes::Value),
        _ => return None,
    })
}

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

/// The words that the engines' option parser takes for true.
fn is_true(text: &str) -> bool {
    matches!(text, "1" | "t" | "T" | "true" | "TRUE" | "True")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(args: &[&str]) -> Vec<String> {
        args.iter().map(|&arg| arg.to_owned()).collect()
    }

    #[test]
    fn the_command_is_what_follows_the_image() {
        let args = strings(&[
            "run",
            "--rm",
            "-i",
            "--network",
            "none",
            "--memory=1g",
            "-v",
            "a:/a",
            "acme/mcp:1.2",
            "-e",
            "--stdio",
        ]);
        let run = container_run("docker", &args, None).unwrap();
        assert_eq!(run.image, Some(Word { text: "acme/mcp:1.2", at: 8 }));
        assert_eq!(run.command, ["-e", "--stdio"]);
        assert!(run.is_interactive());
        assert!(run.has_switch("rm"));
        let networks: Vec<_> = run.values_of("network").map(|part| part.text).collect();
        assert_eq!(networks, ["none"]);
        assert_eq!(run.env().count(), 0);
    }

    #[test]
    fn a_variable_may_be_written_in_every_way_that_the_engine_reads() {
        let args = strings(&[
            "run", "-e", "A=1", "-e", "B", "--env", "C=x=y", "--env=D=", "-eE=5", "-e=F=6", "-ite",
            "G", "image",
        ]);
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
    fn a_cluster_ends_at_the_first_letter_that_takes_a_value() {
        let args = strings(&["run", "-itp", "8000:8000", "image"]);
        let run = container_run("docker", &args, None).unwrap();
        assert_eq!(run.image.unwrap().text, "image");
        let args = strings(&["run", "-pi", "image"]);
        let run = container_run("docker", &args, None).unwrap();
        assert!(!run.is_interactive());
        assert_eq!(run.image.unwrap().text, "image");
    }

    #[test]
    fn a_switch_takes_a_value_only_with_an_equals_sign() {
        let args = strings(&["run", "--privileged=false", "--interactive=true", "--init", "image"]);
        let run = container_run("docker", &args, None).unwrap();
        assert!(!run.has_switch("privileged"));
        assert!(run.is_interactive());
        assert_eq!(run.image.unwrap().text, "image");
    }

    #[test]
    fn a_switch_may_be_told_off_inside_of_a_cluster() {
        for (option, is_on) in
            [("-i", true), ("-ti=1", true), ("-i=false", false), ("-di=0", false)]
        {
            let args = strings(&["run", option, "image", "serve"]);
            let run = container_run("docker", &args, None).unwrap();
            assert_eq!(run.is_interactive(), is_on, "{option}");
            assert_eq!(run.image.unwrap().text, "image");
        }
    }

    #[test]
    fn no_switch_takes_the_image_for_its_value() {
        for switch in SWITCHES {
            let args = strings(&["run", &format!("--{switch}"), "image", "serve"]);
            let run = container_run("docker", &args, None).unwrap();
            assert_eq!(run.image.unwrap().text, "image", "{switch}");
        }
    }

    #[test]
    fn a_named_image_ends_the_options_wherever_it_stands() {
        let args = strings(&["run", "-i", "A=1", "--", "image", "--rm", "image"]);
        let run = container_run("docker", &args, Some("image")).unwrap();
        assert_eq!(run.image, Some(Word { text: "image", at: 4 }));
        assert_eq!(run.strays, [Word { text: "A=1", at: 2 }]);
        assert_eq!(run.command, ["--rm", "image"]);
        let run = container_run("docker", &args, Some("another")).unwrap();
        assert_eq!(run.image, Some(Word { text: "A=1", at: 2 }));
    }

    #[test]
    fn two_dashes_end_the_options() {
        let args = strings(&["run", "-i", "--", "image", "cmd"]);
        let run = container_run("docker", &args, None).unwrap();
        assert_eq!(run.image.unwrap().text, "image");
        assert_eq!(run.command, ["cmd"]);
    }

    #[test]
    fn a_line_may_end_anywhere() {
        for args in [&["run"][..], &["run", "-e"], &["run", "--name"], &["run", "-i", "--"]] {
            let args = strings(args);
            let run = container_run("docker", &args, None).unwrap();
            assert_eq!(run.image, None);
            assert!(run.command.is_empty());
        }
    }

    #[test]
    fn only_running_a_container_is_taken_apart() {
        assert_eq!(container_run("docker", &strings(&["compose", "up"]), None), None);
        assert_eq!(container_run("docker", &[], None), None);
        assert_eq!(container_run("npx", &strings(&["run", "image"]), None), None);
        let args = strings(&["container", "run", "image"]);
        assert_eq!(
            container_run("/usr/bin/docker", &args, None).unwrap().image.unwrap().text,
            "image"
        );
        assert_eq!(container_run("docker.exe", &args, None).unwrap().run_at, 1);
    }

    fn package<'a>(command: &str, args: &'a [String]) -> Option<(&'a str, usize)> {
        let part = package_run(command, args)?.package?;
        Some((part.text, part.at))
    }

    #[test]
    fn the_package_is_the_first_argument_that_is_no_option() {
        let args = strings(&["-y", "--registry=https://r.example", "@acme/mcp@1.2.3", "--stdio"]);
        assert_eq!(package("npx", &args), Some(("@acme/mcp@1.2.3", 2)));
        assert!(package_run("npx", &args).unwrap().is_confirmed);
        let args = strings(&["--python", "3.12", "acme-mcp==1.0", "-y"]);
        assert_eq!(package("uvx", &args), Some(("acme-mcp==1.0", 2)));
        assert!(!package_run("uvx", &args).unwrap().is_confirmed);
    }

    #[test]
    fn an_option_may_name_the_package() {
        let args = strings(&["-y", "--package", "@acme/cli@2", "--", "mcp"]);
        assert_eq!(package("npx", &args), Some(("@acme/cli@2", 2)));
        let args = strings(&["--from", "git+https://git.example/acme@v1", "acme"]);
        assert_eq!(package("uvx", &args), Some(("git+https://git.example/acme@v1", 1)));
        let args = strings(&["tool", "run", "--from=acme==1", "acme"]);
        assert_eq!(package("uv", &args), Some(("acme==1", 2)));
    }

    #[test]
    fn a_line_may_name_no_package() {
        assert_eq!(package("npx", &[]), None);
        assert_eq!(package("npx", &strings(&["-y"])), None);
        assert_eq!(package("npx", &strings(&["--package"])), None);
        assert_eq!(package_run("node", &strings(&["index.js"])), None);
        assert_eq!(package_run("uv", &strings(&["run", "main.py"])), None);
    }
}
