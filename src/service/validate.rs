//! The use case "validate a document": open, examine, judge.

use std::sync::Arc;

use super::{Caller, Role, Service, ServiceError};
use crate::document::{Document, OpenError, examine};
use crate::journal::{Act, Entry};
use crate::limits::{Budget, CancelFlag, Limits};
use crate::pki::{Certificate, Crl, OcspResponse};
use crate::time::Timestamp;
use crate::trust::TrustStore;
use crate::validation::{Evidence, Moment, Origin, Policy, Report};

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

/// What a caller of the service asks.
#[derive(Debug)]
pub struct Validation {
    /// The document.
    pub document: Vec<u8>,
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
        let clock = self.parts.clock.now();
        let mut request = ValidationRequest {
            password: asked.password,
            policy,
            trust: Arc::clone(&self.parts.trust),
            certificates: asked.certificates,
            crls: asked.crls,
            ocsp_responses: asked.ocsp_responses,
            moment: Moment { at: asked.at.unwrap_or(clock), clock },
            limits: self.parts.limits.clone(),
        };
        let document = asked.document;
        let report = match self.on_the_spot(&document, &mut request) {
            Some(report) => report,
            None => self.bench.run(move |cancel| validate(&document, &request, &cancel)).await?,
        };
        let report = report.map_err(ServiceError::Document)?;
        let entry = entry(&report_id, &caller.name, &report, clock);
        let journaled = self.parts.journal.append(entry, None).await;
        journaled.map_err(|error| ServiceError::JournalUnavailable(error.0))?;
        Ok(Validated { report_id, report })
    }

    /// Validates a short document without leaving the thread, where a turn is free: to hand it to another one costs
    /// as much as half the work. It may take little work; where that does not suffice there is no answer, and it is
    /// done again with all that it may take.
    fn on_the_spot(&self, document: &[u8], request: &mut ValidationRequest) -> Option<Result<Report, OpenError>> {
        let given = request.certificates.len().saturating_add(request.crls.len());
        if document.len() > SHORT_BYTES || given.saturating_add(request.ocsp_responses.len()) > 0 {
            return None;
        }
        let _turn = self.bench.free_turn()?;
        let flag = CancelFlag::default();
        let work = std::mem::replace(&mut request.limits.work, SHORT_WORK);
        let report = validate(document, request, &flag);
        request.limits.work = work;
        (!flag.saw_exhaustion()).then_some(report)
    }
}

/// Validates a document. `cancel` ends it from outside.
///
/// # Errors
/// Where the document cannot be read, or a limit is reached before its signatures are known.
pub fn validate(bytes: &[u8], request: &ValidationRequest, cancel: &CancelFlag) -> Result<Report, OpenError> {
    let mut budget = Budget::with_cancel(&request.limits, cancel.clone());
    let document = Document::open(bytes, request.password.as_deref(), &request.limits, &mut budget)?;
    let examination = examine(&document, &mut budget).map_err(OpenError::Limit)?;
    let mut evidence = Evidence::new();
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
    let outcome = crate::validation::validate(
        &examination,
        &evidence,
        &request.trust,
        &request.policy,
        request.moment,
        &mut budget,
    );
    Ok(outcome.report)
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
        certificate_sha256: None,
    }
}
