//! Identifiers of reports: unlike one another, and telling nothing. Not a secret and not a proof: whoever needs
//! to know that a report is genuine needs a signature over it.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::time::Timestamp;

/// A maker of identifiers: keyed hashes of time, a counter and the document, with keys that the standard library
/// draws anew for each run.
#[derive(Debug)]
pub(super) struct ReportIds {
    keys: [RandomState; 2],
    started: i64,
    count: AtomicU64,
}

impl ReportIds {
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            keys: [RandomState::new(), RandomState::new()],
            started: now.unix_seconds(),
            count: AtomicU64::new(0),
        }
    }

    /// The next one, in the form of a UUID of version 8 (RFC 9562 §5.8).
    pub(super) fn next(&self, document: &str) -> String {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let [high, low] = self.keys.each_ref().map(|key| u128::from(key.hash_one((self.started, count, document))));
        let hex = format!("{:032x}", (high << 64) | low);
        let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
        // The first digit of the fourth group holds the variant: 8, 9, a or b.
        let variant = ["8", "9", "a", "b"].get(usize::try_from(low & 3).unwrap_or(0)).unwrap_or(&"8");
        format!("{}-{}-8{}-{variant}{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn identifiers_differ_and_have_the_form_of_a_uuid() {
        let now = Timestamp::from_unix(1_700_000_000);
        let makers = [ReportIds::new(now), ReportIds::new(now)];
        let all: HashSet<String> = makers.iter().flat_map(|ids| (0..500).map(|_| ids.next("same"))).collect();
        assert_eq!(all.len(), 1000);
        for id in all {
            let groups: Vec<usize> = id.split('-').map(str::len).collect();
            assert_eq!(groups, [8, 4, 4, 4, 12], "{id}");
            assert!(id.chars().all(|c| c == '-' || c.is_ascii_hexdigit()), "{id}");
            assert_eq!(&id[14..15], "8");
            assert!(["8", "9", "a", "b"].contains(&&id[19..20]));
        }
    }
}
