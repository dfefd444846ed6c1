//! What the trust lists of a store say: their services, by certificate, and how each list itself stands.

use std::collections::HashMap;
use std::sync::Arc;

use super::service::{Scheme, Service};
use crate::pki::Certificate;
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

    fn is_of(&self, service: &Service) -> bool {
        self.scheme == service.scheme
            && self.territory == service.territory
            && self.sequence_number == service.sequence_number
    }
}

/// The services of lists by their certificates.
#[derive(Clone, Debug, Default)]
pub(super) struct Listed {
    services: Vec<Arc<Service>>,
    by_certificate: HashMap<Box<[u8]>, Vec<usize>>,
    lists: Vec<ListStanding>,
}

impl Listed {
    pub(super) fn new(lists: Vec<ListStanding>, services: Vec<Arc<Service>>) -> Self {
        let mut by_certificate: HashMap<Box<[u8]>, Vec<usize>> = HashMap::new();
        for (index, service) in services.iter().enumerate() {
            for certificate in &service.certificates {
                by_certificate.entry(certificate.der().into()).or_default().push(index);
            }
        }
        Self { services, by_certificate, lists }
    }

    pub(super) fn services_of(&self, certificate: &Certificate) -> impl Iterator<Item = &Arc<Service>> {
        let indexes = self.by_certificate.get(certificate.der()).map(Vec::as_slice).unwrap_or_default();
        indexes.iter().filter_map(|index| self.services.get(*index))
    }

    pub(super) fn list_of(&self, service: &Service) -> Option<&ListStanding> {
        self.lists.iter().find(|list| list.is_of(service))
    }

    pub(super) fn lists(&self) -> &[ListStanding] {
        &self.lists
    }
}
