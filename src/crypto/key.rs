//! Public keys from `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7, RFC 3279, RFC 4055, RFC 5480, RFC 8410).
//!
//! A key is parsed once, with all that verification presumes: numbers in range, points on their curve.
//! An INTEGER of an RSA or DSA key is read as an unsigned number whatever its sign bit or leading zeros are:
//! certificate authorities of note have written them so. Explicit curve parameters are refused
//! (CVE-2020-0601, RFC 5480 §2.1.1). That a modulus is a product of two primes is not checked: nobody can.

use std::fmt;

use super::algorithm::AlgorithmError;
use super::algorithm::ID_DSA;
use super::algorithm::ID_EC_PUBLIC_KEY;
use super::algorithm::ID_ED448;
use super::algorithm::ID_ED25519;
use super::algorithm::ID_RSASSA_PSS;
use super::algorithm::PssParameters;
use super::algorithm::RSA_ENCRYPTION;
use super::curve::Curve;
use super::digest::Digest;
use super::digest::DigestAlgorithm;
use super::digest::digest;
use super::identifier::AlgorithmIdentifier;
use crate::syntax::der::DerError;
use crate::syntax::der::Oid;
use crate::syntax::der::Reader;
use crate::syntax::der::tag;

/// Nesting inside a `SubjectPublicKeyInfo`; that of the parameters counts too.
const DEPTH: u32 = 8;
/// The smallest RSA modulus in bits: below, anyone can factor it in minutes.
const MINIMUM_MODULUS: u32 = 512;
/// The largest RSA modulus in bits, as in OpenSSL: one verification costs some milliseconds.
const MAXIMUM_MODULUS: u32 = 16_384;
/// A modulus above this many bits has an exponent of at most 64 bits, as in OpenSSL.
const SMALL_MODULUS: u32 = 3_072;
/// The largest RSA exponent in bits (FIPS 186-5 §5.1).
const MAXIMUM_EXPONENT: u32 = 256;
/// The largest DSA modulus in bits. FIPS 186-4 §4.2 ends at 3,072; a verification costs some ten milliseconds here.
const MAXIMUM_DSA_MODULUS: u32 = 4_096;

/// A public key that signatures can be verified with.
#[derive(Clone)]
pub struct PublicKey {
    spki: Box<[u8]>,
    sha256: Digest,
    material: KeyMaterial,
}

/// The numbers of a key. Big-endian, without leading zeros; checked when made.
#[derive(Clone)]
pub(super) enum KeyMaterial {
    Rsa(RsaKey),
    /// `restriction`: the parameters in the key (RFC 4055 §3.3); without them it signs with any.
    RsaPss {
        key: RsaKey,
        restriction: Option<PssParameters>,
    },
    /// `point` is 4 ‖ x ‖ y and on the curve.
    Ec {
        curve: Curve,
        point: Box<[u8]>,
    },
    Ed25519([u8; 32]),
    Ed448([u8; 57]),
    Dsa(DsaKey),
}

/// An RSA key: odd modulus of 512 to 16,384 bits, odd exponent of at least 3.
#[derive(Clone)]
pub(super) struct RsaKey {
    pub(super) modulus: Box<[u8]>,
    pub(super) exponent: Box<[u8]>,
}

/// A DSA key: p and q odd, q of 160, 224 or 256 bits and shorter than p, 1 < g, y < p.
#[derive(Clone)]
pub(super) struct DsaKey {
    pub(super) p: Box<[u8]>,
    pub(super) q: Box<[u8]>,
    pub(super) g: Box<[u8]>,
    pub(super) y: Box<[u8]>,
}

/// The type and size of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum KeyKind {
    /// RSA, for any RSA algorithm.
    Rsa {
        /// Size of the modulus.
        bits: u32,
    },
    /// RSA, for PSS only.
    RsaPss {
        /// Size of the modulus.
        bits: u32,
    },
    /// Elliptic curve.
    Ec {
        /// The curve.
        curve: Curve,
    },
    /// Ed25519.
    Ed25519,
    /// Ed448.
    Ed448,
    /// DSA.
    Dsa {
        /// Size of p.
        bits: u32,
    },
}

impl KeyKind {
    /// The size that policies know: of the modulus, of p, or of the order of the curve (EdDSA: 256 and 456).
    #[must_use]
    pub const fn bits(self) -> u32 {
        match self {
            Self::Rsa { bits } | Self::RsaPss { bits } | Self::Dsa { bits } => bits,
            Self::Ec { curve } => curve.bits(),
            Self::Ed25519 => 256,
            Self::Ed448 => 456,
        }
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa { bits } => write!(f, "RSA {bits}"),
            Self::RsaPss { bits } => write!(f, "RSASSA-PSS {bits}"),
            Self::Ec { curve } => write!(f, "EC {curve}"),
            Self::Ed25519 => f.write_str("Ed25519"),
            Self::Ed448 => f.write_str("Ed448"),
            Self::Dsa { bits } => write!(f, "DSA {bits}"),
        }
    }
}

/// Why a key cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyError {
    /// The encoding is broken.
    Der(DerError),
    /// No type of key that we know.
    UnsupportedAlgorithm(Oid),
    /// No curve that we know.
    UnsupportedCurve(Oid),
    /// The key describes its curve itself (CVE-2020-0601), or inherits it.
    CurveNotNamed,
    /// Parameters are missing, or are none of this type of key.
    Parameters,
    /// The PSS parameters that restrict the key are not understood.
    PssParameters(AlgorithmError),
    /// The RSA modulus is even, or smaller or larger than we take.
    Modulus {
        /// Its size.
        bits: u32,
    },
    /// The RSA exponent is even, below 3 or too large.
    Exponent,
    /// The point is not on the curve, is the point at infinity, or is in a form that is not taken.
    Point,
    /// The key is shorter or longer than its algorithm has it.
    Length,
    /// A number of a DSA key is out of range.
    DsaNumbers,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Der(error) => write!(f, "public key: {error}"),
            Self::UnsupportedAlgorithm(oid) => write!(f, "unknown type of key {oid}"),
            Self::UnsupportedCurve(oid) => write!(f, "unknown curve {oid}"),
            Self::CurveNotNamed => f.write_str("the curve of the key is not named"),
            Self::Parameters => f.write_str("the parameters are none of this type of key"),
            Self::PssParameters(error) => write!(f, "parameters of the key: {error}"),
            Self::Modulus { bits } => write!(f, "RSA modulus of {bits} bits is even or out of range"),
            Self::Exponent => f.write_str("RSA exponent is even or out of range"),
            Self::Point => f.write_str("the key is no point of its curve"),
            Self::Length => f.write_str("the key has a wrong length"),
            Self::DsaNumbers => f.write_str("a number of the DSA key is out of range"),
        }
    }
}

impl std::error::Error for KeyError {}

impl From<DerError> for KeyError {
    fn from(error: DerError) -> Self {
        Self::Der(error)
    }
}

impl PublicKey {
    /// From a whole `SubjectPublicKeyInfo`, with nothing behind it.
    ///
    /// # Errors
    /// Where it is none, of a type or curve that is not known, or no key that could be trusted to verify.
    pub fn from_spki(der: &[u8]) -> Result<Self, KeyError> {
        let mut fields = sequence(der)?;
        let identifier = AlgorithmIdentifier::read(&mut fields)?;
        let bits = fields.expect(tag::BIT_STRING)?.bit_string()?;
        fields.finish()?;
        let material = match identifier.oid {
            RSA_ENCRYPTION if identifier.has_no_parameters() => KeyMaterial::Rsa(rsa(bits)?),
            RSA_ENCRYPTION => return Err(KeyError::Parameters),
            ID_RSASSA_PSS => {
                let restriction = identifier.parameters.map(|_| PssParameters::parse(&identifier)).transpose();
                KeyMaterial::RsaPss { key: rsa(bits)?, restriction: restriction.map_err(KeyError::PssParameters)? }
            }
            ID_EC_PUBLIC_KEY => elliptic_curve(&identifier, bits)?,
            ID_ED25519 | ID_ED448 if identifier.parameters.is_some() => return Err(KeyError::Parameters),
            ID_ED25519 => KeyMaterial::Ed25519(bits.try_into().map_err(|_| KeyError::Length)?),
            ID_ED448 => KeyMaterial::Ed448(bits.try_into().map_err(|_| KeyError::Length)?),
            ID_DSA => KeyMaterial::Dsa(dsa(&identifier, bits)?),
            other => return Err(KeyError::UnsupportedAlgorithm(Oid::from_content(other))),
        };
        Ok(Self { spki: der.into(), sha256: digest(DigestAlgorithm::Sha256, der), material })
    }

    /// The type and size.
    #[must_use]
    pub fn kind(&self) -> KeyKind {
        match &self.material {
            KeyMaterial::Rsa(key) => KeyKind::Rsa { bits: bit_len(&key.modulus) },
            KeyMaterial::RsaPss { key, .. } => KeyKind::RsaPss { bits: bit_len(&key.modulus) },
            KeyMaterial::Ec { curve, .. } => KeyKind::Ec { curve: *curve },
            KeyMaterial::Ed25519(_) => KeyKind::Ed25519,
            KeyMaterial::Ed448(_) => KeyKind::Ed448,
            KeyMaterial::Dsa(key) => KeyKind::Dsa { bits: bit_len(&key.p) },
        }
    }

    /// The size that policies know, see [`KeyKind::bits`].
    #[must_use]
    pub fn bits(&self) -> u32 {
        self.kind().bits()
    }

    /// The `SubjectPublicKeyInfo` as it was given.
    #[must_use]
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// SHA-256 of the `SubjectPublicKeyInfo`.
    #[must_use]
    pub const fn sha256(&self) -> &Digest {
        &self.sha256
    }

    /// What one verification with this key may cost, in the units of [`Limits::work`] (about a microsecond each).
    /// Take it from the budget before: a stranger chooses the key, and the dearest one costs a thousand times
    /// what a usual one does. From measurements of the slower path, without *ring*, rounded up.
    ///
    /// [`Limits::work`]: crate::limits::Limits::work
    #[must_use]
    pub fn verification_work(&self) -> u64 {
        // A modular multiplication grows with the square of the modulus; an exponent bit is one, or two.
        let power = |modulus: &[u8], exponent_bits: u64| {
            let kilobits = u64::from(bit_len(modulus)).div_ceil(1_024);
            kilobits.saturating_mul(kilobits).saturating_mul(exponent_bits).saturating_mul(3).div_ceil(2)
        };
        match &self.material {
            KeyMaterial::Rsa(key) | KeyMaterial::RsaPss { key, .. } => {
                power(&key.modulus, u64::from(bit_len(&key.exponent)))
            }
            KeyMaterial::Ec { curve, .. } => match curve {
                Curve::P224 | Curve::P256 | Curve::Secp256k1 | Curve::BrainpoolP256r1 => 400,
                Curve::P384 | Curve::P521 | Curve::BrainpoolP384r1 => 1_500,
                Curve::BrainpoolP512r1 => 4_500,
            },
            KeyMaterial::Ed25519(_) => 60,
            KeyMaterial::Ed448(_) => 2_700,
            // Two powers with exponents as long as q.
            KeyMaterial::Dsa(key) => power(&key.p, u64::from(bit_len(&key.q)).saturating_mul(2)),
        }
    }

    pub(super) const fn material(&self) -> &KeyMaterial {
        &self.material
    }
}

impl PartialEq for PublicKey {
    /// Whether both were given in the same octets.
    fn eq(&self, other: &Self) -> bool {
        self.spki == other.spki
    }
}

impl Eq for PublicKey {}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({}, SHA-256 {})", self.kind(), self.sha256)
    }
}

fn rsa(bits: &[u8]) -> Result<RsaKey, KeyError> {
    let mut fields = sequence(bits)?;
    let modulus = magnitude(&mut fields)?;
    let exponent = magnitude(&mut fields)?;
    fields.finish()?;
    let size = bit_len(modulus);
    if !is_odd(modulus) || !(MINIMUM_MODULUS..=MAXIMUM_MODULUS).contains(&size) {
        return Err(KeyError::Modulus { bits: size });
    }
    let maximum = if size > SMALL_MODULUS { 64 } else { MAXIMUM_EXPONENT };
    if !is_odd(exponent) || !(2..=maximum).contains(&bit_len(exponent)) {
        return Err(KeyError::Exponent);
    }
    Ok(RsaKey { modulus: modulus.into(), exponent: exponent.into() })
}

fn elliptic_curve(identifier: &AlgorithmIdentifier<'_>, bits: &[u8]) -> Result<KeyMaterial, KeyError> {
    let parameters = identifier.parameters.ok_or(KeyError::CurveNotNamed)?;
    if parameters.tag != tag::OID {
        return Err(KeyError::CurveNotNamed);
    }
    let oid = parameters.oid()?;
    let curve = Curve::from_content(oid.content()).ok_or(KeyError::UnsupportedCurve(oid))?;
    let point = curve.decode_point(bits).ok_or(KeyError::Point)?;
    Ok(KeyMaterial::Ec { curve, point })
}

fn dsa(identifier: &AlgorithmIdentifier<'_>, bits: &[u8]) -> Result<DsaKey, KeyError> {
    // RFC 3279 §2.3.2 lets a key inherit p, q and g from its issuer; nobody does any more.
    let parameters = identifier.parameters.filter(|tlv| tlv.tag == tag::SEQUENCE).ok_or(KeyError::Parameters)?;
    let mut fields = parameters.reader()?;
    let (p, q, g) = (magnitude(&mut fields)?, magnitude(&mut fields)?, magnitude(&mut fields)?);
    fields.finish()?;
    let mut public = Reader::new(bits, DEPTH);
    let y = magnitude(&mut public)?;
    public.finish()?;
    let good = is_odd(p)
        && is_odd(q)
        && (MINIMUM_MODULUS..=MAXIMUM_DSA_MODULUS).contains(&bit_len(p))
        && matches!(bit_len(q), 160 | 224 | 256)
        && [g, y].into_iter().all(|number| bit_len(number) > 1 && is_less(number, p));
    if !good {
        return Err(KeyError::DsaNumbers);
    }
    Ok(DsaKey { p: p.into(), q: q.into(), g: g.into(), y: y.into() })
}

/// The fields of the one SEQUENCE that is all of `bytes`.
fn sequence(bytes: &[u8]) -> Result<Reader<'_>, DerError> {
    let mut reader = Reader::new(bytes, DEPTH);
    let sequence = reader.expect(tag::SEQUENCE)?;
    reader.finish()?;
    sequence.reader()
}

/// The content octets of an INTEGER as an unsigned number, without leading zeros.
fn magnitude<'a>(fields: &mut Reader<'a>) -> Result<&'a [u8], DerError> {
    Ok(trim(fields.expect(tag::INTEGER)?.content))
}

/// Without leading zeros.
pub(super) fn trim(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|octet| **octet == 0).count();
    number.get(zeros..).unwrap_or_default()
}

/// Bits of a number without leading zeros.
pub(super) fn bit_len(number: &[u8]) -> u32 {
    let Some(first) = number.first() else { return 0 };
    let octets = u32::try_from(number.len()).unwrap_or(u32::MAX);
    octets.saturating_mul(8).saturating_sub(first.leading_zeros())
}

/// Whether a number without leading zeros is less than another.
pub(super) fn is_less(number: &[u8], other: &[u8]) -> bool {
    (number.len(), number) < (other.len(), other)
}

fn is_odd(number: &[u8]) -> bool {
    number.last().is_some_and(|octet| octet & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrap(tag: u8, content: &[u8]) -> Vec<u8> {
        let len = content.len();
        let header = match len {
            0..=0x7f => vec![tag, u8::try_from(len).unwrap()],
            _ => vec![tag, 0x82, u8::try_from(len >> 8).unwrap(), u8::try_from(len & 0xff).unwrap()],
        };
        [header, content.to_vec()].concat()
    }

    fn spki(oid: &[u8], parameters: &[u8], key: &[u8]) -> Vec<u8> {
        let identifier = wrap(tag::SEQUENCE, &[wrap(tag::OID, oid), parameters.to_vec()].concat());
        let bits = wrap(tag::BIT_STRING, &[&[0], key].concat());
        wrap(tag::SEQUENCE, &[identifier, bits].concat())
    }

    fn rsa_spki(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
        let numbers = [wrap(tag::INTEGER, modulus), wrap(tag::INTEGER, exponent)].concat();
        spki(RSA_ENCRYPTION, &[5, 0], &wrap(tag::SEQUENCE, &numbers))
    }

    /// An odd number of `bits`.
    fn modulus(bits: usize) -> Vec<u8> {
        let mut octets = vec![0x55; bits.div_ceil(8)];
        octets[0] = 1 << ((bits - 1) % 8);
        octets
    }

    fn kind(spki: &[u8]) -> Result<KeyKind, KeyError> {
        PublicKey::from_spki(spki).map(|key| key.kind())
    }

    const F4: &[u8] = &[1, 0, 1];
    const NULL: &[u8] = &[5, 0];

    #[test]
    fn rsa_integers_are_read_as_unsigned_however_they_are_written() {
        let proper = [&[0][..], &[0xc1; 128]].concat();
        let negative = [0xc1; 128];
        let padded = [&[0, 0, 0][..], &[0xc1; 128]].concat();
        for modulus in [&proper[..], &negative, &padded] {
            let key = PublicKey::from_spki(&rsa_spki(modulus, F4)).unwrap();
            assert_eq!(key.kind(), KeyKind::Rsa { bits: 1_024 });
            assert!(
                matches!(key.material(), KeyMaterial::Rsa(key) if *key.modulus == negative && *key.exponent == *F4)
            );
        }
        assert!(matches!(
            PublicKey::from_spki(&rsa_spki(&proper, &[0, 0, 3])).unwrap().material(),
            KeyMaterial::Rsa(key) if *key.exponent == [3]
        ));
    }

    #[test]
    fn rsa_keys_out_of_range_are_refused() {
        for bits in [512, 513, 1_023, 2_048, 16_384] {
            assert_eq!(kind(&rsa_spki(&modulus(bits), F4)), Ok(KeyKind::Rsa { bits: bits.try_into().unwrap() }));
        }
        for bits in [8, 511, 16_385] {
            assert_eq!(
                kind(&rsa_spki(&modulus(bits), F4)),
                Err(KeyError::Modulus { bits: bits.try_into().unwrap() })
            );
        }
        let mut even = modulus(1_024);
        even[127] = 0x54;
        assert_eq!(kind(&rsa_spki(&even, F4)), Err(KeyError::Modulus { bits: 1_024 }));
        for exponent in [&[][..], &[0], &[1], &[2], &[1, 0, 0], &[1; 33]] {
            assert_eq!(kind(&rsa_spki(&modulus(1_024), exponent)), Err(KeyError::Exponent), "{exponent:?}");
        }
        assert!(kind(&rsa_spki(&modulus(3_072), &[0x7f; 32])).is_ok());
        assert_eq!(kind(&rsa_spki(&modulus(3_073), &[0x7f; 9])), Err(KeyError::Exponent));
    }

    #[test]
    fn the_form_of_a_key_has_to_be_that_of_its_type() {
        let good = rsa_spki(&modulus(1_024), F4);
        assert!(kind(&good).is_ok());
        assert!(matches!(kind(&[&good[..], &[0]].concat()), Err(KeyError::Der(_))));
        assert!(matches!(kind(&good[..good.len() - 1]), Err(KeyError::Der(_))));
        assert!(matches!(kind(&[]), Err(KeyError::Der(_))));
        let numbers = [wrap(tag::INTEGER, &modulus(1_024)), wrap(tag::INTEGER, F4)].concat();
        let three = [&numbers[..], &[2, 1, 1]].concat();
        for (parameters, key) in [
            (NULL, wrap(tag::SET, &numbers)),
            (NULL, wrap(tag::SEQUENCE, &three)),
            (NULL, [wrap(tag::SEQUENCE, &numbers), vec![0]].concat()),
        ] {
            assert!(matches!(kind(&spki(RSA_ENCRYPTION, parameters, &key)), Err(KeyError::Der(_))));
        }
        let key = wrap(tag::SEQUENCE, &numbers);
        assert!(kind(&spki(RSA_ENCRYPTION, &[], &key)).is_ok());
        assert_eq!(kind(&spki(RSA_ENCRYPTION, &[2, 1, 0], &key)), Err(KeyError::Parameters));
        assert_eq!(kind(&spki(ID_RSASSA_PSS, &[], &key)), Ok(KeyKind::RsaPss { bits: 1_024 }));
        assert!(matches!(kind(&spki(ID_RSASSA_PSS, NULL, &key)), Err(KeyError::PssParameters(_))));
        assert!(matches!(
            kind(&spki(&[0x2a, 3], NULL, &key)),
            Err(KeyError::UnsupportedAlgorithm(oid)) if oid.to_string() == "1.2.3"
        ));
    }

    #[test]
    fn curves_have_to_be_named() {
        let p256 = [6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
        let point = [vec![4], vec![1; 64]].concat();
        let explicit = wrap(tag::SEQUENCE, &[2, 1, 1]);
        for parameters in [&[][..], NULL, &explicit] {
            assert_eq!(kind(&spki(ID_EC_PUBLIC_KEY, parameters, &point)), Err(KeyError::CurveNotNamed));
        }
        assert_eq!(kind(&spki(ID_EC_PUBLIC_KEY, &p256, &point)), Err(KeyError::Point));
        assert!(matches!(
            kind(&spki(ID_EC_PUBLIC_KEY, &[6, 2, 0x2a, 3], &point)),
            Err(KeyError::UnsupportedCurve(oid)) if oid.to_string() == "1.2.3"
        ));
    }

    #[test]
    fn edwards_keys_have_their_length_and_no_parameters() {
        assert_eq!(kind(&spki(ID_ED25519, &[], &[7; 32])), Ok(KeyKind::Ed25519));
        assert_eq!(kind(&spki(ID_ED448, &[], &[7; 57])), Ok(KeyKind::Ed448));
        for (oid, len) in [(ID_ED25519, 31), (ID_ED25519, 33), (ID_ED448, 56), (ID_ED448, 58)] {
            assert_eq!(kind(&spki(oid, &[], &vec![7; len])), Err(KeyError::Length));
        }
        assert_eq!(kind(&spki(ID_ED25519, NULL, &[7; 32])), Err(KeyError::Parameters));
    }

    #[test]
    fn dsa_numbers_have_to_be_in_range() {
        let integer = |octets: &[u8]| wrap(tag::INTEGER, octets);
        let key = |p: &[u8], q: &[u8], g: &[u8], y: &[u8]| {
            let parameters = wrap(tag::SEQUENCE, &[integer(p), integer(q), integer(g)].concat());
            kind(&spki(ID_DSA, &parameters, &integer(y)))
        };
        let (p, q) = (modulus(1_024), modulus(160));
        assert_eq!(key(&p, &q, &[2], &[4]), Ok(KeyKind::Dsa { bits: 1_024 }));
        let even = [&q[..19], &[2]].concat();
        for (p, q, g, y) in [
            (&modulus(511)[..], &q[..], &[2][..], &[4][..]),
            (&modulus(4_097), &q, &[2], &[4]),
            (&p, &modulus(161), &[2], &[4]),
            (&p, &even, &[2], &[4]),
            (&p, &q, &[1], &[4]),
            (&p, &q, &[2], &[0]),
            (&p, &q, &p, &[4]),
            (&p, &q, &[2], &p),
        ] {
            assert_eq!(key(p, q, g, y), Err(KeyError::DsaNumbers));
        }
        assert_eq!(kind(&spki(ID_DSA, &[], &integer(&[4]))), Err(KeyError::Parameters), "inherited");
    }

    #[test]
    fn work_grows_with_what_a_stranger_may_choose() {
        let work = |modulus: &[u8], exponent: &[u8]| {
            PublicKey::from_spki(&rsa_spki(modulus, exponent)).unwrap().verification_work()
        };
        assert_eq!(work(&modulus(2_048), F4), 102);
        assert!(work(&modulus(512), &[3]) > 0);
        assert!(work(&modulus(16_384), &[0x7f; 8]) > 20_000);
        assert!(work(&modulus(3_072), &[0x7f; 32]) > 3_000);
    }

    #[test]
    fn numbers_are_compared_by_value() {
        assert!(is_less(&[], &[1]) && is_less(&[0xff], &[1, 0]) && is_less(&[1, 0], &[1, 1]));
        assert!(!is_less(&[1], &[1]) && !is_less(&[1, 0], &[0xff]) && !is_less(&[], &[]));
        assert_eq!((bit_len(&[]), bit_len(&[1]), bit_len(&[0xff]), bit_len(&[1, 0])), (0, 1, 8, 9));
        assert_eq!((trim(&[0, 0, 1, 0]), trim(&[0, 0])), (&[1, 0][..], &[][..]));
    }
}
