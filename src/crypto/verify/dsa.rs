//! DSA over a digest (FIPS 186-4 §4.7), for what was signed when DSA was in use.

use crypto_bigint::BoxedUint;
use crypto_bigint::Odd;
use crypto_bigint::modular::BoxedMontyForm;
use crypto_bigint::modular::BoxedMontyParams;

use super::ecdsa::parse_der;
use super::ecdsa::split;
use crate::crypto::Digest;
use crate::crypto::key::DsaKey;
use crate::crypto::key::is_less;

/// The value is a `Dss-Sig-Value` in DER, exactly.
pub(super) fn verify_der(key: &DsaKey, digest: &Digest, signature: &[u8]) -> bool {
    parse_der(signature).is_some_and(|(r, s)| verify(key, digest.as_bytes(), r, s).is_some())
}

/// The value is r ‖ s, each as long as q.
pub(super) fn verify_plain(key: &DsaKey, digest: &Digest, signature: &[u8]) -> bool {
    split(signature, key.q.len()).is_some_and(|(r, s)| verify(key, digest.as_bytes(), r, s).is_some())
}

/// `None` where it does not verify. r and s without leading zeros.
fn verify(key: &DsaKey, digest: &[u8], r: &[u8], s: &[u8]) -> Option<()> {
    let in_range = |number: &[u8]| !number.is_empty() && is_less(number, &key.q);
    if !in_range(r) || !in_range(s) {
        return None;
    }
    let modulo_p = Modulus::new(&key.p)?;
    let modulo_q = Modulus::new(&key.q)?;
    // w = s⁻¹ mod q; z = the leftmost bits of the digest, as many as q has (whole octets: `DsaKey`)
    let w = modulo_q.number(s)?.invert_vartime().into_option()?;
    let z = modulo_q.number(digest.get(..key.q.len()).unwrap_or(digest))?;
    let u1 = z.mul(&w).retrieve();
    let u2 = modulo_q.number(r)?.mul(&w).retrieve();
    // v = (g^u1 · y^u2 mod p) mod q
    let power = modulo_p.number(&key.g)?.pow(&u1).mul(&modulo_p.number(&key.y)?.pow(&u2));
    let v = power.retrieve().rem_vartime(modulo_q.modulus.as_nz_ref());
    (v == modulo_q.number(r)?.retrieve()).then_some(())
}

/// Arithmetic modulo an odd number.
struct Modulus {
    modulus: Odd<BoxedUint>,
    parameters: BoxedMontyParams,
    precision: u32,
}

impl Modulus {
    fn new(modulus: &[u8]) -> Option<Self> {
        let precision = u32::try_from(modulus.len()).ok()?.checked_mul(8)?;
        let modulus = BoxedUint::from_be_slice(modulus, precision).ok()?.into_odd().into_option()?;
        Some(Self { parameters: BoxedMontyParams::new_vartime(modulus.clone()), modulus, precision })
    }

    /// `octets`, not longer than the modulus, as a residue.
    fn number(&self, octets: &[u8]) -> Option<BoxedMontyForm> {
        let number = BoxedUint::from_be_slice(octets, self.precision).ok()?;
        let reduced = number.rem_vartime(self.modulus.as_nz_ref());
        Some(BoxedMontyForm::new(reduced, &self.parameters))
    }
}
