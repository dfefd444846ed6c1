//! Identification of the signing certificate (EN 319 102-1 §5.2.3).
//!
//! The signer is the certificate that the signer identifier of the CMS names, among those at hand. Where several fit
//! (the same issuer and serial number, another key), the one counts whose key verifies the signature value. A signed
//! reference to the certificate (RFC 5035) has to match it.

use std::rc::Rc;

use crate::crypto::{Digest, DigestAlgorithm, digest};
use crate::pki::{
    AttributeError, Certificate, EssCertId, SignedAttributes, SignerIdentifier, SignerInfo, SigningCertificate,
    same_serial,
};
use crate::validation::check::CheckId;
use crate::validation::evidence::Evidence;
use crate::validation::ledger::Ledger;
use crate::validation::message::Message;
use crate::validation::path::{Holder, Keys};

/// Certificates that the signer identifier fits, those of the signature itself first.
pub(in crate::validation) fn candidates(
    signer: &SignerInfo,
    evidence: &Evidence,
    keys: &Keys<'_>,
) -> Vec<Rc<Holder>> {
    let fits = |certificate: &Certificate| match &signer.sid {
        SignerIdentifier::IssuerSerial { issuer, serial } => {
            same_serial(certificate.serial(), serial) && certificate.issuer().matches(issuer)
        }
        SignerIdentifier::KeyIdentifier(identifier) => {
            certificate.subject_key_identifier() == Some(identifier.as_ref())
        }
    };
    evidence.certificates().iter().filter(|certificate| fits(certificate)).map(|one| keys.holder(one)).collect()
}

/// The signed references to the signer's certificate: version 2 (RFC 5035 §3), then version 1 (RFC 2634 §5.4). Where
/// both are there, both have to hold.
pub(in crate::validation) fn references(
    signed: &SignedAttributes,
) -> Result<Vec<SigningCertificate>, AttributeError> {
    let second = signed.signing_certificate_v2()?;
    let first = signed.signing_certificate_v1()?;
    Ok(second.into_iter().chain(first).collect())
}

/// Says that no certificate was found.
pub(in crate::validation) fn nobody(ledger: &mut Ledger<'_>, evidence: &Evidence) {
    let candidates = u64::try_from(evidence.certificates().len()).unwrap_or(u64::MAX);
    ledger.broken(CheckId::SigningCertificateFound, None, Some(Message::SignerNotAmongCertificates { candidates }));
    ledger.not_run(CheckId::SigningCertificateDigest);
}

/// Checks the signed references to the certificate against the one that was found.
pub(in crate::validation) fn reference(ledger: &mut Ledger<'_>, signer: &SignerInfo, found: &Holder) {
    ledger.passed(CheckId::SigningCertificateFound);
    let Some(Ok(references)) = signer.signed_attributes.as_ref().map(references) else {
        return;
    };
    for reference in references {
        if let Some(first) = reference.ids.first() {
            compare(ledger, first, found);
        }
    }
}

/// The first reference of the attribute means the signer's certificate (RFC 5035 §3).
fn compare(ledger: &mut Ledger<'_>, first: &EssCertId, found: &Holder) {
    match expected_digest(first, found) {
        Some((expected, actual)) if expected == actual => ledger.passed(CheckId::SigningCertificateDigest),
        Some((expected, _)) => {
            let detail = Message::CertificateDigestDiffers { algorithm: expected.algorithm().name().to_owned() };
            ledger.broken(CheckId::SigningCertificateDigest, None, Some(detail));
        }
        None => {
            let detail = Message::AttributeMalformed { attribute: "signing-certificate".to_owned() };
            ledger.broken(CheckId::SigningCertificateDigest, None, Some(detail));
        }
    }
    if let Some(issuer_serial) = &first.issuer_serial {
        let same = same_serial(&issuer_serial.serial, found.certificate.serial())
            && issuer_serial.issuer_name().is_some_and(|name| name.matches(found.certificate.issuer()));
        ledger.check(CheckId::SigningCertificateIssuerSerial, if same { Ok(()) } else { Err(None) });
    }
}

/// The digest that the reference states and that of the certificate found; none where the algorithm is unknown or
/// the stated digest has a wrong length.
fn expected_digest(reference: &EssCertId, found: &Holder) -> Option<(Digest, Digest)> {
    let algorithm = DigestAlgorithm::from_algorithm_identifier(&reference.digest_algorithm.raw).ok()?;
    let expected = Digest::from_bytes(algorithm, &reference.hash)?;
    let actual = match algorithm {
        DigestAlgorithm::Sha256 => found.fingerprint,
        other => digest(other, found.certificate.der()),
    };
    Some((expected, actual))
}
