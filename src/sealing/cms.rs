//! The CMS of a seal, written: the attributes that are signed, and the `SignedData` around them and the value (RFC 5652
//! §5, as ETSI EN 319 122-1 and EN 319 142-1 §6.3 want it for level B-B). All of it is DER, as ISO 32000-2 §12.8.3.3
//! demands.
//!
//! Signed are content-type (id-data), message-digest, signing-certificate-v2 (RFC 5035, with the issuer and serial
//! number) and the algorithm protection of RFC 6211, which holds digest and signature algorithm under the signature:
//! EN 319 122-1 leaves room for it, and what reads it can tell an exchanged algorithm from a broken value. There is no
//! signing-time: in PAdES the time that the signer claims stands in M (EN 319 142-1 §6.3).
//!
//! Not checked here: that the value verifies, and that it is that of the certificate's key. Our own validator does,
//! before anything leaves.

use super::SealError;
use super::SealIdentity;
use super::SealLevel;
use crate::crypto::Digest;
use crate::crypto::DigestAlgorithm;
use crate::crypto::digest;
use crate::pki::Certificate;
use crate::pki::oid;
use crate::syntax::der::tag;
use crate::syntax::der::value;
use crate::syntax::der::write;

/// The attributes that are signed: the DER of their SET (RFC 5652 §5.4), which is what the key signs.
/// `document_digest` is that of the byte range, by the digest of the identity's algorithm.
pub(super) fn signed_attributes(identity: &SealIdentity, document_digest: &Digest) -> Vec<u8> {
    let protection = write::sequence(&[
        &digest_identifier(identity.algorithm.digest()),
        // `[1] IMPLICIT SignatureAlgorithmIdentifier`: the tag takes the place of that of the SEQUENCE.
        &retagged(&identity.algorithm.algorithm_identifier(), tag::context_constructed(1)),
    ]);
    write::set_of(&[
        &attribute(oid::CONTENT_TYPE, &write::oid(oid::DATA)),
        &attribute(oid::MESSAGE_DIGEST, &write::octet_string(document_digest.as_bytes())),
        &attribute(oid::SIGNING_CERTIFICATE_V2, &signing_certificate(identity)),
        &attribute(oid::ALGORITHM_PROTECTION, &protection),
    ])
}

/// The `ContentInfo` with everything: what stands in the hole, without padding. `signed_attributes` are those of
/// [`signed_attributes`], `value` is what the key made of them, `stamp` a time-stamp token over the value.
///
/// # Errors
/// [`SealError::Value`] where the value is empty or longer than this algorithm and key make it, or the attributes are
/// no SET: what [`size_bound`] says would not hold.
pub(super) fn signed_data(
    identity: &SealIdentity,
    signed_attributes: &[u8],
    value: &[u8],
    stamp: Option<&[u8]>,
) -> Result<Vec<u8>, SealError> {
    if value.is_empty() || value.len() > maximum_value_len(identity) {
        return Err(SealError::Value { cause: "size" });
    }
    if signed_attributes.first() != Some(&tag::SET) {
        return Err(SealError::Value { cause: "malformed" });
    }
    Ok(content_info(identity, signed_attributes, value, stamp))
}

/// Octets that no [`signed_data`] of this identity up to this level is longer than.
pub(super) fn size_bound(identity: &SealIdentity, level: SealLevel) -> usize {
    let nothing = digest(identity.algorithm.digest(), &[]);
    let value = vec![0; maximum_value_len(identity)];
    let stamp = match level {
        SealLevel::B => None,
        SealLevel::T { room } => Some(vec![0; room]),
    };
    content_info(identity, &signed_attributes(identity, &nothing), &value, stamp.as_deref()).len()
}

fn maximum_value_len(identity: &SealIdentity) -> usize {
    identity.algorithm.maximum_value_len(identity.certificate.spki().len())
}

fn content_info(identity: &SealIdentity, signed_attributes: &[u8], value: &[u8], stamp: Option<&[u8]>) -> Vec<u8> {
    let digest_algorithm = digest_identifier(identity.algorithm.digest());
    let own = identity.certificate.der();
    let mut certificates: Vec<&[u8]> = vec![own];
    // A certificate that is named twice is sent once.
    for certificate in identity.chain.iter().map(|certificate| certificate.der()) {
        if !certificates.contains(&certificate) {
            certificates.push(certificate);
        }
    }
    let unsigned = stamp.map(|token| write::implicit_set_of(1, &[&attribute(oid::SIGNATURE_TIMESTAMP, token)]));
    let signer = write::sequence(&[
        &write::unsigned(1),
        &write::sequence(&[identity.certificate.issuer().der(), &serial(&identity.certificate)]),
        &digest_algorithm,
        &retagged(signed_attributes, tag::context_constructed(0)),
        &identity.algorithm.algorithm_identifier(),
        &write::octet_string(value),
        &unsigned.unwrap_or_default(),
    ]);
    let signed_data = write::sequence(&[
        // Version 1: certificates of X.509 only, id-data, every signer in version 1 (RFC 5652 §5.1).
        &write::unsigned(1),
        &write::set_of(&[&digest_algorithm]),
        &write::sequence(&[&write::oid(oid::DATA)]),
        &write::implicit_set_of(0, &certificates),
        &write::set_of(&[&signer]),
    ]);
    write::sequence(&[&write::oid(oid::SIGNED_DATA), &write::explicit(0, &signed_data)])
}

/// `SigningCertificateV2` with one reference (RFC 5035 §3).
fn signing_certificate(identity: &SealIdentity) -> Vec<u8> {
    let algorithm = identity.algorithm.digest();
    // SHA-256 is the default, which DER leaves out.
    let named = if algorithm == DigestAlgorithm::Sha256 { Vec::new() } else { digest_identifier(algorithm) };
    let hash = digest(algorithm, identity.certificate.der());
    let issuer_serial = issuer_serial(&identity.certificate);
    let reference = write::sequence(&[&named, &write::octet_string(hash.as_bytes()), &issuer_serial]);
    write::sequence(&[&write::sequence(&[&reference])])
}

/// `IssuerSerial` of a certificate (RFC 5035 §5).
pub(super) fn issuer_serial(certificate: &Certificate) -> Vec<u8> {
    // A Name is a CHOICE, so its tag `[4]` in GeneralName is explicit.
    let issuer = write::explicit(4, certificate.issuer().der());
    write::sequence(&[&write::sequence(&[&issuer]), &serial(certificate)])
}

/// The serial number with the very octets of the certificate.
fn serial(certificate: &Certificate) -> Vec<u8> {
    value(tag::INTEGER, certificate.serial())
}

/// Without parameters (RFC 5754 §2).
fn digest_identifier(algorithm: DigestAlgorithm) -> Vec<u8> {
    write::sequence(&[&write::oid(algorithm.oid().content())])
}

fn attribute(of_type: &[u8], value: &[u8]) -> Vec<u8> {
    write::sequence(&[&write::oid(of_type), &write::set_of(&[value])])
}

/// The same value under an implicit tag. `value` begins with one identifier octet.
fn retagged(value: &[u8], tag: u8) -> Vec<u8> {
    let mut value = value.to_vec();
    if let Some(first) = value.first_mut() {
        *first = tag;
    }
    value
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "this test exchanges files with OpenSSL, and signs")]
mod tests {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    use std::sync::Arc;

    use super::*;
    use crate::crypto::Message;
    use crate::crypto::PublicKey;
    use crate::crypto::SealAlgorithm;
    use crate::crypto::SignatureAlgorithm;
    use crate::crypto::SignatureVerifier as _;
    use crate::crypto::SoftwareKey;
    use crate::crypto::SystemRandomness;
    use crate::crypto::Verifier;
    use crate::pki::GeneralName;
    use crate::pki::SignedData;
    use crate::pki::SignerIdentifier;
    use crate::pki::pem;
    use crate::syntax::der::Tlv;
    use crate::syntax::der::to_der;

    const DEPTH: u32 = 32;
    const P256: (&[u8], &str) =
        (include_bytes!("../../fixtures/bench/p256.p8"), include_str!("../../fixtures/bench/p256.pem"));
    const RSA: (&[u8], &str) =
        (include_bytes!("../../fixtures/bench/rsa2048.p8"), include_str!("../../fixtures/bench/rsa2048.pem"));
    const ROOT: &str = include_str!("../../fixtures/bench/root.pem");

    fn randomness() -> SystemRandomness {
        SystemRandomness::new()
    }

    fn certificate(file: &str) -> Arc<Certificate> {
        let mut objects = pem::objects(file.as_bytes()).unwrap();
        Arc::new(Certificate::parse(&objects.remove(0).der).unwrap())
    }

    fn sealer((key, file): (&[u8], &str), algorithm: SealAlgorithm) -> (SealIdentity, SoftwareKey) {
        let certificate = certificate(file);
        let public = PublicKey::from_spki(certificate.spki()).unwrap();
        let key = SoftwareKey::from_pkcs8(key, algorithm, &public, &randomness()).unwrap();
        (SealIdentity { certificate, chain: vec![self::certificate(ROOT)], algorithm }, key)
    }

    fn all() -> [(SealIdentity, SoftwareKey); 4] {
        [
            sealer(P256, SealAlgorithm::EcdsaP256Sha256),
            sealer(RSA, SealAlgorithm::RsaPssSha256),
            sealer(RSA, SealAlgorithm::RsaPssSha384),
            sealer(RSA, SealAlgorithm::RsaPssSha512),
        ]
    }

    #[test]
    fn every_field_is_read_back_and_the_value_verifies() {
        for (identity, key) in all() {
            let algorithm = identity.algorithm.digest();
            let document = digest(algorithm, b"the covered bytes");
            let attributes = signed_attributes(&identity, &document);
            let value = key.sign(&attributes, &randomness()).unwrap();
            let written = signed_data(&identity, &attributes, &value, None).unwrap();
            assert_eq!(to_der(&Tlv::parse_all(&written, DEPTH).unwrap()).unwrap(), written, "all of it is DER");

            let read = SignedData::parse(&written, DEPTH).unwrap();
            assert_eq!((read.version, read.is_der, read.padding, read.trailing), (1, true, 0, 0));
            assert_eq!(read.encap_content_type.content(), oid::DATA);
            assert_eq!(read.encap_content, None);
            let [named] = read.digest_algorithms.as_slice() else { panic!() };
            assert_eq!(named.raw.as_ref(), digest_identifier(algorithm));
            let mut expected = vec![identity.certificate.der(), identity.chain[0].der()];
            expected.sort_unstable();
            assert_eq!(read.certificates.iter().map(|one| &**one).collect::<Vec<_>>(), expected);
            assert!(read.attribute_certificates.is_empty() && read.crls.is_empty());

            let [signer] = read.signers.as_slice() else { panic!() };
            assert_eq!((signer.version, signer.unsigned_attributes.len()), (1, 0));
            let SignerIdentifier::IssuerSerial { issuer, serial } = &signer.sid else { panic!() };
            assert_eq!(issuer.der(), identity.certificate.issuer().der());
            assert_eq!(serial.as_ref(), identity.certificate.serial());
            assert_eq!(signer.digest_algorithm.raw.as_ref(), digest_identifier(algorithm));
            assert_eq!(
                SignatureAlgorithm::from_algorithm_identifier(&signer.signature_algorithm.raw, Some(algorithm)),
                Ok(identity.algorithm.signature_algorithm())
            );
            assert_eq!(signer.signature, value);

            let signed = signer.signed_attributes.as_ref().unwrap();
            assert_eq!(signed.der, None, "they are sent in DER");
            assert_eq!(signed.content_type().unwrap().unwrap().content(), oid::DATA);
            assert_eq!(signed.message_digest().unwrap().unwrap(), document.as_bytes());
            assert!(signed.claimed_signing_time().unwrap().is_none());
            assert!(signed.signing_certificate_v1().unwrap().is_none());
            let protection = signed.algorithm_protection().unwrap().unwrap();
            assert_eq!(protection.digest_algorithm, signer.digest_algorithm);
            assert_eq!(protection.signature_algorithm.as_ref(), Some(&signer.signature_algorithm));

            let reference = signed.signing_certificate_v2().unwrap().unwrap();
            assert!(reference.policies.is_empty());
            let [id] = reference.ids.as_slice() else { panic!() };
            assert_eq!(id.digest_algorithm.raw.as_ref(), digest_identifier(algorithm));
            assert_eq!(*id.hash, *digest(algorithm, identity.certificate.der()).as_bytes());
            let named = id.issuer_serial.as_ref().unwrap();
            assert!(matches!(named.issuer.as_slice(), [GeneralName::Directory(_)]), "{:?}", named.issuer);
            assert_eq!(named.issuer_name().unwrap().der(), identity.certificate.issuer().der());
            assert_eq!(named.serial.as_ref(), identity.certificate.serial());

            let algorithm = identity.algorithm.signature_algorithm();
            let verified = Verifier.verify(key.public_key(), &algorithm, Message::Bytes(&attributes), &value);
            assert_eq!(verified.unwrap().algorithm(), algorithm);
        }
    }

    /// `openssl cms -verify -cades` holds the certificate against signing-certificate-v2, and the content against all
    /// else; with another content it refuses. (OpenSSL 3.0 does not look at the algorithm protection.)
    #[test]
    fn openssl_accepts_it() {
        if !Command::new("openssl").arg("version").output().is_ok_and(|output| output.status.success()) {
            println!("SKIPPED seal CMS (openssl): no OpenSSL");
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let openssl = |arguments: &[&str]| {
            Command::new("openssl")
                .args(arguments)
                .current_dir(folder.path())
                .stdin(Stdio::null())
                .output()
                .unwrap()
        };
        let write = |name: &str, bytes: &[u8]| {
            std::fs::File::create(folder.path().join(name)).unwrap().write_all(bytes).unwrap();
        };
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        write("content", b"the covered bytes");
        write("other", b"the covered bytez");
        let new_root: &[&str] = &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"];
        let new_key: [(&[&str], &[SealAlgorithm]); 4] = [
            (&["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], &[SealAlgorithm::EcdsaP256Sha256]),
            (&["ec", "-pkeyopt", "ec_paramgen_curve:P-384"], &[SealAlgorithm::EcdsaP384Sha384]),
            (&["rsa:2048"], &[SealAlgorithm::RsaPssSha256, SealAlgorithm::RsaPssSha384]),
            (&["rsa:3072"], &[SealAlgorithm::RsaPssSha256, SealAlgorithm::RsaPssSha512]),
        ];
        let request = ["req", "-nodes", "-subj", "/CN=Seal"];
        let root = ["req", "-nodes", "-subj", "/CN=Root", "-x509"];
        let made = openssl(&[&root[..], &["-keyout", "ca.key", "-out", "ca.pem"], new_root].concat());
        assert!(made.status.success(), "{made:?}");
        let mut cases = 0;
        for (key, algorithms) in new_key {
            let key = [&["-keyout", "key", "-out", "csr", "-newkey"], key].concat();
            let issue = "x509 -req -in csr -CA ca.pem -CAkey ca.key -out pem".split(' ').collect::<Vec<_>>();
            for arguments in [[&request[..], &key].concat(), issue] {
                let made = openssl(&arguments);
                assert!(made.status.success(), "{made:?}");
            }
            let der = pem::objects(read("key").as_bytes()).unwrap().remove(0).der;
            for algorithm in algorithms {
                let (mut identity, key) = sealer((&der, &read("pem")), *algorithm);
                identity.chain = vec![certificate(&read("ca.pem"))];
                let document = digest(algorithm.digest(), b"the covered bytes");
                let attributes = signed_attributes(&identity, &document);
                let value = key.sign(&attributes, &randomness()).unwrap();
                write("cms", &signed_data(&identity, &attributes, &value, None).unwrap());
                let verify = "cms -verify -binary -cades -inform DER -purpose any -CAfile ca.pem -in cms -content";
                let verify: Vec<_> = verify.split(' ').collect();
                let held = openssl(&[&verify[..], &["content"]].concat());
                assert!(held.status.success(), "{algorithm}: {held:?}");
                let refused = openssl(&[&verify[..], &["other"]].concat());
                assert!(!refused.status.success(), "{algorithm}");
                cases += 1;
            }
        }
        println!("seal CMS (openssl): {cases} cases");
    }

    #[test]
    fn the_default_digest_is_left_out_and_others_are_named() {
        let (identity, _) = sealer(RSA, SealAlgorithm::RsaPssSha256);
        let written = signing_certificate(&identity);
        let sha256 = digest_identifier(DigestAlgorithm::Sha256);
        assert!(!written.windows(sha256.len()).any(|window| window == sha256));
        let (identity, _) = sealer(RSA, SealAlgorithm::RsaPssSha512);
        let written = signing_certificate(&identity);
        let sha512 = digest_identifier(DigestAlgorithm::Sha512);
        assert!(written.windows(sha512.len()).any(|window| window == sha512));
    }

    #[test]
    fn nothing_is_longer_than_the_bound() {
        for (mut identity, key) in all() {
            for chain in [vec![], vec![certificate(ROOT)], vec![certificate(ROOT); 3]] {
                identity.chain = chain;
                let bound = size_bound(&identity, SealLevel::B);
                let attributes = signed_attributes(&identity, &digest(identity.algorithm.digest(), b"x"));
                let longest = vec![0xff; maximum_value_len(&identity)];
                assert_eq!(signed_data(&identity, &attributes, &longest, None).unwrap().len(), bound);
                let stamped = signed_data(&identity, &attributes, &longest, Some(&[5; 3_000])).unwrap();
                assert_eq!(stamped.len(), size_bound(&identity, SealLevel::T { room: 3_000 }));
                for _ in 0..8 {
                    let value = key.sign(&attributes, &randomness()).unwrap();
                    let length = signed_data(&identity, &attributes, &value, None).unwrap().len();
                    assert!(length <= bound && bound - length < 64, "{length} of {bound}");
                }
            }
        }
    }

    #[test]
    fn a_certificate_that_is_named_twice_is_sent_once() {
        let (mut identity, _) = sealer(P256, SealAlgorithm::EcdsaP256Sha256);
        identity.chain = vec![Arc::clone(&identity.certificate), certificate(ROOT), certificate(ROOT)];
        let attributes = signed_attributes(&identity, &digest(DigestAlgorithm::Sha256, b"x"));
        let written = signed_data(&identity, &attributes, &[1; 70], None).unwrap();
        assert_eq!(SignedData::parse(&written, DEPTH).unwrap().certificates.len(), 2);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let (identity, _) = sealer(P256, SealAlgorithm::EcdsaP256Sha256);
        let attributes = signed_attributes(&identity, &digest(DigestAlgorithm::Sha256, b"x"));
        for value in [&[][..], &[1; 73]] {
            assert_eq!(
                signed_data(&identity, &attributes, value, None),
                Err(SealError::Value { cause: "size" }),
                "{}",
                value.len()
            );
        }
        for attributes in [&[][..], &attributes[1..]] {
            assert_eq!(
                signed_data(&identity, attributes, &[1; 70], None),
                Err(SealError::Value { cause: "malformed" })
            );
        }
    }
}
