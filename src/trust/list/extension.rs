//! Extensions of a service (TS 119 612 §5.5.9): qualifications with their criteria, additional information, who took
//! the service over, until when the status of expired certificates is kept.

use super::read::Element;
use super::{ListError, TSL};
use crate::time::Timestamp;

/// `Qualifications` and its parts.
const QUALIFICATIONS: &str = "http://uri.etsi.org/TrstSvc/SvcInfoExt/eSigDir-1999-93-EC-TrustedList/#";
/// `TakenOverBy`, `ExtendedKeyUsage`, `CertSubjectDNAttribute`.
const ADDITIONAL: &str = "http://uri.etsi.org/02231/v2/additionaltypes#";
/// `Identifier` of `ObjectIdentifierType`.
const XADES: &str = "http://uri.etsi.org/01903/v1.3.2#";

/// Criteria within criteria. Real ones have two levels.
const DEPTH: u32 = 8;
/// Elements of one list of criteria, and qualification elements of one extension. Real ones have up to sixty.
const PARTS: usize = 1_024;

/// An extension.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Extension {
    /// `AdditionalServiceInformation`: its URI.
    Additional {
        /// Whether it is marked as critical.
        critical: bool,
        /// The URI as written.
        uri: String,
    },
    /// `Qualifications`.
    Qualifications {
        /// Whether it is marked as critical.
        critical: bool,
        /// Its elements, in order.
        elements: Vec<ListedQualification>,
    },
    /// `TakenOverBy`: another provider answers for it now.
    TakenOverBy {
        /// Whether it is marked as critical.
        critical: bool,
    },
    /// `ExpiredCertsRevocationInfo`: from when on the status of expired certificates is kept.
    ExpiredCertsRevocationInfo {
        /// Whether it is marked as critical.
        critical: bool,
        /// The time.
        since: Timestamp,
    },
    /// Something else: the name of its element.
    Other {
        /// Whether it is marked as critical.
        critical: bool,
        /// The name.
        name: String,
    },
}

/// `QualificationElement` (§5.5.9.2).
#[derive(Clone, Debug, PartialEq)]
pub struct ListedQualification {
    /// The URIs of its qualifiers.
    pub qualifiers: Vec<String>,
    /// Which certificates it is about.
    pub criteria: ListedCriteria,
}

/// `CriteriaList` and its parts as written (§5.5.9.2.2).
#[derive(Clone, Debug, PartialEq)]
pub enum ListedCriteria {
    /// `assert="all"`.
    All(Vec<Self>),
    /// `assert="atLeastOne"`.
    AtLeastOne(Vec<Self>),
    /// `assert="none"`.
    None(Vec<Self>),
    /// `KeyUsage`: names of bits, and whether they are set.
    KeyUsage(Vec<(String, bool)>),
    /// `PolicySet`: object identifiers in dotted decimal.
    PolicySet(Vec<String>),
    /// `ExtendedKeyUsage`.
    ExtendedKeyUsage(Vec<String>),
    /// `CertSubjectDNAttribute`.
    SubjectAttributes(Vec<String>),
    /// Something else, or something of these that is not as its schema says.
    Unknown,
}

impl Extension {
    pub(super) fn read(element: Element<'_>) -> Result<Self, ListError> {
        let critical = element.attribute("Critical").is_some_and(|value| matches!(value.trim(), "true" | "1"));
        let mut inside = element.elements();
        let (Some(content), None) = (inside.next(), inside.next()) else {
            return Ok(Self::Other { critical, name: String::new() });
        };
        if content.is(TSL, "AdditionalServiceInformation") {
            return Ok(Self::Additional { critical, uri: content.one("URI")?.text() });
        }
        if content.is(TSL, "ExpiredCertsRevocationInfo") {
            let since = Timestamp::from_rfc3339(&content.text())
                .map_err(|_| ListError::Malformed("ExpiredCertsRevocationInfo"))?;
            return Ok(Self::ExpiredCertsRevocationInfo { critical, since });
        }
        if content.is(ADDITIONAL, "TakenOverBy") {
            return Ok(Self::TakenOverBy { critical });
        }
        if content.is(QUALIFICATIONS, "Qualifications") {
            return Ok(Self::Qualifications { critical, elements: qualifications(content)? });
        }
        Ok(Self::Other { critical, name: content.local().to_owned() })
    }

    /// Whether it is marked as critical.
    #[must_use]
    pub const fn is_critical(&self) -> bool {
        match self {
            Self::Additional { critical, .. }
            | Self::Qualifications { critical, .. }
            | Self::TakenOverBy { critical }
            | Self::ExpiredCertsRevocationInfo { critical, .. }
            | Self::Other { critical, .. } => *critical,
        }
    }
}

fn qualifications(content: Element<'_>) -> Result<Vec<ListedQualification>, ListError> {
    let mut read = Vec::new();
    for element in content.elements() {
        if read.len() >= PARTS {
            return Err(ListError::TooMany("QualificationElement"));
        }
        let (mut qualifiers, mut criteria, mut right) = (Vec::new(), None, true);
        for part in element.elements() {
            if part.is(QUALIFICATIONS, "Qualifiers") {
                let uri = |one: Element<'_>| one.attribute("uri").unwrap_or_default().trim().to_owned();
                qualifiers.extend(part.elements().take(PARTS).map(uri));
            } else if part.is(QUALIFICATIONS, "CriteriaList") && criteria.is_none() {
                criteria = Some(list(part, 0)?);
            } else {
                right = false;
            }
        }
        let criteria = criteria.filter(|_| right).unwrap_or(ListedCriteria::Unknown);
        read.push(ListedQualification { qualifiers, criteria });
    }
    Ok(read)
}

/// `CriteriaListType`.
fn list(element: Element<'_>, depth: u32) -> Result<ListedCriteria, ListError> {
    if depth >= DEPTH {
        return Err(ListError::TooMany("CriteriaList"));
    }
    let mut parts = Vec::new();
    for part in element.elements() {
        if parts.len() >= PARTS {
            return Err(ListError::TooMany("CriteriaList"));
        }
        if part.is(QUALIFICATIONS, "KeyUsage") {
            parts.push(key_usage(part));
        } else if part.is(QUALIFICATIONS, "PolicySet") {
            parts.push(
                identifiers(part, "PolicyIdentifier", QUALIFICATIONS)
                    .map_or(ListedCriteria::Unknown, ListedCriteria::PolicySet),
            );
        } else if part.is(QUALIFICATIONS, "CriteriaList") {
            parts.push(list(part, depth.saturating_add(1))?);
        } else if part.is(QUALIFICATIONS, "otherCriteriaList") {
            parts.extend(part.elements().take(PARTS).map(other));
        } else if !part.is(QUALIFICATIONS, "Description") {
            parts.push(ListedCriteria::Unknown);
        }
    }
    Ok(match element.attribute("assert").map(str::trim) {
        Some("all") => ListedCriteria::All(parts),
        Some("atLeastOne") => ListedCriteria::AtLeastOne(parts),
        Some("none") => ListedCriteria::None(parts),
        _ => ListedCriteria::Unknown,
    })
}

fn key_usage(element: Element<'_>) -> ListedCriteria {
    let bit = |bit: Element<'_>| {
        let value = match bit.text().as_str() {
            "true" | "1" => true,
            "false" | "0" => false,
            _ => return None,
        };
        bit.attribute("name").filter(|_| bit.local() == "KeyUsageBit").map(|name| (name.trim().to_owned(), value))
    };
    let bits: Option<Vec<_>> = element.elements().take(PARTS).map(bit).collect();
    bits.filter(|bits| !bits.is_empty()).map_or(ListedCriteria::Unknown, ListedCriteria::KeyUsage)
}

fn other(element: Element<'_>) -> ListedCriteria {
    if element.is(ADDITIONAL, "ExtendedKeyUsage") {
        identifiers(element, "KeyPurposeId", ADDITIONAL)
            .map_or(ListedCriteria::Unknown, ListedCriteria::ExtendedKeyUsage)
    } else if element.is(ADDITIONAL, "CertSubjectDNAttribute") {
        identifiers(element, "AttributeOID", ADDITIONAL)
            .map_or(ListedCriteria::Unknown, ListedCriteria::SubjectAttributes)
    } else {
        ListedCriteria::Unknown
    }
}

/// The object identifiers of a set of them; none where one is no object identifier.
fn identifiers(element: Element<'_>, name: &str, namespace: &str) -> Option<Vec<String>> {
    let one = |part: Element<'_>| {
        let inner = part.elements().find(|one| one.is(XADES, "Identifier")).filter(|_| part.is(namespace, name))?;
        let text = inner.text();
        let dotted =
            text.get(..8).filter(|head| head.eq_ignore_ascii_case("urn:oid:")).and(text.get(8..)).unwrap_or(&text);
        let right = dotted.split('.').all(|arc| !arc.is_empty() && arc.bytes().all(|byte| byte.is_ascii_digit()));
        right.then(|| dotted.to_owned())
    };
    let found: Option<Vec<_>> = element.elements().take(PARTS).map(one).collect();
    found.filter(|found| !found.is_empty())
}
