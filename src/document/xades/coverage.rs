//! How much of the document a signature covers, and what it leaves out: by the nodes that its references digest.
//!
//! Covered has to be every element with its attributes, every text that is not blank, every processing instruction.
//! Not counted as content are, of signatures whose structure is right, `SignedInfo`, `SignatureValue`, `KeyInfo` and
//! such an `Object` as holds nothing but `XAdES` properties or manifests; and such ancestors of covered elements as carry
//! nothing but namespace declarations, an identifier and `xsi:schemaLocation`. An element that only calls itself a
//! signature, and an `Object` with anything else, are content.
//!
//! Named, and not counted, are elements in unsigned properties and in `KeyInfo` that do not belong there, and comments
//! that divide a text: no canonical form that a signature usually has keeps comments, so anybody can put them in.

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

/// How many strangers are kept: those that are signed are among them.
const STRANGERS: usize = 10_000;

/// What of the document is no content.
#[derive(Debug)]
pub(super) struct Exempt {
    nodes: NodeSet,
    /// What stands in unsigned properties and in `KeyInfo` and does not belong there.
    foreign: Vec<(NodeId, UncoveredKind)>,
    /// Comments that divide a text.
    dividing: Vec<NodeId>,
}

impl Exempt {
    /// # Errors
    /// Where the budget is exhausted: signatures may stand in one another.
    pub(super) fn of(tree: &Tree<'_>, located: &[Located<'_>], budget: &mut Budget) -> Result<Self, LimitExceeded> {
        let mut exempt = Self { nodes: NodeSet::empty(tree), foreign: Vec::new(), dividing: Vec::new() };
        for structure in located.iter().filter_map(|one| one.structure.as_ref().ok()) {
            if tree.element(structure.element).is_some_and(|element| is_bare(tree, &element)) {
                exempt.nodes.add(structure.element);
            }
            let properties = structure.objects.iter().copied().filter(|one| holds_properties_only(tree, *one));
            for object in properties.clone() {
                budget.spend(size(tree, object))?;
                exempt.note_foreign(tree, object);
            }
            if let Some(info) = structure.key_info {
                budget.spend(size(tree, info))?;
                exempt.note_strangers(tree, info, UncoveredKind::KeyInfo, |namespace| KEYS.contains(&namespace));
            }
            let fixed = [Some(structure.signed_info), Some(structure.value), structure.key_info];
            for top in fixed.into_iter().flatten().chain(properties) {
                budget.spend(size(tree, top))?;
                exempt.nodes.add_all(Subtree::new(tree, top).numbers());
            }
        }
        budget.spend(size(tree, NodeId::ROOT))?;
        exempt.dividing = dividing(tree, &exempt.nodes);
        Ok(exempt)
    }

    /// Notes elements in the properties and manifests of an `Object` that are neither properties nor parts of them. Of
    /// those that a signature covers it will not be said.
    fn note_foreign(&mut self, tree: &Tree<'_>, object: NodeId) {
        for top in elements(tree, object).map(|one| one.id()) {
            self.note_strangers(tree, top, UncoveredKind::UnsignedProperty, |namespace| {
                is_xades(namespace) || matches!(namespace, DS | EXCLUSIVE | FILTER2)
            });
        }
    }

    /// Notes elements of other namespaces below a node, and texts beside elements.
    fn note_strangers(
        &mut self,
        tree: &Tree<'_>,
        top: NodeId,
        kind: UncoveredKind,
        is_known: impl Fn(&str) -> bool,
    ) {
        for node in tree.subtree(top) {
            let strange = match tree.kind(node) {
                Kind::Element => tree.element(node).is_some_and(|element| !is_known(element.namespace())),
                Kind::Text => {
                    let parent = tree.parent(node).and_then(|parent| tree.element(parent));
                    !is_blank(tree.characters(node))
                        && parent.is_some_and(|parent| CONTAINERS.contains(&parent.local()))
                }
                _ => false,
            };
            let within = self.foreign.last().is_some_and(|(last, _)| tree.is_within(node, *last));
            if strange && !within && self.foreign.len() < STRANGERS {
                self.foreign.push((node, kind));
            }
        }
    }
}

/// Namespaces of what a `KeyInfo` holds: XML Signature, its version 1.1, RFC 9231, XML Encryption, WS-Security tokens.
const KEYS: [&str; 6] = [
    DS,
    "http://www.w3.org/2009/xmldsig11#",
    "http://www.w3.org/2001/04/xmldsig-more#",
    "http://www.w3.org/2007/05/xmldsig-more#",
    "http://www.w3.org/2001/04/xmlenc#",
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd",
];

/// Elements that hold elements only.
const CONTAINERS: [&str; 5] =
    ["UnsignedProperties", "UnsignedSignatureProperties", "UnsignedDataObjectProperties", "KeyInfo", "X509Data"];

/// The first hundred comments between two texts of one element that are not blank, with nothing but comments between.
fn dividing(tree: &Tree<'_>, exempt: &NodeSet) -> Vec<NodeId> {
    let mut found = Vec::new();
    if memchr::memmem::find(tree.text().as_bytes(), b"<!--").is_none() {
        return found;
    }
    // The parent of the last text, where nothing but comments and blanks followed it, and the first of these comments.
    let mut after: Option<(NodeId, Option<NodeId>)> = None;
    for node in tree.subtree(NodeId::ROOT) {
        let parent = tree.parent(node);
        match tree.kind(node) {
            _ if exempt.has(node) => after = None,
            Kind::Text if is_blank(tree.characters(node)) => {}
            Kind::Text => {
                if let Some((same, Some(comment))) = after
                    && Some(same) == parent
                {
                    found.push(comment);
                }
                after = parent.map(|parent| (parent, None));
            }
            Kind::Comment => {
                if let Some((same, first)) = &mut after
                    && Some(*same) == parent
                {
                    first.get_or_insert(node);
                }
            }
            Kind::Root | Kind::Element | Kind::Instruction => after = None,
        }
        if found.len() >= NAMED {
            break;
        }
    }
    found
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
    /// The signature itself.
    signature: NodeId,
    /// What references lead to that have transforms which leave something out.
    filtered: Vec<NodeId>,
    /// What references lead to that digest comments too.
    commented: Vec<NodeId>,
    /// Nodes with all their attributes.
    whole: NodeSet,
    /// Elements whose attributes are covered one by one.
    bare: NodeSet,
    attributes: HashSet<(NodeId, usize)>,
    contents: Vec<bool>,
}

impl<'c> Covered<'c> {
    pub(super) fn new(tree: &'c Tree<'c>, signature: NodeId, contents: usize) -> Self {
        Self {
            tree,
            signature,
            filtered: Vec::new(),
            commented: Vec::new(),
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
        if selected.comments() {
            self.commented.push(selected.top());
        }
        if !selected.is_whole() {
            self.filtered.push(selected.top());
        }
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
    ) -> Result<Measured, LimitExceeded> {
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
        budget.spend(u64::try_from(exempt.foreign.len() >> 6).unwrap_or(u64::MAX))?;
        for (node, kind) in exempt.foreign.iter().filter(|(node, _)| !self.has(*node)) {
            places.name(*kind, || path(tree, *node, budget))?;
        }
        let digested = |node: NodeId| self.commented.iter().any(|top| tree.is_within(node, *top));
        for node in exempt.dividing.iter().filter(|node| !digested(**node)) {
            places.name(UncoveredKind::Comment, || path(tree, *node, budget))?;
        }
        let left_out = match coverage {
            Coverage::WholeDocument | Coverage::WholeRevision => None,
            Coverage::Partial | Coverage::None => self.left_out(exempt, budget)?,
        };
        let left_out = left_out.map(|node| path(tree, node, budget)).transpose()?;
        Ok(Measured { coverage, uncovered: places.named, left_out })
    }

    /// The first content that a reference leads to and its transforms leave out, where nothing else covers it. Of the
    /// signature itself nothing is: the enveloped transform is there to take it out.
    fn left_out(&self, exempt: &Exempt, budget: &mut Budget) -> Result<Option<NodeId>, LimitExceeded> {
        let tree = self.tree;
        let is_content = |node: NodeId| match tree.kind(node) {
            Kind::Root | Kind::Comment => false,
            Kind::Instruction => true,
            Kind::Text => !is_blank(tree.characters(node)),
            // What only stands around something else is no content by itself.
            Kind::Element => {
                let inside = tree.subtree(node).nth(1).is_some();
                tree.element(node).is_some_and(|element| !inside || !is_bare(tree, &element))
            }
        };
        let mut tops = self.filtered.clone();
        tops.sort_unstable();
        let mut until = NodeId::ROOT.index();
        for top in tops {
            budget.spend(1)?;
            // What lies below another one has been looked at with it.
            if top.index() < until {
                continue;
            }
            budget.spend(size(tree, top))?;
            for node in tree.subtree(top) {
                until = node.index().saturating_add(1);
                let unsigned = !self.has(node) && !exempt.nodes.has(node);
                if unsigned && is_content(node) && !tree.is_within(node, self.signature) {
                    return Ok(Some(node));
                }
            }
        }
        Ok(None)
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

/// How much is covered.
#[derive(Debug)]
pub(super) struct Measured {
    pub(super) coverage: Coverage,
    /// The first hundred places that are not.
    pub(super) uncovered: Vec<Uncovered>,
    /// The first of them that a reference leads to.
    pub(super) left_out: Option<String>,
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
