//! The standard security handler (ISO 32000-2 §7.6): reading encrypted files with a password.
//!
//! RC4 with 40 to 128 bits (V 1, 2, 4), AES-128 (V 4) and AES-256 (V 5, R 5 and 6), crypt filters, and the parts of
//! a file that are never encrypted. The permissions (`/P`) are not enforced and `/Perms` is not compared with them;
//! an integrity dictionary (ISO/TS 32004) is reported, not verified. Encryption for certificates (§7.6.5) is not
//! supported.

mod cipher;
mod key;

use super::Dict;
use super::EncryptedReason;
use super::Object;
use super::ObjectId;
use super::Value;

pub use key::PasswordOwner;

/// How a file is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encryption {
    /// `/V`: 1, 2, 4 or 5.
    pub version: u8,
    /// `/R`: 2 to 6.
    pub revision: u8,
    /// Bits of the file encryption key.
    pub key_bits: u16,
    /// The method for streams.
    pub streams: CryptMethod,
    /// The method for strings.
    pub strings: CryptMethod,
    /// Whether the metadata stream is encrypted.
    pub metadata: bool,
    /// Whose password opened the file.
    pub opened_by: PasswordOwner,
    /// Whether the trailer has an integrity dictionary (`/AuthCode`, ISO/TS 32004). It is not verified.
    pub integrity_dictionary: bool,
}

/// How data are encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CryptMethod {
    /// Not at all.
    Identity,
    /// RC4 with a key per object (`/V2`).
    Rc4,
    /// AES-128 in CBC with a key per object (`/AESV2`).
    Aes128,
    /// AES-256 in CBC with the file's key (`/AESV3`).
    Aes256,
}

/// The opened handler.
#[derive(Debug)]
pub(super) struct Security {
    facts: Encryption,
    key: Vec<u8>,
    filters: Vec<(Vec<u8>, CryptMethod)>,
    embedded_files: CryptMethod,
}

/// Data whose length or padding does not fit the cipher; what could be decrypted is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Damaged;

impl Security {
    /// Opens the handler. `id` is the first element of the trailer's `/ID`; without a password the empty user
    /// password is tried.
    pub(super) fn open(
        dict: &Dict,
        id: &[u8],
        password: Option<&[u8]>,
        integrity_dictionary: bool,
    ) -> Result<Self, EncryptedReason> {
        match dict.get_name(b"Filter") {
            Some(b"Standard") => {}
            Some(b"Adobe.PubSec" | b"Adobe.PPKLite") => return Err(EncryptedReason::PublicKeyHandler),
            Some(_) => return Err(EncryptedReason::UnknownHandler),
            None => return Err(EncryptedReason::MalformedDictionary),
        }
        let small = |key: &[u8], default: i64| u8::try_from(dict.get_int(key).unwrap_or(default)).unwrap_or(0);
        let version = small(b"V", 0);
        let revision = small(b"R", 0);
        if !matches!((version, revision), (1, 2 | 3) | (2, 2 | 3) | (4, 4) | (5, 5 | 6)) {
            return Err(EncryptedReason::UnknownVersion);
        }
        let mut filters = Vec::new();
        let (streams, strings, embedded_files) = if version >= 4 {
            filters = crypt_filters(dict, version)?;
            let named = |key: &[u8], default| match dict.get_name(key) {
                Some(name) => method_of(&filters, name),
                None => Ok(default),
            };
            let streams = named(b"StmF", CryptMethod::Identity)?;
            (streams, named(b"StrF", CryptMethod::Identity)?, named(b"EFF", streams)?)
        } else {
            (CryptMethod::Rc4, CryptMethod::Rc4, CryptMethod::Rc4)
        };
        let key_bytes = match version {
            1 => 5,
            2 => key_bytes(dict.get_int(b"Length"))?,
            4 => 16,
            _ => 32,
        };
        let string = |key: &[u8]| {
            dict.get_string(key).map(|string| string.bytes.as_slice()).ok_or(EncryptedReason::MalformedDictionary)
        };
        let metadata = dict.get_bool(b"EncryptMetadata").unwrap_or(true);
        let inputs = key::Inputs {
            revision,
            key_bytes,
            owner: string(b"O")?,
            user: string(b"U")?,
            permissions: permissions(dict.get_int(b"P"))?,
            id,
            encrypt_metadata: metadata,
        };
        let tried = password.unwrap_or_default();
        let opened = if version < 5 {
            key::legacy(&inputs, tried)
        } else {
            key::modern(&inputs, string(b"OE")?, string(b"UE")?, tried)
        };
        let wrong =
            if password.is_some() { EncryptedReason::WrongPassword } else { EncryptedReason::PasswordNeeded };
        let (key, opened_by) = opened.ok_or(wrong)?;
        let key_bits = u16::try_from(key_bytes.saturating_mul(8)).unwrap_or(u16::MAX);
        let facts =
            Encryption { version, revision, key_bits, streams, strings, metadata, opened_by, integrity_dictionary };
        Ok(Self { facts, key, filters, embedded_files })
    }

    pub(super) const fn facts(&self) -> &Encryption {
        &self.facts
    }

    /// Decrypts all strings of an object that was read from the file itself. The `/Contents` of a dictionary with
    /// a `/ByteRange` stays as it is (§7.6.2): it is the signature over the encrypted file.
    pub(super) fn decrypt_strings(&self, object: &mut Object, id: ObjectId) -> Result<(), Damaged> {
        if self.facts.strings == CryptMethod::Identity {
            return Ok(());
        }
        match &mut object.value {
            Value::String(string) => {
                let (bytes, result) = self.decrypt(self.facts.strings, id, std::mem::take(&mut string.bytes));
                string.bytes = bytes;
                result
            }
            Value::Array(elements) => {
                // All are decrypted, also behind a damaged one.
                let results: Vec<_> =
                    elements.iter_mut().map(|element| self.decrypt_strings(element, id)).collect();
                results.into_iter().collect()
            }
            Value::Dict(dict) => self.decrypt_dict(dict, id),
            Value::Stream(stream) => self.decrypt_dict(stream.dict_mut(), id),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Name(_) | Value::Reference(_) => Ok(()),
        }
    }

    fn decrypt_dict(&self, dict: &mut Dict, id: ObjectId) -> Result<(), Damaged> {
        let signature = dict.has(b"ByteRange");
        let mut result = Ok(());
        for (key, value) in dict.values_mut() {
            if !(signature && key.as_bytes() == b"Contents") {
                result = result.and(self.decrypt_strings(value, id));
            }
        }
        result
    }

    /// The method for a stream (§7.6.6). `direct` are its `/Filter` and `/DecodeParms`, references followed.
    pub(super) fn stream_method(&self, dict: &Dict, filter: &Object, parameters: &Object) -> Option<CryptMethod> {
        let kind = dict.get_name(b"Type");
        if kind == Some(b"XRef") {
            return Some(CryptMethod::Identity);
        }
        if self.facts.version < 4 {
            return Some(self.facts.streams);
        }
        let first = |object: &Object| match &object.value {
            Value::Array(elements) => elements.first().cloned().unwrap_or(Object::NULL),
            _ => object.clone(),
        };
        if first(filter).as_name() == Some(b"Crypt") {
            let parameters = first(parameters);
            let name = parameters.as_dict().and_then(|dict| dict.get_name(b"Name")).unwrap_or(b"Identity");
            return method_of(&self.filters, name).ok();
        }
        match kind {
            Some(b"Metadata") if !self.facts.metadata => Some(CryptMethod::Identity),
            Some(b"EmbeddedFile") => Some(self.embedded_files),
            _ => Some(self.facts.streams),
        }
    }

    /// Decrypts data of object `id`. What cannot be right is told, and what was decrypted is returned anyway.
    pub(super) fn decrypt(
        &self,
        method: CryptMethod,
        id: ObjectId,
        mut data: Vec<u8>,
    ) -> (Vec<u8>, Result<(), Damaged>) {
        match method {
            CryptMethod::Identity => (data, Ok(())),
            CryptMethod::Rc4 => {
                cipher::rc4(&self.object_key(id, &[]), &mut data);
                (data, Ok(()))
            }
            CryptMethod::Aes128 => decrypt_aes(&self.object_key(id, b"sAlT"), &data),
            CryptMethod::Aes256 => decrypt_aes(&self.key, &data),
        }
    }

    /// The key of one object (algorithm 1).
    fn object_key(&self, id: ObjectId, salt: &[u8]) -> Vec<u8> {
        let number = id.number.to_le_bytes();
        let generation = id.generation.to_le_bytes();
        let digest = cipher::md5(&[&self.key, number.get(..3).unwrap_or(&number), &generation, salt]);
        let length = self.key.len().saturating_add(5).min(digest.len());
        digest.get(..length).unwrap_or(&digest).to_vec()
    }
}

/// AES in CBC with the initialisation vector in front and the padding of RFC 8018 behind.
fn decrypt_aes(key: &[u8], data: &[u8]) -> (Vec<u8>, Result<(), Damaged>) {
    if data.is_empty() {
        return (Vec::new(), Ok(()));
    }
    let Some((iv, encrypted)) = data.split_first_chunk::<{ cipher::BLOCK }>() else {
        return (Vec::new(), Err(Damaged));
    };
    let whole = encrypted.len().saturating_sub(encrypted.len() % cipher::BLOCK);
    let mut plain = encrypted.get(..whole).unwrap_or_default().to_vec();
    let mut result = if whole == encrypted.len() { Ok(()) } else { Err(Damaged) };
    cipher::aes_cbc_decrypt(key, *iv, &mut plain);
    match plain.last().copied() {
        Some(padding @ 1..=16) => plain.truncate(plain.len().saturating_sub(usize::from(padding))),
        _ => result = Err(Damaged),
    }
    (plain, result)
}

/// `/CF`: the crypt filters by name. A method that is not known is no error until somebody uses it.
fn crypt_filters(dict: &Dict, version: u8) -> Result<Vec<(Vec<u8>, CryptMethod)>, EncryptedReason> {
    let Some(filters) = dict.get(b"CF") else { return Ok(Vec::new()) };
    let filters = filters.as_dict().ok_or(EncryptedReason::MalformedDictionary)?;
    let method = |filter: &Object| match filter.as_dict()?.get_name(b"CFM") {
        None | Some(b"None") => Some(CryptMethod::Identity),
        Some(b"V2") => Some(CryptMethod::Rc4),
        Some(b"AESV2") => Some(CryptMethod::Aes128),
        Some(b"AESV3") if version >= 5 => Some(CryptMethod::Aes256),
        Some(_) => None,
    };
    Ok(filters.iter().filter_map(|(name, filter)| Some((name.as_bytes().to_vec(), method(filter)?))).collect())
}

fn method_of(filters: &[(Vec<u8>, CryptMethod)], name: &[u8]) -> Result<CryptMethod, EncryptedReason> {
    if name == b"Identity" {
        return Ok(CryptMethod::Identity);
    }
    let found = filters.iter().find(|(filter, _)| filter == name);
    found.map(|(_, method)| *method).ok_or(EncryptedReason::UnknownVersion)
}

/// `/Length` in bits: 40 to 128 in steps of 8; 40 where it is missing. Some write it in bytes.
fn key_bytes(bits: Option<i64>) -> Result<usize, EncryptedReason> {
    match bits {
        None => Ok(5),
        Some(bytes @ 5..=16) => usize::try_from(bytes).map_err(|_| EncryptedReason::MalformedDictionary),
        Some(bits @ 40..=128) if bits % 8 == 0 => {
            usize::try_from(bits >> 3).map_err(|_| EncryptedReason::MalformedDictionary)
        }
        Some(_) => Err(EncryptedReason::MalformedDictionary),
    }
}

/// `/P` is a signed number of 32 bits; some write it unsigned.
fn permissions(permissions: Option<i64>) -> Result<i32, EncryptedReason> {
    let permissions = permissions.ok_or(EncryptedReason::MalformedDictionary)?;
    let unsigned = || u32::try_from(permissions).ok().map(u32::cast_signed);
    i32::try_from(permissions).ok().or_else(unsigned).ok_or(EncryptedReason::MalformedDictionary)
}
