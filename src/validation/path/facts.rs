//! What paths of one validation share: parsed keys, fingerprints and verified signatures, each computed once.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::crypto::{
    AlgorithmError, Digest, DigestAlgorithm, Message, PublicKey, SignatureAlgorithm, SignatureValid,
    SignatureVerifier, VerifyError, digest,
};
use crate::limits::{Budget, LimitExceeded};
use crate::pki::Certificate;
use crate::syntax::hex::hex;
use crate::validation::memory::{SignatureMemory, Step};

/// A certificate with what was computed of it.
#[derive(Debug)]
pub(in crate::validation) struct Holder {
    /// The certificate.
    pub(in crate::validation) certificate: Arc<Certificate>,
    /// SHA-256 of it.
    pub(in crate::validation) fingerprint: Digest,
    /// SHA-256 of its `SubjectPublicKeyInfo`: the same for all certificates of one key.
    pub(in crate::validation) key_fingerprint: Digest,
    /// SHA-256 of it, lowercase hex.
    pub(in crate::validation) sha256: String,
    /// Its subject as text (RFC 4514).
    pub(in crate::validation) subject: String,
    /// Its key, where we know the kind.
    pub(in crate::validation) key: Option<PublicKey>,
    /// How its issuer signed it.
    pub(in crate::validation) algorithm: Result<SignatureAlgorithm, AlgorithmError>,
}

/// Keys and verifications of one validation.
pub(in crate::validation) struct Keys<'v> {
    verifier: &'v dyn SignatureVerifier,
    memory: &'v dyn SignatureMemory,
    holders: RefCell<HashMap<*const Certificate, Rc<Holder>>>,
    verified: RefCell<HashMap<Step, Outcome>>,
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
    pub(in crate::validation) fn new(verifier: &'v dyn SignatureVerifier, memory: &'v dyn SignatureMemory) -> Self {
        Self { verifier, memory, holders: RefCell::default(), verified: RefCell::default() }
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
        let fingerprint = digest(DigestAlgorithm::Sha256, certificate.der());
        let key = PublicKey::from_spki(certificate.spki()).ok();
        let of_key = || digest(DigestAlgorithm::Sha256, certificate.spki());
        let holder = Rc::new(Holder {
            certificate: Arc::clone(certificate),
            subject: certificate.subject().to_text(),
            fingerprint,
            key_fingerprint: key.as_ref().map_or_else(of_key, |key| *key.sha256()),
            sha256: hex(fingerprint.as_bytes()),
            key,
            algorithm: SignatureAlgorithm::from_algorithm_identifier(&certificate.signature_algorithm().raw, None),
        });
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
        let step = Step { key: issuer.key_fingerprint, certificate: subject.fingerprint };
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

    /// Notes the steps of a path to an anchor that were verified in this validation.
    pub(super) fn note(&self, path: &[Rc<Holder>]) {
        for (subject, issuer) in path.iter().zip(path.iter().skip(1)) {
            let step = Step { key: issuer.key_fingerprint, certificate: subject.fingerprint };
            if let Some(outcome) = self.verified.borrow_mut().get_mut(&step)
                && *outcome == Outcome::Good
            {
                *outcome = Outcome::Noted;
                self.memory.note(step);
            }
        }
    }
}
