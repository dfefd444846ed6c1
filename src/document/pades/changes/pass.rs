//! One pass over what an update touches: every object that it defines anew is compared with what it was, in each role
//! in which it is reachable, and each difference is given to the rules of that role.

use std::collections::{HashMap, HashSet};

use super::equal::{Pair, entry, keys};
use super::fault::Fault;
use super::fields::FieldNames;
use super::finding::Kind;
use super::graph::{Graph, NodeIndex};
use super::guard::{Guard, Guards};
use super::overlay::{Layout, OverlayTask};
use super::role::{Context, Role};
use crate::limits::Budget;
use crate::syntax::pdf::{Dict, Object, ObjectId, Place};

/// A signature that the newer revision adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NewSignature {
    /// A signature.
    Signature,
    /// A document time-stamp.
    Timestamp,
}

/// Where a value stands.
#[derive(Clone, Debug, Default)]
pub(super) struct Spot {
    /// The node that holds it.
    pub(super) node: Option<NodeIndex>,
    /// The way from there.
    pub(super) tail: String,
    /// The object that is meant, where it is not that of the node.
    pub(super) object: Option<ObjectId>,
    /// The page, from 1; 0 is none.
    pub(super) page: u32,
    /// The field.
    pub(super) context: Context,
}

impl Spot {
    /// The entry `key` below.
    pub(super) fn key(&self, key: &[u8]) -> Self {
        Self { tail: format!("{}/{}", self.tail, String::from_utf8_lossy(key)), ..self.clone() }
    }

    /// The element `index` below.
    pub(super) fn element(&self, index: usize) -> Self {
        Self { tail: format!("{}/{index}", self.tail), ..self.clone() }
    }

    /// The same, of another object.
    pub(super) fn of(&self, object: Option<ObjectId>) -> Self {
        Self { object: object.or(self.object), ..self.clone() }
    }
}

/// A difference and what the rules make of it.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// The kind; none where the path says it.
    pub(super) kind: Option<Kind>,
    /// Where.
    pub(super) spot: Spot,
    /// The full name of the field whose change it is.
    pub(super) field: Option<String>,
}

/// Annotations of a page that differ; judged after the form.
#[derive(Debug)]
pub(super) struct AnnotsTask {
    pub(super) old: Object,
    pub(super) new: Object,
    pub(super) spot: Spot,
}

/// Parts of the logical structure that differ; judged after the annotations.
#[derive(Debug)]
pub(super) struct StructureTask {
    pub(super) old: Object,
    pub(super) new: Object,
    pub(super) spot: Spot,
}

/// The pass over one update.
pub(super) struct Pass<'x, 'p, 'a> {
    pub(super) pair: Pair<'p, 'a>,
    pub(super) guards: Guards,
    pub(super) graph: &'x Graph,
    pub(super) names: &'x mut FieldNames,
    /// The fields that the update signs.
    pub(super) signed: &'x HashMap<String, NewSignature>,
    /// Data of the security store that were looked at for an older revision, with their places.
    pub(super) stored: &'x mut HashMap<ObjectId, Place>,
    pub(super) found: Vec<Found>,
    pub(super) annots: Vec<AnnotsTask>,
    pub(super) structures: Vec<StructureTask>,
    pub(super) overlays: Vec<OverlayTask>,
    /// Pages of the older revision as they were laid out.
    pub(super) layouts: HashMap<ObjectId, Layout>,
    /// Changes of appearances, of which the values decide.
    pub(super) appearances: Vec<(String, Found)>,
    /// Fields whose value changed.
    pub(super) filled: HashSet<String>,
    /// Where the value of a field changed, once for each.
    pub(super) values: HashMap<Context, Spot>,
    /// The objects of each field; empty until they are asked for.
    pub(super) widgets: HashMap<Context, Vec<ObjectId>>,
    /// Widgets of new fields.
    pub(super) new_widgets: HashSet<ObjectId>,
    /// Widgets that a form had before and that were signed, with the name of their field.
    pub(super) signed_widgets: HashSet<ObjectId>,
    /// Annotations that came.
    pub(super) added_annotations: HashSet<ObjectId>,
    /// Objects whose harmlessness has been looked at.
    pub(super) vetted: HashSet<ObjectId>,
    pub(super) store_judged: bool,
    pub(super) parents_judged: bool,
}

impl<'x, 'p, 'a> Pass<'x, 'p, 'a> {
    pub(super) fn new(
        pair: Pair<'p, 'a>,
        guards: Guards,
        graph: &'x Graph,
        names: &'x mut FieldNames,
        signed: &'x HashMap<String, NewSignature>,
        stored: &'x mut HashMap<ObjectId, Place>,
    ) -> Self {
        Self {
            pair,
            guards,
            graph,
            names,
            signed,
            stored,
            found: Vec::new(),
            annots: Vec::new(),
            structures: Vec::new(),
            overlays: Vec::new(),
            layouts: HashMap::new(),
            appearances: Vec::new(),
            filled: HashSet::new(),
            values: HashMap::new(),
            widgets: HashMap::new(),
            new_widgets: HashSet::new(),
            signed_widgets: HashSet::new(),
            added_annotations: HashSet::new(),
            vetted: HashSet::new(),
            store_judged: false,
            parents_judged: false,
        }
    }

    /// Notes a difference.
    pub(super) fn note(&mut self, kind: Kind, spot: Spot) {
        let field = Some(self.names.get(spot.context).name.clone()).filter(|name| !name.is_empty());
        self.found.push(Found { kind: Some(kind), spot, field });
    }

    /// A guard, where it is `broken` and in force.
    pub(super) fn broken(&self, guard: Guard, broken: bool) -> Option<Guard> {
        Some(guard).filter(|guard| broken && self.guards.hold(*guard))
    }

    /// Notes a difference that breaks a guard.
    pub(super) fn refuse(&mut self, guard: Guard, spot: Spot) {
        if self.guards.hold(guard) {
            self.note(guard.kind().unwrap_or(Kind::NotAnalysed), spot);
        }
    }

    /// Notes a difference that a rule permits where its guard `holds`.
    pub(super) fn note_if(&mut self, holds: bool, kind: Kind, guard: Guard, spot: Spot) {
        if holds || !self.guards.hold(guard) {
            self.note(kind, spot);
        } else {
            self.refuse(guard, spot);
        }
    }

    /// Notes a difference that a rule permits where no guard is broken.
    pub(super) fn note_unless(&mut self, broken: Option<Guard>, kind: Kind, spot: Spot) {
        match broken {
            Some(guard) => self.refuse(guard, spot),
            None => self.note(kind, spot),
        }
    }

    /// Notes a difference that no rule covers.
    pub(super) fn forbid(&mut self, spot: Spot) {
        self.found.push(Found { kind: None, spot, field: None });
    }

    /// Compares a node that the update touches.
    pub(super) fn node(&mut self, index: NodeIndex, budget: &mut Budget) -> Result<(), Fault> {
        let Some(node) = self.graph.node(index).copied() else { return Ok(()) };
        let spot = Spot {
            node: Some(index),
            page: node.page,
            context: node.context,
            object: Some(node.id),
            ..Spot::default()
        };
        let old = self.pair.pdf.object(node.id, self.pair.old, budget)?;
        let new = self.pair.pdf.object(node.id, self.pair.new, budget)?;
        self.value(node.role, &old, &new, spot, budget)
    }

    /// Compares two values of one role that are not the same reference.
    pub(super) fn value(
        &mut self,
        role: Role,
        old: &Object,
        new: &Object,
        spot: Spot,
        budget: &mut Budget,
    ) -> Result<(), Fault> {
        budget.spend(1)?;
        let id = new.as_reference();
        if id.is_some() && id == old.as_reference() {
            return Ok(());
        }
        let spot = spot.of(id);
        let (old, new) = (self.pair.in_old(old, budget)?, self.pair.in_new(new, budget)?);
        let same = |pass: &Self, budget: &mut Budget| pass.pair.same(&old, &new, budget);
        match role {
            Role::Catalog => self.dicts(&old, &new, spot, budget, Self::catalog),
            Role::PageTree => self.page_tree(&old, &new, spot, budget),
            Role::Annots => {
                self.annots.push(AnnotsTask { old, new, spot });
                Ok(())
            }
            Role::Annotation => self.annotation(&old, &new, spot, budget),
            Role::Form => self.dicts(&old, &new, spot, budget, Self::form),
            Role::Fields => self.fields(&old, &new, spot, budget),
            Role::Field => {
                let context = self.own_context(&old, &new, spot.context, budget)?;
                self.dicts(&old, &new, Spot { context, ..spot }, budget, Self::field)
            }
            Role::Structure => {
                self.structures.push(StructureTask { old, new, spot });
                Ok(())
            }
            _ if same(self, budget)? => Ok(()),
            Role::Extensions => self.extensions(&old, &new, spot, budget),
            Role::Metadata => self.metadata(&new, spot, budget),
            Role::Information => self.information(&old, &new, spot, budget),
            Role::AnnotationPart => self.annotation_part(&new, spot, budget),
            Role::Appearance => self.appearance(&old, &new, spot, budget),
            Role::FieldValue => self.field_value(&new, spot, budget),
            Role::SignatureValue => {
                self.refuse(Guard::SignatureValue, spot);
                Ok(())
            }
            Role::Permissions => {
                self.refuse(Guard::Permissions, spot);
                Ok(())
            }
            Role::IntegrityCode => {
                self.note(Kind::FileIdentifier, spot);
                Ok(())
            }
            Role::TrailerPart => self.trailer_part(&new, spot, budget),
            Role::DefaultResources | Role::ResourceNames => {
                let good = match role {
                    Role::DefaultResources => self.resources_grow(&old, &new, budget)?,
                    _ => self.names_grow(&old, &new, budget)?,
                };
                self.note_if(good, Kind::FormResources, Guard::FormResources, spot);
                Ok(())
            }
            Role::Opaque => {
                self.forbid(spot);
                Ok(())
            }
            Role::Store => self.store(spot, budget),
        }
    }

    /// Compares two dictionaries, entry by entry; another type on either side is a change that no rule covers.
    pub(super) fn dicts(
        &mut self,
        old: &Object,
        new: &Object,
        spot: Spot,
        budget: &mut Budget,
        entry_rule: fn(&mut Self, &Entry<'_>, Spot, &mut Budget) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let (Some(old_dict), Some(new_dict)) = (as_plain_dict(old), as_plain_dict(new)) else {
            if !self.pair.same(old, new, budget)? {
                self.forbid(spot);
            }
            return Ok(());
        };
        // Readers differ in which of two equal keys counts.
        if !new_dict.duplicate_keys().is_empty() && old_dict.duplicate_keys() != new_dict.duplicate_keys() {
            self.refuse(Guard::KeyOnce, spot.clone());
        }
        for key in keys(old_dict, new_dict) {
            let (old, new) = (entry(old_dict, key), entry(new_dict, key));
            if !self.pair.same(&old, &new, budget)? {
                entry_rule(self, &Entry { old_dict, new_dict, key, old, new }, spot.key(key), budget)?;
            }
        }
        Ok(())
    }
}

/// An entry that differs.
pub(super) struct Entry<'d> {
    pub(super) old_dict: &'d Dict,
    pub(super) new_dict: &'d Dict,
    pub(super) key: &'d [u8],
    /// Null where it is missing.
    pub(super) old: Object,
    /// Null where it is missing.
    pub(super) new: Object,
}

/// A dictionary that is none of a stream.
pub(super) fn as_plain_dict(value: &Object) -> Option<&Dict> {
    if value.as_stream().is_some() { None } else { value.as_dict() }
}
