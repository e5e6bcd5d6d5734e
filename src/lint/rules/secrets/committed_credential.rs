use serde_json::Value;

use crate::lint::rules::UNUSABLE_URL;
use crate::lint::rules::oauth::literal_client_secret;
use crate::lint::{Check, Findings, RawSubject, Rule, Yield};
use crate::source::Pointer;
use crate::source::finding::{Place, Severity};
use crate::text::secrets::credential::{credentials, may_be_in_json};

/// ## What it does
/// Reports a credential anywhere in a manifest but its `readme`: a JSON web token, a private key in PEM form, or a token with
/// the prefix of a known issuer, such as GitHub's or Slack's. Words that only stand for one are left alone.
/// One in the `readme` is not reported, but not shown either.
///
/// ## Why is this bad?
/// Whoever can read the catalog can use it, and it stays in the history when it is removed from the file.
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
    yields_to: &[Yield::AtPlace(&UNUSABLE_URL), Yield::AtPlace(&[&literal_client_secret::RULE])],
    source: include_str!("committed_credential.rs"),
    check: Check::Value(check),
    ..super::DEFAULTS
};

fn check(subject: &RawSubject<'_>, findings: &mut Findings) {
    if may_be_in_json(subject.text) {
        search(subject, &mut Vec::new(), subject.value, findings);
    }
}

/// One step of the way to a value; a pointer is made of the steps only where something is found.
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
        // What a `readme` tells is not a secret of the catalog's.
        Value::String(_) if is_in_readme(steps) => {}
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
                if !is_in_readme(steps) {
                    report(key, || subject.key(pointer(steps)), findings);
                }
                search(subject, steps, member, findings);
                steps.pop();
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn is_in_readme(steps: &[Step<'_>]) -> bool {
    matches!(steps, [Step::Key("readme"), ..])
}

/// Reports what a text holds: once, however many there are.
fn report(text: &str, place: impl Fn() -> Place, findings: &mut Findings) {
    if let Some(first) = credentials(text).next() {
        let mut finding = RULE
            .at(place(), format!("{} is committed", first.kind))
            .help("revoke it at its issuer, then ask the user for it in `user_config`")
            .withholding_server();
        finding.secrets = credentials(text).map(|found| found.secret.to_owned()).collect();
        findings.push(finding);
    }
}

fn pointer(steps: &[Step<'_>]) -> Pointer {
    steps.iter().fold(Pointer::root(), |pointer, step| match step {
        Step::Key(key) => pointer.key(key),
        Step::Index(index) => pointer.index(*index),
    })
}
