//! The inline script that a shell is started with, and which argument it is.

use super::program;

/// A text that a shell runs as commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InlineScript {
    kind: ShellKind,
    /// The argument that the script starts with; it may be missing.
    at: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ShellKind {
    /// `sh` and its like: `-c SCRIPT`, then arguments of the script.
    Posix,
    /// `cmd`: `/c`, and everything after it.
    Cmd,
    /// PowerShell: `-Command`, and everything after it.
    PowerShell,
}

impl InlineScript {
    /// Whether the shell expands `${…}` in this argument itself. `cmd` has no such syntax.
    pub(crate) fn expands(self, argument: usize) -> bool {
        match self.kind {
            ShellKind::Posix => argument == self.at,
            ShellKind::PowerShell => argument >= self.at,
            ShellKind::Cmd => false,
        }
    }
}

/// The script that a shell is started with; `None` if the command is not a shell, or runs a file.
pub(crate) fn inline_script(command: &str, args: &[String]) -> Option<InlineScript> {
    let kind = shell_kind(command)?;
    let at = match kind {
        ShellKind::Posix => posix_script(args),
        ShellKind::Cmd => cmd_script(args),
        ShellKind::PowerShell => powershell_script(args),
    }?;
    Some(InlineScript { kind, at })
}

/// Whether a command is a shell, which parses its arguments by its own rules.
pub(crate) fn is_shell(command: &str) -> bool {
    shell_kind(command).is_some()
}

fn shell_kind(command: &str) -> Option<ShellKind> {
    match program(command).to_ascii_lowercase().as_str() {
        "sh" | "bash" | "zsh" | "dash" | "ash" | "ksh" | "fish" => Some(ShellKind::Posix),
        "cmd" => Some(ShellKind::Cmd),
        "powershell" | "pwsh" => Some(ShellKind::PowerShell),
        _ => None,
    }
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

    fn script_of(line: &[&str]) -> Option<usize> {
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
            assert_eq!(script_of(line), Some(at), "{line:?}");
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
            &["python", "-c", "x"],
        ] {
            assert_eq!(script_of(line), None, "{line:?}");
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
