//! The allowlist that the needed destinations are compared with.

use crate::catalog::allowlist::{self, Allowlist};
use crate::lint::{self, AllowlistSubject, Findings};
use crate::source::FileId;

/// Reads the text of an allowlist; one that cannot be read is a finding.
pub fn parse(file: FileId, name: &str, text: &str, findings: &mut Findings) -> Option<Allowlist> {
    // Every finding about a host shows what stands around it.
    findings.hide_credentials(text);
    findings.hide_named_credentials(text);
    match allowlist::parse(file, name, text) {
        Ok(allowlist) => Some(allowlist),
        Err(unreadable) => {
            let subject = AllowlistSubject {
                file,
                unreadable: &unreadable,
            };
            lint::run_on_allowlist(&subject, findings);
            None
        }
    }
}
