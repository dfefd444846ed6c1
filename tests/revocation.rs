//! Revocation data judged: each rule of the revocation acceptance check with a CRL or OCSP response that breaks it and
//! nothing else, and what decides where several speak.

mod support;

#[path = "revocation/pki.rs"]
mod pki;

#[path = "revocation/lists.rs"]
mod lists;

#[path = "revocation/responses.rs"]
mod responses;

use std::sync::Arc;

use pki::{
    CRL_SIGN, CertificateText, DIGITAL_SIGNATURE, IdDigest, KEY_CERT_SIGN, Key, ListText, ResponseText, by_name,
    cert_id, good, is_ca, key_usage, name, no_check, ocsp_signing,
};
use sigillum::limits::{Budget, Limits};
use sigillum::pki::{Certificate, Crl, OcspResponse};
use sigillum::time::Timestamp;
use sigillum::trust::{TrustAnchor, TrustStore};
use sigillum::validation::{CertificateStatus, Evidence, Moment, Origin, Policy, certificate_status};

/// The serial number of the certificate that is asked for.
const SERIAL: &[u8] = &[0x51, 0x0a, 0x77, 0x03];

/// The time at which all is judged.
const NOW: &str = "2026-07-01T00:00:00Z";

/// A root, a CA below it, and whom it certified.
struct World {
    root_key: Key,
    root: Arc<Certificate>,
    ca_key: Key,
    ca: Arc<Certificate>,
    leaf_key: Key,
    leaf: Arc<Certificate>,
    /// A responder that the CA has delegated, not to be checked itself.
    responder_key: Key,
    responder: Arc<Certificate>,
    trust: TrustStore,
}

/// A certificate that is valid in 2026, issued by `issuer`.
fn text(issuer: &str, subject: &str, extensions: Vec<Vec<u8>>) -> CertificateText {
    CertificateText {
        serial: subject.as_bytes().to_vec(),
        issuer: name(issuer),
        subject: name(subject),
        from: "20260101000000Z",
        until: "20261231000000Z",
        extensions,
    }
}

fn ca_text(issuer: &str, subject: &str) -> CertificateText {
    let key_identifier = pki::extension("2.5.29.14", false, &support::sign::der::octets(subject.as_bytes()));
    text(issuer, subject, vec![is_ca(), key_usage(KEY_CERT_SIGN | CRL_SIGN), key_identifier])
}

impl World {
    fn new() -> Self {
        Self::with_leaf(Vec::new())
    }

    /// A world whose end entity has these extensions besides.
    fn with_leaf(extensions: Vec<Vec<u8>>) -> Self {
        let (root_key, ca_key, leaf_key, responder_key) = (Key::new(), Key::new(), Key::new(), Key::new());
        let root = ca_text("Root", "Root").issue(&root_key, &root_key);
        let ca = ca_text("Root", "CA").issue(&ca_key, &root_key);
        let mut leaf = text("CA", "Leaf", vec![key_usage(DIGITAL_SIGNATURE)]);
        leaf.serial = SERIAL.to_vec();
        leaf.extensions.extend(extensions);
        let leaf = leaf.issue(&leaf_key, &ca_key);
        let responder = text("CA", "Responder", vec![key_usage(DIGITAL_SIGNATURE), ocsp_signing(), no_check()]);
        let responder = responder.issue(&responder_key, &ca_key);
        let trust = TrustStore::new(vec![TrustAnchor { certificate: Arc::clone(&root), sunset: None }]);
        Self { root_key, root, ca_key, ca, leaf_key, leaf, responder_key, responder, trust }
    }

    /// A CRL of the CA that names nobody, of June 2026.
    fn list(&self) -> ListText {
        ListText {
            issuer: name("CA"),
            this_update: "20260620000000Z",
            next_update: Some("20260720000000Z"),
            entries: Vec::new(),
            extensions: vec![pki::crl_number(5)],
        }
    }

    /// A good answer of the delegated responder.
    fn response(&self) -> ResponseText {
        ResponseText {
            version: None,
            responder: by_name(&name("Responder")),
            produced_at: "20260630000000Z",
            id: self.leaf_id(IdDigest::Sha1),
            status: good(),
            this_update: "20260630000000Z",
            next_update: Some("20260702000000Z"),
            single_extensions: Vec::new(),
            extensions: Vec::new(),
            certificates: vec![Arc::clone(&self.responder)],
        }
    }

    fn leaf_id(&self, with: IdDigest) -> Vec<u8> {
        cert_id(with, &name("CA"), &self.ca_key, SERIAL)
    }

    /// What is said of the leaf.
    fn judge(&self, evidence: &Evidence) -> CertificateStatus {
        self.judge_of(&self.leaf, &self.ca, evidence)
    }

    fn judge_of(&self, leaf: &Arc<Certificate>, ca: &Arc<Certificate>, evidence: &Evidence) -> CertificateStatus {
        let at = time(NOW);
        let policy = Policy::builtin("default").unwrap();
        let mut budget = Budget::new(&Limits::DEFAULT);
        let moment = Moment { at, clock: at };
        certificate_status(leaf, ca, evidence, &self.trust, &policy, moment, &mut budget).unwrap()
    }

    /// Root and CA, and what else is given.
    fn evidence(&self, crls: Vec<Crl>, responses: Vec<OcspResponse>) -> Evidence {
        let mut evidence = Evidence::new();
        for certificate in [&self.root, &self.ca, &self.leaf] {
            evidence.add_certificate(Arc::clone(certificate));
        }
        for crl in crls {
            evidence.add_crl(crl, Origin::Supplied);
        }
        for response in responses {
            evidence.add_ocsp_response(response, Origin::Supplied);
        }
        evidence
    }

    fn of_lists(&self, crls: Vec<Crl>) -> String {
        said(&self.judge(&self.evidence(crls, Vec::new())))
    }

    fn of_responses(&self, responses: Vec<OcspResponse>) -> String {
        said(&self.judge(&self.evidence(Vec::new(), responses)))
    }
}

fn time(text: &str) -> Timestamp {
    Timestamp::from_rfc3339(text).unwrap()
}

/// The status that decides, with `stale` where it is not fresh; or else why each datum is not acceptable.
fn said(status: &CertificateStatus) -> String {
    match &status.decides {
        Some((decides, None)) => decides.status.to_owned(),
        Some((decides, Some(stale))) => {
            assert_eq!(stale.id(), "revocation-stale");
            format!("{} stale", decides.status)
        }
        None if status.rejected.is_empty() => "nothing".to_owned(),
        None => {
            let mut ids: Vec<_> = status.rejected.iter().map(sigillum::validation::Message::id).collect();
            ids.dedup();
            ids.iter().map(|id| id.trim_start_matches("revocation-")).collect::<Vec<_>>().join(" ")
        }
    }
}

#[test]
fn without_data_nothing_is_known() {
    let world = World::new();
    assert_eq!(world.of_lists(Vec::new()), "nothing");
}

#[test]
fn a_revocation_decides_whatever_a_later_datum_says() {
    let world = World::new();
    let mut list = world.list();
    list.entries = vec![pki::entry(SERIAL, "20260601000000Z", &[pki::reason_code(1)])];
    let list = list.sign(&world.ca_key);
    let response = world.response().sign(&world.responder_key);
    let status = world.judge(&world.evidence(vec![list], vec![response]));
    assert_eq!(status.accepted.iter().map(|one| one.status).collect::<Vec<_>>(), ["good", "revoked"]);
    let (decides, stale) = status.decides.unwrap();
    assert_eq!((decides.source, decides.status, decides.reason), ("crl", "revoked", Some("keyCompromise")));
    assert!(decides.revoked_at == Some(time("2026-06-01T00:00:00Z")) && stale.is_none());
}

#[test]
fn a_hold_is_lifted_by_a_later_datum() {
    let world = World::new();
    let mut list = world.list();
    list.entries = vec![pki::entry(SERIAL, "20260601000000Z", &[pki::reason_code(6)])];
    let list = list.sign(&world.ca_key);
    assert_eq!(world.of_lists(vec![list.clone()]), "on-hold");
    let mut response = world.response();
    let later = response.sign(&world.responder_key);
    assert_eq!(said(&world.judge(&world.evidence(vec![list.clone()], vec![later]))), "good");
    response.produced_at = "20260610000000Z";
    response.this_update = "20260610000000Z";
    let earlier = response.sign(&world.responder_key);
    assert_eq!(said(&world.judge(&world.evidence(vec![list], vec![earlier]))), "on-hold");
}

#[test]
fn the_order_of_the_evidence_decides_nothing() {
    let world = World::new();
    let mut held = world.list();
    held.entries = vec![pki::entry(SERIAL, "20260601000000Z", &[pki::reason_code(6)])];
    let mut future = world.list();
    future.this_update = "20270101000000Z";
    future.next_update = Some("20280101000000Z");
    let foreign = Key::new();
    let lists = [
        held.sign(&world.ca_key),
        world.list().sign(&world.ca_key),
        world.list().sign(&foreign),
        future.sign(&world.ca_key),
    ];
    let response = world.response().sign(&world.responder_key);
    let mut seen = Vec::new();
    for turn in 0..lists.len() {
        let mut turned = lists.to_vec();
        turned.rotate_left(turn);
        for reversed in [false, true] {
            if reversed {
                turned.reverse();
            }
            let mut evidence = Evidence::new();
            if reversed {
                evidence.add_ocsp_response(response.clone(), Origin::Supplied);
            }
            for crl in turned.clone() {
                evidence.add_crl(crl, Origin::Supplied);
            }
            evidence.add_ocsp_response(response.clone(), Origin::Embedded);
            for certificate in [&world.leaf, &world.ca, &world.root] {
                evidence.add_certificate(Arc::clone(certificate));
            }
            let status = world.judge(&evidence);
            seen.push(format!("{:?} {:?} {:?}", status.decides, status.accepted, status.rejected));
        }
    }
    assert!(seen.iter().all(|one| *one == seen[0]), "{seen:#?}");
    assert!(seen[0].contains("revocation-from-future") || seen[0].contains("RevocationFromFuture"));
}

#[test]
fn some_certificates_need_no_status() {
    let cases = [
        (pki::extension("0.4.0.194121.2.1", false, &[0x05, 0x00]), true),
        (pki::extension("2.5.29.56", false, &[0x05, 0x00]), true),
        (no_check(), false),
    ];
    for (extension, expected) in cases {
        let world = World::with_leaf(vec![extension]);
        let status = world.judge(&world.evidence(Vec::new(), Vec::new()));
        assert_eq!(status.not_required.is_some(), expected);
    }
    let world = World::new();
    let status = world.judge_of(&world.responder, &world.ca, &Evidence::new());
    assert!(status.not_required.is_some(), "a responder with nocheck");
}

/// The least work for which there is an answer.
fn least_work(world: &World, evidence: &Evidence) -> u64 {
    let at = time(NOW);
    let policy = Policy::builtin("default").unwrap();
    let moment = Moment { at, clock: at };
    (0..)
        .step_by(20)
        .find(|work| {
            let mut budget = Budget::new(&Limits { work: *work, ..Limits::DEFAULT });
            certificate_status(&world.leaf, &world.ca, evidence, &world.trust, &policy, moment, &mut budget).is_ok()
        })
        .unwrap()
}

#[test]
fn an_exhausted_budget_is_an_error() {
    let world = World::new();
    let evidence = world.evidence(vec![world.list().sign(&world.ca_key)], Vec::new());
    let least = least_work(&world, &evidence);
    assert!((400..800).contains(&least), "one verification, not {least}");
}

#[test]
fn a_list_that_is_asked_for_two_certificates_is_verified_once() {
    let world = World::new();
    let list = world.list().sign(&world.ca_key);
    let key = Key::new();
    let answered_by = |more: Vec<Vec<u8>>| {
        let extensions = [vec![key_usage(DIGITAL_SIGNATURE), ocsp_signing()], more].concat();
        let responder = text("CA", "Checked Responder", extensions).issue(&key, &world.ca_key);
        let mut response = world.response();
        response.responder = by_name(&name("Checked Responder"));
        response.certificates = vec![responder];
        response.sign(&key)
    };
    let alone = least_work(&world, &world.evidence(vec![list.clone()], Vec::new()));
    let unchecked = least_work(&world, &world.evidence(Vec::new(), vec![answered_by(vec![no_check()])]));
    // The list says of the responder that it is good, and of the leaf too.
    let evidence = world.evidence(vec![list], vec![answered_by(Vec::new())]);
    let both = least_work(&world, &evidence);
    assert!(both < alone + unchecked + 100, "{both} is more than {alone} and {unchecked}");
    assert_eq!(world.judge(&evidence).accepted.len(), 2);
}
