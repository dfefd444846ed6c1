//! The validation process for time-stamps (EN 319 102-1 §5.4, VPFTSP; RFC 3161, RFC 5816): the imprint, the signature of
//! the authority, its certificate. Revocation data have to be fresh at the time that the token states, or where the
//! policy says so at the validation time.

use super::course::{Course, best};
use super::facts::Facts;
use super::format::is_complete;
use super::long_term::not_before;
use super::report::{elements, integrity};
use super::stamps::Stamp;
use super::{Case, archival, needs};
use crate::crypto::DigestAlgorithm;
use crate::document::Coverage;
use crate::pki::TimestampToken;
use crate::validation::block::certificates::Times;
use crate::validation::check::CheckId;
use crate::validation::existence::{Existence, Token};
use crate::validation::need::Need;
use crate::validation::policy::FreshAt;
use crate::validation::report::{TimestampKind, TimestampReport};

/// A time-stamp with its facts.
#[derive(Debug)]
pub(super) struct Given<'e, 'p> {
    /// Its id in the report.
    pub(super) id: String,
    /// What it stands for.
    pub(super) kind: TimestampKind,
    /// The token; none where it cannot be parsed.
    pub(super) token: Option<&'e TimestampToken>,
    /// The facts.
    pub(super) facts: Facts<'p>,
    /// A document time-stamp: where its value begins.
    pub(super) place: Option<u64>,
    /// Where it stands among those of its kind inside a signature, where that is an order in time.
    pub(super) sequence: u64,
    /// Whether it is over the signature value.
    pub(super) over_signature: bool,
    /// A document time-stamp: its field.
    pub(super) field: Option<String>,
    /// A document time-stamp: how much it covers.
    pub(super) coverage: Option<Coverage>,
    /// What it covers: ids of the report.
    pub(super) covers: Vec<String>,
    /// Whether what it proves could still change a verdict.
    pub(super) matters: bool,
    /// An archive time-stamp: what its time proves.
    pub(super) covered: Vec<Token>,
}

/// Judges a time-stamp: the basic process, then with the proofs of newer ones.
pub(super) fn judge<'e>(
    given: &Given<'e, '_>,
    existence: &Existence,
    case: &Case<'_>,
    needed: &mut Vec<Need>,
) -> (Stamp<'e>, TimestampReport) {
    let at = case.moment.at;
    let made = given.token.map_or(at, |token| token.tst_info.gen_time);
    let fresh = match case.policy.revocation().timestamps {
        FreshAt::GenerationTime => made,
        FreshAt::ValidationTime => at,
    };
    let times = Times { at, fresh, made };
    let run = |chain| {
        let token = Token::Object(given.id.clone());
        let mut course = Course::new(&given.facts, chain, times, token, case);
        // An authority does not issue tokens before its certificate.
        not_before(&mut course, made, CheckId::BestTimeNotBefore);
        let passed_basic = course.decision().is_none();
        archival::timestamp(&mut course, existence);
        (course, passed_basic)
    };
    let chains = given.facts.chains.as_deref();
    let (course, passed_basic) = best(chains, run, |(course, _)| course.rank());
    let chain = course.chain;
    if let Some(chain) = chain
        && given.matters
        && !given.facts.is_hopeless()
    {
        needs::of(chain, course.context(), case, needed);
    }
    let is_valid = course.decision().is_none();
    let stamp = Stamp {
        id: given.id.clone(),
        kind: given.kind,
        token: given.token,
        time: given.token.map(|token| token.tst_info.gen_time),
        authority: given.facts.signer.as_ref().map(|signer| signer.fingerprint),
        place: given.place,
        sequence: given.sequence,
        over_signature: given.over_signature,
        is_complete: chain.is_some_and(is_complete),
        passed_basic,
        is_valid,
    };
    let integrity = integrity(&course.ledger, given.token.is_some());
    let mut course = course;
    if is_valid {
        needs::warn(&mut course, times.at);
    }
    let (verdict, reason, checks) = course.conclude();
    let report = TimestampReport {
        id: given.id.clone(),
        field: given.field.clone(),
        kind: given.kind,
        time: stamp.time,
        verdict,
        reason,
        qualified: Vec::new(),
        tsa: given.facts.signer.as_ref().map(super::report::describe),
        imprint_algorithm: given.token.map(|token| {
            let oid = &token.tst_info.imprint_algorithm.oid;
            DigestAlgorithm::from_oid(oid).map_or_else(|| oid.to_string(), |known| known.name().to_owned())
        }),
        integrity,
        coverage: given.coverage,
        covers: given.covers.clone(),
        path: chain.map(elements).unwrap_or_default(),
        checks,
    };
    (stamp, report)
}
