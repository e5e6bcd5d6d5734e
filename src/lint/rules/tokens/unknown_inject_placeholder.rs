use crate::lint::{Check, Findings, Rule, Subject};
use crate::source::finding::Severity;
use crate::text::placeholder::{PlaceholderKind, TokenPlaceholder, placeholders};
use crate::text::suggest;

/// ## What it does
/// Reports a `${…}` in an injected file other than `${access_token}`, `${refresh_token}`, `${expires_in}` and
/// `${user_config.KEY}`.
///
/// ## Why is this bad?
/// Nothing else is replaced: the file would contain the literal text, and the server would take it for a token.
///
/// ## Example
/// ```json
/// {
///   "server": { "inject_file": { "/app/token": "${access_token} ${token}" } },
///   "oauth_config": { "generic_oauth": true, "client_id": "acme-1f3d5" }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "server": { "inject_file": { "/app/token": "${access_token}" } },
///   "oauth_config": { "generic_oauth": true, "client_id": "acme-1f3d5" }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "unknown-inject-placeholder",
    level: Severity::Error,
    source: include_str!("unknown_inject_placeholder.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for file in subject.injected_files() {
        for found in placeholders(file.text) {
            let (PlaceholderKind::Runtime(name) | PlaceholderKind::Unknown(name)) = found.kind
            else {
                continue;
            };
            let known = [
                TokenPlaceholder::AccessToken,
                TokenPlaceholder::RefreshToken,
                TokenPlaceholder::ExpiresIn,
            ];
            let help = match suggest::nearest(name, known.map(TokenPlaceholder::name)) {
                Some(meant) => format!("write `${{{meant}}}`, if that is what you meant"),
                None => "use `${access_token}`, `${refresh_token}`, `${expires_in}` or \
                         `${user_config.KEY}`"
                    .to_owned(),
            };
            let written = file.text.get(found.range).unwrap_or_default();
            findings.push(
                RULE.at(
                    subject.value_at(file.slot.pointer()),
                    format!("nothing replaces `{written}` in an injected file"),
                )
                .help(help),
            );
        }
    }
}
