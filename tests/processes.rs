//! The processes over the generated sets with known truth: every PDF and XML under the policy `default`, against the exact
//! indication, sub-indication and level.
//!
//! Evidence comes from the documents themselves. What needs more is INDETERMINATE then, with the right need, and never
//! accepted; with the network every file comes out exactly (`tests/processes_live.rs`). Where truth and the semantics
//! differ, the list of exceptions says why.

#![cfg(feature = "service")]

mod support;

#[path = "processes/truth.rs"]
mod truth;

use std::path::Path;
use std::sync::Arc;

use sigillum::limits::{CancelFlag, Limits};
use sigillum::service::{GivenContent, ValidationRequest, validate};
use sigillum::time::Timestamp;
use sigillum::validation::{Answer, Moment, NeedKind, Policy, Report, TimestampKind, TimestampReport};
use support::exceptions::Exceptions;
use truth::{Said, Set, Truth};

#[test]
fn the_generated_set_comes_out_by_the_processes() {
    let set = Set::load;
    run("processes", set, "generated", "2026-11-22T12:00:00Z", "tests/processes/exceptions.tsv");
}

#[test]
fn the_set_of_another_signer_comes_out_by_the_processes() {
    let set = Set::load;
    run("processes (DSS)", set, "generated-dss", "2026-11-23T12:00:00Z", "tests/processes/exceptions-dss.tsv");
}

#[test]
fn the_generated_xml_comes_out_by_the_processes() {
    let set = Set::xml;
    run("processes XML", set, "generated", "2026-11-22T12:00:00Z", "tests/xml_signatures/generated.tsv");
}

#[test]
fn the_xml_of_another_signer_comes_out_by_the_processes() {
    let set = Set::xml;
    run(
        "processes XML (DSS)",
        set,
        "generated-dss",
        "2026-11-23T12:00:00Z",
        "tests/xml_signatures/generated-dss.tsv",
    );
}

fn run(suite: &str, load: fn(&Path, &str) -> Set, name: &str, at: &str, exceptions: &str) {
    let Some(shared) = support::shared() else {
        support::skipped(suite);
        return;
    };
    let set = load(&shared, name);
    let mut exceptions = Exceptions::load(&support::project().join(exceptions));
    let (mut exact, mut wanting) = (0, 0);
    let mut levels = Vec::new();
    for file in set.files.iter().filter(|file| !file.is_contested()) {
        let outcome = judge(&set, file, Timestamp::from_rfc3339(at).unwrap()).and_then(|report| {
            let said = Said::of(&report);
            match file.agrees(&said) {
                Ok(()) => {
                    exact += 1;
                    levels.extend(file.has_level(&said).err().map(|failure| format!("{}: {failure}", file.name)));
                    Ok(())
                }
                Err(_) if is_wanting(file, &report) => {
                    wanting += 1;
                    Ok(())
                }
                Err(failure) => Err(failure),
            }
        });
        exceptions.check(&file.name, outcome);
    }
    println!("{suite}: exact {exact}, waiting for evidence {wanting}");
    levels.iter().for_each(|failure| println!("level of {failure}"));
    let cases = exceptions.finish();
    assert!(exact > 10, "only {exact} files are judged right without network");
    assert!(levels.is_empty(), "{} levels differ", levels.len());
    support::suite(suite, cases);
}

/// What brings all along that it takes is judged the same without network, years later.
#[test]
fn what_is_complete_stands_for_years() {
    const SUITE: &str = "processes years later";
    let Some(shared) = support::shared() else {
        support::skipped(SUITE);
        return;
    };
    let mut cases = 0;
    for set in ["generated", "generated-dss"].map(|name| Set::xml(&shared, name)) {
        for file in set.files.iter().filter(|file| file.is_complete() && !file.is_contested()) {
            for at in ["2027-06-01T00:00:00Z", "2035-01-01T00:00:00Z", "2039-01-01T00:00:00Z"] {
                let report = judge(&set, file, Timestamp::from_rfc3339(at).unwrap()).unwrap();
                assert_eq!(file.agrees(&Said::of(&report)), Ok(()), "{} at {at}", file.name);
                cases += 1;
            }
        }
    }
    support::suite(SUITE, cases);
}

/// Validation data behind a space more or less are the same data; but an archive time-stamp over them is broken then, and
/// is named. The signature stands by what else there is.
#[test]
fn a_changed_archive_is_named() {
    const SUITE: &str = "broken archive time-stamps";
    let Some(shared) = support::shared() else {
        support::skipped(SUITE);
        return;
    };
    let set = Set::xml(&shared, "generated-dss");
    let at = Timestamp::from_rfc3339("2026-11-23T12:00:00Z").unwrap();
    let mut cases = 0;
    for file in &set.files {
        let text = String::from_utf8(support::read(&file.path)).unwrap();
        let Some((before, after)) = text.split_once("<xades:EncapsulatedX509Certificate>") else { continue };
        if !after.contains("ArchiveTimeStamp") {
            continue;
        }
        let changed = format!("{before}<xades:EncapsulatedX509Certificate>\n{after}");
        let report = validated(&set, file, changed.as_bytes(), at).unwrap();
        let archive = |stamp: &&TimestampReport| stamp.kind == TimestampKind::Archive;
        let stamps: Vec<&TimestampReport> =
            report.signatures.iter().flat_map(|one| &one.timestamps).filter(archive).collect();
        assert!(!stamps.is_empty(), "{}", file.name);
        for stamp in stamps {
            assert_eq!(stamp.reason.code(), "cv-message-imprint", "{}", file.name);
            assert_eq!(stamp.verdict.sub_indication(), Some("HASH_FAILURE"), "{}", file.name);
        }
        assert_eq!(file.agrees(&Said::of(&report)), Ok(()), "{}", file.name);
        cases += 1;
    }
    assert!(cases > 3, "{cases}");
    support::suite(SUITE, cases);
}

/// Whether all that is wrong is that evidence is missing, and the report says which.
fn is_wanting(file: &Truth, report: &Report) -> bool {
    // What is embedded has to do.
    !file.is_complete()
        && report.summary.answer == Answer::CannotTell
        && report.needs.iter().any(|need| matches!(need.kind, NeedKind::Ocsp | NeedKind::Crl))
}

fn judge(set: &Set, file: &Truth, at: Timestamp) -> Result<Report, String> {
    validated(set, file, &support::read(&file.path), at)
}

fn validated(set: &Set, file: &Truth, document: &[u8], at: Timestamp) -> Result<Report, String> {
    let request = ValidationRequest {
        contents: file
            .contents
            .iter()
            .map(|(name, path)| GivenContent { name: Some(name.clone()), bytes: support::read(path) })
            .collect(),
        password: file.password().map(|password| password.as_bytes().to_vec()),
        policy: Policy::builtin("default").unwrap().into(),
        trust: Arc::clone(&set.trust),
        certificates: set.intermediates.clone(),
        crls: Vec::new(),
        ocsp_responses: Vec::new(),
        moment: Moment { at, clock: at },
        limits: Limits::DEFAULT,
    };
    validate(document, &request, &CancelFlag::default()).map_err(|error| error.to_string())
}
