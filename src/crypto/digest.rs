//! Digest algorithms and digests: FIPS 180-4, FIPS 202, RFC 1321 (MD5), RIPEMD-160.
//!
//! *ring* computes SHA-1, SHA-256, SHA-384 and SHA-512, RustCrypto the others. A [`DigestState`] can be cloned,
//! so that one reading of a document yields the digests of all its revisions.
//! Whether an algorithm is still good is not asked here.

use std::fmt;
use std::hash::{Hash, Hasher};

use md5::Digest as _;
use shake::ExtendableOutput as _;
use shake::Update as _;
use shake::XofReader as _;

use super::algorithm::AlgorithmError;
use super::identifier::AlgorithmIdentifier;
use crate::syntax::der::Oid;
use crate::syntax::der::tag;
use crate::syntax::hex::write_hex;

/// Octets of the longest digest.
const MAXIMUM_LEN: usize = 64;

/// A digest algorithm that can be computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum DigestAlgorithm {
    /// MD5 (RFC 1321).
    Md5,
    /// RIPEMD-160.
    Ripemd160,
    /// SHA-1.
    Sha1,
    /// SHA-224.
    Sha224,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
    /// SHA-512/224.
    Sha512_224,
    /// SHA-512/256.
    Sha512_256,
    /// SHA3-224.
    Sha3_224,
    /// SHA3-256.
    Sha3_256,
    /// SHA3-384.
    Sha3_384,
    /// SHA3-512.
    Sha3_512,
    /// SHAKE256 with 512 bits of output: the digest of CMS with Ed448 (RFC 8419 §2.3).
    Shake256_512,
}

/// Object identifiers with their content octets. The first of an algorithm is the one that we write.
/// FIPS arc: NIST CSOR; MD5: RFC 8017 B.1; RIPEMD-160: TeleTrusT; SHAKE256: RFC 8419 §2.3, RFC 8702 §3.1.
#[rustfmt::skip]
const OIDS: &[(&[u8], &str, DigestAlgorithm)] = &[
    (b"\x60\x86\x48\x01\x65\x03\x04\x02\x01", "2.16.840.1.101.3.4.2.1", DigestAlgorithm::Sha256),
    (b"\x60\x86\x48\x01\x65\x03\x04\x02\x02", "2.16.840.1.101.3.4.2.2", DigestAlgorithm::Sha384),
    (b"\x60\x86\x48\x01\x65\x03\x04\x02\x03", "2.16.840.1.101.3.4.2.3", DigestAlgorithm::Sha512),
    (b"\x2b\x0e\x03\x02\x1a", "1.3.14.3.2.26", DigestAlgorithm::Sha1),
    (b"\x60\x86\x48\x01\x65\x03\x04\x02\x04", "2.16.840.1.101.3.4.2.4", DigestAlgorithm::Sha224),
    (b"\x60\x86\x48\x01\x65\x03\x04\x02\x05", "2.16.840.1.101.3.4.2.5", DigestAlgorithm::Sha512_224),
    (b"\x60\x86\x48\x01\x65\x03\x04\x02\x06", "2.16.840.1.101.3.4.2.6", DigestAlgorithm::Sha512_256),
    (b"\x60\x86\x48\x01\x65\x03\x04\x02\x07", "2.16.840.1.101.3.4.2.7", DigestAlgorithm::Sha3_224),
    (b"\x60\x86\x48\x01\x65\x03\x04\x02\x08", "2.16.840.1.101.3.4.2.8", DigestAlgorithm::Sha3_256),
    (b"\x60\x86\x48\x01\x65\x03\x04\x02\x09", "2.16.840.1.101.3.4.2.9", DigestAlgorithm::Sha3_384),
    (b"\x60\x86\x48\x01\x65\x03\x04\x02\x0a", "2.16.840.1.101.3.4.2.10", DigestAlgorithm::Sha3_512),
    (SHAKE256_LEN, "2.16.840.1.101.3.4.2.18", DigestAlgorithm::Shake256_512),
    (b"\x60\x86\x48\x01\x65\x03\x04\x02\x0c", "2.16.840.1.101.3.4.2.12", DigestAlgorithm::Shake256_512),
    (b"\x2b\x24\x03\x02\x01", "1.3.36.3.2.1", DigestAlgorithm::Ripemd160),
    (b"\x2a\x86\x48\x86\xf7\x0d\x02\x05", "1.2.840.113549.2.5", DigestAlgorithm::Md5),
];

/// `id-shake256-len`, whose parameter is the number of bits.
const SHAKE256_LEN: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x02\x12";

impl DigestAlgorithm {
    /// All of them, in the order of the type.
    pub const ALL: [Self; 14] = [
        Self::Md5,
        Self::Ripemd160,
        Self::Sha1,
        Self::Sha224,
        Self::Sha256,
        Self::Sha384,
        Self::Sha512,
        Self::Sha512_224,
        Self::Sha512_256,
        Self::Sha3_224,
        Self::Sha3_256,
        Self::Sha3_384,
        Self::Sha3_512,
        Self::Shake256_512,
    ];

    /// The name in policies and reports, as EU DSS writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Ripemd160 => "RIPEMD160",
            Self::Sha1 => "SHA1",
            Self::Sha224 => "SHA224",
            Self::Sha256 => "SHA256",
            Self::Sha384 => "SHA384",
            Self::Sha512 => "SHA512",
            Self::Sha512_224 => "SHA512-224",
            Self::Sha512_256 => "SHA512-256",
            Self::Sha3_224 => "SHA3-224",
            Self::Sha3_256 => "SHA3-256",
            Self::Sha3_384 => "SHA3-384",
            Self::Sha3_512 => "SHA3-512",
            Self::Shake256_512 => "SHAKE256-512",
        }
    }

    /// By [`DigestAlgorithm::name`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// Octets of a digest.
    #[must_use]
    pub const fn output_len(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Ripemd160 | Self::Sha1 => 20,
            Self::Sha224 | Self::Sha512_224 | Self::Sha3_224 => 28,
            Self::Sha256 | Self::Sha512_256 | Self::Sha3_256 => 32,
            Self::Sha384 | Self::Sha3_384 => 48,
            Self::Sha512 | Self::Sha3_512 | Self::Shake256_512 => 64,
        }
    }

    /// The object identifier.
    #[must_use]
    pub fn oid(self) -> Oid {
        Oid::from_content(self.oid_content())
    }

    /// The content octets of the object identifier.
    #[must_use]
    pub(super) fn oid_content(self) -> &'static [u8] {
        OIDS.iter().find(|(_, _, algorithm)| *algorithm == self).map_or(&[], |(content, ..)| content)
    }

    /// By object identifier; `None` where it names no known digest.
    #[must_use]
    pub fn from_oid(oid: &Oid) -> Option<Self> {
        Self::from_content(oid.content())
    }

    /// By the content octets of an object identifier.
    #[must_use]
    pub fn from_content(octets: &[u8]) -> Option<Self> {
        OIDS.iter().find(|(content, ..)| *content == octets).map(|(_, _, algorithm)| *algorithm)
    }

    /// From a whole `AlgorithmIdentifier` in DER or BER, such as a `digestAlgorithm` of CMS. Parameters may be
    /// absent or NULL (RFC 5754 §2); those of `id-shake256-len` have to be 512.
    ///
    /// # Errors
    /// [`AlgorithmError::Der`], [`AlgorithmError::UnknownDigest`] or [`AlgorithmError::Parameters`].
    pub fn from_algorithm_identifier(der: &[u8]) -> Result<Self, AlgorithmError> {
        Self::from_identifier(&AlgorithmIdentifier::parse(der)?)
    }

    pub(super) fn from_identifier(identifier: &AlgorithmIdentifier<'_>) -> Result<Self, AlgorithmError> {
        let algorithm = Self::from_content(identifier.oid)
            .ok_or_else(|| AlgorithmError::UnknownDigest(Oid::from_content(identifier.oid)))?;
        let good = if identifier.oid == SHAKE256_LEN {
            identifier.parameters.is_some_and(|tlv| tlv.tag == tag::INTEGER && tlv.integer() == Ok(512))
        } else {
            identifier.has_no_parameters()
        };
        if good { Ok(algorithm) } else { Err(AlgorithmError::Parameters) }
    }
}

impl fmt::Display for DigestAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A digest and the algorithm that made it. Two are equal where both are.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Digest {
    algorithm: DigestAlgorithm,
    /// Zero beyond the length of the algorithm.
    octets: [u8; MAXIMUM_LEN],
}

impl Hash for Digest {
    /// For the place in a table the first 16 octets do: nobody makes many digests that share them.
    fn hash<H: Hasher>(&self, state: &mut H) {
        if let Some(first) = self.octets.first_chunk::<16>() {
            state.write_u128(u128::from_ne_bytes(*first));
        }
    }
}

impl Digest {
    /// A digest that stands somewhere (a message imprint, a `messageDigest`); `None` where the number of octets
    /// is not that of the algorithm.
    #[must_use]
    pub fn from_bytes(algorithm: DigestAlgorithm, bytes: &[u8]) -> Option<Self> {
        if bytes.len() != algorithm.output_len() {
            return None;
        }
        let mut octets = [0; MAXIMUM_LEN];
        octets.get_mut(..bytes.len())?.copy_from_slice(bytes);
        Some(Self { algorithm, octets })
    }

    /// The algorithm.
    #[must_use]
    pub const fn algorithm(&self) -> DigestAlgorithm {
        self.algorithm
    }

    /// The octets, as many as the algorithm has.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.octets.get(..self.algorithm.output_len()).unwrap_or_default()
    }
}

impl fmt::Display for Digest {
    /// The octets in lower-case hexadecimal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(f, self.as_bytes())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({} {self})", self.algorithm)
    }
}

/// The digest of `bytes`.
#[must_use]
pub fn digest(algorithm: DigestAlgorithm, bytes: &[u8]) -> Digest {
    let mut state = DigestState::new(algorithm);
    state.update(bytes);
    state.finish()
}

/// A digest being computed. A clone goes on from where the original stands.
#[derive(Clone)]
pub struct DigestState {
    algorithm: DigestAlgorithm,
    engine: Engine,
}

#[derive(Clone)]
enum Engine {
    Ring(ring::digest::Context),
    Md5(md5::Md5),
    Ripemd160(ripemd::Ripemd160),
    Sha224(sha2::Sha224),
    Sha512_224(sha2::Sha512_224),
    Sha512_256(sha2::Sha512_256),
    Sha3_224(sha3::Sha3_224),
    Sha3_256(sha3::Sha3_256),
    Sha3_384(sha3::Sha3_384),
    Sha3_512(sha3::Sha3_512),
    Shake256(shake::Shake256),
}

impl DigestState {
    /// Over nothing yet.
    #[must_use]
    pub fn new(algorithm: DigestAlgorithm) -> Self {
        let by_ring = |algorithm| Engine::Ring(ring::digest::Context::new(algorithm));
        let engine = match algorithm {
            DigestAlgorithm::Sha1 => by_ring(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY),
            DigestAlgorithm::Sha256 => by_ring(&ring::digest::SHA256),
            DigestAlgorithm::Sha384 => by_ring(&ring::digest::SHA384),
            DigestAlgorithm::Sha512 => by_ring(&ring::digest::SHA512),
            DigestAlgorithm::Md5 => Engine::Md5(md5::Md5::new()),
            DigestAlgorithm::Ripemd160 => Engine::Ripemd160(ripemd::Ripemd160::new()),
            DigestAlgorithm::Sha224 => Engine::Sha224(sha2::Sha224::new()),
            DigestAlgorithm::Sha512_224 => Engine::Sha512_224(sha2::Sha512_224::new()),
            DigestAlgorithm::Sha512_256 => Engine::Sha512_256(sha2::Sha512_256::new()),
            DigestAlgorithm::Sha3_224 => Engine::Sha3_224(sha3::Sha3_224::new()),
            DigestAlgorithm::Sha3_256 => Engine::Sha3_256(sha3::Sha3_256::new()),
            DigestAlgorithm::Sha3_384 => Engine::Sha3_384(sha3::Sha3_384::new()),
            DigestAlgorithm::Sha3_512 => Engine::Sha3_512(sha3::Sha3_512::new()),
            DigestAlgorithm::Shake256_512 => Engine::Shake256(shake::Shake256::default()),
        };
        Self { algorithm, engine }
    }

    /// The algorithm.
    #[must_use]
    pub const fn algorithm(&self) -> DigestAlgorithm {
        self.algorithm
    }

    /// Takes more octets in.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.engine {
            Engine::Ring(engine) => engine.update(bytes),
            Engine::Md5(engine) => md5::Digest::update(engine, bytes),
            Engine::Ripemd160(engine) => md5::Digest::update(engine, bytes),
            Engine::Sha224(engine) => md5::Digest::update(engine, bytes),
            Engine::Sha512_224(engine) => md5::Digest::update(engine, bytes),
            Engine::Sha512_256(engine) => md5::Digest::update(engine, bytes),
            Engine::Sha3_224(engine) => md5::Digest::update(engine, bytes),
            Engine::Sha3_256(engine) => md5::Digest::update(engine, bytes),
            Engine::Sha3_384(engine) => md5::Digest::update(engine, bytes),
            Engine::Sha3_512(engine) => md5::Digest::update(engine, bytes),
            Engine::Shake256(engine) => engine.update(bytes),
        }
    }

    /// The digest of all that was taken in.
    #[must_use]
    pub fn finish(self) -> Digest {
        let mut octets = [0; MAXIMUM_LEN];
        let mut put = |bytes: &[u8]| {
            for (octet, byte) in octets.iter_mut().zip(bytes) {
                *octet = *byte;
            }
        };
        match self.engine {
            Engine::Ring(engine) => put(engine.finish().as_ref()),
            Engine::Md5(engine) => put(&engine.finalize()),
            Engine::Ripemd160(engine) => put(&engine.finalize()),
            Engine::Sha224(engine) => put(&engine.finalize()),
            Engine::Sha512_224(engine) => put(&engine.finalize()),
            Engine::Sha512_256(engine) => put(&engine.finalize()),
            Engine::Sha3_224(engine) => put(&engine.finalize()),
            Engine::Sha3_256(engine) => put(&engine.finalize()),
            Engine::Sha3_384(engine) => put(&engine.finalize()),
            Engine::Sha3_512(engine) => put(&engine.finalize()),
            Engine::Shake256(engine) => engine.finalize_xof().read(&mut octets),
        }
        Digest { algorithm: self.algorithm, octets }
    }
}

impl fmt::Debug for DigestState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DigestState({})", self.algorithm)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `printf abc | openssl dgst -<algorithm>`; SHAKE256 with `-xoflen 64`.
    const ABC: [(DigestAlgorithm, &str); 14] = [
        (DigestAlgorithm::Md5, "900150983cd24fb0d6963f7d28e17f72"),
        (DigestAlgorithm::Ripemd160, "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc"),
        (DigestAlgorithm::Sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (DigestAlgorithm::Sha224, "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"),
        (DigestAlgorithm::Sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            DigestAlgorithm::Sha384,
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
        ),
        (
            DigestAlgorithm::Sha512,
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        ),
        (DigestAlgorithm::Sha512_224, "4634270f707b6a54daae7530460842e20e37ed265ceee9a43e8924aa"),
        (DigestAlgorithm::Sha512_256, "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23"),
        (DigestAlgorithm::Sha3_224, "e642824c3f8cf24ad09234ee7d3c766fc9a3a5168d0c94ad73b46fdf"),
        (DigestAlgorithm::Sha3_256, "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"),
        (
            DigestAlgorithm::Sha3_384,
            "ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c2596da7cf0e49be4b298d88cea927ac7f539f1edf228376d25",
        ),
        (
            DigestAlgorithm::Sha3_512,
            "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0",
        ),
        (
            DigestAlgorithm::Shake256_512,
            "483366601360a8771c6863080cc4114d8db44530f8f1e1ee4f94ea37e78b5739d5a15bef186a5386c75744c0527e1faa9f8726e462a12a4feb06bd8801e751e4",
        ),
    ];

    #[test]
    fn digests_are_those_of_openssl() {
        assert!(ABC.iter().map(|(algorithm, _)| *algorithm).eq(DigestAlgorithm::ALL));
        for (algorithm, expected) in ABC {
            let digest = digest(algorithm, b"abc");
            assert_eq!(digest.to_string(), expected, "{algorithm}");
            assert_eq!(digest.as_bytes().len(), algorithm.output_len(), "{algorithm}");
            assert_eq!(Digest::from_bytes(algorithm, digest.as_bytes()), Some(digest), "{algorithm}");
            assert_eq!(Digest::from_bytes(algorithm, &digest.as_bytes()[1..]), None, "{algorithm}");
        }
    }

    #[test]
    fn a_clone_goes_on_from_where_the_original_stands() {
        let text: Vec<u8> = (0..=255).cycle().take(1_000).collect();
        for algorithm in DigestAlgorithm::ALL {
            let mut state = DigestState::new(algorithm);
            for (at, octet) in text.iter().enumerate() {
                if at % 97 == 0 {
                    assert_eq!(state.clone().finish(), digest(algorithm, &text[..at]), "{algorithm} at {at}");
                }
                state.update(&[*octet]);
            }
            assert_eq!(state.finish(), digest(algorithm, &text), "{algorithm}");
        }
    }

    #[test]
    fn identifiers_name_what_their_dotted_text_names() {
        for (content, dotted, algorithm) in OIDS {
            assert_eq!(Oid::from_dotted(dotted).unwrap().content(), *content, "{dotted}");
            assert_eq!(DigestAlgorithm::from_content(content), Some(*algorithm), "{dotted}");
        }
        for algorithm in DigestAlgorithm::ALL {
            assert_eq!(DigestAlgorithm::from_oid(&algorithm.oid()), Some(algorithm));
            assert_eq!(DigestAlgorithm::from_name(algorithm.name()), Some(algorithm));
        }
        assert_eq!(DigestAlgorithm::from_content(b""), None);
    }

    #[test]
    fn an_identifier_may_have_null_or_no_parameters() {
        let read = |der: &[u8]| DigestAlgorithm::from_algorithm_identifier(der);
        assert_eq!(read(b"\x30\x07\x06\x05\x2b\x0e\x03\x02\x1a"), Ok(DigestAlgorithm::Sha1));
        assert_eq!(read(b"\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00"), Ok(DigestAlgorithm::Sha1));
        assert_eq!(read(b"\x30\x0a\x06\x05\x2b\x0e\x03\x02\x1a\x05\x01\x00"), Err(AlgorithmError::Parameters));
        assert_eq!(read(b"\x30\x0a\x06\x05\x2b\x0e\x03\x02\x1a\x02\x01\x00"), Err(AlgorithmError::Parameters));
        assert!(matches!(read(b"\x30\x0a\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00"), Err(AlgorithmError::Der(_))));
        assert!(matches!(
            read(b"\x30\x07\x06\x05\x2b\x0e\x03\x02\x1b"),
            Err(AlgorithmError::UnknownDigest(oid)) if oid.to_string() == "1.3.14.3.2.27"
        ));
        // id-shake256-len has a length; id-shake256 has none.
        let with_len = b"\x30\x0f\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x12\x02\x02\x02\x00";
        assert_eq!(read(with_len), Ok(DigestAlgorithm::Shake256_512));
        let other_len = b"\x30\x0f\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x12\x02\x02\x01\x00";
        assert_eq!(read(other_len), Err(AlgorithmError::Parameters));
        assert_eq!(read(b"\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x12"), Err(AlgorithmError::Parameters));
        let without = b"\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x0c";
        assert_eq!(read(without), Ok(DigestAlgorithm::Shake256_512));
    }

    #[test]
    fn digests_of_different_algorithms_differ() {
        let one = Digest::from_bytes(DigestAlgorithm::Sha256, &[7; 32]);
        assert_ne!(one, Digest::from_bytes(DigestAlgorithm::Sha3_256, &[7; 32]));
        assert_eq!(one, Digest::from_bytes(DigestAlgorithm::Sha256, &[7; 32]));
    }
}
