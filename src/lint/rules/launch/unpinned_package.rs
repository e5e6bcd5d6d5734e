use crate::lint::{Check, Findings, Rule, Slot, Subject};
use crate::source::Pointer;
use crate::source::finding::Severity;
use crate::text::launch_line::package_run;
use crate::text::pin::{is_pinned_image, is_pinned_package};

/// ## What it does
/// Reports a package of `npx` or `uvx` without an exact version, a repository without a commit, and an image without a tag or
/// digest or with the tag `latest`.
///
/// ## Why is this bad?
/// What runs tomorrow is not what was reviewed today: whoever takes over the package can run code on every machine at once.
///
/// ## Example
/// ```json
/// { "server": { "command": "npx", "args": ["-y", "acme-mcp"] } }
/// ```
///
/// Use instead:
/// ```json
/// { "server": { "command": "npx", "args": ["-y", "acme-mcp@1.4.0"] } }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "unpinned-package",
    level: Severity::Note,
    source: include_str!("unpinned_package.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if !subject.is_local() {
        return;
    }
    let Some((pointer, name, is_pinned)) = package(subject).or_else(|| image(subject)) else {
        return;
    };
    // A version from the user's answer, or a local folder, cannot be pinned here.
    if !is_pinned && !name.contains("${") && !is_path(name) {
        findings.push(
            RULE.at(
                subject.value_at(pointer),
                format!("`{name}` is not pinned to an exact version"),
            )
            .help("pin the version, commit or digest that was reviewed"),
        );
    }
}

/// The package that `npx` or `uvx` runs, and whether it is pinned.
fn package<'a>(subject: &Subject<'a>) -> Option<(Pointer, &'a str, bool)> {
    let run = package_run(subject.command()?, subject.args())?;
    let package = run.package?;
    Some((
        Slot::Argument(package.at).pointer(),
        package.text,
        is_pinned_package(run.runner, package.text),
    ))
}

/// The image that the server runs in, and whether it is pinned.
fn image<'a>(subject: &Subject<'a>) -> Option<(Pointer, &'a str, bool)> {
    let run = subject.container_run();
    let (pointer, image) = match run.and_then(|run| run.image) {
        Some(image) => (Slot::Argument(image.at).pointer(), image.text),
        None => ("/server/docker_image".into(), subject.manifest.server.docker_image.as_deref()?),
    };
    Some((pointer, image, is_pinned_image(image)))
}

fn is_path(name: &str) -> bool {
    name.starts_with(['.', '/', '~'])
}
