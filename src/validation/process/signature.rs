//! One signature of a document through all its processes (EN 319 102-1 §5.3, §5.5, §5.6), and its report.

use super::basic::basic;
use super::course::{Course, best};
use super::facts::{Facts, cms, pkcs1};
use super::format::{Material, format};
use super::long_term::long_term;
use super::report::{describe, elements, integrity};
use super::stamps::Stamp;
use super::xml::xml;
use super::{Case, archival, needs};
use crate::crypto::DigestAlgorithm;
use crate::document::{
    ChangesLevel, ClaimedPolicy, Coverage, Signature, SignatureForm, SubFilter, Target, XadesProperties,
};
use crate::limits::{Budget, LimitExceeded};
use crate::pki::{SignaturePolicy, SignerInfo};
use crate::syntax::hex::hex;
use crate::time::Timestamp;
use crate::validation::block::acceptance;
use crate::validation::block::certificates::Times;
use crate::validation::block::format::{limit, place};
use crate::validation::check::{CheckId, Context};
use crate::validation::existence::{Existence, Token};
use crate::validation::ledger::Ledger;
use crate::validation::message::Message;
use crate::validation::need::Need;
use crate::validation::qualification::Legal;
use crate::validation::report::{
    ClaimedAttributes, Scope, SignatureReport, TimeQuality, TimestampKind, TimestampReport,
};
use crate::validation::verdict::Verdict;

/// The facts of a signature. What exceeds its budget is said of this signature alone.
pub(super) fn facts<'p>(signature: &Signature, case: &Case<'p>, budget: &mut Budget) -> Facts<'p> {
    let mut facts = Facts::new(Ledger::new(case.policy, context(signature)));
    place(&mut facts.ledger, signature);
    let done: Result<(), LimitExceeded> = match &signature.form {
        Some(SignatureForm::Cms(signed)) => cms(&mut facts, signature, signed, case, budget),
        Some(SignatureForm::Pkcs1 { value, certificates }) => {
            pkcs1(&mut facts, signature, value, certificates, case, budget)
        }
        Some(SignatureForm::Xml(signed)) => xml(&mut facts, signed, case, budget),
        // A token is a document time-stamp, which is not judged here; nothing to judge is said by its defects.
        Some(SignatureForm::Token(_)) | None => Ok(()),
    };
    if let Err(exceeded) = done {
        limit(&mut facts.ledger, exceeded);
    }
    if let Some(signer) = &facts.signer {
        acceptance::claimed_time(&mut facts.ledger, claimed_time(signature), signer);
    }
    acceptance::coverage(&mut facts.ledger, signature);
    facts
}

/// What kind of signature it is for the policy.
fn context(signature: &Signature) -> Context {
    match signature.xml() {
        Some(xml) if xml.counter_of.is_some() => Context::CounterSignature,
        _ => Context::Signature,
    }
}

/// The signer of a CMS with one.
pub(super) fn signer_info(signature: &Signature) -> Option<&SignerInfo> {
    match &signature.form {
        Some(SignatureForm::Cms(cms)) => match cms.signers.as_slice() {
            [signer] => Some(signer),
            _ => None,
        },
        _ => None,
    }
}

/// When the signer says that he signed: the signature dictionary before the signed attribute.
fn claimed_time(signature: &Signature) -> Option<Timestamp> {
    let signed = signer_info(signature).and_then(|signer| signer.signed_attributes.as_ref());
    let attribute = signed.and_then(|signed| signed.claimed_signing_time().ok().flatten());
    let property = signature.xml().and_then(|xml| xml.properties.as_ref()).filter(|properties| properties.signed);
    signature.claimed.signing_time.or(attribute).or(property.and_then(|properties| properties.claimed_signing_time))
}

/// Judges a signature. `stamps` are its own and those around it, with the reports on its own.
#[expect(clippy::too_many_arguments, reason = "each is another kind of fact")]
pub(super) fn judge(
    signature: &Signature,
    facts: &Facts<'_>,
    stamps: &[&Stamp<'_>],
    reports: Vec<TimestampReport>,
    existence: &Existence,
    case: &Case<'_>,
    material: &Material,
    needed: &mut Vec<Need>,
) -> SignatureReport {
    let at = case.moment.at;
    let claimed = claimed_time(signature);
    let times = Times { at, fresh: at, made: at };
    let content: Vec<Timestamp> = stamps
        .iter()
        .filter(|stamp| stamp.kind == TimestampKind::Content && stamp.passed_basic)
        .filter_map(|stamp| stamp.time)
        .collect();
    let run = |chain| {
        let mut course = Course::new(facts, chain, times, Token::Object(signature.id.clone()), case);
        let name = format(signature, chain, stamps, material);
        required_level(&mut course, name);
        basic(&mut course, &content);
        let proof = long_term(&mut course, stamps, claimed);
        let proof = archival::signature(&mut course, stamps, existence, proof);
        course.believed_at(proof.time);
        (course, proof, name)
    };
    let (mut course, proof, format) = best(facts.chains.as_deref(), run, |(course, _, _)| course.rank());
    let chain = course.chain;
    if let Some(chain) = chain
        && !facts.is_hopeless()
    {
        needs::of(chain, context(signature), case, needed);
    }
    if course.decision().is_none() {
        needs::warn(&mut course, at);
    }
    let integrity = integrity(&course.ledger, signature.form.is_some());
    let (verdict, reason, checks) = course.conclude();
    SignatureReport {
        id: signature.id.clone(),
        field: signature.field.clone(),
        sub_filter: signature.sub_filter.name().map(str::to_owned),
        format,
        verdict,
        reason,
        integrity,
        coverage: signature.coverage,
        packaging: signature.xml().map(|xml| xml.packaging),
        scope: scope(signature),
        uncovered: signature.xml().map(|xml| xml.uncovered.clone()).unwrap_or_default(),
        changes: (signature.sub_filter != SubFilter::NotPdf).then(|| signature.changes.clone()),
        doc_mdp: signature.doc_mdp,
        field_lock: signature.field_lock.clone(),
        signer: facts.signer.as_ref().map(describe),
        claimed_signing_time: claimed,
        best_signature_time: proof.time,
        time_quality: match (&proof.source, claimed) {
            (Some(_), _) => TimeQuality::Timestamp,
            (None, Some(_)) => TimeQuality::Claimed,
            (None, None) => TimeQuality::None,
        },
        best_signature_time_source: proof.source,
        algorithms: facts.algorithms.clone(),
        legal: Legal::default(),
        certificate_claims: None,
        path: chain.map(elements).unwrap_or_default(),
        timestamps: reports,
        counter_signatures: Vec::new(),
        attributes: attributes(signature),
        checks,
    }
}

/// What the signature is over: its byte range, or what its references lead to.
fn scope(signature: &Signature) -> Vec<Scope> {
    let range = signature.byte_range.map(|range| Scope::ByteRange { range, revision: signature.revision });
    let references = signature.xml().into_iter().flat_map(|xml| &xml.references);
    let led = references.filter_map(|reference| {
        let transforms = reference.transforms.clone();
        Some(match reference.target.clone()? {
            Target::Node { path, id } => Scope::Element { path, xml_id: id, transforms },
            Target::Content { name } => Scope::Content { name, transforms },
        })
    });
    range.into_iter().chain(led).collect()
}

/// The level that the policy requires: a claim about content.
fn required_level(course: &mut Course<'_, '_>, format: &'static str) {
    let levels = course.ledger.policy().required_levels();
    if !levels.is_empty() {
        let held = levels.iter().any(|level| format.ends_with(&format!("-{level}")));
        let detail = || Some(Message::LevelIs { format: format.to_owned() });
        course.ledger.check(CheckId::RequiredLevel, if held { Ok(()) } else { Err(detail()) });
    }
}

/// What the signer says besides; what is malformed says nothing.
fn attributes(signature: &Signature) -> ClaimedAttributes {
    let mut attributes = ClaimedAttributes {
        reason: signature.claimed.reason.clone(),
        location: signature.claimed.location.clone(),
        contact: signature.claimed.contact.clone(),
        ..ClaimedAttributes::default()
    };
    if let Some(properties) = signature.xml().and_then(|xml| xml.properties.as_ref()).filter(|one| one.signed) {
        of_properties(&mut attributes, properties);
    }
    let Some(signed) = signer_info(signature).and_then(|signer| signer.signed_attributes.as_ref()) else {
        return attributes;
    };
    if let Ok(Some(policy)) = signed.signature_policy() {
        attributes.policy = Some(match policy {
            SignaturePolicy::Implied => (IMPLIED.to_owned(), None),
            SignaturePolicy::Explicit { id, hash, .. } => {
                let sha256 = hash.filter(|hash| {
                    DigestAlgorithm::from_algorithm_identifier(&hash.algorithm.raw) == Ok(DigestAlgorithm::Sha256)
                });
                (id.to_string(), sha256.map(|hash| hex(&hash.value)))
            }
        });
    }
    if let Ok(commitments) = signed.commitment_types() {
        attributes.commitments = commitments.iter().map(ToString::to_string).collect();
    }
    if let Ok(Some(claimed)) = signed.signer_attributes() {
        attributes.roles = claimed.claimed_roles;
    }
    attributes
}

/// How a policy is named that follows from the data.
const IMPLIED: &str = "implied";

/// What the signed properties of an XML signature claim.
fn of_properties(attributes: &mut ClaimedAttributes, properties: &XadesProperties) {
    attributes.location.clone_from(&properties.claimed_place);
    attributes.roles.clone_from(&properties.claimed_roles);
    attributes.commitments.clone_from(&properties.claimed_commitments);
    attributes.formats.clone_from(&properties.formats);
    attributes.policy = match &properties.claimed_policy {
        ClaimedPolicy::None | ClaimedPolicy::Malformed => None,
        ClaimedPolicy::Implied => Some((IMPLIED.to_owned(), None)),
        ClaimedPolicy::Explicit { id, algorithm, digest, .. } => {
            Some((id.clone(), (*algorithm == Some(DigestAlgorithm::Sha256)).then(|| hex(digest))))
        }
    };
}

/// Whether a signature is good in the sense of a summary: passed, changes permitted, coverage whole.
pub(in crate::validation) fn is_valid(report: &SignatureReport) -> bool {
    report.verdict == Verdict::Passed
        && matches!(report.coverage, Coverage::WholeDocument | Coverage::WholeRevision)
        && report.changes.as_ref().is_none_or(|changes| changes.permitted && changes.level != ChangesLevel::Unknown)
}
