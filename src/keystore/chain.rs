//! Brings the certificates beside a key into order: from that of the key towards an anchor, each signed by the next.
//!
//! The anchor itself is left out: whoever believes it has it. Whether the path is a good one (times, constraints,
//! revocation) is for validation.

use std::sync::Arc;

use super::error::KeystoreFault;
use crate::crypto::DigestAlgorithm;
use crate::crypto::Message;
use crate::crypto::PublicKey;
use crate::crypto::SignatureAlgorithm;
use crate::crypto::SignatureVerifier as _;
use crate::crypto::Verifier;
use crate::crypto::digest;
use crate::pki::Certificate;

/// The chain above `own` from `others`, which may stand in any order. Those that signed themselves are anchors and left
/// out.
///
/// # Errors
/// Where a certificate is left that neither leads on nor signed itself: somebody meant it to.
pub(super) fn ordered(own: &Certificate, others: Vec<Certificate>) -> Result<Vec<Arc<Certificate>>, KeystoreFault> {
    let mut left: Vec<_> = others.into_iter().filter(|other| other != own && !signed(other, other)).collect();
    let mut chain: Vec<Arc<Certificate>> = Vec::new();
    loop {
        let current = chain.last().map_or(own, Arc::as_ref);
        left.retain(|other| other != current);
        let Some(next) = left.iter().position(|other| signed(other, current)) else { break };
        chain.push(Arc::new(left.remove(next)));
    }
    match left.first() {
        None => Ok(chain),
        Some(unrelated) => Err(KeystoreFault::Unrelated(digest(DigestAlgorithm::Sha256, unrelated.der()))),
    }
}

/// Whether `issuer` signed `certificate`: by name and by key.
fn signed(issuer: &Certificate, certificate: &Certificate) -> bool {
    if !certificate.issuer().matches(issuer.subject()) {
        return false;
    }
    let identifier = &certificate.signature_algorithm().raw;
    let (Ok(key), Ok(algorithm)) =
        (PublicKey::from_spki(issuer.spki()), SignatureAlgorithm::from_algorithm_identifier(identifier, None))
    else {
        return false;
    };
    Verifier.verify(&key, &algorithm, Message::Bytes(certificate.tbs()), certificate.signature()).is_ok()
}
