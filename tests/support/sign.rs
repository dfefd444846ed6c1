//! A small signer for tests: CMS as PAdES-B-B wants it (EN 319 142-1 §6.3), written by hand.
//!
//! It signs with the keys in `fixtures/bench/`, which are public. What it makes is checked by outside judges in
//! `tests/judges.rs`, so that tests which build on it test us and not it.

use super::pdf::MadePdf;
use super::{project, read, read_text, seeds};
use ring::digest::{self, SHA256};
use ring::rand::SystemRandom;
use ring::signature::{self, EcdsaKeyPair, RsaKeyPair};

/// A test key with its certificate.
pub struct Signer {
    key: Key,
    certificate: Vec<u8>,
    random: SystemRandom,
    crls: Vec<u8>,
}

enum Key {
    Rsa(Box<RsaKeyPair>),
    P256(Box<EcdsaKeyPair>),
}

/// Bytes that a signature is given in the file: enough for each of our certificates.
pub const HOLE: usize = 4096;

impl Signer {
    /// RSA with 2048 bits, PKCS #1 v1.5 with SHA-256.
    pub fn rsa() -> Self {
        let key = RsaKeyPair::from_pkcs8(&key_file("rsa2048")).expect("a key");
        Self::new(Key::Rsa(Box::new(key)), "rsa2048")
    }

    /// ECDSA on P-256 with SHA-256.
    pub fn p256() -> Self {
        let key =
            EcdsaKeyPair::from_pkcs8(&signature::ECDSA_P256_SHA256_ASN1_SIGNING, &key_file("p256"), &random());
        Self::new(Key::P256(Box::new(key.expect("a key"))), "p256")
    }

    /// ECDSA on P-256 with a key and a certificate of the test's own.
    pub fn of(pkcs8: &[u8], certificate: Vec<u8>) -> Self {
        let key = EcdsaKeyPair::from_pkcs8(&signature::ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8, &random());
        let key = Key::P256(Box::new(key.expect("a key")));
        Self { key, certificate, random: random(), crls: Vec::new() }
    }

    fn new(key: Key, name: &str) -> Self {
        let pem = read_text(&project().join(format!("fixtures/bench/{name}.pem")));
        Self { key, certificate: seeds::from_pem(&pem).remove(0), random: random(), crls: Vec::new() }
    }

    /// The same signer, who brings along a CRL of his issuer that names nobody. Its signature is none: who judges it
    /// has to notice.
    #[must_use]
    pub fn with_crl(mut self) -> Self {
        let (_, certificate) = x509_parser::parse_x509_certificate(&self.certificate).expect("a certificate");
        let algorithm = der::sequence(&[der::oid("1.2.840.10045.4.3.3")]);
        let tbs = der::sequence(&[
            der::integer(&[1]),
            algorithm.clone(),
            certificate.issuer().as_raw().to_vec(),
            der::tlv(0x17, b"260601000000Z"),
            der::tlv(0x17, b"360601000000Z"),
        ]);
        self.crls = der::tlv(0xa1, &der::sequence(&[tbs, algorithm, der::tlv(0x03, &[0; 97])]));
        self
    }

    /// The certificate.
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// Appends a revision to `pdf`, signed as PAdES-B-B in the new field `name`.
    pub fn sign(&self, pdf: &mut MadePdf, name: &str) {
        pdf.sign(name, "ETSI.CAdES.detached", HOLE, |pieces| self.cms(&sha256(&pieces)));
    }

    /// Appends a revision to `pdf` with a document time-stamp in the new field `name`.
    pub fn timestamp(&self, pdf: &mut MadePdf, name: &str) {
        pdf.sign(name, "ETSI.RFC3161", HOLE, |pieces| self.token(&sha256(&pieces)));
    }

    /// A time-stamp token (RFC 3161 §2.4.2) over something with this SHA-256. The certificate is none of a time-stamping
    /// authority: who judges it has to notice.
    pub fn token(&self, imprint: &[u8]) -> Vec<u8> {
        let sha256_identifier = der::sequence(&[der::oid("2.16.840.1.101.3.4.2.1")]);
        let info = der::sequence(&[
            der::integer(&[1]),
            der::oid("1.3.6.1.4.1.4146.2.3"),
            der::sequence(&[sha256_identifier, der::octets(imprint)]),
            der::integer(&[1]),
            der::tlv(0x18, b"20260602100000Z"),
        ]);
        self.signed_data("1.2.840.113549.1.9.16.1.4", Some(&info), &sha256(&[&info]), |_| Vec::new())
    }

    /// A detached SignedData (RFC 5652 §5.1) over content with this SHA-256.
    pub fn cms(&self, content_digest: &[u8]) -> Vec<u8> {
        self.signed_data(DATA, None, content_digest, |_| Vec::new())
    }

    /// The same with a signature time-stamp token (EN 319 122-1 §5.3), which `token` makes over the signature value.
    pub fn stamped_cms(&self, content_digest: &[u8], token: impl FnOnce(&[u8]) -> Vec<u8>) -> Vec<u8> {
        let stamp = |value: &[u8]| attribute("1.2.840.113549.1.9.16.2.14", token(value));
        self.signed_data(DATA, None, content_digest, |value| der::tlv(0xa1, &stamp(value)))
    }

    fn signed_data(
        &self,
        content_type: &str,
        content: Option<&[u8]>,
        content_digest: &[u8],
        unsigned: impl FnOnce(&[u8]) -> Vec<u8>,
    ) -> Vec<u8> {
        let certificate_id = der::sequence(&[der::octets(digest::digest(&SHA256, &self.certificate).as_ref())]);
        let signing_certificate = der::sequence(&[der::sequence(&[certificate_id])]);
        let mut attributes = [
            attribute("1.2.840.113549.1.9.3", der::oid(content_type)),
            attribute("1.2.840.113549.1.9.4", der::octets(content_digest)),
            attribute("1.2.840.113549.1.9.16.2.47", signing_certificate),
        ];
        attributes.sort();
        let attributes = attributes.concat();
        let value = self.value(&der::tlv(0x31, &attributes));
        let sha256 = der::sequence(&[der::oid("2.16.840.1.101.3.4.2.1")]);
        let signer_info = der::sequence(&[
            der::integer(&[1]),
            self.issuer_and_serial(),
            sha256.clone(),
            der::tlv(0xa0, &attributes),
            self.algorithm(),
            der::octets(&value),
            unsigned(&value),
        ]);
        let content = content.map(|content| der::tlv(0xa0, &der::octets(content))).unwrap_or_default();
        let version = if content.is_empty() { 1 } else { 3 };
        let signed_data = der::sequence(&[
            der::integer(&[version]),
            der::tlv(0x31, &sha256),
            der::sequence(&[der::oid(content_type), content]),
            der::tlv(0xa0, &self.certificate),
            self.crls.clone(),
            der::tlv(0x31, &signer_info),
        ]);
        der::sequence(&[der::oid("1.2.840.113549.1.7.2"), der::tlv(0xa0, &signed_data)])
    }

    /// The signature of a message: PKCS #1 v1.5 or DER of ECDSA, with SHA-256.
    pub fn value(&self, message: &[u8]) -> Vec<u8> {
        match &self.key {
            Key::Rsa(key) => {
                let mut value = vec![0; key.public().modulus_len()];
                key.sign(&signature::RSA_PKCS1_SHA256, &self.random, message, &mut value).expect("a signature");
                value
            }
            Key::P256(key) => key.sign(&self.random, message).expect("a signature").as_ref().to_vec(),
        }
    }

    fn algorithm(&self) -> Vec<u8> {
        match self.key {
            Key::Rsa(_) => der::sequence(&[der::oid("1.2.840.113549.1.1.11"), der::tlv(0x05, &[])]),
            Key::P256(_) => der::sequence(&[der::oid("1.2.840.10045.4.3.2")]),
        }
    }

    fn issuer_and_serial(&self) -> Vec<u8> {
        let (_, certificate) = x509_parser::parse_x509_certificate(&self.certificate).expect("a certificate");
        der::sequence(&[
            certificate.issuer().as_raw().to_vec(),
            der::integer(certificate.tbs_certificate.raw_serial()),
        ])
    }
}

/// id-data.
const DATA: &str = "1.2.840.113549.1.7.1";

/// The SHA-256 of pieces, one after the other.
pub fn sha256(pieces: &[&[u8]]) -> Vec<u8> {
    let mut context = digest::Context::new(&SHA256);
    for piece in pieces {
        context.update(piece);
    }
    context.finish().as_ref().to_vec()
}

fn attribute(oid: &str, value: Vec<u8>) -> Vec<u8> {
    der::sequence(&[der::oid(oid), der::tlv(0x31, &value)])
}

fn key_file(name: &str) -> Vec<u8> {
    read(&project().join(format!("fixtures/bench/{name}.p8")))
}

/// Randomness of the system.
#[expect(clippy::disallowed_methods, reason = "a signer of tests draws its own randomness")]
pub fn random() -> SystemRandom {
    SystemRandom::new()
}

/// Writes DER (X.690).
pub mod der {
    /// A value with this identifier octet.
    pub fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = content.len().to_be_bytes();
        let length = &length[length.iter().take_while(|byte| **byte == 0).count()..];
        let mut value = vec![tag];
        match content.len() {
            0..0x80 => value.push(u8::try_from(content.len()).unwrap()),
            _ => {
                value.push(0x80 | u8::try_from(length.len()).unwrap());
                value.extend_from_slice(length);
            }
        }
        value.extend_from_slice(content);
        value
    }

    /// SEQUENCE.
    pub fn sequence(values: &[Vec<u8>]) -> Vec<u8> {
        tlv(0x30, &values.concat())
    }

    /// OCTET STRING.
    pub fn octets(bytes: &[u8]) -> Vec<u8> {
        tlv(0x04, bytes)
    }

    /// INTEGER, its content octets given.
    pub fn integer(content: &[u8]) -> Vec<u8> {
        tlv(0x02, content)
    }

    /// OBJECT IDENTIFIER.
    pub fn oid(dotted: &str) -> Vec<u8> {
        tlv(0x06, sigillum::syntax::der::Oid::from_dotted(dotted).expect("an identifier").content())
    }
}
