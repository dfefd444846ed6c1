//! Trust lists: the Swiss one verified and loaded, thirty of the EU on two threads, a lookup. Needs the outside material.
//!
//! `cargo bench --bench trust`. Medians of 21 runs (5 of the thirty lists). The targets: 20 ms, 1 s, microseconds.

#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock and starts threads")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine;
use sigillum::crypto::{DigestAlgorithm, digest};
use sigillum::limits::{Budget, Limits};
use sigillum::syntax::xml::{NodeId, Tree, decode};
use sigillum::time::Timestamp;
use sigillum::trust::{ListSigner, Listing, Scheme, TrustStore, VerifiedTrustList};

fn main() {
    let Some(shared) = support::shared() else { return println!("the outside material is not there") };
    let now = Timestamp::from_rfc3339("2026-11-22T00:00:00Z").expect("a time");
    let swiss: Arc<[u8]> = support::read(&shared.join("data/swiss-tl/tsl-ch.xml")).into();
    let listing = Listing::new("ch".to_owned(), Scheme::Ch, signers(&swiss));
    let one = median(21, || {
        let listing = listing.after(Arc::clone(&swiss), now);
        black_box(TrustStore::default().with_lists(vec![listing]));
    });
    println!("the Swiss list ({} KB), verified and loaded: {one:.2?} (target 20 ms)", swiss.len() / 1_000);

    let corpus = shared.join("data/corpus");
    let manifest = support::read_text(&corpus.join("MANIFEST.tsv"));
    let national = manifest.lines().filter(|row| row.starts_with("peponeska") && row.contains("\ttl/national"));
    let mut lists: Vec<(Listing, Arc<[u8]>)> = Vec::new();
    for row in national {
        let path = row.split('\t').next().unwrap_or_default();
        let bytes: Arc<[u8]> = support::read(&corpus.join(path)).into();
        let pins = signers(&bytes);
        if lists.len() < 30 && VerifiedTrustList::verify(Arc::clone(&bytes), Scheme::Eu, &pins, now).is_ok() {
            lists.push((Listing::new(path.to_owned(), Scheme::Eu, pins), bytes));
        }
    }
    let bytes: usize = lists.iter().map(|(_, bytes)| bytes.len()).sum();
    // The largest first, so that both threads end together.
    lists.sort_by_key(|(_, bytes)| std::cmp::Reverse(bytes.len()));
    let load = || {
        let taken: Vec<Listing> = std::thread::scope(|scope| {
            let half = |first: usize| {
                let lists = &lists;
                scope.spawn(move || {
                    let own = lists.iter().skip(first).step_by(2);
                    own.map(|(listing, bytes)| listing.after(Arc::clone(bytes), now)).collect::<Vec<_>>()
                })
            };
            let both = [half(0), half(1)];
            both.into_iter().flat_map(|thread| thread.join().expect("a thread")).collect()
        });
        TrustStore::default().with_lists(taken)
    };
    let all = median(5, || drop(black_box(load())));
    let store = load();
    println!(
        "{} lists of the EU ({:.1} MB, {} services) on two threads: {all:.2?} (target 1 s)",
        lists.len(),
        bytes as f64 / 1e6,
        store.services().len()
    );

    let certificates: Vec<_> = store.services().iter().flat_map(|service| service.certificates.clone()).collect();
    let looked = median(21, || {
        for certificate in &certificates {
            black_box(store.services_of(certificate));
            black_box(store.anchor_of(certificate));
        }
    });
    let each = looked / u32::try_from(certificates.len()).unwrap_or(u32::MAX).max(1);
    println!("a certificate looked up among {}: {each:.2?}", certificates.len());
}

/// Whoever the list itself brings as its signers.
fn signers(bytes: &[u8]) -> Vec<ListSigner> {
    let Ok(text) = decode(bytes) else { return Vec::new() };
    let Ok(tree) = Tree::parse(&text, &mut Budget::new(&Limits::DEFAULT)) else { return Vec::new() };
    let all = tree.subtree(NodeId::ROOT).filter_map(|node| tree.element(node));
    let given = all.filter(|one| one.is("http://www.w3.org/2000/09/xmldsig#", "X509Certificate"));
    let pin = |certificate: sigillum::syntax::xml::Element<'_>| {
        let dense: String = tree.string_value(certificate.id()).split_whitespace().collect();
        let der = base64::engine::general_purpose::STANDARD.decode(dense).ok()?;
        Some(ListSigner { sha256: digest(DigestAlgorithm::Sha256, &der), from: None, until: None })
    };
    given.filter_map(pin).collect()
}

fn median(runs: usize, mut run: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = Vec::new();
    for _ in 0..runs {
        let start = Instant::now();
        run();
        times.push(start.elapsed());
    }
    times.sort_unstable();
    times[runs / 2]
}
