//! Which nodes are canonicalised: the node-set of XPath 1.0 that the recommendations speak of.

use std::ops::Range;

use crate::syntax::xml::names::NameId;
use crate::syntax::xml::tree::{NodeId, Tree};

/// A set of nodes of one tree.
pub trait Selection {
    /// Where to begin: every node of the set is this one or below it.
    fn top(&self) -> NodeId;

    /// Whether the set has a node of the tree.
    fn has(&self, node: NodeId) -> bool;

    /// Where the set has neither a node nor anything below it: the number behind the last of these.
    fn left_out(&self, node: NodeId) -> Option<usize> {
        let _ = node;
        None
    }

    /// Whether the set has every node from its top on that is not left out: then none of them is asked for.
    fn has_all_else(&self) -> bool {
        false
    }

    /// Whether attributes and namespace nodes are asked for one by one. Where not, they are in the set exactly when
    /// their element is.
    fn is_explicit(&self) -> bool {
        false
    }

    /// Whether the set has an attribute: of `element`, the `number`-th as written, namespace declarations apart. Asked
    /// only of explicit sets.
    fn has_attribute(&self, element: NodeId, number: usize) -> bool {
        let _ = number;
        self.has(element)
    }

    /// Whether the set has the namespace node of `element` for a prefix that is in scope there. Asked only of explicit
    /// sets.
    fn has_namespace(&self, element: NodeId, prefix: NameId) -> bool {
        let _ = prefix;
        self.has(element)
    }
}

/// A node and all below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subtree {
    top: NodeId,
    end: usize,
}

impl Subtree {
    /// Of a tree.
    #[must_use]
    pub fn new(tree: &Tree<'_>, top: NodeId) -> Self {
        Self { top, end: tree.range(top).end }
    }

    /// The numbers of its nodes.
    #[must_use]
    pub fn numbers(&self) -> Range<usize> {
        self.top.index()..self.end
    }
}

impl Selection for Subtree {
    fn top(&self) -> NodeId {
        self.top
    }

    fn has(&self, node: NodeId) -> bool {
        (self.top.index()..self.end).contains(&node.index())
    }

    fn has_all_else(&self) -> bool {
        true
    }
}

/// A set without a node and all below it (the enveloped signature transform, XML Signature 1.1 §6.6.4).
#[derive(Clone, Copy, Debug)]
pub struct Without<S> {
    rest: S,
    out: Subtree,
}

impl<S: Selection> Without<S> {
    /// `rest` without the subtree of `out`.
    pub fn new(rest: S, tree: &Tree<'_>, out: NodeId) -> Self {
        Self { rest, out: Subtree::new(tree, out) }
    }
}

impl<S: Selection> Selection for Without<S> {
    fn top(&self) -> NodeId {
        self.rest.top()
    }

    fn has(&self, node: NodeId) -> bool {
        !self.out.has(node) && self.rest.has(node)
    }

    fn left_out(&self, node: NodeId) -> Option<usize> {
        if node == self.out.top { Some(self.out.end) } else { self.rest.left_out(node) }
    }

    fn is_explicit(&self) -> bool {
        self.rest.is_explicit()
    }

    fn has_attribute(&self, element: NodeId, number: usize) -> bool {
        !self.out.has(element) && self.rest.has_attribute(element, number)
    }

    fn has_namespace(&self, element: NodeId, prefix: NameId) -> bool {
        !self.out.has(element) && self.rest.has_namespace(element, prefix)
    }
}
