//! What it costs to tell what happened after signing, beside the demands.
//!
//! `cargo bench --bench changes`. One thread, the document in memory; what is compared is measured in turn within one
//! run. `quiet` is the ratio of the times that one in five of each stays below, which is what a quiet machine shows.
//! Four parts:
//!
//! 1. 100 MB with a signature, an update of 20 KB (a document security store), a document time-stamp, and store and
//!    time-stamp once more: the whole validation beside SHA-256 once over the bytes that signatures and time-stamps
//!    cover. Demanded: at most 1.25 times;
//! 2. 120 MB with 880,000 objects, signed, and one update: the whole validation. Demanded: at most 3 s. In three
//!    kinds: objects that nothing leads to, objects of which each leads to the next, and elements of a logical structure;
//! 3. from the same: what the comparison costs for each object that the catalog leads to, as the difference between the
//!    same file with and without the entry of the catalog that leads there. Demanded: at most 1 µs;
//! 4. 1, 5, 20 and 51 revisions, each signed: the cost of each further revision. Demanded: that it does not grow. Twice:
//!    where the fields were there before, so that every revision is of one size, and where each brings its field
//!    along, so that it writes the lists of all fields before it once more.

#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock and files")]

#[path = "support/mod.rs"]
mod makers;
#[path = "../tests/support/mod.rs"]
mod support;

use sigillum::limits::{CancelFlag, Limits};
use sigillum::pki::{Certificate, pem};
use sigillum::service::{ValidationRequest, validate};
use sigillum::time::Timestamp;
use sigillum::trust::{TrustAnchor, TrustStore};
use sigillum::validation::{Integrity, Moment, Policy, Report};
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};
use support::pdf::MadePdf;
use support::sign::{Signer, sha256};

fn main() {
    let bench = Bench { signer: Signer::rsa(), request: request() };
    bench.chain();
    bench.many_objects();
    bench.revisions();
}

struct Bench {
    signer: Signer,
    request: ValidationRequest,
}

impl Bench {
    fn chain(&self) {
        let mut pdf = makers::one_stream(100_000_000);
        self.signer.sign(&mut pdf, "Signature1");
        let before = pdf.bytes().len();
        // Certificates until the update has 20 KB.
        let certificates = vec![self.signer.certificate(); 20_000 / self.signer.certificate().len()];
        pdf.store(&certificates);
        let update = pdf.bytes().len() - before;
        self.signer.timestamp(&mut pdf, "Timestamp1");
        pdf.store(&certificates[..2]);
        self.signer.timestamp(&mut pdf, "Timestamp2");
        let bytes = pdf.into_bytes();
        let report = self.report(&bytes);
        judged(&report, 1, "chain");
        assert_eq!(report.document_timestamps.len(), 2);
        assert!(report.document_timestamps.iter().all(|one| one.integrity == Integrity::Intact), "time-stamps");
        let [floor, ours] =
            quiet(15, [&|| drop(black_box(sha256(&[black_box(&bytes)]))), &|| self.validate(&bytes)]);
        println!(
            "{:.1} MB, an update of {:.1} KB, two time-stamps: SHA-256 {:.1} ms, validation {:.1} ms, {:.2} × (at most 1.25)",
            megabytes(&bytes),
            f64::from(u32::try_from(update).expect("a length")) / 1e3,
            millis(floor),
            millis(ours),
            ours.as_secs_f64() / floor.as_secs_f64()
        );
    }

    fn many_objects(&self) {
        const COUNT: usize = 880_000;
        const ELEMENTS: usize = 1_000_000;
        let kinds = [
            ("objects in a chain", COUNT, makers::many_objects(COUNT), makers::many_reachable_objects(COUNT)),
            (
                "elements of a structure",
                ELEMENTS,
                makers::structure(ELEMENTS, ""),
                makers::structure(ELEMENTS, "/StructTreeRoot 4 0 R"),
            ),
        ];
        for (name, count, unreachable, reachable) in kinds {
            let [without, with] = [unreachable, reachable].map(|mut pdf| {
                self.signer.sign(&mut pdf, "Signature1");
                let signed = pdf.bytes().len();
                pdf.store(&[self.signer.certificate()]);
                (signed, pdf.into_bytes())
            });
            for (_, bytes) in [&without, &with] {
                judged(&self.report(bytes), 1, name);
            }
            let [before, alone, updated] = quiet(
                5,
                [&|| self.validate(&with.1[..with.0]), &|| self.validate(&without.1), &|| self.validate(&with.1)],
            );
            let objects = f64::from(u32::try_from(count).expect("a count"));
            println!(
                "{:.0} MB, {count} {name}, one update: {:.0} ms (at most 3000); without the update {:.0} ms; where \
                 nothing leads to them {:.0} ms; so {:.2} µs for each that the catalog leads to (at most 1)",
                megabytes(&with.1),
                millis(updated),
                millis(before),
                millis(alone),
                updated.saturating_sub(alone).as_secs_f64() * 1e6 / objects
            );
        }
    }

    fn revisions(&self) {
        self.signed_often("of one size", |pdf, names| pdf.prepare(names));
        self.signed_often("with a field each", |_, _| {});
    }

    fn signed_often(&self, kind: &str, prepare: fn(&mut MadePdf, Vec<String>)) {
        let counts = [1_u32, 5, 20, 51];
        let name = |number: u32| format!("Signature{number}");
        let documents = counts.map(|count| {
            let mut pdf = makers::one_stream(1_000_000);
            prepare(&mut pdf, (1..=count).map(name).collect());
            for number in 1..=count {
                self.signer.sign(&mut pdf, &name(number));
            }
            let bytes = pdf.into_bytes();
            judged(&self.report(&bytes), usize::try_from(count).expect("a count"), "revisions");
            bytes
        });
        let [one, five, twenty, fifty_one] = &documents;
        let times = quiet(
            51,
            [&|| self.validate(one), &|| self.validate(five), &|| self.validate(twenty), &|| {
                self.validate(fifty_one)
            }],
        );
        let mut last: Option<(u32, Duration)> = None;
        for (count, time) in counts.into_iter().zip(times) {
            print!("1 MB, {count} revisions {kind}: {:.2} ms", millis(time));
            if let Some((before, took)) = last {
                let slope = time.saturating_sub(took).as_secs_f64() * 1e6 / f64::from(count - before);
                print!(", {slope:.0} µs for each further one");
            }
            println!();
            last = Some((count, time));
        }
    }

    fn report(&self, bytes: &[u8]) -> Report {
        validate(bytes, &self.request, &CancelFlag::default()).expect("a report")
    }

    fn validate(&self, bytes: &[u8]) {
        black_box(self.report(black_box(bytes)).signatures.len());
    }
}

/// That nobody measures a failure: every signature is intact, and what came after it is permitted.
fn judged(report: &Report, signatures: usize, name: &str) {
    assert_eq!(report.signatures.len(), signatures, "{name}");
    for signature in &report.signatures {
        assert_eq!(signature.integrity, Integrity::Intact, "{name}");
        assert!(
            signature.changes.as_ref().is_some_and(|changes| changes.permitted),
            "{name}: {:?}",
            signature.changes
        );
    }
}

/// Runs each in turn, as often as said; of each the time that one run in five stays below.
fn quiet<const N: usize>(times: usize, runs: [&dyn Fn(); N]) -> [Duration; N] {
    let mut all: [Vec<Duration>; N] = std::array::from_fn(|_| Vec::with_capacity(times));
    for _ in 0..times {
        for (run, taken) in runs.iter().zip(&mut all) {
            let start = Instant::now();
            run();
            taken.push(start.elapsed());
        }
    }
    all.map(|mut taken| {
        taken.sort();
        taken[times / 5]
    })
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn megabytes(bytes: &[u8]) -> f64 {
    f64::from(u32::try_from(bytes.len()).expect("a length")) / 1e6
}

fn request() -> ValidationRequest {
    let at = Timestamp::from_rfc3339("2026-07-01T00:00:00Z").expect("a time");
    let bytes = support::read(&support::project().join("fixtures/bench/root.pem"));
    let root = Certificate::parse(&pem::objects(&bytes).expect("PEM")[0].der).expect("a certificate");
    ValidationRequest {
        contents: Vec::new(),
        password: None,
        policy: Policy::builtin("no-revocation").expect("a policy").into(),
        trust: TrustStore::new(vec![TrustAnchor { certificate: Arc::new(root), sunset: None }]).into(),
        certificates: Vec::new(),
        crls: Vec::new(),
        ocsp_responses: Vec::new(),
        moment: Moment { at, clock: at },
        limits: Limits::DEFAULT,
    }
}
