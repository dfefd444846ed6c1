//! RAC of OCSP responses (RFC 6960 §3.2, §4.2; RFC 8954; Common PKI `CertHash`).

use std::rc::Rc;

use crate::crypto::{DigestAlgorithm, SignatureAlgorithm, digest};
use crate::limits::{Budget, LimitExceeded};
use crate::pki::BasicOcsp;
use crate::pki::CertHash;
use crate::pki::CertId;
use crate::pki::CertStatus;
use crate::pki::OcspStatus;
use crate::pki::RevocationReason;
use crate::pki::SingleResponse;
use crate::pki::same_serial;
use crate::time::Timestamp;
use crate::validation::evidence::Origin;
use crate::validation::message::Message;
use crate::validation::path::Holder;
use crate::validation::process::Case;

use super::datum::{Datum, Findings, Part, Rejected, Source, Status};
use super::signer::{Object, Refusal, key_bits, of_response};
use super::{SKEW_SECONDS, Walk};

/// Judges every OCSP response at hand that concerns the certificate, and those that say nothing of any.
pub(super) fn judge(
    certificate: &Rc<Holder>,
    issuer: &Rc<Holder>,
    case: &Case<'_>,
    walk: &mut Walk,
    findings: &mut Findings,
    budget: &mut Budget,
) -> Result<(), LimitExceeded> {
    for (index, (response, origin)) in case.evidence.ocsp_responses().iter().enumerate() {
        budget.spend(1)?;
        let fingerprint = case.evidence.ocsp_fingerprint(index);
        let reject = |this_update: Option<Timestamp>, reason: Message| Rejected {
            origin: *origin,
            fingerprint,
            this_update,
            reason,
        };
        if response.status != OcspStatus::Successful {
            let status = response.status.name();
            findings.rejected.push(reject(None, Message::RevocationResponseStatus { status }));
            continue;
        }
        let (Some(basic), Some(fingerprint)) = (&response.basic, fingerprint) else { continue };
        let mut about_it = Vec::new();
        for single in &basic.responses {
            budget.spend(1)?;
            if names(&single.cert_id, certificate, issuer) {
                about_it.push(single);
            }
        }
        if about_it.is_empty() && *origin == Origin::Fetched && names_nobody(basic, case, budget)? {
            findings.rejected.push(reject(None, Message::RevocationOtherCertificate {}));
        }
        if about_it.is_empty() {
            continue;
        }
        let believed = believe(basic, fingerprint, index, certificate, issuer, case, walk, budget)?;
        for single in about_it {
            let judged = believed.as_ref().map_err(Clone::clone).and_then(|part| {
                let status = single_status(single, certificate, case)?;
                Ok(Datum {
                    source: Source::Ocsp,
                    origin: *origin,
                    status,
                    this_update: single.this_update,
                    next_update: single.next_update,
                    produced_at: basic.produced_at,
                    parts: vec![Rc::clone(part)],
                })
            });
            match judged {
                Ok(datum) => findings.accepted.push(datum),
                Err(reason) => findings.rejected.push(reject(Some(single.this_update), reason)),
            }
        }
    }
    Ok(())
}

/// Whether none of the certificates at hand has a number that the response names: whoever fetched it got the answer to
/// another question.
fn names_nobody(basic: &BasicOcsp, case: &Case<'_>, budget: &mut Budget) -> Result<bool, LimitExceeded> {
    for certificate in case.evidence.certificates() {
        budget.spend(1)?;
        if basic.responses.iter().any(|single| same_serial(&single.cert_id.serial, certificate.serial())) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether an OCSP certificate identifier means this certificate (RFC 6960 §4.1.1), under whatever digest it uses.
pub(super) fn names(id: &CertId, certificate: &Holder, issuer: &Holder) -> bool {
    if !same_serial(&id.serial, certificate.certificate.serial()) {
        return false;
    }
    let Ok(algorithm) = DigestAlgorithm::from_algorithm_identifier(&id.hash_algorithm.raw) else {
        return false;
    };
    let Some(key) = key_bits(&issuer.certificate) else {
        return false;
    };
    id.issuer_name_hash.as_ref() == digest(algorithm, certificate.certificate.issuer().der()).as_bytes()
        && id.issuer_key_hash.as_ref() == digest(algorithm, key).as_bytes()
}

/// What holds of the response as a whole.
#[expect(clippy::too_many_arguments, reason = "what is asked, by whom, of what, at whose cost")]
fn believe(
    basic: &BasicOcsp,
    fingerprint: crate::crypto::Digest,
    index: usize,
    certificate: &Rc<Holder>,
    issuer: &Rc<Holder>,
    case: &Case<'_>,
    walk: &mut Walk,
    budget: &mut Budget,
) -> Result<Result<Rc<Part>, Refusal>, LimitExceeded> {
    if basic.version != 1 {
        return Ok(Err(malformed("version")));
    }
    if let Some(oid) = basic.unknown_critical_extensions.first() {
        return Ok(Err(unknown_extension(oid)));
    }
    if let Some(oid) = basic.duplicate_extensions.first() {
        return Ok(Err(malformed(&oid.to_string())));
    }
    if let (Some(sent), Some(answered)) = (case.evidence.nonce_sent(index), &basic.nonce)
        && sent != answered.as_ref()
    {
        return Ok(Err(Message::RevocationNonceDiffers {}));
    }
    if let Err(refusal) = not_from_future(basic.produced_at, case) {
        return Ok(Err(refusal));
    }
    let object = Object {
        source: Source::Ocsp,
        fingerprint,
        tbs: &basic.tbs,
        value: &basic.signature,
        algorithm: SignatureAlgorithm::from_algorithm_identifier(&basic.signature_algorithm.raw, None),
        algorithm_oid: &basic.signature_algorithm.oid,
        produced_at: basic.produced_at,
    };
    let part = of_response(&object, &basic.responder_id, certificate, issuer, case, walk, budget)?;
    Ok(part.map(Rc::new))
}

fn malformed(what: &str) -> Refusal {
    Message::RevocationMalformed { source: Source::Ocsp.term(), what: what.to_owned() }
}

fn unknown_extension(oid: &crate::syntax::der::Oid) -> Refusal {
    Message::RevocationUnknownExtension { source: Source::Ocsp.term(), oid: oid.to_string() }
}

fn not_from_future(time: Timestamp, case: &Case<'_>) -> Result<(), Refusal> {
    if time > case.moment.clock.plus_seconds(SKEW_SECONDS) {
        return Err(Message::RevocationFromFuture { source: Source::Ocsp.term(), time });
    }
    Ok(())
}

/// What one answer of an acceptable response says, where it is acceptable too.
fn single_status(single: &SingleResponse, certificate: &Holder, case: &Case<'_>) -> Result<Status, Refusal> {
    if let Some(oid) = single.unknown_critical_extensions.first() {
        return Err(unknown_extension(oid));
    }
    if let Some(oid) = single.malformed_extensions.first() {
        return Err(malformed(&oid.to_string()));
    }
    if single.next_update.is_some_and(|next| next < single.this_update) {
        return Err(malformed("nextUpdate"));
    }
    not_from_future(single.this_update, case)?;
    let is_meant = match &single.cert_hash {
        Some(hash) if is_hash_of(hash, certificate)? => true,
        Some(_) => return Err(Message::RevocationCertHashDiffers {}),
        None => false,
    };
    let status = match single.status {
        CertStatus::Unknown => {
            return Err(Message::RevocationUnknown { subject: certificate.subject.clone() });
        }
        CertStatus::Good => Status::Good,
        CertStatus::Revoked { at, reason: Some(RevocationReason::CertificateHold) } => Status::OnHold { since: at },
        CertStatus::Revoked { at, reason } => Status::Revoked { time: at, reason, invalid_since: None },
    };
    let (source, time) = (Source::Ocsp.term(), single.this_update);
    if certificate.certificate.not_before() > time {
        return Err(Message::RevocationBeforeIssuance { source, time });
    }
    let since = single.archive_cutoff.map_or(time, |since| since.min(time));
    if status == Status::Good && !is_meant && certificate.certificate.not_after() < since {
        return Err(Message::RevocationAfterExpiry { source, time });
    }
    Ok(status)
}

fn is_hash_of(hash: &CertHash, certificate: &Holder) -> Result<bool, Refusal> {
    let algorithm = DigestAlgorithm::from_algorithm_identifier(&hash.algorithm.raw)
        .map_err(|_| Message::AlgorithmUnsupported { algorithm: hash.algorithm.oid.to_string() })?;
    Ok(digest(algorithm, certificate.certificate.der()).as_bytes() == hash.value.as_ref())
}
