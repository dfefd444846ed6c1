//! What was trusted: lists with how they stand, anchors, what is accepted beside the lists.

use serde::Serialize;

use crate::trust::ListSummary;
use crate::validation::TrustSummary;

#[derive(Serialize)]
pub(super) struct TrustView<'a> {
    lists: Vec<ListView<'a>>,
    anchors: usize,
    supplementary: Vec<SupplementaryView<'a>>,
}

impl<'a> TrustView<'a> {
    pub(super) fn new(trust: &'a TrustSummary) -> Self {
        let supplementary = trust.supplementary.iter();
        Self {
            lists: trust.lists.iter().map(ListView::new).collect(),
            anchors: trust.anchors,
            supplementary: supplementary.map(|(name, sha256)| SupplementaryView { name, sha256 }).collect(),
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
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
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
            state: list.state.name(),
            reason: list.reason.as_deref(),
        }
    }
}
