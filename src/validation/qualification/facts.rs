//! What a class is judged from: facts that the processes of EN 319 102-1 have established, and what lists say.

use std::sync::Arc;

use crate::pki::Certificate;
use crate::time::Timestamp;
use crate::trust::{ListStanding, ListTrust, Scheme, Service, TrustStore};
use crate::validation::verdict::Verdict;

/// What lists say.
pub trait Lists {
    /// The services that are known by this very certificate, of any scheme.
    fn services_of(&self, certificate: &Certificate) -> Vec<&Arc<Service>>;

    /// The list that a service stands in.
    fn list_of(&self, service: &Service) -> Option<&ListStanding>;

    /// Whether there is a list of this scheme at all.
    fn has(&self, scheme: Scheme) -> bool;
}

impl Lists for TrustStore {
    fn services_of(&self, certificate: &Certificate) -> Vec<&Arc<Service>> {
        Self::services_of(self, certificate)
    }

    fn list_of(&self, service: &Service) -> Option<&ListStanding> {
        Self::list_of(self, service)
    }

    fn has(&self, scheme: Scheme) -> bool {
        self.has_list_of(scheme)
    }
}

/// What lists say where a policy believes none for long after its next update was due.
pub struct Impatient<'t> {
    trust: &'t TrustStore,
    standings: Vec<ListStanding>,
}

impl<'t> Impatient<'t> {
    /// The lists of a store, each believed for at most so many seconds after its next update was due.
    #[must_use]
    pub fn new(trust: &'t TrustStore, maximum_grace: i64) -> Self {
        let shorter = |list: &ListStanding| ListStanding {
            grace_seconds: list.grace_seconds.min(maximum_grace),
            ..list.clone()
        };
        Self { trust, standings: trust.standings().iter().map(shorter).collect() }
    }
}

impl Lists for Impatient<'_> {
    fn services_of(&self, certificate: &Certificate) -> Vec<&Arc<Service>> {
        self.trust.services_of(certificate)
    }

    fn list_of(&self, service: &Service) -> Option<&ListStanding> {
        self.standings.iter().find(|standing| standing.is_of(service))
    }

    fn has(&self, scheme: Scheme) -> bool {
        self.trust.has_list_of(scheme)
    }
}

/// A signature as the processes left it.
#[derive(Clone, Debug)]
pub struct Facts<'f> {
    /// The verdict.
    pub verdict: Verdict,
    /// What is known of the revocation of the certificates, whatever the policy makes of it.
    pub revocation: RevocationFacts,
    /// Whether everything that came later is permitted and known to be.
    pub changes_permitted: bool,
    /// The path that was verified, the signer first; empty where there is none.
    pub path: Vec<&'f Certificate>,
    /// The earliest time at which the signature is proven to exist; the validation time where nothing proves it.
    pub best_signature_time: Timestamp,
    /// Whether the signer says when he signed.
    pub has_claimed_time: bool,
    /// Its time-stamps and those around it.
    pub stamps: Vec<StampFacts<'f>>,
    /// The validation time.
    pub at: Timestamp,
}

/// What is known of the revocation of the signer's certificate and of those above it. A policy may let a signature pass
/// with any of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevocationFacts {
    /// None of them was revoked, or none has to be asked for.
    Shown,
    /// Nothing shows it.
    Open,
    /// One of them was revoked or on hold.
    Revoked,
}

impl Facts<'_> {
    /// What the earliest of the time-stamps over the signature states that passed.
    pub(super) fn earliest_stamp(&self) -> Option<Timestamp> {
        self.stamps.iter().filter(|stamp| stamp.passed && stamp.covers_signature).map(|stamp| stamp.time).min()
    }
}

/// A time-stamp as the processes left it.
#[derive(Clone, Debug)]
pub struct StampFacts<'f> {
    /// Whether it passed.
    pub passed: bool,
    /// Whether it is over the signature, and not only over the content before it was signed.
    pub covers_signature: bool,
    /// The time that it states.
    pub time: Timestamp,
    /// When it is proven to exist: by a later time-stamp, else the validation time.
    pub proven: Timestamp,
    /// The path that was verified, the unit first.
    pub path: Vec<&'f Certificate>,
}

/// The listed certificate nearest the end entity, which governs it: an authority that is listed itself is never covered
/// by the entry of its root.
#[derive(Clone, Debug)]
pub(super) struct Governing<'l> {
    /// Its place in the path.
    pub(super) index: usize,
    /// What is listed under it.
    pub(super) services: Vec<&'l Service>,
}

/// Finds who governs the end entity of `path` in the lists of `scheme`.
pub(super) fn governing<'l>(path: &[&Certificate], scheme: Scheme, lists: &'l dyn Lists) -> Option<Governing<'l>> {
    path.iter().enumerate().find_map(|(index, certificate)| {
        let all = lists.services_of(certificate).into_iter().map(Arc::as_ref);
        let services: Vec<&Service> = all.filter(|service| service.scheme == scheme).collect();
        (!services.is_empty()).then_some(Governing { index, services })
    })
}

/// What the list of a service is worth.
pub(super) fn list_trust(service: &Service, lists: &dyn Lists) -> ListTrust {
    lists.list_of(service).map_or(ListTrust::Unverified, |list| list.trust)
}

/// Whether the list of a service says nothing of `time` any more.
pub(super) fn is_overdue_at(service: &Service, lists: &dyn Lists, time: Timestamp) -> bool {
    lists.list_of(service).is_none_or(|list| list.is_overdue_at(time))
}
