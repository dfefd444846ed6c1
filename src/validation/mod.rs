//! The decision, in the chapters of ETSI EN 319 102-1: facts and policy in, report and needs out. Pure.
//!
//! [`validate`] sees facts only ([`Examination`]), never the document. What it would still need to say more is part of
//! its answer; whoever can fetch it asks again.

mod block;
pub mod bundle;
mod check;
mod evidence;
mod existence;
mod ledger;
pub mod mandant;
mod memory;
mod message;
mod moment;
mod need;
mod path;
pub mod policy;
mod process;
pub mod qualification;
mod report;
mod revocation;
mod signer;
mod status;
mod summary;
mod verdict;

use crate::crypto::Verifier;
use crate::document::Examination;
use crate::limits::Budget;
use crate::trust::TrustStore;
use mandant::Mandant;

pub use check::{Check, CheckId, CheckResult, Context, Level};
pub use evidence::{Evidence, Origin};
pub use memory::{Memory, NoMemory, Step};
pub use message::{Arg, Message, Term};
pub use moment::Moment;
pub use need::{Attempt, FetchOutcome, Need, NeedKind, Vouched};
pub use policy::{Policy, PolicyError};
pub use report::{
    Algorithms, Answer, ClaimedAttributes, DocumentVerdict, Integrity, PathElement, PolicyReference, Reason,
    Report, RevocationStatus, Scope, SignatureReport, Signer, Summary, TimeQuality, TimestampKind, TimestampReport,
    TrustSummary,
};
pub use signer::{SignerOutcome, validate_signer};
pub use status::{CertificateStatus, certificate_status};
pub use verdict::{Doubt, Failure, Verdict};

/// What a validation answers.
#[must_use]
#[derive(Debug)]
pub struct Outcome {
    /// The report. Its needs are what is still missing.
    pub report: Report,
}

/// Judges every signature of a document under `policy`, for the time and at the time of `moment`.
///
/// `evidence` holds certificates and revocation data besides those that the document brings along (which
/// [`Evidence::add_embedded`] collects). Each signature has its own share of `budget`: where it is exhausted, that
/// signature is INDETERMINATE with the limit named, and the others go on.
pub fn validate(
    examination: &Examination,
    evidence: &Evidence,
    trust: &TrustStore,
    policy: &Policy,
    moment: Moment,
    budget: &mut Budget,
) -> Outcome {
    validate_with(examination, evidence, trust, policy, moment, &NoMemory, budget)
}

/// The same with a memory of who signed which certificate. The report is the same with any.
pub fn validate_with(
    examination: &Examination,
    evidence: &Evidence,
    trust: &TrustStore,
    policy: &Policy,
    moment: Moment,
    memory: &dyn Memory,
    budget: &mut Budget,
) -> Outcome {
    let verifier = Verifier;
    let case = process::Case::new(evidence, trust, policy, moment, &verifier, memory);
    let mut needs = Vec::new();
    let (mut signatures, mut document_timestamps) = process::judge(examination, &case, &mut needs, budget);
    let impatient = policy.maximum_grace().map(|most| qualification::Impatient::new(trust, most));
    let lists: &dyn qualification::Lists = match &impatient {
        Some(lists) => lists,
        None => trust,
    };
    qualification::qualify(&mut signatures, &mut document_timestamps, lists, moment.at);
    needs.sort();
    needs.dedup();
    let (verdict, summary) = summary::summarise(&signatures);
    let mut report = Report {
        document: examination.document.clone(),
        validation_time: moment.at,
        policy: policy.reference().clone(),
        trust: TrustSummary::of(trust, moment.at, policy.maximum_grace()),
        verdict,
        summary,
        signatures,
        document_timestamps,
        mandants: Vec::new(),
        needs,
        gathering: evidence.attempts().to_vec(),
    };
    let is_known = |signature: &SignatureReport| signature.legal.ch.is_some() || signature.legal.demo.is_some();
    if report.signatures.iter().any(is_known) {
        report.mandants = Mandant::builtin().iter().map(|mandant| mandant.assess(&report)).collect();
    }
    Outcome { report }
}
