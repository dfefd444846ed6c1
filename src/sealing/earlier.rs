//! Whether what was signed before is as good after a seal as before it.

use crate::document::Coverage;
use crate::validation::{Integrity, Report, SignatureReport, TimestampReport, Verdict};

/// Whether all signatures and time-stamps of `before` are in `now`, beside the seal `own`, and no worse; and nothing else.
pub(super) fn keeps_all(before: &Report, now: &Report, own: &str) -> bool {
    let signatures: Vec<&SignatureReport> = now.signatures.iter().filter(|one| one.id != own).collect();
    let same = signatures.len() == before.signatures.len()
        && before.signatures.iter().zip(signatures).all(|(before, now)| keeps(before, now));
    let (stamps_before, stamps) = (&before.document_timestamps, &now.document_timestamps);
    let same_stamps = stamps.len() == stamps_before.len()
        && stamps_before.iter().zip(stamps).all(|(before, now)| keeps_stamp(before, now));
    same && same_stamps
}

/// Whether a signature is the same, and no worse.
fn keeps(before: &SignatureReport, now: &SignatureReport) -> bool {
    let same = before.scope == now.scope
        && before.field == now.field
        && before.sub_filter == now.sub_filter
        && before.packaging == now.packaging;
    let counters = (&before.counter_signatures, &now.counter_signatures);
    same && keeps_integrity(before.integrity, now.integrity)
        && keeps_coverage(before.coverage, now.coverage)
        && keeps_permission(before, now)
        && keeps_verdict(before.verdict, now.verdict)
        && counters.0.len() == counters.1.len()
        && counters.0.iter().zip(counters.1).all(|(before, now)| keeps(before, now))
}

/// Whether the seal is a permitted change, where all changes before it were. What is broken permits nothing any more.
fn keeps_permission(before: &SignatureReport, now: &SignatureReport) -> bool {
    let permitted = |report: &SignatureReport| report.changes.as_ref().is_some_and(|changes| changes.permitted);
    before.integrity == Integrity::Broken || !permitted(before) || permitted(now)
}

fn keeps_stamp(before: &TimestampReport, now: &TimestampReport) -> bool {
    let coverage = match (before.coverage, now.coverage) {
        (Some(before), Some(now)) => keeps_coverage(before, now),
        (before, now) => before == now,
    };
    let same = before.field == now.field && before.time == now.time && before.id == now.id;
    same && coverage
        && keeps_integrity(before.integrity, now.integrity)
        && keeps_verdict(before.verdict, now.verdict)
}

fn keeps_integrity(before: Integrity, now: Integrity) -> bool {
    now == before || before == Integrity::Broken || now == Integrity::Intact
}

/// What covered the whole document covers a revision now.
fn keeps_coverage(before: Coverage, now: Coverage) -> bool {
    now == before || (before == Coverage::WholeDocument && now == Coverage::WholeRevision)
}

fn keeps_verdict(before: Verdict, now: Verdict) -> bool {
    match (before, now) {
        (_, Verdict::Passed) | (Verdict::Failed(_), _) | (Verdict::Indeterminate(_), Verdict::Indeterminate(_)) => {
            true
        }
        (Verdict::Passed, Verdict::Indeterminate(_))
        | (Verdict::Passed | Verdict::Indeterminate(_), Verdict::Failed(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validation::{Doubt, Failure};

    #[test]
    fn what_is_worse_is_seen() {
        let doubt = Verdict::Indeterminate(Doubt::SigConstraintsFailure);
        let failed = Verdict::Failed(Failure::HashFailure);
        assert!(!keeps_verdict(Verdict::Passed, doubt) && !keeps_verdict(Verdict::Passed, failed));
        assert!(!keeps_verdict(doubt, failed) && keeps_verdict(doubt, doubt));
        assert!(keeps_verdict(failed, failed) && keeps_verdict(failed, Verdict::Passed));
        assert!(keeps_integrity(Integrity::Broken, Integrity::Unknown));
        assert!(!keeps_integrity(Integrity::Intact, Integrity::Unknown));
        assert!(!keeps_integrity(Integrity::Unknown, Integrity::Broken));
        assert!(keeps_coverage(Coverage::WholeDocument, Coverage::WholeRevision));
        assert!(!keeps_coverage(Coverage::WholeRevision, Coverage::Partial));
        assert!(!keeps_coverage(Coverage::WholeRevision, Coverage::WholeDocument));
    }
}
