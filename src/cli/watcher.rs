//! Shows the progress of a probe on standard error.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::pin::Pin;

use indicatif::ProgressBar;

use crate::discovery::{LockEntry, Progress};
use crate::pipeline::probing::Watcher;
use crate::text::visible::visible;

use super::console::Console;

/// A progress bar on a terminal, otherwise one line per server.
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
        self.console.say("nothing was probed: no server here has metadata to discover");
    }

    fn begins(&self, servers: usize) {
        *self.bar.borrow_mut() = self.console.progress_bar(servers);
    }

    fn is_done(&self, progress: &Progress<'_>) {
        let Progress { done, total, server_id, entry } = progress;
        if let Some(bar) = self.bar.borrow().as_ref() {
            bar.set_message(visible(server_id).into_owned());
            bar.inc(1);
        } else {
            let line = format!("{done}/{total} {server_id}: {}", result(entry));
            self.console.say(&visible(&line));
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

/// The result for a server in a few words: rules, issuer, or what is known instead.
fn result(entry: &LockEntry) -> String {
    let rules: BTreeSet<&str> =
        entry.problems.iter().map(|problem| problem.rule.as_str()).collect();
    match (&entry.issuer, &entry.authorization_server) {
        _ if !rules.is_empty() => rules.into_iter().collect::<Vec<_>>().join(", "),
        (Some(issuer), Some(_)) => issuer.clone(),
        _ if entry.reconstructed => "its authorization server is not known".to_owned(),
        _ => "its endpoints exist".to_owned(),
    }
}
