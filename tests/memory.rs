//! A memory of signatures of certificates and revocation data changes no report: what is said of a document is byte for
//! byte the same without a memory, with an empty one, and with one that has seen everything before it, also where a limit
//! ends the work.
//!
//! Documents are fixtures and those of the tests' own signer, as they are and with a flipped bit, judged by different
//! anchors, policies and limits of work, all with one memory.

#![cfg(feature = "service")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sigillum::limits::{CancelFlag, Limits};
use sigillum::pki::{Certificate, Crl, pem};
use sigillum::reporting::{Envelope, Language, to_json};
use sigillum::service::{Remembered, ValidationRequest, judge_with};
use sigillum::time::Timestamp;
use sigillum::trust::{TrustAnchor, TrustStore};
use sigillum::validation::{Evidence, Memory, Moment, NoMemory, Policy, Step};
use support::pdf::{MadePdf, stream};
use support::sign::Signer;

const CASES: u32 = 600;

/// Counts what a memory is asked and told.
#[derive(Debug, Default)]
struct Counted {
    inner: Remembered,
    recalled: AtomicUsize,
    noted: AtomicUsize,
}

impl Memory for Counted {
    fn recall(&self, step: &Step) -> bool {
        let known = self.inner.recall(step);
        self.recalled.fetch_add(usize::from(known), Ordering::Relaxed);
        known
    }

    fn note(&self, step: Step) {
        self.noted.fetch_add(1, Ordering::Relaxed);
        self.inner.note(step);
    }
}

fn anchor(path: &str) -> TrustAnchor {
    let objects = pem::objects(&support::read(&support::project().join(path))).unwrap();
    TrustAnchor { certificate: Arc::new(Certificate::parse(&objects[0].der).unwrap()), sunset: None }
}

fn stores() -> Vec<Arc<TrustStore>> {
    let (own, bench) = (anchor("fixtures/pki/root.pem"), anchor("fixtures/bench/root.pem"));
    let all = vec![own.clone(), bench];
    let ended = Timestamp::from_rfc3339("2026-06-15T00:00:00Z").unwrap();
    let ended = TrustAnchor { sunset: Some(ended), ..own.clone() };
    [all, vec![own], vec![ended], Vec::new()].map(|anchors| TrustStore::new(anchors).into()).into()
}

fn request(trust: &Arc<TrustStore>, policy: &str, work: u64) -> ValidationRequest {
    let at = Timestamp::from_rfc3339("2026-07-01T00:00:00Z").unwrap();
    ValidationRequest {
        contents: Vec::new(),
        password: None,
        policy: Policy::builtin(policy).unwrap().into(),
        trust: Arc::clone(trust),
        certificates: Vec::new(),
        crls: Vec::new(),
        ocsp_responses: Vec::new(),
        moment: Moment { at, clock: at },
        limits: Limits { work, ..Limits::DEFAULT },
    }
}

fn said(bytes: &[u8], request: &ValidationRequest, memory: Arc<dyn Memory>) -> String {
    let envelope = Envelope { report_id: "1", document_name: None };
    match judge_with(bytes, request, &Evidence::new(), memory, &CancelFlag::default()) {
        Ok((_, report)) => to_json(&report, &envelope, Language::En),
        Err(error) => format!("{error:?}"),
    }
}

fn documents() -> Vec<Vec<u8>> {
    let made = [Signer::rsa(), Signer::p256(), Signer::rsa().with_crl()].map(|signer| {
        let mut pdf = MadePdf::new([stream("", b"q 1 0 0 1 72 720 cm Q")]);
        signer.sign(&mut pdf, "Signature1");
        pdf.into_bytes()
    });
    let fixtures = [
        "pades-b-b-rsa2048",
        "pades-b-b-p256",
        "pades-b-b-pss3072",
        "pades-b-t",
        "two-signatures",
        "issuer-missing",
        "untrusted",
        "signer-expired",
        "revocation-given",
    ];
    let read = |name| support::read(&support::project().join(format!("fixtures/pdf/{name}/document.pdf")));
    made.into_iter().chain(fixtures.map(read)).collect()
}

#[test]
fn a_report_is_the_same_whatever_was_validated_before() {
    let (documents, stores) = (documents(), stores());
    let memory = Arc::new(Counted::default());
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let work = prop_oneof![3 => Just(Limits::DEFAULT.work), 2 => 0..4_000_u64];
    let flip = prop_oneof![2 => Just(None), 1 => any::<(usize, u8)>().prop_map(Some)];
    let cases = (0..documents.len(), flip, 0..stores.len(), any::<bool>(), work);
    TestRunner::new(config)
        .run(&cases, |(document, flip, store, revocation, work)| {
            let mut bytes = documents[document].clone();
            if let Some((at, bit)) = flip {
                let at = at % bytes.len();
                bytes[at] ^= 1 << (bit % 8);
            }
            let request = request(&stores[store], if revocation { "default" } else { "no-revocation" }, work);
            let without = said(&bytes, &request, Arc::new(NoMemory));
            prop_assert_eq!(&said(&bytes, &request, Arc::new(Remembered::default())), &without);
            prop_assert_eq!(&said(&bytes, &request, Arc::<Counted>::clone(&memory)), &without);
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
    let (recalled, noted) = (memory.recalled.load(Ordering::Relaxed), memory.noted.load(Ordering::Relaxed));
    assert!(noted > 3 && recalled > noted, "{noted} steps were noted, {recalled} recalled");
}

#[test]
fn only_steps_of_paths_to_an_anchor_are_noted() {
    let (documents, stores) = (documents(), stores());
    let nobody = stores.last().unwrap();
    let memory = Arc::new(Counted::default());
    for document in &documents {
        said(document, &request(nobody, "default", Limits::DEFAULT.work), Arc::<Counted>::clone(&memory));
    }
    assert_eq!(memory.noted.load(Ordering::Relaxed), 0);
    // The same documents have such steps, where there is an anchor; and each is noted once.
    for _ in 0..2 {
        for document in &documents {
            said(document, &request(&stores[0], "default", Limits::DEFAULT.work), Arc::<Counted>::clone(&memory));
        }
    }
    let noted = memory.noted.load(Ordering::Relaxed);
    assert!((2..100).contains(&noted), "{noted}");
    for document in &documents {
        said(document, &request(&stores[0], "default", Limits::DEFAULT.work), Arc::<Counted>::clone(&memory));
    }
    assert_eq!(memory.noted.load(Ordering::Relaxed), noted);
}

/// CRLs are verified once, whichever documents they come with; one that nobody signed is not noted, and no memory makes
/// it pass.
#[test]
fn signatures_of_revocation_data_are_noted() {
    let read = |name: &str| support::read(&support::project().join("fixtures/pdf/revocation-given").join(name));
    let document = read("document.pdf");
    let lists = [read("evidence/issuing-ca.crl"), read("evidence/root.crl")];
    let memory = Arc::new(Counted::default());
    let counts = || (memory.recalled.load(Ordering::Relaxed), memory.noted.load(Ordering::Relaxed));
    let judge = |lists: &[Vec<u8>]| {
        let mut request = request(&stores()[0], "default", Limits::DEFAULT.work);
        request.crls = lists.iter().map(|der| Crl::parse(der, Limits::DEFAULT.der_depth).unwrap()).collect();
        let without = said(&document, &request, Arc::new(NoMemory));
        assert_eq!(said(&document, &request, Arc::<Counted>::clone(&memory)), without);
        without
    };
    assert!(judge(&[]).contains("\"indication\":\"INDETERMINATE\""));
    let (_, steps) = counts();
    assert!(judge(&lists).contains("\"indication\":\"TOTAL-PASSED\""));
    let (known, noted) = counts();
    assert_eq!(noted, steps + 2, "both lists");
    judge(&lists);
    let (again, still) = counts();
    assert_eq!(still, noted, "each once");
    assert!(again - known >= steps + 2, "{steps} steps, {} recalled", again - known);
    // One bit of its signature more, and it is a list that nobody signed.
    for which in 0..lists.len() {
        let mut broken = lists.clone();
        *broken[which].last_mut().unwrap() ^= 1;
        assert!(judge(&broken).contains("\"indication\":\"INDETERMINATE\""));
        assert_eq!(counts().1, noted);
    }
}
