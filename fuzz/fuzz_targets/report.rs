//! Findings that are drawn are said by every format alike, and nothing forges one.
#![no_main]

use catproof_fuzz::properties::findings;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    findings::any_finding_is_shown_safely(bytes);
});
