//! Objects that are asked for again and again, kept as they were parsed: who compares the revisions of a file asks for
//! the same few ones many times.
//!
//! Only what stands in the file is kept, before it is decrypted, and only where parsing it noted nothing: whoever gets it
//! from here finds and pays what he would find and pay without. An object of an update is kept at once, one of the first
//! revision from the second time on that it is parsed, so that a walk over all objects of a large file keeps none.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::indirect::Indirect;

/// Objects longer than this are not kept, in bytes as they stand in the file.
const LONGEST: usize = 64 << 10;

/// As many bytes of short and of long ones are kept at least before the oldest go, and at most twice as many. In memory a
/// short object takes up to thirty times what it takes in the file.
const KEPT: usize = 256 << 10;

/// What is longer than this, in bytes, does not drive out what is shorter: the dictionaries of signatures are long, and one
/// looks at them all one after the other.
const SHORT: usize = 4 << 10;

/// Each counts for so many bytes more than it has.
const OVERHEAD: usize = 256;

/// Of so many objects it is known that they were parsed once.
const SEEN: usize = 256;

/// The objects that are kept.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    /// The offset that came last to each place; one more than it, so that 0 is none.
    seen: Vec<usize>,
    short: Kept,
    long: Kept,
}

/// Objects by the offsets of their heads.
#[derive(Debug, Default)]
struct Kept {
    young: BTreeMap<usize, Arc<Indirect>>,
    old: BTreeMap<usize, Arc<Indirect>>,
    /// How much the young ones count.
    octets: usize,
}

impl Parsed {
    /// The object whose head stands at `start`.
    pub(super) fn get(&mut self, start: usize) -> Option<Arc<Indirect>> {
        self.short.get(start).or_else(|| self.long.get(start))
    }

    /// Takes an object that was parsed without a finding; `updated` says that it stands behind the first revision.
    pub(super) fn note(&mut self, start: usize, object: &Indirect, updated: bool) {
        let length = length(start, object);
        if length > LONGEST || !(updated || self.was_seen(start)) {
            return;
        }
        let kept = if length > SHORT { &mut self.long } else { &mut self.short };
        kept.insert(start, Arc::new(object.clone()));
    }

    fn was_seen(&mut self, start: usize) -> bool {
        if self.seen.is_empty() {
            self.seen.resize(SEEN, 0);
        }
        let mark = start.saturating_add(1);
        let Some(slot) = start.checked_rem(SEEN).and_then(|slot| self.seen.get_mut(slot)) else { return false };
        std::mem::replace(slot, mark) == mark
    }
}

impl Kept {
    fn get(&mut self, start: usize) -> Option<Arc<Indirect>> {
        if let Some(found) = self.young.get(&start) {
            return Some(Arc::clone(found));
        }
        let found = self.old.remove(&start)?;
        self.insert(start, Arc::clone(&found));
        Some(found)
    }

    fn insert(&mut self, start: usize, object: Arc<Indirect>) {
        let counts = length(start, &object).saturating_add(OVERHEAD);
        if self.octets.saturating_add(counts) > KEPT {
            self.old = std::mem::take(&mut self.young);
            self.octets = 0;
        }
        self.octets = self.octets.saturating_add(counts);
        self.young.insert(start, object);
    }
}

fn length(start: usize, object: &Indirect) -> usize {
    object.end.saturating_sub(start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::pdf::Object;

    fn object(start: usize, length: usize) -> Indirect {
        Indirect { value: Object::NULL, stream: None, end: start + length }
    }

    #[test]
    fn an_object_is_kept_from_the_second_time_on() {
        let mut parsed = Parsed::default();
        for times in 0..3 {
            assert_eq!(parsed.get(7).is_some(), times == 2, "{times}");
            parsed.note(7, &object(7, 100), false);
        }
        for _ in 0..3 {
            parsed.note(9, &object(9, LONGEST + 1), true);
        }
        assert!(parsed.get(9).is_none(), "it is too long");
        parsed.note(11, &object(11, 100), true);
        assert!(parsed.get(11).is_some(), "it is of an update");
    }

    #[test]
    fn what_is_not_asked_for_goes() {
        let mut parsed = Parsed::default();
        let keep = |parsed: &mut Parsed, start| {
            parsed.note(start, &object(start, 10_000), false);
            parsed.note(start, &object(start, 10_000), false);
        };
        keep(&mut parsed, 1);
        for number in 2..1_000 {
            keep(&mut parsed, number);
            assert!(number % 5 > 0 || parsed.get(1).is_some(), "it was asked for lately");
            assert!((parsed.long.young.len() + parsed.long.old.len()) * 10_000 <= 2 * KEPT);
        }
        for number in 1_000..1_100 {
            keep(&mut parsed, number);
        }
        assert!(parsed.get(1).is_none());
    }
}
