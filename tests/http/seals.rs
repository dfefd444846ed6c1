//! `POST /v1/seals`.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use sigillum::crypto::{DigestAlgorithm, digest};
use sigillum::journal::Act;
use tokio::time::{sleep, timeout};

use crate::live::{Live, head};
use crate::refusals::OF_SEALS;
use crate::support::pdf::MadePdf;
use crate::world::{ALL, Answer, Behaviour, FORM, LIMITS, SIGNED, World, fixture, form, post};

fn world() -> World {
    World::with_sealer(LIMITS, "no-revocation", Behaviour::Signs)
}

fn unsigned() -> Vec<u8> {
    MadePdf::new([]).into_bytes()
}

fn seal(profile: &str, document: &[u8]) -> Request<Body> {
    post(&format!("/v1/seals?profile={profile}"), ALL, "application/pdf", document)
}

const XML: &[u8] =
    b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<entry xmlns=\"urn:example\">Z\xC3\xBCrich</entry>\n";

fn seal_xml(profile: &str, document: &[u8]) -> Request<Body> {
    post(&format!("/v1/seals?profile={profile}"), ALL, "application/xml", document)
}

fn keyed(key: &str, document: &[u8]) -> Request<Body> {
    let mut request = seal("official", document);
    request.headers_mut().insert("idempotency-key", key.parse().unwrap());
    request.headers_mut().insert("accept", "application/pdf".parse().unwrap());
    request
}

fn seal_id(answer: &Answer) -> String {
    assert_eq!(answer.headers["content-type"], "application/pdf", "{}", String::from_utf8_lossy(&answer.body));
    answer.headers["sigillum-seal-id"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_document_comes_back_sealed_and_in_the_journal() {
    let world = world();
    let document = unsigned();
    let sealed = world.send(seal("official", &document)).await;
    assert!(sealed.body.starts_with(&document) && sealed.body.len() > document.len());
    {
        let entries = world.journal.entries.lock().unwrap();
        let entry = entries.last().unwrap();
        assert_eq!((entry.act, entry.verdict, entries.len()), (Act::Seal, "TOTAL-PASSED", 1));
        assert_eq!(entry.id, seal_id(&sealed));
        let sha256 = |bytes: &[u8]| digest(DigestAlgorithm::Sha256, bytes).to_string();
        assert_eq!(entry.document_sha256, sha256(&document));
        assert_eq!(entry.result_sha256, Some(sha256(&sealed.body)));
        assert_eq!(entry.profile.as_deref(), Some("official"));
    }
    let report = world.validate("?policy=no-revocation", &sealed.body).await.json();
    assert_eq!(report["summary"]["answer"], "valid");
    assert_eq!(report["signatures"][0]["coverage"], "whole-document");

    // One that is signed already keeps its signature.
    let twice = world.send(seal("official", &SIGNED)).await;
    let report = world.validate("?policy=no-revocation", &twice.body).await.json();
    assert_eq!(report["summary"]["signatures"], 2);
    assert!(report["signatures"].as_array().unwrap().iter().all(|signature| signature["integrity"] == "intact"));
}

#[tokio::test]
async fn a_repeated_request_gives_the_same_bytes_under_the_same_name() {
    let world = world();
    let document = unsigned();
    for key in ["key-1", &"k".repeat(255)] {
        let first = world.send(keyed(key, &document)).await;
        let again = world.send(keyed(key, &document)).await;
        assert_eq!(seal_id(&first), seal_id(&again));
        assert!(first.body == again.body);
        let other = world.send(keyed(key, &SIGNED)).await;
        assert_eq!(other.problem(), (422, "idempotency-mismatch".to_owned()));
    }
    assert_eq!(world.records(), 2);
    // Without a key each request is its own.
    let first = world.send(seal("official", &document)).await;
    let second = world.send(seal("official", &document)).await;
    assert_ne!(seal_id(&first), seal_id(&second));
}

#[tokio::test]
async fn every_refusal_of_a_seal_has_its_code() {
    let mut seen = BTreeSet::new();
    let world = world();
    let mut expect = |answer: Answer, status: u16, code: &str, words: &str| {
        assert_eq!(answer.problem(), (status, code.to_owned()), "{}", answer.detail());
        assert!(answer.detail().contains(words), "{}", answer.detail());
        assert_eq!(answer.headers.contains_key("retry-after"), status == 503, "{code}");
        seen.insert(code.to_owned());
        answer
    };
    let junk = [b"junk\n", &unsigned()[..]].concat();
    expect(world.send(seal("official", &junk)).await, 422, "not-appendable", "junk");
    let torn = [&unsigned()[..], b"more than the end"].concat();
    expect(world.send(seal("official", &torn)).await, 422, "not-appendable", "(");
    expect(world.send(seal("in-field", &unsigned())).await, 422, "not-appendable", "no-such-field");
    let certified = fixture("pdf/certified-p2/document.pdf");
    let at = certified.windows(4).rposition(|window| window == b"/P 2").expect("a certification");
    let mut forbidding = certified.clone();
    forbidding[at + 3] = b'1';
    expect(world.send(seal("official", &forbidding)).await, 409, "signing-forbidden", "certification");
    expect(world.send(seal("official", b"text")).await, 422, "not-a-document", "");
    expect(world.send(seal("official", b"<?xml version=\"1.0\"?><a/>")).await, 422, "not-appendable", "empty-root");
    expect(world.send(seal("in-field", XML)).await, 422, "unsupported-format", "");
    expect(world.send(seal("around", &unsigned())).await, 422, "unsupported-format", "");
    expect(world.send(seal_xml("official", b"<!DOCTYPE a><a>1</a>")).await, 422, "forbidden-xml", "");
    expect(world.send(seal_xml("official", b"<a>1</b>")).await, 422, "malformed-xml", "");
    let sealed = world.send(seal_xml("official", XML)).await;
    expect(world.send(seal_xml("official", &sealed.body)).await, 409, "signing-forbidden", "earlier-signature");
    assert_eq!(world.records(), 1);

    for (behaviour, status, code) in [
        (Behaviour::Pulled, 503, "signer-unavailable"),
        (Behaviour::Wrong, 500, "internal"),
        (Behaviour::Garbage, 500, "internal"),
    ] {
        let world = World::with_sealer(LIMITS, "no-revocation", behaviour);
        for key in ["key-1", "key-1"] {
            // What failed may be tried again under its key.
            let answer = expect(world.send(keyed(key, &unsigned())).await, status, code, "");
            assert!(!answer.detail().contains("card"), "the cause is for the log");
        }
        assert_eq!(world.records(), 0, "{behaviour:?}");
    }
    let late = World::with_sealer(LIMITS, "no-revocation", Behaviour::Late);
    expect(late.send(seal("official", &unsigned())).await, 500, "seal-not-released", "own-signature");
    assert_eq!(late.records(), 0);
    let unfit = World::with_sealer(LIMITS, "default", Behaviour::Signs);
    expect(unfit.send(seal("official", &unsigned())).await, 503, "signer-unavailable", "xcv-revocation-known");
    {
        let entries = unfit.journal.entries.lock().unwrap();
        let [entry] = entries.as_slice() else { panic!("{entries:?}") };
        assert_eq!(
            (entry.act, entry.verdict, entry.reason),
            (Act::SealRefused, "INDETERMINATE", Some("xcv-revocation-known"))
        );
        let document = digest(DigestAlgorithm::Sha256, &unsigned()).to_string();
        assert_eq!(
            (&entry.document_sha256, entry.document_size),
            (&document, u64::try_from(unsigned().len()).unwrap())
        );
        assert_eq!(
            (entry.profile.as_deref(), &*entry.policy.name, &*entry.caller),
            (Some("official"), "default", "all")
        );
        assert!(entry.result_sha256.is_none() && entry.certificate_sha256.is_some());
    }
    // Under a key it is refused and recorded each time: it may be fit the next time.
    for records in [2, 3] {
        expect(unfit.send(keyed("key-1", &unsigned())).await, 503, "signer-unavailable", "xcv-revocation-known");
        assert_eq!(unfit.records(), records);
    }
    unfit.journal.append_fails.store(true, Ordering::SeqCst);
    expect(unfit.send(seal("official", &unsigned())).await, 503, "journal-unavailable", "");
    for code in OF_SEALS {
        assert!(seen.contains(*code), "{code} was not answered");
    }
}

#[tokio::test]
async fn without_a_record_nothing_leaves_and_then_it_recovers() {
    let world = world();
    let unavailable = (503, "journal-unavailable".to_owned());
    world.journal.fails.store(true, Ordering::SeqCst);
    assert_eq!(world.send(keyed("key-1", &unsigned())).await.problem(), unavailable);
    world.journal.fails.store(false, Ordering::SeqCst);
    world.journal.append_fails.store(true, Ordering::SeqCst);
    for request in [keyed("key-1", &unsigned()), seal("official", &unsigned())] {
        let answer = world.send(request).await;
        assert_eq!(answer.problem(), unavailable);
        assert!(!answer.headers.contains_key("sigillum-seal-id"));
    }
    world.journal.append_fails.store(false, Ordering::SeqCst);
    seal_id(&world.send(keyed("key-1", &unsigned())).await);
    assert_eq!(world.records(), 1);
}

#[tokio::test]
async fn a_seal_is_finished_also_where_nobody_waits_and_can_be_fetched_again() {
    let world = world();
    let live = Live::start(&world).await;
    let document = unsigned();
    let length = document.len().to_string();
    let fields = [
        ("Authorization", &*format!("Bearer {ALL}")),
        ("Content-Type", "application/pdf"),
        ("Content-Length", &length),
        ("Idempotency-Key", "key-1"),
    ];
    let request = [head("POST", "/v1/seals?profile=official", &fields), document.clone()].concat();
    world.journal.close();
    let mut client = live.connect().await;
    client.write(&request).await.unwrap();
    sleep(Duration::from_millis(500)).await;
    drop(client);
    sleep(Duration::from_millis(200)).await;
    world.journal.open();
    let finished = async {
        while world.records() == 0 {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(Duration::from_secs(10), finished).await.expect("what was begun is finished");
    let mut client = live.connect().await;
    client.write(&request).await.unwrap();
    let answer = client.answer("POST", "/v1/seals").await.unwrap();
    assert_eq!(seal_id(&answer), world.journal.entries.lock().unwrap()[0].id);
    assert!(answer.body.starts_with(&document));
    assert_eq!(world.records(), 1);
}

/// The report on a sealed document; with the content that it refers to.
async fn report(world: &World, sealed: &[u8], content: Option<&[u8]>) -> serde_json::Value {
    let Some(content) = content else {
        return world
            .send(post("/v1/validations?policy=no-revocation", ALL, "application/xml", sealed))
            .await
            .json();
    };
    let parts = form(&[("document", sealed), ("content", content)]);
    world.send(post("/v1/validations?policy=no-revocation", ALL, FORM, &parts)).await.json()
}

#[tokio::test]
async fn xml_comes_back_sealed_as_the_profile_says() {
    let world = world();
    for (profile, packaging) in [("official", "enveloped"), ("around", "enveloping"), ("beside", "detached")] {
        for kind in ["application/xml", "text/xml; charset=utf-8", "application/octet-stream"] {
            let request = post(&format!("/v1/seals?profile={profile}&name=entry.xml"), ALL, kind, XML);
            let sealed = world.send(request).await;
            assert_eq!(sealed.headers["content-type"], "application/xml", "{}", sealed.detail());
            assert!(sealed.headers.contains_key("sigillum-seal-id"));
            let content = (packaging == "detached").then_some(XML);
            let report = report(&world, &sealed.body, content).await;
            assert_eq!(report["summary"]["answer"], "valid", "{profile} {kind}");
            let signature = &report["signatures"][0];
            assert_eq!(
                (&signature["packaging"], &signature["coverage"]),
                (&packaging.into(), &"whole-document".into())
            );
            assert_eq!(
                String::from_utf8_lossy(&sealed.body).contains("URI=\"entry.xml\""),
                packaging == "detached"
            );
            let entries = world.journal.entries.lock().unwrap();
            let entry = entries.iter().rfind(|entry| entry.act == Act::Seal).unwrap();
            let sha256 = |bytes: &[u8]| digest(DigestAlgorithm::Sha256, bytes).to_string();
            assert_eq!((&entry.document_sha256, entry.document_size), (&sha256(XML), XML.len() as u64));
            assert_eq!(entry.result_sha256, Some(sha256(&sealed.body)));
        }
    }
    // Nothing but the signature is new.
    let sealed = world.send(seal_xml("official", XML)).await.body;
    let at = sealed.windows(4).position(|window| window == b"<ds:").unwrap();
    let end = sealed.windows(15).rposition(|window| window == b"</ds:Signature>").unwrap() + 15;
    assert!([&sealed[..at], &sealed[end..]].concat() == XML);
}

#[tokio::test]
async fn a_repeated_request_for_xml_gives_the_same_bytes_and_keeps_none_of_the_document() {
    let world = world();
    for profile in ["official", "around", "beside"] {
        let request = |query: &str| {
            let mut request = post(&format!("/v1/seals?profile={profile}{query}"), ALL, "application/xml", XML);
            request.headers_mut().insert("idempotency-key", format!("key-{profile}").parse().unwrap());
            request
        };
        let first = world.send(request("")).await;
        let again = world.send(request("")).await;
        assert_eq!(first.headers["sigillum-seal-id"], again.headers["sigillum-seal-id"]);
        assert_eq!(again.headers["content-type"], "application/xml");
        assert!(first.body == again.body, "{profile}");
        let named = world.send(request("&name=entry.xml")).await;
        assert_eq!(named.problem(), (422, "idempotency-mismatch".to_owned()));
    }
    assert_eq!(world.records(), 3);
}

#[tokio::test]
async fn what_is_accepted_and_named_is_looked_at() {
    let world = world();
    let with = |query: &str, kind: &str, accept: &str, body: &[u8]| {
        let mut request = post(&format!("/v1/seals?profile=official{query}"), ALL, kind, body);
        request.headers_mut().insert("accept", accept.parse().unwrap());
        request
    };
    for (kind, accept, body, status) in [
        ("application/xml", "application/xml", XML, 200),
        ("application/xml", "application/*", XML, 200),
        ("application/xml", "application/pdf", XML, 406),
        ("application/octet-stream", "application/xml", XML, 200),
        ("application/octet-stream", "application/pdf", XML, 406),
        ("application/octet-stream", "application/xml", &unsigned(), 406),
        ("application/octet-stream", "application/pdf", &unsigned(), 200),
        ("application/octet-stream", "text/html", XML, 406),
    ] {
        let answer = world.send(with("", kind, accept, body)).await;
        assert_eq!(answer.status.as_u16(), status, "{kind} {accept}");
    }
    let records = world.records();
    for name in ["", "a/b", "..", "a%0Ab", "a%5Cb", &"x".repeat(256)] {
        let answer = world.send(with(&format!("&name={name}"), "application/xml", "*/*", XML)).await;
        assert_eq!(answer.problem(), (400, "bad-request".to_owned()), "{name}");
    }
    assert_eq!(world.records(), records);
}
