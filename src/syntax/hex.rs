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
        }
        let mut written = String::new();
        write_hex(&mut written, &[0x00, 0x9a, 0xff]).unwrap();
        assert_eq!(written, "009aff");
        assert_eq!(hex(&[0x00, 0x9a, 0xff]), written);
    }
}
