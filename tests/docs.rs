//! `docs/checks.md` is what the code says: it is made from `CheckId::ALL`, and this test fails where they differ; so is
//! the table of rules in `docs/changes.md`, made from `change_rules()`.
//!
//! `SIGILLUM_BLESS=1 cargo test --test docs` writes it anew.

mod support;

use sigillum::document::change_rules;
use sigillum::validation::{CheckId, Verdict};
use std::fmt::Write as _;

const HEAD: &str = "\
# Checks

Made from `CheckId::ALL` in `src/validation/check.rs`; `SIGILLUM_BLESS=1 cargo test --test docs` writes it anew.

The checks in the order of ETSI EN 319 102-1: format (`fc`), identification of the signer's certificate (`isc`), validation context
(`vci`), path (`xcv`), cryptography (`cv`), acceptance (`sav`); then what the later processes ask: long-term validation (`ltv`), past
certificate validation (`pcv`) with validation time sliding (`vts`), past signature validation (`psv`). The **level** is that of a policy that says nothing about the check: `fail` ends with the conclusion,
`warn` and `inform` only report. A check of the **floor** cannot be lowered by any policy. Names are part of the contract with callers:
there will be more, none will be renamed.

| check | basis | level | where it does not hold | floor |
|---|---|---|---|---|
";

#[test]
fn the_list_of_checks_is_that_of_the_code() {
    let path = support::project().join("docs/checks.md");
    let made = checks();
    #[expect(clippy::disallowed_methods, reason = "the developer asks for it by the environment")]
    if std::env::var_os("SIGILLUM_BLESS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let written = support::read_text(&path);
    let differs = written.lines().zip(made.lines()).find(|(written, made)| written != made);
    assert_eq!(differs, None, "docs/checks.md is not what the code says; SIGILLUM_BLESS=1 writes it anew");
    assert_eq!(written.len(), made.len(), "docs/checks.md has another length than what the code says");
    assert!(CheckId::ALL.len() > 10);
}

#[test]
fn the_table_of_changes_is_that_of_the_code() {
    const MARK: &str = "| code | permitted | clause |\n";
    let path = support::project().join("docs/changes.md");
    let written = support::read_text(&path);
    let (head, table) = written.split_once(MARK).expect("the head of the table");
    let mut made = String::from("|---|---|---|\n");
    for rule in change_rules() {
        let _ = writeln!(made, "| `{}` | {} | {} |", rule.code, rule.permitted, rule.clause);
    }
    #[expect(clippy::disallowed_methods, reason = "the developer asks for it by the environment")]
    if std::env::var_os("SIGILLUM_BLESS").is_some() {
        std::fs::write(&path, format!("{head}{MARK}{made}")).unwrap();
        return;
    }
    assert_eq!(table, made, "docs/changes.md is not what the code says; SIGILLUM_BLESS=1 writes it anew");
    for code in
        head.split('`').skip(1).step_by(2).filter(|word| word.contains('-') && !word.contains([' ', '/', '.']))
    {
        let known = change_rules().iter().any(|rule| rule.code == code) || CheckId::from_name(code).is_some();
        assert!(known, "docs/changes.md names {code}, which is no code");
    }
}

fn checks() -> String {
    let mut text = HEAD.to_owned();
    for check in CheckId::ALL {
        let floor = if check.is_floor() { "yes" } else { "" };
        let (name, basis, level) = (check.name(), check.basis(), check.default_level().name());
        let _ = writeln!(text, "| `{name}` | {basis} | {level} | {} | {floor} |", conclusion(check.conclusion()));
    }
    text
}

fn conclusion(verdict: Verdict) -> String {
    match verdict.sub_indication() {
        Some(sub) => format!("{} / {sub}", verdict.indication()),
        None => verdict.indication().to_owned(),
    }
}
