//! What *ring* verifies: RSA from 1,024 to 8,192 bits, ECDSA on P-256 and P-384 with their digests, Ed25519.
//!
//! *ring* hashes itself, so it needs the message. Its algorithms are named after the sizes they take; a size in
//! bits is rounded up to whole octets there, as it is here.

use ring::signature::ECDSA_P256_SHA256_ASN1;
use ring::signature::ECDSA_P256_SHA256_FIXED;
use ring::signature::ECDSA_P256_SHA384_ASN1;
use ring::signature::ECDSA_P384_SHA256_ASN1;
use ring::signature::ECDSA_P384_SHA384_ASN1;
use ring::signature::ECDSA_P384_SHA384_FIXED;
use ring::signature::ED25519;
use ring::signature::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY;
use ring::signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY;
use ring::signature::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY;
use ring::signature::RSA_PKCS1_2048_8192_SHA384;
use ring::signature::RSA_PSS_2048_8192_SHA256;
use ring::signature::RSA_PSS_2048_8192_SHA384;
use ring::signature::RSA_PSS_2048_8192_SHA512;
use ring::signature::RsaParameters;
use ring::signature::RsaPublicKeyComponents;
use ring::signature::UnparsedPublicKey;
use ring::signature::VerificationAlgorithm;

use super::Answer;
use crate::crypto::Curve;
use crate::crypto::DigestAlgorithm;
use crate::crypto::SignatureAlgorithm;
use crate::crypto::key::KeyMaterial;
use crate::crypto::key::RsaKey;
use crate::crypto::key::bit_len;

/// *ring* takes exponents of up to 33 bits.
const MAXIMUM_EXPONENT: u32 = 33;

/// The answer, or [`Answer::NotSupported`] where *ring* lacks the algorithm or does not take the key.
pub(super) fn verify(key: &KeyMaterial, algorithm: SignatureAlgorithm, message: &[u8], signature: &[u8]) -> Answer {
    match key {
        KeyMaterial::Rsa(key) | KeyMaterial::RsaPss { key, .. } => rsa(key, algorithm, message, signature),
        KeyMaterial::Ec { curve, point } => match ecdsa(*curve, algorithm) {
            Some(verification) => matches(verification, point, message, signature),
            None => Answer::NotSupported,
        },
        KeyMaterial::Ed25519(key) => matches(&ED25519, key, message, signature),
        KeyMaterial::Ed448(_) | KeyMaterial::Dsa(_) => Answer::NotSupported,
    }
}

fn matches(algorithm: &'static dyn VerificationAlgorithm, key: &[u8], message: &[u8], signature: &[u8]) -> Answer {
    UnparsedPublicKey::new(algorithm, key).verify(message, signature).is_ok().into()
}

fn rsa(key: &RsaKey, algorithm: SignatureAlgorithm, message: &[u8], signature: &[u8]) -> Answer {
    if bit_len(&key.exponent) > MAXIMUM_EXPONENT {
        return Answer::NotSupported;
    }
    match rsa_parameters(key.modulus.len(), algorithm) {
        Some(parameters) => {
            let components = RsaPublicKeyComponents { n: &key.modulus, e: &key.exponent };
            components.verify(parameters, message, signature).is_ok().into()
        }
        None => Answer::NotSupported,
    }
}

/// `octets` of the modulus.
fn rsa_parameters(octets: usize, algorithm: SignatureAlgorithm) -> Option<&'static RsaParameters> {
    match (algorithm, octets) {
        (SignatureAlgorithm::RsaPkcs1 { digest }, 128..=1024) => match digest {
            DigestAlgorithm::Sha1 => Some(&RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY),
            DigestAlgorithm::Sha256 => Some(&RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY),
            DigestAlgorithm::Sha384 if octets >= 256 => Some(&RSA_PKCS1_2048_8192_SHA384),
            DigestAlgorithm::Sha512 => Some(&RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY),
            _ => None,
        },
        (SignatureAlgorithm::RsaPss { digest, mgf_digest, salt_len }, 256..=1024) if digest == mgf_digest => {
            match (digest, salt_len) {
                (DigestAlgorithm::Sha256, 32) => Some(&RSA_PSS_2048_8192_SHA256),
                (DigestAlgorithm::Sha384, 48) => Some(&RSA_PSS_2048_8192_SHA384),
                (DigestAlgorithm::Sha512, 64) => Some(&RSA_PSS_2048_8192_SHA512),
                _ => None,
            }
        }
        _ => None,
    }
}

fn ecdsa(curve: Curve, algorithm: SignatureAlgorithm) -> Option<&'static dyn VerificationAlgorithm> {
    use SignatureAlgorithm as A;
    match (curve, algorithm) {
        (Curve::P256, A::Ecdsa { digest: DigestAlgorithm::Sha256 }) => Some(&ECDSA_P256_SHA256_ASN1),
        (Curve::P256, A::Ecdsa { digest: DigestAlgorithm::Sha384 }) => Some(&ECDSA_P256_SHA384_ASN1),
        (Curve::P384, A::Ecdsa { digest: DigestAlgorithm::Sha256 }) => Some(&ECDSA_P384_SHA256_ASN1),
        (Curve::P384, A::Ecdsa { digest: DigestAlgorithm::Sha384 }) => Some(&ECDSA_P384_SHA384_ASN1),
        (
            Curve::P256,
            A::XmlEcdsa { digest: DigestAlgorithm::Sha256 } | A::PlainEcdsa { digest: DigestAlgorithm::Sha256 },
        ) => Some(&ECDSA_P256_SHA256_FIXED),
        (
            Curve::P384,
            A::XmlEcdsa { digest: DigestAlgorithm::Sha384 } | A::PlainEcdsa { digest: DigestAlgorithm::Sha384 },
        ) => Some(&ECDSA_P384_SHA384_FIXED),
        _ => None,
    }
}
