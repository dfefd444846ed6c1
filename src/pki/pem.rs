//! Files with certificates, CRLs and OCSP answers: PEM (RFC 7468) with one or several objects, or one object in
//! DER. Which of the two is decided by the content, never by a file's name.

use std::fmt;

use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::GeneralPurpose;
use base64::engine::GeneralPurposeConfig;
use zeroize::Zeroizing;

use crate::syntax::der::Reader;
use crate::syntax::der::Tlv;
use crate::syntax::der::tag;

/// One object of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PemObject {
    /// What it is.
    pub label: Label,
    /// Its bytes.
    pub der: Vec<u8>,
}

/// What an object is: by its PEM label, or for DER by its structure.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Label {
    /// `CERTIFICATE`, and the older `X509 CERTIFICATE`.
    Certificate,
    /// `X509 CRL`.
    Crl,
    /// `OCSP RESPONSE`.
    OcspResponse,
    /// `PKCS7` or `CMS`.
    Cms,
    /// Any other label, as written. DER of another structure has the label `UNKNOWN`.
    Other(String),
}

/// Why a file cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PemError {
    /// It is neither PEM nor DER.
    Neither,
    /// The object with this number, from 1, has no end, or the end of another label.
    Unfinished(usize),
    /// The object with this number is no base64.
    Base64(usize),
}

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";

/// Base64 as files have it: padding may be missing.
const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// All objects of a file in their order; at least one. Text between PEM objects is ignored (RFC 7468 §5.2).
///
/// # Errors
/// [`PemError`]; one object that cannot be read refuses the file.
pub fn objects(bytes: &[u8]) -> Result<Vec<PemObject>, PemError> {
    if bytes.first() == Some(&tag::SEQUENCE)
        && let Some(label) = guess(bytes)
    {
        return Ok(vec![PemObject { label, der: bytes.to_vec() }]);
    }
    let mut objects = Vec::new();
    let mut rest = bytes;
    while let Some(start) = find(rest, BEGIN) {
        let number = objects.len().saturating_add(1);
        let after = rest.get(start.saturating_add(BEGIN.len())..).unwrap_or_default();
        let (object, left) = read_object(after, number)?;
        objects.push(object);
        rest = left;
    }
    if objects.is_empty() { Err(PemError::Neither) } else { Ok(objects) }
}

fn read_object(after_begin: &[u8], number: usize) -> Result<(PemObject, &[u8]), PemError> {
    let unfinished = PemError::Unfinished(number);
    let (label, body) = split(after_begin, DASHES).ok_or(unfinished)?;
    let (body, after) = split(body, END).ok_or(unfinished)?;
    let (end_label, left) = split(after, DASHES).ok_or(unfinished)?;
    if label != end_label || body.windows(BEGIN.len()).any(|window| window == BEGIN) {
        return Err(unfinished);
    }
    // Headers of RFC 1421 (`Proc-Type: …`) end with an empty line and mean encryption: no base64.
    // It may be a private key: with room from the start, so that growing leaves no copy behind.
    let mut text = Zeroizing::new(Vec::with_capacity(body.len()));
    text.extend(body.iter().copied().filter(|octet| !octet.is_ascii_whitespace()));
    let der = ENGINE.decode(&*text).map_err(|_| PemError::Base64(number))?;
    let label = match label {
        b"CERTIFICATE" | b"X509 CERTIFICATE" => Label::Certificate,
        b"X509 CRL" => Label::Crl,
        b"OCSP RESPONSE" => Label::OcspResponse,
        b"PKCS7" | b"CMS" => Label::Cms,
        other => Label::Other(String::from_utf8_lossy(other).into_owned()),
    };
    Ok((PemObject { label, der }, left))
}

/// What comes before `mark` and what after it.
fn split<'a>(bytes: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = find(bytes, mark)?;
    Some((bytes.get(..at)?, bytes.get(at.checked_add(mark.len())?..)?))
}

fn find(bytes: &[u8], mark: &[u8]) -> Option<usize> {
    bytes.windows(mark.len()).position(|window| window == mark)
}

/// What a DER object is by its structure; `None` where it is no single value.
fn guess(bytes: &[u8]) -> Option<Label> {
    let outer = Tlv::parse_all(bytes, 8).ok()?;
    let label = structure(&outer).unwrap_or_else(|| Label::Other("UNKNOWN".to_owned()));
    Some(label)
}

fn structure(outer: &Tlv<'_>) -> Option<Label> {
    let mut fields = outer.reader().ok()?;
    let first = fields.next_tlv().ok()?;
    match first.tag {
        tag::OID => Some(Label::Cms),
        tag::ENUMERATED => Some(Label::OcspResponse),
        tag::SEQUENCE => {
            fields.expect(tag::SEQUENCE).ok()?;
            fields.expect(tag::BIT_STRING).ok()?;
            to_be_signed(&mut first.reader().ok()?)
        }
        _ => None,
    }
}

/// A certificate has a serial number before its algorithm and a SEQUENCE (the validity) after its issuer; a CRL
/// has at most a version before its algorithm and a time after its issuer.
fn to_be_signed(fields: &mut Reader<'_>) -> Option<Label> {
    fields.optional(tag::context_constructed(0)).ok()?;
    fields.optional(tag::INTEGER).ok()?;
    fields.expect(tag::SEQUENCE).ok()?;
    fields.expect(tag::SEQUENCE).ok()?;
    match fields.peek()? {
        tag::SEQUENCE => Some(Label::Certificate),
        tag::UTC_TIME | tag::GENERALIZED_TIME => Some(Label::Crl),
        _ => None,
    }
}

impl fmt::Display for PemError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Neither => f.write_str("neither PEM nor DER"),
            Self::Unfinished(number) => write!(f, "PEM object {number} does not end as it begins"),
            Self::Base64(number) => write!(f, "PEM object {number} is no base64"),
        }
    }
}

impl std::error::Error for PemError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pki::testdata;

    #[test]
    fn several_objects_of_one_file_are_read_in_order() {
        let file = format!("A remark\n{}\r\n{}{}", testdata::LEAF, testdata::CRL, testdata::OCSP);
        let objects = objects(file.as_bytes()).unwrap();
        let labels: Vec<&Label> = objects.iter().map(|object| &object.label).collect();
        assert_eq!(labels, [&Label::Certificate, &Label::Crl, &Label::OcspResponse]);
        assert_eq!(objects[0].der, testdata::der(testdata::LEAF));
    }

    #[test]
    fn der_is_known_by_its_structure() {
        for (file, label) in [
            (testdata::LEAF, Label::Certificate),
            (testdata::CRL, Label::Crl),
            (testdata::OCSP, Label::OcspResponse),
            (testdata::CMS, Label::Cms),
            (testdata::TIMESTAMP_RESPONSE, Label::Other("UNKNOWN".into())),
        ] {
            let der = testdata::der(file);
            assert_eq!(objects(&der).unwrap(), [PemObject { label, der }]);
        }
    }

    #[test]
    fn lines_may_be_long_and_padding_missing() {
        let long = "-----BEGIN X-----AAEC AwQ=-----END X-----";
        assert_eq!(objects(long.as_bytes()).unwrap()[0].der, [0, 1, 2, 3, 4]);
        let unpadded = "-----BEGIN X-----\nAAECAwQ\n-----END X-----";
        assert_eq!(objects(unpadded.as_bytes()).unwrap()[0].der, [0, 1, 2, 3, 4]);
    }

    #[test]
    fn a_file_with_a_bad_object_is_refused() {
        let good = "-----BEGIN X-----\nAAEC\n-----END X-----\n";
        for (bad, error) in [
            ("", PemError::Neither),
            ("text", PemError::Neither),
            ("-----BEGIN X-----\nAAEC\n", PemError::Unfinished(1)),
            ("-----BEGIN X-----\nAAEC\n-----END Y-----\n", PemError::Unfinished(1)),
            ("-----BEGIN X-----\nA!EC\n-----END X-----\n", PemError::Base64(1)),
        ] {
            assert_eq!(objects(bad.as_bytes()), Err(error), "{bad}");
        }
        let second = format!("{good}-----BEGIN X-----\nProc-Type: 4\n\nAAEC\n-----END X-----\n");
        assert_eq!(objects(second.as_bytes()), Err(PemError::Base64(2)));
        let nested = format!("-----BEGIN X-----\n{good}");
        assert_eq!(objects(nested.as_bytes()), Err(PemError::Unfinished(1)));
        let mut der = testdata::der(testdata::LEAF);
        der.push(0);
        assert_eq!(objects(&der), Err(PemError::Neither));
    }
}
