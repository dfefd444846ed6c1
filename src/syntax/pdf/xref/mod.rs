//! Cross-reference sections (ISO 32000-2 §7.5.4, §7.5.8), kept one by one: which section says what about which
//! object is never merged away.

pub(super) mod chain;
pub(super) mod rebuild;
pub(super) mod revisions;
mod stream;
mod table;

use super::Dict;
use super::Span;
use super::finding::Findings;
use super::header::Header;
use crate::limits::Budget;
use crate::limits::Limit;
use crate::limits::LimitExceeded;
use crate::limits::Limits;

/// Where an object is, as one cross-reference entry says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// Nowhere: the object is free (deleted or never used).
    Free,
    /// In the file.
    InFile {
        /// Bytes from the start of the file to the object number; corrected where entries are relative to the
        /// header.
        offset: u64,
        /// The generation number of the entry.
        generation: u16,
    },
    /// In an object stream; the generation is 0.
    InStream {
        /// The object number of the object stream.
        stream: u32,
        /// The object's position in that stream, from 0.
        index: u32,
    },
}

/// Which form a section has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SectionKind {
    /// `xref`, entries, `trailer`.
    Table,
    /// A stream of `/Type /XRef`.
    Stream,
    /// None: the objects were found by searching.
    Rebuilt,
}

/// One cross-reference section with its trailer dictionary.
#[derive(Clone, Debug)]
pub struct Section {
    kind: SectionKind,
    span: Span,
    trailer: Dict,
    entries: Entries,
    prev: Option<u64>,
    hybrid: Option<Box<Self>>,
}

impl Section {
    /// Which form it has.
    #[must_use]
    pub const fn kind(&self) -> SectionKind {
        self.kind
    }

    /// Its bytes: from `xref` to the end of the trailer dictionary, or the whole cross-reference stream object.
    /// Of a rebuilt one the part of the file that was searched.
    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }

    /// The trailer dictionary, or the dictionary of the cross-reference stream. Empty where a rebuilt section has
    /// none.
    #[must_use]
    pub const fn trailer(&self) -> &Dict {
        &self.trailer
    }

    /// Where the previous section was found; corrected where offsets are relative to the header.
    #[must_use]
    pub const fn prev(&self) -> Option<u64> {
        self.prev
    }

    /// The cross-reference stream that `/XRefStm` of a table names (§7.5.8.4).
    #[must_use]
    pub fn hybrid(&self) -> Option<&Self> {
        self.hybrid.as_deref()
    }

    /// What the section says of `number`. In a hybrid file the table counts where the object is in use, then
    /// the stream, then that the table has the object free.
    #[must_use]
    pub fn lookup(&self, number: u32) -> Option<Place> {
        let own = self.entries.lookup(number);
        match (own, &self.hybrid) {
            (None | Some(Place::Free), Some(hybrid)) => match hybrid.lookup(number) {
                None | Some(Place::Free) => own,
                hidden => hidden,
            },
            _ => own,
        }
    }

    /// What the section itself says of `number`, without the stream that a hybrid file has beside it: what a reader
    /// sees that does not know such streams.
    #[must_use]
    pub fn shown(&self, number: u32) -> Option<Place> {
        self.entries.lookup(number)
    }

    /// Everything that the section says, as [`Section::lookup`] sees it, free objects included. Ordered by
    /// number, but for the hidden objects of a hybrid file, which come last.
    pub fn entries(&self) -> impl Iterator<Item = (u32, Place)> {
        let shown = self.entries.iter().map(|(number, place)| match (place, &self.hybrid) {
            (Place::Free, Some(_)) => (number, self.lookup(number).unwrap_or(place)),
            _ => (number, place),
        });
        let hidden = self.hybrid.iter().flat_map(|hybrid| hybrid.entries.iter());
        shown.chain(hidden.filter(|(number, _)| self.entries.lookup(*number).is_none()))
    }

    /// The number of entries, those of a hybrid stream included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.places.len().saturating_add(self.hybrid.as_ref().map_or(0, |hybrid| hybrid.len()))
    }

    /// One more than the highest number that it mentions, objects of a stream beside it included.
    pub(in crate::syntax::pdf) fn end_number(&self) -> u64 {
        self.entries.end().max(self.hybrid.as_ref().map_or(0, |hybrid| hybrid.end_number()))
    }

    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Entries of consecutive numbers.
#[derive(Clone, Copy, Debug)]
struct Run {
    first: u32,
    /// Index of the first entry.
    start: usize,
    /// Number of entries; at least 1.
    length: u32,
}

/// The entries of one section: runs in the order of their numbers, not overlapping.
#[derive(Clone, Debug, Default)]
pub(super) struct Entries {
    runs: Vec<Run>,
    places: Vec<Place>,
}

impl Entries {
    fn lookup(&self, number: u32) -> Option<Place> {
        let after = self.runs.partition_point(|run| run.first <= number);
        let run = self.runs.get(after.checked_sub(1)?)?;
        let within = number.checked_sub(run.first).filter(|within| *within < run.length)?;
        self.places.get(run.start.checked_add(usize::try_from(within).ok()?)?).copied()
    }

    fn iter(&self) -> impl Iterator<Item = (u32, Place)> {
        self.runs.iter().flat_map(|run| {
            let length = usize::try_from(run.length).unwrap_or(usize::MAX);
            let places = self.places.iter().skip(run.start).take(length);
            (run.first..=u32::MAX).zip(places.copied())
        })
    }

    fn end(&self) -> u64 {
        self.runs.last().map_or(0, |run| u64::from(run.first).saturating_add(u64::from(run.length)))
    }

    /// Entries from single ones in any order; of those with the same number the first counts.
    pub(super) fn from_single(mut single: Vec<(u32, Place)>) -> Self {
        single.sort_by_key(|(number, _)| *number);
        single.dedup_by_key(|(number, _)| *number);
        let mut builder = Builder::default();
        for (number, place) in single {
            builder.push(number, place);
        }
        builder.entries
    }
}

/// Collects entries subsection by subsection.
#[derive(Debug, Default)]
struct Builder {
    entries: Entries,
    out_of_order: bool,
}

impl Builder {
    /// Adds the entry of `number`.
    fn push(&mut self, number: u32, place: Place) {
        let start = self.entries.places.len();
        match self.entries.runs.last_mut() {
            Some(run) if run.first.checked_add(run.length) == Some(number) => {
                run.length = run.length.saturating_add(1);
            }
            last => {
                // Numbers that do not grow: to be sorted at the end.
                self.out_of_order |= last.is_some_and(|run| run.first.saturating_add(run.length) > number);
                self.entries.runs.push(Run { first: number, start, length: 1 });
            }
        }
        self.entries.places.push(place);
    }

    /// The entries, and whether a number was there twice.
    fn finish(self) -> (Entries, bool) {
        if !self.out_of_order {
            return (self.entries, false);
        }
        let count = self.entries.places.len();
        let entries = Entries::from_single(self.entries.iter().collect());
        let duplicates = entries.places.len() < count;
        (entries, duplicates)
    }
}

/// What reading the structure of a file needs.
pub(super) struct Reading<'a, 'b> {
    pub(super) bytes: &'a [u8],
    pub(super) header: Header,
    pub(super) limits: &'b Limits,
    pub(super) budget: &'b mut Budget,
    pub(super) findings: &'b mut Findings,
    /// Entries read so far, of all sections.
    pub(super) entries: u64,
}

impl Reading<'_, '_> {
    /// Counts one entry.
    fn count_entry(&mut self) -> Result<(), LimitExceeded> {
        self.entries = self.entries.saturating_add(1);
        if self.entries > self.limits.xref_entries {
            return Err(LimitExceeded { limit: Limit::XrefEntries, maximum: self.limits.xref_entries });
        }
        Ok(())
    }
}

/// Why the chain of sections cannot be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChainError {
    /// A limit was reached: the file is refused.
    Limit(LimitExceeded),
    /// Something is unreadable: the file is searched for objects.
    Broken,
}

impl From<LimitExceeded> for ChainError {
    fn from(error: LimitExceeded) -> Self {
        Self::Limit(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(offset: u64) -> Place {
        Place::InFile { offset, generation: 0 }
    }

    #[test]
    fn entries_in_any_order_are_found() {
        let mut builder = Builder::default();
        for (number, offset) in [(5, 50), (6, 60), (0, 1), (6, 61), (u32::MAX, 9)] {
            builder.push(number, at(offset));
        }
        let (entries, duplicates) = builder.finish();
        assert!(duplicates);
        assert_eq!(entries.lookup(6), Some(at(60)));
        assert_eq!(entries.lookup(0), Some(at(1)));
        assert_eq!(entries.lookup(u32::MAX), Some(at(9)));
        assert_eq!(entries.lookup(7), None);
        assert_eq!(entries.iter().count(), 4);
    }

    #[test]
    fn a_hybrid_stream_shows_what_its_table_has_free() {
        let section = |places: Vec<(u32, Place)>, hybrid| Section {
            kind: SectionKind::Table,
            span: Span { start: 0, end: 0 },
            trailer: Dict::default(),
            entries: Entries::from_single(places),
            prev: None,
            hybrid,
        };
        let stream = section(vec![(1, at(11)), (2, at(22)), (3, Place::Free), (4, at(44))], None);
        let table = section(vec![(1, at(10)), (2, Place::Free), (3, Place::Free)], Some(Box::new(stream)));
        assert_eq!(table.lookup(1), Some(at(10)));
        assert_eq!(table.lookup(2), Some(at(22)));
        assert_eq!(table.lookup(3), Some(Place::Free));
        assert_eq!(table.lookup(4), Some(at(44)));
        let all: Vec<_> = table.entries().collect();
        assert_eq!(all, vec![(1, at(10)), (2, at(22)), (3, Place::Free), (4, at(44))]);
    }
}
