//! Until when algorithms are reliable (ETSI TS 119 312), as a table of a policy.
//!
//! An item is a digest, or a signature algorithm with its key; it is looked up at a time: listed? large enough?
//! no end, or the time before it? What ends after the catalogue was issued only warns, since the next edition may
//! move the date (specified by TS 119 312 §8 as recommendation, not as prohibition).

use std::collections::BTreeMap;

use crate::crypto::{AlgorithmFamily, DigestAlgorithm, KeyKind, SignatureAlgorithm};
use crate::time::Timestamp;
use crate::validation::check::Level;

/// Dates per digest, family of signature algorithms with key size, and curve.
#[derive(Clone, Debug)]
pub struct AlgorithmDates {
    /// When the catalogue was issued.
    pub(super) issued: Timestamp,
    pub(super) digests: BTreeMap<String, Option<Timestamp>>,
    pub(super) keys: BTreeMap<String, Vec<KeySize>>,
    pub(super) curves: BTreeMap<String, Level>,
    /// By digest and family, as `SHA1 with RSA`: the form of the catalogue of TS 119 322.
    pub(super) combinations: BTreeMap<String, Option<Timestamp>>,
    /// What follows where the end comes after the catalogue was issued.
    pub(super) after_issue: Level,
}

/// From this size on, reliable until.
#[derive(Clone, Copy, Debug)]
pub(super) struct KeySize {
    pub(super) bits: u32,
    pub(super) until: Option<Timestamp>,
}

/// Whether an algorithm is reliable at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reliability {
    /// Yes.
    Reliable,
    /// Accepted, with a warning.
    Discouraged,
    /// It was, until then.
    Expired {
        /// The end.
        until: Timestamp,
        /// Fail, or only warn, where the end is later than the catalogue.
        level: Level,
    },
    /// The catalogue does not have it.
    NotListed,
    /// The key is smaller than any that is listed.
    KeyTooSmall,
}

impl AlgorithmDates {
    /// A catalogue without entries: nothing is reliable.
    pub(super) const fn issued(issued: Timestamp) -> Self {
        Self {
            issued,
            digests: BTreeMap::new(),
            keys: BTreeMap::new(),
            curves: BTreeMap::new(),
            combinations: BTreeMap::new(),
            after_issue: Level::Warn,
        }
    }

    /// Whether signatures of an algorithm with such a key are reliable at `time`: by family and size, and by the
    /// combination of digest and family where that is listed. The digest alone is looked up apart.
    #[must_use]
    pub fn signature(&self, algorithm: SignatureAlgorithm, key: KeyKind, time: Timestamp) -> Reliability {
        let by_key = self.key(algorithm.family(), key, time);
        if by_key != Reliability::Reliable && by_key != Reliability::Discouraged {
            return by_key;
        }
        let names = |name: &str, digest: DigestAlgorithm| {
            name.strip_prefix(digest.name()).and_then(|rest| rest.strip_prefix(" with "))
                == Some(algorithm.family().name())
        };
        let combination = algorithm
            .digest()
            .and_then(|digest| self.combinations.iter().find(|(name, _)| names(name.as_str(), digest)));
        match combination {
            Some((_, until)) => match self.at(*until, time) {
                Reliability::Reliable => by_key,
                expired => expired,
            },
            None => by_key,
        }
    }

    /// Whether a digest is reliable at `time`.
    #[must_use]
    pub fn digest(&self, algorithm: DigestAlgorithm, time: Timestamp) -> Reliability {
        match self.digests.get(algorithm.name()) {
            None => Reliability::NotListed,
            Some(until) => self.at(*until, time),
        }
    }

    /// Whether signatures of a family with such a key are reliable at `time`. The digest is looked up apart.
    #[must_use]
    pub fn key(&self, family: AlgorithmFamily, key: KeyKind, time: Timestamp) -> Reliability {
        let Some(sizes) = self.keys.get(family.name()) else {
            return Reliability::NotListed;
        };
        let Some(size) = sizes.iter().rev().find(|size| size.bits <= key.bits()) else {
            return Reliability::KeyTooSmall;
        };
        let reliability = self.at(size.until, time);
        let curve = match key {
            KeyKind::Ec { curve } => self.curves.get(curve.name()),
            _ => None,
        };
        match curve {
            Some(Level::Fail) => Reliability::NotListed,
            Some(Level::Warn) if reliability == Reliability::Reliable => Reliability::Discouraged,
            _ => reliability,
        }
    }

    fn at(&self, until: Option<Timestamp>, time: Timestamp) -> Reliability {
        match until {
            Some(until) if time >= until => {
                let level = if until > self.issued { self.after_issue } else { Level::Fail };
                Reliability::Expired { until, level }
            }
            _ => Reliability::Reliable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::Curve;
    use crate::validation::policy::Policy;

    fn dates() -> AlgorithmDates {
        Policy::builtin("default").unwrap().algorithms().clone()
    }

    fn time(text: &str) -> Timestamp {
        Timestamp::from_rfc3339(text).unwrap()
    }

    #[test]
    fn digests_end_at_their_date() {
        let end = time("2012-08-01T00:00:00Z");
        assert_eq!(dates().digest(DigestAlgorithm::Sha1, end.plus_seconds(-1)), Reliability::Reliable);
        assert_eq!(
            dates().digest(DigestAlgorithm::Sha1, end),
            Reliability::Expired { until: end, level: Level::Fail }
        );
        assert_eq!(dates().digest(DigestAlgorithm::Sha256, time("2099-01-01T00:00:00Z")), Reliability::Reliable);
        assert_eq!(dates().digest(DigestAlgorithm::Sha512_224, end), Reliability::NotListed);
    }

    #[test]
    fn keys_are_judged_by_size_and_family() {
        let now = time("2026-11-21T12:00:00Z");
        let key = |bits| KeyKind::Rsa { bits };
        assert_eq!(dates().key(AlgorithmFamily::Rsa, key(700), now), Reliability::KeyTooSmall);
        assert!(matches!(
            dates().key(AlgorithmFamily::Rsa, key(1024), now),
            Reliability::Expired { level: Level::Fail, .. }
        ));
        assert_eq!(dates().key(AlgorithmFamily::Rsa, key(2048), now), Reliability::Reliable);
        assert!(matches!(
            dates().key(AlgorithmFamily::Rsa, key(4096), time("2030-01-01T00:00:00Z")),
            Reliability::Expired { level: Level::Warn, .. }
        ));
        assert_eq!(
            dates().key(AlgorithmFamily::RsaPss, key(3072), time("2040-01-01T00:00:00Z")),
            Reliability::Reliable
        );
        let curve = |curve| KeyKind::Ec { curve };
        assert_eq!(dates().key(AlgorithmFamily::Ecdsa, curve(Curve::P256), now), Reliability::Reliable);
        assert_eq!(dates().key(AlgorithmFamily::Ecdsa, curve(Curve::Secp256k1), now), Reliability::Discouraged);
        assert!(matches!(
            dates().key(AlgorithmFamily::Ecdsa, curve(Curve::P224), now),
            Reliability::Expired { level: Level::Fail, .. }
        ));
    }
}
