//! The CMS of a seal (RFC 5652, EN 319 142-1 §6.3): signed attributes, and the signed data around a value.
//!
//! The claimed signing time stands in the signature dictionary, not here (EN 319 142-1 §6.3, table 1).

use super::SealIdentity;
use crate::crypto::{Digest, SealAlgorithm, digest};

/// id-data (RFC 5652 §4), content octets.
const ID_DATA: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";
/// id-signedData (RFC 5652 §5.1).
const ID_SIGNED_DATA: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";
/// id-contentType (RFC 5652 §11.1).
const ID_CONTENT_TYPE: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x03";
/// id-messageDigest (RFC 5652 §11.2).
const ID_MESSAGE_DIGEST: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x04";
/// id-aa-signingCertificateV2 (RFC 5035 §3).
const ID_SIGNING_CERTIFICATE_V2: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02\x2f";
/// `AlgorithmIdentifier` of SHA-256 (RFC 5754 §2.2), parameters absent.
const SHA256: &[u8] = b"\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01";
/// `AlgorithmIdentifier` of ecdsa-with-SHA256 (RFC 5758 §3.2).
const ECDSA_SHA256: &[u8] = b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02";
/// `AlgorithmIdentifier` of RSASSA-PSS with SHA-256, MGF1 with SHA-256 and a salt of 32 (RFC 4055 §3.1).
const RSA_PSS_SHA256: &[u8] = b"\x30\x41\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a\x30\x34\
    \xa0\x0f\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\
    \xa1\x1c\x30\x1a\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\
    \xa2\x03\x02\x01\x20";

/// The signed attributes as the DER of their SET: content-type, message-digest, signing-certificate-v2.
pub(super) fn signed_attributes(identity: &SealIdentity, document_digest: &Digest) -> Vec<u8> {
    let of_certificate = digest(identity.algorithm.digest(), identity.certificate.der());
    // The digest algorithm is the default, SHA-256, and left out (RFC 5035 §3).
    let named = sequence(&[&tlv(0x04, of_certificate.as_bytes())]);
    let mut attributes = [
        attribute(ID_CONTENT_TYPE, &tlv(0x06, ID_DATA)),
        attribute(ID_MESSAGE_DIGEST, &tlv(0x04, document_digest.as_bytes())),
        attribute(ID_SIGNING_CERTIFICATE_V2, &sequence(&[&sequence(&[&named])])),
    ];
    attributes.sort_unstable();
    tlv(0x31, &attributes.concat())
}

/// The whole `ContentInfo` with the value, the certificate and those between it and the anchor.
pub(super) fn signed_data(identity: &SealIdentity, signed_attributes: &[u8], value: &[u8]) -> Vec<u8> {
    let certificate = &identity.certificate;
    let algorithm = match identity.algorithm {
        SealAlgorithm::EcdsaP256Sha256 => ECDSA_SHA256,
        SealAlgorithm::RsaPssSha256 => RSA_PSS_SHA256,
    };
    let mut attributes = signed_attributes.to_vec();
    if let Some(tag) = attributes.first_mut() {
        *tag = 0xa0;
    }
    let signer = sequence(&[
        &tlv(0x02, &[1]),
        &sequence(&[certificate.issuer().der(), &tlv(0x02, certificate.serial())]),
        SHA256,
        &attributes,
        algorithm,
        &tlv(0x04, value),
    ]);
    let mut certificates = vec![certificate.der()];
    certificates.extend(identity.chain.iter().map(|certificate| certificate.der()));
    certificates.sort_unstable();
    let data = sequence(&[
        &tlv(0x02, &[1]),
        &tlv(0x31, SHA256),
        &sequence(&[&tlv(0x06, ID_DATA)]),
        &tlv(0xa0, &certificates.concat()),
        &tlv(0x31, &signer),
    ]);
    sequence(&[&tlv(0x06, ID_SIGNED_DATA), &tlv(0xa0, &data)])
}

/// Bytes that the signed data take at most.
pub(super) fn size_bound(identity: &SealIdentity) -> usize {
    let certificates: usize = std::iter::once(&identity.certificate)
        .chain(&identity.chain)
        .map(|certificate| certificate.der().len())
        .sum();
    let named = identity.certificate.issuer().der().len() + identity.certificate.serial().len();
    // A value of RSA with 8,192 bits, attributes, algorithms and lengths: 1,024 + 160 + 120 + 100.
    certificates + named + 1_536
}

fn attribute(oid: &[u8], value: &[u8]) -> Vec<u8> {
    sequence(&[&tlv(0x06, oid), &tlv(0x31, value)])
}

fn sequence(values: &[&[u8]]) -> Vec<u8> {
    tlv(0x30, &values.concat())
}

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut value = vec![tag];
    match u8::try_from(content.len()) {
        Ok(length @ 0..0x80) => value.push(length),
        _ => {
            let length = content.len().to_be_bytes();
            let length: Vec<u8> = length.into_iter().skip_while(|octet| *octet == 0).collect();
            value.push(0x80 | u8::try_from(length.len()).unwrap_or(0x7f));
            value.extend(length);
        }
    }
    value.extend_from_slice(content);
    value
}
