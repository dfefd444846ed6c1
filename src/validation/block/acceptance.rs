//! Signature acceptance validation (EN 319 102-1 §5.2.8): attributes, coverage, later changes, and whether the
//! algorithms are reliable at the time.

use std::fmt;

use crate::crypto::{DigestAlgorithm, KeyKind, SignatureAlgorithm};
use crate::document::{Coverage, Signature};
use crate::pki::SignerInfo;
use crate::time::Timestamp;
use crate::validation::block::format::attribute;
use crate::validation::block::identification::references;
use crate::validation::check::{CheckId, Context, Level};
use crate::validation::ledger::Ledger;
use crate::validation::message::{Message, Term};
use crate::validation::path::{Holder, validity};
use crate::validation::policy::algorithms::Reliability;

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
                    let id = CheckId::SigningCertificateReferenceAlgorithm;
                    if digest_reliable(ledger, id, digest, Term::CertificateReference, at, None) {
                        ledger.passed(id);
                    }
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

/// Whether a digest is reliable at `at`; notes what is not, under `id`.
pub(in crate::validation) fn digest_reliable(
    ledger: &mut Ledger<'_>,
    id: CheckId,
    digest: DigestAlgorithm,
    place: Term,
    at: Timestamp,
    object: Option<&String>,
) -> bool {
    let reliability = ledger.policy().algorithms().digest(digest, at);
    note(ledger, id, reliability, &digest.name(), 0, place, object)
}

/// Whether signatures with such a key are reliable at `at`; notes what is not, under `id`.
pub(in crate::validation) fn key_reliable(
    ledger: &mut Ledger<'_>,
    id: CheckId,
    algorithm: SignatureAlgorithm,
    key: KeyKind,
    place: Term,
    at: Timestamp,
    object: Option<&String>,
) -> bool {
    let reliability = ledger.policy().algorithms().key(algorithm.family(), key, at);
    note(ledger, id, reliability, &key, key.bits(), place, object)
}

/// Notes anything but plain reliability; whether the check can still be said to hold.
fn note(
    ledger: &mut Ledger<'_>,
    id: CheckId,
    reliability: Reliability,
    name: &dyn fmt::Display,
    bits: u32,
    place: Term,
    object: Option<&String>,
) -> bool {
    let algorithm = || name.to_string();
    let detail = match reliability {
        Reliability::Reliable => return true,
        Reliability::Discouraged => {
            let detail = Message::AlgorithmDiscouraged { algorithm: algorithm(), place };
            ledger.warn(id, object.cloned(), Some(detail));
            return true;
        }
        Reliability::Expired { until, level: Level::Warn } => {
            let detail = Message::AlgorithmExpired { algorithm: algorithm(), place, until };
            ledger.warn(id, object.cloned(), Some(detail));
            return true;
        }
        Reliability::Expired { until, .. } => Message::AlgorithmExpired { algorithm: algorithm(), place, until },
        Reliability::NotListed => Message::AlgorithmNotListed { algorithm: algorithm(), place },
        Reliability::KeyTooSmall => Message::KeyTooSmall { algorithm: algorithm(), bits: u64::from(bits), place },
    };
    ledger.broken(id, object.cloned(), Some(detail));
    false
}

/// The algorithms of a signature: its digests and its key.
pub(in crate::validation) fn algorithms(
    ledger: &mut Ledger<'_>,
    content: &[DigestAlgorithm],
    signature: Option<SignatureAlgorithm>,
    key: Option<KeyKind>,
    at: Timestamp,
) {
    let id = CheckId::SignatureAlgorithms;
    let content_place = if ledger.context() == Context::Timestamp { Term::Imprint } else { Term::SignedBytes };
    let mut good = true;
    let mut noted = Vec::new();
    for digest in content {
        noted.push(*digest);
        good &= digest_reliable(ledger, id, *digest, content_place, at, None);
    }
    if let Some(algorithm) = signature {
        for digest in algorithm.digests() {
            if !noted.contains(&digest) {
                good &= digest_reliable(ledger, id, digest, Term::SignatureValue, at, None);
            }
        }
        if let Some(key) = key {
            good &= key_reliable(ledger, id, algorithm, key, Term::SignatureValue, at, None);
        }
    }
    if good {
        ledger.passed(id);
    }
}
