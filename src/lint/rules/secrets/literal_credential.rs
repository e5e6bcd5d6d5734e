use crate::lint::rules::tokens::overwritten_token_env;
use crate::lint::{Check, Findings, Group, RawSubject, Rule, Yield};
use crate::source::finding::Severity;
use crate::text::secrets::client_secret::{is_placeholder, is_reference};
use crate::text::secrets::credential::{
    credentials, has_mixed_piece, is_stand_in, names_credential,
};

use super::committed_credential;

/// ## What it does
/// Reports a variable of `server.env` whose name ends in a word for a credential (`TOKEN`, `SECRET`, `PASSWORD`, `API_KEY`,
/// `APIKEY`, `ACCESS_KEY`) and whose value is written down. A flag or a number is none. What only stands for a credential,
/// such as `$TOKEN` or `your-token`, is called that. The same is reported of the arguments: of a variable
/// (`-e ACME_API_KEY=…`), of an option with such a name (`--api-key …`) and of a header
/// (`--header "Authorization: Bearer …"`), unless the value only stands for a credential.
///
/// ## Why is this bad?
/// Everybody who installs the server gets the same credential, and everybody who reads the catalog has it.
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
    group: Group::Secrets,
    level: Severity::Warning,
    yields_to: &[Yield::AtPlace(&[
        &committed_credential::RULE,
        &overwritten_token_env::RULE,
    ])],
    source: include_str!("literal_credential.rs"),
    check: Check::Value(check),
    ..Rule::DEFAULTS
};

fn check(subject: &RawSubject<'_>, findings: &mut Findings) {
    for (pointer, key, value) in super::members(subject.value, "/server/env") {
        let Some(value) = value.as_str() else {
            continue;
        };
        if !names_credential(key) || !is_literal(value) {
            continue;
        }
        let message = if only_stands_for_one(value) {
            format!("the value of `{key}` is a placeholder that nothing replaces")
        } else {
            format!("`{key}` is written down in the manifest")
        };
        let finding = RULE
            .at(subject.value_at(pointer), message)
            .help("ask the user for it, with a `sensitive` key of `user_config`");
        findings.push(if only_stands_for_one(value) {
            finding
        } else {
            finding.secret(value)
        });
    }
    for (pointer, argument) in super::literal_arguments(subject.value) {
        // What has a form of its own is another rule's.
        if credentials(argument.value).next().is_some() {
            continue;
        }
        findings.push(
            RULE.at(
                subject.value_at(pointer),
                format!("`{}` is written down in the manifest", argument.name),
            )
            .help("ask the user for it, with a `sensitive` key of `user_config`")
            .secret(argument.value),
        );
    }
}

/// Whether a value only stands for a credential. What is drawn at random is one, whatever words stand around it.
fn only_stands_for_one(value: &str) -> bool {
    let is_word = is_placeholder(value) || is_stand_in(value);
    is_reference(value) || (is_word && !has_mixed_piece(value))
}

/// Whether a value is written down as it is used: no placeholder of any syntax, no flag, no number.
fn is_literal(value: &str) -> bool {
    let value = value.trim();
    let is_placeholder = value.contains("${") || value.contains("{{");
    let flags = ["true", "false", "yes", "no", "on", "off"];
    let is_flag = flags.iter().any(|flag| value.eq_ignore_ascii_case(flag));
    !value.is_empty() && !is_placeholder && !is_flag && value.parse::<f64>().is_err()
}
