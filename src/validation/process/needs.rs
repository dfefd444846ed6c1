//! What would say more: the issuer where a path ends, and where it ends at an anchor revocation data that are fresh at the
//! validation time, for signers, CAs and time-stamp units alike. A need is something that could change a verdict: what is
//! broken in itself has none. Where only older data are at hand and they suffice, the report says up to
//! when the status is known.

use super::Case;
use super::course::Course;
use crate::time::Timestamp;
use crate::validation::block::certificates::{Chain, Link, required};
use crate::validation::check::{CheckId, Context, Level, Role};
use crate::validation::message::Message;
use crate::validation::need::{Need, Vouched};
use crate::validation::revocation::{Status, fresh, select};

/// What `chain` still needs.
pub(in crate::validation) fn of(chain: &Chain, context: Context, case: &Case<'_>, needs: &mut Vec<Need>) {
    // No path leads from these to an anchor: nobody who is believed has written their addresses.
    needs.extend(chain.open.iter().filter_map(|holder| Need::issuer(&holder.certificate, Vouched::ByNobody)));
    // Until then nothing else changes what is said.
    if !chain.anchored {
        return;
    }
    // The signatures of a complete path verify, and whoever issued was allowed to. A CA that has expired since wrote no
    // less.
    let vouched = if chain.faults.is_empty() { Vouched::ByAnchor } else { Vouched::ByNobody };
    let maximum = case.policy.revocation().maximum_age;
    for (index, link) in chain.links.iter().enumerate() {
        let asks = case.policy.level_of(context, Role::Signer, CheckId::RevocationKnown) == Level::Fail;
        let wanted = required(case.policy, context, index, link) || (link.is_anchor && asks);
        if wanted && !is_settled(link, case.moment.at, maximum) {
            let certificate = &link.holder.certificate;
            let issuer = chain.path.get(index.saturating_add(1));
            needs.extend(issuer.and_then(|issuer| Need::ocsp(certificate, &issuer.certificate, vouched)));
            // Without the issuer nobody could tell what a list is worth; that of a listed unit is at hand.
            if issuer.is_some() || link.is_anchor {
                needs.extend(Need::crl(certificate, vouched));
            }
        }
    }
}

/// Whether newer data could not say anything else: what is revoked stays so, what is fresh is known.
fn is_settled(link: &Link, at: Timestamp, maximum: i64) -> bool {
    select(&link.findings, |_| true)
        .is_some_and(|datum| matches!(datum.status, Status::Revoked { .. }) || fresh(datum, at, maximum).is_ok())
}

/// Warns where the status of a certificate is known up to a time before the validation time only.
pub(in crate::validation) fn warn(course: &mut Course<'_, '_>, at: Timestamp) {
    let Some(chain) = course.chain else { return };
    let policy = course.ledger.policy();
    let maximum = policy.revocation().maximum_age;
    let context = course.context();
    let mut all_fresh = true;
    for (index, link) in chain.links.iter().enumerate() {
        let Some(datum) = select(&link.findings, |_| true) else { continue };
        if !required(policy, context, index, link) || is_settled(link, at, maximum) {
            continue;
        }
        all_fresh = false;
        let until = datum.fresh_until(maximum).min(at);
        let detail = Message::StatusKnownUntil { subject: link.holder.subject.clone(), until };
        let object = Some(format!("sha256:{}", link.holder.sha256));
        course.ledger.broken(CheckId::RevocationCurrent, object, Some(detail));
    }
    if all_fresh && chain.links.iter().any(|link| select(&link.findings, |_| true).is_some()) {
        course.ledger.passed(CheckId::RevocationCurrent);
    }
}
