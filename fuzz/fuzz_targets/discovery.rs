//! Whatever providers answer, discovery ends, and its lock reads back.
#![no_main]

use catproof_fuzz::properties::discovery;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    discovery::discovery_ends_with_a_lock_that_reads_back(bytes);
});
