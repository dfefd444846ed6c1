//! Every way in which the OCSP responders of the test PKI misbehave, and what is said of it.
//!
//! The server has to run: `SIGILLUM_TEST_PKI` names it. It answers with the time of the wall clock, so that is the time
//! for which is judged. Of the responder that is too slow an answer is never waited for (`tests/processes_live.rs`).

mod support;

use std::path::Path;
use std::sync::Arc;

use ring::digest::{SHA256, digest};
use sigillum::limits::{Budget, Limits};
use sigillum::pki::{Certificate, Crl, OcspResponse};
use sigillum::trust::{TrustAnchor, TrustStore};
use sigillum::validation::{Evidence, Message, Moment, Origin, Policy, certificate_status};
use support::sign::der;
use support::test_pki;
use support::test_pki::ask;

/// The media type of a request.
const REQUEST: &str = "application/ocsp-request";

/// The path of a responder, and what is said of the certificate.
const RESPONDERS: &[(&str, &str)] = &[
    ("/peers/ocsp/qca", "good"),
    ("/peers/plugin/ocsp-ext/ok", "good"),
    ("/peers/plugin/ocsp-ext/revoked-all", "revoked"),
    ("/peers/plugin/ocsp-ext/unknown", "revocation-unknown"),
    ("/peers/plugin/ocsp-ext/try-later", "revocation-response-status"),
    ("/peers/plugin/ocsp-ext/unauthorized", "revocation-response-status"),
    ("/peers/plugin/ocsp-ext/stale", "good revocation-stale"),
    ("/peers/plugin/ocsp-ext/future", "revocation-from-future"),
    ("/peers/plugin/ocsp-ext/no-next-update", "good"),
    ("/peers/plugin/ocsp-ext/wrong-cert-id", "revocation-other-certificate"),
    ("/peers/plugin/ocsp-ext/bad-signature", "revocation-signature-invalid"),
    ("/peers/plugin/ocsp-ext/malformed", "unreadable"),
    ("/peers/plugin/ocsp-ext/no-nonce", "good"),
    ("/peers/plugin/ocsp-ext/wrong-signer", "revocation-signer-not-entitled"),
];

/// Certificates, and what the CRL of their CA says.
const LISTED: &[(&str, &str)] = &[("seal", "good"), ("s-revoked", "revoked"), ("s-hold", "revoked")];

#[test]
fn each_misbehaviour_of_a_responder_is_told() {
    let (Some(shared), Some(server)) = (support::shared(), test_pki::server()) else {
        support::skipped("test PKI revocation");
        return;
    };
    let folder = shared.join("data/test-pki/certs/peers");
    let (root, ca, seal) = (read(&folder, "root"), read(&folder, "qca"), read(&folder, "seal"));
    let trust = TrustStore::new(vec![TrustAnchor { certificate: Arc::clone(&root), sunset: None }]);
    let judge = |leaf: &Arc<Certificate>, mut evidence: Evidence| {
        for certificate in [&root, &ca, leaf] {
            evidence.add_certificate(Arc::clone(certificate));
        }
        let at = test_pki::now();
        let policy = Policy::builtin("default").unwrap();
        let moment = Moment { at, clock: at };
        let mut budget = Budget::new(&Limits::DEFAULT);
        let status = certificate_status(leaf, &ca, &evidence, &trust, &policy, moment, &mut budget).unwrap();
        match status.decides {
            Some((decides, None)) => decides.status.to_owned(),
            Some((decides, Some(stale))) => format!("{} {}", decides.status, stale.id()),
            None => status.rejected.iter().map(Message::id).collect::<Vec<_>>().join(" "),
        }
    };
    let nonce = [0x5a; 32];
    let request = request(&seal, &ca, &nonce);
    for (path, expected) in RESPONDERS {
        let bytes = ask(&server, path, Some((REQUEST, &request)));
        let said = match OcspResponse::parse(&bytes, 64) {
            Ok(response) => {
                let mut evidence = Evidence::new();
                evidence.add_fetched_ocsp(response, Some(nonce.into()));
                judge(&seal, evidence)
            }
            Err(_) => "unreadable".to_owned(),
        };
        assert_eq!(said, *expected, "{path}");
    }
    // The answer to another request.
    let other = ask(&server, "/peers/ocsp/qca", Some((REQUEST, &request)));
    let mut evidence = Evidence::new();
    evidence.add_fetched_ocsp(OcspResponse::parse(&other, 64).unwrap(), Some([0x5b; 32].into()));
    assert_eq!(judge(&seal, evidence), "revocation-nonce-differs");

    let list = Crl::parse(&ask(&server, "/peers/crls/qca/latest.crl", None), 64).unwrap();
    for (name, expected) in LISTED {
        let mut evidence = Evidence::new();
        evidence.add_crl(list.clone(), Origin::Fetched);
        assert_eq!(judge(&read(&folder, name), evidence), *expected, "{name}");
    }
    support::suite("test PKI revocation", RESPONDERS.len() + LISTED.len() + 1);
}

fn read(folder: &Path, name: &str) -> Arc<Certificate> {
    Arc::new(Certificate::parse(&support::read(&folder.join(format!("{name}.crt")))).unwrap())
}

/// `OCSPRequest` (RFC 6960 §4.1.1) with a nonce.
fn request(certificate: &Certificate, issuer: &Certificate, nonce: &[u8]) -> Vec<u8> {
    let hash = |octets: &[u8]| der::octets(digest(&SHA256, octets).as_ref());
    let (_, parsed) = x509_parser::parse_x509_certificate(issuer.der()).unwrap();
    let id = der::sequence(&[
        der::sequence(&[der::oid("2.16.840.1.101.3.4.2.1")]),
        hash(certificate.issuer().der()),
        hash(&parsed.public_key().subject_public_key.data),
        der::integer(certificate.serial()),
    ]);
    let nonce = der::sequence(&[der::oid("1.3.6.1.5.5.7.48.1.2"), der::octets(&der::octets(nonce))]);
    let list = der::sequence(&[der::sequence(&[id])]);
    der::sequence(&[der::sequence(&[list, der::tlv(0xa2, &der::sequence(&[nonce]))])])
}
