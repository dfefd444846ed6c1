//! Nodes as XPath has them: also attributes and namespaces are nodes (XPath 1.0 §5).

use std::borrow::Cow;

use super::{Axis, Test};
use crate::syntax::xml::names::{NameId, XML_NAMESPACE};
use crate::syntax::xml::tree::{Attribute, Kind, NodeId, Tree};

/// A node of a tree. The order is document order: an element, its namespaces, its attributes, its children.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum XNode {
    /// The root, an element, a text, a comment, a processing instruction.
    Tree(NodeId),
    /// The namespace that a prefix is bound to at an element.
    Namespace(NodeId, NameId),
    /// The attribute of an element with this number as written.
    Attribute(NodeId, u32),
}

impl XNode {
    /// The node of the tree: itself, or the element that it belongs to.
    #[must_use]
    pub const fn owner(self) -> NodeId {
        match self {
            Self::Tree(node) | Self::Namespace(node, _) | Self::Attribute(node, _) => node,
        }
    }

    /// What sorts nodes in document order.
    pub(super) const fn order(self) -> (NodeId, u8, u32) {
        match self {
            Self::Tree(node) => (node, 0, 0),
            Self::Namespace(node, prefix) => (node, 1, prefix.number()),
            Self::Attribute(node, number) => (node, 2, number),
        }
    }

    fn attribute<'a>(self, tree: &'a Tree<'a>) -> Option<Attribute<'a>> {
        let Self::Attribute(element, number) = self else { return None };
        tree.element(element)?.attributes().nth(usize::try_from(number).ok()?)
    }

    /// The prefix, the namespace and the local part of the name.
    pub(super) fn name<'a>(self, tree: &'a Tree<'a>) -> (&'a str, &'a str, &'a str) {
        match self {
            Self::Tree(node) => match tree.kind(node) {
                Kind::Instruction => ("", "", tree.target(node)),
                _ => tree.element(node).map_or(("", "", ""), |element| {
                    (tree.name(element.prefix()), element.namespace(), element.local())
                }),
            },
            Self::Namespace(_, prefix) => ("", "", tree.name(prefix)),
            Self::Attribute(..) => self.attribute(tree).map_or(("", "", ""), |attribute| {
                (tree.name(attribute.prefix), tree.name(attribute.namespace), tree.name(attribute.local))
            }),
        }
    }

    /// The string value.
    pub(super) fn text<'a>(self, tree: &'a Tree<'a>) -> Cow<'a, str> {
        match self {
            Self::Tree(node) => tree.string_value(node),
            Self::Namespace(element, prefix) => Cow::Borrowed(bound(tree, element, prefix)),
            Self::Attribute(..) => Cow::Borrowed(self.attribute(tree).map_or("", |attribute| attribute.value)),
        }
    }

    pub(super) fn parent(self, tree: &Tree<'_>) -> Option<Self> {
        match self {
            Self::Tree(node) => tree.parent(node).map(Self::Tree),
            Self::Namespace(element, _) | Self::Attribute(element, _) => Some(Self::Tree(element)),
        }
    }

    /// Whether the node passes a test on an axis (§2.3).
    pub(super) fn passes(self, test: &Test, axis: Axis, tree: &Tree<'_>) -> bool {
        let principal = match axis {
            Axis::Attribute => matches!(self, Self::Attribute(..)),
            Axis::Namespace => matches!(self, Self::Namespace(..)),
            _ => matches!(self, Self::Tree(node) if tree.kind(node) == Kind::Element),
        };
        let is = |kind| matches!(self, Self::Tree(node) if tree.kind(node) == kind);
        match test {
            Test::Node => true,
            Test::Text => is(Kind::Text),
            Test::Comment => is(Kind::Comment),
            Test::Instruction(target) => {
                is(Kind::Instruction) && target.as_ref().is_none_or(|target| self.name(tree).2 == target)
            }
            Test::Any => principal,
            Test::Namespace(namespace) => principal && self.name(tree).1 == namespace,
            Test::Name { namespace, local } => {
                let (_, found_namespace, found_local) = self.name(tree);
                principal && found_local == local && found_namespace == namespace
            }
        }
    }
}

/// The prefixes that are bound at an element, `xml` among them, each once, in the order of their numbers.
pub(super) fn prefixes(tree: &Tree<'_>, element: NodeId) -> Vec<NameId> {
    let mut seen: Vec<NameId> = vec![NameId::XML];
    let mut undeclared = Vec::new();
    let mut next = Some(element);
    while let Some(found) = next.and_then(|id| tree.element(id)) {
        for declaration in found.declarations() {
            if seen.contains(&declaration.prefix) || undeclared.contains(&declaration.prefix) {
                continue;
            }
            if declaration.uri == NameId::EMPTY {
                undeclared.push(declaration.prefix);
            } else {
                seen.push(declaration.prefix);
            }
        }
        next = tree.parent(found.id());
    }
    seen.sort_unstable();
    seen
}

/// What a prefix is bound to at an element; empty where to nothing.
pub(super) fn bound<'a>(tree: &'a Tree<'a>, element: NodeId, prefix: NameId) -> &'a str {
    if prefix == NameId::XML {
        return XML_NAMESPACE;
    }
    let mut next = Some(element);
    while let Some(found) = next.and_then(|id| tree.element(id)) {
        if let Some(declaration) = found.declarations().iter().find(|declaration| declaration.prefix == prefix) {
            return tree.name(declaration.uri);
        }
        next = tree.parent(found.id());
    }
    ""
}
