use serde_json::json;

use crate::lint::{Check, Findings, Fixable, RawSubject, Rule};
use crate::source::finding::{Edit, Fix, Severity};
use crate::text::secrets::credential::names_credential;

/// ## What it does
/// Reports a string input of `user_config` whose key ends in a word for a credential (`token`, `secret`, `password`,
/// `passphrase`, `_key`, `_pass`, `_pat`, `_dsn` and the like, in any case, but not `public_key`) and that is not `sensitive`.
/// Numbers, booleans and paths do not count.
///
/// ## Why is this bad?
/// The user's input is shown on the screen and may be logged.
///
/// ## Example
/// ```json
/// {
///   "server": { "env": { "ACME_API_KEY": "${user_config.api_key}" } },
///   "user_config": { "api_key": { "type": "string", "title": "API key", "required": true } }
/// }
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
    id: "undeclared-sensitive",
    level: Severity::Warning,
    fix: Fixable::Risky,
    source: include_str!("undeclared_sensitive.rs"),
    check: Check::Value(check),
    ..super::DEFAULTS
};

fn check(subject: &RawSubject<'_>, findings: &mut Findings) {
    for (pointer, key, input) in super::members(subject.value, "/user_config") {
        let is_text =
            matches!(input.get("type").map(|kind| kind.as_str()), None | Some(Some("string")));
        let sensitive = input.get("sensitive");
        if !input.is_object()
            || !is_text
            || !names_credential(key)
            || sensitive == Some(&json!(true))
        {
            continue;
        }
        let edit = match sensitive {
            Some(_) => Edit::Replace(pointer.key("sensitive"), json!(true)),
            None => Edit::Insert(pointer.clone(), "sensitive".to_owned(), json!(true)),
        };
        findings.push(
            RULE.at(
                subject.key(pointer),
                format!("`{key}` looks like a credential, but is not `sensitive`"),
            )
            .help("set `sensitive` to `true`")
            .fix(Fix::risky([edit])),
        );
    }
}
