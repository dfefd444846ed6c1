//! The decision, in the chapters of ETSI EN 319 102-1: facts and policy in, report and needs out. Pure.

mod check;
mod message;
mod need;
mod report;
mod verdict;

pub use check::{Check, CheckId, CheckResult, Context, Level};
pub use message::{Arg, Message, Term};
pub use need::{Need, NeedKind};
pub use report::{
    Algorithms, Answer, ClaimedAttributes, DocumentVerdict, Integrity, PathElement, PolicyReference, Reason,
    Report, RevocationListed, Scope, SignatureReport, Signer, Summary, TimeQuality, TimestampKind, TimestampReport,
    TrustSummary,
};
pub use verdict::{Doubt, Failure, Verdict};
