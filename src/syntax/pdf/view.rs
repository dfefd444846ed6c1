//! Which entry is in force for an object as of a revision.

use std::cmp::Reverse;

use super::Pdf;
use super::Place;
use super::Revision;
use super::RevisionIndex;
use super::Section;

/// Where an object is as of a revision, and which revision said so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it is.
    pub place: Place,
    /// The revision whose entry it is.
    pub revision: RevisionIndex,
}

/// An entry in force with its number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    number: u32,
    entry: Entry,
}

/// So many revisions are asked one after the other; where there are more, their entries are put in order once.
const MOST_ASKED: usize = 4;

impl Pdf<'_> {
    /// The entry in force for object `number` as of `at`; `None` where no section mentions it.
    #[must_use]
    pub fn entry(&self, number: u32, at: RevisionIndex) -> Option<Entry> {
        let latest = at >= self.latest() && self.only_section().is_none();
        if latest || at.get() >= MOST_ASKED {
            let merged = self.merged();
            let sought = (number, Reverse(at));
            let index = merged.partition_point(|slot| (slot.number, Reverse(slot.entry.revision)) < sought);
            return merged.get(index).filter(|slot| slot.number == number).map(|slot| slot.entry);
        }
        self.upto(at).rev().find_map(|(revision, of)| of.lookup(number).map(|place| Entry { place, revision }))
    }

    /// The objects that exist as of `at`, ordered by number; free ones are left out.
    pub fn object_numbers(&self, at: RevisionIndex) -> impl Iterator<Item = (u32, Entry)> {
        let (merged, alone) = match self.only_section() {
            Some((revision, section)) if section.hybrid().is_none() => (Vec::new(), Some((revision, section))),
            _ if at >= self.latest() => (Vec::new(), None),
            _ => {
                let mut merged = self.merge(at);
                merged.dedup_by_key(|slot| slot.number);
                (merged, None)
            }
        };
        let shared: &[Slot] = if alone.is_none() && at >= self.latest() { self.merged() } else { &[] };
        let shared = shared.chunk_by(|one, other| one.number == other.number).filter_map(<[Slot]>::first);
        let alone = alone.into_iter().flat_map(|(revision, section)| {
            section.entries().map(move |(number, place)| (number, Entry { place, revision }))
        });
        let slots = merged.into_iter().chain(shared.copied()).map(|slot| (slot.number, slot.entry));
        alone.chain(slots).filter(|(_, entry)| entry.place != Place::Free)
    }

    fn upto(&self, at: RevisionIndex) -> impl DoubleEndedIterator<Item = (RevisionIndex, &Revision)> {
        let count = at.get().saturating_add(1);
        (0..self.revisions.len()).map(RevisionIndex::new).zip(&self.revisions).take(count)
    }

    fn only_section(&self) -> Option<(RevisionIndex, &Section)> {
        match self.revisions.as_slice() {
            [only] => match only.sections() {
                [section] => Some((RevisionIndex::FIRST, section)),
                _ => None,
            },
            _ => None,
        }
    }

    fn merged(&self) -> &[Slot] {
        self.merged.get_or_init(|| self.merge(self.latest()))
    }

    /// All entries up to `at`, ordered by number, those of one object from the newest to the oldest: one for each
    /// revision that has any.
    fn merge(&self, at: RevisionIndex) -> Vec<Slot> {
        let sections = || {
            let newest_first = self.upto(at).rev();
            newest_first
                .flat_map(|(revision, of)| of.sections().iter().rev().map(move |section| (revision, section)))
        };
        let mut slots = Vec::with_capacity(sections().map(|(_, section)| section.len()).sum());
        for (revision, section) in sections() {
            slots
                .extend(section.entries().map(|(number, place)| Slot { number, entry: Entry { place, revision } }));
        }
        // Stable: of entries of the same object the newest comes first.
        slots.sort_by_key(|slot| slot.number);
        slots.dedup_by_key(|slot| (slot.number, slot.entry.revision));
        slots
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::pdf::sample::Sample;

    #[test]
    fn the_newest_entry_up_to_the_revision_counts() {
        let file = Sample::minimal().object(3, "3").table("").entry(3, 0, 0).object(4, "4").table("");
        let pdf = file.open();
        let numbers = |at| pdf.object_numbers(RevisionIndex::new(at)).map(|(number, _)| number).collect::<Vec<_>>();
        assert_eq!(numbers(0), vec![1, 2]);
        assert_eq!(numbers(1), vec![1, 2, 3]);
        assert_eq!(numbers(2), vec![1, 2, 4]);
        let entry = |number, at| pdf.entry(number, RevisionIndex::new(at));
        assert_eq!(entry(3, 0), None);
        assert_eq!(entry(3, 1).map(|entry| entry.revision.get()), Some(1));
        assert_eq!(entry(3, 2), Some(Entry { place: Place::Free, revision: RevisionIndex::new(2) }));
        assert_eq!(entry(1, 2).map(|entry| entry.revision.get()), Some(0));
        assert_eq!(pdf.revisions()[1].lookup(1), None, "what the revision itself defines");
    }
}
