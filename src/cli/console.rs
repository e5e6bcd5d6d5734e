//! The terminal: data goes to standard output, everything else to standard error.

use std::borrow::Cow;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};
use miette::{GraphicalReportHandler, GraphicalTheme, MietteDiagnostic, Report};

use crate::catalog::config::{ConfigError, ConfigProblem};
use crate::catalog::workspace::WorkspaceError;
use crate::cli::args::{Color, Global, NetworkArgs};
use crate::cli::waiting::{PATIENCE, show_after};
use crate::pipeline::failure::Failure;
use crate::pipeline::probing::NetworkOptions;
use crate::pipeline::redaction::Redaction;
use crate::report::{self, Format, NARROWEST, Style, Summary};
use crate::source::finding::{Finding, Place, Severity};
use crate::source::{Sources, describe};
use crate::text::secrets::redactor::Redactor;
use crate::text::visible::visible_lines;

/// The width of output where the terminal's is unknown.
pub(crate) const DEFAULT_WIDTH: usize = 100;

/// How text in a file looks.
pub(crate) const PLAIN: Style = Style { color: false, width: DEFAULT_WIDTH };

/// The global options of a run, the folder it starts in, and its streams.
#[derive(Debug)]
pub(crate) struct Console {
    pub(crate) global: Global,
    /// A folder and buffers instead of the process's own; `None` outside of tests.
    captured: Option<CapturedStreams>,
}

#[derive(Debug)]
struct CapturedStreams {
    folder: PathBuf,
    stdout: Captured,
    stderr: Captured,
}

/// A stream in memory; clones share what was written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    /// Takes out everything written so far.
    pub(crate) fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Standard output. Once the reader closes the pipe, further output is discarded; the work goes on, and the exit status
/// stays the same.
pub(crate) struct Out {
    stream: Box<dyn Write>,
    is_closed: bool,
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
        match write(&mut self.stream) {
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
        self.unless_closed(bytes.len(), |stream| stream.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.unless_closed((), |stream| stream.flush())
    }
}

impl Console {
    pub(crate) fn of_process(global: &Global) -> Self {
        Self { global: global.clone(), captured: None }
    }

    /// A console that writes to memory. The folder is absolute.
    pub(crate) fn captured(
        global: &Global,
        folder: &Path,
        stdout: Captured,
        stderr: Captured,
    ) -> Self {
        let captured = CapturedStreams { folder: folder.to_owned(), stdout, stderr };
        Self { global: global.clone(), captured: Some(captured) }
    }

    pub(crate) fn working_folder(&self) -> Result<PathBuf, WorkspaceError> {
        match &self.captured {
            Some(captured) => Ok(captured.folder.clone()),
            None => std::env::current_dir()
                .map_err(|error| WorkspaceError::WorkingFolder(describe(&error))),
        }
    }

    /// The path to open for a path that the user wrote: it is relative to this console's working folder.
    pub(crate) fn at(&self, path: &Path) -> PathBuf {
        self.captured.as_ref().map_or(path.to_owned(), |captured| captured.folder.join(path))
    }

    /// The network options, with paths to open.
    pub(crate) fn network_options(&self, args: &NetworkArgs) -> NetworkOptions {
        let at = |path: &Option<PathBuf>| path.as_deref().map(|path| self.at(path));
        NetworkOptions {
            replay: at(&args.replay),
            record: at(&args.record),
            allow_loopback: args.allow_loopback,
            http_proxy: args.http_proxy.clone(),
            ca_file: at(&args.ca_file),
        }
    }

    /// Standard input; empty where the streams are captured.
    pub(crate) fn standard_input(&self) -> Box<dyn Read> {
        if self.captured.is_none() { Box::new(io::stdin().lock()) } else { Box::new(io::empty()) }
    }

    /// Whether the user can be prompted.
    pub(crate) fn can_ask(&self) -> bool {
        self.is_terminal(&io::stdin()) && self.is_terminal(&io::stderr())
    }

    /// Ends with Ctrl-C.
    pub(crate) async fn interrupted(&self) {
        if self.captured.is_none() {
            _ = tokio::signal::ctrl_c().await;
        } else {
            std::future::pending::<()>().await;
        }
    }

    /// Standard output, buffered: flush it before the process ends.
    pub(crate) fn out(&self) -> BufWriter<Out> {
        let stream: Box<dyn Write> = match &self.captured {
            Some(captured) => Box::new(captured.stdout.clone()),
            None => Box::new(io::stdout().lock()),
        };
        BufWriter::new(Out { stream, is_closed: false })
    }

    /// Writes data to standard output.
    pub(crate) fn print(&self, data: impl AsRef<[u8]>) -> io::Result<()> {
        let mut out = self.out();
        out.write_all(data.as_ref())?;
        out.flush()
    }

    /// Writes a Markdown page to standard output: drawn on a terminal and where colour is forced, as it stands in a pipe.
    pub(crate) fn print_page(&self, markdown: &str) -> io::Result<()> {
        let style = self.style();
        if self.is_terminal(&io::stdout()) || style.color {
            self.print(report::page(markdown, style))
        } else {
            self.print(markdown)
        }
    }

    fn write_to_stderr(&self, text: &str) {
        // Nobody can be told that standard error is closed.
        let _ = match &self.captured {
            Some(captured) => captured.stderr.clone().write_all(text.as_bytes()),
            None => io::stderr().lock().write_all(text.as_bytes()),
        };
    }

    /// Writes a message to standard error, unless `--quiet` is set. A terminal would break its lines within words.
    pub(crate) fn say(&self, text: &str) {
        if self.global.quiet {
            return;
        }
        let text = without_secrets(text);
        if self.is_terminal(&io::stderr()) {
            self.write_to_stderr(
                &(report::wrap(&text, self.width().max(NARROWEST), "", "  ") + "\n"),
            );
        } else {
            self.write_to_stderr(&(text + "\n"));
        }
    }

    /// Writes an error to standard error, even with `--quiet`.
    pub(crate) fn complain(&self, text: &str) {
        self.write_to_stderr(&format!("{text}\n"));
    }

    /// A progress bar on standard error; `None` where that is not a terminal, or with `--quiet`.
    pub(crate) fn progress_bar(&self, steps: usize) -> Option<ProgressBar> {
        let is_seen = !self.global.quiet && self.is_terminal(&io::stderr());
        is_seen.then(|| {
            let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}");
            let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
            ProgressBar::new(steps as u64).with_style(style)
        })
    }

    /// Does a job; on a terminal, a long one shows that it is running.
    pub(crate) fn wait_for<T>(&self, what: &'static str, work: impl FnOnce() -> T) -> T {
        if self.global.quiet || !self.is_terminal(&io::stderr()) {
            return work();
        }
        let show = || {
            let bar = ProgressBar::new_spinner().with_finish(ProgressFinish::AndClear);
            bar.set_message(what);
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        };
        show_after(PATIENCE, show, work)
    }

    /// Reports why the job could not be done.
    pub(crate) fn fail(&self, failure: &Failure) {
        let color = self.color_for(self.is_terminal(&io::stderr()));
        let style = Style { color, width: self.width() };
        let working_folder = self.working_folder().unwrap_or_default();
        self.write_to_stderr(&render_failure(failure, &working_folder, style));
    }

    /// How text on standard output looks.
    pub(crate) fn style(&self) -> Style {
        Style { color: self.color_for(self.is_terminal(&io::stdout())), width: self.width() }
    }

    /// The longest line of a table; `None` where standard output is not a terminal and `COLUMNS` is not set.
    pub(crate) fn table_width(&self) -> Option<usize> {
        self.stated_width().or_else(|| self.is_terminal(&io::stdout()).then(|| self.width()))
    }

    /// The width of standard output in columns.
    fn width(&self) -> usize {
        self.stated_width()
            .or_else(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)))
            .unwrap_or(DEFAULT_WIDTH)
    }

    /// Whether a stream of the process is a terminal; captured streams never are.
    fn is_terminal(&self, stream: &impl io::IsTerminal) -> bool {
        self.captured.is_none() && stream.is_terminal()
    }

    /// The width that the user sets.
    fn stated_width(&self) -> Option<usize> {
        match &self.captured {
            Some(_) => Some(DEFAULT_WIDTH),
            None => std::env::var("COLUMNS").ok()?.parse().ok(),
        }
    }

    /// `--color`, then NO_COLOR, CLICOLOR_FORCE and CLICOLOR, then whether it is a terminal.
    fn color_for(&self, is_terminal: bool) -> bool {
        let is_set = |name: &str| {
            std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0")
        };
        match self.global.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto if self.captured.is_some() || is_set("NO_COLOR") => false,
            Color::Auto if is_set("CLICOLOR_FORCE") => true,
            Color::Auto => {
                is_terminal && std::env::var_os("CLICOLOR").is_none_or(|value| value != "0")
            }
        }
    }
}

/// Masks and escapes a text, which may quote the command line, the configuration or the file system.
fn without_secrets(text: &str) -> String {
    visible_lines(&Redactor::default().apply(text))
}

fn render_failure(failure: &Failure, working_folder: &Path, style: Style) -> String {
    if let Failure::Workspace(WorkspaceError::Config(error)) = failure
        && let ConfigError::Invalid { path, text, problems } = error
    {
        return render_config(path, text, problems, working_folder, style);
    }
    let message = without_secrets(&failure.to_string());
    let mut diagnostic = MietteDiagnostic::new(message.clone());
    if let Failure::Usage { help, .. } = failure {
        diagnostic.help = help.as_deref().map(without_secrets);
    }
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

/// Renders the errors of a configuration file like findings.
fn render_config(
    path: &Path,
    text: &str,
    problems: &[ConfigProblem],
    working_folder: &Path,
    style: Style,
) -> String {
    let mut sources = Sources::default();
    let file = sources.add_text(path.to_owned(), text.as_bytes().to_vec(), working_folder);
    let findings = problems.iter().map(|problem| Finding {
        // `catproof explain config` documents the keys.
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
