//! Where each JSON value stands in its text.
//!
//! A walk over `&RawValue`: each borrows from the text, so its address tells its place. The text has passed the
//! strict parser before. Nothing is kept: only a file with findings is ever walked, and then once for all of them.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::Pointer;

/// As deep as the strict parser lets a document be. A file may change between two readings, so it is asked again.
const MAX_DEPTH: usize = 128;

/// The bytes of a value, and of its key where it is a member of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spans {
    pub key: Option<Range<usize>>,
    pub value: Range<usize>,
}

impl Spans {
    /// Where the member or item begins.
    pub fn start(&self) -> usize {
        self.key.as_ref().unwrap_or(&self.value).start
    }
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

/// A JSON value as its places: its own, and those of what it contains. A level is read when it is first asked for, so
/// that one place costs no more than the way to it, and a thousand no more than the text.
#[derive(Debug)]
pub struct Outline<'a> {
    pub spans: Spans,
    text: &'a str,
    /// The value as it is written.
    raw: &'a str,
    depth: usize,
    content: OnceCell<Content<'a>>,
}

/// What a value contains.
#[derive(Debug)]
pub enum Content<'a> {
    Object(Members<'a>),
    Array(Vec<Outline<'a>>),
    Scalar,
}

/// The members of an object in the order of the text, repeated keys included.
#[derive(Debug)]
pub struct Members<'a> {
    list: Vec<(Cow<'a, str>, Outline<'a>)>,
    /// Of a key that occurs twice, the last occurrence counts, as in the parsed value.
    last_of: HashMap<Cow<'a, str>, usize>,
}

/// The outline of a valid JSON text; `None` for any other.
pub fn outline(text: &str) -> Option<Outline<'_>> {
    let is_blank = |character| matches!(character, ' ' | '\t' | '\r' | '\n');
    let root = Outline::of(text, None, strip_byte_order_mark(text).trim_matches(is_blank), 0)?;
    // Reading the first level walks over the whole text, and so says whether it is JSON.
    let content = root.read()?;
    root.content.set(content).ok()?;
    Some(root)
}

impl<'a> Outline<'a> {
    fn of(text: &'a str, key: Option<&'a RawValue>, raw: &'a str, depth: usize) -> Option<Self> {
        Some(Self {
            spans: Spans {
                key: key.and_then(|key| range_in(text, key.get())),
                value: range_in(text, raw)?,
            },
            text,
            raw,
            depth,
            content: OnceCell::new(),
        })
    }

    /// What the value contains.
    pub fn content(&self) -> &Content<'a> {
        self.content.get_or_init(|| self.read().unwrap_or(Content::Scalar))
    }

    fn read(&self) -> Option<Content<'a>> {
        let child =
            |key, value: &'a RawValue| Self::of(self.text, key, value.get(), self.depth + 1);
        Some(match serde_json::from_str(self.raw).ok()? {
            _ if self.depth == MAX_DEPTH => Content::Scalar,
            Node::Object(members) => {
                let mut list = Vec::with_capacity(members.len());
                let mut last_of = HashMap::with_capacity(members.len());
                for (key, value) in members {
                    let name = unescape(key);
                    last_of.insert(name.clone(), list.len());
                    list.push((name, child(Some(key), value)?));
                }
                Content::Object(Members { list, last_of })
            }
            Node::Array(items) => {
                let items = items.into_iter().map(|item| child(None, item));
                Content::Array(items.collect::<Option<_>>()?)
            }
            Node::Scalar => Content::Scalar,
        })
    }

    /// The value at a pointer.
    pub fn at(&self, pointer: &Pointer) -> Option<&Self> {
        pointer.tokens().try_fold(self, |outline, token| outline.child(&token))
    }

    /// The value at a pointer, or the nearest one around that place; `true` where it is the value itself.
    pub fn nearest(&self, pointer: &Pointer) -> (&Self, bool) {
        let mut found = self;
        for token in pointer.tokens() {
            match found.child(&token) {
                Some(child) => found = child,
                None => return (found, false),
            }
        }
        (found, true)
    }

    fn child(&self, token: &str) -> Option<&Self> {
        match self.content() {
            Content::Object(members) => members.get(token),
            Content::Array(items) => items.get(token.parse::<usize>().ok()?),
            Content::Scalar => None,
        }
    }

    /// The places of the members or items, in the order of the text.
    pub fn children(&self) -> impl Iterator<Item = &Spans> {
        let (members, items) = match self.content() {
            Content::Object(members) => (members.list.as_slice(), [].as_slice()),
            Content::Array(items) => ([].as_slice(), items.as_slice()),
            Content::Scalar => ([].as_slice(), [].as_slice()),
        };
        let members = members.iter().map(|(_, member)| &member.spans);
        members.chain(items.iter().map(|item| &item.spans))
    }

    fn collect_duplicates(&self, at: &Pointer, found: &mut Vec<DuplicateKey>) {
        match self.content() {
            Content::Object(members) => {
                let mut first_of: HashMap<&str, &Range<usize>> = HashMap::new();
                for (name, member) in members.iter() {
                    member.collect_duplicates(&at.key(name), found);
                    let Some(place) = &member.spans.key else {
                        continue;
                    };
                    match first_of.get(name) {
                        Some(&first) => found.push(DuplicateKey {
                            key: name.to_owned(),
                            parent: at.clone(),
                            first: first.clone(),
                            again: place.clone(),
                        }),
                        None => _ = first_of.insert(name, place),
                    }
                }
            }
            Content::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    item.collect_duplicates(&at.index(index), found);
                }
            }
            Content::Scalar => {}
        }
    }
}

impl<'a> Members<'a> {
    /// The members in the order of the text.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Outline<'a>)> {
        self.list.iter().map(|(name, member)| (name.as_ref(), member))
    }

    /// Which members have this key.
    pub fn indexes(&self, key: &str) -> Vec<usize> {
        let has_duplicates = self.list.len() > self.last_of.len();
        match self.last_of.get(key) {
            Some(_) if has_duplicates => (0..)
                .zip(&self.list)
                .filter(|(_, (name, _))| name == key)
                .map(|(index, _)| index)
                .collect(),
            Some(index) => vec![*index],
            None => Vec::new(),
        }
    }

    /// The last member with this key.
    pub fn get(&self, key: &str) -> Option<&Outline<'a>> {
        let (_, member) = self.list.get(*self.last_of.get(key)?)?;
        Some(member)
    }
}

/// The bytes at `pointer` in a valid JSON text, or `None` where the document has no such place.
/// For many pointers into one text, ask one `outline`.
pub fn locate(text: &str, pointer: &Pointer) -> Option<Spans> {
    Some(outline(text)?.at(pointer)?.spans.clone())
}

/// The members of the object, or the items of the array, at `pointer`, in the order of the text.
pub(crate) fn children(text: &str, pointer: &Pointer) -> Option<Vec<Spans>> {
    let outline = outline(text)?;
    Some(outline.at(pointer)?.children().cloned().collect())
}

/// Every second and later occurrence of a key, in a valid JSON text.
pub fn duplicate_keys(text: &str) -> Vec<DuplicateKey> {
    let mut found = Vec::new();
    if let Some(outline) = outline(text) {
        outline.collect_duplicates(&Pointer::root(), &mut found);
    }
    found
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
    match raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
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
