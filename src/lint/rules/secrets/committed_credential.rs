use serde_json::Value;

use crate::lint::rules::UNUSABLE_URL_RULES;
use crate::lint::rules::oauth::literal_client_secret;
use crate::lint::{Check, Findings, RawSubject, Rule, Yield, Yields};
use crate::source::Pointer;
use crate::source::finding::{Place, Severity};
use crate::text::secrets::credential::{credentials, is_short_lived, may_be_in_json};

/// ## What it does
/// Reports a credential anywhere in a manifest, its `readme` included: a JSON Web Token, a private key, or a token in the
/// form of a known issuer, such as GitHub's or Slack's. A placeholder is not reported, nor is a JSON Web Token that is valid
/// for less than an hour, as in the link to a picture. In the `readme`, which may quote an example, it is a warning.
///
/// ## Why is this bad?
/// Anyone who can read the catalog can use it, and it stays in the history after it is removed from the file.
///
/// ## Example
/// ```json
/// { "server": { "args": ["-y", "acme-mcp@1.4.0", "--key=ghp_A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8"] } }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "server": { "env": { "GITHUB_TOKEN": "${user_config.github_token}" } },
///   "user_config": { "github_token": { "type": "string", "title": "GitHub token", "required": true, "sensitive": true } }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "committed-credential",
    level: Severity::Error,
    yields_to: Yields::to(&[
        Yield::AtPlace(&UNUSABLE_URL_RULES),
        Yield::AtPlace(&[&literal_client_secret::RULE]),
    ]),
    source: include_str!("committed_credential.rs"),
    check: Check::Value(check),
    ..super::DEFAULTS
};

fn check(subject: &RawSubject<'_>, findings: &mut Findings) {
    if may_be_in_json(subject.text) {
        search(subject, &mut Vec::new(), subject.value, findings);
    }
}

/// One step on the path to a value. The steps are joined to a pointer only if something is found.
#[derive(Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

fn search<'a>(
    subject: &RawSubject<'_>,
    steps: &mut Vec<Step<'a>>,
    value: &'a Value,
    findings: &mut Findings,
) {
    match value {
        Value::String(text) => report(text, || subject.value_at(pointer(steps)), findings),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                steps.push(Step::Index(index));
                search(subject, steps, item, findings);
                steps.pop();
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                steps.push(Step::Key(key));
                report(key, || subject.key(pointer(steps)), findings);
                search(subject, steps, member, findings);
                steps.pop();
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Reports the credentials in a text as one finding.
fn report(text: &str, place: impl Fn() -> Place, findings: &mut Findings) {
    let Some(first) = credentials(text).find(|found| !is_short_lived(found.secret)) else {
        return;
    };
    let place = place();
    let is_in = |field: &str| place.pointer().is_some_and(|at| at.as_str().starts_with(field));
    let help = if is_in("/server/") {
        "revoke it with its issuer, then ask users for their own in `user_config`"
    } else {
        "revoke it with its issuer, and remove it"
    };
    let is_documented = is_in("/readme");
    let mut finding = RULE.at(place, format!("{} is committed", first.kind)).help(help);
    // No artifact contains a readme.
    finding = if is_documented {
        finding.severity(Severity::Warning)
    } else {
        finding.withholding_server()
    };
    finding.secrets = credentials(text).map(|found| found.secret.to_owned()).collect();
    findings.push(finding);
}

fn pointer(steps: &[Step<'_>]) -> Pointer {
    steps.iter().fold(Pointer::root(), |pointer, step| match step {
        Step::Key(key) => pointer.key(key),
        Step::Index(index) => pointer.index(*index),
    })
}
