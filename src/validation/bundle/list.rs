//! Lists with a bound: what is read into memory stays in proportion to what a bundle needs.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::BundleError;
use super::form::ContentForm;

/// Texts of one policy: what it extends extends nothing so far.
const FEW: usize = 8;

/// Anchors: all services of all European lists are some 5,000.
const MANY: usize = 20_000;

/// Trust lists: those of a continent, with room.
const LISTS: usize = 256;

/// Certificates: as many as are looked at.
pub(super) const CERTIFICATES: usize = 2_000;

/// Pieces of evidence of one kind. A document that was signed daily for ten years brings some 8,000 along.
const PIECES: usize = 50_000;

pub(super) fn few<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    deserializer.deserialize_seq(List { most: FEW, of: PhantomData })
}

pub(super) fn many<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    deserializer.deserialize_seq(List { most: MANY, of: PhantomData })
}

pub(super) fn lists<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    deserializer.deserialize_seq(List { most: LISTS, of: PhantomData })
}

pub(super) fn candidates<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    deserializer.deserialize_seq(List { most: CERTIFICATES, of: PhantomData })
}

pub(super) fn pieces<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    deserializer.deserialize_seq(List { most: PIECES, of: PhantomData })
}

/// What is written holds to the bounds too, or nobody could read it.
pub(super) fn demand_bounds(content: &ContentForm<'_>) -> Result<(), BundleError> {
    let evidence = &content.evidence;
    for (list, length, maximum) in [
        ("policy.texts", content.policy.texts.len(), FEW),
        ("trust.anchors", content.trust.anchors.len(), MANY),
        ("trust.lists", content.trust.lists.len(), LISTS),
        ("trust.supplementary", content.trust.supplementary.len(), MANY),
        ("gathering", content.gathering.len(), MANY),
        ("evidence.certificates", evidence.certificates.len(), CERTIFICATES),
        ("evidence.crls", evidence.crls.len(), PIECES),
        ("evidence.ocspResponses", evidence.ocsp_responses.len(), PIECES),
    ] {
        if length > maximum {
            return Err(BundleError::TooMany { list, maximum });
        }
    }
    Ok(())
}

struct List<T> {
    most: usize,
    of: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for List<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of at most {} values", self.most)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Vec<T>, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = access.next_element()? {
            if list.len() >= self.most {
                return Err(A::Error::invalid_length(self.most.saturating_add(1), &self));
            }
            list.push(value);
        }
        Ok(list)
    }
}
