//! Time-stamps in the properties of XML signatures from outside material: whether what they are over is what we compute,
//! and what the level of the signature is. Every signed document of the corpus that carries one is looked at, as of now,
//! with no anchor.
//!
//! What the tests of EU DSS say of their own documents is the second opinion (`dss-expected.json`): where they find all
//! time-stamps intact, so must we; each difference is an exception with its reason. Every document is listed with what
//! we make of its time-stamps, so that nothing changes unseen: `said.tsv`, where *untold* is what hangs on content that
//! stands outside of the document.

mod support;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sigillum::validation::{SignatureReport, TimestampReport};
use support::exceptions::Exceptions;
use support::table;

const AT: &str = "2026-11-22T12:00:00Z";

/// The level, and of each time-stamp its kind and how imprint and signature value came out.
fn said(signature: &SignatureReport) -> String {
    let mut all = vec![signature.format.to_owned()];
    all.extend(signature.timestamps.iter().map(|stamp| {
        let [imprint, value] = ["cv-message-imprint", "cv-signature-value"].map(|id| result(stamp, id));
        format!("{} {imprint} {value}", stamp.kind.name())
    }));
    all.extend(signature.counter_signatures.iter().map(|counter| format!("[{}]", said(counter))));
    all.join(", ")
}

/// How a check of a time-stamp came out; `-` where it was not run.
fn result(stamp: &TimestampReport, id: &str) -> &'static str {
    let named = stamp.checks.iter().find(|check| check.id.name() == id);
    named.map_or("-", |check| match check.result.name() {
        "passed" => "intact",
        "failed" => "broken",
        _ => "untold",
    })
}

/// The documents of which DSS asserts that all time-stamps are intact, in every test of theirs.
fn intact(shared: &std::path::Path) -> BTreeSet<String> {
    let known: Value = serde_json::from_slice(&support::read(&shared.join("data/dss-expected.json"))).unwrap();
    let says = |test: &Value| test["summary"]["timestamps"].to_string().starts_with("\"all (if any) imprint");
    let documents = known["documents"].as_array().unwrap().iter();
    let intact = documents.filter(|one| one["tests"].as_array().unwrap().iter().all(says));
    intact.map(|one| one["file"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn time_stamps_of_others_are_over_what_we_compute() {
    const SUITE: &str = "corpus XML time-stamps";
    let Some(shared) = support::shared() else {
        support::skipped(SUITE);
        return;
    };
    let listed = support::project().join("tests/xml_timestamps/said.tsv");
    let listed: BTreeMap<String, String> =
        table::load(&listed).into_iter().map(|row| (row["case"].clone(), row["said"].clone())).collect();
    let intact = intact(&shared);
    let mut exceptions = Exceptions::load(&support::project().join("tests/xml_timestamps/exceptions.tsv"));
    let mut all = Vec::new();
    for file in table::corpus(&shared, |kind| kind.starts_with("xml/")) {
        let bytes = support::read(&shared.join("data/corpus").join(&file.path));
        let Ok(report) = support::validation::validated(&bytes, AT) else { continue };
        if report.signatures.iter().all(|one| said(one) == one.format) {
            continue;
        }
        let found: Vec<String> = report.signatures.iter().map(said).collect();
        let found = found.join("; ");
        if intact.contains(&file.path) {
            let differs = ["broken", "untold", " -"].iter().any(|other| found.contains(other));
            exceptions.check(&file.path, if differs { Err(found.clone()) } else { Ok(()) });
        }
        all.push((file.path.clone(), found));
    }
    let wrong: Vec<String> = all
        .iter()
        .filter(|(path, found)| listed.get(path) != Some(found))
        .map(|(path, found)| format!("{path}\t{found}"))
        .collect();
    assert!(wrong.is_empty(), "not as listed:\n{}", wrong.join("\n"));
    assert_eq!(all.len(), listed.len(), "documents are listed that carry no time-stamp");
    let compared = exceptions.finish();
    println!("{SUITE}: {compared} of them are compared with what EU DSS says");
    support::suite(SUITE, all.len());
}
