use crate::lint::rules::UNUSABLE_URL_RULES;
use crate::lint::{Check, Findings, Rule, Subject, Yield, Yields};
use crate::source::finding::Severity;
use crate::text::placeholder::{PlaceholderKind, placeholders};
use crate::text::suggest::Suggestions;

/// ## What it does
/// Reports a `${user_config.KEY}` whose key `user_config` does not declare.
///
/// ## Why is this bad?
/// The user is never asked for it, so nothing replaces it: the server is started with the literal text
/// `${user_config.KEY}`.
///
/// ## Example
/// ```json
/// {
///   "server": { "env": { "ACME_REGION": "${user_config.regoin}" } },
///   "user_config": { "region": { "type": "string", "title": "Region", "default": "eu" } }
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
    id: "undeclared-user-config",
    level: Severity::Error,
    yields_to: Yields::to(&[Yield::AtPlace(&UNUSABLE_URL_RULES)]),
    source: include_str!("undeclared_user_config.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let mut suggestions = Suggestions::among(subject.user_inputs().map(|(key, _)| key));
    let files = subject.injected_files().into_iter();
    for string in subject.server_strings().into_iter().chain(files) {
        for found in placeholders(string.text) {
            let PlaceholderKind::UserConfig(key) = found.kind else {
                continue;
            };
            if subject.user_input(key).is_some() {
                continue;
            }
            let help = match suggestions.nearest(key) {
                Some(meant) => {
                    format!("write `${{user_config.{meant}}}`, if that is what you meant")
                }
                None => format!("declare `{key}` in `user_config`"),
            };
            findings.push(
                RULE.at(
                    subject.value_at(string.slot.pointer()),
                    format!("`user_config` does not declare `{key}`"),
                )
                .help(help),
            );
        }
    }
}
