//! Random documents that pyHanko signs and changes afterwards (`tests/judges/changes_random.py`): chains of permitted
//! changes are permitted, one edit outside the rules is flagged.
//!
//! `SIGILLUM_PROPERTY_SEED` and `SIGILLUM_PROPERTY_COUNT` ask for other documents, or more; what was asked for is printed.

#![cfg(feature = "service")]

mod support;

use std::path::Path;
use std::process::{Command, Stdio};

use sigillum::validation::Integrity;

#[expect(clippy::disallowed_methods, reason = "tests are told by the environment")]
fn asked(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// What is wrong with a document of which the changes were `permitted`, or else made outside the rules.
fn wrong(bytes: &[u8], permitted: bool) -> Option<String> {
    let report = match support::validation::validated(bytes, "2026-07-01T00:00:00Z") {
        Ok(report) => report,
        Err(error) => return Some(error),
    };
    let Some(first) = report.signatures.iter().find(|one| one.field.as_deref() == Some("Signature1")) else {
        // Its field may have lost it.
        let flagged =
            report.signatures.iter().any(|one| one.changes.as_ref().is_some_and(|changes| !changes.permitted));
        return (permitted || !flagged).then(|| "the first signature is not found".to_owned());
    };
    let refused = |signature: &sigillum::validation::SignatureReport| {
        let findings = signature.changes.iter().flat_map(|changes| &changes.findings);
        findings.filter(|one| !one.permitted).map(|one| format!("{} {}", one.code, one.path)).collect::<Vec<_>>()
    };
    if !permitted {
        let stands = first.changes.as_ref().is_some_and(|changes| changes.permitted);
        return stands.then(|| "permitted".to_owned());
    }
    for one in &report.signatures {
        let stands = one.changes.as_ref().is_some_and(|changes| changes.permitted);
        if one.integrity != Integrity::Intact || !stands {
            return Some(format!("{}: {} {:?}", one.id, one.integrity.name(), refused(one)));
        }
    }
    None
}

#[test]
fn random_changes_are_judged_by_the_rules() {
    const SUITE: &str = "random changes (pyHanko)";
    let Some(python) = asked("SIGILLUM_JUDGES_PYTHON") else {
        println!("SKIPPED {SUITE}: no outside judges");
        return;
    };
    let seed = asked("SIGILLUM_PROPERTY_SEED").unwrap_or_else(|| "20260601".to_owned());
    let count = asked("SIGILLUM_PROPERTY_COUNT").unwrap_or_else(|| "72".to_owned());
    println!("seed {seed}, {count} documents of each sort");
    let folder = tempfile::Builder::new().prefix("changes").tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let script = support::project().join("tests/judges/changes_random.py");
    let output = Command::new(python)
        .arg(script)
        .arg(folder.path())
        .args([&seed, &count])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap();
    let (mut complaints, mut cases) = (Vec::new(), 0);
    for line in lines.lines() {
        let [path, sort, done] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        cases += 1;
        if let Some(problem) = wrong(&support::read(Path::new(path)), sort == "permitted") {
            complaints.push(format!("{sort} ({done}): {problem}"));
        }
    }
    assert!(complaints.is_empty(), "seed {seed}:\n{}", complaints.join("\n"));
    support::suite(SUITE, cases);
}
