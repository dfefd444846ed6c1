//! The JSON against the contract.

use serde_json::Value;

use super::*;
use crate::document::{
    ChangeFinding, Changes, ChangesLevel, Coverage, DataObjectFormat, DocumentFinding, FieldLock, FieldLockAction,
};
use crate::reporting::tests::sample;
use crate::validation::{
    Attempt, CheckId, CheckResult, FetchOutcome, Message, Need, NeedKind, RevocationStatus, TimestampKind, Vouched,
};

const ENVELOPE: Envelope<'static> = Envelope { report_id: "R-1", document_name: Some("vertrag.pdf") };

fn json(report: &Report, language: Language) -> (String, Value) {
    let line = to_json(report, &ENVELOPE, language);
    assert!(!line.contains('\n'));
    let value = serde_json::from_str(&line).unwrap();
    (line, value)
}

/// The names of an object's members in the order in which the text has them.
fn members(line: &str) -> Vec<String> {
    let mut names = Vec::new();
    let (mut depth, mut in_string, mut escaped, mut text) = (0, false, false, String::new());
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        if in_string {
            match character {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => {
                    in_string = false;
                    if depth == 1 && characters.peek() == Some(&':') {
                        names.push(text.clone());
                    }
                }
                _ => text.push(character),
            }
            continue;
        }
        match character {
            '"' => {
                in_string = true;
                text.clear();
            }
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            _ => {}
        }
    }
    names
}

#[test]
fn certificates_stand_there_only_where_they_are_asked_for() {
    use base64::Engine as _;
    let report = sample::valid();
    let plain: Value = serde_json::from_str(&to_json(&report, &ENVELOPE, Language::En)).unwrap();
    assert!(plain.get("certificates").is_none());
    let line = to_json_with(&report, &ENVELOPE, &[Addition::Certificates], &[], Language::En);
    let asked: Value = serde_json::from_str(&line).unwrap();
    let certificates = asked["certificates"].as_object().unwrap();
    for element in asked["signatures"][0]["path"].as_array().unwrap() {
        let base64 = certificates[element["sha256"].as_str().unwrap()].as_str().unwrap();
        let der = base64::engine::general_purpose::STANDARD.decode(base64).unwrap();
        assert_eq!(der, report.signatures[0].path[0].certificate.der());
    }
    assert_eq!(certificates.len(), 2);
}

#[test]
fn members_stand_in_the_contracts_order() {
    let (line, _) = json(&sample::valid(), Language::En);
    let expected = "schema reportId software document validationTime policy trust verdict summary signatures \
                    documentTimestamps needs gathering";
    assert_eq!(members(&line).join(" "), expected);
    let signature = line.split_once("\"signatures\":[").unwrap().1;
    let expected = "id field subFilter format indication subIndication reason integrity coverage scope changes \
                    signer claimedSigningTime bestSignatureTime bestSignatureTimeSource timeQuality algorithms \
                    legal path timestamps counterSignatures attributes checks";
    let end = signature.find("],\"documentTimestamps\"").unwrap();
    assert_eq!(members(&signature[..end]).join(" "), expected);
}

#[test]
fn what_is_always_there_is_there_and_the_rest_is_absent() {
    let (_, value) = json(&sample::valid(), Language::En);
    assert_eq!(value["schema"], SCHEMA);
    assert_eq!(value["reportId"], "R-1");
    assert_eq!(value["document"]["name"], "vertrag.pdf");
    assert_eq!(value["validationTime"], "2026-11-21T12:00:00Z");
    assert_eq!(value["trust"], serde_json::json!({ "lists": [], "anchors": 1, "supplementary": [] }));
    assert_eq!(value["gathering"], serde_json::json!([]));
    assert_eq!(value["summary"]["answer"], "valid");
    assert!(value["summary"].get("mainReason").is_none());
    assert!(value.get("demo").is_none());
    let signature = &value["signatures"][0];
    assert!(signature.get("subIndication").unwrap().is_null());
    assert_eq!(signature["reason"]["code"], "all-checks-passed");
    assert_eq!(signature["legal"], serde_json::json!({}));
    assert_eq!(signature["bestSignatureTimeSource"], "validation-time");
    assert_eq!(signature["scope"][0]["range"], serde_json::json!([0, 100, 200, 12_145]));
    assert!(signature.get("certification").is_none() && signature.get("fieldLock").is_none());
    assert!(signature["path"][0].get("revocation").is_none());
    assert!(signature["checks"][0].get("text").is_none());
    assert_eq!(signature["attributes"], serde_json::json!({}));

    let mut demo = sample::valid();
    demo.trust.demo = true;
    let (line, value) = json(&demo, Language::En);
    assert_eq!(value["demo"], true);
    assert!(members(&line).join(" ").starts_with("schema reportId demo software"));

    let mut bare = sample::valid();
    let first = &mut bare.signatures[0];
    (first.field, first.signer, first.claimed_signing_time, first.changes) = (None, None, None, None);
    let (_, value) = json(&bare, Language::En);
    let signature = &value["signatures"][0];
    assert!(signature.get("field").is_none() && signature.get("changes").is_none());
    assert!(signature.get("signer").unwrap().is_null());
    assert!(signature.get("claimedSigningTime").unwrap().is_null());
}

#[test]
fn every_optional_member_is_written_where_there_is_something_to_say() {
    let mut report = sample::valid();
    report.document.findings.push(DocumentFinding {
        code: "wrong-stream-length",
        offset: Some(77),
        object: Some("12 0".to_owned()),
    });
    report.needs.push(Need {
        kind: NeedKind::Ocsp,
        certificate_sha256: "11".repeat(32),
        urls: vec!["http://ocsp.example.ch".to_owned()],
        vouched: Vouched::ByAnchor,
        ocsp_request: None,
    });
    report.gathering.push(Attempt {
        kind: NeedKind::Ocsp,
        certificate_sha256: "11".repeat(32),
        url: "http://ocsp.example.ch".to_owned(),
        outcome: FetchOutcome::HttpStatus(404),
    });
    report.document_timestamps.push(sample::timestamp("D1", TimestampKind::Document));
    report.document_timestamps[0].coverage = Some(Coverage::WholeDocument);
    let signature = &mut report.signatures[0];
    signature.timestamps.push(sample::timestamp("S1.T1", TimestampKind::Signature));
    signature.best_signature_time_source = Some("S1.T1".to_owned());
    signature.doc_mdp = Some(2);
    signature.field_lock =
        Some(FieldLock { action: FieldLockAction::Include, fields: vec!["a.b".to_owned()], doc_mdp: Some(1) });
    signature.changes = Some(Changes {
        level: ChangesLevel::Unknown,
        permitted: false,
        later_revisions: 1,
        trailing_bytes: 3,
        findings: vec![ChangeFinding {
            revision: 2,
            object: Some("7 0".into()),
            path: "/Root".into(),
            kind: "unknown",
            permitted: false,
            page: Some(1),
            code: "not-analysed",
        }],
    });
    signature.path[0].revocation = Some(RevocationStatus {
        source: "crl",
        status: "revoked",
        this_update: sample::time("2026-11-01T00:00:00Z"),
        next_update: None,
        origin: "embedded",
        revoked_at: Some(sample::time("2026-10-01T00:00:00Z")),
        reason: Some("superseded"),
    });
    signature.attributes.policy = Some(("1.2.3".to_owned(), None));
    signature.attributes.roles.push("Notarin".to_owned());
    signature.attributes.formats.push(DataObjectFormat {
        reference: Some(0),
        object: "#r".to_owned(),
        mime_type: Some("text/xml".to_owned()),
        encoding: None,
        description: None,
    });
    let time = sample::time("2026-11-20T08:30:00Z");
    signature.checks.push(sample::check(
        CheckId::ClaimedTimeInValidity,
        CheckResult::Warning,
        Some(Message::ClaimedTime { time }),
    ));
    let (_, value) = json(&report, Language::De);
    let finding = &value["document"]["findings"][0];
    assert_eq!(finding["text"], "Die Länge eines Datenstroms fehlt oder ist falsch; sein Ende wurde gesucht.");
    assert_eq!((&finding["offset"], &finding["object"]), (&77.into(), &"12 0".into()));
    assert_eq!(value["needs"][0]["for"], "11".repeat(32));
    assert_eq!(value["needs"][0].as_object().unwrap().len(), 3);
    let attempt = serde_json::json!({ "kind": "ocsp", "for": "11".repeat(32), "url": "http://ocsp.example.ch", "outcome": "http-status-404" });
    assert_eq!(value["gathering"], serde_json::json!([attempt]));
    let stamp = &value["documentTimestamps"][0];
    assert_eq!(stamp["type"], "document");
    assert_eq!(stamp["indication"], "PASSED");
    assert_eq!(stamp["time"], "2026-11-20T08:31:00.5Z");
    assert_eq!(stamp["coverage"], "whole-document");
    assert_eq!(stamp["qualified"], serde_json::json!([]));
    assert!(stamp["tsa"].get("country").is_none());
    let signature = &value["signatures"][0];
    assert_eq!(signature["certification"], serde_json::json!({ "docMdp": 2 }));
    assert_eq!(signature["fieldLock"], serde_json::json!({ "action": "include", "fields": ["a.b"], "docMdp": 1 }));
    assert_eq!(signature["changes"]["findings"][0]["code"], "not-analysed");
    let revocation = &signature["path"][0]["revocation"];
    assert_eq!(revocation["thisUpdate"], "2026-11-01T00:00:00Z");
    assert_eq!((&revocation["status"], &revocation["reason"]), (&"revoked".into(), &"superseded".into()));
    assert_eq!(revocation["revokedAt"], "2026-10-01T00:00:00Z");
    let formats = serde_json::json!([{ "object": "#r", "mimeType": "text/xml" }]);
    assert_eq!(
        signature["attributes"],
        serde_json::json!({ "roles": ["Notarin"], "policy": { "id": "1.2.3" }, "dataObjectFormats": formats })
    );
    assert_eq!(signature["bestSignatureTimeSource"], "S1.T1");
    let text = signature["checks"][1]["text"].as_str().unwrap();
    assert!(text.ends_with("Behauptete Zeit: 20.11.2026, 08:30:00 UTC."), "{text}");
}

#[test]
fn hidden_characters_are_escaped_and_read_back_as_they_were() {
    let mut report = sample::valid();
    let name = "A\u{1b}[2J\u{202e}\u{9b}\u{e0041}\u{7f}Ü\"\\";
    report.signatures[0].signer.as_mut().unwrap().common_name = Some(name.to_owned());
    let (line, value) = json(&report, Language::En);
    assert!(!line.chars().any(crate::reporting::is_hidden), "{line}");
    assert!(line.contains(r"A\u001b[2J\u202e\u009b\udb40\udc41\u007fÜ"), "{line}");
    assert_eq!(value["signatures"][0]["signer"]["commonName"], name);
}

#[test]
fn a_document_that_cannot_be_read_gives_a_line() {
    let error = DocumentError { offset: Some(9), ..DocumentError::new("malformed-pdf") };
    let document = UnreadDocument { name: Some("x.pdf"), size: Some(3), sha256: None };
    let line = error_to_json(&error, &document, Language::En);
    assert_eq!(
        line,
        "{\"schema\":\"sigillum-report/1\",\"document\":{\"name\":\"x.pdf\",\"size\":3},\"error\":{\"code\":\
         \"malformed-pdf\",\"text\":\"The PDF document is so damaged that it cannot be read.\",\"offset\":9}}"
    );
    let limit = DocumentError { limit: Some(("file-bytes", 5)), ..DocumentError::new("limit-exceeded") };
    let value: Value = serde_json::from_str(&error_to_json(&limit, &document, Language::De)).unwrap();
    assert_eq!(value["error"]["limit"], "file-bytes");
    assert_eq!(value["error"]["maximum"], 5);
    assert!(value["error"]["text"].as_str().unwrap().ends_with("Grenzwert «file-bytes»: 5."));
}

#[test]
fn only_texts_depend_on_the_language() {
    fn without_texts(value: &mut Value) {
        match value {
            Value::Object(members) => {
                members.remove("text");
                members.values_mut().for_each(without_texts);
            }
            Value::Array(values) => values.iter_mut().for_each(without_texts),
            _ => {}
        }
    }
    let report = sample::not_trusted();
    let mut forms = Language::ALL.iter().map(|language| {
        let mut value = json(&report, *language).1;
        without_texts(&mut value);
        value
    });
    let first = forms.next().unwrap();
    assert_eq!(first["summary"]["mainReason"]["code"], "xcv-chain");
    assert!(forms.all(|form| form == first));
}
