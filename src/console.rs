//! The terminal: data goes to standard output, everything else to standard error.

use std::io::{self, BufWriter, IsTerminal as _, StdoutLock, Write};

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, NamedSource, Report,
};

use crate::cli::{Color, Global};
use crate::commands::Failure;
use crate::config::ConfigError;
use crate::workspace::WorkspaceError;

/// How wide output is where nothing tells the terminal's width.
const DEFAULT_WIDTH: usize = 100;

/// Where output goes and how it looks.
#[derive(Debug)]
pub struct Console {
    quiet: bool,
    color: Color,
}

impl Console {
    pub fn new(global: &Global) -> Self {
        Self {
            quiet: global.quiet,
            color: global.color,
        }
    }

    /// Standard output, buffered: flush it before the process ends.
    pub fn out(&self) -> BufWriter<StdoutLock<'static>> {
        BufWriter::new(io::stdout().lock())
    }

    /// Says something beside the data, unless the user wants quiet.
    pub fn say(&self, text: &str) {
        if !self.quiet {
            // Nobody can be told that standard error is closed.
            let _ = writeln!(io::stderr().lock(), "{text}");
        }
    }

    /// Says why the job could not be done.
    pub fn fail(&self, failure: &Failure) {
        let color = self.color_for(io::stderr().is_terminal());
        let _ = write!(io::stderr().lock(), "{}", render_failure(failure, color));
    }

    /// Whether standard output gets colour.
    pub fn color(&self) -> bool {
        self.color_for(io::stdout().is_terminal())
    }

    /// The width of standard output in columns.
    pub fn width(&self) -> usize {
        let columns = std::env::var("COLUMNS")
            .ok()
            .and_then(|columns| columns.parse().ok());
        columns
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

/// A failure as miette shows it, with the place in the configuration where there is one.
fn render_failure(failure: &Failure, color: bool) -> String {
    let mut diagnostic = MietteDiagnostic::new(failure.to_string());
    let mut source = None;
    match failure {
        Failure::Usage {
            help: Some(help), ..
        } => diagnostic = diagnostic.with_help(help),
        Failure::Workspace(WorkspaceError::Config(ConfigError::Invalid {
            path,
            text,
            span,
            help,
            ..
        })) => {
            diagnostic = diagnostic.with_label(LabeledSpan::underline(span.clone()));
            if let Some(help) = help {
                diagnostic = diagnostic.with_help(help);
            }
            source = Some(NamedSource::new(path.to_string_lossy(), text.clone()));
        }
        _ => {}
    }
    let report = match source {
        Some(source) => Report::new(diagnostic).with_source_code(source),
        None => Report::new(diagnostic),
    };
    let theme = match color {
        true => GraphicalTheme::unicode(),
        false => GraphicalTheme::unicode_nocolor(),
    };
    let mut text = String::new();
    match GraphicalReportHandler::new_themed(theme)
        .with_links(false)
        .render_report(&mut text, report.as_ref())
    {
        Ok(()) => text,
        Err(_) => format!("error: {failure}\n"),
    }
}
