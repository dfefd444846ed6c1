//! Certificates for tests, issued by hand with Ed25519 keys that come from a number: as many as a test wants, with
//! whatever extensions.

use super::sign::der;
use ring::digest::{SHA256, digest};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use sigillum::pki::Certificate;
use std::sync::Arc;

/// A key that everybody can compute.
pub struct Key {
    pair: Ed25519KeyPair,
    spki: Vec<u8>,
    identifier: Vec<u8>,
}

impl Key {
    /// The key with this number.
    pub fn new(number: u64) -> Self {
        let seed = digest(&SHA256, &number.to_be_bytes());
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.as_ref()).expect("a key");
        let public = pair.public_key().as_ref().to_vec();
        let spki = der::sequence(&[algorithm(), der::tlv(0x03, &[&[0][..], &public].concat())]);
        let identifier = digest(&SHA256, &public).as_ref()[..20].to_vec();
        Self { pair, spki, identifier }
    }
}

/// Who issues: a name and a key.
pub struct Party {
    /// The common name.
    pub name: String,
    /// The key.
    pub key: Key,
}

impl Party {
    /// A party with the key of this number.
    pub fn new(name: &str, key: u64) -> Self {
        Self { name: name.to_owned(), key: Key::new(key) }
    }

    /// A certificate of `subject` as a CA, issued by this party, with more extensions.
    pub fn certify_ca(&self, subject: &Self, more: &[Vec<u8>]) -> Arc<Certificate> {
        let own = [basic_constraints(None), key_usage(0x06), key_identifier(&subject.key)];
        self.certify(subject, VALID, &[&own[..], more].concat())
    }

    /// A certificate of `subject` as an end entity, issued by this party, with more extensions.
    pub fn certify_person(&self, subject: &Self, more: &[Vec<u8>]) -> Arc<Certificate> {
        self.certify(subject, VALID, &[&[key_usage(0xc0)][..], more].concat())
    }

    /// A certificate of `subject`, issued by this party, valid between two times, with these extensions and one that
    /// names the key of this party.
    pub fn certify(&self, subject: &Self, validity: [&str; 2], extensions: &[Vec<u8>]) -> Arc<Certificate> {
        self.certify_named(&name(&subject.name), &subject.key, validity, extensions)
    }

    /// The same for whoever has this name, as DER, and this key.
    pub fn certify_named(
        &self,
        subject: &[u8],
        key: &Key,
        validity: [&str; 2],
        extensions: &[Vec<u8>],
    ) -> Arc<Certificate> {
        let names_key = extension("2.5.29.35", false, &der::sequence(&[der::tlv(0x80, &self.key.identifier)]));
        let all: Vec<Vec<u8>> = extensions.iter().cloned().chain([names_key]).collect();
        let serial = digest(&SHA256, &[key.spki.as_slice(), &all.concat(), validity[1].as_bytes()].concat());
        let tbs = der::sequence(&[
            der::tlv(0xa0, &der::integer(&[2])),
            der::integer(&[&[1], &serial.as_ref()[..15]].concat()),
            algorithm(),
            name(&self.name),
            der::sequence(&validity.map(|time| der::tlv(0x18, time.as_bytes()))),
            subject.to_vec(),
            key.spki.clone(),
            der::tlv(0xa3, &der::sequence(&all)),
        ]);
        let value = self.key.pair.sign(&tbs);
        let value = der::tlv(0x03, &[&[0], value.as_ref()].concat());
        let certificate = Certificate::parse(&der::sequence(&[tbs, algorithm(), value]));
        Arc::new(certificate.expect("a certificate"))
    }
}

/// From 2020 to 2040.
pub const VALID: [&str; 2] = ["20200101000000Z", "20400101000000Z"];

/// From 2020 to 2021.
pub const EXPIRED: [&str; 2] = ["20200101000000Z", "20210101000000Z"];

/// An extension.
pub fn extension(oid: &str, critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = if critical { der::tlv(0x01, &[0xff]) } else { Vec::new() };
    der::sequence(&[der::oid(oid), critical, der::octets(value)])
}

/// basicConstraints of a CA.
pub fn basic_constraints(path_len: Option<u8>) -> Vec<u8> {
    let path_len = path_len.map(|most| der::integer(&[most])).unwrap_or_default();
    extension("2.5.29.19", true, &der::sequence(&[der::tlv(0x01, &[0xff]), path_len]))
}

/// keyUsage, its first octet given.
pub fn key_usage(bits: u8) -> Vec<u8> {
    let unused = u8::try_from(bits.trailing_zeros()).unwrap();
    extension("2.5.29.15", true, &der::tlv(0x03, &[unused, bits]))
}

/// subjectKeyIdentifier.
pub fn key_identifier(key: &Key) -> Vec<u8> {
    extension("2.5.29.14", false, &der::octets(&key.identifier))
}

/// certificatePolicies.
pub fn policies(oids: &[String]) -> Vec<u8> {
    let policies: Vec<_> = oids.iter().map(|policy| der::sequence(&[der::oid(policy)])).collect();
    extension("2.5.29.32", false, &der::sequence(&policies))
}

/// policyMappings.
pub fn mappings(pairs: &[(String, String)]) -> Vec<u8> {
    let pairs: Vec<_> = pairs.iter().map(|(a, b)| der::sequence(&[der::oid(a), der::oid(b)])).collect();
    extension("2.5.29.33", true, &der::sequence(&pairs))
}

/// policyConstraints: requireExplicitPolicy and inhibitPolicyMapping.
pub fn policy_constraints(explicit: Option<u8>, mapping: Option<u8>) -> Vec<u8> {
    let member = |tag, number: Option<u8>| number.map(|number| der::tlv(tag, &[number])).unwrap_or_default();
    extension("2.5.29.36", true, &der::sequence(&[member(0x80, explicit), member(0x81, mapping)]))
}

/// inhibitAnyPolicy.
pub fn inhibit_any_policy(after: u8) -> Vec<u8> {
    extension("2.5.29.54", true, &der::integer(&[after]))
}

/// nameConstraints that exclude one directory name and all below it.
pub fn excluding(common_name: &str) -> Vec<u8> {
    let base = der::sequence(&[der::tlv(0xa4, &name(common_name))]);
    extension("2.5.29.30", true, &der::sequence(&[der::tlv(0xa1, &base)]))
}

fn name(common_name: &str) -> Vec<u8> {
    let value = der::tlv(0x0c, common_name.as_bytes());
    der::sequence(&[der::tlv(0x31, &der::sequence(&[der::oid("2.5.4.3"), value]))])
}

fn algorithm() -> Vec<u8> {
    der::sequence(&[der::oid("1.3.101.112")])
}
