//! XML signatures against what others made and say: the generated sets with known truth, the signed documents and the
//! attacks of public repositories.
//!
//! The generated sets are judged for times at which their certificates are valid, with both roots as anchors and the
//! intermediates as evidence, under `no-revocation` (what needs neither revocation data nor time-stamps has to come out as
//! the truth says) and under `default` (nothing may be accepted that is not right). What hangs on revocation data is
//! counted, and comes out where they can be had: `tests/processes_live.rs`. Of the corpus, what xmlsec1 verifies has to be intact and what it refuses must not
//! be; each difference is an exception with its reason.

#![cfg(feature = "service")]

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use sigillum::limits::{CancelFlag, Limits};
use sigillum::pki::{Certificate, pem};
use sigillum::service::{GivenContent, ValidationRequest, validate};
use sigillum::time::Timestamp;
use sigillum::trust::{TrustAnchor, TrustStore};
use sigillum::validation::{Answer, Check, Integrity, Moment, Policy, Report};
use support::exceptions::Exceptions;
use support::table;
use support::table::corpus;
use support::validation::{plain, told, validated};

#[test]
fn the_generated_xml_is_judged_right() {
    generated("generated XML", "generated", "2026-11-21T12:00:00Z", "generated.tsv");
}

#[test]
fn the_generated_xml_of_another_signer_is_judged_right() {
    generated("generated XML (DSS)", "generated-dss", "2026-11-23T12:00:00Z", "generated-dss.tsv");
}

fn generated(suite: &str, name: &str, at: &str, listed: &str) {
    let Some(shared) = support::shared() else {
        support::skipped(suite);
        return;
    };
    let folder = shared.join("data").join(name);
    let truth: Value = serde_json::from_slice(&support::read(&folder.join("xml.json"))).unwrap();
    let mut exceptions = Exceptions::load(&list(listed));
    let mut groups: BTreeMap<String, [usize; 4]> = BTreeMap::new();
    for file in truth["files"].as_array().unwrap() {
        let row = groups.entry(text(file, "group").to_owned()).or_default();
        row[0] += 1;
        let judged = |policy| judge(&folder, file, policy, at, &shared.join("data/test-pki/certs"));
        let (lenient, strict) = (judged("no-revocation"), judged("default"));
        row[1] += usize::from(as_truth(file, &lenient).is_ok());
        row[2] += usize::from(as_truth(file, &strict).is_ok());
        let name = text(file, "file");
        let wrong = matches!(text(file, "verdict"), "invalid" | "indeterminate");
        for (policy, report) in [("no-revocation", &lenient), ("default", &strict)] {
            let accepted = report.as_ref().is_ok_and(|report| report.summary.answer == Answer::Valid);
            let excused = policy == "no-revocation" && text(file, "etsi").contains("REVOKED");
            assert!(
                !(wrong && accepted) || excused || file["contested"] == true,
                "{name} is accepted under {policy}"
            );
        }
        if is_elsewhere(file) {
            row[3] += 1;
        } else if file["contested"] != true {
            exceptions.check(name, as_truth(file, &lenient));
        }
    }
    println!("{suite}");
    println!("{:<20}{:>6}{:>16}{:>10}{:>10}", "group", "files", "no-revocation", "default", "elsewhere");
    for (group, [files, lenient, strict, pending]) in &groups {
        println!("{group:<20}{files:>6}{lenient:>16}{strict:>10}{pending:>10}");
    }
    support::suite(suite, exceptions.finish());
}

/// What hangs on revocation data.
fn is_elsewhere(file: &Value) -> bool {
    text(file, "etsi").contains("REVOKED")
}

fn judge(folder: &Path, file: &Value, policy: &str, at: &str, certificates: &Path) -> Result<Report, String> {
    let load = |names: &[&str]| -> Vec<Arc<Certificate>> {
        let texts = names.iter().map(|name| support::read(&certificates.join(name)));
        let objects = texts.flat_map(|text| pem::objects(&text).unwrap());
        objects.map(|object| Arc::new(Certificate::parse(&object.der).unwrap())).collect()
    };
    let anchors = load(&["peers/root.pem", "peers/root2.pem"]);
    let more = file["detached_more"].as_array().into_iter().flatten();
    let external = std::iter::once(&file["detached_data"]).chain(more).filter_map(Value::as_str);
    let contents = external.map(|name| {
        let path = ["xml", "."].iter().map(|part| folder.join(part).join(name)).find(|path| path.is_file());
        GivenContent { name: Some(name.to_owned()), bytes: support::read(&path.unwrap()) }
    });
    let at = Timestamp::from_rfc3339(at).unwrap();
    let request = ValidationRequest {
        password: None,
        contents: contents.collect(),
        policy: Policy::builtin(policy).unwrap().into(),
        trust: TrustStore::new(
            anchors.into_iter().map(|certificate| TrustAnchor { certificate, sunset: None }).collect(),
        )
        .into(),
        certificates: load(&["intermediates.pem"]),
        crls: Vec::new(),
        ocsp_responses: Vec::new(),
        moment: Moment { at, clock: at },
        limits: Limits::DEFAULT,
    };
    let bytes = support::read(&folder.join(text(file, "file")));
    validate(&bytes, &request, &CancelFlag::default()).map_err(|error| error.to_string())
}

/// Whether the report says what the truth says, with the exact sub-indication.
fn as_truth(file: &Value, outcome: &Result<Report, String>) -> Result<(), String> {
    let report = outcome.as_ref().map_err(|error| format!("not readable: {error}"))?;
    let answer = report.summary.answer;
    let found: Vec<String> = report
        .signatures
        .iter()
        .map(|one| match one.verdict.sub_indication() {
            Some(sub) => format!("{}/{sub}", one.verdict.total_indication()),
            None => one.verdict.total_indication().to_owned(),
        })
        .collect();
    let fits = |wanted: &str| {
        found.iter().any(|one| one == wanted || (!wanted.contains('/') && one.split('/').next() == Some(wanted)))
    };
    let also = file["etsi_also"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut wanted = file["etsi"].as_str().into_iter().chain(also).filter(|one| *one != "TOTAL-PASSED");
    let right = match text(file, "verdict") {
        "valid" => answer == Answer::Valid,
        "indeterminate" => matches!(answer, Answer::CannotTell | Answer::NotValid) && wanted.any(fits),
        "invalid" => matches!(answer, Answer::CannotTell | Answer::NotValid) && wanted.any(fits),
        _ => false,
    };
    let counters = report.signatures.iter().map(|one| one.counter_signatures.len()).sum::<usize>();
    let counters_wanted = file["counter_signatures"].as_u64().unwrap_or(0);
    if right && counters as u64 == counters_wanted {
        return Ok(());
    }
    let reasons: Vec<&str> = report.signatures.iter().map(|one| one.reason.code()).collect();
    Err(format!(
        "{} {found:?} {reasons:?} {counters} counter-signatures, but the truth is {} {}",
        answer.name(),
        text(file, "verdict"),
        text(file, "etsi")
    ))
}

/// What xmlsec1 says of the signed documents: all signatures verify, or not.
#[test]
fn integrity_is_what_xmlsec_says() {
    const SUITE: &str = "corpus XML integrity";
    let Some(shared) = support::shared() else {
        support::skipped(SUITE);
        return;
    };
    let said: BTreeMap<String, (String, String)> = table::load(&shared.join("data/corpus/REFERENCE.tsv"))
        .into_iter()
        .filter(|row| row["tool"].starts_with("xmlsec1"))
        .map(|row| (row["path"].clone(), (row["summary"].clone(), row["detail"].clone())))
        .collect();
    let mut exceptions = Exceptions::load(&list("corpus.tsv"));
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for file in corpus(&shared, |kind| kind == "xml/signed") {
        let Some((summary, _)) = said.get(&file.path) else { continue };
        let bytes = plain(support::read(&shared.join("data/corpus").join(&file.path)));
        let ours = told(&validated(&bytes, "2026-11-21T12:00:00Z"));
        *counts.entry(format!("xmlsec1 {summary}, ours {ours}")).or_default() += 1;
        match summary.as_str() {
            "OK" => exceptions.check(&file.path, if ours == "intact" { Ok(()) } else { Err(ours) }),
            "FAIL" => exceptions.check(&file.path, if ours == "intact" { Err(ours) } else { Ok(()) }),
            _ => {}
        }
    }
    println!("{SUITE}");
    counts.iter().for_each(|(what, count)| println!("{count:>6} {what}"));
    support::suite(SUITE, exceptions.finish());
}

/// No wrapped document may have a signature that is intact, covers the whole document, and signs its properties.
#[test]
fn no_wrapping_comes_out_whole() {
    const SUITE: &str = "corpus XML wrapping";
    let Some(shared) = support::shared() else {
        support::skipped(SUITE);
        return;
    };
    let mut exceptions = Exceptions::load(&list("wrapping.tsv"));
    for file in corpus(&shared, |kind| kind == "xml/attack/xsw") {
        let bytes = support::read(&shared.join("data/corpus").join(&file.path));
        let report = validated(&bytes, "2026-11-21T12:00:00Z");
        let signatures = report.map(|report| report.signatures).unwrap_or_default();
        let whole = signatures.iter().find(|one| {
            let signs =
                |check: &Check| check.id.name() != "sav-properties-signed" || check.result.name() == "passed";
            let whole = one.coverage.name() == "whole-document";
            one.integrity == Integrity::Intact && whole && one.checks.iter().all(signs)
        });
        exceptions.check(&file.path, whole.map_or(Ok(()), |one| Err(format!("{} is intact and whole", one.id))));
    }
    support::suite(SUITE, exceptions.finish());
}

/// A document type declaration is refused whatever it holds.
#[test]
fn no_document_type_is_read() {
    const SUITE: &str = "corpus XML document types";
    let Some(shared) = support::shared() else {
        support::skipped(SUITE);
        return;
    };
    let mut exceptions = Exceptions::load(&list("document-types.tsv"));
    for file in corpus(&shared, |kind| kind == "xml/attack/dtd") {
        let bytes = support::read(&shared.join("data/corpus").join(&file.path));
        let outcome = match validated(&bytes, "2026-11-21T12:00:00Z") {
            Err(_) => Ok(()),
            Ok(report) => Err(format!("read, {} signatures", report.signatures.len())),
        };
        exceptions.check(&file.path, outcome);
    }
    support::suite(SUITE, exceptions.finish());
}

fn list(name: &str) -> std::path::PathBuf {
    support::project().join("tests/xml_signatures").join(name)
}

fn text<'v>(file: &'v Value, member: &str) -> &'v str {
    file[member].as_str().unwrap_or_default()
}
