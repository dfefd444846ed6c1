//! Outside judges over what the project makes: the fixtures say what is true of them, and documents of the
//! tests' own signer are what they claim to be. So tests that build on either test us.
//!
//! `SIGILLUM_JUDGES_PYTHON` names an interpreter with pyHanko; `tests/run` installs it, qpdf and OpenSSL.

#[path = "../benches/support/mod.rs"]
mod makers;
mod support;

use serde_json::{Value, json};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use support::pdf::{MadePdf, stream};
use support::sign::Signer;

/// The interpreter, where there is one.
fn python(suite: &str) -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "tests are told by the environment where the judges are")]
    let found = std::env::var_os("SIGILLUM_JUDGES_PYTHON").map(PathBuf::from);
    if found.is_none() {
        println!("SKIPPED {suite}: no outside judges");
    }
    found
}

#[test]
fn fixtures_are_what_they_say() {
    let Some(python) = python("judges fixtures") else { return };
    let mut documents = Vec::new();
    let mut expected = Vec::new();
    for file in support::files(&support::project().join("fixtures"), |name| name == "case.toml") {
        let document = file.with_file_name("document.pdf");
        // The outside reader here reads PDF only.
        if !document.is_file() {
            continue;
        }
        let case: toml::Table = support::read_text(&file).parse().unwrap();
        let expect = &case["expect"];
        if expect.get("error").is_some() {
            continue;
        }
        let password = case.get("password").and_then(toml::Value::as_str).map(str::to_owned);
        documents.push((document, password));
        let signatures = expect.get("signatures").and_then(toml::Value::as_array).into_iter().flatten();
        expected.push(signatures.map(|one| json!([one["integrity"].as_str(), one["coverage"].as_str()])).collect());
    }
    agree(&python, &documents, &expected);
    support::suite("judges fixtures", documents.len());
}

#[test]
fn the_signer_of_the_tests_makes_what_outside_programs_accept() {
    let Some(python) = python("judges signer") else { return };
    let mut documents = Vec::new();
    let mut expected = Vec::new();
    for (name, signer) in [("rsa", Signer::rsa()), ("p256", Signer::p256())] {
        let mut pdf = MadePdf::new([stream("", b"not shown")]);
        for n in 1..=3 {
            signer.sign(&mut pdf, &format!("Signature{n}"));
            let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("judged-{name}-{n}.pdf"));
            write(&path, pdf.bytes());
            said(Command::new("qpdf").arg("--check").arg(&path).output().unwrap());
            documents.push((path, None));
            let whole_revisions = (1..n).map(|_| json!(["intact", "whole-revision"]));
            expected.push(whole_revisions.chain([json!(["intact", "whole-document"])]).collect());
        }
        openssl_verifies(&signer.cms(&support::sign::sha256(&[b"content"])), b"content");
    }
    agree(&python, &documents, &expected);
    support::suite("judges signer", documents.len());
}

#[test]
fn the_makers_of_large_files_make_pdf() {
    if python("judges makers").is_none() {
        return;
    }
    let made = [
        ("one-stream", makers::one_stream(100_000).into_bytes()),
        ("many-objects", makers::many_objects(1000).into_bytes()),
        ("bomb", makers::object_stream_bomb(100_000)),
    ];
    for (name, bytes) in &made {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("judged-{name}.pdf"));
        write(&path, bytes);
        said(Command::new("qpdf").arg("--check").arg(&path).output().unwrap());
    }
    let per_object = made[1].1.len() / 1000;
    assert!((120..140).contains(&per_object), "an object takes {per_object} bytes");
    assert!(made[2].1.len() < 1500, "the bomb is {} bytes", made[2].1.len());
    support::suite("judges makers", made.len());
}

/// What pyHanko finds in each document, for each signature in file order its integrity and coverage, is what is
/// expected.
fn agree(python: &Path, documents: &[(PathBuf, Option<String>)], expected: &[Value]) {
    let script = support::project().join("tests/judges/facts.py");
    let mut judge = Command::new(python).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    judge.stdin.take().unwrap().write_all(json!(documents).to_string().as_bytes()).unwrap();
    let output = said(judge.wait_with_output().unwrap());
    let found: Vec<Value> = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(found.len(), documents.len());
    for ((document, found), expected) in documents.iter().zip(&found).zip(expected) {
        assert_eq!(found, expected, "{}", document.0.display());
    }
}

/// OpenSSL verifies the CMS over this content, with a path to the root of the tests' signers.
fn openssl_verifies(cms: &[u8], content: &[u8]) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (cms_file, content_file) = (folder.join("judged.der"), folder.join("judged.content"));
    write(&cms_file, cms);
    write(&content_file, content);
    let root = support::project().join("fixtures/bench/root.pem");
    let mut command = Command::new("openssl");
    command.args([
        "cms",
        "-verify",
        "-binary",
        "-cades",
        "-inform",
        "DER",
        "-purpose",
        "any",
        "-attime",
        "1782900000",
    ]);
    command.arg("-in").arg(cms_file).arg("-content").arg(content_file).arg("-CAfile").arg(root);
    said(command.stdin(Stdio::null()).output().unwrap());
}

/// The output of a program that held.
fn said(output: Output) -> Output {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}: {}{}", output.status, text(&output.stdout), text(&output.stderr));
    output
}

#[expect(clippy::disallowed_methods, reason = "outside programs read files")]
fn write(path: &Path, bytes: &[u8]) {
    std::fs::File::create(path).unwrap().write_all(bytes).unwrap();
}
