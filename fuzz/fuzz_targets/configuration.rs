//! Any text as `catproof.toml`.
#![no_main]

use catproof_fuzz::properties::settings;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = str::from_utf8(bytes) {
        settings::configurations_are_read_or_blamed_inside(text);
    }
});
