//! Sets of nodes: what the transforms of a reference pass on.

use std::collections::HashSet;
use std::ops::Range;

use super::nodes::{XNode, prefixes};
use super::value::Value;
use super::{Context, Expression, XPathError};
use crate::limits::{Budget, LimitExceeded};
use crate::syntax::xml::c14n::Selection;
use crate::syntax::xml::names::NameId;
use crate::syntax::xml::tree::{Kind, NodeId, Tree};

/// A set of nodes of one tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeSet {
    top: NodeId,
    nodes: Vec<u64>,
    /// Attributes and namespace nodes, where they are not simply there with their element.
    explicit: Option<Explicit>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Explicit {
    attributes: HashSet<(NodeId, u32)>,
    namespaces: HashSet<(NodeId, NameId)>,
}

impl NodeSet {
    /// Nothing.
    #[must_use]
    pub fn empty(tree: &Tree<'_>) -> Self {
        Self { top: NodeId::ROOT, nodes: vec![0; tree.len().div_ceil(64)], explicit: None }
    }

    /// What a selection has of a tree.
    ///
    /// # Errors
    /// Where the budget is exhausted.
    pub fn of<S: Selection>(tree: &Tree<'_>, selection: &S, budget: &mut Budget) -> Result<Self, LimitExceeded> {
        let mut set = Self { top: selection.top(), ..Self::empty(tree) };
        budget.spend(units(tree.subtree(set.top).count()))?;
        for node in tree.subtree(set.top).filter(|node| selection.has(*node)) {
            set.add(node);
        }
        Ok(set)
    }

    /// The nodes of a value, without what is below them, as a set that names attributes and namespaces one by one.
    #[must_use]
    pub fn of_nodes(tree: &Tree<'_>, nodes: &[XNode]) -> Self {
        let mut set = Self { explicit: Some(Explicit::default()), ..Self::empty(tree) };
        for node in nodes {
            set.insert(*node);
        }
        set
    }

    /// Whether it has nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let more =
            self.explicit.as_ref().is_some_and(|more| !more.attributes.is_empty() || !more.namespaces.is_empty());
        !more && self.nodes.iter().all(|word| *word == 0)
    }

    /// Adds a node of the tree.
    pub fn add(&mut self, node: NodeId) {
        if let Some(word) = self.nodes.get_mut(node.index() / 64) {
            *word |= 1_u64 << (node.index() % 64);
        }
    }

    /// Adds the nodes with these numbers, as far as the tree has them.
    pub fn add_all(&mut self, numbers: Range<usize>) {
        let (first, last) = (numbers.start / 64, numbers.end / 64);
        let words = self.nodes.get_mut(first..).unwrap_or_default();
        for (word, at) in words.iter_mut().zip(first..=last) {
            let from = if at == first { u64::MAX << (numbers.start % 64) } else { u64::MAX };
            let below = if at == last { !(u64::MAX << (numbers.end % 64)) } else { u64::MAX };
            *word |= from & below;
        }
    }

    /// The first node of the set behind one of the tree.
    #[must_use]
    pub fn next_after(&self, node: NodeId) -> Option<NodeId> {
        let from = node.index().saturating_add(1);
        let mut masked = u64::MAX << (from % 64);
        for (at, word) in self.nodes.iter().enumerate().skip(from / 64) {
            let found = word & masked;
            if found != 0 {
                return Some(number(at, found));
            }
            masked = u64::MAX;
        }
        None
    }

    /// The nodes of the tree that are in neither set.
    pub fn in_neither<'a>(&'a self, other: &'a Self, tree: &Tree<'_>) -> impl Iterator<Item = NodeId> + use<'a> {
        let end = tree.len();
        let words = self.nodes.iter().zip(&other.nodes).map(|(one, two)| !(one | two));
        numbers(words).take_while(move |node| node.index() < end)
    }

    /// The nodes of the tree that are in this set and not in the other.
    pub fn without<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = NodeId> + use<'a> {
        numbers(self.nodes.iter().zip(&other.nodes).map(|(one, two)| one & !two))
    }

    /// Takes a node of the tree out.
    pub fn remove(&mut self, node: NodeId) {
        if let Some(word) = self.nodes.get_mut(node.index() / 64) {
            *word &= !(1_u64 << (node.index() % 64));
        }
    }

    fn insert(&mut self, node: XNode) {
        match (node, &mut self.explicit) {
            (XNode::Tree(node), _) => self.add(node),
            (XNode::Attribute(element, number), Some(more)) => {
                more.attributes.insert((element, number));
            }
            (XNode::Namespace(element, prefix), Some(more)) => {
                more.namespaces.insert((element, prefix));
            }
            (XNode::Attribute(..) | XNode::Namespace(..), None) => {}
        }
    }

    /// The nodes of which an expression is true (XML Signature 1.1 §6.6.3).
    ///
    /// # Errors
    /// Those of the expression.
    pub fn filtered(
        &self,
        expression: &Expression,
        context: &Context<'_>,
        budget: &mut Budget,
    ) -> Result<Self, XPathError> {
        let tree = context.tree;
        let uniform = expression.is_of_elements() && self.explicit.is_none();
        let mut kept = Self { top: self.top, ..Self::empty(tree) };
        kept.explicit = (!uniform).then(Explicit::default);
        for node in tree.subtree(self.top) {
            budget.spend(1)?;
            let mut candidates = Vec::new();
            if self.has(node) {
                candidates.push(XNode::Tree(node));
            }
            if !uniform {
                self.attached(tree, node, &mut candidates);
            }
            for candidate in candidates {
                if expression.evaluate(context, candidate, budget)?.boolean() {
                    kept.insert(candidate);
                }
            }
        }
        Ok(kept)
    }

    /// The attributes and namespace nodes of an element that are in the set.
    fn attached(&self, tree: &Tree<'_>, node: NodeId, found: &mut Vec<XNode>) {
        let Some(element) = tree.element(node) else { return };
        let bound = prefixes(tree, node);
        found.extend(bound.into_iter().filter(|p| self.has_namespace(node, *p)).map(|p| XNode::Namespace(node, p)));
        let numbers = 0..element.attributes().len();
        let held = numbers.filter(|number| self.has_attribute(node, *number));
        found.extend(held.filter_map(|number| u32::try_from(number).ok()).map(|n| XNode::Attribute(node, n)));
    }

    /// The nodes of which all `subtrees` decide (XML-Signature XPath Filter 2.0 §3): those that are in this set and
    /// (`keep`) at or below one of them, or (not `keep`) at or below none.
    ///
    /// # Errors
    /// Where the budget is exhausted.
    pub fn within(
        &self,
        tree: &Tree<'_>,
        subtrees: &[NodeId],
        keep: Keep,
        budget: &mut Budget,
    ) -> Result<Self, LimitExceeded> {
        budget.spend(units(tree.len()))?;
        let mut covered = Self::empty(tree);
        let mut until = 0_usize;
        let mut sorted = subtrees.to_vec();
        sorted.sort_unstable();
        for subtree in sorted {
            // What stands within an earlier one is covered already.
            if subtree.index() >= until {
                until = tree.range(subtree).end;
                tree.subtree(subtree).for_each(|node| covered.add(node));
            }
        }
        let mut result = self.clone();
        for (word, cover) in result.nodes.iter_mut().zip(&covered.nodes) {
            match keep {
                Keep::Inside => *word &= cover,
                Keep::Outside => *word &= !cover,
                Keep::Both => *word |= cover,
            }
        }
        if keep == Keep::Both {
            result.top = NodeId::ROOT;
        }
        Ok(result)
    }

    /// The nodes of the tree in the set, in document order.
    pub fn nodes<'a>(&'a self, tree: &Tree<'_>) -> impl Iterator<Item = NodeId> + use<'a> {
        tree.subtree(NodeId::ROOT).filter(|node| self.has(*node))
    }

    /// Whether no comment is in the set; comments are taken out (what a same-document reference without an `XPointer`
    /// means, XML Signature 1.1 §4.4.3.3).
    pub fn without_comments(mut self, tree: &Tree<'_>) -> Self {
        for node in tree.subtree(self.top).filter(|node| tree.kind(*node) == Kind::Comment) {
            self.remove(node);
        }
        self
    }
}

/// The nodes that words of bits stand for.
fn numbers(words: impl Iterator<Item = u64>) -> impl Iterator<Item = NodeId> {
    words.enumerate().flat_map(|(at, mut word)| {
        std::iter::from_fn(move || {
            let found = (word != 0).then(|| number(at, word));
            word &= word.wrapping_sub(1);
            found
        })
    })
}

/// The lowest bit of a word.
fn number(at: usize, word: u64) -> NodeId {
    let bit = usize::try_from(word.trailing_zeros()).unwrap_or(0);
    NodeId::from_index(at.saturating_mul(64).saturating_add(bit))
}

/// What is kept of a set (Filter 2.0: intersect, subtract, union).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// What stands in one of the subtrees.
    Inside,
    /// What stands in none.
    Outside,
    /// What is in the set, and what stands in one of the subtrees.
    Both,
}

impl Value {
    /// The nodes; an error where it is no node-set.
    ///
    /// # Errors
    /// [`XPathError::Type`].
    pub fn into_nodes(self) -> Result<Vec<XNode>, XPathError> {
        match self {
            Self::Nodes(nodes) => Ok(nodes),
            _ => Err(XPathError::Type),
        }
    }
}

fn units(nodes: usize) -> u64 {
    u64::try_from(nodes >> 6).unwrap_or(u64::MAX)
}

impl Selection for NodeSet {
    fn top(&self) -> NodeId {
        self.top
    }

    fn has(&self, node: NodeId) -> bool {
        self.nodes.get(node.index() / 64).is_some_and(|word| word >> (node.index() % 64) & 1 == 1)
    }

    fn is_explicit(&self) -> bool {
        self.explicit.is_some()
    }

    fn has_attribute(&self, element: NodeId, number: usize) -> bool {
        match &self.explicit {
            Some(more) => u32::try_from(number).is_ok_and(|number| more.attributes.contains(&(element, number))),
            None => self.has(element),
        }
    }

    fn has_namespace(&self, element: NodeId, prefix: NameId) -> bool {
        match &self.explicit {
            Some(more) => more.namespaces.contains(&(element, prefix)),
            None => self.has(element),
        }
    }
}
