//! Any text has its places, and another parser finds the same ones.
#![no_main]

use catproof_fuzz::properties::places;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = str::from_utf8(bytes) {
        places::each_place_reads_as_its_value(text);
        places::another_parser_finds_the_same_places(text);
    }
});
