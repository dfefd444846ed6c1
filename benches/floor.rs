//! A validation beside its floor: SHA-256 once over the bytes that the signature covers, plus each public-key
//! operation that the verdict needs, once. One thread, the document in memory.
//!
//! `cargo bench --bench floor`. Both are measured in turn, pair by pair, so that a machine that gets slower slows both.
//! What takes less than a millisecond is repeated for each measurement. `median` is the median of the ratios. Whatever
//! else runs on the machine lengthens what touches memory more than it lengthens the floor; `quiet` is the ratio of
//! the times that one in twenty of each stays below, which is what a quiet machine shows.

#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock and files")]

#[path = "support/mod.rs"]
mod makers;
#[path = "../tests/support/mod.rs"]
mod support;

use ring::signature::{ECDSA_P256_SHA384_ASN1, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use sigillum::limits::{CancelFlag, Limits};
use sigillum::pki::{Certificate, pem};
use sigillum::service::{ValidationRequest, validate};
use sigillum::time::Timestamp;
use sigillum::trust::{TrustAnchor, TrustStore};
use sigillum::validation::{Answer, Moment, Policy};
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};
use support::sign::{Signer, sha256};

fn main() {
    let signer = Signer::rsa().with_crl();
    let request = request();
    println!("{:<24}{:>12}{:>12}{:>9}{:>9}{:>9}", "document", "floor µs", "ours µs", "quiet", "median", "max");
    for (name, bytes, pairs) in
        [("50 KB", 50_000, 2001), ("1 MB", 1_000_000, 501), ("10 MB", 10_000_000, 101), ("100 MB", 100_000_000, 21)]
    {
        let mut pdf = makers::one_stream(bytes - 14_000);
        signer.sign(&mut pdf, "Signature1");
        measure(name, &pdf.into_bytes(), &signer, &request, pairs);
    }
}

fn measure(name: &str, bytes: &[u8], signer: &Signer, request: &ValidationRequest, pairs: usize) {
    let report = validate(bytes, request, &CancelFlag::default()).expect("a readable document");
    assert_eq!(report.summary.answer, Answer::Valid, "{name}");
    let operations = operations(signer, bytes);
    let mut floors = Vec::new();
    let mut ours = Vec::new();
    let repeat = (1_000_000 / bytes.len()).max(1);
    for _ in 0..pairs {
        floors.push(time(repeat, || {
            black_box(sha256(&[black_box(bytes)]));
            operations.run();
        }));
        ours.push(time(repeat, || {
            black_box(validate(black_box(bytes), request, &CancelFlag::default()).is_ok());
        }));
    }
    let mut ratios: Vec<f64> =
        ours.iter().zip(&floors).map(|(ours, floor)| ours.as_secs_f64() / floor.as_secs_f64()).collect();
    ratios.sort_by(f64::total_cmp);
    floors.sort();
    ours.sort();
    let (middle, quiet) = (pairs / 2, pairs / 20);
    println!(
        "{name:<24}{:>12.1}{:>12.1}{:>9.2}{:>9.2}{:>9.2}",
        floors[middle].as_secs_f64() * 1e6,
        ours[middle].as_secs_f64() * 1e6,
        ours[quiet].as_secs_f64() / floors[quiet].as_secs_f64(),
        ratios[middle],
        ratios[pairs - 1]
    );
}

/// What one of `repeat` runs takes.
fn time(repeat: usize, run: impl Fn()) -> Duration {
    let start = Instant::now();
    for _ in 0..repeat {
        run();
    }
    start.elapsed() / u32::try_from(repeat).unwrap()
}

/// The public-key operations of the verdict: the signature by the signer, the signer's certificate by the root.
struct Operations {
    signer: Vec<u8>,
    message: Vec<u8>,
    value: Vec<u8>,
    root: Vec<u8>,
    certificate: Certificate,
}

impl Operations {
    fn run(&self) {
        let signer = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.signer);
        signer.verify(black_box(&self.message), &self.value).expect("the signature verifies");
        let root = UnparsedPublicKey::new(&ECDSA_P256_SHA384_ASN1, &self.root);
        root.verify(black_box(self.certificate.tbs()), self.certificate.signature())
            .expect("the certificate verifies");
    }
}

fn operations(signer: &Signer, bytes: &[u8]) -> Operations {
    let cms = sigillum::pki::SignedData::parse(&signer.cms(&sha256(&[bytes])), 64).expect("a CMS");
    let info = cms.signers.first().expect("a signer");
    let certificate = Certificate::parse(signer.certificate()).expect("a certificate");
    Operations {
        signer: key(&certificate),
        message: info.signed_attributes.as_ref().expect("signed attributes").as_sent.clone(),
        value: info.signature.clone(),
        root: key(&root()),
        certificate,
    }
}

/// The bits of the key, as ring wants them.
fn key(certificate: &Certificate) -> Vec<u8> {
    let (_, parsed) = x509_parser::parse_x509_certificate(certificate.der()).expect("a certificate");
    parsed.public_key().subject_public_key.data.to_vec()
}

fn root() -> Certificate {
    let bytes = support::read(&support::project().join("fixtures/bench/root.pem"));
    let objects = pem::objects(&bytes).expect("PEM");
    Certificate::parse(&objects.first().expect("a certificate").der).expect("a certificate")
}

fn request() -> ValidationRequest {
    let at = Timestamp::from_rfc3339("2026-07-01T00:00:00Z").expect("a time");
    let anchor = TrustAnchor { certificate: Arc::new(root()), sunset: None };
    ValidationRequest {
        contents: Vec::new(),
        password: None,
        policy: Policy::builtin("no-revocation").expect("a policy").into(),
        trust: TrustStore::new(vec![anchor]).into(),
        certificates: Vec::new(),
        crls: Vec::new(),
        ocsp_responses: Vec::new(),
        moment: Moment { at, clock: at },
        limits: Limits::DEFAULT,
    }
}
