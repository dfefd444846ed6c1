//! What the classes add to a validation: a document of 50 KB with a PAdES-B-T signature, judged without lists and with the
//! entries of two lists. `cargo bench --bench classes`; it fails where the difference is more than a twentieth.

#![expect(clippy::disallowed_methods, reason = "a benchmark measures time")]

#[path = "../tests/support/mod.rs"]
mod support;

use sigillum::limits::{CancelFlag, Limits};
use sigillum::service::{ValidationRequest, validate};
use sigillum::time::Timestamp;
use sigillum::trust::{Scheme, TrustStore};
use sigillum::validation::{Moment, Policy, Report};
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};
use support::listed::World;
use support::pdf::{MadePdf, stream};

/// Measurements of each kind; of them the shortest counts.
const ROUNDS: usize = 41;

/// Validations in one measurement.
const EACH: u32 = 20;

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
    assert!(judged.signatures[0].legal.ch.as_ref().is_some_and(|ch| ch.judged.equals_handwriting));
    let (mut without, mut with) = (Vec::new(), Vec::new());
    // One after the other, so that what disturbs the machine disturbs both.
    for _ in 0..ROUNDS {
        without.push(measure(&document, &plain));
        with.push(measure(&document, &listed));
    }
    let (without, with) = (best(&without), best(&with));
    let share = with.as_secs_f64() / without.as_secs_f64() - 1.0;
    println!("{} bytes; without lists {without:?}, with classes {with:?}: {:+.2} %", document.len(), share * 100.0);
    assert!(share < 0.05, "the classes cost too much");
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
    let begun = Instant::now();
    for _ in 0..EACH {
        black_box(judge(document, request));
    }
    begun.elapsed() / EACH
}

/// What it takes where nothing disturbs it.
fn best(all: &[Duration]) -> Duration {
    all.iter().min().copied().unwrap_or_default()
}
