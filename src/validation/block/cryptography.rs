//! Cryptographic verification (EN 319 102-1 §5.2.7): the digest of what was signed, then the signature value.
//!
//! Signed attributes are verified over the bytes as they were sent, then, where they were not sent in DER, over
//! their DER encoding (RFC 5652 §5.4): of both, real signatures exist.

use std::fmt;
use std::rc::Rc;

use crate::crypto::{
    AlgorithmError, Digest, DigestAlgorithm, Message as Signed, PublicKey, SignatureAlgorithm, SignatureValid,
    VerifyError,
};
use crate::limits::{Budget, LimitExceeded};
use crate::pki::SignerInfo;
use crate::validation::check::CheckId;
use crate::validation::ledger::Ledger;
use crate::validation::message::Message;
use crate::validation::path::{Holder, Keys};

/// The algorithms that a signer names.
#[derive(Clone, Debug)]
pub(in crate::validation) struct Named {
    /// The digest of the content.
    pub(in crate::validation) digest: Option<DigestAlgorithm>,
    /// The signature.
    pub(in crate::validation) signature: Result<SignatureAlgorithm, AlgorithmError>,
}

/// Reads the algorithms of a signer. Where the signature algorithm names a digest of its own, that one counts for
/// the signature value, and the disagreement is noted.
pub(in crate::validation) fn algorithms(ledger: &mut Ledger<'_>, signer: &SignerInfo) -> Named {
    let digest = DigestAlgorithm::from_algorithm_identifier(&signer.digest_algorithm.raw).ok();
    let raw = &signer.signature_algorithm.raw;
    let signature = match SignatureAlgorithm::from_algorithm_identifier(raw, digest) {
        Err(AlgorithmError::DigestMismatch { algorithm, digest }) => {
            let detail = Message::AlgorithmsDiffer { first: digest.name().to_owned(), second: algorithm.name() };
            ledger.broken(CheckId::DigestAlgorithmAgreement, None, Some(detail));
            Ok(algorithm)
        }
        other => other,
    };
    Named { digest, signature }
}

/// Compares the digest of the content with the message-digest attribute. `None`: it cannot be computed.
pub(in crate::validation) fn content(
    ledger: &mut Ledger<'_>,
    check: CheckId,
    computed: Option<&Digest>,
    stated: &[u8],
    algorithm: &dyn fmt::Display,
) {
    match computed {
        Some(computed) if computed.as_bytes() == stated => ledger.passed(check),
        Some(computed) => {
            let detail = Message::DigestDiffers { algorithm: computed.algorithm().name().to_owned() };
            ledger.broken(check, None, Some(detail));
        }
        None => {
            let detail = Message::AlgorithmUnsupported { algorithm: algorithm.to_string() };
            ledger.broken(CheckId::AlgorithmSupported, None, Some(detail));
        }
    }
}

/// Verifies the signature value with the key of each candidate; the first that verifies is the signer. Where none does,
/// the first candidate is whom the signature names, and the check says that it is not proven.
///
/// `content` is the digest of the content, used where there are no signed attributes.
pub(in crate::validation) fn value(
    ledger: &mut Ledger<'_>,
    signer: &SignerInfo,
    named: &Named,
    content: &[Digest],
    candidates: &[Rc<Holder>],
    keys: &Keys<'_>,
    budget: &mut Budget,
) -> Result<Option<Rc<Holder>>, LimitExceeded> {
    let algorithm = named.signature.as_ref().map_err(|_| signer.signature_algorithm.oid.to_string());
    proven(ledger, algorithm, candidates, budget, |key, algorithm| verify(signer, algorithm, content, key, keys))
}

/// The same, whatever form the signature has: `verify` asks of one key. `algorithm` is that of the signature value, or the
/// name of one that is not known.
pub(in crate::validation) fn proven(
    ledger: &mut Ledger<'_>,
    algorithm: Result<&SignatureAlgorithm, String>,
    candidates: &[Rc<Holder>],
    budget: &mut Budget,
    verify: impl Fn(&PublicKey, &SignatureAlgorithm) -> Result<SignatureValid, VerifyError>,
) -> Result<Option<Rc<Holder>>, LimitExceeded> {
    let Some(first) = candidates.first() else {
        ledger.not_run(CheckId::SignatureValue);
        return Ok(None);
    };
    let algorithm = match algorithm {
        Ok(algorithm) => algorithm,
        Err(name) => {
            unsupported(ledger, &name);
            return Ok(Some(Rc::clone(first)));
        }
    };
    let mut outcome = Err(VerifyError::Mismatch);
    for candidate in candidates {
        outcome = match &candidate.key {
            Some(key) => {
                budget.spend(key.verification_work())?;
                verify(key, algorithm)
            }
            None => continue,
        };
        if let Ok(proof) = outcome {
            ledger.signature_proven(&proof);
            return Ok(Some(Rc::clone(candidate)));
        }
    }
    if candidates.iter().all(|candidate| candidate.key.is_none()) {
        unsupported(ledger, "public key");
    } else {
        failed(ledger, algorithm, &outcome);
    }
    Ok(Some(Rc::clone(first)))
}

fn verify(
    signer: &SignerInfo,
    algorithm: &SignatureAlgorithm,
    content: &[Digest],
    key: &PublicKey,
    keys: &Keys<'_>,
) -> Result<SignatureValid, VerifyError> {
    let verifier = keys.verifier();
    let Some(signed) = &signer.signed_attributes else {
        let wanted = algorithm.digest();
        return match content.iter().find(|digest| Some(digest.algorithm()) == wanted) {
            Some(digest) => verifier.verify(key, algorithm, Signed::Digest(digest), &signer.signature),
            None => Err(VerifyError::MessageNeeded),
        };
    };
    let as_sent = verifier.verify(key, algorithm, Signed::Bytes(&signed.as_sent), &signer.signature);
    match (as_sent, &signed.der) {
        (Err(VerifyError::Mismatch), Some(der)) => {
            verifier.verify(key, algorithm, Signed::Bytes(der), &signer.signature)
        }
        (other, _) => other,
    }
}

/// Notes a signature value that was not proven: what cannot be computed is a doubt, all else a failure.
pub(in crate::validation) fn failed(
    ledger: &mut Ledger<'_>,
    algorithm: &SignatureAlgorithm,
    outcome: &Result<SignatureValid, VerifyError>,
) {
    match outcome {
        Err(VerifyError::Unsupported { .. } | VerifyError::MessageNeeded) => unsupported(ledger, &algorithm.name()),
        Err(VerifyError::AlgorithmKeyMismatch { key, .. }) => {
            let detail = Message::KeyDisagrees { algorithm: algorithm.name(), key: key.to_string() };
            ledger.broken(CheckId::SignatureValue, None, Some(detail));
        }
        _ => ledger.broken(CheckId::SignatureValue, None, None),
    }
}

fn unsupported(ledger: &mut Ledger<'_>, algorithm: &str) {
    let detail = Message::AlgorithmUnsupported { algorithm: algorithm.to_owned() };
    ledger.broken(CheckId::AlgorithmSupported, None, Some(detail));
}
