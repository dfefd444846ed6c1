//! The format and level of a signature: a claim about its content, not about its validity (EN 319 142-1 §6).

use crate::document::{Examination, Signature, SignatureForm, SubFilter};
use crate::pki::SignerInfo;
use crate::validation::block::identification::references;
use crate::validation::report::{PathElement, TimestampKind, TimestampReport};

/// The name of the contract. Levels LT and LTA ask for revocation data of every certificate below the anchor, and
/// for a document time-stamp over them.
pub(super) fn format(
    signature: &Signature,
    path: &[PathElement],
    timestamps: &[TimestampReport],
    examination: &Examination,
) -> &'static str {
    match (&signature.sub_filter, &signature.form) {
        (SubFilter::Pkcs7Sha1, _) => "PKCS7-SHA1",
        (SubFilter::X509RsaSha1, _) => "X509-RSA-SHA1",
        (SubFilter::Pkcs7Detached, _) => "PKCS7",
        (SubFilter::CadesDetached, Some(SignatureForm::Cms(cms))) => match cms.signers.as_slice() {
            [signer] => pades(signature, signer, path, timestamps, examination, !cms.certificates.is_empty()),
            _ => "UNKNOWN",
        },
        _ => "UNKNOWN",
    }
}

fn pades(
    signature: &Signature,
    signer: &SignerInfo,
    path: &[PathElement],
    timestamps: &[TimestampReport],
    examination: &Examination,
    has_certificates: bool,
) -> &'static str {
    let Some(signed) = &signer.signed_attributes else {
        return "UNKNOWN";
    };
    if !references(signed).is_ok_and(|references| !references.is_empty()) {
        return "UNKNOWN";
    }
    let policy = matches!(signed.signature_policy(), Ok(Some(_)));
    let baseline = has_certificates
        && matches!(signed.claimed_signing_time(), Ok(None))
        && signature.claimed.signing_time.is_some()
        && matches!(signed.message_digest(), Ok(Some(_)))
        && matches!(signed.content_type(), Ok(Some(_)));
    if !baseline {
        return if policy { "PAdES-EPES" } else { "PAdES-BES" };
    }
    let later: Vec<_> = examination
        .document_timestamps
        .iter()
        .filter(|stamp| stamp.revision.zip(signature.revision).is_some_and(|(stamp, own)| stamp > own))
        .collect();
    let stamped = timestamps.iter().any(|stamp| stamp.kind == TimestampKind::Signature) || !later.is_empty();
    if !stamped {
        return "PAdES-BASELINE-B";
    }
    let below = path.split_last().filter(|(last, _)| last.trust_anchor).map(|(_, below)| below);
    let in_store = !examination.evidence.crls.is_empty() || !examination.evidence.ocsp_responses.is_empty();
    let complete = in_store
        && below.is_some_and(|below| {
            below.iter().all(|element| element.revocation.iter().any(|one| one.origin == "embedded"))
        });
    match (complete, later.is_empty()) {
        (false, _) => "PAdES-BASELINE-T",
        (true, true) => "PAdES-BASELINE-LT",
        (true, false) => "PAdES-BASELINE-LTA",
    }
}
