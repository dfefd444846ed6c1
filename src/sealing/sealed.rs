//! The third stage: a sealed document that nobody has checked; and the step to the last, our own validator.
//!
//! The original may bring signatures along that nobody trusts: they do not stop a seal. But none may be worse for it:
//! the seal has to be a change that each of them permits (ISO 32000-2 §12.8.2), where what came before it was.

use std::ops::Range;

use super::{NotReleased, Released, SealIdentity, Terms};
use crate::crypto::{Digest, DigestAlgorithm, digest};
use crate::document::{Coverage, Examination, examine_to_append};
use crate::validation::{Integrity, Report, SignatureReport, TimestampReport, Verdict};

/// A sealed document that nobody has checked yet.
#[derive(Debug)]
pub struct Sealed {
    pub(super) bytes: Vec<u8>,
    pub(super) identity: SealIdentity,
    pub(super) earlier: Report,
    pub(super) original_size: usize,
    pub(super) original_sha256: Digest,
    /// What the byte range leaves out.
    pub(super) gap: Range<u64>,
    pub(super) field: String,
}

impl Sealed {
    /// Has our own validator judge the result under `terms`. Its bytes are read once.
    ///
    /// # Errors
    /// Where it does not pass; then nothing may leave.
    pub fn release(self, terms: &Terms) -> Result<Released, NotReleased> {
        let unreadable = || NotReleased { cause: "unreadable", report: None };
        let mark = u64::try_from(self.original_size).unwrap_or(u64::MAX);
        let mut budget = terms.budget();
        let (examination, prefix) = {
            let document = terms.open(&self.bytes, &mut budget).map_err(|_| unreadable())?;
            let (examination, facts) = examine_to_append(&document, mark, &mut budget).map_err(|_| unreadable())?;
            (examination, facts.sha256.finish())
        };
        let report = terms.judge(&examination, &mut budget);
        let checked = if prefix == self.original_sha256 {
            self.own(&examination, &report).and_then(|own| self.others(&report, &own))
        } else {
            Err("prefix")
        };
        match checked {
            Ok(()) => Ok(Released::new(self.bytes, self.original_size, self.original_sha256.to_string(), report)),
            Err(cause) => Err(NotReleased { cause, report: Some(Box::new(report)) }),
        }
    }

    /// The id of our signature, where it is as it has to be.
    fn own(&self, examination: &Examination, report: &Report) -> Result<String, &'static str> {
        let size = u64::try_from(self.bytes.len()).unwrap_or(u64::MAX);
        let range = [0, self.gap.start, self.gap.end, size.saturating_sub(self.gap.end)];
        let mut of_range = examination.signatures.iter().filter(|one| one.byte_range == Some(range));
        let (Some(found), None) = (of_range.next(), of_range.next()) else { return Err("own-signature") };
        let own = report.signatures.iter().find(|one| one.id == found.id).ok_or("own-signature")?;
        let certificate = digest(DigestAlgorithm::Sha256, self.identity.certificate.der()).to_string();
        let ours = own.signer.as_ref().is_some_and(|signer| signer.certificate_sha256 == certificate);
        if own.verdict != Verdict::Passed
            || own.integrity != Integrity::Intact
            || !ours
            || own.field.as_deref() != Some(self.field.as_str())
            || own.sub_filter.as_deref() != Some("ETSI.CAdES.detached")
        {
            return Err("own-signature");
        }
        if own.coverage == Coverage::WholeDocument { Ok(own.id.clone()) } else { Err("coverage") }
    }

    /// All that was there before is there, and not worse.
    fn others(&self, report: &Report, own: &str) -> Result<(), &'static str> {
        let now: Vec<&SignatureReport> = report.signatures.iter().filter(|one| one.id != own).collect();
        let before = &self.earlier.signatures;
        let same = now.len() == before.len() && before.iter().zip(now).all(|(before, now)| keeps(before, now));
        let (stamps_before, stamps) = (&self.earlier.document_timestamps, &report.document_timestamps);
        let same_stamps = stamps.len() == stamps_before.len()
            && stamps_before.iter().zip(stamps).all(|(before, now)| keeps_stamp(before, now));
        if same && same_stamps { Ok(()) } else { Err("earlier-signature") }
    }
}

/// Whether a signature is the same, and no worse.
fn keeps(before: &SignatureReport, now: &SignatureReport) -> bool {
    let same = before.scope == now.scope && before.field == now.field && before.sub_filter == now.sub_filter;
    same && keeps_integrity(before.integrity, now.integrity)
        && keeps_coverage(before.coverage, now.coverage)
        && keeps_permission(before, now)
        && keeps_verdict(before.verdict, now.verdict)
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
