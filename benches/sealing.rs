//! A seal by its stages, beside what cannot be saved: the operation of the key for a small document, one SHA-256 over
//! the bytes for a large one. One thread, the document and the key in memory.
//!
//! `cargo bench --bench sealing`. Every run makes a whole seal, of which each stage is timed; floors are measured in turn
//! with it, so that a machine that gets slower slows both. Medians count.
//!
//! * `judge`: the document as it came is opened and judged (one SHA-256 over it).
//! * `own`: our own certificate is judged.
//! * `prepare`: the update is laid out, what is signed is digested.
//! * `key`: the private key signs, and its value is verified. The floor `key` is *ring*'s signature alone.
//! * `embed`: the CMS is made and put in its place.
//! * `check`: our own validator judges the result (one SHA-256 over it).
//!
//! `beyond` is what a seal takes beyond the key's stage and the check of the result. `SIGILLUM_BENCH_FILE` names a PDF to
//! be sealed alone; `SIGILLUM_BENCH_WRITE` names a folder into which the small document is written, and nothing is
//! measured.

#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock, the environment and files, and signs")]

#[path = "support/mod.rs"]
mod makers;
#[path = "../tests/support/mod.rs"]
mod support;

use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, RSA_PSS_SHA256, RsaKeyPair};
use sigillum::crypto::{PublicKey, SealAlgorithm, SoftwareKey, SystemRandomness};
use sigillum::document::Packaging;
use sigillum::limits::{CancelFlag, Limits};
use sigillum::pki::{Certificate, pem};
use sigillum::sealing::{
    Appearance, Formats, Original, Prefixes, Released, SealIdentity, SealLevel, SealProfile, Terms, check_signer,
};
use sigillum::time::Timestamp;
use sigillum::trust::{TrustAnchor, TrustStore};
use sigillum::validation::{Moment, Policy};
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use support::sign::sha256;

const STAGES: [&str; 6] = ["judge", "own", "prepare", "key", "embed", "check"];
/// The stages of [`STAGES`] that `beyond` leaves out.
const KEY: usize = 3;
const CHECK: usize = 5;

fn main() {
    let small = makers::one_stream(50_000 - 700).into_bytes();
    if let Some(folder) = std::env::var_os("SIGILLUM_BENCH_WRITE") {
        std::fs::write(Path::new(&folder).join("50-kb.pdf"), small).expect("the folder can be written");
        return;
    }
    let sealers =
        [Sealer::new("p256", SealAlgorithm::EcdsaP256Sha256), Sealer::new("rsa2048", SealAlgorithm::RsaPssSha256)];
    print!("{:<34}", "document, key (all in µs)");
    for column in STAGES.iter().chain(&["total", "beyond", "key*", "sha256*"]) {
        print!("{column:>11}");
    }
    println!("{:>12}", "total/sha256");
    if let Some(file) = std::env::var_os("SIGILLUM_BENCH_FILE") {
        let bytes = support::read(Path::new(&file));
        for sealer in &sealers {
            sealer.measure("file", &bytes, 501);
        }
        return;
    }
    for sealer in &sealers {
        sealer.measure("50 KB", &small, 1_001);
    }
    drop(small);
    for (name, bytes, runs) in [("10 MB", 10_000_000, 51), ("100 MB", 100_000_000, 15)] {
        sealers[0].measure(name, &makers::one_stream(bytes).into_bytes(), runs);
    }
}

/// Who seals, and under what.
struct Sealer {
    name: &'static str,
    identity: SealIdentity,
    key: SoftwareKey,
    randomness: SystemRandomness,
    bare: Bare,
    profile: SealProfile,
    terms: Terms,
}

/// The key as *ring* has it.
enum Bare {
    P256(Box<EcdsaKeyPair>),
    Rsa(Box<RsaKeyPair>),
}

impl Sealer {
    fn new(name: &'static str, algorithm: SealAlgorithm) -> Self {
        let folder = support::project().join("fixtures/bench");
        let pkcs8 = support::read(&folder.join(format!("{name}.p8")));
        let certificate = certificate(&folder.join(format!("{name}.pem")));
        let public = PublicKey::from_spki(certificate.spki()).expect("a public key");
        let randomness = SystemRandomness::new();
        let key = SoftwareKey::from_pkcs8(&pkcs8, algorithm, &public, &randomness).expect("a private key");
        let bare = match algorithm {
            SealAlgorithm::EcdsaP256Sha256 => {
                let random = SystemRandom::new();
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &pkcs8, &random);
                Bare::P256(Box::new(pair.expect("a private key")))
            }
            _ => Bare::Rsa(Box::new(RsaKeyPair::from_pkcs8(&pkcs8).expect("a private key"))),
        };
        let policy = Arc::new(Policy::builtin("no-revocation").expect("a policy"));
        let at = Timestamp::from_rfc3339("2026-07-01T00:00:00Z").expect("a time");
        let anchor = TrustAnchor { certificate: certificate_of_root(), sunset: None };
        Self {
            name,
            identity: SealIdentity { certificate, chain: Vec::new(), algorithm },
            key,
            randomness,
            bare,
            profile: SealProfile {
                name: "bench".to_owned(),
                policy: Arc::clone(&policy),
                formats: Formats::All,
                packaging: Packaging::Enveloped,
                prefixes: Prefixes::All,
                level: SealLevel::B,
                appearance: Appearance::Invisible,
                reason: None,
                location: None,
                contact: None,
            },
            terms: Terms {
                policy,
                trust: Arc::new(TrustStore::new(vec![anchor])),
                evidence: Arc::default(),
                moment: Moment { at, clock: at },
                limits: Limits::DEFAULT,
                cancel: CancelFlag::default(),
            },
        }
    }

    /// A whole seal, with the time of each stage.
    fn seal(&self, bytes: Vec<u8>) -> (Released, [Duration; STAGES.len()]) {
        let mut clock = Stages::begin();
        let original = Original::judge(bytes, &self.terms).expect("a readable document");
        clock.done();
        check_signer(&self.identity, &self.terms).expect("a good certificate");
        clock.done();
        let prepared = original
            .prepare(&self.identity, &self.profile, self.terms.moment.clock, &self.terms)
            .expect("a document that can be sealed");
        clock.done();
        let value = self.key.sign(prepared.signed_attributes(), &self.randomness).expect("a signature");
        clock.done();
        let sealed = prepared.embed_value(&value).expect("a value that fits");
        clock.done();
        let released = sealed.release(&self.terms).expect("a good seal");
        clock.done();
        (released, clock.taken)
    }

    /// The signature alone, over as much as the attributes of a seal have.
    fn sign_bare(&self, random: &SystemRandom, message: &[u8]) {
        match &self.bare {
            Bare::P256(pair) => _ = black_box(pair.sign(random, black_box(message)).expect("a signature")),
            Bare::Rsa(pair) => {
                let mut value = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PSS_SHA256, random, black_box(message), &mut value).expect("a signature");
                black_box(value);
            }
        }
    }

    fn measure(&self, document: &str, bytes: &[u8], runs: usize) {
        let (random, message) = (SystemRandom::new(), [0x5a; 256]);
        let mut columns: Vec<Vec<f64>> = vec![Vec::new(); STAGES.len() + 4];
        let mut ratios = Vec::new();
        for _ in 0..runs {
            let own = bytes.to_vec();
            let (released, stages) = self.seal(own);
            assert!(released.bytes().starts_with(bytes), "the original is its prefix");
            drop(released);
            let key = time(|| self.sign_bare(&random, &message));
            let floor = time(|| _ = black_box(sha256(&[black_box(bytes)])));
            let total: Duration = stages.iter().sum();
            let beyond = total - stages[KEY] - stages[CHECK];
            for (column, time) in columns.iter_mut().zip(stages.iter().chain(&[total, beyond, key, floor])) {
                column.push(time.as_secs_f64() * 1e6);
            }
            ratios.push(total.as_secs_f64() / floor.as_secs_f64());
        }
        print!("{:<34}", format!("{document}, {} ({})", self.name, self.identity.algorithm));
        for column in &mut columns {
            print!("{:>11.1}", median(column));
        }
        println!("{:>12.2}", median(&mut ratios));
    }
}

/// Times stages that follow each other.
struct Stages {
    taken: [Duration; STAGES.len()],
    next: usize,
    began: Instant,
}

impl Stages {
    fn begin() -> Self {
        Self { taken: [Duration::ZERO; STAGES.len()], next: 0, began: Instant::now() }
    }

    fn done(&mut self) {
        let now = Instant::now();
        self.taken[self.next] = now - self.began;
        self.next += 1;
        self.began = Instant::now();
    }
}

fn time(run: impl FnOnce()) -> Duration {
    let began = Instant::now();
    run();
    began.elapsed()
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn certificate(path: &Path) -> Arc<Certificate> {
    let objects = pem::objects(&support::read(path)).expect("PEM");
    Arc::new(Certificate::parse(&objects.first().expect("a certificate").der).expect("a certificate"))
}

fn certificate_of_root() -> Arc<Certificate> {
    certificate(&support::project().join("fixtures/bench/root.pem"))
}
