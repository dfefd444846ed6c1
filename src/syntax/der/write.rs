//! Writes DER (X.690 §10, §11): each function gives one whole value. What is inside is given as whole values too, and
//! taken as it is: who writes BER in gets BER out.

use super::canonical::value;
use super::tag;

/// SEQUENCE or SEQUENCE OF the values given, in their order.
#[must_use]
pub fn sequence(members: &[&[u8]]) -> Vec<u8> {
    value(tag::SEQUENCE, &members.concat())
}

/// SET OF the values given, in the order that DER wants: ascending by their octets, a shorter one before a longer one
/// that begins with it (X.690 §11.6).
#[must_use]
pub fn set_of(members: &[&[u8]]) -> Vec<u8> {
    let mut members = members.to_vec();
    members.sort_unstable();
    value(tag::SET, &members.concat())
}

/// A SET OF under the implicit tag `[number]`.
#[must_use]
pub fn implicit_set_of(number: u8, members: &[&[u8]]) -> Vec<u8> {
    let mut members = members.to_vec();
    members.sort_unstable();
    value(tag::context_constructed(number), &members.concat())
}

/// `[number] EXPLICIT` around one value.
#[must_use]
pub fn explicit(number: u8, inner: &[u8]) -> Vec<u8> {
    value(tag::context_constructed(number), inner)
}

/// INTEGER that is not negative, in as few octets as it needs.
#[must_use]
pub fn unsigned(number: u64) -> Vec<u8> {
    let octets = number.to_be_bytes();
    let zeros = octets.iter().take_while(|octet| **octet == 0).count().min(octets.len().saturating_sub(1));
    let octets = octets.get(zeros..).unwrap_or_default();
    let sign: &[u8] = if octets.first().is_some_and(|first| first & 0x80 != 0) { &[0] } else { &[] };
    value(tag::INTEGER, &[sign, octets].concat())
}

/// OBJECT IDENTIFIER from its content octets (see [`super::Oid::content`]).
#[must_use]
pub fn oid(content: &[u8]) -> Vec<u8> {
    value(tag::OID, content)
}

/// OCTET STRING.
#[must_use]
pub fn octet_string(octets: &[u8]) -> Vec<u8> {
    value(tag::OCTET_STRING, octets)
}

/// NULL.
#[must_use]
pub fn null() -> Vec<u8> {
    value(tag::NULL, &[])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::syntax::der::Oid;
    use crate::syntax::der::Tlv;
    use crate::syntax::der::is_der;
    use crate::syntax::der::to_der;

    const DEPTH: u32 = 8;

    #[test]
    fn small_values_are_what_the_standard_shows() {
        assert_eq!(null(), [5, 0]);
        assert_eq!(oid(Oid::from_dotted("2.999.3").unwrap().content()), [6, 3, 0x88, 0x37, 3]);
        assert_eq!(octet_string(&[1, 2]), [4, 2, 1, 2]);
        assert_eq!(explicit(2, &unsigned(32)), [0xa2, 3, 2, 1, 32]);
        assert_eq!(set_of(&[&[5, 0], &[2, 1, 9], &[2, 1, 8]]), [0x31, 8, 2, 1, 8, 2, 1, 9, 5, 0]);
        assert_eq!(set_of(&[]), [0x31, 0]);
        assert_eq!(implicit_set_of(0, &[&[5, 0], &[2, 1, 9]]), [0xa0, 5, 2, 1, 9, 5, 0]);
        for (number, octets) in [
            (0, &[0][..]),
            (1, &[1]),
            (0x7f, &[0x7f]),
            (0x80, &[0, 0x80]),
            (0x100, &[1, 0]),
            (0x8000, &[0, 0x80, 0]),
        ] {
            assert_eq!(unsigned(number), value(tag::INTEGER, octets), "{number}");
        }
        assert_eq!(unsigned(u64::MAX).len(), 11);
    }

    proptest! {
        #[test]
        fn what_is_written_is_der_and_is_read_back(
            strings in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..6),
            number in 0..=i64::MAX,
            tag_number in 0_u8..31,
        ) {
            let values: Vec<_> = strings.iter().map(|string| octet_string(string)).collect();
            let values: Vec<&[u8]> = values.iter().map(Vec::as_slice).collect();
            let (integer, set) = (unsigned(number.unsigned_abs()), set_of(&values));
            let written = explicit(tag_number, &sequence(&[&integer, &set, &sequence(&values)]));
            prop_assert!(is_der(&written, DEPTH));

            let outer = Tlv::parse_all(&written, DEPTH).unwrap();
            prop_assert_eq!(&to_der(&outer).unwrap(), &written, "the set is in order");
            prop_assert_eq!(outer.tag, tag::context_constructed(tag_number));
            let mut inner = outer.reader().unwrap();
            let mut fields = inner.expect(tag::SEQUENCE).unwrap().reader().unwrap();
            inner.finish().unwrap();
            prop_assert_eq!(fields.expect(tag::INTEGER).unwrap().integer().unwrap(), number);
            let mut sorted = values.clone();
            sorted.sort();
            for (expected, tag) in [(sorted, tag::SET), (values, tag::SEQUENCE)] {
                let mut members = fields.expect(tag).unwrap().reader().unwrap();
                for expected in expected {
                    prop_assert_eq!(members.expect(tag::OCTET_STRING).unwrap().raw, expected);
                }
                members.finish().unwrap();
            }
            fields.finish().unwrap();
        }
    }
}
