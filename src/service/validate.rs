//! The use case "validate a document": open, examine, judge.

use std::sync::Arc;

use tokio::time::Instant;

use super::gather::Gathering;
use super::ports::Clock;
use super::{Caller, Gather, Gathered, Role, Service, ServiceError};
use crate::document::{Content, Document, Examination, OpenError, examine_with};
use crate::journal::{Act, Entry};
use crate::limits::{Budget, CancelFlag, Limits};
use crate::pki::{Certificate, Crl, OcspResponse};
use crate::time::Timestamp;
use crate::trust::TrustStore;
use crate::validation;
use crate::validation::bundle;
use crate::validation::bundle::{Bundle, BundleError};
use crate::validation::{Attempt, Evidence, Memory, Moment, NoMemory, Origin, Policy, Report};

/// Bytes of a document that may be validated on the thread that answers requests. Most of those that offices exchange
/// are shorter.
const SHORT_BYTES: usize = 128 << 10;

/// Work that it may take there, in the units of [`Limits::work`]: about two milliseconds, for which other requests wait
/// (some more where a password makes a key, which is not counted).
const SHORT_WORK: u64 = 2_000;

/// Everything that a validation is asked under, the document apart.
#[derive(Debug)]
pub struct ValidationRequest {
    /// Opens an encrypted PDF; without one the empty user password is tried.
    pub password: Option<Vec<u8>>,
    /// What detached XML signatures sign.
    pub contents: Vec<GivenContent>,
    /// What is demanded.
    pub policy: Arc<Policy>,
    /// What is believed.
    pub trust: Arc<TrustStore>,
    /// Certificates that the caller gives.
    pub certificates: Vec<Arc<Certificate>>,
    /// CRLs that the caller gives, as DER; they have been parsed once and are good.
    pub crls: Vec<Crl>,
    /// OCSP responses that the caller gives.
    pub ocsp_responses: Vec<OcspResponse>,
    /// For which time, and when.
    pub moment: Moment,
    /// What it may cost.
    pub limits: Limits,
}

/// Content outside of the document that the caller gives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GivenContent {
    /// Its name, as a reference would have it; none where it has none.
    pub name: Option<String>,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

pub(super) fn borrowed(contents: &[GivenContent]) -> Vec<Content<'_>> {
    contents.iter().map(|given| Content { name: given.name.clone(), bytes: &given.bytes }).collect()
}

/// What a caller of the service asks.
#[derive(Debug)]
pub struct Validation {
    /// The document.
    pub document: Vec<u8>,
    /// What detached XML signatures sign.
    pub contents: Vec<GivenContent>,
    /// The policy by its name.
    pub policy: String,
    /// The validation time; none means now. Needs [`Role::Archivist`].
    pub at: Option<Timestamp>,
    /// Opens an encrypted PDF.
    pub password: Option<Vec<u8>>,
    /// Certificates that the caller gives.
    pub certificates: Vec<Arc<Certificate>>,
    /// CRLs that the caller gives.
    pub crls: Vec<Crl>,
    /// OCSP responses that the caller gives.
    pub ocsp_responses: Vec<OcspResponse>,
}

/// What is answered.
#[derive(Debug)]
pub struct Validated {
    /// Names the report; it stands in the journal.
    pub report_id: String,
    /// The report.
    pub report: Report,
    /// What it rests on.
    pub basis: Basis,
}

/// A report and what it rests on.
#[derive(Debug)]
pub struct Judged {
    /// The report.
    pub report: Report,
    /// What it rests on.
    pub basis: Basis,
}

/// What a report rests on, the document apart.
#[derive(Debug)]
pub struct Basis {
    evidence: Evidence,
    trust: Arc<TrustStore>,
    policy: Arc<Policy>,
    /// The validation time; and the time at which it was judged last, after what was fetched had come.
    moment: Moment,
}

impl Basis {
    /// The evidence bundle of `report`, which rests on this.
    ///
    /// # Errors
    /// Where it would be larger than bundles may be.
    pub fn bundle(&self, report: &Report) -> Result<Vec<u8>, BundleError> {
        bundle::write(&report.document, &self.evidence, &self.trust, &self.policy, self.moment)
    }
}

impl Service {
    /// Validates a document for a caller. The report is in the journal when this returns.
    ///
    /// # Errors
    /// [`ServiceError`]; then there is no report.
    pub async fn validate(&self, caller: &Caller, asked: Validation) -> Result<Validated, ServiceError> {
        if !caller.holds(Role::Validator) {
            return Err(ServiceError::Forbidden("role validator".to_owned()));
        }
        if asked.at.is_some() && !caller.holds(Role::Archivist) {
            return Err(ServiceError::Forbidden("at: role archivist".to_owned()));
        }
        let Some(policy) = self.parts.policies.get(&asked.policy).cloned() else {
            return Err(ServiceError::UnknownPolicy(asked.policy));
        };
        let report_id = self.new_id()?;
        let begun = Instant::now();
        let clock = self.parts.clock.now();
        let mut request = ValidationRequest {
            password: asked.password,
            contents: asked.contents,
            policy,
            trust: self.trust(),
            certificates: asked.certificates,
            crls: asked.crls,
            ocsp_responses: asked.ocsp_responses,
            moment: Moment { at: asked.at.unwrap_or(clock), clock },
            limits: self.parts.limits.clone(),
        };
        let document = asked.document;
        let at_hand = self.parts.evidence.current();
        let limits = request.limits.clone();
        let first = match self.on_the_spot(&document, &mut request, &at_hand) {
            Some(first) => first,
            None => {
                let memory = Arc::clone(&self.memory);
                let work = move |cancel| judge_with(&document, &request, &at_hand, memory, &cancel);
                self.bench.run(work).await?
            }
        };
        let (case, report) = first.map_err(ServiceError::Document)?;
        let (case, report) = self.gathered(case, report, limits, begun).await?;
        let entry = entry(&report_id, &caller.name, &report, self.parts.clock.now());
        let journaled = self.parts.journal.append(entry, None).await;
        journaled.map_err(|error| ServiceError::JournalUnavailable(error.0))?;
        Ok(Validated { report_id, report, basis: case.basis })
    }

    /// Fetches what a report needs and judges again, until nothing more comes or the time is over.
    async fn gathered(
        &self,
        mut case: Case,
        mut report: Report,
        limits: Limits,
        begun: Instant,
    ) -> Result<(Case, Report), ServiceError> {
        if self.parts.gather.is_offline() || report.needs.is_empty() {
            return Ok((case, report));
        }
        let limits = Arc::new(limits);
        let deadline = self.parts.capacity.deadline;
        let last = begun.checked_add(deadline).unwrap_or(begun);
        // A fifth of the time stays for judging what came at the last moment.
        let latest = last.checked_sub(deadline / 5).unwrap_or(begun);
        let mut gathering = Gathering::new(&self.parts.gather, &case.basis.trust, latest);
        let mut unheard = false;
        loop {
            let found = gathering.round(&report.needs).await;
            unheard |= case.note(gathering.so_far());
            match (case.take(&found), found.is_empty()) {
                // What is at hand already was no good: the next round asks the next place.
                (false, false) => continue,
                (false, true) if !unheard => break,
                // It is judged for the last time, so that the report says what was in the way.
                _ => unheard = false,
            }
            case.basis.moment.clock = self.parts.clock.now();
            let limits = Arc::clone(&limits);
            let work = move |cancel| {
                let report = case.judge(&limits, &cancel);
                (case, report)
            };
            (case, report) = self.bench.go_on(last, work).await?;
            if found.is_empty() {
                break;
            }
        }
        Ok((case, report))
    }

    /// Validates a short document without leaving the thread, where a turn is free: to hand it to another one costs
    /// as much as half the work. It may take little work; where that does not suffice there is no answer, and it is
    /// done again with all that it may take.
    fn on_the_spot(
        &self,
        document: &[u8],
        request: &mut ValidationRequest,
        at_hand: &Evidence,
    ) -> Option<Result<(Case, Report), OpenError>> {
        let given = request.certificates.len().saturating_add(request.crls.len());
        let contents = request.contents.iter().fold(0_usize, |all, given| all.saturating_add(given.bytes.len()));
        let octets = document.len().saturating_add(contents).saturating_add(at_hand.octets());
        if octets > SHORT_BYTES || given.saturating_add(request.ocsp_responses.len()) > 0 {
            return None;
        }
        let _turn = self.bench.free_turn()?;
        let flag = CancelFlag::default();
        let work = std::mem::replace(&mut request.limits.work, SHORT_WORK);
        let judged = judge_with(document, request, at_hand, Arc::clone(&self.memory), &flag);
        request.limits.work = work;
        (!flag.saw_exhaustion()).then_some(judged)
    }
}

/// A document that was judged and can be judged again: its facts, and what there is so far to judge it by.
#[derive(Debug)]
pub struct Case {
    examination: Examination,
    basis: Basis,
    memory: Arc<dyn Memory>,
}

impl Case {
    /// What the report rests on.
    #[must_use]
    pub fn into_basis(self) -> Basis {
        self.basis
    }

    /// Takes what was fetched; whether anything of it is new.
    fn take(&mut self, found: &[Arc<Gathered>]) -> bool {
        found.iter().fold(false, |new, gathered| gathered.enter(&mut self.basis.evidence) | new)
    }

    /// Judges it by what there is.
    fn judge(&self, limits: &Limits, cancel: &CancelFlag) -> Report {
        self.judge_within(&mut Budget::with_cancel(limits, cancel.clone()))
    }

    fn judge_within(&self, budget: &mut Budget) -> Report {
        let Basis { evidence, trust, policy, moment } = &self.basis;
        let memory = &*self.memory;
        validation::validate_with(&self.examination, evidence, trust, policy, *moment, memory, budget).report
    }

    /// Notes how fetching went; whether there is anything new to say of it.
    fn note(&mut self, attempts: &[Attempt]) -> bool {
        let new = self.basis.evidence.attempts().len() < attempts.len();
        self.basis.evidence.note_attempts(attempts.to_vec());
        new
    }
}

/// Validates a document without fetching anything. `cancel` ends it from outside.
///
/// # Errors
/// Where the document cannot be read, or a limit is reached before its signatures are known.
pub fn validate(bytes: &[u8], request: &ValidationRequest, cancel: &CancelFlag) -> Result<Report, OpenError> {
    judge(bytes, request, &Evidence::new(), cancel).map(|(_, report)| report)
}

/// The same with evidence that is at hand for every document, and what is needed to judge it again.
///
/// # Errors
/// As [`validate`].
pub fn judge(
    bytes: &[u8],
    request: &ValidationRequest,
    at_hand: &Evidence,
    cancel: &CancelFlag,
) -> Result<(Case, Report), OpenError> {
    judge_with(bytes, request, at_hand, Arc::new(NoMemory), cancel)
}

/// The same with a memory of who signed which certificate. The report is the same with any.
///
/// # Errors
/// As [`validate`].
pub fn judge_with(
    bytes: &[u8],
    request: &ValidationRequest,
    at_hand: &Evidence,
    memory: Arc<dyn Memory>,
    cancel: &CancelFlag,
) -> Result<(Case, Report), OpenError> {
    let mut budget = Budget::with_cancel(&request.limits, cancel.clone());
    let document = Document::open(bytes, request.password.as_deref(), &request.limits, &mut budget)?;
    let contents = borrowed(&request.contents);
    let examination = examine_with(&document, &contents, &mut budget).map_err(OpenError::Limit)?;
    let mut evidence = Evidence::with_memory(Arc::clone(&memory));
    evidence.add_embedded(&examination);
    for certificate in &request.certificates {
        evidence.add_certificate(Arc::clone(certificate));
    }
    for crl in &request.crls {
        evidence.add_crl(crl.clone(), Origin::Supplied);
    }
    for response in &request.ocsp_responses {
        evidence.add_ocsp_response(response.clone(), Origin::Supplied);
    }
    evidence.add_all(at_hand);
    let (trust, policy) = (Arc::clone(&request.trust), Arc::clone(&request.policy));
    let basis = Basis { evidence, trust, policy, moment: request.moment };
    let case = Case { examination, basis, memory };
    let report = case.judge_within(&mut budget);
    Ok((case, report))
}

/// Fetches what a report needs and judges again on this thread, until nothing more comes. For a program that judges its
/// own documents; there is no deadline but that of gathering.
pub async fn gathered(
    mut case: Case,
    mut report: Report,
    limits: &Limits,
    gather: &Gather,
    clock: &dyn Clock,
) -> (Case, Report) {
    if gather.is_offline() || report.needs.is_empty() {
        return (case, report);
    }
    let begun = Instant::now();
    let latest = begun.checked_add(gather.limits.time).unwrap_or(begun);
    let mut gathering = Gathering::new(gather, &case.basis.trust, latest);
    let mut unheard = false;
    loop {
        let found = gathering.round(&report.needs).await;
        unheard |= case.note(gathering.so_far());
        match (case.take(&found), found.is_empty()) {
            (false, false) => continue,
            (false, true) if !unheard => break,
            _ => unheard = false,
        }
        case.basis.moment.clock = clock.now();
        report = case.judge(limits, &CancelFlag::default());
        if found.is_empty() {
            break;
        }
    }
    (case, report)
}

/// Judges a document again from the evidence bundle of an earlier validation: the same evidence, anchors, policy and
/// times. `password`, `contents` and `limits` are those of the earlier one too, or the report may be another.
///
/// # Errors
/// Where the document cannot be read, or is another one than the bundle is about.
pub fn replay(
    bytes: &[u8],
    bundle: &Bundle,
    password: Option<&[u8]>,
    contents: &[GivenContent],
    limits: &Limits,
    cancel: &CancelFlag,
) -> Result<Judged, ReplayError> {
    let mut budget = Budget::with_cancel(limits, cancel.clone());
    let document = Document::open(bytes, password, limits, &mut budget).map_err(ReplayError::Document)?;
    let examination = examine_with(&document, &borrowed(contents), &mut budget)
        .map_err(|limit| ReplayError::Document(OpenError::Limit(limit)))?;
    bundle.demand_document(&examination.document).map_err(ReplayError::Bundle)?;
    let basis = Basis {
        evidence: bundle.evidence(&examination),
        trust: Arc::clone(&bundle.trust),
        policy: Arc::clone(&bundle.policy),
        moment: bundle.moment,
    };
    let case = Case { examination, basis, memory: Arc::new(NoMemory) };
    let report = case.judge_within(&mut budget);
    Ok(Judged { report, basis: case.basis })
}

/// Why a document is not judged again.
#[derive(Debug)]
pub enum ReplayError {
    /// It cannot be read.
    Document(OpenError),
    /// The bundle is not about it.
    Bundle(BundleError),
}

fn entry(report_id: &str, caller: &str, report: &Report, time: Timestamp) -> Entry {
    Entry {
        id: report_id.to_owned(),
        time,
        act: Act::Validation,
        caller: caller.to_owned(),
        document_sha256: report.document.sha256.clone(),
        document_size: report.document.size,
        result_sha256: None,
        profile: None,
        policy: report.policy.clone(),
        verdict: report.verdict.name(),
        reason: None,
        certificate_sha256: None,
    }
}
