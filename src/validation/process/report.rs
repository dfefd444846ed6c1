//! What the reports on signatures and time-stamps have in common.

use std::rc::Rc;
use std::sync::Arc;

use crate::validation::block::certificates::Chain;
use crate::validation::check::CheckId;
use crate::validation::ledger::Ledger;
use crate::validation::path::Holder;
use crate::validation::report::{Integrity, PathElement, RevocationStatus, Signer};
use crate::validation::revocation::select;

/// Digests match and the signature value verifies.
pub(in crate::validation) fn integrity(ledger: &Ledger<'_>, readable: bool) -> Integrity {
    const PROOFS: [CheckId; 2] = [CheckId::DocumentDigest, CheckId::SignatureValue];
    const FORM: [CheckId; 5] = [
        CheckId::ByteRange,
        CheckId::Encapsulation,
        CheckId::NoSharedSecret,
        CheckId::ReferenceFound,
        CheckId::ReferenceUnambiguous,
    ];
    if !readable || FORM.iter().any(|id| ledger.fails(*id)) {
        return Integrity::Broken;
    }
    if PROOFS
        .iter()
        .chain(&[CheckId::MessageImprint, CheckId::ContentType, CheckId::MessageDigestOnce])
        .any(|id| ledger.fails(*id))
    {
        return Integrity::Broken;
    }
    let proven = ledger.holds(CheckId::SignatureValue)
        && (ledger.holds(CheckId::DocumentDigest) || ledger.holds(CheckId::MessageImprint));
    let doubts = [CheckId::AlgorithmSupported, CheckId::SignedDataFound, CheckId::TransformsApplied];
    if proven && !doubts.iter().any(|id| ledger.fails(*id)) { Integrity::Intact } else { Integrity::Unknown }
}

/// The path for the report, each certificate with the revocation data that decide.
pub(in crate::validation) fn elements(chain: &Chain) -> Vec<PathElement> {
    let last = chain.path.len().saturating_sub(1);
    let datum = |index: usize| {
        let link = chain.links.get(index)?;
        select(&link.findings, |_| true).map(RevocationStatus::from)
    };
    chain
        .path
        .iter()
        .enumerate()
        .map(|(index, holder)| PathElement {
            subject: holder.subject.clone(),
            sha256: holder.sha256.clone(),
            not_before: holder.certificate.not_before(),
            not_after: holder.certificate.not_after(),
            trust_anchor: chain.anchored && index == last,
            revocation: datum(index),
            certificate: Arc::clone(&holder.certificate),
        })
        .collect()
}

/// The holder of a certificate, as it names him.
pub(in crate::validation) fn describe(holder: &Rc<Holder>) -> Signer {
    let subject = holder.certificate.subject();
    let text = |value: Option<&str>| value.map(str::to_owned);
    Signer {
        common_name: text(subject.common_name()),
        given_name: text(subject.given_name()),
        surname: text(subject.surname()),
        organization: text(subject.organization()),
        organization_identifier: text(subject.organization_identifier()),
        serial_number: text(subject.serial_number()),
        pseudonym: text(subject.pseudonym()),
        country: text(subject.country()),
        subject: holder.subject.clone(),
        certificate_sha256: holder.sha256.clone(),
    }
}
