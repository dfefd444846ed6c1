//! What the classes add to a validation: a document of 50 KB with a PAdES-B-T signature, judged without lists and with the
//! entries of two lists, from its bytes to the JSON of the report, the four checks and the mandants among it.
//! `cargo bench --bench classes`. Wanted: a difference of at most a twentieth.
//!
//! Both are run in turn, one by one, and of each the fastest tenth is looked at: what disturbs the machine disturbs single
//! runs, and these are left out.

#![expect(clippy::disallowed_methods, reason = "a benchmark measures time")]

#[path = "../tests/support/mod.rs"]
mod support;

use sigillum::limits::{CancelFlag, Limits};
use sigillum::reporting::{Envelope, Language, to_json};
use sigillum::service::{ValidationRequest, validate};
use sigillum::time::Timestamp;
use sigillum::trust::{Scheme, TrustStore};
use sigillum::validation::qualification::SwissClass;
use sigillum::validation::{Moment, Policy, Report};
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};
use support::listed::World;
use support::pdf::{MadePdf, stream};

/// Runs of each kind.
const ROUNDS: usize = 2_001;

fn main() {
    let world = World::new();
    let content: Vec<u8> = (0..50_000_u32).map(|n| b' ' + u8::try_from(n % 90).unwrap_or(0)).collect();
    let mut pdf = MadePdf::new([stream("", &content)]);
    world.sign(&mut pdf, "S", &world.person);
    let document = pdf.into_bytes();
    let [plain, listed] = [&[][..], &[Scheme::Ch, Scheme::Eu]].map(|schemes| world.store(schemes));
    let [plain, listed] = [plain, listed].map(request);
    let judged = judge(&document, &listed);
    assert_eq!(judged.signatures[0].verdict.total_indication(), "TOTAL-PASSED");
    let ch = judged.signatures[0].legal.ch.as_ref().expect("a Swiss class");
    assert_eq!(ch.judged.class, SwissClass::QualifiedSignature);
    let (mut without, mut with) = (Vec::new(), Vec::new());
    // One after the other, so that what disturbs the machine disturbs both.
    for _ in 0..ROUNDS {
        without.push(measure(&document, &plain));
        with.push(measure(&document, &listed));
    }
    without.sort_unstable();
    with.sort_unstable();
    let share = |at: usize| with[at].as_secs_f64() / without[at].as_secs_f64() - 1.0;
    for (name, at) in [("minimum", 0), ("tenth", ROUNDS / 10), ("median", ROUNDS / 2)] {
        println!(
            "{name}: without lists {:?}, with classes {:?}: {:+.2} %",
            without[at],
            with[at],
            share(at) * 100.0
        );
    }
    println!("{} bytes", document.len());
}

fn request(trust: TrustStore) -> ValidationRequest {
    let at = Timestamp::from_rfc3339("2026-07-01T00:00:00Z").expect("a time");
    ValidationRequest {
        contents: Vec::new(),
        password: None,
        policy: Arc::new(Policy::builtin("no-revocation").expect("a policy")),
        trust: trust.into(),
        certificates: Vec::new(),
        crls: Vec::new(),
        ocsp_responses: Vec::new(),
        moment: Moment { at, clock: at },
        limits: Limits::DEFAULT,
    }
}

fn judge(document: &[u8], request: &ValidationRequest) -> Report {
    validate(black_box(document), request, &CancelFlag::default()).expect("a report")
}

fn measure(document: &[u8], request: &ValidationRequest) -> Duration {
    let envelope = Envelope { report_id: "bench", document_name: None };
    let begun = Instant::now();
    let report = judge(document, request);
    black_box(to_json(&report, &envelope, Language::En));
    begun.elapsed()
}
