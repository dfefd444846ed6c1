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
mod list;
mod response;
mod scope;
mod signer;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::crypto::Digest;
use crate::limits::{Budget, LimitExceeded};
use crate::pki::oid;
use crate::time::Timestamp;
use crate::validation::message::{Message, Term};
use crate::validation::path::Holder;
use crate::validation::process::Case;

#[cfg(test)]
pub(in crate::validation) use datum::Source;
pub(in crate::validation) use datum::{Datum, Findings, Part, Status};

/// A certificate's paths, the certificate first.
type Paths = Rc<[Rc<[Rc<Holder>]>]>;

/// What one validation found about the status of certificates, each thing once.
#[derive(Debug, Default)]
pub(in crate::validation) struct Judgements {
    /// By certificate and issuer.
    findings: RefCell<HashMap<(Digest, Digest), Rc<Findings>>>,
    /// Whether a key verifies a CRL or response.
    verified: RefCell<HashMap<(Digest, Digest), bool>>,
    /// To anchors.
    paths: RefCell<HashMap<Digest, Paths>>,
}

/// The certificates whose status is being asked, each because it signed a datum about the one before.
#[derive(Debug, Default)]
struct Walk {
    trail: Vec<Digest>,
    /// Whether anything since was left open because the trail came back to itself or grew too long.
    was_cut: bool,
}

/// How many certificates may vouch for one another: a responder, its CRL's own signer, and one more.
const LONGEST_TRAIL: usize = 4;

impl Walk {
    /// Whether the certificate whose status is asked last is this one.
    fn is_about(&self, holder: &Holder) -> bool {
        self.trail.last() == Some(&holder.fingerprint)
    }
}

/// How far a clock elsewhere may be ahead of ours: five minutes.
pub(in crate::validation) const SKEW_SECONDS: i64 = 300;

/// How old a datum without `nextUpdate` may be where the policy does not say otherwise: 24 hours.
pub(in crate::validation) const MAXIMUM_AGE_SECONDS: i64 = 24 * 60 * 60;

/// RAC over all evidence for `certificate`, which `issuer` issued. Independent of the time judged for; `thisUpdate`
/// may not be later than the clock. Each pair is judged once per validation.
pub(in crate::validation) fn findings(
    certificate: &Rc<Holder>,
    issuer: &Rc<Holder>,
    case: &Case<'_>,
    budget: &mut Budget,
) -> Result<Rc<Findings>, LimitExceeded> {
    let found = judge(certificate, issuer, case, &mut Walk::default(), budget)?;
    Ok(found.unwrap_or_default())
}

/// The same, asked for the sake of a datum that `certificate` signed. None where its own status is being asked already,
/// or where too many vouch for one another.
fn judge(
    certificate: &Rc<Holder>,
    issuer: &Rc<Holder>,
    case: &Case<'_>,
    walk: &mut Walk,
    budget: &mut Budget,
) -> Result<Option<Rc<Findings>>, LimitExceeded> {
    let pair = (certificate.fingerprint, issuer.fingerprint);
    if let Some(known) = case.revocation.findings.borrow().get(&pair) {
        return Ok(Some(Rc::clone(known)));
    }
    if walk.trail.len() >= LONGEST_TRAIL || walk.trail.contains(&certificate.fingerprint) {
        walk.was_cut = true;
        return Ok(None);
    }
    let was_cut = std::mem::take(&mut walk.was_cut);
    walk.trail.push(certificate.fingerprint);
    let mut findings = Findings::default();
    response::judge(certificate, issuer, case, walk, &mut findings, budget)?;
    list::judge(certificate, issuer, case, walk, &mut findings, budget)?;
    walk.trail.pop();
    findings.sort();
    let findings = Rc::new(findings);
    // What was left open inside a longer trail may be known outside of it.
    if !walk.was_cut || walk.trail.is_empty() {
        case.revocation.findings.borrow_mut().insert(pair, Rc::clone(&findings));
    }
    walk.was_cut |= was_cut;
    Ok(Some(findings))
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

/// What a certificate is used for where its revocation data are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::validation) enum Duty {
    /// Its key signed a document or a time-stamp.
    Signs,
    /// Its key issued certificates.
    Issues,
    /// Its key signed revocation data.
    SignsRevocationData,
}

/// Why no revocation data are required of a certificate: EN 319 412-1 §5.2 and RFC 9608 §3, which are for end entities,
/// and for those who sign OCSP responses, where that is what they did, RFC 6960 §4.2.2.2.1.
pub(in crate::validation) fn not_required(holder: &Holder, duty: Duty) -> Option<Term> {
    let certificate = &holder.certificate;
    if duty == Duty::Issues || certificate.basic_constraints().is_some_and(|constraints| constraints.ca) {
        return None;
    }
    if certificate.is_valassured_short_term() {
        return Some(Term::ShortTerm);
    }
    if certificate.has_no_rev_avail() {
        return Some(Term::NoRevocationAvailable);
    }
    let signs_ocsp = certificate.extended_key_usage().is_some_and(|usage| usage.contains(oid::EKU_OCSP_SIGNING));
    let answers = duty == Duty::SignsRevocationData && signs_ocsp && certificate.has_ocsp_nocheck();
    answers.then_some(Term::OcspNoCheck)
}
