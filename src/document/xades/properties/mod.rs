//! The properties of `XAdES` (EN 319 132-1 §4.3, §5): where they stand, and what the signed ones say. Versions 1.1.1,
//! 1.2.2 and 1.3.2 with the additions of 1.4.1.
//!
//! Whether they are signed is a fact of its own: properties that no reference covers say nothing. Of several
//! `QualifyingProperties` those with signed properties count, else the first. Properties that stand elsewhere and are
//! named by `QualifyingPropertiesReference` are not looked for.

mod certificates;
mod claims;
mod values;

pub(super) use values::{policy_document, values};

use super::names::{XADES, XADES_141};
use super::property::{ClaimedPolicy, UnsignedKind, XadesProperties};
use super::structure::{Structure, elements};
use crate::syntax::xml::{Element, NodeId, Tree};
use crate::time::Timestamp;

/// Where the properties of a signature stand.
#[derive(Debug)]
pub(super) struct Qualified<'t> {
    /// The `Object` that holds them.
    pub(super) object: NodeId,
    /// The version of `QualifyingProperties`: its namespace.
    pub(super) namespace: &'t str,
    pub(super) signed: Option<NodeId>,
    /// The unsigned properties of the signature, in order.
    pub(super) unsigned: Vec<Element<'t>>,
}

/// The properties of a signature, in its own `Object`s. `Err` where there are several `SignedProperties`: the second.
pub(super) fn find<'t>(tree: &'t Tree<'t>, structure: &Structure<'_>) -> Result<Option<Qualified<'t>>, NodeId> {
    let inside = structure.objects.iter().flat_map(|object| elements(tree, *object).map(|one| (*object, one)));
    let qualifying =
        inside.filter(|(_, one)| one.local() == "QualifyingProperties" && XADES.contains(&one.namespace()));
    let (mut found, mut several): (Option<Qualified<'t>>, Option<NodeId>) = (None, None);
    for (object, one) in qualifying {
        let namespace = one.namespace();
        for part in elements(tree, one.id()).filter(|part| part.is(namespace, "SignedProperties")) {
            match &mut found {
                Some(Qualified { signed: Some(_), .. }) => several = several.or(Some(part.id())),
                _ => found = Some(Qualified { object, namespace, signed: Some(part.id()), unsigned: Vec::new() }),
            }
        }
        let own = found.get_or_insert_with(|| Qualified { object, namespace, signed: None, unsigned: Vec::new() });
        if own.object == object
            && own.unsigned.is_empty()
            && own.signed.is_none_or(|signed| tree.is_within(signed, one.id()))
        {
            own.unsigned = unsigned(tree, &one);
        }
    }
    match several {
        Some(second) => Err(second),
        None => Ok(found),
    }
}

/// The unsigned properties of the signature: of the one list that the schema has.
fn unsigned<'t>(tree: &'t Tree<'t>, qualifying: &Element<'t>) -> Vec<Element<'t>> {
    let namespace = qualifying.namespace();
    let part = |parent, name| elements(tree, parent).find(|one| one.is(namespace, name));
    let list = part(qualifying.id(), "UnsignedProperties");
    let list = list.and_then(|list| part(list.id(), "UnsignedSignatureProperties"));
    list.map(|list| elements(tree, list.id()).collect()).unwrap_or_default()
}

impl UnsignedKind {
    /// What an element is among unsigned properties of a version.
    pub(super) fn of(property: &Element<'_>, version: &str) -> Self {
        let current = property.namespace() == version;
        let later = property.namespace() == XADES_141;
        match property.local() {
            "CounterSignature" if current => Self::CounterSignature,
            "SignatureTimeStamp" if current => Self::SignatureTimestamp,
            "CompleteCertificateRefs" if current => Self::CertificateRefs,
            "CompleteCertificateRefsV2" if later => Self::CertificateRefs,
            "CompleteRevocationRefs" if current => Self::RevocationRefs,
            "AttributeCertificateRefs" if current => Self::AttributeCertificateRefs,
            "AttributeCertificateRefsV2" if later => Self::AttributeCertificateRefs,
            "AttributeRevocationRefs" if current => Self::AttributeRevocationRefs,
            "SigAndRefsTimeStamp" if current => Self::SigAndRefsTimestamp,
            "SigAndRefsTimeStampV2" if later => Self::SigAndRefsTimestamp,
            "RefsOnlyTimeStamp" if current => Self::RefsOnlyTimestamp,
            "RefsOnlyTimeStampV2" if later => Self::RefsOnlyTimestamp,
            "CertificateValues" if current => Self::CertificateValues,
            "RevocationValues" if current => Self::RevocationValues,
            "AttrAuthoritiesCertValues" if current => Self::AttributeCertificateValues,
            "AttributeRevocationValues" if current => Self::AttributeRevocationValues,
            "TimeStampValidationData" | "AnyValidationData" if later => Self::ValidationData,
            "ArchiveTimeStamp" if later => Self::ArchiveTimestamp,
            "ArchiveTimeStamp" if current => Self::ArchiveTimestampBefore141,
            "SignaturePolicyStore" if later => Self::PolicyStore,
            _ => Self::Other,
        }
    }
}

/// Reads the signed properties. `signed`: whether a reference covers all of them and says so.
pub(super) fn read(
    tree: &Tree<'_>,
    structure: &Structure<'_>,
    qualified: &Qualified<'_>,
    properties: NodeId,
    signed: bool,
) -> XadesProperties {
    let mut read = XadesProperties {
        signed,
        is_current: XADES.first() == Some(&qualified.namespace),
        claimed_signing_time: None,
        signing_certificates: Vec::new(),
        malformed: None,
        claimed_policy: ClaimedPolicy::None,
        claimed_commitments: Vec::new(),
        claimed_roles: Vec::new(),
        claimed_place: None,
        formats: Vec::new(),
        repeated: false,
    };
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for property in of_list(tree, properties, "SignedSignatureProperties") {
        let name = (property.namespace(), property.local());
        if !XADES.contains(&name.0) && name.0 != XADES_141 {
            continue;
        }
        let is_new = !seen.contains(&name);
        if seen.len() < NAMES {
            seen.push(name);
        }
        let malformed = match name.1 {
            "SigningTime" => {
                read.claimed_signing_time = Timestamp::from_rfc3339(tree.string_value(property.id()).trim()).ok();
                (!is_new).then_some("SigningTime")
            }
            "SigningCertificate" => certificates::add(tree, &property, is_new, "SigningCertificate", &mut read),
            "SigningCertificateV2" => certificates::add(tree, &property, is_new, "SigningCertificateV2", &mut read),
            _ => {
                claims::of_signature(tree, &property, qualified, &mut read);
                None
            }
        };
        read.malformed = read.malformed.or(malformed);
    }
    let references = claims::references(tree, structure);
    for property in of_list(tree, properties, "SignedDataObjectProperties") {
        if property.namespace() == qualified.namespace {
            claims::of_data(tree, &references, &property, &mut read);
        }
    }
    read
}

/// Names of properties that are remembered; the schema has ten.
const NAMES: usize = 64;

/// The properties in the lists of a name.
fn of_list<'t>(tree: &'t Tree<'t>, properties: NodeId, list: &'static str) -> impl Iterator<Item = Element<'t>> {
    let lists = elements(tree, properties).filter(move |one| one.local() == list);
    lists.flat_map(|one| elements(tree, one.id()))
}

/// The time-stamps among signed properties: those of data.
pub(super) fn content_timestamps<'t>(tree: &'t Tree<'t>, qualified: &Qualified<'t>) -> Vec<Element<'t>> {
    let Some(properties) = qualified.signed else { return Vec::new() };
    let named = |one: &Element<'_>| {
        one.namespace() == qualified.namespace
            && matches!(one.local(), "AllDataObjectsTimeStamp" | "IndividualDataObjectsTimeStamp")
    };
    of_list(tree, properties, "SignedDataObjectProperties").filter(named).collect()
}
