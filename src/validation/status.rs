//! What revocation data say of one certificate, without a signature: the revocation acceptance check and the selection
//! of EN 319 102-1 §5.2.5, for whoever wants to know the status alone.

use std::sync::Arc;

use super::evidence::Evidence;
use super::memory::NoMemory;
use super::message::Message;
use super::moment::Moment;
use super::policy::Policy;
use super::process::Case;
use super::report::RevocationStatus;
use super::revocation::{Duty, MAXIMUM_AGE_SECONDS, findings, fresh, not_required, select};
use crate::crypto::Verifier;
use crate::limits::{Budget, LimitExceeded};
use crate::pki::Certificate;
use crate::trust::TrustStore;

/// What is known of the status of a certificate.
#[must_use]
#[derive(Debug)]
pub struct CertificateStatus {
    /// What decides, and why it is not fresh at the validation time, where it is not.
    pub decides: Option<(RevocationStatus, Option<Message>)>,
    /// Everything that is acceptable, the latest first.
    pub accepted: Vec<RevocationStatus>,
    /// Why the rest is not.
    pub rejected: Vec<Message>,
    /// Why no status is required, where none is: also of a responder, as long as he signs OCSP responses.
    pub not_required: Option<Message>,
}

/// Judges the revocation data in `evidence` about `certificate`, which `issuer` issued. That it did, and that a path
/// leads from it to an anchor, is for whoever asks.
///
/// # Errors
/// Where the budget is exhausted.
pub fn certificate_status(
    certificate: &Arc<Certificate>,
    issuer: &Arc<Certificate>,
    evidence: &Evidence,
    trust: &TrustStore,
    policy: &Policy,
    moment: Moment,
    budget: &mut Budget,
) -> Result<CertificateStatus, LimitExceeded> {
    let verifier = Verifier;
    let case = Case::new(evidence, trust, policy, moment, &verifier, &NoMemory);
    let (certificate, issuer) = (case.keys.holder(certificate), case.keys.holder(issuer));
    let found = findings(&certificate, &issuer, &case, budget)?;
    let decides = select(&found, |_| true)
        .map(|datum| (RevocationStatus::from(datum), fresh(datum, moment.at, MAXIMUM_AGE_SECONDS).err()));
    let subject = certificate.subject.clone();
    Ok(CertificateStatus {
        decides,
        accepted: found.accepted.iter().map(RevocationStatus::from).collect(),
        rejected: found.rejected.iter().map(|rejected| rejected.reason.clone()).collect(),
        not_required: not_required(&certificate, Duty::SignsRevocationData)
            .map(|reason| Message::RevocationNotRequired { subject, reason }),
    })
}
