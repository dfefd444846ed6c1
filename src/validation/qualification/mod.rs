//! What a signature is worth in law: the Swiss class ([`swiss`]), the European one ([`european`]), the quality of its time
//! ([`quality`]), by the services of trust lists. Pure functions over [`Facts`] and [`Lists`].
//!
//! `legal` is keyed by scheme; one is never made into another. Nothing here changes a verdict: it is the other way round,
//! without TOTAL-PASSED there is no class. What follows in a procedure is not said: the service states facts.

mod certificate;
mod ch;
mod checks;
mod claims;
mod eu;
mod eu_certificate;
mod facts;
mod reason;
mod report;
mod time;
mod uid;

pub use ch::{
    CONTRADICTIONS, GATES, HANDWRITING, Leads, QUALIFIED, REGULATED, REMARKS, Rule, SEAL, STATUS, Swiss,
    SwissClass, TIME, swiss,
};
pub use checks::FourChecks;
pub use claims::CertificateClaims;
pub use eu::{European, european};
pub use facts::{Facts, Impatient, Lists, RevocationFacts, StampFacts};
pub use reason::LegalReason;
pub use time::{Qualified, qualified, quality};
pub use uid::Uid;

pub(super) use report::qualify;

use super::report::TimeQuality;
use crate::time::Timestamp;

/// What law makes of a signature, by scheme; nothing of a scheme of which there is no list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Legal {
    /// Switzerland.
    pub ch: Option<SwissLegal>,
    /// The European Union.
    pub eu: Option<European>,
    /// A demo, read like Switzerland, worth nothing.
    pub demo: Option<SwissLegal>,
}

/// What Swiss law makes of a signature, with the checks that its ordinances ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SwissLegal {
    /// Class and reasons.
    pub judged: Swiss,
    /// How good the time is under the same scheme.
    pub time_quality: TimeQuality,
    /// The time that is so good: that of the earliest such time-stamp over the signature, or the claimed one.
    pub time: Option<Timestamp>,
    /// The four checks.
    pub four_checks: FourChecks,
}
