//! The format and level of an XML signature: a claim about its content, not about its validity (EN 319 132-1 §6,
//! EN 319 132-2).
//!
//! * XAdES-BASELINE-B: properties of version 1.3.2, signed; a signing time; the signer's certificate, named without a
//!   place where it can be had, and in `KeyInfo`; at least two references; of every data object its media type; at most
//!   one role, place and policy; a stored policy only beside its digest; no archive time-stamp of version 1.3.2. Without
//!   these it is XAdES-BES, with a signature policy XAdES-EPES; without the signer's certificate in signed properties it is
//!   XMLDSig.
//! * T: a signature time-stamp, alone in its property, of a time at which the signer's certificate had not expired.
//! * LT: revocation data in the signature for every certificate below the anchor of the signature and of its time-stamps,
//!   the last archive time-stamp apart; at most one `CertificateValues` and one `RevocationValues`; no references to such
//!   data and no time-stamp over them.
//! * LTA: an `ArchiveTimeStamp` of version 1.4.1.

use std::collections::HashMap;

use super::format::is_complete;
use super::stamps::Stamp;
use crate::document::{
    ClaimedPolicy, Role, TimestampProperty, UnsignedKind, XadesProperties, XmlReference, XmlSignature,
};
use crate::validation::block::certificates::Chain;
use crate::validation::report::TimestampKind;

/// The name of the contract. `stamps` are those in the properties of this signature, in order.
pub(super) fn format(xml: &XmlSignature, chain: Option<&Chain>, stamps: &[&Stamp<'_>]) -> &'static str {
    let signed = xml.properties.as_ref().filter(|properties| properties.signed);
    let Some(properties) = signed.filter(|properties| !properties.signing_certificates.is_empty()) else {
        return "XMLDSig";
    };
    if !is_baseline(xml, properties, chain) {
        let policy = properties.claimed_policy != ClaimedPolicy::None;
        return if policy { "XAdES-EPES" } else { "XAdES-BES" };
    }
    if !has_time(xml, chain, stamps) {
        return "XAdES-BASELINE-B";
    }
    let archived = has(xml, UnsignedKind::ArchiveTimestamp);
    match (is_long_term(xml, chain, stamps), archived) {
        (false, _) => "XAdES-BASELINE-T",
        (true, false) => "XAdES-BASELINE-LT",
        (true, true) => "XAdES-BASELINE-LTA",
    }
}

fn count(xml: &XmlSignature, kind: UnsignedKind) -> usize {
    xml.unsigned.iter().filter(|property| property.kind == kind).count()
}

fn has(xml: &XmlSignature, kind: UnsignedKind) -> bool {
    count(xml, kind) > 0
}

/// The demands of EN 319 132-1 §6.3 on the signature itself, as far as facts tell.
fn is_baseline(xml: &XmlSignature, properties: &XadesProperties, chain: Option<&Chain>) -> bool {
    let own = chain.and_then(Chain::signer);
    let brought = own.is_some_and(|own| xml.certificates.iter().any(|der| **der == *own.certificate.der()));
    let named = properties.signing_certificates.iter().flatten();
    let digested = matches!(&properties.claimed_policy, ClaimedPolicy::Explicit { .. });
    properties.is_current
        && properties.claimed_signing_time.is_some()
        && properties.malformed.is_none()
        && !properties.repeated
        && named.into_iter().all(|one| !one.has_uri)
        && brought
        && xml.signed_info.is_ok()
        && xml.references.len() > 1
        && formats(xml, properties)
        && (!has(xml, UnsignedKind::PolicyStore) || digested)
        && !has(xml, UnsignedKind::ArchiveTimestampBefore141)
}

/// Of every data object its media type is stated; what is counter-signed is none.
fn formats(xml: &XmlSignature, properties: &XadesProperties) -> bool {
    let stated: Vec<usize> = properties
        .formats
        .iter()
        .filter(|format| format.mime_type.is_some())
        .filter_map(|format| format.reference)
        .collect();
    let is_data = |reference: &XmlReference| matches!(reference.role, Role::Data | Role::Manifest);
    let mut data = xml.references.iter().enumerate().filter(|(_, reference)| is_data(reference));
    data.all(|(number, _)| stated.contains(&number))
}

/// A signature time-stamp, alone in its property, made before the signer's certificate expired.
fn has_time(xml: &XmlSignature, chain: Option<&Chain>, stamps: &[&Stamp<'_>]) -> bool {
    let until = chain.and_then(Chain::signer).map(|signer| signer.certificate.not_after());
    let mut tokens: HashMap<Option<usize>, usize> = HashMap::new();
    for stamp in &xml.timestamps {
        let count = tokens.entry(stamp.place).or_default();
        *count = count.saturating_add(1);
    }
    let alone = |place| tokens.get(&place) == Some(&1);
    let own = xml.timestamps.iter().zip(stamps);
    own.filter(|(one, _)| one.property == TimestampProperty::Signature)
        .any(|(one, stamp)| alone(one.place) && stamp.time.zip(until).is_some_and(|(time, until)| time <= until))
}

fn is_long_term(xml: &XmlSignature, chain: Option<&Chain>, stamps: &[&Stamp<'_>]) -> bool {
    const REFERENCES: [UnsignedKind; 6] = [
        UnsignedKind::CertificateRefs,
        UnsignedKind::RevocationRefs,
        UnsignedKind::AttributeCertificateRefs,
        UnsignedKind::AttributeRevocationRefs,
        UnsignedKind::SigAndRefsTimestamp,
        UnsignedKind::RefsOnlyTimestamp,
    ];
    let data = xml.unsigned.iter().map(|property| &property.values);
    let brought = data.clone().any(|values| !values.crls.is_empty() || !values.ocsp_responses.is_empty());
    let last = xml.timestamps.iter().rposition(|one| one.property == TimestampProperty::Archive);
    let complete = |(number, stamp): (usize, &&Stamp<'_>)| {
        Some(number) == last || stamp.kind == TimestampKind::Content || stamp.is_complete
    };
    brought
        && count(xml, UnsignedKind::CertificateValues) <= 1
        && count(xml, UnsignedKind::RevocationValues) <= 1
        && !REFERENCES.into_iter().any(|kind| has(xml, kind))
        && chain.is_some_and(is_complete)
        && stamps.iter().enumerate().all(complete)
}
