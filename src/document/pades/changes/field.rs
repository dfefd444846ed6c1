//! Rules for fields that were there before: what filling in and signing may change (ISO 32000-2 §12.7.4, §12.7.5.5,
//! §12.8.2.2, table 257).

use super::fault::Fault;
use super::finding::Kind;
use super::guard::Guard;
use super::pass::{Entry, Found, NewSignature, Pass, Spot};
use super::role::Role;
use crate::limits::Budget;
use crate::syntax::pdf::{Object, Value};

/// `Ff`: the field may not be filled in any more.
const READ_ONLY: i64 = 1;

impl Pass<'_, '_, '_> {
    /// An entry of a field or of a widget of it.
    pub(super) fn field(&mut self, found: &Entry<'_>, spot: Spot, budget: &mut Budget) -> Result<(), Fault> {
        if found.key == b"Kids" {
            return self.value(Role::Fields, &found.old, &found.new, spot, budget);
        }
        self.seen_anew(found.key, &spot);
        let info = self.names.get(spot.context).clone();
        if info.field_type == b"Sig" {
            match self.signed.get(&info.name).copied() {
                Some(signature) => self.signed_field(found, signature, spot, budget),
                None => {
                    let guard = match found.key {
                        b"V" if self.pair.in_new(&found.new, budget)?.is_null() => Guard::SignatureKept,
                        b"V" => Guard::SignatureValue,
                        b"AP" => Guard::SignatureAppearance,
                        key => kept(key),
                    };
                    self.refuse(guard, spot);
                    Ok(())
                }
            }
        } else {
            self.filled_field(found, &info.field_type, spot, budget)
        }
    }

    /// A signature field that is being signed.
    fn signed_field(
        &mut self,
        found: &Entry<'_>,
        signature: NewSignature,
        spot: Spot,
        budget: &mut Budget,
    ) -> Result<(), Fault> {
        if let Some(id) = spot.object {
            self.signed_widgets.insert(id);
        }
        let new = self.pair.in_new(&found.new, budget)?;
        let was_there = !self.pair.in_old(&found.old, budget)?.is_null();
        match found.key {
            b"V" if !was_there => {
                let shows = self.shows(found.new_dict, budget)?;
                let timestamp = signature == NewSignature::Timestamp && !shows;
                self.note(if timestamp { Kind::DocumentTimestamp } else { Kind::Signature }, spot);
            }
            b"V" if new.is_null() => self.refuse(Guard::SignatureKept, spot),
            b"V" => self.refuse(Guard::SignatureValue, spot),
            b"AP" => self.refuse_what_acts(&found.new, spot, budget)?,
            b"F" | b"P" | b"M" | b"AS" | b"NM" => {}
            b"StructParent" if !was_there && new.as_i64().is_some() => {}
            b"Type" if new.as_name() == Some(b"Annot") => {}
            b"Subtype" if new.as_name() == Some(b"Widget") => {}
            b"Rect" if !was_there || !self.has_area(&new, budget)? => {}
            b"MK" | b"BS" | b"Border" | b"DA" | b"Lock" if !was_there => {
                self.refuse_what_acts(&found.new, spot, budget)?;
            }
            b"Ff" if self.only_read_only(found) => {}
            key => self.refuse(kept(key), spot),
        }
        Ok(())
    }

    /// Refuses a new value that holds what nothing permits.
    fn refuse_what_acts(&mut self, value: &Object, spot: Spot, budget: &mut Budget) -> Result<(), Fault> {
        if let Some(bad) = self.vet(value, budget)? {
            self.refuse(bad, spot);
        }
        Ok(())
    }

    /// A field that is filled in.
    fn filled_field(
        &mut self,
        found: &Entry<'_>,
        field_type: &[u8],
        spot: Spot,
        budget: &mut Budget,
    ) -> Result<(), Fault> {
        let button = field_type == b"Btn";
        match found.key {
            b"V" => return self.field_value(&found.new, spot, budget),
            b"I" if field_type == b"Ch" => self.note(Kind::FormField, spot),
            b"RV" if field_type == b"Tx" => self.follows_value(Kind::FormField, spot),
            // The state of a button shows its value.
            b"AS" if button && self.pair.in_new(&found.new, budget)?.as_name().is_some() => {
                self.follows_value(Kind::FormField, spot);
            }
            // The states of a button look as they were signed.
            b"AP" if button && !self.pair.in_old(&found.old, budget)?.is_null() => {
                self.refuse(Guard::ButtonLooks, spot);
            }
            b"AP" => {
                let (old, new) = (self.pair.in_old(&found.old, budget)?, self.pair.in_new(&found.new, budget)?);
                return self.appearance(&old, &new, spot, budget);
            }
            b"DA" if matches!(field_type, b"Tx" | b"Ch") => self.follows_value(Kind::FormField, spot),
            b"M" if self.pair.in_new(&found.new, budget)?.as_string().is_some() => {
                self.note(Kind::ModificationDate, spot);
            }
            // A signature that locks fields may make them read-only.
            b"Ff" if !self.signed.is_empty() && self.only_read_only(found) => self.note(Kind::Signature, spot),
            key => self.refuse(kept(key), spot),
        }
        Ok(())
    }

    fn only_read_only(&self, found: &Entry<'_>) -> bool {
        let (old, new) = (found.old.as_i64().unwrap_or(0), found.new.as_i64().unwrap_or(0));
        new == old | READ_ONLY
    }

    /// A new value: text, a name, a list of texts, or a stream of text.
    pub(super) fn field_value(&mut self, new: &Object, spot: Spot, budget: &mut Budget) -> Result<(), Fault> {
        let info = self.names.get(spot.context).clone();
        let new = self.pair.in_new(new, budget)?;
        let good = match (&new.value, info.field_type.as_slice()) {
            (Value::Null, _) => true,
            (Value::String(_), b"Tx" | b"Ch") | (Value::Name(_), b"Btn") => true,
            (Value::Stream(stream), b"Tx") => stream
                .dict()
                .iter()
                .all(|(key, _)| matches!(key.as_bytes(), b"Length" | b"Filter" | b"DecodeParms")),
            (Value::Array(elements), b"Ch") => {
                let mut all = true;
                for element in elements.iter() {
                    all &= self.pair.in_new(element, budget)?.as_string().is_some();
                }
                all
            }
            _ => false,
        };
        if good {
            self.filled.insert(info.name);
            self.values.entry(spot.context).or_insert_with(|| spot.clone());
        }
        self.note_if(good, Kind::FormField, Guard::ValueType, spot);
        Ok(())
    }

    /// The appearance of a field that is no signature field: it may follow the value, or come where there was none.
    pub(super) fn appearance(
        &mut self,
        old: &Object,
        new: &Object,
        spot: Spot,
        budget: &mut Budget,
    ) -> Result<(), Fault> {
        let info = self.names.get(spot.context).clone();
        if info.field_type == b"Sig" {
            if !self.signed.contains_key(&info.name) {
                self.refuse(Guard::SignatureAppearance, spot);
                return Ok(());
            }
            return self.refuse_what_acts(new, spot, budget);
        }
        if let Some(bad) = self.vet(new, budget)? {
            self.refuse(bad, spot);
            return Ok(());
        }
        if new.is_null() || info.field_type == b"Btn" && !old.is_null() {
            self.refuse(if new.is_null() { Guard::AppearanceKept } else { Guard::ButtonLooks }, spot);
            return Ok(());
        }
        self.follows_value(Kind::FormField, spot);
        Ok(())
    }

    /// A change that is one of the field's value, if that changed; judged when all values have been seen.
    fn follows_value(&mut self, kind: Kind, spot: Spot) {
        let name = self.names.get(spot.context).name.clone();
        self.appearances.push((name.clone(), Found { kind: Some(kind), spot, field: Some(name) }));
    }
}

/// The guard of an entry of a field that no rule lets change.
const fn kept(key: &[u8]) -> Guard {
    match key {
        b"A" | b"AA" => Guard::FieldAction,
        b"Rect" | b"F" | b"MK" => Guard::FieldPlace,
        b"Ff" => Guard::FieldFlags,
        _ => Guard::FieldEntry,
    }
}
