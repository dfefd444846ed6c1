//! The members of `sigillum-report/1`, in the contract's order: borrowed views of a report.

use serde::Serialize;

use super::{DocumentError, Envelope, SCHEMA, Show, Texts, UnreadDocument};
use crate::document::{ChangeFinding, Changes, DocumentFacts, DocumentFinding, FieldLock};
use crate::validation::{
    Algorithms, Check, ClaimedAttributes, Need, PathElement, PolicyReference, Reason, Report, RevocationListed,
    Scope, SignatureReport, Signer, Summary, TimestampReport, TrustSummary,
};

/// A list that this version has nothing for, and that is always there.
type Nothing = [(); 0];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReportView<'a> {
    schema: &'static str,
    report_id: &'a str,
    software: SoftwareView,
    document: DocumentView<'a>,
    validation_time: String,
    policy: PolicyView<'a>,
    trust: TrustView,
    verdict: &'static str,
    summary: SummaryView,
    signatures: Vec<SignatureView<'a>>,
    document_timestamps: Vec<TimestampView<'a>>,
    needs: Vec<NeedView<'a>>,
    gathering: Nothing,
}

impl<'a> ReportView<'a> {
    pub(super) fn new(report: &'a Report, envelope: &Envelope<'a>, texts: &Texts) -> Self {
        Self {
            schema: SCHEMA,
            report_id: envelope.report_id,
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
            gathering: [],
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
struct TrustView {
    lists: Nothing,
    anchors: usize,
    supplementary: Nothing,
}

impl TrustView {
    const fn new(trust: &TrustSummary) -> Self {
        Self { lists: [], anchors: trust.anchors, supplementary: [] }
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
struct ReasonView {
    code: &'static str,
    text: String,
}

impl ReasonView {
    fn new(reason: &Reason, texts: &Texts) -> Self {
        Self { code: reason.code(), text: texts.reason(reason, Show::Verbatim) }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SignatureView<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_filter: Option<&'a str>,
    format: &'static str,
    indication: &'static str,
    sub_indication: Option<&'static str>,
    reason: ReasonView,
    integrity: &'static str,
    coverage: &'static str,
    scope: Vec<ScopeView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<ChangesView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certification: Option<CertificationView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    field_lock: Option<FieldLockView<'a>>,
    signer: Option<SignerView<'a>>,
    claimed_signing_time: Option<String>,
    best_signature_time: String,
    best_signature_time_source: &'a str,
    time_quality: &'static str,
    algorithms: Option<AlgorithmsView<'a>>,
    legal: LegalView,
    path: Vec<PathElementView<'a>>,
    timestamps: Vec<TimestampView<'a>>,
    counter_signatures: Nothing,
    attributes: AttributesView<'a>,
    checks: Vec<CheckView<'a>>,
}

impl<'a> SignatureView<'a> {
    fn new(signature: &'a SignatureReport, texts: &Texts) -> Self {
        Self {
            id: &signature.id,
            field: signature.field.as_deref(),
            sub_filter: signature.sub_filter.as_deref(),
            format: signature.format,
            indication: signature.verdict.total_indication(),
            sub_indication: signature.verdict.sub_indication(),
            reason: ReasonView::new(&signature.reason, texts),
            integrity: signature.integrity.name(),
            coverage: signature.coverage.name(),
            scope: signature.scope.iter().map(ScopeView::new).collect(),
            changes: signature.changes.as_ref().map(|changes| ChangesView::new(changes, texts)),
            certification: signature.doc_mdp.map(|doc_mdp| CertificationView { doc_mdp }),
            field_lock: signature.field_lock.as_ref().map(FieldLockView::new),
            signer: signature.signer.as_ref().map(SignerView::new),
            claimed_signing_time: signature.claimed_signing_time.map(|time| time.to_string()),
            best_signature_time: signature.best_signature_time.to_string(),
            best_signature_time_source: signature
                .best_signature_time_source
                .as_deref()
                .unwrap_or("validation-time"),
            time_quality: signature.time_quality.name(),
            algorithms: signature.algorithms.as_ref().map(AlgorithmsView::new),
            legal: LegalView {},
            path: path(&signature.path),
            timestamps: timestamps(&signature.timestamps, texts),
            counter_signatures: [],
            attributes: AttributesView::new(&signature.attributes),
            checks: checks(&signature.checks, texts),
        }
    }
}

#[derive(Serialize)]
struct ScopeView {
    kind: &'static str,
    range: [u64; 4],
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<usize>,
}

impl ScopeView {
    const fn new(scope: &Scope) -> Self {
        match scope {
            Scope::ByteRange { range, revision } => Self { kind: "byte-range", range: *range, revision: *revision },
        }
    }
}

#[derive(Serialize)]
struct ChangesView<'a> {
    level: &'static str,
    permitted: bool,
    findings: Vec<ChangeFindingView<'a>>,
}

impl<'a> ChangesView<'a> {
    fn new(changes: &'a Changes, texts: &Texts) -> Self {
        Self {
            level: changes.level.name(),
            permitted: changes.permitted,
            findings: changes.findings.iter().map(|finding| ChangeFindingView::new(finding, texts)).collect(),
        }
    }
}

#[derive(Serialize)]
struct ChangeFindingView<'a> {
    revision: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<&'a str>,
    path: &'a str,
    kind: &'static str,
    permitted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<u64>,
    code: &'static str,
    text: String,
}

impl<'a> ChangeFindingView<'a> {
    fn new(finding: &'a ChangeFinding, texts: &Texts) -> Self {
        Self {
            revision: finding.revision,
            object: finding.object.as_deref(),
            path: &finding.path,
            kind: finding.kind,
            permitted: finding.permitted,
            page: finding.page,
            code: finding.code,
            text: texts.change(finding.code),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CertificationView {
    doc_mdp: u8,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FieldLockView<'a> {
    action: &'static str,
    fields: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    doc_mdp: Option<u8>,
}

impl<'a> FieldLockView<'a> {
    fn new(lock: &'a FieldLock) -> Self {
        Self { action: lock.action.name(), fields: &lock.fields, doc_mdp: lock.doc_mdp }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SignerView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    common_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    given_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    surname: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    organization: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    organization_identifier: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    serial_number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pseudonym: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<&'a str>,
    subject: &'a str,
    certificate_sha256: &'a str,
}

impl<'a> SignerView<'a> {
    fn new(signer: &'a Signer) -> Self {
        Self {
            common_name: signer.common_name.as_deref(),
            given_name: signer.given_name.as_deref(),
            surname: signer.surname.as_deref(),
            organization: signer.organization.as_deref(),
            organization_identifier: signer.organization_identifier.as_deref(),
            serial_number: signer.serial_number.as_deref(),
            pseudonym: signer.pseudonym.as_deref(),
            country: signer.country.as_deref(),
            subject: &signer.subject,
            certificate_sha256: &signer.certificate_sha256,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AlgorithmsView<'a> {
    signature: &'a str,
    digest: &'a str,
    key_bits: u32,
}

impl<'a> AlgorithmsView<'a> {
    fn new(algorithms: &'a Algorithms) -> Self {
        Self { signature: &algorithms.signature, digest: &algorithms.digest, key_bits: algorithms.key_bits }
    }
}

/// No legal class is determined yet: neither `ch` nor `eu` is there.
#[derive(Serialize)]
struct LegalView {}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PathElementView<'a> {
    subject: &'a str,
    sha256: &'a str,
    not_before: String,
    not_after: String,
    trust_anchor: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    revocation_listed: Vec<RevocationView>,
}

fn path(elements: &[PathElement]) -> Vec<PathElementView<'_>> {
    elements
        .iter()
        .map(|element| PathElementView {
            subject: &element.subject,
            sha256: &element.sha256,
            not_before: element.not_before.to_string(),
            not_after: element.not_after.to_string(),
            trust_anchor: element.trust_anchor,
            revocation_listed: element.revocation.iter().map(RevocationView::new).collect(),
        })
        .collect()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RevocationView {
    source: &'static str,
    status: &'static str,
    this_update: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_update: Option<String>,
    origin: &'static str,
}

impl RevocationView {
    fn new(listed: &RevocationListed) -> Self {
        Self {
            source: listed.source,
            status: listed.claimed_status,
            this_update: listed.this_update.to_string(),
            next_update: listed.next_update.map(|time| time.to_string()),
            origin: listed.origin,
        }
    }
}

#[derive(Serialize)]
struct AttributesView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    roles: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    commitments: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<SignaturePolicyView<'a>>,
}

impl<'a> AttributesView<'a> {
    fn new(attributes: &'a ClaimedAttributes) -> Self {
        Self {
            reason: attributes.reason.as_deref(),
            location: attributes.location.as_deref(),
            contact: attributes.contact.as_deref(),
            roles: &attributes.roles,
            commitments: &attributes.commitments,
            policy: attributes
                .policy
                .as_ref()
                .map(|(id, sha256)| SignaturePolicyView { id, sha256: sha256.as_deref() }),
        }
    }
}

#[derive(Serialize)]
struct SignaturePolicyView<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<&'a str>,
}

#[derive(Serialize)]
struct CheckView<'a> {
    id: &'static str,
    context: &'static str,
    basis: &'static str,
    result: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

fn checks<'a>(checks: &'a [Check], texts: &Texts) -> Vec<CheckView<'a>> {
    checks
        .iter()
        .map(|check| CheckView {
            id: check.id.name(),
            context: check.context.name(),
            basis: check.id.basis(),
            result: check.result.name(),
            object: check.object.as_deref(),
            text: texts.check(check, Show::Verbatim),
        })
        .collect()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TimestampView<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    #[serde(rename = "type")]
    kind: &'static str,
    time: Option<String>,
    indication: &'static str,
    sub_indication: Option<&'static str>,
    reason: ReasonView,
    qualified: Nothing,
    tsa: Option<AuthorityView<'a>>,
    imprint_algorithm: Option<&'a str>,
    integrity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<&'static str>,
    covers: &'a [String],
    path: Vec<PathElementView<'a>>,
    checks: Vec<CheckView<'a>>,
}

fn timestamps<'a>(timestamps: &'a [TimestampReport], texts: &Texts) -> Vec<TimestampView<'a>> {
    timestamps
        .iter()
        .map(|timestamp| TimestampView {
            id: &timestamp.id,
            field: timestamp.field.as_deref(),
            kind: timestamp.kind.name(),
            time: timestamp.time.map(|time| time.to_string()),
            indication: timestamp.verdict.indication(),
            sub_indication: timestamp.verdict.sub_indication(),
            reason: ReasonView::new(&timestamp.reason, texts),
            qualified: [],
            tsa: timestamp.tsa.as_ref().map(AuthorityView::new),
            imprint_algorithm: timestamp.imprint_algorithm.as_deref(),
            integrity: timestamp.integrity.name(),
            coverage: timestamp.coverage.map(|coverage| coverage.name()),
            covers: &timestamp.covers,
            path: path(&timestamp.path),
            checks: checks(&timestamp.checks, texts),
        })
        .collect()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AuthorityView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    common_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    organization: Option<&'a str>,
    subject: &'a str,
    certificate_sha256: &'a str,
}

impl<'a> AuthorityView<'a> {
    fn new(authority: &'a Signer) -> Self {
        Self {
            common_name: authority.common_name.as_deref(),
            organization: authority.organization.as_deref(),
            subject: &authority.subject,
            certificate_sha256: &authority.certificate_sha256,
        }
    }
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
pub(super) struct ErrorLine<'a> {
    schema: &'static str,
    document: UnreadView<'a>,
    error: ErrorView,
}

impl<'a> ErrorLine<'a> {
    pub(super) fn new(error: &DocumentError, document: &UnreadDocument<'a>, texts: &Texts) -> Self {
        Self {
            schema: SCHEMA,
            document: UnreadView { name: document.name, size: document.size, sha256: document.sha256 },
            error: ErrorView {
                code: error.code,
                text: texts.document_error(error, Show::Verbatim),
                offset: error.offset,
                limit: error.limit.map(|(name, _)| name),
                maximum: error.limit.map(|(_, maximum)| maximum),
            },
        }
    }
}

#[derive(Serialize)]
struct UnreadView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<&'a str>,
}

#[derive(Serialize)]
struct ErrorView {
    code: &'static str,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    maximum: Option<u64>,
}
