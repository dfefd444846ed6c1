//! Named elliptic curves (RFC 5480, RFC 5639, SEC 2) and points on them.

use std::fmt;

use bp256::BrainpoolP256r1;
use bp384::BrainpoolP384r1;
use ecdsa::elliptic_curve::AffinePoint;
use ecdsa::elliptic_curve::CurveArithmetic;
use ecdsa::elliptic_curve::PublicKey;
use ecdsa::elliptic_curve::sec1::FromSec1Point;
use ecdsa::elliptic_curve::sec1::ModulusSize;
use ecdsa::elliptic_curve::sec1::ToSec1Point;
use k256::Secp256k1;
use p224::NistP224;
use p256::NistP256;
use p384::NistP384;
use p521::NistP521;

use super::verify::brainpool512;
use crate::syntax::der::Oid;

/// A curve that ECDSA verifies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Curve {
    /// secp224r1, NIST P-224.
    P224,
    /// secp256r1, NIST P-256.
    P256,
    /// secp384r1, NIST P-384.
    P384,
    /// secp521r1, NIST P-521.
    P521,
    /// secp256k1.
    Secp256k1,
    /// brainpoolP256r1.
    BrainpoolP256r1,
    /// brainpoolP384r1.
    BrainpoolP384r1,
    /// brainpoolP512r1.
    BrainpoolP512r1,
}

/// Object identifiers: content octets and dotted text (a test compares the two).
const OIDS: &[(&[u8], &str, Curve)] = &[
    (b"\x2a\x86\x48\xce\x3d\x03\x01\x07", "1.2.840.10045.3.1.7", Curve::P256),
    (b"\x2b\x81\x04\x00\x22", "1.3.132.0.34", Curve::P384),
    (b"\x2b\x81\x04\x00\x23", "1.3.132.0.35", Curve::P521),
    (b"\x2b\x81\x04\x00\x21", "1.3.132.0.33", Curve::P224),
    (b"\x2b\x81\x04\x00\x0a", "1.3.132.0.10", Curve::Secp256k1),
    (b"\x2b\x24\x03\x03\x02\x08\x01\x01\x07", "1.3.36.3.3.2.8.1.1.7", Curve::BrainpoolP256r1),
    (b"\x2b\x24\x03\x03\x02\x08\x01\x01\x0b", "1.3.36.3.3.2.8.1.1.11", Curve::BrainpoolP384r1),
    (b"\x2b\x24\x03\x03\x02\x08\x01\x01\x0d", "1.3.36.3.3.2.8.1.1.13", Curve::BrainpoolP512r1),
];

impl Curve {
    /// The name, as ETSI TS 119 312 writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::P224 => "secp224r1",
            Self::P256 => "secp256r1",
            Self::P384 => "secp384r1",
            Self::P521 => "secp521r1",
            Self::Secp256k1 => "secp256k1",
            Self::BrainpoolP256r1 => "brainpoolP256r1",
            Self::BrainpoolP384r1 => "brainpoolP384r1",
            Self::BrainpoolP512r1 => "brainpoolP512r1",
        }
    }

    /// The size of the order in bits, which policies call the size of the key.
    #[must_use]
    pub const fn bits(self) -> u32 {
        match self {
            Self::P224 => 224,
            Self::P256 | Self::Secp256k1 | Self::BrainpoolP256r1 => 256,
            Self::P384 | Self::BrainpoolP384r1 => 384,
            Self::BrainpoolP512r1 => 512,
            Self::P521 => 521,
        }
    }

    /// Octets of r and of s in a plain signature; also of a coordinate, since the field is as long as the order.
    #[must_use]
    pub const fn order_len(self) -> usize {
        match self {
            Self::P224 => 28,
            Self::P256 | Self::Secp256k1 | Self::BrainpoolP256r1 => 32,
            Self::P384 | Self::BrainpoolP384r1 => 48,
            Self::BrainpoolP512r1 => 64,
            Self::P521 => 66,
        }
    }

    /// The object identifier.
    #[must_use]
    pub fn oid(self) -> Oid {
        let content = OIDS.iter().find(|(_, _, curve)| *curve == self).map_or(&[][..], |(content, ..)| content);
        Oid::from_content(content)
    }

    /// By the content octets of an object identifier; `None` where it names no curve that verifies here.
    #[must_use]
    pub fn from_content(octets: &[u8]) -> Option<Self> {
        OIDS.iter().find(|(content, ..)| *content == octets).map(|(_, _, curve)| *curve)
    }

    /// The point that `octets` name, as 4 ‖ x ‖ y; `None` where it is not on the curve, is the point at infinity
    /// or is in the hybrid form (SEC 1 §2.3.4; RFC 5480 §2.2 allows the compressed form).
    pub(super) fn decode_point(self, octets: &[u8]) -> Option<Box<[u8]>> {
        match self {
            Self::P224 => decode_point::<NistP224>(octets),
            Self::P256 => decode_point::<NistP256>(octets),
            Self::P384 => decode_point::<NistP384>(octets),
            Self::P521 => decode_point::<NistP521>(octets),
            Self::Secp256k1 => decode_point::<Secp256k1>(octets),
            Self::BrainpoolP256r1 => decode_point::<BrainpoolP256r1>(octets),
            Self::BrainpoolP384r1 => decode_point::<BrainpoolP384r1>(octets),
            Self::BrainpoolP512r1 => brainpool512::decode_point(octets),
        }
    }
}

impl fmt::Display for Curve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

fn decode_point<C>(octets: &[u8]) -> Option<Box<[u8]>>
where
    C: CurveArithmetic,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
    C::FieldBytesSize: ModulusSize,
{
    if !matches!(octets.first(), Some(2..=4)) {
        return None;
    }
    let key = PublicKey::<C>::from_sec1_bytes(octets).ok()?;
    Some(key.to_sec1_point(false).as_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_name_what_their_dotted_text_names() {
        for (content, dotted, curve) in OIDS {
            assert_eq!(Oid::from_dotted(dotted).unwrap().content(), *content, "{dotted}");
            assert_eq!(Curve::from_content(content), Some(*curve), "{dotted}");
            assert_eq!(curve.oid().to_string(), *dotted);
            assert_eq!(u32::try_from(curve.order_len()).unwrap(), curve.bits().div_ceil(8));
        }
    }

    #[test]
    fn what_is_no_point_is_refused() {
        for (_, _, curve) in OIDS {
            let len = curve.order_len();
            let uncompressed = |filler: u8| [vec![4], vec![filler; 2 * len]].concat();
            let hybrid = |form: u8| [vec![form], vec![1; 2 * len]].concat();
            let compressed_beyond_the_field = [vec![2], vec![0xff; len]].concat();
            for octets in [
                vec![],
                vec![0],
                vec![4],
                uncompressed(0),
                uncompressed(1),
                uncompressed(0xff),
                hybrid(6),
                hybrid(7),
                compressed_beyond_the_field,
            ] {
                assert_eq!(curve.decode_point(&octets), None, "{curve} {octets:02x?}");
            }
        }
    }
}
