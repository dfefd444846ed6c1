//! `docs/checks.md` is what the code says: it is made from `CheckId::ALL`, and this test fails where they differ; so is
//! the tables of rules and guards in `docs/changes.md`, made from `change_rules()`, `change_guards()` and the list of the
//! attacks that show them.
//!
//! `SIGILLUM_BLESS=1 cargo test --test docs` writes it anew.

mod support;

use sigillum::document::{change_guards, change_rules};
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

NO_POE is never the conclusion of a report: sliding ends with it where nothing proves that a certificate and its revocation data existed at
the control time, past certificate validation returns it, and past signature validation keeps the result that it was asked to repair
(EN 319 102-1 §5.6.2.4). The check stands in the report as information beside that result.

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
fn the_tables_of_changes_are_those_of_the_code() {
    const RULES: &str = "| code | permitted | clause |\n";
    let path = support::project().join("docs/changes.md");
    let written = support::read_text(&path);
    let (head, tables) = written.split_once(RULES).expect("the head of the table");
    let made = format!("{}{GUARDS}{}", rules(), guards());
    #[expect(clippy::disallowed_methods, reason = "the developer asks for it by the environment")]
    if std::env::var_os("SIGILLUM_BLESS").is_some() {
        std::fs::write(&path, format!("{head}{RULES}{made}")).unwrap();
        return;
    }
    assert_eq!(tables, made, "docs/changes.md is not what the code says; SIGILLUM_BLESS=1 writes it anew");
    for code in
        head.split('`').skip(1).step_by(2).filter(|word| word.contains('-') && !word.contains([' ', '/', '.']))
    {
        let known = change_rules().iter().any(|rule| rule.code == code)
            || change_guards().iter().any(|guard| guard.name == code)
            || CheckId::from_name(code).is_some();
        assert!(known, "docs/changes.md names {code}, which is no code");
    }
}

const GUARDS: &str = "
## Guards

What the rules demand before they permit, and what is looked at besides. Each row has attacks that this guard alone stops: switched off,
they pass (`fixtures/pdf/attacks`). An attack in bold is one that pyHanko 0.38 accepts.

| guard | demands | code | clause | attacks that it alone stops |
|---|---|---|---|---|
";

fn rules() -> String {
    let mut made = String::from("|---|---|---|\n");
    for rule in change_rules() {
        let _ = writeln!(made, "| `{}` | {} | {} |", rule.code, rule.permitted, rule.clause);
    }
    made
}

fn guards() -> String {
    let cases = support::table::load(&support::project().join("fixtures/pdf/attacks/cases.tsv"));
    let mut made = String::new();
    for guard in change_guards() {
        let stopped = cases.iter().filter(|row| row["guards"].split(' ').any(|name| name == guard.name));
        let attacks: Vec<String> = stopped
            .map(
                |row| {
                    if row["pyhanko"] == "accepts" { format!("**{}**", row["case"]) } else { row["case"].clone() }
                },
            )
            .collect();
        assert!(!attacks.is_empty(), "no attack shows what {} is for", guard.name);
        let code = guard.code.map_or_else(|| "that of the change".to_owned(), |code| format!("`{code}`"));
        let (name, demands, clause) = (guard.name, guard.demands, guard.clause);
        let _ = writeln!(made, "| `{name}` | {demands} | {code} | {clause} | {} |", attacks.join(", "));
    }
    made
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
