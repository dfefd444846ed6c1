//! Makes certificates, CRLs and OCSP responses by hand, so that each can be wrong in exactly one way. P-256, keys made
//! anew in each run.

#![allow(dead_code, unreachable_pub, reason = "tests and a benchmark include this module, each uses a part of it")]

use std::sync::Arc;

use ring::digest::{self, SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA512};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use sigillum::pki::{Certificate, Crl, OcspResponse};

use crate::support::sign::{der, random};

/// A key pair.
pub struct Key {
    pair: EcdsaKeyPair,
    random: SystemRandom,
}

impl Key {
    pub fn new() -> Self {
        let random = random();
        let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        Self { pair: EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).unwrap(), random }
    }

    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(&self.random, message).unwrap().as_ref().to_vec()
    }

    /// The octets that RFC 6960 digests.
    pub fn bits(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    fn spki(&self) -> Vec<u8> {
        let algorithm = der::sequence(&[der::oid("1.2.840.10045.2.1"), der::oid("1.2.840.10045.3.1.7")]);
        der::sequence(&[algorithm, bit_string(self.bits())])
    }
}

pub fn bit_string(octets: &[u8]) -> Vec<u8> {
    der::tlv(0x03, &[&[0][..], octets].concat())
}

/// ecdsa-with-SHA256.
pub fn algorithm() -> Vec<u8> {
    der::sequence(&[der::oid("1.2.840.10045.4.3.2")])
}

/// A distinguished name with one common name.
pub fn name(common_name: &str) -> Vec<u8> {
    der::sequence(&[rdn(common_name, 0x31)])
}

/// One relative name, with the tag given.
pub fn rdn(common_name: &str, tag: u8) -> Vec<u8> {
    der::tlv(tag, &der::sequence(&[der::oid("2.5.4.3"), der::tlv(0x0c, common_name.as_bytes())]))
}

/// `GeneralizedTime`, as `20260601000000Z`.
pub fn time(text: &str) -> Vec<u8> {
    der::tlv(0x18, text.as_bytes())
}

pub fn extension(oid: &str, critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = if critical { der::tlv(0x01, &[0xff]) } else { Vec::new() };
    der::sequence(&[der::oid(oid), critical, der::octets(value)])
}

/// Key usage with the bits of `octet`, the first bit (digitalSignature) the highest.
pub fn key_usage(octet: u8) -> Vec<u8> {
    extension("2.5.29.15", true, &der::tlv(0x03, &[octet.trailing_zeros() as u8, octet]))
}

pub const DIGITAL_SIGNATURE: u8 = 0x80;
pub const KEY_CERT_SIGN: u8 = 0x04;
pub const CRL_SIGN: u8 = 0x02;

pub fn is_ca() -> Vec<u8> {
    extension("2.5.29.19", true, &der::sequence(&[der::tlv(0x01, &[0xff])]))
}

pub fn ocsp_signing() -> Vec<u8> {
    extension("2.5.29.37", false, &der::sequence(&[der::oid("1.3.6.1.5.5.7.3.9")]))
}

pub fn no_check() -> Vec<u8> {
    extension("1.3.6.1.5.5.7.48.1.5", false, &[0x05, 0x00])
}

/// A directory name as `GeneralName`.
pub fn directory(name: &[u8]) -> Vec<u8> {
    der::tlv(0xa4, name)
}

pub fn uri(text: &str) -> Vec<u8> {
    der::tlv(0x86, text.as_bytes())
}

/// `[0] { fullName }` of these names.
pub fn full_name(names: &[Vec<u8>]) -> Vec<u8> {
    der::tlv(0xa0, &der::tlv(0xa0, &names.concat()))
}

/// `[0] { nameRelativeToCRLIssuer }`.
pub fn relative_name(common_name: &str) -> Vec<u8> {
    der::tlv(0xa0, &rdn(common_name, 0xa1))
}

/// Reasons as a bit string with this tag: bit 0 the highest of the first octet.
pub fn reasons(tag: u8, octets: [u8; 2]) -> Vec<u8> {
    let mut content = octets.to_vec();
    while content.last() == Some(&0) {
        content.pop();
    }
    let unused = content.last().map_or(0, |last| last.trailing_zeros() as u8);
    der::tlv(tag, &[&[unused][..], &content].concat())
}

/// One distribution point of a certificate: its members.
pub fn distribution_points(points: &[Vec<Vec<u8>>]) -> Vec<u8> {
    let points: Vec<Vec<u8>> = points.iter().map(|members| der::sequence(members)).collect();
    extension("2.5.29.31", false, &der::sequence(&points))
}

/// `cRLIssuer [2]`.
pub fn crl_issuer(name: &[u8]) -> Vec<u8> {
    der::tlv(0xa2, &directory(name))
}

/// What a certificate says.
pub struct CertificateText {
    pub serial: Vec<u8>,
    pub issuer: Vec<u8>,
    pub subject: Vec<u8>,
    pub from: &'static str,
    pub until: &'static str,
    pub extensions: Vec<Vec<u8>>,
}

impl CertificateText {
    pub fn issue(&self, subject_key: &Key, issuer_key: &Key) -> Arc<Certificate> {
        let tbs = der::sequence(&[
            der::tlv(0xa0, &der::integer(&[2])),
            der::integer(&self.serial),
            algorithm(),
            self.issuer.clone(),
            der::sequence(&[time(self.from), time(self.until)]),
            self.subject.clone(),
            subject_key.spki(),
            der::tlv(0xa3, &der::sequence(&self.extensions)),
        ]);
        let value = bit_string(&issuer_key.sign(&tbs));
        Arc::new(Certificate::parse(&der::sequence(&[tbs, algorithm(), value])).unwrap())
    }
}

/// What a CRL says.
#[derive(Clone)]
pub struct ListText {
    pub issuer: Vec<u8>,
    pub this_update: &'static str,
    pub next_update: Option<&'static str>,
    pub entries: Vec<Vec<u8>>,
    pub extensions: Vec<Vec<u8>>,
}

impl ListText {
    pub fn sign(&self, key: &Key) -> Crl {
        Crl::parse(&self.der(key), 64).unwrap()
    }

    pub fn der(&self, key: &Key) -> Vec<u8> {
        let entries = if self.entries.is_empty() { Vec::new() } else { der::sequence(&self.entries) };
        let extensions = der::tlv(0xa0, &der::sequence(&self.extensions));
        let tbs = der::sequence(&[
            der::integer(&[1]),
            algorithm(),
            self.issuer.clone(),
            time(self.this_update),
            self.next_update.map(time).unwrap_or_default(),
            entries,
            extensions,
        ]);
        let value = bit_string(&key.sign(&tbs));
        der::sequence(&[tbs, algorithm(), value])
    }
}

/// An entry of a list.
pub fn entry(serial: &[u8], revoked_at: &str, extensions: &[Vec<u8>]) -> Vec<u8> {
    let extensions = if extensions.is_empty() { Vec::new() } else { der::sequence(extensions) };
    der::sequence(&[der::integer(serial), time(revoked_at), extensions])
}

pub fn reason_code(code: u8) -> Vec<u8> {
    extension("2.5.29.21", false, &der::tlv(0x0a, &[code]))
}

pub fn certificate_issuer(name: &[u8]) -> Vec<u8> {
    extension("2.5.29.29", true, &der::sequence(&[directory(name)]))
}

pub fn crl_number(number: u8) -> Vec<u8> {
    extension("2.5.29.20", false, &der::integer(&[number]))
}

pub fn delta_of(number: u8) -> Vec<u8> {
    extension("2.5.29.27", true, &der::integer(&[number]))
}

/// `issuingDistributionPoint` with these members.
pub fn scope(members: &[Vec<u8>]) -> Vec<u8> {
    extension("2.5.29.28", true, &der::sequence(members))
}

/// `[number] TRUE` of a scope: 1 user, 2 CA, 4 indirect, 5 attribute certificates.
pub fn only(number: u8) -> Vec<u8> {
    der::tlv(0x80 | number, &[0xff])
}

/// With which digest a certificate is named in OCSP.
#[derive(Clone, Copy)]
pub enum IdDigest {
    Sha1,
    Sha256,
    Sha512,
}

/// What an OCSP response says of one certificate.
#[derive(Clone)]
pub struct ResponseText {
    pub version: Option<u8>,
    pub responder: Vec<u8>,
    pub produced_at: &'static str,
    pub id: Vec<u8>,
    pub status: Vec<u8>,
    pub this_update: &'static str,
    pub next_update: Option<&'static str>,
    pub single_extensions: Vec<Vec<u8>>,
    pub extensions: Vec<Vec<u8>>,
    pub certificates: Vec<Arc<Certificate>>,
}

pub fn good() -> Vec<u8> {
    der::tlv(0x80, &[])
}

pub fn unknown() -> Vec<u8> {
    der::tlv(0x82, &[])
}

pub fn revoked(at: &str, reason: Option<u8>) -> Vec<u8> {
    let reason = reason.map(|code| der::tlv(0xa0, &der::tlv(0x0a, &[code]))).unwrap_or_default();
    der::tlv(0xa1, &[time(at), reason].concat())
}

pub fn by_name(name: &[u8]) -> Vec<u8> {
    der::tlv(0xa1, name)
}

pub fn by_key(key: &Key) -> Vec<u8> {
    let hash = digest::digest(&SHA1_FOR_LEGACY_USE_ONLY, key.bits());
    der::tlv(0xa2, &der::octets(hash.as_ref()))
}

pub fn cert_id(with: IdDigest, issuer_name: &[u8], issuer_key: &Key, serial: &[u8]) -> Vec<u8> {
    let (algorithm, oid) = match with {
        IdDigest::Sha1 => (&SHA1_FOR_LEGACY_USE_ONLY, "1.3.14.3.2.26"),
        IdDigest::Sha256 => (&SHA256, "2.16.840.1.101.3.4.2.1"),
        IdDigest::Sha512 => (&SHA512, "2.16.840.1.101.3.4.2.3"),
    };
    let hash = |octets: &[u8]| der::octets(digest::digest(algorithm, octets).as_ref());
    der::sequence(&[
        der::sequence(&[der::oid(oid)]),
        hash(issuer_name),
        hash(issuer_key.bits()),
        der::integer(serial),
    ])
}

/// The positive statement of Common PKI.
pub fn cert_hash(of: &[u8]) -> Vec<u8> {
    let sha256 = der::sequence(&[der::oid("2.16.840.1.101.3.4.2.1")]);
    let hash = der::octets(digest::digest(&SHA256, of).as_ref());
    extension("1.3.36.8.3.13", false, &der::sequence(&[sha256, hash]))
}

pub fn nonce(octets: &[u8]) -> Vec<u8> {
    extension("1.3.6.1.5.5.7.48.1.2", false, &der::octets(octets))
}

impl ResponseText {
    pub fn sign(&self, key: &Key) -> OcspResponse {
        OcspResponse::parse(&self.der(key), 64).unwrap()
    }

    pub fn der(&self, key: &Key) -> Vec<u8> {
        let list = |tag: u8, extensions: &[Vec<u8>]| {
            if extensions.is_empty() { Vec::new() } else { der::tlv(tag, &der::sequence(extensions)) }
        };
        let single = der::sequence(&[
            self.id.clone(),
            self.status.clone(),
            time(self.this_update),
            self.next_update.map(|next| der::tlv(0xa0, &time(next))).unwrap_or_default(),
            list(0xa1, &self.single_extensions),
        ]);
        let tbs = der::sequence(&[
            self.version.map(|version| der::tlv(0xa0, &der::integer(&[version]))).unwrap_or_default(),
            self.responder.clone(),
            time(self.produced_at),
            der::sequence(&[single]),
            list(0xa1, &self.extensions),
        ]);
        let certificates: Vec<Vec<u8>> =
            self.certificates.iter().map(|certificate| certificate.der().to_vec()).collect();
        let certificates =
            if certificates.is_empty() { Vec::new() } else { der::tlv(0xa0, &der::sequence(&certificates)) };
        let basic = der::sequence(&[tbs.clone(), algorithm(), bit_string(&key.sign(&tbs)), certificates]);
        let bytes = der::sequence(&[der::oid("1.3.6.1.5.5.7.48.1.1"), der::octets(&basic)]);
        der::sequence(&[der::tlv(0x0a, &[0]), der::tlv(0xa0, &bytes)])
    }
}
