//! How a list stands, for those who judge by its services.

use super::listing::Listing;
use super::service::{Scheme, Service};
use crate::time::Timestamp;

/// Whether a list is to be believed at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListTrust {
    /// Its signature was verified with a signer that is pinned for the time at which it was signed.
    Verified,
    /// It was not: nobody vouches for it, or whoever did is no longer pinned.
    Unverified,
    /// It was refused: damaged, forged, or older than one that was seen.
    Refused,
}

/// How a list stands, apart from what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListStanding {
    /// Under whose law.
    pub scheme: Scheme,
    /// `SchemeTerritory`.
    pub territory: String,
    /// `TSLSequenceNumber`.
    pub sequence_number: u64,
    /// Whether it is believed.
    pub trust: ListTrust,
    /// `NextUpdate`; a closed list has none (TS 119 612 §5.3.15).
    pub next_update: Option<Timestamp>,
    /// For how many seconds after it the operator still believes the list.
    pub grace_seconds: i64,
}

impl ListStanding {
    /// Whether the list says nothing of `time` any more.
    #[must_use]
    pub fn is_overdue_at(&self, time: Timestamp) -> bool {
        self.next_update.is_some_and(|next| time > next.plus_seconds(self.grace_seconds))
    }

    /// Whether its next update was due before `time`, grace or not.
    #[must_use]
    pub fn was_due_before(&self, time: Timestamp) -> bool {
        self.next_update.is_some_and(|next| time > next)
    }

    /// How the list of a listing stands; none where there is no list.
    pub(super) fn of(listing: &Listing) -> Option<Self> {
        // A list that is there was verified when it was taken up.
        let list = listing.list.as_ref()?.list();
        Some(Self {
            scheme: listing.scheme,
            territory: list.territory.clone(),
            sequence_number: list.sequence_number,
            trust: ListTrust::Verified,
            next_update: list.next_update,
            grace_seconds: listing.grace_seconds,
        })
    }

    /// Whether a service stands in it.
    #[must_use]
    pub fn is_of(&self, service: &Service) -> bool {
        self.scheme == service.scheme
            && self.territory == service.territory
            && self.sequence_number == service.sequence_number
    }
}
