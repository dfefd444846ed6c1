//! Attributes of the namespace `xml` that an element takes over from ancestors that are not in the output
//! (Canonical XML 1.0 §2.4, Canonical XML 1.1 §2.4).

use std::collections::HashSet;

use super::base::join;
use super::{Form, Selection};
use crate::syntax::xml::names::{NameId, XML_NAMESPACE};
use crate::syntax::xml::tree::{Attribute, Element, NodeId, Tree};

/// An attribute to be written: one of the document, or one with a value that was computed.
pub(super) struct Written<'a> {
    pub(super) namespace: &'a str,
    pub(super) prefix: &'a str,
    pub(super) local: &'a str,
    pub(super) value: std::borrow::Cow<'a, str>,
}

impl<'a> Written<'a> {
    pub(super) fn new(tree: &'a Tree<'_>, attribute: &Attribute<'a>) -> Self {
        Self {
            namespace: tree.name(attribute.namespace),
            prefix: tree.name(attribute.prefix),
            local: tree.name(attribute.local),
            value: std::borrow::Cow::Borrowed(attribute.value),
        }
    }
}

/// Adds to `written`, the attributes of `element` that are in the output, those that it takes over. How much was looked at
/// for that: attributes, and octets of bases by the sixteen.
pub(super) fn inherit<'a, S: Selection>(
    tree: &'a Tree<'a>,
    element: &Element<'a>,
    form: Form,
    selection: &S,
    written: &mut Vec<Written<'a>>,
) -> usize {
    if form == Form::Exclusive {
        return 0;
    }
    let Some(parent) =
        tree.parent(element.id()).filter(|parent| *parent != NodeId::ROOT && !selection.has(*parent))
    else {
        return 0;
    };
    let mut taken: HashSet<NameId> = xml_attributes(element).map(|attribute| attribute.local).collect();
    let mut seen = 0_usize;
    let mut next = Some(parent);
    while let Some(ancestor) = next.and_then(|id| tree.element(id)) {
        seen = seen.saturating_add(ancestor.attributes().len()).saturating_add(1);
        for attribute in xml_attributes(&ancestor) {
            let local = tree.name(attribute.local);
            let inherits = match form {
                Form::Inclusive10 => true,
                _ => matches!(local, "lang" | "space"),
            };
            if inherits && taken.insert(attribute.local) {
                written.push(Written::new(tree, &attribute));
            }
        }
        next = tree.parent(ancestor.id());
    }
    if form == Form::Inclusive11 {
        seen = seen.saturating_add(fix_base(tree, element, selection, written) >> 4);
    }
    seen
}

/// Canonical XML 1.1 §2.4: the base that the omitted elements right above set is joined with the element's own. How long
/// these bases are.
fn fix_base<'a, S: Selection>(
    tree: &'a Tree<'a>,
    element: &Element<'a>,
    selection: &S,
    written: &mut Vec<Written<'a>>,
) -> usize {
    let own =
        written.iter().position(|attribute| attribute.namespace == XML_NAMESPACE && attribute.local == "base");
    let mut bases = Vec::new();
    let mut next = tree.parent(element.id());
    while let Some(ancestor) = next.filter(|id| !selection.has(*id)).and_then(|id| tree.element(id)) {
        let base = xml_attributes(&ancestor).find(|attribute| is_base(tree, attribute));
        bases.extend(base.map(|attribute| attribute.value));
        next = tree.parent(ancestor.id());
    }
    let length = bases.iter().fold(0_usize, |length, base| length.saturating_add(base.len()));
    let Some(outermost) = bases.pop() else { return 0 };
    let joined = bases.iter().rev().fold(outermost.to_owned(), |base, reference| join(&base, reference));
    match own.and_then(|at| written.get_mut(at)) {
        Some(attribute) => {
            let value = join(&joined, &attribute.value);
            attribute.value = std::borrow::Cow::Owned(value);
        }
        None => written.push(Written {
            namespace: XML_NAMESPACE,
            prefix: "xml",
            local: "base",
            value: std::borrow::Cow::Owned(joined),
        }),
    }
    written.retain(|attribute| {
        !(attribute.namespace == XML_NAMESPACE && attribute.local == "base" && attribute.value.is_empty())
    });
    length
}

/// Whether this is `xml:base`.
pub(super) fn is_base(tree: &Tree<'_>, attribute: &Attribute<'_>) -> bool {
    attribute.namespace == NameId::XML_URI && tree.name(attribute.local) == "base"
}

fn xml_attributes<'a>(element: &Element<'a>) -> impl Iterator<Item = Attribute<'a>> + use<'a> {
    element.attributes().filter(|attribute| attribute.namespace == NameId::XML_URI)
}
