//! The report of `diff`: as JSON, described by `schema/diff.schema.json`, and for people.

mod build;
mod human;
mod markdown;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalog::entry::Purpose;
use crate::diff::{Card, CardHost, CardRun, Grade, Kind, Sentence, sentence};
use crate::source::Origin;
use crate::source::finding::Severity;
use crate::text::plural::plural;
use crate::text::visible::visible;

pub(crate) use build::report;
pub(crate) use human::human;
pub(crate) use markdown::{MOST_BYTES, markdown};

/// `diff --format json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "catproof diff report")]
pub(crate) struct DiffReport {
    /// The version of this format.
    pub(crate) version: u32,
    pub(crate) base: DiffBase,
    pub(crate) summary: DiffSummary,
    /// The servers that changed, the gravest first, then by id.
    pub(crate) servers: Vec<DiffServer>,
    /// Changes that belong to no single server: configuration, artifacts, discovery lock; the gravest first.
    pub(crate) catalog: Vec<DiffChange>,
}

/// What was compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DiffBase {
    /// As the user named it.
    pub(crate) name: String,
    /// The id of the commit that was compared with: the merge base, or with `--base-exact` the named one; null for a folder.
    pub(crate) commit: Option<String>,
}

/// How many changes there are of each grade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DiffSummary {
    pub(crate) breaking: usize,
    pub(crate) review: usize,
    pub(crate) safe: usize,
}

/// One server that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DiffServer {
    /// The current id; for a removed server, the last one.
    pub(crate) id: String,
    /// The previous id, if it changed.
    pub(crate) previous_id: Option<String>,
    pub(crate) status: DiffStatus,
    pub(crate) origin: Origin,
    pub(crate) file: String,
    /// The gravest of its changes.
    pub(crate) grade: Grade,
    /// The gravest first.
    pub(crate) changes: Vec<DiffChange>,
    /// The server as it is now; null if it was removed, or its file is not a manifest.
    pub(crate) now: Option<Card>,
    /// The errors and warnings of its file, judged by the configuration of the base.
    pub(crate) findings: Vec<DiffFinding>,
}

/// Whether a server is in both states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum DiffStatus {
    Added,
    Removed,
    /// In both, with another id.
    Renamed,
    Changed,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DiffChange {
    pub(crate) kind: Kind,
    pub(crate) grade: Grade,
    /// What changes, values between backticks.
    pub(crate) message: String,
    /// The same, with the values kept separate.
    #[serde(skip)]
    pub(crate) sentence: Sentence,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DiffFinding {
    /// The rule's id.
    pub(crate) rule: String,
    pub(crate) severity: Severity,
    pub(crate) message: String,
}

impl DiffSummary {
    /// The number of changes of each grade that occurs, the gravest first.
    pub(crate) fn counts(self) -> impl Iterator<Item = String> {
        [(self.breaking, "breaking"), (self.review, "for review"), (self.safe, "safe")]
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"))
    }
}

impl DiffReport {
    /// The run in one line.
    pub(crate) fn in_one_line(&self) -> String {
        let counts: Vec<String> = self.summary.counts().collect();
        let DiffSummary { breaking, review, safe } = self.summary;
        let base = visible(&self.base.name);
        if counts.is_empty() {
            return format!("compared with `{base}`: nothing changes in what the catalog means");
        }
        format!(
            "compared with `{base}`: {} changed, {} in all: {} (see `catproof explain diff`)",
            plural(self.servers.len(), "server"),
            plural(breaking + review + safe, "change"),
            counts.join(", ")
        )
    }
}

impl DiffServer {
    /// What happened to the server.
    fn headline(&self) -> &'static str {
        match (self.status, self.origin) {
            (DiffStatus::Added, Origin::Catalog) => "new",
            (DiffStatus::Added, Origin::CatalogLocal) => "new, for developers only",
            (DiffStatus::Removed, Origin::Catalog) => "gone",
            (DiffStatus::Removed, Origin::CatalogLocal) => "gone, was for developers only",
            (DiffStatus::Renamed, Origin::Catalog) => "renamed",
            (DiffStatus::Renamed, Origin::CatalogLocal) => "renamed, for developers only",
            (DiffStatus::Changed, Origin::Catalog) => "changed",
            (DiffStatus::Changed, Origin::CatalogLocal) => "changed, for developers only",
        }
    }

    /// Whether the server is new to readers, so that its facts say more than its changes.
    fn is_new_to_readers(&self) -> bool {
        match self.status {
            DiffStatus::Added | DiffStatus::Renamed => true,
            DiffStatus::Removed => false,
            DiffStatus::Changed => {
                self.changes.iter().any(|change| change.kind == Kind::ManifestReadable)
            }
        }
    }
}

/// The facts of a card, each with its name.
fn facts(card: &Card) -> Vec<(&'static str, Sentence)> {
    let mut facts = Vec::new();
    facts.extend(identity(card).map(|sentence| ("what it is", sentence)));
    let because: Vec<String> = card.because.iter().map(|reason| reason.replace('`', "")).collect();
    facts.push(("OAuth type", sentence!("{}, because {}", &card.oauth_type, because)));
    facts.push(("its secret", secret(card)));
    facts.extend(card.destinations.iter().map(|destination| {
        let template = match destination.purpose {
            Purpose::Token => "{}, to exchange codes and refresh tokens at {}, according to {}",
            Purpose::Revocation => "{}, to revoke tokens at {}, according to {}",
            Purpose::Discovery => "{}, to read metadata at {}, according to {}",
        };
        let CardHost { host, endpoint, source, .. } = destination;
        ("may be sent to", sentence!(template, host, endpoint, source))
    }));
    if let Some(login) = &card.login {
        let place = match &login.authorization_endpoint {
            Some(endpoint) => sentence!("the user logs in at {}", endpoint),
            None => sentence!("where the user logs in is discovered"),
        };
        let template = "{}, and is sent back to {}; the token reaches the server {}";
        facts.push(("login", sentence!(template, place, &login.redirect_uri, &login.delivery)));
        facts.push(match login.scopes.as_slice() {
            [] => ("scopes", sentence!("none are listed")),
            scopes => ("scopes", sentence!("{}", scopes)),
        });
    }
    facts.push(("what runs", what_runs(card)));
    if let Some(CardRun { options, environment, files, .. }) = &card.runs {
        let lists = [("container", options), ("environment", environment), ("files", files)];
        let lists = lists.into_iter().filter(|(_, list)| !list.is_empty());
        facts.extend(lists.map(|(name, list)| (name, sentence!("{}", list))));
    }
    facts.extend(card.inputs.iter().map(|input| {
        let template = match (input.required, input.sensitive) {
            (true, true) => "{} (required, kept secret): {}",
            (true, false) => "{} (required): {}",
            (false, true) => "{} (optional, kept secret): {}",
            (false, false) => "{} (optional): {}",
        };
        ("asks the user", sentence!(template, &input.key, &input.title))
    }));
    let left_out = card.left_out.iter().map(|reason| reason.replace('`', ""));
    facts.extend(left_out.map(|reason| ("in no artifact", sentence!("{}", reason))));
    facts
}

/// The server's name, author and description; `None` if the manifest has none of them.
fn identity(card: &Card) -> Option<Sentence> {
    card.display_name.as_ref().or(card.author.as_ref()).or(card.description.as_ref())?;
    let who = match &card.author {
        Some(author) => sentence!("{} by {}", card.display_name.as_ref(), author),
        None => sentence!("{}", card.display_name.as_ref()),
    };
    Some(match &card.description {
        Some(description) => sentence!("{}: {}", who, description),
        None => who,
    })
}

fn secret(card: &Card) -> Sentence {
    match (card.requires_proxy, card.destinations_unknown) {
        (true, true) => sentence!(
            "is kept by the proxy, and sent nowhere: the discovery lock has no entry for these URLs"
        ),
        (true, false) => sentence!("is kept by the proxy"),
        (false, _) => sentence!("there is none that the proxy keeps"),
    }
}

fn what_runs(card: &Card) -> Sentence {
    if let Some(url) = &card.remote_url {
        return sentence!("nothing on the user's machine: the server is at {}", url);
    }
    let Some(runs) = &card.runs else {
        return sentence!("cannot be compiled");
    };
    let command = match &runs.image {
        Some(image) => sentence!("{}, in the image {}", &runs.command_line, image),
        None => sentence!("{}", &runs.command_line),
    };
    match runs.pinned {
        Some(true) => sentence!("{}, pinned", command),
        Some(false) => sentence!("{}, not pinned to a version", command),
        None => command,
    }
}

/// The longest value that is shown whole.
const MOST_CHARACTERS: usize = 400;

/// How many values of a list are shown; the others are counted.
const MOST_VALUES: usize = 40;

/// A list of values, each written in a format's own way.
fn listed(values: &[String], written: impl Fn(&str) -> String) -> String {
    let shown = values.iter().take(MOST_VALUES).map(|value| written(value));
    let shown = shown.collect::<Vec<String>>().join(", ");
    match values.len().saturating_sub(MOST_VALUES) {
        0 => shown,
        rest => format!("{shown}, and {rest} more"),
    }
}
