//! Changes of a JSON value -> changes of its text. Every byte outside the edits stays as it is: indentation, order of
//! the keys, line endings.

use std::ops::Range;

use serde_json::Value;

use crate::finding::Edit;
use crate::source::{self, Pointer, Spans};

/// Puts a text in the place of some bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TextEdit {
    pub start: usize,
    /// Exclusive.
    pub end: usize,
    pub text: String,
}

/// The edits in terms of bytes, sorted; `None` where one of them names a place that the text does not have.
pub fn text_edits(text: &str, edits: &[Edit]) -> Option<Vec<TextEdit>> {
    let mut all: Vec<TextEdit> = edits
        .iter()
        .map(|edit| text_edit(text, edit))
        .collect::<Option<_>>()?;
    all.sort();
    Some(all)
}

/// The text with sorted edits applied; `None` where two of them overlap.
pub fn apply(text: &str, edits: &[TextEdit]) -> Option<String> {
    let mut edited = String::with_capacity(text.len());
    let mut position = 0;
    for edit in edits {
        edited.push_str(text.get(position..edit.start)?);
        edited.push_str(&edit.text);
        position = edit.end;
    }
    edited.push_str(text.get(position..)?);
    Some(edited)
}

fn text_edit(text: &str, edit: &Edit) -> Option<TextEdit> {
    match edit {
        Edit::Replace(pointer, value) => {
            Some(replace(source::locate(text, pointer)?.value, print(value)))
        }
        Edit::Remove(pointer) => remove(text, pointer),
        Edit::Insert(object, key, value) => {
            let member = format!("{}: {}", print(&Value::String(key.clone())), print(value));
            insert(text, object, usize::MAX, &member)
        }
        Edit::InsertItem(array, index, value) => insert(text, array, *index, &print(value)),
        Edit::RemoveByteOrderMark => {
            let mark = text.len() - source::strip_byte_order_mark(text).len();
            (mark > 0).then(|| replace(0..mark, String::new()))
        }
    }
}

fn replace(range: Range<usize>, text: String) -> TextEdit {
    TextEdit {
        start: range.start,
        end: range.end,
        text,
    }
}

/// Removes a member or item with the comma and the white space that belong to it.
fn remove(text: &str, pointer: &Pointer) -> Option<TextEdit> {
    let target = source::locate(text, pointer)?;
    let siblings = source::children(text, &pointer.parent()?)?;
    let at = siblings
        .iter()
        .position(|sibling| sibling.value == target.value)?;
    let range = match (
        at.checked_sub(1).and_then(|before| siblings.get(before)),
        siblings.get(at + 1),
    ) {
        (Some(before), _) => before.value.end..target.value.end,
        (None, Some(after)) => start_of(&target)..start_of(after),
        (None, None) => {
            let container = source::locate(text, &pointer.parent()?)?.value;
            container.start + 1..container.end - 1
        }
    };
    Some(replace(range, String::new()))
}

/// Adds a member or item before the child with that index, or at the end, laid out like its siblings.
fn insert(text: &str, container: &Pointer, index: usize, addition: &str) -> Option<TextEdit> {
    let siblings = source::children(text, container)?;
    let container = source::locate(text, container)?.value;
    let white_space_before = |at: usize| {
        let before = text.get(..at).unwrap_or_default();
        let kept = before.trim_end_matches([' ', '\t', '\r', '\n']);
        before.get(kept.len()..).unwrap_or_default()
    };
    match (siblings.get(index), siblings.last()) {
        (Some(next), _) => {
            let at = start_of(next);
            Some(replace(
                at..at,
                format!(
                    "{addition},{}",
                    separator(&siblings, index, white_space_before)
                ),
            ))
        }
        (None, Some(last)) => {
            let layout = separator(&siblings, siblings.len(), white_space_before);
            Some(replace(
                last.value.end..last.value.end,
                format!(",{layout}{addition}"),
            ))
        }
        (None, None) => Some(replace(
            container.start + 1..container.end - 1,
            addition.to_owned(),
        )),
    }
}

/// The white space between two siblings near an index: that before the nearest one that has a comma before it, else
/// that after the opening bracket where it breaks the line, else a blank.
fn separator<'a>(
    siblings: &[Spans],
    index: usize,
    white_space_before: impl Fn(usize) -> &'a str,
) -> &'a str {
    let near = index.clamp(1, siblings.len().max(1));
    match (
        siblings.get(near),
        siblings.get(near.saturating_sub(1)),
        siblings.len(),
    ) {
        (Some(next), _, _) => white_space_before(start_of(next)),
        (None, Some(last), 2..) => white_space_before(start_of(last)),
        (None, Some(only), _) if white_space_before(start_of(only)).contains('\n') => {
            white_space_before(start_of(only))
        }
        _ => " ",
    }
}

fn start_of(spans: &Spans) -> usize {
    spans.key.as_ref().unwrap_or(&spans.value).start
}

fn print(value: &Value) -> String {
    value.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn assert_edit(before: &str, edit: Edit, after: &str) {
        let edits = text_edits(before, &[edit]).unwrap();
        assert_eq!(apply(before, &edits).unwrap(), after);
    }

    #[test]
    fn a_value_is_replaced_in_its_place() {
        assert_edit(
            "{ \"a\" : 1 }",
            Edit::Replace("/a".into(), json!("x")),
            "{ \"a\" : \"x\" }",
        );
    }

    #[test]
    fn a_member_goes_with_its_comma_and_its_line() {
        let text = "{\r\n  \"a\": 1,\r\n  \"b\": 2,\r\n  \"c\": 3\r\n}";
        assert_edit(
            text,
            Edit::Remove("/a".into()),
            "{\r\n  \"b\": 2,\r\n  \"c\": 3\r\n}",
        );
        assert_edit(
            text,
            Edit::Remove("/b".into()),
            "{\r\n  \"a\": 1,\r\n  \"c\": 3\r\n}",
        );
        assert_edit(
            text,
            Edit::Remove("/c".into()),
            "{\r\n  \"a\": 1,\r\n  \"b\": 2\r\n}",
        );
        assert_edit("{\"a\": [ 1 ]}", Edit::Remove("/a/0".into()), "{\"a\": []}");
    }

    #[test]
    fn a_new_member_is_laid_out_like_its_siblings() {
        let insert = |object: &str| Edit::Insert(object.into(), "z".to_owned(), json!(true));
        assert_edit(
            "{\n  \"a\": 1\n}",
            insert(""),
            "{\n  \"a\": 1,\n  \"z\": true\n}",
        );
        assert_edit(
            "{\"a\":1,\"b\":2}",
            insert(""),
            "{\"a\":1,\"b\":2,\"z\": true}",
        );
        assert_edit("{ \"a\": 1 }", insert(""), "{ \"a\": 1, \"z\": true }");
        assert_edit("{\"o\": {}}", insert("/o"), "{\"o\": {\"z\": true}}");
    }

    #[test]
    fn a_new_item_goes_before_the_one_with_its_index() {
        let insert = |index| Edit::InsertItem("/a".into(), index, json!("-y"));
        assert_edit(
            "{\"a\": [\"x\", \"y\"]}",
            insert(0),
            "{\"a\": [\"-y\", \"x\", \"y\"]}",
        );
        assert_edit(
            "{\"a\": [\"x\", \"y\"]}",
            insert(1),
            "{\"a\": [\"x\", \"-y\", \"y\"]}",
        );
        assert_edit("{\"a\": [\"x\"]}", insert(9), "{\"a\": [\"x\", \"-y\"]}");
        assert_edit("{\"a\": []}", insert(0), "{\"a\": [\"-y\"]}");
    }
}
