//! EMSA-PSS-VERIFY (RFC 8017 §9.1.2) with MGF1 (appendix B.2.1): any digest, any mask digest, any salt length.

use crate::crypto::Digest;
use crate::crypto::DigestAlgorithm;
use crate::crypto::DigestState;

/// The trailer field that ends every encoding.
const TRAILER: u8 = 0xbc;

/// Whether `encoded` (EM, in ⌈`bits` / 8⌉ octets) is an encoding of `digest` with a salt of exactly `salt_len`.
pub(super) fn verify(
    encoded: &[u8],
    bits: u32,
    digest: &Digest,
    mgf_digest: DigestAlgorithm,
    salt_len: usize,
) -> bool {
    verify_steps(encoded, bits, digest, mgf_digest, salt_len).is_some()
}

/// `None` is "inconsistent". The numbers are those of the RFC's steps.
fn verify_steps(
    encoded: &[u8],
    bits: u32,
    digest: &Digest,
    mgf_digest: DigestAlgorithm,
    salt_len: usize,
) -> Option<()> {
    // 3, 5: EM = maskedDB ‖ H ‖ 0xbc
    let hash_len = digest.as_bytes().len();
    let masked_len = encoded.len().checked_sub(hash_len)?.checked_sub(1)?;
    let padding_len = masked_len.checked_sub(salt_len)?.checked_sub(1)?;
    let (masked, rest) = encoded.split_at_checked(masked_len)?;
    let (hash, trailer) = rest.split_at_checked(hash_len)?;
    // 4
    if trailer != [TRAILER] {
        return None;
    }
    // 6: the bits above emBits are zero
    let unused = u32::try_from(encoded.len()).ok()?.checked_mul(8)?.checked_sub(bits)?;
    let used = 0xff_u8.checked_shr(unused)?;
    if masked.first()? & !used != 0 {
        return None;
    }
    // 7, 8, 9: DB = maskedDB xor MGF(H)
    let mut block = mgf1(hash, masked_len, mgf_digest);
    for (octet, masked) in block.iter_mut().zip(masked) {
        *octet ^= *masked;
    }
    *block.first_mut()? &= used;
    // 10: DB = 0… ‖ 1 ‖ salt
    let (padding, rest) = block.split_at_checked(padding_len)?;
    let (one, salt) = rest.split_first()?;
    if *one != 1 || padding.iter().any(|octet| *octet != 0) {
        return None;
    }
    // 12, 13, 14
    let mut state = DigestState::new(digest.algorithm());
    state.update(&[0; 8]);
    state.update(digest.as_bytes());
    state.update(salt);
    (state.finish().as_bytes() == hash).then_some(())
}

/// `len` octets of MGF1 from `seed`.
fn mgf1(seed: &[u8], len: usize, algorithm: DigestAlgorithm) -> Vec<u8> {
    let mut mask = Vec::with_capacity(len.saturating_add(algorithm.output_len()));
    let mut seeded = DigestState::new(algorithm);
    seeded.update(seed);
    let mut counter = 0_u32;
    while mask.len() < len {
        let mut state = seeded.clone();
        state.update(&counter.to_be_bytes());
        mask.extend_from_slice(state.finish().as_bytes());
        counter = counter.wrapping_add(1);
    }
    mask.truncate(len);
    mask
}
