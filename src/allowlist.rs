//! The allowlist in force: which hosts the deployed OAuth proxy may send secrets to.

use crate::finding::Place;
use crate::source::FileId;

/// The hosts of an allowlist, and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowlist {
    /// How it is called in messages: a file's name, or a proxy's URL.
    pub name: String,
    pub hosts: Vec<AllowedHost>,
    /// Whether it was asked for by name, instead of being the committed one: then a host too many is worth a finding.
    pub file: Option<FileId>,
}

/// One entry, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedHost {
    pub host: String,
    /// Where it stands; `None` for the allowlist of a running proxy.
    pub place: Option<Place>,
}

impl Allowlist {
    pub fn allows(&self, host: &str) -> bool {
        self.hosts.iter().any(|allowed| allowed.host == host)
    }
}
pub fn parse(_f: FileId, name: &str, _t: &str, _x: &mut crate::lint::Findings) -> Allowlist {
    Allowlist {
        name: name.to_owned(),
        hosts: vec![],
        file: None,
    }
}
