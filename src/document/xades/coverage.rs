//! How much of the document a signature covers, and what it leaves out: by the nodes that its references digest.
//!
//! Covered has to be every element with its attributes, every text that is not blank, every processing instruction.
//! Not counted as content are, of signatures whose structure is right, `SignedInfo`, `SignatureValue`, `KeyInfo` and
//! such an `Object` as holds nothing but `XAdES` properties or manifests; and such ancestors of covered elements as carry
//! nothing but namespace declarations, an identifier and `xsi:schemaLocation`. An element that only calls itself a
//! signature, and an `Object` with anything else, are content. Comments are not looked at: no canonical form that a
//! signature usually has keeps them.

use std::collections::HashSet;

use super::facts::{Content, Uncovered, UncoveredKind};
use super::locate::{Located, holds_properties_only};
use super::names::{DS, EXCLUSIVE, FILTER2, XSI, is_xades};
use super::path::{attribute_path, path};
use super::reference::Place;
use super::structure::{elements, is_blank};
use super::transform::Source;
use crate::document::facts::Coverage;
use crate::limits::{Budget, LimitExceeded};
use crate::syntax::xml::c14n::{Selection, Subtree};
use crate::syntax::xml::xpath::NodeSet;
use crate::syntax::xml::{Element, Kind, NodeId, Tree, XML_NAMESPACE};

/// How many places are named that nobody signed.
const NAMED: usize = 100;

/// What of the document is no content.
#[derive(Debug)]
pub(super) struct Exempt {
    nodes: NodeSet,
    /// Elements in unsigned properties that are none.
    foreign: Vec<NodeId>,
}

impl Exempt {
    /// # Errors
    /// Where the budget is exhausted: signatures may stand in one another.
    pub(super) fn of(tree: &Tree<'_>, located: &[Located<'_>], budget: &mut Budget) -> Result<Self, LimitExceeded> {
        let mut exempt = Self { nodes: NodeSet::empty(tree), foreign: Vec::new() };
        for structure in located.iter().filter_map(|one| one.structure.as_ref().ok()) {
            if tree.element(structure.element).is_some_and(|element| is_bare(tree, &element)) {
                exempt.nodes.add(structure.element);
            }
            let properties = structure.objects.iter().copied().filter(|one| holds_properties_only(tree, *one));
            for object in properties.clone() {
                budget.spend(size(tree, object))?;
                exempt.note_foreign(tree, object);
            }
            let fixed = [Some(structure.signed_info), Some(structure.value), structure.key_info];
            for top in fixed.into_iter().flatten().chain(properties) {
                budget.spend(size(tree, top))?;
                exempt.nodes.add_all(Subtree::new(tree, top).numbers());
            }
        }
        Ok(exempt)
    }

    /// Notes elements in the unsigned properties of an `Object` that are neither properties nor parts of them.
    fn note_foreign(&mut self, tree: &Tree<'_>, object: NodeId) {
        let qualifying = elements(tree, object).filter(|one| one.local() == "QualifyingProperties");
        let unsigned = qualifying.flat_map(|one| elements(tree, one.id()));
        for top in unsigned.filter(|one| one.local() == "UnsignedProperties").map(|one| one.id()) {
            for node in tree.subtree(top) {
                let Some(element) = tree.element(node) else { continue };
                let namespace = element.namespace();
                let known = is_xades(namespace) || matches!(namespace, DS | EXCLUSIVE | FILTER2);
                let within = self.foreign.last().is_some_and(|last| tree.is_within(node, *last));
                if !known && !within && self.foreign.len() < NAMED {
                    self.foreign.push(node);
                }
            }
        }
    }
}

/// What it costs to visit a node and all below it.
fn size(tree: &Tree<'_>, node: NodeId) -> u64 {
    u64::try_from(tree.subtree(node).size_hint().0 >> 6).unwrap_or(u64::MAX)
}

/// Whether an element carries nothing but an identifier and `xsi:schemaLocation`.
fn is_bare(tree: &Tree<'_>, element: &Element<'_>) -> bool {
    element.attributes().all(|attribute| {
        let (namespace, local) = (tree.name(attribute.namespace), tree.name(attribute.local));
        match namespace {
            "" => matches!(local, "Id" | "ID" | "id"),
            XML_NAMESPACE => local == "id",
            XSI => local == "schemaLocation",
            _ => false,
        }
    })
}

/// What the references of one signature cover.
#[derive(Debug)]
pub(super) struct Covered<'c> {
    tree: &'c Tree<'c>,
    /// Nodes with all their attributes.
    whole: NodeSet,
    /// Elements whose attributes are covered one by one.
    bare: NodeSet,
    attributes: HashSet<(NodeId, usize)>,
    contents: Vec<bool>,
}

impl<'c> Covered<'c> {
    pub(super) fn new(tree: &'c Tree<'c>, contents: usize) -> Self {
        Self {
            tree,
            whole: NodeSet::empty(tree),
            bare: NodeSet::empty(tree),
            attributes: HashSet::new(),
            contents: vec![false; contents],
        }
    }

    /// Adds what was digested.
    pub(super) fn add(&mut self, place: Place, source: &Source, budget: &mut Budget) -> Result<(), LimitExceeded> {
        let tree = self.tree;
        let (selected, texts_only) = match source {
            Source::Nodes(selected) => (selected, false),
            Source::Texts(selected) => (selected, true),
            Source::Content => {
                if let Place::Content(index) = place
                    && let Some(covered) = self.contents.get_mut(index)
                {
                    *covered = true;
                }
                return Ok(());
            }
            Source::Unknown => return Ok(()),
        };
        budget.spend(size(tree, selected.top()))?;
        let explicit = selected.is_explicit();
        if !explicit && !texts_only {
            selected.add_to(tree, &mut self.whole);
            return Ok(());
        }
        for node in tree.subtree(selected.top()) {
            if texts_only && tree.kind(node) != Kind::Text {
                continue;
            }
            if !explicit {
                if selected.has(node) {
                    self.whole.add(node);
                }
                continue;
            }
            if selected.has(node) {
                match tree.kind(node) {
                    Kind::Element => self.bare.add(node),
                    _ => self.whole.add(node),
                }
            }
            let attributes = tree.element(node).map_or(0, |element| element.attributes().len());
            let kept = (0..attributes).filter(|number| selected.has_attribute(node, *number));
            self.attributes.extend(kept.map(|number| (node, number)));
        }
        Ok(())
    }

    fn has(&self, node: NodeId) -> bool {
        self.whole.has(node) || self.bare.has(node)
    }

    /// How much of the document, and of the content that was given, is covered, and the first hundred places that are not.
    pub(super) fn measure(
        &self,
        exempt: &Exempt,
        contents: &[Content<'_>],
        budget: &mut Budget,
    ) -> Result<(Coverage, Vec<Uncovered>), LimitExceeded> {
        let tree = self.tree;
        budget.spend(u64::try_from(tree.len() >> 4).unwrap_or(u64::MAX))?;
        let mut places = Places { named: Vec::new(), missing: false };
        let mut next_covered = NextCovered::new(self);
        let mut until = 0_usize;
        for node in self.whole.in_neither(&exempt.nodes, tree) {
            if node.index() < until {
                continue;
            }
            match tree.kind(node) {
                Kind::Root | Kind::Comment => {}
                Kind::Text => {
                    if !is_blank(tree.characters(node)) {
                        places.note(UncoveredKind::Text, || path(tree, node, budget))?;
                    }
                }
                Kind::Instruction => places.note(UncoveredKind::Instruction, || path(tree, node, budget))?,
                Kind::Element => {
                    let Some(element) = tree.element(node) else { continue };
                    let end = Subtree::new(tree, node).numbers().end;
                    let above = next_covered.after(node).is_some_and(|next| next.index() < end);
                    if self.bare.has(node) {
                        for number in 0..element.attributes().len() {
                            if !self.attributes.contains(&(node, number)) {
                                places.note(UncoveredKind::Attribute, || {
                                    attribute_path(tree, node, number, budget)
                                })?;
                            }
                        }
                    } else if !(above && is_bare(tree, &element)) {
                        places.note(UncoveredKind::Element, || path(tree, node, budget))?;
                        if !above {
                            until = end;
                        }
                    }
                }
            }
        }
        for (content, covered) in contents.iter().zip(&self.contents) {
            if !covered {
                places.note(UncoveredKind::Content, || Ok(content.name.clone().unwrap_or_default()))?;
            }
        }
        let some = self.contents.contains(&true) || self.has_content(exempt);
        let coverage = match (some, places.missing) {
            (false, _) => Coverage::None,
            (true, true) => Coverage::Partial,
            (true, false) => Coverage::WholeDocument,
        };
        for node in exempt.foreign.iter().filter(|node| !self.has(**node)) {
            places.name(UncoveredKind::UnsignedProperty, || path(tree, *node, budget))?;
        }
        Ok((coverage, places.named))
    }

    /// Whether an element or a text that is content and not blank is covered.
    fn has_content(&self, exempt: &Exempt) -> bool {
        let tree = self.tree;
        let mut covered = self.whole.without(&exempt.nodes).chain(self.bare.without(&exempt.nodes));
        covered.any(|node| match tree.kind(node) {
            Kind::Element => true,
            Kind::Text => !is_blank(tree.characters(node)),
            Kind::Root | Kind::Comment | Kind::Instruction => false,
        })
    }
}

/// Finds the first covered node behind others, which are asked for in document order: so all of them together cost no
/// more than one look at the sets.
struct NextCovered<'n> {
    covered: &'n Covered<'n>,
    whole: Option<NodeId>,
    bare: Option<NodeId>,
}

impl<'n> NextCovered<'n> {
    fn new(covered: &'n Covered<'n>) -> Self {
        Self { covered, whole: covered.whole.next_after(NodeId::ROOT), bare: covered.bare.next_after(NodeId::ROOT) }
    }

    fn after(&mut self, node: NodeId) -> Option<NodeId> {
        for (next, set) in [(&mut self.whole, &self.covered.whole), (&mut self.bare, &self.covered.bare)] {
            if next.is_some_and(|next| next <= node) {
                *next = set.next_after(node);
            }
        }
        match (self.whole, self.bare) {
            (Some(whole), Some(bare)) => Some(whole.min(bare)),
            (whole, bare) => whole.or(bare),
        }
    }
}

/// What nobody signed.
struct Places {
    named: Vec<Uncovered>,
    missing: bool,
}

impl Places {
    fn note(
        &mut self,
        kind: UncoveredKind,
        path: impl FnOnce() -> Result<String, LimitExceeded>,
    ) -> Result<(), LimitExceeded> {
        self.missing = true;
        self.name(kind, path)
    }

    fn name(
        &mut self,
        kind: UncoveredKind,
        path: impl FnOnce() -> Result<String, LimitExceeded>,
    ) -> Result<(), LimitExceeded> {
        if self.named.len() < NAMED {
            self.named.push(Uncovered { path: path()?, kind });
        }
        Ok(())
    }
}
