//! How a seal is signed: the algorithms that a seal may use, and keys kept in software that sign with them.
//!
//! RSASSA-PSS (RFC 8017 §8.1; identifier RFC 4055 §3.1, in CMS RFC 4056) and ECDSA (FIPS 186-5; identifier RFC 5758
//! §3.2, value RFC 3279 §2.2.3), both by *ring*. A [`SoftwareKey`] is made for one public key (that of a certificate)
//! and one algorithm; it cannot be made where the three do not belong together, and it hands out no value that does
//! not verify under that public key: a value with a fault in it may give the key away (Boneh, `DeMillo` and Lipton for
//! RSA with the Chinese remainder theorem; nonces for ECDSA).
//!
//! Not here: which algorithms a policy accepts, PKCS #1 v1.5 (nothing new is signed with it), keys in hardware.
//! *ring* does not overwrite the numbers of a key when it is dropped; the encodings that a key is read from are the
//! caller's to overwrite.

use std::fmt;

use ring::rsa::PublicKeyComponents;
use ring::signature::ECDSA_P256_SHA256_ASN1_SIGNING;
use ring::signature::ECDSA_P384_SHA384_ASN1_SIGNING;
use ring::signature::EcdsaKeyPair;
use ring::signature::EcdsaSigningAlgorithm;
use ring::signature::RSA_PSS_SHA256;
use ring::signature::RSA_PSS_SHA384;
use ring::signature::RSA_PSS_SHA512;
use ring::signature::RsaEncoding;
use ring::signature::RsaKeyPair;

use super::algorithm::AlgorithmError;
use super::algorithm::ID_EC_PUBLIC_KEY;
use super::algorithm::ID_MGF1;
use super::algorithm::ID_RSASSA_PSS;
use super::algorithm::PssParameters;
use super::algorithm::RSA_ENCRYPTION;
use super::algorithm::SignatureAlgorithm;
use super::curve::Curve;
use super::digest::DigestAlgorithm;
use super::identifier::AlgorithmIdentifier;
use super::key::KeyKind;
use super::key::KeyMaterial;
use super::key::PublicKey;
use super::random::SystemRandomness;
use super::verify::Message;
use super::verify::SignatureVerifier as _;
use super::verify::Verifier;
use super::verify::VerifyError;
use super::verify::parse_der;
use crate::syntax::der::DerError;
use crate::syntax::der::Oid;
use crate::syntax::der::Reader;
use crate::syntax::der::Tlv;
use crate::syntax::der::tag;
use crate::syntax::der::write;

/// Nesting inside a PKCS #8 key; attributes may nest a little.
const DEPTH: u32 = 12;
/// Bits of an RSA modulus that *ring* signs with.
const RSA_BITS: std::ops::RangeInclusive<u32> = 2_048..=4_096;
/// `ecdsa-with-SHA256`.
const ECDSA_WITH_SHA256: &[u8] = b"\x2a\x86\x48\xce\x3d\x04\x03\x02";
/// `ecdsa-with-SHA384`.
const ECDSA_WITH_SHA384: &[u8] = b"\x2a\x86\x48\xce\x3d\x04\x03\x03";

/// The algorithms that a seal may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealAlgorithm {
    /// ECDSA on P-256 with SHA-256.
    EcdsaP256Sha256,
    /// ECDSA on P-384 with SHA-384.
    EcdsaP384Sha384,
    /// RSASSA-PSS with SHA-256 and a salt of 32 bytes (RFC 8017 §8.1).
    RsaPssSha256,
    /// RSASSA-PSS with SHA-384 and a salt of 48 bytes.
    RsaPssSha384,
    /// RSASSA-PSS with SHA-512 and a salt of 64 bytes.
    RsaPssSha512,
}

impl SealAlgorithm {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::EcdsaP256Sha256, Self::EcdsaP384Sha384, Self::RsaPssSha256, Self::RsaPssSha384, Self::RsaPssSha512];

    /// The name in a configuration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::EcdsaP256Sha256 => "ecdsa-p256-sha256",
            Self::EcdsaP384Sha384 => "ecdsa-p384-sha384",
            Self::RsaPssSha256 => "rsa-pss-sha256",
            Self::RsaPssSha384 => "rsa-pss-sha384",
            Self::RsaPssSha512 => "rsa-pss-sha512",
        }
    }

    /// By [`SealAlgorithm::name`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// The digest of the signed bytes and of the attributes.
    #[must_use]
    pub const fn digest(self) -> DigestAlgorithm {
        match self {
            Self::EcdsaP256Sha256 | Self::RsaPssSha256 => DigestAlgorithm::Sha256,
            Self::EcdsaP384Sha384 | Self::RsaPssSha384 => DigestAlgorithm::Sha384,
            Self::RsaPssSha512 => DigestAlgorithm::Sha512,
        }
    }

    /// As the algorithm of a signature value.
    #[must_use]
    pub const fn signature_algorithm(self) -> SignatureAlgorithm {
        let digest = self.digest();
        match self.curve() {
            Some(_) => SignatureAlgorithm::Ecdsa { digest },
            None => SignatureAlgorithm::RsaPss { digest, mgf_digest: digest, salt_len: self.salt_len() },
        }
    }

    /// The `AlgorithmIdentifier` of CMS and X.509, in DER. ECDSA has no parameters (RFC 5758 §3.2); those of PSS name
    /// digest, mask generation and salt (RFC 4055 §3.1: the trailer has its default, the digests have NULL).
    #[must_use]
    pub fn algorithm_identifier(self) -> Vec<u8> {
        let named = match self {
            Self::EcdsaP256Sha256 => ECDSA_WITH_SHA256,
            Self::EcdsaP384Sha384 => ECDSA_WITH_SHA384,
            Self::RsaPssSha256 | Self::RsaPssSha384 | Self::RsaPssSha512 => {
                let digest = write::sequence(&[&write::oid(self.digest().oid_content()), &write::null()]);
                let mask = write::sequence(&[&write::oid(ID_MGF1), &digest]);
                let parameters = write::sequence(&[
                    &write::explicit(0, &digest),
                    &write::explicit(1, &mask),
                    &write::explicit(2, &write::unsigned(self.salt_len().into())),
                ]);
                return write::sequence(&[&write::oid(ID_RSASSA_PSS), &parameters]);
            }
        };
        write::sequence(&[&write::oid(named)])
    }

    /// Whether it signs with keys of this kind: the curve, the size of the modulus, and the parameters that the key is
    /// restricted to (RFC 4055 §3.3).
    #[must_use]
    pub fn fits(self, key: &PublicKey) -> bool {
        let size = RSA_BITS.contains(&key.bits());
        match (key.material(), self.curve()) {
            (KeyMaterial::Ec { curve, .. }, Some(own)) => *curve == own,
            (KeyMaterial::Rsa(_) | KeyMaterial::RsaPss { restriction: None, .. }, None) => size,
            (KeyMaterial::RsaPss { restriction: Some(restriction), .. }, None) => {
                size && restriction.allow(self.signature_algorithm())
            }
            _ => false,
        }
    }

    /// The longest value that it makes with a key whose `SubjectPublicKeyInfo` has `spki_len` octets. A value of RSA is
    /// as long as the modulus, which the key contains.
    #[must_use]
    pub const fn maximum_value_len(self, spki_len: usize) -> usize {
        match self {
            // SEQUENCE of two INTEGERs of up to 33, or 49, octets.
            Self::EcdsaP256Sha256 => 72,
            Self::EcdsaP384Sha384 => 104,
            Self::RsaPssSha256 | Self::RsaPssSha384 | Self::RsaPssSha512 => spki_len,
        }
    }

    /// A value in the form of XML signatures: that of RSA as it is, of ECDSA r ‖ s, each as long as the order of the curve
    /// (XML Signature 1.1 §6.4.3). `None` where `value` has not the form that CMS wants.
    #[must_use]
    pub fn xml_value(self, value: &[u8]) -> Option<Vec<u8>> {
        let Some(curve) = self.curve() else { return Some(value.to_vec()) };
        let (r, s) = parse_der(value)?;
        let mut plain = Vec::with_capacity(curve.order_len().saturating_mul(2));
        for number in [r, s] {
            plain.extend(std::iter::repeat_n(0, curve.order_len().checked_sub(number.len())?));
            plain.extend_from_slice(number);
        }
        Some(plain)
    }

    const fn curve(self) -> Option<Curve> {
        match self {
            Self::EcdsaP256Sha256 => Some(Curve::P256),
            Self::EcdsaP384Sha384 => Some(Curve::P384),
            Self::RsaPssSha256 | Self::RsaPssSha384 | Self::RsaPssSha512 => None,
        }
    }

    /// As long as the digest (RFC 4055 §3.1).
    const fn salt_len(self) -> u32 {
        match self.digest() {
            DigestAlgorithm::Sha384 => 48,
            DigestAlgorithm::Sha512 => 64,
            _ => 32,
        }
    }
}

impl fmt::Display for SealAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A private key in the memory of this process, with the public key that it belongs to and the algorithm that it signs
/// with.
pub struct SoftwareKey {
    pair: Pair,
    algorithm: SealAlgorithm,
    public: PublicKey,
}

enum Pair {
    Ecdsa(Box<EcdsaKeyPair>),
    Rsa(Box<RsaKeyPair>, &'static dyn RsaEncoding),
}

/// Why a private key cannot be used. Nothing of the key stands in it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SoftwareKeyError {
    /// It is no PKCS #8 key (RFC 5958), or the key inside is none of its type.
    Encoding(DerError),
    /// It is a PKCS #8 key, but encrypted.
    Encrypted,
    /// A type of key that nothing here signs with.
    Type(Oid),
    /// The algorithm does not fit the public key.
    Unfit {
        /// The algorithm.
        algorithm: SealAlgorithm,
        /// The public key.
        key: KeyKind,
    },
    /// The parameters that restrict the private key are not understood, or exclude the algorithm (RFC 4055 §3.3).
    Restriction(Option<AlgorithmError>),
    /// The private key is not that of the public key.
    OtherKey,
    /// Its numbers do not fit together, or are out of range.
    Numbers,
}

/// Why there is no signature.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SigningError {
    /// *ring* could not: no randomness, or numbers of the key that do not fit together.
    Failed,
    /// The value that was made does not verify. It is kept back.
    Faulty(VerifyError),
}

impl SoftwareKey {
    /// From a `PrivateKeyInfo` (PKCS #8, RFC 5958 §2) in DER that is not encrypted: the private key of `public`, to
    /// sign with `algorithm`. RSA from 2,048 to 4,096 bits (RFC 8017 A.1.2, also under `id-RSASSA-PSS`), EC on P-256
    /// and P-384 (RFC 5915, with or without the public key in it).
    ///
    /// # Errors
    /// Where it is none, or the three do not belong together.
    pub fn from_pkcs8(
        der: &[u8],
        algorithm: SealAlgorithm,
        public: &PublicKey,
        randomness: &SystemRandomness,
    ) -> Result<Self, SoftwareKeyError> {
        let (identifier, key) = unwrap(der)?;
        if !matches!(identifier.oid, RSA_ENCRYPTION | ID_RSASSA_PSS | ID_EC_PUBLIC_KEY) {
            return Err(SoftwareKeyError::Type(Oid::from_content(identifier.oid)));
        }
        if !algorithm.fits(public) {
            return Err(SoftwareKeyError::Unfit { algorithm, key: public.kind() });
        }
        let pair = match (public.material(), identifier.oid) {
            (KeyMaterial::Ec { curve, point }, ID_EC_PUBLIC_KEY) => {
                let private = elliptic_curve(&identifier, key, *curve)?;
                let pair = EcdsaKeyPair::from_private_key_and_public_key(
                    ecdsa(*curve).ok_or(SoftwareKeyError::Unfit { algorithm, key: public.kind() })?,
                    private,
                    point,
                    randomness.source(),
                );
                // The point is known to be good: what is left is another key, or a number out of range.
                Pair::Ecdsa(Box::new(pair.map_err(|_| SoftwareKeyError::OtherKey)?))
            }
            (
                KeyMaterial::Rsa(numbers) | KeyMaterial::RsaPss { key: numbers, .. },
                RSA_ENCRYPTION | ID_RSASSA_PSS,
            ) => {
                restricted(&identifier, algorithm)?;
                let pair = RsaKeyPair::from_der(key.content).map_err(|_| SoftwareKeyError::Numbers)?;
                let own: PublicKeyComponents<Vec<u8>> = pair.public().into();
                if own.n != *numbers.modulus || own.e != *numbers.exponent {
                    return Err(SoftwareKeyError::OtherKey);
                }
                Pair::Rsa(Box::new(pair), pss(algorithm))
            }
            _ => return Err(SoftwareKeyError::OtherKey),
        };
        Ok(Self { pair, algorithm, public: public.clone() })
    }

    /// The algorithm that it signs with.
    #[must_use]
    pub const fn algorithm(&self) -> SealAlgorithm {
        self.algorithm
    }

    /// The public key.
    #[must_use]
    pub const fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// Signs `message`, which is digested first. The value has the form that CMS wants: RSA as it is, ECDSA as the DER
    /// of `Ecdsa-Sig-Value`. It has been verified.
    ///
    /// # Errors
    /// Where it cannot sign, or has made a faulty value.
    pub fn sign(&self, message: &[u8], randomness: &SystemRandomness) -> Result<Vec<u8>, SigningError> {
        let value = match &self.pair {
            Pair::Ecdsa(pair) => {
                let value = pair.sign(randomness.source(), message).map_err(|_| SigningError::Failed)?;
                value.as_ref().to_vec()
            }
            Pair::Rsa(pair, encoding) => {
                let mut value = vec![0; pair.public().modulus_len()];
                pair.sign(*encoding, randomness.source(), message, &mut value).map_err(|_| SigningError::Failed)?;
                value
            }
        };
        let algorithm = self.algorithm.signature_algorithm();
        match Verifier.verify(&self.public, &algorithm, Message::Bytes(message), &value) {
            Ok(_) => Ok(value),
            Err(error) => Err(SigningError::Faulty(error)),
        }
    }
}

impl fmt::Debug for SoftwareKey {
    /// Without the private key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SoftwareKey({}, {:?})", self.algorithm, self.public)
    }
}

impl From<DerError> for SoftwareKeyError {
    fn from(error: DerError) -> Self {
        Self::Encoding(error)
    }
}

impl fmt::Display for SoftwareKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Encoding(error) => write!(f, "no private key in PKCS #8: {error}"),
            Self::Encrypted => f.write_str("the private key is encrypted"),
            Self::Type(oid) => write!(f, "no private key for RSA or an elliptic curve: {oid}"),
            Self::Unfit { algorithm, key } => write!(f, "{algorithm} does not sign with a key {key}"),
            Self::Restriction(None) => f.write_str("the private key is restricted to other PSS parameters"),
            Self::Restriction(Some(error)) => write!(f, "parameters of the private key: {error}"),
            Self::OtherKey => f.write_str("the private key does not belong to the certificate"),
            Self::Numbers => f.write_str("the numbers of the private key do not fit together or are out of range"),
        }
    }
}

impl std::error::Error for SoftwareKeyError {}

impl fmt::Display for SigningError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed => f.write_str("the key did not sign"),
            Self::Faulty(error) => write!(f, "the value that the key made is faulty: {error}"),
        }
    }
}

impl std::error::Error for SigningError {}

/// Algorithm and key of a `PrivateKeyInfo`.
fn unwrap(der: &[u8]) -> Result<(AlgorithmIdentifier<'_>, Tlv<'_>), SoftwareKeyError> {
    let mut fields = Tlv::parse_all(der, DEPTH)?.sequence()?;
    // EncryptedPrivateKeyInfo begins with an AlgorithmIdentifier (RFC 5958 §3).
    if fields.peek() == Some(tag::SEQUENCE) {
        return Err(SoftwareKeyError::Encrypted);
    }
    let version = fields.expect(tag::INTEGER)?;
    if !matches!(version.integer()?, 0 | 1) {
        return Err(version.malformed().into());
    }
    let identifier = AlgorithmIdentifier::read(&mut fields)?;
    let key = fields.expect(tag::OCTET_STRING)?;
    if key.is_constructed() {
        return Err(key.malformed().into());
    }
    for number in [0, 1] {
        // Attributes, and the public key once more: neither is needed.
        let (primitive, constructed) = (tag::context(number), tag::context_constructed(number));
        if matches!(fields.peek(), Some(found) if found == primitive || found == constructed) {
            fields.next_tlv()?;
        }
    }
    fields.finish()?;
    Ok((identifier, key))
}

/// The private number of an `ECPrivateKey` (RFC 5915 §3) on `curve`.
fn elliptic_curve<'a>(
    identifier: &AlgorithmIdentifier<'_>,
    key: Tlv<'a>,
    curve: Curve,
) -> Result<&'a [u8], SoftwareKeyError> {
    let on_curve = |tlv: &Tlv<'_>| tlv.oid().is_ok_and(|oid| Curve::from_content(oid.content()) == Some(curve));
    if !identifier.parameters.as_ref().is_some_and(on_curve) {
        return Err(SoftwareKeyError::OtherKey);
    }
    let mut reader: Reader<'a> = key.wrapped()?;
    let mut fields = reader.expect(tag::SEQUENCE)?.reader()?;
    reader.finish()?;
    let version = fields.expect(tag::INTEGER)?;
    if version.integer()? != 1 {
        return Err(version.malformed().into());
    }
    let private = fields.expect(tag::OCTET_STRING)?;
    if private.is_constructed() || private.content.len() != curve.order_len() {
        return Err(private.malformed().into());
    }
    if let Some(parameters) = fields.optional(tag::context_constructed(0))? {
        let mut inner = parameters.reader()?;
        let named = inner.next_tlv()?;
        inner.finish()?;
        if !on_curve(&named) {
            return Err(SoftwareKeyError::OtherKey);
        }
    }
    fields.optional(tag::context_constructed(1))?;
    fields.finish()?;
    Ok(private.content)
}

/// Whether the parameters beside a private RSA key let it sign with `algorithm`.
fn restricted(identifier: &AlgorithmIdentifier<'_>, algorithm: SealAlgorithm) -> Result<(), SoftwareKeyError> {
    if identifier.oid == RSA_ENCRYPTION {
        let none = Some(AlgorithmError::Parameters);
        return if identifier.has_no_parameters() { Ok(()) } else { Err(SoftwareKeyError::Restriction(none)) };
    }
    if identifier.parameters.is_none() {
        return Ok(());
    }
    let parameters =
        PssParameters::parse(identifier).map_err(|error| SoftwareKeyError::Restriction(Some(error)))?;
    if parameters.allow(algorithm.signature_algorithm()) {
        Ok(())
    } else {
        Err(SoftwareKeyError::Restriction(None))
    }
}

const fn ecdsa(curve: Curve) -> Option<&'static EcdsaSigningAlgorithm> {
    match curve {
        Curve::P256 => Some(&ECDSA_P256_SHA256_ASN1_SIGNING),
        Curve::P384 => Some(&ECDSA_P384_SHA384_ASN1_SIGNING),
        _ => None,
    }
}

const fn pss(algorithm: SealAlgorithm) -> &'static dyn RsaEncoding {
    match algorithm.digest() {
        DigestAlgorithm::Sha384 => &RSA_PSS_SHA384,
        DigestAlgorithm::Sha512 => &RSA_PSS_SHA512,
        _ => &RSA_PSS_SHA256,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::der::value;

    const P256: &[u8] = include_bytes!("../../fixtures/bench/p256.p8");
    const RSA: &[u8] = include_bytes!("../../fixtures/bench/rsa2048.p8");

    #[expect(clippy::disallowed_methods, reason = "a test that signs draws randomness")]
    fn randomness() -> SystemRandomness {
        SystemRandomness::new()
    }

    /// The public key that stands in an EC key of PKCS #8.
    fn p256_public() -> PublicKey {
        let (_, key) = unwrap(P256).unwrap();
        let mut fields = key.wrapped().unwrap().expect(tag::SEQUENCE).unwrap().reader().unwrap();
        for _ in ["version", "privateKey"] {
            fields.next_tlv().unwrap();
        }
        let point = fields.expect(tag::context_constructed(1)).unwrap().reader().unwrap().next_tlv().unwrap();
        ec_public(Curve::P256, point.raw)
    }

    fn ec_public(curve: Curve, point: &[u8]) -> PublicKey {
        let oids = [write::oid(ID_EC_PUBLIC_KEY), write::oid(curve.oid().content())];
        let identifier = write::sequence(&[&oids[0], &oids[1]]);
        PublicKey::from_spki(&write::sequence(&[&identifier, point])).unwrap()
    }

    /// The public key of the RSA key, under the identifier given.
    fn rsa_public(identifier: &[u8]) -> PublicKey {
        let (_, key) = unwrap(RSA).unwrap();
        let mut fields = key.wrapped().unwrap().expect(tag::SEQUENCE).unwrap().reader().unwrap();
        fields.next_tlv().unwrap();
        let (n, e) = (fields.next_tlv().unwrap(), fields.next_tlv().unwrap());
        let bits = [&[0][..], &write::sequence(&[n.raw, e.raw])].concat();
        PublicKey::from_spki(&write::sequence(&[identifier, &value(tag::BIT_STRING, &bits)])).unwrap()
    }

    fn plain_rsa() -> PublicKey {
        rsa_public(&write::sequence(&[&write::oid(RSA_ENCRYPTION), &write::null()]))
    }

    fn open(der: &[u8], algorithm: SealAlgorithm, public: &PublicKey) -> Result<SoftwareKey, SoftwareKeyError> {
        SoftwareKey::from_pkcs8(der, algorithm, public, &randomness())
    }

    /// The PKCS #8 key with another algorithm identifier.
    fn relabelled(der: &[u8], identifier: &[u8]) -> Vec<u8> {
        write::sequence(&[&write::unsigned(0), identifier, unwrap(der).unwrap().1.raw])
    }

    #[test]
    fn identifiers_are_read_back_as_the_algorithm() {
        for algorithm in SealAlgorithm::ALL {
            let identifier = algorithm.algorithm_identifier();
            let read = SignatureAlgorithm::from_algorithm_identifier(&identifier, Some(algorithm.digest()));
            assert_eq!(read, Ok(algorithm.signature_algorithm()), "{algorithm}");
            assert_eq!(SealAlgorithm::from_name(algorithm.name()), Some(algorithm));
        }
        assert_eq!(SealAlgorithm::from_name("rsa-sha256"), None);
    }

    /// Octet for octet as OpenSSL writes it.
    #[test]
    fn pss_names_digest_mask_and_salt() {
        let hex: String =
            SealAlgorithm::RsaPssSha256.algorithm_identifier().iter().map(|octet| format!("{octet:02x}")).collect();
        let sha256 = "300d06096086480165030402010500";
        assert_eq!(
            hex,
            format!("304106092a864886f70d01010a3034a00f{sha256}a11c301a06092a864886f70d010108{sha256}a203020120")
        );
    }

    #[test]
    fn values_verify_and_differ_each_time() {
        let keys = [
            (P256, p256_public(), SealAlgorithm::EcdsaP256Sha256),
            (RSA, plain_rsa(), SealAlgorithm::RsaPssSha256),
            (RSA, plain_rsa(), SealAlgorithm::RsaPssSha384),
            (RSA, plain_rsa(), SealAlgorithm::RsaPssSha512),
        ];
        for (der, public, algorithm) in keys {
            let key = open(der, algorithm, &public).unwrap();
            assert_eq!((key.algorithm(), key.public_key()), (algorithm, &public));
            let values = [(); 2].map(|()| key.sign(b"message", &randomness()).unwrap());
            assert_ne!(values[0], values[1], "both algorithms draw randomness");
            for value in values {
                assert!(value.len() <= algorithm.maximum_value_len(public.spki().len()));
                let verify = |message| {
                    Verifier.verify(&public, &algorithm.signature_algorithm(), Message::Bytes(message), &value)
                };
                assert!(verify(b"message").is_ok());
                assert_eq!(verify(b"massage"), Err(VerifyError::Mismatch));
            }
        }
    }

    #[test]
    fn what_does_not_belong_together_is_refused() {
        use SealAlgorithm as A;
        let (p256, rsa) = (p256_public(), plain_rsa());
        // The generator of the curve: the public key of the private key 1.
        let generator = "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296\
                         4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
        let point: Vec<u8> =
            (0..65).map(|at| u8::from_str_radix(&generator[2 * at..2 * at + 2], 16).unwrap()).collect();
        let other = ec_public(Curve::P256, &value(tag::BIT_STRING, &[&[0][..], &point].concat()));
        let refused = |der, algorithm, public: &PublicKey| open(der, algorithm, public).unwrap_err();
        let unfit = |algorithm, public: &PublicKey| SoftwareKeyError::Unfit { algorithm, key: public.kind() };
        assert_eq!(refused(P256, A::EcdsaP256Sha256, &other), SoftwareKeyError::OtherKey);
        assert_eq!(refused(RSA, A::EcdsaP256Sha256, &p256), SoftwareKeyError::OtherKey);
        assert_eq!(refused(P256, A::RsaPssSha256, &rsa), SoftwareKeyError::OtherKey);
        assert_eq!(refused(P256, A::EcdsaP384Sha384, &p256), unfit(A::EcdsaP384Sha384, &p256));
        assert_eq!(refused(P256, A::RsaPssSha256, &p256), unfit(A::RsaPssSha256, &p256));
        assert_eq!(refused(RSA, A::EcdsaP256Sha256, &rsa), unfit(A::EcdsaP256Sha256, &rsa));
        let mut rsa_der = RSA.to_vec();
        let modulus = rsa_der.windows(4).position(|window| window == [0x02, 0x82, 0x01, 0x01]).unwrap();
        rsa_der[modulus + 20] ^= 1;
        assert_eq!(refused(&rsa_der, A::RsaPssSha256, &rsa), SoftwareKeyError::Numbers);
    }

    #[test]
    fn a_key_restricted_to_pss_signs_with_its_parameters_only() {
        use SealAlgorithm as A;
        let free = write::sequence(&[&write::oid(ID_RSASSA_PSS)]);
        let bound = A::RsaPssSha256.algorithm_identifier();
        for identifier in [&free, &bound] {
            let public = rsa_public(identifier);
            let key = relabelled(RSA, identifier);
            let signer = open(&key, A::RsaPssSha256, &public).unwrap();
            assert!(signer.sign(b"message", &randomness()).is_ok());
        }
        let kind = rsa_public(&bound).kind();
        let unfit = SoftwareKeyError::Unfit { algorithm: A::RsaPssSha512, key: kind };
        assert_eq!(open(&relabelled(RSA, &bound), A::RsaPssSha512, &rsa_public(&bound)).unwrap_err(), unfit);
        // The private key alone may be restricted too.
        let refused = open(&relabelled(RSA, &bound), A::RsaPssSha512, &plain_rsa()).unwrap_err();
        assert_eq!(refused, SoftwareKeyError::Restriction(None));
        let sha1 = write::sequence(&[&write::oid(ID_RSASSA_PSS), &write::sequence(&[])]);
        assert!(open(&relabelled(RSA, &sha1), A::RsaPssSha256, &plain_rsa()).is_err(), "the default is SHA-1");
    }

    #[test]
    fn an_ec_key_may_come_without_its_public_key_and_with_attributes() {
        let (identifier, key) = unwrap(P256).unwrap();
        let mut fields = key.wrapped().unwrap().expect(tag::SEQUENCE).unwrap().reader().unwrap();
        fields.next_tlv().unwrap();
        let private = fields.next_tlv().unwrap();
        let bare = write::octet_string(&write::sequence(&[&write::unsigned(1), private.raw]));
        let oids = [write::oid(identifier.oid), identifier.parameters.unwrap().raw.to_vec()];
        let identifier = write::sequence(&[&oids[0], &oids[1]]);
        let attributes = write::implicit_set_of(0, &[]);
        let der = write::sequence(&[&write::unsigned(1), &identifier, &bare, &attributes, &[0x81, 1, 0]]);
        let key = open(&der, SealAlgorithm::EcdsaP256Sha256, &p256_public()).unwrap();
        assert!(key.sign(b"message", &randomness()).is_ok());
        let long = write::octet_string(&write::sequence(&[&write::unsigned(1), &write::octet_string(&[1; 33])]));
        let der = write::sequence(&[&write::unsigned(0), &identifier, &long]);
        let refused = open(&der, SealAlgorithm::EcdsaP256Sha256, &p256_public());
        assert!(matches!(refused, Err(SoftwareKeyError::Encoding(_))));
    }

    #[test]
    fn what_is_no_key_is_named() {
        let refused = |der: &[u8]| open(der, SealAlgorithm::EcdsaP256Sha256, &p256_public()).unwrap_err();
        let encrypted =
            write::sequence(&[&write::sequence(&[&write::oid(&[0x2a, 3])]), &write::octet_string(b"x")]);
        assert_eq!(refused(&encrypted), SoftwareKeyError::Encrypted);
        let ed25519 = write::sequence(&[&write::oid(b"\x2b\x65\x70")]);
        let named = SoftwareKeyError::Type(Oid::from_dotted("1.3.101.112").unwrap());
        assert_eq!(refused(&relabelled(P256, &ed25519)), named);
        for der in [&[][..], b"-----BEGIN", &P256[..P256.len() - 1], &[P256, &[0]].concat()] {
            assert!(matches!(refused(der), SoftwareKeyError::Encoding(_)), "{der:?}");
        }
    }

    /// No change of one octet gives a key that makes another value than the public key verifies.
    #[test]
    fn changed_keys_do_not_sign() {
        let public = p256_public();
        let mut signed = 0;
        for at in 0..P256.len() {
            for change in [1, 0x80, 0xff] {
                let mut der = P256.to_vec();
                der[at] ^= change;
                if let Ok(key) = open(&der, SealAlgorithm::EcdsaP256Sha256, &public) {
                    assert!(key.sign(b"message", &randomness()).is_ok(), "{at}");
                    signed += 1;
                }
            }
        }
        assert!(signed < P256.len() * 2, "only what is not looked at (the public key) may change");
        // The numbers that only signing looks at: dP, dQ, qInv at the end of an RSA key.
        for from_end in [100, 200, 300] {
            let mut der = RSA.to_vec();
            let at = der.len() - from_end;
            der[at] ^= 1;
            if let Ok(key) = open(&der, SealAlgorithm::RsaPssSha256, &plain_rsa()) {
                assert_eq!(key.sign(b"message", &randomness()), Err(SigningError::Failed), "{from_end}");
            }
        }
    }

    #[test]
    fn a_value_that_does_not_verify_is_kept_back() {
        let mut key = open(RSA, SealAlgorithm::RsaPssSha256, &plain_rsa()).unwrap();
        let sha1 = write::sequence(&[&write::oid(ID_RSASSA_PSS), &write::sequence(&[])]);
        for (public, error) in [
            (rsa_public(&sha1), VerifyError::PssRestriction),
            (
                p256_public(),
                VerifyError::AlgorithmKeyMismatch {
                    algorithm: SealAlgorithm::RsaPssSha256.signature_algorithm(),
                    key: p256_public().kind(),
                },
            ),
        ] {
            key.public = public;
            assert_eq!(key.sign(b"message", &randomness()), Err(SigningError::Faulty(error)));
        }
        // The value is well made, but not by what the algorithm says.
        key.public = plain_rsa();
        key.algorithm = SealAlgorithm::RsaPssSha512;
        let faulty = Err(SigningError::Faulty(VerifyError::Mismatch));
        assert_eq!(key.sign(b"message", &randomness()), faulty);
    }

    #[test]
    fn nothing_secret_is_shown() {
        for (der, public, algorithm) in
            [(P256, p256_public(), SealAlgorithm::EcdsaP256Sha256), (RSA, plain_rsa(), SealAlgorithm::RsaPssSha256)]
        {
            let shown = format!("{:?}", open(der, algorithm, &public).unwrap());
            assert_eq!(shown, format!("SoftwareKey({algorithm}, {public:?})"));
        }
    }
}
