//! What the shell completes: the formats, the ids of rules, and those of the servers of the nearest catalog.

use std::collections::BTreeSet;
use std::ffi::OsStr;

use clap::ValueEnum;
use clap_complete::engine::{
    ArgValueCandidates, ArgValueCompleter, CompletionCandidate, PathCompleter, ValueCompleter as _,
};

use crate::catalog::workspace::Options;
use crate::lint::RULES;
use crate::manifest::oauth::OAuthType;
use crate::pipeline::open;
use crate::source::Sources;
use crate::text::server_id::is_server_id;

/// The names of an enum's values.
pub(super) fn formats<F: ValueEnum + 'static>() -> ArgValueCandidates {
    let values = || F::value_variants().iter().filter_map(F::to_possible_value);
    ArgValueCandidates::new(move || {
        let named = values().map(|value| {
            CompletionCandidate::new(value.get_name()).help(value.get_help().cloned())
        });
        named.collect::<Vec<_>>()
    })
}

pub(super) fn rules() -> ArgValueCandidates {
    ArgValueCandidates::new(rule_candidates)
}

pub(super) fn servers() -> ArgValueCandidates {
    ArgValueCandidates::new(server_candidates)
}

/// What `explain` explains.
pub(super) fn topics() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        let types = OAuthType::ALL.map(OAuthType::name).into_iter();
        let words = types.chain(["config", "diff"]).map(CompletionCandidate::new);
        let topics = server_candidates().into_iter().chain(words).chain(rule_candidates());
        topics.collect::<Vec<_>>()
    })
}

pub(super) fn servers_and_paths() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        let start = current.to_string_lossy();
        let mut found = server_candidates();
        found.retain(|server| server.get_value().to_string_lossy().starts_with(&*start));
        found.extend(PathCompleter::any().complete(current));
        found
    })
}

fn rule_candidates() -> Vec<CompletionCandidate> {
    let rules = RULES.iter();
    rules.map(|rule| CompletionCandidate::new(rule.id).help(Some(rule.summary().into()))).collect()
}

/// Empty without a catalog: a shell cannot show an error while it completes.
fn server_candidates() -> Vec<CompletionCandidate> {
    let ids = server_ids().unwrap_or_default();
    ids.into_iter().map(CompletionCandidate::new).collect()
}

/// The names of the files of the nearest catalog, as far as a shell may be given them.
fn server_ids() -> Option<BTreeSet<String>> {
    let options = Options { working_folder: std::env::current_dir().ok()?, ..Options::default() };
    let workspace = open::open(&options).ok()?;
    let target = workspace.only_target(&[]).ok()?;
    let manifests = workspace.manifests(&target, None, &mut Sources::default()).ok()?;
    let ids = manifests.iter().map(|manifest| manifest.stem.to_string());
    Some(ids.filter(|id| is_server_id(id)).collect())
}
