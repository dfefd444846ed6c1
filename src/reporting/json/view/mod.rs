//! The members of `sigillum-report/1`, in the contract's order: borrowed views of a report.

mod evidence;
mod legal;
mod mandant;
mod signature;
mod trust;
mod unread;

use std::collections::BTreeMap;

use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD;
use serde::{Serialize, Serializer};

use super::{Addition, Envelope, Rendering, SCHEMA, Show, Texts};
use crate::document::{DocumentFacts, DocumentFinding};
use crate::validation::{Attempt, Need, PolicyReference, Report, Summary};
use evidence::{ReasonView, TimestampView, certificates, timestamps};
use mandant::MandantView;
use signature::SignatureView;
use trust::TrustView;

pub(super) use trust::{ServicesNow, TrustNow};

pub(super) use unread::ErrorLine;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReportView<'a> {
    schema: &'static str,
    report_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    demo: Option<bool>,
    software: SoftwareView,
    document: DocumentView<'a>,
    validation_time: String,
    policy: PolicyView<'a>,
    trust: TrustView<'a>,
    verdict: &'static str,
    summary: SummaryView,
    signatures: Vec<SignatureView<'a>>,
    document_timestamps: Vec<TimestampView<'a>>,
    needs: Vec<NeedView<'a>>,
    gathering: Vec<AttemptView<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mandants: Vec<MandantView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificates: Option<BTreeMap<&'a str, String>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    renderings: Vec<RenderingView<'a>>,
}

impl<'a> ReportView<'a> {
    pub(super) fn new(
        report: &'a Report,
        envelope: &Envelope<'a>,
        additions: &[Addition],
        renderings: &[Rendering<'a>],
        texts: &Texts,
    ) -> Self {
        Self {
            schema: SCHEMA,
            report_id: envelope.report_id,
            demo: report.trust.demo.then_some(true),
            software: SoftwareView { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
            document: DocumentView::new(&report.document, envelope.document_name, texts),
            validation_time: report.validation_time.to_string(),
            policy: PolicyView::new(&report.policy),
            trust: TrustView::new(&report.trust),
            verdict: report.verdict.name(),
            summary: SummaryView::new(&report.summary, texts),
            signatures: report.signatures.iter().map(|signature| SignatureView::new(signature, texts)).collect(),
            document_timestamps: timestamps(&report.document_timestamps, texts),
            needs: report.needs.iter().map(NeedView::new).collect(),
            gathering: report.gathering.iter().map(AttemptView::new).collect(),
            mandants: report.mandants.iter().map(|result| MandantView::new(result, texts)).collect(),
            certificates: additions.contains(&Addition::Certificates).then(|| certificates(report)),
            renderings: renderings.iter().map(RenderingView::new).collect(),
        }
    }
}

#[derive(Serialize)]
struct SoftwareView {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DocumentView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    media_type: &'static str,
    size: u64,
    sha256: &'a str,
    findings: Vec<DocumentFindingView<'a>>,
}

impl<'a> DocumentView<'a> {
    fn new(facts: &'a DocumentFacts, name: Option<&'a str>, texts: &Texts) -> Self {
        Self {
            name,
            media_type: facts.media_type.name(),
            size: facts.size,
            sha256: &facts.sha256,
            findings: facts.findings.iter().map(|finding| DocumentFindingView::new(finding, texts)).collect(),
        }
    }
}

#[derive(Serialize)]
struct DocumentFindingView<'a> {
    code: &'static str,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<&'a str>,
}

impl<'a> DocumentFindingView<'a> {
    fn new(finding: &'a DocumentFinding, texts: &Texts) -> Self {
        Self {
            code: finding.code,
            text: texts.finding(finding.code),
            offset: finding.offset,
            object: finding.object.as_deref(),
        }
    }
}

#[derive(Serialize)]
struct PolicyView<'a> {
    name: &'a str,
    version: &'a str,
    sha256: &'a str,
}

impl<'a> PolicyView<'a> {
    fn new(policy: &'a PolicyReference) -> Self {
        Self { name: &policy.name, version: &policy.version, sha256: &policy.sha256 }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SummaryView {
    answer: &'static str,
    text: String,
    signatures: usize,
    passed: usize,
    failed: usize,
    indeterminate: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    main_reason: Option<ReasonView>,
}

impl SummaryView {
    fn new(summary: &Summary, texts: &Texts) -> Self {
        Self {
            answer: summary.answer.name(),
            text: texts.message(&summary.message, Show::Verbatim),
            signatures: summary.signatures,
            passed: summary.passed,
            failed: summary.failed,
            indeterminate: summary.indeterminate,
            main_reason: summary.main_reason.as_ref().map(|reason| ReasonView::new(reason, texts)),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RenderingView<'a> {
    media_type: &'static str,
    #[serde(serialize_with = "base64")]
    base64: &'a [u8],
}

impl<'a> RenderingView<'a> {
    const fn new(rendering: &Rendering<'a>) -> Self {
        Self { media_type: rendering.media_type, base64: rendering.octets }
    }
}

fn base64<S: Serializer>(octets: &&[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&Base64Display::new(octets, &STANDARD))
}

#[derive(Serialize)]
struct NeedView<'a> {
    kind: &'static str,
    #[serde(rename = "for")]
    certificate_sha256: &'a str,
    urls: &'a [String],
}

impl<'a> NeedView<'a> {
    fn new(need: &'a Need) -> Self {
        Self { kind: need.kind.name(), certificate_sha256: &need.certificate_sha256, urls: &need.urls }
    }
}

#[derive(Serialize)]
struct AttemptView<'a> {
    kind: &'static str,
    #[serde(rename = "for")]
    certificate_sha256: &'a str,
    url: &'a str,
    outcome: String,
}

impl<'a> AttemptView<'a> {
    fn new(attempt: &'a Attempt) -> Self {
        Self {
            kind: attempt.kind.name(),
            certificate_sha256: &attempt.certificate_sha256,
            url: &attempt.url,
            outcome: attempt.outcome.name(),
        }
    }
}
