//! The validation process for basic signatures (EN 319 102-1 §5.3, VPFBS).
//!
//! The result of XCV is *kept*: a broken digest is reported before a missing chain, and a missing chain before problems
//! of attributes. Only a content time-stamp, which proves that the signature is younger, makes certain what is in doubt:
//! that the certificate was revoked or had expired, or that an algorithm was unreliable, when the signature was made.

use super::course::Course;
use crate::time::Timestamp;
use crate::validation::block::algorithms::unreliable;
use crate::validation::block::certificates::{Chain, Ground};
use crate::validation::check::CheckId;
use crate::validation::message::Message;

/// Runs the process. `content` are the times of the content time-stamps that passed.
pub(super) fn basic(course: &mut Course<'_, '_>, content: &[Timestamp]) {
    let Some(latest) = content.iter().max().copied() else { return };
    let signer = course.chain.and_then(Chain::signer).cloned();
    if let Some(signer) = signer {
        let expired =
            course.status.iter().any(|one| one.is_open() && one.index == 0 && one.ground == Ground::OutOfBounds);
        if expired && latest > signer.certificate.not_after() {
            let until = signer.certificate.not_after();
            let detail = Message::ExpiredAt { subject: signer.subject.clone(), time: latest, until };
            course.replace_bounds(CheckId::ContentTimeBeforeExpiry, detail);
        }
        let revoked = course.status.iter().find_map(|one| match one.ground {
            Ground::Revoked(time) if one.index == 0 && one.is_open() => Some(time),
            _ => None,
        });
        if let Some(time) = revoked.filter(|time| *time < latest) {
            let detail = Message::RevokedAt { subject: signer.subject.clone(), time };
            course.certain(CheckId::ContentTimeBeforeRevocation, detail);
        }
    }
    if let Some(detail) = unreliable(course.ledger.policy(), course.items, latest) {
        course.ledger.broken(CheckId::AlgorithmsAtContentTime, None, Some(detail));
    }
}
