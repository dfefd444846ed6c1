//! The program over the fixtures: every `fixtures/**/case.toml` says how it is run and what must come out.
//!
//! The expectations are true by construction of the documents (`fixtures/make.py`), which an independent program
//! signed. What is compared is the exit code and the JSON report; texts for people are not.

#![cfg(feature = "service")]

mod support;

use serde::Deserialize;
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

/// A case as its file says it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    at: String,
    policy: String,
    anchors: Vec<String>,
    evidence: Vec<String>,
    password: Option<String>,
    #[serde(default)]
    content: Vec<String>,
    expect: Expect,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    exit: i32,
    answer: Option<String>,
    error: Option<String>,
    #[serde(default)]
    signatures: Vec<Signature>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Signature {
    /// Not said where it depends on more than the case is about.
    format: Option<String>,
    indication: String,
    sub_indication: Option<String>,
    reason: String,
    integrity: String,
    coverage: String,
    doc_mdp: Option<u64>,
    best_signature_time: Option<String>,
    #[serde(default)]
    timestamps: Vec<String>,
}

#[test]
fn every_case_comes_out_as_it_says() {
    let files = support::files(&support::project().join("fixtures"), |name| name == "case.toml");
    let mut wrong = Vec::new();
    for file in &files {
        let folder = file.parent().unwrap();
        let case: Case =
            toml::from_str(&support::read_text(file)).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let differences = run(folder, &case);
        wrong.extend(differences.into_iter().map(|difference| format!("{}: {difference}", folder.display())));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    support::suite("fixtures", files.len());
}

#[test]
fn a_report_is_the_same_each_time_but_for_its_number() {
    let folder = support::project().join("fixtures/pdf/pades-b-t");
    let case: Case = toml::from_str(&support::read_text(&folder.join("case.toml"))).unwrap();
    let report = || {
        let mut report = parse(&program(&folder, &case)).unwrap();
        let number = report.as_object_mut().unwrap().remove("reportId").expect("a report has a number");
        (report.to_string(), number)
    };
    let (first, second) = (report(), report());
    assert_eq!(first.0, second.0);
    assert_ne!(first.1, second.1, "two reports with one number");
}

#[test]
fn the_command_of_the_readme_holds() {
    let readme = support::read_text(&support::project().join("README.md"));
    // The first one, `serve`, is that of tests/demo.rs: it does not end by itself.
    let validate = "cargo run --release -- validate ";
    let command = readme.lines().find_map(|line| line.trim().strip_prefix(validate)).expect("a command");
    let output = sigillum().arg("validate").args(command.split_whitespace()).output().unwrap();
    assert!(output.status.success(), "{command}: {}", said(&output));
    assert!(!output.stdout.is_empty(), "{command}: nothing printed");
}

/// What differs from what the case says.
fn run(folder: &Path, case: &Case) -> Vec<String> {
    let output = program(folder, case);
    let report = match parse(&output) {
        Ok(report) => report,
        Err(problem) => return vec![format!("{problem}: {}", said(&output))],
    };
    let expect = &case.expect;
    let mut differences = Differences(Vec::new());
    differences.compare("exit code", &Value::from(output.status.code()), &Value::from(expect.exit));
    differences.text("schema", &report["schema"], Some("sigillum-report/1"));
    differences.text("summary.answer", &report["summary"]["answer"], expect.answer.as_deref());
    differences.text("error.code", &report["error"]["code"], expect.error.as_deref());
    let none = Vec::new();
    let signatures = report["signatures"].as_array().unwrap_or(&none);
    differences.compare("number of signatures", &signatures.len().into(), &expect.signatures.len().into());
    for (n, (found, expected)) in signatures.iter().zip(&expect.signatures).enumerate() {
        let mut text = |member: &str, found: &Value, expected: Option<&str>| {
            differences.text(&format!("S{}.{member}", n + 1), found, expected);
        };
        text("id", &found["id"], Some(&format!("S{}", n + 1)));
        if let Some(format) = &expected.format {
            text("format", &found["format"], Some(format));
        }
        text("indication", &found["indication"], Some(&expected.indication));
        text("subIndication", &found["subIndication"], expected.sub_indication.as_deref());
        text("reason.code", &found["reason"]["code"], Some(&expected.reason));
        text("integrity", &found["integrity"], Some(&expected.integrity));
        text("coverage", &found["coverage"], Some(&expected.coverage));
        if let Some(time) = &expected.best_signature_time {
            text("bestSignatureTime", &found["bestSignatureTime"], Some(time));
        }
        let stamps =
            found["timestamps"].as_array().unwrap_or(&none).iter().map(|stamp| stamp["indication"].clone());
        let expected_stamps = expected.timestamps.iter().map(|indication| Value::from(indication.as_str()));
        differences.compare("timestamps", &stamps.collect(), &expected_stamps.collect());
        differences.compare("docMdp", &found["certification"]["docMdp"], &expected.doc_mdp.into());
    }
    differences.0
}

struct Differences(Vec<String>);

impl Differences {
    fn compare(&mut self, what: &str, found: &Value, expected: &Value) {
        if found != expected {
            self.0.push(format!("{what} is {found}, expected {expected}"));
        }
    }

    /// A text, or nothing: a member that is absent or null.
    fn text(&mut self, what: &str, found: &Value, expected: Option<&str>) {
        self.compare(what, found, &expected.into());
    }
}

fn program(folder: &Path, case: &Case) -> Output {
    let mut command = sigillum();
    command.args(["validate", "--format", "json", "--offline", "--at", &case.at, "--policy", &case.policy]);
    for anchor in &case.anchors {
        command.arg("--trust-anchor").arg(folder.join(anchor));
    }
    for evidence in &case.evidence {
        command.arg("--evidence").arg(folder.join(evidence));
    }
    if let Some(password) = &case.password {
        command.args(["--password", password]);
    }
    for content in &case.content {
        command.arg("--content").arg(folder.join(content));
    }
    let [pdf, xml] = ["document.pdf", "document.xml"].map(|name| folder.join(name));
    command.arg(if pdf.is_file() { pdf } else { xml }).output().unwrap()
}

fn sigillum() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sigillum"));
    // What the data folder of whoever runs the tests holds must not matter.
    command.current_dir(support::project()).env("XDG_DATA_HOME", env!("CARGO_TARGET_TMPDIR"));
    command
}

/// The one JSON object of one line that the program printed.
fn parse(output: &Output) -> Result<Value, String> {
    let text = std::str::from_utf8(&output.stdout).map_err(|error| error.to_string())?;
    let line =
        text.strip_suffix('\n').filter(|line| !line.contains('\n')).ok_or("not one line on standard output")?;
    serde_json::from_str(line).map_err(|error| error.to_string())
}

fn said(output: &Output) -> String {
    let text = |bytes| String::from_utf8_lossy(bytes).trim().to_owned();
    format!("{}; {} {}", output.status, text(&output.stdout), text(&output.stderr))
}
