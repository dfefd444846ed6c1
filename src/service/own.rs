//! Evidence for our own certificate: what is at hand, and what is fetched where that does not suffice.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::Gather;
use super::gather::Gathering;
use crate::trust::TrustStore;
use crate::validation::{Attempt, Evidence, Need};

/// Evidence for one use of our own certificate. Its limits are those of one document.
#[derive(Debug)]
pub(super) struct OwnEvidence {
    evidence: Arc<Evidence>,
    gather: Gather,
    trust: Arc<TrustStore>,
    within: Duration,
    gathering: Option<Gathering>,
}

impl OwnEvidence {
    /// Begins with what is at hand. All fetching together takes no longer than `within`.
    pub(super) fn new(at_hand: Arc<Evidence>, gather: &Gather, trust: &Arc<TrustStore>, within: Duration) -> Self {
        Self { evidence: at_hand, gather: gather.clone(), trust: Arc::clone(trust), within, gathering: None }
    }

    /// What there is so far.
    pub(super) const fn evidence(&self) -> &Arc<Evidence> {
        &self.evidence
    }

    /// Fetches what these needs ask for; whether anything new came.
    pub(super) async fn fetch(&mut self, needs: &[Need]) -> bool {
        if needs.is_empty() || self.gather.is_offline() {
            return false;
        }
        let Self { evidence, gather, trust, within, gathering } = self;
        let gathering = gathering.get_or_insert_with(|| {
            let now = Instant::now();
            Gathering::new(gather, trust, now.checked_add(*within).unwrap_or(now))
        });
        let mut extended = Evidence::clone(evidence);
        loop {
            let found = gathering.round(needs).await;
            if found.is_empty() {
                return false;
            }
            // What is at hand already was no good: the next round asks the next place.
            if found.iter().fold(false, |new, gathered| gathered.enter(&mut extended) | new) {
                *evidence = Arc::new(extended);
                return true;
            }
        }
    }

    /// What was asked so far, and how that went.
    pub(super) fn attempts(&self) -> &[Attempt] {
        self.gathering.as_ref().map_or(&[], Gathering::so_far)
    }
}
