//! What the signer says of himself and of the data (EN 319 132-1 §5.2.3 to §5.2.6, §5.2.9): policy, role, place,
//! commitment, format of data. Claims: they decide nothing but what a policy says of the signature policy.

use std::collections::HashMap;

use super::Qualified;
use super::certificates::digested;
use super::policy_document;
use crate::crypto::{DigestAlgorithm, digest};
use crate::document::xades::names::{DS, XADES_141};
use crate::document::xades::property::{ClaimedPolicy, DataObjectFormat, UnsignedKind, XadesProperties};
use crate::document::xades::structure::{Structure, elements};
use crate::syntax::xml::{Element, Tree};

/// Claims of one kind that are kept.
const KEPT: usize = 100;

/// Characters of a claim that are kept.
const CHARACTERS: usize = 1_000;

/// Takes a property of the signature.
pub(super) fn of_signature(
    tree: &Tree<'_>,
    property: &Element<'_>,
    qualified: &Qualified<'_>,
    read: &mut XadesProperties,
) {
    match (property.local(), property.namespace()) {
        ("SignaturePolicyIdentifier", namespace) if namespace == qualified.namespace => {
            read.repeated |= read.claimed_policy != ClaimedPolicy::None;
            read.claimed_policy = match read.claimed_policy {
                ClaimedPolicy::None => policy(tree, property, qualified).unwrap_or(ClaimedPolicy::Malformed),
                _ => ClaimedPolicy::Malformed,
            };
        }
        ("SignerRole" | "SignerRoleV2", _) => {
            read.repeated |= !read.claimed_roles.is_empty();
            let lists = elements(tree, property.id()).filter(|one| one.local() == "ClaimedRoles");
            let roles = lists.flat_map(|list| elements(tree, list.id())).filter(|one| one.local() == "ClaimedRole");
            for role in roles {
                keep(&mut read.claimed_roles, text(tree, &role));
            }
        }
        ("SignatureProductionPlace" | "SignatureProductionPlaceV2", _) => {
            read.repeated |= read.claimed_place.is_some();
            let parts: Vec<String> =
                elements(tree, property.id()).filter_map(|part| text(tree, &part)).take(KEPT).collect();
            let place: String = parts.join(", ").chars().take(CHARACTERS).collect();
            if !place.is_empty() {
                read.claimed_place.get_or_insert(place);
            }
        }
        _ => {}
    }
}

/// Takes a property of data. `references` are the numbers of references by their identifiers.
pub(super) fn of_data(
    tree: &Tree<'_>,
    references: &HashMap<&str, usize>,
    property: &Element<'_>,
    read: &mut XadesProperties,
) {
    match property.local() {
        "CommitmentTypeIndication" => {
            let id = elements(tree, property.id()).find(|one| one.local() == "CommitmentTypeId");
            let id = id.and_then(|id| part(tree, &id, "Identifier"));
            keep(&mut read.claimed_commitments, id.map(|id| dotted(&id).unwrap_or(id)));
        }
        "DataObjectFormat" if read.formats.len() < FORMATS => {
            let object = property.attribute("ObjectReference").unwrap_or_default();
            read.formats.push(DataObjectFormat {
                reference: object.strip_prefix('#').and_then(|id| references.get(id)).copied(),
                object: object.chars().take(CHARACTERS).collect(),
                mime_type: part(tree, property, "MimeType"),
                encoding: part(tree, property, "Encoding"),
                description: part(tree, property, "Description"),
            });
        }
        _ => {}
    }
}

/// Formats that are read.
const FORMATS: usize = 1_000;

/// The numbers of the references of a signature by their identifiers.
pub(super) fn references<'t>(tree: &'t Tree<'t>, structure: &Structure<'_>) -> HashMap<&'t str, usize> {
    let references = elements(tree, structure.signed_info).filter(|one| one.is(DS, "Reference"));
    references.enumerate().filter_map(|(number, one)| Some((one.attribute("Id")?, number))).collect()
}

fn keep(list: &mut Vec<String>, claim: Option<String>) {
    if list.len() < KEPT {
        list.extend(claim);
    }
}

/// The text of the first part of a name.
fn part(tree: &Tree<'_>, element: &Element<'_>, name: &str) -> Option<String> {
    let part = elements(tree, element.id()).find(|one| one.local() == name)?;
    text(tree, &part)
}

/// The text in an element without white space around it; none where that is nothing.
fn text(tree: &Tree<'_>, element: &Element<'_>) -> Option<String> {
    let text: String = tree.string_value(element.id()).trim().chars().take(CHARACTERS).collect();
    (!text.is_empty()).then_some(text)
}

/// The dotted numbers of an object identifier that is written as a URN (RFC 3061).
fn dotted(id: &str) -> Option<String> {
    let numbers = id.get(..8).filter(|start| start.eq_ignore_ascii_case("urn:oid:")).and_then(|_| id.get(8..))?;
    let is_right = !numbers.is_empty() && numbers.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    is_right.then(|| numbers.to_owned())
}

/// `SignaturePolicyIdentifier`; none where it is not as its schema says.
fn policy(tree: &Tree<'_>, property: &Element<'_>, qualified: &Qualified<'_>) -> Option<ClaimedPolicy> {
    let namespace = property.namespace();
    let children: Vec<_> = elements(tree, property.id()).collect();
    let [choice] = children.as_slice() else { return None };
    if choice.is(namespace, "SignaturePolicyImplied") {
        return Some(ClaimedPolicy::Implied);
    }
    if !choice.is(namespace, "SignaturePolicyId") {
        return None;
    }
    let parts: Vec<_> = elements(tree, choice.id()).collect();
    let one = |name: &str| parts.iter().find(|part| part.is(namespace, name));
    let id = part(tree, one("SigPolicyId")?, "Identifier")?;
    let (method, value) = digested(tree, one("SigPolicyHash")?)?;
    let algorithm = DigestAlgorithm::from_uri(method);
    // What transforms make of a document is not computed.
    let plain = !parts.iter().any(|part| part.is(DS, "Transforms"));
    let store = qualified.unsigned.iter().find(|one| {
        one.namespace() == XADES_141 && UnsignedKind::of(one, qualified.namespace) == UnsignedKind::PolicyStore
    });
    let document = store.filter(|_| plain).and_then(|store| policy_document(tree, store));
    Some(ClaimedPolicy::Explicit {
        id: dotted(&id).unwrap_or(id),
        stored: algorithm.zip(document).map(|(algorithm, document)| digest(algorithm, &document)),
        algorithm,
        digest: value,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_as_urn_become_dotted_numbers() {
        assert_eq!(dotted("urn:oid:1.2.3").as_deref(), Some("1.2.3"));
        assert_eq!(dotted("URN:OID:1.2.3").as_deref(), Some("1.2.3"));
        for other in ["urn:oid:", "urn:oid:1.x", "http://policy", "urn:oi", "ürn:oid:1", ""] {
            assert_eq!(dotted(other), None, "{other}");
        }
    }
}
