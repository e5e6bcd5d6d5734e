//! Any text as an environment file, and any text as a value in one.
#![no_main]

use catproof_fuzz::properties::settings;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = str::from_utf8(bytes) {
        settings::environment_files_are_read_as_dotenv_does(text);
    }
});
