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
    parent: Link,
    /// The page on which it is, from 1; 0 is none.
    pub(super) page: u32,
    /// The node of the same object number that was made before.
    next: Link,
}

impl Node {
    /// From where it was reached first; none where the trailer names it.
    pub(super) fn parent(&self) -> Option<NodeIndex> {
        self.parent.get()
    }
}

/// A node or none, in four bytes: there are millions. One more than the index; 0 is none.
#[derive(Clone, Copy, Debug, Default)]
struct Link(u32);

impl Link {
    fn to(index: Option<NodeIndex>) -> Self {
        Self(index.and_then(|index| u32::try_from(index).ok()).map_or(0, |index| index.saturating_add(1)))
    }

    fn get(self) -> Option<NodeIndex> {
        usize::try_from(self.0.checked_sub(1)?).ok()
    }
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
    low: Vec<Link>,
    high: HashMap<u32, NodeIndex>,
}

/// Numbers below this are in the list: it takes 32 MiB at most.
const LOW: usize = 8 << 20;

impl Newest {
    fn get(&self, number: u32) -> Option<NodeIndex> {
        match usize::try_from(number) {
            Ok(position) if position < LOW => self.low.get(position)?.get(),
            _ => self.high.get(&number).copied(),
        }
    }

    fn set(&mut self, number: u32, index: NodeIndex) {
        match usize::try_from(number) {
            Ok(position) if position < LOW => {
                if self.low.len() <= position {
                    self.low.resize(position.saturating_add(1), Link::default());
                }
                if let Some(slot) = self.low.get_mut(position) {
                    *slot = Link::to(Some(index));
                }
            }
            _ => {
                self.high.insert(number, index);
            }
        }
    }

    fn numbers(&self) -> impl Iterator<Item = u32> {
        let low = (0_u32..).zip(&self.low).filter(|(_, node)| node.0 > 0).map(|(number, _)| number);
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
        std::iter::successors(first, |index| self.nodes.get(*index)?.next.get())
    }

    /// Whether object `number` is reachable.
    pub(super) fn reaches(&self, number: u32) -> bool {
        self.newest.get(number).is_some()
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
            let children = self.new_children(pdf, at, index, &value, names, budget)?;
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
        let mut references = Vec::new();
        sort_out(start, &mut structural, &mut generic);
        loop {
            let (edge, parent, page) = match structural.pop() {
                Some(next) => next,
                None => match generic.pop() {
                    Some(next) => next,
                    None => return Ok(()),
                },
            };
            let Some(roles) = self.other_roles(&edge) else { continue };
            // An object in many roles or fields is searched along all of them.
            budget.spend(roles >> 4)?;
            let index = self.add(edge, parent, page)?;
            if edge.role.is_uniform() && self.skim(pdf, at, index, &mut references, budget)? {
                let open = if edge.role.is_structural() { &mut structural } else { &mut generic };
                let edges = references.drain(..).rev().map(|id| Edge { id, ..edge });
                open.extend(edges.map(|edge| (edge, Some(index), page)));
                continue;
            }
            let Some(value) = self.read(pdf, at, index, budget)? else { continue };
            let children = self.new_children(pdf, at, index, &value, names, budget)?;
            sort_out(children, &mut structural, &mut generic);
        }
    }

    /// What the value of a node refers to, without what is known in that role already: nothing comes of it.
    fn new_children(
        &mut self,
        pdf: &Pdf<'_>,
        at: RevisionIndex,
        index: NodeIndex,
        value: &Object,
        names: &mut FieldNames,
        budget: &mut Budget,
    ) -> Result<Vec<Open>, LimitExceeded> {
        let (edges, page) = self.edges(pdf, at, index, value, names, budget)?;
        let new = edges.into_iter().filter(|edge| self.other_roles(edge).is_some());
        Ok(new.map(|edge| (edge, Some(index), page)).collect())
    }

    /// What the value of a node refers to, and on which page.
    fn edges(
        &mut self,
        pdf: &Pdf<'_>,
        at: RevisionIndex,
        index: NodeIndex,
        value: &Object,
        names: &mut FieldNames,
        budget: &mut Budget,
    ) -> Result<(Vec<Edge>, u32), LimitExceeded> {
        let Some(node) = self.nodes.get(index).copied() else { return Ok((Vec::new(), 0)) };
        // A widget of the form is judged as a field.
        if node.role == Role::Annotation && self.widgets.contains_key(&node.id) {
            return Ok((Vec::new(), node.page));
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
        Ok((found, page))
    }

    /// In how many roles the object is known so far. None where there is nothing more to it: it is known in this role,
    /// or the reference is a link to what is judged where it stands.
    fn other_roles(&self, edge: &Edge) -> Option<u64> {
        let mut count = 0_u64;
        for node in self.nodes_of(edge.id.number).filter_map(|index| self.nodes.get(index)) {
            count = count.saturating_add(1);
            if node.id != edge.id {
                continue;
            }
            let known = node.role == edge.role && node.context == edge.context;
            let link = match edge.role {
                Role::Structure => node.role != Role::Structure,
                role => role.is_generic(),
            };
            if known || link && node.role.is_anchor() {
                return None;
            }
        }
        Some(count)
    }

    fn add(&mut self, edge: Edge, parent: Option<NodeIndex>, page: u32) -> Result<NodeIndex, LimitExceeded> {
        let next = Link::to(self.newest.get(edge.id.number));
        let parent = Link::to(parent);
        let node = Node { id: edge.id, role: edge.role, context: edge.context, parent, page, next };
        let index = self.nodes.len();
        if index >= MOST_NODES {
            let maximum = u64::try_from(MOST_NODES).unwrap_or(u64::MAX);
            return Err(LimitExceeded { limit: crate::limits::Limit::XrefEntries, maximum });
        }
        self.nodes.push(node);
        self.newest.set(edge.id.number, index);
        Ok(index)
    }

    /// Finds the references of an object of which no more matters. `false` where it has to be read.
    fn skim(
        &mut self,
        pdf: &Pdf<'_>,
        at: RevisionIndex,
        index: NodeIndex,
        found: &mut Vec<ObjectId>,
        budget: &mut Budget,
    ) -> Result<bool, LimitExceeded> {
        let Some(id) = self.nodes.get(index).map(|node| node.id) else { return Ok(false) };
        let Some(span) = pdf.references(id, at, found, budget)? else { return Ok(false) };
        let defined = pdf.entry(id.number, at).and_then(|entry| pdf.revision(entry.revision));
        if defined.is_none_or(|revision| span.end > revision.end()) {
            self.beyond.push(index);
        }
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
        while let Some(parent) = self.nodes.get(child).and_then(Node::parent) {
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
            let (edges, _) = self.edges(pdf, at, parent, &value, names, budget)?;
            let found = edges
                .iter()
                .any(|edge| edge.id == target.id && edge.role == target.role && edge.context == target.context);
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
pub(super) fn stands_at(value: &Object, offset: u64) -> bool {
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
