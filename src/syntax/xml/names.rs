//! Names as numbers: each distinct name, prefix and namespace of a document is kept once.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::chars::{begin_with, ends_name};

/// The namespace of the prefix `xml`.
pub const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";
/// The namespace of namespace declarations.
pub const XMLNS_NAMESPACE: &str = "http://www.w3.org/2000/xmlns/";

/// Names a string of one tree. Equal strings of one tree have equal numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NameId(u32);

impl NameId {
    /// The empty string: no prefix, no namespace.
    pub const EMPTY: Self = Self(0);
    /// `xml`.
    pub(super) const XML: Self = Self(1);
    /// The namespace of `xml`.
    pub(super) const XML_URI: Self = Self(2);

    /// Its number.
    pub(super) const fn number(self) -> u32 {
        self.0
    }

    /// Its number, for tables: 0, 1, 2 … without gaps.
    pub(super) fn index(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// A document with one signature has about so many different names, prefixes and namespaces.
pub(super) const USUAL: usize = 100;

/// The strings of one tree.
#[derive(Debug)]
pub(super) struct Names<'t> {
    texts: Vec<Cow<'t, str>>,
    ids: HashMap<Cow<'t, str>, NameId>,
}

impl<'t> Names<'t> {
    pub(super) fn new() -> Self {
        let mut names = Self { texts: Vec::with_capacity(USUAL), ids: HashMap::with_capacity(USUAL) };
        for fixed in ["", "xml", XML_NAMESPACE] {
            names.intern(Cow::Borrowed(fixed));
        }
        names
    }

    /// The number of a string. There are fewer than 2^32: each stands in a text of less than 4 GiB.
    pub(super) fn intern(&mut self, text: Cow<'t, str>) -> NameId {
        if text.is_empty() && !self.texts.is_empty() {
            return NameId::EMPTY;
        }
        match self.ids.entry(text) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                let id = NameId(u32::try_from(self.texts.len()).unwrap_or(u32::MAX));
                self.texts.push(new.key().clone());
                *new.insert(id)
            }
        }
    }

    /// The same, borrowing nothing.
    pub(super) fn into_owned(self) -> Names<'static> {
        let owned = |text: Cow<'t, str>| Cow::Owned(text.into_owned());
        Names {
            texts: self.texts.into_iter().map(owned).collect(),
            ids: self.ids.into_iter().map(|(text, id)| (owned(text), id)).collect(),
        }
    }

    /// The number of a string that is there.
    pub(super) fn find(&self, text: &str) -> Option<NameId> {
        self.ids.get(text).copied()
    }

    /// The string.
    pub(super) fn text(&self, id: NameId) -> &str {
        self.texts.get(id.index()).map(Cow::as_ref).unwrap_or_default()
    }

    /// How many there are.
    pub(super) const fn len(&self) -> usize {
        self.texts.len()
    }
}

/// A name with what its prefix means. Equal ones of one tree have equal numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Expanded {
    /// As written; empty where there is none.
    pub(super) prefix: NameId,
    pub(super) local: NameId,
    /// Empty where there is none.
    pub(super) namespace: NameId,
}

impl Expanded {
    /// The empty name, which nothing has.
    pub(super) const NONE: Self = Self { prefix: NameId::EMPTY, local: NameId::EMPTY, namespace: NameId::EMPTY };

    /// What of two names must not be the same on one element (Namespaces §6.3).
    pub(super) const fn apart_from_prefix(self) -> (NameId, NameId) {
        (self.namespace, self.local)
    }
}

/// Names as they are written, as far as they are remembered: most of what a document has are few names again and again, and
/// mostly in the same order. That names share a place costs time, and nothing else.
#[derive(Debug)]
pub(super) struct Seen<'t> {
    places: Vec<SeenName<'t>>,
    /// The place of the name that was read last, and of the one that followed that when it was read before.
    last: usize,
    next: usize,
}

/// A name that is remembered.
#[derive(Clone, Copy, Debug)]
struct SeenName<'t> {
    text: &'t str,
    /// The place of the name that followed.
    next: usize,
    /// What it was found to mean last, with its number.
    known: Option<(Expanded, u32)>,
}

impl<'t> Seen<'t> {
    pub(super) fn new() -> Self {
        Self { places: vec![SeenName { text: "", next: 0, known: None }; PLACES], last: 0, next: 0 }
    }

    /// The name that `bytes` begin with, where it is the one that is expected and something ends it that ends names in tags.
    pub(super) fn expected(&mut self, bytes: &[u8]) -> Option<&'t str> {
        let guess = self.places.get(self.next).filter(|guess| !guess.text.is_empty())?;
        let ended = bytes.get(guess.text.len()).is_some_and(|byte| ends_name(*byte));
        if !ended || !begin_with(bytes, guess.text.as_bytes()) {
            return None;
        }
        (self.last, self.next) = (self.next, guess.next);
        Some(guess.text)
    }

    /// Remembers a name that was not expected, if need be in the place of another.
    pub(super) fn put(&mut self, name: &'t str) -> &'t str {
        let place = place(name);
        if let Some(before) = self.places.get_mut(self.last) {
            before.next = place;
        }
        let Some(found) = self.places.get_mut(place) else { return name };
        if found.text != name {
            *found = SeenName { text: name, next: 0, known: None };
        }
        (self.last, self.next) = (place, found.next);
        found.text
    }

    /// Where the name stands that was read last.
    pub(super) const fn last(&self) -> usize {
        self.last
    }

    /// What a name that stood at a place was found to mean.
    pub(super) fn known(&self, place: usize, name: &str) -> Option<(Expanded, u32)> {
        // Another one may have taken its place since; its text is the very same as long as none has.
        self.places.get(place).filter(|found| std::ptr::eq(found.text, name))?.known
    }

    /// Remembers what it means.
    pub(super) fn note(&mut self, place: usize, name: &str, known: (Expanded, u32)) {
        if let Some(found) = self.places.get_mut(place).filter(|found| std::ptr::eq(found.text, name)) {
            found.known = Some(known);
        }
    }
}

const PLACES: usize = 128;

fn place(name: &str) -> usize {
    let bytes = name.as_bytes();
    let byte = |at: usize| bytes.get(at).copied().map_or(0, usize::from);
    let (last, middle) = (byte(bytes.len().saturating_sub(1)), byte(bytes.len() / 2));
    (last ^ middle.wrapping_shl(2) ^ bytes.len().wrapping_shl(4)) % PLACES
}

/// Which namespace each prefix is bound to, while elements open and close. Opening costs as much as an element
/// declares, however many are in scope.
#[derive(Debug, Default)]
pub(super) struct Scope {
    bound: Vec<Option<NameId>>,
    /// What each prefix was bound to before; a mark stands where an element was opened.
    undo: Vec<Undo>,
}

#[derive(Clone, Copy, Debug)]
enum Undo {
    Opened,
    Bound(NameId, Option<NameId>),
}

impl Scope {
    /// Opens an element.
    pub(super) fn open(&mut self) {
        self.undo.push(Undo::Opened);
    }

    /// Binds a prefix within the open element.
    pub(super) fn bind(&mut self, prefix: NameId, uri: Option<NameId>) {
        let index = prefix.index();
        if self.bound.len() <= index {
            self.bound.resize(index.saturating_add(1).max(USUAL), None);
        }
        if let Some(place) = self.bound.get_mut(index) {
            self.undo.push(Undo::Bound(prefix, *place));
            *place = uri;
        }
    }

    /// Closes the element: its bindings end.
    pub(super) fn close(&mut self) {
        while let Some(Undo::Bound(prefix, before)) = self.undo.pop() {
            if let Some(place) = self.bound.get_mut(prefix.index()) {
                *place = before;
            }
        }
    }

    /// The prefixes that are bound.
    pub(super) fn prefixes(&self) -> impl Iterator<Item = NameId> + '_ {
        let numbered = (0_u32..).map(NameId).zip(&self.bound);
        numbered.filter(|(_, uri)| uri.is_some()).map(|(prefix, _)| prefix)
    }

    /// What a prefix is bound to.
    pub(super) fn uri(&self, prefix: NameId) -> Option<NameId> {
        self.bound.get(prefix.index()).copied().flatten()
    }
}
