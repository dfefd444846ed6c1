//! What is computed of a certificate once, however many validations look at it: anchors stand in each of them.

use super::Certificate;
use crate::crypto::{AlgorithmError, Digest, DigestAlgorithm, PublicKey, SignatureAlgorithm, digest};
use crate::syntax::hex::hex;

/// What follows from the octets of a certificate. It proves no more than they do.
#[derive(Debug)]
pub struct Computed {
    /// SHA-256 of the certificate.
    pub fingerprint: Digest,
    /// The same, lowercase hex.
    pub sha256: String,
    /// SHA-256 of its `SubjectPublicKeyInfo`: the same for all certificates of one key.
    pub key_fingerprint: Digest,
    /// Its subject as text (RFC 4514).
    pub subject: String,
    /// Its key, where we know the kind.
    pub key: Option<PublicKey>,
    /// How its issuer signed it.
    pub algorithm: Result<SignatureAlgorithm, AlgorithmError>,
}

impl Computed {
    pub(super) fn of(certificate: &Certificate) -> Self {
        let fingerprint = digest(DigestAlgorithm::Sha256, certificate.der());
        let key = PublicKey::from_spki(certificate.spki()).ok();
        let of_key = || digest(DigestAlgorithm::Sha256, certificate.spki());
        Self {
            subject: certificate.subject().to_text(),
            fingerprint,
            sha256: hex(fingerprint.as_bytes()),
            key_fingerprint: key.as_ref().map_or_else(of_key, |key| *key.sha256()),
            key,
            algorithm: SignatureAlgorithm::from_algorithm_identifier(&certificate.signature_algorithm().raw, None),
        }
    }
}
