//! How a seal is signed: the algorithms that a seal may use.

use super::algorithm::SignatureAlgorithm;
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

    /// The algorithm of the signature value.
    #[must_use]
    pub const fn signature_algorithm(self) -> SignatureAlgorithm {
        let digest = self.digest();
        match self {
            Self::EcdsaP256Sha256 => SignatureAlgorithm::Ecdsa { digest },
            Self::RsaPssSha256 => SignatureAlgorithm::RsaPss { digest, mgf_digest: digest, salt_len: 32 },
        }
    }
}
