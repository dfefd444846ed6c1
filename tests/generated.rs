//! The generated set with known truth: documents made with independent programs, right and wrong in a known way.
//!
//! Two columns per group, both judged for 2026-11-21T12:00:00Z with both roots as anchors and the intermediates as
//! evidence: the policy `no-revocation`, under which the groups that need neither revocation data nor time-stamps have
//! to come out exactly as the truth says; and `default`, under which nothing may be accepted that is not right. Where
//! the signed revision is good and a later change must at least be reported, it has to be reported. No file whose truth is invalid or indeterminate is accepted under either, except,
//! under `no-revocation`, where only revocation or a time-stamp makes it so.

#![cfg(feature = "service")]

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use sigillum::limits::{CancelFlag, Limits};
use sigillum::pki::{Certificate, pem};
use sigillum::service::{ValidationRequest, validate};
use sigillum::time::Timestamp;
use sigillum::trust::{TrustAnchor, TrustStore};
use sigillum::validation::{Answer, Doubt, Moment, Policy, Report, Verdict};
use support::exceptions::Exceptions;

const AT: &str = "2026-11-21T12:00:00Z";

/// Files that are right under `no-revocation` today, by the way their truth came about: what they need is done. All
/// others of the set need revocation, or time-stamps as proof.
fn is_decided(file: &Value) -> bool {
    let name = text(file, "file").trim_start_matches("pdf/").trim_end_matches(".pdf");
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| name.starts_with(prefix));
    match text(file, "group") {
        "algorithms" | "cms" | "formats" | "encrypted" | "docmdp" | "locks" | "changes" | "multi" | "attacks" => {
            true
        }
        "levels" | "bases" | "attributes" => true,
        "certificates" => starts(&["bad-keyusage", "cert-", "qc-", "rogue-", "not-yet-valid"]),
        _ => false,
    }
}

/// Whether only revocation, or a time-stamp, makes the file less than valid.
fn hangs_on_revocation_or_time(file: &Value) -> bool {
    const SUB: [&str; 4] = ["REVOKED", "TRY_LATER", "NO_POE", "CERTIFICATE_CHAIN_GENERAL_FAILURE"];
    let name = text(file, "file");
    let group = text(file, "group");
    let by_name = ["ocsp-", "revoked", "ts-", "superseded", "lta-"].iter().any(|part| name.contains(part));
    (group == "certificates" || group == "timestamps")
        && by_name
        && SUB.iter().any(|sub| text(file, "etsi").contains(sub))
}

#[test]
fn the_generated_set_is_judged_right() {
    const SUITE: &str = "generated set";
    let Some(shared) = support::shared() else {
        support::skipped(SUITE);
        return;
    };
    let list = support::project().join("tests/generated/exceptions.tsv");
    let (cases, decided) = set(SUITE, &shared, "generated", AT, Exceptions::load(&list));
    assert!(decided > 90, "the groups that must be right have shrunk to {decided}");
    support::suite(SUITE, cases);
}

/// The set that EU DSS signed.
#[test]
fn the_generated_set_of_another_signer_is_judged_right() {
    const SUITE: &str = "generated set (DSS)";
    let Some(shared) = support::shared() else {
        support::skipped(SUITE);
        return;
    };
    let (cases, decided) =
        set(SUITE, &shared, "generated-dss", "2026-11-23T12:00:00Z", Exceptions::new(Vec::new()));
    assert!(decided > 10, "the groups that must be right have shrunk to {decided}");
    support::suite(SUITE, cases);
}

/// Judges one set, prints its table; gives the number of cases that were checked and of those that had to be right.
fn set(suite: &str, shared: &Path, name: &str, at: &str, mut exceptions: Exceptions) -> (usize, usize) {
    let folder = shared.join("data").join(name);
    let truth: Value = serde_json::from_slice(&support::read(&folder.join("pdf.json"))).unwrap();
    let certificates = shared.join("data/test-pki/certs");
    let mut groups: BTreeMap<String, [usize; 4]> = BTreeMap::new();
    let mut decided = 0;
    for file in truth["files"].as_array().unwrap() {
        let path = folder.join(text(file, "file"));
        let bytes = support::read(&path);
        let by = |policy: &str| judge(&bytes, file, policy, at, &certificates);
        let (lenient, strict) = (by("no-revocation"), by("default"));
        let row = groups.entry(text(file, "group").to_owned()).or_default();
        row[0] += 1;
        row[1] += usize::from(as_truth(file, &lenient).is_ok());
        row[2] += usize::from(as_truth(file, &strict).is_ok());
        let name = text(file, "file");
        if let Err(failure) = no_false_accept(file, &strict, false) {
            panic!("{name} under default: {failure}");
        }
        if let Err(failure) = no_false_accept(file, &lenient, true) {
            panic!("{name} under no-revocation: {failure}");
        }
        if is_decided(file) && file["contested"] != true {
            decided += 1;
            row[3] += 1;
            exceptions.check(name, as_truth(file, &lenient));
        }
    }
    println!("{suite}");
    println!("{:<14}{:>6}{:>16}{:>10}{:>16}", "group", "files", "no-revocation", "default", "must be right");
    for (group, [files, lenient, strict, must]) in &groups {
        println!("{group:<14}{files:>6}{lenient:>16}{strict:>10}{must:>16}");
    }
    (exceptions.finish(), decided)
}

#[test]
fn an_anchor_whose_trust_has_ended_is_none() {
    const SUITE: &str = "sunset of an anchor";
    let at = Timestamp::from_rfc3339("2026-07-01T00:00:00Z").unwrap();
    let root = &pem::objects(&support::read(&support::project().join("fixtures/pki/root.pem"))).unwrap()[0].der;
    let bytes = support::read(&support::project().join("fixtures/pdf/pades-b-b-rsa2048/document.pdf"));
    let sunsets =
        [(None, Answer::Valid), (Some(at.plus_seconds(1)), Answer::Valid), (Some(at), Answer::CannotTell)];
    for (sunset, answer) in sunsets {
        let certificate = Arc::new(Certificate::parse(root).unwrap());
        let request = ValidationRequest {
            contents: Vec::new(),
            password: None,
            policy: Policy::builtin("no-revocation").unwrap().into(),
            trust: TrustStore::new(vec![TrustAnchor { certificate, sunset }]).into(),
            certificates: Vec::new(),
            crls: Vec::new(),
            ocsp_responses: Vec::new(),
            moment: Moment { at, clock: at },
            limits: Limits::DEFAULT,
        };
        let report = validate(&bytes, &request, &CancelFlag::default()).unwrap();
        assert_eq!(report.summary.answer, answer, "{sunset:?}");
        let ended = Verdict::Indeterminate(Doubt::NoCertificateChainFoundNoPoe);
        assert_eq!(report.signatures[0].verdict == ended, answer == Answer::CannotTell, "{sunset:?}");
    }
    support::suite(SUITE, sunsets.len());
}

fn judge(bytes: &[u8], file: &Value, policy: &str, at: &str, certificates: &Path) -> Result<Report, String> {
    let load = |names: &[&str]| -> Vec<Arc<Certificate>> {
        let mut loaded = Vec::new();
        for name in names {
            for object in pem::objects(&support::read(&certificates.join(name))).unwrap() {
                loaded.push(Arc::new(Certificate::parse(&object.der).unwrap()));
            }
        }
        loaded
    };
    let anchors = load(&["peers/root.pem", "peers/root2.pem"]);
    let at = Timestamp::from_rfc3339(at).unwrap();
    let request = ValidationRequest {
        contents: Vec::new(),
        password: file["password"].as_str().map(|password| password.as_bytes().to_vec()),
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
    validate(bytes, &request, &CancelFlag::default()).map_err(|error| error.to_string())
}

fn no_false_accept(
    file: &Value,
    outcome: &Result<Report, String>,
    revocation_only_informs: bool,
) -> Result<(), String> {
    let Ok(report) = outcome else { return Ok(()) };
    let wrong = matches!(text(file, "verdict"), "invalid" | "indeterminate");
    let excused = revocation_only_informs && hangs_on_revocation_or_time(file);
    let contested = file["contested"] == true;
    if wrong && report.summary.answer == Answer::Valid && !excused && !contested {
        return Err(format!("accepted, but the truth is {} {}", text(file, "verdict"), text(file, "etsi")));
    }
    if text(file, "verdict") == "changed" && !is_reported(report) {
        return Err("a later change is not reported".to_owned());
    }
    Ok(())
}

/// Whether the changes after the first signature are reported.
fn is_reported(report: &Report) -> bool {
    let changes = report.signatures.first().and_then(|first| first.changes.as_ref());
    changes.is_some_and(|changes| changes.level.name() != "none" && !changes.findings.is_empty())
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
    let right = match text(file, "verdict") {
        "valid" => answer == Answer::Valid,
        "none" => answer == Answer::NoSignature || found.iter().all(|one| one == "TOTAL-FAILED/FORMAT_FAILURE"),
        // The truth is that of the signed revision alone: it stands, and what came after is reported and judged.
        "changed" => is_reported(report) && found.first().is_some_and(|one| is_good_or_changed(report, one)),
        // A later change that is forbidden: the verdict that the set gives is that of the signed revision.
        "invalid" if text(file, "etsi") == "TOTAL-PASSED" => {
            answer == Answer::NotValid
                && found.iter().any(|one| is_good_or_changed(report, one) && one != "TOTAL-PASSED")
        }
        "indeterminate" => answer == Answer::CannotTell && wanted(file).into_iter().any(fits),
        "invalid" => matches!(answer, Answer::NotValid | Answer::CannotTell) && wanted(file).into_iter().any(fits),
        _ => false,
    };
    if right {
        return Ok(());
    }
    Err(format!("{} {found:?}, but the truth is {} {}", answer.name(), text(file, "verdict"), text(file, "etsi")))
}

/// TOTAL-PASSED, or failed by nothing but a change that is not permitted.
fn is_good_or_changed(report: &Report, found: &str) -> bool {
    let by_changes = report
        .signatures
        .iter()
        .any(|one| one.reason.code() == "fc-changes-permitted" && one.integrity.name() == "intact");
    found == "TOTAL-PASSED" || found == "TOTAL-FAILED/FORMAT_FAILURE" && by_changes
}

fn wanted(file: &Value) -> Vec<&str> {
    let also = file["etsi_also"].as_array().into_iter().flatten().filter_map(Value::as_str);
    file["etsi"].as_str().into_iter().chain(also).collect()
}

fn text<'v>(file: &'v Value, member: &str) -> &'v str {
    file[member].as_str().unwrap_or_default()
}
