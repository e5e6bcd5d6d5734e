//! What the rules found, and what must not be shown of it.

use crate::source::finding::Finding;
use crate::text::secrets::secret_search::{named_secrets, unnamed_secrets};

/// What the rules found, and what must not be shown.
#[derive(Debug, Default)]
pub struct Findings {
    pub list: Vec<Finding>,
    /// Secrets that stand in the files; every output masks them.
    pub secrets: Vec<String>,
    /// The URLs and keys of the files, which output shows even where one is a secret's double.
    pub names: Vec<String>,
    /// Whether a secret makes its server unfit to be compiled.
    pub holds_secret: bool,
}

impl Findings {
    pub fn push(&mut self, finding: Finding) {
        self.list.push(finding);
    }

    /// Has a secret masked in all output of the run, and its server left out of every artifact.
    pub fn mask(&mut self, secret: &str) {
        self.hide(secret);
        self.holds_secret = true;
    }

    /// Has a value masked in all output of the run; its server is compiled all the same.
    pub fn hide(&mut self, value: &str) {
        self.secrets.push(value.to_owned());
    }

    /// Hides whatever looks like a credential in a text that no rule reads, but that a finding may show a part of.
    pub fn hide_credentials(&mut self, text: &str) {
        self.secrets.append(&mut unnamed_secrets(text));
    }

    /// Hides what stands behind the name of a credential too: in a file that is not what it should be, so that the rules
    /// look for it in vain.
    pub fn hide_named_credentials(&mut self, text: &str) {
        self.secrets.append(&mut named_secrets(text));
    }

    /// Hides whatever looks like a credential in what is said so far: a message may quote the configuration or the lock,
    /// which no rule of Secrets reads.
    pub fn hide_credentials_of_messages(&mut self) {
        for finding in &self.list {
            let texts = [Some(finding.message.as_str()), finding.help.as_deref()];
            let secrets = texts.into_iter().flatten().flat_map(unnamed_secrets);
            self.secrets.extend(secrets);
        }
    }

    pub fn append(&mut self, mut other: Self) {
        self.list.append(&mut other.list);
        self.secrets.append(&mut other.secrets);
        self.names.append(&mut other.names);
        self.holds_secret |= other.holds_secret;
    }
}
