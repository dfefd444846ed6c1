//! Who signed revocation data, and whether he may: RFC 5280 §6.3.3 (f), (g), RFC 6960 §4.2.2.2.
//!
//! * An OCSP response: the CA of the certificate, or a responder whose certificate **that CA's key** issued directly,
//!   for id-kp-OCSPSigning, valid when the response was produced.
//! * A CRL: the CA of the certificate; or a certificate with the name of whoever issued the list, with `cRLSign` where
//!   it states a key usage, whose path ends at an anchor of the CA, or at the CA's own issuer.
//!
//! Who is not the CA itself has a status of his own, which has to be known as of the time of the datum, by data that
//! somebody else signed. Responders that a trusted list names on their own are not known here.

use std::rc::Rc;

use crate::crypto::{
    AlgorithmError, Digest, DigestAlgorithm, Message as Signed, SignatureAlgorithm, SignatureVerifier, digest,
};
use crate::limits::{Budget, LimitExceeded, Limits};
use crate::pki::Certificate;
use crate::pki::Crl;
use crate::pki::GeneralName;
use crate::pki::Name;
use crate::pki::ResponderId;
use crate::pki::RevocationReason;
use crate::pki::oid;
use crate::syntax::der::Oid;
use crate::syntax::der::{Tlv, tag};
use crate::time::Timestamp;
use crate::validation::check::{Context, Role};
use crate::validation::message::Message;
use crate::validation::path::{Holder, build, undated_faults, validity};
use crate::validation::process::Case;

use super::datum::{Part, Source, Status};
use super::{Duty, MAXIMUM_AGE_SECONDS, Paths, Walk, fresh, judge, not_required};

/// A signed object, by what is needed to verify it.
pub(super) struct Object<'a> {
    pub(super) source: Source,
    pub(super) fingerprint: Digest,
    pub(super) tbs: &'a [u8],
    pub(super) value: &'a [u8],
    pub(super) algorithm: Result<SignatureAlgorithm, AlgorithmError>,
    pub(super) algorithm_oid: &'a Oid,
    /// When it was made.
    pub(super) produced_at: Timestamp,
}

/// Why a datum is not acceptable.
pub(super) type Refusal = Message;

/// The part of a datum that an OCSP response is, where its signer is found, entitled and not revoked.
pub(super) fn of_response(
    object: &Object<'_>,
    responder: &ResponderId,
    certificate: &Rc<Holder>,
    issuer: &Rc<Holder>,
    case: &Case<'_>,
    walk: &mut Walk,
    budget: &mut Budget,
) -> Result<Result<Part, Refusal>, LimitExceeded> {
    let mut candidates = Vec::new();
    if identifies(responder, &issuer.certificate) {
        candidates.push(Rc::clone(issuer));
    }
    for other in case.evidence.certificates() {
        budget.spend(1)?;
        if other.der() != issuer.certificate.der() && identifies(responder, other) {
            candidates.push(case.keys.holder(other));
        }
    }
    first_acceptable(candidates, issuer, object, case, budget, |candidate, budget| {
        if Rc::ptr_eq(candidate, issuer) {
            return Ok(valid_when_made(object, issuer, case).map(|()| Rc::from([Rc::clone(issuer)])));
        }
        if candidate.certificate.spki() == certificate.certificate.spki() {
            return Ok(Err(Message::RevocationBySubject { subject: certificate.subject.clone() }));
        }
        if !case.keys.issued(issuer, candidate, budget)? || !signs_responses(&candidate.certificate) {
            return Ok(Err(not_entitled(object, candidate)));
        }
        if let Err(refusal) = valid_when_made(object, candidate, case) {
            return Ok(Err(refusal));
        }
        let path = Rc::from([Rc::clone(candidate), Rc::clone(issuer)]);
        Ok(known_good(object, candidate, issuer, case, walk, budget)?.map(|()| path))
    })
}

/// The part of a datum that a CRL is, where its signer is found, entitled and not revoked.
pub(super) fn of_list(
    object: &Object<'_>,
    crl: &Crl,
    issuer: &Rc<Holder>,
    case: &Case<'_>,
    walk: &mut Walk,
    budget: &mut Budget,
) -> Result<Result<Part, Refusal>, LimitExceeded> {
    let mut candidates = Vec::new();
    if crl.issuer.matches(issuer.certificate.subject()) {
        candidates.push(Rc::clone(issuer));
    }
    let anchors = case.trust.named(&crl.issuer).map(|anchor| &anchor.certificate);
    for other in anchors.chain(case.evidence.certificates()) {
        budget.spend(1)?;
        if other.der() != issuer.certificate.der() && other.subject().matches(&crl.issuer) {
            candidates.push(case.keys.holder(other));
        }
    }
    first_acceptable(candidates, issuer, object, case, budget, |candidate, budget| {
        if candidate.certificate.key_usage().is_some_and(|usage| !usage.crl_sign()) {
            return Ok(Err(not_entitled(object, candidate)));
        }
        if Rc::ptr_eq(candidate, issuer) {
            return Ok(Ok(Rc::from([Rc::clone(issuer)])));
        }
        let Some(path) = path_beside(candidate, issuer, case, budget)? else {
            return Ok(Err(Message::RevocationSignerUntrusted {
                source: object.source.term(),
                subject: candidate.subject.clone(),
            }));
        };
        // Where it meets the path of the CA the path of the certificate itself is judged.
        let of_issuer = path_to_anchor(issuer, case, budget)?;
        let meets = |holder: &Rc<Holder>| of_issuer.iter().any(|known| known.fingerprint == holder.fingerprint);
        let beside = path.iter().position(meets).unwrap_or(path.len());
        let path: Rc<[Rc<Holder>]> = path.iter().take(beside.saturating_add(1)).cloned().collect();
        for pair in path.windows(2) {
            let [holder, above] = pair else { continue };
            if let Err(refusal) = known_good(object, holder, above, case, walk, budget)? {
                return Ok(Err(refusal));
            }
        }
        Ok(Ok(path))
    })
}

/// The first candidate whose key verifies the object and whom `entitled` admits, with his path. Where there is none: why
/// the first one that verifies is not admitted, or that none does.
fn first_acceptable(
    candidates: Vec<Rc<Holder>>,
    issuer: &Rc<Holder>,
    object: &Object<'_>,
    case: &Case<'_>,
    budget: &mut Budget,
    mut entitled: impl FnMut(&Rc<Holder>, &mut Budget) -> Result<Result<Rc<[Rc<Holder>]>, Refusal>, LimitExceeded>,
) -> Result<Result<Part, Refusal>, LimitExceeded> {
    let mut candidates = candidates;
    let mut seen: Vec<Digest> = Vec::new();
    candidates.retain(|candidate| {
        let new = !seen.contains(&candidate.fingerprint);
        seen.push(candidate.fingerprint);
        new
    });
    // The order of the evidence decides nothing.
    candidates.sort_by_cached_key(|candidate| {
        (!Rc::ptr_eq(candidate, issuer), candidate.fingerprint.as_bytes().to_vec())
    });
    let Some(first) = candidates.first() else {
        return Ok(Err(Message::RevocationSignerUnknown { source: object.source.term() }));
    };
    let Ok(algorithm) = object.algorithm else {
        return Ok(Err(Message::AlgorithmUnsupported { algorithm: object.algorithm_oid.to_string() }));
    };
    let mut refusal =
        Message::RevocationSignatureInvalid { source: object.source.term(), subject: first.subject.clone() };
    let mut verified = false;
    for candidate in &candidates {
        if !verifies(object, &algorithm, candidate, case, budget)? {
            continue;
        }
        match entitled(candidate, budget)? {
            Ok(signer_path) => {
                case.keys.note_signed(&signer_path, object.fingerprint, case.trust);
                let signer = Rc::clone(candidate);
                return Ok(Ok(Part { fingerprint: object.fingerprint, signer, signer_path, algorithm }));
            }
            Err(why) if !verified => (refusal, verified) = (why, true),
            Err(_) => {}
        }
    }
    Ok(Err(refusal))
}

/// Whether the candidate's key verifies the object; computed once for each key and object.
fn verifies(
    object: &Object<'_>,
    algorithm: &SignatureAlgorithm,
    candidate: &Holder,
    case: &Case<'_>,
    budget: &mut Budget,
) -> Result<bool, LimitExceeded> {
    let Some(key) = &candidate.key else {
        return Ok(false);
    };
    let pair = (*key.sha256(), object.fingerprint);
    if let Some(known) = case.revocation.verified.borrow().get(&pair) {
        return Ok(*known);
    }
    let kilobytes = u64::try_from(object.tbs.len()).unwrap_or(u64::MAX) >> 10;
    budget.spend(key.verification_work().saturating_add(kilobytes))?;
    // What was validated before must not decide what is within the limits: it is paid for in any case.
    let good = case.keys.recalls(candidate, object.fingerprint) || {
        let verifier: &dyn SignatureVerifier = case.keys.verifier();
        verifier.verify(key, algorithm, Signed::Bytes(object.tbs), object.value).is_ok()
    };
    case.revocation.verified.borrow_mut().insert(pair, good);
    Ok(good)
}

/// RFC 6960 §4.2.1: by the subject, or by SHA-1 of the key.
fn identifies(responder: &ResponderId, certificate: &Certificate) -> bool {
    match responder {
        ResponderId::Name(name) => certificate.subject().matches(name),
        ResponderId::KeyHash(hash) => {
            key_bits(certificate).is_some_and(|key| digest(DigestAlgorithm::Sha1, key).as_bytes() == hash.as_ref())
        }
    }
}

/// The key of a certificate: the BIT STRING of its `SubjectPublicKeyInfo` without the number of unused bits (RFC 6960
/// §4.1.1).
pub(super) fn key_bits(certificate: &Certificate) -> Option<&[u8]> {
    let spki = Tlv::parse_all(certificate.spki(), Limits::DEFAULT.der_depth).ok()?;
    let mut members = spki.reader().ok()?;
    members.expect(tag::SEQUENCE).ok()?;
    members.expect(tag::BIT_STRING).ok()?.bit_string().ok()
}

/// What a responder's certificate has to say of its use (RFC 6960 §4.2.2.2, RFC 5280 §4.2).
fn signs_responses(certificate: &Certificate) -> bool {
    certificate.extended_key_usage().is_some_and(|usage| usage.contains(oid::EKU_OCSP_SIGNING))
        && certificate.key_usage().is_none_or(|usage| usage.digital_signature() || usage.non_repudiation())
        && certificate.unknown_critical_extensions().is_empty()
        && certificate.malformed_extensions().is_empty()
        && certificate.duplicate_extensions().is_empty()
}

fn not_entitled(object: &Object<'_>, signer: &Holder) -> Refusal {
    Message::RevocationSignerNotEntitled { source: object.source.term(), subject: signer.subject.clone() }
}

/// Whether the signer was valid when the object was made; an anchor's validity is never looked at.
fn valid_when_made(object: &Object<'_>, signer: &Holder, case: &Case<'_>) -> Result<(), Refusal> {
    if case.trust.anchor_of(&signer.certificate).is_some() {
        return Ok(());
    }
    validity(signer, object.produced_at).map_err(|_| Message::RevocationSignerNotValid {
        source: object.source.term(),
        subject: signer.subject.clone(),
        time: object.produced_at,
    })
}

fn joined(front: &[Rc<Holder>], rest: &[Rc<Holder>]) -> Rc<[Rc<Holder>]> {
    front.iter().chain(rest).cloned().collect()
}

/// The path of the CA to its anchor with the fewest faults, dates apart; alone where there is none.
fn path_to_anchor(
    issuer: &Rc<Holder>,
    case: &Case<'_>,
    budget: &mut Budget,
) -> Result<Rc<[Rc<Holder>]>, LimitExceeded> {
    let paths = paths(issuer, case, budget)?;
    let mut best: Option<(usize, &Rc<[Rc<Holder>]>)> = None;
    for path in paths.iter() {
        let faults = faults(path, case, budget)?;
        if best.is_none_or(|(fewest, _)| faults < fewest) {
            best = Some((faults, path));
        }
    }
    Ok(best.map_or_else(|| Rc::from([Rc::clone(issuer)]), |(_, path)| Rc::clone(path)))
}

/// The path of a signer who is not the CA: issued by the CA itself; or without faults to an anchor to which the CA has a
/// path too; or issued by the CA's own issuer.
fn path_beside(
    signer: &Rc<Holder>,
    issuer: &Rc<Holder>,
    case: &Case<'_>,
    budget: &mut Budget,
) -> Result<Option<Rc<[Rc<Holder>]>>, LimitExceeded> {
    if case.keys.issued(issuer, signer, budget)? {
        let path = joined(&[Rc::clone(signer)], &path_to_anchor(issuer, case, budget)?);
        return Ok(if faults(&path, case, budget)? == 0 { Some(path) } else { None });
    }
    let of_issuer = paths(issuer, case, budget)?;
    let anchors: Vec<Digest> = of_issuer.iter().filter_map(|path| path.last()).map(|end| end.fingerprint).collect();
    let of_signer = paths(signer, case, budget)?;
    let ends_there = |path: &&Rc<[Rc<Holder>]>| path.last().is_some_and(|end| anchors.contains(&end.fingerprint));
    for path in of_signer.iter().filter(ends_there) {
        if faults(path, case, budget)? == 0 {
            return Ok(Some(Rc::clone(path)));
        }
    }
    for above in case.evidence.certificates() {
        let names = |name: &Name| above.subject().matches(name);
        if names(issuer.certificate.issuer()) && names(signer.certificate.issuer()) {
            let above = case.keys.holder(above);
            if case.keys.issued(&above, issuer, budget)? && case.keys.issued(&above, signer, budget)? {
                let path = joined(&[Rc::clone(signer), above], &[]);
                return Ok(if faults(&path, case, budget)? == 0 { Some(path) } else { None });
            }
        }
    }
    Ok(None)
}

/// The paths of a certificate to anchors, whenever they were trusted; computed once.
fn paths(holder: &Rc<Holder>, case: &Case<'_>, budget: &mut Budget) -> Result<Paths, LimitExceeded> {
    if let Some(known) = case.revocation.paths.borrow().get(&holder.fingerprint) {
        return Ok(Rc::clone(known));
    }
    let always = Timestamp::from_unix(i64::MIN);
    let found = build(holder, always, case.evidence, case.trust, &case.keys, budget)?;
    let found: Paths = found.complete.iter().map(|path| Rc::from(path.holders())).collect();
    case.revocation.paths.borrow_mut().insert(holder.fingerprint, Rc::clone(&found));
    Ok(found)
}

/// How many rules of RFC 5280 the path breaks. The dates of its certificates are judged with the times of the
/// processes, not here.
fn faults(path: &[Rc<Holder>], case: &Case<'_>, budget: &mut Budget) -> Result<usize, LimitExceeded> {
    let level = |check| case.policy.level_of(Context::Revocation, Role::Ca, check);
    undated_faults(path, case.policy.path(), level, budget)
}

/// Whether the status of a signer is known to be good as of when the object was made. What says that he is revoked
/// counts whenever it was issued, except that a revocation after that for a reason that leaves the key good does not
/// spoil what was signed before.
fn known_good(
    object: &Object<'_>,
    signer: &Rc<Holder>,
    issuer: &Rc<Holder>,
    case: &Case<'_>,
    walk: &mut Walk,
    budget: &mut Budget,
) -> Result<Result<(), Refusal>, LimitExceeded> {
    let (source, subject) = (object.source.term(), signer.subject.clone());
    if not_required(signer, Duty::SignsRevocationData).is_some()
        || case.trust.anchor_of(&signer.certificate).is_some()
    {
        return Ok(Ok(()));
    }
    if walk.is_about(signer) && vouches_for_itself(&signer.certificate) {
        return Ok(Ok(()));
    }
    let Some(findings) = judge(signer, issuer, case, walk, budget)? else {
        return Ok(Err(Message::RevocationSignerStatusUnknown { source, subject }));
    };
    let revoked = findings.accepted.iter().any(|datum| match datum.status {
        Status::Revoked { time, reason, .. } => time <= object.produced_at || !leaves_key_good(reason),
        _ => false,
    });
    if revoked {
        return Ok(Err(Message::RevocationSignerRevoked { source, subject }));
    }
    let fresh = |datum: &&super::Datum| fresh(datum, object.produced_at, MAXIMUM_AGE_SECONDS).is_ok();
    Ok(match findings.accepted.iter().find(fresh).map(|datum| datum.status) {
        Some(Status::OnHold { .. }) => Err(Message::RevocationSignerRevoked { source, subject }),
        Some(_) => Ok(()),
        None => Err(Message::RevocationSignerStatusUnknown { source, subject }),
    })
}

const fn leaves_key_good(reason: Option<RevocationReason>) -> bool {
    matches!(
        reason,
        Some(
            RevocationReason::AffiliationChanged
                | RevocationReason::Superseded
                | RevocationReason::CessationOfOperation
        )
    )
}

/// Whether the CA that issued the certificate of a CRL signer has decided that the lists of this very signer tell its
/// status: a distribution point of it names its own subject as `cRLIssuer`.
fn vouches_for_itself(certificate: &Certificate) -> bool {
    let own =
        |name: &GeneralName| matches!(name, GeneralName::Directory(name) if name.matches(certificate.subject()));
    certificate.crl_distribution_points().iter().any(|point| point.crl_issuer.iter().any(own))
}
