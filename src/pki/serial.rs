//! Serial numbers (RFC 5280 §4.1.2.2): integers of up to 20 octets by the standard, of any length and sign in
//! the field. They are kept as the content octets that were sent.

/// Whether two serial numbers (content octets of an INTEGER) are the same integer. Octets that DER would leave
/// out at the front do not count.
#[must_use]
pub fn same_serial(one: &[u8], other: &[u8]) -> bool {
    shortest(one) == shortest(other)
}

/// The octets without those that DER would leave out at the front.
pub(crate) fn shortest(mut octets: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = octets {
        match (first, rest.first()) {
            (0x00, Some(0x00..=0x7f)) | (0xff, Some(0x80..)) => octets = rest,
            _ => break,
        }
    }
    octets
}

#[cfg(test)]
mod tests {
    use super::same_serial;

    #[test]
    fn padding_is_ignored_and_the_sign_is_not() {
        assert!(same_serial(&[0, 0, 5], &[5]));
        assert!(same_serial(&[0xff, 0xff], &[0xff]));
        assert!(same_serial(&[0], &[0, 0]));
        assert!(!same_serial(&[0, 0x80], &[0x80]), "128 is not -128");
        assert!(!same_serial(&[0xff, 0x7f], &[0x7f]));
        assert!(!same_serial(&[], &[0]));
    }
}
