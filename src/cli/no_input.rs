//! What to say when there is nothing to work on.

use std::path::{Path, PathBuf};

use crate::catalog::workspace::Workspace;

/// What to say when nothing was found to check.
pub(crate) fn no_input(workspace: &Workspace, paths: &[PathBuf]) -> String {
    let folder = |name: &str| format!("`{}`", Path::new(name).display());
    match paths {
        [] => format!(
            "no server JSON files in {} or {}: name a folder, or run catproof where the catalog is",
            folder(&workspace.config.catalog),
            folder(&workspace.config.catalog_local)
        ),
        _ => {
            let names: Vec<String> =
                paths.iter().map(|path| format!("`{}`", path.display())).collect();
            format!("no server JSON files in {}", names.join(", "))
        }
    }
}
