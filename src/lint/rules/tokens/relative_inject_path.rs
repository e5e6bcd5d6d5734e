use crate::lint::{Check, Findings, Rule, Slot, Subject};
use crate::source::finding::Severity;

/// ## What it does
/// Reports a path of `server.inject_file` that is not absolute or contains `..`.
///
/// ## Why is this bad?
/// The file is mounted at this path in the container. A container engine rejects a relative path, and `..` leads somewhere
/// else than the path suggests.
///
/// ## Example
/// ```json
/// {
///   "server": { "inject_file": { "app/token": "${access_token}" } },
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
    id: "relative-inject-path",
    level: Severity::Error,
    source: include_str!("relative_inject_path.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let files = subject.manifest.server.inject_file.iter().flatten();
    for (path, _) in files {
        let problem = if !path.starts_with('/') {
            "is not an absolute path"
        } else if path.split('/').any(|part| part == "..") {
            "contains `..`"
        } else {
            continue;
        };
        findings.push(
            RULE.at(subject.key(Slot::InjectedFile(path).pointer()), format!("`{path}` {problem}"))
                .help("write the absolute path in the container, without `..`"),
        );
    }
}
