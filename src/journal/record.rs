//! A record, its hash, and the head: the place in the chain that a record ends.

use std::fmt;
use std::fmt::Write;
use std::str::FromStr;

use crate::crypto::{DigestAlgorithm, DigestState};

/// Sets the hashes of records apart from all other hashes, and this chain from later ones.
const DOMAIN: &[u8] = b"sigillum-journal/1\0";

/// The hash of a record: SHA-256.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Hash([u8; 32]);

impl Hash {
    /// As it stands somewhere; `None` where it is not 32 octets long.
    #[must_use]
    pub fn from_bytes(octets: &[u8]) -> Option<Self> {
        octets.try_into().ok().map(Self)
    }

    /// The octets.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The hash that the record `number` has with this line after the record with the hash `previous`.
    #[must_use]
    pub(super) fn of(number: u64, previous: &Self, line: &[u8]) -> Self {
        let mut state = DigestState::new(DigestAlgorithm::Sha256);
        state.update(DOMAIN);
        state.update(&number.to_be_bytes());
        state.update(&previous.0);
        state.update(line);
        let digest = state.finish();
        let mut octets = [0; 32];
        for (octet, byte) in octets.iter_mut().zip(digest.as_bytes()) {
            *octet = *byte;
        }
        Self(octets)
    }
}

impl fmt::Display for Hash {
    /// The octets in lower-case hexadecimal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('#')?;
        fmt::Display::fmt(self, f)
    }
}

/// Where a chain ends: the number of its last record and this record's hash. Written `NUMBER:HASH`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The number of the last record; 0 where there is none.
    pub number: u64,
    /// Its hash.
    pub hash: Hash,
}

impl Head {
    /// The head of a journal without records.
    pub const GENESIS: Self = Self { number: 0, hash: Hash([0; 32]) };

    /// The record that says `line` and comes next. `None` where there are no more numbers.
    #[must_use]
    pub fn next(&self, line: String) -> Option<Record> {
        let number = self.number.checked_add(1)?;
        let hash = Hash::of(number, &self.hash, line.as_bytes());
        Some(Record { number, previous: self.hash, line, hash })
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.number, self.hash)
    }
}

/// The text is not `NUMBER:HASH`, with 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeadForm;

impl fmt::Display for HeadForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not NUMBER:HASH with 64 hexadecimal digits")
    }
}

impl std::error::Error for HeadForm {}

impl FromStr for Head {
    type Err = HeadForm;

    fn from_str(text: &str) -> Result<Self, HeadForm> {
        let (number, hex) = text.split_once(':').ok_or(HeadForm)?;
        if number.is_empty() || !number.bytes().all(|octet| octet.is_ascii_digit()) || hex.len() != 64 {
            return Err(HeadForm);
        }
        let digit = |octet: &u8| char::from(*octet).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let mut hash = Hash([0; 32]);
        let (pairs, _) = hex.as_bytes().as_chunks::<2>();
        for (octet, [high, low]) in hash.0.iter_mut().zip(pairs) {
            let (high, low) = (digit(high).ok_or(HeadForm)?, digit(low).ok_or(HeadForm)?);
            *octet = (high << 4) | low;
        }
        Ok(Self { number: number.parse().map_err(|_| HeadForm)?, hash })
    }
}

/// A record as it is made; [`Head::next`] is its maker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    number: u64,
    previous: Hash,
    line: String,
    hash: Hash,
}

impl Record {
    /// Its number, from 1.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// The hash of the record before it.
    #[must_use]
    pub const fn previous(&self) -> &Hash {
        &self.previous
    }

    /// What it says ([`Entry::to_line`](super::Entry::to_line)).
    #[must_use]
    pub fn line(&self) -> &str {
        &self.line
    }

    /// Its hash.
    #[must_use]
    pub const fn hash(&self) -> &Hash {
        &self.hash
    }

    /// The head of a chain that ends with it.
    #[must_use]
    pub const fn head(&self) -> Head {
        Head { number: self.number, hash: self.hash }
    }

    /// Number, hash of the record before, line, hash.
    #[must_use]
    pub fn into_parts(self) -> (u64, Hash, String, Hash) {
        (self.number, self.previous, self.line, self.hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_what_the_documentation_says() {
        let first = Head::GENESIS.next("{}".to_owned()).unwrap();
        // printf 'sigillum-journal/1\0\0\0\0\0\0\0\0\1<32 zero octets>{}' | sha256sum
        let expected = "9b077728491f4d3d39a956460e3646b0acb533c3656c27aa2a448c3e9e88e2c3";
        assert_eq!(first.hash().to_string(), expected);
        assert_eq!((first.number(), first.previous()), (1, &Head::GENESIS.hash));
        let second = first.head().next("{}".to_owned()).unwrap();
        assert_eq!((second.number(), second.previous()), (2, first.hash()));
        assert_ne!(second.hash(), first.hash());
        assert_eq!(Head { number: u64::MAX, ..first.head() }.next(String::new()), None);
    }

    #[test]
    fn a_head_is_read_as_it_is_written() {
        let head = Head::GENESIS.next("x".to_owned()).unwrap().head();
        assert_eq!(head.to_string().parse(), Ok(head));
        assert_eq!(head.to_string().to_uppercase().parse(), Ok(head));
        let hash = head.hash.to_string();
        for wrong in [
            "",
            ":",
            "1",
            &hash,
            &format!(":{hash}"),
            &format!("+1:{hash}"),
            &format!("-1:{hash}"),
            &format!("1:{hash}0"),
            &format!("1:{}", &hash[1..]),
            &format!("1:{}g", &hash[1..]),
            &format!("1:{}é", &hash[2..]),
            &format!("99999999999999999999:{hash}"),
        ] {
            assert_eq!(wrong.parse::<Head>(), Err(HeadForm), "{wrong}");
        }
    }
}
