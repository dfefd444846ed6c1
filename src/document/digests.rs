//! All digests of a document in one pass: at each hole the running state is cloned, so that the bytes before it are
//! read once for all signatures; each signature then costs only what follows its own hole.

use super::facts::ByteRange;
use crate::crypto::{Digest, DigestAlgorithm, DigestState};
use crate::limits::{Budget, LimitExceeded};

/// What one signature wants: its byte range and the algorithms.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) range: ByteRange,
    pub(super) algorithms: Vec<DigestAlgorithm>,
    /// Of these the state is wanted, over [`LEAD`] before the bytes of the range.
    pub(super) led: Vec<DigestAlgorithm>,
}

/// `encapContentInfo` of a signature over data that are elsewhere (RFC 5652 §5.2): what an archive time-stamp of version 2
/// is over before the data. All signatures share the reading for it.
pub(super) const LEAD: &[u8] = &[0x30, 0x0b, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01];

/// What one signature got.
#[derive(Clone, Debug, Default)]
pub(super) struct Digested {
    /// The digests of the byte range.
    pub(super) digests: Vec<Digest>,
    /// The states over [`LEAD`] and the byte range.
    pub(super) led: Vec<DigestState>,
}

/// The same, or why not.
pub(super) type Got = Result<Digested, LimitExceeded>;

/// What one pass yields.
#[derive(Debug)]
pub(super) struct Pass {
    /// The digests of every wanted byte range, in order.
    pub(super) of_ranges: Vec<Got>,
    /// SHA-256 over all bytes.
    pub(super) of_document: Digest,
    /// SHA-256 over the bytes up to the mark, to be gone on with.
    pub(super) at_mark: DigestState,
}

/// Reads the document once; the ranges have to lie in the file. Each signature's own bytes are paid from its
/// `budgets` entry.
pub(super) fn digests(bytes: &[u8], wanted: &[Wanted], mark: u64, budgets: &mut [Budget]) -> Pass {
    let mut results: Vec<Got> = wanted.iter().map(|_| Ok(Digested::default())).collect();
    for ((want, budget), result) in wanted.iter().zip(budgets.iter_mut()).zip(results.iter_mut()) {
        let [_, hole, _, tail] = want.range;
        let count = |algorithms: &[DigestAlgorithm]| u64::try_from(algorithms.len()).unwrap_or(u64::MAX);
        let own = (tail >> 10).saturating_mul(count(&want.algorithms));
        let led = (hole.saturating_add(tail) >> 10).saturating_mul(count(&want.led));
        if let Err(limit) = budget.spend(own.saturating_add(led)) {
            *result = Err(limit);
        }
    }
    let of = |start: Start| {
        wanted.iter().flat_map(move |want| want.algorithms(start).iter().map(move |one| (start, *one)))
    };
    let mut readings: Vec<(Start, DigestAlgorithm)> = of(Start::Content).chain(of(Start::Lead)).collect();
    readings.push((Start::Content, DigestAlgorithm::Sha256));
    readings.sort_unstable();
    readings.dedup();
    let mut of_document = DigestState::new(DigestAlgorithm::Sha256);
    let mut at_mark = None;
    for (start, algorithm) in readings {
        let mut order: Vec<usize> = (0..wanted.len())
            .filter(|index| {
                wanted.get(*index).is_some_and(|want| want.algorithms(start).contains(&algorithm))
                    && results.get(*index).is_some_and(Result::is_ok)
            })
            .collect();
        order.sort_by_key(|index| wanted.get(*index).map(|want| want.range[1]));
        let of_all = (start, algorithm) == (Start::Content, DigestAlgorithm::Sha256);
        let mut state = DigestState::new(algorithm);
        if start == Start::Lead {
            state.update(LEAD);
        }
        let mut position = 0_u64;
        for index in order {
            let Some(want) = wanted.get(index) else { continue };
            let [_, hole, after, tail] = want.range;
            if of_all && at_mark.is_none() && mark <= hole {
                state.update(slice(bytes, position, mark));
                position = position.max(mark);
                at_mark = Some(state.clone());
            }
            state.update(slice(bytes, position, hole));
            position = hole;
            let mut own = state.clone();
            own.update(slice(bytes, after, after.saturating_add(tail)));
            if let Some(Ok(got)) = results.get_mut(index) {
                match start {
                    Start::Content => got.digests.push(own.finish()),
                    Start::Lead => got.led.push(own),
                }
            }
        }
        if of_all {
            if at_mark.is_none() {
                state.update(slice(bytes, position, mark));
                position = position.max(mark);
                at_mark = Some(state.clone());
            }
            state.update(slice(bytes, position, u64::MAX));
            of_document = state;
        }
    }
    let at_mark = at_mark.unwrap_or_else(|| of_document.clone());
    Pass { of_ranges: results, of_document: of_document.finish(), at_mark }
}

/// What a reading begins with.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Start {
    /// The bytes themselves.
    Content,
    /// [`LEAD`].
    Lead,
}

impl Wanted {
    fn algorithms(&self, start: Start) -> &[DigestAlgorithm] {
        match start {
            Start::Content => &self.algorithms,
            Start::Lead => &self.led,
        }
    }
}

fn slice(bytes: &[u8], start: u64, end: u64) -> &[u8] {
    let start = usize::try_from(start).unwrap_or(usize::MAX).min(bytes.len());
    let end = usize::try_from(end).unwrap_or(usize::MAX).clamp(start, bytes.len());
    bytes.get(start..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::digest;
    use crate::limits::Limits;

    #[test]
    fn every_range_gets_the_digest_of_its_bytes() {
        let bytes: Vec<u8> = (0..5000_u32).map(|number| (number % 251) as u8).collect();
        let wanted = [
            Wanted {
                range: [0, 3000, 3100, 900],
                algorithms: vec![DigestAlgorithm::Sha256, DigestAlgorithm::Sha1],
                led: vec![DigestAlgorithm::Sha256],
            },
            Wanted { range: [0, 100, 200, 4800], algorithms: vec![DigestAlgorithm::Sha256], led: Vec::new() },
            Wanted {
                range: [0, 3000, 3100, 1900],
                algorithms: vec![DigestAlgorithm::Sha3_256],
                led: vec![DigestAlgorithm::Sha512, DigestAlgorithm::Sha256],
            },
        ];
        let mut budgets: Vec<Budget> = wanted.iter().map(|_| Budget::new(&Limits::DEFAULT)).collect();
        let pass = digests(&bytes, &wanted, 0, &mut budgets);
        assert_eq!(pass.of_document, digest(DigestAlgorithm::Sha256, &bytes));
        for (want, got) in wanted.iter().zip(pass.of_ranges) {
            let [_, hole, after, tail] = want.range.map(|number| usize::try_from(number).unwrap());
            let covered = [&bytes[..hole], &bytes[after..after + tail]].concat();
            let got = got.unwrap();
            assert_eq!(got.digests.len(), want.algorithms.len());
            for algorithm in &want.algorithms {
                assert!(got.digests.contains(&digest(*algorithm, &covered)));
            }
            let led: Vec<Digest> = got.led.into_iter().map(DigestState::finish).collect();
            assert_eq!(led.len(), want.led.len());
            for algorithm in &want.led {
                assert!(led.contains(&digest(*algorithm, &[LEAD, &covered].concat())));
            }
        }
    }

    #[test]
    fn the_state_at_the_mark_is_that_of_the_bytes_before_it() {
        let bytes: Vec<u8> = (0..5000_u32).map(|number| (number % 251) as u8).collect();
        let want = |hole| Wanted {
            range: [0, hole, hole + 10, 50],
            algorithms: vec![DigestAlgorithm::Sha256],
            led: Vec::new(),
        };
        for wanted in [vec![], vec![want(1000)], vec![want(3000), want(1000), want(1000)]] {
            for mark in [0, 999, 1000, 1001, 2500, 3000, 4000, 5000, 9000] {
                let mut budgets: Vec<Budget> = wanted.iter().map(|_| Budget::new(&Limits::DEFAULT)).collect();
                let pass = digests(&bytes, &wanted, mark, &mut budgets);
                let before = &bytes[..usize::try_from(mark).unwrap().min(bytes.len())];
                assert_eq!(pass.at_mark.finish(), digest(DigestAlgorithm::Sha256, before), "{mark}");
                assert_eq!(pass.of_document, digest(DigestAlgorithm::Sha256, &bytes), "{mark}");
            }
        }
    }

    #[test]
    fn an_exhausted_signature_does_not_stop_the_others() {
        let bytes = vec![7_u8; 100_000];
        let wanted = [
            Wanted { range: [0, 10, 20, 99_980], algorithms: vec![DigestAlgorithm::Sha256], led: Vec::new() },
            Wanted { range: [0, 10, 20, 99_980], algorithms: vec![DigestAlgorithm::Sha256], led: Vec::new() },
        ];
        let mut budgets = [Budget::new(&Limits { work: 1, ..Limits::DEFAULT }), Budget::new(&Limits::DEFAULT)];
        let got = digests(&bytes, &wanted, 0, &mut budgets).of_ranges;
        assert!(got[0].is_err());
        assert_eq!(got[1].as_ref().unwrap().digests.len(), 1);
    }
}
