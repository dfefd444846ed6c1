//! The memory of certificate signatures that all validations of a service share.
//!
//! Bounded: where it is full, a step goes that was not asked for since its turn came last (the clock algorithm), so those
//! of the CAs that sign nearly everything stay, however many others come.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock};

use crate::validation::{SignatureMemory, Step};

/// Steps that are remembered: about a megabyte.
const STEPS: usize = 4_096;

/// Remembers steps.
#[derive(Debug)]
pub struct Remembered {
    most: usize,
    known: RwLock<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// Each with whether it was asked for since its turn came last.
    steps: HashMap<Step, AtomicBool>,
    /// The same steps, the one whose turn is next first.
    turns: VecDeque<Step>,
}

impl Default for Remembered {
    fn default() -> Self {
        Self::new(STEPS)
    }
}

impl Remembered {
    /// Remembers at most `most` steps.
    fn new(most: usize) -> Self {
        Self { most, known: RwLock::default() }
    }
}

impl SignatureMemory for Remembered {
    fn recall(&self, step: &Step) -> bool {
        // Whoever broke down with the lock left nothing half done that could be taken for known.
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let Some(asked) = known.steps.get(step) else { return false };
        // Not written where it says so already: all threads read it.
        if !asked.load(Ordering::Relaxed) {
            asked.store(true, Ordering::Relaxed);
        }
        true
    }

    fn note(&self, step: Step) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let Known { steps, turns } = &mut *known;
        if steps.contains_key(&step) {
            return;
        }
        while steps.len() >= self.most
            && let Some(next) = turns.pop_front()
        {
            if steps.get(&next).is_some_and(|asked| asked.swap(false, Ordering::Relaxed)) {
                turns.push_back(next);
            } else {
                steps.remove(&next);
            }
        }
        steps.insert(step, AtomicBool::new(false));
        turns.push_back(step);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{DigestAlgorithm, digest};

    fn step(number: u32) -> Step {
        let of = |octet: u8| digest(DigestAlgorithm::Sha256, &[&[octet][..], &number.to_be_bytes()].concat());
        Step { key: of(1), certificate: of(2) }
    }

    #[test]
    fn what_was_noted_is_known_and_nothing_else() {
        let memory = Remembered::default();
        assert!(!memory.recall(&step(1)));
        memory.note(step(1));
        assert!(memory.recall(&step(1)));
        let mixed = [Step { key: step(2).key, ..step(1) }, Step { certificate: step(2).certificate, ..step(1) }];
        assert!(!mixed.iter().any(|step| memory.recall(step)));
        let swapped = Step { key: step(1).certificate, certificate: step(1).key };
        assert!(!memory.recall(&swapped));
    }

    #[test]
    fn it_is_bounded_and_keeps_what_is_asked_for() {
        let memory = Remembered::new(8);
        memory.note(step(0));
        for number in 1..1_000 {
            assert!(memory.recall(&step(0)), "{number}");
            memory.note(step(number));
            memory.note(step(number));
            let known = memory.known.read().unwrap();
            assert!(known.steps.len() <= 8 && known.steps.len() == known.turns.len());
        }
        assert!(!memory.recall(&step(1)) && memory.recall(&step(999)));
        // Where all are asked for, one goes all the same.
        (0..1_000).for_each(|number| _ = memory.recall(&step(number)));
        memory.note(step(1_000));
        assert!(memory.recall(&step(1_000)));
        assert_eq!(memory.known.read().unwrap().steps.len(), 8);
    }
}
