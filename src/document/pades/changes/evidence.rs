//! Rules for what is no content: the document security store (ISO 32000-2 §12.8.4.3), developer extensions (§7.12),
//! metadata and document information (§14.3).

use super::equal::{entry, keys};
use super::fault::Fault;
use super::finding::Kind;
use super::graph::stands_at;
use super::guard::Guard;
use super::pass::{Pass, Spot, as_plain_dict};
use crate::limits::Budget;
use crate::syntax::pdf::{Dict, Object, ObjectId, Place, Value};

impl Pass<'_, '_, '_> {
    /// The store may become anything that has the form of a store: arrays of streams of data, nothing else. It is
    /// looked at as a whole, once.
    pub(super) fn store(&mut self, spot: Spot, budget: &mut Budget) -> Result<(), Fault> {
        if self.store_judged {
            return Ok(());
        }
        self.store_judged = true;
        let catalog = self.pair.pdf.catalog(self.pair.new, budget)?;
        let store = self.pair.new_entry(&catalog, b"DSS", budget)?;
        let broken = match as_plain_dict(&store) {
            Some(store) => self.broken_in_store(store, budget)?,
            None => self.broken(Guard::StoreForm, true),
        };
        self.note_unless(broken, Kind::SecurityStore, spot);
        Ok(())
    }

    fn broken_in_store(&mut self, store: &Dict, budget: &mut Budget) -> Result<Option<Guard>, Fault> {
        for (key, value) in store.iter() {
            let value = self.pair.in_new(value, budget)?;
            let broken = match key.as_bytes() {
                b"Type" => self.broken(Guard::StoreForm, value.as_name() != Some(b"DSS")),
                b"Certs" | b"CRLs" | b"OCSPs" => self.broken_in_list(&value, budget)?,
                b"VRI" => match as_plain_dict(&value) {
                    Some(entries) => self.broken_in_vri(entries, budget)?,
                    None => self.broken(Guard::StoreForm, !value.is_null()),
                },
                _ => self.broken(Guard::StoreForm, true),
            };
            if broken.is_some() {
                return Ok(broken);
            }
        }
        Ok(None)
    }

    fn broken_in_vri(&mut self, entries: &Dict, budget: &mut Budget) -> Result<Option<Guard>, Fault> {
        for (name, value) in entries.iter() {
            let value = self.pair.in_new(value, budget)?;
            if name.as_bytes() == b"Type" && value.as_name() == Some(b"VRI") {
                continue;
            }
            let Some(vri) = as_plain_dict(&value) else { return Ok(self.broken(Guard::StoreForm, true)) };
            for (key, value) in vri.iter() {
                let value = self.pair.in_new(value, budget)?;
                let broken = match key.as_bytes() {
                    b"Type" => self.broken(Guard::StoreForm, value.as_name() != Some(b"VRI")),
                    b"Cert" | b"CRL" | b"OCSP" => self.broken_in_list(&value, budget)?,
                    b"TU" => self.broken(Guard::StoreForm, value.as_string().is_none()),
                    b"TS" => self.broken(Guard::StoreData, !is_data(&value)),
                    _ => self.broken(Guard::StoreForm, true),
                };
                if broken.is_some() {
                    return Ok(broken);
                }
            }
        }
        Ok(None)
    }

    fn broken_in_list(&mut self, list: &Object, budget: &mut Budget) -> Result<Option<Guard>, Fault> {
        let Some(elements) = list.as_array() else { return Ok(self.broken(Guard::StoreForm, !list.is_null())) };
        for element in elements {
            budget.spend(1)?;
            let data = self.is_stored_data(element, budget)?;
            if let Some(broken) = self.broken(Guard::StoreData, !data) {
                return Ok(Some(broken));
            }
        }
        Ok(None)
    }

    /// Whether an element of the store is data. One that was looked at for an older revision and stands where it stood is
    /// not read again: stores name all that they hold anew in each revision.
    fn is_stored_data(&mut self, element: &Object, budget: &mut Budget) -> Result<bool, Fault> {
        let place = |id: ObjectId| self.pair.pdf.entry(id.number, self.pair.new).map(|entry| (id, entry.place));
        let named = element.as_reference().and_then(place);
        if let Some((id, place)) = named
            && self.stored.get(&id) == Some(&place)
        {
            return Ok(true);
        }
        let value = self.pair.in_new(element, budget)?;
        let data = is_data(&value);
        if let Some((id, place)) = named
            && let Place::InFile { offset, .. } = place
            && data
            && value.as_stream().is_some_and(|stream| stream.id() == id)
            && stands_at(&value, offset)
        {
            self.stored.insert(id, place);
        }
        Ok(data)
    }

    /// Extensions may come, and their level may rise.
    pub(super) fn extensions(
        &mut self,
        old: &Object,
        new: &Object,
        spot: Spot,
        budget: &mut Budget,
    ) -> Result<(), Fault> {
        let broken = self.broken_in_extensions(old, new, budget)?;
        self.note_unless(broken, Kind::Extensions, spot);
        Ok(())
    }

    fn broken_in_extensions(
        &self,
        old: &Object,
        new: &Object,
        budget: &mut Budget,
    ) -> Result<Option<Guard>, Fault> {
        let Some(new) = as_plain_dict(new) else { return Ok(self.broken(Guard::ExtensionsForm, true)) };
        let none = Dict::default();
        let old = as_plain_dict(old).unwrap_or(&none);
        for key in keys(old, new) {
            let (before, after) = (entry(old, key), entry(new, key));
            if self.pair.same(&before, &after, budget)? {
                continue;
            }
            let (before, after) = (self.pair.in_old(&before, budget)?, self.pair.in_new(&after, budget)?);
            let (before, after) = (as_list(&before), as_list(&after));
            let mut broken = self.broken(Guard::ExtensionsGrow, after.is_empty());
            let mut highest = None;
            for one in after {
                let one = self.pair.in_new(one, budget)?;
                let level = self.extension_level(&one, budget)?;
                broken = broken.or(self.broken(Guard::ExtensionsForm, level.is_none()));
                highest = highest.max(level);
            }
            for one in before {
                let one = self.pair.in_old(one, budget)?;
                let level = as_plain_dict(&one).and_then(|one| one.get_int(b"ExtensionLevel"));
                broken = broken.or(self.broken(Guard::ExtensionsGrow, level > highest));
            }
            if broken.is_some() {
                return Ok(broken);
            }
        }
        Ok(None)
    }

    /// The level of a developer extensions dictionary that holds nothing else than table 48 names.
    fn extension_level(&self, extension: &Object, budget: &mut Budget) -> Result<Option<i64>, Fault> {
        let Some(dict) = as_plain_dict(extension) else { return Ok(None) };
        for (key, value) in dict.iter() {
            let value = self.pair.in_new(value, budget)?;
            let good = match key.as_bytes() {
                b"Type" => value.as_name() == Some(b"DeveloperExtensions"),
                b"BaseVersion" => value.as_name().is_some(),
                b"ExtensionLevel" => value.as_i64().is_some(),
                b"URL" | b"ExtensionRevision" => value.as_string().is_some(),
                _ => false,
            };
            if !good {
                return Ok(None);
            }
        }
        Ok(dict.get_int(b"ExtensionLevel"))
    }

    /// The metadata stream may be replaced by another one without a document type.
    pub(super) fn metadata(&mut self, new: &Object, spot: Spot, budget: &mut Budget) -> Result<(), Fault> {
        let broken = match new.as_stream() {
            Some(stream) => {
                let named = matches!(stream.dict().get_name(b"Subtype"), Some(b"XML"))
                    && stream.dict().get_name(b"Type").is_none_or(|name| name == b"Metadata");
                let known = stream.dict().iter().all(|(key, _)| {
                    matches!(
                        key.as_bytes(),
                        b"Type" | b"Subtype" | b"Length" | b"Filter" | b"DecodeParms" | b"DL" | b"Metadata"
                    )
                });
                let data = self.pair.pdf.stream_data(stream, budget)?;
                let text: Vec<u8> = data.into_iter().filter(|octet| *octet != 0).collect();
                let has = |word: &[u8]| memchr::memmem::find(&text, word).is_some();
                let declares = has(b"<!DOCTYPE") || has(b"<!ENTITY");
                let declares = self.broken(Guard::MetadataEntities, declares);
                self.broken(Guard::MetadataStream, !(named && known)).or(declares)
            }
            None => self.broken(Guard::MetadataStream, true),
        };
        self.note_unless(broken, Kind::Metadata, spot);
        Ok(())
    }

    /// Entries of the document information are plain values.
    pub(super) fn information(
        &mut self,
        old: &Object,
        new: &Object,
        spot: Spot,
        budget: &mut Budget,
    ) -> Result<(), Fault> {
        let none = Dict::default();
        let Some(new) = as_plain_dict(new) else {
            self.note_if(new.is_null(), Kind::DocumentInformation, Guard::InformationPlain, spot);
            return Ok(());
        };
        let old = as_plain_dict(old).unwrap_or(&none);
        for key in keys(old, new) {
            let (before, after) = (entry(old, key), entry(new, key));
            if self.pair.same(&before, &after, budget)? {
                continue;
            }
            let after = self.pair.in_new(&after, budget)?;
            let plain = !matches!(after.value, Value::Array(_) | Value::Dict(_) | Value::Stream(_));
            let kind = match key {
                b"ModDate" | b"Producer" => Kind::ModificationDate,
                _ => Kind::DocumentInformation,
            };
            self.note_if(plain, kind, Guard::InformationPlain, spot.key(key));
        }
        Ok(())
    }
}

/// A value as the list of which it may be the only element.
fn as_list(value: &Object) -> &[Object] {
    match &value.value {
        Value::Array(elements) => elements,
        Value::Null => &[],
        _ => std::slice::from_ref(value),
    }
}

/// A stream that is nothing but data.
fn is_data(value: &Object) -> bool {
    value.as_stream().is_some_and(|stream| {
        stream.dict().iter().all(|(key, value)| match key.as_bytes() {
            b"Length" | b"Filter" | b"DecodeParms" | b"DL" => true,
            b"Type" | b"Subtype" => value.as_name().is_some(),
            _ => false,
        })
    })
}
