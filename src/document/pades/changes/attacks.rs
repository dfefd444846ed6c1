//! Every guard switched off in turn, over the attacks among the fixtures: each has one that nothing else stops.
//!
//! `fixtures/pdf/attacks/cases.tsv` lists for each attack the guards each of which alone stops it; this test proves the
//! list. That the attacks are flagged with all guards in force is shown in `tests/changes_attacks.rs`, which makes them.

use std::collections::{BTreeMap, BTreeSet};

use super::analyse_under;
use super::guard::{Guard, Guards};
use crate::document::open::Document;
use crate::document::signature::Signature;
use crate::document::{Examination, examine};
use crate::limits::{Budget, Limits};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/pdf/attacks");

/// Whether the first signature permits what came after it.
fn permits(document: &Document<'_>, signatures: &mut [Signature], guards: Guards) -> bool {
    let mut budget = Budget::new(&Limits::DEFAULT);
    analyse_under(guards, document.pdf().expect("a PDF"), signatures, &mut budget);
    // Where the field lost its value, the signature is found all the same.
    let named = signatures.iter().find(|one| one.field.as_deref() == Some("S1"));
    named.or(signatures.first()).is_some_and(|signature| signature.changes.permitted)
}

#[test]
fn each_guard_alone_stops_an_attack() {
    let list = include_str!("../../../../fixtures/pdf/attacks/cases.tsv");
    let mut lines = list.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect());
    let header: Vec<&str> = lines.next().expect("a header");
    assert_eq!(header[..3], ["case", "code", "guards"]);
    let mut stopped: BTreeMap<Guard, u32> = BTreeMap::new();
    let (mut wrong, mut attacks) = (Vec::new(), 0);
    for row in lines {
        let [case, code, listed, ..] = row[..] else { panic!("{row:?}") };
        if code == "-" {
            assert_eq!(listed, "", "{case} is honest");
            continue;
        }
        attacks += 1;
        #[expect(clippy::disallowed_methods, reason = "tests read files")]
        let bytes = std::fs::read(format!("{FOLDER}/{case}.pdf")).unwrap_or_else(|error| panic!("{case}: {error}"));
        let mut budget = Budget::new(&Limits::DEFAULT);
        let document = Document::open(&bytes, None, &Limits::DEFAULT, &mut budget).expect("it opens");
        let Examination { mut signatures, .. } = examine(&document, &mut budget).expect("within limits");
        assert!(!permits(&document, &mut signatures, Guards::all()), "{case} is not flagged");
        let mut alone: Vec<Guard> = Guard::ALL.to_vec();
        alone.retain(|guard| permits(&document, &mut signatures, Guards::without(*guard)));
        for guard in &alone {
            *stopped.entry(*guard).or_default() += 1;
        }
        let alone = alone.iter().map(|guard| guard.name()).collect::<Vec<_>>().join(" ");
        if alone != listed {
            wrong.push(format!("{case}\t{alone}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "cases.tsv lists other guards than those that alone stop an attack:\n{}",
        wrong.join("\n")
    );
    let idle: Vec<&str> =
        Guard::ALL.iter().filter(|guard| !stopped.contains_key(guard)).map(|guard| guard.name()).collect();
    assert!(idle.is_empty(), "no attack shows what these guards are for: {idle:?}");
    assert!(attacks >= 30);
}

#[test]
fn names_of_guards_are_unique_and_clauses_are_there() {
    let names: BTreeSet<&str> = Guard::ALL.iter().map(|guard| guard.name()).collect();
    assert_eq!(names.len(), Guard::ALL.len());
    assert!(Guard::ALL.iter().all(|guard| guard.clause().contains('§') && guard.demands().ends_with('.')));
}
