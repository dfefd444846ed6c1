//! Algorithm URIs of XML signatures: XML Signature 1.1 §6, RFC 6931, RFC 9231 §2.
//!
//! Of `#rsa-pss` the parameters stand in child elements; whoever reads them calls
//! [`SignatureAlgorithm::xml_rsa_pss`]. HMAC is not here: a shared secret proves nothing to a court.

use super::algorithm::AlgorithmError;
use super::algorithm::SignatureAlgorithm;
use super::digest::DigestAlgorithm;

/// Digest methods. RFC 9231 §2.1; there is none for SHA-512/224, SHA-512/256 and SHAKE256.
const DIGESTS: &[(&str, DigestAlgorithm)] = &[
    ("http://www.w3.org/2001/04/xmlenc#sha256", DigestAlgorithm::Sha256),
    ("http://www.w3.org/2001/04/xmlenc#sha512", DigestAlgorithm::Sha512),
    ("http://www.w3.org/2001/04/xmldsig-more#sha384", DigestAlgorithm::Sha384),
    ("http://www.w3.org/2000/09/xmldsig#sha1", DigestAlgorithm::Sha1),
    ("http://www.w3.org/2001/04/xmldsig-more#sha224", DigestAlgorithm::Sha224),
    ("http://www.w3.org/2007/05/xmldsig-more#sha3-224", DigestAlgorithm::Sha3_224),
    ("http://www.w3.org/2007/05/xmldsig-more#sha3-256", DigestAlgorithm::Sha3_256),
    ("http://www.w3.org/2007/05/xmldsig-more#sha3-384", DigestAlgorithm::Sha3_384),
    ("http://www.w3.org/2007/05/xmldsig-more#sha3-512", DigestAlgorithm::Sha3_512),
    ("http://www.w3.org/2001/04/xmlenc#ripemd160", DigestAlgorithm::Ripemd160),
    ("http://www.w3.org/2001/04/xmldsig-more#md5", DigestAlgorithm::Md5),
];

/// `http://www.w3.org/2007/05/xmldsig-more#rsa-pss` (RFC 9231 §2.3.9).
const RSA_PSS: &str = "http://www.w3.org/2007/05/xmldsig-more#rsa-pss";

/// PSS without parameters: MGF1 with the same digest, a salt as long as the digest (RFC 9231 §2.3.10).
const fn pss(digest: DigestAlgorithm, salt_len: u32) -> SignatureAlgorithm {
    SignatureAlgorithm::RsaPss { digest, mgf_digest: digest, salt_len }
}

const fn rsa(digest: DigestAlgorithm) -> SignatureAlgorithm {
    SignatureAlgorithm::RsaPkcs1 { digest }
}

const fn ecdsa(digest: DigestAlgorithm) -> SignatureAlgorithm {
    SignatureAlgorithm::XmlEcdsa { digest }
}

const fn dsa(digest: DigestAlgorithm) -> SignatureAlgorithm {
    SignatureAlgorithm::XmlDsa { digest }
}

/// Signature methods. RFC 9231 §2.3; XML Signature 1.1 §6.4.
#[rustfmt::skip]
const SIGNATURES: &[(&str, SignatureAlgorithm)] = &[
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", rsa(DigestAlgorithm::Sha256)),
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", rsa(DigestAlgorithm::Sha512)),
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha384", rsa(DigestAlgorithm::Sha384)),
    ("http://www.w3.org/2000/09/xmldsig#rsa-sha1", rsa(DigestAlgorithm::Sha1)),
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha224", rsa(DigestAlgorithm::Sha224)),
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-md5", rsa(DigestAlgorithm::Md5)),
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-ripemd160", rsa(DigestAlgorithm::Ripemd160)),
    ("http://www.w3.org/2007/05/xmldsig-more#md5-rsa-MGF1", pss(DigestAlgorithm::Md5, 16)),
    ("http://www.w3.org/2007/05/xmldsig-more#ripemd160-rsa-MGF1", pss(DigestAlgorithm::Ripemd160, 20)),
    ("http://www.w3.org/2007/05/xmldsig-more#sha1-rsa-MGF1", pss(DigestAlgorithm::Sha1, 20)),
    ("http://www.w3.org/2007/05/xmldsig-more#sha224-rsa-MGF1", pss(DigestAlgorithm::Sha224, 28)),
    ("http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1", pss(DigestAlgorithm::Sha256, 32)),
    ("http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1", pss(DigestAlgorithm::Sha384, 48)),
    ("http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1", pss(DigestAlgorithm::Sha512, 64)),
    ("http://www.w3.org/2007/05/xmldsig-more#sha3-224-rsa-MGF1", pss(DigestAlgorithm::Sha3_224, 28)),
    ("http://www.w3.org/2007/05/xmldsig-more#sha3-256-rsa-MGF1", pss(DigestAlgorithm::Sha3_256, 32)),
    ("http://www.w3.org/2007/05/xmldsig-more#sha3-384-rsa-MGF1", pss(DigestAlgorithm::Sha3_384, 48)),
    ("http://www.w3.org/2007/05/xmldsig-more#sha3-512-rsa-MGF1", pss(DigestAlgorithm::Sha3_512, 64)),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1", ecdsa(DigestAlgorithm::Sha1)),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha224", ecdsa(DigestAlgorithm::Sha224)),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", ecdsa(DigestAlgorithm::Sha256)),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384", ecdsa(DigestAlgorithm::Sha384)),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512", ecdsa(DigestAlgorithm::Sha512)),
    ("http://www.w3.org/2007/05/xmldsig-more#ecdsa-ripemd160", ecdsa(DigestAlgorithm::Ripemd160)),
    ("http://www.w3.org/2021/04/xmldsig-more#ecdsa-sha3-224", ecdsa(DigestAlgorithm::Sha3_224)),
    ("http://www.w3.org/2021/04/xmldsig-more#ecdsa-sha3-256", ecdsa(DigestAlgorithm::Sha3_256)),
    ("http://www.w3.org/2021/04/xmldsig-more#ecdsa-sha3-384", ecdsa(DigestAlgorithm::Sha3_384)),
    ("http://www.w3.org/2021/04/xmldsig-more#ecdsa-sha3-512", ecdsa(DigestAlgorithm::Sha3_512)),
    ("http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519", SignatureAlgorithm::Ed25519),
    ("http://www.w3.org/2021/04/xmldsig-more#eddsa-ed448", SignatureAlgorithm::Ed448),
    ("http://www.w3.org/2000/09/xmldsig#dsa-sha1", dsa(DigestAlgorithm::Sha1)),
    ("http://www.w3.org/2009/xmldsig11#dsa-sha256", dsa(DigestAlgorithm::Sha256)),
];

impl DigestAlgorithm {
    /// The URI of the digest method; `None` where there is none.
    #[must_use]
    pub fn uri(self) -> Option<&'static str> {
        DIGESTS.iter().find(|(_, algorithm)| *algorithm == self).map(|(uri, _)| *uri)
    }

    /// By URI, compared octet by octet; `None` where it names no known digest.
    #[must_use]
    pub fn from_uri(uri: &str) -> Option<Self> {
        DIGESTS.iter().find(|(known, _)| *known == uri).map(|(_, algorithm)| *algorithm)
    }
}

impl SignatureAlgorithm {
    /// By the URI of a signature method, compared octet by octet. ECDSA and DSA come back in their XML form.
    ///
    /// # Errors
    /// [`AlgorithmError::UnknownUri`]; for `#rsa-pss` [`AlgorithmError::Parameters`], since they stand elsewhere.
    pub fn from_uri(uri: &str) -> Result<Self, AlgorithmError> {
        match SIGNATURES.iter().find(|(known, _)| *known == uri) {
            Some((_, algorithm)) => Ok(*algorithm),
            None if uri == RSA_PSS => Err(AlgorithmError::Parameters),
            None => Err(AlgorithmError::UnknownUri),
        }
    }

    /// The algorithm of `#rsa-pss` from its `RSAPSSParams` (RFC 9231 §2.3.9), where a missing element has its
    /// default: SHA-256; MGF1 with SHA-256; a salt as long as the digest; trailer 1.
    ///
    /// # Errors
    /// [`AlgorithmError::Trailer`] where the trailer is not 1.
    pub fn xml_rsa_pss(
        digest: Option<DigestAlgorithm>,
        mgf_digest: Option<DigestAlgorithm>,
        salt_len: Option<u32>,
        trailer: Option<u32>,
    ) -> Result<Self, AlgorithmError> {
        if trailer.is_some_and(|trailer| trailer != 1) {
            return Err(AlgorithmError::Trailer);
        }
        let digest = digest.unwrap_or(DigestAlgorithm::Sha256);
        let salt_len = match salt_len {
            Some(salt_len) => salt_len,
            None => u32::try_from(digest.output_len()).map_err(|_| AlgorithmError::SaltLength)?,
        };
        Ok(Self::RsaPss { digest, mgf_digest: mgf_digest.unwrap_or(DigestAlgorithm::Sha256), salt_len })
    }

    /// The URI of the signature method; `None` where there is none, and for PSS with other than the usual
    /// parameters (those are `#rsa-pss` with child elements).
    #[must_use]
    pub fn uri(self) -> Option<&'static str> {
        let xml = match self {
            Self::Ecdsa { digest } => Self::XmlEcdsa { digest },
            Self::Dsa { digest } => Self::XmlDsa { digest },
            other => other,
        };
        SIGNATURES.iter().find(|(_, algorithm)| *algorithm == xml).map(|(uri, _)| *uri)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_uri_round_trips_and_stands_once() {
        for (uri, algorithm) in DIGESTS {
            assert_eq!(DigestAlgorithm::from_uri(uri), Some(*algorithm));
            assert_eq!(algorithm.uri(), Some(*uri));
        }
        for (uri, algorithm) in SIGNATURES {
            assert_eq!(SignatureAlgorithm::from_uri(uri), Ok(*algorithm));
            assert_eq!(algorithm.uri(), Some(*uri));
        }
    }

    #[test]
    fn the_name_in_a_uri_is_the_algorithm() {
        for (uri, algorithm) in SIGNATURES {
            let (_, name) = uri.split_once('#').unwrap();
            let flat = |text: &str| text.to_lowercase().replace('-', "");
            if let Some(digest) = algorithm.digest() {
                assert!(flat(name).contains(&flat(digest.name())), "{uri}");
            }
            if let SignatureAlgorithm::RsaPss { digest, mgf_digest, salt_len } = algorithm {
                assert_eq!(
                    (digest, usize::try_from(*salt_len).unwrap()),
                    (mgf_digest, digest.output_len()),
                    "{uri}"
                );
            }
        }
    }

    #[test]
    fn unknown_uris_are_refused() {
        for uri in ["", "http://www.w3.org/2000/09/xmldsig#hmac-sha1", "http://www.w3.org/2000/09/xmldsig#RSA-SHA1"]
        {
            assert_eq!(SignatureAlgorithm::from_uri(uri), Err(AlgorithmError::UnknownUri), "{uri}");
            assert_eq!(DigestAlgorithm::from_uri(uri), None, "{uri}");
        }
        assert_eq!(SignatureAlgorithm::from_uri(RSA_PSS), Err(AlgorithmError::Parameters));
        assert_eq!(DigestAlgorithm::Sha512_256.uri(), None);
    }

    #[test]
    fn missing_pss_parameters_have_their_defaults() {
        let pss = |digest, mgf_digest, salt_len| Ok(SignatureAlgorithm::RsaPss { digest, mgf_digest, salt_len });
        let sha256 = DigestAlgorithm::Sha256;
        let sha512 = DigestAlgorithm::Sha512;
        assert_eq!(SignatureAlgorithm::xml_rsa_pss(None, None, None, None), pss(sha256, sha256, 32));
        assert_eq!(SignatureAlgorithm::xml_rsa_pss(Some(sha512), None, None, Some(1)), pss(sha512, sha256, 64));
        assert_eq!(
            SignatureAlgorithm::xml_rsa_pss(Some(sha512), Some(sha512), Some(8), None),
            pss(sha512, sha512, 8)
        );
        assert_eq!(SignatureAlgorithm::xml_rsa_pss(None, None, None, Some(2)), Err(AlgorithmError::Trailer));
        assert_eq!(SignatureAlgorithm::from_uri(RSA_PSS), Err(AlgorithmError::Parameters));
    }
}
