//! Any bytes are judged as a manifest, and every format shows the findings safely.
#![no_main]

use catproof_fuzz::properties::catalog::{Catalog, judging_shows_safe_findings};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    judging_shows_safe_findings(&Catalog::of_one("acme__mcp", bytes));
});
