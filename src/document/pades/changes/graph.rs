//! What is reachable from the trailer as of a revision, and in which roles.
//!
//! The graph is made once, for the oldest signed revision, and brought up to date with each later one: only what an
//! update touches or adds is read again. Roles with a structure of their own are walked first, so that links back
//! into the structure are known as such.

use std::collections::{HashMap, HashSet};

use super::fields::{FieldNames, Namer};
use super::role::{Context, Edge, Role, edges};
use crate::limits::{Budget, LimitExceeded};
use crate::syntax::pdf::{Object, ObjectError, ObjectId, Pdf, Place, RevisionIndex};

/// A node by its position.
pub(super) type NodeIndex = usize;

/// An object in a role.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    /// The object.
    pub(super) id: ObjectId,
    /// Its role.
    pub(super) role: Role,
    /// The field that it stands in.
    pub(super) context: Context,
    /// From where it was reached first; none where the trailer names it.
    pub(super) parent: Option<NodeIndex>,
    /// The page on which it is, from 1; 0 is none.
    pub(super) page: u32,
    /// The node of the same object number that was made before.
    next: Option<NodeIndex>,
}

/// The graph.
#[derive(Debug, Default)]
pub(super) struct Graph {
    nodes: Vec<Node>,
    /// The newest node of each object number; the others follow along [`Node::next`].
    newest: Newest,
    /// Objects that the form names, with their field.
    pub(super) widgets: HashMap<ObjectId, Context>,
    /// Objects that are not where their entry says, or nowhere: what a reader finds may depend on the revision.
    pub(super) unsteady: HashSet<u32>,
    /// Objects that stand behind the end of the revision that defines them.
    pub(super) beyond: Vec<NodeIndex>,
    /// Objects that cannot be read.
    pub(super) unreadable: Vec<NodeIndex>,
    /// Objects whose generation is not that of the reference.
    pub(super) mismatched: Vec<NodeIndex>,
    /// Objects that the revision last walked lays somewhere else than its entry says.
    pub(super) mislaid: Vec<NodeIndex>,
    /// The revision for which the graph was made anew.
    pub(super) made_for: Option<usize>,
    /// Pages counted so far.
    pages: u32,
}

/// A node for each object number: a list for the numbers that files use, a map for odd ones.
#[derive(Debug, Default)]
struct Newest {
    /// One more than the node; 0 is none.
    low: Vec<u32>,
    high: HashMap<u32, NodeIndex>,
}

/// Numbers below this are in the list: it takes 32 MiB at most.
const LOW: usize = 8 << 20;

impl Newest {
    fn get(&self, number: u32) -> Option<NodeIndex> {
        match usize::try_from(number) {
            Ok(position) if position < LOW => {
                usize::try_from(self.low.get(position).copied()?).ok()?.checked_sub(1)
            }
            _ => self.high.get(&number).copied(),
        }
    }

    fn set(&mut self, number: u32, index: NodeIndex) {
        match usize::try_from(number) {
            Ok(position) if position < LOW => {
                if self.low.len() <= position {
                    self.low.resize(position.saturating_add(1), 0);
                }
                if let (Some(slot), Ok(node)) = (self.low.get_mut(position), u32::try_from(index)) {
                    *slot = node.saturating_add(1);
                }
            }
            _ => {
                self.high.insert(number, index);
            }
        }
    }

    fn numbers(&self) -> impl Iterator<Item = u32> {
        let low = (0_u32..).zip(&self.low).filter(|(_, node)| **node > 0).map(|(number, _)| number);
        low.chain(self.high.keys().copied())
    }
}

/// Most nodes of one document: as many as the reader allows entries.
const MOST_NODES: usize = 8_000_000;

impl Graph {
    /// The node at `index`.
    pub(super) fn node(&self, index: NodeIndex) -> Option<&Node> {
        self.nodes.get(index)
    }

    /// The nodes of object `number`, the newest first.
    pub(super) fn nodes_of(&self, number: u32) -> impl Iterator<Item = NodeIndex> {
        let first = self.newest.get(number);
        std::iter::successors(first, |index| self.nodes.get(*index).and_then(|node| node.next))
    }

    /// Whether object `number` is reachable.
    pub(super) fn reaches(&self, number: u32) -> bool {
        self.newest.get(number).is_some()
    }

    /// Whether an object is a page, an annotation, a field or the catalog.
    fn is_structural_elsewhere(&self, id: ObjectId) -> bool {
        self.nodes_of(id.number)
            .filter_map(|index| self.nodes.get(index))
            .any(|node| node.id == id && node.role.is_anchor() && node.role != Role::Structure)
    }

    /// Whether an object has a role in which its changes are judged by name.
    pub(super) fn is_anchor(&self, id: ObjectId) -> bool {
        let mut nodes = self.nodes_of(id.number).filter_map(|index| self.nodes.get(index));
        nodes.any(|node| node.id == id && node.role.is_anchor())
    }

    /// The node of this graph that is the same as one of another graph.
    pub(super) fn find(&self, node: &Node) -> Option<NodeIndex> {
        self.nodes_of(node.id.number).find(|index| {
            self.nodes.get(*index).is_some_and(|other| {
                other.id == node.id && other.role == node.role && other.context == node.context
            })
        })
    }

    /// The numbers of all reachable objects.
    pub(super) fn numbers(&self) -> impl Iterator<Item = u32> {
        self.newest.numbers()
    }

    /// Reads a node again, and adds what it refers to now.
    pub(super) fn again(
        &mut self,
        pdf: &Pdf<'_>,
        at: RevisionIndex,
        index: NodeIndex,
        names: &mut FieldNames,
        budget: &mut Budget,
    ) -> Result<(), LimitExceeded> {
        if let Some(value) = self.read(pdf, at, index, budget)? {
            let children = self.children(pdf, at, index, &value, names, budget)?;
            self.walk(pdf, at, children, names, budget)?;
        }
        Ok(())
    }

    /// Adds what is reachable from `start` as of `at`.
    pub(super) fn walk(
        &mut self,
        pdf: &Pdf<'_>,
        at: RevisionIndex,
        start: Vec<(Edge, Option<NodeIndex>, u32)>,
        names: &mut FieldNames,
        budget: &mut Budget,
    ) -> Result<(), LimitExceeded> {
        let mut structural = Vec::new();
        let mut generic = Vec::new();
        let mut skimmed = Vec::new();
        sort_out(start, &mut structural, &mut generic);
        loop {
            let (edge, parent, page) = match structural.pop() {
                Some(next) => next,
                None => match generic.pop() {
                    Some(next) => next,
                    None => return Ok(()),
                },
            };
            if edge.role.is_generic() && self.is_anchor(edge.id) {
                continue;
            }
            // A link into the structure: what it leads to is judged there.
            if edge.role == Role::Structure && self.is_structural_elsewhere(edge.id) {
                continue;
            }
            // An object in many roles or fields is searched along all of them.
            budget.spend(u64::try_from(self.nodes_of(edge.id.number).count()).unwrap_or(u64::MAX) >> 4)?;
            let Some(index) = self.add(edge, parent, page)? else { continue };
            if edge.role == Role::Opaque && self.skim(pdf, at, index, page, &mut skimmed, budget)? {
                generic.append(&mut skimmed);
                continue;
            }
            let Some(value) = self.read(pdf, at, index, budget)? else { continue };
            let children = self.children(pdf, at, index, &value, names, budget)?;
            sort_out(children, &mut structural, &mut generic);
        }
    }

    /// What the value of a node refers to.
    pub(super) fn children(
        &mut self,
        pdf: &Pdf<'_>,
        at: RevisionIndex,
        index: NodeIndex,
        value: &Object,
        names: &mut FieldNames,
        budget: &mut Budget,
    ) -> Result<Vec<(Edge, Option<NodeIndex>, u32)>, LimitExceeded> {
        let Some(node) = self.nodes.get(index).copied() else { return Ok(Vec::new()) };
        // A widget of the form is judged as a field.
        if node.role == Role::Annotation && self.widgets.contains_key(&node.id) {
            return Ok(Vec::new());
        }
        let mut page = node.page;
        if node.role == Role::PageTree && page == 0 && value.as_dict().is_some_and(|dict| !dict.has(b"Kids")) {
            self.pages = self.pages.saturating_add(1);
            page = self.pages;
            if let Some(node) = self.nodes.get_mut(index) {
                node.page = page;
            }
        }
        let mut found = Vec::new();
        let mut namer = Namer { pdf, at, names, budget, limit: None };
        edges(value, node.role, node.context, &mut namer, &mut found);
        if let Some(limit) = namer.limit {
            return Err(limit);
        }
        if node.role == Role::Field
            && let Some(dict) = value.as_dict()
        {
            let (context, _) = super::role::Fields::enter(&mut namer, dict, node.context);
            self.widgets.insert(node.id, context);
        }
        Ok(found.into_iter().map(|edge| (edge, Some(index), page)).collect())
    }

    fn add(
        &mut self,
        edge: Edge,
        parent: Option<NodeIndex>,
        page: u32,
    ) -> Result<Option<NodeIndex>, LimitExceeded> {
        let next = self.newest.get(edge.id.number);
        let node = Node { id: edge.id, role: edge.role, context: edge.context, parent, page, next };
        if self.find(&node).is_some() {
            return Ok(None);
        }
        let index = self.nodes.len();
        if index >= MOST_NODES {
            let maximum = u64::try_from(MOST_NODES).unwrap_or(u64::MAX);
            return Err(LimitExceeded { limit: crate::limits::Limit::XrefEntries, maximum });
        }
        self.nodes.push(node);
        self.newest.set(edge.id.number, index);
        Ok(Some(index))
    }

    /// Follows an object of which no more than its references matter. `false` where it has to be read.
    fn skim(
        &mut self,
        pdf: &Pdf<'_>,
        at: RevisionIndex,
        index: NodeIndex,
        page: u32,
        open: &mut Vec<Open>,
        budget: &mut Budget,
    ) -> Result<bool, LimitExceeded> {
        let Some(id) = self.nodes.get(index).map(|node| node.id) else { return Ok(false) };
        let mut found = Vec::new();
        let Some(span) = pdf.references(id, at, &mut found, budget)? else { return Ok(false) };
        let defined = pdf.entry(id.number, at).and_then(|entry| pdf.revision(entry.revision));
        if defined.is_none_or(|revision| span.end > revision.end()) {
            self.beyond.push(index);
        }
        let edges = found.into_iter().rev().map(|id| Edge { id, role: Role::Opaque, context: 0 });
        open.extend(edges.map(|edge| (edge, Some(index), page)));
        Ok(true)
    }

    /// Reads the object of a node; notes what is odd about its place.
    fn read(
        &mut self,
        pdf: &Pdf<'_>,
        at: RevisionIndex,
        index: NodeIndex,
        budget: &mut Budget,
    ) -> Result<Option<Object>, LimitExceeded> {
        let Some(node) = self.nodes.get(index).copied() else { return Ok(None) };
        budget.spend(1)?;
        let entry = pdf.entry(node.id.number, at);
        let value = match pdf.object(node.id, at, budget) {
            Ok(value) => value,
            Err(ObjectError::Limit(limit)) => return Err(limit),
            Err(_) => {
                self.unreadable.push(index);
                return Ok(None);
            }
        };
        let generation = match entry.map(|entry| entry.place) {
            Some(Place::InFile { generation, .. }) => generation,
            Some(Place::InStream { .. }) => 0,
            Some(Place::Free) | None => node.id.generation,
        };
        let of_update = entry.is_some_and(|entry| entry.revision == at);
        if generation != node.id.generation && (of_update || self.made_for.is_none()) {
            self.mismatched.push(index);
        }
        if let Some(entry) = entry
            && let Place::InFile { offset, .. } = entry.place
        {
            if !stands_at(&value, offset) {
                self.unsteady.insert(node.id.number);
                if of_update {
                    self.mislaid.push(index);
                }
            }
            let end = pdf.revision(entry.revision).map_or(0, crate::syntax::pdf::Revision::end);
            if end_of(&value).unwrap_or(offset) > end {
                self.beyond.push(index);
            }
        }
        Ok(Some(value))
    }

    /// Whether the chain of parents by which a node was reached still holds as of `at`.
    pub(super) fn chain_holds(
        &mut self,
        pdf: &Pdf<'_>,
        at: RevisionIndex,
        index: NodeIndex,
        names: &mut FieldNames,
        budget: &mut Budget,
    ) -> Result<bool, LimitExceeded> {
        let mut child = index;
        let mut steps = 0_usize;
        while let Some(parent) = self.nodes.get(child).and_then(|node| node.parent) {
            steps = steps.saturating_add(1);
            budget.spend(1)?;
            if steps > self.nodes.len() {
                return Ok(false);
            }
            let (Some(target), Some(from)) = (self.nodes.get(child).copied(), self.nodes.get(parent).copied())
            else {
                return Ok(false);
            };
            let value = match pdf.object(from.id, at, budget) {
                Ok(value) => value,
                Err(ObjectError::Limit(limit)) => return Err(limit),
                Err(_) => return Ok(false),
            };
            let children = self.children(pdf, at, parent, &value, names, budget)?;
            let found = children.iter().any(|(edge, _, _)| {
                edge.id == target.id && edge.role == target.role && edge.context == target.context
            });
            if !found {
                return Ok(false);
            }
            child = parent;
        }
        Ok(true)
    }
}

type Open = (Edge, Option<NodeIndex>, u32);

/// Puts what is to be visited on the two stacks, so that it is taken off in the order of the document, the form first.
fn sort_out(found: Vec<Open>, structural: &mut Vec<Open>, generic: &mut Vec<Open>) {
    let (mut first, rest): (Vec<Open>, Vec<Open>) =
        found.into_iter().partition(|(edge, _, _)| edge.role.is_structural());
    first.reverse();
    first.sort_by_key(|(edge, _, _)| match edge.role {
        Role::Structure => 0,
        Role::Form | Role::Fields | Role::Field => 2,
        _ => 1,
    });
    structural.extend(first);
    generic.extend(rest.into_iter().rev());
}

/// The head of an object and white space behind it.
const HEAD: u64 = 64;

/// Whether a value was read from where its entry says.
fn stands_at(value: &Object, offset: u64) -> bool {
    let start = match &value.value {
        crate::syntax::pdf::Value::Null if value.span.is_none() => return false,
        _ => value.span.map(|span| span.start),
    };
    start.is_some_and(|start| start > offset && start.saturating_sub(offset) <= HEAD)
}

fn end_of(value: &Object) -> Option<u64> {
    let span = value.span.map(|span| span.end);
    let raw = value.as_stream().map(|stream| stream.raw_span().end);
    span.max(raw)
}
