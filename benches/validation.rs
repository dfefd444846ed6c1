//! How long the program takes from its start to its report, beside what is physically needed: reading the file and
//! one SHA-256 over it.
//!
//! `cargo bench --bench validation`. The files are made on the way (about 350 MB in the target folder). Each
//! run must end with the exit code that is right for its file, so that nobody measures a failure.

#![expect(clippy::disallowed_methods, reason = "a benchmark writes and reads files")]

#[path = "support/mod.rs"]
mod makers;
#[path = "../tests/support/mod.rs"]
mod support;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use support::pdf::MadePdf;
use support::sign::{Signer, sha256};

const MEGABYTE: usize = 1_000_000;

/// A file with the exit code that is right for it: 0 valid, 2 cannot tell, 4 a limit was exceeded.
struct Subject {
    name: &'static str,
    bytes: Vec<u8>,
    exit: i32,
}

fn subjects() -> Vec<Subject> {
    let signer = Signer::rsa();
    let signed = |mut pdf: MadePdf, times: usize| {
        for n in 1..=times {
            signer.sign(&mut pdf, &format!("Signature{n}"));
        }
        pdf.into_bytes()
    };
    vec![
        Subject { name: "small", bytes: signed(makers::one_stream(1000), 1), exit: 0 },
        Subject { name: "10 MB, one stream", bytes: signed(makers::one_stream(10 * MEGABYTE), 1), exit: 0 },
        Subject { name: "100 MB, one stream", bytes: signed(makers::one_stream(100 * MEGABYTE), 1), exit: 0 },
        Subject { name: "120 MB, 880,000 objects", bytes: signed(makers::many_objects(880_000), 1), exit: 0 },
        // Later revisions leave a doubt about the earlier signatures.
        Subject { name: "1 MB, 50 signatures", bytes: signed(makers::one_stream(MEGABYTE), 50), exit: 2 },
        Subject { name: "object stream of 1 GB", bytes: makers::object_stream_bomb(1000 * MEGABYTE), exit: 4 },
    ]
}

fn validation(criterion: &mut Criterion) {
    for subject in subjects() {
        let path =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}.pdf", subject.name.replace([' ', ','], "-")));
        std::fs::write(&path, &subject.bytes).unwrap();
        let mut group = criterion.benchmark_group(subject.name);
        group.sample_size(10).throughput(Throughput::Bytes(u64::try_from(subject.bytes.len()).unwrap()));
        drop(subject.bytes);
        group.bench_function("sigillum validate", |bencher| bencher.iter(|| validate(&path, subject.exit)));
        group.bench_function("read and SHA-256", |bencher| {
            bencher.iter(|| sha256(&[&std::fs::read(black_box(&path)).unwrap()]));
        });
        group.finish();
        std::fs::remove_file(&path).unwrap();
    }
}

fn validate(path: &PathBuf, exit: i32) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sigillum"));
    command.args([
        "validate",
        "--format",
        "json",
        "--policy",
        "no-revocation",
        "--at",
        "2026-07-01T00:00:00Z",
        "--trust-anchor",
    ]);
    command.arg(support::project().join("fixtures/bench/root.pem")).arg(path);
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    assert_eq!(status.code(), Some(exit), "{}", path.display());
}

criterion_group!(benches, validation);
criterion_main!(benches);
