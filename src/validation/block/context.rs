//! Validation context initialisation (EN 319 102-1 §5.2.4): the signature policy that the signer names.
//!
//! A signature without one, or with an implied one, is judged by the validation policy alone. An explicit one has to be
//! among those that the validation policy accepts; it is at hand where that policy knows its digest, and then the digest
//! that the signer names has to be that one; or where the signature brings it along (`SignaturePolicyStore`,
//! EN 319 132-1 §5.2.10). The document of the policy itself is never read: its rules for people bind people.

use crate::crypto::{Digest, DigestAlgorithm};
use crate::document::{ClaimedPolicy, XmlSignature};
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
    let hash = hash.map(|hash| (DigestAlgorithm::from_algorithm_identifier(&hash.algorithm.raw).ok(), hash.value));
    explicit(ledger, &id, hash.as_ref().map(|(algorithm, value)| (*algorithm, &**value)), None);
}

/// Judges the signature policy of an XML signature: the property has to be signed.
pub(in crate::validation) fn signature_policy_of_xml(ledger: &mut Ledger<'_>, xml: &XmlSignature) {
    let Some(properties) = xml.properties.as_ref().filter(|properties| properties.signed) else { return };
    match &properties.claimed_policy {
        ClaimedPolicy::None | ClaimedPolicy::Implied => {}
        ClaimedPolicy::Malformed => {
            let detail = Message::AttributeMalformed { attribute: "SignaturePolicyIdentifier".to_owned() };
            ledger.broken(CheckId::SignaturePolicyAcceptable, None, Some(detail));
        }
        ClaimedPolicy::Explicit { id, algorithm, digest, stored } => {
            explicit(ledger, id, Some((*algorithm, digest)), stored.as_ref());
        }
    }
}

/// An explicit policy, with the digest that the signer names. `stored` is the digest, by the same algorithm, of the
/// document that the signature brings along: it is at hand where it is the one that the signer means.
fn explicit(
    ledger: &mut Ledger<'_>,
    id: &str,
    named: Option<(Option<DigestAlgorithm>, &[u8])>,
    stored: Option<&Digest>,
) {
    let policies = ledger.policy().signature_policies();
    let detail = || Some(Message::SignaturePolicyIs { policy: id.to_owned() });
    ledger.check(CheckId::SignaturePolicyAcceptable, if policies.accepts(id) { Ok(()) } else { Err(detail()) });
    let of_store = stored.map(|stored| named.is_some_and(|(_, value)| stored.as_bytes() == value));
    let of_known = policies.digest(id).map(|known| {
        named.is_some_and(|(algorithm, value)| algorithm == Some(DigestAlgorithm::Sha256) && hex(value) == known)
    });
    if of_known.is_none() && of_store.is_none() {
        ledger.broken(CheckId::SignaturePolicyAvailable, None, detail());
        return;
    }
    ledger.passed(CheckId::SignaturePolicyAvailable);
    let same = of_known.unwrap_or(true) && of_store.unwrap_or(true);
    ledger.check(CheckId::SignaturePolicyDigest, if same { Ok(()) } else { Err(detail()) });
}
