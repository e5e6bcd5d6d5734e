use crate::finding::Severity;
use crate::launch_line::{PackageRunner, container_run, package_run};
use crate::lint::{Check, Findings, Fixable, Group, Rule, Slot, Subject};
use crate::source::Pointer;

/// ## What it does
/// Reports a package of `npx` or `uvx` without an exact version, a repository without a commit, and an image without a tag or
/// digest or with the tag `latest`.
///
/// ## Why is this bad?
/// What runs tomorrow is not what was looked at today: whoever takes over the package runs code on every machine at once.
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
pub static RULE: Rule = Rule {
    id: "unpinned-package",
    group: Group::Launch,
    level: Severity::Note,
    fix: Fixable::No,
    source: include_str!("unpinned_package.rs"),
    check: Check::Server(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if !subject.is_local() {
        return;
    }
    let Some((pointer, name, is_pinned)) = package(subject).or_else(|| image(subject)) else {
        return;
    };
    // What the user answers, and what lies in a folder, is pinned elsewhere.
    if !is_pinned && !name.contains("${") && !is_path(name) {
        findings.push(
            RULE.at(
                subject.value_at(pointer),
                format!("`{name}` names no exact version"),
            )
            .help("name the version, commit or digest that was looked at"),
        );
    }
}

/// The package that `npx` or `uvx` runs, and whether it is pinned.
fn package<'a>(subject: &Subject<'a>) -> Option<(Pointer, &'a str, bool)> {
    let run = package_run(subject.command()?, subject.args())?;
    let package = run.package?;
    let is_pinned = match run.runner {
        PackageRunner::Npx => is_pinned_for_npx(package.text),
        PackageRunner::Uvx => is_pinned_for_uvx(package.text),
    };
    Some((
        Slot::Argument(package.at).pointer(),
        package.text,
        is_pinned,
    ))
}

/// The image that the server runs in, and whether it is pinned.
fn image<'a>(subject: &Subject<'a>) -> Option<(Pointer, &'a str, bool)> {
    let run = subject
        .command()
        .and_then(|command| container_run(command, subject.args()));
    let (pointer, image) = match run {
        Some(run) => {
            let image = run.image?;
            (Slot::Argument(image.at).pointer(), image.text)
        }
        None => (
            "/server/docker_image".into(),
            subject.manifest.server.docker_image.as_deref()?,
        ),
    };
    Some((pointer, image, is_pinned_image(image)))
}

fn is_path(name: &str) -> bool {
    name.starts_with(['.', '/', '~'])
}

/// `name@1.2.3`, `@scope/name@1.2.3`, or a repository at a commit: `github:acme/mcp#0123abc…`.
fn is_pinned_for_npx(package: &str) -> bool {
    if let Some((_, commit)) = package.rsplit_once('#') {
        return is_commit(commit);
    }
    let is_repository = package.contains("://") || package.contains("github:");
    match package.rsplit_once('@') {
        Some((name, version)) => !name.is_empty() && !is_repository && is_exact_version(version),
        None => false,
    }
}

/// `name==1.2.3`, `name[extra]==1.2.3`, `name@1.2.3`, or a repository at a commit: `git+https://…@0123abc…`.
fn is_pinned_for_uvx(package: &str) -> bool {
    if package.contains("git+") {
        let reference = package.split('#').next().unwrap_or_default();
        return reference
            .rsplit_once('@')
            .is_some_and(|(_, commit)| is_commit(commit));
    }
    let version = package.split_once("==").or(package.split_once('@'));
    version.is_some_and(|(_, version)| is_exact_version(version.trim()))
}

/// A tag other than `latest`, or a digest.
fn is_pinned_image(image: &str) -> bool {
    if image.contains("@sha256:") {
        return true;
    }
    let name = image.rsplit('/').next().unwrap_or(image);
    name.split_once(':')
        .is_some_and(|(_, tag)| !tag.is_empty() && tag != "latest")
}

/// `1.2.3`, `2025.7.9.1`, `1.0.0-beta.2`: no range, no wildcard, no word.
fn is_exact_version(version: &str) -> bool {
    let version = version.strip_prefix('v').unwrap_or(version);
    let is_version_character =
        |character: char| character.is_ascii_alphanumeric() || "+-._!".contains(character);
    version.starts_with(|first: char| first.is_ascii_digit())
        && version.contains('.')
        && version.chars().all(is_version_character)
        && !version.split('.').any(|part| part == "x")
}

/// A whole commit id, or the seven characters and more that are usual for a short one.
fn is_commit(reference: &str) -> bool {
    (7..=64).contains(&reference.len()) && reference.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exact_version_pins_a_package() {
        for package in [
            "acme-mcp@1.4.0",
            "@acme/mcp@1.4.0-beta.2",
            "github:acme/mcp#0123abc",
        ] {
            assert!(is_pinned_for_npx(package), "{package}");
        }
        for package in [
            "acme-mcp",
            "@acme/mcp",
            "@acme/mcp@latest",
            "acme-mcp@^1.4.0",
            "acme-mcp@1",
            "acme-mcp@1.x",
            "github:acme/mcp#main",
        ] {
            assert!(!is_pinned_for_npx(package), "{package}");
        }
    }

    #[test]
    fn an_exact_version_or_a_commit_pins_what_uvx_runs() {
        for package in [
            "acme==1.4",
            "acme[cli]==2025.7.9.1",
            "acme@1.4.0",
            "git+https://git.example/acme@0123abcdef",
        ] {
            assert!(is_pinned_for_uvx(package), "{package}");
        }
        for package in [
            "acme",
            "acme>=1.4",
            "acme==1.*",
            "acme@latest",
            "git+https://git.example/acme",
            "git+https://git@git.example/acme@v1.4.0",
        ] {
            assert!(!is_pinned_for_uvx(package), "{package}");
        }
    }

    #[test]
    fn a_tag_or_a_digest_pins_an_image() {
        for image in [
            "acme/mcp:1.4",
            "localhost:5000/mcp:v1",
            "acme/mcp@sha256:0123",
        ] {
            assert!(is_pinned_image(image), "{image}");
        }
        for image in ["acme/mcp", "acme/mcp:latest", "localhost:5000/mcp", "mcp:"] {
            assert!(!is_pinned_image(image), "{image}");
        }
    }
}
