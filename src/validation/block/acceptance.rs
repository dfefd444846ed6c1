//! Signature acceptance validation (EN 319 102-1 §5.2.8): attributes, coverage, later changes. Whether the algorithms
//! of the signature itself are reliable depends on the process: see [`super::algorithms`].

use crate::crypto::DigestAlgorithm;
use crate::document::{Coverage, Signature, SubFilter, UncoveredKind, XmlReference, XmlSignature};
use crate::pki::SignerInfo;
use crate::time::Timestamp;
use crate::validation::block::algorithms::{Item, Primitive, Weakness, weaknesses};
use crate::validation::block::format::attribute;
use crate::validation::block::identification::references;
use crate::validation::block::references::{shown, uri};
use crate::validation::check::{CheckId, Level};
use crate::validation::ledger::Ledger;
use crate::validation::message::{Message, Term};
use crate::validation::path::{Holder, validity};

/// The attribute that names the signer's certificate. It is demanded where `id` says so.
pub(in crate::validation) fn signing_certificate(
    ledger: &mut Ledger<'_>,
    id: CheckId,
    signer: &SignerInfo,
    at: Timestamp,
) {
    let missing = || Err(Some(Message::AttributeMissing { attribute: "signing-certificate".to_owned() }));
    match signer.signed_attributes.as_ref().map(references) {
        None => ledger.check(id, missing()),
        Some(Ok(references)) if references.iter().all(|reference| reference.ids.is_empty()) => {
            ledger.check(id, missing());
        }
        Some(Ok(references)) => {
            ledger.passed(id);
            ledger.passed(CheckId::SigningCertificateAttributeForm);
            for named in references.iter().filter_map(|reference| reference.ids.first()) {
                if let Ok(digest) = DigestAlgorithm::from_algorithm_identifier(&named.digest_algorithm.raw) {
                    reference_algorithm(ledger, digest, at);
                }
            }
        }
        Some(Err(error)) => {
            ledger.broken(
                CheckId::SigningCertificateAttributeForm,
                None,
                Some(attribute(&error, "signing-certificate")),
            );
        }
    }
}

/// The digest of the reference is reliable: where the policy only warns, an old one does not break the signature.
fn reference_algorithm(ledger: &mut Ledger<'_>, digest: DigestAlgorithm, at: Timestamp) {
    let item = Item { primitive: Primitive::Digest(digest), place: Term::CertificateReference };
    let id = CheckId::SigningCertificateReferenceAlgorithm;
    let weaknesses = weaknesses(ledger.policy(), &[item], at);
    if weaknesses.is_empty() {
        ledger.passed(id);
    }
    for Weakness { level, detail } in weaknesses {
        match level {
            Level::Fail => ledger.broken(id, None, Some(detail)),
            _ => ledger.warn(id, None, Some(detail)),
        }
    }
}

/// The algorithms that the signer protects (RFC 6211) are those that were used.
pub(in crate::validation) fn algorithm_protection(ledger: &mut Ledger<'_>, signer: &SignerInfo) {
    let name = "cms-algorithm-protection";
    match signer.signed_attributes.as_ref().map(|signed| signed.algorithm_protection()) {
        None | Some(Ok(None)) => {}
        Some(Ok(Some(protection))) => {
            let same = protection.digest_algorithm.oid == signer.digest_algorithm.oid
                && protection
                    .signature_algorithm
                    .as_ref()
                    .is_some_and(|one| one.oid == signer.signature_algorithm.oid);
            let detail = || Some(Message::AttributeMalformed { attribute: name.to_owned() });
            ledger.check(CheckId::AlgorithmProtection, if same { Ok(()) } else { Err(detail()) });
        }
        Some(Err(error)) => {
            ledger.broken(CheckId::AlgorithmProtection, None, Some(attribute(&error, name)));
        }
    }
}

/// The claimed signing time lies within the signer's validity: a claim decides nothing by itself.
pub(in crate::validation) fn claimed_time(ledger: &mut Ledger<'_>, claimed: Option<Timestamp>, signer: &Holder) {
    if let Some(time) = claimed {
        let held = validity(signer, time).map_err(|_| Some(Message::ClaimedTime { time }));
        ledger.check(CheckId::ClaimedTimeInValidity, held);
    }
}

/// The properties of an XML signature: signed, and with the certificate of the signer among them.
pub(in crate::validation) fn properties(ledger: &mut Ledger<'_>, xml: &XmlSignature, at: Timestamp) {
    if let Some(counter_of) = &xml.counter_of {
        ledger.check(CheckId::CountersignedValue, if counter_of.signs_value { Ok(()) } else { Err(None) });
    }
    if let Some(properties) = &xml.properties {
        ledger.check(CheckId::PropertiesSigned, if properties.signed { Ok(()) } else { Err(None) });
    }
    let signed = xml.properties.as_ref().filter(|properties| properties.signed);
    if let Some(name) = signed.and_then(|properties| properties.malformed) {
        let detail = Message::AttributeMalformed { attribute: name.to_owned() };
        ledger.broken(CheckId::SigningCertificateAttributeForm, None, Some(detail));
    } else if signed.is_some() {
        ledger.passed(CheckId::SigningCertificateAttributeForm);
    }
    let named = signed.into_iter().flat_map(|properties| &properties.signing_certificates);
    let named: Vec<_> = named.filter_map(|list| list.first()).collect();
    let missing = || Some(Message::AttributeMissing { attribute: "SigningCertificate".to_owned() });
    ledger.check(CheckId::SigningCertificateAttribute, if named.is_empty() { Err(missing()) } else { Ok(()) });
    for digest in named.iter().filter_map(|named| named.algorithm) {
        reference_algorithm(ledger, digest, at);
    }
}

/// What the references of an XML signature select, and what stands unsigned where nobody looks for it.
fn selection(ledger: &mut Ledger<'_>, xml: &XmlSignature) {
    let nothing = xml.references.iter().find(|one| one.selects_nothing);
    let detail = |one: &XmlReference| Some(Message::ReferenceIs { uri: uri(one) });
    ledger.check(CheckId::ReferencesSelect, nothing.map_or(Ok(()), |one| Err(detail(one))));
    let place = |path: &String| Some(Message::PlaceIs { path: shown(path) });
    let left_out = xml.left_out.as_ref().map_or(Ok(()), |path| Err(place(path)));
    ledger.check(CheckId::TransformsComplete, left_out);
    for (id, kinds) in [
        (CheckId::UnsignedKnown, &[UncoveredKind::UnsignedProperty, UncoveredKind::KeyInfo][..]),
        (CheckId::TextUndivided, &[UncoveredKind::Comment]),
    ] {
        let first = xml.uncovered.iter().find(|one| kinds.contains(&one.kind));
        ledger.check(id, first.map_or(Ok(()), |one| Err(place(&one.path))));
    }
}

/// How much of the document is covered, and what came after.
pub(in crate::validation) fn coverage(ledger: &mut Ledger<'_>, signature: &Signature) {
    if signature.sub_filter == SubFilter::NotPdf {
        // What a counter-signature in its place covers is the value that it signs.
        if signature.xml().is_none_or(|xml| xml.counter_of.is_none()) {
            signature.xml().into_iter().for_each(|xml| selection(ledger, xml));
            let some = signature.coverage != Coverage::None;
            ledger.check(CheckId::Coverage, if some { Ok(()) } else { Err(None) });
            let whole = !some || signature.coverage == Coverage::WholeDocument;
            let first = signature.xml().and_then(|xml| xml.uncovered.iter().find(|one| one.kind.counts()));
            let detail = || first.map(|one| Message::NotSignedAt { path: shown(&one.path) });
            ledger.check(CheckId::CoverageWhole, if whole { Ok(()) } else { Err(detail()) });
        }
        return;
    }
    let whole = matches!(signature.coverage, Coverage::WholeDocument | Coverage::WholeRevision);
    ledger.check(CheckId::Coverage, if whole { Ok(()) } else { Err(None) });
    let changes = &signature.changes;
    ledger.check(
        CheckId::ChangesAnalysed,
        if changes.has_unknown() {
            Err(Some(Message::ChangesUnknown {
                revisions: changes.later_revisions,
                trailing: changes.trailing_bytes,
            }))
        } else {
            Ok(())
        },
    );
}
