use crate::lint::rules::UNUSABLE_URL_RULES;
use crate::lint::{Check, Findings, Rule, Slot, Subject, Yield, Yields};
use crate::source::finding::Severity;

/// ## What it does
/// Reports a `-e KEY` of `docker run` or `podman run` whose key neither `server.env` nor `access_token_env_var` sets.
///
/// ## Why is this bad?
/// `-e KEY` passes on a variable of the process that starts the container. Nothing sets this one, so the server starts
/// without it.
///
/// ## Example
/// ```json
/// { "server": { "command": "docker", "args": ["run", "-i", "--rm", "-e", "ACME_REGION", "acme/mcp:1.4.0"] } }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "server": {
///     "command": "docker",
///     "args": ["run", "-i", "--rm", "-e", "ACME_REGION", "acme/mcp:1.4.0"],
///     "env": { "ACME_REGION": "eu" }
///   }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "unset-docker-env",
    level: Severity::Error,
    yields_to: Yields::to(&[Yield::AtPlace(&UNUSABLE_URL_RULES)]),
    source: include_str!("unset_docker_env.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(run) = subject.container_run() else {
        return;
    };
    let env = subject.manifest.server.env.as_ref();
    for option in run.env() {
        let is_set = option.value.is_some()
            || env.is_some_and(|env| env.contains_key(option.key))
            || subject.token_env_var() == Some(option.key);
        // Podman passes on every variable with a prefix: `-e ACME_*`.
        let is_pattern = option.key.ends_with('*') || option.key.contains("${");
        if !is_set && !is_pattern {
            findings.push(
                RULE.at(
                    subject.value_at(Slot::Argument(option.at).pointer()),
                    format!("nothing sets `{}`", option.key),
                )
                .help("set it in `server.env`, or remove it from the arguments"),
            );
        }
    }
}
