//! The use case "validate a document": open, examine, judge.

use std::sync::Arc;

use crate::document::{Document, OpenError, examine};
use crate::limits::{Budget, CancelFlag, Limits};
use crate::pki::{Certificate, Crl, OcspResponse};
use crate::trust::TrustStore;
use crate::validation::{Evidence, Moment, Origin, Policy, Report};

/// Everything that a validation is asked under, the document apart.
#[derive(Debug)]
pub struct ValidationRequest {
    /// Opens an encrypted PDF; without one the empty user password is tried.
    pub password: Option<Vec<u8>>,
    /// What is demanded.
    pub policy: Policy,
    /// What is believed.
    pub trust: TrustStore,
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
