//! Ed448 (RFC 8032 §5.2.7), pure and without a context. Ed25519 is *ring*'s.

use ed448_goldilocks::Signature;
use ed448_goldilocks::VerifyingKey;

/// p = 2⁴⁴⁸ − 2²²⁴ − 1 in the little-endian order of RFC 8032 §5.2.2: octet 28 is 0xfe, all others 0xff.
const FIELD: [u8; 56] = {
    let mut octets = [0xff; 56];
    octets[28] = 0xfe;
    octets
};

/// Whether `key` made `signature` over `message`.
pub(super) fn verify_ed448(key: &[u8; 57], message: &[u8], signature: &[u8]) -> bool {
    let Ok(octets) = <&[u8; 114]>::try_from(signature) else { return false };
    let Some(point) = octets.first_chunk::<57>() else { return false };
    // The crate reduces coordinates and ignores spare bits; §5.2.3 has one encoding for each point.
    if !is_canonical(key) || !is_canonical(point) {
        return false;
    }
    match (VerifyingKey::from_bytes(key), Signature::try_from(&octets[..])) {
        (Ok(key), Ok(signature)) => key.verify_raw(&signature, message).is_ok(),
        _ => false,
    }
}

/// Whether y is less than p, and the last octet holds nothing but the sign of x.
fn is_canonical(point: &[u8; 57]) -> bool {
    let [y @ .., sign] = point;
    sign & 0x7f == 0 && y.iter().rev().lt(FIELD.iter().rev())
}
