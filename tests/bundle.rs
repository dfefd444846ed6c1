//! The evidence bundle: what was judged once is judged again from its bundle, to the octet, and without anything else;
//! as evidence it says nothing of trust.

#![cfg(feature = "service")]

mod support;

use serde_json::Value;
use sigillum::crypto::{DigestAlgorithm, digest};
use sigillum::document::OpenError;
use sigillum::limits::{CancelFlag, Limits};
use sigillum::reporting::{Envelope, Language, to_json};
use sigillum::service;
use sigillum::service::{Given, GivenContent, Judged, ReplayError, ValidationRequest, certificates, replay};
use sigillum::time::Timestamp;
use sigillum::trust::{TrustAnchor, TrustStore};
use sigillum::validation::bundle::Bundle;
use sigillum::validation::{Answer, Evidence, Moment, Policy, Verdict};
use std::process::Command;
use std::sync::Arc;

/// The report and what it rests on, without fetching anything.
fn judge(
    bytes: &[u8],
    request: &ValidationRequest,
    at_hand: &Evidence,
    cancel: &CancelFlag,
) -> Result<Judged, OpenError> {
    service::judge(bytes, request, at_hand, cancel)
        .map(|(case, report)| Judged { report, basis: case.into_basis() })
}

fn read(path: &str) -> Vec<u8> {
    support::read(&support::project().join("fixtures").join(path))
}

fn trust(roots: &[Vec<u8>]) -> Arc<TrustStore> {
    let found = roots.iter().flat_map(|root| certificates(root).unwrap());
    TrustStore::new(found.map(|certificate| TrustAnchor { certificate, sunset: None }).collect()).into()
}

fn request(policy: &str, at: &str, trust: &Arc<TrustStore>, evidence: &[Vec<u8>]) -> ValidationRequest {
    let limits = Limits::DEFAULT;
    let mut given = Given::default();
    for content in evidence {
        given.take(content, &limits).unwrap();
    }
    let at = Timestamp::from_rfc3339(at).unwrap();
    ValidationRequest {
        contents: Vec::new(),
        password: None,
        policy: Policy::builtin(policy).unwrap().into(),
        trust: Arc::clone(trust),
        certificates: given.certificates,
        crls: given.crls,
        ocsp_responses: given.ocsp_responses,
        moment: Moment { at, clock: at.plus_seconds(3600) },
        limits,
    }
}

fn json(judged: &Judged) -> String {
    to_json(&judged.report, &Envelope { report_id: "same", document_name: None }, Language::En)
}

/// Judges, writes the bundle, reads it, judges again: the same report and the same bundle. Whether it could be read.
fn comes_again(name: &str, bytes: &[u8], request: &ValidationRequest) -> bool {
    let Ok(first) = judge(bytes, request, &Evidence::new(), &CancelFlag::default()) else { return false };
    let written = first.basis.bundle(&first.report).unwrap();
    let bundle = Bundle::read(&written).unwrap_or_else(|error| panic!("{name}: {error}"));
    let password = request.password.as_deref();
    let second = replay(bytes, &bundle, password, &request.contents, &Limits::DEFAULT, &CancelFlag::default());
    let second = second.unwrap_or_else(|error| panic!("{name}: {error:?}"));
    assert_eq!(json(&first), json(&second), "{name}");
    assert!(second.basis.bundle(&second.report).unwrap() == written, "{name}: another bundle");
    true
}

#[test]
fn every_fixture_comes_again() {
    let (mut cases, mut unread) = (0, 0);
    let shared = [read("pki/root.pem"), read("pki/other-root.pem")];
    for file in support::files(&support::project().join("fixtures"), |name| name == "case.toml") {
        let folder = file.parent().unwrap();
        let case: toml::Table = toml::from_str(&support::read_text(&file)).unwrap();
        let texts = |key: &str| -> Vec<Vec<u8>> {
            let names = case[key].as_array().unwrap().iter().map(|name| name.as_str().unwrap());
            names.map(|name| support::read(&folder.join(name))).collect()
        };
        let [pdf, xml] = ["document.pdf", "document.xml"].map(|name| folder.join(name));
        let bytes = support::read(if pdf.is_file() { &pdf } else { &xml });
        let contents = case.get("content").and_then(toml::Value::as_array).into_iter().flatten();
        let contents: Vec<GivenContent> = contents
            .map(|name| name.as_str().unwrap())
            .map(|name| GivenContent { name: Some(name.to_owned()), bytes: support::read(&folder.join(name)) })
            .collect();
        let at = case["at"].as_str().unwrap();
        for (policy, anchors) in [
            (case["policy"].as_str().unwrap(), texts("anchors")),
            ("default", shared.to_vec()),
            ("no-revocation", Vec::new()),
        ] {
            let mut request = request(policy, at, &trust(&anchors), &texts("evidence"));
            request.password = case.get("password").map(|password| password.as_str().unwrap().as_bytes().to_vec());
            request.contents.clone_from(&contents);
            if comes_again(&file.display().to_string(), &bytes, &request) {
                cases += 1;
            } else {
                unread += 1;
            }
        }
    }
    assert!(unread < cases / 4, "{unread} of {cases} could not be read");
    support::suite("bundle fixtures", cases);
}

#[test]
fn the_generated_set_comes_again() {
    const SUITE: &str = "bundle generated";
    let Some(shared) = support::shared() else { return support::skipped(SUITE) };
    let data = shared.join("data");
    let set = |name: &str| -> Value { serde_json::from_slice(&support::read(&data.join(name))).unwrap() };
    let sets = [set("generated/pdf.json"), set("generated/xml.json")];
    let certificates = data.join("test-pki/certs");
    let roots = ["peers/root.pem", "peers/root2.pem"].map(|name| support::read(&certificates.join(name)));
    let intermediates = support::read(&certificates.join("intermediates.pem"));
    let trust = trust(&roots);
    let mut cases = 0;
    for file in sets.iter().flat_map(|set| set["files"].as_array().unwrap()).step_by(7) {
        let name = file["file"].as_str().unwrap();
        let bytes = support::read(&data.join("generated").join(name));
        for policy in ["default", "no-revocation"] {
            let mut request = request(policy, "2026-11-21T12:00:00Z", &trust, std::slice::from_ref(&intermediates));
            request.password = file["password"].as_str().map(|password| password.as_bytes().to_vec());
            cases += usize::from(comes_again(name, &bytes, &request));
        }
    }
    support::suite(SUITE, cases);
}

#[test]
fn a_foreign_root_in_a_bundle_makes_nothing_pass() {
    let at = "2026-07-01T00:00:00Z";
    let signed = read("pdf/trusted-other/document.pdf");
    let foreign = trust(&[read("pki/other-root.pem")]);
    let own = trust(&[read("pki/root.pem")]);
    let passed =
        judge(&signed, &request("no-revocation", at, &foreign, &[]), &Evidence::new(), &CancelFlag::default())
            .unwrap();
    assert_eq!(passed.report.summary.answer, Answer::Valid);
    let bundle = passed.basis.bundle(&passed.report).unwrap();

    let answer = |evidence: &[Vec<u8>]| {
        let judged =
            judge(&signed, &request("no-revocation", at, &own, evidence), &Evidence::new(), &CancelFlag::default())
                .unwrap();
        assert!(judged.report.signatures.iter().all(|signature| signature.verdict != Verdict::Passed));
        assert!(judged.report.signatures.iter().all(|one| one.path.iter().all(|element| !element.trust_anchor)));
        judged.report.summary.answer
    };
    assert_eq!(answer(&[]), Answer::CannotTell);
    assert_eq!(answer(std::slice::from_ref(&bundle)), Answer::CannotTell);
    // Nor does its policy count: without revocation data `default` passes nothing.
    let judged =
        judge(&signed, &request("default", at, &foreign, &[bundle]), &Evidence::new(), &CancelFlag::default())
            .unwrap();
    assert_eq!(judged.report.summary.answer, Answer::CannotTell);
}

#[test]
fn a_bundle_is_evidence_for_what_lacks_it() {
    let at = "2026-07-01T00:00:00Z";
    let trust = trust(&[read("pki/root.pem")]);
    let signed = read("pdf/issuer-missing/document.pdf");
    let answer = |evidence: &[Vec<u8>]| {
        let judged = judge(
            &signed,
            &request("no-revocation", at, &trust, evidence),
            &Evidence::new(),
            &CancelFlag::default(),
        )
        .unwrap();
        let bundle = judged.basis.bundle(&judged.report).unwrap();
        (judged.report.summary.answer, bundle)
    };
    assert_eq!(answer(&[]).0, Answer::CannotTell);
    let (whole, bundle) = answer(&[read("pki/issuing-ca.pem")]);
    assert_eq!(whole, Answer::Valid);
    assert_eq!(answer(&[bundle]).0, Answer::Valid);
}

/// What docs/bundle.md says to those who have no such program: the command for the digest, and the chain of the policy.
#[test]
fn it_can_be_checked_as_its_description_says() {
    let documentation = support::read_text(&support::project().join("docs/bundle.md"));
    let command = documentation.lines().find(|line| line.starts_with("sed ")).expect("the command");
    let trust = trust(&[read("pki/root.pem")]);
    let signed = read("pdf/pades-b-t/document.pdf");
    let request = request("no-revocation", "2026-07-01T00:00:00Z", &trust, &[]);
    let judged = judge(&signed, &request, &Evidence::new(), &CancelFlag::default()).unwrap();
    let octets = judged.basis.bundle(&judged.report).unwrap();
    assert_eq!(octets.iter().position(|octet| *octet == b'\n'), Some(116), "the first line has 117 octets");
    let bundle: Value = serde_json::from_slice(&octets).unwrap();

    let folder = tempfile::tempdir().unwrap();
    #[expect(clippy::disallowed_methods, reason = "the test makes the file that it names")]
    std::fs::write(folder.path().join("contract.bundle"), &octets).unwrap();
    let output = Command::new("sh").args(["-c", command]).current_dir(folder.path()).output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(printed.split(' ').next(), bundle["sha256"].as_str());

    let content = &bundle["content"];
    let texts = content["policy"]["texts"].as_array().unwrap();
    assert_eq!(texts.len(), 2, "no-revocation extends default");
    let chain = texts.iter().fold(String::new(), |hash, text| {
        digest(DigestAlgorithm::Sha256, format!("{hash}{}", text.as_str().unwrap()).as_bytes()).to_string()
    });
    assert_eq!(content["policy"]["sha256"], *chain);
    assert_eq!(content["document"]["sha256"], *digest(DigestAlgorithm::Sha256, &signed).to_string());
    let members = |value: &Value, path: &str| -> Vec<String> {
        value.as_object().into_iter().flat_map(|object| object.keys()).map(|key| format!("{path}{key}")).collect()
    };
    for name in members(content, "") {
        if content[&name].is_array() {
            assert!(documentation.contains(&format!("| `{name}` |")), "{name} is not described");
            continue;
        }
        for member in members(&content[&name], "") {
            let named = [format!("`{name}.{member}`"), format!("`.{member}`")];
            assert!(named.iter().any(|named| documentation.contains(named)), "{name}.{member} is not described");
        }
    }
}

#[test]
fn another_document_is_not_judged() {
    let at = "2026-07-01T00:00:00Z";
    let trust = trust(&[read("pki/root.pem")]);
    let signed = read("pdf/pades-b-t/document.pdf");
    let judged =
        judge(&signed, &request("default", at, &trust, &[]), &Evidence::new(), &CancelFlag::default()).unwrap();
    let bundle = Bundle::read(&judged.basis.bundle(&judged.report).unwrap()).unwrap();
    for other in [read("pdf/two-signatures/document.pdf"), [&signed[..], b"\n"].concat()] {
        let refused = replay(&other, &bundle, None, &[], &Limits::DEFAULT, &CancelFlag::default());
        assert!(matches!(refused, Err(ReplayError::Bundle(error)) if error.code() == "other-document"));
    }
}
