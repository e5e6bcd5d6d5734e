//! Says on standard error how far a run is that asks the providers.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::pin::Pin;

use indicatif::ProgressBar;

use crate::discovery::{LockEntry, Progress};
use crate::pipeline::probing::Watcher;
use crate::text::visible::visible;

use super::console::Console;

/// A bar on a terminal, else a line a server.
#[derive(Debug)]
pub(crate) struct ConsoleWatcher<'a> {
    console: &'a Console,
    bar: RefCell<Option<ProgressBar>>,
}

impl<'a> ConsoleWatcher<'a> {
    pub(crate) fn new(console: &'a Console) -> Self {
        Self { console, bar: RefCell::new(None) }
    }
}

impl Watcher for ConsoleWatcher<'_> {
    fn has_nothing_to_ask(&self) {
        self.console.say("nothing was asked: no server here has anything to discover");
    }

    fn begins(&self, servers: usize) {
        *self.bar.borrow_mut() = self.console.progress_bar(servers);
    }

    fn is_done(&self, progress: &Progress<'_>) {
        match self.bar.borrow().as_ref() {
            Some(bar) => {
                bar.set_message(visible(progress.server_id).into_owned());
                bar.inc(1);
            }
            None => self.console.say(&visible(&line(progress))),
        }
    }

    fn ends(&self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    fn interrupted(&self) -> Pin<Box<dyn Future<Output = ()> + '_>> {
        Box::pin(self.console.interrupted())
    }
}

/// One server that is done, in a line.
fn line(progress: &Progress<'_>) -> String {
    let Progress { done, total, server_id, entry } = progress;
    format!("{done}/{total} {server_id}: {}", learned(entry))
}

/// What came of a server, in a few words.
fn learned(entry: &LockEntry) -> String {
    let rules: BTreeSet<&str> =
        entry.problems.iter().map(|problem| problem.rule.as_str()).collect();
    match (&entry.issuer, &entry.authorization_server) {
        _ if !rules.is_empty() => rules.into_iter().collect::<Vec<_>>().join(", "),
        (Some(issuer), Some(_)) => issuer.clone(),
        _ if entry.reconstructed => "its authorization server is not stated".to_owned(),
        _ => "its endpoints exist".to_owned(),
    }
}
