//! What an update does to the structure of the file: which objects it touches, where readers may see different
//! objects, and its trailer (ISO 32000-2 §7.5).
//!
//! An object is touched where its entry leads elsewhere than before, where the object stream that holds it is another
//! one, or where it was not found at the place that its entry names: then what a reader finds may depend on the
//! revision.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::equal::{Pair, entry, keys};
use super::fault::Fault;
use super::finding::Kind;
use super::graph::Graph;
use super::guard::Guard;
use super::pass::{Pass, Spot};
use super::role::{Edge, Role};
use crate::limits::{Budget, LimitExceeded};
use crate::syntax::pdf::{Object, ObjectError, ObjectId, Pdf, Place, Revision, RevisionIndex, SectionKind, Value};

/// The numbers of the objects that the newer revision touches.
pub(super) fn touched(
    pair: &Pair<'_, '_>,
    graph: &Graph,
    budget: &mut Budget,
) -> Result<BTreeSet<u32>, LimitExceeded> {
    let mut touched: BTreeSet<u32> = graph.unsteady.iter().copied().collect();
    let mut containers: HashSet<u32> = HashSet::new();
    let Some(revision) = pair.pdf.revision(pair.new) else { return Ok(touched) };
    for (number, _) in revision.sections().iter().flat_map(|section| section.entries()) {
        budget.spend(1)?;
        let old = pair.pdf.entry(number, pair.old).map(|entry| entry.place);
        let new = pair.pdf.entry(number, pair.new).map(|entry| entry.place);
        if old == new {
            continue;
        }
        touched.insert(number);
        if let Some(Place::InFile { generation, .. }) = old
            && !graph.reaches(number)
            && is_container(pair, ObjectId { number, generation }, budget)?
        {
            containers.insert(number);
        }
    }
    if !containers.is_empty() {
        for number in graph.numbers() {
            budget.spend(1)?;
            let old = pair.pdf.entry(number, pair.old).map(|entry| entry.place);
            if let Some(Place::InStream { stream, .. }) = old
                && containers.contains(&stream)
            {
                touched.insert(number);
            }
        }
    }
    Ok(touched)
}

fn is_container(pair: &Pair<'_, '_>, id: ObjectId, budget: &mut Budget) -> Result<bool, LimitExceeded> {
    match pair.pdf.object(id, pair.old, budget) {
        Ok(object) => Ok(object.as_stream().is_some_and(|stream| {
            stream.dict().has(b"First") || stream.dict().get_name(b"Type") == Some(b"ObjStm")
        })),
        Err(ObjectError::Limit(limit)) => Err(limit),
        Err(_) => Ok(true),
    }
}

/// What the trailer of a revision names, with the roles.
pub(super) fn roots(pdf: &Pdf<'_>, at: RevisionIndex) -> Vec<Edge> {
    let trailer = pdf.trailer(at);
    let mut roots = Vec::new();
    for (key, value) in trailer.iter() {
        let role = match key.as_bytes() {
            b"Root" => Role::Catalog,
            b"Info" => Role::Information,
            b"AuthCode" => Role::IntegrityCode,
            key if is_section_key(key) => continue,
            b"Encrypt" | b"ID" => Role::Opaque,
            _ => Role::TrailerPart,
        };
        let mut nobody = Nobody;
        super::role::edges(value, role, 0, &mut nobody, &mut roots);
    }
    // An older trailer may name the catalog.
    if !trailer.has(b"Root") {
        let sections = (0..=at.get()).rev().filter_map(|index| pdf.revision(RevisionIndex::new(index)));
        let mut roots_before = sections
            .flat_map(|revision| revision.sections().iter().rev())
            .filter_map(|section| section.trailer().get_reference(b"Root"));
        roots.extend(roots_before.next().map(|id| Edge { id, role: Role::Catalog, context: 0 }));
    }
    roots
}

/// The trailer holds no fields.
struct Nobody;

impl super::role::Fields for Nobody {
    fn enter(
        &mut self,
        _: &crate::syntax::pdf::Dict,
        context: super::role::Context,
    ) -> (super::role::Context, bool) {
        (context, false)
    }
}

/// Entries that say where the cross-reference information is, not what the document is.
fn is_section_key(key: &[u8]) -> bool {
    matches!(
        key,
        b"Size" | b"Prev" | b"XRefStm" | b"Type" | b"W" | b"Index" | b"Length" | b"Filter" | b"DecodeParms" | b"DL"
    )
}

impl Pass<'_, '_, '_> {
    /// The trailer of the newer revision.
    pub(super) fn trailer(&mut self, budget: &mut Budget) -> Result<(), Fault> {
        let (old, new) = (self.pair.pdf.trailer(self.pair.old), self.pair.pdf.trailer(self.pair.new));
        for key in keys(old, new).filter(|key| !is_section_key(key)) {
            let spot = Spot { tail: format!("/trailer/{}", String::from_utf8_lossy(key)), ..Spot::default() };
            let (before, after) = (entry(old, key), entry(new, key));
            if self.pair.same(&before, &after, budget)? {
                continue;
            }
            match key {
                b"Root" if after.is_null() => self.refuse(Guard::Catalog, spot),
                b"Root" => self.value(Role::Catalog, &before, &after, spot, budget)?,
                b"Info" => self.value(Role::Information, &before, &after, spot, budget)?,
                b"AuthCode" if !after.is_null() => self.note(Kind::FileIdentifier, spot),
                b"ID" => self.identifier(&before, &after, spot, budget)?,
                b"Encrypt" => self.refuse(Guard::Encryption, spot),
                // What a trailer leaves out that no reader needs, or says in passing.
                _ if after.is_null() => {}
                _ => self.trailer_part(&after, spot, budget)?,
            }
        }
        Ok(())
    }

    /// Entries that this standard does not name mean nothing to readers; they may say anything, but bring no data.
    pub(super) fn trailer_part(&mut self, new: &Object, spot: Spot, budget: &mut Budget) -> Result<(), Fault> {
        let mut open = vec![(new.clone(), 0_u32)];
        let mut data = false;
        while let Some((value, depth)) = open.pop() {
            budget.spend(1)?;
            let value = self.pair.in_new(&value, budget)?;
            let next = depth.saturating_add(1);
            match &value.value {
                Value::Stream(_) => data = true,
                Value::Array(elements) if depth < 2 => open.extend(elements.iter().map(|one| (one.clone(), next))),
                _ => {}
            }
        }
        self.note_if(!data, Kind::FileIdentifier, Guard::TrailerData, spot);
        Ok(())
    }

    /// The second identifier changes with each update; the first is part of the key of an encrypted file.
    fn identifier(&mut self, old: &Object, new: &Object, spot: Spot, budget: &mut Budget) -> Result<(), Fault> {
        let (old, new) = (self.pair.in_old(old, budget)?, self.pair.in_new(new, budget)?);
        let first = |id: &Object| id.as_array().and_then(<[Object]>::first).cloned().unwrap_or(Object::NULL);
        if self.pair.same(&first(&old), &first(&new), budget)? {
            return Ok(());
        }
        let encrypted = self.pair.pdf.encryption().is_some();
        self.note_if(!encrypted, Kind::FileIdentifier, Guard::Encryption, spot);
        Ok(())
    }

    /// Where readers may see different objects than we do.
    pub(super) fn shadows(&mut self, touched: &BTreeSet<u32>, budget: &mut Budget) -> Result<(), Fault> {
        let Some(revision) = self.pair.pdf.revision(self.pair.new) else { return Ok(()) };
        for section in revision.sections() {
            let Some(hidden) = section.hybrid() else { continue };
            for (number, place) in hidden.entries() {
                budget.spend(1)?;
                if place == Place::Free {
                    continue;
                }
                // The table and the stream beside it name different places, or the table frees what was seen. Where
                // the table says nothing, a reader that does not know the stream sees what was signed.
                let shadowed = match section.shown(number) {
                    None => false,
                    Some(Place::Free) => self.was_shown(number) && self.graph.reaches(number),
                    Some(shown) => shown != place,
                };
                if shadowed {
                    self.shadowed(Guard::HybridShows, number);
                }
            }
        }
        for number in touched {
            budget.spend(1)?;
            if !self.graph.reaches(*number) {
                continue;
            }
            let generation = |at| match self.pair.pdf.entry(*number, at).map(|entry| entry.place) {
                Some(Place::InFile { generation, .. }) => Some(generation),
                Some(Place::InStream { .. }) => Some(0),
                Some(Place::Free) | None => None,
            };
            if let (Some(old), Some(new)) = (generation(self.pair.old), generation(self.pair.new))
                && old != new
            {
                self.shadowed(Guard::ReferenceGeneration, *number);
            }
        }
        if revision.sections().iter().any(|section| section.kind() == SectionKind::Rebuilt) {
            self.refuse(Guard::TableIntact, Spot { tail: "/xref".to_owned(), ..Spot::default() });
            return Ok(());
        }
        self.unlisted(revision, budget)
    }

    /// Whether a reader that knows no streams beside tables saw the object before.
    fn was_shown(&self, number: u32) -> bool {
        let Some(entry) = self.pair.pdf.entry(number, self.pair.old) else { return false };
        self.pair.pdf.revision(entry.revision).is_some_and(|revision| {
            revision
                .sections()
                .iter()
                .any(|section| section.shown(number).is_some_and(|place| place != Place::Free))
        })
    }

    fn shadowed(&mut self, guard: Guard, number: u32) {
        let node = self.graph.nodes_of(number).next();
        let object = Some(ObjectId { number, generation: 0 });
        let tail = if node.is_none() { "/xref".to_owned() } else { String::new() };
        self.refuse(guard, Spot { node, object, tail, ..Spot::default() });
    }

    /// Objects in the bytes of the update that its cross-reference information does not name: a reader that searches
    /// the file finds them.
    fn unlisted(&mut self, revision: &Revision, budget: &mut Budget) -> Result<(), Fault> {
        let pdf = self.pair.pdf;
        let start = pdf.revision(self.pair.old).map_or(0, Revision::end);
        let end = revision.end();
        let mut known: Vec<(u64, u64)> = Vec::new();
        let mut listed: HashMap<u32, u64> = HashMap::new();
        for section in revision.sections() {
            known.push((section.span().start, section.span().end));
            known.extend(section.hybrid().map(|hidden| (hidden.span().start, hidden.span().end)));
            for (number, place) in section.entries() {
                let Place::InFile { offset, generation } = place else { continue };
                if offset < start || offset >= end {
                    continue;
                }
                listed.insert(number, offset);
                let value = pdf.object(ObjectId { number, generation }, self.pair.new, budget)?;
                let span = value.span.map_or(offset, |span| span.end);
                let raw = match &value.value {
                    Value::Stream(stream) => stream.raw_span().end,
                    _ => span,
                };
                known.push((offset, span.max(raw)));
            }
        }
        known.extend(revision.start_xref().map(|at| (at, end)));
        known.sort_unstable();
        let mut position = start;
        known.push((end, end));
        for (from, to) in known {
            if from > position {
                self.gap(position, from, &listed, budget)?;
            }
            position = position.max(to);
        }
        Ok(())
    }

    /// Bytes between the objects of an update.
    fn gap(&mut self, from: u64, to: u64, listed: &HashMap<u32, u64>, budget: &mut Budget) -> Result<(), Fault> {
        let range = usize::try_from(from).unwrap_or(usize::MAX)..usize::try_from(to).unwrap_or(usize::MAX);
        let bytes = self.pair.pdf.bytes().get(range).unwrap_or_default();
        budget.spend(u64::try_from(bytes.len()).unwrap_or(u64::MAX) >> 10)?;
        let has = |word: &[u8]| memchr::memmem::find(bytes, word).is_some();
        if has(b"trailer") || has(b"xref") || has(b"ObjStm") {
            self.refuse(Guard::UnlistedTable, Spot { tail: "/xref".to_owned(), ..Spot::default() });
            return Ok(());
        }
        for at in memchr::memmem::find_iter(bytes, b"obj") {
            let before = bytes.get(..at).unwrap_or_default();
            let Some(number) = number_of_head(before) else { continue };
            if listed.contains_key(&number) || self.graph.reaches(number) {
                self.shadowed(Guard::Unlisted, number);
            }
        }
        Ok(())
    }
}

/// The object number of a head of which `before` is what stands before its keyword.
fn number_of_head(before: &[u8]) -> Option<u32> {
    let white = |octet: &u8| matches!(octet, 0 | b'\t' | b'\n' | 0x0c | b'\r' | b' ');
    let cut = |bytes: &[u8], keep: &dyn Fn(&u8) -> bool| {
        let end = bytes.iter().rposition(|octet| !keep(octet)).map_or(0, |last| last.saturating_add(1));
        bytes.len().saturating_sub(end)
    };
    let take = |bytes: &mut &[u8], keep: &dyn Fn(&u8) -> bool| -> Vec<u8> {
        let length = cut(bytes, keep);
        let (rest, taken) = bytes.split_at(bytes.len().saturating_sub(length));
        *bytes = rest;
        taken.to_vec()
    };
    let mut rest = before;
    take(&mut rest, &white);
    if take(&mut rest, &|octet| octet.is_ascii_digit()).is_empty() || take(&mut rest, &white).is_empty() {
        return None;
    }
    let number = take(&mut rest, &|octet| octet.is_ascii_digit());
    std::str::from_utf8(&number).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read_backwards() {
        assert_eq!(number_of_head(b"xx 12 0 "), Some(12));
        assert_eq!(number_of_head(b"12\n0 "), Some(12));
        assert_eq!(number_of_head(b"end"), None);
        assert_eq!(number_of_head(b"0 "), None);
    }
}
