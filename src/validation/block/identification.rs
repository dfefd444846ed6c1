//! Identification of the signing certificate (EN 319 102-1 §5.2.3).
//!
//! The signer is the certificate that the signer identifier of the CMS names, among those at hand. Where several fit
//! (the same issuer and serial number, another key), the one counts whose key verifies the signature value. A signed
//! reference to the certificate (RFC 5035) has to match it.

use std::rc::Rc;

use crate::crypto::{Digest, DigestAlgorithm, digest};
use crate::document::{CertificateReference, XmlSignature};
use crate::limits::Limits;
use crate::pki::{
    AttributeError, Certificate, EssCertId, IssuerSerial, SignedAttributes, SignerIdentifier, SignerInfo,
    SigningCertificate, same_serial,
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

/// Certificates that may be the signer's of an XML signature: those of `KeyInfo`, a hint, before all the one that a signed
/// property names; without any hint, whichever at hand the property names.
pub(in crate::validation) fn of_xml(xml: &XmlSignature, evidence: &Evidence, keys: &Keys<'_>) -> Vec<Rc<Holder>> {
    let named = named_by_properties(xml).next();
    let is_named = |certificate: &Certificate| {
        named.is_some_and(|named| {
            named.algorithm.is_some_and(|algorithm| digest(algorithm, certificate.der()).as_bytes() == named.digest)
        })
    };
    let at_hand = evidence.certificates().iter();
    let mut candidates: Vec<_> = if xml.certificates.is_empty() {
        at_hand.filter(|one| is_named(one)).collect()
    } else {
        let known = |der: &Vec<u8>| evidence.certificates().iter().find(|one| one.der() == der.as_slice());
        xml.certificates.iter().filter_map(known).collect()
    };
    candidates.sort_by_key(|one| !is_named(one));
    candidates.into_iter().take(CANDIDATES).map(|one| keys.holder(one)).collect()
}

/// Certificates that are tried; a `KeyInfo` has those of a path.
const CANDIDATES: usize = 16;

/// What signed properties name as the signer's certificate.
fn named_by_properties(xml: &XmlSignature) -> impl Iterator<Item = &CertificateReference> {
    let signed = xml.properties.as_ref().filter(|properties| properties.signed);
    signed.into_iter().flat_map(|properties| &properties.signing_certificates).filter_map(|list| list.first())
}

/// Checks what signed properties name as the signer's certificate against the one that was found. Where several
/// properties do, all have to hold.
pub(in crate::validation) fn reference_of_xml(ledger: &mut Ledger<'_>, xml: &XmlSignature, found: &Holder) {
    ledger.passed(CheckId::SigningCertificateFound);
    for named in named_by_properties(xml) {
        let same =
            named.algorithm.map(|algorithm| digest(algorithm, found.certificate.der()).as_bytes() == named.digest);
        let algorithm = named.algorithm.map_or_else(|| named.method.clone(), |digest| digest.name().to_owned());
        let detail = || Some(Message::CertificateDigestDiffers { algorithm });
        ledger.check(CheckId::SigningCertificateDigest, if same == Some(true) { Ok(()) } else { Err(detail()) });
        let own = found.certificate.serial();
        if let Some(der) = &named.issuer_serial {
            let same = IssuerSerial::parse(der, Limits::DEFAULT.der_depth).is_ok_and(|named| {
                same_serial(&named.serial, own)
                    && named.issuer_name().is_some_and(|name| name.matches(found.certificate.issuer()))
            });
            ledger.check(CheckId::SigningCertificateIssuerSerial, if same { Ok(()) } else { Err(None) });
        }
        if let Some(serial) = &named.serial {
            let same = decimal(serial).is_some_and(|named| same_serial(&named, own));
            ledger.check(CheckId::SigningCertificateIssuerSerial, if same { Ok(()) } else { Err(None) });
        }
    }
}

/// The octets of a number in decimal digits, as an INTEGER has them; none where it is no serial number.
fn decimal(text: &str) -> Option<Vec<u8>> {
    const DIGITS: usize = 80;
    if text.is_empty() || text.len() > DIGITS {
        return None;
    }
    let mut octets: Vec<u8> = vec![0];
    for digit in text.chars() {
        let mut carry = digit.to_digit(10)?;
        for octet in octets.iter_mut().rev() {
            let value = u32::from(*octet).saturating_mul(10).saturating_add(carry);
            *octet = u8::try_from(value & 0xff).ok()?;
            carry = value >> 8;
        }
        if carry > 0 {
            octets.insert(0, u8::try_from(carry).ok()?);
        }
    }
    // The first bit is the sign.
    if octets.first().is_some_and(|first| *first >= 0x80) {
        octets.insert(0, 0);
    }
    Some(octets)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_serial_numbers_are_integers() {
        assert_eq!(decimal("0"), Some(vec![0]));
        assert_eq!(decimal("127"), Some(vec![127]));
        assert_eq!(decimal("128"), Some(vec![0, 128]));
        assert_eq!(decimal("65537"), Some(vec![1, 0, 1]));
        assert_eq!(decimal("18446744073709551616"), Some(vec![1, 0, 0, 0, 0, 0, 0, 0, 0]));
        for wrong in ["", "-1", "0x1", "1 2", &"9".repeat(81)] {
            assert_eq!(decimal(wrong), None, "{wrong}");
        }
    }
}
