//! Every code of a problem that there is now, by the request that has it.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, Request};
use sigillum::config::ServiceLimits;
use sigillum::limits::Limits;

use crate::spec;
use crate::world::{ALL, AUDITOR, Behaviour, FORM, LIMITS, SIGNED, VALIDATOR, World, fixture, form, get, post};

/// Codes that only a seal can have; they are tested where seals are.
pub(crate) const OF_SEALS: &[&str] = &["signing-forbidden", "not-appendable", "seal-not-released"];

fn pdf(path: &str) -> Request<Body> {
    post(path, ALL, "application/pdf", &SIGNED)
}

fn with(mut request: Request<Body>, name: &'static str, value: &str) -> Request<Body> {
    request.headers_mut().append(name, HeaderValue::from_str(value).unwrap());
    request
}

#[tokio::test]
async fn every_code_is_answered() {
    let world = World::with_sealer(LIMITS, "no-revocation", Behaviour::Signs);
    let mut seen = BTreeSet::new();
    let mut expect = |answer: crate::world::Answer, status: u16, code: &str| {
        assert_eq!(answer.problem(), (status, code.to_owned()), "{}", answer.detail());
        let comes_back = matches!(status, 429 | 503) || code == "in-progress";
        assert_eq!(answer.headers.contains_key("retry-after"), comes_back, "{code}");
        assert_eq!(answer.headers.contains_key("www-authenticate"), status == 401, "{code}");
        seen.insert(code.to_owned());
    };
    let v = "/v1/validations";

    for bad in [
        "?colour=1",
        "?policy=a&policy=b",
        "?policy=lenient",
        "?at=yesterday",
        "?lang=rm",
        "?with=everything",
        "?mandant=m",
        "?with=pdf",
        "?with=certificates,etsi",
        "?with=html",
        "?with=bundle,pdf",
        "?with=",
        "?profile=official",
    ] {
        expect(world.send(pdf(&format!("{v}{bad}"))).await, 400, "bad-request");
    }
    expect(world.send(pdf(&format!("{v}?policy={}", "a".repeat(3000)))).await, 400, "bad-request");
    for parts in [
        &[("evidence", &b"x"[..]), ("document", &SIGNED[..])][..],
        &[("other", &b"x"[..]), ("document", &SIGNED[..])][..],
        &[][..],
    ] {
        expect(world.send(post(v, ALL, FORM, &form(parts))).await, 400, "bad-request");
    }
    expect(world.send(post(v, ALL, FORM, b"no form")).await, 400, "bad-request");
    expect(world.send(post(v, ALL, "multipart/form-data", &form(&[]))).await, 400, "bad-request");
    for bad in ["/v1/seals", "/v1/seals?profile=none", "/v1/seals?profile=official&policy=default"] {
        expect(world.send(pdf(bad)).await, 400, "bad-request");
    }
    for key in ["", "with blank", &"k".repeat(256)] {
        let request = with(pdf("/v1/seals?profile=official"), "idempotency-key", key);
        expect(world.send(request).await, 400, "bad-request");
    }

    let nobody = Request::post(v).header("content-type", "application/pdf").body(Body::empty()).unwrap();
    expect(world.send(nobody).await, 401, "unauthenticated");
    for wrong in ["wrong", "", ALL.to_uppercase().as_str()] {
        expect(world.send(post(v, wrong, "application/pdf", &SIGNED)).await, 401, "unauthenticated");
        expect(world.send(get("/v1/policies", wrong)).await, 401, "unauthenticated");
        expect(world.send(get("/v1/profiles", wrong)).await, 401, "unauthenticated");
        expect(world.send(post("/v1/seals", wrong, "application/pdf", &SIGNED)).await, 401, "unauthenticated");
    }
    expect(world.send(post(v, AUDITOR, "application/pdf", &SIGNED)).await, 403, "forbidden");
    expect(
        world.send(post("/v1/seals?profile=official", VALIDATOR, "application/pdf", &SIGNED)).await,
        403,
        "forbidden",
    );
    let without_profile = post("/v1/seals?profile=official", crate::world::SEALER, "application/pdf", &SIGNED);
    expect(world.send(without_profile).await, 403, "forbidden");

    for path in
        ["/", "/v1", "/v1/augmentations", "/v1/trust/changes", "/v1/journal", "/metrics", "/v1/validations/"]
    {
        expect(world.send(get(path, ALL)).await, 404, "not-found");
    }
    for (method, path, allowed) in [
        ("GET", v, "POST"),
        ("PUT", "/v1/seals", "POST"),
        ("BREW", "/v1/seals", "POST"),
        ("POST", "/v1/policies", "GET,HEAD"),
        ("DELETE", "/health/live", "GET,HEAD"),
    ] {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        let answer = world.send(request).await;
        assert_eq!(answer.headers["allow"], allowed);
        expect(answer, 405, "method-not-allowed");
    }
    for accept in ["application/pdf", "text/html", "application/json;q=0"] {
        expect(world.send(with(pdf(v), "accept", accept)).await, 406, "not-acceptable");
        expect(world.send(with(get("/v1/policies", ALL), "accept", accept)).await, 406, "not-acceptable");
    }
    let json_only = with(pdf("/v1/seals?profile=official"), "accept", "application/json");
    expect(world.send(json_only).await, 406, "not-acceptable");

    let large = vec![b' '; 256 * 1024 + 1];
    expect(world.send(post(v, ALL, "application/pdf", &large)).await, 413, "body-too-large");
    expect(
        world.send(post("/v1/seals?profile=official", ALL, "application/pdf", &large)).await,
        413,
        "body-too-large",
    );
    for kind in ["text/plain", "application/json", "image/png", ""] {
        expect(world.send(post(v, ALL, kind, &SIGNED)).await, 415, "unsupported-media-type");
    }
    expect(world.send(with(pdf(v), "content-encoding", "gzip")).await, 415, "unsupported-media-type");
    expect(
        world.send(post("/v1/seals?profile=official", ALL, FORM, &form(&[]))).await,
        415,
        "unsupported-media-type",
    );

    expect(world.send(post(v, ALL, "application/pdf", b"")).await, 422, "not-a-document");
    expect(world.send(post(v, ALL, "application/xml", b"<a>")).await, 422, "malformed-xml");
    expect(world.send(post(v, ALL, "text/xml", b"<!DOCTYPE a><a/>")).await, 422, "forbidden-xml");
    // A profile for PDF only, and one for XML only.
    for (profile, kind, document) in
        [("in-field", "application/octet-stream", &b"<a>1</a>"[..]), ("around", "application/pdf", &SIGNED)]
    {
        let other = post(&format!("/v1/seals?profile={profile}"), ALL, kind, document);
        expect(world.send(other).await, 422, "unsupported-format");
    }
    expect(
        world.send(post(v, ALL, "application/octet-stream", b"<?xml version=\"1.0\"?>")).await,
        422,
        "malformed-xml",
    );
    let broken = world.send(post(v, ALL, "application/pdf", b"%PDF-1.7\nnothing")).await;
    expect(broken, 422, "malformed-pdf");
    let encrypted = fixture("pdf/encrypted-aes256/document.pdf");
    expect(world.send(post(v, ALL, "application/pdf", &encrypted)).await, 422, "encrypted");

    // One request under a key, while it runs: the same is in progress, another is no repetition of it.
    let keyed = |body: &[u8]| {
        let request = post("/v1/seals?profile=official", ALL, "application/pdf", body);
        with(request, "idempotency-key", "key-1")
    };
    world.journal.close();
    let (first, ..) = tokio::join!(world.send(keyed(&SIGNED)), async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        expect(world.send(keyed(&SIGNED)).await, 409, "in-progress");
        expect(world.send(keyed(b"%PDF-1.7 another")).await, 422, "idempotency-mismatch");
        world.journal.open();
    });
    assert_eq!(first.status, 200);

    let narrow = World::with(LIMITS, |parts| parts.limits = Limits { xref_entries: 1, ..Limits::DEFAULT });
    let answer = narrow.validate("", &SIGNED).await;
    assert_eq!((&answer.json()["limit"], &answer.json()["maximum"]), (&"xref-entries".into(), &1.into()));
    expect(answer, 422, "limit-exceeded");

    let one = World::limited(ServiceLimits { per_caller: 1, ..LIMITS });
    one.journal.close();
    let (first, second) = tokio::join!(one.validate("", &SIGNED), async {
        let answer = one.validate("", &SIGNED).await;
        one.journal.open();
        answer
    });
    assert_eq!(first.status, 200);
    expect(second, 429, "rate-limited");

    let full = World::limited(ServiceLimits { bodies_bytes: 64 << 10, ..LIMITS });
    full.journal.close();
    let (first, second) = tokio::join!(full.validate("", &SIGNED), async {
        let answer = full.validate("", &SIGNED).await;
        full.journal.open();
        answer
    });
    assert_eq!(first.status, 200);
    expect(second, 503, "overloaded");
    assert_eq!(full.validate("", &SIGNED).await.status, 200, "the room was given back");

    let failing = World::new();
    failing.journal.fails.store(true, Ordering::SeqCst);
    let answer = failing.validate("", &SIGNED).await;
    assert!(!String::from_utf8_lossy(&answer.body).contains("disk"), "the cause is for the log");
    expect(answer, 503, "journal-unavailable");
    assert_eq!(failing.records(), 0);
    expect(failing.send(get("/health/ready", "")).await, 503, "journal-unavailable");
    failing.journal.fails.store(false, Ordering::SeqCst);
    assert_eq!(failing.validate("", &SIGNED).await.status, 200, "it recovers by itself");

    failing.identifiers.fails.store(true, Ordering::SeqCst);
    expect(failing.validate("", &SIGNED).await, 500, "internal");
    failing.identifiers.fails.store(false, Ordering::SeqCst);
    failing.clock.broken.store(true, Ordering::SeqCst);
    let answer = failing.validate("", &SIGNED).await;
    assert!(!String::from_utf8_lossy(&answer.body).contains("clock"), "the message is for nobody");
    expect(answer, 500, "internal");
    failing.clock.broken.store(false, Ordering::SeqCst);
    assert_eq!(failing.validate("", &SIGNED).await.status, 200);

    // Nobody knows whether the certificate is revoked, and the policy wants to.
    let unfit = World::with_sealer(LIMITS, "default", Behaviour::Signs);
    let answer = unfit.send(get("/health/ready", "")).await;
    assert!(answer.detail().contains("official"));
    expect(answer, 503, "signer-unavailable");

    let described: BTreeSet<_> =
        spec::codes().into_iter().filter(|code| !OF_SEALS.contains(&code.as_str())).collect();
    let missing: Vec<_> = described.difference(&seen).collect();
    assert!(missing.is_empty(), "described and never answered: {missing:?}");
}
