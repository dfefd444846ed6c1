//! Validation of a basic signature (EN 319 102-1 §5.3).

use std::rc::Rc;

use super::Case;
use super::format::format;
use super::timestamp::{Imprint, Stamp, timestamp};
use crate::crypto::{
    Digest, Message as Signed, SignatureAlgorithm, SignatureValid, VerifyError, recover_pkcs1_digest_info,
};
use crate::document::{ChangesLevel, Coverage, Examination, Signature, SignatureForm, SubFilter};
use crate::limits::{Budget, LimitExceeded};
use crate::pki::{SignaturePolicy, SignedData, SignerInfo, TimestampToken};
use crate::syntax::hex::hex;
use crate::time::Timestamp;
use crate::validation::block::format::{Content, limit, place};
use crate::validation::block::{acceptance, certificates, cryptography, format as form, identification};
use crate::validation::check::{CheckId, Context};
use crate::validation::ledger::Ledger;
use crate::validation::message::Message;
use crate::validation::need::Need;
use crate::validation::path::Holder;
use crate::validation::report::{
    Algorithms, ClaimedAttributes, Integrity, PathElement, Scope, SignatureReport, Signer, TimeQuality,
    TimestampKind, TimestampReport,
};

/// What the blocks found about one signature.
#[derive(Debug, Default)]
struct Findings {
    signer: Option<Signer>,
    algorithms: Option<Algorithms>,
    path: Vec<PathElement>,
    timestamps: Vec<TimestampReport>,
    claimed_time: Option<Timestamp>,
    attributes: ClaimedAttributes,
}

/// Validates one signature of a document. What exceeds its budget is said of this signature alone.
pub(in crate::validation) fn signature(
    signature: &Signature,
    examination: &Examination,
    case: &Case<'_>,
    needs: &mut Vec<Need>,
    budget: &mut Budget,
) -> SignatureReport {
    let mut ledger = Ledger::new(case.policy, Context::Signature);
    let mut found = Findings {
        claimed_time: signature.claimed.signing_time,
        attributes: ClaimedAttributes {
            reason: signature.claimed.reason.clone(),
            location: signature.claimed.location.clone(),
            contact: signature.claimed.contact.clone(),
            ..ClaimedAttributes::default()
        },
        ..Findings::default()
    };
    place(&mut ledger, signature);
    let done = match &signature.form {
        Some(SignatureForm::Cms(cms)) => {
            cms_signature(&mut ledger, signature, cms, case, needs, &mut found, budget)
        }
        Some(SignatureForm::Pkcs1 { value, .. }) => {
            pkcs1_signature(&mut ledger, signature, value, case, needs, &mut found, budget)
        }
        // A token is a document time-stamp, which is not judged here; nothing to judge is said by its defects.
        Some(SignatureForm::Token(_)) | None => Ok(()),
    };
    if let Err(exceeded) = done {
        limit(&mut ledger, exceeded);
    }
    acceptance::coverage(&mut ledger, signature);
    let integrity = integrity(&ledger, signature.form.is_some());
    let (verdict, reason, checks) = ledger.conclude();
    SignatureReport {
        id: signature.id.clone(),
        field: signature.field.clone(),
        sub_filter: signature.sub_filter.name().map(str::to_owned),
        format: format(signature, &found.path, &found.timestamps, examination),
        verdict,
        reason,
        integrity,
        coverage: signature.coverage,
        scope: signature
            .byte_range
            .map(|range| Scope::ByteRange { range, revision: signature.revision })
            .into_iter()
            .collect(),
        changes: Some(signature.changes.clone()),
        doc_mdp: signature.doc_mdp,
        field_lock: signature.field_lock.clone(),
        signer: found.signer,
        claimed_signing_time: found.claimed_time,
        best_signature_time: case.moment.at,
        best_signature_time_source: None,
        time_quality: if found.claimed_time.is_some() { TimeQuality::Claimed } else { TimeQuality::None },
        algorithms: found.algorithms,
        path: found.path,
        timestamps: found.timestamps,
        attributes: found.attributes,
        checks,
    }
}

/// Digests match and the signature value verifies.
pub(super) fn integrity(ledger: &Ledger<'_>, readable: bool) -> Integrity {
    const PROOFS: [CheckId; 2] = [CheckId::DocumentDigest, CheckId::SignatureValue];
    if !readable || ledger.fails(CheckId::ByteRange) || ledger.fails(CheckId::Encapsulation) {
        return Integrity::Broken;
    }
    if PROOFS
        .iter()
        .chain(&[CheckId::MessageImprint, CheckId::ContentType, CheckId::MessageDigestOnce])
        .any(|id| ledger.fails(*id))
    {
        return Integrity::Broken;
    }
    let proven = ledger.holds(CheckId::SignatureValue)
        && (ledger.holds(CheckId::DocumentDigest) || ledger.holds(CheckId::MessageImprint));
    if proven && !ledger.fails(CheckId::AlgorithmSupported) { Integrity::Intact } else { Integrity::Unknown }
}

fn cms_signature(
    ledger: &mut Ledger<'_>,
    signature: &Signature,
    cms: &SignedData,
    case: &Case<'_>,
    needs: &mut Vec<Need>,
    found: &mut Findings,
    budget: &mut Budget,
) -> Result<(), LimitExceeded> {
    let content = Content::of(&signature.sub_filter);
    form::cms(ledger, cms, content);
    let [signer] = cms.signers.as_slice() else {
        return Ok(());
    };
    let named = cryptography::algorithms(ledger, signer);
    let digests = document_digest(ledger, signature, cms, signer, &named);
    claims(signer, found);
    let candidates = identification::candidates(signer, case.evidence, &case.keys);
    let verified = cryptography::value(ledger, signer, &named, &digests, &candidates, &case.keys, budget)?;
    let of_range = signature.digests.iter();
    let content_digests: Vec<_> = of_range.chain(&digests).map(Digest::algorithm).chain(named.digest).collect();
    let content_digests = without_repeats(content_digests);
    if let Some(holder) = verified {
        found.signer = Some(describe(&holder));
        found.algorithms = Some(Algorithms {
            signature: named
                .signature
                .as_ref()
                .map_or_else(|_| signer.signature_algorithm.oid.to_string(), |algorithm| algorithm.name()),
            digest: named
                .digest
                .map_or_else(|| signer.digest_algorithm.oid.to_string(), |digest| digest.name().to_owned()),
            key_bits: holder.key.as_ref().map_or(0, |key| key.bits()),
        });
        identification::reference(ledger, signer, &holder);
        found.path = certificates::validate(ledger, &holder, case.moment.at, case, needs, budget)?;
        acceptance::claimed_time(ledger, found.claimed_time, &holder);
        let key = holder.key.as_ref().map(|key| key.kind());
        acceptance::algorithms(ledger, &content_digests, named.signature.ok(), key, case.moment.at);
    } else {
        identification::nobody(ledger, case.evidence);
        acceptance::algorithms(ledger, &content_digests, named.signature.ok(), None, case.moment.at);
    }
    let id = if signature.sub_filter == SubFilter::CadesDetached {
        CheckId::SigningCertificateAttribute
    } else {
        CheckId::SigningCertificateAttributeLegacy
    };
    acceptance::signing_certificate(ledger, id, signer, case.moment.at);
    acceptance::algorithm_protection(ledger, signer);
    timestamps(signature, signer, case, needs, found, budget)
}

fn without_repeats<T: PartialEq>(items: Vec<T>) -> Vec<T> {
    let mut unique = Vec::with_capacity(items.len());
    for item in items {
        if !unique.contains(&item) {
            unique.push(item);
        }
    }
    unique
}

/// Checks the digest of the byte range against what was signed, and gives the digests that stand for the content
/// where there are no signed attributes.
fn document_digest(
    ledger: &mut Ledger<'_>,
    signature: &Signature,
    cms: &SignedData,
    signer: &SignerInfo,
    named: &cryptography::Named,
) -> Vec<Digest> {
    let of_range = |algorithm| signature.digests.iter().find(|digest| Some(digest.algorithm()) == algorithm);
    if signature.byte_range.is_none() || signature.limit.is_some() {
        ledger.not_run(CheckId::DocumentDigest);
        return Vec::new();
    }
    let algorithm = &signer.digest_algorithm.oid;
    let stated = signer.signed_attributes.as_ref().map(|signed| signed.message_digest());
    if signature.sub_filter == SubFilter::Pkcs7Sha1 {
        // The content is SHA-1 of the byte range (ISO 32000-1 §12.8.3.3.1), and the CMS signs that content.
        let content = cms.encap_content.as_deref().unwrap_or_default();
        let sha1 = of_range(Some(crate::crypto::DigestAlgorithm::Sha1));
        let of_content: Vec<Digest> =
            named.digest.map(|algorithm| crate::crypto::digest(algorithm, content)).into_iter().collect();
        match stated {
            Some(Ok(Some(stated))) => {
                let same = sha1.is_some_and(|sha1| sha1.as_bytes() == content);
                if same {
                    cryptography::content(ledger, CheckId::DocumentDigest, of_content.first(), &stated, algorithm);
                } else {
                    cryptography::content(ledger, CheckId::DocumentDigest, sha1, content, algorithm);
                }
            }
            Some(_) => ledger.not_run(CheckId::DocumentDigest),
            None => cryptography::content(ledger, CheckId::DocumentDigest, sha1, content, algorithm),
        }
        return of_content;
    }
    match stated {
        Some(Ok(Some(stated))) => {
            cryptography::content(ledger, CheckId::DocumentDigest, of_range(named.digest), &stated, algorithm);
        }
        Some(_) => ledger.not_run(CheckId::DocumentDigest),
        // Without signed attributes the signature value itself is over the content: it decides alone.
        None if signature.digests.is_empty() => {
            cryptography::content(ledger, CheckId::DocumentDigest, None, &[], algorithm);
        }
        None => ledger.passed(CheckId::DocumentDigest),
    }
    signature.digests.clone()
}

/// `adbe.x509.rsa_sha1` (ISO 32000-1 §12.8.3.2): a bare PKCS#1 value over the byte range.
fn pkcs1_signature(
    ledger: &mut Ledger<'_>,
    signature: &Signature,
    value: &[u8],
    case: &Case<'_>,
    needs: &mut Vec<Need>,
    found: &mut Findings,
    budget: &mut Budget,
) -> Result<(), LimitExceeded> {
    let Some(SignatureForm::Pkcs1 { certificates, .. }) = &signature.form else {
        return Ok(());
    };
    let first = certificates.first().and_then(|der| {
        case.evidence.certificates().iter().find(|certificate| certificate.der() == der.as_slice())
    });
    let Some(holder) = first.map(|certificate| case.keys.holder(certificate)) else {
        identification::nobody(ledger, case.evidence);
        return Ok(());
    };
    ledger.passed(CheckId::SigningCertificateFound);
    found.signer = Some(describe(&holder));
    let Some(key) = &holder.key else {
        let detail = Message::AlgorithmUnsupported { algorithm: "public key".to_owned() };
        ledger.broken(CheckId::AlgorithmSupported, None, Some(detail));
        return Ok(());
    };
    budget.spend(key.verification_work().saturating_mul(2))?;
    let algorithm = match recover_pkcs1_digest_info(key, value) {
        Ok(stated) => {
            let digest = stated.algorithm();
            let computed = signature.digests.iter().find(|known| known.algorithm() == digest);
            if signature.byte_range.is_some() {
                cryptography::content(ledger, CheckId::DocumentDigest, computed, stated.as_bytes(), &digest.name());
            } else {
                ledger.not_run(CheckId::DocumentDigest);
            }
            let algorithm = SignatureAlgorithm::RsaPkcs1 { digest };
            let outcome = verify(case, &holder, &algorithm, &stated, value);
            match &outcome {
                Ok(proof) => ledger.signature_proven(proof),
                Err(_) => cryptography::failed(ledger, &algorithm, &outcome),
            }
            Some(algorithm)
        }
        Err(_) => {
            ledger.broken(CheckId::SignatureValue, None, None);
            None
        }
    };
    let digest = algorithm.and_then(|algorithm| algorithm.digest());
    found.algorithms = algorithm.map(|algorithm| Algorithms {
        signature: algorithm.name(),
        digest: digest.map_or_else(String::new, |digest| digest.name().to_owned()),
        key_bits: key.bits(),
    });
    found.path = certificates::validate(ledger, &holder, case.moment.at, case, needs, budget)?;
    acceptance::claimed_time(ledger, found.claimed_time, &holder);
    let content: Vec<_> = digest.into_iter().collect();
    acceptance::algorithms(ledger, &content, algorithm, Some(key.kind()), case.moment.at);
    Ok(())
}

fn verify(
    case: &Case<'_>,
    holder: &Holder,
    algorithm: &SignatureAlgorithm,
    digest: &Digest,
    value: &[u8],
) -> Result<SignatureValid, VerifyError> {
    match &holder.key {
        Some(key) => case.keys.verifier().verify(key, algorithm, Signed::Digest(digest), value),
        None => Err(VerifyError::Mismatch),
    }
}

/// What the signer says besides; what is malformed says nothing.
fn claims(signer: &SignerInfo, found: &mut Findings) {
    let Some(signed) = &signer.signed_attributes else { return };
    if let Ok(Some(time)) = signed.claimed_signing_time() {
        found.claimed_time = found.claimed_time.or(Some(time));
    }
    if let Ok(Some(policy)) = signed.signature_policy() {
        found.attributes.policy = Some(match policy {
            SignaturePolicy::Implied => ("implied".to_owned(), None),
            SignaturePolicy::Explicit { id, hash, .. } => (id.to_string(), hash.map(|hash| hex(&hash.value))),
        });
    }
    if let Ok(commitments) = signed.commitment_types() {
        found.attributes.commitments = commitments.iter().map(ToString::to_string).collect();
    }
    if let Ok(Some(attributes)) = signed.signer_attributes() {
        found.attributes.roles = attributes.claimed_roles;
    }
}

/// The time-stamps inside the signature.
fn timestamps(
    signature: &Signature,
    signer: &SignerInfo,
    case: &Case<'_>,
    needs: &mut Vec<Need>,
    found: &mut Findings,
    budget: &mut Budget,
) -> Result<(), LimitExceeded> {
    let content = signer.signed_attributes.iter().flat_map(|signed| signed.content_timestamps());
    let content = content.map(|token| (TimestampKind::Content, token, Imprint::Digests(&signature.digests)));
    let own = signer.signature_timestamps();
    let own = own.map(|token| (TimestampKind::Signature, token, Imprint::Bytes(&signer.signature)));
    for (index, (kind, token, imprint)) in content.chain(own).enumerate() {
        let id = format!("{}.T{}", signature.id, index.saturating_add(1));
        let stamp = Stamp { id, kind, covers: vec![signature.id.clone()], imprint };
        let token = TimestampToken::parse(token, budget.limits().der_depth);
        found.timestamps.push(timestamp(stamp, token.as_ref(), case, needs, budget)?);
    }
    Ok(())
}

/// The holder of a certificate, as it names him.
pub(super) fn describe(holder: &Rc<Holder>) -> Signer {
    let subject = holder.certificate.subject();
    let text = |value: Option<&str>| value.map(str::to_owned);
    Signer {
        common_name: text(subject.common_name()),
        given_name: text(subject.given_name()),
        surname: text(subject.surname()),
        organization: text(subject.organization()),
        organization_identifier: text(subject.organization_identifier()),
        serial_number: text(subject.serial_number()),
        pseudonym: text(subject.pseudonym()),
        country: text(subject.country()),
        subject: holder.subject.clone(),
        certificate_sha256: holder.sha256.clone(),
    }
}

/// Whether a signature is good in the sense of a summary: passed, changes permitted, coverage whole.
pub(in crate::validation) fn is_valid(report: &SignatureReport) -> bool {
    report.verdict == crate::validation::verdict::Verdict::Passed
        && matches!(report.coverage, Coverage::WholeDocument | Coverage::WholeRevision)
        && report.changes.as_ref().is_none_or(|changes| changes.permitted && changes.level != ChangesLevel::Unknown)
}
