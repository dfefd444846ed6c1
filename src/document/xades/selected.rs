//! The nodes that go through the transforms of a reference: a subtree, less what was taken out, less what filters left
//! out. The usual reference needs no list of nodes at all.

use std::ops::Range;
use std::rc::Rc;

use crate::syntax::xml::c14n::{Method, Selection, Subtree};
use crate::syntax::xml::xpath::NodeSet;
use crate::syntax::xml::{Kind, NameId, NodeId, Tree};

/// A set of nodes of one tree.
#[derive(Clone, Debug)]
pub(super) struct Selected {
    top: NodeId,
    whole: Subtree,
    /// Whether comments are in it (XML Signature 1.1 §4.4.3.2, §4.4.3.3).
    comments: bool,
    out: Vec<Subtree>,
    filters: Vec<Rc<NodeSet>>,
}

impl Selected {
    pub(super) fn new(tree: &Tree<'_>, top: NodeId, comments: bool) -> Self {
        Self { top, whole: Subtree::new(tree, top), comments, out: Vec::new(), filters: Vec::new() }
    }

    pub(super) const fn comments(&self) -> bool {
        self.comments
    }

    /// The same after it was written in these forms: without comments, where one of them has none.
    pub(super) fn with_comments_of<'m>(mut self, methods: impl IntoIterator<Item = &'m Method>) -> Self {
        self.comments &= methods.into_iter().all(|method| method.comments);
        self
    }

    /// Takes a node and all below it out.
    pub(super) fn take_out(&mut self, tree: &Tree<'_>, node: NodeId) {
        self.out.push(Subtree::new(tree, node));
    }

    /// Keeps only what is in a set.
    pub(super) fn keep(&mut self, set: NodeSet) {
        self.filters.push(Rc::new(set));
    }

    /// Whether it is a node with all below it, comments apart.
    pub(super) fn is_whole(&self) -> bool {
        self.out.is_empty() && self.filters.is_empty()
    }

    /// Adds its nodes to a set, attributes and namespaces apart.
    pub(super) fn add_to(&self, tree: &Tree<'_>, set: &mut NodeSet) {
        if !self.filters.is_empty() {
            tree.subtree(self.top).filter(|node| self.has(*node)).for_each(|node| set.add(node));
            return;
        }
        let Range { mut start, end } = self.whole.numbers();
        let mut out: Vec<Range<usize>> = self.out.iter().map(Subtree::numbers).collect();
        out.sort_unstable_by_key(|out| out.start);
        for out in out {
            if out.start > start {
                set.add_all(start..out.start.min(end));
            }
            start = start.max(out.end);
        }
        if start < end {
            set.add_all(start..end);
        }
    }

    /// The characters of its texts (XML Signature 1.1 §6.6.2).
    pub(super) fn characters(&self, tree: &Tree<'_>) -> String {
        let texts = tree.subtree(self.top).filter(|node| tree.kind(*node) == Kind::Text && self.has(*node));
        texts.fold(String::new(), |all, text| all + tree.characters(text))
    }
}

impl Selection for Selected {
    fn top(&self) -> NodeId {
        self.top
    }

    fn has(&self, node: NodeId) -> bool {
        self.whole.has(node)
            && !self.out.iter().any(|out| out.has(node))
            && self.filters.iter().all(|filter| filter.has(node))
    }

    fn left_out(&self, node: NodeId) -> Option<usize> {
        self.out.iter().find(|out| out.top() == node).map(|out| out.numbers().end)
    }

    fn has_all_else(&self) -> bool {
        // What is taken out from above the top on is never come upon.
        self.filters.is_empty() && self.out.iter().all(|out| out.top() == self.top || !out.has(self.top))
    }

    fn is_explicit(&self) -> bool {
        self.filters.iter().any(|filter| filter.is_explicit())
    }

    fn has_attribute(&self, element: NodeId, number: usize) -> bool {
        self.whole.has(element)
            && !self.out.iter().any(|out| out.has(element))
            && self.filters.iter().all(|filter| filter.has_attribute(element, number))
    }

    fn has_namespace(&self, element: NodeId, prefix: NameId) -> bool {
        self.whole.has(element)
            && !self.out.iter().any(|out| out.has(element))
            && self.filters.iter().all(|filter| filter.has_namespace(element, prefix))
    }
}
