//! Encodings: what is UTF-8 is read, what is not is refused at its first byte, and nothing of either acts on a terminal.

use serde_json::{Value, json};

use super::outputs::check_in_every_format;
use super::{server, told};
use crate::support::{scratch, write};

/// A case: its name, its bytes, and the rule that must speak of it; nothing where the file is sound.
type Case = (&'static str, Vec<u8>, Option<&'static str>);

fn cases() -> Vec<Case> {
    const NO_JSON: Option<&str> = Some("invalid-json");
    let text = |id: &str| server(id, &json!({})).to_string();
    let with = |id: &str, description: &str| {
        let id = format!("acme__{id}");
        text(&id).replace("Notes: read and write them", description)
    };
    let raw = |id: &str, bytes: &[u8]| {
        let text = with(id, "HERE");
        let (before, after) = text.split_once("HERE").unwrap();
        [before.as_bytes(), bytes, after.as_bytes()].concat()
    };
    let wide = |id: &str, encode: &dyn Fn(char) -> Vec<u8>, has_mark: bool| {
        let text = with(id, "é");
        let mark = has_mark.then_some('\u{feff}');
        mark.into_iter().chain(text.chars()).flat_map(encode).collect()
    };
    let units = |character: char| character.encode_utf16(&mut [0; 2]).to_vec();
    let little_units =
        |character| units(character).iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let big_units =
        |character| units(character).iter().flat_map(|unit| unit.to_be_bytes()).collect();
    let little_points = |character| u32::from(character).to_le_bytes().to_vec();
    let big_points = |character| u32::from(character).to_be_bytes().to_vec();
    vec![
        ("plain", with("plain", "é日😀").into_bytes(), None),
        ("mark", format!("\u{feff}{}", with("mark", "x")).into_bytes(), Some("byte-order-mark")),
        ("two_marks", format!("\u{feff}\u{feff}{}", with("two_marks", "x")).into_bytes(), NO_JSON),
        ("mark_behind", format!("{}\u{feff}", with("mark_behind", "x")).into_bytes(), NO_JSON),
        ("mark_alone", b"\xef\xbb\xbf".to_vec(), NO_JSON),
        ("empty", Vec::new(), NO_JSON),
        ("utf16le", wide("utf16le", &little_units, false), NO_JSON),
        ("utf16le_mark", wide("utf16le_mark", &little_units, true), NO_JSON),
        ("utf16be", wide("utf16be", &big_units, false), NO_JSON),
        ("utf16be_mark", wide("utf16be_mark", &big_units, true), NO_JSON),
        ("utf32le", wide("utf32le", &little_points, false), NO_JSON),
        ("utf32le_mark", wide("utf32le_mark", &little_points, true), NO_JSON),
        ("utf32be", wide("utf32be", &big_points, false), NO_JSON),
        ("utf32be_mark", wide("utf32be_mark", &big_points, true), NO_JSON),
        ("latin1", raw("latin1", b"caf\xe9"), NO_JSON),
        ("overlong_2", raw("overlong_2", b"\xc0\xaf"), NO_JSON),
        ("overlong_3", raw("overlong_3", b"\xe0\x80\xaf"), NO_JSON),
        ("overlong_4", raw("overlong_4", b"\xf0\x80\x80\xaf"), NO_JSON),
        ("overlong_nul", raw("overlong_nul", b"\xc0\x80"), NO_JSON),
        ("surrogate", raw("surrogate", b"\xed\xa0\x80"), NO_JSON),
        ("surrogates", raw("surrogates", b"\xed\xa0\xbd\xed\xb8\x80"), NO_JSON),
        ("beyond", raw("beyond", b"\xf4\x90\x80\x80"), NO_JSON),
        ("five_bytes", raw("five_bytes", b"\xf8\x88\x80\x80\x80"), NO_JSON),
        ("cut_off", raw("cut_off", b"\xe6\x97"), NO_JSON),
        ("continuation", raw("continuation", b"\x80"), NO_JSON),
        ("ff", raw("ff", b"\xff\xfe"), NO_JSON),
        ("escaped_surrogate", raw("escaped_surrogate", b"\\ud800"), NO_JSON),
        ("escaped_half", raw("escaped_half", b"\\ude00\\ud83d"), NO_JSON),
        ("escaped_pair", raw("escaped_pair", b"\\ud83d\\ude00"), None),
        ("nul", raw("nul", b"\0"), NO_JSON),
        ("nul_first", [b"\0".to_vec(), with("nul_first", "x").into_bytes()].concat(), NO_JSON),
        ("escape", raw("escape", b"\x1b[2J"), NO_JSON),
        ("separators", with("separators", "\u{2028}::error::x\u{2029}").into_bytes(), None),
        ("c1", with("c1", "\u{9b}2J\u{85}").into_bytes(), None),
        ("bidirectional", with("bidirectional", "\u{202e}x\u{2066}").into_bytes(), None),
        ("tags", with("tags", "\u{e0041}\u{e007f}").into_bytes(), None),
        ("no_characters", with("no_characters", "\u{fffe}\u{ffff}\u{fdd0}").into_bytes(), None),
    ]
}

#[test]
fn what_is_utf_8_is_read_and_what_is_not_is_refused() {
    let scratch = scratch();
    let cases = cases();
    for (name, bytes, _) in &cases {
        write(&scratch.path().join(format!("catalog/acme__{name}.json")), bytes);
    }
    let findings = check_in_every_format(scratch.path(), &[], &[]);
    for (name, bytes, rule) in &cases {
        let file = format!("catalog/acme__{name}.json");
        let of_file = || findings.iter().filter(|finding| finding["file"] == file.as_str());
        let is_invalid = |finding: &&Value| finding["rule"] == "invalid-json";
        let invalid: Vec<&Value> = of_file().filter(is_invalid).collect();
        assert_eq!(invalid.len(), usize::from(*rule == Some("invalid-json")), "{name}");
        if let Some(rule) = rule {
            assert!(of_file().any(|finding| finding["rule"] == *rule), "{name}");
        }
        // What is not UTF-8 is shown where it stops being it.
        if let (Err(error), [finding]) = (std::str::from_utf8(bytes), invalid.as_slice()) {
            let at = u64::try_from(error.valid_up_to()).unwrap();
            assert_eq!(finding["start"]["byte"], at, "{name}");
        }
    }
    told(
        "encodings",
        format_args!("{} files, {} findings in 8 formats", cases.len(), findings.len()),
    );
}

#[test]
fn a_hidden_character_of_a_name_is_named_and_not_shown() {
    let hidden =
        ['\u{202e}', '\u{2066}', '\u{200b}', '\u{2028}', '\u{85}', '\0', '\u{e0041}', '\u{ad}'];
    let scratch = scratch();
    for (index, character) in hidden.iter().enumerate() {
        let manifest = server(&format!("ac{character}me__{index}"), &json!({}));
        write(&scratch.path().join(format!("catalog/acme__{index}.json")), manifest.to_string());
    }
    let findings = check_in_every_format(scratch.path(), &[], &[]);
    for index in 0..hidden.len() {
        let file = format!("catalog/acme__{index}.json");
        let is_refused = |finding: &Value| {
            finding["file"] == file.as_str() && finding["rule"] == "invalid-server-id"
        };
        assert!(findings.iter().any(is_refused), "{file}");
    }
    told("hidden characters", format_args!("{} in names", hidden.len()));
}
