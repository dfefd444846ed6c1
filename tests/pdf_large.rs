//! What large files cost. Ignored by default, because the numbers hold for an optimised build only:
//! `cargo test --release --test pdf_large -- --ignored --nocapture`.

#![expect(clippy::disallowed_methods, reason = "a test reads the clock and the memory of its process")]

mod pdf_support;
mod support;

use std::time::Duration;
use std::time::Instant;

use sigillum::syntax::pdf::ObjectId;
use sigillum::syntax::pdf::Pdf;
use support::pdf::{MadePdf, stream};

/// Resident memory of this process in MiB, now.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmRSS")).expect("a line").to_owned();
    line.split_whitespace().nth(1).and_then(|number| number.parse::<u64>().ok()).expect("kB") >> 10
}

/// The best of five, as other work on the machine only adds.
fn best(mut run: impl FnMut()) -> Duration {
    let timed = (0..5).map(|_| {
        let start = Instant::now();
        run();
        start.elapsed()
    });
    timed.min().expect("five")
}

#[test]
#[ignore = "for an optimised build"]
fn many_small_objects() {
    let filler = "x".repeat(50);
    let pdf = MadePdf::new((0..880_000).map(|number| {
        let signature = if number == 700_000 { "/Byte#52ange[0 1 2 3]/Contents<00>" } else { "" };
        format!("<</Type/Annot/Rect[0 0 {number} 12.5]/T({filler})/P 2 0 R{signature}>>").into_bytes()
    }));
    let bytes = pdf.into_bytes();
    let (limits, mut budget) = pdf_support::usual();
    let before = memory();
    let start = Instant::now();
    let pdf = Pdf::open(&bytes, None, &limits, &mut budget).expect("it opens");
    let opened = start.elapsed();
    let found = pdf.find_dicts_with(&[b"ByteRange", b"Contents"], &[], pdf.latest(), &mut budget).expect("found");
    let searched = start.elapsed();
    let memory = memory().saturating_sub(before);
    println!(
        "{} MB, 880,000 objects: open {opened:?}, with search {searched:?}, {memory} MiB",
        bytes.len() / 1_000_000
    );
    assert_eq!(found, vec![ObjectId { number: 700_004, generation: 0 }]);
    assert!(searched < Duration::from_millis(700));
    assert!(memory < 120);
}

#[test]
#[ignore = "for an optimised build"]
fn few_big_streams() {
    let data = b"no object here ".repeat(35_000);
    let bytes = MadePdf::new((0..200).map(|_| stream("", &data))).into_bytes();
    let (limits, mut budget) = pdf_support::usual();
    let mut found = Vec::new();
    let taken = best(|| {
        let pdf = Pdf::open(&bytes, None, &limits, &mut budget).expect("it opens");
        found = pdf.find_dicts_with(&[b"ByteRange"], &[], pdf.latest(), &mut budget).expect("searched");
    });
    println!("{} MB, 200 streams: open and search {taken:?}", bytes.len() / 1_000_000);
    assert!(found.is_empty());
    assert!(taken < Duration::from_millis(3));
}

#[test]
#[ignore = "for an optimised build"]
fn a_usual_file() {
    let objects = (0..100).map(|number| format!("<</A {number}/B({})>>", "b".repeat(460)).into_bytes());
    let bytes = MadePdf::new(objects).into_bytes();
    let (limits, mut budget) = pdf_support::usual();
    let taken = best(|| {
        for _ in 0..1_000 {
            Pdf::open(&bytes, None, &limits, &mut budget).expect("it opens");
        }
    });
    println!("{} kB, 103 objects: open {:?}", bytes.len() / 1_000, taken / 1_000);
    assert!(taken / 1_000 < Duration::from_micros(40));
}

#[test]
#[ignore = "for an optimised build"]
fn a_large_file_that_has_to_be_searched() {
    let objects = (0..880_000).map(|number| format!("<</T({})/N {number}>>", "x".repeat(90)).into_bytes());
    let mut bytes = MadePdf::new(objects).into_bytes();
    let end = bytes.len() - 40;
    bytes.truncate(end);
    let (limits, mut budget) = pdf_support::usual();
    let start = Instant::now();
    let pdf = Pdf::open(&bytes, None, &limits, &mut budget).expect("it is rebuilt");
    println!("{} MB, 880,000 objects, no startxref: open {:?}", bytes.len() / 1_000_000, start.elapsed());
    assert_eq!(pdf.object_numbers(pdf.latest()).count(), 880_003);
    assert!(start.elapsed() < Duration::from_secs(2));
}
