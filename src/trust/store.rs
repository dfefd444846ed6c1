//! An immutable snapshot of what is believed.
//!
//! An anchor is believed because somebody configured it; its own signature, validity and revocation are never looked at
//! (RFC 5280 §6.1.1 (d)). The certificates of listed services that issue certificates (`CA/QC`) or time-stamps
//! (`TSA/QTST`) are anchors too, from the beginning of their first period on: before that the list says nothing of
//! them. What a status means for an anchor that is there is no matter of paths: it decides the legal class.

use std::collections::HashMap;
use std::sync::Arc;

use super::documented;
use super::documented::DocumentedStatus;
use super::index::{Index, KeyTail, key_tail};
use super::listed::ListStanding;
use super::listing::{ListSummary, Listing};
use super::service::{Scheme, Service, ServiceKind};
use crate::pki::{Certificate, Name};
use crate::time::Timestamp;

/// Up to so many anchors are looked through one by one.
const FEW: usize = 16;

/// A certificate that is believed.
#[derive(Clone, Debug)]
pub struct TrustAnchor {
    /// The certificate.
    pub certificate: Arc<Certificate>,
    /// When trust in it ends, where an operator said so (compromise): from then on no path may end here.
    pub sunset: Option<Timestamp>,
}

/// An anchor that an operator accepts beside the lists, under a name that every report prints. No legal class follows
/// from it.
#[derive(Clone, Debug)]
pub struct SupplementaryAnchor {
    /// The name.
    pub name: String,
    /// The certificate.
    pub certificate: Arc<Certificate>,
    /// When trust in it begins.
    pub from: Timestamp,
    /// When it ends.
    pub until: Option<Timestamp>,
}

/// An immutable snapshot of what is believed.
#[derive(Clone, Debug, Default)]
pub struct TrustStore {
    /// All that paths may end at: those configured first, then listed ones, then supplementary ones.
    believed: Vec<TrustAnchor>,
    configured: usize,
    /// From when on, each in its place; none: at all times.
    since: Vec<Option<Timestamp>>,
    by_key: HashMap<KeyTail, Vec<usize>>,
    by_name: HashMap<u64, Vec<usize>>,
    supplementary: Vec<SupplementaryAnchor>,
    history: Vec<DocumentedStatus>,
    listings: Vec<Listing>,
    services: Index,
    /// How the lists of the services stand.
    standings: Vec<ListStanding>,
    demo: bool,
}

impl TrustStore {
    /// A store of these anchors; the same certificate twice counts once.
    #[must_use]
    pub fn new(anchors: Vec<TrustAnchor>) -> Self {
        let mut store = Self::default();
        for anchor in anchors {
            store.believe(anchor, None);
        }
        store.configured = store.believed.len();
        store
    }

    /// The same store, with anchors that are accepted beside the lists.
    #[must_use]
    pub fn with_supplementary(self, supplementary: Vec<SupplementaryAnchor>) -> Self {
        let Self { believed, configured, demo, listings, history, .. } = self;
        let anchors = believed.into_iter().take(configured).collect();
        Self { demo, history, ..Self::new(anchors) }.completed(supplementary, listings)
    }

    /// The same store, with what an operator documents of the time before the lists begin.
    #[must_use]
    pub fn with_history(self, history: Vec<DocumentedStatus>) -> Self {
        Self { history, ..self.clone() }.with_lists(self.listings)
    }

    /// The same store, with these lists in the place of those that it has.
    #[must_use]
    pub fn with_lists(&self, listings: Vec<Listing>) -> Self {
        let anchors = self.anchors().to_vec();
        let history = self.history.clone();
        Self { demo: self.demo, history, ..Self::new(anchors) }.completed(self.supplementary.clone(), listings)
    }

    /// The same store, with a list in the place of the one with its name. What a list of lists announces follows it.
    #[must_use]
    pub fn with_taken(&self, taken: Listing) -> Self {
        let mut listings: Vec<Listing> = self
            .listings
            .iter()
            .map(|known| if known.name == taken.name { taken.clone() } else { known.clone() })
            .collect();
        if taken.list_of_lists().is_some() {
            let announced = taken.announces(&listings);
            let others = |listing: &Listing| listing.announcement().is_none_or(|one| one.by != taken.name);
            listings.retain(others);
            listings.extend(announced);
        }
        self.with_lists(listings)
    }

    /// Of a store that has its configured anchors only.
    fn completed(mut self, supplementary: Vec<SupplementaryAnchor>, listings: Vec<Listing>) -> Self {
        let verified = listings.iter().filter_map(|listing| listing.list.as_ref());
        let services: Vec<Arc<Service>> = verified
            .flat_map(|list| list.services())
            .map(|service| documented::completed(service, &self.history))
            .collect();
        for service in &services {
            if let Some(since) = believed_since(service) {
                for certificate in &service.certificates {
                    let anchor = TrustAnchor { certificate: Arc::clone(certificate), sunset: None };
                    self.believe(anchor, Some(since));
                }
            }
        }
        for one in &supplementary {
            let anchor = TrustAnchor { certificate: Arc::clone(&one.certificate), sunset: one.until };
            self.believe(anchor, Some(one.from));
        }
        let standings = listings.iter().filter_map(ListStanding::of).collect();
        let demo = self.demo || services.iter().any(|service| service.scheme == Scheme::Demo);
        Self { services: Index::of(services), standings, supplementary, listings, demo, ..self }
    }

    /// The same store with services as they would stand in such lists: for rehearsals, which tell what a list would
    /// change. Nobody verified anything of it, and nothing is believed that was not before.
    #[must_use]
    pub fn rehearsing(self, standings: Vec<ListStanding>, services: Vec<Arc<Service>>) -> Self {
        Self { services: Index::of(services), standings, ..self }
    }

    /// How the lists of the services stand.
    #[must_use]
    pub fn standings(&self) -> &[ListStanding] {
        &self.standings
    }

    /// How the list of a service stands.
    #[must_use]
    pub fn list_of(&self, service: &Service) -> Option<&ListStanding> {
        self.standings.iter().find(|standing| standing.is_of(service))
    }

    /// Whether there is a list of this scheme, or one is configured.
    #[must_use]
    pub fn has_list_of(&self, scheme: Scheme) -> bool {
        self.standings.iter().any(|standing| standing.scheme == scheme)
            || self.listings.iter().any(|listing| listing.scheme == scheme)
    }

    fn believe(&mut self, anchor: TrustAnchor, since: Option<Timestamp>) {
        if let Some(known) = self.number_of(&anchor.certificate) {
            // Listed for several services: from the first of them on. Who is believed at all times stays so.
            if let (Some(Some(first)), Some(since)) = (self.since.get_mut(known), since) {
                *first = since.min(*first);
            }
            return;
        }
        let number = self.believed.len();
        self.by_key.entry(key_tail(&anchor.certificate)).or_default().push(number);
        self.by_name.entry(anchor.certificate.subject().print()).or_default().push(number);
        self.since.push(since);
        self.believed.push(anchor);
    }

    /// The same store, marked as a demo: every report that comes of it says so.
    #[must_use]
    pub fn marked_demo(self) -> Self {
        Self { demo: true, ..self }
    }

    /// Whether it is a demo.
    #[must_use]
    pub const fn is_demo(&self) -> bool {
        self.demo
    }

    /// How many anchors are configured; those of lists and supplementary ones apart.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.configured
    }

    /// Whether nothing is believed at all.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.believed.is_empty()
    }

    /// The anchors that are configured, in their order.
    #[must_use]
    pub fn anchors(&self) -> &[TrustAnchor] {
        self.believed.get(..self.configured).unwrap_or_default()
    }

    /// The anchors that are accepted beside the lists.
    #[must_use]
    pub fn supplementary(&self) -> &[SupplementaryAnchor] {
        &self.supplementary
    }

    /// What an operator documents of the time before the lists begin.
    #[must_use]
    pub fn history(&self) -> &[DocumentedStatus] {
        &self.history
    }

    /// The lists that are configured, and those that lists of lists announce.
    #[must_use]
    pub fn listings(&self) -> &[Listing] {
        &self.listings
    }

    /// What a report for this time says of the lists.
    #[must_use]
    pub fn lists(&self, at: Timestamp) -> Vec<ListSummary> {
        self.listings.iter().map(|listing| listing.summary(at)).collect()
    }

    /// The services of all verified lists.
    #[must_use]
    pub fn services(&self) -> &[Arc<Service>] {
        self.services.services()
    }

    /// The services that a certificate belongs to, in the order of the lists: one certificate can have several.
    #[must_use]
    pub fn services_of(&self, certificate: &Certificate) -> Vec<&Arc<Service>> {
        self.services.services_of(certificate)
    }

    /// The anchor that is this very certificate: configured, supplementary or listed.
    #[must_use]
    pub fn anchor_of(&self, certificate: &Certificate) -> Option<&TrustAnchor> {
        self.believed.get(self.number_of(certificate)?)
    }

    /// From when on an anchor is believed; none where at all times, or where it is no anchor.
    #[must_use]
    pub fn believed_since(&self, anchor: &Certificate) -> Option<Timestamp> {
        self.since.get(self.number_of(anchor)?).copied().flatten()
    }

    /// The place of this very certificate among the anchors.
    fn number_of(&self, certificate: &Certificate) -> Option<usize> {
        let is_it = |number: &usize| {
            self.believed.get(*number).is_some_and(|anchor| anchor.certificate.der() == certificate.der())
        };
        self.by_key.get(&key_tail(certificate))?.iter().copied().find(is_it)
    }

    /// The anchors with this subject (RFC 5280 §7.1).
    pub fn named<'a>(&'a self, subject: &'a Name) -> impl Iterator<Item = &'a TrustAnchor> {
        let are_few = self.believed.len() <= FEW;
        let numbers = if are_few { None } else { self.by_name.get(&subject.print()) };
        let indexed = numbers.into_iter().flatten().filter_map(|number| self.believed.get(*number));
        let all = self.believed.iter().filter(move |_| are_few);
        indexed.chain(all).filter(move |anchor| anchor.certificate.subject().matches(subject))
    }
}

/// When the first period begins in which a service issues certificates or time-stamps.
fn believed_since(service: &Service) -> Option<Timestamp> {
    let issues = |kind| matches!(kind, ServiceKind::CaQc | ServiceKind::Qtst);
    service.periods.iter().find(|period| issues(period.kind)).map(|period| period.from)
}
