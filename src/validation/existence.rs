//! Proofs of existence (EN 319 102-1 §5.6.2.3, §5.6.2.5): at which times something is proven to have existed.
//!
//! Everything exists at the validation time. A time-stamp that is valid adds its time for what it covers: one inside a
//! signature for the signature (and the certificate that the signature protects), a document time-stamp for everything
//! that stands in the file before its own value. What stands where is noted once, so that each further time-stamp costs
//! the same.

use std::collections::HashMap;

use crate::crypto::Digest;
use crate::time::Timestamp;

/// Something whose existence can be proven.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Token {
    /// A signature or time-stamp, by its id in the report.
    Object(String),
    /// A certificate, by its SHA-256.
    Certificate(Digest),
    /// A CRL or a `BasicOCSPResponse`, by its SHA-256.
    Revocation(Digest),
}

/// One proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Proof {
    /// It existed then.
    pub(super) time: Timestamp,
    /// The time-stamp that proves it; none is the validation time.
    pub(super) source: Option<String>,
}

/// All proofs of one validation.
#[derive(Debug)]
pub(super) struct Existence {
    /// The validation time.
    at: Timestamp,
    /// How many bytes of the file hold a token, where it stands more than once the fewest.
    ends: HashMap<Token, u64>,
    /// Proofs of single tokens.
    single: HashMap<Token, Proof>,
    /// Proofs of the first bytes of the file: how many, and since when.
    of_start: Vec<(u64, Proof)>,
}

impl Existence {
    /// Everything exists at the validation time `at`.
    pub(super) fn new(at: Timestamp) -> Self {
        Self { at, ends: HashMap::new(), single: HashMap::new(), of_start: Vec::new() }
    }

    /// Notes that `token` stands within the first `end` bytes of the file.
    pub(super) fn place(&mut self, token: Token, end: u64) {
        let known = self.ends.entry(token).or_insert(end);
        *known = end.min(*known);
    }

    /// A valid time-stamp proves `token` alone. Of equal times the last one given counts: time-stamps are judged from the
    /// newest on, so that it is the one that stands first in the signature.
    pub(super) fn prove(&mut self, token: Token, proof: Proof) {
        match self.single.get_mut(&token) {
            Some(known) if known.time < proof.time => {}
            Some(known) => *known = proof,
            None => {
                self.single.insert(token, proof);
            }
        }
    }

    /// A valid document time-stamp proves whatever stands within the first `end` bytes of the file.
    pub(super) fn prove_start(&mut self, end: u64, proof: Proof) {
        self.of_start.push((end, proof));
    }

    /// The lowest POE: the earliest time; of equal ones that of a time-stamp, and inside the signature before around it.
    pub(super) fn lowest(&self, token: &Token) -> Proof {
        let now = Proof { time: self.at, source: None };
        let mut lowest = &now;
        let end = self.ends.get(token).copied().unwrap_or(u64::MAX);
        let around = self.of_start.iter().filter(|(covered, _)| end <= *covered).map(|(_, proof)| proof);
        for proof in self.single.get(token).into_iter().chain(around) {
            if proof.time < lowest.time || (proof.time == lowest.time && lowest.source.is_none()) {
                lowest = proof;
            }
        }
        lowest.clone()
    }

    /// Whether `token` is proven to have existed at `time` or before.
    pub(super) fn by(&self, token: &Token, time: Timestamp) -> bool {
        self.lowest(token).time <= time
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(seconds: i64) -> Timestamp {
        Timestamp::from_unix(seconds)
    }

    fn proof(seconds: i64, source: &str) -> Proof {
        Proof { time: time(seconds), source: Some(source.to_owned()) }
    }

    fn token(id: &str) -> Token {
        Token::Object(id.to_owned())
    }

    #[test]
    fn without_a_time_stamp_everything_exists_at_the_validation_time_only() {
        let existence = Existence::new(time(100));
        assert_eq!(existence.lowest(&token("S1")), Proof { time: time(100), source: None });
        assert!(existence.by(&token("S1"), time(100)) && !existence.by(&token("S1"), time(99)));
    }

    #[test]
    fn a_document_time_stamp_covers_what_stands_before_it_and_nothing_else() {
        let mut existence = Existence::new(time(100));
        existence.place(token("S1"), 1_000);
        existence.place(token("S2"), 2_000);
        existence.prove_start(1_500, proof(50, "D1"));
        existence.prove_start(3_000, proof(60, "D2"));
        assert_eq!(existence.lowest(&token("S1")), proof(50, "D1"));
        assert_eq!(existence.lowest(&token("S2")), proof(60, "D2"));
        assert_eq!(existence.lowest(&token("S3")).source, None, "nobody knows where it stands");
        existence.place(token("S2"), 1_200);
        assert_eq!(existence.lowest(&token("S2")), proof(50, "D1"), "the first copy counts");
    }

    #[test]
    fn the_earliest_proof_counts_in_whatever_order_they_come() {
        for order in [[40, 50], [50, 40]] {
            let mut existence = Existence::new(time(100));
            for seconds in order {
                existence.prove(token("S1"), proof(seconds, "S1.T1"));
            }
            assert_eq!(existence.lowest(&token("S1")).time, time(40));
        }
        let mut existence = Existence::new(time(100));
        existence.prove(token("S1"), proof(100, "S1.T1"));
        assert_eq!(existence.lowest(&token("S1")).source.as_deref(), Some("S1.T1"), "a time-stamp before T0");
        existence.prove(token("S1"), proof(200, "S1.T2"));
        assert_eq!(existence.lowest(&token("S1")).time, time(100), "what is later proves nothing new");
    }
}
