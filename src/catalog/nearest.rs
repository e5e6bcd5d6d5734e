//! The catalog that nobody named: `catalog/` and `catalog_local/`, here or in the nearest folder above, or the folders
//! of a checkout like the guide's.

use std::fs;
use std::path::{Path, PathBuf};

use crate::source::is_manifest_name;

/// The folder of a checkout that the guide has developers put their manifests into.
pub(crate) const APP_CATALOG_LOCAL: &str = "desktop_app/src/ui/catalog_local";

/// The allowlist of the proxy in a checkout.
pub(crate) const DEPLOYED_ALLOWLIST: &str = "oauth_proxy/src/config/providers.js";

/// The environment of the proxy in a checkout.
pub(crate) const PROXY_ENV_FILE: &str = "oauth_proxy/.env";

/// The folder with the nearest catalog: the working folder or one above it.
pub(crate) fn root(working_folder: &Path) -> Option<PathBuf> {
    let root = working_folder.ancestors().find(|folder| {
        let is_here = *folder == working_folder;
        let has = |name: &str| {
            let catalog = folder.join(name);
            // Above, a folder of that name may be something else.
            catalog.is_dir() && (is_here || has_manifest(&catalog))
        };
        has("catalog") || has("catalog_local") || is_checkout(folder)
    })?;
    // The guide's `catalog_local` is a part of its checkout.
    let app = Path::new(APP_CATALOG_LOCAL).parent()?;
    let is_app = root.ends_with(app) && !root.join("catalog").is_dir();
    let checkout = root.ancestors().nth(app.components().count()).filter(|_| is_app);
    Some(checkout.unwrap_or(root).to_owned())
}

/// Whether this is a checkout of the desktop app, as the guide describes it.
pub(crate) fn is_checkout(folder: &Path) -> bool {
    folder.join("desktop_app/src/ui").is_dir()
}

fn has_manifest(folder: &Path) -> bool {
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries.flatten().any(|entry| is_manifest_name(&entry.path()))
}

/// How a path is written from the working folder, which is in `root`.
pub(crate) fn relative(path: &str, root: &Path, working_folder: &Path) -> String {
    let depth = working_folder.strip_prefix(root).map_or(0, |below| below.components().count());
    format!("{}{path}", "../".repeat(depth))
}
