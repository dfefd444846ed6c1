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
}

/// What one signature got.
pub(super) type Got = Result<Vec<Digest>, LimitExceeded>;

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
    let mut results: Vec<Got> = wanted.iter().map(|_| Ok(Vec::new())).collect();
    for ((want, budget), result) in wanted.iter().zip(budgets.iter_mut()).zip(results.iter_mut()) {
        let [_, _, _, tail] = want.range;
        let states = u64::try_from(want.algorithms.len()).unwrap_or(u64::MAX);
        if let Err(limit) = budget.spend((tail >> 10).saturating_mul(states)) {
            *result = Err(limit);
        }
    }
    let mut algorithms: Vec<DigestAlgorithm> =
        wanted.iter().flat_map(|want| want.algorithms.iter().copied()).collect();
    algorithms.push(DigestAlgorithm::Sha256);
    algorithms.sort_unstable();
    algorithms.dedup();
    let mut of_document = DigestState::new(DigestAlgorithm::Sha256);
    let mut at_mark = None;
    for algorithm in algorithms {
        let mut order: Vec<usize> = (0..wanted.len())
            .filter(|index| {
                wanted.get(*index).is_some_and(|want| want.algorithms.contains(&algorithm))
                    && results.get(*index).is_some_and(Result::is_ok)
            })
            .collect();
        order.sort_by_key(|index| wanted.get(*index).map(|want| want.range[1]));
        let mut state = DigestState::new(algorithm);
        let mut position = 0_u64;
        for index in order {
            let Some(want) = wanted.get(index) else { continue };
            let [_, hole, after, tail] = want.range;
            if algorithm == DigestAlgorithm::Sha256 && at_mark.is_none() && mark <= hole {
                state.update(slice(bytes, position, mark));
                position = position.max(mark);
                at_mark = Some(state.clone());
            }
            state.update(slice(bytes, position, hole));
            position = hole;
            let mut own = state.clone();
            own.update(slice(bytes, after, after.saturating_add(tail)));
            if let Some(Ok(got)) = results.get_mut(index) {
                got.push(own.finish());
            }
        }
        if algorithm == DigestAlgorithm::Sha256 {
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
            },
            Wanted { range: [0, 100, 200, 4800], algorithms: vec![DigestAlgorithm::Sha256] },
            Wanted { range: [0, 3000, 3100, 1900], algorithms: vec![DigestAlgorithm::Sha3_256] },
        ];
        let mut budgets: Vec<Budget> = wanted.iter().map(|_| Budget::new(&Limits::DEFAULT)).collect();
        let pass = digests(&bytes, &wanted, 0, &mut budgets);
        assert_eq!(pass.of_document, digest(DigestAlgorithm::Sha256, &bytes));
        for (want, got) in wanted.iter().zip(pass.of_ranges) {
            let [_, hole, after, tail] = want.range.map(|number| usize::try_from(number).unwrap());
            let covered = [&bytes[..hole], &bytes[after..after + tail]].concat();
            let got = got.unwrap();
            assert_eq!(got.len(), want.algorithms.len());
            for algorithm in &want.algorithms {
                assert!(got.contains(&digest(*algorithm, &covered)));
            }
        }
    }

    #[test]
    fn the_state_at_the_mark_is_that_of_the_bytes_before_it() {
        let bytes: Vec<u8> = (0..5000_u32).map(|number| (number % 251) as u8).collect();
        let want = |hole| Wanted { range: [0, hole, hole + 10, 50], algorithms: vec![DigestAlgorithm::Sha256] };
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
            Wanted { range: [0, 10, 20, 99_980], algorithms: vec![DigestAlgorithm::Sha256] },
            Wanted { range: [0, 10, 20, 99_980], algorithms: vec![DigestAlgorithm::Sha256] },
        ];
        let mut budgets = [Budget::new(&Limits { work: 1, ..Limits::DEFAULT }), Budget::new(&Limits::DEFAULT)];
        let got = digests(&bytes, &wanted, 0, &mut budgets).of_ranges;
        assert!(got[0].is_err());
        assert_eq!(got[1].as_ref().unwrap().len(), 1);
    }
}
