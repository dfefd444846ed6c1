//! Rules for the catalog and the page tree (ISO 32000-2 §7.7).

use super::equal::entry;
use super::fault::Fault;
use super::finding::Kind;
use super::guard::Guard;
use super::pass::{AnnotsTask, Entry, Pass, Spot, as_plain_dict};
use super::role::Role;
use crate::limits::Budget;
use crate::syntax::pdf::{Dict, Object, Value};

impl Pass<'_, '_, '_> {
    /// An entry of the catalog.
    pub(super) fn catalog(&mut self, entry: &Entry<'_>, spot: Spot, budget: &mut Budget) -> Result<(), Fault> {
        let removed = self.pair.in_new(&entry.new, budget)?.is_null();
        let role = match entry.key {
            b"Version" => {
                let version = entry.new.as_name().is_some_and(is_version);
                self.note_if(version, Kind::Version, Guard::CatalogVersion, spot);
                return Ok(());
            }
            key @ (b"DSS" | b"Extensions" | b"Metadata" | b"AcroForm") if removed => {
                let guard = match key {
                    b"Metadata" => Guard::MetadataStream,
                    b"AcroForm" => Guard::FormKept,
                    _ => Guard::StoreKept,
                };
                self.refuse(guard, spot);
                return Ok(());
            }
            b"AcroForm" if entry.old.is_null() => {
                let empty = Object { value: Value::Dict(Dict::default()), span: None };
                return self.value(Role::Form, &empty, &entry.new, spot, budget);
            }
            b"DSS" => Role::Store,
            b"Extensions" => Role::Extensions,
            b"Metadata" => Role::Metadata,
            b"AcroForm" => Role::Form,
            b"Pages" => Role::PageTree,
            b"Perms" => Role::Permissions,
            b"StructTreeRoot" => Role::Structure,
            _ => Role::Opaque,
        };
        self.value(role, &entry.old, &entry.new, spot, budget)
    }

    /// A node of the page tree, a page, or a list of them.
    pub(super) fn page_tree(
        &mut self,
        old: &Object,
        new: &Object,
        spot: Spot,
        budget: &mut Budget,
    ) -> Result<(), Fault> {
        if let (Some(old), Some(new)) = (old.as_array(), new.as_array()) {
            if old.len() != new.len() {
                self.refuse(Guard::PageTree, spot);
                return Ok(());
            }
            for (index, (old, new)) in old.iter().zip(new).enumerate() {
                self.value(Role::PageTree, old, new, spot.element(index), budget)?;
            }
            return Ok(());
        }
        let (Some(old_dict), Some(new_dict)) = (as_plain_dict(old), as_plain_dict(new)) else {
            if !self.pair.same(old, new, budget)? {
                self.refuse(Guard::PageNode, spot);
            }
            return Ok(());
        };
        if old_dict.has(b"Kids") != new_dict.has(b"Kids")
            || !self.pair.same(&entry(old_dict, b"Type"), &entry(new_dict, b"Type"), budget)?
        {
            self.refuse(Guard::PageNode, spot);
            return Ok(());
        }
        self.dicts(old, new, spot, budget, Self::page)
    }

    /// An entry of a page or of a node above pages.
    fn page(&mut self, entry: &Entry<'_>, spot: Spot, budget: &mut Budget) -> Result<(), Fault> {
        let node = entry.old_dict.has(b"Kids");
        match entry.key {
            b"Kids" => return self.value(Role::PageTree, &entry.old, &entry.new, spot, budget),
            b"Count" => self.refuse(Guard::PageCount, spot),
            b"Annots" if !node => {
                let old = self.pair.in_old(&entry.old, budget)?;
                let new = self.pair.in_new(&entry.new, budget)?;
                self.annots.push(AnnotsTask { old, new, spot: spot.of(entry.new.as_reference()) });
            }
            b"LastModified" if entry.new.as_string().is_some() => self.note(Kind::ModificationDate, spot),
            // The order in which the tabulator visits annotations (§7.7.3.3): nothing that is seen.
            b"Tabs" if matches!(entry.new.as_name(), Some(b"R" | b"C" | b"S" | b"A" | b"W")) => {
                self.note(Kind::TabOrder, spot);
            }
            // The entry of the page in the structure's parent tree (§14.7.5.4).
            b"StructParents" if entry.old.is_null() && entry.new.as_i64().is_some() => {
                self.note(Kind::StructureOfAnnotation, spot);
            }
            b"Contents" => self.refuse(Guard::PageContent, spot),
            b"Resources" => self.refuse(Guard::Resources, spot),
            b"A" | b"AA" => self.refuse(Guard::Action, spot),
            b"AF" => self.refuse(Guard::Files, spot),
            // A plain entry above the pages that no table of the standard names (annex E) says nothing to a reader.
            key if node && !NODE_ENTRIES.contains(&key) && is_scalar(&entry.new) => {
                self.note(Kind::PrivateEntry, spot);
            }
            _ => self.refuse(Guard::Page, spot),
        }
        Ok(())
    }
}

/// The entries of nodes above pages: their own (table 30) and those that pages inherit (table 31).
const NODE_ENTRIES: &[&[u8]] =
    &[b"Type", b"Parent", b"Kids", b"Count", b"Resources", b"MediaBox", b"CropBox", b"Rotate"];

const fn is_scalar(value: &Object) -> bool {
    matches!(value.value, Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Name(_))
}

/// A version as the catalog writes it: `1.7`, `2.0`.
fn is_version(name: &[u8]) -> bool {
    matches!(name, [b'1', b'.', b'0'..=b'7'] | [b'2', b'.', b'0'..=b'9'])
}
