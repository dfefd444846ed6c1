//! Byte strings that are short nearly always: names and numbers of PDF, identifiers of objects and algorithms. Up to 22 bytes are kept
//! in place and need no memory of their own.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;

/// The most bytes that are kept in place: with them the value is as large as a `Vec`.
const IN_PLACE: usize = 22;

/// A byte string. Two are equal, and in order, as their bytes are.
#[derive(Clone)]
pub struct ShortBytes(Place);

#[derive(Clone)]
enum Place {
    Here { length: u8, bytes: [u8; IN_PLACE] },
    Elsewhere(Box<[u8]>),
}

impl Deref for ShortBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Place::Here { length, bytes } => bytes.get(..usize::from(*length)).unwrap_or_default(),
            Place::Elsewhere(bytes) => bytes,
        }
    }
}

impl From<&[u8]> for ShortBytes {
    fn from(bytes: &[u8]) -> Self {
        let mut here = [0; IN_PLACE];
        match (u8::try_from(bytes.len()), here.get_mut(..bytes.len())) {
            (Ok(length), Some(place)) => {
                place.copy_from_slice(bytes);
                Self(Place::Here { length, bytes: here })
            }
            _ => Self(Place::Elsewhere(bytes.into())),
        }
    }
}

impl AsRef<[u8]> for ShortBytes {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl fmt::Debug for ShortBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl PartialEq for ShortBytes {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for ShortBytes {}

impl PartialOrd for ShortBytes {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ShortBytes {
    fn cmp(&self, other: &Self) -> Ordering {
        (**self).cmp(&**other)
    }
}

impl Hash for ShortBytes {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_any_length_come_back() {
        let all: Vec<u8> = (1..=100).collect();
        for length in 0..=all.len() {
            assert_eq!(&*ShortBytes::from(&all[..length]), &all[..length]);
        }
        assert_eq!(size_of::<ShortBytes>(), size_of::<Vec<u8>>());
    }

    #[test]
    fn the_order_is_that_of_the_bytes() {
        let of = |text: &str| ShortBytes::from(text.as_bytes());
        let long = "a".repeat(IN_PLACE + 1);
        assert!(of("a") < of("b") && of("a") < of(&long) && of(&long) < of("b"));
        assert!(of(&long) == of(&long) && of(&long) != of(&long[1..]));
    }
}
