//! Turns edits of a JSON value into edits of its text. Bytes outside the edits stay as they are: indentation, key order
//! and line endings.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize as _;
use serde_json::Value;
use serde_json::ser::{PrettyFormatter, Serializer};

use crate::source::finding::Edit;
use crate::source::{self, Content, Outline, Pointer, Spans};

/// Replaces a byte range by a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TextEdit {
    pub start: usize,
    /// Exclusive.
    pub end: usize,
    pub text: String,
}

/// A JSON text to edit, walked once for all edits.
#[derive(Debug)]
pub(crate) struct Document<'a> {
    text: &'a str,
    outline: Outline<'a>,
    /// Its line ending; empty if it is a single line.
    newline: &'static str,
    /// One level of its indentation.
    unit: &'a str,
}

impl<'a> Document<'a> {
    /// `None` for a text that is not JSON.
    pub(crate) fn of(text: &'a str) -> Option<Self> {
        let indentation = |line: &'a str| {
            let rest = line.trim_start_matches([' ', '\t']);
            line.strip_suffix(rest)
        };
        let mut indentations = text.lines().filter_map(indentation);
        Some(Self {
            text,
            outline: source::outline(text)?,
            newline: if text.contains("\r\n") {
                "\r\n"
            } else if text.trim_end().contains('\n') {
                "\n"
            } else {
                ""
            },
            unit: indentations.find(|unit| !unit.is_empty()).unwrap_or("  "),
        })
    }

    pub(crate) fn outline(&self) -> &Outline<'a> {
        &self.outline
    }

    /// The edits as byte ranges of the original text, sorted and without overlap.
    /// `None` if an edit names a place that the text does not have, or if two edits conflict.
    pub(crate) fn text_edits(&self, edits: &[Edit]) -> Option<Vec<TextEdit>> {
        let mut all = Vec::new();
        let mut changes: BTreeMap<Pointer, Changes<'_>> = BTreeMap::new();
        for edit in edits {
            match edit {
                Edit::Replace(pointer, value) => {
                    all.push(self.replace(self.outline.at(pointer)?, value));
                }
                Edit::Remove(pointer) => {
                    let container = pointer.parent()?;
                    let removed = indexes(self.outline.at(&container)?, pointer)?;
                    changes.entry(container).or_default().removed.extend(removed);
                }
                Edit::Insert(object, key, value) => match self.outline.at(&object.key(key)) {
                    Some(member) => all.push(self.replace(member, value)),
                    None => {
                        let changes = changes.entry(object.clone()).or_default();
                        changes.added.push(Addition { before: usize::MAX, key: Some(key), value });
                    }
                },
                Edit::InsertItem(array, index, value) => {
                    let changes = changes.entry(array.clone()).or_default();
                    changes.added.push(Addition { before: *index, key: None, value });
                }
                Edit::RemoveByteOrderMark => {
                    let mark = self.text.len() - source::strip_byte_order_mark(self.text).len();
                    let end = (mark > 0).then_some(mark)?;
                    all.push(TextEdit { start: 0, end, text: String::new() });
                }
            }
        }
        for (container, changes) in changes {
            all.extend(changes.edits(self, self.outline.at(&container)?)?);
        }
        all.sort();
        all.is_sorted_by(|left, right| left.end <= right.start).then_some(all)
    }

    fn replace(&self, old: &Outline<'_>, new: &Value) -> TextEdit {
        let Spans { value, .. } = &old.spans;
        TextEdit {
            start: value.start,
            end: value.end,
            text: Layout::of_line(self, value.start).print(new),
        }
    }
}

/// The byte edits of a text. For several fixes of one text, use one `Document`.
pub fn text_edits(text: &str, edits: &[Edit]) -> Option<Vec<TextEdit>> {
    Document::of(text)?.text_edits(edits)
}

/// Applies sorted edits; `None` if two of them overlap.
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

/// The indexes of the children that a pointer into the container names: several for a repeated key.
fn indexes(container: &Outline<'_>, pointer: &Pointer) -> Option<Vec<usize>> {
    let token = pointer.tokens().last()?;
    let found = match container.content() {
        Content::Object(members) => members.indexes(&token),
        Content::Array(items) => {
            let index = token.parse().ok().filter(|index| *index < items.len());
            index.into_iter().collect()
        }
        Content::Scalar => Vec::new(),
    };
    (!found.is_empty()).then_some(found)
}

/// The changes to the children of one object or array.
#[derive(Default)]
struct Changes<'a> {
    removed: BTreeSet<usize>,
    added: Vec<Addition<'a>>,
}

struct Addition<'a> {
    /// Goes before the child with this index, or at the end.
    before: usize,
    /// `None` for an item of an array.
    key: Option<&'a str>,
    value: &'a Value,
}

impl Changes<'_> {
    /// One edit for each gap between two children that stay, before the first of them and after the last.
    fn edits(mut self, document: &Document<'_>, container: &Outline<'_>) -> Option<Vec<TextEdit>> {
        let fits = |addition: &Addition<'_>| match container.content() {
            Content::Object(_) => addition.key.is_some(),
            Content::Array(_) => addition.key.is_none(),
            Content::Scalar => false,
        };
        if !self.added.iter().all(fits) {
            return None;
        }
        self.added.sort_by_key(|addition| addition.before);
        let children: Vec<&Spans> = container.children().collect();
        let layout = Layout::of_children(document, container, &children);
        let stays: Vec<usize> =
            (0..children.len()).filter(|index| !self.removed.contains(index)).collect();
        if stays.is_empty() {
            return Some(vec![self.refill(container, &children, &layout)]);
        }
        let mut edits = Vec::new();
        let mut from = 0;
        let comma = format!(",{}", layout.separator);
        for next in stays.into_iter().map(Some).chain([None]) {
            let to = next.unwrap_or(children.len());
            let added = self.additions(from, next, &layout);
            let removed = children.get(from..to)?;
            let previous = from.checked_sub(1).and_then(|before| children.get(before));
            let next = next.and_then(|next| children.get(next));
            from = to + 1;
            if added.is_empty() && removed.is_empty() {
                continue;
            }
            edits.push(match (previous, next) {
                (Some(previous), _) => TextEdit {
                    start: previous.value.end,
                    end: removed.last().unwrap_or(previous).value.end,
                    text: added.iter().flat_map(|added| [&comma, added]).cloned().collect(),
                },
                (None, Some(next)) => TextEdit {
                    start: removed.first().unwrap_or(next).start(),
                    end: next.start(),
                    text: added.iter().flat_map(|added| [added, &comma]).cloned().collect(),
                },
                (None, None) => return None,
            });
        }
        Some(edits)
    }

    /// Replaces all children of the container.
    fn refill(&self, container: &Outline<'_>, old: &[&Spans], layout: &Layout) -> TextEdit {
        let added = self.additions(0, None, layout).join(&format!(",{}", layout.separator));
        let inside = container.spans.value.start + 1..container.spans.value.end - 1;
        let (range, text) = match old {
            _ if self.added.is_empty() => (inside, String::new()),
            [] => (inside, format!("{}{added}{}", layout.open, layout.close)),
            [first, ..] => (first.start()..old.last().unwrap_or(first).value.end, added),
        };
        TextEdit { start: range.start, end: range.end, text }
    }

    /// The additions before the children from one index to another, printed.
    fn additions(&self, from: usize, to: Option<usize>, layout: &Layout) -> Vec<String> {
        let places = from..=to.unwrap_or(usize::MAX);
        let added = self.added.iter().filter(|addition| places.contains(&addition.before));
        added
            .map(|Addition { key, value, .. }| {
                let key = key.map(|key| format!("{}{}", Value::from(key), layout.colon));
                key.unwrap_or_default() + &layout.print(value)
            })
            .collect()
    }
}

/// How the text around a change is laid out.
struct Layout {
    /// The white space between two children.
    separator: String,
    /// The colon of a member, with its white space.
    colon: String,
    /// The white space after the opening and before the closing bracket of a container that was empty.
    open: String,
    close: String,
    /// One level of indentation.
    unit: String,
}

impl Layout {
    /// The layout for values on the line of a byte offset.
    fn of_line(document: &Document<'_>, at: usize) -> Self {
        let before = document.text.get(..at).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let indentation: String = before
            .get(line_start..)
            .unwrap_or_default()
            .chars()
            .take_while(|character| [' ', '\t'].contains(character))
            .collect();
        Self {
            separator: match document.newline {
                "" => " ".to_owned(),
                newline => format!("{newline}{indentation}"),
            },
            colon: ": ".to_owned(),
            open: String::new(),
            close: String::new(),
            unit: document.unit.to_owned(),
        }
    }

    /// The layout for children of a container, copied from the existing ones.
    fn of_children(document: &Document<'_>, container: &Outline<'_>, children: &[&Spans]) -> Self {
        let layout = Self::of_line(document, container.spans.value.start);
        let text = document.text;
        let white_space_before = |spans: &Spans| {
            let before = text.get(..spans.start()).unwrap_or_default();
            let kept = before.trim_end_matches([' ', '\t', '\r', '\n']);
            before.get(kept.len()..).unwrap_or_default().to_owned()
        };
        let colon = children.iter().find_map(|child| {
            let key = child.key.as_ref()?;
            text.get(key.end..child.value.start)
        });
        let colon = colon.map_or(layout.colon, str::to_owned);
        let is_object = matches!(container.content(), Content::Object(_));
        match children {
            [_, second, ..] => Self { separator: white_space_before(second), colon, ..layout },
            [only] => Self {
                separator: Some(white_space_before(only))
                    .filter(|space| space.contains('\n'))
                    .unwrap_or_else(|| " ".to_owned()),
                colon,
                ..layout
            },
            [] if is_object && layout.separator.contains('\n') => Self {
                open: format!("{}{}", layout.separator, layout.unit),
                close: layout.separator.clone(),
                separator: format!("{}{}", layout.separator, layout.unit),
                colon,
                ..layout
            },
            [] => Self { separator: " ".to_owned(), colon, ..layout },
        }
    }

    /// Prints a value; its children go on separate lines if the layout has lines.
    fn print(&self, value: &Value) -> String {
        let is_nested = match value {
            Value::Object(members) => !members.is_empty(),
            Value::Array(items) => !items.is_empty(),
            _ => false,
        };
        if !is_nested || !self.separator.contains('\n') {
            return value.to_string();
        }
        let mut printed = Vec::new();
        let formatter = PrettyFormatter::with_indent(self.unit.as_bytes());
        let written = value.serialize(&mut Serializer::with_formatter(&mut printed, formatter));
        match (written, String::from_utf8(printed)) {
            (Ok(()), Ok(printed)) => printed.replace('\n', &self.separator),
            _ => value.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[track_caller]
    fn assert_edit(before: &str, edit: Edit, after: &str) {
        let edits = text_edits(before, &[edit]).unwrap();
        assert_eq!(apply(before, &edits).unwrap(), after);
    }

    #[test]
    fn a_member_is_removed_with_its_comma_and_its_line() {
        let text = "{\r\n  \"a\": 1,\r\n  \"b\": 2,\r\n  \"c\": 3\r\n}";
        assert_edit(text, Edit::Remove("/a".into()), "{\r\n  \"b\": 2,\r\n  \"c\": 3\r\n}");
        assert_edit(text, Edit::Remove("/b".into()), "{\r\n  \"a\": 1,\r\n  \"c\": 3\r\n}");
        assert_edit(text, Edit::Remove("/c".into()), "{\r\n  \"a\": 1,\r\n  \"b\": 2\r\n}");
        assert_edit("{\"a\": [ 1 ]}", Edit::Remove("/a/0".into()), "{\"a\": []}");
        assert_edit("{\"a\": 1, \"b\": 2, \"a\": 3}", Edit::Remove("/a".into()), "{\"b\": 2}");
        assert_edit("{ \"a\" : 1 }", Edit::Replace("/a".into(), json!("x")), "{ \"a\" : \"x\" }");
    }

    #[test]
    fn a_new_member_is_laid_out_like_its_siblings() {
        let insert = |object: &str| Edit::Insert(object.into(), "z".to_owned(), json!(true));
        assert_edit("{\n  \"a\": 1\n}", insert(""), "{\n  \"a\": 1,\n  \"z\": true\n}");
        assert_edit("{\"a\":1,\"b\":2}", insert(""), "{\"a\":1,\"b\":2,\"z\":true}");
        assert_edit("{ \"a\": 1 }", insert(""), "{ \"a\": 1, \"z\": true }");
        assert_edit("{\"o\": {}}", insert("/o"), "{\"o\": {\"z\": true}}");
    }

    #[test]
    fn a_new_item_goes_before_the_one_with_its_index() {
        let insert = |index| Edit::InsertItem("/a".into(), index, json!("-y"));
        assert_edit("{\"a\": [\"x\", \"y\"]}", insert(0), "{\"a\": [\"-y\", \"x\", \"y\"]}");
        assert_edit("{\"a\": [\"x\", \"y\"]}", insert(1), "{\"a\": [\"x\", \"-y\", \"y\"]}");
        assert_edit("{\"a\": [\"x\"]}", insert(9), "{\"a\": [\"x\", \"-y\"]}");
        assert_edit("{\"a\": []}", insert(0), "{\"a\": [\"-y\"]}");
    }

    #[test]
    fn an_empty_object_is_opened_as_the_file_is_laid_out() {
        assert_edit(
            "{\r\n\t\"o\": {},\r\n\t\"a\": []\r\n}\r\n",
            Edit::Insert("/o".into(), "z".to_owned(), json!({"y": [1]})),
            "{\r\n\t\"o\": {\r\n\t\t\"z\": {\r\n\t\t\t\"y\": [\r\n\t\t\t\t1\r\n\t\t\t]\r\n\t\t}\r\n\t},\r\n\t\"a\": []\r\n}\r\n",
        );
    }

    #[test]
    fn several_changes_of_one_list_are_combined() {
        let before = "[\n  1,\n  2,\n  3,\n  4\n]";
        let edits = [
            Edit::Remove("/2".into()),
            Edit::Remove("/3".into()),
            Edit::InsertItem(Pointer::root(), 9, json!(5)),
            Edit::InsertItem(Pointer::root(), 0, json!(0)),
            Edit::Replace("/0".into(), json!(1.5)),
        ];
        let edits = text_edits(before, &edits).unwrap();
        assert_eq!(apply(before, &edits).unwrap(), "[\n  0,\n  1.5,\n  2,\n  5\n]");
    }

    #[test]
    fn conflicting_edits_are_refused() {
        let replace = Edit::Replace("/a/b".into(), json!(1));
        let text = "{\"a\": {\"b\": 0}, \"c\": 1}";
        assert_eq!(text_edits(text, &[Edit::Remove("/a".into()), replace.clone()]), None);
        assert_eq!(text_edits(text, &[replace.clone(), replace]), None);
        assert_eq!(text_edits(text, &[Edit::Remove("/z".into())]), None);
        assert_eq!(text_edits(text, &[Edit::RemoveByteOrderMark]), None);
    }

    fn arbitrary_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            "[a-z\"\\\\\n{}\\[\\],:]{0,6}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map("[a-c/~]{0,2}", inner, 0..5)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    /// Every place of a value.
    fn places(value: &Value, at: &Pointer, found: &mut Vec<Pointer>) {
        found.push(at.clone());
        match value {
            Value::Object(members) => {
                for (key, member) in members {
                    places(member, &at.key(key), found);
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    places(item, &at.index(index), found);
                }
            }
            _ => {}
        }
    }

    /// What an edit does to the value, where it does anything.
    fn edited(value: &Value, edit: &Edit) -> Option<Value> {
        let mut value = value.clone();
        match edit {
            Edit::Replace(at, new) => *value.pointer_mut(at.as_str())? = new.clone(),
            Edit::Remove(at) => {
                let token = at.tokens().last()?.into_owned();
                match value.pointer_mut(at.parent()?.as_str())? {
                    Value::Object(members) => _ = members.remove(&token)?,
                    Value::Array(items) => _ = items.remove(token.parse().ok()?),
                    _ => return None,
                }
            }
            Edit::Insert(at, key, new) => {
                let members = value.pointer_mut(at.as_str())?.as_object_mut()?;
                members.insert(key.clone(), new.clone());
            }
            Edit::InsertItem(at, index, new) => {
                let items = value.pointer_mut(at.as_str())?.as_array_mut()?;
                items.insert((*index).min(items.len()), new.clone());
            }
            Edit::RemoveByteOrderMark => return None,
        }
        Some(value)
    }

    proptest! {
        #[test]
        fn editing_the_text_is_editing_the_value(
            value in arbitrary_json(),
            new in arbitrary_json(),
            layout in 0..3,
            kind in 0..4,
            at in any::<prop::sample::Index>(),
            index in 0..6_usize,
            key in "[a-d]",
        ) {
            let text = match layout {
                0 => value.to_string(),
                1 => serde_json::to_string_pretty(&value).unwrap(),
                _ => serde_json::to_string_pretty(&value).unwrap().replace('\n', "\r\n"),
            };
            let mut pointers = Vec::new();
            places(&value, &Pointer::root(), &mut pointers);
            let pointer = at.get(&pointers).clone();
            let edit = match kind {
                0 => Edit::Replace(pointer, new),
                1 => Edit::Remove(pointer),
                2 => Edit::Insert(pointer, key, new),
                _ => Edit::InsertItem(pointer, index, new),
            };
            let edits = text_edits(&text, std::slice::from_ref(&edit));
            let expected = edited(&value, &edit);
            prop_assert_eq!(edits.is_some(), expected.is_some());
            if let (Some(edits), Some(expected)) = (edits, expected) {
                let after = apply(&text, &edits).unwrap();
                prop_assert_eq!(serde_json::from_str::<Value>(&after).unwrap(), expected);
                // The bytes outside stay.
                prop_assert_eq!(edits.len(), 1);
                let TextEdit { start, end, text: new } = &edits[0];
                prop_assert_eq!([text.get(..*start).unwrap(), new, text.get(*end..).unwrap()].concat(), after.clone());
                // Line endings stay consistent.
                prop_assert_eq!(after.matches('\n').count() - after.matches("\r\n").count(), if layout == 2 { 0 } else { after.matches('\n').count() });
                let again = text_edits(&text, &[edit]);
                prop_assert_eq!(again, Some(edits));
            }
        }
    }
}
