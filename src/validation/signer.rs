//! Validation of a certificate before anything is signed with it: what a validation of the signature would say of it
//! (EN 319 102-1 §5.2.6), and of its algorithm (§5.2.8), at the same time under the same policy.

use std::sync::Arc;

use super::block::{acceptance, certificates, cryptography, format};
use super::check::{Check, CheckId, Context};
use super::evidence::Evidence;
use super::ledger::Ledger;
use super::moment::Moment;
use super::need::Need;
use super::path::Keys;
use super::policy::Policy;
use super::process::Case;
use super::report::{PathElement, Reason};
use super::revocation::Judgements;
use super::verdict::Verdict;
use crate::crypto::{Message as Signed, SignatureAlgorithm, SignatureVerifier, Verifier, VerifyError};
use crate::limits::Budget;
use crate::pki::Certificate;
use crate::trust::TrustStore;

/// What is said of a certificate.
#[must_use]
#[derive(Debug)]
pub struct SignerOutcome {
    /// What follows from the checks.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
    /// Every check that was run.
    pub checks: Vec<Check>,
    /// The path, the certificate first.
    pub path: Vec<PathElement>,
    /// What is still missing.
    pub needs: Vec<Need>,
}

/// Judges `certificate` as that of a signer who signs with `algorithm` at the validation time. `evidence` has the
/// certificates between it and the anchor.
pub fn validate_signer(
    certificate: &Arc<Certificate>,
    algorithm: SignatureAlgorithm,
    evidence: &Evidence,
    trust: &TrustStore,
    policy: &Policy,
    moment: Moment,
    budget: &mut Budget,
) -> SignerOutcome {
    let verifier = Verifier;
    let case =
        Case { evidence, trust, policy, moment, keys: Keys::new(&verifier), revocation: Judgements::default() };
    let mut ledger = Ledger::new(policy, Context::Signature);
    let mut needs = Vec::new();
    let holder = case.keys.holder(certificate);
    let path = match certificates::validate(&mut ledger, &holder, moment.at, &case, &mut needs, budget) {
        Ok(path) => path,
        Err(exceeded) => {
            format::limit(&mut ledger, exceeded);
            Vec::new()
        }
    };
    // No value is at hand: what is asked is only whether one could ever be verified.
    let fits = holder.key.as_ref().map(|key| verifier.verify(key, &algorithm, Signed::Bytes(&[]), &[]));
    match &fits {
        Some(Ok(_) | Err(VerifyError::Mismatch)) => {}
        Some(outcome) => cryptography::failed(&mut ledger, &algorithm, outcome),
        None => ledger.broken(CheckId::AlgorithmSupported, None, None),
    }
    let digests: Vec<_> = algorithm.digest().into_iter().collect();
    let key = holder.key.as_ref().map(|key| key.kind());
    acceptance::algorithms(&mut ledger, &digests, Some(algorithm), key, moment.at);
    let (verdict, reason, checks) = ledger.conclude();
    SignerOutcome { verdict, reason, checks, path, needs }
}
