//! Changes of our own making: a clean signed document, and updates appended to it, at least one per guard of the
//! analysis (`src/document/pades/changes/guard.rs`).
//!
//! Each attack has to be flagged with the code that names it, each honest update has to be permitted, whatever the
//! document allows otherwise. All of them are fixtures: `fixtures/pdf/attacks/<case>.pdf`, and this test proves that the
//! files are what it makes (`SIGILLUM_BLESS=1 cargo test --test changes_attacks` writes them anew). The list beside them,
//! `cases.tsv`, says what each shows: the code that flags it (`-` where it is honest), the guards each of which alone
//! stops it (a unit test of the analysis switches them off), and whether pyHanko and pdfsig accept it.

#![cfg(feature = "service")]

#[path = "changes_attacks/document.rs"]
mod document;
#[path = "changes_attacks/guards.rs"]
mod guards;
mod support;
#[path = "changes_attacks/tricks.rs"]
mod tricks;
#[path = "changes_attacks/updates.rs"]
mod updates;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use document::{Base, Objects};
use support::sign::Signer;
use support::table;

/// A file and what flags it.
struct Case {
    name: &'static str,
    bytes: Vec<u8>,
    /// The code that names it; none where it is honest.
    code: Option<&'static str>,
}

impl Case {
    fn id(&self) -> String {
        let words = self.name.replace(" = ", "-").to_lowercase();
        words.replace([' ', '\''], "-")
    }

    fn path(&self) -> PathBuf {
        support::project().join(format!("fixtures/pdf/attacks/{}.pdf", self.id()))
    }
}

/// Every case, made anew.
fn cases() -> Vec<Case> {
    let signer = Signer::rsa();
    let updated = |base: &Base, objects: &Objects, trailer: &str| {
        let mut file = base.signed(&signer);
        // The catalog of a certified document names the certification.
        let certified = |body: &String| match base.level {
            Some(_) if !body.contains("/Perms") => {
                body.replace("/Lang (de)", "/Lang (de) /Perms << /DocMDP 20 0 R >>")
            }
            _ => body.clone(),
        };
        let objects: Objects = objects.iter().map(|(number, body)| (*number, certified(body))).collect();
        file.update(&objects, if trailer.is_empty() { "/Info 12 0 R" } else { trailer });
        file.bytes
    };
    let with = |level| Base { level, ..Base::default() };
    let mut cases = Vec::new();
    for (name, level) in
        [("clean", None), ("clean P = 1", Some(1)), ("clean P = 2", Some(2)), ("clean P = 3", Some(3))]
    {
        cases.push(Case { name, bytes: with(level).signed(&signer).bytes, code: None });
    }
    for (name, objects, trailer, code, level) in updates::attacks() {
        cases.push(Case { name, bytes: updated(&with(level), &objects, trailer), code: Some(code) });
    }
    for (name, base, objects, trailer, code) in guards::abuses() {
        cases.push(Case { name, bytes: updated(&base, &objects, trailer), code: Some(code) });
    }
    for (name, bytes, code) in tricks::tricks(&signer) {
        cases.push(Case { name, bytes, code: Some(code) });
    }
    for (name, objects, trailer, level) in updates::honest() {
        cases.push(Case { name, bytes: updated(&with(level), &objects, trailer), code: None });
    }
    cases
}

/// Whether the first signature is intact, whether the changes after it are permitted, and what is not.
fn judged(bytes: &[u8]) -> (bool, bool, Vec<&'static str>) {
    let Ok(report) = support::validation::validated(bytes, "2026-07-01T00:00:00Z") else {
        return (false, false, Vec::new());
    };
    // Where the field lost its value, the signature is found all the same.
    let named = report.signatures.iter().find(|one| one.field.as_deref() == Some("S1"));
    let Some(first) = named.or_else(|| report.signatures.first()) else { return (false, false, Vec::new()) };
    let changes = first.changes.as_ref().unwrap();
    let forbidden = changes.findings.iter().filter(|one| !one.permitted).map(|one| one.code).collect();
    (first.integrity == sigillum::validation::Integrity::Intact, changes.permitted, forbidden)
}

#[test]
fn the_fixtures_are_what_is_made() {
    const MOST: usize = 1_500_000;
    let cases = cases();
    let names: BTreeSet<PathBuf> = cases.iter().map(Case::path).collect();
    assert_eq!(names.len(), cases.len(), "two cases of one name");
    assert!(cases.iter().map(|case| case.bytes.len()).sum::<usize>() < MOST);
    #[expect(clippy::disallowed_methods, reason = "the developer asks for it by the environment")]
    let bless = std::env::var_os("SIGILLUM_BLESS").is_some();
    if bless {
        for case in &cases {
            #[expect(clippy::disallowed_methods, reason = "the developer asks for it by the environment")]
            std::fs::write(case.path(), &case.bytes).unwrap();
        }
    }
    let folder = support::project().join("fixtures/pdf/attacks");
    let there: BTreeSet<PathBuf> = support::files(&folder, |name| name.ends_with(".pdf")).into_iter().collect();
    assert_eq!(there, names, "files without a case, or cases without a file");
    let differs: Vec<String> =
        cases.iter().filter(|case| support::read(&case.path()) != case.bytes).map(Case::id).collect();
    assert!(differs.is_empty(), "{differs:?}: SIGILLUM_BLESS=1 writes them anew");
    let listed: Vec<(String, String)> = table::load(&folder.join("cases.tsv"))
        .into_iter()
        .map(|row| (row["case"].clone(), row["code"].clone()))
        .collect();
    let made: Vec<(String, String)> =
        cases.iter().map(|case| (case.id(), case.code.unwrap_or("-").to_owned())).collect();
    assert_eq!(listed, made, "cases.tsv lists other cases than are made");
}

#[test]
fn attacks_are_flagged_and_honest_updates_permitted() {
    let cases = cases();
    let mut wrong = Vec::new();
    for case in &cases {
        let (intact, permitted, codes) = judged(&case.bytes);
        let right = match case.code {
            Some(code) => !permitted && codes.contains(&code),
            None => permitted && codes.is_empty(),
        };
        if !intact || !right {
            let (name, code) = (case.name, case.code.unwrap_or("nothing"));
            wrong.push(format!("{name}: intact {intact}, permitted {permitted}, {codes:?} instead of {code}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    let attacks = cases.iter().filter(|case| case.code.is_some()).count();
    assert!(attacks >= 30);
    support::suite("own attacks on signed documents", attacks);
    support::suite("honest updates of signed documents", cases.len() - attacks);
}

/// What the list says of outside judges holds: who accepts each case with what came after the signature. Each attack is
/// one that a judge accepts, or that a single guard of ours stops.
#[test]
fn outside_judges_accept_what_the_list_says() {
    const SUITE: &str = "own attacks (judges)";
    #[expect(clippy::disallowed_methods, reason = "tests are told by the environment where the judges are")]
    let Some(python) = std::env::var_os("SIGILLUM_JUDGES_PYTHON") else {
        println!("SKIPPED {SUITE}: no outside judges");
        return;
    };
    let folder = support::project().join("fixtures/pdf/attacks");
    let rows = table::load(&folder.join("cases.tsv"));
    let files: Vec<PathBuf> = rows.iter().map(|row| folder.join(format!("{}.pdf", row["case"]))).collect();
    let said = pyhanko(Path::new(&python), &files);
    assert_eq!(said.len(), rows.len());
    let mut wrong = Vec::new();
    for ((row, file), said) in rows.iter().zip(&files).zip(&said) {
        let (pyhanko, pdfsig) = (said == "accepts", pdfsig(file));
        let listed = |judge: &str| row[judge] == "accepts";
        if (pyhanko, pdfsig) != (listed("pyhanko"), listed("pdfsig")) {
            let word = |accepts: bool| if accepts { "accepts" } else { "" };
            wrong.push(format!("{}\t{}\t{}\t# {said}", row["case"], word(pyhanko), word(pdfsig)));
        }
        if row["code"] == "-" {
            continue;
        }
        if row["guards"].is_empty() && !pyhanko && !pdfsig {
            wrong.push(format!("{}: flagged by everybody, and by more than one guard of ours", row["case"]));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    support::suite(SUITE, rows.len());
}

/// What pyHanko says of each file: `accepts`, or why not.
fn pyhanko(python: &Path, files: &[PathBuf]) -> Vec<String> {
    let project = support::project();
    let mut judge = Command::new(python)
        .args([project.join("tests/judges/changes.py"), project.join("fixtures/bench/root.pem")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    judge.stdin.take().unwrap().write_all(serde_json::json!(files).to_string().as_bytes()).unwrap();
    let output = judge.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// Whether pdfsig calls the signature valid. It looks at what is signed only, not at what came after.
fn pdfsig(file: &Path) -> bool {
    let output = Command::new("timeout").args(["30", "pdfsig", "-nocert"]).arg(file).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut blocks = text.split("Signature #").skip(1);
    blocks.any(|block| block.contains("Signature Field Name: S1\n") && block.contains("Signature is Valid."))
}
