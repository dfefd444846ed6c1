//! `AlgorithmIdentifier` (RFC 5280 §4.1.1.2): an object identifier and its parameters, not yet interpreted.

use crate::syntax::der::DerError;
use crate::syntax::der::Reader;
use crate::syntax::der::Tlv;
use crate::syntax::der::tag;

/// Nesting inside an `AlgorithmIdentifier`: PSS parameters, the deepest known, need 6.
const DEPTH: u32 = 8;

/// An algorithm's identifier and what stands beside it.
pub(super) struct AlgorithmIdentifier<'a> {
    /// Content octets of the object identifier, well formed.
    pub(super) oid: &'a [u8],
    /// The parameters, where there are any.
    pub(super) parameters: Option<Tlv<'a>>,
}

impl<'a> AlgorithmIdentifier<'a> {
    /// From the whole encoding, with nothing behind it.
    pub(super) fn parse(der: &'a [u8]) -> Result<Self, DerError> {
        let mut reader = Reader::new(der, DEPTH);
        let identifier = Self::read(&mut reader)?;
        reader.finish()?;
        Ok(identifier)
    }

    /// The next value of `reader`.
    pub(super) fn read(reader: &mut Reader<'a>) -> Result<Self, DerError> {
        let mut inner = reader.expect(tag::SEQUENCE)?.reader()?;
        let oid = inner.expect(tag::OID)?;
        oid.oid()?;
        let parameters = if inner.is_empty() { None } else { Some(inner.next_tlv()?) };
        inner.finish()?;
        Ok(Self { oid: oid.content, parameters })
    }

    /// Whether there are no parameters, or NULL: both are met where an algorithm has none (RFC 4055 §2.1).
    pub(super) fn has_no_parameters(&self) -> bool {
        self.parameters.is_none_or(|tlv| tlv.tag == tag::NULL && tlv.content.is_empty())
    }
}
