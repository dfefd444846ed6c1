//! A small signer of XML for tests: XAdES as EN 319 132-1 §6.3 wants it at level B-B, written by hand.
//!
//! What is signed is written in exclusive canonical form, so that no canonicaliser is needed: who reads it has to come to
//! the same octets. It signs with the RSA key in `fixtures/bench/`, which is public.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::sign::{Signer, sha256};

pub const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
pub const XADES: &str = "http://uri.etsi.org/01903/v1.3.2#";
pub const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
pub const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
const RSA: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";

/// The time that the properties claim, and one at which the certificate of the bench is valid.
pub const AT: &str = "2026-06-15T12:00:00Z";

/// A reference, and the octets that it is to come to.
pub struct Reference {
    pub uri: String,
    /// `ds:Transform` elements in canonical form.
    pub transforms: String,
    pub octets: Vec<u8>,
}

/// A `ds:Transform` with something inside.
pub fn transform(algorithm: &str, inside: &str) -> String {
    format!("<ds:Transform Algorithm=\"{algorithm}\">{inside}</ds:Transform>")
}

impl Reference {
    /// To the whole document less the signature, whose octets without it are these.
    pub fn enveloped(octets: impl Into<Vec<u8>>) -> Self {
        let transforms = transform(ENVELOPED, "") + &transform(EXCLUSIVE, "");
        Self { uri: String::new(), transforms, octets: octets.into() }
    }

    /// To an element in exclusive canonical form.
    pub fn to(id: &str, octets: impl Into<Vec<u8>>) -> Self {
        Self { uri: format!("#{id}"), transforms: transform(EXCLUSIVE, ""), octets: octets.into() }
    }

    /// To content as it is.
    pub fn external(name: &str, octets: impl Into<Vec<u8>>) -> Self {
        Self { uri: name.to_owned(), transforms: String::new(), octets: octets.into() }
    }
}

/// A signature over the references and its own signed properties, with `objects` behind these. `id` makes its identifiers.
pub fn signature(id: &str, references: &[Reference], objects: &str) -> String {
    with_properties(id, references, "", objects)
}

/// The same with `unsigned` in its `QualifyingProperties`.
pub fn with_properties(id: &str, references: &[Reference], unsigned: &str, objects: &str) -> String {
    let signer = Signer::rsa();
    let certificate = STANDARD.encode(signer.certificate());
    let named = STANDARD.encode(sha256(&[signer.certificate()]));
    let signed = format!(
        "<xades:SignedSignatureProperties><xades:SigningTime>{AT}</xades:SigningTime><xades:SigningCertificateV2>\
         <xades:Cert><xades:CertDigest><ds:DigestMethod xmlns:ds=\"{DS}\" Algorithm=\"{SHA256}\"></ds:DigestMethod>\
         <ds:DigestValue xmlns:ds=\"{DS}\">{named}</ds:DigestValue></xades:CertDigest></xades:Cert>\
         </xades:SigningCertificateV2></xades:SignedSignatureProperties>"
    );
    let properties = |namespace: &str| {
        format!("<xades:SignedProperties{namespace} Id=\"p-{id}\">{signed}</xades:SignedProperties>")
    };
    let of_properties = properties(&format!(" xmlns:xades=\"{XADES}\""));
    let written: String = references
        .iter()
        .map(|one| written(&one.uri, "", &one.transforms, &one.octets))
        .chain([written(
            &format!("#p-{id}"),
            " Type=\"http://uri.etsi.org/01903#SignedProperties\"",
            &transform(EXCLUSIVE, ""),
            of_properties.as_bytes(),
        )])
        .collect();
    let info = |namespace: &str| {
        format!(
            "<ds:SignedInfo{namespace}><ds:CanonicalizationMethod Algorithm=\"{EXCLUSIVE}\"></ds:CanonicalizationMethod>\
             <ds:SignatureMethod Algorithm=\"{RSA}\"></ds:SignatureMethod>{written}</ds:SignedInfo>"
        )
    };
    let value = STANDARD.encode(signer.value(info(&format!(" xmlns:ds=\"{DS}\"")).as_bytes()));
    format!(
        "<ds:Signature xmlns:ds=\"{DS}\" Id=\"s-{id}\">{}<ds:SignatureValue Id=\"v-{id}\">{value}</ds:SignatureValue>\
         <ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>\
         <ds:Object><xades:QualifyingProperties xmlns:xades=\"{XADES}\" Target=\"#s-{id}\">{}{unsigned}\
         </xades:QualifyingProperties></ds:Object>{objects}</ds:Signature>",
        info(""),
        properties(""),
    )
}

fn written(uri: &str, kind: &str, transforms: &str, octets: &[u8]) -> String {
    let transforms =
        if transforms.is_empty() { String::new() } else { format!("<ds:Transforms>{transforms}</ds:Transforms>") };
    let value = STANDARD.encode(sha256(&[octets]));
    // Attributes in canonical order: Type before URI.
    format!(
        "<ds:Reference{kind} URI=\"{uri}\">{transforms}<ds:DigestMethod Algorithm=\"{SHA256}\"></ds:DigestMethod>\
         <ds:DigestValue>{value}</ds:DigestValue></ds:Reference>"
    )
}

/// A filing of some lines, in canonical form; the signature goes before its last tag.
pub const FILING: &str = "<filing Id=\"f\"><to>Registry</to><amount currency=\"CHF\">100</amount></filing>";

/// A document whose element envelops its signature.
pub fn enveloped() -> String {
    inside(FILING, &signature("1", &[Reference::enveloped(FILING)], ""))
}

/// Puts something before the last tag of a document.
pub fn inside(document: &str, more: &str) -> String {
    let (before, tag) = document.rsplit_once("</").expect("an end tag");
    format!("{before}{more}</{tag}")
}
