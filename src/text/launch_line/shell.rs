//! A text that a shell is started with, and which argument it is.

use super::program;

/// A text that a shell reads as commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ShellText {
    pub(crate) kind: ShellKind,
    /// The argument that the text begins with; it may be missing.
    pub(crate) at: usize,
}

/// How a shell reads its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ShellKind {
    /// `sh` and its like: `-c TEXT`, and arguments for the text.
    Posix,
    /// `cmd`: `/c`, and all that follows.
    Cmd,
    /// PowerShell: `-Command`, and all that follows.
    PowerShell,
}

impl ShellText {
    /// Whether what stands in this argument between `${` and `}` is the shell's own variable. `cmd` knows no such thing.
    pub(crate) fn expands(self, argument: usize) -> bool {
        match self.kind {
            ShellKind::Posix => argument == self.at,
            ShellKind::PowerShell => argument >= self.at,
            ShellKind::Cmd => false,
        }
    }
}

/// The text that a shell is started with; nothing where the command is not a shell, or runs a file.
pub(crate) fn shell_text(command: &str, args: &[String]) -> Option<ShellText> {
    let kind = shell_kind(command)?;
    let at = match kind {
        ShellKind::Posix => posix_text(args),
        ShellKind::Cmd => cmd_text(args),
        ShellKind::PowerShell => powershell_text(args),
    }?;
    Some(ShellText { kind, at })
}

/// Whether a command is a shell: what it is given as a text, it reads by its own rules.
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

/// `-c` in a cluster or alone. The text is the first argument that is not an option, nor the value of one.
fn posix_text(args: &[String]) -> Option<usize> {
    let mut is_text = false;
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
        is_text |= letters.contains('c') && option.starts_with('-');
        at += if takes_next { 2 } else { 1 };
    }
    is_text.then_some(at)
}

/// `/c`, or `/k`, which stays open afterwards.
fn cmd_text(args: &[String]) -> Option<usize> {
    let options = args.iter().take_while(|option| option.starts_with(['/', '-']));
    let is_text = |option: &String| {
        let name = option.get(1..).unwrap_or_default();
        ["c", "k", "r"].iter().any(|text| name.eq_ignore_ascii_case(text))
    };
    options.map(is_text).position(|is_text| is_text).map(|at| at + 1)
}

/// `-Command` or `-EncodedCommand`, in any case and cut short as PowerShell lets it be.
fn powershell_text(args: &[String]) -> Option<usize> {
    let mut at = 0;
    while let Some(option) = args.get(at) {
        let name = option.strip_prefix(['-', '/'])?.to_ascii_lowercase();
        let is = |full: &str| !name.is_empty() && full.starts_with(&name);
        if is("command")
            || is("commandwithargs")
            || name == "cwa"
            || name == "ec"
            || is("encodedcommand")
        {
            return Some(at + 1);
        }
        let takes_next = matches!(name.as_str(), "ep" | "if" | "of" | "wd")
            || [
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
            ]
            .into_iter()
            .any(is);
        if is("file") {
            return None;
        }
        at += if takes_next { 2 } else { 1 };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(line: &[&str]) -> Option<usize> {
        let args: Vec<String> = line.iter().skip(1).map(|&arg| arg.to_owned()).collect();
        shell_text(line.first()?, &args).map(|text| text.at)
    }

    #[test]
    fn the_text_follows_the_option_that_announces_it() {
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
            assert_eq!(text_of(line), Some(at), "{line:?}");
        }
    }

    #[test]
    fn a_file_is_no_text() {
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
            assert_eq!(text_of(line), None, "{line:?}");
        }
    }

    #[test]
    fn only_the_text_has_variables_of_the_shell() {
        let expanded = |line: &[&str]| {
            let args: Vec<String> = line.iter().skip(1).map(|&arg| arg.to_owned()).collect();
            let text = shell_text(line.first().unwrap(), &args).unwrap();
            (0..args.len()).filter(|at| text.expands(*at)).collect::<Vec<_>>()
        };
        assert_eq!(expanded(&["bash", "-e", "-c", "x", "a"]), [2]);
        assert_eq!(expanded(&["pwsh", "-c", "x", "a"]), [1, 2]);
        assert!(expanded(&["cmd", "/c", "x", "a"]).is_empty());
    }
}
