//! Validation of a certificate before anything is signed with it: what a validation of the signature would say of it
//! (EN 319 102-1 §5.2.6), and of its algorithm (§5.2.8), at the same time under the same policy.

use std::rc::Rc;
use std::sync::Arc;

use super::block::algorithms::of_value;
use super::block::certificates::{Times, chains};
use super::block::{cryptography, format};
use super::check::{Check, CheckId, Context};
use super::evidence::Evidence;
use super::existence::Token;
use super::ledger::Ledger;
use super::memory::NoMemory;
use super::message::Term;
use super::moment::Moment;
use super::need::Need;
use super::policy::Policy;
use super::process::{Case, Course, Facts, best, elements, needs_of};
use super::report::{PathElement, Reason};
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
    let case = Case::new(evidence, trust, policy, moment, &verifier, &NoMemory);
    let mut ledger = Ledger::new(policy, Context::Signature);
    let mut needs = Vec::new();
    let holder = case.keys.holder(certificate);
    let chains = match chains(&holder, &case, budget) {
        Ok(chains) => chains,
        Err(exceeded) => {
            format::limit(&mut ledger, exceeded);
            Rc::default()
        }
    };
    // No value is at hand: what is asked is only whether one could ever be verified.
    let fits = holder.key.as_ref().map(|key| verifier.verify(key, &algorithm, Signed::Bytes(&[]), &[]));
    match &fits {
        Some(Ok(_) | Err(VerifyError::Mismatch)) => {}
        Some(outcome) => cryptography::failed(&mut ledger, &algorithm, outcome),
        None => ledger.broken(CheckId::AlgorithmSupported, None, None),
    }
    let mut facts = Facts::new(ledger);
    facts.items = of_value(algorithm, holder.key.as_ref().map(|key| key.kind()), Term::SignatureValue);
    facts.signer = Some(holder);
    facts.chains = Some(chains);
    // There is no signature yet: only the path has to be proven.
    facts.proofs = &[];
    let times = Times { at: moment.at, fresh: moment.at, made: moment.at };
    let token = Token::Object(String::new());
    let run = |chain| Course::new(&facts, chain, times, token.clone(), &case);
    let course = best(facts.chains.as_deref(), run, Course::rank);
    let path = course.chain.map(elements).unwrap_or_default();
    if let Some(chain) = course.chain {
        needs_of(chain, Context::Signature, &case, &mut needs);
    }
    let (verdict, reason, checks) = course.conclude();
    SignerOutcome { verdict, reason, checks, path, needs }
}
