//! Validation time sliding (EN 319 102-1 §5.6.2.2, VTS): back in time to a control time at which everything that is now
//! revoked, stale or weak still was not.
//!
//! From the certificate below the anchor down to the signer: revocation data have to exist (as the certificate has) at
//! the control time of the step before. Where they say revoked, the control time becomes the time of revocation (on hold
//! counts here too); where they are not fresh, the time for which they speak; where an algorithm was not reliable, its
//! end. The model is SHELL.

use std::rc::Rc;

use crate::time::Timestamp;
use crate::validation::block::algorithms::{Item, end, reliable};
use crate::validation::block::certificates::{Chain, Link, part_items, required};
use crate::validation::check::Context;
use crate::validation::existence::{Existence, Token};
use crate::validation::message::Message;
use crate::validation::policy::Policy;
use crate::validation::revocation::{Datum, Findings, Status, fresh, select};

/// What the processes of past validation are given: values only.
#[derive(Clone, Copy, Debug)]
pub(super) struct Past<'a> {
    /// The path.
    pub(super) chain: &'a Chain,
    /// The proofs of existence.
    pub(super) existence: &'a Existence,
    /// The policy.
    pub(super) policy: &'a Policy,
    /// A signature or a time-stamp.
    pub(super) context: Context,
    /// The validation time.
    pub(super) at: Timestamp,
    /// When the signature is first proven to exist.
    pub(super) signature: Timestamp,
    /// Whether a time-stamp proves it.
    pub(super) proven: bool,
}

/// The control time, or why there is none.
pub(super) fn control_time(past: Past<'_>) -> Result<Timestamp, Message> {
    let mut control = past.chain.sunset.map_or(past.at, |sunset| past.at.min(sunset));
    for (index, link) in past.chain.links.iter().enumerate().rev() {
        let datum = if required(past.policy, past.context, index, link) {
            let certificate = Token::Certificate(link.holder.fingerprint);
            let existed = past.existence.by(&certificate, control);
            let datum = existed.then(|| usable(&link.findings, past.existence, control)).flatten();
            let detail = || Message::NoProofAt { subject: link.holder.subject.clone(), time: control };
            Some(datum.ok_or_else(detail)?)
        } else {
            None
        };
        if let Some(datum) = datum {
            control = slide(past, datum, control);
        }
        control = slide_for_algorithms(past.policy, link, datum, control)?;
    }
    Ok(control)
}

/// CRS for past validation: issued before the control time and proven to have existed then.
pub(super) fn usable<'f>(
    findings: &'f Rc<Findings>,
    existence: &Existence,
    control: Timestamp,
) -> Option<&'f Datum> {
    select(findings, |datum| {
        datum.this_update < control
            && datum.fingerprints().all(|fingerprint| existence.by(&Token::Revocation(fingerprint), control))
    })
}

fn slide(past: Past<'_>, datum: &Datum, control: Timestamp) -> Timestamp {
    let maximum = past.policy.revocation().maximum_age;
    match datum.status {
        Status::Revoked { time, .. } | Status::OnHold { since: time } => control.min(time),
        // Data that were fresh when the signature is first proven to exist need no older time.
        Status::Good if fresh(datum, control, maximum).is_ok() || fresh(datum, past.signature, maximum).is_ok() => {
            control
        }
        Status::Good => control.min(datum.this_update),
    }
}

/// To the end of the first algorithm of the certificate and of its data that was not reliable at the control time.
fn slide_for_algorithms(
    policy: &Policy,
    link: &Link,
    datum: Option<&Datum>,
    control: Timestamp,
) -> Result<Timestamp, Message> {
    let of_data = datum.into_iter().flat_map(|datum| datum.parts.iter().flat_map(|part| part_items(part)));
    let items: Vec<Item> = link.items.iter().flatten().copied().chain(of_data).collect();
    if reliable(policy, &items, control) {
        return Ok(control);
    }
    let never = || Message::NoProofAt { subject: link.holder.subject.clone(), time: control };
    end(policy, &items, control).map(|end| control.min(end)).ok_or_else(never)
}
