//! Attacks on XML signatures of our own making: honest signed documents, and what can be done to them without the key.
//!
//! Each attack has to be flagged by the check that names it, each honest document has to be valid. All of them are
//! fixtures: `fixtures/xml/attacks/<case>.xml`, and this test proves that the files are what it makes
//! (`SIGILLUM_BLESS=1 cargo test --test xml_attacks` writes them anew). `cases.tsv` beside them says what each shows.

#![cfg(feature = "service")]

mod support;
#[path = "xml_attacks/tricks.rs"]
mod tricks;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use sigillum::limits::{CancelFlag, Limits};
use sigillum::pki::{Certificate, pem};
use sigillum::service::{ValidationRequest, validate};
use sigillum::time::Timestamp;
use sigillum::trust::{TrustAnchor, TrustStore};
use sigillum::validation::{Answer, Moment, Policy, Report, SignatureReport};
use support::table;
use support::xades::AT;
use tricks::Trick;

fn judged(bytes: &[u8], policy: &str) -> Result<Report, String> {
    let at = Timestamp::from_rfc3339(AT).unwrap();
    let root = pem::objects(&support::read(&support::project().join("fixtures/bench/root.pem"))).unwrap();
    let anchors = root.iter().map(|object| TrustAnchor {
        certificate: Arc::new(Certificate::parse(&object.der).unwrap()),
        sunset: None,
    });
    let request = ValidationRequest {
        contents: Vec::new(),
        password: None,
        policy: Policy::builtin(policy).unwrap().into(),
        trust: TrustStore::new(anchors.collect()).into(),
        certificates: Vec::new(),
        crls: Vec::new(),
        ocsp_responses: Vec::new(),
        moment: Moment { at, clock: at },
        limits: Limits::DEFAULT,
    };
    validate(bytes, &request, &CancelFlag::default()).map_err(|error| error.code().to_owned())
}

fn path(name: &str) -> PathBuf {
    support::project().join(format!("fixtures/xml/attacks/{name}.xml"))
}

/// All signatures, counter-signatures too.
fn signatures(report: &Report) -> Vec<&SignatureReport> {
    report.signatures.iter().flat_map(|one| std::iter::once(one).chain(&one.counter_signatures)).collect()
}

/// What a trick has to come to, as the list says it.
fn row(trick: &Trick) -> String {
    format!("{}\t{}\t{}\t{}", trick.name, trick.answer, trick.check, trick.place)
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the developer asks for it by the environment")]
fn the_fixtures_are_what_is_made_here() {
    let bless = std::env::var_os("SIGILLUM_BLESS").is_some();
    let mut differs = Vec::new();
    let mut rows = vec!["case\tanswer\tcheck\tplace".to_owned()];
    for trick in tricks::all() {
        rows.push(row(&trick));
        let file = path(trick.name);
        if bless {
            std::fs::write(&file, &trick.document).unwrap();
        } else if !file.is_file() || support::read(&file) != trick.document.as_bytes() {
            differs.push(trick.name.to_owned());
        }
    }
    let list = support::project().join("fixtures/xml/attacks/cases.tsv");
    let rows = rows.join("\n") + "\n";
    if bless {
        std::fs::write(&list, &rows).unwrap();
    } else if support::read_text(&list) != rows {
        differs.push("cases.tsv".to_owned());
    }
    let made: BTreeSet<PathBuf> = tricks::all().iter().map(|trick| path(trick.name)).collect();
    let folder = support::project().join("fixtures/xml/attacks");
    let there = support::files(&folder, |name| name.ends_with(".xml"));
    differs.extend(there.iter().filter(|file| !made.contains(*file)).map(|file| file.display().to_string()));
    assert!(differs.is_empty(), "{differs:?}: SIGILLUM_BLESS=1 writes them anew");
}

#[test]
fn each_attack_is_flagged_with_its_own_reason() {
    let rows = table::load(&support::project().join("fixtures/xml/attacks/cases.tsv"));
    let mut wrong = Vec::new();
    for row in &rows {
        let (name, check, place) = (&row["case"], &row["check"], &row["place"]);
        let report = match judged(&support::read(&path(name)), "no-revocation") {
            Ok(report) => report,
            Err(code) => {
                if row["answer"] != "error" || *check != code {
                    wrong.push(format!("{name}: {code}"));
                }
                continue;
            }
        };
        let answer = report.summary.answer.name();
        let all = signatures(&report);
        let plain = |result: &str| matches!(result, "passed" | "not-run" | "information");
        let flagged: Vec<&str> = all
            .iter()
            .flat_map(|one| &one.checks)
            .filter(|check| !plain(check.result.name()))
            .map(|check| check.id.name())
            .collect();
        let named = all.iter().flat_map(|one| &one.uncovered).any(|one| one.path == *place);
        let said = if check == "-" { flagged.is_empty() } else { flagged.contains(&check.as_str()) };
        if answer != row["answer"] || !said || !(place == "-" || named) {
            let left: Vec<&str> = all.iter().flat_map(|one| &one.uncovered).map(|one| one.path.as_str()).collect();
            wrong.push(format!(
                "{name}: {answer} {flagged:?} {left:?} instead of {} {check} {place}",
                row["answer"]
            ));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    support::suite("XML attacks", rows.len());
}

/// What leaves something out is no more than informed about where the policy says so; nothing else changes.
#[test]
fn a_partial_document_passes_where_the_policy_says_so() {
    let document = support::read(&path("xsw-2"));
    assert_eq!(judged(&document, "no-revocation").unwrap().summary.answer, Answer::CannotTell);
    // `partial-xml` asks for revocation data, which there are none of here: the coverage does not decide.
    let report = judged(&document, "partial-xml").unwrap();
    let checks = &report.signatures[0].checks;
    let result = |name: &str| checks.iter().find(|one| one.id.name() == name).unwrap().result.name();
    assert_eq!(result("sav-coverage-whole"), "information");
    let nothing = judged(&support::read(&path("transform-selects-nothing")), "partial-xml").unwrap();
    let failing = |name: &str| nothing.signatures[0].checks.iter().any(|one| one.id.name() == name);
    assert!(failing("sav-references-select") && failing("sav-coverage"));
}
