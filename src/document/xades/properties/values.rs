//! Certificates and revocation data in unsigned properties (EN 319 132-1 §5.4, §5.5.1, §5.5.3; TS 101 903 §7.6), and the
//! document in `SignaturePolicyStore` (§5.2.10). `OtherCertificate` and `OtherValues` are not read.

use crate::document::xades::names::is_xades;
use crate::document::xades::property::{UnsignedKind, ValidationData};
use crate::document::xades::structure::{base64_of, elements};
use crate::syntax::xml::{Element, Tree};

/// What a property brings along.
pub(in crate::document::xades) fn values(
    tree: &Tree<'_>,
    property: &Element<'_>,
    kind: UnsignedKind,
) -> ValidationData {
    let mut values = ValidationData::default();
    let holds = matches!(
        kind,
        UnsignedKind::CertificateValues
            | UnsignedKind::RevocationValues
            | UnsignedKind::AttributeCertificateValues
            | UnsignedKind::AttributeRevocationValues
            | UnsignedKind::ValidationData
    );
    if !holds {
        return values;
    }
    for element in tree.subtree(property.id()).filter_map(|node| tree.element(node)) {
        let list = match element.local() {
            _ if !is_xades(element.namespace()) => continue,
            "EncapsulatedX509Certificate" => &mut values.certificates,
            "EncapsulatedCRLValue" => &mut values.crls,
            "EncapsulatedOCSPValue" => &mut values.ocsp_responses,
            _ => continue,
        };
        match base64_of(tree, element, "value") {
            Ok(der) => list.push(der),
            Err(_) => values.unreadable = values.unreadable.saturating_add(1),
        }
    }
    values
}

/// The document in a `SignaturePolicyStore`.
pub(in crate::document::xades) fn policy_document(tree: &Tree<'_>, store: &Element<'_>) -> Option<Vec<u8>> {
    let document = elements(tree, store.id()).find(|one| one.local() == "SignaturePolicyDocument")?;
    base64_of(tree, document, "SignaturePolicyDocument").ok()
}
