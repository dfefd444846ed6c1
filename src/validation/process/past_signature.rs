//! Past signature validation (EN 319 102-1 §5.6.2.4, PSV): what is in doubt now was good when the signature is first
//! proven to exist.
//!
//! [PCV](super::past_certificate) gives the control time. Where the signature is proven to have existed by then, each
//! objection is answered by its own row, for every certificate; what no row answers keeps its result. What ended at a
//! time (a revocation, trust in an anchor) had ended then: the proof has to be older.

use super::course::Course;
use super::long_term::not_before;
use super::past_certificate::past_certificate;
use super::sliding::{Past, usable};
use crate::time::Timestamp;
use crate::validation::block::algorithms::reliable;
use crate::validation::block::certificates::{Ground, Link, part_items, required};
use crate::validation::check::CheckId;
use crate::validation::existence::{Existence, Proof, Token};
use crate::validation::message::Message;
use crate::validation::revocation::{Datum, fresh, select};
use crate::validation::verdict::{Doubt, Verdict};

/// The results of past certificate validation after which the process goes on, without a control time.
const fn goes_on(past: Verdict) -> bool {
    matches!(
        past,
        Verdict::Indeterminate(
            Doubt::RevokedNoPoe
                | Doubt::RevokedCaNoPoe
                | Doubt::OutOfBoundsNoPoe
                | Doubt::CryptoConstraintsFailureNoPoe
        )
    )
}

/// Runs the process; gives when the signature is first proven to exist.
pub(super) fn past_signature(course: &mut Course<'_, '_>, existence: &Existence) -> Proof {
    let best = existence.lowest(&course.token);
    let Some(chain) = course.chain else { return best };
    let past = Past {
        chain,
        existence,
        policy: course.ledger.policy(),
        context: course.context(),
        at: course.case.moment.at,
        signature: best.time,
        proven: best.source.is_some(),
    };
    let control = match past_certificate(past) {
        Ok(control) => Some(control),
        Err(decision) if goes_on(decision.check.conclusion()) => None,
        Err(decision) => {
            course.ledger.set_aside(decision.check, None, decision.detail);
            return best;
        }
    };
    let existed = control.filter(|control| best.time <= *control);
    match (existed, control) {
        (Some(_), _) => course.ledger.passed(CheckId::ExistenceOfSignature),
        (None, Some(time)) => {
            let detail = Message::NoProofAt { subject: String::new(), time };
            course.ledger.warn(CheckId::ExistenceOfSignature, None, Some(detail));
        }
        (None, None) => {}
    }
    if existed.is_some() {
        not_before(course, best.time, CheckId::ExistenceNotBefore);
    }
    for place in course.open() {
        row(course, place, past, existed);
    }
    course.answer_algorithms(CheckId::AlgorithmsAtExistence, best.time);
    if course.open().is_empty() {
        issuer_existed(course, past);
    }
    best
}

/// The row of one objection. `control` is the control time, where the signature existed by then.
fn row(course: &mut Course<'_, '_>, place: usize, past: Past<'_>, control: Option<Timestamp>) {
    let Some(objection) = course.status.get(place) else { return };
    let (ground, index) = (objection.ground, objection.index);
    let Some(link) = past.chain.links.get(index) else {
        if ground == Ground::Sunset {
            sunset(course, place, past, control);
        }
        return;
    };
    let best = past.signature;
    let detail = past.proven.then_some(Message::BestTimeIs { time: best });
    let within = best <= link.holder.certificate.not_after();
    match ground {
        Ground::Revoked(time) if index == 0 => {
            course.answer(place, CheckId::ExistenceOfSignature, control.is_some() && best < time, detail);
        }
        Ground::Revoked(time) => {
            // What vouches for the signer must not rest on a key that was already in doubt.
            let of_signer = past.chain.links.first();
            let data_existed = of_signer.is_some_and(|signer| {
                !required(past.policy, past.context, 0, signer)
                    || usable(&signer.findings, past.existence, control.unwrap_or(time))
                        .is_some_and(|datum| existed_by(datum, past.existence, time))
            });
            let held = control.is_some() && best < time && data_existed;
            course.answer(place, CheckId::RevocationDataBeforeCaRevocation, held, detail);
        }
        Ground::OnHold(since) => {
            course.answer(place, CheckId::ExistenceOfSignature, control.is_some() && best < since, detail);
        }
        Ground::OutOfBounds if index == 0 => {
            course.answer(place, CheckId::ExistenceNotAfter, control.is_some() && within, detail);
        }
        Ground::OutOfBounds => {
            course.answer(place, CheckId::ExistenceWithinCaValidity, control.is_some() && within, detail);
        }
        Ground::RevocationIssuer => {
            let held = control.is_some() && issuer_of_data_existed(link, past);
            course.answer(place, CheckId::RevocationIssuerExisted, held, detail);
        }
        Ground::Sunset => sunset(course, place, past, control),
        Ground::Stale => {
            let maximum = past.policy.revocation().maximum_age;
            let held = select(&link.findings, |_| true).is_some_and(|datum| fresh(datum, best, maximum).is_ok());
            course.answer(place, CheckId::RevocationFreshAtExistence, held, detail);
        }
        Ground::Algorithms => {
            let since = past.existence.lowest(&Token::Certificate(link.holder.fingerprint)).time;
            let held = link.items.as_deref().is_some_and(|items| reliable(past.policy, items, since));
            course.answer(place, CheckId::AlgorithmsAtExistence, held, detail);
        }
        Ground::RevocationAlgorithms => {
            let held = select(&link.findings, |_| true).is_some_and(|datum| {
                datum.parts.iter().all(|part| {
                    let since = past.existence.lowest(&Token::Revocation(part.fingerprint)).time;
                    reliable(past.policy, &part_items(part), since)
                })
            });
            course.answer(place, CheckId::AlgorithmsAtExistence, held, detail);
        }
        Ground::Rule | Ground::Missing | Ground::Signature => {}
    }
}

/// The anchor's trust has ended: the signature existed before, while its certificate was valid.
fn sunset(course: &mut Course<'_, '_>, place: usize, past: Past<'_>, control: Option<Timestamp>) {
    let detail = past.proven.then_some(Message::BestTimeIs { time: past.signature });
    let within = past.chain.signer().is_some_and(|signer| past.signature <= signer.certificate.not_after());
    let trusted = past.chain.sunset.is_none_or(|sunset| past.signature < sunset);
    course.answer(place, CheckId::ExistenceNotAfter, control.is_some() && within && trusted, detail);
}

fn existed_by(datum: &Datum, existence: &Existence, time: Timestamp) -> bool {
    datum.fingerprints().all(|fingerprint| existence.by(&Token::Revocation(fingerprint), time))
}

/// Whether someone who signed acceptable data of the certificate is an anchor, or is proven to have existed within his
/// validity.
fn issuer_of_data_existed(link: &Link, past: Past<'_>) -> bool {
    link.findings.accepted.iter().any(|datum| {
        datum.parts.iter().all(|part| {
            let signer = &part.signer;
            past.chain.is_anchor(signer)
                || past.existence.lowest(&Token::Certificate(signer.fingerprint)).time
                    <= signer.certificate.not_after()
        })
    })
}

/// `s` of the process: the issuer of the signer's revocation data has a proof within its validity, or none are required.
fn issuer_existed(course: &mut Course<'_, '_>, past: Past<'_>) {
    let Some(signer) = past.chain.links.first() else { return };
    let held = !required(past.policy, past.context, 0, signer) || issuer_of_data_existed(signer, past);
    course.ledger.check(CheckId::RevocationIssuerExisted, if held { Ok(()) } else { Err(None) });
}
