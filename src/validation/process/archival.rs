//! The validation processes with archival material (EN 319 102-1 §5.6): for time-stamps (§5.6.3, VPFTSPWATSP), newest
//! first, so that each newer one rescues the older; and for signatures (§5.6.3.4, VPFSWATSP).

use super::course::Course;
use super::past_signature::past_signature;
use super::stamps::Stamp;
use crate::validation::existence::{Existence, Proof};
use crate::validation::verdict::{Doubt, Verdict};

/// Runs past validation for a time-stamp that does not pass the basic process, where its result allows.
pub(super) fn timestamp(course: &mut Course<'_, '_>, existence: &Existence) {
    let goes_on = matches!(
        course.verdict(),
        Verdict::Indeterminate(
            Doubt::RevokedNoPoe
                | Doubt::RevokedCaNoPoe
                | Doubt::OutOfBoundsNoPoe
                | Doubt::OutOfBoundsNotRevoked
                | Doubt::CryptoConstraintsFailureNoPoe
                | Doubt::RevocationOutOfBoundsNoPoe
                | Doubt::NoCertificateChainFoundNoPoe
        )
    );
    if goes_on {
        past_signature(course, existence);
    }
}

/// Whether the process for signatures goes on after this result of the long-term one.
const fn goes_on(long_term: Verdict) -> bool {
    matches!(
        long_term,
        Verdict::Passed
            | Verdict::Indeterminate(
                Doubt::CryptoConstraintsFailureNoPoe
                    | Doubt::RevokedNoPoe
                    | Doubt::RevokedCaNoPoe
                    | Doubt::TryLater
                    | Doubt::OutOfBoundsNoPoe
                    | Doubt::OutOfBoundsNotRevoked
                    | Doubt::RevocationOutOfBoundsNoPoe
                    | Doubt::NoCertificateChainFoundNoPoe
                    | Doubt::SigConstraintsFailure
            )
    )
}

/// Runs the process for a signature after the long-term one; gives the best-signature-time. `stamps` are those of this
/// signature. A time-stamp around the signature is archival material: it covers the time-stamps inside. So is an archive
/// time-stamp.
pub(super) fn signature(
    course: &mut Course<'_, '_>,
    stamps: &[&Stamp<'_>],
    existence: &Existence,
    long_term: Proof,
) -> Proof {
    let verdict = course.verdict();
    let material = stamps.iter().any(|stamp| stamp.is_archival());
    let anchor_ended = verdict == Verdict::Indeterminate(Doubt::NoCertificateChainFoundNoPoe);
    if !goes_on(verdict) || (!material && !anchor_ended) {
        return long_term;
    }
    if verdict == Verdict::Passed {
        return existence.lowest(&course.token);
    }
    let best = past_signature(course, existence);
    if course.verdict() == Verdict::Passed { best } else { long_term }
}
