use crate::lint::rules::tokens::overwritten_token_env;
use crate::lint::{Check, Findings, RawSubject, Rule, Yield, Yields};
use crate::source::finding::Severity;
use crate::text::secrets::credential::{credentials, names_credential};
use crate::text::secrets::hardcoded::{is_hardcoded, is_stand_in};

use super::{committed_credential, credentials_in_url};

/// ## What it does
/// Reports a variable of `server.env` whose name ends in a word for a credential (`TOKEN`, `SECRET`, `PASSWORD`, `PASSPHRASE`,
/// `_KEY`, `_PASS`, `_PAT`, `_DSN` and the like, but not `PUBLIC_KEY`) and whose value is hard-coded. A flag or a number does
/// not count. A placeholder, such as `$TOKEN` or `your-token`, is reported as one. Arguments are checked as well: a variable
/// (`-e ACME_API_KEY=…`), an option with such a name (`--api-key …`) and a header (`--header "Authorization: Bearer …"`),
/// except for placeholders.
///
/// ## Why is this bad?
/// Everybody who installs the server gets the same credential, and everybody who can read the catalog has it.
///
/// ## Example
/// ```json
/// { "server": { "env": { "ACME_API_KEY": "k-90f3a7c2" } } }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "server": { "env": { "ACME_API_KEY": "${user_config.api_key}" } },
///   "user_config": { "api_key": { "type": "string", "title": "API key", "required": true, "sensitive": true } }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "literal-credential",
    level: Severity::Warning,
    yields_to: Yields::to(&[Yield::AtPlace(&[
        &committed_credential::RULE,
        &credentials_in_url::RULE,
        &overwritten_token_env::RULE,
    ])]),
    source: include_str!("literal_credential.rs"),
    check: Check::Value(check),
    ..super::DEFAULTS
};

fn check(subject: &RawSubject<'_>, findings: &mut Findings) {
    for (pointer, key, value) in super::members(subject.value, "/server/env") {
        let Some(value) = value.as_str() else {
            continue;
        };
        if !names_credential(key) {
            continue;
        }
        let place = subject.value_at(pointer);
        let finding = if is_hardcoded(value) {
            RULE.at(place, format!("the value of `{key}` is hard-coded in the manifest"))
                .secret(value)
        } else if is_stand_in(value) && !value.contains("${") && !value.contains("{{") {
            RULE.at(place, format!("the value of `{key}` is a placeholder that nothing replaces"))
        } else {
            continue;
        };
        findings.push(finding.help("ask the user for it with a `sensitive` key in `user_config`"));
    }
    for (pointer, argument) in super::literal_arguments(subject.value) {
        // `committed-credential` reports a credential with a known form.
        if credentials(argument.value).next().is_some() {
            continue;
        }
        findings.push(
            RULE.at(
                subject.value_at(pointer),
                format!("the value of `{}` is hard-coded in the manifest", argument.name),
            )
            .help("ask the user for it with a `sensitive` key in `user_config`")
            .secret(argument.value),
        );
    }
}
