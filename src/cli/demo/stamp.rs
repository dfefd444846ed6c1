//! Time-stamp tokens of the demo (RFC 3161 §2.4.2, RFC 5816; EN 319 422 §5): what its time-stamping unit says of a digest.
//! The unit is listed in the demo's own trust list, and nowhere else; its time is that of this machine.

use super::DemoError;
use super::pair::Pair;
use super::qualified;
use crate::crypto::{DigestAlgorithm, digest};
use crate::pki::oid;
use crate::syntax::der::write::{
    explicit, implicit_set_of, octet_string, oid as identifier, sequence, set_of, unsigned,
};
use crate::syntax::der::{tag, value};
use crate::time::Timestamp;

/// How far from the true time the clock of the unit may be, as it says: a second.
const ACCURACY_SECONDS: u64 = 1;

/// A token over these octets, by SHA-256.
pub(super) fn token(unit: &Pair, stamped: &[u8], time: Timestamp) -> Result<Vec<u8>, DemoError> {
    let info = info(stamped, &unit.octets()?, time);
    let sha256 = sha256_identifier();
    let certificate = &unit.certificate;
    let of_certificate = octet_string(digest(DigestAlgorithm::Sha256, certificate.der()).as_bytes());
    // `SigningCertificateV2` with one reference; SHA-256 is its default, which DER leaves out (RFC 5035 §3).
    let signing_certificate = sequence(&[&sequence(&[&sequence(&[&of_certificate])])]);
    let of_info = octet_string(digest(DigestAlgorithm::Sha256, &info).as_bytes());
    let attributes = [
        attribute(oid::CONTENT_TYPE, &identifier(oid::TST_INFO)),
        attribute(oid::MESSAGE_DIGEST, &of_info),
        attribute(oid::SIGNING_CERTIFICATE_V2, &signing_certificate),
    ];
    let attributes: Vec<&[u8]> = attributes.iter().map(Vec::as_slice).collect();
    let signature = unit.sign(&set_of(&attributes))?;
    let signer = sequence(&[
        &unsigned(1),
        &sequence(&[certificate.issuer().der(), &value(tag::INTEGER, certificate.serial())]),
        &sha256,
        &implicit_set_of(0, &attributes),
        &unit.algorithm_identifier(),
        &octet_string(&signature),
    ]);
    let signed_data = sequence(&[
        // Version 3: the content is not id-data (RFC 5652 §5.1).
        &unsigned(3),
        &set_of(&[&sha256]),
        &sequence(&[&identifier(oid::TST_INFO), &explicit(0, &octet_string(&info))]),
        &implicit_set_of(0, &[certificate.der()]),
        &set_of(&[&signer]),
    ]);
    Ok(sequence(&[&identifier(oid::SIGNED_DATA), &explicit(0, &signed_data)]))
}

/// `TSTInfo`.
fn info(stamped: &[u8], serial: &[u8; 16], time: Timestamp) -> Vec<u8> {
    let imprint = octet_string(digest(DigestAlgorithm::Sha256, stamped).as_bytes());
    // Neither negative nor with a zero in front.
    let [first, rest @ ..] = serial;
    let serial = [&[(first & 0x3f) | 0x40][..], rest].concat();
    let digits: Vec<u8> = time.to_string().into_bytes().into_iter().filter(u8::is_ascii_digit).take(14).collect();
    sequence(&[
        &unsigned(1),
        &identifier(&qualified::timestamp_policy()),
        &sequence(&[&sha256_identifier(), &imprint]),
        &value(tag::INTEGER, &serial),
        &value(tag::GENERALIZED_TIME, &[&digits, &b"Z"[..]].concat()),
        &sequence(&[&unsigned(ACCURACY_SECONDS)]),
    ])
}

/// Without parameters (RFC 5754 §2).
fn sha256_identifier() -> Vec<u8> {
    sequence(&[&identifier(DigestAlgorithm::Sha256.oid().content())])
}

fn attribute(kind: &[u8], of: &[u8]) -> Vec<u8> {
    sequence(&[&identifier(kind), &set_of(&[of])])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::demo::pki;
    use crate::crypto::{Message, SignatureAlgorithm, SignatureVerifier as _, Verifier};
    use crate::crypto::{PublicKey, SealAlgorithm};
    use crate::pki::TimestampToken;
    use crate::syntax::der::is_der;

    #[test]
    fn a_token_says_what_existed_when_and_who_says_so() {
        let now = Timestamp::from_rfc3339("2026-11-21T12:00:07Z").unwrap();
        let made = pki::unit(&pki::make(now).unwrap().issuing_key, now, now.plus_seconds(86_400)).unwrap();
        let unit = Pair::read("", made.certificate.as_bytes(), made.key.as_bytes()).unwrap();
        let written = token(&unit, b"a value", now).unwrap();
        assert!(is_der(&written, 32));
        let parsed = TimestampToken::parse(&written, 32).unwrap();
        let info = &parsed.tst_info;
        assert_eq!((info.version, info.gen_time), (1, now));
        assert_eq!(*info.imprint, *digest(DigestAlgorithm::Sha256, b"a value").as_bytes());
        assert_eq!(info.accuracy.unwrap().seconds, 1);
        assert!(!info.ordering && info.nonce.is_none() && info.extensions.is_empty());
        let again = TimestampToken::parse(&token(&unit, b"a value", now).unwrap(), 32).unwrap();
        assert_ne!(again.tst_info.serial, info.serial);

        let signed = &parsed.signed_data;
        assert_eq!((signed.version, signed.padding, signed.trailing), (3, 0, 0));
        let [signer] = signed.signers.as_slice() else { panic!() };
        let attributes = signer.signed_attributes.as_ref().unwrap();
        let reference = attributes.signing_certificate_v2().unwrap().unwrap();
        let of_certificate = digest(DigestAlgorithm::Sha256, unit.certificate.der());
        assert_eq!(*reference.ids[0].hash, *of_certificate.as_bytes());
        let key = PublicKey::from_spki(unit.certificate.spki()).unwrap();
        let algorithm = SealAlgorithm::EcdsaP256Sha256.signature_algorithm();
        assert_eq!(
            SignatureAlgorithm::from_algorithm_identifier(&signer.signature_algorithm.raw, None).unwrap(),
            algorithm
        );
        let message = Message::Bytes(&attributes.as_sent);
        assert!(Verifier.verify(&key, &algorithm, message, &signer.signature).is_ok());
    }
}
