//! What `diff` reports: its JSON, described by `schema/diff.schema.json`, and the same for people.

mod human;
mod markdown;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::diff::{Card, Grade, Kind, Words};
use crate::source::Origin;
use crate::source::finding::Severity;

pub(crate) use human::human;
pub(crate) use markdown::markdown;

/// `diff --format json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "catproof diff report")]
pub(crate) struct DiffReport {
    /// The version of this shape.
    pub(crate) version: u32,
    pub(crate) base: DiffBase,
    pub(crate) summary: DiffSummary,
    /// The servers that changed, the gravest first, then by id.
    pub(crate) servers: Vec<DiffServer>,
    /// What belongs to no single server: configuration, artifacts, discovery lock; the gravest first.
    pub(crate) catalog: Vec<DiffChange>,
}

/// What was compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DiffBase {
    /// As the user named it.
    pub(crate) name: String,
    /// The id of the commit; null for a folder.
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
    /// Its id now; what it was for one that is gone.
    pub(crate) id: String,
    /// What the id was, where it is another.
    pub(crate) previous_id: Option<String>,
    pub(crate) status: DiffStatus,
    pub(crate) origin: Origin,
    pub(crate) file: String,
    /// The gravest of its changes.
    pub(crate) grade: Grade,
    /// The gravest first.
    pub(crate) changes: Vec<DiffChange>,
    /// The server as it is now; null where it is gone, or its file is no manifest.
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
    /// The same, with the values apart.
    #[serde(skip)]
    pub(crate) words: Words,
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
    /// How many changes there are of each grade, in words, the gravest first; a grade without any is left out.
    pub(crate) fn counts(self) -> impl Iterator<Item = String> {
        let counts = [
            (self.breaking, "breaking"),
            (self.review, "for review"),
            (self.safe, "safe"),
        ];
        let counts = counts.into_iter().filter(|(count, _)| *count > 0);
        counts.map(|(count, word)| format!("{count} {word}"))
    }
}

impl DiffServer {
    /// What happened to the server, to follow its id.
    fn fate(&self) -> &'static str {
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

    /// Whether a reader has never seen the server as it is: then its card says more than its changes.
    fn is_new_to_readers(&self) -> bool {
        let became_readable = self
            .changes
            .iter()
            .any(|change| change.kind == Kind::ManifestReadable);
        match self.status {
            DiffStatus::Added | DiffStatus::Renamed => true,
            DiffStatus::Removed => false,
            DiffStatus::Changed => became_readable,
        }
    }
}

/// Facts of a card, each with what it is called: our own words, and values of the input.
fn facts(card: &Card) -> Vec<(&'static str, Words)> {
    let mut facts = Vec::new();
    let who = [&card.display_name, &card.author, &card.description];
    if who.iter().any(|text| text.is_some()) {
        let name = Words::default().values(&card.display_name);
        let name = match &card.author {
            Some(author) => name.text(" by ").value(author),
            None => name,
        };
        facts.push((
            "what it is",
            match &card.description {
                Some(description) => name.text(": ").value(description),
                None => name,
            },
        ));
    }
    let because = card.because.iter().map(|reason| reason.replace('`', ""));
    facts.push((
        "OAuth type",
        Words::default()
            .value(&card.oauth_type)
            .text(", because ")
            .values(because),
    ));
    facts.push(("its secret", secret(card)));
    facts.extend(card.destinations.iter().map(|destination| {
        let words = Words::default()
            .value(&destination.host)
            .text(match destination.purpose {
                crate::catalog::entry::Purpose::Token => {
                    ", to exchange codes and refresh tokens at "
                }
                crate::catalog::entry::Purpose::Revocation => ", to revoke tokens at ",
                crate::catalog::entry::Purpose::Discovery => ", to read metadata at ",
            })
            .value(&destination.endpoint)
            .text(", says ")
            .value(&destination.source);
        ("may be sent to", words)
    }));
    if let Some(login) = &card.login {
        let words = match &login.authorization_endpoint {
            Some(endpoint) => Words::new("the user logs in at ").value(endpoint),
            None => Words::new("where the user logs in is discovered"),
        };
        facts.push((
            "login",
            words
                .text(", and is sent back to ")
                .value(&login.redirect_uri)
                .text("; the token reaches the server ")
                .value(&login.delivery),
        ));
        let scopes = if login.scopes.is_empty() {
            Words::new("none are listed")
        } else {
            Words::default().values(&login.scopes)
        };
        facts.push(("scopes", scopes));
    }
    facts.push(("what runs", what_runs(card)));
    if let Some(runs) = &card.runs {
        let lists = [
            ("container", &runs.options),
            ("environment", &runs.environment),
            ("files", &runs.files),
        ];
        let lists = lists.into_iter().filter(|(_, list)| !list.is_empty());
        facts.extend(lists.map(|(name, list)| (name, Words::default().values(list))));
    }
    facts.extend(card.inputs.iter().map(|input| {
        let words = Words::default()
            .value(&input.key)
            .text(match (input.required, input.sensitive) {
                (true, true) => " (required, kept secret): ",
                (true, false) => " (required): ",
                (false, true) => " (optional, kept secret): ",
                (false, false) => " (optional): ",
            })
            .value(&input.title);
        ("asks the user", words)
    }));
    if let Some(reason) = &card.left_out {
        facts.push((
            "in no artifact",
            Words::default().value(reason.replace('`', "")),
        ));
    }
    facts
}

/// As many values of a list are shown; the rest is counted.
const MOST_VALUES: usize = 40;

/// A list, each value in a format's own way.
fn listed(values: &[String], written: impl Fn(&str) -> String) -> String {
    let shown: Vec<String> = values
        .iter()
        .take(MOST_VALUES)
        .map(|value| written(value))
        .collect();
    match values.len().saturating_sub(MOST_VALUES) {
        0 => shown.join(", "),
        rest => format!("{}, and {rest} more", shown.join(", ")),
    }
}

fn secret(card: &Card) -> Words {
    match (card.requires_proxy, card.destinations_unknown) {
        (true, true) => Words::new(
            "is kept by the proxy, and sent nowhere: the discovery lock has no entry for these URLs",
        ),
        (true, false) => Words::new("is kept by the proxy"),
        (false, _) => Words::new("there is none that the proxy keeps"),
    }
}

fn what_runs(card: &Card) -> Words {
    match (&card.remote_url, &card.runs) {
        (Some(url), _) => Words::new("nothing on the user's machine: the server is at ").value(url),
        (None, Some(runs)) => {
            let words = Words::default().value(&runs.command_line);
            let words = match &runs.image {
                Some(image) => words.text(", in the image ").value(image),
                None => words,
            };
            match runs.pinned {
                Some(true) => words.text(", pinned"),
                Some(false) => words.text(", not pinned to a version"),
                None => words,
            }
        }
        (None, None) => Words::new("cannot be compiled"),
    }
}
