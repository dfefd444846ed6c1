//! Makers of signed XML: invoices of many short records, `XAdES`-BASELINE-B with the tests' RSA key.
//!
//! The texts are written in canonical form where they are signed, so that no canonicaliser is needed to make them and
//! none can hide its own mistakes: xmlsec1 has to verify what is made here.

use crate::support::rng::Rng;
use crate::support::sign::{Signer, sha256};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write as _;

const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
const XADES: &str = "http://uri.etsi.org/01903/v1.3.2#";
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const PROPERTIES: &str = "http://uri.etsi.org/01903#SignedProperties";

/// A text as it is written, and as canonical form has it.
#[derive(Clone, Default)]
struct Both {
    written: String,
    canonical: String,
}

impl Both {
    fn push(&mut self, text: &str) {
        self.written.push_str(text);
        self.canonical.push_str(text);
    }
}

/// One signature over the whole document, enveloped: an invoice of about `bytes` bytes.
pub(crate) fn invoice(bytes: usize, signer: &Signer) -> String {
    let head = "<inv:Invoice xmlns:inv=\"urn:example:invoice\" Id=\"invoice-1\" currency=\"CHF\">\
                <inv:Issuer>Gemeinde Musterwil</inv:Issuer><inv:Total>1250.00</inv:Total><inv:Lines>";
    let records = records(bytes.saturating_sub(head.len() + 4_200), &mut Rng::new(1));
    let canonical = format!("{head}{}</inv:Lines></inv:Invoice>", records.canonical);
    let whole = Signed { uri: "", enveloped: true, digest: sha256(&[canonical.as_bytes()]) };
    let signature = signature(1, &[whole], signer);
    format!("<?xml version=\"1.0\"?>\n{head}{}</inv:Lines>{signature}</inv:Invoice>\n", records.written)
}

/// `signatures` signatures, each over all of `parts` equal parts, with a reference to each: about `bytes` bytes of
/// records.
pub(crate) fn parted(bytes: usize, parts: usize, signatures: usize, signer: &Signer) -> String {
    let mut rng = Rng::new(1);
    let made: Vec<(String, Both)> =
        (1..=parts).map(|part| (format!("p{part}"), records(bytes / parts, &mut rng))).collect();
    let mut text = "<inv:Invoice xmlns:inv=\"urn:example:invoice\" Id=\"invoice-1\">".to_owned();
    let mut signed = Vec::new();
    for (id, records) in &made {
        let _ = write!(text, "<inv:Lines Id=\"{id}\">{}</inv:Lines>", records.written);
        let canonical =
            format!("<inv:Lines xmlns:inv=\"urn:example:invoice\" Id=\"{id}\">{}</inv:Lines>", records.canonical);
        signed.push((format!("#{id}"), sha256(&[canonical.as_bytes()])));
    }
    for number in 1..=signatures {
        let references: Vec<Signed<'_>> =
            signed.iter().map(|(uri, digest)| Signed { uri, enveloped: false, digest: digest.clone() }).collect();
        text.push_str(&signature(number, &references, signer));
    }
    text + "</inv:Invoice>\n"
}

/// One signature with `references` references to the same part.
pub(crate) fn repeated(bytes: usize, references: usize, signer: &Signer) -> String {
    let records = records(bytes, &mut Rng::new(1));
    let canonical =
        format!("<inv:Lines xmlns:inv=\"urn:example:invoice\" Id=\"p1\">{}</inv:Lines>", records.canonical);
    let digest = sha256(&[canonical.as_bytes()]);
    let same = || Signed { uri: "#p1", enveloped: false, digest: digest.clone() };
    let signed: Vec<Signed<'_>> = std::iter::repeat_with(same).take(references).collect();
    format!(
        "<inv:Invoice xmlns:inv=\"urn:example:invoice\" Id=\"invoice-1\"><inv:Lines Id=\"p1\">{}</inv:Lines>{}</inv:Invoice>\n",
        records.written,
        signature(1, &signed, signer)
    )
}

/// Records of about `bytes` bytes together.
fn records(bytes: usize, rng: &mut Rng) -> Both {
    let mut text = Both::default();
    let mut number = 0_u32;
    while text.written.len() < bytes {
        let (article, department, amount) = (rng.next() % 1_000_000, rng.next() % 90, rng.next() % 60_000);
        text.push(&format!("<inv:Line no=\"{number}\" vat=\"8.1\"><inv:Text>Artikel {article} f"));
        text.written.push_str("&#xFC;");
        text.canonical.push('ü');
        text.push(&format!("r Abteilung {department}</inv:Text><inv:Amount>"));
        text.push(&format!("{}.{:02}</inv:Amount></inv:Line>\n", amount / 100, amount % 100));
        number += 1;
    }
    text
}

/// What a reference signs.
struct Signed<'s> {
    uri: &'s str,
    enveloped: bool,
    digest: Vec<u8>,
}

fn signature(number: usize, signed: &[Signed<'_>], signer: &Signer) -> String {
    let certificate = signer.certificate();
    let properties = format!(
        "<xades:SignedProperties xmlns:xades=\"{XADES}\" Id=\"sig-{number}-sp\"><xades:SignedSignatureProperties>\
         <xades:SigningTime>2026-06-01T12:00:00Z</xades:SigningTime><xades:SigningCertificateV2><xades:Cert>\
         <xades:CertDigest><ds:DigestMethod xmlns:ds=\"{DS}\" Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\">\
         </ds:DigestMethod><ds:DigestValue xmlns:ds=\"{DS}\">{}</ds:DigestValue></xades:CertDigest></xades:Cert>\
         </xades:SigningCertificateV2></xades:SignedSignatureProperties></xades:SignedProperties>",
        STANDARD.encode(sha256(&[certificate]))
    );
    let of_properties =
        Signed { uri: &format!("#sig-{number}-sp"), enveloped: false, digest: sha256(&[properties.as_bytes()]) };
    let mut info = format!(
        "<ds:SignedInfo xmlns:ds=\"{DS}\"><ds:CanonicalizationMethod Algorithm=\"{EXCLUSIVE}\">\
         </ds:CanonicalizationMethod><ds:SignatureMethod \
         Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"></ds:SignatureMethod>"
    );
    for one in signed {
        info.push_str(&reference(one, None));
    }
    info.push_str(&reference(&of_properties, Some(PROPERTIES)));
    info.push_str("</ds:SignedInfo>");
    format!(
        "<ds:Signature xmlns:ds=\"{DS}\" Id=\"sig-{number}\">{info}<ds:SignatureValue>{}</ds:SignatureValue>\
         <ds:KeyInfo><ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo><ds:Object>\
         <xades:QualifyingProperties xmlns:xades=\"{XADES}\" Target=\"#sig-{number}\">{properties}\
         </xades:QualifyingProperties></ds:Object></ds:Signature>",
        STANDARD.encode(signer.value(info.as_bytes())),
        STANDARD.encode(certificate)
    )
}

fn reference(signed: &Signed<'_>, claimed_type: Option<&str>) -> String {
    let claimed_type = claimed_type.map(|uri| format!(" Type=\"{uri}\"")).unwrap_or_default();
    let enveloped = if signed.enveloped {
        format!("<ds:Transform Algorithm=\"{ENVELOPED}\"></ds:Transform>")
    } else {
        String::new()
    };
    format!(
        "<ds:Reference{claimed_type} URI=\"{}\"><ds:Transforms>{enveloped}<ds:Transform Algorithm=\"{EXCLUSIVE}\">\
         </ds:Transform></ds:Transforms><ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\">\
         </ds:DigestMethod><ds:DigestValue>{}</ds:DigestValue></ds:Reference>",
        signed.uri,
        STANDARD.encode(&signed.digest)
    )
}
