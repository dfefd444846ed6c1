//! A verdict about documents that bring all their evidence along, beside what is physically needed for it: SHA-256 once
//! over the bytes, and each distinct public-key operation once.
//!
//! `cargo bench --bench archive`. One thread, the document in memory, everything judged under `default` without network;
//! nobody measures a failure, since each signature has to be TOTAL-PASSED. What is compared is measured in turn within
//! one run. `quiet` is the ratio of the times that one in five of each stays below, which is what a quiet machine shows.
//! Three parts:
//!
//! 1. PAdES-B-LTA of 50 KB (at most 1.5 times the floor), 10 MB and 100 MB (at most 1.25 times). Beside it a second round:
//!    the same examination judged again, as after gathering, with the public-key operations alone as its floor;
//! 2. 1, 5, 20 and 51 signatures with a time-stamp each, one store and one document time-stamp around all;
//! 3. 1, 5, 20 and 51 times a signature, a store and a document time-stamp: three revisions each.
//!
//! With `SIGILLUM_BENCH_WRITE` set to a folder the documents of the first part are written there with the root and the
//! floor, for the comparison with other programs, and nothing else is done. With `SIGILLUM_BENCH_ONE` set to `size`,
//! `stamps` or `rounds`, a number and how often, as in `rounds:20:100`, one document of that part (the number is that of
//! bytes or of signatures) is made and judged so often, for a profiler, and nothing is measured.

#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock and writes files")]

#[path = "support/mod.rs"]
mod makers;
#[path = "../tests/revocation/pki.rs"]
mod pki;
#[path = "../tests/support/mod.rs"]
mod support;
#[path = "support/archive.rs"]
mod world;

use sigillum::document::{Document, Examination, examine};
use sigillum::limits::{Budget, CancelFlag, Limits};
use sigillum::service::{ValidationRequest, validate};
use sigillum::time::Timestamp;
use sigillum::trust::{TrustAnchor, TrustStore};
use sigillum::validation::{Evidence, Moment, Policy, Report, Verdict};
use std::hint::black_box;
use std::time::{Duration, Instant};
use support::pdf::MadePdf;
use support::sign::sha256;
use world::{Operations, World};

fn main() {
    let bench = Bench::new();
    match (std::env::var_os("SIGILLUM_BENCH_WRITE"), std::env::var("SIGILLUM_BENCH_ONE")) {
        (Some(folder), _) => bench.write(folder.as_ref()),
        (None, Ok(one)) => bench.one(&one),
        (None, Err(_)) => {
            bench.sizes();
            bench.slope("signatures with a time-stamp", stamps);
            bench.slope("rounds of signature, store and time-stamp", rounds);
        }
    }
}

fn stamps(world: &World, pdf: &mut MadePdf, count: u32) {
    for number in 1..=count {
        world.sign(pdf, &format!("Signature{number}"));
    }
    world.store(pdf);
    world.stamp(pdf, "Timestamp1");
}

fn rounds(world: &World, pdf: &mut MadePdf, count: u32) {
    for number in 1..=count {
        world.sign(pdf, &format!("Signature{number}"));
        world.store(pdf);
        world.stamp(pdf, &format!("Timestamp{number}"));
    }
}

const SIZES: [(&str, usize, f64, usize); 3] =
    [("50 KB", 50_000, 1.5, 801), ("10 MB", 10_000_000, 1.25, 101), ("100 MB", 100_000_000, 1.25, 21)];

struct Bench {
    world: World,
    request: ValidationRequest,
}

impl Bench {
    fn new() -> Self {
        let world = World::new();
        let at = Timestamp::from_rfc3339(world::AT).expect("a time");
        let anchor = TrustAnchor { certificate: world.anchor(), sunset: None };
        let request = ValidationRequest {
            contents: Vec::new(),
            password: None,
            policy: Policy::builtin("default").expect("a policy").into(),
            trust: TrustStore::new(vec![anchor]).into(),
            certificates: Vec::new(),
            crls: Vec::new(),
            ocsp_responses: Vec::new(),
            moment: Moment { at, clock: at },
            limits: Limits::DEFAULT,
        };
        Self { world, request }
    }

    fn archived(&self, bytes: usize) -> (Vec<u8>, Operations) {
        let mut pdf = makers::one_stream(bytes - 22_000);
        self.world.sign(&mut pdf, "Signature1");
        self.world.store(&mut pdf);
        self.world.stamp(&mut pdf, "Timestamp1");
        (pdf.into_bytes(), self.world.operations())
    }

    fn write(&self, folder: &std::path::Path) {
        std::fs::write(folder.join("root.der"), self.world.anchor().der()).expect("a file");
        for (name, bytes, _, times) in SIZES {
            let (document, operations) = self.archived(bytes);
            judged(&self.report(&document), 1, name);
            let [floor, ours] =
                quiet(times.min(201), [&|| floor(&document, &operations), &|| self.validate(&document)]);
            println!("{name}: floor {:.2} ms, sigillum {:.2} ms", millis(floor), millis(ours));
            std::fs::write(folder.join(format!("{}.pdf", name.replace(' ', "-"))), document).expect("a file");
        }
    }

    fn one(&self, what: &str) {
        let parts: Vec<&str> = what.split(':').collect();
        let [part, number, times] = parts[..] else { panic!("SIGILLUM_BENCH_ONE=part:number:times") };
        let number: u32 = number.parse().expect("a number");
        let made = |make: fn(&World, &mut MadePdf, u32)| {
            let mut pdf = makers::one_stream(1_000_000);
            make(&self.world, &mut pdf, number);
            pdf.into_bytes()
        };
        let document = match part {
            "size" => self.archived(usize::try_from(number).expect("a number")).0,
            "stamps" => made(stamps),
            "rounds" => made(rounds),
            _ => panic!("size, stamps or rounds"),
        };
        for _ in 0..times.parse::<u32>().expect("a number") {
            self.validate(&document);
        }
    }

    fn sizes(&self) {
        println!(
            "PAdES-B-LTA        operations   floor ms    ours ms    quiet  at most   second round ms   floor ms    quiet"
        );
        for (name, bytes, most, times) in SIZES {
            let (document, operations) = self.archived(bytes);
            judged(&self.report(&document), 1, name);
            let (examination, evidence) = self.examined(&document);
            let [base, ours, public, again] = quiet(
                times,
                [&|| floor(&document, &operations), &|| self.validate(&document), &|| operations.run(), &|| {
                    self.again(&examination, &evidence)
                }],
            );
            let ratio = |ours: Duration, floor: Duration| ours.as_secs_f64() / floor.as_secs_f64();
            println!(
                "{name:<17}{:>12}{:>11.3}{:>11.3}{:>9.2}{most:>9.2}{:>18.3}{:>11.3}{:>9.2}",
                operations.count(),
                millis(base),
                millis(ours),
                ratio(ours, base),
                millis(again),
                millis(public),
                ratio(again, public)
            );
        }
    }

    fn slope(&self, what: &str, make: fn(&World, &mut MadePdf, u32)) {
        let counts = [1_u32, 5, 20, 51];
        let documents = counts.map(|count| {
            let mut pdf = makers::one_stream(1_000_000);
            make(&self.world, &mut pdf, count);
            let bytes = pdf.into_bytes();
            judged(&self.report(&bytes), usize::try_from(count).expect("a count"), what);
            (bytes, self.world.operations())
        });
        let floors = documents.each_ref().map(|(bytes, operations)| move || floor(bytes, operations));
        let ours = documents.each_ref().map(|(bytes, _)| move || self.validate(bytes));
        let [a, b, c, d] = &ours;
        let [e, f, g, h] = &floors;
        let times = quiet(31, [a, e, b, f, c, g, d, h] as [&dyn Fn(); 8]);
        println!("1 MB, {what}:");
        let mut last: Option<(u32, Duration, Duration, usize)> = None;
        for ((count, (bytes, _)), pair) in counts.into_iter().zip(&documents).zip(times.chunks(2)) {
            let (ours, floor) = (pair[0], pair[1]);
            print!(
                "  {count:>2}: {:>8.2} ms, floor {:>8.2} ms, {:.2} ×",
                millis(ours),
                millis(floor),
                ours.as_secs_f64() / floor.as_secs_f64()
            );
            if let Some((before, took, base, had)) = last {
                let slope = |now: Duration, then: Duration| {
                    now.saturating_sub(then).as_secs_f64() * 1e6 / f64::from(count - before)
                };
                let octets = (bytes.len() - had) / usize::try_from(count - before).expect("a count");
                let (each, least) = (slope(ours, took), slope(floor, base));
                print!("; each further one {each:.0} µs, floor {least:.0} µs, {octets} bytes");
            }
            println!();
            last = Some((count, ours, floor, bytes.len()));
        }
    }

    fn report(&self, bytes: &[u8]) -> Report {
        validate(bytes, &self.request, &CancelFlag::default()).expect("a report")
    }

    fn validate(&self, bytes: &[u8]) {
        black_box(self.report(black_box(bytes)).signatures.len());
    }

    fn examined(&self, bytes: &[u8]) -> (Examination, Evidence) {
        let mut budget = Budget::new(&Limits::DEFAULT);
        let document = Document::open(bytes, None, &Limits::DEFAULT, &mut budget).expect("a document");
        let examination = examine(&document, &mut budget).expect("within limits");
        let mut evidence = Evidence::new();
        evidence.add_embedded(&examination);
        (examination, evidence)
    }

    fn again(&self, examination: &Examination, evidence: &Evidence) {
        let mut budget = Budget::new(&Limits::DEFAULT);
        let ValidationRequest { trust, policy, moment, .. } = &self.request;
        let outcome = sigillum::validation::validate(examination, evidence, trust, policy, *moment, &mut budget);
        black_box(outcome.report.signatures.len());
    }
}

fn floor(bytes: &[u8], operations: &Operations) {
    black_box(sha256(&[black_box(bytes)]));
    operations.run();
}

fn judged(report: &Report, signatures: usize, name: &str) {
    assert_eq!(report.signatures.len(), signatures, "{name}");
    for signature in &report.signatures {
        assert_eq!(signature.verdict, Verdict::Passed, "{name}: {:?}", signature.reason);
        assert!(!signature.timestamps.is_empty(), "{name}");
    }
    let stamps = &report.document_timestamps;
    assert!(!stamps.is_empty() && stamps.iter().all(|stamp| stamp.verdict == Verdict::Passed), "{name}");
    assert_eq!(report.signatures[0].format, "PAdES-BASELINE-LTA", "{name}");
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
