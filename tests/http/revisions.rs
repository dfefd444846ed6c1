//! `POST /v1/revisions`: the bytes that a signature covers.

use axum::body::Body;
use axum::http::Request;
use sigillum::limits::{CancelFlag, Limits};
use sigillum::service::{Depth, RevisionsRequest, revisions};

use crate::support;
use crate::support::pdf::MadePdf;
use crate::support::sign::Signer;
use crate::support::xades;
use crate::world::{
    ALL, Answer, Behaviour, FORM, LIMITS, SEALER, SIGNED, VALIDATOR, World, fixture, form, get, post,
};

const PDF: &str = "application/pdf";

async fn ask(world: &World, query: &str, document: &[u8]) -> Answer {
    world.send(post(&format!("/v1/revisions{query}"), VALIDATOR, PDF, document)).await
}

/// Two signatures, and where the first revision that is signed ends.
fn twice() -> (Vec<u8>, usize) {
    let mut pdf = MadePdf::new([]);
    Signer::p256().sign(&mut pdf, "Signature1");
    let first = pdf.bytes().len();
    Signer::p256().sign(&mut pdf, "Signature2");
    (pdf.into_bytes(), first)
}

#[tokio::test]
async fn the_revision_of_a_signature_is_given_back() {
    let world = World::new();
    let (document, first) = twice();
    for (id, end) in [("S1", first), ("S2", document.len())] {
        let answer = ask(&world, &format!("?signature={id}"), &document).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(answer.body == document[..end], "{id}: {} instead of {end}", answer.body.len());
        assert_eq!(answer.headers["content-disposition"], format!("attachment; filename=\"revision-{id}.pdf\""));
        let report = world.validate("?policy=no-revocation", &answer.body).await.json();
        let signature = report["signatures"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((&signature["id"], &signature["coverage"]), (&id.into(), &"whole-document".into()));
        assert_eq!(signature["integrity"], "intact");
    }
    // The only signature need not be named, in whatever body it comes.
    for (kind, body) in [
        (PDF, SIGNED.clone()),
        ("application/octet-stream", SIGNED.clone()),
        (FORM, form(&[("document", &SIGNED)])),
    ] {
        let answer = world.send(post("/v1/revisions", ALL, kind, &body)).await;
        assert!(answer.status == 200 && answer.body == *SIGNED, "{kind}");
    }
}

#[tokio::test]
async fn what_is_behind_a_revision_is_left_out() {
    let world = World::new();
    let (document, first) = twice();
    // A certified document whose content was changed afterwards: what was certified.
    let changed = fixture("pdf/changed-afterwards/document.pdf");
    let answer = ask(&world, "", &changed).await;
    assert!(answer.status == 200 && answer.body.len() < changed.len() && changed.starts_with(&answer.body));
    let mut longer = document.clone();
    longer.extend_from_slice(b"\n% more\n");
    assert!(ask(&world, "?signature=S2", &longer).await.body == document);
    assert_eq!(ask(&world, "?signature=S1", &longer).await.body.len(), first);
}

#[tokio::test]
async fn an_encrypted_document_stays_encrypted() {
    let world = World::new();
    let encrypted = fixture("pdf/encrypted-aes256/document.pdf");
    assert_eq!(ask(&world, "", &encrypted).await.problem(), (422, "encrypted".to_owned()));
    let parts: &[(&str, &[u8])] = &[("document", &encrypted), ("password", b"test-password")];
    let answer = world.send(post("/v1/revisions", ALL, FORM, &form(parts))).await;
    assert!(answer.status == 200 && encrypted.starts_with(&answer.body));
}

#[tokio::test]
async fn each_fixture_is_answered_as_the_library_says() {
    let world = World::new();
    let mut cases = 0;
    for document in support::seeds::documents() {
        let request = RevisionsRequest {
            password: None,
            contents: Vec::new(),
            limits: Limits::DEFAULT,
            depth: Depth::Revisions,
        };
        match revisions(&document, &request, &CancelFlag::default()) {
            Err(error) => assert_eq!(ask(&world, "", &document).await.problem(), (422, error.code().to_owned())),
            Ok(found) => {
                for one in &found.signed.signed {
                    let answer = ask(&world, &format!("?signature={}", one.id), &document).await;
                    match &one.revision {
                        Some(revision) => assert!(answer.body == revision.of(&document).unwrap()),
                        None => assert_eq!(answer.problem(), (422, "malformed-pdf".to_owned())),
                    }
                    cases += 1;
                }
            }
        }
    }
    support::suite("http revisions", cases);
}

#[tokio::test]
async fn what_cannot_be_given_back_is_refused() {
    let world = World::new();
    let (document, _) = twice();
    let several = ask(&world, "", &document).await;
    assert_eq!(several.problem(), (400, "bad-request".to_owned()));
    assert!(several.detail().contains("S1, S2"), "{}", several.detail());
    for unknown in ["S3", "D1", "S01", "s1", "nothing", "%22%0d%0aX"] {
        let answer = ask(&world, &format!("?signature={unknown}"), &document).await;
        assert_eq!(answer.problem(), (404, "not-found".to_owned()), "{unknown}");
        assert!(unknown == "S3" || unknown == "D1" || !answer.detail().contains(unknown), "{}", answer.detail());
    }
    let unsigned = fixture("pdf/no-signature/document.pdf");
    for query in ["", "?signature=S1"] {
        assert_eq!(ask(&world, query, &unsigned).await.problem(), (404, "not-found".to_owned()));
    }
    let mut broken = SIGNED.clone();
    let needle = b"/ByteRange [0 ";
    let at = broken.windows(needle.len()).position(|window| window == needle).unwrap() + needle.len();
    broken[at] = b'9';
    for query in ["", "?signature=S1"] {
        let answer =
            ask(&world, &format!("{query}{}lang=en", if query.is_empty() { "?" } else { "&" }), &broken).await;
        assert_eq!(answer.problem(), (422, "malformed-pdf".to_owned()));
        assert!(answer.detail().contains("S1") && answer.detail().contains("byte range"), "{}", answer.detail());
    }
    assert_eq!(ask(&world, "", b"text").await.problem(), (422, "not-a-document".to_owned()));
    let xml = b"<?xml version=\"1.0\"?><a/>";
    for kind in ["application/xml", "text/xml", "application/octet-stream"] {
        let answer = world.send(post("/v1/revisions", ALL, kind, xml)).await;
        assert_eq!(answer.problem(), (404, "not-found".to_owned()), "{kind}");
    }
    let doctype = ask(&world, "", b"<!DOCTYPE a><a/>").await;
    assert_eq!(doctype.problem(), (422, "forbidden-xml".to_owned()));
}

async fn ask_xml(world: &World, query: &str, document: &str) -> Answer {
    world.send(post(&format!("/v1/revisions{query}"), VALIDATOR, "application/xml", document.as_bytes())).await
}

/// The parts of a `multipart/mixed`: the file name of each, and its octets.
fn parts(answer: &Answer) -> Vec<(String, Vec<u8>)> {
    let kind = answer.headers["content-type"].to_str().unwrap();
    let boundary = kind.strip_prefix("multipart/mixed; boundary=").unwrap();
    assert!(boundary.len() <= 70, "RFC 2046 5.1.1");
    let delimiter = format!("\r\n--{boundary}");
    let whole = [b"\r\n", answer.body.as_slice()].concat();
    let mut starts: Vec<usize> = Vec::new();
    for at in 0..whole.len() {
        if whole[at..].starts_with(delimiter.as_bytes()) {
            starts.push(at);
        }
    }
    let last = starts.pop().unwrap();
    assert_eq!(&whole[last + delimiter.len()..], b"--\r\n");
    let ends = starts.iter().copied().skip(1).chain([last]);
    let part = |(start, end): (&usize, usize)| {
        let part = &whole[start + delimiter.len() + 2..end];
        let head = part.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
        let text = std::str::from_utf8(&part[..head]).unwrap();
        let (_, name) = text.split_once("filename=\"").unwrap();
        assert!(text.starts_with("Content-Type: application/octet-stream\r\n"), "{text}");
        (name.trim_end_matches('"').to_owned(), part[head + 4..].to_vec())
    };
    starts.iter().zip(ends).map(part).collect()
}

#[tokio::test]
async fn the_octets_of_an_xml_signature_are_given_back() {
    let world = World::new();
    let document = xades::enveloped();
    for (kind, body) in [
        ("application/xml", document.clone().into_bytes()),
        ("text/xml", document.clone().into_bytes()),
        ("application/octet-stream", document.clone().into_bytes()),
        (FORM, form(&[("document", document.as_bytes())])),
    ] {
        let answer = world.send(post("/v1/revisions?signature=S1", VALIDATOR, kind, &body)).await;
        assert_eq!(answer.status, 200, "{kind}: {answer:?}");
        assert_eq!(answer.headers["content-disposition"], "attachment; filename=\"octets-S1\"");
        let parts = parts(&answer);
        assert_eq!(parts.len(), 2);
        assert_eq!((parts[0].0.as_str(), parts[0].1.as_slice()), ("octets-S1-1", xades::FILING.as_bytes()));
        assert_eq!(parts[1].0, "octets-S1-2");
        assert!(parts[1].1.starts_with(b"<xades:SignedProperties "));
        // The same document, the same answer.
        assert!(world.send(post("/v1/revisions?signature=S1", VALIDATOR, kind, &body)).await.body == answer.body);
    }
    assert_eq!(world.records(), 0);
    // One reference: its octets and nothing else.
    let plain = "<a>1<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:SignedInfo>\
        <ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>\
        <ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"/><ds:Reference URI=\"\">\
        <ds:Transforms><ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/></ds:Transforms>\
        <ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><ds:DigestValue>AAAA</ds:DigestValue>\
        </ds:Reference></ds:SignedInfo><ds:SignatureValue>AAAA</ds:SignatureValue></ds:Signature></a>";
    let answer = ask_xml(&world, "", plain).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.headers["content-type"], "application/octet-stream");
    assert_eq!(answer.headers["content-disposition"], "attachment; filename=\"octets-S1-1\"");
    assert_eq!(answer.body, b"<a>1</a>");
}

#[tokio::test]
async fn what_no_xml_signature_signed_is_refused() {
    let world = World::new();
    let expect = |answer: Answer, status: u16, code: &str, part: &str| {
        assert_eq!(answer.problem(), (status, code.to_owned()), "{}", answer.detail());
        assert!(answer.detail().contains(part), "{}", answer.detail());
    };
    let detached = xades::signature("1", &[xades::Reference::external("d", "data")], "");
    expect(ask_xml(&world, "?lang=en", &detached).await, 400, "bad-request", "part content");
    let body = form(&[("document", detached.as_bytes()), ("content", b"data")]);
    let answer = world.send(post("/v1/revisions", VALIDATOR, FORM, &body)).await;
    assert_eq!(parts(&answer)[0].1, b"data");

    let good = xades::enveloped();
    let xslt = good.replace("xmldsig#enveloped-signature", "xmldsig#other");
    expect(ask_xml(&world, "?lang=en", &xslt).await, 422, "unsupported-format", "not evaluated");
    let twice = good.replace("<to>", "<to Id=\"p-1\">");
    expect(ask_xml(&world, "?lang=en", &twice).await, 422, "malformed-xml", "Reference 2 of S1");
    let shapeless = good.replace("<ds:KeyInfo>", "x<ds:KeyInfo>");
    expect(ask_xml(&world, "?lang=en", &shapeless).await, 422, "malformed-xml", "schema");
    let two = xades::inside(&good, &xades::signature("2", &[xades::Reference::enveloped("x")], ""));
    expect(ask_xml(&world, "?lang=en", &two).await, 400, "bad-request", "S1, S2");
    expect(ask_xml(&world, "?signature=S3", &two).await, 404, "not-found", "");
    let mut other = post("/v1/revisions", VALIDATOR, "application/xml", good.as_bytes());
    other.headers_mut().insert("accept", "application/pdf".parse().unwrap());
    assert_eq!(world.send(other).await.problem(), (406, "not-acceptable".to_owned()));
}

#[tokio::test]
async fn wrong_requests_are_refused() {
    let world = World::new();
    let expect = async |request: Request<Body>, status: u16, code: &str| {
        assert_eq!(world.send(request).await.problem(), (status, code.to_owned()));
    };
    let of = |query: &str| post(&format!("/v1/revisions{query}"), VALIDATOR, PDF, &SIGNED);
    for query in ["?signature=", "?signature=S1&signature=S1", "?policy=default", "?lang=rm"] {
        expect(of(query), 400, "bad-request").await;
    }
    for parts in [
        &[("evidence", &b"x"[..]), ("document", &SIGNED[..])][..],
        &[("other", &b"x"[..]), ("document", &SIGNED[..])][..],
        &[][..],
    ] {
        expect(post("/v1/revisions", ALL, FORM, &form(parts)), 400, "bad-request").await;
    }
    expect(post("/v1/revisions", "wrong", PDF, &SIGNED), 401, "unauthenticated").await;
    expect(post("/v1/revisions", SEALER, PDF, &SIGNED), 403, "forbidden").await;
    expect(get("/v1/revisions", VALIDATOR), 405, "method-not-allowed").await;
    let mut json = of("");
    json.headers_mut().insert("accept", "application/json".parse().unwrap());
    expect(json, 406, "not-acceptable").await;
    let large = vec![b' '; usize::try_from(LIMITS.body_bytes).unwrap() + 1];
    expect(post("/v1/revisions", ALL, PDF, &large), 413, "body-too-large").await;
    expect(post("/v1/revisions", ALL, "text/plain", &SIGNED), 415, "unsupported-media-type").await;
}

/// Nothing is judged and nothing leaves that did not come: the journal has no record, and is not asked.
#[tokio::test]
async fn the_journal_is_not_written() {
    let world = World::with_sealer(LIMITS, "no-revocation", Behaviour::Signs);
    world.journal.fails.store(true, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(ask(&world, "", &SIGNED).await.status, 200);
    assert_eq!(world.records(), 0);
}
