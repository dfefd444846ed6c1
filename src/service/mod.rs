//! The use cases: what callers ask for, put together from the core. Async, and the only place that loops.

mod access;
mod error;
mod gather;
mod gathered;
mod given;
mod own;
pub mod ports;
mod ready;
mod refresh;
mod remembered;
mod revisions;
mod seal;
mod standing;
mod validate;
mod work;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use crate::limits::Limits;
use crate::trust::{Listing, TrustStore};
use crate::validation::mandant::Mandant;
use crate::validation::{Memory, Policy, Report};
use ports::{Clock, Identifiers, Journal, Steps};
use work::Bench;

pub use access::{Caller, Role};
pub use error::ServiceError;
pub use gather::Gather;
pub use gathered::Gathered;
pub use given::{Given, Unusable, certificates};
pub use ready::Readiness;
pub use refresh::{ListSource, Refresh, Refreshed};
pub use remembered::Remembered;
pub use revisions::{
    Covered, Depth, NoRevision, RevisionAnswer, RevisionRequest, Revisions, RevisionsRequest, revisions, streams,
};
pub use seal::{SealAnswer, SealRequest, Sealer};
pub use standing::StandingEvidence;
pub use validate::{
    Basis, Case, GivenContent, Judged, ReplayError, Validated, Validation, ValidationRequest, gathered, judge,
    judge_with, replay, validate,
};
pub use work::Capacity;

/// What the service is made of.
pub struct Parts {
    /// The policies that callers choose among, by name.
    pub policies: BTreeMap<String, Arc<Policy>>,
    /// What is believed at the start.
    pub trust: Arc<TrustStore>,
    /// Evidence that is at hand for everything that is judged.
    pub evidence: Arc<StandingEvidence>,
    /// The profiles with their keys, by name.
    pub sealers: BTreeMap<String, Sealer>,
    /// The journal.
    pub journal: Arc<dyn Journal>,
    /// How evidence is gathered.
    pub gather: Gather,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Names for reports and seals.
    pub identifiers: Arc<dyn Identifiers>,
    /// What one document may cost.
    pub limits: Limits,
    /// How much may be worked on.
    pub capacity: Capacity,
    /// Mandants of the operator, beside those that are built in.
    pub mandants: Vec<Arc<Mandant>>,
    /// Who watches the steps of a seal.
    pub steps: Option<Arc<dyn Steps>>,
}

/// The use cases.
pub struct Service {
    parts: Parts,
    bench: Bench,
    /// What is believed now.
    trust: RwLock<Arc<TrustStore>>,
    memory: Arc<dyn Memory>,
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").finish_non_exhaustive()
    }
}

impl Service {
    /// Puts the parts together.
    #[must_use]
    pub fn new(parts: Parts) -> Arc<Self> {
        let bench = Bench::new(parts.capacity);
        let trust = RwLock::new(Arc::clone(&parts.trust));
        Arc::new(Self { parts, bench, trust, memory: Arc::new(Remembered::default()) })
    }

    /// What it is made of.
    #[must_use]
    pub const fn parts(&self) -> &Parts {
        &self.parts
    }

    /// What is believed now: an immutable snapshot. Whoever began with one ends with that.
    #[must_use]
    pub fn trust(&self) -> Arc<TrustStore> {
        Arc::clone(&self.trust.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts a list in the place of the one with its name. Makes the indexes anew, which blocks; nobody waits for it.
    pub(in crate::service) fn take_list(&self, taken: Listing) {
        let before = self.trust();
        let known = before.listings().iter().find(|known| known.name == taken.name);
        // Who is announced may have changed while it was looked for: then it was looked for in vain.
        let is_stale = |known: &Listing| {
            taken.announcement().is_some() && (known.signers != taken.signers || known.role != taken.role)
        };
        if known.is_none_or(is_stale) {
            return;
        }
        let after = before.with_taken(taken);
        *self.trust.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(after);
    }

    /// The mandant of this name, built in or the operator's.
    #[must_use]
    pub fn mandant(&self, name: &str) -> Option<Arc<Mandant>> {
        mandant(name, &self.parts.mandants)
    }

    /// Completes the mandants of a report: by the one that was asked for alone, else also by the operator's, where a list says
    /// what classes there are.
    pub fn assess(&self, report: &mut Report, asked: Option<&Mandant>) {
        assess(report, &self.parts.mandants, asked);
    }

    fn new_id(&self) -> Result<String, ServiceError> {
        self.parts.identifiers.next().map_err(|_| ServiceError::Internal("identifiers"))
    }
}

/// The mandant of this name: built in, or one of these.
#[must_use]
pub fn mandant(name: &str, own: &[Arc<Mandant>]) -> Option<Arc<Mandant>> {
    Mandant::builtin().iter().chain(own).find(|mandant| mandant.name == name).map(Arc::clone)
}

/// Completes the mandants of a report: by the one that was asked for alone, else also by one's own, where a list says what
/// classes there are.
pub fn assess(report: &mut Report, own: &[Arc<Mandant>], asked: Option<&Mandant>) {
    match asked {
        Some(mandant) => report.mandants = vec![mandant.assess(report)],
        None if report.mandants.is_empty() => {}
        None => {
            let own: Vec<_> = own.iter().map(|mandant| mandant.assess(report)).collect();
            report.mandants.extend(own);
        }
    }
}
