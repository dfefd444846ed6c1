//! `POST /v1/validations` where there is a report, and the calls that only read.

use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use sigillum::config::ServiceLimits;
use sigillum::crypto::{DigestAlgorithm, digest};
use sigillum::journal::Act;
use sigillum::limits::{CancelFlag, Limits};
use sigillum::reporting::{Envelope, Language, to_json};
use sigillum::service::{Given, ValidationRequest, certificates, judge, replay, validate};
use sigillum::time::Timestamp;
use sigillum::trust::{ListStanding, ListTrust, Scheme, TrustAnchor, TrustStore};
use sigillum::validation::bundle::Bundle;
use sigillum::validation::mandant::Mandant;
use sigillum::validation::{Evidence, Moment};
use std::sync::Arc;

use crate::support;
use crate::support::pdf::MadePdf;
use crate::support::sign::Signer;
use crate::world::{ALL, Behaviour, FORM, LIMITS, SEALER, SIGNED, VALIDATOR, World, fixture, form, get, post};

#[tokio::test]
async fn a_document_gives_its_report_and_a_record() {
    let world = World::new();
    for (kind, token) in [("application/pdf", ALL), ("application/octet-stream", VALIDATOR), (FORM, ALL)] {
        let body = if kind == FORM { form(&[("document", &SIGNED)]) } else { SIGNED.clone() };
        let answer = world.send(post("/v1/validations?policy=no-revocation", token, kind, &body)).await;
        let report = answer.json();
        assert_eq!(report["summary"]["answer"], "valid", "{kind}");
        assert_eq!(report["document"].get("name"), None);
        assert_eq!(report["validationTime"], "2026-07-01T00:00:00Z");
        let entries = world.journal.entries.lock().unwrap();
        let entry = entries.last().unwrap();
        assert_eq!((entry.act, entry.verdict), (Act::Validation, "TOTAL-PASSED"));
        assert_eq!(report["reportId"], entry.id);
        assert_eq!(report["document"]["sha256"], entry.document_sha256);
        assert_eq!(entry.caller, if token == ALL { "all" } else { "validator" });
    }
    assert_eq!(world.records(), 3);
    let default = world.validate("", &SIGNED).await.json();
    assert_eq!(default["policy"]["name"], "default");
    assert_eq!(default["summary"]["answer"], "cannot-tell");
}

#[tokio::test]
async fn every_fixture_is_answered_as_described() {
    let world = World::new();
    let mut cases = 0;
    for document in support::seeds::documents() {
        let answer = world.validate("?policy=no-revocation&with=certificates", &document).await;
        assert!(answer.status == 200 || answer.status == 422, "{answer:?}");
        cases += 1;
    }
    support::suite("http fixtures", cases);
}

/// Short work is done where the request is, longer work elsewhere: the report is that of the library either way.
#[tokio::test]
async fn a_report_is_that_of_the_library() {
    let world = World::limited(ServiceLimits { body_bytes: 2 << 20, ..LIMITS });
    let parts = world.service.parts();
    let now = parts.clock.now();
    for signatures in [0, 1, 40] {
        let mut pdf = MadePdf::new([]);
        (0..signatures).for_each(|n| Signer::p256().sign(&mut pdf, &format!("Signature{n}")));
        let request = ValidationRequest {
            contents: Vec::new(),
            password: None,
            policy: Arc::clone(&parts.policies["no-revocation"]),
            trust: Arc::clone(&parts.trust),
            certificates: Vec::new(),
            crls: Vec::new(),
            ocsp_responses: Vec::new(),
            moment: Moment { at: now, clock: now },
            limits: Limits::DEFAULT,
        };
        let report = validate(pdf.bytes(), &request, &CancelFlag::default()).unwrap();
        assert_eq!(report.signatures.len(), signatures);
        let answer = world.validate("?policy=no-revocation", pdf.bytes()).await;
        let report_id = answer.json()["reportId"].as_str().unwrap().to_owned();
        let envelope = Envelope { report_id: &report_id, document_name: None };
        assert!(answer.body == to_json(&report, &envelope, Language::En).into_bytes(), "{signatures} signatures");
    }
}

#[tokio::test]
async fn an_archivist_gives_the_time() {
    let world = World::new();
    let report = world.validate("?at=2026-06-15T12:00:00%2B02:00", &SIGNED).await.json();
    assert_eq!(report["validationTime"], "2026-06-15T10:00:00Z");
    let refused = post("/v1/validations?at=2026-06-15T12:00:00Z", VALIDATOR, "application/pdf", &SIGNED);
    let refused = world.send(refused).await;
    assert_eq!(refused.problem(), (403, "forbidden".to_owned()));
    assert!(refused.detail().contains("archivist"));
}

#[tokio::test]
async fn the_language_is_asked_for() {
    let world = World::new();
    let text = |report: serde_json::Value| report["summary"]["text"].as_str().unwrap().to_owned();
    let english = text(world.validate("", &SIGNED).await.json());
    let german = text(world.validate("?lang=de", &SIGNED).await.json());
    assert_ne!(english, german);
    let mut request = post("/v1/validations", ALL, "application/pdf", &SIGNED);
    request.headers_mut().insert("accept-language", "de-CH, en;q=0.5".parse().unwrap());
    assert_eq!(text(world.send(request).await.json()), german);
    for (lang, word) in [("de", "Profil"), ("fr", "profil"), ("it", "profilo"), ("en", "profile")] {
        let answer =
            world.send(post(&format!("/v1/seals?profile=none&lang={lang}"), ALL, "application/pdf", b"x")).await;
        assert!(answer.detail().contains(word), "{}", answer.detail());
    }
}

#[tokio::test]
async fn certificates_are_added_where_they_are_asked_for() {
    let world = World::new();
    assert!(world.validate("", &SIGNED).await.json().get("certificates").is_none());
    let report = world.validate("?with=certificates", &SIGNED).await.json();
    let path = report["signatures"][0]["path"].as_array().unwrap();
    assert_eq!(path.len(), 2);
    for element in path {
        let base64 = report["certificates"][element["sha256"].as_str().unwrap()].as_str().unwrap();
        let der = base64::engine::general_purpose::STANDARD.decode(base64).unwrap();
        assert_eq!(digest(DigestAlgorithm::Sha256, &der).to_string(), element["sha256"].as_str().unwrap());
    }
}

#[tokio::test]
async fn evidence_and_password_come_in_parts() {
    let world = World::new();
    let ask = async |parts: &[(&str, &[u8])]| {
        world.send(post("/v1/validations?policy=no-revocation", ALL, FORM, &form(parts))).await
    };
    let document = fixture("pdf/issuer-given/document.pdf");
    let path =
        async |parts: &[(&str, &[u8])]| ask(parts).await.json()["signatures"][0]["path"].as_array().unwrap().len();
    let issuer = fixture("pki/issuing-ca.pem");
    let without = path(&[("document", &document)]).await;
    let with = path(&[("evidence", &issuer), ("document", &document)]).await;
    assert!(with > without, "{with} {without}");

    let encrypted = fixture("pdf/encrypted-aes256/document.pdf");
    assert_eq!(ask(&[("document", &encrypted)]).await.problem(), (422, "encrypted".to_owned()));
    let opened = ask(&[("document", &encrypted), ("password", b"test-password")]).await;
    assert_eq!(opened.json()["signatures"].as_array().unwrap().len(), 1);
}

/// What the configuration has at hand counts for every document, and from the moment on that it is there.
#[tokio::test]
async fn evidence_that_is_at_hand_counts() {
    let world = World::with(LIMITS, |parts| {
        let root = certificates(&fixture("pki/root.pem")).unwrap().remove(0);
        parts.trust = TrustStore::new(vec![TrustAnchor { certificate: root, sunset: None }]).into();
    });
    let document = fixture("pdf/issuer-missing/document.pdf");
    let answer =
        async || world.validate("?policy=no-revocation", &document).await.json()["summary"]["answer"].clone();
    assert_eq!(answer().await, "cannot-tell");
    let mut given = Given::default();
    given.take(&fixture("pki/issuing-ca.pem"), &Limits::DEFAULT).unwrap();
    world.service.parts().evidence.replace(given.into_evidence());
    assert_eq!(answer().await, "valid");
}

#[tokio::test]
async fn a_bundle_is_given_where_it_is_asked_for() {
    let world = World::new();
    assert!(world.validate("", &SIGNED).await.json().get("renderings").is_none());
    for query in ["?policy=no-revocation&with=bundle", "?policy=default&with=certificates,bundle"] {
        let report = world.validate(query, &SIGNED).await.json();
        let renderings = report["renderings"].as_array().unwrap();
        assert_eq!(renderings.len(), 1);
        assert_eq!(renderings[0]["mediaType"], "application/vnd.sigillum.bundle+json");
        let octets = base64::engine::general_purpose::STANDARD.decode(renderings[0]["base64"].as_str().unwrap());
        let bundle = Bundle::read(&octets.unwrap()).unwrap();
        let again = replay(&SIGNED, &bundle, None, &[], &Limits::DEFAULT, &CancelFlag::default()).unwrap().report;
        let envelope = Envelope { report_id: report["reportId"].as_str().unwrap(), document_name: None };
        let again: serde_json::Value = serde_json::from_str(&to_json(&again, &envelope, Language::En)).unwrap();
        let mut plain = report.clone();
        for member in ["renderings", "certificates"] {
            plain.as_object_mut().unwrap().remove(member);
        }
        assert_eq!(plain, again, "{query}");
    }
}

/// Of a bundle only certificates, CRLs and OCSP responses count: not its anchors, not its policy, not its time.
#[tokio::test]
async fn a_bundle_is_evidence_and_no_trust() {
    let world = World::new();
    let document = fixture("pdf/pades-b-b-rsa2048/document.pdf");
    let at = Timestamp::from_rfc3339("2026-06-01T00:00:00Z").unwrap();
    let root = certificates(&fixture("pki/root.pem")).unwrap().remove(0);
    let request = ValidationRequest {
        contents: Vec::new(),
        password: None,
        policy: Arc::clone(&world.service.parts().policies["no-revocation"]),
        trust: TrustStore::new(vec![TrustAnchor { certificate: root, sunset: None }]).into(),
        certificates: Vec::new(),
        crls: Vec::new(),
        ocsp_responses: Vec::new(),
        moment: Moment { at, clock: at },
        limits: Limits::DEFAULT,
    };
    let judged = judge(&document, &request, &Evidence::new(), &CancelFlag::default()).unwrap();
    let (case, report) = judged;
    assert_eq!(report.summary.answer.name(), "valid");
    let bundle = case.into_basis().bundle(&report).unwrap();
    let ask = async |evidence: &[u8]| {
        let body = form(&[("document", &document), ("evidence", evidence)]);
        world.send(post("/v1/validations?policy=no-revocation", ALL, FORM, &body)).await
    };
    let report = ask(&bundle).await.json();
    assert_eq!(report["summary"]["answer"], "cannot-tell");
    assert_eq!(report["signatures"][0]["subIndication"], "NO_CERTIFICATE_CHAIN_FOUND");
    assert_eq!(
        (&report["validationTime"], &report["trust"]["anchors"]),
        (&"2026-07-01T00:00:00Z".into(), &2.into())
    );

    let records = world.records();
    for (bad, cause) in
        [(&bundle[..bundle.len() - 1], "damaged"), (b"{\"schema\":\"sigillum-bundle/9", "unknown-version")]
    {
        let refused = ask(bad).await;
        assert_eq!(refused.problem(), (400, "bad-request".to_owned()));
        assert!(refused.detail().contains(cause), "{}", refused.detail());
    }
    assert_eq!(world.records(), records);
}

#[tokio::test]
async fn xml_is_judged_with_its_content() {
    let world = World::new();
    for kind in ["application/xml", "text/xml", "application/octet-stream"] {
        let report = world.send(post("/v1/validations", VALIDATOR, kind, b"<a/>")).await.json();
        assert_eq!(report["document"]["mediaType"], "application/xml", "{kind}");
        assert_eq!(report["summary"]["answer"], "no-signature", "{kind}");
    }
    let parts = [("content", &b"x"[..]), ("document", &b"<a/>"[..])];
    let report = world.send(post("/v1/validations", VALIDATOR, FORM, &form(&parts))).await.json();
    assert_eq!(report["summary"]["answer"], "no-signature");
}

#[tokio::test]
async fn policies_and_profiles_are_listed() {
    let world = World::with_sealer(LIMITS, "no-revocation", Behaviour::Signs);
    let policies = world.send(get("/v1/policies", VALIDATOR)).await.json();
    let names: Vec<_> = policies["policies"].as_array().unwrap().iter().map(|policy| &policy["name"]).collect();
    assert_eq!(names, ["default", "no-revocation"]);
    let report = world.validate("?policy=no-revocation", &SIGNED).await.json();
    assert_eq!(report["policy"], policies["policies"][1]);
    assert_eq!(world.send(get("/v1/policies", SEALER)).await.problem().0, 403);

    let profiles = world.send(get("/v1/profiles", ALL)).await.json();
    let names: Vec<_> = profiles["profiles"].as_array().unwrap().iter().map(|profile| &profile["name"]).collect();
    assert_eq!(names, ["around", "beside", "in-field", "official"]);
    assert_eq!(profiles["profiles"][0]["policy"], "no-revocation");
    let kinds: Vec<_> = profiles["profiles"]
        .as_array()
        .unwrap()
        .iter()
        .map(|profile| (profile["mediaTypes"].to_string(), profile["packaging"].as_str()))
        .collect();
    let (pdf, xml) = ("\"application/pdf\"", "\"application/xml\"");
    assert_eq!(
        kinds,
        [
            (format!("[{xml}]"), Some("enveloping")),
            (format!("[{pdf},{xml}]"), Some("detached")),
            (format!("[{pdf}]"), None),
            (format!("[{pdf},{xml}]"), Some("enveloped")),
        ]
    );
    // Whoever is ready says so.
    assert_eq!(world.send(get("/health/ready", "")).await.json()["status"], "ready");
    assert_eq!(world.send(get("/v1/profiles", SEALER)).await.json()["profiles"], serde_json::json!([]));
    assert_eq!(world.send(get("/v1/profiles", VALIDATOR)).await.problem().0, 403);
}

#[tokio::test]
async fn the_description_and_the_pulse_need_no_token() {
    let world = World::new();
    let open = |path: &str| Request::get(path).body(Body::empty()).unwrap();
    let description = world.send(open("/openapi.json")).await;
    assert_eq!(description.body, sigillum::server::DESCRIPTION.as_bytes());
    assert_eq!(world.send(open("/health/live")).await.json()["status"], "live");
    assert_eq!(world.send(open("/health/ready")).await.json()["status"], "ready");
}

#[tokio::test]
async fn a_request_has_one_identifier_throughout() {
    let world = World::new();
    let mut request = get("/v1/nothing", ALL);
    request.headers_mut().insert("x-request-id", "from-outside_1.2".parse().unwrap());
    let answer = world.send(request).await;
    assert_eq!(answer.headers["x-request-id"], "from-outside_1.2");
    assert_eq!(answer.json()["requestId"], "from-outside_1.2");
    for odd in ["with blank", &"x".repeat(65), "a\"b"] {
        let mut request = get("/v1/nothing", ALL);
        request.headers_mut().insert("x-request-id", odd.parse().unwrap());
        let answer = world.send(request).await;
        assert_ne!(answer.headers["x-request-id"].to_str().unwrap(), odd);
        assert_eq!(answer.json()["requestId"], answer.headers["x-request-id"].to_str().unwrap());
    }
}

/// Where a list says what classes there are, they are in the report with the kinds of document, as described.
#[tokio::test]
async fn classes_and_mandants_are_answered_as_described() {
    let seal = "name = \"house\"\nversion = \"1\"\nbasis = \"x\"\nformats = [\"pdf\"]\nminimum = 1\nchanges = [\"none\"]\n\
                [every]\nclasses = [\"advanced\"]\ntime = \"none\"\n";
    let world = World::with(LIMITS, |parts| {
        let list = |scheme: Scheme| ListStanding {
            scheme,
            territory: scheme.name().to_owned(),
            sequence_number: 1,
            trust: ListTrust::Verified,
            next_update: None,
            grace_seconds: 0,
        };
        let lists = [Scheme::Ch, Scheme::Eu, Scheme::Demo].map(list);
        let anchors = parts.trust.anchors().to_vec();
        parts.trust = Arc::new(TrustStore::new(anchors).rehearsing(lists.into(), Vec::new()));
        parts.mandants = vec![Arc::new(Mandant::parse(seal).unwrap())];
    });
    let report = world.validate("?policy=no-revocation", &SIGNED).await.json();
    let legal = &report["signatures"][0]["legal"];
    assert_eq!(legal["ch"]["class"], "advanced");
    assert_eq!(legal["ch"]["reasons"], serde_json::json!(["not-listed"]));
    assert_eq!((&legal["eu"]["class"], &legal["demo"]["class"]), (&"NA".into(), &"advanced".into()));
    let names = |report: &serde_json::Value| {
        let all = report["mandants"].as_array().unwrap().iter();
        all.map(|one| one["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&report).len(), 8);
    assert_eq!(report["mandants"][7]["satisfied"], true);
    for name in ["house", "qualified", "notarial-deed"] {
        let report = world.validate(&format!("?policy=no-revocation&mandant={name}"), &SIGNED).await.json();
        assert_eq!(names(&report), [name]);
    }
    // A mandant that is asked for is answered without a list too.
    let report = World::new().validate("?policy=no-revocation&mandant=mixed", &SIGNED).await.json();
    assert_eq!(report["mandants"][0]["unmet"], serde_json::json!(["no-trust-list"]));
    for document in support::seeds::documents() {
        world.validate("?policy=no-revocation", &document).await;
    }
}
