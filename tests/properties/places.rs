//! Texts and their places: the bytes at a JSON Pointer are the value that the parser gives it.

use std::ops::Range;

use catproof::testing::source::parse;
use catproof::testing::source::{self, Content, Outline, Pointer, position};
use jsonc_parser::common::Ranged as _;
use jsonc_parser::{CollectOptions, ParseOptions, ast, parse_to_ast};
use serde_json::Value;

/// Any text: where it is JSON, each place of it re-parses to the value at that place; where it is none, the blame is
/// put inside the text.
pub fn each_place_reads_as_its_value(text: &str) {
    match parse::parse(text) {
        Ok(parsed) => {
            let outline = source::outline(text).expect("what parses has an outline");
            assert_outline(text, &outline, &parsed.value, &Pointer::root());
            let duplicates = source::duplicate_keys(text);
            assert_eq!(parsed.has_duplicate_keys, !duplicates.is_empty());
            for duplicate in duplicates {
                assert!(duplicate.first.end <= duplicate.again.start);
                for range in [duplicate.first, duplicate.again] {
                    assert_eq!(read::<String>(text, &range), duplicate.key);
                }
            }
        }
        Err(error) => {
            assert!(text.is_char_boundary(error.at) && error.at <= text.len());
            let position = position(text, error.at);
            assert_eq!(position.byte, error.at);
            assert!(!error.message.is_empty());
        }
    }
}

fn assert_outline(text: &str, outline: &Outline<'_>, value: &Value, at: &Pointer) {
    assert_eq!(&read::<Value>(text, &outline.spans.value), value, "{at}");
    let found = source::locate(text, at).unwrap_or_else(|| panic!("{at} is not found"));
    assert_eq!(found, outline.spans, "{at}");
    match (outline.content(), value) {
        (Content::Object(members), Value::Object(values)) => {
            for (key, value) in values {
                let member = members.get(key).unwrap_or_else(|| panic!("{at} lacks {key:?}"));
                let range = member.spans.key.as_ref().expect("a member has a key");
                assert_eq!(&read::<String>(text, range), key);
                assert_outline(text, member, value, &at.key(key));
            }
        }
        (Content::Array(items), Value::Array(values)) => {
            assert_eq!(items.len(), values.len(), "{at}");
            for (index, (item, value)) in items.iter().zip(values).enumerate() {
                assert_outline(text, item, value, &at.index(index));
            }
        }
        (Content::Scalar, Value::Object(_) | Value::Array(_)) => panic!("{at} has no content"),
        _ => {}
    }
}

fn read<T: serde::de::DeserializeOwned>(text: &str, range: &Range<usize>) -> T {
    serde_json::from_str(&text[range.clone()]).unwrap()
}

/// Any text that is JSON: another parser, written by others, finds every key and value at the same bytes.
pub fn another_parser_finds_the_same_places(text: &str) {
    let Some(outline) = parse::parse(text).ok().and_then(|_| source::outline(text)) else {
        return;
    };
    let strict = ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_extended_string_escapes: false,
        allow_non_finite_numbers: false,
    };
    // A mark is not a character of the text to it.
    let json = source::strip_byte_order_mark(text);
    let parsed = parse_to_ast(json, &CollectOptions::default(), &strict)
        .unwrap_or_else(|error| panic!("{error}: {text:?}"));
    let theirs = parsed.value.expect("a text that is JSON has a value");
    assert_same(&outline, &theirs, text.len() - json.len());
}

/// Compares the places; theirs begin behind a mark.
fn assert_same(ours: &Outline<'_>, theirs: &ast::Value<'_>, mark: usize) {
    assert_eq!(ours.spans.value, theirs.start() + mark..theirs.end() + mark);
    match (ours.content(), theirs) {
        (Content::Object(members), ast::Value::Object(object)) => {
            assert_eq!(members.iter().count(), object.properties.len());
            for ((key, member), property) in members.iter().zip(&object.properties) {
                let name = property.name.range();
                assert_eq!(member.spans.key, Some(name.start + mark..name.end + mark));
                assert_eq!(key, property.name.as_str());
                assert_same(member, &property.value, mark);
            }
        }
        (Content::Array(items), ast::Value::Array(array)) => {
            assert_eq!(items.len(), array.elements.len());
            for (item, element) in items.iter().zip(&array.elements) {
                assert_same(item, element, mark);
            }
        }
        (Content::Scalar, theirs) => {
            assert!(theirs.as_object().is_none() && theirs.as_array().is_none());
        }
        (ours, theirs) => panic!("{ours:?} is {theirs:?}"),
    }
}
