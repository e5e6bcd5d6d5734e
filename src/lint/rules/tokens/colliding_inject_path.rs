use std::collections::BTreeMap;

use crate::lint::{Check, Findings, Rule, Slot, Subject};
use crate::source::finding::Severity;

/// ## What it does
/// Reports two paths of `server.inject_file` that end in the same file name.
///
/// ## Why is this bad?
/// Today's desktop app writes both into one folder before it mounts them, so the second overwrites the first and the
/// server reads the same content twice.
///
/// ## Example
/// ```json
/// {
///   "server": { "inject_file": { "/a/token": "${access_token}", "/b/token": "${refresh_token}" } },
///   "oauth_config": { "generic_oauth": true, "client_id": "acme-1f3d5" }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "server": { "inject_file": { "/a/access": "${access_token}", "/b/refresh": "${refresh_token}" } },
///   "oauth_config": { "generic_oauth": true, "client_id": "acme-1f3d5" }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "colliding-inject-path",
    level: Severity::Error,
    source: include_str!("colliding_inject_path.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let mut first_paths: BTreeMap<&str, &str> = BTreeMap::new();
    for (path, _) in subject.manifest.server.inject_file.iter().flatten() {
        let name = path.rsplit('/').next().unwrap_or(path);
        let Some(first) = first_paths.get(name) else {
            first_paths.insert(name, path);
            continue;
        };
        findings.push(
            RULE.at(
                subject.key(Slot::InjectedFile(path).pointer()),
                format!("`{path}` and `{first}` have the same file name"),
            )
            .related(subject.key(Slot::InjectedFile(first).pointer()), "the other path")
            .help("give each injected file a unique name"),
        );
    }
}
