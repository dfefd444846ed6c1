//! Who is believed, for what, since when.
//!
//! A [`TrustStore`] is an immutable snapshot: anchors that an operator configured, and the services of trust lists. An
//! anchor is believed because somebody configured it; its own signature, validity and revocation are never looked at (RFC 5280 §6.1.1 (d)).

mod listed;
mod service;

use std::sync::Arc;

use crate::pki::{Certificate, Name};
use crate::time::Timestamp;

pub use listed::{ListStanding, ListTrust};
pub use service::{Criteria, Period, Qualification, Qualifier, Scheme, Service, ServiceKind, ServiceStatus, Uses};

/// A certificate that is believed.
#[derive(Clone, Debug)]
pub struct TrustAnchor {
    /// The certificate.
    pub certificate: Arc<Certificate>,
    /// When trust in it ends, where an operator said so (compromise): from then on no path may end here.
    pub sunset: Option<Timestamp>,
}

/// An immutable snapshot of what is believed.
#[derive(Clone, Debug, Default)]
pub struct TrustStore {
    anchors: Vec<TrustAnchor>,
    listed: listed::Listed,
    demo: bool,
}

impl TrustStore {
    /// A store of these anchors; the same certificate twice counts once.
    #[must_use]
    pub fn new(anchors: Vec<TrustAnchor>) -> Self {
        let mut store = Self::default();
        for anchor in anchors {
            if store.anchor_of(&anchor.certificate).is_some() {
                continue;
            }
            store.anchors.push(anchor);
        }
        store
    }

    /// The same store with what trust lists say.
    #[must_use]
    pub fn with_lists(self, lists: Vec<ListStanding>, services: Vec<Arc<Service>>) -> Self {
        Self { listed: listed::Listed::new(lists, services), ..self }
    }

    /// The services that are known by this very certificate.
    pub fn services_of(&self, certificate: &Certificate) -> impl Iterator<Item = &Arc<Service>> {
        self.listed.services_of(certificate)
    }

    /// The list of a service.
    #[must_use]
    pub fn list_of(&self, service: &Service) -> Option<&ListStanding> {
        self.listed.list_of(service)
    }

    /// How the lists stand.
    #[must_use]
    pub fn lists(&self) -> &[ListStanding] {
        self.listed.lists()
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

    /// How many anchors there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.anchors.len()
    }

    /// Whether nothing is believed at all.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.anchors.is_empty()
    }

    /// The anchors, in their order.
    #[must_use]
    pub fn anchors(&self) -> &[TrustAnchor] {
        &self.anchors
    }

    /// The anchor that is this very certificate.
    #[must_use]
    pub fn anchor_of(&self, certificate: &Certificate) -> Option<&TrustAnchor> {
        self.anchors.iter().find(|anchor| anchor.certificate.der() == certificate.der())
    }

    /// The anchors with this subject (RFC 5280 §7.1).
    pub fn named<'a>(&'a self, subject: &'a Name) -> impl Iterator<Item = &'a TrustAnchor> {
        self.anchors.iter().filter(move |anchor| anchor.certificate.subject().matches(subject))
    }
}
