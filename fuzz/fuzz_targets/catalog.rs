//! Catalogs that are drawn, with configuration, lock and allowlist, are judged and shown safely.
#![no_main]

use catproof_fuzz::properties::catalog::{Catalog, judging_shows_safe_findings};
use catproof_fuzz::properties::draw::Draw;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    judging_shows_safe_findings(&Catalog::drawn(&mut Draw::of(bytes)));
});
