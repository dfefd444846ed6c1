//! The validation process for signatures with time and signatures with long-term validation material
//! (EN 319 102-1 §5.5, VPFLTVD).
//!
//! The best-signature-time (BST) is the earliest time of a time-stamp over the signature that passes the basic process,
//! else the validation time. Each objection to the certificate is answered by its own row, for every certificate:
//!
//! | objection | answered where |
//! |---|---|
//! | revoked, a CA revoked | revocation time > BST |
//! | outside the validity, known not to be revoked | notBefore <= BST <= notAfter |
//! | on hold | suspended after BST |
//! | revocation data not fresh | fresh at BST |
//! | algorithms of the signature | reliable at BST |
//!
//! BST < notBefore is NOT_YET_VALID. All else is left to past validation: [`super::past_signature`].

use super::course::Course;
use super::stamps::{Stamp, order};
use crate::time::Timestamp;
use crate::validation::block::certificates::{Chain, Ground};
use crate::validation::check::CheckId;
use crate::validation::existence::Proof;
use crate::validation::message::Message;
use crate::validation::revocation::{fresh, select};
use crate::validation::verdict::{Doubt, Verdict};

/// Whether the process goes on after this result of the basic one.
const fn goes_on(basic: Verdict) -> bool {
    matches!(
        basic,
        Verdict::Passed
            | Verdict::Indeterminate(
                Doubt::CryptoConstraintsFailureNoPoe
                    | Doubt::RevokedNoPoe
                    | Doubt::RevokedCaNoPoe
                    | Doubt::TryLater
                    | Doubt::OutOfBoundsNoPoe
                    | Doubt::OutOfBoundsNotRevoked
            )
    )
}

/// Runs the process after the basic one; gives the best-signature-time. `stamps` are those of this signature.
pub(super) fn long_term(course: &mut Course<'_, '_>, stamps: &[&Stamp<'_>], claimed: Option<Timestamp>) -> Proof {
    let at = course.case.moment.at;
    if !goes_on(course.verdict()) {
        return Proof { time: at, source: None };
    }
    let best = best_signature_time(stamps, at);
    not_before(course, best.time, CheckId::BestTimeNotBefore);
    for place in course.open() {
        row(course, place, &best);
    }
    course.answer_algorithms(CheckId::AlgorithmsAtBestTime, best.time);
    if best.source.is_some() {
        coherence(course, stamps);
        delay(course, claimed, best.time);
        younger_data(course, best.time);
    }
    best
}

/// The earliest time of a time-stamp over the signature that passes the basic process.
fn best_signature_time(stamps: &[&Stamp<'_>], at: Timestamp) -> Proof {
    let mut best = Proof { time: at, source: None };
    for stamp in stamps.iter().filter(|stamp| stamp.is_after_signature() && stamp.passed_basic) {
        if let Some(time) = stamp.time
            && (time < best.time || (time == best.time && best.source.is_none()))
        {
            best = Proof { time, source: Some(stamp.id.clone()) };
        }
    }
    best
}

/// A signature that existed before its certificate was valid: no later evidence can heal that.
pub(super) fn not_before(course: &mut Course<'_, '_>, time: Timestamp, check: CheckId) {
    let Some(signer) = course.chain.and_then(Chain::signer).cloned() else { return };
    let from = signer.certificate.not_before();
    if time < from {
        course.replace_bounds(check, Message::NotYetValidAt { subject: signer.subject.clone(), time, from });
    } else {
        course.ledger.passed(check);
    }
}

/// The row of one objection.
fn row(course: &mut Course<'_, '_>, place: usize, best: &Proof) {
    // Without a time-stamp the row says nothing that the objection does not say.
    let detail = best.source.as_ref().map(|_| Message::BestTimeIs { time: best.time });
    let best = best.time;
    let Some((chain, objection)) = course.chain.zip(course.status.get(place)) else { return };
    let Some(link) = chain.links.get(objection.index).or_else(|| chain.links.first()) else {
        // The signer is the anchor itself: only its validity can be objected to.
        if objection.ground == Ground::OutOfBounds
            && let Some(signer) = chain.signer()
        {
            let held = best <= signer.certificate.not_after();
            course.answer(place, CheckId::BestTimeNotAfter, held, detail);
        }
        return;
    };
    let is_signer = objection.index == 0;
    match objection.ground {
        Ground::Revoked(time) => {
            let check = if is_signer { CheckId::RevokedAfterBestTime } else { CheckId::CaRevokedAfterBestTime };
            course.answer(place, check, time > best, detail);
        }
        Ground::OutOfBounds if objection.check == CheckId::SignerValidityNotRevoked => {
            let held = best <= link.holder.certificate.not_after();
            course.answer(place, CheckId::BestTimeNotAfter, held, detail);
        }
        Ground::Stale => {
            let maximum = course.ledger.policy().revocation().maximum_age;
            let held = select(&link.findings, |_| true).is_some_and(|datum| fresh(datum, best, maximum).is_ok());
            course.answer(place, CheckId::RevocationFreshAtBestTime, held, detail);
        }
        Ground::OnHold(since) => {
            course.answer(place, CheckId::SuspendedAfterBestTime, since > best, detail);
        }
        Ground::Rule
        | Ground::Sunset
        | Ground::OutOfBounds
        | Ground::Missing
        | Ground::Algorithms
        | Ground::RevocationAlgorithms
        | Ground::RevocationIssuer
        | Ground::Signature => {}
    }
}

/// Content time-stamps before those over the signature, those before document time-stamps, these in file order.
fn coherence(course: &mut Course<'_, '_>, stamps: &[&Stamp<'_>]) {
    let held = match order(stamps) {
        None => Ok(()),
        Some((first, second)) => Err(Some(Message::TimestampsOutOfOrder { first, second })),
    };
    course.ledger.check(CheckId::TimestampOrder, held);
}

/// Where the policy sets a delay: the signing time is claimed, and the proven one is not later than it allows.
fn delay(course: &mut Course<'_, '_>, claimed: Option<Timestamp>, best: Timestamp) {
    let Some(seconds) = course.ledger.policy().timestamp_delay() else { return };
    let held = match claimed {
        Some(claimed) if claimed.plus_seconds(seconds) > best => Ok(()),
        Some(claimed) => Err(Some(Message::DelayTooLong { claimed, proven: best })),
        None => Err(None),
    };
    course.ledger.check(CheckId::TimestampDelay, held);
}

/// Revocation data from before the signature say less than younger ones: named, with the distance.
fn younger_data(course: &mut Course<'_, '_>, best: Timestamp) {
    let Some(chain) = course.chain else { return };
    for link in chain.links.iter().take(1) {
        let Some(datum) = select(&link.findings, |_| true) else { continue };
        let older = best.unix_seconds().saturating_sub(datum.this_update.unix_seconds());
        match u64::try_from(older) {
            Ok(seconds) if datum.this_update < best => {
                let detail = Message::RevocationDataOlder { subject: link.holder.subject.clone(), seconds };
                let object = Some(format!("sha256:{}", link.holder.sha256));
                course.ledger.broken(CheckId::RevocationAfterBestTime, object, Some(detail));
            }
            _ => course.ledger.passed(CheckId::RevocationAfterBestTime),
        }
    }
}
