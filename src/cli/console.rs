//! The terminal: data goes to standard output, everything else to standard error.

use std::borrow::Cow;
use std::io::{self, BufWriter, IsTerminal as _, Read, StdoutLock, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressStyle};
use miette::{GraphicalReportHandler, GraphicalTheme, MietteDiagnostic, Report};

use crate::catalog::config::{ConfigError, Problem};
use crate::catalog::workspace::WorkspaceError;
use crate::cli::args::{Color, Global};
use crate::pipeline::failure::Failure;
use crate::pipeline::redaction::Redaction;
use crate::report::{self, Format, Style, Summary};
use crate::source::finding::{Finding, Place, Severity};
use crate::source::{Sources, describe};
use crate::text::secrets::redactor::Redactor;
use crate::text::visible::visible_lines;

/// How wide output is where nothing tells the terminal's width.
pub(super) const DEFAULT_WIDTH: usize = 100;

/// The folder that the user stands in, where output goes, and how it looks.
#[derive(Debug)]
pub(crate) struct Console {
    quiet: bool,
    color: Color,
    surroundings: Surroundings,
}

/// What is around a run.
#[derive(Debug)]
enum Surroundings {
    /// The streams, the working folder, the environment and the signals of the process.
    Process,
    /// A folder and memory: nothing of the process has a part in the run.
    Captured { folder: PathBuf, stdout: Captured, stderr: Captured },
}

/// What was written, for whoever captures it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    /// What was written since the last time.
    pub(crate) fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        written.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Standard output. Whoever closes the pipe has seen enough: the rest goes nowhere, and the work and its status stay what
/// they are.
#[derive(Debug)]
pub(crate) struct Out {
    to: Stdout,
    is_closed: bool,
}

#[derive(Debug)]
enum Stdout {
    Process(StdoutLock<'static>),
    Captured(Captured),
}

impl Out {
    fn unless_closed<T>(
        &mut self,
        otherwise: T,
        write: impl FnOnce(&mut dyn Write) -> io::Result<T>,
    ) -> io::Result<T> {
        if self.is_closed {
            return Ok(otherwise);
        }
        let stdout: &mut dyn Write = match &mut self.to {
            Stdout::Process(stdout) => stdout,
            Stdout::Captured(captured) => captured,
        };
        match write(stdout) {
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
        self.unless_closed((), |stdout| stdout.flush())
    }
}

impl Console {
    pub(crate) fn of_process(global: &Global) -> Self {
        Self::new(global, Surroundings::Process)
    }

    /// A console that writes to memory. The folder is absolute.
    pub(crate) fn captured(
        global: &Global,
        folder: &Path,
        stdout: Captured,
        stderr: Captured,
    ) -> Self {
        let folder = folder.to_owned();
        let surroundings = Surroundings::Captured { folder, stdout, stderr };
        Self::new(global, surroundings)
    }

    fn new(global: &Global, surroundings: Surroundings) -> Self {
        Self { quiet: global.quiet, color: global.color, surroundings }
    }

    /// The folder that the user stands in.
    pub(crate) fn working_folder(&self) -> Result<PathBuf, WorkspaceError> {
        match &self.surroundings {
            Surroundings::Process => std::env::current_dir()
                .map_err(|error| WorkspaceError::WorkingFolder(describe(&error))),
            Surroundings::Captured { folder, .. } => Ok(folder.clone()),
        }
    }

    /// A path as the user wrote it, for the system, which knows the working folder of the process and no other.
    pub(crate) fn at(&self, path: &Path) -> PathBuf {
        match &self.surroundings {
            Surroundings::Process => path.to_owned(),
            Surroundings::Captured { folder, .. } => folder.join(path),
        }
    }

    /// Standard input; nothing where output is captured.
    pub(crate) fn standard_input(&self) -> Box<dyn Read> {
        match &self.surroundings {
            Surroundings::Process => Box::new(io::stdin().lock()),
            Surroundings::Captured { .. } => Box::new(io::empty()),
        }
    }

    /// Whether there is somebody to ask.
    pub(crate) fn can_ask(&self) -> bool {
        match &self.surroundings {
            Surroundings::Process => io::stdin().is_terminal() && io::stderr().is_terminal(),
            Surroundings::Captured { .. } => false,
        }
    }

    /// Ends with Ctrl-C.
    pub(crate) async fn interrupted(&self) {
        match &self.surroundings {
            Surroundings::Process => _ = tokio::signal::ctrl_c().await,
            Surroundings::Captured { .. } => std::future::pending().await,
        }
    }

    /// Standard output, buffered: flush it before the process ends.
    pub(crate) fn out(&self) -> BufWriter<Out> {
        let to = match &self.surroundings {
            Surroundings::Process => Stdout::Process(io::stdout().lock()),
            Surroundings::Captured { stdout, .. } => Stdout::Captured(stdout.clone()),
        };
        BufWriter::new(Out { to, is_closed: false })
    }

    fn write_to_stderr(&self, text: &str) {
        // Nobody can be told that standard error is closed.
        let _ = match &self.surroundings {
            Surroundings::Process => io::stderr().lock().write_all(text.as_bytes()),
            Surroundings::Captured { stderr, .. } => stderr.clone().write_all(text.as_bytes()),
        };
    }

    /// Says something beside the data, unless the user wants quiet.
    pub(crate) fn say(&self, text: &str) {
        if !self.quiet {
            self.write_to_stderr(&format!("{}\n", without_secrets(text)));
        }
    }

    /// Says what is wrong beside the data, also where the user wants quiet.
    pub(crate) fn complain(&self, text: &str) {
        self.write_to_stderr(&format!("{text}\n"));
    }

    /// A progress bar on standard error; nothing where that is not a terminal, or where the user wants quiet.
    pub(crate) fn progress_bar(&self, steps: usize) -> Option<ProgressBar> {
        let is_seen = !self.quiet && self.is_terminal(&io::stderr());
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
    pub(crate) fn fail(&self, failure: &Failure) {
        let style =
            Style { color: self.color_for(self.is_terminal(&io::stderr())), width: self.width() };
        let working_folder = self.working_folder().unwrap_or_default();
        self.write_to_stderr(&render_failure(failure, &working_folder, style));
    }

    /// Whether standard output gets colour.
    pub(crate) fn color(&self) -> bool {
        self.color_for(self.is_terminal(&io::stdout()))
    }

    /// How long the lines of a table may be; nothing where they go to no terminal, and nobody says.
    pub(crate) fn table_width(&self) -> Option<usize> {
        self.stated_width().or_else(|| self.is_terminal(&io::stdout()).then(|| self.width()))
    }

    /// The width of standard output in columns.
    pub(crate) fn width(&self) -> usize {
        self.stated_width()
            .or_else(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)))
            .unwrap_or(DEFAULT_WIDTH)
    }

    /// Whether a stream of the process is where the output goes, and somebody looks at it.
    fn is_terminal(&self, stream: &impl io::IsTerminal) -> bool {
        match &self.surroundings {
            Surroundings::Process => stream.is_terminal(),
            Surroundings::Captured { .. } => false,
        }
    }

    /// The width that the user says.
    fn stated_width(&self) -> Option<usize> {
        match &self.surroundings {
            Surroundings::Process => std::env::var("COLUMNS").ok()?.parse().ok(),
            Surroundings::Captured { .. } => Some(DEFAULT_WIDTH),
        }
    }

    /// `--color`, then NO_COLOR, CLICOLOR_FORCE and CLICOLOR, then whether it is a terminal.
    fn color_for(&self, is_terminal: bool) -> bool {
        let is_set = |name: &str| {
            std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0")
        };
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto if matches!(self.surroundings, Surroundings::Captured { .. }) => false,
            Color::Auto if is_set("NO_COLOR") => false,
            Color::Auto if is_set("CLICOLOR_FORCE") => true,
            Color::Auto => {
                is_terminal && std::env::var_os("CLICOLOR").is_none_or(|value| value != "0")
            }
        }
    }
}

/// A text as it may be shown: what stands in it may come from the command line or the configuration.
fn without_secrets(text: &str) -> String {
    visible_lines(&Redactor::default().apply(text))
}

/// A failure in words.
fn render_failure(failure: &Failure, working_folder: &Path, style: Style) -> String {
    if let Failure::Workspace(WorkspaceError::Config(ConfigError::Invalid {
        path,
        text,
        problems,
    })) = failure
    {
        return render_config(path, text, problems, working_folder, style);
    }
    // What the file system, the configuration and the command line say is shown in it.
    let message = without_secrets(&failure.to_string());
    let mut diagnostic = MietteDiagnostic::new(message.clone());
    diagnostic.help = match failure {
        Failure::Usage { help, .. } => help.as_deref().map(without_secrets),
        _ => None,
    };
    let theme =
        if style.color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
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
fn render_config(
    path: &Path,
    text: &str,
    problems: &[Problem],
    working_folder: &Path,
    style: Style,
) -> String {
    let mut sources = Sources::default();
    let file = sources.add_text(path.to_owned(), text.as_bytes().to_vec(), working_folder);
    let findings = problems.iter().map(|problem| Finding {
        // `explain config` says what may stand there.
        rule: "config",
        severity: Severity::Error,
        message: problem.message.clone(),
        help: problem.help.clone().map(Cow::Owned),
        place: Some(Place::bytes(file, problem.span.clone())),
        related: Vec::new(),
        fix: None,
        secrets: Vec::new(),
        withholds_server: false,
    });
    let findings: Vec<Finding> = findings.collect();
    let report = report::Report {
        findings: report::locate(&findings, &sources, u64::MAX, &Redaction::default()),
        summary: Summary::default(),
    };
    let mut shown = Vec::new();
    // Writing to memory cannot fail.
    let _ = report::write(Format::Human, &report, style, &mut shown);
    String::from_utf8_lossy(&shown).into_owned()
}
