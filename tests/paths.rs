//! Certification paths: NIST PKITS and x509-limbo through [`validate_signer`], under a policy with the inputs of each
//! case. What we answer otherwise is listed in `tests/paths/*_exceptions.tsv`, each case with its reason.

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use sigillum::crypto::{DigestAlgorithm, KeyKind, PublicKey, SignatureAlgorithm};
use sigillum::limits::{Budget, Limits};
use sigillum::pki::{Certificate, Crl, pem};
use sigillum::time::Timestamp;
use sigillum::trust::{TrustAnchor, TrustStore};
use sigillum::validation::{
    CheckResult, Evidence, Moment, Origin, Policy, SignerOutcome, Verdict, validate_signer,
};

use support::exceptions::Exceptions;

/// The cases of a suite, and what is expected.
fn cases(shared: &Path, suites: &[&str]) -> BTreeMap<String, bool> {
    let rows = support::table::load(&shared.join("data/corpus/CASES.tsv"));
    let of_suite = rows.into_iter().filter(|row| suites.contains(&row["suite"].as_str()));
    of_suite.map(|row| (format!("{} {}", row["suite"], row["case"]), row["expected"] == "SUCCESS")).collect()
}

/// The exceptions of a suite.
fn exceptions(suite: &str) -> Exceptions {
    Exceptions::load(&support::project().join(format!("tests/paths/{suite}_exceptions.tsv")))
}

/// One certificate to be judged.
struct Case<'c> {
    signer: Arc<Certificate>,
    anchors: Vec<Arc<Certificate>>,
    evidence: &'c Evidence,
    policy: &'c Policy,
    at: Timestamp,
    path_length: u32,
}

impl Case<'_> {
    fn outcome(&self) -> SignerOutcome {
        let anchors = self.anchors.iter().cloned();
        let trust = anchors.map(|certificate| TrustAnchor { certificate, sunset: None }).collect();
        let limits = Limits { path_length: self.path_length, ..Limits::DEFAULT };
        validate_signer(
            &self.signer,
            algorithm(&self.signer),
            self.evidence,
            &TrustStore::new(trust),
            self.policy,
            Moment { at: self.at, clock: self.at },
            &mut Budget::new(&limits),
        )
    }

    /// What differs from the expectation, with the checks that decided.
    fn compare(&self, expected: bool) -> Result<(), String> {
        let outcome = self.outcome();
        let accepted = outcome.verdict == Verdict::Passed;
        if accepted == expected {
            return Ok(());
        }
        let deciding = |result| matches!(result, CheckResult::Failed | CheckResult::Indeterminate);
        let checks = outcome.checks.iter().filter(|check| deciding(check.result));
        let names: Vec<_> = checks.map(|check| format!("{} {:?}", check.id.name(), check.detail)).collect();
        Err(if accepted { "accepted".to_owned() } else { format!("refused: {}", names.join("; ")) })
    }
}

/// An algorithm that the key could sign with.
fn algorithm(certificate: &Certificate) -> SignatureAlgorithm {
    let digest = DigestAlgorithm::Sha256;
    match PublicKey::from_spki(certificate.spki()).map(|key| key.kind()) {
        Ok(KeyKind::Ec { .. }) => SignatureAlgorithm::Ecdsa { digest },
        Ok(KeyKind::Dsa { .. }) => SignatureAlgorithm::Dsa { digest },
        _ => SignatureAlgorithm::RsaPkcs1 { digest },
    }
}

#[test]
fn nist_pkits() {
    const SUITE: &str = "pkits";
    let Some(shared) = support::shared() else { return support::skipped(SUITE) };
    let folder =
        shared.join("data/corpus/MatthiasValvekens__pyHanko/pkgs/pyhanko-certvalidator/tests/fixtures/nist_pkits");
    let inputs: Value = serde_json::from_slice(&support::read(&folder.join("pkits.json"))).unwrap();
    let certificate =
        |name: &str| Arc::new(Certificate::parse(&support::read(&folder.join("certs").join(name))).unwrap());
    let root = certificate("TrustAnchorRootCertificate.crt");
    let wanted = cases(&shared, &[SUITE]);
    let mut exceptions = exceptions(SUITE);
    let mut run = 0;
    for input in inputs.as_array().unwrap() {
        let name = format!("{SUITE} {}:{}", text(input, "id"), text(input, "name"));
        let Some(expected) = wanted.get(&name) else { continue };
        run += 1;
        let mut evidence = Evidence::new();
        for other in list(input, "other_certs") {
            evidence.add_certificate(certificate(other));
        }
        for crl in list(input, "crls").into_iter().chain(["TrustAnchorRootCRL.crl"]) {
            let der = support::read(&folder.join("crls").join(crl));
            if let Ok(crl) = Crl::parse(&der, Limits::DEFAULT.der_depth) {
                evidence.add_crl(crl, Origin::Supplied);
            }
        }
        let case = Case {
            signer: certificate(text(input, "cert")),
            anchors: vec![Arc::clone(&root)],
            evidence: &evidence,
            policy: &pkits_policy(&input["params"]),
            // When SHA-1 and DSA of 1,024 bits still counted.
            at: Timestamp::from_rfc3339("2012-01-01T00:00:00Z").unwrap(),
            path_length: Limits::DEFAULT.path_length,
        };
        exceptions.check(&name, case.compare(*expected));
    }
    assert_eq!(run, wanted.len(), "cases that the inputs do not have");
    support::suite(SUITE, exceptions.finish());
}

/// The inputs of path validation of a case of PKITS.
fn pkits_policy(params: &Value) -> Policy {
    let flag = |name: &str| params[name].as_bool().unwrap_or(false);
    let mut text = "name = \"pkits\"\nversion = \"1\"\nextends = \"default\"\n[path]\n".to_owned();
    if let Some(policies) = params.get("user_initial_policy_set") {
        text += &format!("initial-policies = {policies}\n");
    }
    text += &format!("require-explicit-policy = {}\n", flag("initial_explicit_policy"));
    text += &format!("inhibit-policy-mapping = {}\n", flag("initial_policy_mapping_inhibit"));
    text += &format!("inhibit-any-policy = {}\n", flag("initial_any_policy_inhibit"));
    Policy::parse(&text).unwrap()
}

/// What x509-limbo demands of issuers fails here, as it would under a policy that says so.
fn limbo_policy(base: &str) -> Policy {
    let text = format!(
        "name = \"limbo\"\nversion = \"1\"\nextends = \"{base}\"\n\
         [levels.signature]\n\
         xcv-signer-key-usage = \"ignore\"\n\
         xcv-authority-key-identifier = \"fail\"\n\
         xcv-certificate-profile = \"fail\"\n\
         [path]\nexamine-anchor = true\n"
    );
    Policy::parse(&text).unwrap()
}

#[test]
fn x509_limbo() {
    const SUITE: &str = "limbo";
    let Some(shared) = support::shared() else { return support::skipped(SUITE) };
    let folder = shared.join("data/corpus/C2SP__x509-limbo");
    let mut exceptions = exceptions(SUITE);
    let plain = limbo_policy("no-revocation");
    let with_revocation = limbo_policy("default");
    let files =
        [("limbo-generated", "limbo-generated.json"), ("limbo-2023-12-01", "limbo-2023-12-01_27b1664.json")];
    for (suite, file) in files {
        let wanted = cases(&shared, &[suite]);
        let inputs: Value = serde_json::from_slice(&support::read(&folder.join(file))).unwrap();
        let mut run = 0;
        for input in inputs["testcases"].as_array().unwrap() {
            let name = format!("{suite} {}", text(input, "id"));
            let Some(expected) = wanted.get(&name) else { continue };
            run += 1;
            let policy = if list(input, "crls").is_empty() { &plain } else { &with_revocation };
            exceptions.check(&name, limbo_case(input, policy, *expected));
        }
        assert_eq!(run, wanted.len(), "{suite}: cases that the inputs do not have");
    }
    support::suite(SUITE, exceptions.finish());
}

fn limbo_case(input: &Value, policy: &Policy, expected: bool) -> Result<(), String> {
    let mut evidence = Evidence::new();
    let read = |pem: &str| {
        let der = pem::objects(pem.as_bytes()).unwrap().remove(0).der;
        Certificate::parse(&der).map(Arc::new).map_err(|error| format!("refused: {error}"))
    };
    let unreadable = |error: String| if expected { Err(error) } else { Ok(()) };
    for intermediate in list(input, "untrusted_intermediates") {
        match read(intermediate) {
            Ok(certificate) => evidence.add_certificate(certificate),
            Err(error) => return unreadable(error),
        }
    }
    for pem in list(input, "crls") {
        let der = pem::objects(pem.as_bytes()).unwrap().remove(0);
        if let Ok(crl) = Crl::parse(&der.der, Limits::DEFAULT.der_depth) {
            evidence.add_crl(crl, Origin::Supplied);
        }
    }
    let mut anchors = Vec::new();
    for anchor in list(input, "trusted_certs") {
        match read(anchor) {
            Ok(certificate) => anchors.push(certificate),
            Err(error) => return unreadable(error),
        }
    }
    let signer = match read(text(input, "peer_certificate")) {
        Ok(certificate) => certificate,
        Err(error) => return unreadable(error),
    };
    // The depth counts the certificates between signer and anchor.
    let depth = input["max_chain_depth"].as_u64().map(|depth| u32::try_from(depth).unwrap().saturating_add(2));
    let time = input["validation_time"].as_str().unwrap_or("2025-01-01T00:00:00Z");
    Case {
        signer,
        anchors,
        evidence: &evidence,
        policy,
        at: Timestamp::from_rfc3339(time).unwrap(),
        path_length: depth.unwrap_or(Limits::DEFAULT.path_length),
    }
    .compare(expected)
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} is missing: {value}"))
}

fn list<'v>(value: &'v Value, name: &str) -> Vec<&'v str> {
    value[name].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}
