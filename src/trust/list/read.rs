//! Elements of a list by their names, and the simple types of TS 119 612 §5.1.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{ListError, TSL};
use crate::syntax::xml;
use crate::syntax::xml::{NodeId, Tree};
use crate::time::Timestamp;

/// Octets of a text that is kept. The longest names of real lists have 300.
const TEXT: usize = 4_096;

/// An element with its tree.
#[derive(Clone, Copy)]
pub(super) struct Element<'t> {
    tree: &'t Tree<'t>,
    element: xml::Element<'t>,
}

impl<'t> Element<'t> {
    /// The document element.
    pub(super) fn root(tree: &'t Tree<'t>) -> Option<Self> {
        Self::of(tree, tree.document_element()?)
    }

    fn of(tree: &'t Tree<'t>, id: NodeId) -> Option<Self> {
        tree.element(id).map(|element| Self { tree, element })
    }

    /// Whether it has this expanded name.
    pub(super) fn is(self, namespace: &str, local: &str) -> bool {
        self.element.is(namespace, local)
    }

    pub(super) fn local(self) -> &'t str {
        self.element.local()
    }

    /// The value of an attribute without a namespace.
    pub(super) fn attribute(self, local: &str) -> Option<&'t str> {
        self.element.attribute(local)
    }

    /// The elements among its children.
    pub(super) fn elements(self) -> impl Iterator<Item = Self> + 't {
        self.tree.children(self.element.id()).filter_map(move |child| Self::of(self.tree, child))
    }

    pub(super) fn has_no_elements(self) -> bool {
        self.elements().next().is_none()
    }

    /// Those of a list's own namespace with this name.
    pub(super) fn all(self, local: &'static str) -> impl Iterator<Item = Self> + 't {
        self.elements().filter(move |child| child.is(TSL, local))
    }

    /// The one child of this name.
    pub(super) fn one(self, local: &'static str) -> Result<Self, ListError> {
        self.optional(local)?.ok_or(ListError::Malformed(local))
    }

    /// The one child of this name, where it is there.
    pub(super) fn optional(self, local: &'static str) -> Result<Option<Self>, ListError> {
        let mut found = self.all(local);
        match (found.next(), found.next()) {
            (first, None) => Ok(first),
            _ => Err(ListError::Malformed(local)),
        }
    }

    /// Its characters, without white space around them.
    pub(super) fn text(self) -> String {
        let text = self.characters();
        let text = text.trim();
        text.get(..text.floor_char_boundary(TEXT)).unwrap_or_default().to_owned()
    }

    fn characters(self) -> Cow<'t, str> {
        self.tree.string_value(self.element.id())
    }

    /// What its base64 stands for.
    pub(super) fn base64(self) -> Option<Vec<u8>> {
        let text = self.characters();
        let dense: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        STANDARD.decode(dense).ok()
    }

    /// `xml:lang`.
    fn language(self) -> &'t str {
        let found = self.element.attributes().find(|attribute| {
            self.tree.name(attribute.local) == "lang" && self.tree.name(attribute.namespace) == xml::XML_NAMESPACE
        });
        found.map(|attribute| attribute.value).unwrap_or_default()
    }
}

/// A number in decimal digits.
pub(super) fn digits(parent: Element<'_>, local: &'static str) -> Result<u64, ListError> {
    let text = parent.one(local)?.text();
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| plain).ok_or(ListError::Malformed(local))
}

/// A time (§5.1.3: UTC).
pub(super) fn dates(parent: Element<'_>, local: &'static str) -> Result<Timestamp, ListError> {
    Timestamp::from_rfc3339(&parent.one(local)?.text()).map_err(|_| ListError::Malformed(local))
}

/// A name in several languages (§5.1.4).
pub(super) struct Names {
    /// In English, else the first.
    pub(super) english: String,
    /// All, in order.
    pub(super) all: Vec<String>,
}

pub(super) fn names(list: Element<'_>) -> Names {
    let found: Vec<_> = list.all("Name").collect();
    let english = found.iter().find(|name| name.language().eq_ignore_ascii_case("en")).or(found.first());
    Names {
        english: english.map(|name| name.text()).unwrap_or_default(),
        all: found.iter().map(|name| name.text()).collect(),
    }
}

/// A name in English, else in the first language; empty where there is none.
pub(super) fn name(list: Option<Element<'_>>) -> String {
    list.map(|list| names(list).english).unwrap_or_default()
}

/// The URIs of a list of them.
pub(super) fn uris(list: Element<'_>) -> Vec<String> {
    list.all("URI").map(Element::text).collect()
}
