//! Documents of public repositories that were changed after signing: attacks, revisions of known verdict, anomalies,
//! and documents with several genuine signatures.
//!
//! A file counts as flagged where a signature is not intact, or its changes are not permitted, or it is TOTAL-FAILED,
//! or there is none. A file counts as clean where every signature is followed by permitted changes only and is covered
//! whole. Trust is not asked for: no anchor is given. What differs stands in the list of exceptions with the clause; a
//! table of right, wrong and exceptions per source is printed.

#![cfg(feature = "service")]

mod support;

use std::collections::BTreeMap;

use sigillum::document::Coverage;
use sigillum::validation::{Integrity, Report, Verdict};
use support::exceptions::Exceptions;
use support::table::{self, corpus};

fn report(bytes: &[u8]) -> Result<Report, String> {
    support::validation::validated(bytes, "2026-11-21T12:00:00Z")
}

/// What one file shows.
#[derive(Debug, PartialEq, Eq)]
enum Shown {
    /// A signature is broken, changed in a way that is not permitted, or TOTAL-FAILED.
    Flagged(String),
    /// No signature, or the file cannot be read.
    Nothing,
    /// Every signature stands, with permitted changes only.
    Clean,
}

fn shown(bytes: &[u8]) -> Shown {
    let Ok(report) = report(bytes) else { return Shown::Nothing };
    if report.signatures.is_empty() {
        return Shown::Nothing;
    }
    for one in &report.signatures {
        let whole = matches!(one.coverage, Coverage::WholeDocument | Coverage::WholeRevision);
        let changes = one.changes.as_ref();
        let bad: Vec<&str> = changes
            .into_iter()
            .flat_map(|changes| &changes.findings)
            .filter(|one| !one.permitted)
            .map(|one| one.code)
            .collect();
        if one.integrity != Integrity::Intact
            || !whole
            || changes.is_none_or(|changes| !changes.permitted)
            || matches!(one.verdict, Verdict::Failed(_))
        {
            return Shown::Flagged(format!("{} {} {}", one.id, one.reason.code(), bad.join(" ")));
        }
    }
    Shown::Clean
}

/// What a source says of its file.
enum Said {
    Flagged,
    Clean,
    /// Signed and not changed at all.
    Unchanged,
    Nothing,
}

fn said(kind: &str, verdict: &str) -> Option<Said> {
    match (kind, verdict) {
        ("pdf/attack/shadow-unsigned", _) => Some(Said::Nothing),
        ("pdf/attack/shadow-prepared-signed", _) => Some(Said::Unchanged),
        (kind, _) if kind.starts_with("pdf/attack/") => Some(Said::Flagged),
        ("pdf/revisions" | "pdf/anomaly", "invalid" | "flagged") => Some(Said::Flagged),
        ("pdf/revisions" | "pdf/anomaly" | "pdf/signed", "valid") => Some(Said::Clean),
        ("pdf/signed", "invalid" | "flagged") => None,
        _ => None,
    }
}

#[test]
fn later_changes_are_told_as_their_sources_say() {
    const SUITE: &str = "corpus changes";
    let Some(shared) = support::shared() else {
        support::skipped(SUITE);
        return;
    };
    let list = support::project().join("tests/corpus_changes/exceptions.tsv");
    let listed: Vec<String> = table::load(&list).into_iter().filter_map(|row| row.get("case").cloned()).collect();
    let mut exceptions = Exceptions::load(&list);
    let mut sources: BTreeMap<(String, String), [usize; 3]> = BTreeMap::new();
    for file in corpus(&shared, |kind| kind.starts_with("pdf/")) {
        let Some(said) = said(&file.kind, &file.verdict) else { continue };
        let bytes = support::read(&shared.join("data/corpus").join(&file.path));
        let shown = shown(&bytes);
        let right = match (&said, &shown) {
            (Said::Flagged, Shown::Flagged(_) | Shown::Nothing) | (Said::Clean, Shown::Clean) => true,
            // A file that its source calls valid for other reasons than its changes may have no signature for us.
            (Said::Nothing, Shown::Nothing) => true,
            (Said::Unchanged, Shown::Clean) => report(&bytes).is_ok_and(|report| {
                report
                    .signatures
                    .iter()
                    .all(|one| one.changes.as_ref().is_some_and(|changes| changes.findings.is_empty()))
            }),
            _ => false,
        };
        let source = file.path.split('/').next().unwrap_or_default().to_owned();
        let row = sources.entry((file.kind.clone(), source)).or_default();
        let excepted = listed.contains(&file.path);
        row[if right {
            0
        } else if excepted {
            2
        } else {
            1
        }] += 1;
        exceptions.check(&file.path, if right { Ok(()) } else { Err(format!("{shown:?}")) });
    }
    println!("{:<36}{:<36}{:>6}{:>6}{:>11}", "kind", "source", "right", "wrong", "exceptions");
    for ((kind, source), [right, wrong, excepted]) in &sources {
        println!("{kind:<36}{source:<36}{right:>6}{wrong:>6}{excepted:>11}");
    }
    support::suite(SUITE, exceptions.finish());
}
