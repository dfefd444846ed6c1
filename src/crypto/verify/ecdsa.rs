//! ECDSA over a digest (FIPS 186-5 §6.4.2) on every curve, and the two forms of r and s.
//!
//! A digest longer than the order is truncated, a shorter one taken as it is; every digest goes with every curve.

use bp256::BrainpoolP256r1;
use bp384::BrainpoolP384r1;
use ecdsa::EcdsaCurve;
use ecdsa::Signature;
use ecdsa::VerifyingKey;
use ecdsa::elliptic_curve::AffinePoint;
use ecdsa::elliptic_curve::CurveArithmetic;
use ecdsa::elliptic_curve::FieldBytes;
use ecdsa::elliptic_curve::sec1::FromSec1Point;
use ecdsa::elliptic_curve::sec1::ModulusSize;
use ecdsa::elliptic_curve::sec1::ToSec1Point;
use ecdsa::signature::hazmat::PrehashVerifier;
use k256::Secp256k1;
use p224::NistP224;
use p256::NistP256;
use p384::NistP384;
use p521::NistP521;

use super::brainpool512;
use crate::crypto::Curve;
use crate::crypto::Digest;
use crate::crypto::key::trim;
use crate::syntax::der::Reader;
use crate::syntax::der::tag;

/// Nesting of an `ECDSA-Sig-Value`.
const DEPTH: u32 = 2;

/// The value is an `ECDSA-Sig-Value` in DER, exactly.
pub(super) fn verify_der(curve: Curve, point: &[u8], digest: &Digest, signature: &[u8]) -> bool {
    parse_der(signature).is_some_and(|(r, s)| verify(curve, point, digest.as_bytes(), r, s))
}

/// The value is r ‖ s, each as long as the order of the curve.
pub(super) fn verify_plain(curve: Curve, point: &[u8], digest: &Digest, signature: &[u8]) -> bool {
    split(signature, curve.order_len()).is_some_and(|(r, s)| verify(curve, point, digest.as_bytes(), r, s))
}

/// r and s, without leading zeros, of `SEQUENCE { r INTEGER, s INTEGER }` in DER; also for DSA.
/// `None` where the encoding is not DER in every octet, or a number is negative.
pub(in crate::crypto) fn parse_der(signature: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut outer = Reader::new(signature, DEPTH);
    let sequence = outer.expect(tag::SEQUENCE).ok()?;
    outer.finish().ok()?;
    let mut fields = sequence.reader().ok()?;
    let mut number = || {
        let integer = fields.expect(tag::INTEGER).ok()?;
        let shortest = match integer.content {
            [0, second, ..] => *second >= 0x80,
            [first, ..] => *first < 0x80,
            [] => false,
        };
        (integer.is_der_length() && shortest).then(|| trim(integer.content))
    };
    let (r, s) = (number()?, number()?);
    fields.finish().ok()?;
    sequence.is_der_length().then_some((r, s))
}

/// r and s, without leading zeros, of `len` octets each; also for DSA.
pub(super) fn split(signature: &[u8], len: usize) -> Option<(&[u8], &[u8])> {
    let (r, s) = signature.split_at_checked(len)?;
    (s.len() == len).then(|| (trim(r), trim(s)))
}

fn verify(curve: Curve, point: &[u8], digest: &[u8], r: &[u8], s: &[u8]) -> bool {
    let matches = match curve {
        Curve::P224 => verify_on::<NistP224>(point, digest, r, s),
        Curve::P256 => verify_on::<NistP256>(point, digest, r, s),
        Curve::P384 => verify_on::<NistP384>(point, digest, r, s),
        Curve::P521 => verify_on::<NistP521>(point, digest, r, s),
        Curve::Secp256k1 => verify_on::<Secp256k1>(point, digest, r, s),
        Curve::BrainpoolP256r1 => verify_on::<BrainpoolP256r1>(point, digest, r, s),
        Curve::BrainpoolP384r1 => verify_on::<BrainpoolP384r1>(point, digest, r, s),
        Curve::BrainpoolP512r1 => brainpool512::verify(point, digest, r, s),
    };
    matches.is_some()
}

/// `None` where it does not verify.
fn verify_on<C>(point: &[u8], digest: &[u8], r: &[u8], s: &[u8]) -> Option<()>
where
    C: EcdsaCurve + CurveArithmetic,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
    C::FieldBytesSize: ModulusSize,
{
    let key = VerifyingKey::<C>::from_sec1_bytes(point).ok()?;
    let signature = Signature::<C>::from_scalars(field_bytes::<C>(r)?, field_bytes::<C>(s)?).ok()?;
    // Bitcoin's secp256k1 takes only the lower of the two possible s; ECDSA takes both.
    let signature = if C::NORMALIZE_S { signature.normalize_s() } else { signature };
    key.verify_prehash(digest, &signature).ok()
}

/// `number` with leading zeros to the length of the field.
fn field_bytes<C: EcdsaCurve>(number: &[u8]) -> Option<FieldBytes<C>> {
    let mut octets = FieldBytes::<C>::default();
    let start = octets.len().checked_sub(number.len())?;
    octets.get_mut(start..)?.copy_from_slice(number);
    Some(octets)
}
