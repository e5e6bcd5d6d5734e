use serde_json::json;

use crate::lint::{Check, Findings, Fixable, Rule, Slot, Subject};
use crate::source::finding::{Edit, Fix, Severity};

/// ## What it does
/// Reports `docker run` or `podman run` without `-i`, for a server that speaks over standard input and output.
/// A note, unless the manifest sets `works_in_archestra: true`.
///
/// ## Why is this bad?
/// Without `-i` the container's standard input is closed, so the server never receives a request.
///
/// ## Example
/// ```json
/// { "server": { "command": "docker", "args": ["run", "--rm", "acme/mcp:1.4.0"] } }
/// ```
///
/// Use instead:
/// ```json
/// { "server": { "command": "docker", "args": ["run", "-i", "--rm", "acme/mcp:1.4.0"] } }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "docker-without-interactive",
    level: Severity::Warning,
    fix: Fixable::Safe,
    source: include_str!("docker_without_interactive.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(run) = subject.container_run() else {
        return;
    };
    let oauth = subject.manifest.oauth_config.as_ref();
    let speaks_http = oauth.is_some_and(|oauth| oauth.streamable_http_url.is_some());
    if speaks_http || run.is_interactive() {
        return;
    }
    findings.push(
        RULE.at(
            subject.value_at(Slot::Argument(run.run_at).pointer()),
            "without `-i` the container's standard input is closed",
        )
        .severity(subject.launch_problem_severity())
        .help("add `-i` after `run`")
        .fix(Fix::safe([Edit::InsertItem(
            "/server/args".into(),
            run.run_at + 1,
            json!("-i"),
        )])),
    );
}
