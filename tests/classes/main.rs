//! The Swiss and European classes of signatures against tables that were written by hand from the articles.

#[path = "../support/mod.rs"]
mod support;

mod axes;
mod european;
mod rises;
mod world;

use axes::{AXES, Point};
use proptest::prelude::*;
use rises::{RISES, WRITTEN};
use sigillum::trust::Scheme;
use sigillum::validation::qualification::{
    CONTRADICTIONS, GATES, HANDWRITING, LegalReason, QUALIFIED, REGULATED, REMARKS, Rule, SEAL, STATUS, Swiss,
    SwissClass, TIME, quality, swiss,
};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use support::table::Row;

fn truth() -> Vec<Row> {
    support::table::load(&support::project().join("tests/classes/truth.tsv"))
}

#[test]
fn the_cases_are_different_points() {
    let mut seen: BTreeMap<Point, String> = BTreeMap::new();
    for row in truth() {
        let point = Point::read(&row["base"], &row["differs"]);
        if let Some(other) = seen.insert(point, row["case"].clone()) {
            panic!("{} and {other} are the same case", row["case"]);
        }
    }
    assert!(seen.len() >= 150, "{}", seen.len());
}

#[test]
fn every_case_has_the_class_that_the_articles_give_it() {
    let mut wrong = Vec::new();
    let rows = truth();
    for row in &rows {
        let made = world::make(&Point::read(&row["base"], &row["differs"]));
        let facts = made.facts();
        let found = swiss(&facts, Scheme::Ch, &made.store);
        let time = quality(&facts, Scheme::Ch, &made.store);
        let reasons: Vec<&str> = found.reasons.iter().map(|reason| reason.name()).collect();
        let handwriting = if found.equals_handwriting { "yes" } else { "no" };
        let said = [found.class.name(), handwriting, time.name(), &reasons.join(", ")].join(" | ");
        let expected = ["class", "handwriting", "time", "reasons"].map(|column| row[column].as_str()).join(" | ");
        if said != expected {
            wrong.push(format!("{}:\n  expected {expected}\n  found    {said}", row["case"]));
        }
    }
    assert!(wrong.is_empty(), "{} of {} are wrong\n{}", wrong.len(), rows.len(), wrong.join("\n"));
    support::suite("classes truth table", rows.len());
}

#[test]
fn every_european_case_has_the_class_that_the_standard_gives_it() {
    let rows = support::table::load(&support::project().join("tests/classes/eu.tsv"));
    let mut wrong = Vec::new();
    for row in &rows {
        let found = european::found(row);
        let reasons: Vec<&str> = found.reasons.iter().map(|reason| reason.name()).collect();
        let said = format!("{} | {}", found.class, reasons.join(", "));
        let expected = format!("{} | {}", row["class"], row["reasons"]);
        if said != expected {
            wrong.push(format!("{}:\n  expected {expected}\n  found    {said}", row["case"]));
        }
    }
    assert!(wrong.is_empty(), "{} of {} are wrong\n{}", wrong.len(), rows.len(), wrong.join("\n"));
    support::suite("classes European table", rows.len());
}

#[test]
fn every_rule_has_a_case_that_it_decides() {
    let rows = truth();
    let named: Vec<&str> = rows.iter().flat_map(|row| row["reasons"].split(", ")).collect();
    for (_, rules) in STAGES {
        for rule in *rules {
            assert!(named.contains(&rule.reason.name()), "{} has no case", rule.reason.name());
        }
    }
    for class in SwissClass::ALL {
        assert!(rows.iter().any(|row| row["class"] == class.name()), "{} has no case", class.name());
    }
}

const STAGES: &[(&str, &[Rule])] = &[
    ("Ends the question, the first that applies", GATES),
    ("The issuer's status, all that apply", STATUS),
    ("The time, all that apply", TIME),
    ("Contradictions, all that apply", CONTRADICTIONS),
    ("Missing for a qualified electronic signature", QUALIFIED),
    ("Missing for a regulated electronic signature", REGULATED),
    ("Missing for a regulated electronic seal", SEAL),
    ("Missing for the written form of OR art. 14(2bis)", HANDWRITING),
    ("Said besides", REMARKS),
];

/// `docs/classes.md` is made from the table and the rules. `SIGILLUM_BLESS=1 cargo test --test classes` writes it anew.
#[test]
fn the_documentation_is_the_table() {
    let path = support::project().join("docs/classes.md");
    let made = documentation();
    #[expect(clippy::disallowed_methods, reason = "the developer asks for it by the environment")]
    if std::env::var_os("SIGILLUM_BLESS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let written = support::read_text(&path);
    let differs = written.lines().zip(made.lines()).find(|(written, made)| written != made);
    assert_eq!(differs, None, "docs/classes.md is not what the table says; SIGILLUM_BLESS=1 writes it anew");
    assert_eq!(written.len(), made.len());
}

fn documentation() -> String {
    let mut made = support::read_text(&support::project().join("tests/classes/head.md"));
    made.push_str("\n## Rules of the Swiss class\n\n| stage | reason | article |\n|---|---|---|\n");
    for (stage, rules) in STAGES {
        for rule in *rules {
            let _ = writeln!(made, "| {stage} | `{}` | {} |", rule.reason.name(), rule.article);
        }
    }
    made.push_str(
        "\n## Cases\n\n| case | base | differs in | class | equals handwriting | time | reasons | article |\n",
    );
    made.push_str("|---|---|---|---|---|---|---|---|\n");
    for row in truth() {
        let cells = ["case", "base", "differs", "class", "handwriting", "time", "reasons", "article"];
        let _ = writeln!(made, "| {} |", cells.map(|column| row[column].replace('|', "/")).join(" | "));
    }
    made.push_str("\n## European cases\n\n| case | certificate | entries | verdict | list | class | reasons | clause of TS 119 615 |\n");
    made.push_str("|---|---|---|---|---|---|---|---|\n");
    for row in support::table::load(&support::project().join("tests/classes/eu.tsv")) {
        let cells = ["case", "certificate", "entries", "verdict", "list", "class", "reasons", "clause"];
        let _ = writeln!(made, "| {} |", cells.map(|column| row[column].replace('|', "/")).join(" | "));
    }
    made
}

fn judged(point: &Point) -> Swiss {
    let made = world::make(point);
    swiss(&made.facts(), Scheme::Ch, &made.store)
}

fn may_rise(axis: &str, from: &str, to: &str) -> bool {
    RISES.iter().any(|(of, away, towards, _)| {
        *of == axis && (*away == "*" || *away == from) && (*towards == "*" || *towards == to)
    })
}

/// One move of a case along one axis.
fn moves() -> impl Strategy<Value = (Point, &'static str, &'static str)> {
    let base = prop::sample::select(vec!["qes", "regulated", "seal"]);
    let step = || any::<(prop::sample::Index, prop::sample::Index)>();
    (base, prop::collection::vec(step(), 0..4), step()).prop_map(|(base, steps, last)| {
        let mut point = Point::read(base, "");
        for (axis, value) in steps {
            let (axis, values) = AXES[axis.index(AXES.len())];
            point.set(axis, values[value.index(values.len())]);
        }
        let (axis, values) = AXES[last.0.index(AXES.len())];
        (point, axis, values[last.1.index(values.len())])
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// No change of list, time or certificate raises a class without a rule that says so; and whatever has a class has
    /// no reason against it.
    #[test]
    fn no_move_raises_a_class_without_a_rule((point, axis, to) in moves()) {
        let before = judged(&point);
        let from = point.at(axis);
        let mut moved = point.clone();
        moved.set(axis, to);
        let after = judged(&moved);
        if after.class > before.class {
            prop_assert!(may_rise(axis, from, to), "{axis}: {from} to {to} raised {before:?} to {after:?} at {point:?}");
        }
        if after.class == before.class && after.equals_handwriting && !before.equals_handwriting {
            let said = WRITTEN.iter().any(|(of, towards, _)| *of == axis && (*towards == "*" || *towards == to));
            prop_assert!(said, "{axis}: {from} to {to} made it equal to handwriting at {point:?}");
        }
        for judged in [before, after] {
            let against = |rules: &[Rule]| rules.iter().any(|rule| judged.reasons.contains(&rule.reason));
            let high = judged.class > SwissClass::Advanced;
            prop_assert!(!high || !(against(GATES) || against(STATUS) || against(TIME) || against(CONTRADICTIONS)));
            prop_assert!(high || !judged.reasons.is_empty());
            prop_assert!(!judged.equals_handwriting || judged.class == SwissClass::QualifiedSignature);
            prop_assert!(!judged.equals_handwriting || !against(HANDWRITING));
        }
    }

    /// A certificate or a list that says less never has a higher class by it, where it contradicted nothing before.
    #[test]
    fn saying_less_raises_nothing((point, _, _) in moves(), pick in 0_usize..11) {
        let before = judged(&point);
        prop_assume!(!CONTRADICTIONS.iter().any(|rule| before.reasons.contains(&rule.reason)));
        let less = [
            ("note", "none"), ("compliance", "no"), ("policies", "own"), ("sscd", "no"), ("list", "unverified"), ("list", "refused"),
            ("status", "unknown"), ("service", "critical"), ("verdict", "indeterminate"), ("verdict", "failed"),
            ("changes", "unknown"),
        ];
        // Three of them at a time: each case makes all of its certificates.
        for (axis, less) in [pick, pick + 4, pick + 8].map(|at| less[at % less.len()]) {
            let mut moved = point.clone();
            moved.set(axis, less);
            let after = judged(&moved);
            let conflict = before.reasons == [LegalReason::ServicesConflict];
            prop_assert!(after.class <= before.class || conflict, "{axis}={less}: {before:?} to {after:?} at {point:?}");
            prop_assert!(!after.equals_handwriting || before.equals_handwriting);
        }
    }
}
