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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{DigestAlgorithm, SignatureAlgorithm, Verifier, digest};
    use crate::pki::{Certificate, testdata};
    use crate::validation::block::algorithms::Primitive;
    use crate::validation::check::CheckId;
    use crate::validation::evidence::Origin;
    use crate::validation::existence::Proof;
    use crate::validation::memory::NoMemory;
    use crate::validation::message::Term;
    use crate::validation::path::{Holder, Keys};
    use crate::validation::process::past_certificate::past_certificate;
    use crate::validation::revocation::{Part, Source};
    use std::sync::Arc;

    fn time(text: &str) -> Timestamp {
        Timestamp::from_rfc3339(text).unwrap()
    }

    const AT: &str = "2026-07-01T00:00:00Z";

    fn holder(text: &str) -> Rc<Holder> {
        let certificate = Certificate::parse(&testdata::der(text)).unwrap();
        Keys::new(&Verifier, &NoMemory).holder(&Arc::new(certificate))
    }

    /// What revocation data say: for when, until when they are fresh, the status.
    fn datum(this_update: &str, next_update: &str, status: Status) -> Datum {
        let signer = holder(testdata::CA);
        let part = Part {
            fingerprint: digest(DigestAlgorithm::Sha256, this_update.as_bytes()),
            signer_path: Rc::from([Rc::clone(&signer)]),
            signer,
            algorithm: SignatureAlgorithm::Ecdsa { digest: DigestAlgorithm::Sha256 },
        };
        Datum {
            source: Source::Ocsp,
            origin: Origin::Embedded,
            status,
            this_update: time(this_update),
            next_update: Some(time(next_update)),
            produced_at: time(this_update),
            parts: vec![Rc::new(part)],
        }
    }

    fn chain(accepted: Vec<Datum>, algorithm: DigestAlgorithm) -> Chain {
        let (signer, anchor) = (holder(testdata::LEAF), holder(testdata::CA));
        let item = Item { primitive: Primitive::Digest(algorithm), place: Term::Certificate };
        let link = Link {
            holder: Rc::clone(&signer),
            not_required: None,
            findings: Rc::new(Findings { accepted, rejected: Vec::new() }),
            items: Some(vec![item]),
            is_anchor: false,
        };
        let (faults, open) = (Vec::new(), Vec::new());
        Chain {
            path: vec![signer, anchor],
            anchored: true,
            sunset: None,
            since: None,
            links: vec![link],
            faults,
            open,
        }
    }

    fn slid(chain: &Chain, existence: &Existence, signature: &str) -> Result<Timestamp, CheckId> {
        let policy = Policy::builtin("default").unwrap();
        let signature = time(signature);
        let context = Context::Signature;
        let past = Past { chain, existence, policy: &policy, context, at: time(AT), signature, proven: true };
        past_certificate(past).map_err(|decision| decision.check)
    }

    const GOOD: Status = Status::Good;

    #[test]
    fn fresh_data_need_no_older_time_and_stale_ones_slide_to_theirs() {
        let existence = Existence::new(time(AT));
        let fresh =
            chain(vec![datum("2026-06-30T00:00:00Z", "2026-08-01T00:00:00Z", GOOD)], DigestAlgorithm::Sha256);
        assert_eq!(slid(&fresh, &existence, AT), Ok(time(AT)));
        let stale =
            chain(vec![datum("2026-05-01T00:00:00Z", "2026-06-01T00:00:00Z", GOOD)], DigestAlgorithm::Sha256);
        assert_eq!(slid(&stale, &existence, AT), Ok(time("2026-05-01T00:00:00Z")));
        assert_eq!(slid(&stale, &existence, "2026-05-15T00:00:00Z"), Ok(time(AT)), "fresh when it was signed");
        let future = chain(vec![datum(AT, "2026-08-01T00:00:00Z", GOOD)], DigestAlgorithm::Sha256);
        assert_eq!(
            slid(&future, &existence, AT),
            Err(CheckId::ExistenceAtControlTime),
            "not before the control time"
        );
        assert_eq!(
            slid(&chain(Vec::new(), DigestAlgorithm::Sha256), &existence, AT),
            Err(CheckId::ExistenceAtControlTime)
        );
    }

    #[test]
    fn what_is_revoked_or_on_hold_was_good_before() {
        let existence = Existence::new(time(AT));
        let since = time("2026-03-01T00:00:00Z");
        let revoked = Status::Revoked { time: since, reason: None, invalid_since: None };
        for status in [revoked, Status::OnHold { since }] {
            let chain =
                chain(vec![datum("2026-06-30T00:00:00Z", "2026-08-01T00:00:00Z", status)], DigestAlgorithm::Sha256);
            assert_eq!(slid(&chain, &existence, AT), Ok(since));
        }
    }

    #[test]
    fn an_algorithm_slides_to_its_end_and_one_that_never_was_reliable_nowhere() {
        let existence = Existence::new(time(AT));
        let good = || vec![datum("2026-06-30T00:00:00Z", "2026-08-01T00:00:00Z", GOOD)];
        let old = chain(good(), DigestAlgorithm::Sha1);
        assert_eq!(slid(&old, &existence, AT), Ok(time("2012-08-01T00:00:00Z")));
        let unlisted = chain(good(), DigestAlgorithm::Sha512_224);
        assert!(slid(&unlisted, &existence, AT).is_err());
    }

    #[test]
    fn below_a_control_time_only_what_existed_then_counts() {
        let mut existence = Existence::new(time(AT));
        let mut sunset =
            chain(vec![datum("2026-01-01T00:00:00Z", "2026-08-01T00:00:00Z", GOOD)], DigestAlgorithm::Sha256);
        sunset.sunset = Some(time("2026-06-01T00:00:00Z"));
        assert_eq!(slid(&sunset, &existence, AT), Err(CheckId::ExistenceAtControlTime));
        let proof = || Proof { time: time("2026-02-01T00:00:00Z"), source: Some("D1".to_owned()) };
        existence.prove(Token::Certificate(sunset.links[0].holder.fingerprint), proof());
        assert_eq!(slid(&sunset, &existence, AT), Err(CheckId::ExistenceAtControlTime), "the datum is not proven");
        for fingerprint in sunset.links[0].findings.accepted[0].fingerprints() {
            existence.prove(Token::Revocation(fingerprint), proof());
        }
        assert_eq!(slid(&sunset, &existence, AT), Ok(time("2026-06-01T00:00:00Z")));
        let mut unanchored = chain(Vec::new(), DigestAlgorithm::Sha256);
        unanchored.anchored = false;
        assert_eq!(slid(&unanchored, &existence, AT), Err(CheckId::PathValidAtSomeTime));
    }
}
