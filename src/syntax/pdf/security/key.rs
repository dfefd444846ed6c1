//! The file encryption key from a password (ISO 32000-2 §7.6.4.3 and §7.6.4.4, algorithms 2 to 12).

use super::cipher;

/// The padding of passwords up to revision 4 (algorithm 2, step a).
const PADDING: [u8; 32] = [
    0x28, 0xbf, 0x4e, 0x5e, 0x4e, 0x75, 0x8a, 0x41, 0x64, 0x00, 0x4e, 0x56, 0xff, 0xfa, 0x01, 0x08, 0x2e, 0x2e,
    0x00, 0xb6, 0xd0, 0x68, 0x3e, 0x80, 0x2f, 0x0c, 0xa9, 0xfe, 0x64, 0x53, 0x69, 0x7a,
];

/// Whose password opened the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PasswordOwner {
    /// The user password, also the empty one.
    User,
    /// The owner password.
    Owner,
}

/// What the key is derived from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inputs<'a> {
    /// `/R`: 2 to 4 here, 5 or 6 in [`modern`].
    pub(super) revision: u8,
    /// Bytes of the key: 5 to 16.
    pub(super) key_bytes: usize,
    pub(super) owner: &'a [u8],
    pub(super) user: &'a [u8],
    pub(super) permissions: i32,
    pub(super) id: &'a [u8],
    pub(super) encrypt_metadata: bool,
}

/// The key of a file of revision 2 to 4, where `password` is the user's or the owner's.
pub(super) fn legacy(inputs: &Inputs<'_>, password: &[u8]) -> Option<(Vec<u8>, PasswordOwner)> {
    if let Some(key) = legacy_user(inputs, password) {
        return Some((key, PasswordOwner::User));
    }
    let user_password = legacy_owner(inputs, password);
    legacy_user(inputs, &user_password).map(|key| (key, PasswordOwner::Owner))
}

/// Algorithms 2 and 6.
fn legacy_user(inputs: &Inputs<'_>, password: &[u8]) -> Option<Vec<u8>> {
    let padded = pad(password);
    let more: &[u8] = if inputs.revision >= 4 && !inputs.encrypt_metadata { &[0xff; 4] } else { &[] };
    let permissions = inputs.permissions.to_le_bytes();
    let owner = inputs.owner.get(..32)?;
    let mut digest = cipher::md5(&[&padded, owner, &permissions, inputs.id, more]);
    if inputs.revision >= 3 {
        for _ in 0..50 {
            digest = cipher::md5(&[digest.get(..inputs.key_bytes)?]);
        }
    }
    let key = digest.get(..inputs.key_bytes)?;
    let right = if inputs.revision == 2 {
        let mut check = PADDING;
        cipher::rc4(key, &mut check);
        inputs.user.get(..32)? == check
    } else {
        let mut check = cipher::md5(&[&PADDING, inputs.id]);
        for round in 0..20 {
            cipher::rc4(&xored(key, round), &mut check);
        }
        inputs.user.get(..16)? == check
    };
    right.then(|| key.to_vec())
}

/// Algorithm 7: the user password that the owner password hides.
fn legacy_owner(inputs: &Inputs<'_>, password: &[u8]) -> Vec<u8> {
    let mut digest = cipher::md5(&[&pad(password)]);
    if inputs.revision >= 3 {
        for _ in 0..50 {
            digest = cipher::md5(&[&digest]);
        }
    }
    let key = digest.get(..inputs.key_bytes).unwrap_or(&digest);
    let mut user_password = inputs.owner.get(..32).unwrap_or(inputs.owner).to_vec();
    if inputs.revision == 2 {
        cipher::rc4(key, &mut user_password);
    } else {
        for round in (0..20).rev() {
            cipher::rc4(&xored(key, round), &mut user_password);
        }
    }
    user_password
}

fn pad(password: &[u8]) -> [u8; 32] {
    let mut padded = [0; 32];
    for (slot, byte) in padded.iter_mut().zip(password.iter().chain(&PADDING)) {
        *slot = *byte;
    }
    padded
}

fn xored(key: &[u8], round: u8) -> Vec<u8> {
    key.iter().map(|byte| byte ^ round).collect()
}

/// The key of a file of revision 5 or 6 (algorithms 2.A, 11 and 12). `password` is UTF-8, already prepared as RFC
/// 4013 says; what is longer than 127 bytes is cut off.
pub(super) fn modern(
    inputs: &Inputs<'_>,
    owner_key: &[u8],
    user_key: &[u8],
    password: &[u8],
) -> Option<(Vec<u8>, PasswordOwner)> {
    let password = password.get(..127).unwrap_or(password);
    let user = inputs.user.get(..48)?;
    let owner = inputs.owner.get(..48)?;
    let (hashed, owner_of_password, wrapped, data) =
        if hash(inputs.revision, password, owner.get(32..40)?, user) == *owner.get(..32)? {
            (owner, PasswordOwner::Owner, owner_key, user)
        } else if hash(inputs.revision, password, user.get(32..40)?, &[]) == *user.get(..32)? {
            (user, PasswordOwner::User, user_key, &[][..])
        } else {
            return None;
        };
    let unwrapping = hash(inputs.revision, password, hashed.get(40..48)?, data);
    let mut key = wrapped.get(..32)?.to_vec();
    cipher::aes_cbc_decrypt(&unwrapping, [0; cipher::BLOCK], &mut key);
    Some((key, owner_of_password))
}

/// Algorithm 2.B; revision 5 is its first step alone.
fn hash(revision: u8, password: &[u8], salt: &[u8], user: &[u8]) -> [u8; 32] {
    let first = cipher::sha256(&[password, salt, user]);
    if revision == 5 {
        return first;
    }
    let mut key = first.to_vec();
    // A round ends the loop with a probability of one in eight at least: 64 rounds and some.
    for round in 0_u32..1_024 {
        let mut data = [password, &key, user].concat().repeat(64);
        let (Some(aes_key), Some(iv)) =
            (key.first_chunk::<16>(), key.get(16..).and_then(|rest| rest.first_chunk::<16>()))
        else {
            break;
        };
        cipher::aes128_cbc_encrypt(*aes_key, *iv, &mut data);
        // 256 is 1 modulo 3: the first 16 bytes as a number have the remainder of their sum.
        let sum = data.iter().take(16).fold(0_u32, |sum, byte| sum.wrapping_add(u32::from(*byte)));
        key = match sum.checked_rem(3) {
            Some(0) => cipher::sha256(&[&data]).to_vec(),
            Some(1) => cipher::sha384(&data).to_vec(),
            _ => cipher::sha512(&data).to_vec(),
        };
        let last = data.last().copied().map_or(0, u32::from);
        if round >= 63 && last <= round.saturating_sub(31) {
            break;
        }
    }
    key.first_chunk::<32>().copied().unwrap_or(first)
}
