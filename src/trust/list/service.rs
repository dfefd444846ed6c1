//! A service of a list and its history (TS 119 612 §5.5, §5.6).

use std::sync::Arc;

use super::extension::Extension;
use super::read::{Element, dates, name};
use super::{ListError, TSL};
use crate::pki::Certificate;
use crate::time::Timestamp;

/// Instances in the history of one service. The longest real one has twenty.
const HISTORY: usize = 1_024;
/// Identifiers of one service. The longest real list of them has forty.
const IDENTIFIERS: usize = 512;

/// A service: what identifies it, and its instances.
#[derive(Clone, Debug)]
pub struct ListedService {
    /// `ServiceName` of the current instance, English where there is one.
    pub name: String,
    /// What identifies it: that of the current instance, which those of the history inherit.
    pub identity: DigitalIdentity,
    /// The current instance.
    pub current: Instance,
    /// Its history, in the order written.
    pub history: Vec<Instance>,
}

/// `ServiceDigitalIdentity` (§5.5.3).
#[derive(Clone, Debug, Default)]
pub struct DigitalIdentity {
    /// `X509Certificate`, those that can be read.
    pub certificates: Vec<Arc<Certificate>>,
    /// How many cannot.
    pub unreadable_certificates: usize,
    /// `X509SubjectName` as written.
    pub subject_names: Vec<String>,
    /// `X509SKI`.
    pub key_identifiers: Vec<Vec<u8>>,
}

/// An instance of a service: what it was from a time on.
#[derive(Clone, Debug)]
pub struct Instance {
    /// `ServiceTypeIdentifier`.
    pub kind_uri: String,
    /// `ServiceStatus`.
    pub status_uri: String,
    /// `StatusStartingTime`.
    pub from: Timestamp,
    /// `ServiceInformationExtensions`, in order.
    pub extensions: Vec<Extension>,
}

impl ListedService {
    pub(super) fn read(element: Element<'_>) -> Result<Self, ListError> {
        let information = element.one("ServiceInformation")?;
        let mut history = Vec::new();
        if let Some(list) = element.optional("ServiceHistory")? {
            for instance in list.all("ServiceHistoryInstance") {
                if history.len() >= HISTORY {
                    return Err(ListError::TooMany("ServiceHistoryInstance"));
                }
                history.push(Instance::read(instance)?);
            }
        }
        let identity = information.optional("ServiceDigitalIdentity")?;
        Ok(Self {
            name: name(information.optional("ServiceName")?),
            identity: identity.map(DigitalIdentity::read).transpose()?.unwrap_or_default(),
            current: Instance::read(information)?,
            history,
        })
    }

    /// All instances by the time of their beginning, the oldest first; of those that begin together the current last.
    pub fn timeline(&self) -> impl Iterator<Item = &Instance> {
        // A history is written from the newest to the oldest.
        let mut all: Vec<&Instance> = self.history.iter().rev().chain([&self.current]).collect();
        all.sort_by_key(|instance| instance.from);
        all.into_iter()
    }
}

impl DigitalIdentity {
    /// `DigitalIdentityListType`.
    pub(super) fn read(element: Element<'_>) -> Result<Self, ListError> {
        let mut identity = Self::default();
        let identifiers = element.all("DigitalId").flat_map(Element::elements);
        for (number, identifier) in identifiers.enumerate() {
            if number >= IDENTIFIERS {
                return Err(ListError::TooMany("DigitalId"));
            }
            if identifier.is(TSL, "X509Certificate") {
                let der = identifier.base64().ok_or(ListError::Malformed("X509Certificate"))?;
                match Certificate::parse(&der) {
                    Ok(certificate) => identity.add(certificate),
                    Err(_) => identity.unreadable_certificates = identity.unreadable_certificates.saturating_add(1),
                }
            } else if identifier.is(TSL, "X509SubjectName") {
                identity.subject_names.push(identifier.text());
            } else if identifier.is(TSL, "X509SKI") {
                identity.key_identifiers.push(identifier.base64().ok_or(ListError::Malformed("X509SKI"))?);
            }
        }
        Ok(identity)
    }

    fn add(&mut self, certificate: Certificate) {
        if self.certificates.iter().all(|known| known.der() != certificate.der()) {
            self.certificates.push(Arc::new(certificate));
        }
    }
}

impl Instance {
    fn read(element: Element<'_>) -> Result<Self, ListError> {
        let extensions = match element.optional("ServiceInformationExtensions")? {
            Some(list) => list.all("Extension").map(Extension::read).collect::<Result<_, _>>()?,
            None => Vec::new(),
        };
        Ok(Self {
            kind_uri: element.one("ServiceTypeIdentifier")?.text(),
            status_uri: element.one("ServiceStatus")?.text(),
            from: dates(element, "StatusStartingTime")?,
            extensions,
        })
    }
}
