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

/// A rule: its description, shown by `explain` and `rules`, and its check.
#[derive(Debug)]
pub struct Rule {
    /// Names the problem, and reads naturally after "allow". The file, the fixtures and every output use the same id.
    pub id: &'static str,
    pub group: Group,
    /// The default level.
    pub level: Severity,
    pub fix: Fixable,
    /// The rules that report the same cause more precisely, and where they must have fired to silence this one.
    pub yields_to: Yields,
    /// The profile under which the rule reports everything that it can about a file.
    pub profile: ProfileScope,
    /// What is left of its findings in a manifest without a file and a catalog: one on standard input.
    pub alone: Alone,
    /// The source of the rule's file: `explain` prints the doc comment of `RULE`.
    pub source: &'static str,
    pub check: Check,
}

impl Rule {
    /// The base of every rule, which must set its own id, group, source and check.
    pub const DEFAULTS: Self = Self {
        id: "",
        group: Group::Reading,
        level: Severity::Error,
        fix: Fixable::No,
        yields_to: Yields::to(&[]),
        profile: ProfileScope::Any,
        alone: Alone::Everything,
        source: "",
        check: Check::Catalog(|_, _| {}),
    };

    /// A finding of this rule, at its own level.
    pub fn at(&self, place: Place, message: impl Into<String>) -> Finding {
        Finding { place: Some(place), ..self.nowhere(message) }
    }

    /// A finding that is not about a file.
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

    /// Whether the rule reports everything that it can about a file: only then does a missing finding mean that the problem
    /// is gone.
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

    /// The doc comment of the rule, as Markdown.
    pub fn documentation(&self) -> String {
        documentation::harvest(self.source)
    }

    /// The first sentence of the documentation, for tables.
    pub fn summary(&self) -> String {
        documentation::summary(&self.documentation())
    }
}

/// The group that a rule belongs to.
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
    /// The folder of its rules, and its name in tables.
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

/// Whether the rule offers fixes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fixable {
    No,
    /// By `--fix`.
    Safe,
    /// By `--unsafe-fixes`.
    Risky,
}

/// The profile under which a rule reports everything that it can about a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileScope {
    /// Any profile.
    Any,
    /// The profile of the file's folder: development relaxes the checks of the catalog's servers and may shadow them;
    /// production does not compile the developers' servers.
    Own,
    /// Development, if there are developers' servers: a server is compared with those that the profile compiles.
    Development,
}

/// What is left of a rule's findings in a manifest without a file and a catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alone {
    Everything,
    /// The fix writes down the name of the file.
    NoFix,
    /// The rule is about the other servers too.
    Nothing,
}

/// The rules that silence another one. A rule has a higher rank than all of them, which is computed when the rule is
/// compiled: rules that silence each other do not compile.
#[derive(Debug, Clone, Copy)]
pub struct Yields {
    pub(super) all: &'static [Yield],
    pub(super) rank: u8,
}

impl Yields {
    pub(crate) const fn to(all: &'static [Yield]) -> Self {
        let mut rank = 0;
        let mut rest = all;
        while let [first, others @ ..] = rest {
            let above = first.least_rank();
            rank = if above > rank { above } else { rank };
            rest = others;
        }
        Self { all, rank }
    }
}

/// Rules that silence another one, and where they must have fired.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Yield {
    /// At the same key or value as the silenced finding.
    AtPlace(&'static [&'static Rule]),
    /// At the place of the silenced finding, or at a related place of it.
    WhereCompared(&'static [&'static Rule]),
    /// Anywhere in the same file.
    InFile(&'static [&'static Rule]),
    /// Any rule without this kind of yield, at the place of the silenced finding or within it.
    ToAnyWithin,
}

impl Yield {
    /// The silencing rules, unless these are all.
    pub(super) const fn rules(self) -> &'static [&'static Rule] {
        match self {
            Self::AtPlace(rules) | Self::WhereCompared(rules) | Self::InFile(rules) => rules,
            Self::ToAnyWithin => &[],
        }
    }

    /// One more than the ranks of the silencing rules.
    const fn least_rank(self) -> u8 {
        let mut rank = if matches!(self, Self::ToAnyWithin) { u8::MAX } else { 0 };
        let mut rest = self.rules();
        while let [first, others @ ..] = rest {
            let above = first.yields_to.rank + 1;
            rank = if above > rank { above } else { rank };
            rest = others;
        }
        rank
    }
}

/// What a rule checks, and the function that checks it. For each kind, one function in `run` runs all its rules.
#[derive(Debug)]
pub enum Check {
    /// A file as it was read, JSON or not.
    Text(fn(&TextSubject<'_>, &mut Findings)),
    /// The schema violations of a JSON value.
    Schema(fn(&SchemaSubject<'_>, &mut Findings)),
    /// The raw JSON value: runs for every file that is JSON, even if it is not a manifest.
    Value(fn(&RawSubject<'_>, &mut Findings)),
    /// One classified server.
    Server(fn(&Subject<'_>, &mut Findings)),
    /// The whole catalog, for problems that no single file shows.
    Catalog(fn(&CatalogSubject<'_>, &mut Findings)),
    /// One of the discovery locks.
    Lock(fn(&LockSubject<'_>, &mut Findings)),
    /// An allowlist that cannot be read.
    Allowlist(fn(&AllowlistSubject<'_>, &mut Findings)),
    /// One ignore of the configuration, after all other rules.
    Ignore(fn(&IgnoreSubject<'_>, &mut Findings)),
}
