use crate::lint::{Check, Findings, Rule, Subject};
use crate::source::finding::Severity;
use crate::text::placeholder::{PlaceholderKind, placeholders};
use crate::text::suggest::Suggestions;

/// ## What it does
/// Reports a `${…}` in the command, the arguments, the image or the environment that is neither `${user_config.KEY}` nor a
/// name that the manifest format knows. A placeholder with another one inside counts as well. Text given to a shell with
/// `-c`, or to PowerShell with `-Command`, is skipped, since `${…}` is a variable there; in `cmd` it is not.
///
/// ## Why is this bad?
/// Nothing replaces it: today's desktop app starts the server with the literal text, and the launch specs leave out
/// whatever contains it.
///
/// ## Example
/// ```json
/// {
///   "server": { "env": { "ACME_REGION": "${region}" } }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "server": { "env": { "ACME_REGION": "${user_config.region}" } },
///   "user_config": { "region": { "type": "string", "title": "Region", "default": "eu" } }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "unknown-placeholder",
    level: Severity::Warning,
    source: include_str!("unknown_placeholder.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let mut suggestions = Suggestions::among(subject.user_inputs().map(|(key, _)| key));
    for string in super::strings_outside_of_shells(subject) {
        for found in placeholders(string.text) {
            let help = match found.kind {
                PlaceholderKind::Unknown(name) => help(suggestions.nearest(name)),
                PlaceholderKind::Token(_) => {
                    "name the token's variable in `oauth_config.access_token_env_var`".to_owned()
                }
                PlaceholderKind::UserConfig(_)
                | PlaceholderKind::Expression(_)
                | PlaceholderKind::Runtime(_) => continue,
            };
            let written = string.text.get(found.range.clone()).unwrap_or_default();
            let message = if written.ends_with('}') {
                format!("nothing replaces `{written}`")
            } else {
                let with_nested = string.text.get(found.range.start..).unwrap_or_default();
                format!("nothing evaluates `{with_nested}`")
            };
            findings.push(RULE.at(subject.value_at(string.slot.pointer()), message).help(help));
        }
    }
}

fn help(nearest: Option<&str>) -> String {
    match nearest {
        Some(meant) => format!("write `${{user_config.{meant}}}` alone, if that is what you meant"),
        None => "ask the user for it with `${user_config.KEY}`".to_owned(),
    }
}
