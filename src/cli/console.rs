//! The terminal: data goes to standard output, everything else to standard error.

use std::borrow::Cow;
use std::io::{self, BufWriter, IsTerminal as _, StdoutLock, Write};
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};
use miette::{GraphicalReportHandler, GraphicalTheme, MietteDiagnostic, Report};

use crate::catalog::config::{ConfigError, Problem};
use crate::catalog::workspace::WorkspaceError;
use crate::cli::args::{Color, Global};
use crate::cli::commands::Failure;
use crate::report::{self, Format, Style, Summary};
use crate::runtime::proxy::ProxyError;
use crate::source::Sources;
use crate::source::finding::{Finding, Place, Severity};
use crate::text::secrets::mask::Mask;
use crate::text::secrets::secret_search::{secrets, unnamed_secrets};
use crate::text::visible::visible_lines;

/// How wide output is where nothing tells the terminal's width.
const DEFAULT_WIDTH: usize = 100;

/// Where output goes and how it looks.
#[derive(Debug)]
pub struct Console {
    quiet: bool,
    color: Color,
}

/// Standard output. Whoever closes the pipe has seen enough: the rest goes nowhere, and the work and its status stay what
/// they are.
#[derive(Debug)]
pub struct Out {
    stdout: StdoutLock<'static>,
    is_closed: bool,
}

impl Out {
    fn unless_closed<T>(
        &mut self,
        otherwise: T,
        write: impl FnOnce(&mut StdoutLock<'static>) -> io::Result<T>,
    ) -> io::Result<T> {
        if self.is_closed {
            return Ok(otherwise);
        }
        match write(&mut self.stdout) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.is_closed = true;
                Ok(otherwise)
            }
            written => written,
        }
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.unless_closed(bytes.len(), |stdout| stdout.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.unless_closed((), StdoutLock::flush)
    }
}

impl Console {
    pub fn new(global: &Global) -> Self {
        Self {
            quiet: global.quiet,
            color: global.color,
        }
    }

    /// Standard output, buffered: flush it before the process ends.
    pub fn out(&self) -> BufWriter<Out> {
        BufWriter::new(Out {
            stdout: io::stdout().lock(),
            is_closed: false,
        })
    }

    /// Says something beside the data, unless the user wants quiet.
    pub fn say(&self, text: &str) {
        if !self.quiet {
            // Nobody can be told that standard error is closed.
            let _ = writeln!(io::stderr().lock(), "{}", without_secrets(text));
        }
    }

    /// Says what is wrong beside the data, also where the user wants quiet.
    pub fn complain(&self, text: &str) {
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// A progress bar on standard error; nothing where that is no terminal, or where the user wants quiet.
    pub fn progress_bar(&self, steps: usize) -> Option<ProgressBar> {
        let is_seen = !self.quiet && io::stderr().is_terminal();
        is_seen.then(|| {
            let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}");
            let bar = ProgressBar::new(steps as u64);
            match style {
                Ok(style) => bar.with_style(style),
                Err(_) => bar,
            }
        })
    }

    /// Says why the job could not be done.
    pub fn fail(&self, failure: &Failure) {
        let style = Style {
            color: self.color_for(io::stderr().is_terminal()),
            width: self.width(),
        };
        let _ = write!(io::stderr().lock(), "{}", render_failure(failure, style));
    }

    /// Whether standard output gets colour.
    pub fn color(&self) -> bool {
        self.color_for(io::stdout().is_terminal())
    }

    /// How long the lines of a table may be; nothing where they go to no terminal, and nobody says.
    pub fn table_width(&self) -> Option<usize> {
        stated_width().or_else(|| io::stdout().is_terminal().then(|| self.width()))
    }

    /// The width of standard output in columns.
    pub fn width(&self) -> usize {
        stated_width()
            .or_else(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)))
            .unwrap_or(DEFAULT_WIDTH)
    }

    /// `--color`, then NO_COLOR, CLICOLOR_FORCE and CLICOLOR, then whether it is a terminal.
    fn color_for(&self, is_terminal: bool) -> bool {
        let is_set = |name: &str| {
            std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0")
        };
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto if is_set("NO_COLOR") => false,
            Color::Auto if is_set("CLICOLOR_FORCE") => true,
            Color::Auto => {
                is_terminal && std::env::var_os("CLICOLOR").is_none_or(|value| value != "0")
            }
        }
    }
}

/// The width that the user says.
fn stated_width() -> Option<usize> {
    std::env::var("COLUMNS").ok()?.parse().ok()
}

/// A text as it may be shown: what stands in it may come from the command line or the configuration.
fn without_secrets(text: &str) -> String {
    visible_lines(&Mask::new(&unnamed_secrets(text)).apply(text))
}

/// A failure in words.
fn render_failure(failure: &Failure, style: Style) -> String {
    if let Failure::Workspace(WorkspaceError::Config(ConfigError::Invalid {
        path,
        text,
        problems,
    })) = failure
    {
        return render_config(path, text, problems, style);
    }
    // What the file system, the configuration and the command line say is shown in it.
    let message = without_secrets(&failure.to_string());
    let mut diagnostic = MietteDiagnostic::new(message.clone());
    diagnostic.help = match failure {
        Failure::Usage { help, .. } => help.as_deref().map(without_secrets),
        Failure::Serve(ProxyError::Incomplete(_)) => {
            Some("set them, or start without them: `--allow-missing`".to_owned())
        }
        _ => None,
    };
    let theme = match style.color {
        true => GraphicalTheme::unicode(),
        false => GraphicalTheme::unicode_nocolor(),
    };
    let mut text = String::new();
    match GraphicalReportHandler::new_themed(theme)
        .with_links(false)
        .render_report(&mut text, Report::new(diagnostic).as_ref())
    {
        Ok(()) => text,
        Err(_) => format!("error: {message}\n"),
    }
}

/// What is wrong with a configuration, drawn as findings are.
fn render_config(path: &Path, text: &str, problems: &[Problem], style: Style) -> String {
    let mut sources = Sources::default();
    let working_folder = std::env::current_dir().unwrap_or_default();
    let file = sources.add_text(path.to_owned(), text.as_bytes().to_vec(), &working_folder);
    let findings = problems.iter().map(|problem| Finding {
        // `explain config` says what may stand there.
        rule: "config",
        severity: Severity::Error,
        message: problem.message.clone(),
        help: problem.help.clone().map(Cow::Owned),
        place: Some(Place::bytes(file, problem.span.clone())),
        related: Vec::new(),
        fix: None,
    });
    let findings: Vec<Finding> = findings.collect();
    let report = report::Report {
        findings: report::locate(&findings, &sources, u64::MAX, &Mask::new(&secrets(text))),
        summary: Summary::default(),
    };
    let mut shown = Vec::new();
    // Writing to memory cannot fail.
    let _ = report::write(Format::Human, &report, style, &mut shown);
    String::from_utf8_lossy(&shown).into_owned()
}
