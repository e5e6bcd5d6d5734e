//! What callers, providers and browsers send to the proxy is read or refused.
#![no_main]

use catproof_fuzz::properties::proxy;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    proxy::requests_are_read_or_refused(bytes);
    proxy::replies_are_a_success_or_an_error(bytes);
    if let Ok(query) = str::from_utf8(bytes) {
        proxy::callbacks_make_a_page_of_their_own_markup(query);
    }
});
