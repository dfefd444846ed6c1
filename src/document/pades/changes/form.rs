//! Rules for the interactive form: its dictionary and the list of its fields (ISO 32000-2 §12.7.3, §12.7.4).

use std::collections::HashSet;
use std::sync::Arc;

use super::equal::{entry, keys};
use super::fault::Fault;
use super::fields::Namer;
use super::finding::Kind;
use super::guard::Guard;
use super::pass::{Entry, NewSignature, Pass, Spot, as_plain_dict};
use super::role::{Context, Fields, Role};
use crate::limits::Budget;
use crate::syntax::pdf::{Dict, Object, ObjectId, RevisionIndex, Value};

/// How deep new fields may be nested.
const DEEPEST: u32 = 16;

impl Pass<'_, '_, '_> {
    /// An entry of the form.
    pub(super) fn form(&mut self, found: &Entry<'_>, spot: Spot, budget: &mut Budget) -> Result<(), Fault> {
        let created = found.old_dict.is_empty();
        let new = self.pair.in_new(&found.new, budget)?;
        let old = self.pair.in_old(&found.old, budget)?;
        match found.key {
            b"Fields" => return self.value(Role::Fields, &found.old, &found.new, spot, budget),
            // Bit 1: there are signatures; bit 2: the file may only be appended to.
            b"SigFlags" => {
                let (old, new) = (old.as_i64().unwrap_or(0), new.as_i64().unwrap_or(-1));
                let grows = (0..=3).contains(&new) && old & !new == 0;
                self.note_if(grows, Kind::SignatureFlags, Guard::FormFlags, spot);
            }
            b"DA" if old.is_null() && new.as_string().is_some() => self.note(Kind::FormResources, spot),
            b"DR" => {
                let grow = self.resources_grow(&old, &new, budget)?;
                self.note_if(grow, Kind::FormResources, Guard::FormResources, spot);
            }
            b"NeedAppearances" if new.is_null() || new.as_bool() == Some(false) => {
                self.note(Kind::SignatureFlags, spot);
            }
            b"Q" if created => self.note(Kind::FormResources, spot),
            _ => self.refuse(Guard::FormEntry, spot),
        }
        Ok(())
    }

    /// Whether default resources only get new names.
    pub(super) fn resources_grow(&self, old: &Object, new: &Object, budget: &mut Budget) -> Result<bool, Fault> {
        let none = Dict::default();
        let (Some(old), Some(new)) =
            (as_plain_dict(old).or_else(|| old.is_null().then_some(&none)), as_plain_dict(new))
        else {
            return Ok(false);
        };
        for key in keys(old, new) {
            let before = self.pair.old_entry(old, key, budget)?;
            let after = self.pair.new_entry(new, key, budget)?;
            if self.pair.same(&before, &after, budget)? {
                continue;
            }
            let unused = match key {
                // Procedure sets are obsolete and say nothing (§14.2).
                b"ProcSet" => true,
                // A default appearance uses fonts only (§12.7.4.3): a signature may put its parts here.
                b"XObject" => !self.signed.is_empty(),
                _ => false,
            };
            if !unused && !self.names_grow(&before, &after, budget)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether one kind of resources only gets new names.
    pub(super) fn names_grow(&self, old: &Object, new: &Object, budget: &mut Budget) -> Result<bool, Fault> {
        let none = Dict::default();
        let old = as_plain_dict(old).or_else(|| old.is_null().then_some(&none));
        let (Some(old), Some(new)) = (old, as_plain_dict(new)) else { return Ok(false) };
        for (name, value) in old.iter() {
            if !self.pair.same(value, &entry(new, name.as_bytes()), budget)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// A list of fields: those that were there stay, new ones have to be signature fields.
    pub(super) fn fields(
        &mut self,
        old: &Object,
        new: &Object,
        spot: Spot,
        budget: &mut Budget,
    ) -> Result<(), Fault> {
        let (Some(old_list), Some(new_list)) = (list(old), list(new)) else {
            self.refuse(Guard::FieldList, spot);
            return Ok(());
        };
        let (old_ids, new_ids) = (Ids::of(&old_list), Ids::of(&new_list));
        budget.spend(u64::try_from(old_list.len().saturating_add(new_list.len())).unwrap_or(u64::MAX) >> 4)?;
        let stays = |other: &Ids, field: &Object| field.as_reference().is_some_and(|id| other.has(id));
        // What both begin with stays; a field that is named twice is looked for from the start.
        let alike = if new_ids.any_twice() { 0 } else { alike(&old_list, &new_list) };
        let mut gone: Vec<&Object> = old_list.iter().skip(alike).filter(|field| !stays(&new_ids, field)).collect();
        let mut seen: HashSet<ObjectId> = HashSet::new();
        for (index, field) in new_list.iter().enumerate().skip(alike) {
            let place = || spot.element(index).of(field.as_reference());
            if field.as_reference().is_some_and(|id| !seen.insert(id)) {
                self.refuse(Guard::FieldTwice, place());
                continue;
            }
            if stays(&old_ids, field) {
                continue;
            }
            let spot = place();
            // A field that was written anew under another number is the one with the same name.
            let mut renumbered = None;
            for (position, other) in gone.iter().enumerate() {
                if self.have_one_name(other, field, budget)? {
                    renumbered = Some(position);
                    break;
                }
            }
            match renumbered {
                Some(position) => {
                    let other = gone.remove(position);
                    self.value(Role::Field, other, field, spot, budget)?;
                }
                None => {
                    let context = spot.context;
                    self.new_field(field, context, spot, 0, budget)?;
                }
            }
        }
        for field in gone {
            if self.pair.in_old(field, budget)?.is_null() {
                continue;
            }
            let spot = spot.of(field.as_reference());
            self.refuse(Guard::FieldKept, spot);
        }
        Ok(())
    }

    fn have_one_name(&self, old: &Object, new: &Object, budget: &mut Budget) -> Result<bool, Fault> {
        let (old, new) = (self.pair.in_old(old, budget)?, self.pair.in_new(new, budget)?);
        let (Some(old), Some(new)) = (old.as_dict(), new.as_dict()) else { return Ok(false) };
        let old = self.pair.old_entry(old, b"T", budget)?;
        let new = self.pair.new_entry(new, b"T", budget)?;
        Ok(!old.is_null() && self.pair.same(&old, &new, budget)?)
    }

    /// The context of a field: that of its older state, where it has one.
    pub(super) fn own_context(
        &mut self,
        old: &Object,
        new: &Object,
        context: Context,
        budget: &mut Budget,
    ) -> Result<Context, Fault> {
        match (old.as_dict(), new.as_dict()) {
            (Some(dict), _) => self.enter(dict, context, self.pair.old, budget),
            (None, Some(dict)) => self.enter(dict, context, self.pair.new, budget),
            (None, None) => Ok(context),
        }
    }

    pub(super) fn enter(
        &mut self,
        dict: &Dict,
        context: Context,
        at: RevisionIndex,
        budget: &mut Budget,
    ) -> Result<Context, Fault> {
        let mut namer = Namer { pdf: self.pair.pdf, at, names: self.names, budget, limit: None };
        let (context, _) = namer.enter(dict, context);
        match namer.limit {
            Some(limit) => Err(limit.into()),
            None => Ok(context),
        }
    }

    /// A field that came: it has to be a signature field or a node that holds nothing else.
    fn new_field(
        &mut self,
        field: &Object,
        parent: Context,
        spot: Spot,
        depth: u32,
        budget: &mut Budget,
    ) -> Result<(), Fault> {
        budget.spend(1)?;
        let value = self.pair.in_new(field, budget)?;
        let Some(dict) = as_plain_dict(&value).filter(|_| depth < DEEPEST) else {
            // A reference to nothing adds nothing.
            if !value.is_null() {
                self.refuse(Guard::NewFieldForm, spot);
            }
            return Ok(());
        };
        let context = self.enter(dict, parent, self.pair.new, budget)?;
        let spot = Spot { context, ..spot };
        let is_signature = self.names.get(context).field_type == b"Sig";
        let kids = self.pair.new_entry(dict, b"Kids", budget)?;
        let empty_node = !kids.is_null() && self.names.get(context).field_type.is_empty();
        if !dict.duplicate_keys().is_empty() {
            self.refuse(Guard::KeyOnce, spot);
            return Ok(());
        }
        if !is_signature && !empty_node {
            self.refuse(Guard::NewFieldType, spot);
            return Ok(());
        }
        for (key, _) in dict.iter() {
            let known = match key.as_bytes() {
                b"T" | b"Kids" | b"Parent" | b"TU" | b"TM" | b"Ff" | b"FT" | b"DA" => true,
                b"Type" | b"Subtype" | b"Rect" | b"P" | b"F" | b"AP" | b"AS" | b"V" | b"MK" | b"M" | b"NM"
                | b"Border" | b"BS" | b"C" | b"H" | b"Lock" | b"SV" | b"Q" | b"StructParent" | b"DR" => {
                    is_signature
                }
                _ => false,
            };
            if !known {
                let action = matches!(key.as_bytes(), b"A" | b"AA");
                let guard = if action { Guard::FieldAction } else { Guard::NewFieldForm };
                self.refuse(guard, spot.key(key.as_bytes()));
                return Ok(());
            }
        }
        if let Some(kids) = kids.as_array() {
            for (index, kid) in kids.iter().enumerate() {
                let spot = spot.key(b"Kids").element(index).of(kid.as_reference());
                self.new_field(kid, context, spot, depth.saturating_add(1), budget)?;
            }
        } else if !kids.is_null() {
            self.refuse(Guard::NewFieldForm, spot);
            return Ok(());
        }
        if !is_signature {
            return Ok(());
        }
        self.new_signature_field(dict, field.as_reference(), spot, budget)
    }

    /// A new signature field, or the widget of one.
    fn new_signature_field(
        &mut self,
        dict: &Dict,
        id: Option<ObjectId>,
        spot: Spot,
        budget: &mut Budget,
    ) -> Result<(), Fault> {
        let name = self.names.get(spot.context).name.clone();
        let shows = self.shows(dict, budget)?;
        let kind = match self.signed.get(&name) {
            Some(NewSignature::Timestamp) if !shows => Kind::DocumentTimestamp,
            Some(_) => Kind::Signature,
            None => Kind::SignatureField,
        };
        let value = self.pair.new_entry(dict, b"V", budget)?;
        let unsigned = !self.signed.contains_key(&name);
        let mut broken = self.broken(Guard::NewFieldShows, shows && unsigned);
        broken = self.broken(Guard::SignatureValue, !value.is_null() && unsigned).or(broken);
        for key in [&b"AP"[..], b"MK", b"Lock", b"SV", b"DR"] {
            if let Some(value) = dict.get(key)
                && let Some(bad) = self.vet(value, budget)?
            {
                broken = Some(bad);
            }
        }
        if let Some(id) = id {
            self.new_widgets.insert(id);
        }
        // The widgets of a field that is signed say nothing of their own.
        if dict.has(b"T") || broken.is_some() || kind.class() != Kind::Signature.class() {
            self.note_unless(broken, kind, spot);
        }
        Ok(())
    }

    /// Whether a widget shows something: it has an appearance, an area, and is not hidden.
    pub(super) fn shows(&self, dict: &Dict, budget: &mut Budget) -> Result<bool, Fault> {
        let appearance = self.pair.new_entry(dict, b"AP", budget)?;
        if appearance.is_null() {
            return Ok(false);
        }
        let flags = self.pair.new_entry(dict, b"F", budget)?.as_i64().unwrap_or(0);
        // Hidden; or NoView and not printed either (§12.5.3, table 167).
        if flags & 2 != 0 || flags & 32 != 0 && flags & 4 == 0 {
            return Ok(false);
        }
        self.has_area(&self.pair.new_entry(dict, b"Rect", budget)?, budget)
    }

    /// Whether a rectangle has an area; what is no rectangle may have one.
    pub(super) fn has_area(&self, rectangle: &Object, budget: &mut Budget) -> Result<bool, Fault> {
        let Some([a, b, c, d]) = rectangle.as_array() else { return Ok(!rectangle.is_null()) };
        let mut numbers = [0.0_f64; 4];
        for (number, object) in numbers.iter_mut().zip([a, b, c, d]) {
            let object = self.pair.in_new(object, budget)?;
            match object.as_number().and_then(crate::syntax::pdf::Number::as_f64) {
                Some(found) => *number = found,
                None => return Ok(true),
            }
        }
        let [left, bottom, right, top] = numbers;
        Ok(left.total_cmp(&right).is_ne() && bottom.total_cmp(&top).is_ne())
    }
}

/// The elements of a list; that of null is empty.
pub(super) fn list(value: &Object) -> Option<Arc<[Object]>> {
    match &value.value {
        Value::Array(elements) => Some(Arc::clone(elements)),
        Value::Null => Some(Arc::default()),
        _ => None,
    }
}

/// How many elements both lists begin with that are the same references.
fn alike(old: &[Object], new: &[Object]) -> usize {
    let same = |(old, new): &(&Object, &Object)| matches!((&old.value, &new.value), (Value::Reference(old), Value::Reference(new)) if old == new);
    old.iter().zip(new).take_while(same).count()
}

/// The objects that a list refers to, in order of their numbers. Lists grow at their end, so they are in order nearly.
pub(super) struct Ids(Vec<ObjectId>);

impl Ids {
    pub(super) fn of(list: &[Object]) -> Self {
        Self::sorted(list.iter().filter_map(Object::as_reference).collect())
    }

    pub(super) fn sorted(mut ids: Vec<ObjectId>) -> Self {
        ids.sort_unstable();
        Self(ids)
    }

    pub(super) fn has(&self, id: ObjectId) -> bool {
        self.0.binary_search(&id).is_ok()
    }

    fn any_twice(&self) -> bool {
        self.0.iter().zip(self.0.iter().skip(1)).any(|(one, next)| one == next)
    }
}
