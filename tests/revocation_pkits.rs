//! The CRLs of NIST PKITS: whether the status of each certificate of a path is known to be good, where that is what the
//! case is about. The rules of the path itself are judged elsewhere.

mod support;

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use sigillum::limits::{Budget, Limits};
use sigillum::pki::{Certificate, Crl};
use sigillum::time::Timestamp;
use sigillum::trust::{TrustAnchor, TrustStore};
use sigillum::validation::{Evidence, Message, Moment, Origin, Policy, certificate_status};
use support::exceptions::Exceptions;

const FOLDER: &str = "data/corpus/MatthiasValvekens__pyHanko/pkgs/pyhanko-certvalidator/tests/fixtures/nist_pkits";

/// Failures that are about revocation, by the class of pyHanko.
const ABOUT_REVOCATION: [&str; 2] = ["RevokedError", "InsufficientRevinfoError"];

#[test]
fn the_lists_of_pkits_say_what_they_should() {
    let Some(shared) = support::shared() else {
        support::skipped("pkits revocation");
        return;
    };
    let folder = shared.join(FOLDER);
    let cases: Value = serde_json::from_slice(&support::read(&folder.join("pkits.json"))).unwrap();
    let mut ran = 0;
    let mut exceptions = Exceptions::load(&support::project().join("tests/revocation_pkits_exceptions.tsv"));
    for case in cases.as_array().unwrap() {
        let failure = case["error"]["class"].as_str();
        let expected = match failure {
            None => true,
            Some(class) if ABOUT_REVOCATION.contains(&class) => false,
            Some(_) => continue,
        };
        // Cases that turn revocation off say nothing of it.
        if case["revocation"] == Value::Bool(false) && !expected {
            continue;
        }
        ran += 1;
        let found = judge(&folder, case);
        let (id, title) = (case["id"].as_str().unwrap(), case["name"].as_str().unwrap());
        let right = found.is_empty() == expected;
        exceptions.check(&format!("{id}:{title}"), if right { Ok(()) } else { Err(format!("{found:?}")) });
    }
    assert_eq!(exceptions.finish(), ran);
    support::suite("pkits revocation", ran);
}

/// The certificates whose status is not known to be good, and why.
fn judge(folder: &Path, case: &Value) -> Vec<String> {
    let certificate = |name: &str| Arc::new(parse_certificate(&support::read(&folder.join("certs").join(name))));
    let names = |member: &str| -> Vec<String> {
        let list = case[member].as_array().into_iter().flatten();
        list.map(|name| name.as_str().unwrap().to_owned()).collect()
    };
    let root = certificate("TrustAnchorRootCertificate.crt");
    let signer = certificate(case["cert"].as_str().unwrap());
    let others: Vec<_> = names("other_certs").iter().map(|name| certificate(name)).collect();
    let mut evidence = Evidence::new();
    for one in others.iter().chain([&root, &signer]) {
        evidence.add_certificate(Arc::clone(one));
    }
    for name in names("crls").iter().map(String::as_str).chain(["TrustAnchorRootCRL.crl"]) {
        let bytes = support::read(&folder.join("crls").join(name));
        if let Ok(crl) = Crl::parse(&bytes, 64) {
            evidence.add_crl(crl, Origin::Supplied);
        }
    }
    let trust = TrustStore::new(vec![TrustAnchor { certificate: Arc::clone(&root), sunset: None }]);
    let policy = Policy::builtin("default").unwrap();
    let at = Timestamp::from_rfc3339("2020-01-01T00:00:00Z").unwrap();
    let moment = Moment { at, clock: at };
    let mut doubts = Vec::new();
    for one in others.iter().chain([&signer]) {
        let mut reasons = Vec::new();
        let mut good = false;
        for issuer in others.iter().chain([&root]).filter(|issuer| issuer.subject().matches(one.issuer())) {
            let mut budget = Budget::new(&Limits::DEFAULT);
            let status = certificate_status(one, issuer, &evidence, &trust, &policy, moment, &mut budget).unwrap();
            good |= matches!(&status.decides, Some((decides, None)) if decides.status == "good");
            reasons.extend(
                status.decides.map(|(decides, stale)| {
                    format!("{} {}", decides.status, stale.as_ref().map_or("", Message::id))
                }),
            );
            reasons.extend(status.rejected.iter().map(|message| message.id().to_owned()));
        }
        if !good {
            doubts.push(format!("{}: {reasons:?}", one.subject()));
        }
    }
    doubts
}

fn parse_certificate(bytes: &[u8]) -> Certificate {
    Certificate::parse(bytes).unwrap_or_else(|_| {
        Certificate::parse(&support::seeds::from_pem(&String::from_utf8_lossy(bytes))[0]).unwrap()
    })
}
