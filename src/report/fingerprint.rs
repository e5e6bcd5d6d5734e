//! Stable fingerprints, for systems that track findings from run to run.

use std::collections::HashMap;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::{PlacePart, Shown};

/// One unique fingerprint per finding, in the same order.
///
/// It depends on the JSON Pointer of the finding, or without one on the underlined text, not on line numbers. Otherwise
/// equal findings are numbered.
pub(super) fn fingerprints(findings: &[Shown]) -> Vec<String> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let fingerprint = |shown: &Shown| {
        let identity = identity(shown);
        let count = seen.entry(identity.clone()).or_default();
        *count += 1;
        let digest = Sha256::digest(format!("{identity}\0{count}"));
        let half = digest.iter().take(16);
        half.fold(String::new(), |mut text, byte| {
            _ = write!(text, "{byte:02x}");
            text
        })
    };
    findings.iter().map(fingerprint).collect()
}

fn identity(shown: &Shown) -> String {
    let Some(place) = &shown.place else {
        // Rewording a message must not change the fingerprint: only the quoted values count.
        let values: Vec<&str> = shown.message.split('`').skip(1).step_by(2).collect();
        return format!("{}\0{}", shown.rule, values.join("\0"));
    };
    let part = match place.part {
        PlacePart::Key => "key",
        PlacePart::Value => "value",
    };
    let inside = place.line.as_ref().map(|line| &line.inside);
    let text = place.pointer.as_ref().or(inside).map_or("", String::as_str);
    format!("{}\0{}\0{part}\0{text}", shown.rule, place.rooted_name)
}
