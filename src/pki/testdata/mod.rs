//! Material of the unit tests, made by OpenSSL with `make.sh`, and writers of small DER.

use crate::syntax::der::tag;
use crate::syntax::der::value;

use super::pem;

pub(crate) const CA: &str = include_str!("ca.pem");
pub(crate) const LEAF: &str = include_str!("leaf.pem");
pub(crate) const CRL: &str = include_str!("crl.pem");
pub(crate) const OCSP: &str = include_str!("ocsp.pem");
pub(crate) const CMS: &str = include_str!("cms.pem");
pub(crate) const TIMESTAMP: &str = include_str!("timestamp.pem");
pub(crate) const TIMESTAMP_RESPONSE: &str = include_str!("timestamp_response.pem");

/// The one object of a file.
pub(crate) fn der(file: &str) -> Vec<u8> {
    let mut objects = pem::objects(file.as_bytes()).unwrap();
    assert_eq!(objects.len(), 1);
    objects.remove(0).der
}

/// `bytes` with every occurrence of `from` made `to`, which has the same length; there has to be one.
pub(crate) fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut out = bytes.to_vec();
    let mut found = false;
    for start in 0..=out.len() - from.len() {
        if out[start..].starts_with(from) {
            out[start..start + from.len()].copy_from_slice(to);
            found = true;
        }
    }
    assert!(found);
    out
}

pub(crate) fn seq(members: &[&[u8]]) -> Vec<u8> {
    value(tag::SEQUENCE, &members.concat())
}

pub(crate) fn set(members: &[&[u8]]) -> Vec<u8> {
    value(tag::SET, &members.concat())
}

pub(crate) fn oid(content: &[u8]) -> Vec<u8> {
    value(tag::OID, content)
}

pub(crate) fn int(content: &[u8]) -> Vec<u8> {
    value(tag::INTEGER, content)
}

pub(crate) fn octets(content: &[u8]) -> Vec<u8> {
    value(tag::OCTET_STRING, content)
}

pub(crate) fn utf8(text: &str) -> Vec<u8> {
    value(tag::UTF8_STRING, text.as_bytes())
}

/// `[number] EXPLICIT`.
pub(crate) fn explicit(number: u8, inner: &[u8]) -> Vec<u8> {
    value(tag::context_constructed(number), inner)
}
