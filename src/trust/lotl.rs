//! The list of lists of the European Union: its pivots, and who signs the national lists (TS 119 615 §4.1, §4.2).
//!
//! The signers of the list of lists change by **pivots**: former issues of it, each signed by somebody who was
//! announced before, whose pointer to the list of lists itself announces the next ones. `SchemeInformationURI` names
//! them, the newest first, then the notice of the Official Journal at which the walk begins.

use std::sync::Arc;

use super::list::Pointer;
use super::service::Scheme;
use super::verify::{ListSigner, Refusal, VerifiedTrustList};
use crate::time::Timestamp;

/// Pivots that are followed. Four in seven years were the most between two notices.
const PIVOTS: usize = 64;

/// Why pivots lead nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PivotError {
    /// One of them is refused: which, from the oldest, and why.
    Refused {
        /// Its place, from 0.
        number: usize,
        /// Why.
        refusal: Refusal,
    },
    /// One of them has no pointer to the list of lists itself: which.
    NoPointer(usize),
    /// There are too many.
    TooMany,
}

/// Where the pivots are, the oldest first: what a list of lists names besides the notice that `signers` are from.
#[must_use]
pub fn pivot_locations(list: &VerifiedTrustList) -> Vec<String> {
    pivots(list.list().information_uris.iter())
}

fn pivots<'u>(uris: impl DoubleEndedIterator<Item = &'u String>) -> Vec<String> {
    let is_list = |uri: &&String| uri.rsplit_once('.').is_some_and(|(_, end)| end.eq_ignore_ascii_case("xml"));
    uris.rev().filter(is_list).take(PIVOTS).cloned().collect()
}

/// Follows pivots from the signers that are trusted to those who sign the list of lists now. `pivots` has the oldest
/// first.
///
/// # Errors
/// [`PivotError`] for the first pivot that leads no further: nobody is trusted then that was not before.
pub fn follow_pivots(
    trusted: &[ListSigner],
    location: &str,
    pivots: &[Arc<[u8]>],
    at: Timestamp,
) -> Result<Vec<ListSigner>, PivotError> {
    if pivots.len() > PIVOTS {
        return Err(PivotError::TooMany);
    }
    let mut signers = trusted.to_vec();
    let mut known: Option<VerifiedTrustList> = None;
    for (number, bytes) in pivots.iter().enumerate() {
        let refused = |refusal| PivotError::Refused { number, refusal };
        let pivot = VerifiedTrustList::verify(Arc::clone(bytes), Scheme::Eu, &signers, at).map_err(refused)?;
        if let Some(known) = &known {
            pivot.may_follow(known).map_err(refused)?;
        }
        let pointer = pivot.pointer_to(location).ok_or(PivotError::NoPointer(number))?;
        signers = pointer.signers.iter().map(|one| ListSigner::of(one)).collect();
        known = Some(pivot);
    }
    Ok(signers)
}

impl VerifiedTrustList {
    /// The pointer to the list that is at a location, where it is one for programs and names who signs it.
    #[must_use]
    pub fn pointer_to(&self, location: &str) -> Option<&Pointer> {
        self.programs().find(|pointer| pointer.location == location)
    }

    /// The pointers to the national lists: of a list of lists.
    pub fn national(&self) -> impl Iterator<Item = &Pointer> {
        let own = self.list().territory.as_str();
        self.programs()
            .filter(move |pointer| pointer.territory != own && Scheme::Eu.has_territory(&pointer.territory))
    }

    fn programs(&self) -> impl Iterator<Item = &Pointer> {
        self.list().pointers.iter().filter(|pointer| pointer.is_for_programs() && !pointer.signers.is_empty())
    }
}
