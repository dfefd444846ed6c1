//! What all validations of a service share: signatures of certificates, CRLs and OCSP responses that verified, and
//! certificates that were read.
//!
//! Bounded: where it is full, one goes that was not asked for since its turn came last (the clock algorithm), so those
//! of the CAs that sign nearly everything stay, however many others come.

use std::borrow::Borrow;
use std::collections::{HashMap, VecDeque};
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use crate::pki::{Certificate, CertificateError};
use crate::validation::{Memory, Step};

/// Steps that are remembered: about a megabyte.
const STEPS: usize = 4_096;

/// Certificates that are remembered: some megabytes.
const CERTIFICATES: usize = 512;

/// Octets of a certificate that is remembered. Those of people and CAs have one to two thousand; a longer one is read
/// anew, so that nobody fills the memory with what is made to be large.
const CERTIFICATE_BYTES: usize = 4_096;

/// Remembers steps, and certificates by their octets.
#[derive(Debug)]
pub struct Remembered {
    steps: Bounded<Step>,
    certificates: Bounded<ByOctets>,
}

impl Default for Remembered {
    fn default() -> Self {
        Self { steps: Bounded::new(STEPS), certificates: Bounded::new(CERTIFICATES) }
    }
}

impl Memory for Remembered {
    fn recall(&self, step: &Step) -> bool {
        self.steps.get(step).is_some()
    }

    fn note(&self, step: Step) {
        self.steps.add(step);
    }

    fn certificate(&self, der: &[u8]) -> Result<Arc<Certificate>, CertificateError> {
        if der.len() > CERTIFICATE_BYTES {
            return Certificate::parse(der).map(Arc::new);
        }
        if let Some(ByOctets(known)) = self.certificates.get(der) {
            return Ok(known);
        }
        let read = Arc::new(Certificate::parse(der)?);
        self.certificates.add(ByOctets(Arc::clone(&read)));
        Ok(read)
    }
}

/// A certificate that is the same as another where all their octets are.
#[derive(Clone, Debug)]
struct ByOctets(Arc<Certificate>);

impl Borrow<[u8]> for ByOctets {
    fn borrow(&self) -> &[u8] {
        self.0.der()
    }
}

impl Hash for ByOctets {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.der().hash(state);
    }
}

impl PartialEq for ByOctets {
    fn eq(&self, other: &Self) -> bool {
        self.0.der() == other.0.der()
    }
}

impl Eq for ByOctets {}

/// At most so many of a kind.
#[derive(Debug)]
struct Bounded<T> {
    most: usize,
    known: RwLock<Known<T>>,
}

#[derive(Debug)]
struct Known<T> {
    /// Each with whether it was asked for since its turn came last.
    all: HashMap<T, AtomicBool>,
    /// The same ones, the one whose turn is next first.
    turns: VecDeque<T>,
}

impl<T: Clone + Eq + Hash> Bounded<T> {
    fn new(most: usize) -> Self {
        Self { most, known: RwLock::new(Known { all: HashMap::new(), turns: VecDeque::new() }) }
    }

    fn get<Q: Eq + Hash + ?Sized>(&self, wanted: &Q) -> Option<T>
    where
        T: Borrow<Q>,
    {
        // Whoever broke down with the lock left nothing half done that could be taken for known.
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let (found, asked) = known.all.get_key_value(wanted)?;
        // Not written where it says so already: all threads read it.
        if !asked.load(Ordering::Relaxed) {
            asked.store(true, Ordering::Relaxed);
        }
        Some(found.clone())
    }

    fn add(&self, one: T) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let Known { all, turns } = &mut *known;
        if all.contains_key(&one) {
            return;
        }
        while all.len() >= self.most
            && let Some(next) = turns.pop_front()
        {
            if all.get(&next).is_some_and(|asked| asked.swap(false, Ordering::Relaxed)) {
                turns.push_back(next);
            } else {
                all.remove(&next);
            }
        }
        all.insert(one.clone(), AtomicBool::new(false));
        turns.push_back(one);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{DigestAlgorithm, digest};

    fn step(number: u32) -> Step {
        let of = |octet: u8| digest(DigestAlgorithm::Sha256, &[&[octet][..], &number.to_be_bytes()].concat());
        Step { key: of(1), signed: of(2) }
    }

    #[test]
    fn what_was_noted_is_known_and_nothing_else() {
        let memory = Remembered::default();
        assert!(!memory.recall(&step(1)));
        memory.note(step(1));
        assert!(memory.recall(&step(1)));
        let mixed = [Step { key: step(2).key, ..step(1) }, Step { signed: step(2).signed, ..step(1) }];
        assert!(!mixed.iter().any(|step| memory.recall(step)));
        let swapped = Step { key: step(1).signed, signed: step(1).key };
        assert!(!memory.recall(&swapped));
    }

    #[test]
    fn it_is_bounded_and_keeps_what_is_asked_for() {
        let memory = Bounded::new(8);
        memory.add(0);
        for number in 1..1_000 {
            assert!(memory.get(&0).is_some(), "{number}");
            memory.add(number);
            memory.add(number);
            let known = memory.known.read().unwrap();
            assert!(known.all.len() <= 8 && known.all.len() == known.turns.len());
        }
        assert!(memory.get(&1).is_none() && memory.get(&999) == Some(999));
        // Where all are asked for, one goes all the same.
        (0..1_000).for_each(|number| _ = memory.get(&number));
        memory.add(1_000);
        assert!(memory.get(&1_000).is_some());
        assert_eq!(memory.known.read().unwrap().all.len(), 8);
    }

    #[test]
    fn a_certificate_is_read_once_and_only_from_the_same_octets() {
        let made = || {
            let key = rcgen::KeyPair::generate().unwrap();
            rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap().self_signed(&key).unwrap()
        };
        let (one, other) = (made(), made());
        let memory = Remembered::default();
        let first = memory.certificate(one.der()).unwrap();
        assert!(Arc::ptr_eq(&first, &memory.certificate(one.der()).unwrap()));
        assert_eq!(memory.certificate(other.der()).unwrap().der(), other.der().as_ref());
        assert!(memory.certificate(&one.der()[1..]).is_err());
        let long = vec![0x30; CERTIFICATE_BYTES + 1];
        assert!(memory.certificate(&long).is_err());
        assert_eq!(memory.certificates.known.read().unwrap().all.len(), 2);
    }
}
