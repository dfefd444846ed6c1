//! Signed PDFs of public repositories: attacks that must never come out as intact, and documents whose source says
//! that their integrity is good.
//!
//! No file of the attacks `usf`, `isa` and `swa` may have a signature that is at once intact, covers the whole
//! document or a whole revision, and is followed by permitted changes only. What EU DSS's own tests assert to be
//! intact has to be `integrity: intact`. What differs stands in the list of exceptions, with the clause as reason.

#![cfg(feature = "service")]

mod support;

use serde_json::Value;
use sigillum::document::Coverage;
use sigillum::validation::{Integrity, Report};
use support::exceptions::Exceptions;
use support::table::corpus;

fn report(bytes: &[u8]) -> Result<Report, String> {
    support::validation::validated(bytes, "2026-11-21T12:00:00Z")
}

#[test]
fn no_attack_comes_out_intact() {
    const SUITE: &str = "corpus attacks";
    let Some(shared) = support::shared() else {
        support::skipped(SUITE);
        return;
    };
    let kinds = ["pdf/attack/usf", "pdf/attack/isa", "pdf/attack/swa"];
    let files = corpus(&shared, |kind| kinds.contains(&kind));
    for file in &files {
        let Ok(report) = report(&support::read(&shared.join("data/corpus").join(&file.path))) else { continue };
        for signature in &report.signatures {
            let whole = matches!(signature.coverage, Coverage::WholeDocument | Coverage::WholeRevision);
            let permitted = signature.changes.as_ref().is_none_or(|changes| changes.permitted);
            assert!(
                !(signature.integrity == Integrity::Intact && whole && permitted),
                "{}: {} is intact, {} and permitted",
                file.path,
                signature.id,
                signature.coverage.name()
            );
        }
    }
    support::suite(SUITE, files.len());
}

#[test]
fn changed_attacks_are_never_said_to_be_unchanged() {
    const SUITE: &str = "corpus shadow attacks";
    let Some(shared) = support::shared() else {
        support::skipped(SUITE);
        return;
    };
    let kinds = ["pdf/attack/shadow-hide", "pdf/attack/shadow-hide-and-replace", "pdf/attack/shadow-replace"];
    let files = corpus(&shared, |kind| kinds.contains(&kind));
    for file in &files {
        let report = report(&support::read(&shared.join("data/corpus").join(&file.path))).unwrap();
        assert!(
            report.signatures.iter().all(|one| one.changes.as_ref().is_some_and(|changes| !changes.permitted)),
            "{}: changes are said to be permitted",
            file.path
        );
    }
    support::suite(SUITE, files.len());
}

#[test]
fn what_others_call_intact_is_intact() {
    const SUITE: &str = "corpus integrity";
    let Some(shared) = support::shared() else {
        support::skipped(SUITE);
        return;
    };
    let mut exceptions = Exceptions::load(&support::project().join("tests/corpus_pdf/exceptions.tsv"));
    for file in corpus(&shared, |kind| kind.starts_with("pdf/")) {
        if !file.path.starts_with("esig__dss/") || file.verdict != "valid" {
            continue;
        }
        exceptions.check(&file.path, intact(&support::read(&shared.join("data/corpus").join(&file.path)), true));
    }
    support::suite(SUITE, exceptions.finish());
}

/// Whether every signature is intact; document time-stamps too where `all` of them are meant.
fn intact(bytes: &[u8], all: bool) -> Result<(), String> {
    let report = report(bytes)?;
    if report.signatures.is_empty() && report.document_timestamps.is_empty() {
        return Err("no signature".to_owned());
    }
    let signatures = report.signatures.iter().map(|one| (&one.id, one.integrity, one.reason.code()));
    let stamps = report.document_timestamps.iter().map(|one| (&one.id, one.integrity, one.reason.code()));
    let stamps = stamps.filter(|_| all);
    match signatures.chain(stamps).find(|(_, integrity, _)| *integrity != Integrity::Intact) {
        Some((id, integrity, reason)) => Err(format!("{id} is {} ({reason})", integrity.name())),
        None => Ok(()),
    }
}

/// What EU DSS's own tests assert of its files, where they assert that all signatures are intact.
#[test]
fn what_dss_asserts_intact_is_intact() {
    const SUITE: &str = "corpus DSS assertions";
    let Some(shared) = support::shared() else {
        support::skipped(SUITE);
        return;
    };
    let expected: Value = serde_json::from_slice(&support::read(&shared.join("data/dss-expected.json"))).unwrap();
    let mut exceptions = Exceptions::load(&support::project().join("tests/corpus_pdf/dss-exceptions.tsv"));
    for document in expected["documents"].as_array().unwrap() {
        let file = document["file"].as_str().unwrap();
        let path = shared.join("data/corpus").join(file);
        let asserted = |test: &Value| {
            let summary = &test["summary"];
            let intact = summary["crypto_all_signatures"].as_str().unwrap_or_default().starts_with("intact");
            intact && summary["expects_exception"].is_null() && summary["n_signatures"] != 0
        };
        let tests = document["tests"].as_array().unwrap();
        if file.ends_with(".pdf") && path.is_file() && !tests.is_empty() && tests.iter().all(asserted) {
            exceptions.check(file, intact(&support::read(&path), false));
        }
    }
    support::suite(SUITE, exceptions.finish());
}
