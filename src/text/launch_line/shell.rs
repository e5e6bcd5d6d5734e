//! The inline script that a shell or an interpreter is started with, and which argument it is, also behind programs that
//! start another, such as `env` or `docker run`.

use std::sync::LazyLock;

use regex::Regex;

use super::{PackageRunner, Word, container_run, program, word};

/// A text that a shell or an interpreter runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InlineScript<'a> {
    kind: ShellKind,
    /// The argument that the script starts with; it may be missing.
    pub(crate) at: usize,
    /// The shell or interpreter that another program starts; `None` if it is the command itself.
    pub(crate) started: Option<Word<'a>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ShellKind {
    /// `sh` and its like: `-c SCRIPT`, then arguments of the script.
    Posix,
    /// `cmd`: `/c`, and everything after it.
    Cmd,
    /// PowerShell: `-Command`, and everything after it.
    PowerShell,
    /// An interpreter that is given code, `node -e`, or a program that splits a text into a command line, `npx -c`.
    Code,
}

impl InlineScript<'_> {
    /// Whether the shell expands `${…}` in this argument itself. `cmd` has no such syntax, nor have interpreters, and a
    /// shell that another program starts is given what is filled in.
    pub(crate) fn expands(self, argument: usize) -> bool {
        if self.started.is_some() {
            return false;
        }
        match self.kind {
            ShellKind::Posix => argument == self.at,
            ShellKind::PowerShell => argument >= self.at,
            ShellKind::Cmd | ShellKind::Code => false,
        }
    }
}

/// The script that a command line starts; `None` if it starts a file.
pub(crate) fn inline_script<'a>(command: &str, args: &'a [String]) -> Option<InlineScript<'a>> {
    let (mut started, mut rest_at) = (None::<Word<'_>>, 0);
    loop {
        let name = started.map_or(command, |program| program.text);
        let rest = args.get(rest_at..)?;
        if let Some((kind, at)) = script_of(name, rest) {
            return Some(InlineScript { kind, at: rest_at + at, started });
        }
        let (inner, inner_rest) = started_by(name, rest)?;
        started = Some(Word { at: rest_at + inner.at, ..inner });
        rest_at += inner_rest;
    }
}

/// Whether a command is a shell, which parses its arguments by its own rules.
pub(crate) fn is_shell(command: &str) -> bool {
    shell_kind(command).is_some()
}

/// The script among a program's own arguments.
fn script_of(command: &str, args: &[String]) -> Option<(ShellKind, usize)> {
    let kind = shell_kind(command).unwrap_or(ShellKind::Code);
    let at = match kind {
        ShellKind::Posix => posix_script(args),
        ShellKind::Cmd => cmd_script(args),
        ShellKind::PowerShell => powershell_script(args),
        ShellKind::Code => match program(command) {
            name @ ("env" | "npx" | "npm") => split_script(name, args),
            name => code(name, args),
        },
    }?;
    Some((kind, at))
}

fn shell_kind(command: &str) -> Option<ShellKind> {
    match program(command).to_ascii_lowercase().as_str() {
        "sh" | "bash" | "zsh" | "dash" | "ash" | "ksh" | "fish" => Some(ShellKind::Posix),
        "cmd" => Some(ShellKind::Cmd),
        "powershell" | "pwsh" => Some(ShellKind::PowerShell),
        _ => None,
    }
}

/// The program that another starts, and the first of its own arguments.
fn started_by<'a>(command: &str, args: &'a [String]) -> Option<(Word<'a>, usize)> {
    if let Some(run) = container_run(command, args, None) {
        let image = run.image?.at;
        return match run.values_of("entrypoint").last() {
            Some(entrypoint) => Some((entrypoint, image + 1)),
            None => Some((word(args, image + 1)?, image + 2)),
        };
    }
    if !STARTERS.contains(&program(command)) {
        return None;
    }
    // Its own words: options, which may take a value, settings, subcommands and times.
    let mut is_value = false;
    for (at, text) in args.iter().enumerate() {
        let is_option = text.starts_with('-');
        if !is_option && starts_something(text) {
            return Some((Word { text, at }, at + 1));
        }
        let is_own = is_option
            || is_value
            || text.contains('=')
            || text.starts_with(|first: char| first.is_ascii_digit())
            || ["dlx", "exec", "run", "tool", "x"].contains(&text.as_str());
        if !is_own {
            return None;
        }
        is_value = is_option && !text.contains('=');
    }
    None
}

fn starts_something(word: &str) -> bool {
    let name = program(word);
    let is_engine = matches!(name, "docker" | "podman");
    is_shell(word) || is_engine || STARTERS.contains(&name) || code_options(name).is_some()
}

/// Programs that start the program that their arguments name.
const STARTERS: [&str; 33] = [
    "bunx",
    "busybox",
    "caffeinate",
    "command",
    "conda",
    "cross-env",
    "direnv",
    "doas",
    "dotenv",
    "env",
    "exec",
    "hatch",
    "ionice",
    "mamba",
    "nice",
    "nohup",
    "npm",
    "npx",
    "pdm",
    "pipenv",
    "pixi",
    "pnpm",
    "poetry",
    "setsid",
    "stdbuf",
    "sudo",
    "time",
    "timeout",
    "toybox",
    "uv",
    "wsl",
    "xargs",
    "yarn",
];

/// `env -S "sh -c …"`, `npx -c "…"`, `npm exec --call="…"`: one argument that is split into a command line.
fn split_script(program: &str, args: &[String]) -> Option<usize> {
    let (letter, long) = if program == "env" { ("-S", "--split-string") } else { ("-c", "--call") };
    let takes_value = |option: &str| match program {
        "env" => ["-u", "--unset", "-C", "--chdir"].contains(&option),
        _ => PackageRunner::Npx.takes_value(option),
    };
    let mut is_value = false;
    for (at, option) in args.iter().enumerate() {
        if std::mem::take(&mut is_value) {
            continue;
        }
        if option == letter || option == long {
            return Some(at + 1);
        }
        if option.strip_prefix(long).is_some_and(|rest| rest.starts_with('='))
            || (program == "env" && option.starts_with(letter))
        {
            return Some(at);
        }
        // What follows the package or the program is its own.
        let is_own = option.starts_with('-') || option.contains('=') || option == "exec";
        if !is_own || option == "--" {
            return None;
        }
        is_value = takes_value(option);
    }
    None
}

/// The options of an interpreter that are followed by code, and those that take another value.
fn code_options(program: &str) -> Option<(&'static [&'static str], &'static [&'static str])> {
    Some(match program.trim_end_matches(|last: char| last.is_ascii_digit() || last == '.') {
        "node" | "nodejs" | "bun" => (
            &["-e", "--eval", "-p", "--print", "-pe"],
            &[
                "-r",
                "--require",
                "--import",
                "--loader",
                "--experimental-loader",
                "-C",
                "--conditions",
            ],
        ),
        "deno" => (&["eval"], &[]),
        "python" | "pypy" => (&["-c"], &["-W", "-X"]),
        "perl" => (&["-e", "-E"], &["-I"]),
        "ruby" | "lua" | "osascript" | "Rscript" => (&["-e"], &["-I", "-r", "-l"]),
        "php" => (&["-r"], &["-d", "-c"]),
        _ => return None,
    })
}

/// The code that an interpreter is given. The import of one module is none: it is the longer form of `python -m`.
fn code(program: &str, args: &[String]) -> Option<usize> {
    static IMPORT: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"^(?:from [\w.]+ )?import [\w.]+(?: as \w+)?(?:; ?[\w.]+\(\))?;?$").ok()
    });
    let (code_options, with_value) = code_options(program)?;
    let mut at = 0;
    while let Some(option) = args.get(at) {
        let is_joined = option.starts_with("--eval=") || option.starts_with("--print=");
        // `python -Ic`, `perl -ne`: the last letter of a cluster.
        let is_cluster = !option.starts_with("--")
            && option.starts_with('-')
            && !with_value.contains(&option.as_str())
            && code_options.iter().any(|code| {
                code.strip_prefix('-')
                    .is_some_and(|letter| letter.len() == 1 && option.ends_with(letter))
            });
        if code_options.contains(&option.as_str()) || is_cluster || is_joined {
            let code_at = if is_joined { at } else { at + 1 };
            let text = args.get(code_at).map_or("", |text| text.trim());
            let is_import = IMPORT.as_ref().is_some_and(|import| import.is_match(text));
            return (!is_import).then_some(code_at);
        }
        if !option.starts_with('-') || option == "-m" || option == "--" {
            return None;
        }
        at += if with_value.contains(&option.as_str()) { 2 } else { 1 };
    }
    None
}

/// `-c`, alone or in a cluster. The script is the first argument that is neither an option nor the value of one.
fn posix_script(args: &[String]) -> Option<usize> {
    let mut has_script = false;
    let mut at = 0;
    while let Some(option) = args.get(at) {
        let (letters, takes_next) = match option.strip_prefix(['-', '+']) {
            None | Some("") => break,
            Some("-") => {
                at += 1;
                break;
            }
            Some(long) if long.starts_with('-') => ("", matches!(long, "-rcfile" | "-init-file")),
            // The name of a setting follows: `-o pipefail`.
            Some(letters) => (letters, letters.contains(['o', 'O'])),
        };
        has_script |= letters.contains('c') && option.starts_with('-');
        at += if takes_next { 2 } else { 1 };
    }
    has_script.then_some(at)
}

/// `/c`, or `/k`, which keeps the shell open afterwards.
fn cmd_script(args: &[String]) -> Option<usize> {
    let mut options = args.iter().map_while(|option| option.strip_prefix(['/', '-']));
    let at = options.position(|name| matches!(name, "c" | "C" | "k" | "K" | "r" | "R"))?;
    Some(at + 1)
}

/// `-Command` or `-EncodedCommand`, in any case and abbreviated as PowerShell allows.
fn powershell_script(args: &[String]) -> Option<usize> {
    const WITH_VALUE: [&str; 11] = [
        "configurationname",
        "custompipename",
        "encodedarguments",
        "executionpolicy",
        "inputformat",
        "outputformat",
        "psconsolefile",
        "settingsfile",
        "version",
        "windowstyle",
        "workingdirectory",
    ];
    let mut at = 0;
    while let Some(option) = args.get(at) {
        let name = option.strip_prefix(['-', '/'])?.to_ascii_lowercase();
        let is = |full: &str| !name.is_empty() && full.starts_with(&name);
        if ["command", "commandwithargs", "encodedcommand"].into_iter().any(is)
            || matches!(name.as_str(), "cwa" | "ec")
        {
            return Some(at + 1);
        }
        if is("file") {
            return None;
        }
        let takes_next =
            matches!(name.as_str(), "ep" | "if" | "of" | "wd") || WITH_VALUE.into_iter().any(is);
        at += if takes_next { 2 } else { 1 };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(line: &[&str]) -> Option<usize> {
        let args: Vec<String> = line.iter().skip(1).map(|&arg| arg.to_owned()).collect();
        inline_script(line.first()?, &args).map(|text| text.at)
    }

    #[test]
    fn the_script_follows_its_option() {
        for (line, at) in [
            (&["sh", "-c", "x"][..], 1),
            (&["/bin/bash", "-lc", "x"], 1),
            (&["bash", "-o", "pipefail", "-c", "x"], 3),
            (&["bash", "-euo", "pipefail", "-c", "x", "a"], 3),
            (&["bash", "-c", "-e", "--", "x"], 3),
            (&["bash", "--rcfile", "f", "+o", "posix", "-c", "x"], 5),
            (&["sh", "-c"], 1),
            (&["CMD", "/c", "x"], 1),
            (&["cmd.exe", "/D", "/S", "/C", "x"], 3),
            (&["powershell", "-ExecutionPolicy", "Bypass", "-Command", "x"], 3),
            (&["pwsh", "-NoProfile", "-c", "x"], 2),
            (&["PowerShell.EXE", "-ep", "Bypass", "-nop", "-enc", "eA=="], 4),
        ] {
            assert_eq!(position(line), Some(at), "{line:?}");
        }
    }

    #[test]
    fn the_script_is_found_behind_what_starts_its_shell() {
        for (line, at, shell_at) in [
            (&["node", "-e", "x"][..], 1, None),
            (&["node", "-r", "y", "--eval=x"], 2, None),
            (&["python3.12", "-Ic", "x"], 1, None),
            (&["perl", "-ne", "x"], 1, None),
            (&["deno", "eval", "x"], 1, None),
            (&["env", "-S", "sh -c x"], 1, None),
            (&["/usr/bin/env", "-i", "-Ssh -c x"], 1, None),
            (&["npx", "-y", "-c", "x"], 2, None),
            (&["npm", "exec", "--call=x"], 1, None),
            (&["npx", "-p", "acme", "--registry", "https://x.example", "-c", "x"], 5, None),
            (&["npx", "--loglevel", "silent", "--prefix", "d", "-c", "x"], 5, None),
            (&["env", "--unset", "A", "--chdir", "d", "-S", "sh -c x"], 5, None),
            (&["busybox", "sh", "-c", "x"], 2, Some(0)),
            (&["env", "A=1", "-u", "B", "bash", "-c", "x"], 5, Some(3)),
            (&["sudo", "-u", "me", "timeout", "5", "sh", "-c", "x"], 6, Some(4)),
            (&["uv", "--directory", "d", "run", "bash", "-c", "x"], 5, Some(3)),
            (&["wsl.exe", "bash", "-c", "x"], 2, Some(0)),
            (&["npx", "-y", "node", "-e", "x"], 3, Some(1)),
            (&["docker", "run", "-i", "--rm", "acme/mcp", "sh", "-c", "x"], 6, Some(4)),
            (&["docker", "run", "--entrypoint", "/bin/sh", "acme/mcp", "-c", "x"], 5, Some(2)),
            (&["podman", "run", "--entrypoint=sh", "acme/mcp", "-c", "x"], 4, Some(1)),
            (&["sudo", "docker", "run", "acme/mcp", "node", "-e", "x"], 5, Some(3)),
        ] {
            let args: Vec<String> = line.iter().skip(1).map(|&arg| arg.to_owned()).collect();
            let found = inline_script(line.first().unwrap(), &args);
            let found = found.map(|script| (script.at, script.started.map(|shell| shell.at)));
            assert_eq!(found, Some((at, shell_at)), "{line:?}");
        }
    }

    #[test]
    fn a_file_is_not_an_inline_script() {
        for line in [
            &["sh", "server.sh", "-c", "x"][..],
            &["bash", "-o", "pipefail", "server.sh"],
            &["bash", "-e", "--", "-c"],
            &["bash", "-o", "-c", "server.sh"],
            &["cmd", "server.bat", "/c"],
            &["powershell", "-File", "x.ps1", "-Command", "x"],
            &["pwsh", "x.ps1", "-c", "x"],
            &["python", "-c", "import acme"],
            &["python3", "-c", "from acme.mcp import main; main()"],
            &["python", "-m", "acme", "-c", "x"],
            &["node", "server.js", "-e", "x"],
            &["env", "A=1", "node", "server.js"],
            &["npx", "-y", "acme-mcp", "-c", "x"],
            &["uv", "run", "server.py", "bash", "-c", "x"],
            &["docker", "run", "-i", "acme/mcp", "serve", "-c", "x"],
            &["acme", "sh", "-c", "x"],
        ] {
            assert_eq!(position(line), None, "{line:?}");
        }
    }

    #[test]
    fn only_the_script_is_expanded_by_the_shell() {
        let expanded = |line: &[&str]| {
            let args: Vec<String> = line.iter().skip(1).map(|&arg| arg.to_owned()).collect();
            let text = inline_script(line.first().unwrap(), &args).unwrap();
            (0..args.len()).filter(|at| text.expands(*at)).collect::<Vec<_>>()
        };
        assert_eq!(expanded(&["bash", "-e", "-c", "x", "a"]), [2]);
        assert_eq!(expanded(&["pwsh", "-c", "x", "a"]), [1, 2]);
        assert!(expanded(&["cmd", "/c", "x", "a"]).is_empty());
    }
}
