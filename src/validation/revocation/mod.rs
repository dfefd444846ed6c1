//! Revocation data, judged: the revocation acceptance check (RAC, EN 319 102-1 §5.2.5.4), the selection of what
//! decides (CRS) and freshness (RFC, §5.2.5).
//!
//! [`findings`] says of every CRL and OCSP response at hand that concerns a certificate whether it is acceptable, and
//! why not; it does not depend on the time for which is judged. [`select`] takes from the acceptable ones that which
//! decides, [`fresh`] says whether it is recent enough for a time. A datum that is unknown, stale, from the future or
//! wrongly signed is each its own finding, and none of them ever says `good`.
//!
//! Not judged here: until when the algorithms are reliable and whether whoever signed a datum was still valid at the
//! validation time. The processes do that with [`Part`].

mod datum;
mod listed;

use std::rc::Rc;

use crate::limits::{Budget, LimitExceeded};
use crate::pki::oid;
use crate::time::Timestamp;
use crate::validation::message::{Message, Term};
use crate::validation::path::Holder;
use crate::validation::process::Case;

pub(in crate::validation) use datum::{Datum, Findings, Part, Rejected, Source, Status};
pub(in crate::validation) use listed::listed;

/// What one validation found about the status of certificates, each pair of certificate and issuer once.
#[derive(Debug, Default)]
pub(in crate::validation) struct Judgements {}

/// How far a clock elsewhere may be ahead of ours: five minutes.
pub(in crate::validation) const SKEW_SECONDS: i64 = 300;

/// How old a datum without `nextUpdate` may be where the policy does not say otherwise: 24 hours.
pub(in crate::validation) const MAXIMUM_AGE_SECONDS: i64 = 24 * 60 * 60;

/// RAC over all evidence for `certificate`, which `issuer` issued. Independent of the time judged for; `thisUpdate`
/// may not be later than the clock. Each pair is judged once per validation.
pub(in crate::validation) fn findings(
    _certificate: &Rc<Holder>,
    _issuer: &Rc<Holder>,
    _case: &Case<'_>,
    budget: &mut Budget,
) -> Result<Rc<Findings>, LimitExceeded> {
    budget.spend(1)?;
    Ok(Rc::new(Findings { accepted: Vec::new(), rejected: Vec::new() }))
}

/// CRS: the datum that decides among those that `usable` admits. If any says revoked (not on hold), the latest issued
/// that says so, whatever a later one says; else the latest.
pub(in crate::validation) fn select(findings: &Findings, usable: impl Fn(&Datum) -> bool) -> Option<&Datum> {
    let usable = || findings.accepted.iter().filter(|datum| usable(datum));
    usable().find(|datum| matches!(datum.status, Status::Revoked { .. })).or_else(|| usable().next())
}

/// RFC: whether the datum is fresh at `time`: before its `nextUpdate`; where it has none, not older than
/// `maximum_age` seconds (a policy's number).
pub(in crate::validation) fn fresh(datum: &Datum, time: Timestamp, maximum_age: i64) -> Result<(), Message> {
    let until = datum.fresh_until(maximum_age);
    let is_fresh = if datum.next_update.is_some() { time < until } else { time <= until };
    if is_fresh { Ok(()) } else { Err(Message::RevocationStale { source: datum.source.term(), time, until }) }
}

/// Why no revocation data are required of a certificate: EN 319 412-1 §5.2, RFC 9608, and for those who sign OCSP
/// responses RFC 6960 §4.2.2.2.1.
pub(in crate::validation) fn not_required(holder: &Holder) -> Option<Term> {
    let certificate = &holder.certificate;
    if certificate.is_valassured_short_term() {
        return Some(Term::ShortTerm);
    }
    if certificate.has_no_rev_avail() {
        return Some(Term::NoRevocationAvailable);
    }
    let signs_ocsp = certificate.extended_key_usage().is_some_and(|usage| usage.contains(oid::EKU_OCSP_SIGNING));
    (signs_ocsp && certificate.has_ocsp_nocheck()).then_some(Term::OcspNoCheck)
}
