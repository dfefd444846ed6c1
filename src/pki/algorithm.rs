//! `AlgorithmIdentifier` and signature value (RFC 5280 §4.1.1.2, §4.1.1.3) as they were sent.

use crate::syntax::der::DerError;
use crate::syntax::der::Oid;
use crate::syntax::der::Reader;
use crate::syntax::der::Tlv;
use crate::syntax::der::tag;
use crate::syntax::der::value;
use crate::syntax::short::ShortBytes;

/// An algorithm by its identifier, with its parameters as sent. Two are equal if their bytes are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AlgorithmIdentifier {
    /// Which algorithm.
    pub oid: Oid,
    /// The whole SEQUENCE, as sent.
    pub raw: ShortBytes,
}

impl AlgorithmIdentifier {
    /// The algorithm `oid` (content octets) without parameters: what a DEFAULT or a fixed algorithm of a
    /// standard stands for.
    #[must_use]
    pub fn without_parameters(oid: &[u8]) -> Self {
        Self { oid: Oid::from_content(oid), raw: value(tag::SEQUENCE, &value(tag::OID, oid)).as_slice().into() }
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, DerError> {
        Self::from_tlv(&reader.expect(tag::SEQUENCE)?)
    }

    /// From a SEQUENCE, or from an implicitly tagged one; `raw` has the SEQUENCE's own tag then.
    pub(crate) fn from_tlv(tlv: &Tlv<'_>) -> Result<Self, DerError> {
        let mut inner = tlv.reader()?;
        let oid = inner.expect(tag::OID)?.oid()?;
        if !inner.is_empty() {
            inner.next_tlv()?;
            inner.finish()?;
        }
        let raw = match tlv.tag {
            tag::SEQUENCE => tlv.raw.into(),
            _ => value(tag::SEQUENCE, tlv.content).as_slice().into(),
        };
        Ok(Self { oid, raw })
    }
}

/// `signatureValue`: the octets of the BIT STRING; none where it is not made of whole octets, since no key makes
/// such a signature: it is there, and cannot be verified.
pub(crate) fn read_signature_value(reader: &mut Reader<'_>) -> Result<Box<[u8]>, DerError> {
    let tlv = reader.expect(tag::BIT_STRING)?;
    match tlv.content.first() {
        Some(1..=7) if !tlv.is_constructed() => Ok(Box::default()),
        _ => tlv.bit_string().map(Into::into),
    }
}
