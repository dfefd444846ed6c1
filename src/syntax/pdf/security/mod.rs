//! The standard security handler (ISO 32000-2 §7.6): reading encrypted files with a password.
//!
//! RC4 with 40 to 128 bits (V 1, 2, 4), AES-128 (V 4) and AES-256 (V 5, R 5 and 6), crypt filters, and the parts of
//! a file that are never encrypted. The permissions (`/P`) are not enforced and `/Perms` is not compared with them;
//! an integrity dictionary (ISO/TS 32004) is reported, not verified. Encryption for certificates (§7.6.5) is not
//! supported.

mod cipher;
mod key;

use std::sync::Arc;

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
                    Arc::make_mut(elements).iter_mut().map(|element| self.decrypt_strings(element, id)).collect();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::pdf::FindingCode;
    use crate::syntax::pdf::Pdf;
    use crate::syntax::pdf::PdfError;
    use crate::syntax::pdf::RevisionIndex;
    use crate::syntax::pdf::finding::Findings;
    use crate::syntax::pdf::parser::Parser;
    use crate::syntax::pdf::sample;
    use crate::syntax::pdf::sample::Sample;
    use crate::syntax::pdf::sample::codes;

    /// Encryption dictionaries made by qpdf 11.3 with the passwords "user" and "owner", and the string
    /// "secret text" of object 2 as it encrypted it.
    const VECTORS: [(u8, &str, &str); 5] = [
        (
            2,
            "<</Filter/Standard/Length 40/O<94e8094419662a774442fb072e3d9f19e9d130ec09a4d0061e78fe920f7ab62f>/P -4/R 2\
             /U<2aa12f26bcf1a217c0f1ee491745f646671475ae85bddf3e3c1a45a8457391cb>/V 1>>",
            "<8c563d076af4b9bf606ea2>",
        ),
        (
            3,
            "<</Filter/Standard/Length 128/O<0ba3835f88f90388e74e54584125ce142be0de24c6b0d37746e075b891756671>/P -4\
             /R 3/U<763f954d16622015ee88b60b3eb8f7590122456a91bae5134273a6db134c87c4>/V 2>>",
            "<88c4e57d67e558e07cebf9>",
        ),
        (
            4,
            "<</CF<</StdCF<</AuthEvent/DocOpen/CFM/AESV2/Length 16>>>>/EncryptMetadata false/Filter/Standard/Length 128\
             /O<0ba3835f88f90388e74e54584125ce142be0de24c6b0d37746e075b891756671>/P -4/R 4/StmF/StdCF/StrF/StdCF\
             /U<fb8f3661d99bba02de37f0c770ae4d2a0122456a91bae5134273a6db134c87c4>/V 4>>",
            "<0e1c2a38465462707e8c9aa8b6c4d2e04c7bf18d3de5656be4d5f3c5187797a7>",
        ),
        (
            5,
            "<</CF<</StdCF<</AuthEvent/DocOpen/CFM/AESV3/Length 32>>>>/Filter/Standard/Length 256\
             /O<cf28c968bdd4ce2fbb315272411b39ea38890e42509a1828220a099c04f221cd7d3e4130cb7229b0860994a39fa72812>\
             /OE<965acbdc392e8abeb523dfe71b7bd45a994625a2b5bcb346afdc6f3833be1a07>/P -4\
             /Perms<49ce89988349ac2c34583ee1a5a77e08>/R 5/StmF/StdCF/StrF/StdCF\
             /U<8480dff423ed1601b4d154a162bb7ca77b01f3d03c543f14b545310d48028354045e9e148cc274e2364cb67c5a682487>\
             /UE<6c2de85305e157e9eb97bcef49c28a01a82c9ec610dd4eebdbd1ee0f485dbcf1>/V 5>>",
            "<0e1c2a38465462707e8c9aa8b6c4d2e0df63d64cd5e286189462adb0dfb84633>",
        ),
        (
            6,
            "<</CF<</StdCF<</AuthEvent/DocOpen/CFM/AESV3/Length 32>>>>/Filter/Standard/Length 256\
             /O<3ceea884488d0999793bd05a9357c181a0b771872585a1aa022675abbc533fd99c981d4cf0f4e9b9123bd22e138c06d2>\
             /OE<16f5e74fe4dcaf40d1ede0356e4cf9bfb980a34e800386e41429f68a983bad67>/P -4\
             /Perms<aed920b08baa34879ae2e181b71177df>/R 6/StmF/StdCF/StrF/StdCF\
             /U<946a2b0afa5daca8e847192917f504fc96bdfb30ed5af370e4c10566dba8057bf85ef9fed2775b4f45cd7e66fd234f52>\
             /UE<c43853d670cfa9f9983fca12e1bd90e88b4f38fc79f94be374f6584683aa92bf>/V 5>>",
            "<0e1c2a38465462707e8c9aa8b6c4d2e0356c1b364c86f323083f7548d83b45b1>",
        ),
    ];

    const ID: &str = "<31415926535897932384626433832795>";

    fn parse(text: &str) -> Object {
        Parser::in_file(text.as_bytes(), 0, None, 100, &mut Findings::default()).value().expect("within limits")
    }

    fn unlock(dict: &str, password: Option<&[u8]>) -> Result<Security, EncryptedReason> {
        let (dict, id) = (parse(dict), parse(ID));
        let id = &id.as_string().expect("a string").bytes;
        Security::open(dict.as_dict().expect("a dictionary"), id, password, false)
    }

    /// A file with the encryption dictionary of revision 2 in its trailer and the objects given.
    fn encrypted(objects: &[(u32, &str)]) -> Vec<u8> {
        let file = Sample::new().pages();
        let file = objects.iter().fold(file, |file, (number, body)| file.object(*number, body));
        file.table(&format!("/ID[{ID}{ID}]/Encrypt {}", VECTORS[0].1)).bytes
    }

    fn open(bytes: &[u8]) -> Pdf<'_> {
        let limits = crate::limits::Limits::DEFAULT;
        Pdf::open(bytes, Some(b"user"), &limits, &mut sample::budget()).expect("it opens")
    }

    /// RC4 is its own inverse: what `text` of object `number` is in the file, in hexadecimal digits.
    fn sealed(text: &[u8], number: u32) -> String {
        let security = unlock(VECTORS[0].1, Some(b"user")).expect("the password is right");
        let (bytes, _) = security.decrypt(CryptMethod::Rc4, sample::id(number), text.to_vec());
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn every_revision_with_both_passwords() {
        for (revision, dict, string) in VECTORS {
            for (password, owner) in
                [(b"user".to_vec(), PasswordOwner::User), (b"owner".to_vec(), PasswordOwner::Owner)]
            {
                let security = unlock(dict, Some(&password)).expect("the password is right");
                assert_eq!((security.facts.opened_by, security.facts.revision), (owner, revision));
                let mut object = parse(string);
                assert_eq!(security.decrypt_strings(&mut object, sample::id(2)), Ok(()));
                assert_eq!(object.as_string().expect("a string").bytes, b"secret text");
            }
            assert_eq!(unlock(dict, Some(b"wrong")).err(), Some(EncryptedReason::WrongPassword));
            assert_eq!(unlock(dict, None).err(), Some(EncryptedReason::PasswordNeeded));
        }
    }

    #[test]
    fn what_cannot_be_opened_says_why() {
        let dict = VECTORS[4].1;
        let reason = |from: &str, to: &str| {
            assert!(dict.contains(from), "{from}");
            unlock(&dict.replace(from, to), Some(b"user")).err()
        };
        assert_eq!(reason("/Standard", "/Adobe.PubSec"), Some(EncryptedReason::PublicKeyHandler));
        assert_eq!(reason("/Standard", "/Other"), Some(EncryptedReason::UnknownHandler));
        assert_eq!(reason("/Filter/Standard", ""), Some(EncryptedReason::MalformedDictionary));
        assert_eq!(reason("/V 5", "/V 3"), Some(EncryptedReason::UnknownVersion));
        assert_eq!(reason("/R 6", "/R 7"), Some(EncryptedReason::UnknownVersion));
        assert_eq!(reason("/AESV3", "/AESV9"), Some(EncryptedReason::UnknownVersion));
        assert_eq!(reason("/StmF/StdCF", "/StmF/Other"), Some(EncryptedReason::UnknownVersion));
        assert_eq!(reason("/UE", "/XX"), Some(EncryptedReason::MalformedDictionary));
        assert_eq!(reason("/P -4", "/P true"), Some(EncryptedReason::MalformedDictionary));
        assert_eq!(reason("/U<946a2b0a", "/U<"), Some(EncryptedReason::WrongPassword));
    }

    #[test]
    fn damaged_data_are_told() {
        let security = unlock(VECTORS[4].1, Some(b"user")).expect("the password is right");
        let decrypt = |length: usize| security.decrypt(CryptMethod::Aes256, sample::id(2), vec![7; length]).1;
        assert_eq!(decrypt(0), Ok(()));
        assert_eq!(decrypt(15), Err(Damaged));
        assert_eq!(decrypt(16), Err(Damaged), "without a block there is no padding");
        assert_eq!(decrypt(33), Err(Damaged));
    }

    #[test]
    fn the_value_of_a_signature_is_never_decrypted() {
        let name = sealed(b"Name", 3);
        let signature = format!("<</ByteRange[0 1 2 3]/Contents<3082>/Name<{name}>/In[<</Contents<{name}>>>]>>");
        let bytes = encrypted(&[(3, &signature), (4, &format!("<</Contents<{}>>>", sealed(b"note", 4)))]);
        let pdf = open(&bytes);
        let signature = sample::object(&pdf, 3).expect("readable");
        let dict = signature.as_dict().expect("a dictionary");
        assert_eq!(dict.get_string(b"Contents").map(|string| &*string.bytes), Some(&b"\x30\x82"[..]));
        assert_eq!(dict.get_string(b"Name").map(|string| &*string.bytes), Some(&b"Name"[..]));
        let inner = dict.get_array(b"In").and_then(|array| array.first()).and_then(Object::as_dict);
        assert_eq!(inner.and_then(|dict| dict.get_string(b"Contents")).map(|s| &*s.bytes), Some(&b"Name"[..]));
        let note = sample::object(&pdf, 4).expect("readable");
        let note = note.as_dict().and_then(|dict| dict.get_string(b"Contents")).map(|string| string.bytes.clone());
        assert_eq!(note, Some(b"note".to_vec()));
        assert_eq!(codes(&pdf), vec![]);
    }

    #[test]
    fn a_cross_reference_stream_is_not_encrypted() {
        let file = Sample::new().pages().object(3, &format!("<{}>", sealed(b"text", 3)));
        let bytes = file.xref_stream(4, &[], &format!("/ID[{ID}{ID}]/Encrypt {}", VECTORS[0].1)).bytes;
        let pdf = open(&bytes);
        let found = sample::object(&pdf, 4).expect("readable");
        let id = found.as_dict().and_then(|dict| dict.get_array(b"ID")).and_then(|id| id.first()?.as_string());
        assert_eq!(id.map(|id| id.bytes.first()), Some(Some(&0x31)));
        let data = pdf.stream_data(found.as_stream().expect("a stream"), &mut sample::budget());
        assert_eq!(data.map(|data| data.len()), Ok(24));
        let text = sample::object(&pdf, 3).expect("readable");
        assert_eq!(text.as_string().map(|string| string.bytes.clone()), Some(b"text".to_vec()));
        assert_eq!(codes(&pdf), vec![]);
    }

    #[test]
    fn an_earlier_revision_is_not_encrypted() {
        let first = Sample::new().pages().object(3, "(as it was)").table("");
        let file = first.object(4, &format!("<{}>", sealed(b"new", 4)));
        let file = file.table(&format!("/ID[{ID}{ID}]/Encrypt {}/AuthCode<<>>", VECTORS[0].1));
        let pdf = open(&file.bytes);
        assert_eq!(codes(&pdf), vec![FindingCode::EncryptionAddedLater]);
        let string = |number, at| {
            let object = pdf.object(sample::id(number), RevisionIndex::new(at), &mut sample::budget());
            object.expect("readable").as_string().map(|string| string.bytes.clone())
        };
        assert_eq!(string(3, 0), Some(b"as it was".to_vec()));
        assert_eq!(string(4, 1), Some(b"new".to_vec()));
        assert_ne!(string(3, 1), string(3, 0));
        assert!(pdf.encryption().is_some_and(|facts| facts.integrity_dictionary && facts.key_bits == 40));
        assert_eq!(sample::open(&file.bytes).err(), Some(PdfError::Encrypted(EncryptedReason::PasswordNeeded)));
    }

    #[test]
    fn streams_with_a_crypt_filter_of_their_own() {
        let security = unlock(VECTORS[2].1, Some(b"user")).expect("the password is right");
        let method = |dict: &str| {
            let dict = parse(dict);
            let dict = dict.as_dict().expect("a dictionary");
            let value = |key: &[u8]| dict.get(key).cloned().unwrap_or(Object::NULL);
            security.stream_method(dict, &value(b"Filter"), &value(b"DecodeParms"))
        };
        assert_eq!(method("<<>>"), Some(CryptMethod::Aes128));
        assert_eq!(method("<</Type/XRef>>"), Some(CryptMethod::Identity));
        assert_eq!(method("<</Type/Metadata>>"), Some(CryptMethod::Identity));
        assert_eq!(method("<</Filter/Crypt>>"), Some(CryptMethod::Identity));
        assert_eq!(
            method("<</Filter[/Crypt/FlateDecode]/DecodeParms[<</Name/StdCF>>]>>"),
            Some(CryptMethod::Aes128)
        );
        assert_eq!(method("<</Filter/Crypt/DecodeParms<</Name/Other>>>>"), None);
    }
}
