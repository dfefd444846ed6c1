//! The signature of a seal in XML, written (XML Signature 1.1 §4; `XAdES` level B-B, EN 319 132-1 §6.3): `SignedInfo`
//! with a reference to what is sealed and one to the signed properties, `KeyInfo` with the certificates, and an
//! `Object` with the properties: `SigningTime`, `SigningCertificateV2`, `DataObjectFormat` with the media type.
//!
//! Everything that is written is ASCII, so that it can be put into a document of any encoding that is read. What is
//! signed are the octets of exclusive canonical form, made by our own canonicalisation from what was written: they do
//! not depend on the document around it.
//!
//! ECDSA is r ‖ s (RFC 9231 §2.3.6); RSASSA-PSS has the methods of RFC 9231 §2.3.10, which name digest, mask and salt.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::cms;
use super::{SealError, SealIdentity};
use crate::crypto::{Digest, DigestAlgorithm, digest};
use crate::limits::Budget;
use crate::syntax::xml::c14n::{Form, Method, Subtree, canonicalise};
use crate::syntax::xml::{NodeId, Tree};
use crate::time::Timestamp;

const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
const XADES: &str = "http://uri.etsi.org/01903/v1.3.2#";
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
/// The Type of the reference to the signed properties (EN 319 132-1 §4.4.2).
const TYPE_PROPERTIES: &str = "http://uri.etsi.org/01903#SignedProperties";

/// Octets of a year, month, day, hour, minute and second.
const SECONDS: usize = 19;

/// What is sealed, as its reference says.
#[derive(Debug)]
pub(super) struct Sealed<'s> {
    /// Its URI, percent-encoded; none where the receiver knows what it is.
    pub(super) uri: Option<String>,
    /// The transforms.
    pub(super) transforms: Vec<Transform<'s>>,
    /// What comes out of them, digested.
    pub(super) digest: Digest,
    /// Whether it stands in an `Object` of the signature, in base64.
    pub(super) is_enclosed: bool,
}

/// A transform of what is sealed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Transform<'s> {
    /// Takes the signature out.
    Enveloped,
    /// Exclusive canonical form; with the prefixes of this list, where there is one.
    Exclusive(Option<&'s str>),
    /// Decodes.
    Base64,
}

/// A signature but for its value, and for the document where that stands in it.
#[derive(Debug)]
pub(super) struct Written {
    /// Up to the value.
    pub(super) head: String,
    /// From the value on; up to the document where it stands in the signature.
    pub(super) middle: String,
    /// What follows the document.
    pub(super) tail: String,
    /// What the key signs.
    pub(super) signed_info: Vec<u8>,
}

/// The identifier of the object that encloses the document.
pub(super) fn object_id(id: &str) -> String {
    format!("{id}-document")
}

/// Writes the signature with the identifier `id`. The digests are those of the identity's algorithm.
pub(super) fn write(
    identity: &SealIdentity,
    id: &str,
    sealed: &Sealed<'_>,
    claimed_time: Timestamp,
    budget: &mut Budget,
) -> Result<Written, SealError> {
    let algorithm = identity.algorithm.digest();
    let start = format!("<ds:Signature xmlns:ds=\"{DS}\" Id=\"{id}\">");
    let properties = properties(identity, id, claimed_time)?;
    let object = format!(
        "<ds:Object><xades:QualifyingProperties xmlns:xades=\"{XADES}\" Target=\"#{id}\">{properties}\
         </xades:QualifyingProperties></ds:Object>"
    );
    let of_properties = canonical(&format!("{start}{object}</ds:Signature>"), (XADES, "SignedProperties"), budget)?;
    let info = signed_info(identity, id, sealed, &digest(algorithm, &of_properties))?;
    let signed_info = canonical(&format!("{start}{info}</ds:Signature>"), (DS, "SignedInfo"), budget)?;
    let head = format!("{start}{info}<ds:SignatureValue Id=\"{id}-value\">");
    let middle = format!("</ds:SignatureValue>{}", key_info(identity));
    let (middle, tail) = if sealed.is_enclosed {
        let object_start = format!("{middle}<ds:Object Id=\"{}\">", object_id(id));
        (object_start, format!("</ds:Object>{object}</ds:Signature>"))
    } else {
        (middle, format!("{object}</ds:Signature>"))
    };
    Ok(Written { head, middle, tail, signed_info })
}

fn signed_info(
    identity: &SealIdentity,
    id: &str,
    sealed: &Sealed<'_>,
    of_properties: &Digest,
) -> Result<String, SealError> {
    let method = identity.algorithm.signature_algorithm().uri().ok_or(MALFORMED)?;
    let uri = sealed.uri.as_ref().map(|uri| format!(" URI=\"{uri}\"")).unwrap_or_default();
    let transforms: String = sealed.transforms.iter().map(|transform| transform.written()).collect();
    let transforms =
        if transforms.is_empty() { transforms } else { format!("<ds:Transforms>{transforms}</ds:Transforms>") };
    let of_data = digested(&sealed.digest)?;
    let of_properties = digested(of_properties)?;
    Ok(format!(
        "<ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\"{EXCLUSIVE}\"/>\
         <ds:SignatureMethod Algorithm=\"{method}\"/>\
         <ds:Reference Id=\"{id}-reference\"{uri}>{transforms}{of_data}</ds:Reference>\
         <ds:Reference Type=\"{TYPE_PROPERTIES}\" URI=\"#{id}-properties\"><ds:Transforms>\
         <ds:Transform Algorithm=\"{EXCLUSIVE}\"/></ds:Transforms>{of_properties}</ds:Reference></ds:SignedInfo>"
    ))
}

/// `SignedProperties` (EN 319 132-1 §5.2).
fn properties(identity: &SealIdentity, id: &str, claimed_time: Timestamp) -> Result<String, SealError> {
    let certificate = &identity.certificate;
    let of_certificate = digested(&digest(identity.algorithm.digest(), certificate.der()))?;
    let issuer_serial = STANDARD.encode(cms::issuer_serial(certificate));
    let time = claimed_time.to_string();
    // In UTC, in whole seconds.
    let time = time.get(..SECONDS).ok_or(MALFORMED)?;
    Ok(format!(
        "<xades:SignedProperties Id=\"{id}-properties\"><xades:SignedSignatureProperties>\
         <xades:SigningTime>{time}Z</xades:SigningTime>\
         <xades:SigningCertificateV2><xades:Cert><xades:CertDigest>{of_certificate}</xades:CertDigest>\
         <xades:IssuerSerialV2>{issuer_serial}</xades:IssuerSerialV2></xades:Cert></xades:SigningCertificateV2>\
         </xades:SignedSignatureProperties><xades:SignedDataObjectProperties>\
         <xades:DataObjectFormat ObjectReference=\"#{id}-reference\"><xades:MimeType>application/xml</xades:MimeType>\
         </xades:DataObjectFormat></xades:SignedDataObjectProperties></xades:SignedProperties>"
    ))
}

/// The certificate of the seal and those above it, each once.
fn key_info(identity: &SealIdentity) -> String {
    let mut certificates: Vec<&[u8]> = vec![identity.certificate.der()];
    for certificate in identity.chain.iter().map(|certificate| certificate.der()) {
        if !certificates.contains(&certificate) {
            certificates.push(certificate);
        }
    }
    let certificates: String = certificates
        .into_iter()
        .map(|der| format!("<ds:X509Certificate>{}</ds:X509Certificate>", STANDARD.encode(der)))
        .collect();
    format!("<ds:KeyInfo><ds:X509Data>{certificates}</ds:X509Data></ds:KeyInfo>")
}

fn digested(digest: &Digest) -> Result<String, SealError> {
    let method = digest_method(digest.algorithm())?;
    let value = STANDARD.encode(digest.as_bytes());
    Ok(format!("<ds:DigestMethod Algorithm=\"{method}\"/><ds:DigestValue>{value}</ds:DigestValue>"))
}

fn digest_method(algorithm: DigestAlgorithm) -> Result<&'static str, SealError> {
    algorithm.uri().ok_or(MALFORMED)
}

impl Transform<'_> {
    fn written(self) -> String {
        match self {
            Self::Enveloped => format!("<ds:Transform Algorithm=\"{DS}enveloped-signature\"/>"),
            Self::Base64 => format!("<ds:Transform Algorithm=\"{DS}base64\"/>"),
            Self::Exclusive(None) => format!("<ds:Transform Algorithm=\"{EXCLUSIVE}\"/>"),
            Self::Exclusive(Some(prefixes)) => format!(
                "<ds:Transform Algorithm=\"{EXCLUSIVE}\"><ec:InclusiveNamespaces xmlns:ec=\"{EXCLUSIVE}\" \
                 PrefixList=\"{}\"/></ds:Transform>",
                references(prefixes)
            ),
        }
    }
}

/// Characters other than ASCII as references.
fn references(names: &str) -> String {
    names.chars().fold(String::with_capacity(names.len()), |mut written, character| {
        if character.is_ascii() {
            written.push(character);
        } else {
            written.push_str(&format!("&#x{:X};", u32::from(character)));
        }
        written
    })
}

/// The exclusive canonical form of the one element of this name in what was written.
fn canonical(text: &str, name: (&str, &str), budget: &mut Budget) -> Result<Vec<u8>, SealError> {
    let tree = Tree::parse(text, budget).map_err(|_| MALFORMED)?;
    let is_named = |node: &NodeId| tree.element(*node).is_some_and(|element| element.is(name.0, name.1));
    let top = tree.subtree(NodeId::ROOT).find(is_named).ok_or(MALFORMED)?;
    let mut octets = Vec::new();
    let method = Method::new(Form::Exclusive);
    canonicalise(&tree, &Subtree::new(&tree, top), &method, &mut octets, budget).map_err(|_| MALFORMED)?;
    Ok(octets)
}

const MALFORMED: SealError = SealError::Value { cause: "malformed" };
