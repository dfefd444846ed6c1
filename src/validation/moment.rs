//! The two times of a validation.

use crate::time::Timestamp;

/// For which time is judged, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The validation time: for this time is judged. Fixed once per request.
    pub at: Timestamp,
    /// The time at which we stand: what claims to be later comes from the future.
    pub clock: Timestamp,
}
