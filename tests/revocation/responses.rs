//! OCSP responses (RFC 6960).

use std::sync::Arc;

use super::pki::{
    self, DIGITAL_SIGNATURE, IdDigest, Key, by_key, by_name, cert_hash, cert_id, entry, extension, key_usage, name,
    no_check, nonce, ocsp_signing, reason_code, revoked, unknown,
};
use super::{SERIAL, World, ca_text, said, text};
use sigillum::pki::OcspResponse;
use sigillum::validation::{Evidence, Origin};

/// An answer of the delegated responder, changed in one way.
fn changed(world: &World, change: impl Fn(&mut pki::ResponseText)) -> OcspResponse {
    let mut response = world.response();
    change(&mut response);
    response.sign(&world.responder_key)
}

#[test]
fn each_fault_of_a_response_is_its_own_finding() {
    let world = World::new();
    type Change = fn(&mut pki::ResponseText);
    let cases: &[(&str, Change)] = &[
        ("good", |_| ()),
        ("revoked", |response| response.status = revoked("20260601000000Z", Some(1))),
        ("revoked", |response| response.status = revoked("20260601000000Z", None)),
        ("on-hold", |response| response.status = revoked("20260601000000Z", Some(6))),
        ("unknown", |response| response.status = unknown()),
        ("good stale", |response| response.next_update = Some("20260701000000Z")),
        ("good", |response| response.next_update = Some("20260701000001Z")),
        ("good", |response| response.next_update = None),
        ("good stale", |response| {
            (response.this_update, response.next_update) = ("20260629235959Z", None);
        }),
        ("good", |response| response.this_update = "20260701000500Z"),
        ("from-future", |response| response.this_update = "20260701000501Z"),
        ("from-future", |response| response.produced_at = "20260701000501Z"),
        ("malformed", |response| response.next_update = Some("20260629000000Z")),
        ("before-issuance", |response| response.this_update = "20251231235959Z"),
        ("good", |response| response.version = Some(0)),
        ("malformed", |response| response.version = Some(1)),
        ("unknown-extension", |response| response.extensions.push(extension("1.2.3.4", true, &[5, 0]))),
        ("good", |response| response.extensions.push(extension("1.2.3.4", false, &[5, 0]))),
        ("unknown-extension", |response| response.single_extensions.push(extension("1.2.3.4", true, &[5, 0]))),
        ("malformed", |response| response.extensions = vec![nonce(&[1]), nonce(&[2])]),
        ("cert-hash-differs", |response| response.single_extensions.push(cert_hash(b"another"))),
        ("malformed", |response| response.single_extensions.push(extension("1.3.36.8.3.13", false, &[5, 0]))),
        ("signer-unknown", |response| response.responder = by_name(&name("Nobody"))),
        ("signer-unknown", |response| response.certificates.clear()),
    ];
    for (index, (expected, change)) in cases.iter().enumerate() {
        assert_eq!(world.of_responses(vec![changed(&world, change)]), *expected, "case {index}");
    }
    let hash = cert_hash(world.leaf.der());
    let positive = changed(&world, |response| response.single_extensions.push(hash.clone()));
    assert_eq!(world.of_responses(vec![positive]), "good");
    assert_eq!(world.of_responses(vec![world.response().sign(&Key::new())]), "signature-invalid");
}

#[test]
fn a_response_without_an_answer_is_named() {
    let world = World::new();
    for code in [1, 2, 3, 5, 6, 9] {
        let response = OcspResponse::parse(&[0x30, 3, 0x0a, 1, code], 64).unwrap();
        assert_eq!(world.of_responses(vec![response]), "response-status");
    }
    let status =
        world.judge(&world.evidence(Vec::new(), vec![OcspResponse::parse(&[0x30, 3, 0x0a, 1, 3], 64).unwrap()]));
    assert!(format!("{:?}", status.rejected).contains("tryLater"));
    // The code of a failure in front of an answer takes its value.
    let mut der = world.response().der(&world.responder_key);
    let at = der.windows(3).position(|part| part == [0x0a, 1, 0]).unwrap();
    der[at + 2] = 2;
    assert_eq!(world.of_responses(vec![OcspResponse::parse(&der, 64).unwrap()]), "response-status");
}

#[test]
fn the_certificate_is_named_by_any_digest() {
    let world = World::new();
    for digest in [IdDigest::Sha1, IdDigest::Sha256, IdDigest::Sha512] {
        assert_eq!(
            world.of_responses(vec![changed(&world, |response| response.id = world.leaf_id(digest))]),
            "good"
        );
    }
    let others = [
        cert_id(IdDigest::Sha256, &name("Root"), &world.ca_key, SERIAL),
        cert_id(IdDigest::Sha256, &name("CA"), &world.root_key, SERIAL),
        cert_id(IdDigest::Sha256, &name("CA"), &world.ca_key, &[1, 2]),
    ];
    for id in others {
        let response = || changed(&world, |response| response.id.clone_from(&id));
        assert_eq!(world.of_responses(vec![response()]), "nothing");
    }
    let mut evidence = world.evidence(Vec::new(), Vec::new());
    let other = cert_id(IdDigest::Sha256, &name("CA"), &world.ca_key, &[1, 2]);
    evidence.add_fetched_ocsp(changed(&world, |response| response.id.clone_from(&other)), None);
    assert_eq!(said(&world.judge(&evidence)), "other-certificate", "whoever fetched it asked for another one");
}

#[test]
fn the_nonce_is_the_one_that_was_sent() {
    let world = World::new();
    let fetched = |answered: Option<&[u8]>, sent: Option<&[u8]>| {
        let response = changed(&world, |response| response.extensions = answered.map(nonce).into_iter().collect());
        let mut evidence = world.evidence(Vec::new(), Vec::new());
        evidence.add_fetched_ocsp(response, sent.map(Into::into));
        said(&world.judge(&evidence))
    };
    assert_eq!(fetched(Some(&[1, 2, 3]), Some(&[1, 2, 3])), "good");
    assert_eq!(fetched(Some(&[1, 2, 4]), Some(&[1, 2, 3])), "nonce-differs");
    assert_eq!(fetched(Some(&[1, 2]), Some(&[1, 2, 3])), "nonce-differs");
    assert_eq!(fetched(Some(&[]), Some(&[1, 2, 3])), "nonce-differs");
    assert_eq!(fetched(None, Some(&[1, 2, 3])), "good", "signed in advance");
    assert_eq!(fetched(Some(&[1]), None), "good");
    // A response that is at hand already is judged apart from the same one as an answer.
    let response = changed(&world, |response| response.extensions = vec![nonce(&[1])]);
    let mut evidence = world.evidence(Vec::new(), vec![response.clone(), response.clone()]);
    evidence.add_fetched_ocsp(response, Some([2].into()));
    let status = world.judge(&evidence);
    assert_eq!((status.accepted.len(), status.rejected.len()), (1, 1));
}

#[test]
fn only_the_ca_and_whom_it_delegated_may_answer() {
    let world = World::new();
    // The CA itself, by name and by key.
    for responder in [by_name(&name("CA")), by_key(&world.ca_key)] {
        let mut response = world.response();
        (response.responder, response.certificates) = (responder, Vec::new());
        assert_eq!(world.of_responses(vec![response.sign(&world.ca_key)]), "good");
        assert_eq!(world.of_responses(vec![response.sign(&world.responder_key)]), "signature-invalid");
    }
    let by_its_key = changed(&world, |response| response.responder = by_key(&world.responder_key));
    assert_eq!(world.of_responses(vec![by_its_key]), "good");
    let by_another = changed(&world, |response| response.responder = by_key(&world.leaf_key));
    assert_eq!(world.of_responses(vec![by_another]), "signature-invalid");

    let key = Key::new();
    let of = |certificate: pki::CertificateText, issuer_key: &Key| {
        let mut response = world.response();
        response.responder = by_name(&certificate.subject);
        response.certificates = vec![certificate.issue(&key, issuer_key)];
        world.of_responses(vec![response.sign(&key)])
    };
    let usual = || vec![key_usage(DIGITAL_SIGNATURE), ocsp_signing(), no_check()];
    let with = |extensions| text("CA", "Another Responder", extensions);
    assert_eq!(of(with(usual()), &world.ca_key), "good");
    assert_eq!(of(with(usual()), &world.root_key), "signer-not-entitled", "in the name of the CA only");
    assert_eq!(of(text("Root", "R", usual()), &world.root_key), "signer-not-entitled", "not by the CA itself");
    assert_eq!(of(with(vec![key_usage(DIGITAL_SIGNATURE), no_check()]), &world.ca_key), "signer-not-entitled");
    let usage = vec![key_usage(0x20), ocsp_signing(), no_check()];
    assert_eq!(of(with(usage), &world.ca_key), "signer-not-entitled");
    let mut odd = usual();
    odd.push(extension("1.2.3.4", true, &[5, 0]));
    assert_eq!(of(with(odd), &world.ca_key), "signer-not-entitled");
    let mut early = with(usual());
    early.until = "20260629235959Z";
    assert_eq!(of(early, &world.ca_key), "signer-not-valid");
    let mut late = with(usual());
    late.from = "20260630000001Z";
    assert_eq!(of(late, &world.ca_key), "signer-not-valid");

    // Delegated by another CA of the same name.
    let rogue_key = Key::new();
    assert_eq!(of(with(usual()), &rogue_key), "signer-not-entitled");

    // The certificate that is asked for.
    let mut itself = world.response();
    itself.responder = by_name(&name("Leaf"));
    itself.certificates = vec![Arc::clone(&world.leaf)];
    assert_eq!(world.of_responses(vec![itself.sign(&world.leaf_key)]), "by-subject");
}

#[test]
fn a_delegated_responder_has_a_status_of_its_own() {
    let world = World::new();
    let key = Key::new();
    let mut responder = text("CA", "Checked Responder", vec![key_usage(DIGITAL_SIGNATURE), ocsp_signing()]);
    responder.serial = vec![0x33, 0x44, 0x55];
    let responder = responder.issue(&key, &world.ca_key);
    let response = || {
        let mut response = world.response();
        response.responder = by_name(&name("Checked Responder"));
        response.certificates = vec![Arc::clone(&responder)];
        response
    };
    let judge = |list: Option<pki::ListText>| {
        let lists = list.map(|list| list.sign(&world.ca_key)).into_iter().collect();
        let status = world.judge(&world.evidence(lists, vec![response().sign(&key)]));
        let of_responses = status.accepted.iter().filter(|one| one.source == "ocsp").count();
        let mut ids: Vec<_> = status.rejected.iter().map(sigillum::validation::Message::id).collect();
        ids.retain(|id| id.contains("signer"));
        format!("{of_responses} {}", ids.concat())
    };
    let list = |entries: Vec<Vec<u8>>| {
        let mut list = world.list();
        list.entries = entries;
        list
    };
    let responder_is = |code: u8, at: &str| entry(&[0x33, 0x44, 0x55], at, &[reason_code(code)]);
    assert_eq!(judge(None), "0 revocation-signer-status-unknown");
    assert_eq!(judge(Some(list(vec![]))), "1 ");
    assert_eq!(judge(Some(list(vec![responder_is(1, "20260101000000Z")]))), "0 revocation-signer-revoked");
    assert_eq!(judge(Some(list(vec![responder_is(1, "20260701000000Z")]))), "0 revocation-signer-revoked");
    assert_eq!(judge(Some(list(vec![responder_is(5, "20260701000000Z")]))), "1 ");
    assert_eq!(judge(Some(list(vec![responder_is(6, "20260601000000Z")]))), "0 revocation-signer-revoked");
    // A list that had run out when the response was made says nothing of the responder any more.
    let mut old = list(vec![]);
    (old.this_update, old.next_update) = ("20260501000000Z", Some("20260601000000Z"));
    assert_eq!(judge(Some(old)), "0 revocation-signer-status-unknown");

    // Two responders that vouch for each other, and nobody else.
    let other_key = Key::new();
    let other = text("CA", "Other Responder", vec![key_usage(DIGITAL_SIGNATURE), ocsp_signing()]);
    let other = other.issue(&other_key, &world.ca_key);
    let about = |serial: &[u8], by: &Arc<sigillum::pki::Certificate>, by_name_of: &str, key: &Key| {
        let mut response = response();
        response.id = cert_id(IdDigest::Sha256, &name("CA"), &world.ca_key, serial);
        response.responder = by_name(&name(by_name_of));
        response.certificates = vec![Arc::clone(by)];
        response.sign(key)
    };
    let first = about(&[0x33, 0x44, 0x55], &other, "Other Responder", &other_key);
    let second = about(b"Other Responder", &responder, "Checked Responder", &key);
    assert_eq!(world.of_responses(vec![response().sign(&key), first, second]), "signer-status-unknown");
}

#[test]
fn an_expired_certificate_is_known_by_the_archive_or_by_its_digest() {
    let world = World::new();
    let mut leaf = text("CA", "Leaf", Vec::new());
    leaf.serial = SERIAL.to_vec();
    leaf.until = "20260629235959Z";
    let leaf = leaf.issue(&world.leaf_key, &world.ca_key);
    let judge = |response: OcspResponse| {
        said(&world.judge_of(&leaf, &world.ca, &world.evidence(Vec::new(), vec![response])))
    };
    let cutoff = |since: &str| extension("1.3.6.1.5.5.7.48.1.6", false, &pki::time(since));
    assert_eq!(judge(changed(&world, |_| ())), "after-expiry");
    assert_eq!(judge(changed(&world, |it| it.single_extensions = vec![cutoff("20200101000000Z")])), "good");
    assert_eq!(judge(changed(&world, |it| it.single_extensions = vec![cutoff("20260630000000Z")])), "after-expiry");
    let hash = cert_hash(leaf.der());
    assert_eq!(judge(changed(&world, |it| it.single_extensions = vec![hash.clone()])), "good");
    let revoked = changed(&world, |it| it.status = revoked("20260601000000Z", Some(1)));
    assert_eq!(judge(revoked), "revoked");
}

#[test]
fn certificates_of_a_response_are_candidates_for_issuers() {
    let world = World::new();
    let mut evidence = Evidence::new();
    let ca = ca_text("Root", "CA").issue(&world.ca_key, &world.root_key);
    let with_ca = changed(&world, |response| response.certificates.push(Arc::clone(&ca)));
    evidence.add_ocsp_response(with_ca, Origin::Supplied);
    let subjects: Vec<_> = evidence.certificates().iter().map(|one| one.subject().to_string()).collect();
    assert_eq!(subjects, ["CN=Responder", "CN=CA"]);
}
