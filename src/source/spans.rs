//! Where a JSON value stands in its text.
//!
//! A walk over `&RawValue`: each borrows from the text, so its address tells its place. The text has passed the
//! strict parser before, which also bounds the depth. Nothing is kept: clean files are never walked.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::Pointer;

/// The bytes of a value, and of its key where it is a member of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spans {
    pub key: Option<Range<usize>>,
    pub value: Range<usize>,
}

/// A key that occurs twice in one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DuplicateKey {
    pub key: String,
    /// The object.
    pub parent: Pointer,
    pub first: Range<usize>,
    pub again: Range<usize>,
}

/// The bytes at `pointer` in a valid JSON text, or `None` where the document has no such place.
/// Of a key that occurs twice, the last occurrence counts, as in the parsed value.
pub fn locate(text: &str, pointer: &Pointer) -> Option<Spans> {
    let json = strip_byte_order_mark(text);
    let root: &RawValue = serde_json::from_str(json).ok()?;
    let mut spans = Spans {
        key: None,
        value: range_in(text, root.get())?,
    };
    let mut current = root;
    for token in pointer.tokens() {
        match serde_json::from_str(current.get()).ok()? {
            Node::Object(members) => {
                let (key, value) = members
                    .into_iter()
                    .rev()
                    .find(|(key, _)| unescape(key) == token)?;
                spans = Spans {
                    key: range_in(text, key.get()),
                    value: range_in(text, value.get())?,
                };
                current = value;
            }
            Node::Array(items) => {
                let index: usize = token.parse().ok()?;
                current = items.get(index).copied()?;
                spans = Spans {
                    key: None,
                    value: range_in(text, current.get())?,
                };
            }
            Node::Scalar => return None,
        }
    }
    Some(spans)
}

/// The members of the object, or the items of the array, at `pointer`, in the order of the text.
pub fn children(text: &str, pointer: &Pointer) -> Option<Vec<Spans>> {
    let spans = locate(text, pointer)?;
    let raw: &str = text.get(spans.value)?;
    match serde_json::from_str(raw).ok()? {
        Node::Object(members) => members
            .into_iter()
            .map(|(key, value)| {
                Some(Spans {
                    key: range_in(text, key.get()),
                    value: range_in(text, value.get())?,
                })
            })
            .collect(),
        Node::Array(items) => items
            .into_iter()
            .map(|item| {
                Some(Spans {
                    key: None,
                    value: range_in(text, item.get())?,
                })
            })
            .collect(),
        Node::Scalar => None,
    }
}

/// Every second and later occurrence of a key, in a valid JSON text.
pub fn duplicate_keys(text: &str) -> Vec<DuplicateKey> {
    let mut found = Vec::new();
    if let Ok(root) = serde_json::from_str(strip_byte_order_mark(text)) {
        collect_duplicates(text, root, &Pointer::root(), &mut found);
    }
    found
}

fn collect_duplicates(text: &str, raw: &RawValue, at: &Pointer, found: &mut Vec<DuplicateKey>) {
    match serde_json::from_str(raw.get()) {
        Ok(Node::Object(members)) => {
            let mut first_of: HashMap<Cow<'_, str>, Range<usize>> = HashMap::new();
            for (key, value) in members {
                let name = unescape(key);
                collect_duplicates(text, value, &at.key(&name), found);
                let Some(place) = range_in(text, key.get()) else {
                    continue;
                };
                match first_of.get(&name) {
                    Some(first) => found.push(DuplicateKey {
                        key: name.into_owned(),
                        parent: at.clone(),
                        first: first.clone(),
                        again: place,
                    }),
                    None => _ = first_of.insert(name, place),
                }
            }
        }
        Ok(Node::Array(items)) => {
            for (index, item) in items.into_iter().enumerate() {
                collect_duplicates(text, item, &at.index(index), found);
            }
        }
        Ok(Node::Scalar) | Err(_) => {}
    }
}

/// The text without a leading U+FEFF.
pub fn strip_byte_order_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// The place of `part`, which borrows from `whole`.
fn range_in(whole: &str, part: &str) -> Option<Range<usize>> {
    let start = part.as_ptr().addr().checked_sub(whole.as_ptr().addr())?;
    let end = start + part.len();
    (end <= whole.len()).then_some(start..end)
}

fn unescape(key: &RawValue) -> Cow<'_, str> {
    let raw = key.get();
    match raw
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    {
        Some(plain) if !plain.contains('\\') => Cow::Borrowed(plain),
        _ => Cow::Owned(serde_json::from_str(raw).unwrap_or_default()),
    }
}

/// One level of a document.
enum Node<'a> {
    Object(Vec<(&'a RawValue, &'a RawValue)>),
    Array(Vec<&'a RawValue>),
    Scalar,
}

impl<'de: 'a, 'a> Deserialize<'de> for Node<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Node::Object(members))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Node::Array(items))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Node::Scalar)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Node::Scalar)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Node::Scalar)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Node::Scalar)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(Node::Scalar)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Node::Scalar)
    }
}
