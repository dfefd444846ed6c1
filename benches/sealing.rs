//! A seal beside SHA-256 over the bytes of the document, stage by stage. One thread, the document in memory.
//!
//! `cargo bench --bench sealing`. All is measured in turn, round by round, so that a machine that gets slower slows all;
//! medians count. The key is a software key: what it takes is named apart, as is the validation of the result.

#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

#[path = "support/mod.rs"]
mod makers;
#[path = "../tests/support/mod.rs"]
mod support;

use sigillum::sealing::{Appearance, Original, check_signer};
use std::hint::black_box;
use std::time::{Duration, Instant};
use support::seal::{Sealer, profile, terms};
use support::sign::sha256;

const STAGES: [&str; 7] = ["judge", "signer", "prepare", "key", "embed", "release", "all"];

fn main() {
    print!("{:<20}{:>10}", "µs", "SHA-256");
    STAGES.iter().for_each(|stage| print!("{stage:>9}"));
    println!("{:>9}{:>12}", "all/SHA", "all - key");
    for (key, sealer) in [("P-256", Sealer::p256()), ("RSA-PSS 2048", Sealer::rsa_pss())] {
        for (name, bytes, rounds) in
            [("50 KB", 50_000, 1001), ("1 MB", 1_000_000, 201), ("100 MB", 100_000_000, 15)]
        {
            measure(&format!("{name} {key}"), &makers::one_stream(bytes - 1000).into_bytes(), &sealer, rounds);
        }
    }
}

fn measure(name: &str, bytes: &[u8], sealer: &Sealer, rounds: usize) {
    let (terms, profile) = (terms(), profile(Appearance::Invisible));
    let mut floors = Vec::new();
    let mut stages: [Vec<Duration>; STAGES.len()] = Default::default();
    for _ in 0..rounds {
        let start = Instant::now();
        black_box(sha256(&[black_box(bytes)]));
        floors.push(start.elapsed());
        let input = bytes.to_vec();
        let mut laps = vec![Instant::now()];
        let mut lap = || laps.push(Instant::now());
        let original = Original::judge(input, &terms).unwrap();
        lap();
        check_signer(&sealer.identity, &terms).unwrap();
        lap();
        let prepared = original.prepare(&sealer.identity, &profile, terms.moment.at, &terms).unwrap();
        lap();
        let value = sealer.value(prepared.signed_attributes());
        lap();
        let sealed = prepared.embed_value(&value).unwrap();
        lap();
        let released = sealed.release(&terms).unwrap();
        lap();
        black_box(&released);
        for (stage, lap) in stages.iter_mut().zip(laps.windows(2)) {
            stage.push(lap[1] - lap[0]);
        }
        stages[STAGES.len() - 1].push(laps[laps.len() - 1] - laps[0]);
    }
    let median = |times: &mut Vec<Duration>| {
        times.sort();
        times[times.len() / 2].as_secs_f64() * 1e6
    };
    let floor = median(&mut floors);
    let medians = stages.map(|mut times| median(&mut times));
    print!("{name:<20}{floor:>10.0}");
    medians.iter().for_each(|time| print!("{time:>9.0}"));
    println!("{:>9.2}{:>12.0}", medians[6] / floor, medians[6] - medians[3]);
}
