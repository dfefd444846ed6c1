//! What signatures and time-stamps have in common: reason, path, checks; and the time-stamps.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::reporting::{Show, Texts};
use crate::validation::{Check, PathElement, Reason, Report, RevocationStatus, Signer, TimestampReport};

#[derive(Serialize)]
pub(super) struct ReasonView {
    code: &'static str,
    text: String,
}

impl ReasonView {
    pub(super) fn new(reason: &Reason, texts: &Texts) -> Self {
        Self { code: reason.code(), text: texts.reason(reason, Show::Verbatim) }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PathElementView<'a> {
    subject: &'a str,
    sha256: &'a str,
    not_before: String,
    not_after: String,
    trust_anchor: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    revocation: Option<RevocationView>,
}

pub(super) fn path(elements: &[PathElement]) -> Vec<PathElementView<'_>> {
    elements
        .iter()
        .map(|element| PathElementView {
            subject: &element.subject,
            sha256: &element.sha256,
            not_before: element.not_before.to_string(),
            not_after: element.not_after.to_string(),
            trust_anchor: element.trust_anchor,
            revocation: element.revocation.as_ref().map(RevocationView::new),
        })
        .collect()
}

/// Every certificate of every path, as base64 of its DER, under its SHA-256.
pub(super) fn certificates(report: &Report) -> BTreeMap<&str, String> {
    let inside = report.signatures.iter().flat_map(|signature| &signature.timestamps);
    let stamps = inside.chain(&report.document_timestamps).flat_map(|timestamp| &timestamp.path);
    let elements = report.signatures.iter().flat_map(|signature| &signature.path).chain(stamps);
    let mut certificates = BTreeMap::new();
    for element in elements {
        certificates.entry(element.sha256.as_str()).or_insert_with(|| STANDARD.encode(element.certificate.der()));
    }
    certificates
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
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

impl RevocationView {
    pub(super) fn new(status: &RevocationStatus) -> Self {
        Self {
            source: status.source,
            status: status.status,
            this_update: status.this_update.to_string(),
            next_update: status.next_update.map(|time| time.to_string()),
            origin: status.origin,
            revoked_at: status.revoked_at.map(|time| time.to_string()),
            reason: status.reason,
        }
    }
}

#[derive(Serialize)]
pub(super) struct CheckView<'a> {
    id: &'static str,
    context: &'static str,
    basis: &'static str,
    result: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

pub(super) fn checks<'a>(checks: &'a [Check], texts: &Texts) -> Vec<CheckView<'a>> {
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
pub(super) struct TimestampView<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    #[serde(rename = "type")]
    kind: &'static str,
    time: Option<String>,
    indication: &'static str,
    sub_indication: Option<&'static str>,
    reason: ReasonView,
    qualified: Vec<&'static str>,
    tsa: Option<AuthorityView<'a>>,
    imprint_algorithm: Option<&'a str>,
    integrity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<&'static str>,
    covers: &'a [String],
    path: Vec<PathElementView<'a>>,
    checks: Vec<CheckView<'a>>,
}

pub(super) fn timestamps<'a>(timestamps: &'a [TimestampReport], texts: &Texts) -> Vec<TimestampView<'a>> {
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
            qualified: timestamp.qualified.iter().map(|scheme| scheme.name()).collect(),
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
    pub(super) fn new(authority: &'a Signer) -> Self {
        Self {
            common_name: authority.common_name.as_deref(),
            organization: authority.organization.as_deref(),
            subject: &authority.subject,
            certificate_sha256: &authority.certificate_sha256,
        }
    }
}
