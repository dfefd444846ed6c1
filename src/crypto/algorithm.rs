//! Signature algorithms and their identifiers in X.509 and CMS.
//!
//! RFC 3279, RFC 4055 (PSS parameters), RFC 5754, RFC 5758, RFC 8410 (EdDSA), BSI TR-03111 (plain ECDSA), NIST
//! CSOR (SHA-3), TeleTrusT (RSA with RIPEMD-160). XML's URIs are in `uri.rs`. Not known, because nothing verifies
//! them here: `ecdsa-with-Specified`, SHAKE in RSA and ECDSA (RFC 8702), GOST, and the post-quantum algorithms.

use std::fmt;

use super::digest::DigestAlgorithm;
use super::identifier::AlgorithmIdentifier;
use crate::syntax::der::DerError;
use crate::syntax::der::Oid;
use crate::syntax::der::Reader;
use crate::syntax::der::tag;

/// How a signature value is made from a message, with everything but the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SignatureAlgorithm {
    /// RSASSA-PKCS1-v1_5 (RFC 8017 §8.2).
    RsaPkcs1 {
        /// The digest of the message.
        digest: DigestAlgorithm,
    },
    /// RSASSA-PSS (RFC 8017 §8.1) with MGF1 and the one trailer that exists.
    RsaPss {
        /// The digest of the message.
        digest: DigestAlgorithm,
        /// The digest of the mask generation function.
        mgf_digest: DigestAlgorithm,
        /// Octets of the salt, exactly.
        salt_len: u32,
    },
    /// ECDSA, the value a DER `ECDSA-Sig-Value` (RFC 3279 §2.2.3).
    Ecdsa {
        /// The digest of the message.
        digest: DigestAlgorithm,
    },
    /// ECDSA as XML signatures write it: r ‖ s, each as long as the order of the curve (XML Signature 1.1
    /// §6.4.3, RFC 9231 §2.3.6).
    XmlEcdsa {
        /// The digest of the message.
        digest: DigestAlgorithm,
    },
    /// Plain ECDSA: r ‖ s, each as long as the order of the curve (BSI TR-03111 §5.2.1.1).
    PlainEcdsa {
        /// The digest of the message.
        digest: DigestAlgorithm,
    },
    /// DSA, the value a DER `Dss-Sig-Value` (RFC 3279 §2.2.2).
    Dsa {
        /// The digest of the message.
        digest: DigestAlgorithm,
    },
    /// DSA as XML signatures write it: r ‖ s, each as long as q (XML Signature 1.1 §6.4.1).
    XmlDsa {
        /// The digest of the message.
        digest: DigestAlgorithm,
    },
    /// Ed25519, pure (RFC 8032 §5.1).
    Ed25519,
    /// Ed448, pure, without a context (RFC 8032 §5.2).
    Ed448,
}

/// The families that policy tables list key sizes for (ETSI TS 119 312).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AlgorithmFamily {
    /// RSASSA-PKCS1-v1_5.
    Rsa,
    /// RSASSA-PSS.
    RsaPss,
    /// ECDSA in DER and in XML.
    Ecdsa,
    /// Plain ECDSA.
    PlainEcdsa,
    /// Ed25519 and Ed448.
    EdDsa,
    /// DSA.
    Dsa,
}

impl AlgorithmFamily {
    /// The name in policies, as EU DSS writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rsa => "RSA",
            Self::RsaPss => "RSASSA-PSS",
            Self::Ecdsa => "ECDSA",
            Self::PlainEcdsa => "PLAIN-ECDSA",
            Self::EdDsa => "EdDSA",
            Self::Dsa => "DSA",
        }
    }
}

impl fmt::Display for AlgorithmFamily {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why an identifier is no algorithm that we know.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AlgorithmError {
    /// The encoding is broken.
    Der(DerError),
    /// No signature algorithm that we know.
    Unknown(Oid),
    /// No digest algorithm that we know.
    UnknownDigest(Oid),
    /// No algorithm of XML that we know.
    UnknownUri,
    /// The identifier names the type of the key only, and no digest was given.
    DigestMissing,
    /// The identifier and the digest algorithm given beside it disagree. Whoever is asked decides what it is
    /// worth: RFC 5652 §5.4 hashes with the one beside it, RFC 5754 §3 and CAdES want them to agree.
    DigestMismatch {
        /// The algorithm as the identifier names it.
        algorithm: SignatureAlgorithm,
        /// The digest given beside it.
        digest: DigestAlgorithm,
    },
    /// Parameters are missing, or are none of this algorithm.
    Parameters,
    /// PSS with a mask generation function other than MGF1.
    MaskGeneration(Oid),
    /// PSS with a trailer field other than 1 (RFC 4055 §3.1).
    Trailer,
    /// PSS with a salt that is longer than any key, or negative.
    SaltLength,
}

impl fmt::Display for AlgorithmError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Der(error) => write!(f, "algorithm identifier: {error}"),
            Self::Unknown(oid) => write!(f, "unknown signature algorithm {oid}"),
            Self::UnknownDigest(oid) => write!(f, "unknown digest algorithm {oid}"),
            Self::UnknownUri => f.write_str("unknown algorithm URI"),
            Self::DigestMissing => f.write_str("the signature algorithm names no digest, and none is given"),
            Self::DigestMismatch { algorithm, digest } => {
                write!(f, "signature algorithm {algorithm}, but digest algorithm {digest}")
            }
            Self::Parameters => f.write_str("the parameters are none of the algorithm"),
            Self::MaskGeneration(oid) => write!(f, "unknown mask generation function {oid}"),
            Self::Trailer => f.write_str("unknown PSS trailer field"),
            Self::SaltLength => f.write_str("impossible PSS salt length"),
        }
    }
}

impl std::error::Error for AlgorithmError {}

impl From<DerError> for AlgorithmError {
    fn from(error: DerError) -> Self {
        Self::Der(error)
    }
}

/// What an object identifier names.
#[derive(Clone, Copy)]
enum Named {
    RsaPkcs1(Option<DigestAlgorithm>),
    RsaPss,
    Ecdsa(Option<DigestAlgorithm>),
    PlainEcdsa(DigestAlgorithm),
    Dsa(Option<DigestAlgorithm>),
    Ed25519,
    Ed448,
}

/// `id-RSASSA-PSS`.
pub(super) const ID_RSASSA_PSS: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a";
/// `rsaEncryption`.
pub(super) const RSA_ENCRYPTION: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";
/// `id-ecPublicKey`.
pub(super) const ID_EC_PUBLIC_KEY: &[u8] = b"\x2a\x86\x48\xce\x3d\x02\x01";
/// `id-dsa`.
pub(super) const ID_DSA: &[u8] = b"\x2a\x86\x48\xce\x38\x04\x01";
/// `id-Ed25519`.
pub(super) const ID_ED25519: &[u8] = b"\x2b\x65\x70";
/// `id-Ed448`.
pub(super) const ID_ED448: &[u8] = b"\x2b\x65\x71";
/// `id-mgf1`.
pub(super) const ID_MGF1: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08";

/// Object identifiers: content octets and dotted text (a test compares the two).
#[rustfmt::skip]
const OIDS: &[(&[u8], &str, Named)] = &[
    // RFC 8017 A.2, appendix C
    (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b", "1.2.840.113549.1.1.11", Named::RsaPkcs1(Some(DigestAlgorithm::Sha256))),
    (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c", "1.2.840.113549.1.1.12", Named::RsaPkcs1(Some(DigestAlgorithm::Sha384))),
    (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d", "1.2.840.113549.1.1.13", Named::RsaPkcs1(Some(DigestAlgorithm::Sha512))),
    (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05", "1.2.840.113549.1.1.5", Named::RsaPkcs1(Some(DigestAlgorithm::Sha1))),
    (RSA_ENCRYPTION, "1.2.840.113549.1.1.1", Named::RsaPkcs1(None)),
    (ID_RSASSA_PSS, "1.2.840.113549.1.1.10", Named::RsaPss),
    (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04", "1.2.840.113549.1.1.4", Named::RsaPkcs1(Some(DigestAlgorithm::Md5))),
    (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0e", "1.2.840.113549.1.1.14", Named::RsaPkcs1(Some(DigestAlgorithm::Sha224))),
    (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0f", "1.2.840.113549.1.1.15", Named::RsaPkcs1(Some(DigestAlgorithm::Sha512_224))),
    (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x10", "1.2.840.113549.1.1.16", Named::RsaPkcs1(Some(DigestAlgorithm::Sha512_256))),
    // OIW and TeleTrusT, in old certificates
    (b"\x2b\x0e\x03\x02\x1d", "1.3.14.3.2.29", Named::RsaPkcs1(Some(DigestAlgorithm::Sha1))),
    (b"\x2b\x24\x03\x03\x01\x02", "1.3.36.3.3.1.2", Named::RsaPkcs1(Some(DigestAlgorithm::Ripemd160))),
    // RFC 5758 §3.2, RFC 3279 §2.2.3
    (b"\x2a\x86\x48\xce\x3d\x04\x03\x02", "1.2.840.10045.4.3.2", Named::Ecdsa(Some(DigestAlgorithm::Sha256))),
    (b"\x2a\x86\x48\xce\x3d\x04\x03\x03", "1.2.840.10045.4.3.3", Named::Ecdsa(Some(DigestAlgorithm::Sha384))),
    (b"\x2a\x86\x48\xce\x3d\x04\x03\x04", "1.2.840.10045.4.3.4", Named::Ecdsa(Some(DigestAlgorithm::Sha512))),
    (b"\x2a\x86\x48\xce\x3d\x04\x03\x01", "1.2.840.10045.4.3.1", Named::Ecdsa(Some(DigestAlgorithm::Sha224))),
    (b"\x2a\x86\x48\xce\x3d\x04\x01", "1.2.840.10045.4.1", Named::Ecdsa(Some(DigestAlgorithm::Sha1))),
    (ID_EC_PUBLIC_KEY, "1.2.840.10045.2.1", Named::Ecdsa(None)),
    // RFC 8410 §3
    (ID_ED25519, "1.3.101.112", Named::Ed25519),
    (ID_ED448, "1.3.101.113", Named::Ed448),
    // RFC 3279 §2.2.2, RFC 5758 §3.1
    (b"\x2a\x86\x48\xce\x38\x04\x03", "1.2.840.10040.4.3", Named::Dsa(Some(DigestAlgorithm::Sha1))),
    (b"\x60\x86\x48\x01\x65\x03\x04\x03\x01", "2.16.840.1.101.3.4.3.1", Named::Dsa(Some(DigestAlgorithm::Sha224))),
    (b"\x60\x86\x48\x01\x65\x03\x04\x03\x02", "2.16.840.1.101.3.4.3.2", Named::Dsa(Some(DigestAlgorithm::Sha256))),
    (b"\x60\x86\x48\x01\x65\x03\x04\x03\x03", "2.16.840.1.101.3.4.3.3", Named::Dsa(Some(DigestAlgorithm::Sha384))),
    (b"\x60\x86\x48\x01\x65\x03\x04\x03\x04", "2.16.840.1.101.3.4.3.4", Named::Dsa(Some(DigestAlgorithm::Sha512))),
    (ID_DSA, "1.2.840.10040.4.1", Named::Dsa(None)),
    // NIST CSOR: SHA-3
    (b"\x60\x86\x48\x01\x65\x03\x04\x03\x05", "2.16.840.1.101.3.4.3.5", Named::Dsa(Some(DigestAlgorithm::Sha3_224))),
    (b"\x60\x86\x48\x01\x65\x03\x04\x03\x06", "2.16.840.1.101.3.4.3.6", Named::Dsa(Some(DigestAlgorithm::Sha3_256))),
    (b"\x60\x86\x48\x01\x65\x03\x04\x03\x07", "2.16.840.1.101.3.4.3.7", Named::Dsa(Some(DigestAlgorithm::Sha3_384))),
    (b"\x60\x86\x48\x01\x65\x03\x04\x03\x08", "2.16.840.1.101.3.4.3.8", Named::Dsa(Some(DigestAlgorithm::Sha3_512))),
    (b"\x60\x86\x48\x01\x65\x03\x04\x03\x09", "2.16.840.1.101.3.4.3.9", Named::Ecdsa(Some(DigestAlgorithm::Sha3_224))),
    (b"\x60\x86\x48\x01\x65\x03\x04\x03\x0a", "2.16.840.1.101.3.4.3.10", Named::Ecdsa(Some(DigestAlgorithm::Sha3_256))),
    (b"\x60\x86\x48\x01\x65\x03\x04\x03\x0b", "2.16.840.1.101.3.4.3.11", Named::Ecdsa(Some(DigestAlgorithm::Sha3_384))),
    (b"\x60\x86\x48\x01\x65\x03\x04\x03\x0c", "2.16.840.1.101.3.4.3.12", Named::Ecdsa(Some(DigestAlgorithm::Sha3_512))),
    (b"\x60\x86\x48\x01\x65\x03\x04\x03\x0d", "2.16.840.1.101.3.4.3.13", Named::RsaPkcs1(Some(DigestAlgorithm::Sha3_224))),
    (b"\x60\x86\x48\x01\x65\x03\x04\x03\x0e", "2.16.840.1.101.3.4.3.14", Named::RsaPkcs1(Some(DigestAlgorithm::Sha3_256))),
    (b"\x60\x86\x48\x01\x65\x03\x04\x03\x0f", "2.16.840.1.101.3.4.3.15", Named::RsaPkcs1(Some(DigestAlgorithm::Sha3_384))),
    (b"\x60\x86\x48\x01\x65\x03\x04\x03\x10", "2.16.840.1.101.3.4.3.16", Named::RsaPkcs1(Some(DigestAlgorithm::Sha3_512))),
    // BSI TR-03111 §5.2.1.1
    (b"\x04\x00\x7f\x00\x07\x01\x01\x04\x01\x01", "0.4.0.127.0.7.1.1.4.1.1", Named::PlainEcdsa(DigestAlgorithm::Sha1)),
    (b"\x04\x00\x7f\x00\x07\x01\x01\x04\x01\x02", "0.4.0.127.0.7.1.1.4.1.2", Named::PlainEcdsa(DigestAlgorithm::Sha224)),
    (b"\x04\x00\x7f\x00\x07\x01\x01\x04\x01\x03", "0.4.0.127.0.7.1.1.4.1.3", Named::PlainEcdsa(DigestAlgorithm::Sha256)),
    (b"\x04\x00\x7f\x00\x07\x01\x01\x04\x01\x04", "0.4.0.127.0.7.1.1.4.1.4", Named::PlainEcdsa(DigestAlgorithm::Sha384)),
    (b"\x04\x00\x7f\x00\x07\x01\x01\x04\x01\x05", "0.4.0.127.0.7.1.1.4.1.5", Named::PlainEcdsa(DigestAlgorithm::Sha512)),
    (b"\x04\x00\x7f\x00\x07\x01\x01\x04\x01\x06", "0.4.0.127.0.7.1.1.4.1.6", Named::PlainEcdsa(DigestAlgorithm::Ripemd160)),
    (b"\x04\x00\x7f\x00\x07\x01\x01\x04\x01\x08", "0.4.0.127.0.7.1.1.4.1.8", Named::PlainEcdsa(DigestAlgorithm::Sha3_224)),
    (b"\x04\x00\x7f\x00\x07\x01\x01\x04\x01\x09", "0.4.0.127.0.7.1.1.4.1.9", Named::PlainEcdsa(DigestAlgorithm::Sha3_256)),
    (b"\x04\x00\x7f\x00\x07\x01\x01\x04\x01\x0a", "0.4.0.127.0.7.1.1.4.1.10", Named::PlainEcdsa(DigestAlgorithm::Sha3_384)),
    (b"\x04\x00\x7f\x00\x07\x01\x01\x04\x01\x0b", "0.4.0.127.0.7.1.1.4.1.11", Named::PlainEcdsa(DigestAlgorithm::Sha3_512)),
];

impl SignatureAlgorithm {
    /// From a whole `AlgorithmIdentifier`: the `signatureAlgorithm` of a certificate, CRL, OCSP response or CMS
    /// `SignerInfo`.
    ///
    /// `digest` is the `digestAlgorithm` of a `SignerInfo`. It is used where the identifier names only the type
    /// of the key (`rsaEncryption`, `id-ecPublicKey`, `id-dsa`), and compared where it names a digest too.
    /// EdDSA does not look at it (RFC 8419 §3 fixes it for signed attributes; that is the caller's check).
    ///
    /// Parameters: NULL or absent for RSA, DSA and ECDSA; absent for EdDSA; for PSS present and complete in the
    /// sense of RFC 4055 §3.1, where an absent field has its default (SHA-1, MGF1 with SHA-1, 20, 1).
    ///
    /// # Errors
    /// [`AlgorithmError`]; with [`AlgorithmError::DigestMismatch`] the caller has both.
    pub fn from_algorithm_identifier(der: &[u8], digest: Option<DigestAlgorithm>) -> Result<Self, AlgorithmError> {
        let identifier = AlgorithmIdentifier::parse(der)?;
        let named = OIDS
            .iter()
            .find(|(content, ..)| *content == identifier.oid)
            .map(|(_, _, named)| *named)
            .ok_or_else(|| AlgorithmError::Unknown(Oid::from_content(identifier.oid)))?;
        let good_parameters = match named {
            Named::RsaPss => identifier.parameters.is_some(),
            Named::Ed25519 | Named::Ed448 => identifier.parameters.is_none(),
            // A key's own identifier carries the parameters of the key: the curve, or p, q and g.
            Named::Ecdsa(None) | Named::Dsa(None) => true,
            _ => identifier.has_no_parameters(),
        };
        if !good_parameters {
            return Err(AlgorithmError::Parameters);
        }
        let or_given = |named: Option<DigestAlgorithm>| named.or(digest).ok_or(AlgorithmError::DigestMissing);
        let algorithm = match named {
            Named::RsaPkcs1(named) => Self::RsaPkcs1 { digest: or_given(named)? },
            Named::RsaPss => PssParameters::parse(&identifier)?.into(),
            Named::Ecdsa(named) => Self::Ecdsa { digest: or_given(named)? },
            Named::PlainEcdsa(digest) => Self::PlainEcdsa { digest },
            Named::Dsa(named) => Self::Dsa { digest: or_given(named)? },
            Named::Ed25519 => Self::Ed25519,
            Named::Ed448 => Self::Ed448,
        };
        match (algorithm.digest(), digest) {
            (Some(named), Some(digest)) if named != digest => {
                Err(AlgorithmError::DigestMismatch { algorithm, digest })
            }
            _ => Ok(algorithm),
        }
    }

    /// Every digest that the value depends on: that of the message and, for PSS, that of the mask generation where
    /// it is another one.
    pub fn digests(self) -> impl Iterator<Item = DigestAlgorithm> {
        let mask = match self {
            Self::RsaPss { digest, mgf_digest, .. } if mgf_digest != digest => Some(mgf_digest),
            _ => None,
        };
        self.digest().into_iter().chain(mask)
    }

    /// The digest of the message; `None` for EdDSA, which hashes inside.
    #[must_use]
    pub const fn digest(self) -> Option<DigestAlgorithm> {
        match self {
            Self::RsaPkcs1 { digest }
            | Self::RsaPss { digest, .. }
            | Self::Ecdsa { digest }
            | Self::XmlEcdsa { digest }
            | Self::PlainEcdsa { digest }
            | Self::Dsa { digest }
            | Self::XmlDsa { digest } => Some(digest),
            Self::Ed25519 | Self::Ed448 => None,
        }
    }

    /// The family.
    #[must_use]
    pub const fn family(self) -> AlgorithmFamily {
        match self {
            Self::RsaPkcs1 { .. } => AlgorithmFamily::Rsa,
            Self::RsaPss { .. } => AlgorithmFamily::RsaPss,
            Self::Ecdsa { .. } | Self::XmlEcdsa { .. } => AlgorithmFamily::Ecdsa,
            Self::PlainEcdsa { .. } => AlgorithmFamily::PlainEcdsa,
            Self::Dsa { .. } | Self::XmlDsa { .. } => AlgorithmFamily::Dsa,
            Self::Ed25519 | Self::Ed448 => AlgorithmFamily::EdDsa,
        }
    }

    /// The name in reports, such as `RSA with SHA256`.
    #[must_use]
    pub fn name(self) -> String {
        self.to_string()
    }
}

impl fmt::Display for SignatureAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RsaPkcs1 { digest } => write!(f, "RSA with {digest}"),
            Self::RsaPss { digest, mgf_digest, .. } if digest == mgf_digest => {
                write!(f, "RSA with {digest} and MGF1")
            }
            Self::RsaPss { digest, mgf_digest, .. } => write!(f, "RSA with {digest} and MGF1 with {mgf_digest}"),
            Self::Ecdsa { digest } | Self::XmlEcdsa { digest } => write!(f, "ECDSA with {digest}"),
            Self::PlainEcdsa { digest } => write!(f, "PLAIN-ECDSA with {digest}"),
            Self::Dsa { digest } | Self::XmlDsa { digest } => write!(f, "DSA with {digest}"),
            Self::Ed25519 => f.write_str("Ed25519"),
            Self::Ed448 => f.write_str("Ed448"),
        }
    }
}

/// `RSASSA-PSS-params` (RFC 4055 §3.1), of a signature or of a key that is restricted to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PssParameters {
    pub(super) digest: DigestAlgorithm,
    pub(super) mgf_digest: DigestAlgorithm,
    pub(super) salt_len: u32,
}

impl From<PssParameters> for SignatureAlgorithm {
    fn from(PssParameters { digest, mgf_digest, salt_len }: PssParameters) -> Self {
        Self::RsaPss { digest, mgf_digest, salt_len }
    }
}

impl PssParameters {
    /// The longest salt that is read: no modulus that we take has room for more.
    const MAXIMUM_SALT: u32 = 2_048;

    /// Whether a key that is restricted to these signs with `algorithm` (RFC 4055 §3.3): the same digests, and a salt
    /// that is at least as long.
    pub(super) fn allow(&self, algorithm: SignatureAlgorithm) -> bool {
        matches!(
            algorithm,
            SignatureAlgorithm::RsaPss { digest, mgf_digest, salt_len }
                if self.digest == digest && self.mgf_digest == mgf_digest && salt_len >= self.salt_len
        )
    }

    /// From the parameters of an `id-RSASSA-PSS` identifier.
    pub(super) fn parse(identifier: &AlgorithmIdentifier<'_>) -> Result<Self, AlgorithmError> {
        let parameters = identifier.parameters.ok_or(AlgorithmError::Parameters)?;
        if parameters.tag != tag::SEQUENCE {
            return Err(AlgorithmError::Parameters);
        }
        let mut fields = parameters.reader()?;
        let digest = match explicit(&mut fields, 0)? {
            None => DigestAlgorithm::Sha1,
            Some(mut value) => {
                let inner = AlgorithmIdentifier::read(&mut value)?;
                value.finish()?;
                DigestAlgorithm::from_identifier(&inner)?
            }
        };
        let mgf_digest = match explicit(&mut fields, 1)? {
            None => DigestAlgorithm::Sha1,
            Some(mut value) => {
                let function = AlgorithmIdentifier::read(&mut value)?;
                value.finish()?;
                mgf1_digest(&function)?
            }
        };
        let salt_len = match explicit(&mut fields, 2)? {
            None => 20,
            Some(mut value) => {
                let length = value.expect(tag::INTEGER)?.integer()?;
                value.finish()?;
                u32::try_from(length).map_err(|_| AlgorithmError::SaltLength)?
            }
        };
        if salt_len > Self::MAXIMUM_SALT {
            return Err(AlgorithmError::SaltLength);
        }
        if let Some(mut value) = explicit(&mut fields, 3)? {
            let trailer = value.expect(tag::INTEGER)?.integer()?;
            value.finish()?;
            if trailer != 1 {
                return Err(AlgorithmError::Trailer);
            }
        }
        fields.finish()?;
        Ok(Self { digest, mgf_digest, salt_len })
    }
}

/// What stands in `[number]` where the next field is that.
fn explicit<'a>(fields: &mut Reader<'a>, number: u8) -> Result<Option<Reader<'a>>, DerError> {
    fields.optional(tag::context_constructed(number))?.map(|tlv| tlv.reader()).transpose()
}

fn mgf1_digest(function: &AlgorithmIdentifier<'_>) -> Result<DigestAlgorithm, AlgorithmError> {
    if function.oid != ID_MGF1 {
        return Err(AlgorithmError::MaskGeneration(Oid::from_content(function.oid)));
    }
    let parameter = function.parameters.ok_or(AlgorithmError::Parameters)?;
    DigestAlgorithm::from_algorithm_identifier(parameter.raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An `AlgorithmIdentifier` from the content of its fields.
    fn identifier(oid: &[u8], parameters: &[u8]) -> Vec<u8> {
        wrap(tag::SEQUENCE, &[wrap(tag::OID, oid), parameters.to_vec()].concat())
    }

    fn wrap(tag: u8, content: &[u8]) -> Vec<u8> {
        [&[tag, u8::try_from(content.len()).unwrap()], content].concat()
    }

    fn read(
        oid: &str,
        parameters: &[u8],
        digest: Option<DigestAlgorithm>,
    ) -> Result<SignatureAlgorithm, AlgorithmError> {
        let oid = Oid::from_dotted(oid).unwrap();
        SignatureAlgorithm::from_algorithm_identifier(&identifier(oid.content(), parameters), digest)
    }

    const NULL: &[u8] = &[5, 0];
    const RSA_SHA256: &str = "1.2.840.113549.1.1.11";
    const PSS: &str = "1.2.840.113549.1.1.10";

    #[test]
    fn identifiers_name_what_their_dotted_text_names() {
        for (content, dotted, _) in OIDS {
            assert_eq!(Oid::from_dotted(dotted).unwrap().content(), *content, "{dotted}");
            assert_eq!(OIDS.iter().filter(|(other, ..)| other == content).count(), 1, "{dotted}");
        }
        assert_eq!(Oid::from_content(ID_MGF1).to_string(), "1.2.840.113549.1.1.8");
    }

    /// Every name but the TeleTrusT and BSI ones is what `openssl asn1parse` or `openssl list` prints for it.
    #[test]
    fn identifiers_are_those_of_their_names() {
        for (oid, name) in [
            ("1.2.840.113549.1.1.4", "RSA with MD5"),
            ("1.2.840.113549.1.1.5", "RSA with SHA1"),
            ("1.3.14.3.2.29", "RSA with SHA1"),
            ("1.3.36.3.3.1.2", "RSA with RIPEMD160"),
            ("1.2.840.113549.1.1.12", "RSA with SHA384"),
            ("1.2.840.113549.1.1.13", "RSA with SHA512"),
            ("1.2.840.113549.1.1.14", "RSA with SHA224"),
            ("1.2.840.113549.1.1.15", "RSA with SHA512-224"),
            ("1.2.840.113549.1.1.16", "RSA with SHA512-256"),
            ("1.2.840.10045.4.1", "ECDSA with SHA1"),
            ("1.2.840.10045.4.3.1", "ECDSA with SHA224"),
            ("1.2.840.10045.4.3.4", "ECDSA with SHA512"),
            ("1.2.840.10040.4.3", "DSA with SHA1"),
            ("2.16.840.1.101.3.4.3.2", "DSA with SHA256"),
            ("2.16.840.1.101.3.4.3.10", "ECDSA with SHA3-256"),
            ("2.16.840.1.101.3.4.3.16", "RSA with SHA3-512"),
            ("0.4.0.127.0.7.1.1.4.1.3", "PLAIN-ECDSA with SHA256"),
            ("0.4.0.127.0.7.1.1.4.1.6", "PLAIN-ECDSA with RIPEMD160"),
            ("1.3.101.112", "Ed25519"),
            ("1.3.101.113", "Ed448"),
        ] {
            assert_eq!(read(oid, &[], None).unwrap().name(), name, "{oid}");
        }
    }

    #[test]
    fn a_digest_given_beside_the_identifier_is_used_or_has_to_agree() {
        let sha256 = Some(DigestAlgorithm::Sha256);
        let rsa = SignatureAlgorithm::RsaPkcs1 { digest: DigestAlgorithm::Sha256 };
        assert_eq!(read("1.2.840.113549.1.1.1", NULL, sha256), Ok(rsa));
        assert_eq!(read("1.2.840.113549.1.1.1", NULL, None), Err(AlgorithmError::DigestMissing));
        assert_eq!(read(RSA_SHA256, NULL, sha256), Ok(rsa));
        assert_eq!(read(RSA_SHA256, NULL, None), Ok(rsa));
        assert_eq!(
            read(RSA_SHA256, NULL, Some(DigestAlgorithm::Sha1)),
            Err(AlgorithmError::DigestMismatch { algorithm: rsa, digest: DigestAlgorithm::Sha1 })
        );
        let curve = [6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
        let ecdsa = SignatureAlgorithm::Ecdsa { digest: DigestAlgorithm::Sha256 };
        assert_eq!(read("1.2.840.10045.2.1", &curve, sha256), Ok(ecdsa));
        assert_eq!(read("1.2.840.10040.4.1", &[], None), Err(AlgorithmError::DigestMissing));
        assert_eq!(read("1.3.101.112", &[], sha256), Ok(SignatureAlgorithm::Ed25519));
    }

    #[test]
    fn parameters_have_to_be_those_of_the_algorithm() {
        let integer = [2, 1, 0];
        assert!(read(RSA_SHA256, &[], None).is_ok());
        assert_eq!(read(RSA_SHA256, &integer, None), Err(AlgorithmError::Parameters));
        assert!(matches!(read(RSA_SHA256, &[5, 0, 5, 0], None), Err(AlgorithmError::Der(_))));
        assert_eq!(read("1.3.101.112", NULL, None), Err(AlgorithmError::Parameters));
        assert_eq!(read(PSS, &[], None), Err(AlgorithmError::Parameters));
        assert_eq!(read(PSS, NULL, None), Err(AlgorithmError::Parameters));
        assert!(
            matches!(read("1.2.3", NULL, None), Err(AlgorithmError::Unknown(oid)) if oid.to_string() == "1.2.3")
        );
        assert!(matches!(
            SignatureAlgorithm::from_algorithm_identifier(&[0x30, 2, 6, 0], None),
            Err(AlgorithmError::Der(_))
        ));
        let trailing = [identifier(ID_ED25519, &[]), vec![0]].concat();
        assert!(SignatureAlgorithm::from_algorithm_identifier(&trailing, None).is_err());
    }

    #[test]
    fn pss_parameters_are_read_strictly() {
        let digest = |oid: &str| identifier(Oid::from_dotted(oid).unwrap().content(), &[]);
        let sha256 = digest("2.16.840.1.101.3.4.2.1");
        let sha512 = digest("2.16.840.1.101.3.4.2.3");
        let hash = wrap(0xa0, &sha512);
        let mask = wrap(0xa1, &identifier(ID_MGF1, &sha256));
        let salt = |octets: &[u8]| wrap(0xa2, &wrap(tag::INTEGER, octets));
        let trailer = |octet: u8| wrap(0xa3, &[2, 1, octet]);
        let parse = |fields: &[&[u8]]| read(PSS, &wrap(tag::SEQUENCE, &fields.concat()), None);
        let pss = |digest, mgf_digest, salt_len| Ok(SignatureAlgorithm::RsaPss { digest, mgf_digest, salt_len });

        assert_eq!(parse(&[]), pss(DigestAlgorithm::Sha1, DigestAlgorithm::Sha1, 20));
        assert_eq!(
            parse(&[&hash, &mask, &salt(&[0x01, 0xbe]), &trailer(1)]),
            pss(DigestAlgorithm::Sha512, DigestAlgorithm::Sha256, 446)
        );
        assert_eq!(parse(&[&mask]), pss(DigestAlgorithm::Sha1, DigestAlgorithm::Sha256, 20));
        assert_eq!(parse(&[&hash, &salt(&[0])]), pss(DigestAlgorithm::Sha512, DigestAlgorithm::Sha1, 0));

        assert_eq!(parse(&[&salt(&[0xff])]), Err(AlgorithmError::SaltLength));
        assert_eq!(parse(&[&salt(&[0x08, 0x01])]), Err(AlgorithmError::SaltLength));
        assert_eq!(parse(&[&salt(&[0x7f, 0xff, 0xff, 0xff, 0xff])]), Err(AlgorithmError::SaltLength));
        assert_eq!(parse(&[&trailer(2)]), Err(AlgorithmError::Trailer));
        assert!(matches!(parse(&[&mask, &hash]), Err(AlgorithmError::Der(_))), "out of order");
        assert!(matches!(parse(&[&hash, &hash]), Err(AlgorithmError::Der(_))), "twice");
        assert!(matches!(parse(&[&hash, &[5, 0]]), Err(AlgorithmError::Der(_))), "something behind");
        let unknown_mask = wrap(0xa1, &identifier(&[0x2a, 3], &sha256));
        assert!(matches!(parse(&[&unknown_mask]), Err(AlgorithmError::MaskGeneration(_))));
        let bare_mask = wrap(0xa1, &identifier(ID_MGF1, &[]));
        assert_eq!(parse(&[&bare_mask]), Err(AlgorithmError::Parameters));
        let not_a_digest = wrap(0xa0, &identifier(ID_MGF1, &[]));
        assert!(matches!(parse(&[&not_a_digest]), Err(AlgorithmError::UnknownDigest(_))));
        let two_in_one = wrap(0xa0, &[sha512.clone(), sha256.clone()].concat());
        assert!(matches!(parse(&[&two_in_one]), Err(AlgorithmError::Der(_))));
    }

    #[test]
    fn families_are_those_of_policies() {
        let digest = DigestAlgorithm::Sha256;
        for (algorithm, family) in [
            (SignatureAlgorithm::RsaPkcs1 { digest }, "RSA"),
            (SignatureAlgorithm::RsaPss { digest, mgf_digest: digest, salt_len: 32 }, "RSASSA-PSS"),
            (SignatureAlgorithm::Ecdsa { digest }, "ECDSA"),
            (SignatureAlgorithm::XmlEcdsa { digest }, "ECDSA"),
            (SignatureAlgorithm::PlainEcdsa { digest }, "PLAIN-ECDSA"),
            (SignatureAlgorithm::Dsa { digest }, "DSA"),
            (SignatureAlgorithm::XmlDsa { digest }, "DSA"),
            (SignatureAlgorithm::Ed25519, "EdDSA"),
            (SignatureAlgorithm::Ed448, "EdDSA"),
        ] {
            assert_eq!(algorithm.family().name(), family);
            assert_eq!(algorithm.digest().is_none(), family == "EdDSA");
        }
    }
}
