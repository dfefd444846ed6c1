//! Seals documents with the keys of `fixtures/bench/`, which are public, through all stages.

use super::sign::random;
use super::{project, read};
use ring::signature::{self, EcdsaKeyPair, RsaKeyPair};
use sigillum::crypto::SealAlgorithm;
use sigillum::document::{Content, Document, OpenError, Packaging, examine, examine_with};
use sigillum::limits::{Budget, CancelFlag, Limits};
use sigillum::pki::{Certificate, pem};
use sigillum::sealing::{
    Appearance, DocumentName, Formats, NotReleased, Original, Prefixes, Prepared, Released, SealError,
    SealIdentity, SealLevel, SealProfile, Terms,
};
use sigillum::time::Timestamp;
use sigillum::trust::{TrustAnchor, TrustStore};
use sigillum::validation::{Evidence, Moment, Policy, Report, validate};
use std::sync::Arc;

/// A key with the identity that it seals for.
pub struct Sealer {
    /// Whose it is.
    pub identity: SealIdentity,
    key: Key,
}

enum Key {
    Rsa(Box<RsaKeyPair>),
    P256(Box<EcdsaKeyPair>),
}

/// Why a document was not sealed.
#[derive(Debug)]
pub enum Unsealed {
    Open(OpenError),
    Refused(SealError),
    NotReleased(NotReleased),
}

impl std::fmt::Display for Unsealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Open(error) => error.fmt(f),
            Self::Refused(error) => error.fmt(f),
            Self::NotReleased(error) => error.fmt(f),
        }
    }
}

impl Sealer {
    /// RSASSA-PSS with 2048 bits.
    pub fn rsa_pss() -> Self {
        let key = RsaKeyPair::from_pkcs8(&key_file("rsa2048")).expect("a key");
        Self::new(Key::Rsa(Box::new(key)), "rsa2048", SealAlgorithm::RsaPssSha256)
    }

    /// ECDSA on P-256.
    pub fn p256() -> Self {
        let algorithm = &signature::ECDSA_P256_SHA256_ASN1_SIGNING;
        let key = EcdsaKeyPair::from_pkcs8(algorithm, &key_file("p256"), &random()).expect("a key");
        Self::new(Key::P256(Box::new(key)), "p256", SealAlgorithm::EcdsaP256Sha256)
    }

    fn new(key: Key, name: &str, algorithm: SealAlgorithm) -> Self {
        let certificate = certificate(&format!("fixtures/bench/{name}.pem"));
        Self { identity: SealIdentity { certificate, chain: Vec::new(), algorithm }, key }
    }

    /// The value of a signature over `message`.
    pub fn value(&self, message: &[u8]) -> Vec<u8> {
        match &self.key {
            Key::Rsa(key) => {
                let mut value = vec![0; key.public().modulus_len()];
                key.sign(&signature::RSA_PSS_SHA256, &random(), message, &mut value).expect("a signature");
                value
            }
            Key::P256(key) => key.sign(&random(), message).expect("a signature").as_ref().to_vec(),
        }
    }

    /// The document with the update appended.
    pub fn prepare(&self, bytes: Vec<u8>, appearance: Appearance) -> Result<Prepared, Unsealed> {
        self.prepare_by(bytes, &profile(appearance), None)
    }

    /// The document with its seal laid out.
    pub fn prepare_by(&self, bytes: Vec<u8>, by: &SealProfile, name: Option<&str>) -> Result<Prepared, Unsealed> {
        let terms = terms();
        let original = Original::judge(bytes, &terms).map_err(Unsealed::Open)?;
        let original = original.named(name.map(|name| DocumentName::new(name).expect("a name")));
        original.prepare(&self.identity, by, terms.moment.at, &terms).map_err(Unsealed::Refused)
    }

    /// Seals an XML document through all stages.
    pub fn seal_xml(&self, bytes: Vec<u8>, packaging: Packaging, name: Option<&str>) -> Result<Released, Unsealed> {
        let by = SealProfile { packaging, ..profile(Appearance::Invisible) };
        self.finish(self.prepare_by(bytes, &by, name)?)
    }

    /// Seals a document through all stages.
    pub fn seal(&self, bytes: Vec<u8>, appearance: Appearance) -> Result<Released, Unsealed> {
        self.finish(self.prepare(bytes, appearance)?)
    }

    fn finish(&self, prepared: Prepared) -> Result<Released, Unsealed> {
        let value = self.value(prepared.signed_attributes());
        let sealed = prepared.embed_value(&value).map_err(Unsealed::Refused)?;
        sealed.release(&terms()).map_err(Unsealed::NotReleased)
    }
}

/// What our validator says of a document under [`terms`]; `None` where it cannot be read.
pub fn judged(bytes: &[u8]) -> Option<Report> {
    let terms = terms();
    let mut budget = Budget::new(&terms.limits);
    let document = Document::open(bytes, None, &terms.limits, &mut budget).ok()?;
    let examination = examine(&document, &mut budget).ok()?;
    let mut evidence = Evidence::new();
    evidence.add_embedded(&examination);
    Some(validate(&examination, &evidence, &terms.trust, &terms.policy, terms.moment, &mut budget).report)
}

/// The same of a signature document that refers to this content.
pub fn judged_beside(bytes: &[u8], name: Option<&str>, content: &[u8]) -> Option<Report> {
    let terms = terms();
    let mut budget = Budget::new(&terms.limits);
    let document = Document::open(bytes, None, &terms.limits, &mut budget).ok()?;
    let content = Content { name: name.map(str::to_owned), bytes: content };
    let examination = examine_with(&document, &[content], &mut budget).ok()?;
    let mut evidence = Evidence::new();
    evidence.add_embedded(&examination);
    Some(validate(&examination, &evidence, &terms.trust, &terms.policy, terms.moment, &mut budget).report)
}

/// A profile with claims and this appearance.
pub fn profile(appearance: Appearance) -> SealProfile {
    SealProfile {
        name: "test".to_owned(),
        policy: Policy::builtin("no-revocation").unwrap().into(),
        formats: Formats::All,
        packaging: Packaging::Enveloped,
        prefixes: Prefixes::All,
        level: SealLevel::B,
        appearance,
        reason: Some("Auszug (geprüft)".to_owned()),
        location: Some("Bern".to_owned()),
        contact: None,
    }
}

/// `no-revocation`, the root of these keys, mid 2026.
pub fn terms() -> Terms {
    let root = TrustAnchor { certificate: certificate("fixtures/bench/root.pem"), sunset: None };
    let at = Timestamp::from_rfc3339("2026-07-01T12:30:00Z").unwrap();
    Terms {
        policy: Policy::builtin("no-revocation").unwrap().into(),
        trust: TrustStore::new(vec![root]).into(),
        evidence: Arc::default(),
        moment: Moment { at, clock: at },
        limits: Limits::DEFAULT,
        cancel: CancelFlag::default(),
    }
}

/// A certificate of the project.
pub fn certificate(path: &str) -> Arc<Certificate> {
    let objects = pem::objects(&read(&project().join(path))).unwrap();
    Arc::new(Certificate::parse(&objects[0].der).unwrap())
}

fn key_file(name: &str) -> Vec<u8> {
    read(&project().join(format!("fixtures/bench/{name}.p8")))
}
