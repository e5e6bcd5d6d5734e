//! The byte range of each JSON value in its text.
//!
//! A walk over `&RawValue`: each borrows from the text, so its address gives its offset. The text has passed the strict
//! parser before. Only files with findings are walked, once for all findings.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::Pointer;

/// The nesting that the strict parser allows. Checked again here, because the file may have changed since it was parsed.
const MAX_DEPTH: usize = 128;

/// The byte ranges of a value, and of its key if it is a member of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spans {
    pub key: Option<Range<usize>>,
    pub value: Range<usize>,
}

impl Spans {
    /// Where the member or item starts.
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

/// The places of a JSON value and of everything in it. Each level is read on first use, so that one lookup only reads the
/// levels on its path, and any number of lookups read the text once.
#[derive(Debug)]
pub struct Outline<'a> {
    pub spans: Spans,
    text: &'a str,
    /// The source text of the value.
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
    /// The index of the last member with a key, which is the one that counts, as in the parsed value.
    last_of: HashMap<Cow<'a, str>, usize>,
}

/// The outline of a text; `None` if it is not JSON.
pub fn outline(text: &str) -> Option<Outline<'_>> {
    let is_blank = |character| matches!(character, ' ' | '\t' | '\r' | '\n');
    let root = Outline::of(text, None, strip_byte_order_mark(text).trim_matches(is_blank), 0)?;
    // Reading the first level scans the whole text, and so finds out whether it is JSON.
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
        if self.depth == MAX_DEPTH {
            return None;
        }
        Some(match self.raw.as_bytes() {
            [b'{', ..] => {
                let mut deserializer = serde_json::Deserializer::from_str(self.raw);
                let members = deserializer.deserialize_map(MembersVisitor).ok()?;
                deserializer.end().ok()?;
                let mut list = Vec::with_capacity(members.len());
                let mut last_of = HashMap::with_capacity(members.len());
                for (key, value) in members {
                    let name = unescape(key);
                    last_of.insert(name.clone(), list.len());
                    list.push((name, child(Some(key), value)?));
                }
                Content::Object(Members { list, last_of })
            }
            [b'[', ..] => {
                let items: Vec<&RawValue> = serde_json::from_str(self.raw).ok()?;
                let items = items.into_iter().map(|item| child(None, item));
                Content::Array(items.collect::<Option<_>>()?)
            }
            _ => {
                serde_json::from_str::<Value>(self.raw).ok()?;
                Content::Scalar
            }
        })
    }

    /// The value at a pointer.
    pub fn at(&self, pointer: &Pointer) -> Option<&Self> {
        pointer.tokens().try_fold(self, |outline, token| outline.child(&token))
    }

    /// The value at a pointer and `true`, or else the nearest existing ancestor and `false`.
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

    /// The indexes of all members with this key.
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

/// The byte ranges at `pointer` in a valid JSON text; `None` if the document has no such place.
/// For several pointers into one text, use one `outline`.
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

/// The byte range of `part`, which borrows from `whole`.
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

/// Reads an object as raw keys and values, repeated keys included.
struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Vec<(&'de RawValue, &'de RawValue)>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(members)
    }
}
