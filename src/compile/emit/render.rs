//! Renders a template. Undefined values are errors. Nothing is escaped here: callers encode values for the format first.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;

use crate::text::hidden::is_hidden;

use super::{Artifact, RenderError};

pub(super) fn fill(
    path: &'static str,
    template: &str,
    values: impl Serialize,
) -> Result<Artifact, RenderError> {
    let text = render(template, values).map_err(|source| RenderError { path, source })?;
    Ok(Artifact::new(path, text))
}

fn render(template: &str, values: impl Serialize) -> Result<String, minijinja::Error> {
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build()?;
    let mut environment = Environment::new();
    environment.set_syntax(syntax);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.render_str(template, Serde(values))
}

/// A text as one line of a comment: characters that could end, hide or reorder the line become spaces.
pub(super) fn single_line(text: &str) -> String {
    let visible: String =
        text.chars().map(|character| if is_hidden(character) { ' ' } else { character }).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}
