//! Whether a package or an image is pinned to an exact version, a commit, a tag or a digest.

use crate::text::launch_line::PackageRunner;

/// Whether a package is pinned to an exact version or a commit.
pub(crate) fn is_pinned_package(runner: PackageRunner, package: &str) -> bool {
    match runner {
        PackageRunner::Npx => is_pinned_for_npx(package),
        PackageRunner::Uvx => is_pinned_for_uvx(package),
    }
}

/// A package without its version.
pub(crate) fn package_name(runner: PackageRunner, package: &str) -> &str {
    let name = match runner {
        PackageRunner::Npx if is_repository(package) => package.split('#').next(),
        PackageRunner::Npx => {
            package.rsplit_once('@').map(|(name, _)| name).filter(|name| !name.is_empty())
        }
        PackageRunner::Uvx if package.contains("git+") => package
            .split('#')
            .next()
            .and_then(|package| package.rsplit_once('@'))
            .map(|(name, _)| name)
            .filter(|name| name.matches('/').count() > 2),
        PackageRunner::Uvx => package.split(['=', '@', '<', '>', '~', '!', '[']).next(),
    };
    name.unwrap_or(package).trim()
}

/// An image without its tag and digest.
pub(crate) fn image_name(image: &str) -> &str {
    let name = image.split('@').next().unwrap_or(image);
    match name.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        Some(_) | None => name,
    }
}

/// `name@1.2.3`, `@scope/name@1.2.3`, or a repository at a commit: `github:acme/mcp#0123abc…`.
fn is_pinned_for_npx(package: &str) -> bool {
    if let Some((_, commit)) = package.rsplit_once('#') {
        return is_commit(commit);
    }
    package.rsplit_once('@').is_some_and(|(name, version)| {
        !name.is_empty() && !is_repository(package) && is_exact_for_npm(version)
    })
}

/// Whether npm fetches the package from a repository and not from its registry.
fn is_repository(package: &str) -> bool {
    package.contains("://") || package.contains("github:")
}

/// `name==1.2.3`, `name===1.2.3`, `name[extra]==1.2.3`, `name@1.2.3`, or a repository at a commit:
/// `git+https://…@0123abc…`.
fn is_pinned_for_uvx(package: &str) -> bool {
    if package.contains("git+") {
        let reference = package.split('#').next().unwrap_or_default();
        return reference.rsplit_once('@').is_some_and(|(_, commit)| is_commit(commit));
    }
    // More conditions and an environment marker may follow the version.
    let requirement = package.split([',', ';']).next().unwrap_or_default();
    let version =
        ["===", "==", "@"].into_iter().find_map(|operator| requirement.split_once(operator));
    version.is_some_and(|(_, version)| is_exact_for_python(version.trim()))
}

/// A tag other than `latest`, or a digest.
pub(crate) fn is_pinned_image(image: &str) -> bool {
    if image.contains("@sha256:") {
        return true;
    }
    let name = image.rsplit('/').next().unwrap_or(image);
    name.split_once(':').is_some_and(|(_, tag)| !tag.is_empty() && tag != "latest")
}

/// `1.2.3`, `1.0.0-beta.2`: npm takes anything shorter for a range (`1.2` is `1.2.x`), and a word for a tag.
fn is_exact_for_npm(version: &str) -> bool {
    let version = version.trim_start_matches(['=', 'v']);
    let end = version.find(['-', '+']).unwrap_or(version.len());
    let (numbers, label) = version.split_at(end);
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    numbers.split('.').count() == 3
        && numbers.split('.').all(is_number)
        && label
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || "+-.".contains(character))
}

/// `1`, `1.2.3`, `2025.7.9.1`, `1.0b2`, `1!2.0+local`: any version except a wildcard ([PEP 440]).
///
/// [PEP 440]: https://peps.python.org/pep-0440/#version-matching
fn is_exact_for_python(version: &str) -> bool {
    let version = version.strip_prefix('v').unwrap_or(version);
    let is_version_character =
        |character: char| character.is_ascii_alphanumeric() || "+-._!".contains(character);
    version.starts_with(|first: char| first.is_ascii_digit())
        && version.chars().all(is_version_character)
        && !version.split('.').any(|part| part == "x")
}

/// A full commit id, or an abbreviated one of at least seven characters.
fn is_commit(reference: &str) -> bool {
    (7..=64).contains(&reference.len()) && reference.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_one_package_have_one_name() {
        let cases = [
            (PackageRunner::Npx, "acme-mcp@1.4.0", "acme-mcp"),
            (PackageRunner::Npx, "acme-mcp", "acme-mcp"),
            (PackageRunner::Npx, "@acme/mcp@latest", "@acme/mcp"),
            (PackageRunner::Npx, "@acme/mcp", "@acme/mcp"),
            (PackageRunner::Npx, "github:acme/mcp#0123abc", "github:acme/mcp"),
            (PackageRunner::Uvx, "acme[cli]==1.4", "acme"),
            (PackageRunner::Uvx, "acme>=1", "acme"),
            (
                PackageRunner::Uvx,
                "git+https://git.example/acme/mcp@0123abc",
                "git+https://git.example/acme/mcp",
            ),
            (
                PackageRunner::Uvx,
                "git+https://git@git.example/acme",
                "git+https://git@git.example/acme",
            ),
        ];
        for (runner, package, name) in cases {
            assert_eq!(package_name(runner, package), name);
        }
        for (image, name) in [
            ("acme/mcp:1.4", "acme/mcp"),
            ("localhost:5000/mcp", "localhost:5000/mcp"),
            ("localhost:5000/mcp:1@sha256:0123", "localhost:5000/mcp"),
            ("acme/mcp@sha256:0123", "acme/mcp"),
        ] {
            assert_eq!(image_name(image), name);
        }
    }

    #[test]
    fn an_exact_version_pins_a_package() {
        for package in [
            "acme-mcp@1.4.0",
            "@acme/mcp@1.4.0-beta.2",
            "acme-mcp@v1.4.0+build.7",
            "acme-mcp@=1.4.0",
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
            "acme-mcp@1.2",
            "acme-mcp@1.2-beta",
            "acme-mcp@1.2.3.4",
            "acme-mcp@1.2.x",
            "acme-mcp@1.2.",
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
            "acme==1",
            "acme===1",
            "acme == 1.0rc1",
            "acme==1!2.0+local",
            "acme==1.4; python_version > '3.9'",
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
            "acme==1.x",
            "acme==*",
            "acme===latest",
            "acme~=1.4",
            "acme@latest",
            "git+https://git.example/acme",
            "git+https://git@git.example/acme@v1.4.0",
        ] {
            assert!(!is_pinned_for_uvx(package), "{package}");
        }
    }

    #[test]
    fn a_tag_or_a_digest_pins_an_image() {
        for image in ["acme/mcp:1.4", "localhost:5000/mcp:v1", "acme/mcp@sha256:0123"] {
            assert!(is_pinned_image(image), "{image}");
        }
        for image in ["acme/mcp", "acme/mcp:latest", "localhost:5000/mcp", "mcp:"] {
            assert!(!is_pinned_image(image), "{image}");
        }
    }
}
