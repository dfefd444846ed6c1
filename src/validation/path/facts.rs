//! What paths of one validation share: parsed keys, fingerprints and verified signatures, each computed once.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;

use crate::crypto::{
    Digest, Message, PublicKey, SignatureAlgorithm, SignatureValid, SignatureVerifier, VerifyError,
};
use crate::limits::{Budget, LimitExceeded};
use crate::pki::{Certificate, Computed};
use crate::trust::TrustStore;
use crate::validation::memory::{Memory, Step};

/// A certificate with what was computed of it.
#[derive(Debug)]
pub(in crate::validation) struct Holder {
    /// The certificate.
    pub(in crate::validation) certificate: Arc<Certificate>,
    computed: Arc<Computed>,
}

impl Deref for Holder {
    type Target = Computed;

    fn deref(&self) -> &Computed {
        &self.computed
    }
}

/// Keys and verifications of one validation.
pub(in crate::validation) struct Keys<'v> {
    verifier: &'v dyn SignatureVerifier,
    memory: &'v dyn Memory,
    holders: RefCell<HashMap<*const Certificate, Rc<Holder>>>,
    verified: RefCell<HashMap<Step, Outcome>>,
    /// Those who stand in a path to an anchor.
    below_anchors: RefCell<HashSet<Digest>>,
}

/// What is known of a step.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// It does not verify.
    Bad,
    /// It was verified in this validation.
    Good,
    /// It verifies, and the memory has it.
    Noted,
}

impl<'v> Keys<'v> {
    pub(in crate::validation) fn new(verifier: &'v dyn SignatureVerifier, memory: &'v dyn Memory) -> Self {
        Self {
            verifier,
            memory,
            holders: RefCell::default(),
            verified: RefCell::default(),
            below_anchors: RefCell::default(),
        }
    }

    pub(in crate::validation) fn verifier(&self) -> &'v dyn SignatureVerifier {
        self.verifier
    }

    /// What was computed of a certificate. The map holds the certificate, so its address stays its own.
    pub(in crate::validation) fn holder(&self, certificate: &Arc<Certificate>) -> Rc<Holder> {
        let address = Arc::as_ptr(certificate);
        if let Some(holder) = self.holders.borrow().get(&address) {
            return Rc::clone(holder);
        }
        let computed = Arc::clone(certificate.computed());
        let holder = Rc::new(Holder { certificate: Arc::clone(certificate), computed });
        self.holders.borrow_mut().insert(address, Rc::clone(&holder));
        holder
    }

    /// Whether `issuer`'s key verifies the signature of `subject`; each pair of key and
    /// certificate is computed once.
    pub(in crate::validation) fn issued(
        &self,
        issuer: &Holder,
        subject: &Holder,
        budget: &mut Budget,
    ) -> Result<bool, LimitExceeded> {
        let step = Step { key: issuer.key_fingerprint, signed: subject.fingerprint };
        if let Some(known) = self.verified.borrow().get(&step) {
            return Ok(*known != Outcome::Bad);
        }
        let outcome = match (&issuer.key, &subject.algorithm) {
            (Some(key), Ok(algorithm)) => {
                // Also where the step is known: what was validated before must not decide what is within the limits.
                budget.spend(key.verification_work())?;
                if self.memory.recall(&step) {
                    Outcome::Noted
                } else if self.verifies(key, algorithm, subject) {
                    Outcome::Good
                } else {
                    Outcome::Bad
                }
            }
            _ => Outcome::Bad,
        };
        self.verified.borrow_mut().insert(step, outcome);
        Ok(outcome != Outcome::Bad)
    }

    fn verifies(&self, key: &PublicKey, algorithm: &SignatureAlgorithm, subject: &Holder) -> bool {
        let message = Message::Bytes(subject.certificate.tbs());
        let verified: Result<SignatureValid, VerifyError> =
            self.verifier.verify(key, algorithm, message, subject.certificate.signature());
        verified.is_ok() && !subject.certificate.signature_algorithms_differ()
    }

    /// Whether `key` is known to verify the CRL or OCSP response of this digest.
    pub(in crate::validation) fn recalls(&self, key: &Holder, signed: Digest) -> bool {
        self.memory.recall(&Step { key: key.key_fingerprint, signed })
    }

    /// Notes that the first one of `path` signed a CRL or OCSP response, if its last one is an anchor, or stands in a path
    /// to one.
    pub(in crate::validation) fn note_signed(&self, path: &[Rc<Holder>], signed: Digest, trust: &TrustStore) {
        let (Some(signer), Some(last)) = (path.first(), path.last()) else { return };
        let known = self.below_anchors.borrow().contains(&last.fingerprint);
        if !known && trust.anchor_of(&last.certificate).is_none() {
            return;
        }
        self.note(path);
        let step = Step { key: signer.key_fingerprint, signed };
        if !self.memory.recall(&step) {
            self.memory.note(step);
        }
    }

    /// Notes the steps of a path to an anchor that were verified in this validation.
    pub(super) fn note(&self, path: &[Rc<Holder>]) {
        self.below_anchors.borrow_mut().extend(path.iter().map(|holder| holder.fingerprint));
        for (subject, issuer) in path.iter().zip(path.iter().skip(1)) {
            let step = Step { key: issuer.key_fingerprint, signed: subject.fingerprint };
            if let Some(outcome) = self.verified.borrow_mut().get_mut(&step)
                && *outcome == Outcome::Good
            {
                *outcome = Outcome::Noted;
                self.memory.note(step);
            }
        }
    }
}
