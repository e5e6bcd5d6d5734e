//! Env files as the JavaScript `dotenv` reads them. The cases were compared with dotenv 17 itself, as were 60,000
//! random texts of quotes, escapes, separators and line ends.

use std::fmt::Write as _;

use catproof::testing::text::dotenv::{quote, read};
use proptest::prelude::*;

fn pairs(text: &str) -> Vec<(String, String)> {
    let entries = read(text).entries.into_iter();
    entries.map(|entry| (entry.key, entry.value)).collect()
}

#[test]
fn a_line_is_read_as_dotenv_reads_it() {
    let cases = [
        ("A=1", "A", "1"),
        ("a.b-c_D=1", "a.b-c_D", "1"),
        ("  export A = 1  ", "A", "1"),
        ("export=1", "export", "1"),
        ("A: 1", "A", "1"),
        ("A=", "A", ""),
        ("A=\n", "A", ""),
        ("A=a#b", "A", "a"),
        ("A=a # b", "A", "a"),
        ("A='a#b' # c", "A", "a#b"),
        ("A=\"a\\nb\\rc\\td\"", "A", "a\nb\rc\\td"),
        ("A='a\\nb'", "A", "a\\nb"),
        ("A=`it's \"x\"`", "A", "it's \"x\""),
        ("A='a\r\nb'", "A", "a\nb"),
        ("A='a' b", "A", "'a' b"),
        ("A='a", "A", "'a"),
        ("A='a\\'", "A", "a\\"),
        ("A=\n'b'", "A", "b"),
        ("\u{feff}A=1", "A", "1"),
        ("A=$B ${C} $(D)", "A", "$B ${C} $(D)"),
    ];
    for (text, key, value) in cases {
        assert_eq!(pairs(text), [(key.to_owned(), value.to_owned())], "{text:?}");
    }
}

#[test]
fn lines_that_make_no_sense_are_counted_and_skipped() {
    let file = read("# comment\r\n\r\nnonsense\nA=1\n=2\nB 3\n  # more\nC='x\ny'\n!\n");
    assert_eq!(file.malformed, [3, 5, 6, 10]);
    let lines: Vec<_> = file.entries.iter().map(|entry| (entry.key.as_str(), entry.line)).collect();
    assert_eq!(lines, [("A", 4), ("C", 8)]);
}

#[test]
fn the_last_of_two_equal_keys_wins_and_is_the_duplicate() {
    let file = read("A=1\nB=2\nA=3\n");
    assert_eq!(file.get("A"), Some("3"));
    let duplicates: Vec<_> = file.duplicates().map(|entry| entry.line).collect();
    assert_eq!(duplicates, [3]);
}

#[test]
fn a_value_that_a_hash_cuts_is_marked() {
    let cut = |text: &str| read(text).entries.iter().any(|entry| entry.is_cut);
    assert!(cut("A=s#x"));
    assert!(!cut("A=s #x"));
    assert!(!cut("A='s#x'"));
    assert!(!cut("A=#x"));
}

#[test]
fn no_value_is_printed_with_its_entry() {
    let file = read("A=hunter2");
    assert!(!format!("{file:?}").contains("hunter2"));
}

#[test]
fn the_quote_is_chosen_by_the_value() {
    let cases = [
        ("", Some("''")),
        ("plain", Some("'plain'")),
        ("a#b $c", Some("'a#b $c'")),
        ("it's", Some("\"it's\"")),
        ("it's \"x\"", Some("`it's \"x\"`")),
        ("it's \\n", Some("`it's \\n`")),
        ("two\nlines", Some("\"two\\nlines\"")),
        ("' \" `", None),
        ("it's\n\"x\"", None),
        ("ends in \\", None),
        ("nul\0", None),
        ("line\u{2028}separator", None),
    ];
    for (value, quoted) in cases {
        assert_eq!(quote(value).as_deref(), quoted, "{value:?}");
    }
}

fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("'"),
        Just("\""),
        Just("`"),
        Just("\\"),
        Just("\\n"),
        Just("\n"),
        Just("\r\n"),
        Just("#"),
        Just(" "),
        Just("="),
        Just("A=1"),
        Just("\u{2028}"),
        Just("\u{feff}"),
        Just("${x}"),
        Just("é"),
    ];
    prop_oneof![prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat()), ".{0,24}",]
}

proptest! {
    #[test]
    fn what_is_quoted_is_read_back_among_others(values in prop::collection::vec(hostile(), 1..6)) {
        let mut text = String::new();
        let mut expected = Vec::new();
        for (index, value) in values.iter().enumerate() {
            if let Some(quoted) = quote(value) {
                let is_one_line = !quoted.contains(['\n', '\r', '\u{2028}', '\u{2029}']);
                prop_assert!(is_one_line);
                writeln!(text, "# a comment with ' and \" and `\nid-{index}_SECRET={quoted}").unwrap();
                expected.push((format!("id-{index}_SECRET"), value.clone()));
            }
        }
        prop_assert_eq!(pairs(&text), expected);
    }

    #[test]
    fn any_text_is_read_without_an_exception(text in hostile()) {
        let file = read(&text);
        let lines = text.replace("\r\n", "\n").replace('\r', "\n").matches('\n').count() + 1;
        for line in file.malformed.iter().chain(file.entries.iter().map(|entry| &entry.line)) {
            prop_assert!((1..=lines).contains(line));
        }
    }
}
