//! Finding paths: depth first, the likeliest issuer first, every signature verified before a step is taken.
//!
//! Candidates for an issuer are anchors and certificates at hand whose subject is the issuer's name (RFC 5280 §7.1);
//! key identifiers only order them. A certificate, or another one with the same name and key, stands in a path once.

use std::rc::Rc;

use super::facts::{Holder, Keys};
use crate::limits::{Budget, LimitExceeded};
use crate::time::Timestamp;
use crate::trust::{TrustAnchor, TrustStore};
use crate::validation::evidence::Evidence;

/// A path whose signatures verify: the signer first, the trust anchor last.
#[derive(Clone, Debug)]
pub(in crate::validation) struct Path {
    holders: Vec<Rc<Holder>>,
}

impl Path {
    /// The certificates, the signer first, the anchor last. A signer that is an anchor is alone.
    pub(in crate::validation) fn holders(&self) -> &[Rc<Holder>] {
        &self.holders
    }
}

/// What the search found.
#[derive(Debug)]
pub(in crate::validation) struct Paths {
    /// Complete paths, in the order found.
    pub(in crate::validation) complete: Vec<Path>,
    /// Where the longest incomplete path ended.
    pub(in crate::validation) end: PathEnd,
}

/// Where an incomplete path ended.
#[derive(Clone, Debug)]
pub(in crate::validation) struct PathEnd {
    /// The certificates of it, the signer first.
    pub(in crate::validation) holders: Vec<Rc<Holder>>,
}

/// No more complete paths than this are compared; a store that offers more is built to waste time.
const MOST_PATHS: usize = 16;

/// Finds the paths of `signer` to anchors that are trusted at `at`.
///
/// # Errors
/// Where the budget is exhausted.
pub(in crate::validation) fn build(
    signer: &Rc<Holder>,
    at: Timestamp,
    evidence: &Evidence,
    trust: &TrustStore,
    keys: &Keys<'_>,
    budget: &mut Budget,
) -> Result<Paths, LimitExceeded> {
    let longest = usize::try_from(budget.limits().path_length).unwrap_or(usize::MAX);
    let mut paths = Paths { complete: Vec::new(), end: PathEnd { holders: vec![Rc::clone(signer)] } };
    if trust.anchor_of(&signer.certificate).is_some_and(|anchor| is_trusted(anchor, at)) {
        paths.complete.push(Path { holders: vec![Rc::clone(signer)] });
        return Ok(paths);
    }
    let mut open = vec![vec![Rc::clone(signer)]];
    while let Some(path) = open.pop() {
        budget.spend(1)?;
        if paths.complete.len() >= MOST_PATHS {
            break;
        }
        let Some(last) = path.last() else { continue };
        if path.len() > paths.end.holders.len() {
            paths.end.holders.clone_from(&path);
        }
        if path.len() >= longest {
            continue;
        }
        for anchor in trust.named(last.certificate.issuer()).filter(|anchor| is_trusted(anchor, at)) {
            let anchor = keys.holder(&anchor.certificate);
            if keys.issued(&anchor, last, budget)? {
                let mut holders = path.clone();
                holders.push(anchor);
                paths.complete.push(Path { holders });
            }
        }
        let mut candidates = Vec::new();
        for certificate in evidence.certificates() {
            if trust.anchor_of(certificate).is_some()
                || !certificate.subject().matches(last.certificate.issuer())
                || path.iter().any(|earlier| is_same_entity(&earlier.certificate, certificate))
            {
                continue;
            }
            budget.spend(1)?;
            candidates.push(keys.holder(certificate));
        }
        candidates.sort_by_key(|candidate| key_identifier_fits(candidate, last));
        for candidate in candidates {
            if keys.issued(&candidate, last, budget)? {
                let mut longer = path.clone();
                longer.push(candidate);
                open.push(longer);
            }
        }
    }
    Ok(paths)
}

/// Whether trust in the anchor has not ended.
fn is_trusted(anchor: &TrustAnchor, at: Timestamp) -> bool {
    anchor.sunset.is_none_or(|sunset| at < sunset)
}

fn is_same_entity(one: &crate::pki::Certificate, other: &crate::pki::Certificate) -> bool {
    one.der() == other.der() || (one.spki() == other.spki() && one.subject().matches(other.subject()))
}

/// Sorts what is taken last first: the search takes from the end.
fn key_identifier_fits(issuer: &Holder, subject: &Holder) -> u8 {
    let wanted = subject.certificate.authority_key_identifier().and_then(|identifier| identifier.key_id.as_deref());
    match (wanted, issuer.certificate.subject_key_identifier()) {
        (Some(wanted), Some(found)) if wanted == found => 2,
        (Some(_), Some(_)) => 0,
        _ => 1,
    }
}
