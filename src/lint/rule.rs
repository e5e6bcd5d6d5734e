//! What a rule is.

use crate::source::Origin;
use crate::source::finding::{Finding, Place, Severity};
use crate::text::profile::Profile;

use super::Findings;
use super::documentation;
use super::subject::{
    AllowlistSubject, CatalogSubject, IgnoreSubject, LockSubject, RawSubject, SchemaSubject,
    Subject, TextSubject,
};

/// A rule: what `explain` and `rules` show of it, and what it does.
#[derive(Debug)]
pub struct Rule {
    /// States the problem and reads after "allow". The file, the fixtures and every output use the same word.
    pub id: &'static str,
    pub group: Group,
    /// The level without configuration.
    pub level: Severity,
    pub fix: Fixable,
    /// What names the same cause better, and where it must have fired to silence this rule: one cause, one finding.
    pub yields_to: &'static [Yield],
    /// Under which profile it says all that it ever would of a file.
    pub profile: ProfileScope,
    /// The rule's own source file: the documentation above the rule is what `explain` prints.
    pub source: &'static str,
    pub check: Check,
}

impl Rule {
    /// What most rules have in common. Its check never runs: each rule has its own.
    pub const DEFAULTS: Self = Self {
        id: "",
        group: Group::Reading,
        level: Severity::Error,
        fix: Fixable::No,
        yields_to: &[],
        profile: ProfileScope::Any,
        source: "",
        check: Check::Catalog(|_, _| {}),
    };

    /// A finding of this rule, at its own level.
    pub fn at(&self, place: Place, message: impl Into<String>) -> Finding {
        Finding { place: Some(place), ..self.nowhere(message) }
    }

    /// A finding about what is in no file.
    pub fn nowhere(&self, message: impl Into<String>) -> Finding {
        Finding {
            rule: self.id,
            severity: self.level,
            message: message.into(),
            help: None,
            place: None,
            related: Vec::new(),
            fix: None,
            secrets: Vec::new(),
            withholds_server: false,
        }
    }

    /// Whether the rule says all that it ever would of a file: only then is what it does not say gone.
    pub fn says_all(&self, origin: Origin, profile: Profile, has_developers: bool) -> bool {
        let own = match origin {
            Origin::Catalog => Profile::Production,
            Origin::CatalogLocal => Profile::Development,
        };
        match self.profile {
            ProfileScope::Any => true,
            ProfileScope::Own => profile == own,
            ProfileScope::Development => profile == Profile::Development || !has_developers,
        }
    }

    /// The Markdown above the rule: what it does, why, an example.
    pub fn documentation(&self) -> String {
        documentation::harvest(self.source)
    }

    /// The first sentence of the documentation, for tables.
    pub fn summary(&self) -> String {
        documentation::summary(&self.documentation())
    }
}

/// The room that a rule stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    Reading,
    Identity,
    OAuth,
    Tokens,
    Proxy,
    Launch,
    Secrets,
    Discovery,
    Suppressions,
}

impl Group {
    /// The folder of its rules, and the word in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Identity => "identity",
            Self::OAuth => "oauth",
            Self::Tokens => "tokens",
            Self::Proxy => "proxy",
            Self::Launch => "launch",
            Self::Secrets => "secrets",
            Self::Discovery => "discovery",
            Self::Suppressions => "suppressions",
        }
    }
}

/// Whether `--fix` repairs what the rule finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fixable {
    No,
    /// `--fix`.
    Safe,
    /// `--unsafe-fixes`.
    Risky,
}

/// The profile under which a rule says all that it ever would of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileScope {
    /// Any.
    Any,
    /// That of the file's folder: under development the catalog's servers are held to less, and may be hidden; under
    /// production the developers' servers are not compiled.
    Own,
    /// Development, where there are developers' servers: a server is compared with those that the profile compiles.
    Development,
}

/// Rules that silence another one, and where they must have fired.
#[derive(Debug, Clone, Copy)]
pub enum Yield {
    /// At the same key or value.
    AtPlace(&'static [&'static Rule]),
    /// At a place that the silenced finding compares: its own, or a related one.
    WhereCompared(&'static [&'static Rule]),
    /// Anywhere in the same file.
    InFile(&'static [&'static Rule]),
}

impl Yield {
    /// The rules that silence.
    pub fn to(self) -> &'static [&'static Rule] {
        match self {
            Self::AtPlace(rules) | Self::WhereCompared(rules) | Self::InFile(rules) => rules,
        }
    }
}

/// What a rule looks at, and with what. Each kind has one function in `run` that runs all its rules.
#[derive(Debug)]
pub enum Check {
    /// A file as it was read, JSON or not.
    Text(fn(&TextSubject<'_>, &mut Findings)),
    /// What the schema has against a JSON value.
    Schema(fn(&SchemaSubject<'_>, &mut Findings)),
    /// The raw JSON value: runs for every file that is JSON, even if it is not a manifest.
    Value(fn(&RawSubject<'_>, &mut Findings)),
    /// One server that was read and classified.
    Server(fn(&Subject<'_>, &mut Findings)),
    /// One server that the compiler refuses, after all other rules of its file: it may look at what they found.
    Refused(fn(&Subject<'_>, &mut Findings)),
    /// The whole catalog, for what no single file shows.
    Catalog(fn(&CatalogSubject<'_>, &mut Findings)),
    /// One of the discovery locks.
    Lock(fn(&LockSubject<'_>, &mut Findings)),
    /// An allowlist that cannot be read.
    Allowlist(fn(&AllowlistSubject<'_>, &mut Findings)),
    /// One ignore of the configuration, after everything else.
    Ignore(fn(&IgnoreSubject<'_>, &mut Findings)),
}
