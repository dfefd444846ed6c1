//! The processes over the generated sets with known truth: every PDF under the policy `default`, against the exact
//! indication, sub-indication and level.
//!
//! Evidence comes from the documents themselves. What needs more is INDETERMINATE then, with the right need, and never
//! accepted. Where `SIGILLUM_PKI` names the address of the test PKI, what is needed is fetched there, round by round, and
//! then every file has to come out exactly. Where truth and the semantics differ, the list of exceptions says why.

#![cfg(feature = "service")]

mod support;

#[path = "processes/pki.rs"]
mod pki;

use std::path::Path;
use std::sync::Arc;

use pki::{Live, Supplied};
use serde_json::Value;
use sigillum::limits::{CancelFlag, Limits};
use sigillum::pki::{Certificate, pem};
use sigillum::service::{ValidationRequest, validate};
use sigillum::time::Timestamp;
use sigillum::trust::{TrustAnchor, TrustStore};
use sigillum::validation::{Answer, Moment, NeedKind, Policy, Report};
use support::exceptions::Exceptions;

/// Rounds of fetching what a report needs.
const ROUNDS: usize = 4;

#[test]
fn the_generated_set_comes_out_by_the_processes() {
    run("processes", "generated", "2026-11-22T12:00:00Z", "tests/processes/exceptions.tsv");
}

#[test]
fn the_set_of_another_signer_comes_out_by_the_processes() {
    run("processes (DSS)", "generated-dss", "2026-11-23T12:00:00Z", "tests/processes/exceptions-dss.tsv");
}

fn run(suite: &str, name: &str, at: &str, exceptions: &str) {
    let Some(shared) = support::shared() else {
        support::skipped(suite);
        return;
    };
    let folder = shared.join("data").join(name);
    let truth: Value = serde_json::from_slice(&support::read(&folder.join("pdf.json"))).unwrap();
    let live = Live::from_environment();
    let mut exceptions = Exceptions::load(&support::project().join(exceptions));
    let certificates = shared.join("data/test-pki/certs");
    let (mut exact, mut wanting) = (0, 0);
    let mut levels = Vec::new();
    for file in truth["files"].as_array().unwrap() {
        let bytes = support::read(&folder.join(text(file, "file")));
        // The PKI answers with the time of the wall clock.
        let moment = match &live {
            Some(live) => Moment { at: live.now(), clock: live.now() },
            None => Moment { at: time(at), clock: time(at) },
        };
        let report = judge(&bytes, file, moment, &certificates, live.as_ref());
        let right = as_truth(file, &report);
        let outcome = match (&right, &live) {
            (Ok(()), _) => {
                exact += 1;
                Ok(())
            }
            (Err(_), None) if is_wanting(file, &report) => {
                wanting += 1;
                Ok(())
            }
            (Err(failure), _) => Err(failure.clone()),
        };
        if file["contested"] == true {
            continue;
        }
        if let (Ok(report), Ok(())) = (&report, &right)
            && let Err(failure) = level(file, report)
        {
            levels.push(format!("{}: {failure}", text(file, "file")));
        }
        exceptions.check(text(file, "file"), outcome);
    }
    println!("{suite}: exact {exact}, waiting for evidence {wanting}");
    levels.iter().for_each(|failure| println!("level of {failure}"));
    let cases = exceptions.finish();
    assert!(live.is_some() || exact > 10, "only {exact} files are judged right without network");
    assert!(levels.is_empty(), "{} levels differ", levels.len());
    support::suite(suite, cases);
}

/// Whether all that is wrong is that evidence is missing, and the report says which.
fn is_wanting(file: &Value, report: &Result<Report, String>) -> bool {
    let Ok(report) = report else { return false };
    // What is embedded has to do.
    let complete = ["PAdES-B-LT", "PAdES-B-LTA"].contains(&text(file, "level"));
    !complete
        && report.summary.answer == Answer::CannotTell
        && report.needs.iter().any(|need| matches!(need.kind, NeedKind::Ocsp | NeedKind::Crl))
}

fn judge(
    bytes: &[u8],
    file: &Value,
    moment: Moment,
    certificates: &Path,
    live: Option<&Live>,
) -> Result<Report, String> {
    let load = |names: &[&str]| -> Vec<Arc<Certificate>> {
        let objects = names.iter().flat_map(|name| pem::objects(&support::read(&certificates.join(name))).unwrap());
        objects.map(|object| Arc::new(Certificate::parse(&object.der).unwrap())).collect()
    };
    let anchors = load(&["peers/root.pem", "peers/root2.pem"]);
    let mut supplied = Supplied { certificates: load(&["intermediates.pem"]), ..Supplied::default() };
    let trust =
        TrustStore::new(anchors.into_iter().map(|certificate| TrustAnchor { certificate, sunset: None }).collect());
    let trust = Arc::new(trust);
    for round in 0..=ROUNDS {
        let request = ValidationRequest {
            contents: Vec::new(),
            password: file["password"].as_str().map(|password| password.as_bytes().to_vec()),
            policy: Policy::builtin("default").unwrap().into(),
            trust: Arc::clone(&trust),
            certificates: supplied.certificates.clone(),
            crls: supplied.crls.clone(),
            ocsp_responses: supplied.ocsp_responses.clone(),
            moment,
            limits: Limits::DEFAULT,
        };
        let report = validate(bytes, &request, &CancelFlag::default()).map_err(|error| error.to_string())?;
        match live {
            Some(live) if round < ROUNDS && live.fetch(&report, &mut supplied) => {}
            _ => return Ok(report),
        }
    }
    Err("no report".to_owned())
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
    let changed = |one: &String| one == "TOTAL-PASSED" || is_changed(report, one);
    let right = match text(file, "verdict") {
        "valid" => answer == Answer::Valid,
        "none" => answer == Answer::NoSignature || found.iter().all(|one| one == "TOTAL-FAILED/FORMAT_FAILURE"),
        "changed" => found.first().is_some_and(changed),
        "invalid" if text(file, "etsi") == "TOTAL-PASSED" => {
            answer == Answer::NotValid && found.iter().any(|one| is_changed(report, one))
        }
        "indeterminate" => answer == Answer::CannotTell && wanted(file).into_iter().any(fits),
        "invalid" => answer != Answer::Valid && wanted(file).into_iter().any(fits),
        _ => false,
    };
    if right {
        return Ok(());
    }
    let reasons: Vec<&str> = report.signatures.iter().map(|one| one.reason.code()).collect();
    Err(format!(
        "{} {found:?} by {reasons:?}, but the truth is {} {}",
        answer.name(),
        text(file, "verdict"),
        text(file, "etsi")
    ))
}

fn is_changed(report: &Report, found: &str) -> bool {
    found == "TOTAL-FAILED/FORMAT_FAILURE"
        && report
            .signatures
            .iter()
            .any(|one| one.reason.code() == "fc-changes-permitted" && one.integrity.name() == "intact")
}

/// Whether the first signature has the level of the truth.
fn level(file: &Value, report: &Report) -> Result<(), String> {
    let also = file["level_also"].as_str();
    let wanted = [file["level"].as_str(), also].into_iter().flatten().map(|level| match level {
        "PAdES-B-B" => "PAdES-BASELINE-B",
        "PAdES-B-T" => "PAdES-BASELINE-T",
        "PAdES-B-LT" => "PAdES-BASELINE-LT",
        "PAdES-B-LTA" => "PAdES-BASELINE-LTA",
        "PKCS7-B" => "PKCS7",
        "none" => "UNKNOWN",
        other => other,
    });
    let wanted: Vec<&str> = wanted.collect();
    match report.signatures.first().map(|one| one.format) {
        // What cannot be read has no level.
        Some("UNKNOWN") if report.signatures.iter().any(|one| one.integrity.name() == "broken") => Ok(()),
        Some(format) if !wanted.is_empty() && !wanted.contains(&format) => {
            Err(format!("{format}, but the truth is {wanted:?}"))
        }
        _ => Ok(()),
    }
}

fn wanted(file: &Value) -> Vec<&str> {
    let also = file["etsi_also"].as_array().into_iter().flatten().filter_map(Value::as_str);
    file["etsi"].as_str().into_iter().chain(also).collect()
}

fn text<'v>(file: &'v Value, member: &str) -> &'v str {
    file[member].as_str().unwrap_or_default()
}

fn time(text: &str) -> Timestamp {
    Timestamp::from_rfc3339(text).unwrap()
}
