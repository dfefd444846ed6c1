//! Octets as lower-case hexadecimal digits.

use std::fmt;

/// Writes two digits for each octet.
///
/// # Errors
/// Those of `out`.
pub(crate) fn write_hex(out: &mut impl fmt::Write, octets: &[u8]) -> fmt::Result {
    octets.chunks(AT_ONCE).try_for_each(|octets| {
        let mut digits = [0; 2 * AT_ONCE];
        for ([high, low], octet) in digits.as_chunks_mut::<2>().0.iter_mut().zip(octets) {
            (*high, *low) = (digit(octet >> 4), digit(octet & 0x0f));
        }
        let written = digits.get(..octets.len().saturating_mul(2)).unwrap_or_default();
        out.write_str(str::from_utf8(written).map_err(|_| fmt::Error)?)
    })
}

/// Octets that are written at once: those of a digest, mostly.
const AT_ONCE: usize = 32;

/// Two digits for each octet.
#[must_use]
pub(crate) fn hex(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len().saturating_mul(2));
    for octet in octets {
        text.push(char::from(digit(octet >> 4)));
        text.push(char::from(digit(octet & 0x0f)));
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
const fn digit(value: u8) -> u8 {
    let offset = if value < 10 { b'0' } else { b'a' - 10 };
    value.wrapping_add(offset)
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
