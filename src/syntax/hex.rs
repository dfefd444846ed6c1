//! Octets as lower-case hexadecimal digits.

use std::fmt;

/// Writes two digits for each octet.
///
/// # Errors
/// Those of `out`.
pub(crate) fn write_hex(out: &mut impl fmt::Write, octets: &[u8]) -> fmt::Result {
    octets.iter().try_for_each(|octet| {
        out.write_char(digit(octet >> 4))?;
        out.write_char(digit(octet & 0x0f))
    })
}

/// Two digits for each octet.
#[must_use]
pub(crate) fn hex(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len().saturating_mul(2));
    for octet in octets {
        text.push(digit(octet >> 4));
        text.push(digit(octet & 0x0f));
    }
    text
}

/// The octets of hexadecimal digits of either case; none where the text is something else.
#[must_use]
pub(crate) fn octets(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let digit = |octet: u8| char::from(octet).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pair = |[high, low]: &[u8; 2]| Some(digit(*high)? << 4 | digit(*low)?);
    if rest.is_empty() { pairs.iter().map(pair).collect() } else { None }
}

/// The digit of a number below 16.
fn digit(value: u8) -> char {
    let offset = if value < 10 { b'0' } else { b'a' - 10 };
    char::from(value.wrapping_add(offset))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_octet_has_its_two_digits() {
        for octet in 0..=255_u8 {
            assert_eq!(hex(&[octet]), format!("{octet:02x}"));
            assert_eq!(octets(&format!("{octet:02X}{octet:02x}")), Some(vec![octet; 2]));
        }
        let mut written = String::new();
        write_hex(&mut written, &[0x00, 0x9a, 0xff]).unwrap();
        assert_eq!(written, "009aff");
        assert_eq!(hex(&[0x00, 0x9a, 0xff]), written);
    }
}
