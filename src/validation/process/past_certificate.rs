//! Past certificate validation (EN 319 102-1 §5.6.2.1, PCV): whether the path was good at some time, and until which
//! control time that is proven.
//!
//! First the path has to be valid by RFC 5280 §6.1 at a date inside the intersection of all validities, without
//! revocation and without an end of trust. Then [VTS](super::sliding) gives the control time, at which the algorithms
//! have to have been reliable; one for whose end it slid counts at that end itself.

use super::sliding::{Past, control_time};
use crate::time::Timestamp;
use crate::validation::block::algorithms::unreliable;
use crate::validation::check::CheckId;
use crate::validation::ledger::Decision;
use crate::validation::message::Message;

/// The control time; else the check that does not hold.
pub(super) fn past_certificate(past: Past<'_>) -> Result<Timestamp, Decision> {
    let failed = |check, detail| Decision { check, detail };
    if let Some(fault) = past.chain.faults.first() {
        return Err(failed(CheckId::PathValidAtSomeTime, Some(fault.detail.clone())));
    }
    let from = past.chain.links.iter().map(|link| link.holder.certificate.not_before()).max();
    let until = past.chain.links.iter().map(|link| link.holder.certificate.not_after()).min();
    if !past.chain.anchored || from.zip(until).is_some_and(|(from, until)| from > until) {
        return Err(failed(CheckId::PathValidAtSomeTime, None));
    }
    let control = control_time(past).map_err(|detail| failed(CheckId::ExistenceAtControlTime, Some(detail)))?;
    for link in &past.chain.links {
        // An algorithm whose end the time slid to was reliable up to then: t <= end.
        let before = control.plus_seconds(-1);
        let weak = link.items.as_deref().map_or_else(
            || Some(Message::Certificate { subject: link.holder.subject.clone() }),
            |items| unreliable(past.policy, items, before),
        );
        if let Some(detail) = weak {
            return Err(failed(CheckId::AlgorithmsAtControlTime, Some(detail)));
        }
    }
    Ok(control)
}
