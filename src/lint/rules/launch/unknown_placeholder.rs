use crate::finding::Severity;
use crate::launch_line::is_shell;
use crate::lint::{Check, Findings, Fixable, Group, Rule, Subject};
use crate::placeholder::{Kind, placeholders};
use crate::suggest::Suggestions;

/// ## What it does
/// Reports a `${…}` in the command, the arguments or the environment that is neither `${user_config.KEY}` nor a name that the
/// manifest format knows. What a shell is given with `-c` is the shell's own, and left alone.
///
/// ## Why is this bad?
/// Nothing replaces it: the server is started with the literal text.
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
pub static RULE: Rule = Rule {
    id: "unknown-placeholder",
    group: Group::Launch,
    level: Severity::Warning,
    fix: Fixable::No,
    source: include_str!("unknown_placeholder.rs"),
    check: Check::Server(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if subject.command().is_some_and(is_shell) {
        return;
    }
    let mut suggestions = Suggestions::among(subject.user_inputs().map(|(key, _)| key));
    for string in subject.server_strings() {
        for found in placeholders(string.text) {
            let (name, help) = match found.kind {
                Kind::Unknown(name) => (name, help(suggestions.nearest(name))),
                Kind::Token(token) => {
                    let help = "name the variable for it in `oauth_config.access_token_env_var`";
                    (token.name(), help.to_owned())
                }
                Kind::UserConfig(_) | Kind::Expression(_) | Kind::Runtime(_) => continue,
            };
            findings.push(
                RULE.at(
                    subject.value_at(string.slot.pointer()),
                    format!("nothing replaces `${{{name}}}`"),
                )
                .help(help),
            );
        }
    }
}

fn help(nearest: Option<&str>) -> String {
    match nearest {
        Some(meant) => format!("did you mean `${{user_config.{meant}}}`?"),
        None => "ask the user for it, with `${user_config.KEY}`".to_owned(),
    }
}
