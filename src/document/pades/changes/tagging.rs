//! Rules for the logical structure (ISO 32000-2 §14.7): where annotations come and go, it gets and loses the elements
//! that name them. Elements that name content of pages stay as they are.

use std::collections::BTreeMap;

use super::equal::{entry, keys};
use super::fault::Fault;
use super::finding::Kind;
use super::guard::Guard;
use super::pass::{Pass, Spot, StructureTask, as_plain_dict};
use super::role::Role;
use crate::limits::Budget;
use crate::syntax::pdf::{Dict, Object, ObjectId, RevisionIndex};

/// How deep new elements may be nested.
const DEEPEST: u32 = 8;

/// What a new or removed element names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Names {
    /// Widgets of signatures.
    Signatures,
    /// Other annotations.
    Annotations,
    /// Something else.
    Content,
}

impl Pass<'_, '_, '_> {
    /// A part of the structure that differs: its root, an element, a list of elements, or its parent tree.
    pub(super) fn structure(&mut self, task: &StructureTask, budget: &mut Budget) -> Result<(), Fault> {
        let spot = task.spot.clone();
        if task.old.as_array().is_some() || task.new.as_array().is_some() {
            return self.structure_kids(&task.old, &task.new, spot, budget);
        }
        let (Some(old), Some(new)) = (as_plain_dict(&task.old), as_plain_dict(&task.new)) else {
            if !self.pair.same(&task.old, &task.new, budget)? {
                self.refuse(Guard::Structure, spot);
            }
            return Ok(());
        };
        if is_tree(old) || is_tree(new) {
            return self.parent_tree(spot, budget);
        }
        for key in keys(old, new) {
            let (before, after) = (entry(old, key), entry(new, key));
            if self.pair.same(&before, &after, budget)? {
                continue;
            }
            let spot = spot.key(key);
            match key {
                b"K" => {
                    let (before, after) = (self.pair.in_old(&before, budget)?, self.pair.in_new(&after, budget)?);
                    self.structure_kids(&before, &after, spot, budget)?;
                }
                b"ParentTree" => self.parent_tree(spot, budget)?,
                b"ParentTreeNextKey" if after.as_i64().is_some() => {}
                _ => self.refuse(Guard::Structure, spot),
            }
        }
        Ok(())
    }

    fn structure_kids(&mut self, old: &Object, new: &Object, spot: Spot, budget: &mut Budget) -> Result<(), Fault> {
        let (old, new) = (as_list(old), as_list(new));
        let mut before = old.iter().peekable();
        for kid in new {
            budget.spend(1)?;
            // What was there stays in its order; it may be interrupted by what came and what went.
            let mut skipped = before.clone();
            let mut gone = Vec::new();
            let mut found = false;
            for other in skipped.by_ref() {
                if self.pair.same(other, kid, budget)? {
                    found = true;
                    break;
                }
                gone.push(other);
                if gone.len() > 64 {
                    break;
                }
            }
            if found {
                for other in gone {
                    self.element(other, self.pair.old, spot.clone(), budget)?;
                }
                before = skipped;
            } else {
                self.element(kid, self.pair.new, spot.clone(), budget)?;
            }
        }
        for other in before {
            self.element(other, self.pair.old, spot.clone(), budget)?;
        }
        Ok(())
    }

    /// An element that came, or that went (then as it was in the older revision).
    fn element(
        &mut self,
        element: &Object,
        at: RevisionIndex,
        spot: Spot,
        budget: &mut Budget,
    ) -> Result<(), Fault> {
        let names = self.names(element, at, 0, budget)?;
        let kind = match names {
            Names::Signatures if at == self.pair.new => Kind::StructureOfSignature,
            Names::Signatures | Names::Annotations => Kind::StructureOfAnnotation,
            Names::Content => {
                self.refuse(Guard::StructureElement, spot.of(element.as_reference()));
                return Ok(());
            }
        };
        self.note(kind, spot.of(element.as_reference()));
        Ok(())
    }

    fn names(
        &mut self,
        element: &Object,
        at: RevisionIndex,
        depth: u32,
        budget: &mut Budget,
    ) -> Result<Names, Fault> {
        budget.spend(1)?;
        let value = self.pair.pdf.resolve_owned(element, at, budget)?;
        let Some(dict) = as_plain_dict(&value).filter(|_| depth < DEEPEST) else { return Ok(Names::Content) };
        if dict.get_name(b"Type") == Some(b"OBJR") {
            let known = dict.iter().all(|(key, _)| matches!(key.as_bytes(), b"Type" | b"Obj" | b"Pg"));
            return Ok(match dict.get_reference(b"Obj") {
                Some(id) if known => self.annotation_named(id),
                _ => Names::Content,
            });
        }
        let known = |key: &[u8]| {
            matches!(key, b"Type" | b"S" | b"P" | b"K" | b"Pg" | b"T" | b"Lang" | b"Alt" | b"ID" | b"A" | b"NS")
        };
        if dict.get_name(b"S").is_none() || !dict.iter().all(|(key, _)| known(key.as_bytes())) {
            return Ok(Names::Content);
        }
        let kids = match dict.get(b"K") {
            Some(kids) => self.pair.pdf.resolve_owned(kids, at, budget)?,
            None => Object::NULL,
        };
        let mut all = Names::Signatures;
        for kid in as_list(&kids) {
            match self.names(kid, at, depth.saturating_add(1), budget)? {
                Names::Signatures => {}
                Names::Annotations => all = Names::Annotations,
                Names::Content => return Ok(Names::Content),
            }
        }
        Ok(all)
    }

    fn annotation_named(&self, id: ObjectId) -> Names {
        if self.new_widgets.contains(&id) || self.signed_widgets.contains(&id) {
            return Names::Signatures;
        }
        let annotation = self
            .graph
            .nodes_of(id.number)
            .filter_map(|index| self.graph.node(index))
            .any(|node| node.id == id && matches!(node.role, Role::Annotation | Role::Field));
        if annotation || self.added_annotations.contains(&id) { Names::Annotations } else { Names::Content }
    }

    /// The parent tree as a whole, once: entries that were there say the same, new ones may come.
    fn parent_tree(&mut self, spot: Spot, budget: &mut Budget) -> Result<(), Fault> {
        if self.parents_judged {
            return Ok(());
        }
        self.parents_judged = true;
        let old = self.numbers(self.pair.old, budget)?;
        let new = self.numbers(self.pair.new, budget)?;
        let (Some(old), Some(new)) = (old, new) else {
            self.refuse(Guard::ParentTree, spot);
            return Ok(());
        };
        let mut removed = false;
        for (number, before) in &old {
            match new.get(number) {
                Some(after) if self.pair.same(before, after, budget)? => {}
                Some(_) => {
                    self.refuse(Guard::ParentTree, spot);
                    return Ok(());
                }
                None => removed = true,
            }
        }
        if removed {
            self.note(Kind::StructureOfAnnotation, spot);
        }
        Ok(())
    }

    /// The entries of the parent tree (§7.9.7); none where it is malformed.
    fn numbers(&self, at: RevisionIndex, budget: &mut Budget) -> Result<Option<BTreeMap<i64, Object>>, Fault> {
        let catalog = self.pair.pdf.catalog(at, budget)?;
        let follow = |dict: &Dict, key: &[u8], budget: &mut Budget| match dict.get(key) {
            Some(value) => self.pair.pdf.resolve_owned(value, at, budget),
            None => Ok(Object::NULL),
        };
        let root = follow(&catalog, b"StructTreeRoot", budget)?;
        let Some(root) = as_plain_dict(&root) else { return Ok(Some(BTreeMap::new())) };
        let mut entries = BTreeMap::new();
        let mut open = vec![(follow(root, b"ParentTree", budget)?, 0_u32)];
        while let Some((node, depth)) = open.pop() {
            budget.spend(1)?;
            if node.is_null() {
                continue;
            }
            let Some(node) = as_plain_dict(&node).filter(|_| depth < 32) else { return Ok(None) };
            let kids = follow(node, b"Kids", budget)?;
            for kid in kids.as_array().unwrap_or_default() {
                open.push((self.pair.pdf.resolve_owned(kid, at, budget)?, depth.saturating_add(1)));
            }
            let numbers = follow(node, b"Nums", budget)?;
            for pair in numbers.as_array().unwrap_or_default().chunks(2) {
                budget.spend(1)?;
                let [number, value] = pair else { return Ok(None) };
                let Some(number) = number.as_i64() else { return Ok(None) };
                if entries.insert(number, value.clone()).is_some() {
                    return Ok(None);
                }
            }
        }
        Ok(Some(entries))
    }
}

/// A node of a number tree.
fn is_tree(dict: &Dict) -> bool {
    !dict.has(b"S") && [&b"Nums"[..], b"Limits", b"Kids"].iter().any(|key| dict.has(key))
}

fn as_list(value: &Object) -> &[Object] {
    match value.as_array() {
        Some(elements) => elements,
        None if value.is_null() => &[],
        None => std::slice::from_ref(value),
    }
}
