//! Documents, `WWW-Authenticate` fields, URLs and locks are read or refused.
#![no_main]

use catproof_fuzz::properties::discovery;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = str::from_utf8(bytes) {
        discovery::challenges_are_read_to_their_end(text);
        discovery::well_known_urls_stay_on_the_origin(text);
        discovery::a_lock_reads_back(text);
    }
    discovery::documents_are_read_or_refused(bytes);
});
