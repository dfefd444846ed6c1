//! The namespace axis (Canonical XML 1.0 §2.3 "Namespace Axis", Exclusive XML Canonicalization 1.0 §3).
//!
//! Two scopes go along with the walk: what is bound, by any element, and what stands rendered at the nearest element of
//! the output. They can differ only for prefixes that were declared since that element, so only those are compared.

use super::{Form, Method};
use crate::syntax::xml::c14n::Selection;
use crate::syntax::xml::names::{NameId, Scope};
use crate::syntax::xml::tree::{Declaration, Element, NodeId, Tree};

/// What the walk knows of namespaces.
pub(super) struct Namespaces {
    form: Form,
    /// Exclusive: the prefixes of the list, sorted, that the document has at all.
    listed: Vec<NameId>,
    bound: Scope,
    rendered: Scope,
    /// Prefixes declared since the nearest element of the output.
    pending: Vec<NameId>,
    floor: usize,
    opened: Vec<Opened>,
    /// Room for one element's candidates.
    candidates: Vec<NameId>,
}

struct Opened {
    in_output: bool,
    floor: usize,
    pending: usize,
}

impl Namespaces {
    pub(super) fn new(tree: &Tree<'_>, method: &Method) -> Self {
        let mut listed: Vec<NameId> =
            method.inclusive_prefixes.iter().filter_map(|prefix| tree.find_name(prefix)).collect();
        listed.sort_unstable();
        Self {
            form: method.form,
            listed,
            bound: Scope::default(),
            rendered: Scope::default(),
            pending: Vec::new(),
            floor: 0,
            opened: Vec::new(),
            candidates: Vec::new(),
        }
    }

    /// Opens an element that is not in the output.
    pub(super) fn omit(&mut self, declarations: &[Declaration]) {
        self.enter(false, declarations);
    }

    /// Opens an element of the output (or, of an explicit set, one that is not, whose namespace nodes may be) and gives
    /// the declarations to be written, unsorted, into `written`.
    pub(super) fn render<S: Selection>(
        &mut self,
        element: &Element<'_>,
        in_output: bool,
        utilised: &[NameId],
        selection: &S,
        written: &mut Vec<Declaration>,
    ) {
        let before = self.floor;
        self.enter(in_output, element.declarations());
        let from = before.min(self.pending.len());
        let mut candidates = std::mem::take(&mut self.candidates);
        candidates.clear();
        if selection.is_explicit() {
            candidates.extend(self.bound.prefixes());
        } else {
            // What is in force changed for these only.
            candidates.extend_from_slice(self.pending.get(from..).unwrap_or_default());
        }
        if in_output {
            self.floor = self.pending.len();
        }
        if self.form == Form::Exclusive {
            candidates.retain(|prefix| self.listed.binary_search(prefix).is_ok());
            candidates.extend_from_slice(utilised);
        }
        if selection.is_explicit() && self.form != Form::Exclusive {
            candidates.push(NameId::EMPTY);
        }
        candidates.sort_unstable();
        candidates.dedup();
        for prefix in &candidates {
            self.compare(element.id(), *prefix, in_output, selection, written);
        }
        self.candidates = candidates;
    }

    /// Whether an element of the output that declares nothing, with this prefix and attributes without, needs no
    /// declaration: then it need not be opened here. Not for explicit sets.
    pub(super) fn is_settled(&self, prefix: NameId) -> bool {
        let same = || {
            prefix == NameId::XML
                || self.bound.uri(prefix).filter(|uri| *uri != NameId::EMPTY) == self.rendered.uri(prefix)
        };
        self.pending.len() == self.floor && (self.form != Form::Exclusive || same())
    }

    fn compare<S: Selection>(
        &mut self,
        element: NodeId,
        prefix: NameId,
        in_output: bool,
        selection: &S,
        written: &mut Vec<Declaration>,
    ) {
        if prefix == NameId::XML {
            return;
        }
        let there = !selection.is_explicit() || selection.has_namespace(element, prefix);
        let uri = self.bound.uri(prefix).filter(|uri| there && *uri != NameId::EMPTY);
        let rendered = self.rendered.uri(prefix);
        if uri == rendered {
            return;
        }
        match uri {
            Some(uri) => written.push(Declaration { prefix, uri }),
            None if prefix == NameId::EMPTY && in_output => {
                written.push(Declaration { prefix, uri: NameId::EMPTY });
            }
            // A prefix cannot be undeclared; but what has no node in the set here is in force for nobody below.
            None => {}
        }
        if in_output {
            self.rendered.bind(prefix, uri);
        }
    }

    fn enter(&mut self, in_output: bool, declarations: &[Declaration]) {
        self.opened.push(Opened { in_output, floor: self.floor, pending: self.pending.len() });
        self.bound.open();
        if in_output {
            self.rendered.open();
        }
        for declaration in declarations {
            self.bound.bind(declaration.prefix, Some(declaration.uri));
            self.pending.push(declaration.prefix);
        }
    }

    /// Closes the element.
    pub(super) fn close(&mut self) {
        let Some(opened) = self.opened.pop() else { return };
        self.bound.close();
        if opened.in_output {
            self.rendered.close();
        }
        self.floor = opened.floor;
        self.pending.truncate(opened.pending);
    }
}
