//! Qualified time-stamps: `ZertES` art. 2 let. j (issued by a provider recognised under that Act), Regulation (EU) No 910/2014
//! art. 42; found by the service of the list at the time that the time-stamp states.

use super::ch::named_by_root;
use super::facts::{Facts, Governing, Lists, StampFacts, governing, is_overdue_at, list_trust};
use crate::pki::{Certificate, oid};
use crate::time::Timestamp;
use crate::trust::{ListTrust, Scheme, Service, ServiceKind, ServiceStatus};
use crate::validation::report::TimeQuality;

/// A time-stamp that is qualified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Qualified {
    /// The time that it states.
    pub time: Timestamp,
    /// Whether the service was withdrawn between that time and the validation time.
    pub withdrawn_since: bool,
}

/// Whether a time-stamp is qualified under a scheme.
#[must_use]
pub fn qualified(stamp: &StampFacts<'_>, scheme: Scheme, at: Timestamp, lists: &dyn Lists) -> Option<Qualified> {
    let unit = stamp.path.first().filter(|_| stamp.passed)?;
    if !is_unit(unit) || stamp.time < unit.not_before() || stamp.time > unit.not_after() {
        return None;
    }
    let found = governing(&stamp.path, scheme, lists)?;
    if scheme != Scheme::Eu && !is_issued_as_listed(&found, &stamp.path) {
        return None;
    }
    let good = found.services.iter().find(|service| is_good(service, scheme, stamp, lists))?;
    Some(Qualified { time: stamp.time, withdrawn_since: !is_granted(good, at) })
}

/// The qualified time-stamps over the signature.
pub(super) fn over_signature(facts: &Facts<'_>, scheme: Scheme, lists: &dyn Lists) -> Vec<Qualified> {
    let over = facts.stamps.iter().filter(|stamp| stamp.covers_signature);
    over.filter_map(|stamp| qualified(stamp, scheme, facts.at, lists)).collect()
}

/// How good the time of a signature is under a scheme.
#[must_use]
pub fn quality(facts: &Facts<'_>, scheme: Scheme, lists: &dyn Lists) -> TimeQuality {
    quality_by(facts, &over_signature(facts, scheme, lists))
}

/// The same by the qualified time-stamps that were found.
pub(super) fn quality_by(facts: &Facts<'_>, found: &[Qualified]) -> TimeQuality {
    if !found.is_empty() {
        TimeQuality::Qualified
    } else if facts.earliest_stamp().is_some() {
        TimeQuality::Timestamp
    } else if facts.has_claimed_time {
        TimeQuality::Claimed
    } else {
        TimeQuality::None
    }
}

/// Whether a certificate is that of a unit: for time-stamps alone, and critically so (RFC 3161 §2.3).
fn is_unit(certificate: &Certificate) -> bool {
    certificate.extended_key_usage().is_some_and(|purposes| {
        purposes.critical && purposes.oids.iter().all(|purpose| purpose.content() == oid::EKU_TIME_STAMPING)
    })
}

/// The unit is listed itself, or issued by what is listed; below a root that stands for an authority, also by others, as
/// long as none of them is listed.
fn is_issued_as_listed(found: &Governing<'_>, path: &[&Certificate]) -> bool {
    found.index <= 1 || path.get(found.index).is_some_and(|listed| named_by_root(listed).is_some())
}

fn is_good(service: &Service, scheme: Scheme, stamp: &StampFacts<'_>, lists: &dyn Lists) -> bool {
    let later = scheme != Scheme::Eu || is_granted(service, stamp.proven);
    list_trust(service, lists) == ListTrust::Verified
        && (scheme == Scheme::Eu || !is_overdue_at(service, lists, stamp.time))
        && is_granted(service, stamp.time)
        && later
}

fn is_granted(service: &Service, time: Timestamp) -> bool {
    service.at(time).is_some_and(|period| {
        period.kind == ServiceKind::Qtst
            && period.status == ServiceStatus::Granted
            && !period.has_unknown_critical_extension
    })
}
