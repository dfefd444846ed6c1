//! `SigningCertificate` and `SigningCertificateV2` (EN 319 132-1 §5.2.2; TS 101 903 §7.2.2): how the signer names his
//! certificate, in all versions.

use crate::crypto::DigestAlgorithm;
use crate::document::xades::names::{DS, is_xades};
use crate::document::xades::property::{CertificateReference, XadesProperties};
use crate::document::xades::structure::{algorithm, base64_of, elements};
use crate::syntax::xml::{Element, Tree};

/// Adds what a property names; gives its name where it is not as it should be.
pub(super) fn add(
    tree: &Tree<'_>,
    property: &Element<'_>,
    is_new: bool,
    name: &'static str,
    read: &mut XadesProperties,
) -> Option<&'static str> {
    match certificates(tree, property).filter(|_| is_new) {
        Some(certificates) => {
            read.signing_certificates.push(certificates);
            None
        }
        None => Some(name),
    }
}

/// The certificates that a property names.
fn certificates(tree: &Tree<'_>, property: &Element<'_>) -> Option<Vec<CertificateReference>> {
    let namespace = property.namespace();
    let is_version_2 = property.local() == "SigningCertificateV2";
    let named: Option<Vec<_>> = elements(tree, property.id())
        .map(|cert| if cert.is(namespace, "Cert") { certificate(tree, &cert, is_version_2) } else { None })
        .collect();
    named.filter(|named| !named.is_empty())
}

fn certificate(tree: &Tree<'_>, cert: &Element<'_>, is_version_2: bool) -> Option<CertificateReference> {
    let namespace = cert.namespace();
    let mut parts = elements(tree, cert.id());
    let digest = parts.next().filter(|part| part.is(namespace, "CertDigest"))?;
    let (mut issuer_serial, mut serial) = (None, None);
    for part in parts {
        if part.is(namespace, "IssuerSerialV2") {
            issuer_serial = Some(base64_of(tree, part, "IssuerSerialV2").ok()?);
        } else if part.is(namespace, "IssuerSerial") {
            let number = elements(tree, part.id()).find(|one| one.is(DS, "X509SerialNumber"))?;
            serial = Some(tree.string_value(number.id()).trim().to_owned());
        }
    }
    let (uri, value) = digested(tree, &digest)?;
    Some(CertificateReference {
        is_version_2,
        method: uri.to_owned(),
        algorithm: DigestAlgorithm::from_uri(uri),
        digest: value,
        issuer_serial,
        serial,
        has_uri: cert.attribute("URI").is_some(),
    })
}

/// `DigestMethod` and `DigestValue`. Versions before 1.3.2 may have names of their own for these two.
pub(super) fn digested<'t>(tree: &'t Tree<'t>, element: &Element<'_>) -> Option<(&'t str, Vec<u8>)> {
    let inner: Vec<_> = elements(tree, element.id()).collect();
    let [method, value] = inner.as_slice() else { return None };
    let named =
        |one: &Element<'_>, local| one.local() == local && (one.namespace() == DS || is_xades(one.namespace()));
    if !named(method, "DigestMethod") || !named(value, "DigestValue") {
        return None;
    }
    Some((algorithm(method), base64_of(tree, *value, "DigestValue").ok()?))
}
