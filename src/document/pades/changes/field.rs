//! Rules for fields that were there before: what filling in and signing may change (ISO 32000-2 §12.7.4, §12.7.5.5,
//! §12.8.2.2, table 257).

use super::fault::Fault;
use super::finding::Kind;
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
                    let kind = match found.key {
                        b"V" if self.pair.in_new(&found.new, budget)?.is_null() => Kind::SignatureRemoved,
                        b"V" => Kind::SignatureChanged,
                        b"A" | b"AA" => Kind::Action,
                        _ => Kind::FieldChanged,
                    };
                    self.note(kind, spot);
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
            b"V" => self.note(if new.is_null() { Kind::SignatureRemoved } else { Kind::SignatureChanged }, spot),
            b"AP" => {
                if let Some(bad) = self.vet(&found.new, budget)? {
                    self.note(bad, spot);
                }
            }
            b"F" | b"P" | b"M" | b"AS" | b"NM" => {}
            b"StructParent" if !was_there && new.as_i64().is_some() => {}
            b"Type" if new.as_name() == Some(b"Annot") => {}
            b"Subtype" if new.as_name() == Some(b"Widget") => {}
            b"Rect" if !was_there || !self.has_area(&new, budget)? => {}
            b"MK" | b"BS" | b"Border" | b"DA" | b"Lock" if !was_there => {
                if let Some(bad) = self.vet(&found.new, budget)? {
                    self.note(bad, spot);
                }
            }
            b"Ff" if self.only_read_only(found) => {}
            b"A" | b"AA" => self.note(Kind::Action, spot),
            _ => self.note(Kind::FieldChanged, spot),
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
                self.note(Kind::FieldAppearance, spot);
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
            b"A" | b"AA" => self.note(Kind::Action, spot),
            _ => self.note(Kind::FieldChanged, spot),
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
                for element in elements {
                    all &= self.pair.in_new(element, budget)?.as_string().is_some();
                }
                all
            }
            _ => false,
        };
        if good {
            self.filled.insert(info.name);
        }
        self.note(if good { Kind::FormField } else { Kind::FieldChanged }, spot);
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
            let kind = match self.signed.contains_key(&info.name) {
                true => self.vet(new, budget)?,
                false => Some(Kind::FieldChanged),
            };
            if let Some(bad) = kind {
                self.note(bad, spot);
            }
            return Ok(());
        }
        if let Some(bad) = self.vet(new, budget)? {
            self.note(bad, spot);
            return Ok(());
        }
        if info.field_type == b"Btn" && !old.is_null() || new.is_null() {
            self.note(Kind::FieldAppearance, spot);
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
