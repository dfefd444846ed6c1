//! The four checks of EÖBV (SR 211.435.1) art. 14(2) and `VeÜ-VwV` (SR 172.021.2) art. 12: integrity; identity of the signer;
//! validity and quality of the certificate with its attributes; time and its quality. They say again, under the names of
//! those ordinances, what the report has established; they judge nothing anew.

use super::ch::{Swiss, SwissClass};
use super::facts::RevocationFacts;
use crate::document::{ChangesLevel, Coverage};
use crate::validation::check::{Check, CheckId, CheckResult};
use crate::validation::report::{Integrity, SignatureReport, TimeQuality};
use crate::validation::verdict::Verdict;

/// The results of the four checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FourChecks {
    /// Let. a: the document is what was signed.
    pub integrity: CheckResult,
    /// Let. b: whose certificate it is.
    pub identity: CheckResult,
    /// Let. c: whether the certificate was valid, and what class the signature has.
    pub validity: CheckResult,
    /// Let. d: when, and how good the proof of it is.
    pub time: CheckResult,
    /// Of let. c: whether the verdict passed although nothing shows that the certificates were not revoked, since the policy
    /// does not demand it.
    pub revocation_is_open: bool,
}

/// The checks that find a revoked certificate, or one on hold.
const NOT_REVOKED: [CheckId; 3] = [CheckId::SignerNotRevoked, CheckId::CaNotRevoked, CheckId::NotOnHold];

impl RevocationFacts {
    /// By the checks of a signature that passed: what the policy does not demand warns or informs, or is not there at all.
    pub(super) fn of(checks: &[Check]) -> Self {
        let is_lowered = |check: &&Check| matches!(check.result, CheckResult::Warning | CheckResult::Information);
        let known = || checks.iter().filter(|check| check.id == CheckId::RevocationKnown);
        if checks.iter().filter(is_lowered).any(|check| NOT_REVOKED.contains(&check.id)) {
            Self::Revoked
        } else if known().next().is_none() || known().any(|check| check.result != CheckResult::Passed) {
            Self::Open
        } else {
            Self::Shown
        }
    }
}

impl FourChecks {
    /// By the report on a signature, its class and the quality of its time under the same scheme.
    #[must_use]
    pub fn of(report: &SignatureReport, swiss: &Swiss, time: TimeQuality) -> Self {
        let revocation_is_open =
            report.verdict == Verdict::Passed && RevocationFacts::of(&report.checks) != RevocationFacts::Shown;
        Self {
            revocation_is_open,
            integrity: integrity(report),
            identity: identity(report),
            validity: match report.verdict {
                Verdict::Failed(_) => CheckResult::Failed,
                Verdict::Passed if swiss.class >= SwissClass::Advanced && revocation_is_open => {
                    CheckResult::Warning
                }
                Verdict::Passed if swiss.class > SwissClass::Advanced => CheckResult::Passed,
                Verdict::Passed if swiss.class == SwissClass::Advanced => CheckResult::Warning,
                _ => CheckResult::Indeterminate,
            },
            time: match time {
                TimeQuality::Qualified => CheckResult::Passed,
                TimeQuality::Timestamp => CheckResult::Warning,
                TimeQuality::Claimed | TimeQuality::None => CheckResult::Indeterminate,
            },
        }
    }
}

fn integrity(report: &SignatureReport) -> CheckResult {
    let changed = report.changes.as_ref();
    match report.integrity {
        Integrity::Broken => CheckResult::Failed,
        _ if changed.is_some_and(|changes| !changes.permitted && changes.level != ChangesLevel::Unknown) => {
            CheckResult::Failed
        }
        Integrity::Unknown => CheckResult::Indeterminate,
        Integrity::Intact if changed.is_some_and(|changes| changes.level == ChangesLevel::Unknown) => {
            CheckResult::Indeterminate
        }
        Integrity::Intact => match report.coverage {
            Coverage::WholeDocument | Coverage::WholeRevision => CheckResult::Passed,
            Coverage::Partial | Coverage::None => CheckResult::Indeterminate,
        },
    }
}

/// A name is confirmed by a path that ends at an anchor, of a certificate whose key made the signature.
fn identity(report: &SignatureReport) -> CheckResult {
    let anchored = report.path.last().is_some_and(|last| last.trust_anchor);
    match report.integrity {
        Integrity::Broken => CheckResult::Failed,
        Integrity::Intact if anchored && report.verdict == Verdict::Passed => CheckResult::Passed,
        Integrity::Intact | Integrity::Unknown => CheckResult::Indeterminate,
    }
}
