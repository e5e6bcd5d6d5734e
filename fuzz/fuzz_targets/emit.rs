//! Catalogs that are drawn compile to artifacts that read back as the plan.
#![no_main]

use catproof_fuzz::properties::artifacts;
use catproof_fuzz::properties::catalog::Catalog;
use catproof_fuzz::properties::draw::Draw;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    artifacts::what_is_emitted_reads_back(&Catalog::drawn(&mut Draw::of(bytes)));
});
