//! The processes of EN 319 102-1: the basic one for signatures (§5.3) and that for time-stamps (§5.4).
//!
//! Time-stamps are validated and reported; they do not yet move the time at which a signature is judged, which is the
//! validation time.

mod basic;
mod format;
mod timestamp;

use super::evidence::Evidence;
use super::moment::Moment;
use super::path::Keys;
use super::policy::Policy;
use super::revocation::Judgements;
use crate::trust::TrustStore;

pub(super) use basic::{is_valid, signature};
pub(super) use timestamp::document_timestamp;

/// What one validation is given, and what it shares between signatures.
pub(super) struct Case<'v> {
    pub(super) evidence: &'v Evidence,
    pub(super) trust: &'v TrustStore,
    pub(super) policy: &'v Policy,
    pub(super) moment: Moment,
    pub(super) keys: Keys<'v>,
    pub(super) revocation: Judgements,
}
