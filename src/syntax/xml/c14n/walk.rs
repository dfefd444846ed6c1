//! The walk over a tree in document order.

use std::cell::Cell;
use std::ops::Range;

use super::base::is_absolute;
use super::inherited::{Written, inherit, is_base};
use super::namespaces::Namespaces;
use super::output::{Output, Sink};
use super::select::Selection;
use super::{C14nError, Form, Method};
use crate::limits::Budget;
use crate::syntax::xml::names::NameId;
use crate::syntax::xml::tree::{Characters, Declaration, Element, Kind, Node, NodeId, Tree};

/// Writes the nodes of `selection` in canonical form into `sink`.
///
/// # Errors
/// [`C14nError`]; what the sink then has is not canonical.
pub fn canonicalise<S: Selection, K: Sink + ?Sized>(
    tree: &Tree<'_>,
    selection: &S,
    method: &Method,
    sink: &mut K,
    budget: &mut Budget,
) -> Result<(), C14nError> {
    let written = Cell::new(0);
    let mut sink = Counted { sink, octets: &written };
    let sink = &mut sink;
    let mut walk = Walk {
        tree,
        selection,
        method,
        namespaces: Namespaces::new(tree, method),
        explicit: selection.is_explicit(),
        all: selection.has_all_else(),
        output: Output::new(sink, tree.text()),
        open: Vec::new(),
        declarations: Vec::new(),
        utilised: Vec::new(),
        written: Vec::new(),
    };
    walk.ancestors()?;
    let before = walk.open.len();
    let mut behind = 0;
    for (count, (id, node)) in tree.nodes(selection.top()).enumerate() {
        if count.is_multiple_of(NODES_PER_SPEND) {
            budget.spend(UNITS_PER_SPEND)?;
        }
        if id.index() < behind {
            continue;
        }
        walk.close_before(id, before);
        if let Some(end) = selection.left_out(id) {
            walk.passed_over(id)?;
            behind = end;
            continue;
        }
        walk.node(id, node, budget)?;
        if written.get() >= OCTETS_PER_UNIT {
            budget.spend(written.get() / OCTETS_PER_UNIT)?;
            written.set(written.get() % OCTETS_PER_UNIT);
        }
    }
    walk.close_before(NodeId::END, before);
    walk.output.flush();
    Ok(())
}

/// A node takes about a tenth of a microsecond.
const NODES_PER_SPEND: usize = 1024;
const UNITS_PER_SPEND: u64 = 128;

/// A kilobyte is a unit of work. A short node may write much: a namespace that a thousand siblings use is declared on
/// each of them.
const OCTETS_PER_UNIT: u64 = 1 << 10;

/// Counts what goes to a sink.
struct Counted<'s, K: ?Sized> {
    sink: &'s mut K,
    octets: &'s Cell<u64>,
}

impl<K: Sink + ?Sized> Sink for Counted<'_, K> {
    fn octets(&mut self, octets: &[u8]) {
        let length = u64::try_from(octets.len()).unwrap_or(u64::MAX);
        self.octets.set(self.octets.get().saturating_add(length));
        self.sink.octets(octets);
    }
}

struct Walk<'w, S, K: Sink + ?Sized> {
    tree: &'w Tree<'w>,
    selection: &'w S,
    method: &'w Method,
    namespaces: Namespaces,
    explicit: bool,
    /// Whether every node that is walked is in the set.
    all: bool,
    output: Output<'w, K>,
    open: Vec<Open<'w>>,
    declarations: Vec<Declaration>,
    utilised: Vec<NameId>,
    written: Vec<Written<'w>>,
}

/// An open element.
struct Open<'w> {
    /// The number behind the last of its nodes.
    end: usize,
    /// Whether an end tag follows.
    element: Option<Element<'w>>,
    /// Whether its namespaces are to be closed.
    scoped: bool,
}

impl<'w, S: Selection, K: Sink + ?Sized> Walk<'w, S, K> {
    /// The elements above the first node: nothing of them is written, but what they declare is in scope.
    fn ancestors(&mut self) -> Result<(), C14nError> {
        let mut above = Vec::new();
        let mut next = self.tree.parent(self.selection.top());
        while let Some(id) = next {
            above.extend(self.tree.element(id));
            next = self.tree.parent(id);
        }
        for element in above.iter().rev() {
            self.check_names(element)?;
            self.namespaces.omit(element.declarations());
            self.open.push(Open { end: usize::MAX, element: None, scoped: true });
        }
        Ok(())
    }

    /// A node that is left out with all below it: what its elements declare is in scope for nothing that is written, and
    /// has to be right all the same.
    fn passed_over(&self, id: NodeId) -> Result<(), C14nError> {
        if !self.tree.declarations_within(id).iter().any(|declaration| self.is_relative(declaration)) {
            return Ok(());
        }
        let mut elements = self.tree.subtree(id).filter_map(|node| self.tree.element(node));
        elements.try_for_each(|element| self.check_names(&element))
    }

    fn close_before(&mut self, node: NodeId, floor: usize) {
        while self.open.len() > floor && self.open.last().is_some_and(|opened| opened.end <= node.index()) {
            let Some(opened) = self.open.pop() else { return };
            if let Some(element) = opened.element {
                match element.exact_end() {
                    Some(place) => self.output.source(place),
                    None => {
                        self.output.raw("</");
                        self.name(element.prefix(), element.local());
                        self.output.raw(">");
                    }
                }
            }
            if opened.scoped {
                self.namespaces.close();
            }
        }
    }

    fn node(&mut self, id: NodeId, node: &Node, budget: &mut Budget) -> Result<(), C14nError> {
        match node.kind {
            Kind::Root => Ok(()),
            Kind::Element => self.element(id, node, budget),
            Kind::Text => {
                if self.all || self.selection.has(id) {
                    let tree = self.tree;
                    match (node.plain, tree.place_of(node)) {
                        (true, Characters::Here(place)) => self.output.source(place),
                        (true, Characters::Aside(text)) => self.output.raw(text),
                        (false, _) => self.output.text(tree.characters(id)),
                    }
                }
                Ok(())
            }
            Kind::Comment => {
                if self.method.comments && self.selection.has(id) {
                    self.beside(id, |walk| {
                        walk.output.raw("<!--");
                        walk.output.raw(walk.tree.characters(id));
                        walk.output.raw("-->");
                    });
                }
                Ok(())
            }
            Kind::Instruction => {
                if self.selection.has(id) {
                    self.beside(id, |walk| {
                        walk.output.raw("<?");
                        walk.output.raw(walk.tree.target(id));
                        let data = walk.tree.characters(id);
                        if !data.is_empty() {
                            walk.output.raw(" ");
                            walk.output.raw(data);
                        }
                        walk.output.raw("?>");
                    });
                }
                Ok(())
            }
        }
    }

    /// What stands beside the document element is on a line of its own (Canonical XML 1.0 §2.3).
    fn beside(&mut self, id: NodeId, write: impl Fn(&mut Self)) {
        let outside = self.tree.parent(id) == Some(NodeId::ROOT);
        let root = if outside { self.tree.document_element() } else { None };
        if root.is_some_and(|root| root < id) {
            self.output.raw("\n");
        }
        write(self);
        if root.is_some_and(|root| id < root) {
            self.output.raw("\n");
        }
    }

    fn element(&mut self, id: NodeId, node: &Node, budget: &mut Budget) -> Result<(), C14nError> {
        let Some(element) = self.tree.element(id) else { return Ok(()) };
        let in_output = self.all || self.selection.has(id);
        let explicit = self.explicit;
        let end = usize::try_from(node.end).unwrap_or(usize::MAX);
        if in_output
            && !explicit
            && let Some(place) = self.as_written(&element, node)
        {
            self.output.source(place);
            self.open.push(Open { end, element: Some(element), scoped: false });
            return Ok(());
        }
        self.check_names(&element)?;
        if !in_output && !explicit {
            self.namespaces.omit(element.declarations());
            self.open.push(Open { end, element: None, scoped: true });
            return Ok(());
        }
        if explicit {
            budget.spend(u64::try_from(self.tree.names().div_ceil(256)).unwrap_or(u64::MAX))?;
        }
        self.declarations.clear();
        self.utilised.clear();
        if self.method.form == Form::Exclusive {
            if in_output {
                self.utilised.push(element.prefix());
            }
            for (number, attribute) in element.attributes().enumerate() {
                if attribute.prefix != NameId::EMPTY && (!explicit || self.selection.has_attribute(id, number)) {
                    self.utilised.push(attribute.prefix);
                }
            }
        }
        let (utilised, selection) = (&self.utilised, self.selection);
        self.namespaces.render(&element, in_output, utilised, selection, &mut self.declarations);
        if in_output {
            self.output.raw("<");
            self.name(element.prefix(), element.local());
        }
        self.declared();
        let seen = self.attributes(element, in_output);
        budget.spend(u64::try_from(seen >> 6).unwrap_or(u64::MAX))?;
        if in_output {
            self.output.raw(">");
        }
        self.open.push(Open { end, element: in_output.then_some(element), scoped: true });
        Ok(())
    }

    /// Where the start tag of an element of the output stands in the text just as it is to be written: its tag is exact, it
    /// declares nothing, needs no declaration, and takes no attribute over.
    fn as_written(&self, element: &Element<'_>, node: &Node) -> Option<Range<usize>> {
        let place = element.exact_start().filter(|_| node.plain)?;
        let alone = self.method.form != Form::Exclusive && self.is_below_omitted(node);
        (!alone && self.namespaces.is_settled(element.prefix())).then_some(place)
    }

    /// Whether the parent is an element that is not in the output.
    fn is_below_omitted(&self, node: &Node) -> bool {
        let parent = NodeId(node.parent);
        parent != NodeId::ROOT && !self.selection.has(parent)
    }

    fn name(&mut self, prefix: NameId, local: &str) {
        if prefix != NameId::EMPTY {
            self.output.raw(self.tree.name(prefix));
            self.output.raw(":");
        }
        self.output.raw(local);
    }

    fn declared(&mut self) {
        let tree = self.tree;
        self.declarations.sort_unstable_by_key(|declaration| tree.name(declaration.prefix));
        for declaration in &self.declarations {
            self.output.raw(" xmlns");
            if declaration.prefix != NameId::EMPTY {
                self.output.raw(":");
                self.output.raw(tree.name(declaration.prefix));
            }
            self.output.raw("=\"");
            self.output.attribute(tree.name(declaration.uri));
            self.output.raw("\"");
        }
    }

    /// Writes the attributes; how many were looked at above the element.
    fn attributes(&mut self, element: Element<'w>, in_output: bool) -> usize {
        let tree = self.tree;
        let explicit = self.explicit;
        // What the published vectors of Canonical XML 1.1 have: an element of the output keeps its own base, whether or
        // not the set has the attribute.
        let keeps_base = self.method.form == Form::Inclusive11;
        let mut written = std::mem::take(&mut self.written);
        written.clear();
        let attributes = element
            .attributes()
            .enumerate()
            .filter(|(number, attribute)| {
                !explicit
                    || self.selection.has_attribute(element.id(), *number)
                    || (in_output && keeps_base && is_base(tree, attribute))
            })
            .map(|(_, attribute)| Written::new(tree, &attribute));
        written.extend(attributes);
        let seen =
            if in_output { inherit(tree, &element, self.method.form, self.selection, &mut written) } else { 0 };
        written.sort_unstable_by_key(|attribute| (attribute.namespace, attribute.local));
        for attribute in &written {
            self.output.raw(" ");
            if !attribute.prefix.is_empty() {
                self.output.raw(attribute.prefix);
                self.output.raw(":");
            }
            self.output.raw(attribute.local);
            self.output.raw("=\"");
            self.output.attribute(&attribute.value);
            self.output.raw("\"");
        }
        self.written = written;
        seen
    }

    fn check_names(&self, element: &Element<'_>) -> Result<(), C14nError> {
        if element.declarations().iter().any(|declaration| self.is_relative(declaration)) {
            let offset = u64::try_from(self.tree.span(element.id()).start).unwrap_or(u64::MAX);
            return Err(C14nError::RelativeNamespace { offset });
        }
        Ok(())
    }

    fn is_relative(&self, declaration: &Declaration) -> bool {
        declaration.uri != NameId::EMPTY && !is_absolute(self.tree.name(declaration.uri))
    }
}
