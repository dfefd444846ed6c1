//! The ciphers and digests of the standard security handler (ISO 32000-2 §7.6): the only file of the reader that
//! names crypto crates.
//!
//! They undo the obfuscation of a file format with a key that everybody can derive who can open the file. They
//! prove nothing; what proves something is in `crypto`.

use aes::Aes128;
use aes::Aes256;
use cbc::Decryptor;
use cbc::Encryptor;
use cbc::cipher::Array;
use cbc::cipher::BlockModeDecrypt;
use cbc::cipher::BlockModeEncrypt;
use cbc::cipher::KeyIvInit;
use md5::Md5;
use sha2::Digest;
use sha2::Sha256;
use sha2::Sha384;
use sha2::Sha512;

/// Bytes of an AES block.
pub(super) const BLOCK: usize = 16;

/// MD5 over the parts, one after the other.
pub(super) fn md5(parts: &[&[u8]]) -> [u8; 16] {
    let mut digest = Md5::new();
    for part in parts {
        digest.update(part);
    }
    digest.finalize().into()
}

/// SHA-256 over the parts.
pub(super) fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part);
    }
    digest.finalize().into()
}

/// SHA-384.
pub(super) fn sha384(data: &[u8]) -> [u8; 48] {
    Sha384::digest(data).into()
}

/// SHA-512.
pub(super) fn sha512(data: &[u8]) -> [u8; 64] {
    Sha512::digest(data).into()
}

/// RC4 with a key of 1 to 256 bytes; encryption and decryption are the same.
pub(super) fn rc4(key: &[u8], data: &mut [u8]) {
    let mut state = [0_u8; 256];
    for (slot, value) in state.iter_mut().zip(0_u8..=255) {
        *slot = value;
    }
    let read = |state: &[u8; 256], index: u8| state.get(usize::from(index)).copied().unwrap_or(0);
    let mut j = 0_u8;
    for (i, key) in (0_u8..=255).zip(key.iter().cycle()) {
        j = j.wrapping_add(read(&state, i)).wrapping_add(*key);
        state.swap(usize::from(i), usize::from(j));
    }
    let (mut i, mut j) = (0_u8, 0_u8);
    for byte in data {
        i = i.wrapping_add(1);
        j = j.wrapping_add(read(&state, i));
        state.swap(usize::from(i), usize::from(j));
        *byte ^= read(&state, read(&state, i).wrapping_add(read(&state, j)));
    }
}

/// AES-128 (a key of 16 bytes) or AES-256 (32 bytes) in CBC, without padding; decrypts whole blocks in place and
/// leaves an incomplete last one alone. Does nothing with a key of another length.
pub(super) fn aes_cbc_decrypt(key: &[u8], iv: [u8; BLOCK], data: &mut [u8]) {
    let (blocks, _) = Array::slice_as_chunks_mut(data);
    if let Ok(mut cipher) = Decryptor::<Aes128>::new_from_slices(key, &iv) {
        cipher.decrypt_blocks(blocks);
    } else if let Ok(mut cipher) = Decryptor::<Aes256>::new_from_slices(key, &iv) {
        cipher.decrypt_blocks(blocks);
    }
}

/// AES-128 in CBC, without padding; encrypts whole blocks in place.
pub(super) fn aes128_cbc_encrypt(key: [u8; BLOCK], iv: [u8; BLOCK], data: &mut [u8]) {
    let (blocks, _) = Array::slice_as_chunks_mut(data);
    Encryptor::<Aes128>::new(&Array(key), &Array(iv)).encrypt_blocks(blocks);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rc4_of_rfc_6229() {
        // RFC 6229 §2, 40-bit key.
        let mut stream = [0; 16];
        rc4(&[1, 2, 3, 4, 5], &mut stream);
        assert_eq!(
            stream,
            [0xb2, 0x39, 0x63, 0x05, 0xf0, 0x3d, 0xc0, 0x27, 0xcc, 0xc3, 0x52, 0x4a, 0x0a, 0x11, 0x18, 0xa8]
        );
    }

    #[test]
    fn aes_of_sp_800_38a() {
        // NIST SP 800-38A F.2.1, first block.
        let key = [0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6, 0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf, 0x4f, 0x3c];
        let iv = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
        let plain =
            [0x6b, 0xc1, 0xbe, 0xe2, 0x2e, 0x40, 0x9f, 0x96, 0xe9, 0x3d, 0x7e, 0x11, 0x73, 0x93, 0x17, 0x2a];
        let mut data = plain;
        aes128_cbc_encrypt(key, iv, &mut data);
        assert_eq!(data[..4], [0x76, 0x49, 0xab, 0xac]);
        aes_cbc_decrypt(&key, iv, &mut data);
        assert_eq!(data, plain);
    }

    #[test]
    fn md5_of_rfc_1321() {
        assert_eq!(md5(&[b"a", b"bc"])[..4], [0x90, 0x01, 0x50, 0x98]);
    }
}
