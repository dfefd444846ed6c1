//! BER made DER: the lengths, the strings in parts and the order of sets (X.690 §10, §11.6).

use super::reader::is_string;
use super::{DerError, DerErrorKind, Tlv, tag};

/// A value from its identifier octet and its content, with the length as DER wants it.
#[must_use]
pub fn value(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(content.len().saturating_add(6));
    push(&mut out, &[tag], content);
    out
}

/// The DER encoding of a value that was sent in BER: every length definite and shortest, no string of the
/// universal class in parts, the members of every SET in ascending order of their encodings.
///
/// What no grammar can know without the type stays as it is: a string in parts under an implicit tag, a default
/// that is written out, the content octets of a primitive value.
///
/// # Errors
/// Where a part is no value or nested too deep, and for a BIT STRING in parts.
pub fn to_der(tlv: &Tlv<'_>) -> Result<Vec<u8>, DerError> {
    // A value that is read under another tag is written with that: easy where it has one octet.
    match tlv.raw.split_first() {
        Some((identifier, rest)) if identifier & 0x1f != 0x1f && is_canonical(tlv) => {
            Ok([&[tlv.tag], rest].concat())
        }
        _ => encode(tlv),
    }
}

/// Whether nothing would be changed but the identifier octet.
fn is_canonical(tlv: &Tlv<'_>) -> bool {
    if !tlv.is_constructed() {
        return tlv.is_der_length();
    }
    let (true, false, Ok(mut inner)) = (tlv.is_der_length(), is_string(tlv.tag & !0x20), tlv.reader()) else {
        return false;
    };
    let mut previous: &[u8] = &[];
    while !inner.is_empty() {
        match inner.next_tlv() {
            Ok(member)
                if is_canonical(&member)
                    && (tlv.tag != tag::SET || previous.is_empty() || previous <= member.raw) =>
            {
                previous = member.raw;
            }
            Ok(_) | Err(_) => return false,
        }
    }
    true
}

fn encode(tlv: &Tlv<'_>) -> Result<Vec<u8>, DerError> {
    let mut out = Vec::with_capacity(tlv.raw.len());
    write(tlv, &mut out)?;
    Ok(out)
}

fn write(tlv: &Tlv<'_>, out: &mut Vec<u8>) -> Result<(), DerError> {
    let low = [tlv.tag];
    let identifier = if tlv.tag & 0x1f == 0x1f { tlv.identifier() } else { &low };
    if !tlv.is_constructed() {
        push(out, identifier, tlv.content);
        return Ok(());
    }
    let primitive = tlv.tag & !0x20;
    if is_string(primitive) {
        if primitive == tag::BIT_STRING {
            return Err(DerError { offset: tlv.offset, kind: DerErrorKind::UnexpectedTag { found: tlv.tag } });
        }
        push(out, &[primitive], &tlv.octets()?);
        return Ok(());
    }
    let mut inner = tlv.reader()?;
    let content = if tlv.tag == tag::SET {
        let mut members = Vec::new();
        while !inner.is_empty() {
            members.push(encode(&inner.next_tlv()?)?);
        }
        members.sort();
        members.concat()
    } else {
        let mut content = Vec::with_capacity(tlv.content.len());
        while !inner.is_empty() {
            write(&inner.next_tlv()?, &mut content)?;
        }
        content
    };
    push(out, identifier, &content);
    Ok(())
}

fn push(out: &mut Vec<u8>, identifier: &[u8], content: &[u8]) {
    out.extend_from_slice(identifier);
    match u8::try_from(content.len()) {
        Ok(short @ ..=0x7f) => out.push(short),
        _ => {
            let octets = content.len().to_be_bytes();
            let skip = octets.iter().take_while(|octet| **octet == 0).count();
            let count = u8::try_from(octets.len().saturating_sub(skip)).unwrap_or(8);
            out.push(0x80 | count);
            out.extend(octets.iter().skip(skip));
        }
    }
    out.extend_from_slice(content);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::der::is_der;

    #[test]
    fn lengths_parts_and_order_become_der() {
        // SET (indefinite) { OCTET STRING (in parts) aa bb, INTEGER 5 (long length), [31] { NULL } }
        let ber = [
            0x31, 0x80, 0x24, 0x80, 0x04, 0x01, 0xaa, 0x04, 0x01, 0xbb, 0, 0, 0x02, 0x81, 0x01, 0x05, 0xbf, 0x1f,
            0x80, 0x05, 0x00, 0, 0, 0, 0,
        ];
        let der = to_der(&Tlv::parse_all(&ber, 8).unwrap()).unwrap();
        assert_eq!(der, [0x31, 0x0c, 0x02, 1, 5, 0x04, 2, 0xaa, 0xbb, 0xbf, 0x1f, 0x02, 0x05, 0x00]);
        assert!(is_der(&der, 8));
    }

    #[test]
    fn der_stays_as_it_is() {
        for length in [0, 1, 0x7f, 0x80, 0xff, 0x100, 0x1_0000] {
            let der = value(tag::SEQUENCE, &value(tag::OCTET_STRING, &vec![7; length]));
            assert_eq!(to_der(&Tlv::parse_all(&der, 8).unwrap()).unwrap(), der, "{length}");
            assert!(is_der(&der, 8));
        }
    }

    #[test]
    fn an_implicit_tag_is_replaced() {
        let sent = [0xa0, 0x04, 0x05, 0x00, 0x02, 0x00];
        let set = Tlv::parse_all(&sent, 8).unwrap().with_tag(tag::SET);
        assert_eq!(to_der(&set).unwrap(), [0x31, 0x04, 0x02, 0x00, 0x05, 0x00]);
        let sorted = [0xa0, 0x04, 0x02, 0x00, 0x05, 0x00];
        let set = Tlv::parse_all(&sorted, 8).unwrap().with_tag(tag::SET);
        assert_eq!(to_der(&set).unwrap(), [0x31, 0x04, 0x02, 0x00, 0x05, 0x00]);
    }

    #[test]
    fn depth_is_bounded() {
        let mut bytes = vec![0x05, 0x00];
        for _ in 0..20 {
            bytes = value(tag::SEQUENCE, &bytes);
        }
        assert!(to_der(&Tlv::parse_all(&bytes, 8).unwrap()).is_err());
    }
}
