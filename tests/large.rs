//! Large and hostile files, made on the way, through the program: each ends as it should, and soon.
//!
//! The same makers, with larger numbers, are behind `benches/validation.rs`.

#![cfg(feature = "service")]

#[path = "../benches/support/mod.rs"]
mod makers;
mod support;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use support::pdf::MadePdf;
use support::sign::Signer;

/// What one file may take in a build without optimisation on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn each_file_ends_as_it_should() {
    let (rsa, p256) = (Signer::rsa(), Signer::p256());
    let signed = |mut pdf: MadePdf, signer: &Signer, times: usize| {
        for n in 1..=times {
            signer.sign(&mut pdf, &format!("Signature{n}"));
        }
        pdf.into_bytes()
    };
    let mut one_bit = signed(makers::one_stream(10_000_000), &rsa, 1);
    one_bit[5_000_000] ^= 1;
    let cases = [
        ("one stream", 0, signed(makers::one_stream(10_000_000), &rsa, 1)),
        ("one stream, one bit changed", 1, one_bit),
        ("many objects", 0, signed(makers::many_objects(50_000), &p256, 1)),
        ("many signatures", 0, signed(makers::one_stream(1000), &p256, 50)),
        ("an object stream beyond the limit", 4, makers::object_stream_bomb(300_000_000)),
    ];
    for (name, exit, bytes) in &cases {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("large.pdf");
        #[expect(clippy::disallowed_methods, reason = "the program reads a file")]
        std::fs::write(&path, bytes).unwrap();
        #[expect(clippy::disallowed_methods, reason = "a test measures how long a file takes")]
        let began = Instant::now();
        let output = validate(&path);
        let took = began.elapsed();
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(*exit), "{name}: {said}");
        assert!(took < PATIENCE, "{name}: {took:?}");
        assert!(*exit != 4 || said.contains(r#""limit-exceeded""#), "{name}: {said}");
    }
    support::suite("large files", cases.len());
}

fn validate(path: &Path) -> std::process::Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sigillum"));
    command.args(["validate", "--format", "json", "--policy", "no-revocation", "--at", "2026-07-01T00:00:00Z"]);
    command.arg("--trust-anchor").arg(support::project().join("fixtures/bench/root.pem"));
    command.arg(path).output().unwrap()
}
