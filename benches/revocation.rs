//! A certificate in a CRL of 10 MB: the search alone, and all that a validation does with the list. Beside each the time
//! of SHA-256 over the same bytes, which nobody who verifies the list can save.
//!
//! `cargo bench --bench revocation`. Medians of 21 runs, in turn. `search` is [`Crl::find`] with a number that is not
//! listed, one that is the last, and one of two octets, which stands everywhere so that every entry is walked.
//!
//! [`Crl::find`]: sigillum::pki::Crl::find

#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

#[path = "../tests/revocation/pki.rs"]
mod pki;
#[path = "../tests/support/mod.rs"]
mod support;

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use pki::{CRL_SIGN, CertificateText, KEY_CERT_SIGN, Key, ListText, entry, is_ca, key_usage, name, reason_code};
use sigillum::limits::{Budget, Limits};
use sigillum::pki::{Certificate, Crl};
use sigillum::time::Timestamp;
use sigillum::trust::{TrustAnchor, TrustStore};
use sigillum::validation::{Evidence, Moment, Origin, Policy, certificate_status};
use support::sign::sha256;

const RUNS: usize = 21;
const BYTES: usize = 10_000_000;

fn main() {
    let key = Key::new();
    let (plain, reasoned) = (list(false), list(true));
    for (what, text) in [("entries without a reason", plain), ("entries with a reason", reasoned)] {
        let der = text.der(&key);
        let parsed = Crl::parse(&der, 64).expect("a list");
        let count = parsed.entry_count;
        println!("{:.1} MB, {count} entries, {what}", der.len() as f64 / 1e6);
        let last = serial(count - 1);
        let short = [0x02, 0x17];
        measure("search: not listed", &der, || found(&parsed, &[0x7f; 16]).is_none());
        measure("search: the last", &der, || found(&parsed, &last).is_some());
        measure("search: walks all", &der, || found(&parsed, &short).is_none());
        measure("parse", &der, || Crl::parse(black_box(&der), 64).is_ok());
        let root = authority(&key);
        let leaf = leaf(&key);
        let mut evidence = Evidence::new();
        evidence.add_crl(parsed.clone(), Origin::Supplied);
        let trust = TrustStore::new(vec![TrustAnchor { certificate: Arc::clone(&root), sunset: None }]);
        let policy = Policy::builtin("default").expect("a policy");
        let at = Timestamp::from_rfc3339("2026-07-01T00:00:00Z").expect("a time");
        measure("judge: verify, search", &der, || {
            let mut budget = Budget::new(&Limits::DEFAULT);
            let moment = Moment { at, clock: at };
            let status = certificate_status(&leaf, &root, &evidence, &trust, &policy, moment, &mut budget);
            status.is_ok_and(|status| status.accepted.len() == 1 && status.rejected.is_empty())
        });
    }
}

fn found(list: &Crl, serial: &[u8]) -> Option<sigillum::pki::CrlEntry> {
    black_box(list).find(&list.issuer, black_box(serial)).expect("a readable list")
}

/// Numbers of 16 octets, as public CAs have them.
fn serial(number: usize) -> [u8; 16] {
    let digest = sha256(&[&number.to_be_bytes()]);
    let mut serial: [u8; 16] = digest[..16].try_into().expect("16 octets");
    serial[0] = serial[0] & 0x3f | 0x40;
    serial
}

fn list(with_reasons: bool) -> ListText {
    let extensions = if with_reasons { vec![reason_code(4)] } else { Vec::new() };
    let one = entry(&serial(0), "20260601000000Z", &extensions).len();
    ListText {
        issuer: name("Root"),
        this_update: "20260620000000Z",
        next_update: Some("20260720000000Z"),
        entries: (0..BYTES / one).map(|number| entry(&serial(number), "20260601000000Z", &extensions)).collect(),
        extensions: Vec::new(),
    }
}

fn authority(key: &Key) -> Arc<Certificate> {
    certificate("Root", vec![is_ca(), key_usage(KEY_CERT_SIGN | CRL_SIGN)], key)
}

fn leaf(key: &Key) -> Arc<Certificate> {
    certificate("Leaf", Vec::new(), key)
}

fn certificate(subject: &str, extensions: Vec<Vec<u8>>, key: &Key) -> Arc<Certificate> {
    CertificateText {
        serial: vec![0x71; 16],
        issuer: name("Root"),
        subject: name(subject),
        from: "20260101000000Z",
        until: "20261231000000Z",
        extensions,
    }
    .issue(key, key)
}

fn measure(what: &str, bytes: &[u8], run: impl Fn() -> bool) {
    let (mut ours, mut floors) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        floors.push(time(|| black_box(sha256(&[black_box(bytes)])).len() == 32));
        ours.push(time(&run));
    }
    floors.sort();
    ours.sort();
    let (ours, floor) = (ours[RUNS / 2].as_secs_f64() * 1e3, floors[RUNS / 2].as_secs_f64() * 1e3);
    println!("  {what:<24}{ours:>9.2} ms  SHA-256 {floor:>7.2} ms  ratio {:>6.2}", ours / floor);
}

fn time(run: impl Fn() -> bool) -> Duration {
    let start = Instant::now();
    assert!(black_box(run()), "another answer than expected");
    start.elapsed()
}
