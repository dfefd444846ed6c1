//! Object identifiers (X.660), kept as their encoded content octets.

use std::fmt;

use crate::syntax::short::ShortBytes;

/// An object identifier: the content octets of its BER encoding (X.690 §8.19).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Oid(ShortBytes);

impl Oid {
    /// From the content octets (without tag and length).
    #[must_use]
    pub fn from_content(octets: &[u8]) -> Self {
        Self(octets.into())
    }

    /// From dotted text such as `1.2.840.113549.1.7.2`; `None` where it is none.
    #[must_use]
    pub fn from_dotted(text: &str) -> Option<Self> {
        let mut arcs = text.split('.').map(|arc| arc.parse::<u64>().ok());
        let first = arcs.next()??;
        let second = arcs.next()??;
        if first > 2 || (first < 2 && second > 39) {
            return None;
        }
        let mut octets = Vec::new();
        push_arc(&mut octets, first.checked_mul(40)?.checked_add(second)?);
        for arc in arcs {
            push_arc(&mut octets, arc?);
        }
        Some(Self(octets.as_slice().into()))
    }

    /// Whether its dotted text is `dotted`.
    #[must_use]
    pub fn is(&self, dotted: &str) -> bool {
        Self::from_dotted(dotted).is_some_and(|oid| oid == *self) || self.to_string() == dotted
    }

    /// The content octets.
    #[must_use]
    pub fn content(&self) -> &[u8] {
        &self.0
    }
}

fn push_arc(octets: &mut Vec<u8>, arc: u64) {
    let groups = (64_u32.saturating_sub(arc.leading_zeros())).div_ceil(7).max(1);
    for group in (0..groups).rev() {
        let bits = (arc >> group.saturating_mul(7)) & 0x7f;
        let more = if group == 0 { 0 } else { 0x80 };
        octets.push(u8::try_from(bits).unwrap_or(0) | more);
    }
}

impl fmt::Display for Oid {
    /// Dotted text; an arc that does not fit 64 bits, or a cut encoding, is written as `?`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut arc: Option<u64> = Some(0);
        let mut first = true;
        let mut open = false;
        for octet in self.content() {
            open = octet & 0x80 != 0;
            arc = arc.and_then(|arc| arc.checked_mul(128)).map(|arc| arc | u64::from(octet & 0x7f));
            if open {
                continue;
            }
            match arc {
                Some(value) if first => {
                    let root = (value / 40).min(2);
                    write!(f, "{root}.{}", value.saturating_sub(root.saturating_mul(40)))?;
                }
                Some(value) => write!(f, ".{value}")?,
                None => f.write_str(if first { "?" } else { ".?" })?,
            }
            first = false;
            arc = Some(0);
        }
        if open || first {
            f.write_str("?")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Oid({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dotted_text_round_trips() {
        for text in ["1.2.840.113549.1.7.2", "2.5.29.15", "0.4.0.194121.2.1", "2.16.756.1.17.3.5.2.7", "2.999.1"] {
            assert_eq!(Oid::from_dotted(text).unwrap().to_string(), text);
        }
        assert_eq!(
            Oid::from_dotted("1.2.840.113549.1.7.2").unwrap().content(),
            [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02]
        );
    }

    #[test]
    fn an_identifier_is_known_by_its_text() {
        let oid = Oid::from_dotted("1.2.840").unwrap();
        assert!(oid.is("1.2.840") && !oid.is("1.2.84") && !oid.is("x"));
        assert!(Oid::from_content(&[0x2a, 0x80, 0x03]).is("1.2.3"), "written longer than it has to be");
    }

    #[test]
    fn what_is_no_identifier_is_refused_or_marked() {
        for text in ["", "1", "3.1", "1.40", "1.2.x"] {
            assert_eq!(Oid::from_dotted(text), None, "{text}");
        }
        assert_eq!(Oid::from_content(&[0x2a, 0x86]).to_string(), "1.2?");
    }
}
