//! The signed properties of `XAdES` (EN 319 132-1 §5.2), as far as validation of the signature itself needs them: the
//! claimed signing time and the references to the signer's certificate. Versions 1.1.1, 1.2.2 and 1.3.2.
//!
//! Whether they are signed is a fact of its own: properties that no reference covers say nothing.

use super::facts::{CertificateReference, XadesProperties};
use super::names::{DS, XADES, XADES_141};
use super::structure::{Structure, algorithm, base64_of, elements};
use crate::crypto::DigestAlgorithm;
use crate::syntax::xml::{Element, NodeId, Tree};
use crate::time::Timestamp;

/// The `SignedProperties` of a signature: the only one among its own `Object`s. `Err` where there are several.
pub(super) fn find(tree: &Tree<'_>, structure: &Structure<'_>) -> Result<Option<NodeId>, NodeId> {
    let inside = structure.objects.iter().flat_map(|object| elements(tree, *object));
    let qualifying = inside.filter(|one| one.local() == "QualifyingProperties" && XADES.contains(&one.namespace()));
    let mut signed = qualifying.flat_map(|one| {
        let namespace = one.namespace();
        elements(tree, one.id()).filter(move |part| part.is(namespace, "SignedProperties"))
    });
    match (signed.next(), signed.next()) {
        (first, None) => Ok(first.map(|one| one.id())),
        (_, Some(second)) => Err(second.id()),
    }
}

/// Reads them. `signed`: whether a reference covers all of them and says so.
pub(super) fn read(tree: &Tree<'_>, properties: NodeId, signed: bool) -> XadesProperties {
    let mut read =
        XadesProperties { signed, claimed_signing_time: None, signing_certificates: Vec::new(), malformed: None };
    let of_signature = elements(tree, properties).filter(|one| one.local() == "SignedSignatureProperties");
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for property in of_signature.flat_map(|one| elements(tree, one.id())) {
        let name = (property.namespace(), property.local());
        if !XADES.contains(&name.0) && name.0 != XADES_141 {
            continue;
        }
        let known = match name.1 {
            "SigningTime" => "SigningTime",
            "SigningCertificate" => "SigningCertificate",
            "SigningCertificateV2" => "SigningCertificateV2",
            _ => continue,
        };
        let is_new = !seen.contains(&name);
        seen.push(name);
        let right = is_new
            && match known {
                "SigningTime" => {
                    read.claimed_signing_time =
                        Timestamp::from_rfc3339(tree.string_value(property.id()).trim()).ok();
                    true
                }
                _ => match certificates(tree, &property) {
                    Some(certificates) => {
                        read.signing_certificates.push(certificates);
                        true
                    }
                    None => false,
                },
            };
        if !right {
            read.malformed.get_or_insert(known);
        }
    }
    read
}

/// The certificates that a property names.
fn certificates(tree: &Tree<'_>, property: &Element<'_>) -> Option<Vec<CertificateReference>> {
    let namespace = property.namespace();
    let named: Option<Vec<_>> = elements(tree, property.id())
        .map(|cert| if cert.is(namespace, "Cert") { certificate(tree, &cert) } else { None })
        .collect();
    named.filter(|named| !named.is_empty())
}

fn certificate(tree: &Tree<'_>, cert: &Element<'_>) -> Option<CertificateReference> {
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
    let inner: Vec<_> = elements(tree, digest.id()).collect();
    let [method, value] = inner.as_slice() else { return None };
    // Versions before 1.3.2 have names of their own for these two.
    if !matches!(method.local(), "DigestMethod") || !matches!(value.local(), "DigestValue") {
        return None;
    }
    let uri = algorithm(method);
    Some(CertificateReference {
        method: uri.to_owned(),
        algorithm: DigestAlgorithm::from_uri(uri),
        digest: base64_of(tree, *value, "DigestValue").ok()?,
        issuer_serial,
        serial,
    })
}
