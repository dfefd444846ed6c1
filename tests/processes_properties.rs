//! What holds of every verdict, whatever evidence there is: properties over the generated set with known truth.

#![cfg(feature = "service")]

mod support;

use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;
use sigillum::document::{Document, Examination, examine};
use sigillum::limits::{Budget, Limits};
use sigillum::pki::{Certificate, Crl, OcspResponse, pem};
use sigillum::reporting::{Envelope, Language, to_json};
use sigillum::time::Timestamp;
use sigillum::trust::{TrustAnchor, TrustStore};
use sigillum::validation::{CheckResult, Evidence, Failure, Moment, Origin, Policy, Report, Verdict, validate};

const AT: &str = "2026-11-22T12:00:00Z";

/// One piece of evidence.
#[derive(Clone)]
enum Piece {
    Certificate(Arc<Certificate>),
    Crl(Crl),
    Ocsp(OcspResponse),
}

/// The set with what is used of it.
struct Set {
    trust: TrustStore,
    files: Vec<(String, Examination)>,
    /// The evidence of all documents and all certificates of the PKI.
    pieces: Vec<Piece>,
}

fn set(shared: &Path) -> Set {
    let folder = shared.join("data/generated");
    let certificates = shared.join("data/test-pki/certs");
    let load = |name: &str| -> Vec<Arc<Certificate>> {
        let objects = pem::objects(&support::read(&certificates.join(name))).unwrap();
        objects.iter().map(|object| Arc::new(Certificate::parse(&object.der).unwrap())).collect()
    };
    let anchors = load("peers/root.pem").into_iter().chain(load("peers/root2.pem"));
    let trust = TrustStore::new(anchors.map(|certificate| TrustAnchor { certificate, sunset: None }).collect());
    let truth: Value = serde_json::from_slice(&support::read(&folder.join("pdf.json"))).unwrap();
    let mut files = Vec::new();
    let mut pieces: Vec<Piece> = load("intermediates.pem").into_iter().map(Piece::Certificate).collect();
    for file in truth["files"].as_array().unwrap() {
        let name = file["file"].as_str().unwrap();
        let bytes = support::read(&folder.join(name));
        let mut budget = Budget::new(&Limits::DEFAULT);
        let Ok(document) = Document::open(&bytes, None, &Limits::DEFAULT, &mut budget) else { continue };
        let Ok(examination) = examine(&document, &mut budget) else { continue };
        if pieces.len() < 200 {
            let mut evidence = Evidence::new();
            evidence.add_embedded(&examination);
            pieces.extend(evidence.certificates().iter().cloned().map(Piece::Certificate));
            pieces.extend(evidence.crls().iter().map(|(crl, _)| Piece::Crl(Crl::clone(crl))));
            pieces.extend(
                evidence.ocsp_responses().iter().map(|(response, _)| Piece::Ocsp(OcspResponse::clone(response))),
            );
        }
        files.push((name.to_owned(), examination));
    }
    Set { trust, files, pieces }
}

fn judge(set: &Set, examination: &Examination, pieces: &[Piece], at: &str, policy: &str) -> Report {
    let mut evidence = Evidence::new();
    evidence.add_embedded(examination);
    for piece in pieces.iter().cloned() {
        match piece {
            Piece::Certificate(certificate) => evidence.add_certificate(certificate),
            Piece::Crl(crl) => evidence.add_crl(crl, Origin::Supplied),
            Piece::Ocsp(response) => evidence.add_ocsp_response(response, Origin::Supplied),
        }
    }
    let at = Timestamp::from_rfc3339(at).unwrap();
    let policy = Policy::builtin(policy).unwrap();
    let mut budget = Budget::new(&Limits::DEFAULT);
    validate(examination, &evidence, &set.trust, &policy, Moment { at, clock: at }, &mut budget).report
}

/// What a caller relies on: verdicts, reasons, times.
fn said(report: &Report) -> Vec<String> {
    let stamps = report.document_timestamps.iter().map(|one| format!("{} {:?}", one.id, one.verdict));
    let signatures = report.signatures.iter().map(|one| {
        let time = (one.best_signature_time, &one.best_signature_time_source);
        format!("{} {:?} {} {} {time:?}", one.id, one.verdict, one.reason.code(), one.format)
    });
    signatures.chain(stamps).collect()
}

/// The report as it leaves the program, byte for byte.
fn json(report: &Report) -> String {
    let envelope = Envelope { report_id: "00000000-0000-4000-8000-000000000000", document_name: None };
    to_json(report, &envelope, Language::En)
}

#[test]
fn verdicts_keep_their_properties() {
    const SUITE: &str = "processes properties";
    let Some(shared) = support::shared() else {
        support::skipped(SUITE);
        return;
    };
    let set = set(&shared);
    assert!(set.files.len() > 90 && set.pieces.len() > 60, "{} {}", set.files.len(), set.pieces.len());
    let count = set.files.len();
    let mut runner = TestRunner::new(Config { cases: 64, failure_persistence: None, ..Config::default() });
    let order: Vec<usize> = (0..set.pieces.len()).collect();
    let chosen = (0..count, Just(order).prop_shuffle(), 0..set.pieces.len());
    let mut cases = 0;
    runner
        .run(&chosen, |(index, order, taken)| {
            let shuffled: Vec<Piece> = order.iter().map(|place| set.pieces[*place].clone()).collect();
            let (name, examination) = &set.files[index];
            let alone = judge(&set, examination, &[], AT, "default");
            // The order of evidence does not matter, and the same inputs say the same.
            let first = judge(&set, examination, &shuffled, AT, "default");
            let mut reversed = shuffled.clone();
            reversed.reverse();
            prop_assert_eq!(said(&first), said(&judge(&set, examination, &reversed, AT, "default")), "{}", name);
            let again = judge(&set, examination, &shuffled, AT, "default");
            prop_assert_eq!(format!("{first:?}"), format!("{again:?}"), "{}", name);
            prop_assert_eq!(json(&first), json(&again), "{}", name);
            // More evidence never heals what digest or signature value tell.
            let more = judge(&set, examination, &shuffled[..taken], AT, "default");
            for (before, after) in alone.signatures.iter().zip(&more.signatures) {
                if matches!(before.verdict, Verdict::Failed(Failure::HashFailure | Failure::SigCryptoFailure)) {
                    prop_assert_eq!(before.verdict, after.verdict, "{}", name);
                }
            }
            Ok(())
        })
        .unwrap();
    for (name, examination) in &set.files {
        for policy in Policy::builtin_names() {
            let report = judge(&set, examination, &set.pieces, AT, policy);
            for (id, verdict, checks) in report
                .signatures
                .iter()
                .map(|one| (&one.id, one.verdict, &one.checks))
                .chain(report.document_timestamps.iter().map(|one| (&one.id, one.verdict, &one.checks)))
            {
                let against = checks
                    .iter()
                    .find(|check| matches!(check.result, CheckResult::Failed | CheckResult::Indeterminate));
                assert_eq!(
                    verdict == Verdict::Passed,
                    against.is_none(),
                    "{name} {id} under {policy}: {against:?}"
                );
            }
            cases += 1;
        }
        // What a stricter policy passes, the usual one passes.
        let passes = |policy: &str| {
            let report = judge(&set, examination, &set.pieces, AT, policy);
            report.signatures.iter().map(|one| one.verdict == Verdict::Passed).collect::<Vec<_>>()
        };
        let usual = passes("default");
        for policy in ["strict", "archive"] {
            assert!(passes(policy).iter().zip(&usual).all(|(strict, usual)| !strict || *usual), "{name} {policy}");
        }
        // A later time keeps what proofs cover, as long as the newest archive time-stamp's certificate lives.
        let later = judge(&set, examination, &[], "2027-01-15T12:00:00Z", "default");
        let now = judge(&set, examination, &[], AT, "default");
        for (before, after) in now.signatures.iter().zip(&later.signatures) {
            if before.format.ends_with("-LTA") && before.verdict == Verdict::Passed {
                assert_eq!(after.verdict, Verdict::Passed, "{name}: {}", after.reason.code());
                assert_eq!(after.best_signature_time, before.best_signature_time, "{name}");
                cases += 1;
            }
        }
    }
    support::suite(SUITE, cases);
}
