//! What an operator documents of a service for the time before its list begins: lists name services that were withdrawn
//! before their history begins, and no list has a status from before it was first issued. Off where nothing is
//! configured; printed by name, with its source, in every report.
//!
//! It adds periods before the first of a listed service, and never changes one that a list has.

use std::sync::Arc;

use super::service::{Period, Service, ServiceKind, ServiceStatus, Uses};
use crate::crypto::{Digest, DigestAlgorithm, digest};
use crate::time::Timestamp;

/// A status of the time before a list begins, as an operator documents it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentedStatus {
    /// The name that reports print.
    pub name: String,
    /// SHA-256 of a certificate of the listed service.
    pub certificate: Digest,
    /// What kind of service it was.
    pub kind: ServiceKind,
    /// The status.
    pub status: ServiceStatus,
    /// What its certificates were for.
    pub uses: Uses,
    /// From when on.
    pub from: Timestamp,
    /// Until when; none: until the list begins, or another documented status.
    pub until: Option<Timestamp>,
    /// Where it is documented.
    pub source: String,
    /// When that was found out.
    pub documented_on: Timestamp,
}

impl DocumentedStatus {
    /// The status, as reports name it.
    #[must_use]
    pub const fn status_name(&self) -> &'static str {
        name(self.status)
    }

    /// The kind of service, as lists name it.
    #[must_use]
    pub const fn kind_name(&self) -> &'static str {
        match self.kind {
            ServiceKind::Qtst => "TSA/QTST",
            _ => "CA/QC",
        }
    }

    /// What its certificates were for.
    #[must_use]
    pub fn use_names(&self) -> Vec<&'static str> {
        let uses = [(self.uses.signatures, "signatures"), (self.uses.seals, "seals")];
        uses.into_iter().filter(|(is, _)| *is).map(|(_, name)| name).collect()
    }
}

/// The same service, with what is documented of the time before its first period; the same where nothing is.
pub(super) fn completed(service: &Arc<Service>, history: &[DocumentedStatus]) -> Arc<Service> {
    let Some(first) = service.periods.first() else { return Arc::clone(service) };
    if history.is_empty() {
        return Arc::clone(service);
    }
    let own: Vec<Digest> =
        service.certificates.iter().map(|one| digest(DigestAlgorithm::Sha256, one.der())).collect();
    let is_of_kind = |one: &&DocumentedStatus| service.periods.iter().any(|period| period.kind == one.kind);
    let mut before: Vec<Period> = Vec::new();
    for one in history.iter().filter(|one| own.contains(&one.certificate)).filter(is_of_kind) {
        before.push(period(one, first, one.from, one.status));
        before.extend(one.until.map(|until| period(one, first, until, ServiceStatus::Unknown)));
    }
    before.retain(|period| period.from < first.from);
    if before.is_empty() {
        return Arc::clone(service);
    }
    // Of those that begin together, what is known counts: one may begin where another ends.
    before.sort_by_key(|period| (period.from, period.status != ServiceStatus::Unknown));
    let mut completed = Service::clone(service);
    completed.periods.splice(0..0, before);
    Arc::new(completed)
}

const fn name(status: ServiceStatus) -> &'static str {
    match status {
        ServiceStatus::Granted => "granted",
        ServiceStatus::Withdrawn => "withdrawn",
        _ => "unknown",
    }
}

fn period(one: &DocumentedStatus, first: &Period, from: Timestamp, status: ServiceStatus) -> Period {
    Period {
        from,
        kind: one.kind,
        kind_uri: first.kind_uri.clone(),
        status,
        status_uri: format!("documented:{}:{}", one.name, name(status)),
        uses: one.uses,
        qualifications: Vec::new(),
        has_unknown_critical_extension: false,
    }
}
