//! A trust list as parsed (ETSI TS 119 612 v2.1.1 to v2.4.1, format versions 5 and 6). **It proves nothing**:
//! [`VerifiedTrustList`](super::VerifiedTrustList) does.
//!
//! URIs are kept as written; what they mean says the table of a scheme. Read is what decides: scheme information,
//! providers, services with their history and the extensions that TS 119 612 §5.5.9 names, pointers to other lists.
//! What nothing is decided by may be missing: names, and what identifies a service, which then nobody finds.
//! Not read: addresses, legal notices, service definitions, supply points.

mod extension;
mod pointer;
mod read;
mod service;

use crate::limits::LimitExceeded;
use crate::syntax::xml::Tree;
use crate::time::Timestamp;

pub use extension::{Extension, ListedCriteria, ListedQualification};
pub use pointer::Pointer;
pub use service::{DigitalIdentity, Instance, ListedService};

use read::{Element, dates, digits, name, names, uris};

/// The namespace of trust lists.
pub(super) const TSL: &str = "http://uri.etsi.org/02231/v2#";
/// `TSLTag` (§5.2.1), and that of the predecessor TS 102 231, which some lists of version 5 still have.
const TAGS: [&str; 2] = ["uri.etsi.org/19612/TSLTag", "uri.etsi.org/02231/TSLTag"];

/// Providers of one list. The largest has sixty.
const PROVIDERS: usize = 4_096;
/// Services of one list. The largest has seven hundred.
const SERVICES: usize = 32_768;
/// Pointers of one list. The list of lists has fifty.
const POINTERS: usize = 1_024;

/// A trust list, parsed.
#[derive(Clone, Debug)]
pub struct TrustList {
    /// `TSLVersionIdentifier`.
    pub version: u64,
    /// `TSLSequenceNumber`.
    pub sequence_number: u64,
    /// `TSLType`.
    pub type_uri: String,
    /// `SchemeOperatorName`, English where there is one.
    pub operator: String,
    /// `SchemeName`, English where there is one.
    pub name: String,
    /// `SchemeInformationURI`: of the list of lists, its pivots are here.
    pub information_uris: Vec<String>,
    /// `StatusDeterminationApproach`.
    pub status_determination: String,
    /// `SchemeTypeCommunityRules`.
    pub community_rules: Vec<String>,
    /// `SchemeTerritory`.
    pub territory: String,
    /// `ListIssueDateTime`.
    pub issue_time: Timestamp,
    /// `NextUpdate`; none of a list that is closed: it has been issued for the last time.
    pub next_update: Option<Timestamp>,
    /// `DistributionPoints`.
    pub distribution_points: Vec<String>,
    /// `PointersToOtherTSL`.
    pub pointers: Vec<Pointer>,
    /// The providers, in order.
    pub providers: Vec<Provider>,
}

/// A provider (§5.4).
#[derive(Clone, Debug)]
pub struct Provider {
    /// `TSPName`, English where there is one.
    pub name: String,
    /// `TSPTradeName`: registration numbers are here.
    pub trade_names: Vec<String>,
    /// Its services, in order.
    pub services: Vec<ListedService>,
}

/// Why something is no trust list that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ListError {
    /// The root element is another, or its `TSLTag`.
    NotAList,
    /// An element that has to be there is missing or twice, or holds what it cannot: its name.
    Malformed(&'static str),
    /// More of something than a list may have.
    Limit(LimitExceeded),
    /// More of something than is read: its name.
    TooMany(&'static str),
}

impl TrustList {
    /// Reads a list.
    ///
    /// # Errors
    /// [`ListError`] for the first thing that is wrong.
    pub fn parse(tree: &Tree<'_>) -> Result<Self, ListError> {
        let root = Element::root(tree).ok_or(ListError::NotAList)?;
        let tag = super::scheme::normalised(root.attribute("TSLTag").unwrap_or_default());
        if !root.is(TSL, "TrustServiceStatusList") || !TAGS.contains(&tag) {
            return Err(ListError::NotAList);
        }
        let scheme = root.one("SchemeInformation")?;
        let providers = match root.optional("TrustServiceProviderList")? {
            Some(list) => providers(list)?,
            None => Vec::new(),
        };
        Ok(Self {
            version: digits(scheme, "TSLVersionIdentifier")?,
            sequence_number: digits(scheme, "TSLSequenceNumber")?,
            type_uri: scheme.one("TSLType")?.text(),
            operator: name(scheme.optional("SchemeOperatorName")?),
            name: name(scheme.optional("SchemeName")?),
            information_uris: scheme.optional("SchemeInformationURI")?.map(uris).unwrap_or_default(),
            status_determination: scheme.one("StatusDeterminationApproach")?.text(),
            community_rules: scheme.optional("SchemeTypeCommunityRules")?.map(uris).unwrap_or_default(),
            territory: scheme.one("SchemeTerritory")?.text(),
            issue_time: dates(scheme, "ListIssueDateTime")?,
            next_update: next_update(scheme)?,
            distribution_points: scheme.optional("DistributionPoints")?.map(uris).unwrap_or_default(),
            pointers: pointers(scheme)?,
            providers,
        })
    }

    /// Whether it is a list of lists by its type (annex D.5.1).
    #[must_use]
    pub fn is_list_of_lists(&self) -> bool {
        super::scheme::normalised(&self.type_uri) == "uri.etsi.org/TrstSvc/TrustedList/TSLType/EUlistofthelists"
    }

    /// How many services there are.
    #[must_use]
    pub fn service_count(&self) -> usize {
        self.providers.iter().map(|provider| provider.services.len()).sum()
    }
}

/// §5.3.15: empty of a closed list.
fn next_update(scheme: Element<'_>) -> Result<Option<Timestamp>, ListError> {
    const NAME: &str = "NextUpdate";
    let element = scheme.one(NAME)?;
    let Some(date) = element.optional("dateTime")? else {
        return if element.text().is_empty() && element.has_no_elements() {
            Ok(None)
        } else {
            Err(ListError::Malformed(NAME))
        };
    };
    Timestamp::from_rfc3339(&date.text()).map(Some).map_err(|_| ListError::Malformed(NAME))
}

fn pointers(scheme: Element<'_>) -> Result<Vec<Pointer>, ListError> {
    let Some(list) = scheme.optional("PointersToOtherTSL")? else { return Ok(Vec::new()) };
    let mut pointers = Vec::new();
    for element in list.all("OtherTSLPointer") {
        if pointers.len() >= POINTERS {
            return Err(ListError::TooMany("OtherTSLPointer"));
        }
        pointers.push(Pointer::read(element)?);
    }
    Ok(pointers)
}

fn providers(list: Element<'_>) -> Result<Vec<Provider>, ListError> {
    let mut providers: Vec<Provider> = Vec::new();
    let mut count = 0_usize;
    for element in list.all("TrustServiceProvider") {
        if providers.len() >= PROVIDERS {
            return Err(ListError::TooMany("TrustServiceProvider"));
        }
        let information = element.one("TSPInformation")?;
        let mut services = Vec::new();
        for service in element.one("TSPServices")?.all("TSPService") {
            count = count.saturating_add(1);
            if count > SERVICES {
                return Err(ListError::TooMany("TSPService"));
            }
            services.push(ListedService::read(service)?);
        }
        providers.push(Provider {
            name: name(information.optional("TSPName")?),
            trade_names: information.optional("TSPTradeName")?.map(|list| names(list).all).unwrap_or_default(),
            services,
        });
    }
    Ok(providers)
}
