//! Documents with everything in them: PAdES-B-LTA, whose evidence lies in the document security store, by a small PKI of
//! P-256 keys. And the public-key operations that a verdict about them cannot do without, for `ring` alone.

use std::cell::RefCell;
use std::collections::HashSet;
use std::hint::black_box;
use std::sync::Arc;

use crate::pki::{
    CRL_SIGN, CertificateText, DIGITAL_SIGNATURE, IdDigest, KEY_CERT_SIGN, Key, ListText, ResponseText, algorithm,
    by_name, cert_id, crl_number, distribution_points, extension, full_name, good, is_ca, key_usage, name,
    no_check, ocsp_signing, uri,
};
use crate::support::pdf::MadePdf;
use crate::support::sign::{der, sha256};
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use sigillum::pki::Certificate;

/// For when the documents are judged.
pub(crate) const AT: &str = "2026-07-01T00:00:00Z";

const SHA256: &str = "2.16.840.1.101.3.4.2.1";
const HOLE: usize = 4_096;

/// A certificate with its key.
struct Party {
    key: Key,
    certificate: Arc<Certificate>,
}

/// A root; below it a CA that issues a person and a responder, and an authority of time-stamps.
pub(crate) struct World {
    root: Party,
    ca: Party,
    person: Party,
    responder: Party,
    authority: Party,
    list: Vec<u8>,
    response: Vec<u8>,
    operations: RefCell<Operations>,
}

/// Signatures with what they are over, each once.
#[derive(Clone, Default)]
pub(crate) struct Operations {
    known: HashSet<Vec<u8>>,
    all: Vec<Operation>,
}

#[derive(Clone)]
struct Operation {
    key: Vec<u8>,
    message: Vec<u8>,
    value: Vec<u8>,
}

impl Operations {
    /// How many.
    pub(crate) fn count(&self) -> usize {
        self.all.len()
    }

    /// Verifies each once.
    pub(crate) fn run(&self) {
        for Operation { key, message, value } in &self.all {
            let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, key);
            key.verify(black_box(message), value).expect("a signature that verifies");
        }
    }

    fn add(&mut self, key: &Key, message: &[u8], value: &[u8]) {
        if self.known.insert(value.to_vec()) {
            self.all.push(Operation { key: key.bits().to_vec(), message: message.to_vec(), value: value.to_vec() });
        }
    }
}

impl World {
    pub(crate) fn new() -> Self {
        let ca_extensions = || vec![is_ca(), key_usage(CRL_SIGN | KEY_CERT_SIGN)];
        let stamping = extension("2.5.29.37", true, &der::sequence(&[der::oid("1.3.6.1.5.5.7.3.8")]));
        let root = party("Root", 1, ca_extensions(), None);
        // Where the evidence would be fetched from, as real certificates say it; the document brings it along.
        let list_at = || distribution_points(&[vec![full_name(&[uri("http://crl.example/root.crl")])]]);
        let method = der::oid("1.3.6.1.5.5.7.48.1");
        let answer_at = der::sequence(&[der::sequence(&[method, uri("http://ocsp.example/")])]);
        let answer_at = extension("1.3.6.1.5.5.7.1.1", false, &answer_at);
        let ca = party("CA", 2, [ca_extensions(), vec![list_at()]].concat(), Some(&root));
        let person = party("Person", 3, vec![key_usage(0xc0), answer_at], Some(&ca));
        let responding = vec![key_usage(DIGITAL_SIGNATURE), ocsp_signing(), no_check()];
        let responder = party("Responder", 4, responding, Some(&ca));
        let authority = party("Authority", 5, vec![key_usage(0xc0), stamping, list_at()], Some(&root));
        let list = ListText {
            issuer: name("Root"),
            this_update: "20260630000000Z",
            next_update: Some("20260801000000Z"),
            entries: Vec::new(),
            extensions: vec![crl_number(5)],
        };
        let response = ResponseText {
            version: None,
            responder: by_name(&name("Responder")),
            produced_at: "20260630000000Z",
            id: cert_id(IdDigest::Sha1, &name("CA"), &ca.key, person.certificate.serial()),
            status: good(),
            this_update: "20260630000000Z",
            next_update: Some("20260801000000Z"),
            single_extensions: Vec::new(),
            extensions: Vec::new(),
            certificates: vec![Arc::clone(&responder.certificate)],
        };
        let (list, response) = (list.der(&root.key), response.der(&responder.key));
        let operations = RefCell::default();
        Self { root, ca, person, responder, authority, list, response, operations }
    }

    /// The root, as an anchor.
    pub(crate) fn anchor(&self) -> Arc<Certificate> {
        Arc::clone(&self.root.certificate)
    }

    /// A document signed by the person, with a time-stamp in the signature.
    pub(crate) fn sign(&self, pdf: &mut MadePdf, field: &str) {
        pdf.sign(field, "ETSI.CAdES.detached", HOLE, |pieces| {
            let stamp = |value: &[u8]| Some(self.token(&sha256(&[value])));
            self.cms(&self.person, "1.2.840.113549.1.7.1", None, &sha256(&pieces), stamp)
        });
    }

    /// What the verdict rests on goes into the store: certificates, the response about the person, the root's list.
    pub(crate) fn store(&self, pdf: &mut MadePdf) {
        let certificates = [&self.ca, &self.responder, &self.authority].map(|party| party.certificate.der());
        pdf.store_all(&certificates, &[&self.response], &[&self.list]);
    }

    /// A document time-stamp.
    pub(crate) fn stamp(&self, pdf: &mut MadePdf, field: &str) {
        pdf.sign(field, "ETSI.RFC3161", HOLE, |pieces| self.token(&sha256(&pieces)));
    }

    /// What has to be verified of all signed and time-stamped since this was asked last, and of the evidence.
    pub(crate) fn operations(&self) -> Operations {
        let mut operations = self.operations.take();
        for (party, issuer) in [
            (&self.ca, &self.root),
            (&self.person, &self.ca),
            (&self.responder, &self.ca),
            (&self.authority, &self.root),
        ] {
            operations.add(&issuer.key, party.certificate.tbs(), party.certificate.signature());
        }
        let list = sigillum::pki::Crl::parse(&self.list, 64).expect("a list");
        operations.add(&self.root.key, list.tbs(), &list.signature);
        let response = sigillum::pki::OcspResponse::parse(&self.response, 64).expect("a response");
        let basic = response.basic.expect("an answer");
        operations.add(&self.responder.key, &basic.tbs, &basic.signature);
        operations
    }

    fn token(&self, imprint: &[u8]) -> Vec<u8> {
        let info = der::sequence(&[
            der::integer(&[1]),
            der::oid("1.2.3"),
            der::sequence(&[der::sequence(&[der::oid(SHA256)]), der::octets(imprint)]),
            der::integer(&[9]),
            der::tlv(0x18, b"20260630120000Z"),
        ]);
        self.cms(&self.authority, "1.2.840.113549.1.9.16.1.4", Some(&info), &sha256(&[&info]), |_| None)
    }

    fn cms(
        &self,
        signer: &Party,
        content_type: &str,
        content: Option<&[u8]>,
        digest: &[u8],
        stamp: impl FnOnce(&[u8]) -> Option<Vec<u8>>,
    ) -> Vec<u8> {
        let certificate = &signer.certificate;
        let reference = der::sequence(&[der::octets(&sha256(&[certificate.der()]))]);
        let mut attributes = [
            attribute("1.2.840.113549.1.9.3", der::oid(content_type)),
            attribute("1.2.840.113549.1.9.4", der::octets(digest)),
            attribute("1.2.840.113549.1.9.16.2.47", der::sequence(&[der::sequence(&[reference])])),
        ];
        attributes.sort();
        let attributes = attributes.concat();
        let signed = der::tlv(0x31, &attributes);
        let value = signer.key.sign(&signed);
        self.operations.borrow_mut().add(&signer.key, &signed, &value);
        let stamp = stamp(&value).map(|token| der::tlv(0xa1, &attribute("1.2.840.113549.1.9.16.2.14", token)));
        let sha256 = der::sequence(&[der::oid(SHA256)]);
        let issuer_and_serial = [certificate.issuer().der().to_vec(), der::integer(certificate.serial())];
        let signer_info = der::sequence(&[
            der::integer(&[1]),
            der::sequence(&issuer_and_serial),
            sha256.clone(),
            der::tlv(0xa0, &attributes),
            algorithm(),
            der::octets(&value),
            stamp.unwrap_or_default(),
        ]);
        let content = content.map(|content| der::tlv(0xa0, &der::octets(content))).unwrap_or_default();
        let signed_data = der::sequence(&[
            der::integer(&[if content.is_empty() { 1 } else { 3 }]),
            der::tlv(0x31, &sha256),
            der::sequence(&[der::oid(content_type), content]),
            der::tlv(0xa0, certificate.der()),
            der::tlv(0x31, &signer_info),
        ]);
        der::sequence(&[der::oid("1.2.840.113549.1.7.2"), der::tlv(0xa0, &signed_data)])
    }
}

fn attribute(oid: &str, value: Vec<u8>) -> Vec<u8> {
    der::sequence(&[der::oid(oid), der::tlv(0x31, &value)])
}

fn party(common_name: &str, serial: u8, extensions: Vec<Vec<u8>>, issuer: Option<&Party>) -> Party {
    let key = Key::new();
    let issuer_name =
        issuer.map_or_else(|| name(common_name), |issuer| issuer.certificate.subject().der().to_vec());
    let issuer_key = issuer.map_or(&key, |issuer| &issuer.key);
    let identifier = |key: &Key| sha256(&[key.bits()])[..20].to_vec();
    let own = [
        extension("2.5.29.14", false, &der::octets(&identifier(&key))),
        extension("2.5.29.35", false, &der::sequence(&[der::tlv(0x80, &identifier(issuer_key))])),
    ];
    let text = CertificateText {
        serial: vec![serial],
        issuer: issuer_name,
        subject: name(common_name),
        from: "20250101000000Z",
        until: "20360101000000Z",
        extensions: extensions.into_iter().chain(own).collect(),
    };
    let certificate = text.issue(&key, issuer_key);
    Party { key, certificate }
}
