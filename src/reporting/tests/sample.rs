//! Reports for tests, made by hand.

use std::sync::Arc;

use crate::document::{Changes, ChangesLevel, Coverage, DocumentFacts, MediaType};
use crate::pki::Certificate;
use crate::pki::testdata;
use crate::time::Timestamp;
use crate::validation::qualification::Legal;
use crate::validation::{
    Algorithms, Answer, Check, CheckId, CheckResult, ClaimedAttributes, Context, DocumentVerdict, Doubt, Failure,
    Integrity, Message, PathElement, PolicyReference, Reason, Report, Scope, SignatureReport, Signer, Summary,
    TimeQuality, TimestampKind, TimestampReport, TrustSummary, Verdict,
};

pub(in crate::reporting) fn time(text: &str) -> Timestamp {
    Timestamp::from_rfc3339(text).unwrap()
}

/// A document with one signature that passed.
pub(in crate::reporting) fn valid() -> Report {
    report(vec![signature()], Answer::Valid, Message::SummaryValidOne { signer: "Anna Muster".to_owned() })
}

/// A document with one signature whose issuer is not trusted.
pub(in crate::reporting) fn not_trusted() -> Report {
    let mut signature = signature();
    let subject = "CN=Anna Muster,O=Kanton Beispiel,C=CH".to_owned();
    let detail = Message::PathEndsAt { subject, issuer: "CN=Beispiel CA".to_owned() };
    signature.verdict = Verdict::Indeterminate(Doubt::NoCertificateChainFound);
    signature.reason = Reason { check: Some(CheckId::ChainToAnchor), detail: Some(detail.clone()) };
    signature.path.clear();
    signature.checks.push(check(CheckId::ChainToAnchor, CheckResult::Indeterminate, Some(detail)));
    signature.checks.push(check(CheckId::RevocationKnown, CheckResult::NotRun, None));
    report(vec![signature], Answer::CannotTell, Message::SummaryCannotTellOne {})
}

/// A document with one signature whose content was changed.
pub(in crate::reporting) fn broken() -> Report {
    let mut signature = signature();
    let detail = Message::DigestDiffers { algorithm: "SHA-256".to_owned() };
    signature.verdict = Verdict::Failed(Failure::HashFailure);
    signature.reason = Reason { check: Some(CheckId::DocumentDigest), detail: Some(detail.clone()) };
    signature.integrity = Integrity::Broken;
    signature.checks.push(check(CheckId::DocumentDigest, CheckResult::Failed, Some(detail)));
    report(vec![signature], Answer::NotValid, Message::SummaryNotValidOne {})
}

/// A document without signature.
pub(in crate::reporting) fn unsigned() -> Report {
    report(Vec::new(), Answer::NoSignature, Message::SummaryNoSignature {})
}

pub(in crate::reporting) fn check(id: CheckId, result: CheckResult, detail: Option<Message>) -> Check {
    Check { id, context: Context::Signature, result, object: Some("S1".to_owned()), detail }
}

fn report(signatures: Vec<SignatureReport>, answer: Answer, message: Message) -> Report {
    let count = |wanted: Answer| if answer == wanted { signatures.len() } else { 0 };
    let main_reason = signatures.first().filter(|_| answer != Answer::Valid).map(|first| first.reason.clone());
    Report {
        document: DocumentFacts {
            media_type: MediaType::Pdf,
            size: 12_345,
            sha256: "ab".repeat(32),
            findings: Vec::new(),
        },
        validation_time: time("2026-11-21T12:00:00Z"),
        policy: PolicyReference {
            name: "no-revocation".to_owned(),
            version: "1".to_owned(),
            sha256: "cd".repeat(32),
        },
        trust: TrustSummary { anchors: 1, ..TrustSummary::default() },
        verdict: match answer {
            Answer::Valid => DocumentVerdict::TotalPassed,
            Answer::NotValid => DocumentVerdict::TotalFailed,
            Answer::CannotTell => DocumentVerdict::Indeterminate,
            Answer::NoSignature => DocumentVerdict::NoSignature,
        },
        summary: Summary {
            answer,
            message,
            signatures: signatures.len(),
            passed: count(Answer::Valid),
            failed: count(Answer::NotValid),
            indeterminate: count(Answer::CannotTell),
            main_reason,
        },
        signatures,
        document_timestamps: Vec::new(),
        mandants: Vec::new(),
        needs: Vec::new(),
        gathering: Vec::new(),
    }
}

fn signature() -> SignatureReport {
    SignatureReport {
        id: "S1".to_owned(),
        field: Some("Signature1".to_owned()),
        sub_filter: Some("ETSI.CAdES.detached".to_owned()),
        format: "PAdES-BASELINE-B",
        verdict: Verdict::Passed,
        reason: Reason { check: None, detail: None },
        integrity: Integrity::Intact,
        coverage: Coverage::WholeDocument,
        packaging: None,
        uncovered: Vec::new(),
        counter_signatures: Vec::new(),
        scope: vec![Scope::ByteRange { range: [0, 100, 200, 12_145], revision: Some(1) }],
        changes: Some(Changes {
            level: ChangesLevel::None,
            permitted: true,
            later_revisions: 0,
            trailing_bytes: 0,
            findings: Vec::new(),
        }),
        doc_mdp: None,
        field_lock: None,
        signer: Some(signer("Anna Muster", "11")),
        claimed_signing_time: Some(time("2026-11-20T08:30:00Z")),
        best_signature_time: time("2026-11-21T12:00:00Z"),
        best_signature_time_source: None,
        time_quality: TimeQuality::Claimed,
        algorithms: Some(Algorithms {
            signature: "RSA-SHA256".to_owned(),
            digest: "SHA-256".to_owned(),
            key_bits: 2048,
        }),
        legal: Legal::default(),
        certificate_claims: None,
        path: vec![
            element("CN=Anna Muster,O=Kanton Beispiel,C=CH", "11", false),
            element("CN=Beispiel CA", "22", true),
        ],
        timestamps: Vec::new(),
        attributes: ClaimedAttributes::default(),
        checks: vec![check(CheckId::ByteRange, CheckResult::Passed, None)],
    }
}

pub(in crate::reporting) fn signer(name: &str, octet: &str) -> Signer {
    Signer {
        common_name: Some(name.to_owned()),
        organization: Some("Kanton Beispiel".to_owned()),
        country: Some("CH".to_owned()),
        subject: format!("CN={name},O=Kanton Beispiel,C=CH"),
        certificate_sha256: octet.repeat(32),
        ..Signer::default()
    }
}

pub(in crate::reporting) fn element(subject: &str, octet: &str, trust_anchor: bool) -> PathElement {
    PathElement {
        subject: subject.to_owned(),
        sha256: octet.repeat(32),
        not_before: time("2025-01-01T00:00:00Z"),
        not_after: time("2028-01-01T00:00:00Z"),
        trust_anchor,
        revocation: None,
        certificate: Arc::new(Certificate::parse(&testdata::der(testdata::LEAF)).unwrap()),
    }
}

pub(in crate::reporting) fn timestamp(id: &str, kind: TimestampKind) -> TimestampReport {
    TimestampReport {
        id: id.to_owned(),
        field: None,
        kind,
        time: Some(time("2026-11-20T08:31:00.5Z")),
        verdict: Verdict::Passed,
        reason: Reason { check: None, detail: None },
        qualified: Vec::new(),
        tsa: Some(signer("Beispiel TSA", "33")),
        imprint_algorithm: Some("SHA-256".to_owned()),
        integrity: Integrity::Intact,
        coverage: None,
        covers: vec!["S1".to_owned()],
        path: Vec::new(),
        checks: Vec::new(),
    }
}
