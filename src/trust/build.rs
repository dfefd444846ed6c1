//! From what a list says to services: the URIs by the table of a scheme, the history as periods (TS 119 612 §5.5, §5.6).

use std::sync::Arc;

use super::list::{Extension, Instance, ListedCriteria, ListedQualification, ListedService, Provider, TrustList};
use super::scheme::Information;
use super::service::{Criteria, Period, Qualification, Scheme, Service, Uses};
use super::subject;

/// The services of a list, in order.
pub(super) fn services(list: &TrustList, scheme: Scheme) -> Vec<Arc<Service>> {
    let of = |provider| move |listed| Arc::new(service(list, provider, listed, scheme));
    list.providers.iter().flat_map(|provider| provider.services.iter().map(of(provider))).collect()
}

fn service(list: &TrustList, provider: &Provider, listed: &ListedService, scheme: Scheme) -> Service {
    Service {
        scheme,
        territory: list.territory.clone(),
        sequence_number: list.sequence_number,
        provider: provider.name.clone(),
        trade_names: provider.trade_names.clone(),
        name: listed.name.clone(),
        certificates: listed.identity.certificates.clone(),
        subjects: listed.identity.subject_names.iter().flat_map(|name| subject::names(name)).collect(),
        key_identifiers: listed.identity.key_identifiers.clone(),
        periods: listed.timeline().map(|instance| period(instance, scheme)).collect(),
    }
}

fn period(instance: &Instance, scheme: Scheme) -> Period {
    let mut period = Period {
        from: instance.from,
        kind: scheme.kind(&instance.kind_uri),
        kind_uri: instance.kind_uri.clone(),
        status: scheme.status(&instance.status_uri),
        status_uri: instance.status_uri.clone(),
        uses: Uses::default(),
        qualifications: Vec::new(),
        has_unknown_critical_extension: false,
    };
    for extension in &instance.extensions {
        let understood = match extension {
            Extension::Additional { uri, .. } => {
                let information = scheme.information(uri);
                period.uses = period.uses.and(information.unwrap_or(Information::Other));
                information.is_some()
            }
            Extension::Qualifications { elements, .. } => {
                let read: Vec<_> = elements.iter().map(|element| qualification(element, scheme)).collect();
                let all = read.iter().all(|(_, known)| *known);
                period.qualifications.extend(read.into_iter().filter_map(|(one, _)| one));
                all
            }
            Extension::TakenOverBy { .. } | Extension::ExpiredCertsRevocationInfo { .. } => true,
            Extension::Other { .. } => false,
        };
        period.has_unknown_critical_extension |= extension.is_critical() && !understood;
    }
    period
}

/// None where the scheme knows none of its qualifiers; and whether it knows all.
fn qualification(listed: &ListedQualification, scheme: Scheme) -> (Option<Qualification>, bool) {
    let qualifiers: Vec<_> = listed.qualifiers.iter().filter_map(|uri| scheme.qualifier(uri)).collect();
    let all = qualifiers.len() == listed.qualifiers.len();
    let criteria = criteria(&listed.criteria);
    ((!qualifiers.is_empty()).then_some(Qualification { qualifiers, criteria }), all)
}

fn criteria(listed: &ListedCriteria) -> Criteria {
    let parts = |parts: &[ListedCriteria]| parts.iter().map(criteria).collect();
    match listed {
        ListedCriteria::All(all) => Criteria::All(parts(all)),
        ListedCriteria::AtLeastOne(some) => Criteria::AtLeastOne(parts(some)),
        ListedCriteria::None(none) => Criteria::None(parts(none)),
        ListedCriteria::KeyUsage(bits) => {
            let bits: Option<Vec<_>> =
                bits.iter().map(|(name, set)| key_usage_bit(name).map(|bit| (bit, *set))).collect();
            bits.map_or(Criteria::Unknown, Criteria::KeyUsage)
        }
        ListedCriteria::PolicySet(policies) => Criteria::PolicySet(policies.clone()),
        ListedCriteria::ExtendedKeyUsage(purposes) => Criteria::ExtendedKeyUsage(purposes.clone()),
        ListedCriteria::SubjectAttributes(attributes) => Criteria::SubjectAttributes(attributes.clone()),
        ListedCriteria::Unknown => Criteria::Unknown,
    }
}

/// The names that the schema has for the bits of RFC 5280 §4.2.1.3.
fn key_usage_bit(name: &str) -> Option<u8> {
    const NAMES: [&str; 9] = [
        "digitalSignature",
        "nonRepudiation",
        "keyEncipherment",
        "dataEncipherment",
        "keyAgreement",
        "keyCertSign",
        "crlSign",
        "encipherOnly",
        "decipherOnly",
    ];
    NAMES.iter().position(|known| *known == name).and_then(|bit| u8::try_from(bit).ok())
}
