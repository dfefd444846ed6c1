//! The processes of EN 319 102-1, in the standard's chapters: [`basic`] (§5.3), [`timestamp`] (§5.4), [`long_term`]
//! (§5.5), [`past_certificate`], [`sliding`], [`past_signature`] (§5.6.2) and [`archival`] (§5.6.3).
//!
//! [`judge`] is the order of everything. First the facts of every signature and time-stamp, once: digests, signature
//! values, paths, what revocation data say. Then the time-stamps, newest first: each that is valid proves the existence
//! of what it covers, and so may rescue an older one. Then the signatures. From the facts on nothing is hashed or
//! verified again: the processes are functions of facts, proofs of existence and times.

mod archival;
mod archive;
mod basic;
mod course;
mod facts;
mod format;
mod inside;
mod long_term;
mod needs;
mod past_certificate;
mod past_signature;
mod places;
mod report;
mod signature;
mod sliding;
mod stamps;
mod timestamp;
mod xades_format;
mod xml;
mod xml_covered;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::block::acceptance;
use super::block::certificates::Chain;
use super::block::format::{limit, place};
use super::check::{CheckId, Context};
use super::evidence::Evidence;
use super::existence::{Existence, Proof, Token};
use super::ledger::Ledger;
use super::memory::Memory;
use super::moment::Moment;
use super::need::Need;
use super::path::Keys;
use super::policy::Policy;
use super::report::{SignatureReport, TimestampKind, TimestampReport};
use super::revocation::Judgements;
use crate::crypto::{Digest, SignatureVerifier};
use crate::document::{Examination, Signature, SignatureForm};
use crate::limits::Budget;
use crate::trust::TrustStore;
use format::Material;
use inside::{All, Holder, Inside, inside};
use stamps::Stamp;
use timestamp::Given;

pub(in crate::validation) use course::{Course, best};
pub(super) use facts::Facts;
pub(super) use needs::of as needs_of;
pub(super) use report::elements;
pub(super) use signature::is_valid;

/// What one validation is given, and what it shares between signatures.
pub(super) struct Case<'v> {
    pub(super) evidence: &'v Evidence,
    pub(super) trust: &'v TrustStore,
    pub(super) policy: &'v Policy,
    pub(super) moment: Moment,
    pub(super) keys: Keys<'v>,
    pub(super) revocation: Judgements,
    /// The paths of each signer, built once.
    pub(super) chains: RefCell<HashMap<Digest, Rc<[Chain]>>>,
}

impl std::fmt::Debug for Case<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Case").field("moment", &self.moment).finish_non_exhaustive()
    }
}

impl<'v> Case<'v> {
    pub(super) fn new(
        evidence: &'v Evidence,
        trust: &'v TrustStore,
        policy: &'v Policy,
        moment: Moment,
        verifier: &'v dyn SignatureVerifier,
        memory: &'v dyn Memory,
    ) -> Self {
        let keys = Keys::new(verifier, memory);
        Self {
            evidence,
            trust,
            policy,
            moment,
            keys,
            revocation: Judgements::default(),
            chains: RefCell::default(),
        }
    }
}

/// A time-stamp with its facts, and the signature inside of which it stands.
struct Found<'e, 'p> {
    given: Given<'e, 'p>,
    inside: Option<usize>,
}

/// Judges everything; gives the reports on signatures and on document time-stamps, both in file order.
pub(super) fn judge(
    examination: &Examination,
    case: &Case<'_>,
    needed: &mut Vec<Need>,
    budget: &Budget,
) -> (Vec<SignatureReport>, Vec<TimestampReport>) {
    let count = examination.signatures.len().saturating_add(examination.document_timestamps.len());
    let parts = u64::try_from(count).unwrap_or(u64::MAX).max(1);
    let tokens: Vec<Vec<Inside<'_>>> = examination.signatures.iter().map(|one| inside(one, budget)).collect();
    let all = All { examination, tokens: &tokens };
    let mut facts = Vec::with_capacity(examination.signatures.len());
    let mut found: Vec<Found<'_, '_>> = Vec::new();
    for (index, (signature, tokens)) in examination.signatures.iter().zip(&tokens).enumerate() {
        let mut share = budget.share(parts);
        facts.push(signature::facts(signature, case, &mut share));
        let mut around = Holder::new(signature, tokens, all);
        for number in 0..tokens.len() {
            if let Some(given) = around.given(number, case, &mut share) {
                found.push(Found { given, inside: Some(index) });
            }
        }
    }
    for stamp in &examination.document_timestamps {
        let mut share = budget.share(parts);
        found.push(Found { given: document(stamp, examination, case, &mut share), inside: None });
    }

    let hopeless: Vec<&str> = examination
        .signatures
        .iter()
        .zip(&facts)
        .filter(|(_, facts)| facts.is_hopeless())
        .map(|(signature, _)| signature.id.as_str())
        .collect();
    for Found { given, .. } in &mut found {
        given.matters = given.covers.is_empty() || given.covers.iter().any(|id| !hopeless.contains(&id.as_str()));
    }

    let mut existence = Existence::new(case.moment.at);
    if !examination.document_timestamps.is_empty() {
        places::note(&mut existence, examination, &tokens, case);
    }
    let mut judged: Vec<Option<(Stamp<'_>, TimestampReport)>> = found.iter().map(|_| None).collect();
    for index in newest_first(&found) {
        let Some(found) = found.get(index) else { continue };
        let (stamp, report) = timestamp::judge(&found.given, &existence, case, needed);
        prove(&mut existence, &stamp, found, &facts, examination);
        if let Some(place) = judged.get_mut(index) {
            *place = Some((stamp, report));
        }
    }

    let mut own_reports: Vec<Vec<TimestampReport>> = examination.signatures.iter().map(|_| Vec::new()).collect();
    let mut document_reports = Vec::new();
    let mut own: Vec<Vec<Stamp<'_>>> = examination.signatures.iter().map(|_| Vec::new()).collect();
    let mut around = Vec::new();
    for (found, judged) in found.iter().zip(judged) {
        let Some((stamp, report)) = judged else { continue };
        match found.inside.and_then(|index| own.get_mut(index).zip(own_reports.get_mut(index))) {
            Some((stamps, reports)) => {
                stamps.push(stamp);
                reports.push(report);
            }
            None => {
                around.push(stamp);
                document_reports.push(report);
            }
        }
    }
    let material = Material::new(examination, &around);
    let mut reports = Vec::with_capacity(facts.len());
    let rows = examination.signatures.iter().zip(&facts).zip(own.iter().zip(own_reports));
    for ((signature, facts), (own, own_reports)) in rows {
        let value = value_end(signature);
        let covering =
            around.iter().filter(|stamp| stamp.place.zip(value).is_some_and(|(stamp, own)| own <= stamp));
        let stamps: Vec<&Stamp<'_>> = own.iter().chain(covering).collect();
        reports.push(signature::judge(signature, facts, &stamps, own_reports, &existence, case, &material, needed));
    }
    nest(&mut reports, examination);
    (reports, document_reports)
}

/// Moves the reports on counter-signatures into those on the signatures that they stand in.
fn nest(reports: &mut Vec<SignatureReport>, examination: &Examination) {
    let parents = examination.signatures.iter().map(|one| Some(one.xml()?.counter_of.as_ref()?.id.as_str()));
    // The innermost stands last: it is moved into its own before that one is moved.
    for (index, parent) in parents.enumerate().collect::<Vec<_>>().into_iter().rev() {
        let Some(parent) = parent else { continue };
        if index < reports.len() && reports.iter().any(|one| one.id == parent) {
            let report = reports.remove(index);
            if let Some(parent) = reports.iter_mut().find(|one| one.id == parent) {
                parent.counter_signatures.insert(0, report);
            }
        }
    }
}

/// Where the value of a signature ends in the file.
fn value_end(signature: &Signature) -> Option<u64> {
    signature.byte_range.map(|[_, _, after, _]| after)
}

/// The newest time-stamp first; of equal times the later in the file.
fn newest_first(found: &[Found<'_, '_>]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..found.len()).collect();
    order.sort_by_key(|index| {
        let given = found.get(*index).map(|found| &found.given);
        let time = given.and_then(|given| given.token).map(|token| token.tst_info.gen_time);
        std::cmp::Reverse((time, given.and_then(|given| given.place), *index))
    });
    order
}

/// What a valid time-stamp proves: one inside a signature the signature, and the certificate that it protects; an archive
/// time-stamp also what its index names; a document time-stamp everything before it.
fn prove(
    existence: &mut Existence,
    stamp: &Stamp<'_>,
    found: &Found<'_, '_>,
    facts: &[Facts<'_>],
    examination: &Examination,
) {
    let Some(time) = stamp.time.filter(|_| stamp.is_valid) else { return };
    let proof = || Proof { time, source: Some(stamp.id.clone()) };
    for token in &found.given.covered {
        existence.prove(token.clone(), proof());
    }
    match found.inside {
        None => {
            if let Some(place) = stamp.place {
                existence.prove_start(place, proof());
            }
        }
        Some(index) if stamp.is_after_signature() => {
            if let Some(signature) = examination.signatures.get(index) {
                existence.prove(Token::Object(signature.id.clone()), proof());
            }
            if let Some(facts) = facts.get(index)
                && facts.ledger.holds(CheckId::SigningCertificateDigest)
                && let Some(signer) = &facts.signer
            {
                existence.prove(Token::Certificate(signer.fingerprint), proof());
            }
        }
        // A content time-stamp proves the content, not the signature.
        Some(_) => {}
    }
}

/// The facts of a document time-stamp (EN 319 142-1 §5.4.3).
fn document<'e, 'p>(
    stamp: &'e Signature,
    examination: &Examination,
    case: &Case<'p>,
    budget: &mut Budget,
) -> Given<'e, 'p> {
    let mut facts = Facts::new(Ledger::new(case.policy, Context::Timestamp));
    place(&mut facts.ledger, stamp);
    let token = match &stamp.form {
        Some(SignatureForm::Token(token)) => Some(token.as_ref()),
        _ => None,
    };
    if let Some(token) = token {
        let imprint = |algorithm| Ok(stamp.digests.iter().find(|known| known.algorithm() == algorithm).copied());
        if let Err(exceeded) = facts::token(&mut facts, token, imprint, case, budget) {
            limit(&mut facts.ledger, exceeded);
        }
    }
    acceptance::coverage(&mut facts.ledger, stamp);
    let place = stamp.byte_range.map(|[_, hole, _, _]| hole);
    let covers = examination
        .signatures
        .iter()
        .chain(&examination.document_timestamps)
        .filter(|other| other.id != stamp.id)
        .filter(|other| value_end(other).zip(place).is_some_and(|(end, hole)| end <= hole))
        .map(|other| other.id.clone())
        .collect();
    Given {
        id: stamp.id.clone(),
        kind: TimestampKind::Document,
        token,
        facts,
        place,
        sequence: 0,
        over_signature: true,
        field: stamp.field.clone(),
        coverage: Some(stamp.coverage),
        covers,
        matters: true,
        covered: Vec::new(),
    }
}
