//! Catalogs that are drawn are repaired without a new finding, and a second time changes nothing.
#![no_main]

use catproof_fuzz::properties::catalog::Catalog;
use catproof_fuzz::properties::draw::Draw;
use catproof_fuzz::properties::fixes;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    fixes::a_second_repair_changes_nothing(&Catalog::drawn(&mut Draw::of(bytes)));
});
