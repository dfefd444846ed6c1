//! Under what a document, its seal and our own certificate are judged.

use std::sync::Arc;

use super::{SealIdentity, SignerUnfit};
use crate::document::{Document, Examination, OpenError};
use crate::limits::{Budget, CancelFlag, Limits};
use crate::trust::TrustStore;
use crate::validation::{Evidence, Moment, Policy, Report, Verdict, validate, validate_signer};

/// Under what a document and its seal are judged.
#[derive(Clone, Debug)]
pub struct Terms {
    /// What is demanded.
    pub policy: Arc<Policy>,
    /// What is believed.
    pub trust: Arc<TrustStore>,
    /// What is at hand besides what the document brings along: certificates and revocation data, of our own certificate
    /// above all.
    pub evidence: Arc<Evidence>,
    /// For which time, and when.
    pub moment: Moment,
    /// What it may cost.
    pub limits: Limits,
    /// Ends the work from outside.
    pub cancel: CancelFlag,
}

impl Terms {
    pub(super) fn budget(&self) -> Budget {
        Budget::with_cancel(&self.limits, self.cancel.clone())
    }

    pub(super) fn open<'a>(&self, bytes: &'a [u8], budget: &mut Budget) -> Result<Document<'a>, OpenError> {
        Document::open(bytes, None, &self.limits, budget)
    }

    /// What our validator says of a document, with the evidence that it brings along and that is at hand.
    pub(super) fn judge(&self, examination: &Examination, budget: &mut Budget) -> Report {
        let mut evidence = Evidence::new();
        evidence.add_embedded(examination);
        evidence.add_all(&self.evidence);
        validate(examination, &evidence, &self.trust, &self.policy, self.moment, budget).report
    }
}

/// Validates our own certificate, as a signer's, under `terms`.
///
/// # Errors
/// [`SignerUnfit`] where it does not pass.
pub fn check_signer(identity: &SealIdentity, terms: &Terms) -> Result<(), SignerUnfit> {
    let mut evidence = Evidence::new();
    for certificate in &identity.chain {
        evidence.add_certificate(Arc::clone(certificate));
    }
    evidence.add_all(&terms.evidence);
    let algorithm = identity.algorithm.signature_algorithm();
    let Terms { trust, policy, moment, .. } = terms;
    let certificate = &identity.certificate;
    let outcome = validate_signer(certificate, algorithm, &evidence, trust, policy, *moment, &mut terms.budget());
    match outcome.verdict {
        Verdict::Passed => Ok(()),
        Verdict::Failed(_) | Verdict::Indeterminate(_) => {
            Err(SignerUnfit { check: outcome.reason.check, verdict: outcome.verdict, needs: outcome.needs })
        }
    }
}
