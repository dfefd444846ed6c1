//! `sigillum validate` with a network and without.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use sigillum::clock;

use crate::support::authority::{Authority, Places};
use crate::support::pdf::MadePdf;
use crate::support::website::{Page, Website};

/// A folder with a document whose signer's issuer is missing, and the server that has it.
fn scene(folder: &Path) -> Website {
    let website = Website::new();
    let authority = Authority::new(clock::now(), &Places::default());
    let places = Places { issuer: vec![website.url("/ca")], ..Places::default() };
    let mut pdf = MadePdf::new([]);
    authority.signer(5, &places).sign(&mut pdf, "S");
    website.put("/ca", Page::of(authority.issuing()));
    put(folder, "document.pdf", pdf.bytes());
    put(folder, "root.der", &authority.root());
    website
}

#[expect(clippy::disallowed_methods, reason = "the test makes the files that it names")]
fn put(folder: &Path, name: &str, content: &[u8]) {
    std::fs::write(folder.join(name), content).unwrap();
}

/// Exit code and report.
fn run(folder: &Path, options: &[&str]) -> (Option<i32>, Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_sigillum"))
        .current_dir(folder)
        .env("XDG_DATA_HOME", folder.join("nothing"))
        .args(["validate", "--policy", "no-revocation", "--format", "json", "document.pdf"])
        .args(options)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    let report =
        serde_json::from_str(&out).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code(), report)
}

#[test]
fn the_program_fetches_from_hosts_that_are_allowed() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path();
    let website = scene(folder);
    let anchor = ["--trust-anchor", "root.der"];

    let (code, report) = run(folder, &anchor);
    assert_eq!((code, &report["gathering"][0]["outcome"]), (Some(2), &Value::from("refused-host")));
    let rule = website.rule();
    let (code, report) = run(folder, &[&anchor[..], &["--offline", "--allow-host", &rule]].concat());
    assert_eq!((code, &report["gathering"]), (Some(2), &Value::from(Vec::<Value>::new())));
    assert_eq!(report["needs"][0]["urls"][0], website.url("/ca"));
    assert_eq!(website.connections(), 0);

    let (code, report) = run(folder, &[&anchor[..], &["--allow-host", &rule]].concat());
    let signer = &report["signatures"][0]["signer"]["certificateSha256"];
    let attempt =
        serde_json::json!({ "kind": "issuer", "for": signer, "url": website.url("/ca"), "outcome": "fetched" });
    assert_eq!((code, &report["gathering"]), (Some(0), &Value::from(vec![attempt])));
    assert_eq!(website.count("/ca"), 1);
}

#[test]
fn the_configuration_says_who_may_be_asked_and_where_answers_are_kept() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path();
    let website = scene(folder);
    let configured = |outbound: &str| {
        let text = format!(
            "[server]\ncertificate-file = \"a\"\nkey-file = \"b\"\n[journal]\nsqlite-file = \"c\"\n\
             [trust.anchors.root]\ncertificate-file = \"root.der\"\n[outbound]\n{outbound}\n"
        );
        put(folder, "sigillum.toml", text.as_bytes());
        let (code, report) = run(folder, &["--config", "sigillum.toml"]);
        (code, report["gathering"][0]["outcome"].as_str().map(ToOwned::to_owned))
    };
    let word = |word: &str| Some(word.to_owned());
    assert_eq!(configured(""), (Some(2), word("refused-host")));
    let allowed = format!("allow-hosts = [\"{}\"]\ncache-folder = \"cache\"", website.rule());
    assert_eq!(configured(&format!("{allowed}\noffline = true")), (Some(2), None));
    assert_eq!(configured(&allowed), (Some(0), word("fetched")));
    assert_eq!(configured(&allowed), (Some(0), word("cached")));
    assert_eq!(website.count("/ca"), 1);
}
