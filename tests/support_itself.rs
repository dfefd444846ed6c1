//! The helpers of the tests, tested: a list of exceptions that excused everything would make every suite green.

mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};
use support::exceptions::Exceptions;
use support::rng::{Rng, mutate};
use support::table;

const LIST: &str =
    "case\twhat\treason\n# a comment\n\na.pdf\twrong digest\tthe file is broken (ISO 32000-2 §7.5)\n";

/// What `finish` says, or the number of cases.
fn finish(outcomes: &[(&str, Result<(), &str>)]) -> Result<usize, String> {
    let mut exceptions = Exceptions::new(table::parse(LIST));
    for (case, outcome) in outcomes {
        exceptions.check(case, outcome.map_err(str::to_owned));
    }
    catch_unwind(AssertUnwindSafe(|| exceptions.finish())).map_err(|said| *said.downcast::<String>().unwrap())
}

#[test]
fn an_expected_failure_is_excused() {
    assert_eq!(finish(&[("a.pdf", Err("wrong digest at 7")), ("b.pdf", Ok(()))]), Ok(2));
}

#[test]
fn an_unexpected_pass_is_an_error() {
    assert!(finish(&[("a.pdf", Ok(()))]).unwrap_err().contains("but it passes"));
}

#[test]
fn a_failure_for_another_reason_is_an_error() {
    assert!(finish(&[("a.pdf", Err("cannot be read"))]).unwrap_err().contains("another reason"));
}

#[test]
fn an_unlisted_failure_is_an_error() {
    let said = finish(&[("a.pdf", Err("wrong digest")), ("b.pdf", Err("wrong digest"))]);
    assert!(said.unwrap_err().contains("b.pdf"));
}

#[test]
fn an_exception_that_is_not_run_is_an_error() {
    assert!(finish(&[("b.pdf", Ok(()))]).unwrap_err().contains("not run"));
}

#[test]
fn an_exception_without_reason_is_an_error() {
    let rows = table::parse("case\twhat\treason\na.pdf\twrong digest\t\n");
    assert!(catch_unwind(|| Exceptions::new(rows)).is_err());
}

#[test]
fn a_suite_without_cases_is_an_error() {
    assert!(catch_unwind(|| support::suite("nothing", 0)).is_err());
}

#[test]
fn mutations_are_the_same_for_a_seed_and_differ_between_seeds() {
    let bytes: Vec<u8> = (0..=255).collect();
    let made = |seed| {
        let mut rng = Rng::new(seed);
        (0..100).map(|_| mutate(&bytes, &mut rng)).collect::<Vec<_>>()
    };
    assert_eq!(made(1), made(1));
    assert_ne!(made(1), made(2));
    let changed = made(3).iter().filter(|mutated| **mutated != bytes).count();
    assert!(changed > 90, "only {changed} of 100 mutations changed anything");
    assert!(made(4).iter().all(|mutated| mutated.len() < 2 * bytes.len() + 300));
}
