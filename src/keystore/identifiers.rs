//! Identifiers from the system's randomness, in the form of a UUID of version 4 (RFC 9562 §5.4): 122 bits that nobody
//! can guess, so that an identifier may stand where only who was told it should find what it names.

#![expect(clippy::disallowed_methods, reason = "an adapter: it draws the randomness that others are given")]

use crate::crypto::SystemRandomness;
use crate::service::ports::Identifiers;
use crate::service::ports::NoRandomness;

/// Makes identifiers.
#[derive(Clone, Debug)]
pub struct RandomIdentifiers(SystemRandomness);

impl RandomIdentifiers {
    /// From the randomness of the system.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "randomness is asked for by name, never by default")]
    pub fn new() -> Self {
        Self(SystemRandomness::new())
    }
}

impl Identifiers for RandomIdentifiers {
    fn next(&self) -> Result<String, NoRandomness> {
        let random = u128::from_be_bytes(self.0.octets().map_err(|_| NoRandomness)?);
        // Version 4 in bits 48 to 51, variant 10 in bits 64 and 65.
        let bits = random & !(0xf << 76) & !(0x3 << 62) | (0x4 << 76) | (0x2 << 62);
        let hex = format!("{bits:032x}");
        let groups = [0..8, 8..12, 12..16, 16..20, 20..32].map(|group| hex.get(group).unwrap_or_default());
        Ok(groups.join("-"))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn identifiers_differ_and_have_the_form_of_a_uuid() {
        let ids = RandomIdentifiers::new();
        let all: BTreeSet<String> = (0..1_000).map(|_| ids.next().unwrap()).collect();
        assert_eq!(all.len(), 1_000);
        for id in &all {
            assert_eq!(id.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12], "{id}");
            assert!(id.chars().all(|c| matches!(c, '-' | '0'..='9' | 'a'..='f')), "{id}");
            assert_eq!(&id[14..15], "4");
            assert!(matches!(&id[19..20], "8" | "9" | "a" | "b"), "{id}");
        }
        // Every other digit takes every value.
        for place in (0..36).filter(|place| ![8, 13, 14, 18, 19, 23].contains(place)) {
            assert_eq!(all.iter().map(|id| &id[place..=place]).collect::<BTreeSet<_>>().len(), 16, "{place}");
        }
    }
}
