//! XML signatures of public repositories against what their own tests expect, and against what EU DSS says.
//!
//! Compared is integrity, which needs no trust: whether digests match and the signature value verifies. `EXPECT.tsv` is
//! what the tests of the source repositories assert, each for reasons of its own; `DSS.tsv` is what EU DSS 6.4 says of the
//! same files, without anchors; `dss-expected.json` what its own unit tests assert. All three are opinions: where ours is
//! another on purpose, an exception says why, and one that comes out as others say is a failure too.

#![cfg(feature = "service")]

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use serde_json::Value;
use sigillum::validation::{Integrity, Report};
use support::exceptions::Exceptions;
use support::table;
use support::table::corpus;
use support::validation::{plain, told, validated};

/// The reports of all signed XML documents of the corpus, or what is said against them.
static REPORTS: LazyLock<BTreeMap<String, Result<Report, String>>> = LazyLock::new(|| {
    let Some(shared) = support::shared() else { return BTreeMap::new() };
    let signed = |kind: &str| kind == "xml/signed" || kind == "xml/attack/xsw";
    corpus(&shared, signed)
        .into_iter()
        .map(|file| {
            let bytes = plain(support::read(&shared.join("data/corpus").join(&file.path)));
            (file.path, validated(&bytes, "2026-11-21T12:00:00Z"))
        })
        .collect()
});

fn list(name: &str) -> std::path::PathBuf {
    support::project().join("tests/xml_expectations").join(name)
}

fn load(shared: &Path, name: &str) -> Vec<table::Row> {
    table::load(&shared.join("data/corpus").join(name))
}

/// Signatures, those that counter-sign too.
fn count(report: &Report) -> usize {
    report.signatures.iter().map(|one| 1 + one.counter_signatures.len()).sum()
}

#[test]
fn integrity_is_what_the_tests_of_others_expect() {
    const SUITE: &str = "corpus XML expectations";
    let Some(shared) = support::shared() else {
        support::skipped(SUITE);
        return;
    };
    let mut expected: BTreeMap<String, (String, String)> = BTreeMap::new();
    for row in load(&shared, "EXPECT.tsv") {
        let verdict = (row["verdict_crude"].clone(), row["test"].clone());
        expected.entry(row["path"].clone()).or_insert(verdict);
    }
    let mut exceptions = Exceptions::load(&list("expect.tsv"));
    for (path, report) in REPORTS.iter() {
        let Some((verdict, test)) = expected.get(path) else { continue };
        let ours = told(report);
        let whole = report
            .as_ref()
            .is_ok_and(|report| report.signatures.iter().all(|one| one.coverage.name() == "whole-document"));
        match verdict.as_str() {
            "valid" => exceptions.check(path, if ours == "intact" { Ok(()) } else { Err(ours) }),
            "invalid" if ours == "intact" && whole => {
                exceptions.check(path, Err(format!("intact and whole: {test}")))
            }
            "invalid" => exceptions.check(path, Ok(())),
            _ => {}
        }
    }
    support::suite(SUITE, exceptions.finish());
}

#[test]
fn integrity_is_what_dss_says() {
    const SUITE: &str = "corpus XML against DSS";
    let Some(shared) = support::shared() else {
        support::skipped(SUITE);
        return;
    };
    let mut exceptions = Exceptions::load(&list("dss.tsv"));
    for row in load(&shared, "DSS.tsv") {
        let Some(report) = REPORTS.get(&row["path"]) else { continue };
        if !row["error"].is_empty() || row["n_signatures"] == "0" {
            continue;
        }
        let per_signature = &row["per_signature"];
        let all = |part: &str, wanted: &str| {
            let parts = per_signature.split(['|', ';', ' ']).filter_map(|one| one.trim().strip_prefix(part));
            let values: Vec<&str> = parts.collect();
            !values.is_empty() && values.iter().all(|value| *value == wanted)
        };
        let intact = all("sig_intact=", "1") && all("ref_intact=", "1");
        let mut ours = told(report);
        let counters = report.iter().flat_map(|report| &report.signatures).flat_map(|one| &one.counter_signatures);
        if ours == "intact" && counters.clone().any(|one| one.integrity != Integrity::Intact) {
            ours = "counter-signature not intact".to_owned();
        }
        let found = report.as_ref().map_or(0, count);
        let outcome = if report.is_ok() && found.to_string() != row["n_signatures"] {
            Err(format!("{found} signatures, not {}", row["n_signatures"]))
        } else if intact && ours != "intact" {
            Err(format!("DSS intact, ours {ours}"))
        } else if !intact && ours == "intact" {
            Err("DSS not intact, ours intact".to_owned())
        } else {
            Ok(())
        };
        exceptions.check(&row["path"], outcome);
    }
    support::suite(SUITE, exceptions.finish());
}

#[test]
fn integrity_is_what_the_tests_of_dss_expect() {
    const SUITE: &str = "corpus XML of the tests of DSS";
    let Some(shared) = support::shared() else {
        support::skipped(SUITE);
        return;
    };
    let expected: Value = serde_json::from_slice(&support::read(&shared.join("data/dss-expected.json"))).unwrap();
    let mut exceptions = Exceptions::load(&list("dss-tests.tsv"));
    for document in expected["documents"].as_array().unwrap() {
        let path = document["file"].as_str().unwrap();
        let Some(report) = REPORTS.get(path) else { continue };
        let ours = told(report);
        let outcome = document["tests"].as_array().unwrap().iter().try_for_each(|test| {
            let summary = &test["summary"];
            let others = test["other_resources"].as_array().is_some_and(|more| !more.is_empty());
            let found = report.as_ref().map_or(0, count) as u64;
            match summary["n_signatures"].as_u64() {
                Some(wanted) if wanted != found => return Err(format!("{found} signatures, not {wanted}")),
                _ => {}
            }
            let intact = summary["crypto_all_signatures"].as_str().is_some_and(|text| text.starts_with("intact"));
            // What stands elsewhere is not given here.
            if intact && !others && ours != "intact" {
                return Err(format!("should be intact, ours {ours}"));
            }
            let broken = summary["crypto"]["signature_value_intact"] == false;
            if broken && ours == "intact" { Err("should not be intact".to_owned()) } else { Ok(()) }
        });
        exceptions.check(path, outcome);
    }
    support::suite(SUITE, exceptions.finish());
}
