//! A check that asks the providers before it judges.

use crate::catalog::entry::Entry;
use crate::catalog::workspace::{self, Workspace};
use crate::discovery::Locks;
use crate::source::finding::Finding;
use crate::source::{Origin, Sources};

use super::failure::Failure;
use super::locks::LockFile;
use super::probing::{Probing, Watcher, targets};

/// A run that asks before it judges.
#[derive(Debug)]
pub(crate) struct Online<'a> {
    pub(crate) probing: Probing,
    pub(crate) watcher: &'a dyn Watcher,
}

impl Online<'_> {
    /// Asks about the named servers. Returns the locks to judge by, and findings for what is out of date on disk.
    pub(crate) fn ask(
        &self,
        workspace: &Workspace,
        target: &workspace::Target,
        entries: &[Entry],
        sources: &mut Sources,
    ) -> Result<(Locks, Vec<Finding>), Failure> {
        let asked = targets(entries, |entry| {
            let file = sources.file(entry.file);
            file.is_some_and(|file| target.selection.names(&file.path))
        });
        if asked.is_empty() {
            self.watcher.has_nothing_to_ask();
        }
        let answers = self.probing.ask(&asked, self.watcher)?;

        let folders = &target.folders;
        let mut read = |origin| LockFile::read(workspace, folders, origin, sources);
        let (catalog, catalog_local) = (read(Origin::Catalog)?, read(Origin::CatalogLocal)?);
        let (today, config) = (self.probing.today, &workspace.config.probe);
        let outdated = [&catalog, &catalog_local]
            .into_iter()
            .flat_map(|file| file.outdated(&answers, &asked, entries, today, config))
            .collect();
        let known = Locks { catalog: catalog.lock, catalog_local: catalog_local.lock };
        Ok((answers.over(&known), outdated))
    }
}
