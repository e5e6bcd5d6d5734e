//! Visual Studio Code: `.vscode/mcp.json`, by `https://code.visualstudio.com/docs/copilot/reference/mcp-configuration`,
//! with the inputs and variables of `https://code.visualstudio.com/docs/reference/variables-reference`. The user is
//! asked when the server starts for the first time, and the answer is kept encrypted.

use crate::compile::plan::InputType;
use crate::text::visible::visible;

use super::{Asked, DefaultPlace, Dialect, InputPrompt, would_expand};

pub(super) const DIALECT: Dialect = Dialect {
    root: "servers",
    stdio: Some("stdio"),
    remote: Some(["http", "sse"]),
    name: |server, key| {
        let plain = |character: char| match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '-' | '_' => character,
            _ => '_',
        };
        format!("{server}.{key}").chars().map(plain).collect()
    },
    reference: |name| format!("${{input:{name}}}"),
    default: DefaultPlace::InputPrompt,
    home: "${userHome}",
    separator: "${/}",
};

/// A text prompt, or for a boolean a list to pick from.
pub(super) fn prompt(asked: Asked<'_>) -> InputPrompt {
    let Asked { name, input, default } = asked;
    let title = visible(&input.title);
    let description = match input.description.as_deref().map(visible) {
        Some(description) if !description.is_empty() => format!("{title}: {description}"),
        Some(_) | None => title.into_owned(),
    };
    let is_choice = input.kind == InputType::Boolean;
    InputPrompt {
        kind: if is_choice { "pickString" } else { "promptString" },
        // The description is not expanded, but it must not look like a reference to a search of the file.
        description: if would_expand(&description) { name.clone() } else { description },
        id: name,
        options: is_choice.then_some(["true", "false"]),
        default,
        password: (input.sensitive && !is_choice).then_some(true),
    }
}
