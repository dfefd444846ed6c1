//! Time-stamps as the processes of signatures see them: when, what they cover, whether they are good.

use crate::crypto::Digest;
use crate::pki::TimestampToken;
use crate::time::Timestamp;
use crate::validation::report::TimestampKind;

/// A time-stamp that was judged.
#[derive(Debug)]
pub(super) struct Stamp<'e> {
    /// Its id in the report.
    pub(super) id: String,
    /// What it stands for.
    pub(super) kind: TimestampKind,
    /// The token; none where it cannot be parsed.
    pub(super) token: Option<&'e TimestampToken>,
    /// The time that it states.
    pub(super) time: Option<Timestamp>,
    /// The certificate of the authority.
    pub(super) authority: Option<Digest>,
    /// Where it stands in the file: the start of its value. None of one inside a signature.
    pub(super) place: Option<u64>,
    /// Where it stands among those of its kind inside a signature, where that is an order in time.
    pub(super) sequence: u64,
    /// Whether it is over the signature value: one over references to certificates only is not.
    pub(super) over_signature: bool,
    /// Whether the document holds revocation data for all of its path.
    pub(super) is_complete: bool,
    /// Whether it passes the basic process.
    pub(super) passed_basic: bool,
    /// Whether it passes, with proofs of its existence where it needs them.
    pub(super) is_valid: bool,
}

impl Stamp<'_> {
    /// Whether it was made after the signature, so that it proves its existence.
    pub(super) const fn is_after_signature(&self) -> bool {
        !matches!(self.kind, TimestampKind::Content) && self.over_signature
    }

    /// Whether it is archival material: it covers time-stamps over the signature too.
    pub(super) const fn is_archival(&self) -> bool {
        self.place.is_some() || (matches!(self.kind, TimestampKind::Archive) && self.over_signature)
    }

    /// Whether it has a place in the order of time-stamps: one that is over references only has none.
    const fn has_order(&self) -> bool {
        matches!(self.kind, TimestampKind::Content) || self.over_signature
    }

    /// Content, signature, then the later ones in file order.
    fn rank(&self) -> (u8, u64) {
        match self.kind {
            TimestampKind::Content => (0, 0),
            TimestampKind::Signature => (1, 0),
            TimestampKind::Archive => (2, self.sequence),
            TimestampKind::Document => (3, self.place.unwrap_or(0)),
        }
    }

    /// How far from the stated time the true one may be (RFC 3161 §2.4.2), in whole seconds, rounded up.
    fn accuracy(&self) -> i64 {
        let accuracy = self.token.and_then(|token| token.tst_info.accuracy).unwrap_or_default();
        let fraction = u64::from(accuracy.millis > 0 || accuracy.micros > 0);
        i64::try_from(accuracy.seconds.saturating_add(fraction)).unwrap_or(i64::MAX)
    }

    /// Whether it is certain that `self` was made after `other`: later, accuracy apart; or later at all, where both are
    /// of one authority that says that its tokens are ordered.
    fn is_certainly_after(&self, other: &Stamp<'_>) -> bool {
        let (Some(own), Some(others)) = (self.time, other.time) else { return false };
        let ordered = |stamp: &Stamp<'_>| stamp.token.is_some_and(|token| token.tst_info.ordering);
        if self.authority == other.authority && ordered(self) && ordered(other) {
            return own > others;
        }
        let slack = self.accuracy().saturating_add(other.accuracy());
        own.unix_seconds() > others.unix_seconds().saturating_add(slack)
    }
}

/// Two valid time-stamps of which the first should have been made before the second and certainly was not.
pub(super) fn order(stamps: &[&Stamp<'_>]) -> Option<(String, String)> {
    let mut valid: Vec<&Stamp<'_>> =
        stamps.iter().filter(|stamp| stamp.is_valid && stamp.has_order()).copied().collect();
    valid.sort_by_key(|stamp| stamp.rank());
    let mut latest: Option<&Stamp<'_>> = None;
    let mut of_rank: Option<&Stamp<'_>> = None;
    for stamp in valid {
        // The latest of a lower rank: those of one rank have no order among themselves.
        if of_rank.is_some_and(|before| before.rank() < stamp.rank()) {
            latest = later(latest, of_rank);
            of_rank = None;
        }
        if let Some(earlier) = latest
            && earlier.is_certainly_after(stamp)
        {
            return Some((earlier.id.clone(), stamp.id.clone()));
        }
        of_rank = later(of_rank, Some(stamp));
    }
    None
}

fn later<'s, 'e>(one: Option<&'s Stamp<'e>>, other: Option<&'s Stamp<'e>>) -> Option<&'s Stamp<'e>> {
    match (one, other) {
        (Some(one), Some(other)) => Some(if one.time >= other.time { one } else { other }),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(id: &str, kind: TimestampKind, seconds: i64, place: u64) -> Stamp<'static> {
        Stamp {
            id: id.to_owned(),
            kind,
            token: None,
            time: Some(Timestamp::from_unix(seconds)),
            authority: None,
            place: Some(place),
            sequence: 0,
            over_signature: kind != TimestampKind::Content,
            is_complete: true,
            passed_basic: true,
            is_valid: true,
        }
    }

    #[test]
    fn content_comes_before_the_signature_and_documents_in_file_order() {
        let content = stamp("C", TimestampKind::Content, 10, 0);
        let own = stamp("T", TimestampKind::Signature, 20, 0);
        let (first, second) =
            (stamp("D1", TimestampKind::Document, 30, 100), stamp("D2", TimestampKind::Document, 40, 200));
        assert_eq!(order(&[&second, &own, &first, &content]), None);
        let early = stamp("T", TimestampKind::Signature, 5, 0);
        assert_eq!(order(&[&content, &early]), Some(("C".to_owned(), "T".to_owned())));
        let late = stamp("D1", TimestampKind::Document, 50, 100);
        assert_eq!(order(&[&own, &second, &late]), Some(("D1".to_owned(), "D2".to_owned())));
    }

    #[test]
    fn bad_ones_and_those_of_one_rank_have_no_order() {
        let one = stamp("T1", TimestampKind::Signature, 20, 0);
        let other = stamp("T2", TimestampKind::Signature, 10, 0);
        assert_eq!(order(&[&one, &other]), None);
        let mut bad = stamp("C", TimestampKind::Content, 99, 0);
        bad.is_valid = false;
        assert_eq!(order(&[&bad, &one]), None);
    }
}
