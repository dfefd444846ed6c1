//! The program as a caller sees it: exit codes, what stands on standard output and what on standard error.
//!
//! What the reports say of the documents is the matter of `tests/cases.rs`.

#![cfg(feature = "service")]

mod support;

use serde_json::Value;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

fn sigillum(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sigillum"));
    // What lies in the usual place of whoever runs the tests has no say here.
    command.env("XDG_DATA_HOME", concat!(env!("CARGO_TARGET_TMPDIR"), "/nothing"));
    command.current_dir(support::project()).args(arguments).stdin(Stdio::null());
    command
}

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    read(sigillum(arguments).output().unwrap())
}

fn read(output: Output) -> (Option<i32>, String, String) {
    let text = |octets| String::from_utf8(octets).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn lines(output: &str) -> Vec<Value> {
    output.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The options under which the fixtures were made.
const JUDGED: &[&str] = &[
    "validate",
    "--at",
    "2026-07-01T00:00:00Z",
    "--policy",
    "no-revocation",
    "--trust-anchor",
    "fixtures/pki/root.pem",
    "--offline",
];

const VALID: &str = "fixtures/pdf/pades-b-b-rsa2048/document.pdf";
const UNSIGNED: &str = "fixtures/pdf/no-signature/document.pdf";
const NO_DOCUMENT: &str = "fixtures/pdf/not-a-document/document.pdf";
const ENCRYPTED: &str = "fixtures/pdf/encrypted-aes256/document.pdf";

fn judged<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [JUDGED, more].concat()
}

#[test]
fn help_and_version_are_no_error() {
    let (code, out, err) = run(&["--version"]);
    assert_eq!((code, out.trim(), &*err), (Some(0), concat!("sigillum ", env!("CARGO_PKG_VERSION")), ""));
    let (code, out, err) = run(&["validate", "--help"]);
    assert_eq!((code, &*err), (Some(0), ""));
    assert!(out.contains("--trust-anchor") && out.contains("--password-file"));
}

#[test]
fn wrong_use_ends_with_64_and_nothing_on_standard_output() {
    let cases: &[&[&str]] = &[
        &[],
        &["frobnicate"],
        &["validate"],
        &["validate", "--frobnicate", VALID],
        &["validate", VALID, "--jobs", "0"],
        &["validate", VALID, "--at", "2026-13-01T00:00:00Z"],
        &["validate", VALID, "--policy", "frobnicate"],
        &["validate", VALID, "--trust-anchor", "fixtures/gone.pem"],
        &["validate", VALID, "--trust-anchor", VALID],
        &["validate", VALID, "--evidence", "README.md"],
        &["validate", VALID, "--password-file", "fixtures/gone"],
        &["serve", "--listen", "8443"],
        &["serve", "--config", "x.toml", "--data", "folder"],
        &["seal", VALID, "--profile", "x"],
        &["config"],
        // Not there yet.
        &["revisions"],
        &["revisions", VALID, UNSIGNED],
        &["revisions", VALID, "--format", "etsi"],
        &["augment", VALID, "-o", "out.pdf", "--level", "LT"],
        &["trust"],
        &["trust", "approve"],
        &["journal"],
        &["journal", "verify", "--head", "1:x"],
        &["journal", "verify", "x.sqlite", "--data", "folder"],
        &["journal", "verify", "x.sqlite", "--config", "x.toml"],
        &["journal", "list", "--from", "-1"],
        &["validate", VALID, "--content", "fixtures/gone"],
        &["validate", VALID, "--format", "etsi"],
        &["validate", VALID, "--trust-list", "x", "--trust-list-signer", "y"],
        &["validate", VALID, "--replay", "fixtures/gone"],
        &["validate", VALID, "--replay", "README.md"],
        &["validate", VALID, "--replay", "x", "--policy", "default"],
        &["validate", VALID, "--replay", "x", "--at", "2026-07-01T00:00:00Z"],
        &["validate", VALID, "--replay", "x", "--trust-anchor", "fixtures/pki/root.pem"],
        &["validate", VALID, "--replay", "x", "--evidence", "fixtures/pki/root.pem"],
        &["validate", VALID, "--replay", "x", "--data", "folder"],
        &["--config", "x.toml", "validate", VALID, "--replay", "x"],
        &["validate", VALID, UNSIGNED, "--replay", "x"],
        &["validate", "fixtures/pdf", "--evidence-out", "x"],
        &["validate", VALID, "--evidence-out", "README.md"],
    ];
    for arguments in cases {
        let (code, out, err) = run(arguments);
        assert_eq!((code, &*out), (Some(64), ""), "{arguments:?}: {err}");
        assert!(!err.trim().is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_configuration_that_is_not_there_ends_with_78() {
    for arguments in [
        &["--config", "x.toml", "validate", VALID][..],
        &["validate", VALID, "--data", "fixtures/gone"],
        &["serve", "--config", "fixtures/gone.toml"],
        &["seal", VALID, "-o", "out.pdf", "--profile", "x"],
        &["seal", VALID, "-o", "out.pdf"],
        &["seal", VALID, "-o", "out.pdf", "--profile", "x", "--config", "README.md"],
        &["config", "check"],
        &["config", "check", "--config", "Cargo.toml"],
        &["journal", "verify", "--config", "Cargo.toml"],
    ] {
        let (code, out, err) = run(arguments);
        assert_eq!((code, &*out), (Some(78), ""), "{arguments:?}: {err}");
        assert!(!err.trim().is_empty(), "{arguments:?}");
    }
}

#[test]
fn the_reason_for_64_names_what_is_wrong() {
    for (arguments, words) in [
        (&["augment", VALID][..], &["augment", "noch nicht"][..]),
        (&["validate", VALID, "--trust-list", "README.md"], &["--trust-list-signer"]),
        (&["validate", VALID, "--lang", "en", "--content", "n=fixtures/gone"], &["--content fixtures/gone"]),
        (&["validate", VALID, "--lang", "fr", "--policy", "x\u{1b}"], &["«x<U+001B>»"]),
        (
            &["validate", VALID, "--lang", "it", "--trust-anchor", "fixtures/gone.pem"],
            &["--trust-anchor fixtures/gone.pem", "non esiste"],
        ),
        (&["validate", VALID, "--evidence", "README.md"], &["--evidence README.md", "weder PEM noch DER"]),
    ] {
        let (_, _, err) = run(arguments);
        assert!(words.iter().all(|word| err.contains(word)), "{arguments:?}: {err}");
    }
}

#[test]
fn json_is_one_line_per_file_in_order_and_nothing_else() {
    let files = [UNSIGNED, "fixtures/gone.pdf", VALID, NO_DOCUMENT, VALID];
    let (code, out, err) = run(&judged(&[&files[..], &["--format", "json", "--jobs", "3"]].concat()));
    assert_eq!((code, &*err), (Some(4), ""));
    let lines = lines(&out);
    let names: Vec<&str> = lines.iter().map(|line| line["document"]["name"].as_str().unwrap()).collect();
    assert_eq!(names, files);
    assert!(lines.iter().all(|line| line["schema"] == "sigillum-report/1"));
    assert_eq!(lines[2]["summary"]["answer"], "valid");
    assert_eq!(lines[3]["error"]["code"], "not-a-document");
    assert_eq!(lines[3]["document"]["sha256"].as_str().map(str::len), Some(64));
    assert_ne!(lines[2]["reportId"], lines[4]["reportId"]);
    assert!(lines[2]["summary"]["text"].as_str().unwrap().starts_with("The document"), "English for JSON");
}

#[test]
fn the_same_document_gives_the_same_report() {
    let once = || {
        let (code, out, _) = run(&judged(&[VALID, "--format", "json"]));
        assert_eq!(code, Some(0));
        let id = lines(&out)[0]["reportId"].as_str().unwrap().to_owned();
        (out.replace(&id, ""), id)
    };
    let (first, second) = (once(), once());
    assert_eq!(first.0, second.0);
    assert_ne!(first.1, second.1);
}

#[test]
fn a_verdict_comes_again_from_its_bundle() {
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("evidence.bundle");
    let bundle = bundle.to_str().unwrap();
    let report = |arguments: &[&str]| {
        let (code, out, err) = run(&[arguments, &["--format", "json"]].concat());
        let id = lines(&out)[0]["reportId"].as_str().map(str::to_owned).unwrap_or_default();
        (code, out.replace(&id, ""), err)
    };
    let (code, first, err) = report(&judged(&[VALID, "--evidence-out", bundle]));
    assert_eq!((code, &*err), (Some(0), ""));
    // Neither the time nor what the program trusts matters, and standard error says whose they are.
    let (code, again, err) = report(&["validate", VALID, "--offline", "--replay", bundle]);
    assert_eq!((code, &again), (Some(0), &first));
    assert!(err.contains("evidence bundle") && err.contains("no-revocation") && err.lines().count() == 1, "{err}");
    // Another document is an error of that document.
    let (code, out, _) = report(&["validate", UNSIGNED, "--replay", bundle]);
    assert_eq!((code, &lines(&out)[0]["error"]["code"]), (Some(4), &"other-document".into()));
    // It is not overwritten; what cannot be read leaves none.
    assert_eq!(run(&judged(&[VALID, "--evidence-out", bundle])).0, Some(64));
    let none = folder.path().join("none.bundle");
    let (code, ..) = report(&judged(&[NO_DOCUMENT, "--evidence-out", none.to_str().unwrap()]));
    assert_eq!((code, none.exists()), (Some(4), false));
    // As evidence it does not say who is trusted.
    let untrusted = &["validate", VALID, "--at", "2026-07-01T00:00:00Z", "--policy", "no-revocation"];
    let other = &["--trust-anchor", "fixtures/pki/other-root.pem", "--evidence", bundle];
    let (code, out, _) = report(&[&untrusted[..], other].concat());
    assert_eq!((code, &lines(&out)[0]["summary"]["answer"]), (Some(2), &"cannot-tell".into()));

    let text = support::read_text(std::path::Path::new(bundle));
    for (name, bad, word) in [
        ("damaged", text.replacen("no-revocation", "no-revocatiom", 1), "digest"),
        ("short", text[..text.len() / 2].to_owned(), "digest"),
        ("version", text.replacen("bundle/1", "bundle/2", 1), "version “2”"),
        ("other", "{}".to_owned(), "no evidence bundle"),
    ] {
        let file = folder.path().join(name);
        #[expect(clippy::disallowed_methods, reason = "the test makes the file that it names")]
        std::fs::write(&file, bad).unwrap();
        let (code, out, err) = run(&["validate", VALID, "--lang", "en", "--replay", file.to_str().unwrap()]);
        assert_eq!((code, &*out), (Some(64), ""), "{name}: {err}");
        assert!(err.contains(word), "{name}: {err}");
    }
}

#[test]
fn people_read_german_unless_they_ask_and_no_colour_in_a_pipe() {
    let (code, out, err) = run(&judged(&[VALID]));
    assert_eq!((code, &*err), (Some(0), ""));
    assert!(out.starts_with("Das Dokument ist gültig signiert von «"), "{out}");
    assert!(out.lines().count() <= 16, "{out}");
    assert!(!out.contains('\u{1b}'));
    let (_, out, _) = run(&judged(&[VALID, "--lang", "fr"]));
    assert!(out.starts_with("Le document est valablement signé par «"), "{out}");
    let (code, out, err) = run(&judged(&[VALID, UNSIGNED]));
    assert_eq!(code, Some(3));
    assert!(out.contains("\n\nDas Dokument ist nicht signiert.\n"), "{out}");
    assert!(err.contains("Dateien: 2; gültig: 1") && err.contains("nicht signiert: 1"), "{err}");
}

#[test]
fn without_trust_the_text_names_the_option() {
    let (code, out, _) = run(&["validate", "--at", "2026-07-01T00:00:00Z", VALID]);
    assert_eq!(code, Some(2));
    assert!(out.contains("--trust-anchor"), "{out}");
}

#[test]
fn a_password_comes_from_the_line_from_a_file_or_from_standard_input() {
    assert_eq!(run(&judged(&[ENCRYPTED, "--password", "test-password"])).0, Some(0));
    assert_eq!(run(&judged(&[ENCRYPTED, "--password", "wrong"])).0, Some(4));
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("password");
    #[expect(clippy::disallowed_methods, reason = "the test makes the file that it names")]
    std::fs::write(&file, "test-password\r\n").unwrap();
    assert_eq!(run(&judged(&[ENCRYPTED, "--password-file", file.to_str().unwrap()])).0, Some(0));
    let mut child = sigillum(&judged(&[ENCRYPTED, "--password-file", "-"]))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"test-password\n").unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_folder_is_walked_in_byte_order() {
    let (_, out, err) = run(&judged(&["fixtures/pdf", "--format", "json"]));
    let lines = lines(&out);
    let names: Vec<&str> = lines.iter().map(|line| line["document"]["name"].as_str().unwrap()).collect();
    assert!(names.is_sorted() && names.len() > 10, "{names:?}");
    assert!(names.iter().all(|name| name.ends_with(".pdf")), "{names:?}");
    let said: Vec<&str> = err.lines().collect();
    assert!(matches!(said.as_slice(), [one] if one.contains("neither PDF nor XML")), "{err}");
}

#[cfg(unix)]
#[test]
fn a_name_that_is_no_utf8_is_shown_and_not_refused() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let (code, out, _) =
        read(sigillum(&["validate", "--format", "json"]).arg(OsStr::from_bytes(b"gone\xff.pdf")).output().unwrap());
    assert_eq!(code, Some(4));
    assert_eq!(lines(&out)[0]["document"]["name"], "gone\u{fffd}.pdf");
}

#[test]
fn a_reader_that_goes_away_ends_the_run_quietly() {
    let many = vec![VALID; 60];
    let mut child = sigillum(&judged(&many)).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    let (code, _, err) = read(output);
    assert_eq!(err, "");
    assert_eq!(code, Some(4), "not all files were reported");
}
