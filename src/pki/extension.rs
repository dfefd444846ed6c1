//! `Extension` (RFC 5280 §4.1.2.9): the same frame in certificates, CRLs, CRL entries, OCSP answers and
//! time-stamps.

use std::borrow::Cow;

use crate::syntax::der::DerError;
use crate::syntax::der::Oid;
use crate::syntax::der::Reader;
use crate::syntax::der::Tlv;
use crate::syntax::der::tag;
use crate::syntax::short::ShortBytes;

/// An extension as sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// Which one.
    pub oid: Oid,
    /// Whether who does not understand it must refuse the object.
    pub critical: bool,
    /// The octets inside the OCTET STRING.
    pub value: ShortBytes,
}

impl Extension {
    /// The value that the extension holds, as one ASN.1 value without anything after it.
    pub(crate) fn tlv(&self, depth: u32) -> Result<Tlv<'_>, DerError> {
        Tlv::parse_all(&self.value, depth)
    }

    /// `Extensions ::= SEQUENCE OF Extension`; an empty list is tolerated.
    pub(crate) fn read_all(reader: &mut Reader<'_>) -> Result<Vec<Self>, DerError> {
        Self::read_list(&reader.expect(tag::SEQUENCE)?)
    }

    /// The same, whatever the tag of the sequence.
    pub(crate) fn read_list(sequence: &Tlv<'_>) -> Result<Vec<Self>, DerError> {
        let mut list = sequence.reader()?;
        let mut extensions = Vec::new();
        while !list.is_empty() {
            let extension = BorrowedExtension::read(&mut list)?;
            extensions.push(Self {
                oid: Oid::from_content(extension.oid),
                critical: extension.critical,
                value: (&*extension.value).into(),
            });
        }
        Ok(extensions)
    }
}

/// An extension without a copy of it: for the entries of a CRL, of which there may be a million.
pub(crate) struct BorrowedExtension<'a> {
    pub(crate) oid: &'a [u8],
    pub(crate) critical: bool,
    pub(crate) value: Cow<'a, [u8]>,
}

impl<'a> BorrowedExtension<'a> {
    pub(crate) fn read(list: &mut Reader<'a>) -> Result<Self, DerError> {
        let mut fields = list.expect(tag::SEQUENCE)?.reader()?;
        let oid = fields.expect(tag::OID)?;
        if oid.content.last().is_none_or(|last| last & 0x80 != 0) {
            return Err(oid.malformed());
        }
        let critical = match fields.optional(tag::BOOLEAN)? {
            Some(flag) => flag.boolean()?,
            None => false,
        };
        let value = fields.expect(tag::OCTET_STRING)?.octets()?;
        fields.finish()?;
        Ok(Self { oid: oid.content, critical, value })
    }
}

/// Has `read` look at the extensions of `known`, the first of each kind only; gives those that it cannot read.
pub(crate) fn read_known<'e>(
    extensions: &'e [Extension],
    known: &[&[u8]],
    depth: u32,
    mut read: impl FnMut(&'e Extension, &Tlv<'e>) -> Result<(), DerError>,
) -> Vec<Oid> {
    // At most as many as there are in `known`.
    let mut seen: Vec<&Oid> = Vec::new();
    let mut malformed = Vec::new();
    for extension in extensions.iter().filter(|extension| known.contains(&extension.oid.content())) {
        if seen.contains(&&extension.oid) {
            continue;
        }
        seen.push(&extension.oid);
        if extension.tlv(depth).and_then(|value| read(extension, &value)).is_err() {
            malformed.push(extension.oid.clone());
        }
    }
    malformed
}

/// The critical extensions of `extensions` that are not in `known`.
pub(crate) fn unknown_critical(extensions: &[Extension], known: &[&[u8]]) -> Vec<Oid> {
    let unknown = |extension: &&Extension| extension.critical && !known.contains(&extension.oid.content());
    extensions.iter().filter(unknown).map(|extension| extension.oid.clone()).collect()
}

/// The extensions that are there more than once (RFC 5280 §4.2 forbids it).
pub(crate) fn duplicates(extensions: &[Extension]) -> Vec<Oid> {
    let mut oids: Vec<&Oid> = extensions.iter().map(|extension| &extension.oid).collect();
    oids.sort_unstable();
    let runs = oids.chunk_by(|one, next| one == next).filter(|run| run.len() > 1);
    runs.filter_map(|run| run.first().copied().cloned()).collect()
}
