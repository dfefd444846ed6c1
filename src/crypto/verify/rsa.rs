//! RSA signatures by the raw public operation and our own encodings (RFC 8017 §5.2.2, §8, §9).
//!
//! A PKCS#1 v1.5 encoding is never parsed to verify: the one right encoding is built and compared, so that no
//! garbage in the padding or in the `DigestInfo` can pass (CVE-2006-4339 and its descendants). Only public keys:
//! nothing here needs to run in constant time.

use crypto_bigint::BoxedUint;
use crypto_bigint::modular::BoxedMontyForm;
use crypto_bigint::modular::BoxedMontyParams;

use super::VerifyError;
use super::pss;
use crate::crypto::Digest;
use crate::crypto::DigestAlgorithm;
use crate::crypto::PublicKey;
use crate::crypto::identifier::AlgorithmIdentifier;
use crate::crypto::key::KeyMaterial;
use crate::crypto::key::RsaKey;
use crate::crypto::key::bit_len;
use crate::crypto::key::is_less;
use crate::crypto::key::trim;
use crate::syntax::der::Reader;
use crate::syntax::der::is_der;
use crate::syntax::der::tag;

/// The fewest octets of padding (RFC 8017 §9.2 step 3).
const MINIMUM_PADDING: usize = 8;
/// Nesting of a `DigestInfo`.
const DEPTH: u32 = 4;

/// RSASSA-PKCS1-v1_5 (§8.2.2).
pub(super) fn verify_pkcs1(key: &RsaKey, digest: &Digest, signature: &[u8]) -> bool {
    match (encode_pkcs1(digest, key.modulus.len()), public_operation(key, signature)) {
        (Some(expected), Some(encoded)) => expected == encoded,
        _ => false,
    }
}

/// RSASSA-PSS (§8.1.2).
pub(super) fn verify_pss(
    key: &RsaKey,
    digest: &Digest,
    mgf_digest: DigestAlgorithm,
    salt_len: u32,
    signature: &[u8],
) -> bool {
    let Some(encoded) = public_operation(key, signature) else { return false };
    let bits = bit_len(&key.modulus).saturating_sub(1);
    // Where the modulus has a multiple of 8 bits plus one, the encoding is an octet shorter than the modulus.
    let encoded = if bits.is_multiple_of(8) { encoded.strip_prefix(&[0]) } else { Some(encoded.as_slice()) };
    match (encoded, usize::try_from(salt_len)) {
        (Some(encoded), Ok(salt_len)) => pss::verify(encoded, bits, digest, mgf_digest, salt_len),
        _ => false,
    }
}

/// Which digest a PKCS#1 v1.5 signature was made over: the `DigestInfo` inside it. For `adbe.x509.rsa_sha1`,
/// where nothing else names the algorithm (ISO 32000-1 §12.8.3.2).
///
/// The padding is checked strictly, but **this proves nothing**: what comes back only says how to compute the
/// digest of the message; verify the signature with that algorithm then.
///
/// # Errors
/// [`VerifyError::NotRsa`] where the key is not a plain RSA key; [`VerifyError::Mismatch`] where
/// the signature holds no well-formed `DigestInfo` of a known digest.
pub fn recover_pkcs1_digest_info(key: &PublicKey, signature: &[u8]) -> Result<Digest, VerifyError> {
    let KeyMaterial::Rsa(rsa) = key.material() else {
        return Err(VerifyError::NotRsa { key: key.kind() });
    };
    let encoded = public_operation(rsa, signature).ok_or(VerifyError::Mismatch)?;
    let digest = parse_pkcs1(&encoded).ok_or(VerifyError::Mismatch)?;
    // The inverse of what was read has to be what was signed: nothing is left unlooked at.
    match encode_pkcs1(&digest, rsa.modulus.len()) {
        Some(expected) if expected == encoded => Ok(digest),
        _ => Err(VerifyError::Mismatch),
    }
}

fn parse_pkcs1(encoded: &[u8]) -> Option<Digest> {
    let padded = encoded.strip_prefix(&[0, 1])?;
    let padding = padded.iter().take_while(|octet| **octet == 0xff).count();
    let info = padded.get(padding..)?.strip_prefix(&[0])?;
    if padding < MINIMUM_PADDING || !is_der(info, DEPTH) {
        return None;
    }
    let mut fields = Reader::new(info, DEPTH).next_tlv().ok()?.reader().ok()?;
    let identifier = AlgorithmIdentifier::read(&mut fields).ok()?;
    let octets = fields.expect(tag::OCTET_STRING).ok()?;
    fields.finish().ok()?;
    Digest::from_bytes(DigestAlgorithm::from_identifier(&identifier).ok()?, octets.content)
}

/// EMSA-PKCS1-v1_5 (§9.2): 0 ‖ 1 ‖ 255… ‖ 0 ‖ `DigestInfo`, with NULL parameters as Appendix B.1 has it.
/// `None` where the modulus is too short for the digest.
fn encode_pkcs1(digest: &Digest, octets: usize) -> Option<Vec<u8>> {
    let oid = digest.algorithm().oid_content();
    let hash = digest.as_bytes();
    let identifier_len = oid.len().checked_add(4)?;
    let content_len = identifier_len.checked_add(hash.len())?.checked_add(4)?;
    let info_len = content_len.checked_add(2)?;
    let padding = octets.checked_sub(info_len)?.checked_sub(3)?;
    if padding < MINIMUM_PADDING || content_len > 0x7f {
        return None;
    }
    let mut encoded = Vec::with_capacity(octets);
    encoded.extend([0, 1]);
    encoded.extend(std::iter::repeat_n(0xff, padding));
    encoded.push(0);
    encoded.extend([tag::SEQUENCE, u8::try_from(content_len).ok()?]);
    encoded.extend([tag::SEQUENCE, u8::try_from(identifier_len).ok()?]);
    encoded.extend([tag::OID, u8::try_from(oid.len()).ok()?]);
    encoded.extend(oid);
    encoded.extend([tag::NULL, 0, tag::OCTET_STRING, u8::try_from(hash.len()).ok()?]);
    encoded.extend(hash);
    Some(encoded)
}

/// RSAVP1 with the conversions around it (§5.2.2, §4): signature^e mod n, as long as the modulus. `None` where
/// the signature is not as long as the modulus, or not less.
fn public_operation(key: &RsaKey, signature: &[u8]) -> Option<Vec<u8>> {
    let octets = key.modulus.len();
    if signature.len() != octets || !is_less(trim(signature), &key.modulus) {
        return None;
    }
    // All numbers in the precision of the modulus, in whole octets.
    let precision = u32::try_from(octets).ok()?.checked_mul(8)?;
    let modulus = BoxedUint::from_be_slice(&key.modulus, precision).ok()?.into_odd().into_option()?;
    let parameters = BoxedMontyParams::new_vartime(modulus);
    let base = BoxedMontyForm::new(BoxedUint::from_be_slice(signature, precision).ok()?, &parameters);
    let exponent = BoxedUint::from_be_slice_vartime(&key.exponent);
    let below_first = exponent.bits_vartime().checked_sub(1)?;
    let mut power = base.clone();
    for bit in (0..below_first).rev() {
        power = power.square();
        if exponent.bit_vartime(bit) {
            power = power.mul(&base);
        }
    }
    let limbs = power.retrieve().to_be_bytes();
    let leading = limbs.len().checked_sub(octets)?;
    limbs.get(leading..).map(<[u8]>::to_vec)
}
