//! Signature acceptance validation (EN 319 102-1 §5.2.8): attributes, coverage, later changes. Whether the algorithms
//! of the signature itself are reliable depends on the process: see [`super::algorithms`].

use crate::crypto::DigestAlgorithm;
use crate::document::{Coverage, Signature};
use crate::pki::SignerInfo;
use crate::time::Timestamp;
use crate::validation::block::algorithms::{Item, Primitive, Weakness, weaknesses};
use crate::validation::block::format::attribute;
use crate::validation::block::identification::references;
use crate::validation::check::{CheckId, Level};
use crate::validation::ledger::Ledger;
use crate::validation::message::{Message, Term};
use crate::validation::path::{Holder, validity};

/// The attribute that names the signer's certificate. It is demanded where `id` says so.
pub(in crate::validation) fn signing_certificate(
    ledger: &mut Ledger<'_>,
    id: CheckId,
    signer: &SignerInfo,
    at: Timestamp,
) {
    let missing = || Err(Some(Message::AttributeMissing { attribute: "signing-certificate".to_owned() }));
    match signer.signed_attributes.as_ref().map(references) {
        None => ledger.check(id, missing()),
        Some(Ok(references)) if references.iter().all(|reference| reference.ids.is_empty()) => {
            ledger.check(id, missing());
        }
        Some(Ok(references)) => {
            ledger.passed(id);
            ledger.passed(CheckId::SigningCertificateAttributeForm);
            for named in references.iter().filter_map(|reference| reference.ids.first()) {
                if let Ok(digest) = DigestAlgorithm::from_algorithm_identifier(&named.digest_algorithm.raw) {
                    reference_algorithm(ledger, digest, at);
                }
            }
        }
        Some(Err(error)) => {
            ledger.broken(
                CheckId::SigningCertificateAttributeForm,
                None,
                Some(attribute(&error, "signing-certificate")),
            );
        }
    }
}

/// The digest of the reference is reliable: where the policy only warns, an old one does not break the signature.
fn reference_algorithm(ledger: &mut Ledger<'_>, digest: DigestAlgorithm, at: Timestamp) {
    let item = Item { primitive: Primitive::Digest(digest), place: Term::CertificateReference };
    let id = CheckId::SigningCertificateReferenceAlgorithm;
    let weaknesses = weaknesses(ledger.policy(), &[item], at);
    if weaknesses.is_empty() {
        ledger.passed(id);
    }
    for Weakness { level, detail } in weaknesses {
        match level {
            Level::Fail => ledger.broken(id, None, Some(detail)),
            _ => ledger.warn(id, None, Some(detail)),
        }
    }
}

/// The algorithms that the signer protects (RFC 6211) are those that were used.
pub(in crate::validation) fn algorithm_protection(ledger: &mut Ledger<'_>, signer: &SignerInfo) {
    let name = "cms-algorithm-protection";
    match signer.signed_attributes.as_ref().map(|signed| signed.algorithm_protection()) {
        None | Some(Ok(None)) => {}
        Some(Ok(Some(protection))) => {
            let same = protection.digest_algorithm.oid == signer.digest_algorithm.oid
                && protection
                    .signature_algorithm
                    .as_ref()
                    .is_some_and(|one| one.oid == signer.signature_algorithm.oid);
            let detail = || Some(Message::AttributeMalformed { attribute: name.to_owned() });
            ledger.check(CheckId::AlgorithmProtection, if same { Ok(()) } else { Err(detail()) });
        }
        Some(Err(error)) => {
            ledger.broken(CheckId::AlgorithmProtection, None, Some(attribute(&error, name)));
        }
    }
}

/// The claimed signing time lies within the signer's validity: a claim decides nothing by itself.
pub(in crate::validation) fn claimed_time(ledger: &mut Ledger<'_>, claimed: Option<Timestamp>, signer: &Holder) {
    if let Some(time) = claimed {
        let held = validity(signer, time).map_err(|_| Some(Message::ClaimedTime { time }));
        ledger.check(CheckId::ClaimedTimeInValidity, held);
    }
}

/// How much of the document is covered, and what came after.
pub(in crate::validation) fn coverage(ledger: &mut Ledger<'_>, signature: &Signature) {
    let whole = matches!(signature.coverage, Coverage::WholeDocument | Coverage::WholeRevision);
    ledger.check(CheckId::Coverage, if whole { Ok(()) } else { Err(None) });
    let changes = &signature.changes;
    ledger.check(
        CheckId::ChangesAnalysed,
        if changes.has_unknown() {
            Err(Some(Message::ChangesUnknown {
                revisions: changes.later_revisions,
                trailing: changes.trailing_bytes,
            }))
        } else {
            Ok(())
        },
    );
}
