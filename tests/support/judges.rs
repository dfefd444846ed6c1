//! What outside programs say of sealed documents.

use super::exceptions::Exceptions;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

/// A document before and after it was sealed.
pub struct Case {
    /// How exceptions name it.
    pub name: String,
    /// The file as it came.
    pub before: PathBuf,
    /// The file as it left.
    pub after: PathBuf,
    /// The field of the seal.
    pub field: String,
    /// Whether the seal was broken on purpose, to see that the judges would notice.
    pub is_broken: bool,
}

/// Asks pyHanko, pdfsig and qpdf, where they are at hand, and fails where one of them finds something wrong that is no
/// exception.
///
/// # Panics
/// Then, and where they cannot read more than 3 % of the files before they were sealed.
pub fn judge(suite: &str, cases: &[Case], mut exceptions: Exceptions) {
    #[expect(clippy::disallowed_methods, reason = "tests are told by the environment where the judges are")]
    let Some(python) = std::env::var_os("SIGILLUM_JUDGES_PYTHON").map(PathBuf::from) else {
        println!("SKIPPED {suite}: no outside judges");
        return;
    };
    let (of_pyhanko, of_others) = std::thread::scope(|scope| {
        let pyhanko = scope.spawn(|| pyhanko(&python, cases));
        let others = pooled(cases, |case| (pdfsig(case), qpdf(case)));
        (pyhanko.join().unwrap(), others)
    });
    let mut unreadable = BTreeMap::from([("pyHanko", 0), ("pdfsig", 0), ("qpdf", 0)]);
    for (case, (pyhanko, (pdfsig, qpdf))) in cases.iter().zip(of_pyhanko.into_iter().zip(of_others)) {
        let mut wrong = Vec::new();
        if case.is_broken {
            let found = [&pyhanko, &pdfsig].iter().all(|said| matches!(said, Said::Wrong(_)));
            assert!(found, "{}: broken, and nobody says so", case.name);
            continue;
        }
        for (name, said) in [("pyHanko", pyhanko), ("pdfsig", pdfsig), ("qpdf", qpdf)] {
            match said {
                Said::Good => {}
                Said::Unreadable => *unreadable.entry(name).or_default() += 1,
                Said::Wrong(what) => wrong.push(format!("{name}: {what}")),
            }
        }
        let outcome = if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) };
        exceptions.check(&case.name, outcome);
    }
    println!("    unreadable before they were sealed: {unreadable:?}");
    for name in ["pyHanko", "pdfsig"] {
        assert!(unreadable[name] * 100 <= cases.len() * 3, "{name} can read nearly all");
    }
    super::suite(suite, exceptions.finish());
}

/// What a program says of a sealed file.
enum Said {
    Good,
    /// It could not read the file before it was sealed.
    Unreadable,
    Wrong(String),
}

/// `work` for each case, in two threads.
fn pooled<T: Send>(cases: &[Case], work: impl Fn(&Case) -> T + Sync) -> Vec<T> {
    let results: Mutex<Vec<(usize, T)>> = Mutex::new(Vec::new());
    let next = Mutex::new(0..cases.len());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some(index) = next.lock().unwrap().next() else { return };
                    let result = work(&cases[index]);
                    results.lock().unwrap().push((index, result));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap();
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

fn pyhanko(python: &Path, cases: &[Case]) -> Vec<Said> {
    let documents: Vec<_> = cases.iter().map(|case| json!([case.before, case.after, case.field])).collect();
    let project = super::project();
    let mut judge = Command::new(python)
        .args([project.join("tests/judges/seals.py"), project.join("fixtures/bench/root.pem")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    judge.stdin.take().unwrap().write_all(json!(documents).to_string().as_bytes()).unwrap();
    let output = judge.wait_with_output().unwrap();
    assert!(output.status.success());
    let said: Vec<Value> = serde_json::from_slice(&output.stdout).expect("JSON");
    let read = |said: &Value| match (&said["error"], said["seal"].as_str(), said["worse"].as_array()) {
        (Value::String(_), ..) => Said::Unreadable,
        (_, Some(""), Some(worse)) if worse.is_empty() => Said::Good,
        (_, Some(seal), Some(worse)) => Said::Wrong(format!("{seal} {worse:?}")),
        _ => panic!("unexpected: {said}"),
    };
    said.iter().map(read).collect()
}

/// What pdfsig says of the signature in the field.
fn pdfsig(case: &Case) -> Said {
    let run = |path: &Path| {
        let output = Command::new("timeout").args(["30", "pdfsig", "-nocert"]).arg(path).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        (output.status.code(), text, String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (_, text, errors) = run(&case.after);
    let blocks = text.split("Signature #").skip(1);
    let of_field = blocks.filter(|block| block.contains(&format!("Signature Field Name: {}\n", case.field)));
    let own: Vec<&str> = of_field.collect();
    match own.as_slice() {
        [own] if own.contains("Signature is Valid.") && own.contains("Total document signed") => Said::Good,
        _ => match run(&case.before) {
            // 0: signatures, 2: none.
            (Some(0 | 2), _, before) if !before.contains("Couldn't") => {
                Said::Wrong(format!("{} {}", own.join(" | "), errors.lines().next().unwrap_or_default()))
            }
            _ => Said::Unreadable,
        },
    }
}

/// Whether qpdf finds no more wrong than before: 0 is clean, 3 are warnings, 2 errors.
fn qpdf(case: &Case) -> Said {
    let grade = |path: &Path| {
        let status = Command::new("timeout").args(["30", "qpdf", "--check"]).arg(path).output().unwrap().status;
        match status.code() {
            Some(0) => 0,
            Some(3) => 1,
            Some(2) => 2,
            _ => 3,
        }
    };
    match (grade(&case.before), grade(&case.after)) {
        (3, _) => Said::Unreadable,
        (before, after) if after <= before => Said::Good,
        (before, after) => Said::Wrong(format!("{before} became {after}")),
    }
}
