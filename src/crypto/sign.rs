//! How a seal is signed: the algorithms that a seal may use.

use super::digest::DigestAlgorithm;

/// The algorithms that a seal may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealAlgorithm {
    /// ECDSA on P-256 with SHA-256.
    EcdsaP256Sha256,
    /// RSASSA-PSS with SHA-256 and a salt of 32 bytes (RFC 8017 §8.1).
    RsaPssSha256,
}

impl SealAlgorithm {
    /// The digest of the signed bytes and of the attributes.
    #[must_use]
    pub const fn digest(self) -> DigestAlgorithm {
        match self {
            Self::EcdsaP256Sha256 | Self::RsaPssSha256 => DigestAlgorithm::Sha256,
        }
    }
}
