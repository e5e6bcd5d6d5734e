//! The properties of `tests/properties/` on random inputs. `fuzz/` drives the same ones with inputs that it finds.

use std::fs;
use std::path::Path;

use proptest::prelude::*;

use crate::report::assert_valid_by_the_schemas;
use crate::support::{entries, project};

#[path = "../properties/mod.rs"]
pub mod held;

use held::catalog::{Catalog, judging_shows_safe_findings};
use held::draw::Draw;
use held::{artifacts, discovery, findings, fixes, places, precedence, proxy, settings};

/// Bytes to draw from, and texts of what the readers look for.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..3000)
}

/// Texts of the pieces that a reader gives a meaning, and of any other character.
fn text_of(pieces: &'static [&'static str]) -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => prop::sample::select(pieces).prop_map(str::to_owned),
        1 => "\\PC{0,4}",
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

const JSON: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"a\"",
    "\"a\": 1",
    "\"\\u0061\"",
    "\"é\\n\"",
    "\"",
    "\\",
    "1",
    "-0",
    "1e999",
    "true",
    "null",
    " ",
    "\n",
    "\r\n",
    "\u{feff}",
    "//",
    "\"\\ud800\"",
    "{\"a\":[{\"b\":1,\"b\":2}]}",
];

const MODULE: &[&str] = &[
    "export const ALLOWED_DESTINATIONS = [",
    "ALLOWED_DESTINATIONS",
    "'a.example'",
    "\"b.example\"",
    "`c`",
    ",",
    "]",
    ";",
    "\n",
    "//",
    "/*",
    "*/",
    "/",
    "[",
    "`${",
    "}",
    "'",
    "\\",
    "=",
    ".push('x')",
    "Object.freeze(",
    ")",
    "new Set(",
    "{",
    ":",
    "#!",
    "\u{feff}",
    "\"allowedDestinations\": [",
];

const CONFIGURATION: &[&str] = &[
    "[proxy]\n",
    "[[ignore]]\n",
    "ignore = [",
    "]",
    "{",
    "}",
    "rule = \"unknown-key\"\n",
    "rule = \"unknown-key\", ",
    "file = \"a.json\"\n",
    "file = 'x', ",
    "expires = 2026-01-31\n",
    "pointer = \"/a\"\n",
    "[rules]\n",
    "unknown-key = \"off\"\n",
    "profile = \"development\"\n",
    "# why\n",
    "\n",
    "\r\n",
    ",",
    "max_file_bytes = 0x10\n",
    "\"\"\"",
    "catalog = \"",
    "\"",
    "\u{feff}",
    "[policy]\napproved_destinations = []\n",
    "no-such-rule = \"off\"\n",
];

const ENVIRONMENT: &[&str] = &[
    "A",
    "=",
    "B=1",
    "'",
    "\"",
    "`",
    "\\",
    "\\n",
    "\n",
    "\r\n",
    "\r",
    "#",
    " ",
    "export ",
    ": ",
    "\u{2028}",
    "\u{feff}",
    "OAUTH_PROXY_URL=",
    "${x}",
    "\u{85}",
    "é",
];

const CHALLENGE: &[&str] = &[
    "Bearer",
    "Basic",
    " ",
    ",",
    "=",
    "\"",
    "\\",
    "resource_metadata=\"https://a.example/x\"",
    "realm=",
    "abc==",
    "\t",
    "\n",
    "scope=\"a b\"",
    "/",
    ":",
];

const QUERY: &[&str] = &[
    "code=1",
    "&",
    "state=x",
    "error=access_denied",
    "error_description=",
    "iss=https://a.example",
    "=",
    "%",
    "%3C",
    "<script>",
    "\"",
    "'",
    "+",
    "%E2%80%AE",
    "\u{202e}",
    "#",
    "archestra-ai://",
    "token=",
    "grant_type=refresh_token",
    "refresh_token=r",
    "client_secret=s",
    "code_verifier=%0A",
    "access_token=t",
    "expires_in=1",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn any_text_has_its_places(text in text_of(JSON)) {
        places::each_place_reads_as_its_value(&text);
        places::another_parser_finds_the_same_places(&text);
    }

    #[test]
    fn any_value_has_its_places(bytes in bytes()) {
        let mut draw = Draw::of(&bytes);
        let value = draw.json(0);
        let text = draw.printed(&value);
        places::each_place_reads_as_its_value(&text);
        places::another_parser_finds_the_same_places(&text);
    }

    #[test]
    fn any_request_reply_and_callback_is_read_or_refused(text in text_of(QUERY)) {
        proxy::requests_are_read_or_refused(text.as_bytes());
        proxy::replies_are_a_success_or_an_error(text.as_bytes());
        proxy::callbacks_make_a_page_of_their_own_markup(&text);
    }

    #[test]
    fn any_json_is_a_request_and_a_reply_or_refused(bytes in bytes()) {
        let body = Draw::of(&bytes).json(0).to_string();
        proxy::requests_are_read_or_refused(body.as_bytes());
        proxy::replies_are_a_success_or_an_error(format!("\u{1}d{body}").as_bytes());
    }

    #[test]
    fn any_answers_lead_discovery_to_an_end(bytes in bytes()) {
        discovery::discovery_ends_with_a_lock_that_reads_back(&bytes);
    }

    #[test]
    fn any_challenge_is_read_to_its_end(text in text_of(CHALLENGE)) {
        discovery::challenges_are_read_to_their_end(&text);
        discovery::well_known_urls_stay_on_the_origin(&format!("https://a.example/{text}"));
    }

    #[test]
    fn any_allowlist_is_read_or_blamed(text in text_of(MODULE)) {
        settings::allowlists_are_read_or_blamed_inside(&text);
    }

    #[test]
    fn any_environment_file_is_read(text in text_of(ENVIRONMENT)) {
        settings::environment_files_are_read_as_dotenv_does(&text);
    }

    #[test]
    fn any_configuration_is_read_or_blamed(text in text_of(CONFIGURATION), bytes in bytes()) {
        settings::configurations_are_read_or_blamed_inside(&text);
        settings::configurations_are_read_or_blamed_inside(&Draw::of(&bytes).config());
    }
}

proptest! {
    // A whole catalog and all formats take longer.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn any_findings_are_shown_safely_by_every_format(bytes in bytes()) {
        findings::any_finding_is_shown_safely(&bytes);
    }

    #[test]
    fn any_findings_are_valid_by_the_schemas_of_sarif_and_gitlab(bytes in bytes()) {
        let (_, report, _) = findings::any_report(&bytes);
        assert_valid_by_the_schemas(&report);
    }

    #[test]
    fn any_catalog_is_judged_and_shown_safely(bytes in bytes()) {
        judging_shows_safe_findings(&Catalog::drawn(&mut Draw::of(&bytes)));
    }

    #[test]
    fn any_text_is_judged_as_a_manifest(text in text_of(JSON)) {
        judging_shows_safe_findings(&Catalog::of_one("acme__mcp", text.as_bytes()));
    }

    #[test]
    fn any_catalog_is_emitted_as_it_is_planned(bytes in bytes()) {
        artifacts::what_is_emitted_reads_back(&Catalog::drawn(&mut Draw::of(&bytes)));
    }

    #[test]
    fn any_catalog_is_compiled_whole_or_has_an_error_that_says_why(bytes in bytes()) {
        precedence::what_is_left_out_has_an_error(&Catalog::drawn(&mut Draw::of(&bytes)));
    }

    #[test]
    fn any_silenced_finding_has_a_louder_one(bytes in bytes()) {
        let mut draw = Draw::of(&bytes);
        precedence::what_is_silenced_has_a_louder_finding(&Catalog::drawn(&mut draw), &mut draw);
    }

    #[test]
    fn any_catalog_is_repaired_once(bytes in bytes()) {
        fixes::a_second_repair_changes_nothing(&Catalog::drawn(&mut Draw::of(&bytes)));
    }
}

#[test]
fn each_fixture_has_the_properties_of_its_kind() {
    let mut files = Vec::new();
    for rule in entries(&project().join("tests/rules")) {
        collect(&rule, &mut files);
    }
    assert!(files.len() > 500, "{} fixtures", files.len());
    for path in files {
        let bytes = fs::read(&path).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("json") => {
                places::each_place_reads_as_its_value(&text);
                places::another_parser_finds_the_same_places(&text);
                discovery::a_lock_reads_back(&text);
                discovery::documents_are_read_or_refused(&bytes);
            }
            Some("js") => settings::allowlists_are_read_or_blamed_inside(&text),
            Some("toml") => settings::configurations_are_read_or_blamed_inside(&text),
            _ => {}
        }
    }
}

fn collect(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    for path in entries(folder) {
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}
