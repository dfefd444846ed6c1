//! Evidence that is at hand for everything that is judged: what the configuration names. It changes while the service runs,
//! since CRLs run out; whoever began with one state of it ends with that.

use std::sync::{Arc, PoisonError, RwLock};

use crate::validation::Evidence;

/// Evidence that is at hand.
#[derive(Debug, Default)]
pub struct StandingEvidence(RwLock<Arc<Evidence>>);

impl StandingEvidence {
    /// With this evidence.
    #[must_use]
    pub fn new(evidence: Evidence) -> Self {
        Self(RwLock::new(Arc::new(evidence)))
    }

    /// As it is now.
    #[must_use]
    pub fn current(&self) -> Arc<Evidence> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on this evidence.
    pub fn replace(&self, evidence: Evidence) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(evidence);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::pki::testdata;
    use crate::service::Given;

    #[test]
    fn who_began_with_one_state_ends_with_it() {
        let standing = StandingEvidence::default();
        let before = standing.current();
        let mut given = Given::default();
        given.take(testdata::CRL.as_bytes(), &Limits::DEFAULT).unwrap();
        standing.replace(given.into_evidence());
        assert_eq!((before.crls().len(), standing.current().crls().len()), (0, 1));
    }
}
