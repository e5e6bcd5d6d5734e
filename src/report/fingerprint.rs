//! What tells a finding from others over time, for systems that track findings from run to run.

use std::collections::HashMap;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::{PlacePart, Shown};

/// One fingerprint a finding, in their order, all different.
///
/// It holds while the finding's key or value stays where it is in the document, however the lines move; where there
/// is not a pointer, while the underlined text stays. Equal findings are counted.
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
        // A better wording does not make another finding: only the values that the message quotes count.
        let values: Vec<&str> = shown.message.split('`').skip(1).step_by(2).collect();
        return format!("{}\0{}", shown.rule, values.join("\0"));
    };
    let part = match place.part {
        PlacePart::Key => "key",
        PlacePart::Value => "value",
    };
    let line = place.line.as_ref();
    let text = match &place.pointer {
        Some(pointer) => pointer,
        None => line.map_or("", |line| line.inside.as_str()),
    };
    format!("{}\0{}\0{part}\0{text}", shown.rule, place.name)
}
