//! What was trusted: lists with how they stand, anchors, what is accepted beside the lists.

use serde::Serialize;

use crate::crypto::{DigestAlgorithm, digest};
use crate::time::Timestamp;
use crate::trust::{
    DocumentedStatus, ListSummary, Listing, Period, Service, ServiceKind, ServiceStatus, TrustStore, scheme,
};
use crate::validation::TrustSummary;

#[derive(Serialize)]
pub(super) struct TrustView<'a> {
    lists: Vec<ListView<'a>>,
    anchors: usize,
    supplementary: Vec<SupplementaryView<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    history: Vec<DocumentedView>,
}

/// What an operator documents of the time before a list begins.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DocumentedView {
    name: String,
    certificate_sha256: String,
    kind: &'static str,
    status: &'static str,
    uses: Vec<&'static str>,
    from: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    source: String,
    documented_on: String,
}

impl DocumentedView {
    fn new(one: &DocumentedStatus) -> Self {
        Self {
            name: one.name.clone(),
            certificate_sha256: one.certificate.to_string(),
            kind: one.kind_name(),
            status: one.status_name(),
            uses: one.use_names(),
            from: one.from.to_string(),
            until: one.until.map(|time| time.to_string()),
            source: one.source.clone(),
            documented_on: one.documented_on.to_string(),
        }
    }
}

impl<'a> TrustView<'a> {
    pub(super) fn new(trust: &'a TrustSummary) -> Self {
        let supplementary = trust.supplementary.iter();
        Self {
            lists: trust.lists.iter().map(ListView::new).collect(),
            anchors: trust.anchors,
            supplementary: supplementary.map(|(name, sha256)| SupplementaryView { name, sha256 }).collect(),
            history: trust.history.iter().map(DocumentedView::new).collect(),
        }
    }
}

#[derive(Serialize)]
struct SupplementaryView<'a> {
    name: &'a str,
    sha256: &'a str,
}

/// A trust list as reports and the service show it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::reporting) struct ListView<'a> {
    name: &'a str,
    scheme: &'static str,
    territory: Option<&'a str>,
    sequence_number: Option<u64>,
    issue_time: Option<String>,
    next_update: Option<String>,
    sha256: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    announced_by: Option<&'a str>,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grace_until: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    remarks: Vec<&'static str>,
}

impl<'a> ListView<'a> {
    pub(in crate::reporting) fn new(list: &'a ListSummary) -> Self {
        Self {
            name: &list.name,
            scheme: list.scheme.name(),
            territory: list.territory.as_deref(),
            sequence_number: list.sequence_number,
            issue_time: list.issue_time.map(|time| time.to_string()),
            next_update: list.next_update.map(|time| time.to_string()),
            sha256: list.sha256.as_deref(),
            announced_by: list.announced_by.as_deref(),
            state: list.state.name(),
            reason: list.reason.as_deref(),
            grace_until: list.grace_until.map(|time| time.to_string()),
            remarks: list.remarks.iter().map(|remark| remark.name()).collect(),
        }
    }
}

/// `GET /v1/trust`: what is trusted now.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::reporting) struct TrustNow {
    #[serde(skip_serializing_if = "Option::is_none")]
    demo: Option<bool>,
    time: String,
    lists: Vec<ListNow>,
    anchors: usize,
    supplementary: Vec<SupplementaryNow>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    history: Vec<DocumentedView>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SupplementaryNow {
    name: String,
    sha256: String,
    from: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ListNow {
    name: String,
    scheme: &'static str,
    territory: Option<String>,
    sequence_number: Option<u64>,
    issue_time: Option<String>,
    next_update: Option<String>,
    sha256: Option<String>,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grace_until: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    remarks: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    announced_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_look: Option<LookView>,
    signer_sha256: Option<String>,
    taken_at: Option<String>,
    services: usize,
    pinned: Vec<PinNow>,
}

#[derive(Serialize)]
struct LookView {
    time: String,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

#[derive(Serialize)]
struct PinNow {
    sha256: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
}

impl TrustNow {
    pub(in crate::reporting) fn new(trust: &TrustStore, at: Timestamp) -> Self {
        let supplementary = trust.supplementary().iter().map(|anchor| SupplementaryNow {
            name: anchor.name.clone(),
            sha256: digest(DigestAlgorithm::Sha256, anchor.certificate.der()).to_string(),
            from: anchor.from.to_string(),
            until: anchor.until.map(|time| time.to_string()),
        });
        Self {
            demo: trust.is_demo().then_some(true),
            time: at.to_string(),
            lists: trust.listings().iter().map(|listing| ListNow::new(listing, at)).collect(),
            anchors: trust.len(),
            supplementary: supplementary.collect(),
            history: trust.history().iter().map(DocumentedView::new).collect(),
        }
    }
}

impl ListNow {
    fn new(listing: &Listing, at: Timestamp) -> Self {
        let summary = listing.summary(at);
        let list = listing.list.as_ref();
        let pins = listing.signers.iter().map(|pin| PinNow {
            sha256: pin.sha256.to_string(),
            from: pin.from.map(|time| time.to_string()),
            until: pin.until.map(|time| time.to_string()),
        });
        Self {
            name: summary.name,
            scheme: summary.scheme.name(),
            territory: summary.territory,
            sequence_number: summary.sequence_number,
            issue_time: summary.issue_time.map(|time| time.to_string()),
            next_update: summary.next_update.map(|time| time.to_string()),
            sha256: summary.sha256,
            state: summary.state.name(),
            reason: summary.reason,
            grace_until: summary.grace_until.map(|time| time.to_string()),
            remarks: summary.remarks.iter().map(|remark| remark.name()).collect(),
            announced_by: summary.announced_by,
            location: listing.announcement().and_then(|one| one.location.as_ref()).map(ToString::to_string),
            last_look: listing.last_look.as_ref().map(|look| LookView {
                time: look.at.to_string(),
                outcome: look.outcome.name(),
                reason: look.reason.clone(),
            }),
            signer_sha256: list.map(|list| digest(DigestAlgorithm::Sha256, list.signer().der()).to_string()),
            taken_at: listing.taken_at.map(|time| time.to_string()),
            services: list.map_or(0, |list| list.services().len()),
            pinned: pins.collect(),
        }
    }
}

/// `GET /v1/trust/services`: every service of every verified list.
#[derive(Serialize)]
pub(in crate::reporting) struct ServicesNow<'a> {
    services: Vec<ServiceView<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ServiceView<'a> {
    scheme: &'static str,
    territory: &'a str,
    sequence_number: u64,
    provider: &'a str,
    trade_names: &'a [String],
    name: &'a str,
    certificates: Vec<String>,
    periods: Vec<PeriodView<'a>>,
    ignored: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PeriodView<'a> {
    from: String,
    kind: &'a str,
    kind_uri: &'a str,
    status: &'a str,
    status_uri: &'a str,
    uses: Vec<&'static str>,
}

impl<'a> ServicesNow<'a> {
    pub(in crate::reporting) fn new(trust: &'a TrustStore) -> Self {
        Self { services: trust.services().iter().map(|service| ServiceView::new(service)).collect() }
    }
}

impl<'a> ServiceView<'a> {
    fn new(service: &'a Service) -> Self {
        let unknown =
            |period: &Period| period.kind == ServiceKind::Unknown || period.status == ServiceStatus::Unknown;
        let sha256 = |der: &[u8]| digest(DigestAlgorithm::Sha256, der).to_string();
        Self {
            scheme: service.scheme.name(),
            territory: &service.territory,
            sequence_number: service.sequence_number,
            provider: &service.provider,
            trade_names: &service.trade_names,
            name: &service.name,
            certificates: service.certificates.iter().map(|certificate| sha256(certificate.der())).collect(),
            periods: service.periods.iter().map(PeriodView::new).collect(),
            ignored: service.current().is_none_or(unknown),
        }
    }
}

impl<'a> PeriodView<'a> {
    fn new(period: &'a Period) -> Self {
        let uses = [(period.uses.signatures, "signatures"), (period.uses.seals, "seals"), (period.uses.web, "web")];
        Self {
            from: period.from.to_string(),
            kind: short(&period.kind_uri, "/Svctype/"),
            kind_uri: &period.kind_uri,
            status: short(&period.status_uri, "/Svcstatus/"),
            status_uri: &period.status_uri,
            uses: uses.into_iter().filter(|(is, _)| *is).map(|(_, name)| name).collect(),
        }
    }
}

/// The end of a URI, for who reads it: `CA/QC` of `…/Svctype/CA/QC`.
fn short<'u>(uri: &'u str, after: &str) -> &'u str {
    let uri = scheme::normalised(uri);
    uri.split_once(after).map_or(uri, |(_, end)| end)
}
