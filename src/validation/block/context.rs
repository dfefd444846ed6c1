//! Validation context initialisation (EN 319 102-1 §5.2.4): the signature policy that the signer names.
//!
//! A signature without one, or with an implied one, is judged by the validation policy alone. An explicit one has to be
//! among those that the validation policy accepts; it is at hand where that policy knows its digest, and then the digest
//! that the signer names has to be that one. The document of the policy itself is never read: its rules for people bind
//! people.

use crate::crypto::DigestAlgorithm;
use crate::pki::{SignaturePolicy, SignerInfo};
use crate::syntax::hex::hex;
use crate::validation::block::format::attribute;
use crate::validation::check::CheckId;
use crate::validation::ledger::Ledger;
use crate::validation::message::Message;

/// Judges the signature policy of a signer.
pub(in crate::validation) fn signature_policy(ledger: &mut Ledger<'_>, signer: &SignerInfo) {
    let Some(signed) = &signer.signed_attributes else { return };
    let (id, hash) = match signed.signature_policy() {
        Ok(Some(SignaturePolicy::Explicit { id, hash, .. })) => (id.to_string(), hash),
        Ok(Some(SignaturePolicy::Implied) | None) => return,
        Err(error) => {
            let detail = attribute(&error, "signature-policy-identifier");
            ledger.broken(CheckId::SignaturePolicyAcceptable, None, Some(detail));
            return;
        }
    };
    let policies = ledger.policy().signature_policies();
    let detail = || Some(Message::SignaturePolicyIs { policy: id.clone() });
    ledger.check(CheckId::SignaturePolicyAcceptable, if policies.accepts(&id) { Ok(()) } else { Err(detail()) });
    let Some(known) = policies.digest(&id) else {
        ledger.broken(CheckId::SignaturePolicyAvailable, None, detail());
        return;
    };
    ledger.passed(CheckId::SignaturePolicyAvailable);
    let same = hash.is_some_and(|hash| {
        DigestAlgorithm::from_algorithm_identifier(&hash.algorithm.raw).ok() == Some(DigestAlgorithm::Sha256)
            && hex(&hash.value) == known
    });
    ledger.check(CheckId::SignaturePolicyDigest, if same { Ok(()) } else { Err(detail()) });
}
