//! The cursor. One [`Tlv`] is one value with its exact bytes; [`Reader`] walks the values of one parent.

use std::fmt;

use super::{Oid, tag};
use crate::time::Timestamp;

/// What is wrong with an encoding, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DerError {
    /// Bytes from the start of the outermost value.
    pub offset: usize,
    /// What is wrong.
    pub kind: DerErrorKind,
}

/// What can be wrong with an encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DerErrorKind {
    /// The bytes end inside a value.
    Truncated,
    /// A length does not fit its parent or 32 bits, or is reserved.
    Length,
    /// A value has another tag than its place demands.
    UnexpectedTag {
        /// The identifier octet that was found; 0 where there was nothing.
        found: u8,
    },
    /// Bytes are left where a value should have ended.
    TrailingData,
    /// The content octets are no value of their type.
    Value,
    /// Values are nested deeper than allowed.
    TooDeep,
}

impl fmt::Display for DerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            DerErrorKind::Truncated => "the data end inside a value",
            DerErrorKind::Length => "a length is wrong",
            DerErrorKind::UnexpectedTag { .. } => "a value has an unexpected tag",
            DerErrorKind::TrailingData => "data follow a value",
            DerErrorKind::Value => "a value is malformed",
            DerErrorKind::TooDeep => "values are nested too deep",
        };
        write!(f, "{what} at offset {}", self.offset)
    }
}

impl std::error::Error for DerError {}

/// One value: identifier, length and content (X.690 §8.1).
#[derive(Clone, Copy, Debug)]
pub struct Tlv<'a> {
    /// Bytes from the start of the outermost value to this one.
    pub offset: usize,
    /// The identifier octet (class, constructed bit, number). Numbers above 30 have 31 here.
    pub tag: u8,
    /// All octets of the value, with identifier, length and, where the length is indefinite, end-of-contents.
    pub raw: &'a [u8],
    /// The content octets, without end-of-contents.
    pub content: &'a [u8],
    header_len: usize,
    der_length: bool,
    depth: u32,
}

/// Walks the values of one parent, in order.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
    offset: usize,
    depth: u32,
}

impl<'a> Reader<'a> {
    /// A reader over `bytes` whose values may be nested `depth` deep.
    #[must_use]
    pub const fn new(bytes: &'a [u8], depth: u32) -> Self {
        Self { rest: bytes, offset: 0, depth }
    }

    /// Whether nothing is left.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// What is left, unread.
    #[must_use]
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The identifier octet of the next value, where there is one.
    #[must_use]
    pub fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// The next value, whatever it is.
    ///
    /// # Errors
    /// Where the bytes are no value.
    pub fn next_tlv(&mut self) -> Result<Tlv<'a>, DerError> {
        let tlv = parse(self.rest, self.offset, self.depth)?;
        self.rest = self.rest.get(tlv.raw.len()..).unwrap_or_default();
        self.offset = self.offset.saturating_add(tlv.raw.len());
        Ok(tlv)
    }

    /// The next value, which has to have the identifier octet `tag`. A string type may be constructed (BER).
    ///
    /// # Errors
    /// Where the bytes are no value or another one.
    pub fn expect(&mut self, tag: u8) -> Result<Tlv<'a>, DerError> {
        let offset = self.offset;
        if self.peek().is_none() {
            return Err(error(offset, DerErrorKind::UnexpectedTag { found: 0 }));
        }
        let tlv = self.next_tlv()?;
        if tlv.tag == tag || (is_string(tag) && tlv.tag == tag | 0x20) {
            return Ok(tlv);
        }
        Err(error(offset, DerErrorKind::UnexpectedTag { found: tlv.tag }))
    }

    /// The next value where it has the identifier octet `tag`; nothing is read where it has not.
    ///
    /// # Errors
    /// Where the bytes are no value.
    pub fn optional(&mut self, tag: u8) -> Result<Option<Tlv<'a>>, DerError> {
        match self.peek() {
            Some(found) if found == tag || (is_string(tag) && found == tag | 0x20) => self.next_tlv().map(Some),
            _ => Ok(None),
        }
    }

    /// Says that nothing may be left.
    ///
    /// # Errors
    /// [`DerErrorKind::TrailingData`].
    pub const fn finish(&self) -> Result<(), DerError> {
        if self.rest.is_empty() { Ok(()) } else { Err(error(self.offset, DerErrorKind::TrailingData)) }
    }
}

impl<'a> Tlv<'a> {
    /// Parses exactly one value that is all of `bytes`.
    ///
    /// # Errors
    /// Where the bytes are no value, or more than one.
    pub fn parse_all(bytes: &'a [u8], depth: u32) -> Result<Self, DerError> {
        let mut reader = Reader::new(bytes, depth);
        let tlv = reader.next_tlv()?;
        reader.finish()?;
        Ok(tlv)
    }

    /// Parses one value at the start of `bytes`; what follows it is not looked at.
    ///
    /// # Errors
    /// Where the bytes are no value.
    pub fn parse_first(bytes: &'a [u8], depth: u32) -> Result<Self, DerError> {
        Reader::new(bytes, depth).next_tlv()
    }

    /// Whether the length of this value (not of those inside) is written as DER demands.
    #[must_use]
    pub const fn is_der_length(&self) -> bool {
        self.der_length
    }

    /// Whether the value is constructed.
    #[must_use]
    pub const fn is_constructed(&self) -> bool {
        self.tag & 0x20 != 0
    }

    /// The same value read as one of the type `tag`: for a value that is tagged implicitly (X.680 §31.2.7).
    #[must_use]
    pub const fn with_tag(mut self, tag: u8) -> Self {
        self.tag = tag;
        self
    }

    /// The identifier octets as sent: one, or more where the tag number is above 30.
    #[must_use]
    pub fn identifier(&self) -> &'a [u8] {
        let more = if self.tag & 0x1f == 0x1f {
            let rest = self.raw.iter().skip(1);
            rest.take_while(|octet| *octet & 0x80 != 0).count().saturating_add(1)
        } else {
            0
        };
        self.raw.get(..more.saturating_add(1)).unwrap_or(self.raw)
    }

    /// The error that says: the content octets of this value are none of its type.
    #[must_use]
    pub const fn malformed(&self) -> DerError {
        error(self.offset, DerErrorKind::Value)
    }

    /// A reader over the values inside.
    ///
    /// # Errors
    /// Where the value is primitive, or nested too deep.
    pub const fn reader(&self) -> Result<Reader<'a>, DerError> {
        if !self.is_constructed() {
            return Err(error(self.offset, DerErrorKind::UnexpectedTag { found: self.tag }));
        }
        match self.depth.checked_sub(1) {
            Some(depth) => {
                Ok(Reader { rest: self.content, offset: self.offset.saturating_add(self.header_len), depth })
            }
            None => Err(error(self.offset, DerErrorKind::TooDeep)),
        }
    }

    /// A reader over the members of a SEQUENCE.
    ///
    /// # Errors
    /// Where the value is none, or nested too deep.
    pub const fn sequence(&self) -> Result<Reader<'a>, DerError> {
        if self.tag != tag::SEQUENCE {
            return Err(error(self.offset, DerErrorKind::UnexpectedTag { found: self.tag }));
        }
        self.reader()
    }

    /// A reader over the values that the content octets of a primitive value hold (an OCTET STRING that wraps
    /// an encoding). A BIT STRING has to be opened with [`Tlv::bit_string`] first.
    ///
    /// # Errors
    /// Where it is nested too deep.
    pub const fn wrapped(&self) -> Result<Reader<'a>, DerError> {
        match self.depth.checked_sub(1) {
            Some(depth) => {
                Ok(Reader { rest: self.content, offset: self.offset.saturating_add(self.header_len), depth })
            }
            None => Err(error(self.offset, DerErrorKind::TooDeep)),
        }
    }

    /// The value as an object identifier.
    ///
    /// # Errors
    /// Where it is none.
    pub fn oid(&self) -> Result<Oid, DerError> {
        if self.tag != tag::OID {
            return Err(error(self.offset, DerErrorKind::UnexpectedTag { found: self.tag }));
        }
        match self.content.last() {
            Some(last) if last & 0x80 == 0 => Ok(Oid::from_content(self.content)),
            _ => Err(error(self.offset, DerErrorKind::Value)),
        }
    }

    /// The octets of a string, joined where it is constructed (X.690 §8.7.3).
    ///
    /// # Errors
    /// Where a part is no string or nested too deep.
    pub fn octets(&self) -> Result<std::borrow::Cow<'a, [u8]>, DerError> {
        if !self.is_constructed() {
            return Ok(self.content.into());
        }
        let mut joined = Vec::new();
        let mut parts = self.reader()?;
        while !parts.is_empty() {
            joined.extend_from_slice(&parts.next_tlv()?.octets()?);
        }
        Ok(joined.into())
    }

    /// The octets of a BIT STRING whose number of unused bits is 0.
    ///
    /// # Errors
    /// Where it is none, or has unused bits.
    pub fn bit_string(&self) -> Result<&'a [u8], DerError> {
        match self.content.split_first() {
            Some((0, octets)) if self.tag == tag::BIT_STRING => Ok(octets),
            _ => Err(error(self.offset, DerErrorKind::Value)),
        }
    }

    /// The bits of a named bit list (X.680 §22.7): the bit `1 << n` is set where the bit number `n` is. Bits
    /// beyond number 31 and unused bits at the end are ignored.
    ///
    /// # Errors
    /// Where it is no BIT STRING.
    pub fn named_bits(&self) -> Result<u32, DerError> {
        let Some((unused @ 0..=7, octets)) = self.content.split_first() else {
            return Err(self.malformed());
        };
        if self.tag != tag::BIT_STRING || (octets.is_empty() && *unused != 0) {
            return Err(self.malformed());
        }
        let last = octets.len().saturating_sub(1);
        let mut bits = 0_u32;
        for (index, octet) in octets.iter().enumerate().take(4) {
            let octet =
                if index == last { octet & u8::MAX.checked_shl(u32::from(*unused)).unwrap_or(0) } else { *octet };
            bits |= u32::from(octet.reverse_bits()) << index.saturating_mul(8);
        }
        Ok(bits)
    }

    /// An INTEGER or ENUMERATED that fits 64 bits.
    ///
    /// # Errors
    /// Where it is empty or larger.
    pub fn integer(&self) -> Result<i64, DerError> {
        let negative = match self.content.first() {
            Some(first) if self.content.len() <= 8 => first & 0x80 != 0,
            _ => return Err(error(self.offset, DerErrorKind::Value)),
        };
        let start: i64 = if negative { -1 } else { 0 };
        Ok(self.content.iter().fold(start, |value, octet| (value << 8) | i64::from(*octet)))
    }

    /// A BOOLEAN (any non-zero octet is true, X.690 §8.2).
    ///
    /// # Errors
    /// Where it is none.
    pub const fn boolean(&self) -> Result<bool, DerError> {
        match (self.tag, self.content) {
            (tag::BOOLEAN, [octet]) => Ok(*octet != 0),
            _ => Err(error(self.offset, DerErrorKind::Value)),
        }
    }

    /// A `UTCTime` or `GeneralizedTime`.
    ///
    /// # Errors
    /// Where it is neither, or no time.
    pub fn time(&self) -> Result<Timestamp, DerError> {
        let time = match self.tag {
            tag::UTC_TIME => Timestamp::from_utc_time(self.content),
            tag::GENERALIZED_TIME => Timestamp::from_generalized_time(self.content),
            found => return Err(error(self.offset, DerErrorKind::UnexpectedTag { found })),
        };
        time.map_err(|_| error(self.offset, DerErrorKind::Value))
    }
}

/// Whether `bytes` are one value, every length of which is in the definite and shortest form (X.690 §10.1) and
/// no string of which is constructed (§10.2). The order of a SET and the form of values are not looked at.
#[must_use]
pub fn is_der(bytes: &[u8], depth: u32) -> bool {
    /// Whether all of `values` are, which are the values inside a value that may hold `depth` more levels. Nearly all are
    /// short ones of small tags, which are told without reading them as a [`Tlv`].
    fn are_der(mut values: &[u8], depth: u32) -> bool {
        while let [tag, first, rest @ ..] = values {
            let (length, rest) = match (*first, rest) {
                _ if tag & 0x1f == 0x1f => (None, rest),
                (0..=0x7f, _) => (Some(usize::from(*first)), rest),
                (0x81, [length @ 0x80..=0xff, rest @ ..]) => (Some(usize::from(*length)), rest),
                (0x82, [high @ 1..=0xff, low, rest @ ..]) => {
                    (Some(usize::from(u16::from_be_bytes([*high, *low]))), rest)
                }
                _ => (None, rest),
            };
            if let Some(length) = length {
                let Some((content, after)) = rest.split_at_checked(length) else { return false };
                if tag & 0x20 != 0
                    && (is_string(tag & !0x20)
                        || !depth.checked_sub(1).is_some_and(|depth| are_der(content, depth)))
                {
                    return false;
                }
                values = after;
            } else {
                let Ok(tlv) = parse(values, 0, depth) else { return false };
                if !is_der_value(&tlv) {
                    return false;
                }
                values = values.get(tlv.raw.len()..).unwrap_or_default();
            }
        }
        values.is_empty()
    }
    fn is_der_value(tlv: &Tlv<'_>) -> bool {
        if !tlv.is_constructed() {
            return tlv.is_der_length();
        }
        tlv.is_der_length()
            && !is_string(tlv.tag & !0x20)
            && tlv.depth.checked_sub(1).is_some_and(|depth| are_der(tlv.content, depth))
    }
    Tlv::parse_all(bytes, depth).is_ok_and(|tlv| is_der_value(&tlv))
}

pub(super) const fn is_string(tag: u8) -> bool {
    matches!(tag, 0x03 | 0x04 | 0x0c | 0x12..=0x16 | 0x19..=0x1e)
}

const fn error(offset: usize, kind: DerErrorKind) -> DerError {
    DerError { offset, kind }
}

fn parse(bytes: &[u8], offset: usize, depth: u32) -> Result<Tlv<'_>, DerError> {
    let truncated = || error(offset, DerErrorKind::Truncated);
    let tag = *bytes.first().ok_or_else(truncated)?;
    let mut header = 1_usize;
    if tag & 0x1f == 0x1f {
        loop {
            let octet = *bytes.get(header).ok_or_else(truncated)?;
            header = header.saturating_add(1);
            if octet & 0x80 == 0 {
                break;
            }
            if header > 6 {
                return Err(error(offset, DerErrorKind::UnexpectedTag { found: tag }));
            }
        }
    }
    let first = *bytes.get(header).ok_or_else(truncated)?;
    header = header.saturating_add(1);
    let (length, der_length) = match first {
        0..=0x7f => (usize::from(first), true),
        0x80 => return indefinite(bytes, offset, depth, tag, header),
        0x81..=0x84 => {
            let count = usize::from(first & 0x7f);
            let end = header.saturating_add(count);
            let octets = bytes.get(header..end).ok_or_else(truncated)?;
            header = end;
            let length = octets.iter().fold(0_usize, |length, octet| (length << 8) | usize::from(*octet));
            let shortest = octets.first().is_some_and(|octet| *octet != 0) && length > 0x7f;
            (length, shortest)
        }
        _ => return Err(error(offset, DerErrorKind::Length)),
    };
    let end = header.saturating_add(length);
    let raw = bytes.get(..end).ok_or_else(truncated)?;
    Ok(Tlv {
        offset,
        tag,
        raw,
        content: raw.get(header..).unwrap_or_default(),
        header_len: header,
        der_length,
        depth,
    })
}

/// A value of indefinite length (X.690 §8.1.3.6): ends with two zero octets at its own level.
fn indefinite(bytes: &[u8], offset: usize, depth: u32, tag: u8, header: usize) -> Result<Tlv<'_>, DerError> {
    if tag & 0x20 == 0 {
        return Err(error(offset, DerErrorKind::Length));
    }
    let inner_depth = depth.checked_sub(1).ok_or_else(|| error(offset, DerErrorKind::TooDeep))?;
    let mut end = header;
    loop {
        let rest = bytes.get(end..).unwrap_or_default();
        if rest.starts_with(&[0, 0]) {
            return Ok(Tlv {
                offset,
                tag,
                raw: bytes.get(..end.saturating_add(2)).unwrap_or_default(),
                content: bytes.get(header..end).unwrap_or_default(),
                header_len: header,
                der_length: false,
                depth,
            });
        }
        let inner = parse(rest, offset.saturating_add(end), inner_depth)?;
        end = end.saturating_add(inner.raw.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_walked_with_their_bytes() {
        let bytes = [0x30, 0x06, 0x02, 0x01, 0x05, 0x04, 0x01, 0xff];
        let sequence = Tlv::parse_all(&bytes, 4).unwrap();
        let mut inner = sequence.reader().unwrap();
        assert_eq!(inner.expect(tag::INTEGER).unwrap().integer().unwrap(), 5);
        let octets = inner.expect(tag::OCTET_STRING).unwrap();
        assert_eq!((octets.offset, octets.raw, octets.content), (5, &bytes[5..], &bytes[7..]));
        assert!(inner.finish().is_ok());
        assert!(is_der(&bytes, 4));
    }

    #[test]
    fn indefinite_lengths_and_constructed_strings_are_read_and_named() {
        let bytes = [0x30, 0x80, 0x24, 0x80, 0x04, 0x01, 0xaa, 0x04, 0x01, 0xbb, 0, 0, 0, 0];
        let sequence = Tlv::parse_all(&bytes, 4).unwrap();
        assert!(!sequence.is_der_length());
        let mut inner = sequence.reader().unwrap();
        let string = inner.expect(tag::OCTET_STRING).unwrap();
        assert_eq!(string.octets().unwrap().as_ref(), [0xaa, 0xbb]);
        assert!(inner.finish().is_ok());
        assert!(!is_der(&bytes, 4));
    }

    #[test]
    fn bad_lengths_are_refused() {
        for bytes in [
            &[0x30, 0x05, 0x02][..],
            &[0x30, 0x85, 1, 1, 1, 1, 1],
            &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
            &[0x04, 0x80, 0, 0],
            &[0x30, 0x80, 0x02, 0x01, 0x01],
            &[],
        ] {
            assert!(Tlv::parse_all(bytes, 4).is_err(), "{bytes:?}");
        }
        assert!(!is_der(&[0x04, 0x81, 0x01, 0x00], 4));
    }

    /// [`is_der`] by reading every value.
    fn is_der_by_reading(tlv: &Tlv<'_>) -> bool {
        if !tlv.is_constructed() || !tlv.is_der_length() {
            return tlv.is_der_length();
        }
        let Ok(mut inside) = tlv.reader() else { return false };
        while !inside.is_empty() {
            if !inside.next_tlv().is_ok_and(|value| is_der_by_reading(&value)) {
                return false;
            }
        }
        !is_string(tlv.tag & !0x20)
    }

    proptest::proptest! {
        #[test]
        fn what_is_der_is_what_reading_every_value_finds(
            parts in proptest::collection::vec((0_u8..12, 0_usize..300, proptest::prelude::any::<u8>()), 0..12),
            cut in 0_usize..40,
        ) {
            // Values around values; some of them with other lengths, tags and strings, and some cut off.
            let mut bytes = Vec::new();
            for (kind, size, octet) in parts {
                let content = vec![octet; size];
                bytes = match kind {
                    0 => [bytes, crate::syntax::der::value(tag::OCTET_STRING, &content)].concat(),
                    1 => [bytes, vec![0x04, 0x81, octet & 0x7f], vec![octet; usize::from(octet & 0x7f)]].concat(),
                    2 => [bytes, vec![0x04, 0x82, 0, octet], vec![octet; usize::from(octet)]].concat(),
                    3 => crate::syntax::der::value(octet | 0x20, &bytes),
                    4 => [vec![0x30, 0x80], bytes, vec![0, 0]].concat(),
                    5 => [bytes, vec![0x1f | (octet & 0xe0), 0x81, 0x01, 0x00]].concat(),
                    6 => [bytes, vec![octet, octet]].concat(),
                    7 => crate::syntax::der::value(0x24, &bytes),
                    _ => crate::syntax::der::value(tag::SEQUENCE, &bytes),
                };
            }
            bytes.truncate(bytes.len().saturating_sub(cut.saturating_sub(30)));
            for depth in [0, 1, 3, 64] {
                let expected = Tlv::parse_all(&bytes, depth).is_ok_and(|tlv| is_der_by_reading(&tlv));
                proptest::prop_assert_eq!(is_der(&bytes, depth), expected, "{:02x?} at {}", bytes, depth);
            }
        }
    }

    #[test]
    fn nesting_is_bounded() {
        let mut bytes = Vec::new();
        for _ in 0..100_000 {
            bytes.extend([0x30, 0x80]);
        }
        assert_eq!(Tlv::parse_first(&bytes, 64).unwrap_err().kind, DerErrorKind::TooDeep);
    }

    #[test]
    fn named_bits_count_from_the_left() {
        let read = |bytes: &[u8]| Tlv::parse_all(bytes, 1).unwrap().named_bits();
        assert_eq!(read(&[0x03, 0x02, 0x05, 0xa0]), Ok(0b101));
        assert_eq!(read(&[0x03, 0x03, 0x07, 0x01, 0x80]), Ok(1 << 7 | 1 << 8));
        assert_eq!(read(&[0x03, 0x02, 0x04, 0x0f]), Ok(0), "unused bits do not count");
        assert_eq!(read(&[0x03, 0x01, 0x00]), Ok(0));
        assert!(read(&[0x03, 0x01, 0x01]).is_err());
        assert!(read(&[0x03, 0x02, 0x08, 0x00]).is_err());
        assert!(read(&[0x03, 0x00]).is_err());
        assert!(read(&[0x04, 0x02, 0x00, 0x80]).is_err());
    }

    #[test]
    fn integers_keep_their_sign() {
        let read = |content: &[u8]| {
            let mut bytes = vec![0x02, u8::try_from(content.len()).unwrap()];
            bytes.extend(content);
            Tlv::parse_all(&bytes, 1).unwrap().integer()
        };
        assert_eq!(read(&[0xff]), Ok(-1));
        assert_eq!(read(&[0x00, 0xff]), Ok(255));
        assert!(read(&[1; 9]).is_err());
        assert!(read(&[]).is_err());
    }
}
