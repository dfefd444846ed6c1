//! Verification of a signature value: which implementation answers, and what its answer is.
//!
//! *ring* answers where it can and has the message (`with_ring.rs`). For everything else, and wherever only the
//! digest is at hand: RSA in `rsa.rs` and `pss.rs`, ECDSA in `ecdsa.rs` and `brainpool512.rs`, Ed448 in
//! `eddsa.rs`, DSA in `dsa.rs`. An answer of *ring* is final; nobody is asked twice.

pub(super) mod brainpool512;
mod dsa;
mod ecdsa;
mod eddsa;
mod pss;
mod rsa;
mod with_ring;

use std::fmt;

pub(super) use ecdsa::parse_der;
pub use rsa::recover_pkcs1_digest_info;

use super::algorithm::SignatureAlgorithm;
use super::digest::Digest;
use super::digest::DigestAlgorithm;
use super::digest::digest;
use super::key::KeyKind;
use super::key::KeyMaterial;
use super::key::PublicKey;

/// What was signed.
#[derive(Clone, Copy, Debug)]
pub enum Message<'a> {
    /// The message itself.
    Bytes(&'a [u8]),
    /// Its digest. EdDSA cannot be verified over one.
    Digest(&'a Digest),
}

/// Verifies signature values.
pub trait SignatureVerifier {
    /// Whether the holder of `key` made `signature` over `message` with `algorithm`.
    ///
    /// # Errors
    /// [`VerifyError::Mismatch`] where not (also where the value is malformed); the others where that cannot be
    /// said.
    fn verify(
        &self,
        key: &PublicKey,
        algorithm: &SignatureAlgorithm,
        message: Message<'_>,
        signature: &[u8],
    ) -> Result<SignatureValid, VerifyError>;
}

/// *ring* first, RustCrypto for what it lacks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Verifier;

/// The proof that a key made a signature over a message with an algorithm. Only a [`SignatureVerifier`] of this
/// module makes one. It says nothing of whose key it is, or of the strength of the algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct SignatureValid {
    algorithm: SignatureAlgorithm,
    key: KeyKind,
    key_sha256: Digest,
}

impl SignatureValid {
    /// The algorithm.
    #[must_use]
    pub const fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// The type and size of the key.
    #[must_use]
    pub const fn key(&self) -> KeyKind {
        self.key
    }

    /// SHA-256 of the key's `SubjectPublicKeyInfo`.
    #[must_use]
    pub const fn key_sha256(&self) -> &Digest {
        &self.key_sha256
    }
}

/// Why a signature is not proven.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifyError {
    /// The key did not make this signature over this message.
    Mismatch,
    /// The algorithm is none of this type of key.
    AlgorithmKeyMismatch {
        /// The algorithm.
        algorithm: SignatureAlgorithm,
        /// The key.
        key: KeyKind,
    },
    /// The key is no plain RSA key.
    NotRsa {
        /// The key.
        key: KeyKind,
    },
    /// The key is restricted to PSS parameters other than those of the signature (RFC 4055 §3.3).
    PssRestriction,
    /// The digest at hand is of another algorithm than the signature's.
    DigestMismatch {
        /// That of the signature.
        expected: DigestAlgorithm,
        /// That of the digest.
        found: DigestAlgorithm,
    },
    /// The algorithm needs the message, and only its digest is at hand (EdDSA).
    MessageNeeded,
    /// Nothing here verifies this.
    Unsupported {
        /// The algorithm.
        algorithm: SignatureAlgorithm,
        /// The key.
        key: KeyKind,
    },
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mismatch => f.write_str("the signature value does not match"),
            Self::AlgorithmKeyMismatch { algorithm, key } => {
                write!(f, "{algorithm} is no algorithm of a key {key}")
            }
            Self::NotRsa { key } => write!(f, "a key {key} is no RSA key"),
            Self::PssRestriction => f.write_str("the key is restricted to other PSS parameters"),
            Self::DigestMismatch { expected, found } => write!(f, "the digest is {found}, not {expected}"),
            Self::MessageNeeded => f.write_str("the algorithm needs the message, not its digest"),
            Self::Unsupported { algorithm, key } => write!(f, "{algorithm} with a key {key} is not supported"),
        }
    }
}

impl std::error::Error for VerifyError {}

/// What one implementation says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Match,
    Mismatch,
    NotSupported,
}

impl From<bool> for Answer {
    fn from(matches: bool) -> Self {
        if matches { Self::Match } else { Self::Mismatch }
    }
}

impl SignatureVerifier for Verifier {
    fn verify(
        &self,
        key: &PublicKey,
        algorithm: &SignatureAlgorithm,
        message: Message<'_>,
        signature: &[u8],
    ) -> Result<SignatureValid, VerifyError> {
        agree(key, *algorithm)?;
        let answer = match message {
            Message::Bytes(bytes) => match with_ring::verify(key.material(), *algorithm, bytes, signature) {
                Answer::NotSupported => over_bytes(key.material(), *algorithm, bytes, signature),
                answer => answer,
            },
            Message::Digest(digest) => {
                let expected = algorithm.digest().ok_or(VerifyError::MessageNeeded)?;
                if digest.algorithm() != expected {
                    return Err(VerifyError::DigestMismatch { expected, found: digest.algorithm() });
                }
                over_digest(key.material(), *algorithm, digest, signature)
            }
        };
        match answer {
            Answer::Match => {
                Ok(SignatureValid { algorithm: *algorithm, key: key.kind(), key_sha256: *key.sha256() })
            }
            Answer::Mismatch => Err(VerifyError::Mismatch),
            Answer::NotSupported => Err(VerifyError::Unsupported { algorithm: *algorithm, key: key.kind() }),
        }
    }
}

/// Whether the algorithm is one of the key (RFC 4055 §1.2 and §3.3, RFC 5480 §2.1.1, RFC 8410 §5).
fn agree(key: &PublicKey, algorithm: SignatureAlgorithm) -> Result<(), VerifyError> {
    use SignatureAlgorithm as A;
    let agrees = match (key.material(), algorithm) {
        (KeyMaterial::RsaPss { restriction: Some(allowed), .. }, A::RsaPss { .. }) => {
            if !allowed.allow(algorithm) {
                return Err(VerifyError::PssRestriction);
            }
            true
        }
        (KeyMaterial::Rsa(_), A::RsaPkcs1 { .. } | A::RsaPss { .. })
        | (KeyMaterial::RsaPss { restriction: None, .. }, A::RsaPss { .. })
        | (KeyMaterial::Ec { .. }, A::Ecdsa { .. } | A::XmlEcdsa { .. } | A::PlainEcdsa { .. })
        | (KeyMaterial::Ed25519(_), A::Ed25519)
        | (KeyMaterial::Ed448(_), A::Ed448)
        | (KeyMaterial::Dsa(_), A::Dsa { .. } | A::XmlDsa { .. }) => true,
        _ => false,
    };
    if agrees { Ok(()) } else { Err(VerifyError::AlgorithmKeyMismatch { algorithm, key: key.kind() }) }
}

/// Without *ring*, from the message.
fn over_bytes(key: &KeyMaterial, algorithm: SignatureAlgorithm, message: &[u8], signature: &[u8]) -> Answer {
    match (key, algorithm, algorithm.digest()) {
        (KeyMaterial::Ed448(key), SignatureAlgorithm::Ed448, _) => {
            eddsa::verify_ed448(key, message, signature).into()
        }
        (_, _, Some(hash)) => over_digest(key, algorithm, &digest(hash, message), signature),
        _ => Answer::NotSupported,
    }
}

/// Without *ring*, from the digest of the message, which is of the algorithm's.
fn over_digest(key: &KeyMaterial, algorithm: SignatureAlgorithm, digest: &Digest, signature: &[u8]) -> Answer {
    use SignatureAlgorithm as A;
    let shake = DigestAlgorithm::Shake256_512;
    if digest.algorithm() == shake || matches!(algorithm, A::RsaPss { mgf_digest, .. } if mgf_digest == shake) {
        // RFC 8702 gives SHAKE256 identifiers of its own in RSA and ECDSA, and encodings that are not these.
        return Answer::NotSupported;
    }
    match (key, algorithm) {
        (KeyMaterial::Rsa(key), A::RsaPkcs1 { .. }) => rsa::verify_pkcs1(key, digest, signature).into(),
        (KeyMaterial::Rsa(key) | KeyMaterial::RsaPss { key, .. }, A::RsaPss { mgf_digest, salt_len, .. }) => {
            rsa::verify_pss(key, digest, mgf_digest, salt_len, signature).into()
        }
        (KeyMaterial::Ec { curve, point }, A::Ecdsa { .. }) => {
            ecdsa::verify_der(*curve, point, digest, signature).into()
        }
        (KeyMaterial::Ec { curve, point }, A::XmlEcdsa { .. } | A::PlainEcdsa { .. }) => {
            ecdsa::verify_plain(*curve, point, digest, signature).into()
        }
        (KeyMaterial::Dsa(key), A::Dsa { .. }) => dsa::verify_der(key, digest, signature).into(),
        (KeyMaterial::Dsa(key), A::XmlDsa { .. }) => dsa::verify_plain(key, digest, signature).into(),
        _ => Answer::NotSupported,
    }
}
