//! Algorithm obsolescence (EN 319 102-1 §5.2.8.4.2, AOV; TS 119 312): whether algorithms are reliable at a time, and
//! until when they are.

use crate::crypto::{DigestAlgorithm, KeyKind, SignatureAlgorithm};
use crate::time::Timestamp;
use crate::validation::check::Level;
use crate::validation::message::{Message, Term};
use crate::validation::path::Holder;
use crate::validation::policy::Policy;
use crate::validation::policy::algorithms::Reliability;

/// An algorithm where it is used.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::validation) struct Item {
    /// Which.
    pub(in crate::validation) primitive: Primitive,
    /// Where.
    pub(in crate::validation) place: Term,
}

/// What is looked up in the policy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::validation) enum Primitive {
    /// A digest.
    Digest(DigestAlgorithm),
    /// A signature algorithm with a key.
    Signature(SignatureAlgorithm, KeyKind),
}

/// What is wrong with an algorithm at a time.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::validation) struct Weakness {
    /// Fail, or only warn.
    pub(in crate::validation) level: Level,
    /// What is wrong.
    pub(in crate::validation) detail: Message,
}

/// The items of a signature value: the digests of the algorithm, and the algorithm with its key.
pub(in crate::validation) fn of_value(
    algorithm: SignatureAlgorithm,
    key: Option<KeyKind>,
    place: Term,
) -> Vec<Item> {
    let digests = algorithm.digests().map(|digest| Item { primitive: Primitive::Digest(digest), place });
    let value = key.map(|key| Item { primitive: Primitive::Signature(algorithm, key), place });
    digests.chain(value).collect()
}

/// The items of a certificate: how its issuer signed it. None where the algorithm is not known.
pub(in crate::validation) fn of_certificate(holder: &Holder, issuer: Option<&Holder>) -> Option<Vec<Item>> {
    let algorithm = *holder.algorithm.as_ref().ok()?;
    let key = issuer.and_then(|issuer| issuer.key.as_ref()).map(|key| key.kind());
    Some(of_value(algorithm, key, Term::Certificate))
}

/// Everything that is wrong with `items` at `at`, warnings included.
pub(in crate::validation) fn weaknesses(policy: &Policy, items: &[Item], at: Timestamp) -> Vec<Weakness> {
    items.iter().filter_map(|item| weakness(item, reliability(policy, item, at))).collect()
}

/// The first item that is not reliable at `at`; warnings do not count.
pub(in crate::validation) fn unreliable(policy: &Policy, items: &[Item], at: Timestamp) -> Option<Message> {
    weaknesses(policy, items, at).into_iter().find(|one| one.level == Level::Fail).map(|one| one.detail)
}

/// Whether all `items` are reliable at `at`.
pub(in crate::validation) fn reliable(policy: &Policy, items: &[Item], at: Timestamp) -> bool {
    unreliable(policy, items, at).is_none()
}

/// The date at which the first of `items` that is not reliable at `at` ceased to be; none where one never was.
pub(in crate::validation) fn end(policy: &Policy, items: &[Item], at: Timestamp) -> Option<Timestamp> {
    let mut end = at;
    for item in items {
        match reliability(policy, item, at) {
            Reliability::Reliable | Reliability::Discouraged | Reliability::Expired { level: Level::Warn, .. } => {}
            Reliability::Expired { until, .. } => end = end.min(until),
            Reliability::NotListed | Reliability::KeyTooSmall => return None,
        }
    }
    Some(end)
}

fn reliability(policy: &Policy, item: &Item, at: Timestamp) -> Reliability {
    match item.primitive {
        Primitive::Digest(digest) => policy.algorithms().digest(digest, at),
        Primitive::Signature(algorithm, key) => policy.algorithms().signature(algorithm, key, at),
    }
}

fn weakness(item: &Item, reliability: Reliability) -> Option<Weakness> {
    if reliability == Reliability::Reliable {
        return None;
    }
    let place = item.place;
    let (algorithm, bits) = match item.primitive {
        Primitive::Digest(digest) => (digest.name().to_owned(), 0),
        Primitive::Signature(_, key) => (key.to_string(), key.bits()),
    };
    let fail = |detail| Some(Weakness { level: Level::Fail, detail });
    match reliability {
        Reliability::Reliable => None,
        Reliability::Discouraged => {
            Some(Weakness { level: Level::Warn, detail: Message::AlgorithmDiscouraged { algorithm, place } })
        }
        Reliability::Expired { until, level } => {
            Some(Weakness { level, detail: Message::AlgorithmExpired { algorithm, place, until } })
        }
        Reliability::NotListed => fail(Message::AlgorithmNotListed { algorithm, place }),
        Reliability::KeyTooSmall => fail(Message::KeyTooSmall { algorithm, bits: u64::from(bits), place }),
    }
}
