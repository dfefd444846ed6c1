//! A signature: what it covers, who signed, what came after, what was checked.

use serde::Serialize;

use super::evidence::{CheckView, PathElementView, ReasonView, TimestampView, checks, path, timestamps};
use super::legal::{ClaimsView, LegalView};
use crate::document::{ChangeFinding, Changes, DataObjectFormat, FieldLock, Uncovered};
use crate::reporting::Texts;
use crate::validation::{Algorithms, ClaimedAttributes, Scope, SignatureReport, Signer};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SignatureView<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_filter: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    packaging: Option<&'static str>,
    format: &'static str,
    indication: &'static str,
    sub_indication: Option<&'static str>,
    reason: ReasonView,
    integrity: &'static str,
    coverage: &'static str,
    scope: Vec<ScopeView<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    uncovered: Vec<UncoveredView<'a>>,
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
    legal: LegalView<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate_claims: Option<ClaimsView<'a>>,
    path: Vec<PathElementView<'a>>,
    timestamps: Vec<TimestampView<'a>>,
    counter_signatures: Vec<Self>,
    attributes: AttributesView<'a>,
    checks: Vec<CheckView<'a>>,
}

impl<'a> SignatureView<'a> {
    pub(super) fn new(signature: &'a SignatureReport, texts: &Texts) -> Self {
        Self {
            id: &signature.id,
            field: signature.field.as_deref(),
            sub_filter: signature.sub_filter.as_deref(),
            packaging: signature.packaging.map(crate::document::Packaging::name),
            format: signature.format,
            indication: signature.verdict.total_indication(),
            sub_indication: signature.verdict.sub_indication(),
            reason: ReasonView::new(&signature.reason, texts),
            integrity: signature.integrity.name(),
            coverage: signature.coverage.name(),
            scope: signature.scope.iter().map(ScopeView::new).collect(),
            uncovered: signature.uncovered.iter().map(UncoveredView::new).collect(),
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
            legal: LegalView::new(signature, texts),
            certificate_claims: signature.certificate_claims.as_ref().and_then(ClaimsView::new),
            path: path(&signature.path),
            timestamps: timestamps(&signature.timestamps, texts),
            counter_signatures: signature.counter_signatures.iter().map(|one| Self::new(one, texts)).collect(),
            attributes: AttributesView::new(&signature.attributes),
            checks: checks(&signature.checks, texts),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ScopeView<'a> {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<[u64; 4]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    xml_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    transforms: &'a [String],
}

impl<'a> ScopeView<'a> {
    fn new(scope: &'a Scope) -> Self {
        let none =
            Self { kind: "", range: None, revision: None, path: None, xml_id: None, name: None, transforms: &[] };
        match scope {
            Scope::ByteRange { range, revision } => {
                Self { kind: "byte-range", range: Some(*range), revision: *revision, ..none }
            }
            Scope::Element { path, xml_id, transforms } => {
                Self { kind: "element", path: Some(path), xml_id: xml_id.as_deref(), transforms, ..none }
            }
            Scope::Content { name, transforms } => {
                Self { kind: "content", name: name.as_deref(), transforms, ..none }
            }
        }
    }
}

#[derive(Serialize)]
struct UncoveredView<'a> {
    path: &'a str,
    kind: &'static str,
}

impl<'a> UncoveredView<'a> {
    fn new(uncovered: &'a Uncovered) -> Self {
        Self { path: &uncovered.path, kind: uncovered.kind.name() }
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

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
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
    #[serde(skip_serializing_if = "Vec::is_empty")]
    data_object_formats: Vec<FormatView<'a>>,
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
            data_object_formats: attributes.formats.iter().map(FormatView::new).collect(),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FormatView<'a> {
    object: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    mime_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
}

impl<'a> FormatView<'a> {
    fn new(format: &'a DataObjectFormat) -> Self {
        Self {
            object: &format.object,
            mime_type: format.mime_type.as_deref(),
            encoding: format.encoding.as_deref(),
            description: format.description.as_deref(),
        }
    }
}

#[derive(Serialize)]
struct SignaturePolicyView<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<&'a str>,
}
