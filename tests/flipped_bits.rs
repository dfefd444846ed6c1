//! One flipped bit in any covered byte of an accepted document breaks it.
//!
//! The documents are the accepted fixtures, which an independent program signed, and those of the tests' own signer.
//! Bytes and bits are drawn by proptest; every byte of the byte range is as likely as any other.

#![cfg(feature = "service")]

mod support;

use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sigillum::limits::{CancelFlag, Limits};
use sigillum::pki::{Certificate, pem};
use sigillum::service::{ValidationRequest, validate};
use sigillum::time::Timestamp;
use sigillum::trust::{TrustAnchor, TrustStore};
use sigillum::validation::{Answer, Moment, Policy, Scope};
use support::pdf::{MadePdf, stream};
use support::sign::Signer;

const FLIPS: u32 = 1500;

fn request() -> ValidationRequest {
    let root = |path: &str| {
        let objects = pem::objects(&support::read(&support::project().join(path))).unwrap();
        TrustAnchor { certificate: Arc::new(Certificate::parse(&objects[0].der).unwrap()), sunset: None }
    };
    let at = Timestamp::from_rfc3339("2026-07-01T00:00:00Z").unwrap();
    ValidationRequest {
        contents: Vec::new(),
        password: None,
        policy: Policy::builtin("no-revocation").unwrap().into(),
        trust: TrustStore::new(vec![root("fixtures/pki/root.pem"), root("fixtures/bench/root.pem")]).into(),
        certificates: Vec::new(),
        crls: Vec::new(),
        ocsp_responses: Vec::new(),
        moment: Moment { at, clock: at },
        limits: Limits::DEFAULT,
    }
}

fn documents() -> Vec<(String, Vec<u8>)> {
    let mut documents = Vec::new();
    for (name, signer) in [("own RSA", Signer::rsa()), ("own P-256", Signer::p256())] {
        let mut pdf = MadePdf::new([stream("", b"q 1 0 0 1 72 720 cm Q")]);
        signer.sign(&mut pdf, "Signature1");
        documents.push((name.to_owned(), pdf.into_bytes()));
    }
    for name in [
        "pades-b-b-rsa2048",
        "pades-b-b-p256",
        "pades-b-b-pss3072",
        "pkcs7-detached",
        "object-streams",
        "seal-p384",
    ] {
        let path = support::project().join(format!("fixtures/pdf/{name}/document.pdf"));
        documents.push((name.to_owned(), support::read(&path)));
    }
    documents
}

#[test]
fn one_flipped_bit_in_a_covered_byte_breaks_a_document() {
    let request = request();
    let answer = |bytes: &[u8]| {
        validate(bytes, &request, &CancelFlag::default()).map(|report| (report.summary.answer, report))
    };
    let mut cases = 0;
    for (name, bytes) in documents() {
        let (accepted, report) = answer(&bytes).unwrap();
        assert_eq!(accepted, Answer::Valid, "{name} is not accepted to begin with");
        let Some(Scope::ByteRange { range: [_, hole, after, tail], .. }) = report.signatures[0].scope.first()
        else {
            panic!("{name} has no byte range");
        };
        let (hole, after, end) = (*hole as usize, *after as usize, (*after + *tail) as usize);
        let covered = prop_oneof![0..hole, after..end];
        let config = Config { cases: FLIPS, failure_persistence: None, ..Config::default() };
        let mut runner = TestRunner::new(config);
        runner
            .run(&(covered, 0..8_u32), |(position, bit)| {
                let mut flipped = bytes.clone();
                flipped[position] ^= 1 << bit;
                let found = answer(&flipped).map(|(answer, _)| answer);
                prop_assert_ne!(found, Ok(Answer::Valid), "byte {}, bit {}", position, bit);
                Ok(())
            })
            .unwrap_or_else(|failure| panic!("{name}: {failure}"));
        cases += FLIPS as usize;
    }
    support::suite("flipped bits", cases);
}
